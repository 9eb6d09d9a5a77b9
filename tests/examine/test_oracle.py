"""The engine against an independent Z3 oracle, on seeded adversarial cases of two to twelve statements, two in five with relative dates.

``HABEAS_ORACLE_CASES`` sets their number (default 2,000, about two minutes of one core).
"""

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import pytest
from generator import small_case
from simulators.z3_oracle import (
    Names,
    Oracle,
    Policy,
    cost_of_belief,
    cost_of_denial,
    free_of,
    minimal_inconsistent,
    subsets,
)

from habeas.domain.case import Case
from habeas.domain.statement import Act, without_date
from habeas.domain.where import Place
from habeas.examine.belief import Weighing, weigh
from habeas.examine.contradiction import Cost, minimal_sets, smallest_repairs
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER
from habeas.examine.voices import carriers, fold, unnamed

CASES = int(os.environ.get("HABEAS_ORACLE_CASES", "2000"))
CHUNK = 50
SIZES = (2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12)

pytestmark = pytest.mark.slow


def numbered_case(seed: int) -> tuple[Case, Mapping[str, Place]]:
    rng = random.Random(seed)
    return small_case(rng, rng.choice(SIZES))


@dataclass
class Trial:
    """One case as the engine compiled it and as the oracle reads it."""

    seed: int

    def __post_init__(self) -> None:
        self.case, self.places = numbered_case(self.seed)
        self.record = Record(self.case, self.places)
        self.weighing = Weighing(self.record, self.case)
        self.oracle = Oracle.of(self.record.statements, self.places, self.policy, denied=self.record.accusation)
        self.dated = sorted(owner for owner in self.oracle.literal if owner < len(self.record.statements))

    @cached_property
    def policy(self) -> Policy:
        presumed = self.record.presumed.laws.presumed
        assert presumed is not None
        owner = [node.owner for node in self.record.nodes]
        return Policy(
            accusation=self.record.is_accusation,
            until={owner[i]: None if minute >= FOREVER else minute for i, minute in presumed.until.items()},
            holders={owner[i]: bodies for i, bodies in presumed.holders.items()},
            name=fold,
        )

    def dating(self, some: Iterable[int]) -> frozenset[int]:
        """Some statements and all that date them."""
        dates = self.oracle.dates
        assert dates is not None
        return frozenset(some).union(*(dates.needs(one) for one in some))

    def claimed(self, sets: Sequence[frozenset[int]], version: Iterable[int]) -> frozenset[int]:
        """A version, and what the accusing side itself says that dates it (where both can be true)."""
        keys = self.weighing.keys
        accusers = {keys[i] for i in self.record.accusation}
        whole = frozenset(version) | {i for i in self.dating(version) if keys[i] in accusers}
        return whole if free_of(sets, whole) else frozenset(version)

    def bare(self, version: frozenset[int], *, presumed: bool = False) -> list[frozenset[int]] | None:
        """The minimal sets where the version only dates; None where it dates nothing that is counted."""
        dates = self.oracle.dates
        assert dates is not None
        if not any(dates.needs(index) & version for index in self.dated):
            return None
        rows = [
            one
            if index not in version
            else without_date(one)
            if one.denied or one.act is Act.CUSTODY_DENIED
            else msgspec.structs.replace(one, act=Act.OTHER, event="")
            for index, one in enumerate(self.record.statements)
        ]
        oracle = Oracle.of(rows, self.places, self.policy)
        items = [index for index in self.dated if index in oracle.literal]
        return minimal_inconsistent(items, lambda some: oracle.consistent(some, presumed=presumed))

    @cached_property
    def certain(self) -> list[frozenset[int]]:
        return minimal_inconsistent(self.dated, lambda some: self.oracle.consistent(some))

    @cached_property
    def presumed(self) -> list[frozenset[int]]:
        return minimal_inconsistent(self.dated, lambda some: self.oracle.consistent(some, presumed=True))

    def told(self, what: str, *more: object) -> str:
        rows = "\n".join(f"  {s.id} {s.act} {'NOT ' if s.denied else ''}{s.when} {s.place} -> {s.to_place}" for s in self.record.statements)
        return f"seed {self.seed}: {what} {more}\n{rows}"

    def voices(self, counted: Sequence[int], *, merged: bool = False) -> Names:
        keys = self.weighing.keys
        group = self.weighing.ties.merged(sorted({keys[i] for i in counted}), unknown_too=merged)
        return {i: frozenset({group[keys[i]]}) for i in counted}


def check_verdicts(trial: Trial) -> None:
    for network, sets in ((trial.record.certain, trial.certain), (trial.record.presumed, trial.presumed)):
        assert sorted(network.by_owner) == trial.dated, trial.told("which statements are dated")
        problem = network.problem(network.all_clauses(trial.dated))
        for some in subsets(trial.dated):
            assert (problem.conflict(some) is None) == free_of(sets, some), trial.told("verdict", some, sets)
        problem.close()
        for one in trial.dated:
            for other in trial.dated:
                clash = one < other and network.statements_clash(one, other)
                assert not clash or not free_of(sets, trial.dating((one, other))), trial.told("clash", one, other)


