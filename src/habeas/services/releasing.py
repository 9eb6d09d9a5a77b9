"""Patterns that may be told to a recipient: over consenting cases, without small cells, as tables and pictures.

What it does not do: solve all tables together (see ADR 14); compare with what was told before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from habeas.domain.across import Follows, Key, Patterns, Recurs, Together, Wave
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.statement import Side
from habeas.dossier.masking import Mask, names_of
from habeas.dossier.pattern_pictures import pictures
from habeas.examine.across import wording_across
from habeas.examine.patterns import BEYOND_CHANCE, FEWEST, patterns
from habeas.intake.folder.tables import write_csv
from habeas.locale import tr
from habeas.services.across import PATTERNS, consents
from habeas.services.exports import outside, outside_bags, write_private

SMALLEST_CELL = 5
"""Cases that a figure has to stand for before it leaves."""


def disclosable_part(case: Case) -> Case:
    """A case without what is not marked disclosable."""
    kept = tuple(s for s in case.statements if s.disclosable)
    ids = {s.id for s in kept}
    return msgspec.structs.replace(case, statements=kept, accusation=tuple(one for one in case.accusation if one in ids))


def may_leave(cases: Mapping[str, Case], recipient: str, day: date) -> Patterns:
    """Patterns that may be told to a recipient: over cases that consent and are dated on what is disclosable, beyond chance both on that and on all
    that is known, without small cells, days and names of cases.

    Raises UsageError where fewer than :data:`habeas.examine.patterns.FEWEST` are left.
    """  # noqa: D205
    asked = {name: case for name, case in cases.items() if consents(case, PATTERNS, recipient, day)}
    shown = {name: disclosable_part(case) for name, case in asked.items()}
    dated = {name: case for name, case in shown.items() if patterns({name: case}).dated}
    if len(dated) < FEWEST:
        said = tr("{count} of {of} cases consent to '{purpose}' for this recipient and are dated by what is disclosable; {fewest} are wanted, since "
                  "fewer hide nobody.", count=len(dated), of=len(cases), purpose=PATTERNS, fewest=FEWEST)  # fmt: skip
        missing = sorted(set(cases) - set(asked))
        said += (
            " " + tr("Without a consent of the client (habeas case add CASE consent, or consents.csv): {names}", names=", ".join(missing))
            if missing
            else ""
        )
        raise UsageError(said)
    whole = {name: asked[name] for name in dated}
    known = patterns(whole, *wording_across(whole))
    return suppressed(_also_known(patterns(dated, *wording_across(dated)), known), spoken=_people(whole.values()))


def _also_known(found: Patterns, known: Patterns) -> Patterns:
    """What is beyond chance on what is disclosed and on all that is known: nothing is told that the organisation knows to be otherwise."""
    follows = {(one.prompt, one.within) for one in known.follows if one.corrected <= BEYOND_CHANCE}
    together = {(one.one, one.other) for one in known.together if one.corrected <= BEYOND_CHANCE and Key.WORDING not in (one.one[0], one.other[0])}
    waves = {one.within for one in known.waves if one.corrected <= BEYOND_CHANCE}
    return msgspec.structs.replace(
        found,
        follows=tuple(one for one in found.follows if one.corrected <= BEYOND_CHANCE and (one.prompt, one.within) in follows),
        together=tuple(
            one for one in found.together
            if one.corrected <= BEYOND_CHANCE and ((one.one, one.other) in together or Key.WORDING in (one.one[0], one.other[0]))
        ),
        waves=tuple(one for one in found.waves if one.corrected <= BEYOND_CHANCE and one.within in waves),
    )  # fmt: skip


def _people(cases: Iterable[Case]) -> Mask:
    """Masks every name of somebody who is not of a state's side."""
    names: set[str] = set()
    for case in cases:
        states = {s.speaker.strip() for s in case.statements if s.side is Side.STATE}
        names |= names_of(case) - states
    return Mask(names, ())


