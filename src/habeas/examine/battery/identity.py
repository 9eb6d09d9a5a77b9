"""``identity_conflict``: identifiers tied to the accusation differ from one another or from the person's own."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Act, Side
from habeas.domain.when import WhenError, parse_when
from habeas.examine.battery.story import Story, listed
from habeas.examine.record import Record
from habeas.examine.voices import supports
from habeas.examine.wording import identifier_words
from habeas.locale import tr

VERSION = "1"
_KEYS = ("id_number", "passport_number", "birth_date")


def normal(key: str, value: str) -> str:
    """An identifier as a key: dates as given, numbers without the dots and dashes that offices write differently."""
    flat = unicodedata.normalize("NFKC", value).casefold().strip()
    return flat if key == "birth_date" else re.sub(r"[\W_]+", "", flat)


def differ(key: str, one: str, other: str) -> bool:
    """Whether two values exclude each other; birth dates by their windows, so that a bare year agrees with its days."""
    if key != "birth_date":
        return normal(key, one) != normal(key, other)
    try:
        first, second = parse_when(one), parse_when(other)
    except WhenError:
        return normal(key, one) != normal(key, other)
    if None in (first.lo, first.hi, second.lo, second.hi):
        return False
    return first.hi < second.lo or second.hi < first.lo  # type: ignore[operator]


def identity_conflict(record: Record) -> Iterator[Finding]:
    """One story: which numbers and birth dates differ, from whom, and from the person's own."""
    own = dict(record.case.identifiers)
    given: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, statement in enumerate(record.statements):
        if statement.identifiers and _tied(record, index):
            for key, value in statement.identifiers:
                if key in _KEYS and value.strip():
                    given[key].append((index, value))
    told: dict[int, None] = {}
    lines: list[str] = []
    for key, rows in given.items():
        odd = {i for i, value in rows if key in own and differ(key, value, own[key])}
        odd |= {i for i, v in rows for j, w in rows if i != j and differ(key, v, w)}
        if odd:
            told |= dict.fromkeys(sorted(odd))
            suffix = tr(", against the person's own") if key in own else ""
            lines.append(f"{identifier_words(key)}: {', '.join(record.statements[i].id for i in sorted(odd))}{suffix}")
    if not told:
        return
    story = Story(record, Kind.IDENTITY_CONFLICT, VERSION, "identifiers")
    story.arithmetic += lines
    story.would_change.append(tr("proof that a differing number or date is a clerical error in one paper, or belongs to a namesake"))
    yield story.finding(
        Certainty.CERTAIN,
        (sorted(told),),
        tr("Numbers or birth dates given for what is said to be one person differ, as given by: {who}.", who=listed(record, sorted(told), 6)),
        bears_on=BearsOn.ACCUSATION,
    )


def _tied(record: Record, index: int) -> bool:
    """Whether a statement's identifiers belong to the accusation: it is one, a state's word on the same act, or it agrees."""
    if index in record.is_accusation:
        return True
    statement = record.statements[index]
    acts = {record.statements[claim].act for claim in record.accusation} - {Act.OTHER}
    if statement.side is Side.STATE and statement.act in acts:
        return True
    return any(supports(record.statements[claim], statement, record.places) for claim in record.accusation)
