"""What would settle it: for every finding that is open or rests on a presumption, the record, day, hour, place or holder which, known, decides.

Days and hours are tried: the finding's own statements are examined again with one date narrowed to each day (or hour) that it allows, at most
:data:`TRIED` of them, evenly spread. What changes the outcome is worth asking for; what decides the most findings comes first.

What it does not do: guess an answer, or ask about anything beyond what a finding read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Asks, BearsOn, Certainty, Examination, Finding, Kind, Question
from habeas.domain.statement import CUSTODY_ACTS, Act
from habeas.domain.when import DAY, When, moment, parse_when
from habeas.domain.where import NOWHERE, Place
from habeas.examine.examination import BATTERY
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER, holder
from habeas.examine.travel import Pace
from habeas.examine.wording import exact_span, span
from habeas.locale import tr

TRIED = 31
"""Days or hours tried of one statement."""
_OPEN = (Certainty.POSSIBLE, Certainty.ON_PRESUMPTION)
_LASTING = (Kind.CUSTODY_CONFLICT, Kind.ACCUSATION_AFTER_CUSTODY, Kind.DENIAL_CONTRADICTED)
_DATED = (
    Kind.PRESENCE_CONFLICT, Kind.CUSTODY_CONFLICT, Kind.ACCUSATION_AFTER_CUSTODY, Kind.ACT_AFTER_DEATH, Kind.DENIAL_CONTRADICTED, Kind.DATE_CONFLICT,
)  # fmt: skip
"""Tests that a date decides."""
_HOUR = 60


class _Asked(NamedTuple):
    """One thing to ask for one finding; ``firm``, ``falls``, ``of`` as in :class:`Question`."""

    asks: Asks
    statements: tuple[str, ...]
    words: str
    firm: int = 0
    falls: int = 0
    of: int = 0


def questions(case: Case, places: Mapping[str, Place], examination: Examination, pace: Pace | None = None) -> tuple[Question, ...]:
    """Questions, the most useful first: those that decide the most findings about the accusation, then the most findings, then most surely."""
    record = Record(case, places, pace)
    asking = _Asking(case, places, record, pace)
    found: dict[tuple[Asks, tuple[str, ...]], list[tuple[Finding, _Asked]]] = {}
    for finding in examination.findings:
        if finding.certainty in _OPEN and finding.kind in BATTERY:
            asked = list(asking.of(finding)) or [_Asked(Asks.RECORD, finding.statements[:2], line) for line in finding.would_change[:1]]
            for one in asked:
                found.setdefault((one.asks, one.statements), []).append((finding, one))
    return tuple(_question(told) for told in sorted(found.values(), key=_rank))


def _rank(told: Sequence[tuple[Finding, _Asked]]) -> tuple[int, int, float, int, tuple[str, ...]]:
    accused = sum(finding.bears_on is BearsOn.ACCUSATION for finding, _ in told)
    first = told[0][1]
    decided = max(((one.firm + one.falls) / one.of if one.of else 0.0) for _, one in told)
    return -accused, -len(told), -decided, list(Asks).index(first.asks), first.statements


def _question(told: Sequence[tuple[Finding, _Asked]]) -> Question:
    """One question; its counts are those of the finding that it decides on the most values."""
    best = max((one for _, one in told), key=lambda one: one.firm + one.falls)
    return Question(
        asks=best.asks, statements=best.statements, findings=tuple(finding.id for finding, _ in told), words=best.words,
        firm=best.firm, falls=best.falls, of=best.of,
    )  # fmt: skip


class _Asking:
    def __init__(self, case: Case, places: Mapping[str, Place], record: Record, pace: Pace | None) -> None:
        self._case, self._places, self._record, self._pace = case, places, record, pace
        self._at: dict[str, int] = {statement.id: index for index, statement in enumerate(record.statements)}

    def of(self, finding: Finding) -> Iterator[_Asked]:
        indexes = [self._at[one] for one in finding.statements if one in self._at]
        if finding.certainty is Certainty.ON_PRESUMPTION and finding.kind in _LASTING:
            yield from self._record_sought(finding, indexes)
        for index in indexes if finding.kind in _DATED else ():
            yield from self._dates(finding, index)
            yield from self._place(finding, index)

    def _record_sought(self, finding: Finding, indexes: Sequence[int]) -> Iterator[_Asked]:
        """The record that would show how long custody lasted, and who held the person where nobody is named."""
        record = self._record
        held = [i for i in indexes if record.statements[i].act in CUSTODY_ACTS and not record.statements[i].denied and i not in record.is_accusation]
        claims = [
            i for i in indexes if i not in held and (record.statements[i].id in finding.version or record.statements[i].act is Act.CUSTODY_DENIED)
        ]
        if not held or not claims:
            return
        claim = min(claims, key=lambda i: (record.window(i)[0] <= -FOREVER, record.window(i)[0], i))
        before = [i for i in held if record.window(i)[0] <= record.window(claim)[1]] or held
        last = max(before, key=lambda i: (record.window(i)[1] < FOREVER, record.window(i)[1], -i))
        first, second = record.statements[last], record.statements[claim]
        yield _Asked(
            Asks.RECORD,
            (first.id, second.id),
            tr(
                "a record of a release, an escape or continued custody between {held} ({one}) and {claimed} ({other})",
                held=span(record.window(last)), one=first.id, claimed=span(record.window(claim)), other=second.id,
            ),
        )  # fmt: skip
        if not holder(first) and second.act in (Act.WANTED, Act.CHARGED, Act.CUSTODY_DENIED):
            yield _Asked(Asks.HOLDER, (first.id,), tr("who held the person according to {id}: no column names the holder", id=first.id))

    def _place(self, finding: Finding, index: int) -> Iterator[_Asked]:
        statement = self._record.statements[index]
        place = self._places.get(statement.place, NOWHERE)
        if finding.certainty is Certainty.POSSIBLE and finding.kind is Kind.PRESENCE_CONFLICT and not (place.known and place.exact):
            yield _Asked(Asks.PLACE, (statement.id,), tr("the place that {id} speaks of: it is not known exactly", id=statement.id))

    def _dates(self, finding: Finding, index: int) -> Iterator[_Asked]:
        """The day, or for one that is known the hour, where knowing it changes the outcome."""
        statement = self._record.statements[index]
        low, high = self._record.window(index)
        if index in self._record.relations or low <= -FOREVER or high >= FOREVER or low == high or statement.denied:
            return
        by_day = low // DAY != high // DAY
        step = DAY if by_day else _HOUR
        starts = range(low // step * step, high + 1, step)
        tried = [starts[at * len(starts) // min(TRIED, len(starts))] for at in range(min(TRIED, len(starts)))]
        outcomes = [self._outcome(finding, statement.id, _narrowed(max(low, start), min(high, start + step - 1), by_day=by_day)) for start in tried]
        before = self._outcome(finding, statement.id, None)
        if before is None:  # it rests on more than the statements that it lists: nothing can be tried
            return
        falls = sum(one is None for one in outcomes)
        firm = sum(one is not None and one.rank < before.rank for one in outcomes)
        if not (falls or firm):
            return
        said = {"id": statement.id, "span": exact_span((low, high)), "firm": firm, "falls": falls, "count": len(tried)}
        if by_day:
            words = tr("the day of {id} (now {span}): of {count} days tried, the finding becomes firmer on {firm} and falls on {falls}", **said)
        else:
            words = tr("the hour of {id} (now {span}): of {count} hours tried, the finding becomes firmer on {firm} and falls on {falls}", **said)
        yield _Asked(Asks.DAY if by_day else Asks.HOUR, (statement.id,), words, firm, falls, len(tried))

    def _outcome(self, finding: Finding, narrowed: str, when: When | None) -> Certainty | None:
        """How firm the finding is on its own statements, one of them narrowed; None where it does not arise."""
        kept = [
            msgspec.structs.replace(one, when=when) if when is not None and one.id == narrowed else one
            for one in self._case.statements
            if one.id in finding.statements
        ]
        ids = {one.id for one in kept}
        case = msgspec.structs.replace(self._case, statements=tuple(kept), accusation=tuple(one for one in self._case.accusation if one in ids))
        test: Callable[[Record], Iterator[Finding]] = BATTERY[finding.kind]
        found = [one for one in test(Record(case, self._places, self._pace)) if set(one.statements) & ids]
        same = [one for one in found if one.id == finding.id] or found
        return min((one.certainty for one in same), key=lambda certainty: certainty.rank, default=None)


def _narrowed(low: int, high: int, *, by_day: bool) -> When:
    """A day, or the minutes from ``low`` to ``high``."""
    if by_day:
        return parse_when(moment(low))
    first, last = (f"{moment(minute)}T{minute % DAY // 60:02}:{minute % 60:02}" for minute in (low, high))
    return parse_when(first if first == last else f"{first}/{last}")