def suppressed(found: Patterns, *, spoken: Mask | None = None) -> Patterns:
    """Without small cells, days and names of cases. ``spoken``: a value that it would mask goes with its row.

    A row goes whole where a figure in it, its complement among all cases, what lies between it and a row of the next narrower span of days, or what
    the told values of its key leave over stands for 1 to 4 cases; a value goes that fewer than 5 cases spell so. Months are joined to
    years, and a year of too few to the others.
    """
    total = found.cases
    follows = tuple(
        msgspec.structs.replace(one, cases=_nameless(one.cases), lags=(), expected=0.0, p=_rough(one.p), corrected=_rough(one.corrected))
        for prompt in dict.fromkeys(one.prompt for one in found.follows)
        for one in _apart([one for one in found.follows if one.prompt is prompt and _fine(total - one.of) and _fine(one.before)])
        if _fine(one.of - len(one.cases) - one.before)
    )
    recurs = _told_values(found, spoken)
    values = {(one.key, one.value): len(one.cases) for one in recurs}
    label = {one.value: tr("wording {number}", number=number) for number, one in enumerate((one for one in recurs if one.key is Key.WORDING), 1)}
    together = tuple(
        msgspec.structs.replace(one, one=_renamed(one.one, label), other=_renamed(one.other, label), p=_rough(one.p), corrected=_rough(one.corrected))
        for one in _without_remainders([one for one in found.together if _told_pair(one, values, total)])
    )
    waves = tuple(
        msgspec.structs.replace(one, begins="", ends="", expected=float(round(one.expected)), p=_rough(one.p), corrected=_rough(one.corrected))
        for one in _apart([one for one in found.waves if _fine(total - one.of)])
    )
    gone = sum(len(a) - len(b) for a, b in ((found.follows, follows), (found.recurs, recurs), (found.together, together), (found.waves, waves)))
    said = tr(
        "Some rows are withheld, since figures in them, or differences of figures, would stand for fewer than {least} cases.", least=SMALLEST_CELL
    )
    shown = tuple(
        msgspec.structs.replace(one, value=_renamed((one.key, one.value), label)[1], cases=_nameless(one.cases), first="", last="") for one in recurs
    )
    return msgspec.structs.replace(
        found, dated=total, follows=follows, recurs=shown, together=together, waves=waves, months=_years(found.months), notes=(said,) if gone else ()
    )


def _renamed(value: tuple[Key, str], label: Mapping[str, str]) -> tuple[Key, str]:
    """A wording by its number among those that are told: its own tells how many there are."""
    return (value[0], label[value[1]]) if value[0] is Key.WORDING else value


def _rough(p: float) -> float:
    """A *p* as the next of a few steps above it: an exact one is a figure of its own."""
    return next((step for step in (0.001, 0.01, BEYOND_CHANCE) if p <= step), 1.0)


def _told_values(found: Patterns, spoken: Mask | None) -> tuple[Recurs, ...]:
    kept = [
        one for one in found.recurs
        if _large(len(one.cases), found.cases) and _fine(found.cases - one.of) and _fine(one.of - len(one.cases))
        and (one.key is Key.WORDING or one.spelled >= SMALLEST_CELL) and (spoken is None or spoken(one.value) == one.value)
    ]  # fmt: skip
    while (bad := next(_telling(kept), None)) is not None:
        kept.remove(bad)
    return tuple(kept)


def _telling(some: Sequence[Recurs]) -> Iterator[Recurs]:
    """Values that tell a small figure beside the others.

    The least of a key whose values leave few cases over; one whose cases all lie among those of another key's value, and are nearly all of them (an
    officer's within his office's).
    """
    for key in dict.fromkeys(one.key for one in some):
        mine = [one for one in some if one.key is key]
        if mine[0].of - len({name for one in mine for name in one.cases}) in _SMALL:
            yield min(mine, key=lambda one: len(one.cases))
    for one in sorted(some, key=lambda one: len(one.cases)):
        inside = [other for other in some if other.key is not one.key and set(one.cases) <= set(other.cases)]
        if any(len(other.cases) - len(one.cases) in _SMALL for other in inside):
            yield one


def _told_pair(one: Together, values: Mapping[tuple[Key, str], int], total: int) -> bool:
    """Whether a fourfold table may be told: its cells, its margins against what is told of each value, and the cases outside it."""
    cells = (one.both, one.one_only, one.other_only, one.neither)
    margins = ((one.one, one.both + one.one_only), (one.other, one.both + one.other_only))
    return all(_fine(n) for n in (*cells, total - sum(cells))) and all(value in values and _fine(values[value] - count) for value, count in margins)


