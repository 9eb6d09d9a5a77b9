"""What only several say together: minimal sets in which no two statements contradict each other (given what dates them), yet all cannot be true.

A journey of several legs, a chain of transfers, days counted from one event. Each tangle of such sets is one story, told by its shortest;
how many more there are is said. Sets that touch the accusation or a relative date are looked for in every file, others in files of up to
:data:`EVERYWHERE` statements.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Side
from habeas.domain.where import NOWHERE
from habeas.examine.battery.story import Story, ids, joined, listed, strongest
from habeas.examine.contradiction import minimal_sets, smallest_repairs
from habeas.examine.laws import Laws
from habeas.examine.network import Network, OpenClause
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER, Node
from habeas.examine.wording import clock, exact_span
from habeas.locale import tr, tr_n

VERSION = "1"
EVERYWHERE = 2_000
_TANGLE = 60
"""Statements of one tangle at most that are looked at; a larger one is cut to those nearest the accusation, and said to be."""


class Tangle(NamedTuple):
    """Minimal sets that share statements, shortest first; ``repairs``: the smallest sets of statements without which the rest can be true."""

    sets: tuple[tuple[int, ...], ...]
    repairs: tuple[tuple[int, ...], ...]
    capped: bool


def together(record: Record) -> Iterator[Finding]:
    """Every tangle, the surest reading first; what was told surely is not told again."""
    told: list[frozenset[int]] = []
    for certainty in (Certainty.CERTAIN, Certainty.ON_PRESUMPTION, Certainty.IMPROBABLE):
        network = {Certainty.CERTAIN: record.certain, Certainty.ON_PRESUMPTION: record.presumed}.get(certainty, record.practical)
        for tangle in tangles(record, network):
            fresh = tuple(one for one in tangle.sets if not any(known <= set(one) for known in told))
            told += [frozenset(one) for one in fresh]
            if fresh:
                yield _story(record, network, tangle._replace(sets=fresh), certainty)


def tangles(record: Record, network: Network) -> Iterator[Tangle]:
    """The minimal sets of three or more, grouped where they share a statement."""
    everyone = range(len(record.statements))
    seeds = frozenset(record.accusation) | frozenset(record.relations)
    whole = len(everyone) <= EVERYWHERE
    if not (whole or seeds):
        return
    for clauses in _apart(network, network.kernel(() if whole else seeds, everyone)):
        among = network.closure(network.nodes[i].owner for clause in clauses for i in clause[:2])
        cut = len(among) > _TANGLE
        if cut:
            among = network.closure(sorted(among, key=lambda index: (index not in record.is_accusation, index))[:_TANGLE])
        problem = network.problem(clauses)
        found = minimal_sets(problem, among, skip=network.statements_clash)  # two that contradict each other are told by the other tests
        sets = [one for one in found.sets if len(one) > 2]  # noqa: PLR2004
        accusing = [one for one in sets if _bears(record, one) is BearsOn.ACCUSATION]
        for group in (*_sharing(accusing), *_sharing([one for one in sets if one not in accusing])):
            members = {index for one in group for index in one}
            yield Tangle(tuple(group), smallest_repairs(problem, members).sets, found.capped or cut)
        problem.close()


def _apart(network: Network, kernel: list[OpenClause]) -> list[list[OpenClause]]:
    """The connected parts of a kernel."""
    part = joined(network.closure(network.nodes[i].owner for i in clause[:2]) for clause in kernel)
    found: dict[int, list[OpenClause]] = defaultdict(list)
    for clause in kernel:
        found[part[network.nodes[clause[0]].owner]].append(clause)
    return [found[key] for key in sorted(found)]


def _sharing(sets: list[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    """Sets that share a statement, the shortest first in each group."""
    part = joined(sets)
    groups: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for one in sorted(sets, key=lambda some: (len(some), some)):
        groups[part[one[0]]].append(one)
    return list(groups.values())


def _kind(record: Record, network: Network, some: Collection[int]) -> Kind:
    """By the law that cannot be left out: custody, death, place; else it is the dates alone."""
    accused = bool(set(some) & record.is_accusation)
    if _holds(network, some, held=None, free=None):
        return Kind.CUSTODY_CONFLICT if accused else Kind.PRESENCE_CONFLICT
    if _holds(network, some, dies=False, dead=False):
        return Kind.ACT_AFTER_DEATH if accused else Kind.DATE_CONFLICT
    return Kind.PRESENCE_CONFLICT if _holds(network, some, bodily=False, place=NOWHERE) else Kind.DATE_CONFLICT


def _holds(network: Network, some: Collection[int], **without: object) -> bool:
    """Whether some statements can all be true once their nodes say less."""
    nodes: list[Node] = [replace(node, **without) if node.owner in some else node for node in network.nodes]  # type: ignore[arg-type]
    return Network(Laws(nodes, pace=network.laws.pace, presumed=network.laws.presumed)).consistent(some)


def _story(record: Record, network: Network, tangle: Tangle, certainty: Certainty) -> Finding:
    shortest = tangle.sets[0]
    story = Story(record, _kind(record, network, shortest), VERSION, "together", certainty, *sorted(record.statements[i].id for i in shortest))
    ordered = sorted(shortest, key=lambda index: (sum(record.window(index)), index))
    story.arithmetic += [
        tr("{id}: {place}, {when}", id=record.statements[i].id, place=record.statements[i].place.split(",")[0] or tr("no place given"),
           when=exact_span(record.window(i)))
        for i in ordered
    ]  # fmt: skip
    story.arithmetic += _ways(record, network, ordered)
    if certainty is Certainty.ON_PRESUMPTION:
        story.presumptions.append(tr("custody lasted as long as no end of it is on record"))
    if certainty is Certainty.IMPROBABLE:
        story.presume_pace()
    more = len(tangle.sets) - 1
    if more:
        story.readings.append(
            tr_n("one more set of these statements cannot be true together", "{count} more sets of these statements cannot be true together", more)
        )
    if tangle.repairs:
        without = "; ".join(ids(record, one) for one in tangle.repairs[:6])
        story.would_change.append(tr("the rest can be true once any one of these is set aside: {sets}", sets=without))
    if tangle.capped:
        story.readings.append(tr("not every set was looked for: there may be more"))
    story.would_change.append(tr("the exact hour or place of any one of them, or proof that one speaks of another person"))
    rest = sorted({index for one in tangle.sets[1:] for index in one} - set(shortest))
    words = tr("Any two of these can be true, but not all together: {who}.", who=listed(record, ordered, 8))
    bears = _bears(record, shortest)
    return story.finding(certainty, (strongest(record, shortest), rest), words, bears_on=bears)


def _bears(record: Record, some: Collection[int]) -> BearsOn:
    accused = any(index in record.is_accusation or record.statements[index].side is Side.STATE for index in some)
    return BearsOn.ACCUSATION if accused else BearsOn.OWN_ACCOUNT


def _ways(record: Record, network: Network, ordered: list[int]) -> list[str]:
    """The ways between the places, in the order of the dates, and where on the way the time runs out; the solver has tried every other order."""
    found = []
    earliest = record.window(ordered[0])[0]
    for one, other in pairwise(ordered):
        here, there = record.place(one), record.place(other)
        km = network.laws.between(here, there).km
        if km >= 1:
            found.append(
                tr("from the place of {one} to that of {other}: at least {km} km, {minutes} minutes",
                   one=record.statements[one].id, other=record.statements[other].id, km=round(km), minutes=network.laws.minutes(km))
            )  # fmt: skip
        low, high = record.window(other)
        earliest = max(low, earliest + _least(network, one, other))
        if earliest > max(high, -FOREVER):
            found.append(
                tr("in this order {other} cannot be before {earliest}, and is dated until {until}; no other order fits either",
                   other=record.statements[other].id, earliest=clock(earliest), until=clock(high))
            )  # fmt: skip
            break
    return found


def _least(network: Network, one: int, other: int) -> int:
    """Minutes at least between the moments that two statements speak of, where the one comes first."""
    x, y = (network.nodes[network.by_owner[index][0]] for index in (one, other))
    return x.length + max(0, network.laws.gap(x, y) or 0)
