"""Several cases side by side: what they show, what of it may leave, and for whom."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from habeas.domain.across import Across, Follows, Patterns, Wave
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.identity import fold
from habeas.domain.when import moment
from habeas.dossier.pattern_pictures import pictures
from habeas.examine.across import wording_across
from habeas.examine.patterns import FEWEST, patterns
from habeas.intake.folder import read_folder
from habeas.intake.folder.tables import write_csv
from habeas.locale import tr
from habeas.services.exports import outside, outside_bags, write_private

WORDING, PATTERNS = "shared_wording", "patterns"
"""Purposes in ``consents.csv`` that let a case stand beside others before a recipient."""
SMALLEST_CELL = 5
"""Cases that a figure has to stand for before it leaves."""


def look(cases: Mapping[str, Case]) -> Across:
    """Wording and patterns of some cases. Raises UsageError for fewer than two."""
    if len(cases) < 2:  # noqa: PLR2004
        raise UsageError(tr("two cases at least are wanted"))
    groups, forms = wording_across(cases)
    return Across(groups=groups, forms=forms, patterns=patterns(cases, groups, forms))


def read_folders(folders: Sequence[Path]) -> dict[str, Case]:
    """Case folders by their names; each name once. Raises BadInput."""
    found: dict[str, Case] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in found:
            raise BadInput.one(name, tr("two folders have this name"))
        found[name] = read_folder(folder).case
    return found


def consents(case: Case, purpose: str, recipient: str, day: date) -> bool:
    """Whether somebody allowed this use before this recipient, it has not run out, and nobody refused it."""
    about = [one for one in case.consents if fold(one.purpose) == purpose and fold(one.recipient) == fold(recipient)]
    over = [one for one in about if one.expires_on is not None and one.expires_on.hi is not None and moment(one.expires_on.hi) < day.isoformat()]
    return any(not one.refused for one in about if one not in over) and not any(one.refused for one in about)


def consenting(cases: Mapping[str, Case], recipient: str, day: date) -> dict[str, Case]:
    """The cases whose people let their wording stand beside others before a recipient."""
    return {name: case for name, case in cases.items() if consents(case, WORDING, recipient, day)}


def disclosable_part(case: Case) -> Case:
    """A case without what is not marked disclosable."""
    kept = tuple(s for s in case.statements if s.disclosable)
    ids = {s.id for s in kept}
    return msgspec.structs.replace(case, statements=kept, accusation=tuple(one for one in case.accusation if one in ids))


def may_leave(cases: Mapping[str, Case], recipient: str, day: date) -> Patterns:
    """Patterns over the cases that consent for this recipient and what is disclosable in them, without small cells and names of cases.

    Raises UsageError where fewer than :data:`habeas.examine.patterns.FEWEST` consent.
    """
    asked = {name: disclosable_part(case) for name, case in cases.items() if consents(case, PATTERNS, recipient, day)}
    if len(asked) < FEWEST:
        said = tr("{count} of {of} cases consent to '{purpose}' for this recipient (consents.csv); {fewest} are wanted, since fewer hide nobody",
                  count=len(asked), of=len(cases), purpose=PATTERNS, fewest=FEWEST)  # fmt: skip
        raise UsageError(said)
    return suppressed(patterns(asked, *wording_across(asked)))


def suppressed(found: Patterns) -> Patterns:
    """Without small cells, days and names of cases; how many rows are withheld is said.

    A row goes whole where a figure in it, what is left when it is taken from its total, or what lies between it and the row of the next narrower
    span of days, stands for 1 to 4 cases. Months are gathered until they hold enough.
    """
    follows = tuple(
        msgspec.structs.replace(one, cases=_nameless(one.cases), lags=())
        for prompt in dict.fromkeys(one.prompt for one in found.follows)
        for one in _apart([one for one in found.follows if one.prompt is prompt])
    )
    recurs = tuple(
        msgspec.structs.replace(one, cases=_nameless(one.cases), first="", last="") for one in found.recurs if _large(len(one.cases), one.of)
    )
    together = tuple(one for one in found.together if all(_fine(n) for n in (one.both, one.one_only, one.other_only, one.neither)))
    waves = tuple(msgspec.structs.replace(one, begins=one.begins[:7], ends=one.ends[:7]) for one in _apart(found.waves))
    gone = sum(len(a) - len(b) for a, b in ((found.follows, follows), (found.recurs, recurs), (found.together, together), (found.waves, waves)))
    said = tr("{count} rows are withheld, since a figure in them stands for fewer than {least} cases", count=gone, least=SMALLEST_CELL)
    return msgspec.structs.replace(
        found, follows=follows, recurs=recurs, together=together, waves=waves, months=_gathered(found.months), notes=(said,) if gone else ()
    )


Row = TypeVar("Row", Follows, Wave)


def _apart(rows: Sequence[Row]) -> list[Row]:
    """Rows of one thing over wider and wider spans of days, without those that lie too close to the one before."""
    kept: list[Row] = []
    for one in sorted(rows, key=lambda row: row.within):
        if _large(_count(one), one.of) and (not kept or _fine(_count(one) - _count(kept[-1]))):
            kept.append(one)
    return kept


def _count(row: Follows | Wave) -> int:
    return len(row.cases) if isinstance(row, Follows) else row.most


def _nameless(cases: Sequence[str]) -> tuple[str, ...]:
    return ("",) * len(cases)


def _fine(count: int) -> bool:
    return count == 0 or count >= SMALLEST_CELL


def _large(count: int, of: int) -> bool:
    return count >= SMALLEST_CELL and _fine(of - count)


def _gathered(months: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Months joined to stretches of enough cases each, named by their first; the last stretch takes what is left over."""
    found: list[tuple[str, int]] = []
    start, count = "", 0
    for month, more in months:
        start, count = start or month, count + more
        if count >= SMALLEST_CELL:
            found.append((start, count))
            start, count = "", 0
    if count and found:
        found[-1] = (found[-1][0], found[-1][1] + count)
    return tuple(found)


