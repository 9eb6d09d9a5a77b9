"""An independent oracle for the engine: the plain Z3 encoding of what statements assert, one disjunction for each pair.

It is derived from the semantics table of the design, not from the engine: windows, stretches and laws are built here again from the
statements. It shares with the engine only the domain records, the functions of ``domain.where`` on extents, and *policy* that a caller
passes in: which statements count, whose voice each is, and until when custody is presumed to last (:class:`Policy`).

How a statement reads (minutes):

* a moment ``t`` somewhere in its window; ``held_at`` with a two-ended interval: the sure stretch, fixed;
* ``departed`` and ``transferred`` to a known place: a second moment there, alive, at least the travel after the first;
* a denial (``denied``, ``custody_denied``): a fixed stretch over the dates as given, not widened; empty ``when``: up to ``stated_on``;
* a relative date: the day of the act lies the duration after the day of its anchor (a day is any 24 hours that hold the act, where it is not
  known to the day), weeks to three days; in hours or minutes: to the unit; ``>``, ``<``: the order. A day of slack between clocks. Such a statement speaks only with all that
  date it; its denial denies what the date covers wherever the anchor is. A denial dates nothing.

What it does not do: speed: 400 statements take tens of seconds.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import z3

from habeas.domain.statement import Act, Side, Statement
from habeas.domain.where import NOWHERE, Place, contains, disjoint, least_distance_km, same_clock

KM_PER_HOUR = 2500
CLOCKS = 24 * 60
"""Slack between clocks that may differ."""

_BODY = {
    Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED, Act.RELEASED, Act.ESCAPED, Act.DEPARTED, Act.PRESENT,
}  # fmt: skip
_NOTICE = {Act.WANTED, Act.CHARGED, Act.CUSTODY_DENIED}


@dataclass(frozen=True)
class Policy:
    """What the oracle is told and does not judge.

    ``accusation``: indexes of the accusing side's statements. ``until``: index of a statement that holds him → the minute from which
    he may be free again (None: never). ``holders``: index → the bodies in whose country he was held, where nothing names a holder.
    ``name``: two names that it makes equal are one voice.
    """

    accusation: frozenset[int] = frozenset()
    until: Mapping[int, int | None] | None = None
    holders: Mapping[int, Collection[str]] | None = None
    name: Callable[[str], str] = str.casefold


@dataclass(frozen=True)
class Beat:
    """A moment (``start`` somewhere from ``low`` to ``high``) or a fixed stretch (``fixed``: from ``low`` to ``high``); None: unbounded.

    ``held``/``free``: minutes after the start at which he is said to be held or free. ``issuer``: on whose behalf freedom is said;
    ``whole``: whether the word binds a holder whom nothing names. ``denies``: what is said not to have happened in the stretch.
    """

    owner: int
    act: Act
    low: int | None
    high: int | None
    fixed: bool = False
    place: Place = NOWHERE
    to_place: Place = NOWHERE
    bodily: bool = False
    alive: bool = False
    held: int | None = None
    free: int | None = None
    holder: str = ""
    issuer: str = ""
    bound_to_issuer: bool = False
    whole: bool = True
    denies: Act | None = None
    placeless: bool = False
    event: str = ""
    arrival: bool = False


Span = tuple[int | None, int | None]


class Dates:
    """When each statement happened, relative dates followed by recursion; ``anchor``: index → the statement that dates it."""

    def __init__(self, statements: Sequence[Statement], places: Mapping[str, Place]) -> None:
        """``statements``: those of one person and what dates them."""
        self.statements, self.places = statements, places
        at = {one.id: index for index, one in enumerate(statements)}
        self.anchor: dict[int, int] = {}
        for index, one in enumerate(statements):
            found = at.get(one.when.relative.anchor) if one.when and one.when.relative else None
            if found is not None and not (statements[found].denied or statements[found].act is Act.CUSTODY_DENIED):
                self.anchor[index] = found
        self.anchor = {index: found for index, found in self.anchor.items() if not self._circles(index)}
        self.anchors = set(self.anchor.values())

    def _circles(self, index: int) -> bool:
        seen = set()
        while index in self.anchor and index not in seen:
            seen.add(index)
            index = self.anchor[index]
        return index in seen

    def needs(self, index: int) -> frozenset[int]:
        found = self.anchor.get(index)
        return frozenset() if found is None else self.needs(found) | {found}

    def slack(self, index: int) -> int:
        here, there = (self.places.get(self.statements[one].place, NOWHERE) for one in (index, self.anchor[index]))
        return 0 if here is there or same_clock(here, there) else CLOCKS

    def window(self, index: int) -> Span | None:
        statement = self.statements[index]
        if index not in self.anchor:
            return _window(statement)
        low, high = self.window(self.anchor[index]) or (None, None)
        relative, slack = statement.when.relative, self.slack(index)  # type: ignore[union-attr]
        if relative.shift is None:
            return (None if low is None else low + 1 - slack, None) if relative.order == ">" else (None, None if high is None else high - 1 + slack)
        first, last = relative.shift
        if relative.unit >= CLOCKS:
            rough = 3 * CLOCKS if relative.unit > CLOCKS else 0
            return (
                None if low is None else _midnight(low) + first - rough - slack,
                None if high is None else _midnight(high) + last + rough + slack + CLOCKS - 1,
            )
        rough = relative.unit - 1
        return (None if low is None else low + first - rough - slack, None if high is None else high + last + rough + slack)

    def covered(self, index: int) -> Span | None:
        """What a relative date covers wherever its anchor is."""
        low, high = self.window(self.anchor[index]) or (None, None)
        relative, slack = self.statements[index].when.relative, self.slack(index)  # type: ignore[union-attr]
        if relative.shift is None:
            if relative.order == ">":
                said = self.statements[index].stated_on
                upto = said.lo if said else None
                return None if high is None or upto is None or upto < high + 1 + slack else (high + 1 + slack, upto)
            return None if low is None else (None, low - 1 - slack)
        if low is None or high is None:
            return None
        if relative.unit >= CLOCKS:
            rough = 3 * CLOCKS if relative.unit > CLOCKS else 0
            first, last = _midnight(high) + relative.sure[0] + rough + slack, _midnight(low) + relative.sure[1] - rough + CLOCKS - 1 - slack
        else:
            first, last = high + relative.sure[0] + relative.unit - 1 + slack, low + relative.sure[1] - relative.unit + 1 - slack
        return (first, last) if first <= last else None


def _midnight(minute: int) -> int:
    return minute - minute % CLOCKS


def beats_of(index: int, statement: Statement, places: Mapping[str, Place], policy: Policy, dates: Dates) -> list[Beat]:
    """What one statement says of his timeline; nothing where no date bounds it."""
    if statement.act is Act.OTHER and not (index in dates.anchor or index in dates.anchors):
        return []
    here, there = places.get(statement.place, NOWHERE), places.get(statement.to_place, NOWHERE)
    issuer = policy.name(statement.body or statement.speaker)
    accused = index in policy.accusation
    if statement.denied or statement.act is Act.CUSTODY_DENIED:
        return _denial(index, statement, here, there, issuer, dates)
    bounds = dates.window(index)
    if bounds is None:
        if index not in dates.anchor and index not in dates.anchors:
            return []
        bounds = (None, None)
    act = statement.act
    beat = Beat(index, act, *bounds, place=here, to_place=there, event=statement.event)
    beat = replace(beat, bodily=act in _BODY or act is Act.DIED, alive=act in _BODY or act in (Act.WANTED, Act.CHARGED))
    holder = policy.name(statement.circumstance("by") or (statement.body if statement.side is Side.STATE else ""))
    if act in (Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED):
        beat = replace(beat, held=0, holder=holder)
    elif act in (Act.RELEASED, Act.ESCAPED):
        beat = replace(beat, held=0, free=1)
    elif act is Act.DEPARTED or (act is Act.PRESENT and accused and not statement.circumstance("under_guard")):
        beat = replace(beat, free=0)
    elif act is Act.WANTED or (act is Act.CHARGED and statement.circumstance("in_absentia").casefold() == "true"):
        beat = replace(beat, free=0, issuer=issuer, bound_to_issuer=True, whole=False)
    elif act is Act.CHARGED:
        beat = replace(beat, issuer=issuer)
    if act is Act.HELD_AT and statement.when is not None and statement.when.interval and statement.when.core is not None:
        first, last = statement.when.core
        if first is not None and last is not None and first < last:
            beat = replace(beat, low=first, high=last, fixed=True)
    if act in (Act.DEPARTED, Act.TRANSFERRED) and there.known:
        landed = Beat(index, Act.PRESENT, None, None, place=there, bodily=True, alive=True, arrival=True)
        return [beat, landed]
    return [beat]


def _window(statement: Statement) -> tuple[int | None, int | None] | None:
    when, said = statement.when, statement.stated_on
    if when is not None:
        return (when.lo, when.hi) if when.relative is None and when.bounded else None
    if said is None or not said.bounded:
        return None
    return (said.lo if statement.act in _NOTICE else None, said.hi)


def _denial(index: int, statement: Statement, here: Place, there: Place, issuer: str, dates: Dates) -> list[Beat]:
    when, said = statement.when, statement.stated_on
    if index in dates.anchor:
        covered = dates.covered(index)
        if covered is None:
            return []
        low, high = covered
    elif when is None:
        if said is None or said.lo is None:
            return []
        low, high = None, said.lo
    elif when.relative is not None or not when.bounded:
        return []
    else:
        low, high = when.nominal
    beat = Beat(index, statement.act, low, high, fixed=True, place=here, to_place=there, event=statement.event)
    if statement.act is Act.CUSTODY_DENIED:
        return [replace(beat, free=0, issuer=issuer, bound_to_issuer=statement.side is Side.STATE, whole=False)]
    mine = issuer if statement.act in _NOTICE else ""
    return [replace(beat, denies=statement.act, issuer=mine, placeless=not statement.place.strip())]


def negation(index: int, claim: int, statement: Statement, places: Mapping[str, Place], policy: Policy, dates: Dates) -> Beat | None:
    """What the denial of a claim says: it did not happen in its window, between its places. None for what is a denial itself."""
    if statement.denied or statement.act is Act.CUSTODY_DENIED:
        return None
    found = beats_of(claim, statement, places, policy, dates)
    if not found:
        return None
    first = found[0]
    return Beat(
        index, first.act, first.low, first.high, fixed=True, place=first.place, to_place=first.to_place, denies=first.act,
        issuer=first.issuer, placeless=not statement.place.strip(),
    )  # fmt: skip


def _travel(one: Place, other: Place) -> int:
    return int(least_distance_km(one, other) / KM_PER_HOUR * 60)


class Oracle:
    """Z3 over some beats; each owner is an assumption, the presumption of custody another."""

    def __init__(self, beats: Sequence[Beat], policy: Policy, *, dates: Dates | None = None, optimize: bool = False) -> None:
        """Encode everything at once. ``optimize``: for MaxSMT instead of checks."""
        self.policy = policy
        self.dates = dates
        self.solver: z3.Solver | z3.Optimize = z3.Optimize() if optimize else z3.Solver()
        self.presume = z3.Bool("presume")
        self.literal: dict[int, z3.BoolRef] = {}
        self.disjunctions = 0
        self._start: list[z3.ArithRef | None] = []
        self._end: list[z3.ArithRef | None] = []
        self._beats = beats
        self.literal.update((beat.owner, z3.Bool(f"s{beat.owner}")) for beat in beats)
        for number, beat in enumerate(beats):
            self._timed(number, beat)
        for (i, x), (j, y) in combinations(enumerate(beats), 2):
            self._pair(i, x, j, y)
        if dates is not None:
            self._relate(dates)

    def _speaks(self, beat: Beat) -> z3.BoolRef:
        """A statement with all that date it; of the denial of a claim, with all that date the claim."""
        if self.dates is None:
            return self.literal[beat.owner]
        stands_for = beat.owner % len(self.dates.statements)
        return z3.And(self.literal[beat.owner], *(self.literal[one] for one in sorted(self.dates.needs(stands_for)) if one in self.literal))

    def _relate(self, dates: Dates) -> None:
        """Moments (or their days) that a relative date joins."""
        first: dict[int, int] = {}
        for number, beat in enumerate(self._beats):
            first.setdefault(beat.owner, number)
        days: dict[int, z3.ArithRef] = {}
        for index, anchor in dates.anchor.items():
            relative = dates.statements[index].when.relative  # type: ignore[union-attr]
            if index not in first or anchor not in first or dates.statements[index].denied or dates.statements[index].act is Act.CUSTODY_DENIED:
                continue
            on, slack = self._speaks(self._beats[first[index]]), dates.slack(index)
            here, there = self._start[first[index]], self._start[first[anchor]]
            if relative.shift is not None and relative.unit >= CLOCKS:
                here, there = (self._day(days, dates, one, first[one]) for one in (index, anchor))
                rough = 3 * CLOCKS if relative.unit > CLOCKS else 0
                low, high = relative.shift[0] - rough, relative.shift[1] + rough
            elif self._beats[first[anchor]].fixed:
                continue  # a moment within a stretch: its window says it all
            elif relative.shift is None:
                low, high = (1, None) if relative.order == ">" else (None, -1)
            else:
                low, high = relative.shift[0] - relative.unit + 1, relative.shift[1] + relative.unit - 1
            self._bound(on, here - there, (None if low is None else low - slack, None if high is None else high + slack))  # type: ignore[operator]

    def _bound(self, on: z3.BoolRef, what: z3.ArithRef | None, bounds: Span) -> None:
        low, high = bounds
        self.solver.add(z3.Implies(on, z3.And(*([what >= low] if low is not None else []), *([what <= high] if high is not None else []))))

    def _day(self, days: dict[int, z3.ArithRef], dates: Dates, index: int, number: int) -> z3.ArithRef:
        if index not in days:
            day = days[index] = z3.Int(f"d{index}")
            on, beat = self._speaks(self._beats[number]), self._beats[number]
            low, high = dates.window(index) or (None, None)
            self._bound(on, day, (None if low is None else _midnight(low), None if high is None else _midnight(high)))
            if not beat.fixed:
                self._bound(on, self._start[number] - day, (0, CLOCKS - 1))  # type: ignore[operator]
        return days[index]

    @classmethod
    def of(
        cls,
        statements: Sequence[Statement],
        places: Mapping[str, Place],
        policy: Policy,
        *,
        denied: Iterable[int] = (),
        optimize: bool = False,
    ) -> "Oracle":
        """The oracle of some statements, and of the denials of some claims among them (owner: ``len(statements) + claim``)."""
        dates = Dates(statements, places)
        beats = [beat for i, one in enumerate(statements) for beat in beats_of(i, one, places, policy, dates)]
        for claim in denied:
            found = negation(len(statements) + claim, claim, statements[claim], places, policy, dates)
            if found is not None:
                beats.append(found)
        return cls(beats, policy, dates=dates, optimize=optimize)

    def _timed(self, number: int, beat: Beat) -> None:
        if beat.fixed:
            self._start.append(None if beat.low is None else z3.IntVal(beat.low))
            self._end.append(None if beat.high is None else z3.IntVal(beat.high))
            return
        moment = z3.Int(f"t{number}")
        self._start.append(moment)
        self._end.append(moment)
        on = self._speaks(beat)
        if beat.low is not None:
            self.solver.add(z3.Implies(on, moment >= beat.low))
        if beat.high is not None:
            self.solver.add(z3.Implies(on, moment <= beat.high))

    def _after(self, j: int, i: int, gap: int, *, from_: int = 0, to: int = 0) -> z3.BoolRef:
        """Beat ``j`` (from ``from_`` minutes after its start) begins at least ``gap`` minutes after ``i`` (``to`` minutes on) has ended."""
        start, end = self._start[j], self._end[i]
        if start is None or end is None:
            return z3.BoolVal(val=False)
        return start + from_ >= end + to + gap

    def _law(self, x: Beat, y: Beat, *alternatives: z3.BoolRef, presumed: bool = False) -> None:
        guards = [self._speaks(x), self._speaks(y)] + ([self.presume] if presumed else [])
        self.solver.add(z3.Implies(z3.And(*guards), z3.Or(*alternatives)))
        self.disjunctions += 1

    def _pair(self, i: int, x: Beat, j: int, y: Beat) -> None:
        if x.owner == y.owner:
            self._law(x, y, self._after(j, i, _travel(x.place, y.place)))
            return
        one_clock = same_clock(x.place, y.place) and same_clock(y.place, x.place)
        slack = 0 if one_clock else CLOCKS
        apart = disjoint(x.place, y.place)
        if x.bodily and y.bodily and apart:
            gap = _travel(x.place, y.place) - slack
            self._law(x, y, self._after(j, i, gap), self._after(i, j, gap))
        for (a, one), (b, other) in (((i, x), (j, y)), ((j, y), (i, x))):
            self._custody(a, one, b, other, slack)
            self._death(a, one, b, other, slack)
            if denies(one, other):
                self._law(x, y, self._after(j, i, 1), self._after(i, j, 1))
        if x.event and x.event == y.event and x.act is y.act and x.denies is None and y.denies is None and not (x.fixed or y.fixed):
            self._law(x, y, self._near(i, j, slack))
            if apart:
                self._law(x, y)

    def _near(self, i: int, j: int, slack: int) -> z3.BoolRef:
        one, other = self._start[i], self._start[j]
        return z3.BoolVal(val=True) if one is None or other is None else z3.And(one - other <= slack, other - one <= slack)

    def _custody(self, i: int, x: Beat, j: int, y: Beat, slack: int) -> None:
        """``x`` holds him, ``y`` has him free."""
        if x.held is None or y.free is None:
            return
        before = self._after(i, j, 1 - slack, from_=x.held, to=y.free)
        later = self._after(j, i, 1 - slack, from_=y.free, to=x.held)
        plainly = not y.bound_to_issuer or (x.holder == y.issuer if x.holder else y.whole)
        by_country = not x.holder and y.issuer in (self.policy.holders or {}).get(x.owner, ())
        if plainly:
            self._law(x, y, before, later)
        elif by_country:
            self._law(x, y, before, later, presumed=True)
        if not (plainly or by_country) or y.held is not None or x.free is not None or x.owner not in (self.policy.until or {}):
            return
        until = (self.policy.until or {})[x.owner]
        start = self._start[j]
        if until is None or start is None:
            self._law(x, y, before, presumed=True)
            return
        sure = x.high if x.fixed else x.low
        end = until if sure is None else max(until, sure + 1)
        self._law(x, y, before, start + y.free >= end - slack, presumed=True)

    def _death(self, i: int, x: Beat, j: int, y: Beat, slack: int) -> None:
        if y.arrival or y.denies is not None:
            return
        if x.alive and y.act in (Act.DIED, Act.BURIED):
            self._law(x, y, self._after(j, i, -slack))
        if x.act is Act.DIED and x.denies is None and y.act is Act.DIED:
            self._law(x, y, self._near(i, j, slack))
        if x.act is Act.DIED and x.denies is None and y.act is Act.BURIED:
            self._law(x, y, self._after(j, i, -slack))

    def consistent(self, owners: Collection[int], *, presumed: bool = False) -> bool:
        """Whether some reading satisfies these owners together with the laws (and the presumptions)."""
        on = [literal for owner, literal in self.literal.items() if owner in owners]
        off = [z3.Not(literal) for owner, literal in self.literal.items() if owner not in owners]
        verdict = self.solver.check(*on, *off, self.presume if presumed else z3.Not(self.presume))
        if verdict == z3.unknown:
            raise RuntimeError(str(self.solver.reason_unknown()))
        return verdict == z3.sat


def denies(denial: Beat, claim: Beat) -> bool:
    """Whether a denial speaks of what a claim says (times aside; it speaks in the clock of the place that it denies, so there is no slack)."""
    if denial.denies is None or claim.denies is not None:
        return False
    placed = denial.placeless or contains(denial.place, claim.place)
    if denial.denies is Act.PRESENT:
        return claim.bodily and placed
    if denial.denies in (Act.HELD_AT, Act.SEEN_IN_CUSTODY):
        return claim.held is not None and claim.act is not Act.RELEASED and placed
    if claim.act is not denial.denies or claim.arrival:
        return False
    if denial.denies in (Act.WANTED, Act.CHARGED):
        return denial.issuer in ("", claim.issuer)
    if denial.to_place.known and not contains(denial.to_place, claim.to_place):
        return False
    return placed


Verdict = Callable[[Collection[int]], bool]


def minimal_inconsistent(items: Sequence[int], consistent: Verdict) -> list[frozenset[int]]:
    """All minimal inconsistent subsets, by walking the lattice of subsets from above (few items only)."""
    bit = {item: 1 << at for at, item in enumerate(items)}
    fine: list[int] = []
    found: list[int] = []

    def members(mask: int) -> list[int]:
        return [item for item in items if mask & bit[item]]

    def asks(mask: int) -> bool:
        if any(mask & ~good == 0 for good in fine):
            return True
        if any(bad & ~mask == 0 for bad in found):
            return False
        return consistent(members(mask))

    for mask in sorted(range(1 << len(items)), key=lambda one: -one.bit_count()):
        if any(mask & ~good == 0 for good in fine):
            continue
        while not any(bad & ~mask == 0 for bad in found):
            if consistent(members(mask)):
                fine.append(mask)
                break
            core = mask
            for item in items:
                if core & bit[item] and not asks(core & ~bit[item]):
                    core &= ~bit[item]
            found.append(core)
    return sorted((frozenset(members(mask)) for mask in found), key=lambda one: (len(one), sorted(one)))


def free_of(sets: Iterable[frozenset[int]], some: Collection[int]) -> bool:
    """Whether ``some`` holds none of the minimal inconsistent ``sets``: then it is consistent."""
    kept = frozenset(some)
    return not any(one <= kept for one in sets)


def subsets(items: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All subsets, smallest first."""
    for size in range(len(items) + 1):
        yield from combinations(items, size)