def check_enumeration(trial: Trial) -> None:
    """All minimal sets, shortest first, and all smallest repairs, by the engine's own enumeration."""
    for network, sets in ((trial.record.certain, trial.certain), (trial.record.presumed, trial.presumed)):
        problem = network.problem(network.all_clauses(trial.dated))
        found = minimal_sets(problem, trial.dated, cap=500)
        repairs = smallest_repairs(problem, trial.dated, cap=500)
        problem.close()
        assert not found.capped, trial.told("the enumeration was cut")
        assert [len(one) for one in found.sets] == sorted(map(len, found.sets)), trial.told("order", found.sets)
        assert len(set(found.sets)) == len(found.sets), trial.told("twice", found.sets)
        assert set(map(frozenset, found.sets)) == set(sets), trial.told("minimal sets", found.sets, sets)
        hitting = [frozenset(some) for some in subsets(trial.dated) if all(set(some) & one for one in sets)]
        least = min(map(len, hitting))
        assert set(map(frozenset, repairs.sets)) == {one for one in hitting if len(one) == least}, trial.told("repairs", repairs.sets, sets)


def check_versions(trial: Trial) -> None:
    claims = [i for i in trial.record.accusation if i in trial.dated]
    dated = {some: trial.dating(some) - some for some in map(frozenset, subsets(claims))}
    fine = [some for some, by in dated.items() if some and free_of(trial.certain, some | (by if free_of(trial.certain, by) else set()))]
    maximal = sorted(tuple(sorted(some)) for some in fine if not any(some < other for other in fine))
    testable = [some for some in maximal if any(trial.record.testable(i) for i in some)]
    assert trial.weighing.versions() == testable, trial.told("versions", testable)


def _same_cost(trial: Trial, what: str, found: Cost, right: tuple[int, list[frozenset[str]]], voice: Names) -> None:
    size, sets = right
    assert found.size == size, trial.told(what, "engine", found.size, found.sets, "oracle", size, sets, "voices", voice)
    if not size:
        assert not found.sets, trial.told(what, found.sets)
        return
    group = {trial.weighing.keys[i]: next(iter(names)) for i, names in voice.items()} if what != "carriers" else {}
    listed = [frozenset(group.get(name, name) for name in one) for one in found.sets]
    assert listed[0] in sets, trial.told(what, "first set", found.sets, sets)
    assert len(set(listed)) == len(listed), trial.told(what, "twice", found.sets)
    assert set(listed) <= set(sets), trial.told(what, "sets", found.sets, sets)
    assert found.capped or set(listed) == set(sets), trial.told(what, "all sets", found.sets, sets)


def check_costs(trial: Trial) -> None:
    record, weighing = trial.record, trial.weighing
    for version in weighing.versions():
        counted = weighing.counted(version)[0]
        voice, claimed = trial.voices(counted), trial.claimed(trial.certain, version)
        for what, network, sets in (("N", record.certain, trial.certain), ("N presumed", record.presumed, trial.presumed)):
            whole = trial.claimed(sets, version)
            bare = trial.bare(whole, presumed=network is record.presumed)
            _same_cost(trial, what, weighing.weigh(network, version), cost_of_belief(sets, whole, counted, voice, bare), voice)
        merged = trial.voices(counted, merged=True)
        found = weighing.weigh(record.certain, version, merged=True)
        _same_cost(trial, "merged", found, cost_of_belief(trial.certain, claimed, counted, merged, trial.bare(claimed)), merged)
        loads = {i: frozenset(carriers(record.statements[i])) or frozenset({f"statement {record.statements[i].id}"}) for i in counted}
        found = weighing.weigh_carriers(record.certain, version)
        _same_cost(trial, "carriers", found, cost_of_belief(trial.certain, claimed, counted, loads, trial.bare(claimed)), loads)


def check_denial(trial: Trial) -> None:
    record, weighing, oracle = trial.record, trial.weighing, trial.oracle
    named = weighing.originals([i for i in trial.dated if not unnamed(record.statements[i])])
    voice = trial.voices(named)
    excluding: dict[int, list[frozenset[int]]] = {}
    for claim in record.accusation:
        denial = len(record.statements) + claim
        if denial in oracle.literal:
            excluding[claim] = minimal_inconsistent(named, lambda some, denial=denial: oracle.consistent([*some, denial]))  # type: ignore[misc]
    for version in weighing.versions():
        denials = [excluding[claim] for claim in version if claim in excluding]
        _same_cost(trial, "M", weighing.weigh_denial(version), cost_of_denial(trial.certain, denials, named, voice), voice)


def check_belief(trial: Trial) -> None:
    """What is printed is the least of what was weighed, and the order of the rows changes no figure."""
    belief, _ = weigh(trial.record, trial.case)
    costs = [(one.must_be_wrong, one.with_presumptions) for one in belief.versions]
    assert (belief.must_be_wrong, belief.with_presumptions) == min(costs, default=(0, 0)), trial.told("belief", costs)
    turned = msgspec.structs.replace(trial.case, statements=trial.case.statements[::-1])
    again, _ = weigh(Record(turned, trial.places), turned)
    figures = [(one.must_be_wrong, one.with_presumptions) for one in (belief, again)]
    assert figures[0] == figures[1], trial.told("the order of rows", figures)
    if set(belief.headline) == set(again.headline):
        more = [(one.if_unknown_merged, one.carriers, one.to_deny) for one in (belief, again)]
        assert more[0] == more[1], trial.told("the order of rows", more)


@pytest.mark.parametrize("first", range(0, CASES, CHUNK))
def test_engine_agrees_with_z3(first: int) -> None:
    for seed in range(first, min(first + CHUNK, CASES)):
        trial = Trial(seed)
        for check in (check_verdicts, check_enumeration, check_versions, check_costs, check_denial, check_belief):
            check(trial)
