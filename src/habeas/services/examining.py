"""Examine a case, from a folder or as it stands in memory."""

from pathlib import Path

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Changes, Examination
from habeas.domain.where import Place
from habeas.examine.comparing import State, compare
from habeas.examine.examination import examine
from habeas.examine.settling import questions
from habeas.intake.folder import read_folder
from habeas.intake.gazetteer import understand


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A case, what its places were understood as, and what the tests said."""

    case: Case
    places: dict[str, Place]
    examination: Examination


def examine_case(case: Case, *, settle: bool = True) -> Examined:
    """Understand its places, examine it, and (``settle``) say what would settle what is open."""
    places = understand(case)
    found = examine(case, places)
    asked = questions(case, places, found) if settle else ()
    return Examined(case=case, places=places, examination=msgspec.structs.replace(found, questions=asked))


def examine_folder(folder: Path) -> Examined:
    """Read a case folder and examine it; raise :class:`habeas.domain.errors.BadInput` with every problem found."""
    return examine_case(read_folder(folder).case)


def changes_since(before: Case, after: Examined) -> Changes:
    """What differs from an earlier state of the case, and which statements brought it about."""
    places = understand(before)
    earlier = State(case=before, places=places, examination=examine(before, places))
    return compare(earlier, State(case=after.case, places=after.places, examination=after.examination))


def examination_json(examination: Examination, changes: Changes | None = None) -> bytes:
    """The published form of an examination (docs/formats/examination.schema.json), indented, keys in the order of the format."""
    examination = msgspec.structs.replace(examination, changes=changes)
    return msgspec.json.format(msgspec.json.encode(examination), indent=2) + b"\n"
