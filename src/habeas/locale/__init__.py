"""Every sentence that a person reads passes through here: gettext, English first.

What it is not: no choice of language by itself; the composition root calls :func:`use_language`, and the screens where a person asks for another.
Dates are put into words by Babel (CLDR).
"""

import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Literal

from babel.dates import format_date, get_month_names

LANGUAGES = {"en": "English", "ru": "Русский"}
"""Languages of the screens and of a dossier: ISO 639-1 code → its own name."""
_current: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"
_instead: ContextVar[tuple[str, _gettext.NullTranslations] | None] = ContextVar("language", default=None)


def use_language(language: str) -> None:
    """Speak ``language`` (an ISO 639-1 code) from now on; English where no catalogue ships for it."""
    global _current, _language  # noqa: PLW0603  # one process speaks one language; the composition root sets it once
    _language = language
    _current = _catalogue(language)


def language() -> str:
    """The language that is spoken now (ISO 639-1)."""
    return (_instead.get() or (_language, _current))[0]


def _spoken() -> _gettext.NullTranslations:
    return (_instead.get() or (_language, _current))[1]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language within this block, in this thread alone: a paper need not be in the language of the screens."""
    before = _instead.set((code, _catalogue(code)))
    try:
        yield
    finally:
        _instead.reset(before)


def tr(message: str, /, **values: object) -> str:
    """Return ``message`` in the current language with ``{name}`` fields filled from ``values``."""
    return _spoken().gettext(message).format(**values) if values else _spoken().gettext(message)


def tr_mark(message: str) -> str:
    """A sentence that is gathered for translators here and put into a language where it is shown."""
    return message


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the singular or plural form for ``count`` (available as ``{count}``)."""
    return _spoken().ngettext(one, many, count).format(count=count, **values)


def in_language(code: str, message: str, /, **values: object) -> str:
    """``message`` in a language that need not be the current one, for papers that somebody else reads."""
    catalogue = _catalogue(code)
    return catalogue.gettext(message).format(**values) if values else catalogue.gettext(message)


@lru_cache(maxsize=8)
def _catalogue(code: str) -> _gettext.NullTranslations:
    path = resources.files(__name__).joinpath(code, "LC_MESSAGES", "habeas.mo")
    if not path.is_file():
        return _gettext.NullTranslations()
    with path.open("rb") as stream:
        return _gettext.GNUTranslations(stream)


def month_name(day: date) -> str:
    """The short name of a month in the current language (CLDR, through Babel)."""
    return format_date(day, "LLL", locale=language())


def long_date(day: date) -> str:
    """A day in words in the current language, for example 22 September 1977."""
    return f"{day.day} {_months(language(), 'format')[day.month]} {day.year}"


def long_month(day: date) -> str:
    """A month in words, for example September 1977."""
    return f"{_months(language(), 'stand-alone')[day.month]} {day.year}"


@lru_cache(maxsize=16)
def _months(code: str, context: Literal["format", "stand-alone"]) -> Mapping[int, str]:
    """Names of months as they stand beside a day, or alone: asked once, since a page may hold a thousand days."""
    return get_month_names("wide", context, locale=code)