def standing_against(counted: Sequence[int], stands: Verdict) -> list[frozenset[int]]:
    """The minimal C ⊆ ``counted`` for which ``stands(C)``, by looking at every subset."""
    found: list[frozenset[int]] = []
    for some in subsets(counted):
        one = frozenset(some)
        if not any(other <= one for other in found) and stands(one):
            found.append(one)
    return found


Names = Mapping[int, frozenset[str]]
"""Statement → whose being wrong would remove it: one voice, or several carriers."""


def least_hitting(sets: Sequence[frozenset[int]], voice: Names) -> tuple[int, list[frozenset[str]]]:
    """The least number of voices that meets every set, and all smallest choices of voices, by looking at every choice."""
    spoken = [frozenset[str]().union(*(voice[index] for index in one)) for one in sets]
    names = sorted(frozenset[str]().union(*spoken)) if spoken else []
    for size in range(len(names) + 1):
        found = [frozenset(some) for some in combinations(names, size) if all(set(some) & one for one in spoken)]
        if found:
            return size, found
    raise AssertionError("a set that no voice speaks")


def cost_of_belief(
    sets: Sequence[frozenset[int]], version: Collection[int], counted: Sequence[int], voice: Names, bare: Sequence[frozenset[int]] | None = None
) -> tuple[int, list[frozenset[str]]]:
    """N by its definition, from all minimal inconsistent ``sets`` of the laws (with or without presumptions).

    ``bare``: the sets that remain where the version gives its days and claims nothing; what quarrels by itself on those days is no C.
    """
    claims = frozenset(version)

    def stands(some: Collection[int]) -> bool:
        fine = free_of(sets, some) if bare is None else free_of(bare, claims | frozenset(some))
        return fine and not free_of(sets, claims | frozenset(some))

    return least_hitting(standing_against(counted, stands), voice)


