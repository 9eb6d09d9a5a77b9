"""``shifting_version``: a state's own words that cannot all be true, or whose details (date, route, seat, number) change."""

from collections import defaultdict
from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import CUSTODY_ACTS, Act, Side
from habeas.domain.where import NOWHERE, disjoint
from habeas.examine.battery.identity import normal
from habeas.examine.battery.story import Story, ids, listed
from habeas.examine.record import Record
from habeas.examine.voices import supports, voice_key
from habeas.examine.wording import act_words, identifier_words, span
from habeas.locale import tr

VERSION = "1"
_DETAILS = ("flight", "seat", "ticket", "vehicle", "passport_number", "id_number", "birth_date", "name_as_written")
_TELLING = frozenset({
    Act.DEPARTED, Act.PRESENT, Act.ESCAPED, Act.WANTED, Act.CHARGED, Act.RELEASED, Act.CUSTODY_DENIED, Act.DIED,
}) | CUSTODY_ACTS  # fmt: skip
_MANY = 400


def shifting_version(record: Record) -> Iterator[Finding]:
    """One story a state for reversals, one for details that move."""
    accusers = {voice_key(record.statements[index]) for index in record.accusation}
    bodies: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(record.statements):
        if statement.side is Side.STATE or index in record.is_accusation:
            bodies[voice_key(statement)].append(index)
    for body, indexes in bodies.items():
        if body in accusers or _speaks_of_it(record, indexes):
            yield from _reversal(record, body, indexes)
            yield from _details(record, body, indexes)


def _speaks_of_it(record: Record, indexes: list[int]) -> bool:
    """Whether another state's words are about what the accusation claims."""
    return any(supports(record.statements[claim], record.statements[index], record.places) for claim in record.accusation for index in indexes)


def _reversal(record: Record, body: str, indexes: list[int]) -> Iterator[Finding]:
    dated = [i for i in indexes if i in record.certain.by_owner and record.statements[i].act in _TELLING][:_MANY]
    told: dict[int, Certainty] = {}
    for at, one in enumerate(dated):
        for other in dated[at + 1 :]:
            if record.certain.statements_clash(one, other):
                certainty = Certainty.CERTAIN
            elif record.presumed.statements_clash(one, other):
                certainty = Certainty.ON_PRESUMPTION
            else:
                continue
            for index in (one, other):
                told[index] = min(told.get(index, certainty), certainty, key=lambda c: c.rank)
    if not told:
        return
    firmest = min(told.values(), key=lambda certainty: certainty.rank)
    ordered = sorted(told, key=lambda i: (told[i].rank, i))
    claims = [index for index in ordered if index in record.is_accusation]
    others = [index for index in ordered if index not in record.is_accusation]
    story = Story(record, Kind.SHIFTING_VERSION, VERSION, "reversal", body)
    story.arithmetic += [f"{record.statements[i].id}: {act_words(record.statements[i].act)}, {span(record.window(i))}" for i in ordered[:6]]
    if firmest is Certainty.ON_PRESUMPTION:
        story.presumptions.append(tr("custody lasted while no release and no escape is on record"))
    story.would_change.append(tr("proof that one of the papers was withdrawn as a mistake when it was issued, or speaks of another person"))
    yield story.finding(
        firmest,
        (claims, others),
        tr("Papers and answers of one state cannot all be true: {who}.", who=listed(record, [*claims, *others], 6)),
        bears_on=BearsOn.ACCUSATION,
    )


def _details(record: Record, body: str, indexes: list[int]) -> Iterator[Finding]:
    """The same claim with another flight, seat, number, birth date or destination."""
    values: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index in indexes:
        if index in record.is_accusation or record.statements[index].act in (Act.DEPARTED, Act.WANTED, Act.CHARGED):
            for key, value in record.statements[index].identifiers:
                if key in _DETAILS and value.strip():
                    values[key][normal(key, value)].append(index)
            article = record.statements[index].circumstance("article").strip()
            if article:
                values["article"][normal("article", article)].append(index)
    moved = {key: found for key, found in values.items() if len(found) > 1}
    told = list(dict.fromkeys(i for found in moved.values() for group in found.values() for i in group))
    routes = _routes(record, indexes)
    told += [index for index in routes if index not in told]
    if not told:
        return
    story = Story(record, Kind.SHIFTING_VERSION, VERSION, "details", body)
    story.arithmetic += [
        f"{identifier_words(key)}: " + "; ".join("/".join(record.statements[i].id for i in group) for group in found.values())
        for key, found in moved.items()
    ]
    if routes:
        story.arithmetic.append(tr("destination or day: {ids}", ids=ids(record, routes)))
    story.would_change.append(tr("the original document from which these details were taken"))
    names = ", ".join([*(identifier_words(key) for key in moved), *([tr("destination or day")] if routes else [])])
    yield story.finding(
        Certainty.CERTAIN,
        (sorted(told),),
        tr("One state tells one claim with differing details ({names}): {who}.", names=names, who=listed(record, sorted(told), 6)),
        bears_on=BearsOn.ACCUSATION,
    )


def _routes(record: Record, indexes: list[int]) -> list[int]:
    """Departures or escapes told with destinations, starting points or days that exclude each other."""
    claims = [i for i in indexes if i in record.is_accusation and record.statements[i].act in (Act.DEPARTED, Act.ESCAPED)][:_MANY]
    told: dict[int, None] = {}
    for at, one in enumerate(claims):
        for other in claims[at + 1 :]:
            if record.statements[one].act is record.statements[other].act and _differ(record, one, other):
                told[one] = told[other] = None
    return list(told)


def _differ(record: Record, one: int, other: int) -> bool:
    first, second = record.statements[one], record.statements[other]
    a, b = record.window(one), record.window(other)
    if a[1] < b[0] or b[1] < a[0]:
        return True
    targets = record.places.get(first.to_place, NOWHERE), record.places.get(second.to_place, NOWHERE)
    return disjoint(*targets) or disjoint(record.place(one), record.place(other))
