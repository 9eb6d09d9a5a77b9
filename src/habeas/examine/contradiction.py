"""Minimal sets of statements that stand against a claim, and the least number of voices that hits them all. Exact.

For a version V of the accusation: every minimal C ⊆ S∖V that is consistent with the laws but not with laws ∪ V; N is the least number
of elements (voices, or carriers) that meets every such C. Found as an implicit hitting set (Moreno-Centeno & Karp 2013; MaxHS, RC2):
take a smallest set that hits the C found so far, look for a C that it misses, repeat. PySAT's Hitman gives the hitting sets.

What it does not do: decide which statements count (:mod:`habeas.examine.belief`).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations, islice
from typing import NamedTuple

import msgspec
from pysat.examples.hitman import Hitman

from habeas.examine.network import Network
from habeas.examine.solver import Problem

Elements = Callable[[int], frozenset[str]]
"""Statement index → the voices (one) or carriers (several) whose being wrong would remove it."""
Finder = Callable[[Collection[int]], "list[int] | None"]
"""Given the statements that are left: some minimal set that stands against the claim, or None."""

LISTED = 24
"""Smallest hitting sets listed beyond the first, and minimal sets of one tangle, are capped at this number."""
_TRIES = 40
"""Corrections looked at for each set that may be listed."""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """``size`` elements at least; ``sets``: smallest hitting sets (the first exact, the list capped); ``against``: the C found."""

    size: int
    sets: tuple[tuple[str, ...], ...] = ()
    against: tuple[tuple[int, ...], ...] = ()
    capped: bool = False


def cost(finder: Finder, counted: Sequence[int], elements: Elements) -> Cost:
    """The implicit hitting set over everything that ``finder`` can still find."""
    known: list[list[int]] = []
    hitter = Hitman(htype="sorted", solver="g4")
    best: list[str] = []
    while True:
        hit = set(best)
        left = [index for index in counted if not elements(index) & hit]
        found = finder(left)
        if found is None:
            break
        while found is not None:
            known.append(found)
            names = frozenset[str]().union(*(elements(index) for index in found))
            hitter.hit(sorted(names))
            left = [index for index in left if not elements(index) & names]
            found = finder(left)
        best = list(hitter.get() or [])
    hitter.delete()
    if not known:
        return Cost(size=0)
    listed, capped = _smallest(known, elements, len(best))
    mine = tuple(sorted(best))
    confirmed = [mine, *(one for one in listed if one != mine and _hits_all(finder, counted, elements, one))]
    return Cost(size=len(best), sets=tuple(confirmed), against=tuple(tuple(one) for one in known), capped=capped)


def _smallest(known: Iterable[Sequence[int]], elements: Elements, size: int) -> tuple[list[tuple[str, ...]], bool]:
    """Other hitting sets of the sets found so far, of the same size; whether the list was cut."""
    sets = [sorted(frozenset[str]().union(*(elements(index) for index in one))) for one in known]
    with Hitman(bootstrap_with=sets, htype="sorted", solver="g4") as hitter:
        found: list[tuple[str, ...]] = []
        for one in islice(hitter.enumerate(), LISTED + 1):
            if len(one) > size:
                return sorted(found), False
            found.append(tuple(sorted(one)))
    return sorted(found)[:LISTED], len(found) > LISTED


def _hits_all(finder: Finder, counted: Sequence[int], elements: Elements, names: Sequence[str]) -> bool:
    hit = set(names)
    return finder([index for index in counted if not elements(index) & hit]) is None


class Against:
    """Finds minimal sets that contradict a version: single statements first, then what only several say together."""

    def __init__(self, network: Network, version: Collection[int], counted: Collection[int]) -> None:
        """Split the counted statements into those that contradict the version alone and the rest."""
        self._network = network
        self._version = frozenset(version)
        self.alone = network.clashing(self._version, alone=True) & frozenset(counted)
        rest = [index for index in counted if index not in self.alone]
        self._kernel = network.kernel(self._version | self._hanging(rest), rest)
        owners = network.closure(network.nodes[i].owner for pair in self._kernel for i in pair[:2])
        self._bare = network.bare(self._version) if any(network.needs.get(index, frozenset()) & self._version for index in counted) else None
        self._relaxed: Problem | None = None
        self._near: frozenset[int] = frozenset()
        if owners & self._version:
            self._near = frozenset(owners - self._version)
            self._relaxed = network.problem(self._kernel)

    def _hanging(self, rest: Collection[int]) -> frozenset[int]:
        """Statements with relative dates that the version dates, or that contradict it only together with what dates them."""
        if not any(self._network.needs.get(index) for index in (*rest, *self._version)):
            return frozenset()
        dated = {index for index in rest if self._network.needs.get(index, frozenset()) & self._version}
        return frozenset(dated) | (self._network.clashing(self._version) & frozenset(rest))

    def find(self, left: Collection[int]) -> list[int] | None:
        """A minimal set among ``left``, or None."""
        for index in left:
            if index in self.alone:
                return [index]
        if self._relaxed is None:
            return None
        return self._together(frozenset(left) & self._near, set())

    def _quarrel(self, core: list[int]) -> list[int] | None:
        """What of a core cannot be true whatever the version claims: the version's days stand where they date it, and nothing else of it."""
        network, hard = (self._network, frozenset[int]()) if self._bare is None else (self._bare, self._version)
        problem = network.problem(network.all_clauses({*core, *hard}))
        found = problem.minimal(core, hard)
        problem.close()
        return found

    def _together(self, left: frozenset[int], seen: set[frozenset[int]]) -> list[int] | None:
        """Several statements together. A core that is inconsistent in itself is no C: look without each of its members."""
        if self._relaxed is None or left in seen:
            return None
        seen.add(left)
        core = self._relaxed.minimal(sorted(left), self._version)
        if core is None:
            return None
        quarrel = self._quarrel(core)
        if quarrel is None:
            return core
        for index in quarrel or core:
            found = self._together(left - {index}, seen)
            if found is not None:
                return found
        return None


