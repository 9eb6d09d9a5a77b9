"""``date_conflict``: statements date the same act incompatibly."""

from collections import defaultdict
from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Act, Side
from habeas.domain.when import DAY
from habeas.domain.where import disjoint
from habeas.examine.battery.story import Story, listed, strongest
from habeas.examine.record import Record
from habeas.examine.semantics import BODILY, FOREVER, window
from habeas.examine.voices import supports, voice_key
from habeas.examine.wording import span
from habeas.locale import tr

VERSION = "1"
_NEAR = 60 * DAY
"""Two reports or arrests further apart than this are taken for two acts, unless ``event`` says that they are one."""


def date_conflict(record: Record) -> Iterator[Finding]:
    """Deaths, then acts that ``event`` declares one, then reports, arrests and notices that look like one act."""
    yield from _deaths(record)
    told = set()
    for indexes in _declared(record).values():
        if len(_disjoint(record, indexes)) > 1:
            told |= set(indexes)
            yield _story(record, "event " + record.statements[min(indexes)].id, _disjoint(record, indexes), Certainty.CERTAIN)
    for act in (Act.APPEAL_SENT, Act.DETAINED):
        for number, indexes in enumerate(_look_alike(record, act, told)):
            yield _story(record, f"{act} {number}" if number else str(act), indexes, Certainty.POSSIBLE)
    yield from _notices(record)


def _deaths(record: Record) -> Iterator[Finding]:
    """Two deaths that exclude each other; a sighting after a recorded death (both readings stay open)."""
    died = [i for i in record.deaths if record.statements[i].act is Act.DIED]
    rival = [i for i in died if any(record.certain.statements_clash(i, j) for j in died if j != i)]
    first = min((record.window(i)[0] for i in record.deaths), default=FOREVER)
    seen = [
        i
        for i, statement in enumerate(record.statements)
        if record.window(i)[1] > first and i not in record.is_accusation and not statement.denied and statement.act in BODILY and window(statement)
        and statement.side is not Side.STATE and not _accuser(record, i) and not _agrees(record, i)
        and any(record.certain.statements_clash(i, death) for death in record.deaths)
    ]  # fmt: skip
    if not rival and not seen:
        return
    struck = [death for death in died if any(record.certain.statements_clash(i, death) for i in [*seen, *rival])]
    told = [*strongest(record, set(rival)), *strongest(record, set(seen)), *struck]
    yield _story(record, "death", list(dict.fromkeys(told)), Certainty.CERTAIN if rival else Certainty.POSSIBLE)


def _accuser(record: Record, index: int) -> bool:
    return voice_key(record.statements[index]) in {voice_key(record.statements[i]) for i in record.accusation}


def _agrees(record: Record, index: int) -> bool:
    """What agrees with the accusation is told as such, not as a sighting."""
    return any(supports(record.statements[claim], record.statements[index], record.places) for claim in record.accusation)


def _declared(record: Record) -> dict[str, list[int]]:
    """Dated statements by (event, act)."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(record.statements):
        if statement.event and statement.when is not None and statement.when.bounded and not statement.denied:
            if statement.act in (Act.DIED, Act.WANTED) or (statement.act in BODILY - {Act.DETAINED} and index in record.is_accusation):
                continue
            found[f"{statement.event} {statement.act}"].append(index)
    return found


def _disjoint(record: Record, indexes: list[int]) -> list[int]:
    """Those that exclude another one of the group in time (clocks that may differ are allowed a day)."""
    odd: list[int] = []
    earliest_end = min((record.window(i)[1] for i in indexes), default=0)
    latest_start = max((record.window(i)[0] for i in indexes), default=0)
    for index in indexes:
        low, high = record.window(index)
        if low > earliest_end or high < latest_start:
            odd.append(index)
    return odd


def _look_alike(record: Record, act: Act, told: set[int]) -> Iterator[list[int]]:
    """Groups of one act, near each other in time and place, told by different voices with dates that exclude each other."""
    indexes = sorted(
        (
            i
            for i, s in enumerate(record.statements)
            if s.act is act and not s.denied and not s.event and i not in told and s.when is not None and s.when.bounded
            and record.window(i)[0] > -FOREVER and record.window(i)[1] < FOREVER
            and record.window(i)[1] - record.window(i)[0] <= _NEAR
        ),
        key=record.window,
    )  # fmt: skip
    group: list[int] = []
    for index in [*indexes, -1]:
        if group and (index < 0 or record.window(index)[0] - record.window(group[0])[1] > _NEAR or _elsewhere(record, group, index)):
            odd = _disjoint(record, group)
            if len({voice_key(record.statements[i]) for i in odd}) > 1 and not _ended_between(record, odd):
                yield odd
            group = []
        group.append(index)


def _elsewhere(record: Record, group: list[int], index: int) -> bool:
    first = record.statements[group[0]]
    addressed = first.circumstance("to"), record.statements[index].circumstance("to")
    if all(addressed) and addressed[0] != addressed[1]:
        return True
    return disjoint(record.place(group[0]), record.place(index))


def _ended_between(record: Record, indexes: list[int]) -> bool:
    """Whether a recorded release lies between two arrests: then they are two."""
    if record.statements[indexes[0]].act is not Act.DETAINED:
        return False
    low, high = min(record.window(i)[1] for i in indexes), max(record.window(i)[0] for i in indexes)
    return any(record.window(i)[1] >= low and record.window(i)[0] <= high for i in record.closings)


def _notices(record: Record) -> Iterator[Finding]:
    """The start of a search, dated differently by papers of one issuer. A dated re-issue is a new act, not a conflict."""
    issuers: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(record.statements):
        if statement.act is Act.WANTED and not statement.denied and statement.when is not None and statement.when.bounded:
            issuers[voice_key(statement)].append(index)
    for issuer, indexes in issuers.items():
        backdated = [i for i in indexes if _told_later(record, i)]
        first = min((record.window(i)[1] for i in backdated), default=None)
        if first is None:
            continue
        near = [i for i in indexes if abs(record.window(i)[0] - first) <= 2 * _NEAR]
        odd = _disjoint(record, near)
        if len(odd) > 1 and set(odd) & set(backdated):
            yield _story(record, f"search {issuer}", odd, Certainty.POSSIBLE)


def _told_later(record: Record, index: int) -> bool:
    """Whether a paper dates the order earlier than it was itself written."""
    said = record.statements[index].stated_on
    return said is not None and said.lo is not None and said.lo > record.window(index)[1]


def _story(record: Record, subject: str, indexes: list[int], certainty: Certainty) -> Finding:
    story = Story(record, Kind.DATE_CONFLICT, VERSION, subject)
    story.arithmetic += [f"{record.statements[i].id}: {span(record.window(i))}" for i in indexes[:6]]
    if certainty is Certainty.POSSIBLE:
        story.readings.append(tr("they may speak of two different acts, or one of them is mistaken about the date or the person"))
    story.would_change.append(tr("an original record of the day, or word from the sources on whether they mean the same act"))
    accused = bool(set(indexes) & record.is_accusation)
    return story.finding(
        certainty,
        (indexes,),
        tr("What looks like one act is dated differently by: {who}.", who=listed(record, indexes, 6)),
        bears_on=BearsOn.ACCUSATION if accused else BearsOn.OWN_ACCOUNT,
    )
