"""``presence_conflict``: two or more statements place one person where he cannot have been both, or deny that he was there."""

from collections import defaultdict
from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Act, Side, Statement
from habeas.domain.when import DAY
from habeas.domain.where import NOWHERE
from habeas.examine.battery.story import Story, joined, listed, strongest
from habeas.examine.network import Network
from habeas.examine.record import Record
from habeas.examine.semantics import BODILY
from habeas.examine.wording import span
from habeas.locale import tr

VERSION = "1"
_PLACED = BODILY | {Act.DIED}
_TOLD_HERE = frozenset({Act.PRESENT, Act.DEPARTED, Act.TRANSFERRED})
"""Denials of arrests and of custody are told by ``denial_contradicted``."""
_FAR_KM = 100
"""Kilometres at least between two places that nobody visits by the way."""
_NARROW = 31 * DAY
"""Windows longer than this leave everything open, which is not worth a question."""
_CAP = 20_000
"""Pairs told at most; a story groups them, so what is cut never hides a story of its own kind unless the file is absurd."""


def presence_conflict(record: Record) -> Iterator[Finding]:
    """Groups of presences and denials that exclude each other, each connected group one story."""
    certain = _pairs(record, record.certain)
    improbable = [pair for pair in _pairs(record, record.practical) if pair not in set(certain)]
    told = {frozenset(pair) for pair in [*certain, *improbable]}
    open_ = [pair for pair in _elsewhere(record) if frozenset(pair) not in told]
    levels = ((certain, Certainty.CERTAIN), (improbable, Certainty.IMPROBABLE), (open_, Certainty.POSSIBLE))
    for pairs, certainty in levels:
        for group in _groups(pairs):
            yield _story(record, group, certainty)


def _elsewhere(record: Record) -> list[tuple[int, int]]:
    """Claims of the accusation beside presences far away on the same days: reconcilable, but an hour would decide it."""
    found = []
    between = record.certain.laws.between
    for claim in record.accusation:
        if record.statements[claim].act not in (Act.PRESENT, Act.DEPARTED) or record.statements[claim].denied or not _narrow(record, claim):
            continue
        target = record.places.get(record.statements[claim].to_place, NOWHERE)
        for other, statement in enumerate(record.statements):
            if other in record.is_accusation or statement.denied or statement.act is not Act.PRESENT or not record.dated(other):
                continue
            low, high = record.window(claim)
            start, end = record.window(other)
            if max(low, start) > min(high, end):
                continue
            far = between(record.place(claim), record.place(other)).km >= _FAR_KM
            at_target = target.known and between(target, record.place(other)).km < _FAR_KM
            if far and not at_target and _narrow(record, other):
                found.append((min(claim, other), max(claim, other)))
    return found


def _narrow(record: Record, index: int) -> bool:
    low, high = record.window(index)
    return high - low <= _NARROW


def _pairs(record: Record, network: Network) -> list[tuple[int, int]]:
    """Pairs of statements that place alone sets against each other. A day-long moment can only clash with a stretch or a denial."""
    found: dict[tuple[int, int], None] = {}
    nodes = network.nodes
    placed = [i for i, node in enumerate(nodes) if node.bodily or node.denies in _PLACED]
    for i in placed:
        x = nodes[i]
        loose = x.hi - x.lo - x.length
        if loose >= 2 * network.widest_gap:
            continue
        for j in network.within(x.lo - network.widest_gap, x.hi + x.length + network.widest_gap, stretches=not x.length):
            y = nodes[j]
            if i == j or x.owner == y.owner or not (y.bodily or y.denies in _PLACED):
                continue
            if loose + y.hi - y.lo - y.length < 2 * network.widest_gap + 2 and _clash(record, network, i, j):
                found[min(x.owner, y.owner), max(x.owner, y.owner)] = None
        if len(found) >= _CAP:
            break
    return sorted(found)


