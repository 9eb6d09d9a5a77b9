"""Read a case folder and examine it."""

from pathlib import Path

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Examination
from habeas.domain.where import Place
from habeas.examine.examination import examine
from habeas.intake.folder import FolderRead, read_folder
from habeas.intake.gazetteer import understand


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, what its places were understood as, and what the tests said."""

    read: FolderRead
    places: dict[str, Place]
    examination: Examination

    @property
    def case(self) -> Case:
        """The case that was read."""
        return self.read.case


def examine_folder(folder: Path) -> Examined:
    """Read, understand and examine; raise :class:`habeas.domain.errors.BadInput` with every problem found."""
    read = read_folder(folder)
    places = understand(read.case)
    return Examined(read=read, places=places, examination=examine(read.case, places))


def examination_json(examination: Examination) -> bytes:
    """The published form of an examination (docs/formats/examination.schema.json), indented, keys in the order of the format."""
    return msgspec.json.format(msgspec.json.encode(examination), indent=2) + b"\n"
