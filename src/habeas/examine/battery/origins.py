"""Where the accusation comes from and what speaks for it: ``accusation_follows``, ``single_origin``, ``supports_accusation``, ``untestable``."""

from collections import defaultdict
from collections.abc import Iterator

from habeas.domain.across import Prompt
from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.identity import fold
from habeas.domain.statement import Act, Side, Statement
from habeas.domain.when import DAY, When
from habeas.examine.battery.story import Story, ids, listed
from habeas.examine.record import Record
from habeas.examine.semantics import BODILY, FOREVER, NOTICES
from habeas.examine.voices import supports, voice_key
from habeas.examine.wording import days_between, span
from habeas.locale import tr

VERSION = "1"
_PROMPTS = {Act.APPEAL_SENT: Prompt.COMPLAINT, Act.STATEMENT_TAKEN: Prompt.INQUIRY, Act.THREATENED: Prompt.THREAT}
_WITHIN = 365 * DAY


def accusation_follows(record: Record) -> Iterator[Finding]:
    """The accusation is first recorded only after a complaint, an inquiry, a publication, a flight or a mass arrest."""
    first = _first_recorded(record)
    if first is None:
        return
    claim, said = first
    prompts = [
        i
        for i, statement in enumerate(record.statements)
        if i not in record.is_accusation
        and (when := prompted_on(statement)) is not None
        and when[1] < said[0]
        and said[0] - when[1] <= _WITHIN
        and i < record.told
        and not any(_tells_it(record, c, i) for c in record.accusation)
    ]
    if not prompts:
        return
    bounds = {i: prompted_on(record.statements[i]) or said for i in prompts}
    prompts.sort(key=lambda i: (-bounds[i][1], i))
    story = Story(record, Kind.ACCUSATION_FOLLOWS, VERSION, "first record")
    story.arithmetic.append(
        tr("{claim} was recorded on {said}, {days} after {prompt} ({then})", claim=record.statements[claim].id, said=span(said),
           days=days_between(bounds[prompts[0]], said), prompt=record.statements[prompts[0]].id, then=span(bounds[prompts[0]]))
    )  # fmt: skip
    story.presumptions.append(tr("no earlier record of the accusation exists than the earliest in this file"))
    story.would_change.append(tr("a dated original of the accusation from before that"))
    yield story.finding(
        Certainty.ON_PRESUMPTION,
        ([claim], prompts),
        tr("The accusation is first recorded by {claim}, and only after what is told by: {prompts}.",
           claim=listed(record, [claim]), prompts=listed(record, prompts)),
    )  # fmt: skip


def _first_recorded(record: Record) -> tuple[int, tuple[int, int]] | None:
    dated = []
    for claim in record.accusation:
        said = recorded_on(record.statements[claim])
        if said is not None and said.lo is not None and said.hi is not None:
            dated.append((said.lo, claim, (said.lo, said.hi or FOREVER)))
    if not dated:
        return None
    _, claim, bounds = min(dated)
    return claim, bounds


def recorded_on(statement: Statement) -> When | None:
    """When a statement was said or recorded; a notice that does not say so, when it was in force."""
    said = statement.stated_on
    bounded = said is not None and said.lo is not None and said.hi is not None
    return said if bounded or statement.act not in NOTICES or statement.when is None else statement.when


def _tells_it(record: Record, claim: int, other: int) -> bool:
    """Whether a statement tells what the accusation claims, so that the accusation cannot be said to follow it."""
    one, two = record.statements[claim], record.statements[other]
    (low, high), (start, end) = record.window(claim), record.window(other)
    return (one.act is two.act and max(low, start) <= min(high, end)) or supports(one, two, record.places)


def prompt_of(statement: Statement) -> tuple[Prompt | None, When | None]:
    """Whether an accusation may follow what a statement tells, and when that was.

    A complaint, an inquiry, a threat, a mass arrest; a publication, unless it carries an accusation itself; a flight out of the country, of which
    only the day is read.
    """
    if statement.denied:
        return None, None
    if statement.act is Act.DETAINED and statement.circumstance("mass_arrest").casefold() == "true":
        return Prompt.MASS_ARREST, statement.when
    if statement.act is Act.DEPARTED and statement.side in (Side.FAMILY, Side.WITNESS) and _abroad(statement):
        return Prompt.FLIGHT, statement.when
    if statement.act in _PROMPTS:
        return _PROMPTS[statement.act], statement.when
    published = statement.side is Side.PRESS and statement.act not in (Act.WANTED, Act.CHARGED, Act.ESCAPED, Act.DEPARTED)
    return (Prompt.PUBLICATION, statement.stated_on) if published else (None, None)


def _abroad(statement: Statement) -> bool:
    """Whether somebody left of his own for another country, as the last parts of the two places have it."""
    here, there = (fold(place.rpartition(",")[2]) for place in (statement.place, statement.to_place))
    return bool(here and there) and here != there and statement.circumstance("under_guard").casefold() != "true"


