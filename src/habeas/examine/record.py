"""The statements about one person, compiled once: nodes, laws under each regime, voices, custody and what ended it.

Custody that was opened is presumed to last until a statement closes it. What closes it: a recorded release or escape that is not
itself part of the accusation and is not rivalled by later custody without a new arrest; a later, disjoint arrest (then the end is
unknown, and nothing is presumed after the last sign of the earlier custody).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

import msgspec

from habeas.domain.case import Case
from habeas.domain.identity import fold
from habeas.domain.statement import CUSTODY_ACTS, Act, Side, Statement
from habeas.domain.where import NOWHERE, Place, contains, disjoint
from habeas.examine.laws import Laws, Presumptions
from habeas.examine.network import Network, differing
from habeas.examine.passages import Passages, shared_passages
from habeas.examine.relative import follow, tie
from habeas.examine.semantics import FOREVER, Node, holder, nodes_of, window
from habeas.examine.travel import Pace
from habeas.examine.voices import Voice, voices_of

_TESTED = frozenset({
    Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED, Act.RELEASED, Act.ESCAPED, Act.DEPARTED, Act.PRESENT,
    Act.WANTED, Act.DIED, Act.BURIED, Act.CUSTODY_DENIED,
})  # fmt: skip


class Record:
    """Everything that the tests of one examination read."""

    def __init__(self, case: Case, places: Mapping[str, Place], pace: Pace | None = None, earlier: "Record | None" = None) -> None:
        """``places``: place string (and body name, where it is a country) → what it was understood as.

        ``earlier``: a record of the same case as it stood before; what a change does not touch is taken over from it.
        """
        self.case = case
        self.pace = pace or Pace(**dict(case.pace))
        self.places = places
        told = tuple(s for s in case.statements if _main(s, case))
        self.told = len(told)
        chains = follow((*told, *_dating(told, case)), places)
        self.statements: tuple[Statement, ...] = chains.statements
        self.needs = chains.needs
        self.relations = chains.relations
        accused = frozenset(case.accusation)
        self.others = tuple(s.id for s in case.statements if s.id in accused and not _main(s, case))
        self._windows = [window(s) for s in self.statements]
        self.accusation = tuple(i for i, s in enumerate(told) if s.id in accused)
        self.is_accusation = frozenset(self.accusation)
        tied = frozenset(chains.relations).union(one.anchor for one in chains.relations.values())
        self.nodes: list[Node] = nodes_of(self.statements, places, frozenset(accused), tied)
        tie(self.nodes, chains)
        self._before: dict[str, Network] = {}
        self._read: tuple[tuple[tuple[str, ...], tuple[str, ...]], Passages] | None = None
        if earlier is not None:
            self._read = earlier._read  # noqa: SLF001  # a record may look into another
            self._before = {name: network for name, network in vars(earlier).items() if isinstance(network, Network)}
            self._changed = differing(earlier.nodes, self.nodes)
        self.certain = self._network("certain", Laws(self.nodes))
        self.voices: list[Voice] = voices_of(self.statements)

    def passages(self, texts: Sequence[str], forms: Sequence[str]) -> Passages:
        """What some of its texts share; the same texts are read once."""
        key = (tuple(texts), tuple(forms))
        if self._read is None or self._read[0] != key:
            self._read = (key, shared_passages(texts, forms))
        return self._read[1]

    def _network(self, name: str, laws: Laws) -> Network:
        """The network of a regime, with what an earlier record of the case knew."""
        network = Network(laws)
        if name in self._before:
            network.take_over(self._before.pop(name), self._changed)
        return network

    @cached_property
    def presumed(self) -> Network:
        """The network in which custody lasts until something on record ends it."""
        return self._network("presumed", Laws(self.nodes, presumed=Presumptions(self._until(), self._holders())))

    @cached_property
    def practical(self) -> Network:
        """The network at a practical pace."""
        return self._network("practical", Laws(self.nodes, pace=self.pace))

    def place(self, index: int) -> Place:
        """What the place of a statement was understood as."""
        return self.places.get(self.statements[index].place, NOWHERE)

    def window(self, index: int) -> tuple[int, int]:
        """The window of a statement; the whole of time where nothing bounds it."""
        return self._windows[index] or (-FOREVER, FOREVER)

    def dated(self, index: int) -> bool:
        """Whether anything bounds a statement in time."""
        return self._windows[index] is not None

    def testable(self, index: int) -> bool:
        """Whether a statement of the accusation names an act that says something of him, with a date that can be tested."""
        statement = self.statements[index]
        if index not in self.certain.by_owner:
            return False
        if statement.act is Act.CHARGED:
            return statement.circumstance("in_absentia").casefold() == "true"
        if statement.act not in _TESTED:
            return False
        if statement.denied or statement.act is Act.CUSTODY_DENIED:
            return True
        low, high = self.window(index)
        return low > -FOREVER and high < FOREVER

    @cached_property
    def custody(self) -> list[int]:
        """Statements outside the accusation that say that someone holds him, with a date, in the order of their latest date."""
        found = [i for i, s in enumerate(self.statements) if s.act in CUSTODY_ACTS and not s.denied and i not in self.is_accusation and self.dated(i)]
        return sorted(found, key=lambda i: (self.window(i)[1], i))

    @cached_property
    def deaths(self) -> list[int]:
        """Statements outside the accusation that have him dead, with a date."""
        return [
            i
            for i, s in enumerate(self.statements)
            if s.act in (Act.DIED, Act.BURIED) and not s.denied and i not in self.is_accusation and self.dated(i)
        ]

    @cached_property
    def closings(self) -> list[int]:
        """Recorded releases and escapes that are believed: not the accusation's own, not denied, not rivalled by later custody."""
        return [
            i
            for i, s in enumerate(self.statements)
            if s.act in (Act.RELEASED, Act.ESCAPED)
            and not s.denied
            and self.dated(i)
            and (i not in self.is_accusation or (s.act is Act.ESCAPED and not self.refuted_escape(i)))
            and not self.rivals(i)
        ]

    @cached_property
    def rivalled(self) -> list[int]:
        """Releases after which he is still held without a new arrest: two rival statements, not a release."""
        return [i for i, s in enumerate(self.statements) if s.act is Act.RELEASED and not s.denied and self.rivals(i)]

    def rivals(self, release: int) -> list[int]:
        """Custody surely after a release or escape that the holding side tells, with no arrest in between.

        A release that the family or a witness tells stands; then a later custody began anew, at a time that nobody recorded.
        """
        if self.statements[release].side is not Side.STATE and release not in self.is_accusation:
            return []
        low, high = self.window(release)
        if low == -FOREVER:
            return []
        taken_again = min((start for start, end in self._arrests if end >= low), default=FOREVER)
        return [i for start, end, i in self._sightings_from(high + 1) if end < taken_again]

    @cached_property
    def _arrests(self) -> list[tuple[int, int]]:
        return sorted(self.window(i) for i in self.custody if self.statements[i].act is Act.DETAINED)

    @cached_property
    def _sightings(self) -> list[tuple[int, int, int]]:
        return sorted((*self.window(i), i) for i in self.custody if self.statements[i].act is not Act.DETAINED)

    @cached_property
    def _cells(self) -> list[Place]:
        """The places of custody, each once."""
        return list({place.name: place for place in map(self.place, self.custody) if place.known}.values())

    def _sightings_from(self, low: int) -> list[tuple[int, int, int]]:
        return self._sightings[bisect_left(self._sightings, (low, -FOREVER, -1)) :]

    def refuted_escape(self, escape: int) -> list[int]:
        """What stands against an escape: he is held, or dead, at or after it, or it is denied; empty for an escape that stands."""
        low, high = self.window(escape)
        found = self.rivals(escape)
        denials = [i for i in self._denied_escapes if i != escape and self._denies(i, escape)]
        if low == -FOREVER:
            return found + denials
        rearrested = bool(self._arrests) and self._arrests[-1][0] > high
        for death in self.deaths:
            died = self.window(death)
            gone_before = died[1] < low
            in_the_cell = self.statements[death].act is Act.DIED and not rearrested and any(
                _same_site(cell, self.place(death), self.statements[death].place) for cell in self._cells
            )  # fmt: skip
            if gone_before or (in_the_cell and died[0] > high and died[0] > -FOREVER):
                found.append(death)
        return found + denials

    @cached_property
    def _denied_escapes(self) -> list[int]:
        return [i for i, s in enumerate(self.statements) if s.act is Act.ESCAPED and s.denied]

    def _denies(self, denial: int, claim: int) -> bool:
        return denial in self.certain.by_owner and (self.certain.statements_clash(denial, claim) or self.statements[denial].when is None)

    def closed_between(self, custody: int, later: tuple[int, int]) -> bool:
        """Whether something on record may have ended a custody before a later window began to be over."""
        start = self.window(custody)
        return any(self.window(i)[1] >= start[0] and self.window(i)[0] <= later[1] for i in self.closings)

    def gap_after(self, custody: int, later: tuple[int, int]) -> bool:
        """Whether a later, disjoint arrest shows that this custody ended at an unknown time before it."""
        at = bisect_right(self._arrest_starts, self.window(custody)[1])
        return at < len(self._arrest_starts) and later[0] < self._latest_arrest[at]

    @cached_property
    def _arrest_starts(self) -> list[int]:
        return [start for start, _ in self._arrests]

    @cached_property
    def _latest_arrest(self) -> list[int]:
        """For each arrest in order: the latest end among it and those after it."""
        return list(accumulate((end for _, end in reversed(self._arrests)), max))[::-1]

    def may_hold(self, issuer: str, custody: int) -> bool:
        """Whether a custody may be a body's: it is named as holder, or nothing names one and the place does not speak against it."""
        by = holder(self.statements[custody])
        if by:
            return by == issuer
        country = next((self.places[s.body] for s in self.statements if fold(s.body) == issuer and s.body in self.places), NOWHERE)
        return not (country.known and disjoint(country, self.place(custody)))

    def _until(self) -> dict[int, int]:
        """Node → the minute from which he may be free again, by the record; an end that the accusation itself tells is granted."""
        claimed = [
            i
            for i in self.accusation
            if self.statements[i].act in (Act.ESCAPED, Act.RELEASED) and not self.statements[i].denied and not self.rivals(i)
        ]
        ends = sorted(self.window(i) for i in {*self.closings, *claimed})
        starts = self._arrest_starts
        until: dict[int, int] = {}
        for index, node in enumerate(self.nodes):
            if node.held is None or node.free is not None or node.owner in self.is_accusation:
                continue
            end = node.hi + node.length
            found = FOREVER
            for low, high in ends:
                if high >= node.lo:
                    found = min(found, max(low, node.lo))
            at = bisect_right(starts, end)
            if at < len(starts):
                found = min(found, end + 1)
            until[index] = found
        return until

    def _holders(self) -> dict[int, frozenset[str]]:
        """Where no column names the holder: every body that speaks and in whose country he was held."""
        bodies = {s.body for s in self.statements if s.body}
        countries = [(fold(body), self.places[body]) for body in sorted(bodies) if body in self.places and self.places[body].exact]
        found: dict[int, frozenset[str]] = {}
        for index, node in enumerate(self.nodes):
            if node.held is not None and not node.holder:
                ways = (node.place, node.to_place) if node.act is Act.TRANSFERRED else (node.place,)
                found[index] = frozenset(body for body, country in countries if any(contains(country, place) for place in ways))
        return found


def _main(statement: Statement, case: Case) -> bool:
    return statement.person.strip() in ("", case.person, case.pseudonym)


def _dating(told: Sequence[Statement], case: Case) -> Iterator[Statement]:
    """Statements about others, or about nobody, that date what is told of him: their day counts, and nothing else of them."""
    rest: dict[str, Statement] = {s.id: s for s in case.statements if not _main(s, case) and not s.denial}
    queue = list(told)
    while queue:
        when = queue.pop().when
        anchor = rest.pop(when.relative.anchor, None) if when and when.relative else None
        if anchor is not None:
            neutral = msgspec.structs.replace(anchor, act=Act.OTHER, to_place="", identifiers=(), circumstances=(), event="")
            queue.append(neutral)
            yield neutral


def _same_site(cell: Place, other: Place, words: str) -> bool:
    """Whether a death lies at a place of custody: the same words, or one within the other and not merely a town or country."""
    if cell.name and cell.name == words:
        return True
    return cell.exact and other.exact and cell.chain[:1] == other.chain[:1] and max(d.radius_km for d in cell.discs) < 5  # noqa: PLR2004