def cost_of_denial(
    sets: Sequence[frozenset[int]], denials: Sequence[Sequence[frozenset[int]]], counted: Sequence[int], voice: Names
) -> tuple[int, list[frozenset[str]]]:
    """M by its definition. ``denials``: for each claim of the version that can be denied, the minimal sets that exclude its denial."""

    def stands(some: Collection[int]) -> bool:
        return bool(denials) and free_of(sets, some) and not any(free_of(one, some) for one in denials)

    return least_hitting(standing_against(counted, stands), voice)


def least_wrong_voices(oracle: Oracle, version: Collection[int], counted: Sequence[int], voice: Mapping[int, str], *, timeout_ms: int) -> int | None:
    """N by MaxSMT (an ``optimize`` oracle): the fewest voices switched off so that the rest agrees with the version. None: time-out.

    Equal to the definition only where the counted statements agree among themselves.
    """
    optimizer = oracle.solver
    assert isinstance(optimizer, z3.Optimize)
    optimizer.set("timeout", timeout_ms)
    optimizer.add(z3.Not(oracle.presume), *[oracle.literal[index] for index in version])
    wrong = {name: z3.Bool(f"wrong {name}") for name in sorted({voice[index] for index in counted})}
    for index in counted:
        optimizer.add(z3.Or(oracle.literal[index], wrong[voice[index]]))
    for literal in wrong.values():
        optimizer.add_soft(z3.Not(literal))
    if optimizer.check() != z3.sat:
        return None
    model = optimizer.model()
    return sum(z3.is_true(model.eval(literal)) for literal in wrong.values())
