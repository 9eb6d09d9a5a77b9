"""How coarse the places and dates of a dossier may become before a finding loses its certainty: what need not be told is not told.

Each disclosed statement that a chosen finding rests on is made as coarse as it can be, one after the other, and the whole is examined anew each time;
what is proposed together also holds together. What it does not do: touch the case (only what leaves is changed), read quotations (they may say more).
"""

from collections.abc import Collection, Iterator

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Certainty, Examination
from habeas.domain.statement import Statement
from habeas.domain.when import parse_when
from habeas.examine.examination import Examiner, examine
from habeas.intake.gazetteer import understand
from habeas.intake.gazetteer.table import parts_of
from habeas.services.disclosing import Progress

MOST_TRIALS = 400


class Coarser(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a statement that may be shown coarser: ``field`` is place, to_place or when."""

    statement: str
    field: str
    known: str
    shown: str


def coarser_places(place: str) -> Iterator[str]:
    """The places that enclose one, the widest first."""
    parts = parts_of(place)
    for count in range(1, len(parts)):
        yield ", ".join(parts[-count:])


def coarser_dates(text: str) -> Iterator[str]:
    """The year, then the month, of a plain day or of a moment."""
    day = text.partition("T")[0]
    if len(day) == 10 and day[4] == "-" and day.replace("-", "").isdecimal():  # noqa: PLR2004
        yield day[:4]
        yield day[:7]
        if day != text:
            yield day
    elif len(day) == 7 and day.replace("-", "").isdecimal():  # noqa: PLR2004
        yield day[:4]


def changed(case: Case, cells: Collection[Coarser]) -> Case:
    """A case with some cells shown coarser."""
    by_id: dict[str, dict[str, object]] = {}
    for one in cells:
        by_id.setdefault(one.statement, {})[one.field] = parse_when(one.shown) if one.field == "when" else one.shown
    return msgspec.structs.replace(case, statements=tuple(msgspec.structs.replace(s, **by_id.get(s.id, {})) for s in case.statements))


def _kept(found: Examination, chosen: Collection[str]) -> tuple[dict[str, Certainty], int, int]:
    """What must stay what it is: the certainty of each chosen finding, and the figures of the main sentence (numbers of sources)."""
    return {one.id: one.certainty for one in found.findings if one.id in chosen}, found.belief.must_be_wrong, found.belief.with_presumptions


def generalise(redacted: Case, chosen: Collection[str], progress: Progress = lambda *_: None) -> tuple[Coarser, ...]:
    """Cells of what leaves that may be shown coarser while every chosen finding, and the figure of the main sentence, stays what it is."""
    examiner = Examiner()
    whole = examiner.examine(redacted, understand(redacted))
    wanted = _kept(whole, chosen)
    resting = {key for one in whole.findings if one.id in chosen for key in one.statements} - set(redacted.accusation)
    kept: list[Coarser] = []
    statements = [s for s in redacted.statements if s.id in resting]
    trials = 0
    for number, s in enumerate(statements):
        progress("", number, len(statements))
        for field, known, options in _options(s):
            for option in options:
                trials += 1
                if trials > MOST_TRIALS:
                    return tuple(kept)
                trial = [*kept, Coarser(statement=s.id, field=field, known=known, shown=option)]
                case = changed(redacted, trial)
                if _kept(examiner.examine(case, understand(case)), chosen) == wanted:
                    kept = trial
                    break
    return tuple(kept)


def keeps(redacted: Case, cells: Collection[Coarser], chosen: Collection[str]) -> bool:
    """Whether every chosen finding, and the figure of the main sentence, stays what it is with these cells shown coarser."""
    if not cells:
        return True
    case = changed(redacted, cells)
    return _kept(examine(redacted, understand(redacted)), chosen) == _kept(examine(case, understand(case)), chosen)


def _options(s: Statement) -> Iterator[tuple[str, str, Iterator[str]]]:
    for field in ("place", "to_place"):
        known = getattr(s, field)
        if known:
            yield field, known, coarser_places(known)
    if s.when is not None and s.when.relative is None:
        yield "when", s.when.text, coarser_dates(s.when.text)


def chosen_cells(offered: Collection[Coarser], names: Collection[str]) -> tuple[Coarser, ...]:
    """Those of the offered cells that a person ticked, each by ``id.field``."""
    return tuple(one for one in offered if f"{one.statement}.{one.field}" in names)
