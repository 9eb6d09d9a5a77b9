"""What each act asserts, as points and stretches on one person's timeline (the semantics table of the design).

A statement becomes one or two :class:`Node` records: a moment somewhere in a window (``lo`` to ``hi``, minutes, inclusive), or a
stretch of fixed length, with what it demands: a place, that he is held or free, alive or dead, or that an act did *not* happen.

What it does not do: compare nodes (that is :mod:`habeas.examine.laws`) or follow relative dates (:mod:`habeas.examine.relative`): it takes
the windows that were found, and ties the nodes together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from habeas.domain.identity import fold
from habeas.domain.statement import IN_FORCE_WHEN_ISSUED, Act, Side, Statement
from habeas.domain.when import When
from habeas.domain.where import NOWHERE, Place, least_distance_km
from habeas.examine.travel import certain_minutes

FOREVER = 1 << 40
"""Minutes; stands for an unbounded end of a window."""

NOTICES = IN_FORCE_WHEN_ISSUED
BODILY = frozenset({
    Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED, Act.RELEASED, Act.ESCAPED, Act.DEPARTED, Act.PRESENT,
})  # fmt: skip
"""Acts that place his body."""
EVENTS = frozenset({Act.SEARCHED_PREMISES, Act.STATEMENT_TAKEN, Act.THREATENED, Act.APPEAL_SENT, Act.REPLY})
"""Events in the life of the case: they demand nothing of his body, and can be denied."""


class Link(NamedTuple):
    """A node lies ``low`` to ``high`` minutes after node ``other``; a day more each way where the two clocks may differ, if ``clocks``."""

    other: int
    low: int
    high: int
    clocks: bool


@dataclass(slots=True)
class Node:
    """One moment or stretch of one statement.

    ``held``/``free`` are the offsets in minutes from the node's start at which he is said to be held or free (None: not said);
    ``length`` is that of a stretch (0 for a moment). ``denies`` names the act that is said not to have happened.
    ``bound``: the word on freedom speaks only of custody by ``not_held_by``; ``anyone``: also of a holder whom nothing names.
    ``needs``: the statements that date this one; without them it says nothing. ``tied``: it has a link, or another node has one to it.
    """

    owner: int
    act: Act
    lo: int
    hi: int
    length: int = 0
    place: Place = NOWHERE
    to_place: Place = NOWHERE
    bodily: bool = False
    held: int | None = None
    free: int | None = None
    alive: bool = False
    dies: bool = False
    dead: bool = False
    holder: str = ""
    not_held_by: str = ""
    bound: bool = False
    anyone: bool = False
    denies: Act | None = None
    event: str = ""
    after: int | None = None
    journey: int = 0
    needs: frozenset[int] = frozenset()
    links: tuple[Link, ...] = ()
    tied: bool = False


def window(statement: Statement) -> tuple[int, int] | None:
    """The outermost window in which the act happened or was in force; None where there is no bound at all.

    ``when`` empty and ``stated_on`` known: a notice, charge or denial is in force when issued; any other act happened by then.
    """
    when = statement.when
    if when is None:
        stated = statement.stated_on
        if stated is None or not stated.bounded:
            return None
        low = stated.lo if statement.act in NOTICES else None
        return _open(low, stated.hi)
    return _open(when.lo, when.hi) if when.bounded else None


def denied_window(statement: Statement) -> tuple[int, int] | None:
    """The stretch in which the speaker says that the act did *not* happen: the dates as given, without widening.

    Empty ``when``: never, up to ``stated_on``.
    """
    when = statement.when
    if when is None:
        stated = statement.stated_on
        return None if stated is None or stated.lo is None else (-2 * FOREVER, stated.lo)
    dated = when.nominal if when.bounded else None
    sure = dated if when.relative is None else when.core
    if sure is None:
        return None
    low, high = sure
    return (-2 * FOREVER if low is None else low, 2 * FOREVER if high is None else high)


def _open(low: int | None, high: int | None) -> tuple[int, int]:
    return (-FOREVER if low is None else low, FOREVER if high is None else high)


def sure_stretch(when: When | None) -> tuple[int, int] | None:
    """The stretch that an interval surely covers; None where an end is open, rough, or it is not an interval."""
    if when is None or not when.interval or when.core is None:
        return None
    low, high = when.core
    return None if low is None or high is None or high <= low else (low, high)


def nodes_of(
    statements: Sequence[Statement], places: Mapping[str, Place], accusation: frozenset[str] = frozenset(), tied: Collection[int] = frozenset()
) -> list[Node]:
    """The nodes of all statements, in their order; ``owner`` is the index of the statement. ``tied``: those that relations join."""
    nodes: list[Node] = []
    for owner, statement in enumerate(statements):
        if statement.act is Act.OTHER and owner not in tied:
            continue
        if statement.denial:
            _deny(nodes, owner, statement, places)
        elif (bounds := window(statement) or ((-FOREVER, FOREVER) if owner in tied else None)) is not None:
            _assert(nodes, owner, statement, bounds, places, accused=statement.id in accusation)
    return nodes


def _deny(nodes: list[Node], owner: int, statement: Statement, places: Mapping[str, Place]) -> None:
    bounds = denied_window(statement)
    if bounds is None:
        return
    node = Node(owner, statement.act, bounds[0], bounds[0], bounds[1] - bounds[0], event=statement.event)
    node.place = places.get(statement.place, NOWHERE)
    node.to_place = places.get(statement.to_place, NOWHERE)
    if statement.act is Act.CUSTODY_DENIED:
        node.free, node.not_held_by, node.bound = 0, issuer(statement), statement.side is Side.STATE
    else:
        node.denies = statement.act
        node.not_held_by = issuer(statement) if statement.act in NOTICES else ""
        node.anyone = not statement.place.strip()
    nodes.append(node)


def _assert(nodes: list[Node], owner: int, statement: Statement, bounds: tuple[int, int], places: Mapping[str, Place], *, accused: bool) -> None:
    act = statement.act
    node = Node(owner, act, *bounds, event=statement.event)
    node.place = places.get(statement.place, NOWHERE)
    node.to_place = places.get(statement.to_place, NOWHERE)
    node.bodily = act in BODILY or act is Act.DIED
    node.alive = act in BODILY or act in (Act.WANTED, Act.CHARGED)
    node.dies, node.dead = act is Act.DIED, act is Act.BURIED
    _custody(node, statement, accused=accused)
    if act is Act.HELD_AT or (act is Act.PRESENT and statement.circumstance("throughout").casefold() == "true"):
        sure = sure_stretch(statement.when)
        if sure:
            node.lo, node.hi, node.length = sure[0], sure[0], sure[1] - sure[0]
    nodes.append(node)
    if act in (Act.DEPARTED, Act.TRANSFERRED) and node.to_place.known:
        nodes.append(_arrival(node, len(nodes) - 1))


def _custody(node: Node, statement: Statement, *, accused: bool) -> None:
    act = statement.act
    if act in (Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED):
        node.held, node.holder = 0, holder(statement)
    elif act in (Act.RELEASED, Act.ESCAPED):
        node.held, node.free = 0, 1
    elif act is Act.DEPARTED or (act is Act.PRESENT and accused and not statement.circumstance("under_guard")):
        node.free, node.anyone = 0, True
    elif act is Act.WANTED:
        node.free, node.not_held_by, node.bound = 0, issuer(statement), True
    elif act is Act.CHARGED:
        node.not_held_by, node.bound = issuer(statement), True
        node.free = 0 if statement.circumstance("in_absentia").casefold() == "true" else None
    if act in (Act.RELEASED, Act.ESCAPED):
        node.anyone = True


def _arrival(start: Node, index: int) -> Node:
    """At ``to_place`` after the journey, whenever that was: bounded below only."""
    journey = certain_minutes(least_distance_km(start.place, start.to_place))
    low = start.lo if start.lo == -FOREVER else start.lo + journey
    return Node(start.owner, Act.PRESENT, low, FOREVER, place=start.to_place, bodily=True, alive=True, after=index, journey=journey)


def holder(statement: Statement) -> str:
    """Who holds him as far as the columns say (folded): ``by`` among the circumstances, else the state that says so of itself."""
    by = statement.circumstance("by")
    return fold(by or (statement.body if statement.side is Side.STATE else ""))


def issuer(statement: Statement) -> str:
    """On whose behalf it is said (folded): the body, or the speaker where no body is given."""
    return fold(statement.body or statement.speaker)
