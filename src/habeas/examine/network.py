"""The pairs that matter, and the small part of them that is not decided by bounds alone.

A clause between two nodes is *sure* (every reading satisfies it), *broken* (no reading does: a contradiction of two statements), or
*open*. Only pairs whose windows come within the travel bound of each other are compared, found by bisection. A node whose window is
longer than all that its open clauses can forbid it can always be placed last, whatever the others do: it belongs to no contradiction
and is set aside. What remains around some statements is their kernel; it goes to the exact solver.

A network may take over from an earlier one of the same case what it knew of nodes and pairs that a change does not touch: the answers are the same,
only sooner.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from habeas.domain.statement import Act
from habeas.domain.when import DAY, ZONE_SLACK
from habeas.examine.laws import ZERO, Atom, Clause, Laws
from habeas.examine.semantics import FOREVER, Node
from habeas.examine.solver import Problem, Ruled

_ANTIPODES_KM = 20_038
_LONG = 45 * DAY
"""Nodes that span more than this are kept in a list of their own, so that bisection over the rest stays narrow."""

_ONE_CLOCK_MINUTES = 150
"""At 2,500 km/h more than the length of any country within one hour of solar time; between clocks that may differ a pair of moments
is never bound at all."""

OpenClause = tuple[int, int, Clause]


class Network:
    """The laws between the nodes of one person, asked pair by pair."""

    def __init__(self, laws: Laws) -> None:
        """Index the nodes by the start of their windows."""
        self.laws = laws
        self.nodes = laws.nodes
        self.by_owner: dict[int, list[int]] = defaultdict(list)
        self.needs: dict[int, frozenset[int]] = {}
        for index, node in enumerate(self.nodes):
            self.by_owner[node.owner].append(index)
            self.needs[node.owner] = node.needs
        self._reach = laws.minutes(_ANTIPODES_KM) + ZONE_SLACK + 2
        self.widest_gap = laws.minutes(_ANTIPODES_KM)
        self._long = [i for i, node in enumerate(self.nodes) if node.hi - node.lo + node.length > _LONG]
        apart = set(self._long)
        short = sorted((node.lo, i) for i, node in enumerate(self.nodes) if i not in apart)
        self._short = [i for _, i in short]
        self._starts = [low for low, _ in short]
        self._arrivals = [i for i, node in enumerate(self.nodes) if node.after is not None]
        self._holding = [i for i, node in enumerate(self.nodes) if node.held is not None]
        self._freeing = [i for i, node in enumerate(self.nodes) if node.free is not None]
        self._mortal = [i for i, node in enumerate(self.nodes) if node.dies or node.dead]
        self._stretched = sum(node.length for node in self.nodes if node.bodily or node.denies is not None or node.free is not None)
        self._stretches = [i for i in self._long if self.nodes[i].length]
        self._linked: dict[int, list[int]] = defaultdict(list)
        for index, node in enumerate(self.nodes):
            for link in node.links:
                self._linked[link.other].append(index)
        self._open: dict[int, list[OpenClause]] = {}
        self._clashes: dict[tuple[int, int], bool] = {}
        self._clashing: dict[tuple[frozenset[int], bool], frozenset[int]] = {}
        self._pairs: dict[tuple[int, int], tuple[bool, list[Clause]]] = {}
        self._idle: frozenset[int] = frozenset()
        self._kept: dict[int, list[OpenClause]] = {}

    def take_over(self, earlier: "Network", changed: Collection[int]) -> None:
        """What an earlier network of the same regime knew, without all that a node which is new, gone or different may have a part in.

        ``changed``: the indexes at which the nodes of the two differ (see :func:`differing`).
        """
        if earlier.laws.pace != self.laws.pace or (earlier.laws.presumed is None) != (self.laws.presumed is None):
            return
        old, new, changed = earlier.nodes, self.nodes, set(changed)
        then, now = earlier.laws.presumed, self.laws.presumed
        if then is not None and now is not None:
            for before, after in ((then.until, now.until), (then.holders, now.holders)):
                changed |= {i for i in {*before, *after} if before.get(i) != after.get(i)}
        if 4 * len(changed) > len(new):
            return
        owners = {nodes[i].owner for nodes in (old, new) for i in changed if i < len(nodes)}
        touched = changed | earlier.around(changed) | self.around(changed)
        self._open = {i: found for i, found in earlier._open.items() if i not in touched}  # noqa: SLF001  # a network may look into another
        self._kept = {i: found for i, found in earlier._kept.items() if i not in touched}  # noqa: SLF001
        self._idle = earlier._idle  # noqa: SLF001
        pairs = earlier._pairs  # noqa: SLF001
        self._pairs = {pair: found for pair, found in pairs.items() if pair[0] not in changed and pair[1] not in changed}
        unsure = owners | {owner for owner, needs in (*earlier.needs.items(), *self.needs.items()) if needs}
        clashes = earlier._clashes  # noqa: SLF001
        self._clashes = {pair: found for pair, found in clashes.items() if pair[0] not in unsure and pair[1] not in unsure}

    def around(self, changed: Collection[int]) -> set[int]:
        """Every node that may have an open clause with one of some nodes: near it, of its statement, linked with it, or dated by others."""
        presumed = self.laws.presumed
        found = {i for i, node in enumerate(self.nodes) if node.needs or node.links} | {i for i, others in self._linked.items() if others}
        for one in changed:
            if one >= len(self.nodes):
                continue
            node = self.nodes[one]
            found |= {*self.within(node.lo - self._reach, node.hi + node.length + self._reach), *self.by_owner[node.owner]}
            if presumed is not None:
                if one in presumed.until:  # also custody that nothing ends meets whoever is free without an end
                    found |= {*self.within(presumed.until[one] - self._reach, presumed.until[one] + self._reach)}
                low, high = node.lo - self._reach, node.hi + node.length + self._reach
                found |= {i for i, until in presumed.until.items() if low <= until <= high}
        return found

    def _always_placed(self, allowed: Collection[int]) -> frozenset[int]:
        """Arrivals, bounded below only, that fit before any death whatever the other statements are: they exclude nothing."""
        limit = min((self.nodes[i].lo for i in self._mortal if self.nodes[i].owner in allowed), default=FOREVER)
        long = sum(node.length for node in map(self.nodes.__getitem__, self._long) if node.bodily or node.denies is Act.PRESENT)
        found = []
        for i in self._arrivals:
            low = self.nodes[i].lo
            near = self._short[bisect_left(self._starts, low - _LONG) : bisect_right(self._starts, limit)]
            taken = long + sum(self.nodes[j].length for j in near) + (len(near) + len(self._long)) * 2 * _ONE_CLOCK_MINUTES
            if limit - low > taken:
                found.append(i)
        return frozenset(found)

    def _roomy(self, index: int, latest_free: int, first_death: int) -> bool:
        """Whether a long window has room for its node whatever all others take, by counting instead of comparing.

        Early: who is held may have to wait until the last moment at which anyone says that he is free. Late: the living must have
        acted before the first death. In between each neighbour takes its own length and the way there and back.
        """
        node = self.nodes[index]
        plain = not (node.event or node.dies or node.dead or node.length or node.tied) and node.free is None and node.denies is None
        if not plain or self._room(index) <= _LONG:
            return False
        low = max(node.lo, latest_free + 2 * DAY) if node.held is not None else node.lo
        high = min(node.hi, first_death - 2 * DAY)
        if high <= low:
            return False
        near = bisect_right(self._starts, high) - bisect_left(self._starts, low - _LONG)
        taken = self._stretched + (near + len(self._long)) * 2 * (_ONE_CLOCK_MINUTES + DAY if node.held is not None else _ONE_CLOCK_MINUTES)
        return high - low > taken

    def bounds(self, index: int) -> tuple[int, int]:
        """Earliest and latest start of a node."""
        return (0, 0) if index == ZERO else (self.nodes[index].lo, self.nodes[index].hi)

    def judge(self, clause: Clause) -> Clause | None:
        """None if every reading satisfies it; else the atoms that some reading satisfies (none: broken)."""
        left: list[Atom] = []
        for u, v, least in clause:
            (ulo, uhi), (vlo, vhi) = self.bounds(u), self.bounds(v)
            if vlo - uhi >= least:
                return None
            if vhi - ulo >= least:
                left.append((u, v, least))
        return tuple(left)

    def pair(self, i: int, j: int) -> tuple[bool, list[Clause]]:
        """(whether some law between the two is broken, the open clauses); memoised."""
        if self._far(i, j):
            return False, []
        found = self._pairs.get((i, j))
        if found is None:
            found = self._pairs[i, j] = self._judged(i, j)
        return found

    def _judged(self, i: int, j: int) -> tuple[bool, list[Clause]]:
        broken, open_ = False, []
        for clause in self.laws.clauses(i, j):
            left = self.judge(clause)
            if left is None:
                continue
            if left:
                open_.append(left)
            else:
                broken = True
        return broken, open_

    def _far(self, i: int, j: int) -> bool:
        """Whether two nodes are so far apart in time that no law between them can fail."""
        x, y = self.nodes[i], self.nodes[j]
        if x.lo <= y.hi + y.length + self._reach and y.lo <= x.hi + x.length + self._reach:
            return False
        if x.dies or x.dead or y.dies or y.dead or (x.event and x.event == y.event) or x.owner == y.owner or (x.tied and y.tied):
            return False
        return self.laws.presumed is None or not ((x.held is not None and y.free is not None) or (y.held is not None and x.free is not None))

    def statements_clash(self, one: int, other: int) -> bool:
        """Whether two statements contradict each other, given what dates them (memoised): by bounds alone, or through a common anchor."""
        key = (one, other) if one < other else (other, one)
        found = self._clashes.get(key)
        if found is None:
            found = any(self.pair(i, j)[0] for i in self.by_owner.get(one, ()) for j in self.by_owner.get(other, ()))
            if not found and self.closure((one,)) & self.closure((other,)):
                found = self._clash_exactly(one, other)
            self._clashes[key] = found
        return found

    def _clash_exactly(self, one: int, other: int) -> bool:
        both = self.closure((one, other))
        problem = self.problem(self.all_clauses(both))
        core = problem.minimal(sorted(both))
        problem.close()
        return core is not None and {one, other} <= set(core)

    def bare(self, owners: Collection[int]) -> "Network":
        """The same network in which some statements give their days and claim nothing."""
        nodes = [
            replace(
                node, bodily=False, alive=False, dies=False, dead=False, held=None, free=None, not_held_by="", denies=None, event="", after=None,
                journey=0,
            ) if node.owner in owners else node
            for node in self.nodes
        ]  # fmt: skip
        return Network(Laws(nodes, pace=self.laws.pace, presumed=self.laws.presumed))

    def consistent(self, owners: Collection[int]) -> bool:
        """Whether some reading satisfies some statements: quadratic, for few."""
        problem = self.problem(self.all_clauses(owners))
        found = problem.conflict(owners)
        problem.close()
        return found is None

    def closure(self, owners: Iterable[int]) -> frozenset[int]:
        """Some statements and all that date them."""
        given = frozenset(owners)
        return given.union(*(self.needs.get(owner, ()) for owner in given))

    def clashing(self, claims: Iterable[int], *, alone: bool = False) -> frozenset[int]:
        """Every statement that contradicts one of some claims by bounds alone: what comes near it in time, and what reaches far.

        ``alone``: only what needs no statement beside itself and the claims.
        """
        given = frozenset(claims)
        known = self._clashing.get((given, alone))
        if known is None:
            known = self._clashing[given, alone] = frozenset(self._find_clashing(given, alone=alone))
        return known

    def _find_clashing(self, given: frozenset[int], *, alone: bool) -> set[int]:
        claims = sorted(given)
        found: set[int] = set()
        for claim in claims:
            for i in self.by_owner.get(claim, ()):
                x = self.nodes[i]
                if x.dies or x.dead or x.event:
                    near: Iterable[int] = range(len(self.nodes))
                else:
                    near = {*self.within(x.lo - self._reach, x.hi + x.length + self._reach), *self._mortal}
                    if self.laws.presumed is not None and x.free is not None:
                        near |= set(self._holding)
                    if self.laws.presumed is not None and x.held is not None:
                        near |= set(self._freeing)
                for j in near:
                    owner = self.nodes[j].owner
                    if owner == claim or owner in found or (alone and not (x.needs | self.nodes[j].needs) <= given | {owner}):
                        continue
                    if self.pair(i, j)[0]:
                        found.add(owner)
        return found

    def within(self, low: int, high: int, *, stretches: bool = False) -> Iterator[int]:
        """Nodes whose extent may touch the stretch from ``low`` to ``high``; of the long ones on request only true stretches."""
        first = bisect_left(self._starts, low - _LONG)
        last = bisect_right(self._starts, high)
        for index in self._short[first:last]:
            node = self.nodes[index]
            if node.hi + node.length >= low:
                yield index
        for index in self._stretches if stretches else self._long:
            node = self.nodes[index]
            if node.lo <= high and node.hi + node.length >= low:
                yield index

    def open_clauses(self, index: int) -> list[OpenClause]:
        """Every open clause of one node with any other whose pair is not broken (memoised).

        A pair that is broken, but only together with what dates its statements, is not settled by bounds: its clauses are all given.
        """
        found = self._open.get(index)
        if found is None:
            found = self._open[index] = list(self._find_open(index))
        return found

    def _find_open(self, index: int) -> Iterator[OpenClause]:
        node = self.nodes[index]
        presumed = self.laws.presumed is not None
        special = _special(node, presumed=presumed)
        for other in self._meeting(index):
            neighbour = self.nodes[other]
            if other == index:
                continue
            plain = not special and not _special(neighbour, presumed=presumed) and node.owner != neighbour.owner
            if plain and self.laws.gap(node, neighbour) is None:
                continue
            i, j = min(index, other), max(index, other)
            broken, open_ = self.pair(i, j)
            if not broken:
                yield from ((i, j, clause) for clause in open_)
            elif node.needs or neighbour.needs:
                yield from self._unsettled(i, j)

    def _unsettled(self, i: int, j: int) -> Iterator[OpenClause]:
        """Every clause between two nodes that not every reading satisfies; where no reading does, as it stands."""
        for clause in self.laws.clauses(i, j):
            left = self.judge(clause)
            if left is not None:
                yield i, j, left or clause

    def _meeting(self, index: int) -> Iterable[int]:
        node = self.nodes[index]
        near = dict.fromkeys(self.within(node.lo - self._reach, node.hi + node.length + self._reach))
        near |= dict.fromkeys(self.by_owner[node.owner])
        near |= dict.fromkeys(link.other for link in node.links)
        near |= dict.fromkeys(self._linked[index])
        if node.needs:
            near |= dict.fromkeys(i for owner in sorted(self.clashing((node.owner,))) for i in self.by_owner[owner])
        presumed = self.laws.presumed
        if presumed and node.free is not None:
            near |= dict.fromkeys(i for i, until in presumed.until.items() if node.lo - self._reach <= until <= node.hi + self._reach)
        if presumed and presumed.until.get(index, FOREVER) < FOREVER:
            until = presumed.until[index]
            near |= dict.fromkeys(self.within(until - self._reach, until + self._reach))
        return near

    def kernel(self, seeds: Collection[int], among: Collection[int]) -> list[OpenClause]:
        """The open clauses around some statements that are left after every node that can always be placed has been set aside.

        ``seeds``: the statements asked about; ``among``: the others that may take part. Only what is connected with a seed by nodes
        that cannot be set aside is looked at; without seeds, everything is.
        """
        allowed = frozenset(among) | frozenset(seeds)
        idle = self._always_placed(allowed)
        latest_free = max((node.hi + node.length for node in self.nodes if node.free is not None and node.owner in allowed), default=-FOREVER)
        first_death = min((self.nodes[i].lo for i in self._mortal if self.nodes[i].owner in allowed), default=FOREVER)
        clauses: dict[OpenClause, None] = {}
        start = sorted(seeds or allowed)
        queue = [index for owner in start for index in self.by_owner.get(owner, ()) if index not in idle and self._speaks(index, allowed)]
        seen = set(queue)
        if not seeds and len(allowed) >= len(self.by_owner):
            return self._set_aside(self._whole(queue, idle, latest_free, first_death))
        while queue:
            index = queue.pop()
            if self.nodes[index].owner not in seeds and (self._room(index) == 1 or self._roomy(index, latest_free, first_death)):
                continue  # known to the minute (what lies behind cannot move what lies before), or roomy beyond all that others can take
            mine = [
                one for one in self.open_clauses(index)
                if self._speaks(one[0], allowed) and self._speaks(one[1], allowed)
                and one[0] not in idle and one[1] not in idle
            ]  # fmt: skip
            if self._room(index) > self._load(index, (clause for _, _, clause in mine)):
                continue
            clauses |= dict.fromkeys(mine)
            for i, j, clause in mine:
                other = j if i == index else i
                if other not in seen and any(other in atom[:2] for atom in clause):
                    seen.add(other)
                    queue.append(other)
        return self._set_aside(list(clauses))

    def _whole(self, queue: Sequence[int], idle: frozenset[int], latest_free: int, first_death: int) -> list[OpenClause]:
        """The same for all statements at once, where each node is decided by itself (memoised)."""
        if idle != self._idle:
            self._idle, self._kept = idle, {}
        clauses: dict[OpenClause, None] = {}
        for index in reversed(queue):
            if self._room(index) == 1 or self._roomy(index, latest_free, first_death):
                continue
            mine = self._kept.get(index)
            if mine is None:
                mine = [one for one in self.open_clauses(index) if one[0] not in idle and one[1] not in idle]
                if self._room(index) > self._load(index, (clause for _, _, clause in mine)):
                    mine = []
                self._kept[index] = mine
            clauses |= dict.fromkeys(mine)
        return list(clauses)

    def _speaks(self, index: int, allowed: Collection[int]) -> bool:
        """Whether the statement of a node, and all that date it, are among those that take part."""
        node = self.nodes[index]
        return node.owner in allowed and (not node.needs or all(one in allowed for one in node.needs))

    def _set_aside(self, clauses: list[OpenClause]) -> list[OpenClause]:
        touching: dict[int, set[int]] = defaultdict(set)
        for at, (i, j, _) in enumerate(clauses):
            touching[i].add(at)
            touching[j].add(at)
        queue = deque(sorted(touching))
        waiting = set(queue)
        while queue:
            one = queue.popleft()
            waiting.discard(one)
            if self._room(one) <= self._load(one, (clauses[at][2] for at in touching[one])):
                continue
            for at in touching.pop(one):
                i, j, _ = clauses[at]
                other = j if i == one else i
                if other in touching:
                    touching[other].discard(at)
                    if other not in waiting:
                        waiting.add(other)
                        queue.append(other)
        left = {at for found in touching.values() for at in found}
        return [clause for at, clause in enumerate(clauses) if at in left]

    def _load(self, one: int, clauses: Iterable[Clause]) -> int:
        """The most starts of a node that some clauses can forbid together: their early and late ends overlap, the rest adds up."""
        early = late = within = 0
        for clause in clauses:
            amount = self._forbids(clause, one)
            if len(clause) == 1 and clause[0][0] == one:
                late = max(late, amount)
            elif len(clause) == 1 and clause[0][1] == one:
                early = max(early, amount)
            else:
                within += amount
        return early + late + within

    def _room(self, one: int) -> int:
        return self.nodes[one].hi - self.nodes[one].lo + 1

    def _forbids(self, clause: Clause, one: int) -> int:
        """The most starts of ``one`` that the clause can forbid, wherever the other node is."""
        low, high = self.bounds(one)
        most = high - low + 1
        if len(clause) == 2:  # noqa: PLR2004
            (u, v, c), (p, q, d) = clause
            if u == q and v == p:
                most = min(most, max(0, c + d - 1))
        for u, v, least in clause:
            if one in (u, v):  # satisfying this atom alone is enough
                most = min(most, max(0, self.bounds(u)[1] + least - self.bounds(v)[0]))
        return most

    def problem(self, clauses: Iterable[OpenClause]) -> Problem:
        """The exact solver for some clauses."""
        kept = list(clauses)
        used = {index for i, j, _ in kept for index in (i, j)}
        return Problem(
            {index: self.bounds(index) for index in used},
            [Ruled(self.closure((self.nodes[i].owner, self.nodes[j].owner)), clause) for i, j, clause in kept],
        )

    def all_clauses(self, owners: Collection[int]) -> list[OpenClause]:
        """Every clause between some statements that not every reading satisfies, broken ones included: quadratic."""
        allowed = frozenset(owners)
        among = [index for owner in sorted(allowed) for index in self.by_owner.get(owner, ()) if self._speaks(index, allowed)]
        found: list[OpenClause] = []
        for at, i in enumerate(among):
            for j in among[at + 1 :]:
                if not self._far(i, j):
                    found += self._unsettled(i, j)
        return found


def differing(old: Sequence[Node], new: Sequence[Node]) -> set[int]:
    """The indexes at which two lists of nodes differ; what only one of them holds differs."""
    found = {i for i, (one, other) in enumerate(zip(old, new, strict=False)) if one is not other and one != other}
    return found | set(range(min(len(old), len(new)), max(len(old), len(new))))


def _special(node: Node, *, presumed: bool) -> bool:
    """Whether more than place and time of two living presences may matter."""
    return bool(
        node.dies or node.dead or node.event or node.denies is not None or node.free is not None or node.length or node.tied
        or (presumed and node.held is not None)
    )  # fmt: skip
