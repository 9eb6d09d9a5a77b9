"""The columns of every table of the case folder: one declaration for reading, writing, the empty folder and the guide.

A column is a name and how its text becomes a value. No declaration here may name a protected trait, and whatever table brings one is
told so: see :data:`PROTECTED`.
"""

import difflib
import enum
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from habeas.domain.case import Appeal, Consent, Decision, Exhibit, Form, KnownPlace, Review, StandardForm, Tie, VoicePair
from habeas.domain.statement import CIRCUMSTANCE_KEYS, IDENTIFIER_KEYS, Act, HowKnown, Side, Statement
from habeas.domain.when import When, WhenError, parse_when
from habeas.locale import tr


class CellError(ValueError):
    """A cell cannot be read; the message says what would be right and quotes the cell only if it is an id, a date or a closed word."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """``read`` turns stripped text into a value (never called on an empty cell); ``write`` turns it back."""

    name: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    required: bool = False
    empty: Any = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its file stem, its record type, its columns in order, and the column that must not repeat."""

    stem: str
    record: type[Any]
    columns: tuple[Column, ...]
    key: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The header."""
        return tuple(column.name for column in self.columns)


PROTECTED = re.compile(
    r"orient|sexual|gender|gay|lesbi|lgbt|trans(gender|sex)|religio|faith|confession|ethnic|national_origin|^race$|racial|tribe|clan|teip"
    r"|politic|party|opinion|health|illness|disease|diagnos|disab|hiv|ориентац|гендер|религ|вероисповед|национальност|этнич|раса$|тейп"
    r"|политич|партийн|здоров|болезн|диагноз|инвалид|orientaci|religi[oó]n|etnia|raza|salud|g[eé]nero|^sexo$|ideolog|creencia|opini[oó]n|[eé]tnic|^пол$|сексуал|убежден|вероучен|enfermedad|discapac",
    re.IGNORECASE,
)
"""Names of columns and keys that would hold a protected trait (GDPR art. 9): dropped at the door, and reported."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,6}[A-Za-z]?(?:[.-][0-9]{1,4})?", re.ASCII)


def _shown(text: str, words: Iterable[str]) -> str:
    """A closed word is quoted where it is nearly one; anything else may be a name that slipped into the column."""
    return f"'{text}'" if difflib.get_close_matches(text.casefold(), list(words), n=1, cutoff=0.7) else tr("this word")


def an_id(text: str) -> str:
    """An id such as S001."""
    if not _ID.fullmatch(text):
        raise CellError(tr("not an id; right would be S001: a letter, then letters, digits, '-', '_' or '.', up to 32 in all"))
    return text


def a_number(text: str) -> str:
    """An exhibit number such as 7, 7a or 7.1."""
    if not _NUMBER.fullmatch(text):
        raise CellError(tr("not an exhibit number; right would be 7, 7a or 7.1"))
    return text


def a_when(text: str) -> When:
    """An EDTF date of the case folder."""
    try:
        return parse_when(text)
    except WhenError as error:
        raise CellError(str(error)) from None


def a_day(text: str) -> When:
    """A date that is not told by another statement."""
    when = a_when(text)
    if when.relative is not None:
        raise CellError(tr("a relative date stands only in the column 'when'"))
    return when


def a_flag(text: str) -> bool:
    """Read true or false."""
    if text.casefold() not in ("true", "false"):
        raise CellError(tr("{word} is neither true nor false", word=_shown(text, ("true", "false"))))
    return text.casefold() == "true"