def check_place(out: Path, vault: Path | None = None) -> None:
    """Raise BadInput where an export may not stand: in the vault, in a bag, or over something."""
    if vault:
        outside(vault, out)
    outside_bags(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput.one(out.name, tr("the folder exists and is not empty; nothing was written"))


def write_patterns(found: Patterns, out: Path, recipient: str) -> tuple[str, ...]:
    """Tables and pictures of :func:`may_leave` into a new folder; the names of what was written."""
    check_place(out)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {f"{name}.csv": table for name, table in _tables(found).items()}
    files |= {f"{name}.svg": svg.encode() for name, svg in pictures(found).items()}
    files |= {"READ-ME.txt": _read_me(found, recipient).encode()}
    for name, content in files.items():
        write_private(out / name, content)
    return tuple(sorted(files))


def _tables(found: Patterns) -> dict[str, bytes]:
    return {
        "follows": write_csv(
            ("event", "within_days", "cases", "of", "expected_by_chance", "p_corrected", "test"),
            [(one.prompt.value, str(one.within), str(len(one.cases)), str(one.of), str(one.expected), f"{one.corrected:.4f}", one.test)
             for one in found.follows],
        ),
        "recurs": write_csv(("key", "value", "cases", "of"), [(one.key.value, one.value, str(len(one.cases)), str(one.of)) for one in found.recurs]),
        "together": write_csv(
            ("key", "value", "other_key", "other_value", "both", "first_only", "second_only", "neither", "p_corrected"),
            [(one.one[0].value, one.one[1], one.other[0].value, one.other[1], str(one.both), str(one.one_only), str(one.other_only), str(one.neither),
              f"{one.corrected:.4f}") for one in found.together],
        ),
        "waves": write_csv(
            ("within_days", "most", "of", "begins", "ends", "expected_by_chance", "p_corrected"),
            [(str(one.within), str(one.most), str(one.of), one.begins, one.ends, str(one.expected), f"{one.corrected:.4f}") for one in found.waves],
        ),
        "months": write_csv(("from_month", "cases"), [(month, str(count)) for month, count in found.months]),
    }  # fmt: skip


def _read_me(found: Patterns, recipient: str) -> str:
    lines = [
        tr("Patterns in what the accusing side recorded, over {count} cases whose people consented to this use before: {recipient}.",
           count=found.cases, recipient=recipient),
        tr("{dated} of them are dated to a week. {looks} tests were run; every p is corrected for all of them (Holm).",
           dated=found.dated, looks=found.looks),
        tr("The cases are those that came to one organisation, and no sample of anything. A pattern says that something recurs, and not why."),
        *found.notes,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
