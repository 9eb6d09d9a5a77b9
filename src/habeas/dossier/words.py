"""What a reader outside reads instead of closed words and codes: titles of findings, certainty, forms, circumstances, days, places in exhibits."""

import re
from datetime import date
from functools import lru_cache

from habeas.domain.case import Form
from habeas.domain.finding import Certainty, Kind
from habeas.domain.statement import HowKnown
from habeas.domain.when import When
from habeas.examine.wording import when_words
from habeas.locale import LANGUAGES, in_language, language, long_date, speaking, tr, tr_mark

_MOMENT = re.compile(r"([12]\d{3}-[01]\d-[0-3]\d)(?:T(\d\d:\d\d)(?::\d\d)?(Z?))?")
_WHERE = (tr_mark("p. {page}"), tr_mark("line {line}"), tr_mark("lines {line}-{last}"), tr_mark("message {number}"))
_IN = (tr_mark("{where}, from character {start}"), tr_mark("{where}, characters {start}-{end}"))


@lru_cache(maxsize=64)
def _reader(template: str, code: str) -> re.Pattern[str]:
    """What reads a place in an exhibit as one language writes it."""
    escaped = re.escape(in_language(code, template))
    return re.compile(re.sub(r"\\{(\w+)\\}", lambda found: f"(?P<{found[1]}>{'.+' if found[1] == 'where' else '[0-9]+'})", escaped))


def locator_words(locator: str) -> str:
    """A place in an exhibit in the current language, whichever of ours it was written down in; what a person wrote otherwise stays."""
    if not locator:
        return ""
    for template in (*_IN, *_WHERE):
        for code in LANGUAGES:
            if found := _reader(template, code).fullmatch(locator):
                return tr(template, **{name: locator_words(part) if name == "where" else part for name, part in found.groupdict().items()})
    return locator


def kind_title(kind: Kind) -> str:
    """The heading of a finding."""
    return {
        Kind.PRESENCE_CONFLICT: tr("Said to be there, said not to be there"),
        Kind.CUSTODY_CONFLICT: tr("At liberty in the accusation, in custody in the record"),
        Kind.ACCUSATION_AFTER_CUSTODY: tr("The accusation begins after custody had begun"),
        Kind.ACT_AFTER_DEATH: tr("Acts dated after a recorded death"),
        Kind.DENIAL_CONTRADICTED: tr("A denial that the record contradicts"),
        Kind.SHIFTING_VERSION: tr("The state's versions differ"),
        Kind.DATE_CONFLICT: tr("One act, different dates"),
        Kind.IDENTITY_CONFLICT: tr("Numbers and birth dates that do not match"),
        Kind.ACCUSATION_FOLLOWS: tr("The accusation follows a complaint or another event"),
        Kind.SINGLE_ORIGIN: tr("Several papers, one voice"),
        Kind.SHARED_WORDING: tr("Shared wording"),
        Kind.SUPPORTS_ACCUSATION: tr("What supports the accusation"),
        Kind.UNTESTABLE: tr("What the accusation leaves untestable"),
    }[kind]


def certainty_label(certainty: Certainty) -> str:
    """The label for lawyers."""
    return {
        Certainty.CERTAIN: tr("irreconcilable"),
        Certainty.ON_PRESUMPTION: tr("irreconcilable unless the presumption fails"),
        Certainty.IMPROBABLE: tr("hard to reconcile"),
        Certainty.POSSIBLE: tr("open"),
    }[certainty]


def finding_label(kind: Kind, certainty: Certainty) -> str:
    """The label on a finding; findings that tell a sequence or a source are not called irreconcilable."""
    return {
        Kind.SINGLE_ORIGIN: tr("established on this file"),
        Kind.SHARED_WORDING: tr("shared beyond chance; why is open"),
        Kind.SUPPORTS_ACCUSATION: tr("for the accusation"),
        Kind.UNTESTABLE: tr("cannot be tested"),
        Kind.ACCUSATION_FOLLOWS: tr("sequence, unless an earlier record exists"),
        Kind.IDENTITY_CONFLICT: tr("details differ"),
    }.get(kind, certainty_label(certainty))


def point_words(points: str) -> str:
    """On which points a source would have to be wrong."""
    words = {
        "day": tr("the day"),
        "place": tr("the place"),
        "identity": tr("the identity of the person"),
        "genuineness": tr("the genuineness of the record"),
    }
    return tr(" or ").join(words[point] for point in points.split(", ") if point in words)


def form_words(form: Form) -> str:
    """In which form an exhibit is held, in words."""
    return {
        Form.ORIGINAL: tr("the original"), Form.SCAN: tr("a scan"), Form.TRANSCRIPTION: tr("a transcription"), Form.COPY: tr("a copy"),
    }[form]  # fmt: skip


def day_words(day: str | When | None, code: str = "") -> str:
    """A day, or a moment to the minute, in words of the current language or of ``code``; what is no day (ISO 8601) is shown as it stands."""
    if not day:
        return ""
    with speaking(code or language()):
        if isinstance(day, When):
            return when_words(day)
        found = _MOMENT.fullmatch(day)
        try:
            said = long_date(date.fromisoformat(found[1])) if found else day
        except ValueError:
            return day
    return said + (f", {found[2]}" + (" UTC" if found[3] else "") if found and found[2] else "")


def how_words(how: HowKnown) -> str:
    """How a source knows, in words."""
    return {
        HowKnown.FIRSTHAND: tr("saw or did it"), HowKnown.SECONDHAND: tr("heard it from somebody"),
        HowKnown.OFFICIAL_RECORD: tr("from an official record"),
        HowKnown.UNKNOWN: tr("not known"),
    }[how]  # fmt: skip


def circumstance_words(key: str) -> str:
    """The name of a circumstance, in words."""
    return {
        "present": tr("present there"), "demanded_by": tr("demanded by"), "given_by": tr("given by"), "forced_to_sign": tr("forced to sign"),
        "forced": tr("forced"), "read_back": tr("read back to the speaker"), "language": tr("language"), "counsel": tr("counsel"),
        "under_guard": tr("under guard"), "in_absentia": tr("in absentia"), "mass_arrest": tr("mass arrest"), "count": tr("count"),
        "suspicion": tr("suspicion"), "article": tr("article"), "officer": tr("officer"), "office": tr("office"), "form": tr("form"),
        "identified_by": tr("identified by"), "to": tr("to"), "by": tr("by"), "throughout": tr("in all of this time"),
    }.get(key, key.replace("_", " "))  # fmt: skip