def prompted_on(statement: Statement) -> tuple[int, int] | None:
    """The window of what an accusation may follow, where both its ends are known."""
    _, when = prompt_of(statement)
    return (when.lo, when.hi) if when is not None and when.lo is not None and when.hi is not None else None


def single_origin(record: Record) -> Iterator[Finding]:
    """Several reports go back to one origin: offices of one state, outlets that pass on one speaker."""
    accusing: dict[str, list[int]] = defaultdict(list)
    for claim in record.accusation:
        accusing[voice_key(record.statements[claim])].append(claim)
    for voice, claims in accusing.items():
        if len({fold(record.statements[i].speaker) for i in claims}) > 1 or len(claims) > 2:  # noqa: PLR2004
            yield _origin_story(record, voice, claims, BearsOn.ACCUSATION)
    for found in record.voices:
        others = [i for i in found.members if i not in record.is_accusation and record.statements[i].relayed_by]
        chains = {tuple(fold(relay) for relay in record.statements[i].relayed_by) for i in others}
        if len(chains) > 1 and record.statements[found.members[0]].side is not Side.STATE:
            yield _origin_story(record, found.key, others, BearsOn.OWN_ACCOUNT)


def _origin_story(record: Record, voice: str, indexes: list[int], bears_on: BearsOn) -> Finding:
    accusing = bears_on is BearsOn.ACCUSATION and bool(record.statements[indexes[0]].body)
    story = Story(record, Kind.SINGLE_ORIGIN, VERSION, voice if accusing else record.statements[min(indexes)].id)
    speakers = {fold(record.statements[i].speaker) for i in indexes}
    relays = {fold(relay) for i in indexes for relay in record.statements[i].relayed_by}
    story.arithmetic.append(
        tr("{count} statements, {speakers} speakers, {relays} relays, one voice", count=len(indexes), speakers=len(speakers), relays=len(relays))
    )
    story.would_change.append(tr("proof that one of them made its own inquiry"))
    return story.finding(
        Certainty.CERTAIN, (indexes,), tr("One voice, whose papers do not corroborate one another: {who}.", who=listed(record, indexes, 6)),
        bears_on=bears_on,
    )  # fmt: skip


def supports_accusation(record: Record) -> Iterator[Finding]:
    """A statement from another side agrees with the accusation: told so that the defence meets it first."""
    accusers = {voice_key(record.statements[claim]) for claim in record.accusation}
    told: dict[int, list[int]] = {}
    for index, statement in enumerate(record.statements):
        if index in record.is_accusation or voice_key(statement) in accusers or statement.act is Act.OTHER:
            continue
        agreed = [c for c in record.accusation if supports(record.statements[c], statement, record.places) and _bounded(record, c)]
        if agreed:
            told[index] = agreed
    if not told:
        return
    claims = sorted({claim for agreed in told.values() for claim in agreed})
    story = Story(record, Kind.SUPPORTS_ACCUSATION, VERSION, "agrees")
    story.readings.append(tr("they may repeat the accusing side rather than know of their own"))
    story.would_change.append(tr("word from each of them on what they relied on"))
    yield story.finding(
        Certainty.POSSIBLE,
        (list(told), claims),
        tr("They agree with the accusation on the act, the time and the place: {who}.", who=listed(record, told)),
        bears_on=BearsOn.ACCUSATION,
    )


def _bounded(record: Record, claim: int) -> bool:
    low, high = record.window(claim)
    return low > -FOREVER and high < FOREVER and record.statements[claim].act in BODILY | {Act.WANTED, Act.CHARGED}


def untestable(record: Record) -> Iterator[Finding]:
    """Parts of the accusation that name no date, place or act that can be tested: said plainly."""
    idle = [claim for claim in record.accusation if not record.testable(claim) and not _carries_details(record, claim)]
    if not idle:
        return
    story = Story(record, Kind.UNTESTABLE, VERSION, "accusation")
    story.would_change.append(tr("the day, the place or the act that the accusing side means"))
    whole = len(idle) == len(record.accusation)
    reasons: dict[str, list[int]] = {}
    for claim in idle:
        reasons.setdefault(_why_idle(record, claim), []).append(claim)
    first = tr("The accusation cannot be tested as it stands.") if whole else tr("Parts of the accusation cannot be tested alone.")
    words = " ".join([first, *(f"{ids(record, claims)}: {why}." for why, claims in reasons.items())])
    yield story.finding(Certainty.CERTAIN, (idle,), words, bears_on=BearsOn.ACCUSATION)


def _why_idle(record: Record, claim: int) -> str:
    """Why a claim cannot be tested."""
    statement = record.statements[claim]
    if statement.when is not None and statement.when.relative is not None:
        return tr("its date is told only by another statement")
    if statement.act is Act.CHARGED:
        return tr("a charge says nothing of where the person was")
    if statement.act not in BODILY | {Act.WANTED, Act.DIED, Act.BURIED, Act.CUSTODY_DENIED}:
        return tr("it names no act that says where the person was, or whether in custody")
    return tr("it names no date, or one that is open at an end")


def _carries_details(record: Record, claim: int) -> bool:
    return bool(record.statements[claim].identifiers)