def _without_remainders(some: Sequence[Together]) -> list[Together]:
    """Without the least tables, until no value's cases less those told with the values of one other key are 1 to 4."""
    kept = list(some)
    while True:
        rows: dict[tuple[tuple[Key, str], Key], list[Together]] = defaultdict(list)
        for one in kept:
            rows[one.one, one.other[0]].append(one)
            rows[one.other, one.one[0]].append(one)
        bad = [
            table
            for (value, _), tables in rows.items()
            for table in tables
            if (table.both + (table.one_only if table.one == value else table.other_only)) - sum(one.both for one in tables) in _SMALL
        ]
        if not bad:
            return kept
        kept.remove(min(bad, key=lambda one: one.both))


_SMALL = range(1, SMALLEST_CELL)
Row = TypeVar("Row", Follows, Wave)


def _apart(rows: Sequence[Row]) -> list[Row]:
    """Rows of one thing over wider and wider spans of days, without those that lie too close to the one before."""
    kept: list[Row] = []
    for one in sorted(rows, key=lambda row: row.within):
        if _large(_size(one), one.of) and (not kept or (_fine(_size(one) - _size(kept[-1])) and _fine(_before(one) - _before(kept[-1])))):
            kept.append(one)
    return kept


def _size(row: Follows | Wave) -> int:
    return len(row.cases) if isinstance(row, Follows) else row.most


def _before(row: Follows | Wave) -> int:
    return row.before if isinstance(row, Follows) else 0


def _nameless(cases: Sequence[str]) -> tuple[str, ...]:
    return ("",) * len(cases)


def _fine(count: int) -> bool:
    return count == 0 or count >= SMALLEST_CELL


def _large(count: int, of: int) -> bool:
    return count >= SMALLEST_CELL and _fine(of - count)


def _years(months: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Accusations by year; years of too few are one row, and where that is too few as well, the smallest told year joins it."""
    counted = Counter[str]()
    for month, count in months:
        counted[month[:4]] += count
    told = {year: count for year, count in counted.items() if count >= SMALLEST_CELL}
    rest = sum(counted.values()) - sum(told.values())
    while rest in _SMALL and told:
        rest += told.pop(min(told, key=lambda year: told[year]))
    return (*sorted(told.items()), *([(tr("other years"), rest)] if rest else []))


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
            ("event", "within_days", "after_it", "before_it", "of", "p_at_most"),
            [(one.prompt.value, str(one.within), str(len(one.cases)), str(one.before), str(one.of), str(one.corrected))
             for one in found.follows],
        ),
        "recurs": write_csv(("key", "value", "cases", "of"), [(one.key.value, one.value, str(len(one.cases)), str(one.of)) for one in found.recurs]),
        "together": write_csv(
            ("key", "value", "other_key", "other_value", "both", "first_only", "second_only", "neither", "p_at_most"),
            [(one.one[0].value, one.one[1], one.other[0].value, one.other[1], str(one.both), str(one.one_only), str(one.other_only), str(one.neither),
              str(one.corrected)) for one in found.together],
        ),
        "waves": write_csv(
            ("within_days", "most", "of", "expected_by_chance", "p_at_most"),
            [(str(one.within), str(one.most), str(one.of), str(one.expected), str(one.corrected)) for one in found.waves],
        ),
        "years": write_csv(("year", "accusations_first_recorded"), [(year, str(count)) for year, count in found.months]),
    }  # fmt: skip


def _read_me(found: Patterns, recipient: str) -> str:
    lines = [
        tr("Patterns in what the accusing side recorded, over {count} cases whose people consented to this use for this recipient: {recipient}.",
           count=found.cases, recipient=recipient),
        "",
        tr("follows: of the cases with such an event, how many accusations were first recorded within so many days after it, and how many within as "
           "many days before it."),
        tr("recurs: in how many of the cases in which it is recorded at all one officer, office, article, form or wording stands."),
        tr("together: two of these in the same cases: in both, in the first or the second only, in neither."),
        tr("waves: the most accusations within so many days, beside what an even spread over the same time gives. years: accusations by year."),
        tr("p_at_most: if nothing were behind it, so many in a hundred files like this one (0.01: one in a hundred) would show as much somewhere. "
           "p allows for all comparisons that were made, also those not told (Holm's method). What is above 0.05 is left out."),
        "",
        tr("The cases are those that came to one organisation, and no sample of anything. A pattern says that something recurs, and not why."),
        *found.notes,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
