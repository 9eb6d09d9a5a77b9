"""What new evidence changed: which findings appeared, fell or became firmer or weaker since an earlier state of the case, and why.

The reason is tried, not guessed: each statement that was added, changed or taken out is put back to what it was, alone, and the case is
examined again; where that brings the earlier outcome back, the statement is named. Where no single one does, they did it together.

What it does not do: compare more than :data:`TRIED` changed statements one by one; with more, a finding names those of them that it rests on.
"""

from collections.abc import Mapping, Sequence

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Change, Changed, Changes, Examination, Finding
from habeas.domain.statement import Statement
from habeas.domain.where import Place
from habeas.examine.examination import Examiner

TRIED = 24


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stood once, with what its places meant and what the tests said."""

    case: Case
    places: Mapping[str, Place]
    examination: Examination


def compare(before: State, after: State) -> Changes:
    """Every finding that is not as it was, in the order of the tests; ``touched``: the statements that differ."""
    touched = _touched(before.case, after.case)
    earlier = {one.id: one for one in before.examination.findings}
    later = {one.id: one for one in after.examination.findings}
    reverted = _Reverted(before, after, touched)
    changes: list[Change] = []
    for one in [*after.examination.findings, *(one for one in before.examination.findings if one.id not in later)]:
        was, now = earlier.get(one.id), later.get(one.id)
        if was is None or now is None or was.certainty is not now.certainty:
            changes.append(_change(one, was, now, reverted.causes(one.id, was, touched)))
    first, second = before.examination.belief, after.examination.belief
    return Changes(
        touched=tuple(touched),
        changes=tuple(changes),
        must_be_wrong=(first.must_be_wrong, second.must_be_wrong),
        with_presumptions=(first.with_presumptions, second.with_presumptions),
        stale=_stale(after),
    )


def _touched(before: Case, after: Case) -> list[str]:
    """Ids of statements that were added, changed or taken out, in the order of the later case."""
    old, new = ({one.id: one for one in case.statements} for case in (before, after))
    return [one for one in {**new, **old} if old.get(one) != new.get(one)]


def _change(finding: Finding, was: Finding | None, now: Finding | None, because: tuple[str, ...]) -> Change:
    if was is None:
        how = Changed.APPEARED
    elif now is None:
        how = Changed.FELL
    else:
        how = Changed.FIRMER if now.certainty.rank < was.certainty.rank else Changed.WEAKER
    return Change(
        finding=finding.id, kind=finding.kind, how=how, before=was.certainty if was else None, after=now.certainty if now else None, because=because
    )


class _Reverted:
    """The later case with one statement put back, examined when first asked for."""

    def __init__(self, before: State, after: State, touched: Sequence[str]) -> None:
        self._old: dict[str, Statement] = {one.id: one for one in before.case.statements}
        self._after, self._places = after, {**before.places, **after.places}
        self._few = len(touched) <= TRIED
        self._found: dict[str, dict[str, Finding]] = {}
        self._examiner = Examiner()

    def causes(self, finding: str, was: Finding | None, touched: Sequence[str]) -> tuple[str, ...]:
        """Those that alone bring back what was; else the touched ones that the finding rests on; else all of them together."""
        if self._few:
            alone = tuple(one for one in touched if _same(self._without(one).get(finding), was))
            if alone:
                return alone
        told = next((one for one in self._after.examination.findings if one.id == finding), was)
        rests = set(told.statements) if told else set()
        return tuple(one for one in touched if one in rests) or tuple(touched)

    def _without(self, one: str) -> dict[str, Finding]:
        if one not in self._found:
            case = msgspec.structs.replace(self._after.case, statements=self._put_back(one))
            ids = {statement.id for statement in case.statements}
            case = msgspec.structs.replace(case, accusation=tuple(claim for claim in case.accusation if claim in ids))
            self._found[one] = {finding.id: finding for finding in self._examiner.examine(case, self._places).findings}
        return self._found[one]

    def _put_back(self, one: str) -> tuple[Statement, ...]:
        """The later statements with one as it was: in its place, at the end where it had been taken out, gone where it is new."""
        old = self._old.get(one)
        later = self._after.case.statements
        if old is not None and all(statement.id != one for statement in later):
            return (*later, old)
        kept = [old if statement.id == one else statement for statement in later]
        return tuple(statement for statement in kept if statement is not None)


def _same(found: Finding | None, was: Finding | None) -> bool:
    return (found is None) == (was is None) and (found is None or was is None or found.certainty is was.certainty)


def _stale(after: State) -> tuple[str, ...]:
    """Findings whose latest review was given for other inputs than they have now: it counts no longer."""
    inputs = {one.id: one.inputs for one in after.examination.findings}
    latest = {one.finding: one.inputs for one in after.case.reviews}
    return tuple(finding for finding, read in latest.items() if finding in inputs and read != inputs[finding])