class Listed(NamedTuple):
    """Minimal inconsistent sets, shortest first; ``capped``: there may be more."""

    sets: tuple[tuple[int, ...], ...]
    capped: bool


def minimal_sets(problem: Problem, among: Collection[int], *, skip: Callable[[int, int], bool] | None = None, cap: int = LISTED) -> Listed:
    """Every minimal set of statements that no reading satisfies, shortest first, at most ``cap``.

    By duality with the corrections (Reiter 1987; the scheme of FORQES and OptUx, Ignatiev et al. 2015 and 2020): a smallest set that hits every
    correction known so far is a minimal inconsistent set, or it shows a new correction. ``skip``: pairs that need not be told, nor what holds one.
    """
    everything, tried = frozenset(among), 0
    found: list[tuple[int, ...]] = []
    with Hitman(htype="sorted", solver="g4") as hitter:
        while len(found) < cap and tried < cap * _TRIES:
            tried += 1
            smallest = hitter.get()
            if smallest is None:
                return Listed(tuple(found), capped=False)
            some = frozenset(smallest)
            if problem.conflict(some) is None:
                correction = everything - _grown(problem, some, everything)
                if not correction:
                    return Listed(tuple(found), capped=False)
                hitter.hit(sorted(correction))
                continue
            pair = next(((one, other) for one, other in combinations(sorted(some), 2) if skip and skip(one, other)), None)
            hitter.block(pair or sorted(some))
            if pair is None:
                found.append(tuple(sorted(some)))
    return Listed(tuple(found), capped=True)


def smallest_repairs(problem: Problem, among: Collection[int], *, cap: int = LISTED) -> Listed:
    """The smallest sets that leave the rest consistent once they are set aside, at most ``cap``; one empty set where nothing need be."""
    everything, size = frozenset(among), None
    found: list[tuple[int, ...]] = []
    with Hitman(htype="sorted", solver="g4") as hitter:
        while len(found) < cap:
            smallest = hitter.get()
            if smallest is None or (size is not None and len(smallest) > size):
                return Listed(tuple(sorted(found)), capped=False)
            core = problem.minimal(sorted(everything - frozenset(smallest)))
            if core:
                hitter.hit(core)
                continue
            found.append(tuple(sorted(smallest)))
            size = len(smallest)
            if not size:
                break
            hitter.block(sorted(smallest))
    return Listed(tuple(sorted(found)), capped=bool(size))


def _grown(problem: Problem, some: frozenset[int], everything: frozenset[int]) -> frozenset[int]:
    """A maximal consistent set that holds ``some``."""
    grown = set(some)
    for index in sorted(everything - some):
        if problem.conflict([*grown, index]) is None:
            grown.add(index)
    return frozenset(grown)


def maximal_consistent(network: Network, owners: Sequence[int], cap: int = 64) -> tuple[list[tuple[int, ...]], bool]:
    """All maximal sets of ``owners`` that some reading satisfies (at most ``cap``), and whether the list is complete.

    What dates them is taken as given, unless it cannot be true in itself.
    """
    problem = network.problem(network.all_clauses(network.closure(owners)))
    found: set[frozenset[int]] = set()
    seen: set[frozenset[int]] = set()
    queue = [frozenset(owners)]
    while queue and len(seen) < cap * 64:
        some = queue.pop()
        if some in seen or any(some <= other for other in found):
            continue
        seen.add(some)
        dated = network.closure(some) - some
        core = problem.minimal(sorted(some), dated)
        if core == []:
            core = problem.minimal(sorted(some))
        if core is None:
            found = {other for other in found if not other <= some} | {some}
        else:
            queue += [some - {index} for index in {*core, *(one for one in some if network.needs.get(one) and dated)}]
    problem.close()
    complete = not queue and len(found) <= cap
    return sorted(tuple(sorted(one)) for one in found)[:cap], complete