def a_float(low: float, high: float) -> Callable[[str], float]:
    """A number within bounds, with a decimal point."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise CellError(tr("not a number from {low} to {high} with a decimal point", low=low, high=high))
        return value

    return read


def one_of(words: type[enum.StrEnum]) -> Callable[[str], enum.StrEnum]:
    """One word of a closed list."""

    def read(text: str) -> enum.StrEnum:
        try:
            return words(text)
        except ValueError:
            raise CellError(tr("{word} is not one of {words}", word=_shown(text, words), words=", ".join(words))) from None

    return read


def pairs(keys: tuple[str, ...]) -> Callable[[str], tuple[tuple[str, str], ...]]:
    """``key=value; …`` with closed keys, each once. A protected key is refused by name."""

    def read(text: str) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for part in text.split(";"):
            if not part.strip():
                continue
            name, sign, value = part.partition("=")
            name = name.strip()
            if PROTECTED.search(name):
                raise CellError(tr("a key here would hold a protected trait; Habeas keeps none: take it out"))
            if not sign or name not in keys:
                raise CellError(tr("right would be key=value; … with keys among {keys}", keys=", ".join(keys)))
            if name in found:
                raise CellError(tr("'{key}' is given twice", key=name))
            found[name] = value.strip()
        return tuple(found.items())

    return read


def chain(text: str) -> tuple[str, ...]:
    """Relays, outermost first, separated by `` < ``."""
    relays = tuple(part.strip() for part in text.split(" < "))
    if not all(relays):
        raise CellError(tr("an empty relay; right would be OUTER < INNER"))
    return relays


def _write_pairs(value: tuple[tuple[str, str], ...]) -> str:
    if any(";" in one for _, one in value):
        raise CellError(tr("a value here holds ';', which separates the pairs"))
    return "; ".join(f"{key}={one}" for key, one in value)


def _write_chain(value: tuple[str, ...]) -> str:
    if any(" < " in one for one in value):
        raise CellError(tr("a relay holds ' < ', which separates relays"))
    return " < ".join(value)


def _flag_text(value: bool) -> str:  # noqa: FBT001  # a writer takes the value alone
    return "true" if value else ""


def _when(name: str) -> Column:
    return Column(name=name, read=a_when, empty=None)


def _day(name: str) -> Column:
    return Column(name=name, read=a_day, empty=None)


def _flag(name: str) -> Column:
    return Column(name=name, read=a_flag, write=_flag_text, empty=False)


STATEMENTS = Table(stem="statements", record=Statement, key="id", columns=(
    Column(name="id", read=an_id, required=True),
    Column(name="person"), Column(name="speaker"), Column(name="body"),
    Column(name="side", read=one_of(Side), required=True),
    Column(name="how_known", read=one_of(HowKnown), empty=HowKnown.UNKNOWN),
    Column(name="relayed_by", read=chain, write=_write_chain, empty=()),
    _day("stated_on"),
    Column(name="act", read=one_of(Act), required=True),
    _flag("denied"),
    _when("when"),
    Column(name="place"), Column(name="to_place"),
    Column(name="identifiers", read=pairs(IDENTIFIER_KEYS), write=_write_pairs, empty=()),
    Column(name="circumstances", read=pairs(CIRCUMSTANCE_KEYS), write=_write_pairs, empty=()),
    Column(name="event"), Column(name="summary"), Column(name="quote"), Column(name="quote_translation"),
    Column(name="exhibit", read=a_number),
    Column(name="locator"),
    _flag("disclosable"),
    Column(name="shown_as"),
))  # fmt: skip

EXHIBITS = Table(stem="exhibits", record=Exhibit, key="number", columns=(
    Column(name="number", read=a_number, required=True), Column(name="title"), Column(name="file"),
    Column(name="form", read=one_of(Form), empty=Form.COPY),
    Column(name="obtained_from"), Column(name="obtained_by"), Column(name="obtained_on"), Column(name="method"),
    Column(name="derived_from"), Column(name="translation_of"), Column(name="translator"), Column(name="language"),
    Column(name="consent"), _flag("disclosable"), _flag("distressing"),
))  # fmt: skip

PLACES = Table(stem="places", record=KnownPlace, key="name", columns=(
    Column(name="name", required=True),
    Column(name="latitude", read=a_float(-90, 90), required=True), Column(name="longitude", read=a_float(-180, 180), required=True),
    Column(name="radius_km", read=a_float(0, 20_000), required=True), Column(name="within"),
))  # fmt: skip

APPEALS = Table(stem="appeals", record=Appeal, key="id", columns=(
    Column(name="id", read=an_id, required=True), _day("sent_on"), Column(name="to_body"), Column(name="kind"),
    Column(name="how"), Column(name="proof"), _day("due_on"), _day("reply_on"), Column(name="reply"),
    Column(name="reply_proof"), Column(name="about"),
))  # fmt: skip


class _Shown(enum.StrEnum):
    NAMED = "named"
    PSEUDONYM = "pseudonym"
    NONE = "none"


CONSENTS = Table(stem="consents", record=Consent, columns=(
    Column(name="person", required=True), Column(name="purpose"), Column(name="recipient"),
    Column(name="shown", read=one_of(_Shown)), _day("given_on"), Column(name="language"),
    _day("expires_on"), Column(name="guardian"), _flag("refused"),
))  # fmt: skip

REVIEWS = Table(stem="reviews", record=Review, columns=(
    Column(name="finding", required=True), Column(name="decision", read=one_of(Decision), required=True),
    Column(name="reviewer", required=True), Column(name="on"), Column(name="reason"), Column(name="inputs"),
))  # fmt: skip

VOICES = Table(stem="voices", record=VoicePair, columns=(
    Column(name="voice", required=True), Column(name="other", required=True),
    Column(name="relation", read=one_of(Tie), required=True), Column(name="why"), Column(name="judged_by"),
))  # fmt: skip

FORMS = Table(stem="forms", record=StandardForm, key="id", columns=(
    Column(name="id", read=an_id, required=True), Column(name="words", required=True), Column(name="office"),
    Column(name="marked_by", required=True), _day("on"), Column(name="why"),
))  # fmt: skip

SIDE_TABLES: tuple[Table, ...] = (EXHIBITS, PLACES, APPEALS, CONSENTS, REVIEWS, VOICES, FORMS)
"""All tables but the statements."""
