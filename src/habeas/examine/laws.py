"""The laws of the world between two nodes.

Nobody is in two places at once, nor faster than physics; the dead do not act; held people are not free; what is denied did not
happen.

Each law is a :class:`Clause` of one or two alternatives of the form "``v`` starts at least ``c`` minutes after ``u`` starts"
(a disjunctive temporal problem: Dechter, Meiri & Pearl 1991; Stergiou & Koubarakis 2000). Index :data:`ZERO` stands for minute 0,
so that an alternative may also bound one node alone.

Dates of places whose clocks may differ are compared with a slack of one day, pair by pair. That is a relaxation: it can only
lose a contradiction, never invent one.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from habeas.domain.statement import Act
from habeas.domain.when import ZONE_SLACK
from habeas.domain.where import Place, contains, disjoint, least_distance_km, same_clock
from habeas.examine.semantics import FOREVER, Node
from habeas.examine.travel import Pace, certain_minutes

ZERO = -1
Atom = tuple[int, int, int]
"""(u, v, c): node v starts at least c minutes after node u starts."""
Clause = tuple[Atom, ...]
"""At least one of its atoms holds."""


class Between(NamedTuple):
    """What two places say of each other, computed once a pair."""

    apart: bool
    km: float
    one_clock: bool
    first_contains: bool
    second_contains: bool


class Presumptions(NamedTuple):
    """Custody is presumed to have lasted: for each node that holds him, the minute from which he may be free again.

    ``holders``: for nodes whose holder no column names, the bodies in whose country he was held.
    """

    until: Mapping[int, int]
    holders: Mapping[int, frozenset[str]]


class Laws:
    """The clauses between nodes under one regime: certain speeds or a practical pace, with or without presumptions."""

    def __init__(self, nodes: Sequence[Node], *, pace: Pace | None = None, presumed: Presumptions | None = None) -> None:
        """``pace`` None: 2,500 km/h and a day of slack between clocks. ``presumed`` None: nothing lasts by itself."""
        self.nodes = nodes
        self.pace = pace
        self.presumed = presumed
        self._between: dict[tuple[int, int], Between] = {}

    def between(self, one: Place, other: Place) -> Between:
        """Distance, disjointness, containment and clocks of two places (memoised by identity)."""
        key = (id(one), id(other))
        found = self._between.get(key)
        if found is None:
            apart = disjoint(one, other)
            found = Between(
                apart,
                least_distance_km(one, other) if apart else 0.0,
                same_clock(one, other),
                contains(one, other),
                contains(other, one),
            )
            self._between[key] = found
            self._between[key[1], key[0]] = Between(*found[:3], found[4], found[3])
        return found

    def minutes(self, km: float) -> int:
        """The least time for a way of ``km`` under this regime."""
        return self.pace.minutes(km) if self.pace else certain_minutes(km)

    def slack(self, between: Between, one: Place, other: Place) -> int:
        """Minutes by which the two clocks may disagree: a day, or under a practical pace solar time and three hours."""
        if between.one_clock:
            return 0
        if self.pace and one.known and other.known:
            spread = max(abs(a.longitude - b.longitude) for a in one.discs for b in other.discs)
            return min(ZONE_SLACK, int(min(spread, 360 - spread) * 4) + 180)
        return ZONE_SLACK

    def gap(self, x: Node, y: Node) -> int | None:
        """Minutes that two living presences must lie apart; None where place says nothing or the clocks may differ by more."""
        if not (x.bodily and y.bodily) or x.place is y.place:
            return None
        between = self.between(x.place, y.place)
        if not between.apart:
            return None
        gap = self.minutes(between.km) - self.slack(between, x.place, y.place)
        return gap if x.length + y.length + 2 * gap > 1 else None

    def clauses(self, i: int, j: int) -> list[Clause]:
        """All laws between nodes ``i`` and ``j`` (of two statements, or the two ends of one journey)."""
        x, y = self.nodes[i], self.nodes[j]
        tied = self._tied(i, j) if x.tied and y.tied else []
        if x.owner == y.owner:
            return [clause for clause in (*self._journey(i, j), *tied) if not _vacuous(clause)]
        custody = (x.held is not None and y.free is not None) or (y.held is not None and x.free is not None)
        death = x.dies or x.dead or y.dies or y.dead
        denial = x.denies is not None or y.denies is not None
        same_event = bool(x.event) and x.event == y.event and x.act is y.act
        if not (custody or death or denial or same_event or tied) and (x.place is y.place or not (x.bodily and y.bodily)):
            return []
        between = self.between(x.place, y.place)
        slack = self.slack(between, x.place, y.place)
        found: list[Clause] = tied
        if x.bodily and y.bodily and between.apart:
            gap = self.minutes(between.km) - slack
            found.append(((i, j, x.length + gap), (j, i, y.length + gap)))
        if custody:
            self._custody(found, i, j, slack)
            self._custody(found, j, i, slack)
        if death:
            self._death(found, i, j, slack)
            self._death(found, j, i, slack)
        if denial and (_denied(x, y, self, inside=between.first_contains) or _denied(y, x, self, inside=between.second_contains)):
            found.append(((i, j, x.length + 1), (j, i, y.length + 1)))  # a denial speaks in the clock of the place it denies
        if same_event and not (x.length or y.length or denial):
            found += [((i, j, -slack),), ((j, i, -slack),)]
            if between.apart:
                found.append(((i, j, 1 + slack), (j, i, 1 + slack)))
        return [clause for clause in found if not _vacuous(clause)]

    def _journey(self, i: int, j: int) -> list[Clause]:
        if self.nodes[j].after == i:
            return [((i, j, self.nodes[j].journey),)]
        if self.nodes[i].after == j:
            return [((j, i, self.nodes[i].journey),)]
        return []

    def _tied(self, i: int, j: int) -> list[Clause]:
        """Relative dates: each bound is a law of its own, with a day more where the two clocks may differ."""
        found: list[Clause] = []
        for at, other in ((i, j), (j, i)):
            for link in (one for one in self.nodes[at].links if one.other == other):
                here, there = self.nodes[at].place, self.nodes[other].place
                slack = self.slack(self.between(here, there), here, there) if link.clocks and here is not there else 0
                found += [((other, at, link.low - slack),), ((at, other, -link.high - slack),)]
        return found

    def _custody(self, found: list[Clause], i: int, j: int, slack: int) -> None:
        """``i`` says held, ``j`` says free: not at the same minute; if custody is presumed to last, not until it ended."""
        x, y = self.nodes[i], self.nodes[j]
        if x.held is None or y.free is None or not self._binds(i, y):
            return
        earlier: Atom = (j, i, y.length + y.free - x.held + 1 - slack)
        until = self.presumed.until.get(i) if self.presumed else None
        if until is None or y.held is not None:  # an escape or a release is itself an end of custody
            found.append(((i, j, x.length + x.held - y.free + 1 - slack), earlier))
        elif until >= FOREVER:
            found.append((earlier,))
        else:  # the presumption is added to the law: not at the same minute, and not before the recorded end
            found.append(((i, j, x.length + x.held - y.free + 1 - slack), earlier))
            found.append(((ZERO, j, max(until, x.lo + x.length + 1) - y.free - slack), earlier))

    def _binds(self, i: int, y: Node) -> bool:
        """Whether ``y``'s word on freedom speaks of custody by whoever holds him in node ``i``."""
        if not y.bound:
            return True
        holder = self.nodes[i].holder
        if holder:
            return holder == y.not_held_by
        return y.anyone or (self.presumed is not None and y.not_held_by in self.presumed.holders.get(i, ()))

    def _death(self, found: list[Clause], i: int, j: int, slack: int) -> None:
        x, y = self.nodes[i], self.nodes[j]
        if x.alive and (y.dies or y.dead):
            found.append(((i, j, x.length - slack),))
        if x.dies and y.dies:
            found.append(((i, j, -slack),))
        if x.dies and y.dead:
            found.append(((i, j, -slack),))


def _denied(denial: Node, claim: Node, laws: Laws, *, inside: bool) -> bool:  # noqa: PLR0911  # one return a rule
    """Whether ``denial`` says that what ``claim`` says did not happen (times aside)."""
    act = denial.denies
    if act is None or claim.denies is not None:
        return False
    placed = denial.anyone or inside
    if act is Act.PRESENT:
        return claim.bodily and placed
    if act in (Act.HELD_AT, Act.SEEN_IN_CUSTODY):
        return claim.held is not None and claim.act is not Act.RELEASED and placed
    if claim.act is not act or claim.after is not None:
        return False
    if act in (Act.WANTED, Act.CHARGED):
        return denial.not_held_by in ("", claim.not_held_by)
    if denial.to_place.known and not laws.between(denial.to_place, claim.to_place).first_contains:
        return False
    return placed


def _vacuous(clause: Clause) -> bool:
    """Whether a clause of two opposite alternatives allows every order."""
    if len(clause) == 1:
        return clause[0][2] <= -FOREVER
    (u, v, c), (p, q, d) = clause
    return u == q and v == p and c + d <= 1
