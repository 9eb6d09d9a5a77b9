"""Whether some reading satisfies a set of laws, and if not, which statements stand in each other's way. Exact.

A disjunctive temporal problem is decided lazily: a SAT solver (PySAT's Minisat) chooses one alternative of each clause, a shortest-path
pass over the chosen differences looks for a negative cycle, and each cycle found becomes a clause (Armando, Castellini &
Giunchiglia 1999; the scheme of every lazy SMT solver for difference logic). Integers, minutes.

What it does not do: find the clauses (:mod:`habeas.examine.laws`) or keep problems small (:mod:`habeas.examine.network`).
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pysat.solvers import Solver

from habeas.examine.laws import ZERO, Atom, Clause


class Ruled(NamedTuple):
    """A clause, and the statements that it holds for: the two that it is between, and those that date them."""

    owners: frozenset[int]
    clause: Clause


class Problem:
    """Clauses that belong to some statements each, over nodes with windows. Statements are switched on per question."""

    def __init__(self, bounds: Mapping[int, tuple[int, int]], clauses: Iterable[Ruled]) -> None:
        """``bounds``: node → (earliest, latest) start."""
        self._bounds = bounds
        self._solver = Solver(name="minisat22")
        self._selectors: dict[int, int] = {}
        self._owner_of: dict[int, int] = {}
        self._literal: dict[Atom, int] = {}
        self._atom: dict[int, Atom] = {}
        self._top = 0
        for owners, clause in clauses:
            guards = [-self._selector(owner) for owner in sorted(owners)]
            self._solver.add_clause(guards + [self._variable(atom) for atom in clause])

    def _fresh(self) -> int:
        self._top += 1
        return self._top

    def _selector(self, owner: int) -> int:
        if owner not in self._selectors:
            self._selectors[owner] = self._fresh()
            self._owner_of[self._selectors[owner]] = owner
        return self._selectors[owner]

    def _variable(self, atom: Atom) -> int:
        if atom not in self._literal:
            literal = self._fresh()
            self._literal[atom] = literal
            self._atom[literal] = atom
            self._solver.set_phases([-literal])
        return self._literal[atom]

    def conflict(self, owners: Iterable[int]) -> list[int] | None:
        """None if the statements are consistent; else some of them that are not (not yet minimal)."""
        assumptions = [self._selectors[owner] for owner in sorted(set(owners)) if owner in self._selectors]
        while self._solver.solve(assumptions=assumptions):
            model = self._solver.get_model() or []
            chosen = [self._atom[literal] for literal in model if literal > 0 and literal in self._atom]
            cycle = negative_cycle(self._bounds, chosen)
            if cycle is None:
                return None
            self._solver.add_clause([-self._literal[atom] for atom in cycle])
        return [self._owner_of[literal] for literal in self._solver.get_core() or []]

    def minimal(self, owners: Iterable[int], hard: frozenset[int] = frozenset()) -> list[int] | None:
        """A minimal inconsistent subset (deletion-based), never dropping ``hard`` ones; None if consistent."""
        core = self.conflict([*owners, *hard])
        if core is None:
            return None
        kept = sorted(set(core) - hard)
        for owner in list(kept):
            fewer = [other for other in kept if other != owner]
            smaller = self.conflict([*fewer, *hard])
            if smaller is not None:
                kept = [other for other in fewer if other in set(smaller) - hard]
        return kept

    def close(self) -> None:
        """Free the solver."""
        self._solver.delete()


def negative_cycle(bounds: Mapping[int, tuple[int, int]], atoms: Sequence[Atom]) -> list[Atom] | None:
    """The atoms of a cycle that no times satisfy together with the bounds, or None. Bellman-Ford with a queue."""
    edges: dict[int, list[tuple[int, int, Atom | None]]] = {}
    touched = {ZERO}
    for u, v, c in atoms:
        edges.setdefault(u, []).append((v, c, (u, v, c)))
        touched.update((u, v))
    for node in touched - {ZERO}:
        low, high = bounds[node]
        edges.setdefault(ZERO, []).append((node, low, None))
        edges.setdefault(node, []).append((ZERO, -high, None))
    start = dict.fromkeys(touched, 0)
    start.update({node: bounds[node][0] for node in touched - {ZERO}})
    parent: dict[int, tuple[int, Atom | None]] = dict.fromkeys(touched - {ZERO}, (ZERO, None))
    queue = deque(sorted(touched))
    waiting = set(touched)
    steps = dict.fromkeys(touched, 0)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        for other, least, atom in edges.get(node, ()):
            if start[node] + least > start[other]:
                start[other] = start[node] + least
                parent[other] = (node, atom)
                steps[other] += 1
                if other == ZERO or steps[other] > len(touched):
                    cycle = _walk(parent, other, len(touched))
                    if cycle is not None:
                        return cycle
                if other not in waiting:
                    waiting.add(other)
                    queue.append(other)
    return None


def _walk(parent: Mapping[int, tuple[int, Atom | None]], node: int, count: int) -> list[Atom] | None:
    """Follow parents until a node repeats; the atoms between the two visits. None where no circle is closed yet."""
    at = node
    for _ in range(count + 1):
        if at not in parent:
            return None
        at = parent[at][0]
    first, cycle = at, []
    while True:
        before, atom = parent[at]
        if atom is not None:
            cycle.append(atom)
        at = before
        if at == first:
            return cycle
