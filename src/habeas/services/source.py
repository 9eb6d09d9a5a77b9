"""Where a case comes from: a folder of the user's own, or the vault. Both give a case and, one at a time, the bytes of its exhibits."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from habeas.domain.case import Case, Exhibit
from habeas.intake.folder import read_folder
from habeas.intake.folder.reading import read_bytes

MOST_EXHIBIT = 512 << 20
"""Bytes of an exhibit that is put into a dossier."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A case and its exhibits. ``content`` raises BadInput where an exhibit cannot be read; ``folder`` is where nothing may be written into.

    ``before``: the case as this device last examined it, where it did.
    """

    case: Case
    content: Callable[[Exhibit], bytes]
    folder: Path | None = None
    before: Case | None = None


def folder_source(folder: Path) -> Source:
    """A case folder, read whole. Raises BadInput with every problem."""
    read = read_folder(folder)
    return Source(case=read.case, content=lambda exhibit: read_bytes(folder / "exhibits" / exhibit.file, MOST_EXHIBIT), folder=folder)
