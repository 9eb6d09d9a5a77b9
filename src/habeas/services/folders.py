"""Make an empty case folder with its guide, and check one that somebody filled."""

import difflib
from pathlib import Path

import msgspec

from habeas.domain.case import Case
from habeas.domain.identity import fold
from habeas.domain.statement import Side
from habeas.examine.passages import shared_passages
from habeas.examine.relative import leading_nowhere
from habeas.examine.voices import voice_key
from habeas.intake.folder import FolderRead, read_folder, write_folder
from habeas.intake.folder.columns import SIDE_TABLES
from habeas.intake.folder.tables import write_csv
from habeas.intake.gazetteer import understand
from habeas.intake.gazetteer.places import unclear
from habeas.locale import tr
from habeas.services.guide import guide


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that can be examined: what was read, and what it would be good to know before."""

    read: FolderRead
    notes: tuple[str, ...]


def new_folder(folder: Path) -> tuple[str, ...]:
    """Write an empty case folder: all tables with their headers, and GUIDE.txt. Returns the names of what was made."""
    write_folder(Case(title=tr("Untitled case")), folder)
    for table in SIDE_TABLES:
        (folder / f"{table.stem}.csv").write_bytes(write_csv(table.names, []))
    (folder / "GUIDE.txt").write_text(guide(), encoding="utf-8")
    return tuple(sorted(path.name for path in folder.iterdir()))


def check_folder(folder: Path) -> Checked:
    """Read everything; raise :class:`BadInput` with every problem, or return the counts and notes."""
    read = read_folder(folder)
    case = read.case
    notes = [
        tr("place not wholly understood in {ids}: {note}", ids=_used(case, place.name), note=place.note)
        for place in unclear(understand(case).values())
    ]
    if not case.accusation:
        notes.append(tr("case.toml lists no statement under accusation; there is nothing to test yet"))
    notes += _about_accusation(case)
    if not any(s.disclosable for s in case.statements):
        notes.append(tr("no statement is marked disclosable; a dossier would be refused"))
    voices = {voice_key(s) for s in case.statements}
    strange = [str(row) for row, one in enumerate(case.voices, 2) if not {fold(one.voice), fold(one.other)} <= voices]
    if strange:
        notes.append(
            tr("voices.csv names nobody who speaks here (a voice is a speaker, or the body that is spoken for, not an id): row {rows}",
               rows=", ".join(strange))
        )  # fmt: skip
    notes += _about_words(case)
    nowhere = leading_nowhere(case.statements)
    if nowhere:
        notes.append(tr("dates told by a statement that denies something; a denial has no moment to count from: {ids}", ids=", ".join(nowhere)))
    return Checked(read=read, notes=tuple(notes))


def _about_accusation(case: Case) -> list[str]:
    """Rows of the accusation that somebody may have listed by mistake."""
    accused = [s for s in case.statements if s.id in case.accusation]
    apart = [s.id for s in accused if s.person.strip() not in ("", case.person, case.pseudonym)]
    others = [s.id for s in accused if s.side is not Side.STATE]
    notes = []
    if apart:
        notes.append(tr("in the accusation, but about another person, and so kept apart: {ids}", ids=", ".join(apart)))
    if others:
        notes.append(
            tr("in the accusation, but not said by a state (as when relatives were made to sign); tested all the same: {ids}", ids=", ".join(others))
        )
    return notes


def _about_words(case: Case) -> list[str]:
    """Cells in free words that the program reads as keys, and that look as if something else was meant."""
    bodies = {fold(s.body) for s in case.statements if s.body.strip()}
    strange = [s.id for s in case.statements if (by := s.circumstance("by").strip()) and fold(by) not in bodies]
    notes = []
    if strange:
        notes.append(
            tr("who holds the person ('by' in {ids}) is nobody who stands under 'body', and a notice or a denial binds its own body's custody alone. "
               "If it is an office of that state, write the body there ('by=Uruguay'), or leave it empty", ids=", ".join(strange))
        )  # fmt: skip
    known = ("shared_wording", "patterns")
    unread = [
        str(row) for row, one in enumerate(case.consents, 2)
        if one.purpose.strip() not in known and difflib.get_close_matches(one.purpose.strip().casefold().replace(" ", "_"), known, cutoff=0.7)
    ]  # fmt: skip
    if unread:
        notes.append(
            tr("consents.csv: a purpose that is nearly {words}, and is not read as such: row {rows}", words=" / ".join(known), rows=", ".join(unread))
        )
    quotes = [s.quote for s in case.statements if s.quote.strip()]
    used = shared_passages(quotes, [one.words for one in case.forms]).forms if case.forms else ()
    idle = [one.id for one, users in zip(case.forms, used, strict=True) if not users]
    if idle:
        notes.append(tr("forms.csv: words that stand in no quoted text of this case: {ids}", ids=", ".join(idle)))
    return notes


def _used(case: Case, place: str) -> str:
    ids = [s.id for s in case.statements if place in (s.place, s.to_place)]
    return ", ".join(ids[:6]) + (" …" if len(ids) > 6 else "")  # noqa: PLR2004
