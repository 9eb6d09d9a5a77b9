"""Dates told by other statements: followed to a window of their own, with the statements that give it kept beside it.

"Fourteen days after the attack" (``@S006+P14D``) counts calendar days: the day of the one lies 14 days after the day of the other, and the hour
is open. Weeks count to three days each way, hours to the hour, minutes to the half hour, to five minutes or to the minute as they are given.
``>`` and ``<`` say the order alone. Where the clocks of the two places may differ, a day is allowed each way. A statement with such a date
speaks only together with all that date it (:attr:`Chains.needs`); where one of these is set aside, it has no date.

What it does not do: hang a date on a denial, which says of no moment that something happened.
Source: temporal constraint networks (Dechter, Meiri & Pearl 1991); on a single chain the windows given here are exact.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from habeas.domain.statement import Act, Statement
from habeas.domain.when import DAY, ZONE_SLACK, Relative
from habeas.domain.where import NOWHERE, Place, same_clock
from habeas.examine.semantics import FOREVER, Link, Node, window

Window = tuple[int, int]


class Relation(NamedTuple):
    """Statement → ``anchor``: its act lies ``low`` to ``high`` minutes after that of the anchor, both counted by day if ``by_day``.

    ``slack``: minutes that the two clocks may differ by.
    """

    anchor: int
    low: int
    high: int
    by_day: bool
    slack: int


class Chains(NamedTuple):
    """``statements``: with windows in place of relative dates; ``relations`` and ``needs`` (all that date it) by index."""

    statements: tuple[Statement, ...]
    relations: Mapping[int, Relation]
    needs: Mapping[int, frozenset[int]]


def follow(statements: Sequence[Statement], places: Mapping[str, Place]) -> Chains:
    """Give every statement whose date can be followed its window. What leads nowhere, in a circle or to a denial stays without."""
    return _Following(statements, places).chains()


def leading_nowhere(statements: Sequence[Statement]) -> list[str]:
    """Ids of those whose date hangs on a denial, on a circle or on nothing."""
    found = follow(statements, {}).relations
    return [one.id for index, one in enumerate(statements) if one.when and one.when.relative and index not in found]


class _Following:
    def __init__(self, statements: Sequence[Statement], places: Mapping[str, Place]) -> None:
        self._statements, self._places = statements, places
        self._at: dict[str, int] = {statement.id: index for index, statement in enumerate(statements)}
        self._window: dict[int, Window] = {}
        self._relations: dict[int, Relation] = {}
        self._needs: dict[int, frozenset[int]] = {}

    def chains(self) -> Chains:
        found = []
        for index, statement in enumerate(self._statements):
            self._follow(index)
            found.append(self._resolved(index, statement) if index in self._relations else statement)
        return Chains(tuple(found), self._relations, self._needs)

    def _follow(self, start: int) -> None:
        """From the end of a chain backwards; a loop, since a chain may be longer than Python's stack."""
        if self._relative(start) is None:
            self._window[start] = window(self._statements[start]) or (-FOREVER, FOREVER)
            return
        path: dict[int, None] = {}
        at: int | None = start
        while at is not None and at not in self._window:
            if at in path:
                return  # a circle: no member of it is reached from a date
            path[at] = None
            at = self._anchor(at)
        for index in reversed(path):
            relative, anchor = self._relative(index), self._anchor(index)
            if relative is None or anchor is None:
                self._window[index] = window(self._statements[index]) or (-FOREVER, FOREVER)
                continue
            if anchor not in self._window:
                return
            relation = _relation(relative, anchor, self._slack(index, anchor))
            self._relations[index] = relation
            self._needs[index] = frozenset({anchor}) | self._needs.get(anchor, frozenset())
            self._window[index] = _shifted(self._window[anchor], relation)

    def _relative(self, index: int) -> Relative | None:
        when = self._statements[index].when
        return when.relative if when else None

    def _anchor(self, index: int) -> int | None:
        relative = self._relative(index)
        anchor = self._at.get(relative.anchor) if relative else None
        return None if anchor is None or self._statements[anchor].denial else anchor

    def _slack(self, one: int, other: int) -> int:
        here, there = (self._places.get(self._statements[index].place, NOWHERE) for index in (one, other))
        return 0 if here is there or same_clock(here, there) else ZONE_SLACK

    def _resolved(self, index: int, statement: Statement) -> Statement:
        relation, (low, high) = self._relations[index], self._window[index]
        bounds = (None if low <= -FOREVER else low, None if high >= FOREVER else high)
        when, relative = statement.when, self._relative(index)
        if when is None or relative is None:
            return statement
        core = _surely(self._window[relation.anchor], relative, relation.slack)
        if core is not None and core[1] is None:  # nobody denies what comes after he spoke
            said = statement.stated_on.lo if statement.stated_on else None
            core = None if said is None or core[0] is None or said < core[0] else (core[0], said)
        when = msgspec.structs.replace(when, lo=bounds[0], hi=bounds[1], nominal=bounds, core=core)
        return msgspec.structs.replace(statement, when=when)