def _clash(record: Record, network: Network, i: int, j: int) -> bool:
    one, other = network.nodes[i], network.nodes[j]
    denial = one.denies is not None or other.denies is not None
    if not denial and not network.laws.between(one.place, other.place).apart:
        return False
    return _about_place(record.statements[one.owner], record.statements[other.owner]) and network.pair(i, j)[0]


def _about_place(one: Statement, other: Statement) -> bool:
    """Deaths that differ and the like are told by other tests; so is what custody alone excludes."""
    if one.act is Act.DIED and other.act is Act.DIED:
        return False
    if one.act is Act.ESCAPED and other.act is Act.ESCAPED:
        return False
    if one.denied or other.denied:
        return not (one.denied and other.denied) and (one if one.denied else other).act in _TOLD_HERE
    return _placed(one, other)


def _placed(one: Statement, other: Statement) -> bool:
    return one.act in _PLACED and other.act in _PLACED and bool(one.place or one.to_place) and bool(other.place or other.to_place)


def _groups(pairs: list[tuple[int, int]]) -> list[list[int]]:
    part = joined(pairs)
    members: dict[int, list[int]] = defaultdict(list)
    for index in sorted(part):
        members[part[index]].append(index)
    return list(members.values())


def _story(record: Record, group: list[int], certainty: Certainty) -> Finding:
    statements = [record.statements[index] for index in group]
    denials = [index for index in group if record.statements[index].denied]
    claims = [index for index in group if not record.statements[index].denied]
    first = strongest(record, claims)
    anchor = min(group)
    level = () if certainty is Certainty.CERTAIN else (certainty.value,)  # else a review of the one would confirm the other
    story = Story(record, Kind.PRESENCE_CONFLICT, VERSION, record.statements[anchor].id, *level)
    story.arithmetic += [
        tr("{id}: {place}, {when}", id=record.statements[i].id, place=_where(record.statements[i]), when=span(record.window(i)))
        for i in [*first[:3], *denials[:3]]
    ]
    if certainty is Certainty.IMPROBABLE:
        story.presume_pace()
    _distance(record, story, claims)
    story.would_change.append(tr("the exact hour or place of either, or proof that one of them speaks of another person"))
    if denials:
        words = tr("Said by: {claims}. Said not to have happened by: {denials}.", claims=listed(record, first), denials=listed(record, denials))
    elif certainty is Certainty.POSSIBLE:
        story.readings.append(tr("the dates leave room for the way between the places; an hour would decide it"))
        words = tr("On the same days the person is placed far apart by: {claims}.", claims=listed(record, first))
    elif certainty is Certainty.IMPROBABLE:
        words = tr("It is hard to reconcile what is told by: {claims}.", claims=listed(record, first))
    else:
        words = tr("The person cannot have been in all the places told by: {claims}.", claims=listed(record, first))
    accused = any(index in record.is_accusation for index in group)
    bears = BearsOn.ACCUSATION if accused or any(s.side is Side.STATE for s in statements) else BearsOn.OWN_ACCOUNT
    return story.finding(certainty, (first, denials), words, bears_on=bears)


def _distance(record: Record, story: Story, claims: list[int]) -> None:
    """The way between the first claim and the farthest of the others, and how long it takes."""
    ways = [(record.certain.laws.between(record.place(claims[0]), record.place(one)).km, one) for one in claims[1:]]
    km, other = max(ways, default=(0.0, 0))
    if km >= 1:
        story.arithmetic.append(
            tr("{one} and {other}: at least {km} km apart, {certain} minutes at 2,500 km/h, {practical} minutes at a practical pace",
               one=record.statements[claims[0]].id, other=record.statements[other].id, km=round(km),
               certain=record.certain.laws.minutes(km), practical=record.practical.laws.minutes(km))
        )  # fmt: skip


def _where(statement: Statement) -> str:
    place = statement.place.split(",")[0] or tr("no place given")
    target = statement.to_place.split(",")[0]
    return f"{place} → {target}" if target else place
