"""``act_after_death``: acts that the accusing side dates after a death on record."""

from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Act
from habeas.examine.battery.story import Story, ids, listed, sharpest, strongest
from habeas.examine.record import Record
from habeas.examine.semantics import BODILY, window
from habeas.examine.voices import voice_key
from habeas.examine.wording import days_between, span
from habeas.locale import tr

VERSION = "1"
_ALIVE = BODILY | {Act.WANTED, Act.CHARGED}


def act_after_death(record: Record) -> Iterator[Finding]:
    """Acts of or against a living person, dated by the accusing side after a death that others (or it itself) record."""
    deaths = record.deaths
    if not deaths:
        return
    accusers = {voice_key(record.statements[index]) for index in record.accusation}
    after: dict[int, tuple[list[int], bool]] = {}
    for index, statement in enumerate(record.statements):
        accusing = index in record.is_accusation or voice_key(statement) in accusers
        if not accusing or statement.denied or statement.act not in _ALIVE or window(statement) is None:
            continue
        passed = [death for death in deaths if record.certain.statements_clash(index, death)]
        if passed:
            dated = _dated(record, deaths)
            after[index] = (passed, bool(dated) and set(dated) <= set(passed))
    sure = {index for index, (_, every) in after.items() if every}
    for chosen, certainty in ((sure, Certainty.CERTAIN), (set(after) - sure, Certainty.POSSIBLE)):
        if chosen and (certainty is Certainty.CERTAIN or not sure):
            yield _story(record, chosen, {death for index in chosen for death in after[index][0]}, certainty)


def _dated(record: Record, deaths: list[int]) -> list[int]:
    """Deaths that say when: a burial or death that is only known to lie before some paper places nothing."""
    return [death for death in deaths if record.statements[death].act is Act.DIED and record.window(death)[0] > -(1 << 39)]


def _story(record: Record, acts: set[int], deaths: set[int], certainty: Certainty) -> Finding:
    told, against = sharpest(record, acts), strongest(record, deaths)
    story = Story(record, Kind.ACT_AFTER_DEATH, VERSION, certainty)
    last, act = max(against, key=lambda i: record.window(i)[1]), told[0]
    days = days_between(record.window(last), record.window(act))
    if days:
        story.arithmetic.append(
            tr("{act} ({when}) is {days} after the death on record ({death}, {died})", act=record.statements[act].id,
               when=span(record.window(act)), days=days, death=record.statements[last].id, died=span(record.window(last)))
        )  # fmt: skip
    story.would_change.append(tr("a record that fixes the date of death, or the identification of the remains"))
    if certainty is Certainty.POSSIBLE:
        others = [death for death in _dated(record, record.deaths) if death not in deaths]
        story.readings.append(
            tr("the deaths on record differ: the acts come after {some}, but not surely after {others}",
               some=ids(record, strongest(record, deaths)), others=ids(record, others))
        )  # fmt: skip
    rest = [death for death in _dated(record, record.deaths) if death not in deaths] if certainty is Certainty.POSSIBLE else []
    return story.finding(
        certainty,
        (told, against, rest),
        tr(
            "The accusing side has the person alive ({acts}) after a death recorded by: {deaths}.",
            acts=listed(record, told),
            deaths=listed(record, against),
        ),
        bears_on=BearsOn.ACCUSATION,
    )