def _relation(relative: Relative, anchor: int, slack: int) -> Relation:
    if relative.shift is None:
        low, high = (1, FOREVER) if relative.order == ">" else (-FOREVER, -1)
        return Relation(anchor, low, high, by_day=False, slack=slack)
    rough = _rough(relative.unit)
    return Relation(anchor, relative.shift[0] - rough, relative.shift[1] + rough, by_day=relative.unit >= DAY, slack=slack)


def _rough(unit: int) -> int:
    """Minutes each way by which a duration that is given to ``unit`` minutes may be off: days count as they are, weeks to three days."""
    return (unit // DAY) // 2 * DAY if unit >= DAY else unit - 1


def _shifted(anchor: Window, relation: Relation) -> Window:
    low, high = days_of(anchor) if relation.by_day else anchor
    more = DAY - 1 if relation.by_day else 0
    first = -FOREVER if -FOREVER in (low, relation.low) else low + relation.low - relation.slack
    last = FOREVER if FOREVER in (high, relation.high) else high + relation.high + relation.slack + more
    return first, last


def _surely(anchor: Window, relative: Relative, slack: int) -> tuple[int | None, int | None] | None:
    """The stretch that the date covers wherever in its window the anchor is: what a denial with this date denies."""
    low, high = anchor
    if relative.order == ">":
        return None if high >= FOREVER else (high + 1 + slack, None)
    if relative.order == "<":
        return None if low <= -FOREVER else (None, low - 1 - slack)
    if relative.sure is None or low <= -FOREVER or high >= FOREVER:
        return None
    start, end = _rough(relative.unit), -_rough(relative.unit)
    if relative.unit >= DAY:
        (low, high), end = days_of(anchor), end + DAY - 1
    first, last = high + relative.sure[0] + slack + start, low + relative.sure[1] - slack + end
    return (first, last) if first <= last else None


def tie(nodes: list[Node], chains: Chains) -> None:
    """Say on each node what dates its statement, and link the moments (or their days) that a relation joins; days become nodes of their own."""
    for node in nodes:
        node.needs = chains.needs.get(node.owner, frozenset())
    first: dict[int, int] = {}
    for index, node in enumerate(nodes):
        first.setdefault(node.owner, index)
    days: dict[int, int] = {}
    for owner, relation in chains.relations.items():
        if owner not in first or relation.anchor not in first or chains.statements[owner].denial:
            continue
        here, there = first[owner], first[relation.anchor]
        if relation.by_day:
            here, there = (_day(nodes, days, index, chains.statements[nodes[index].owner]) for index in (here, there))
        elif nodes[there].length:
            continue  # a moment within a stretch: the window says it all
        _link(nodes, here, Link(there, relation.low, relation.high, clocks=True))


def _day(nodes: list[Node], days: dict[int, int], index: int, statement: Statement) -> int:
    """The day of a node: a moment at most a day before it, or, for a stretch, somewhere in its window."""
    node = nodes[index]
    if node.owner not in days:
        low, high = days_of(window(statement) or (-FOREVER, FOREVER))
        days[node.owner] = len(nodes)
        nodes.append(Node(node.owner, Act.OTHER, low, high, place=node.place, needs=node.needs))
        if not node.length:
            _link(nodes, index, Link(days[node.owner], 0, DAY - 1, clocks=False))
    return days[node.owner]


def _link(nodes: list[Node], index: int, link: Link) -> None:
    nodes[index].links += (link,)
    nodes[index].tied = nodes[link.other].tied = True


def days_of(bounds: Window) -> Window:
    """The first minutes of the first and of the last day of a window."""
    low, high = bounds
    return (low if low <= -FOREVER else low // DAY * DAY), (high if high >= FOREVER else high // DAY * DAY)
