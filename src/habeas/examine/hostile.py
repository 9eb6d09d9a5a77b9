"""The questions that a hostile reader will ask of a case, from what the file itself leaves open: for counsel alone, before the other side asks them.

Asked of the sources on which the cost of belief rests, of the finding that custody lasted, of the identity, of the silence before. What it does not
do: answer, guess at motives, or say that a question is justified.
"""

from collections.abc import Collection, Iterator

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import BearsOn, Certainty, Examination, Kind
from habeas.domain.statement import Act, HowKnown, Side, Statement
from habeas.domain.when import DAY
from habeas.examine.battery.origins import recorded_on
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER
from habeas.examine.wording import span
from habeas.locale import tr, tr_n

_LATE = 365 * DAY
_SOON = 30 * DAY
_SHOWN = 8
"""Ids that one question names."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """One question and the statements that it is about."""

    words: str
    statements: tuple[str, ...] = ()


def hostile_questions(record: Record, case: Case, examination: Examination) -> tuple[Challenge, ...]:
    """The questions, in the order in which a cross-examination would put them: who, how they know, when they said it, what lies between."""
    belief = examination.belief
    points = belief.points_with_presumptions or belief.points
    resting = {one for point in points for one in point.statements}
    indexes = [i for i, s in enumerate(record.statements) if s.id in resting]
    asked = [
        *_who(record, indexes, examination),
        *_how(record, indexes),
        *_when(record, indexes),
        *_custody(record, examination),
        *_identity(record, case, indexes),
        *_silence(record, indexes),
    ]
    asked += _findings(examination)
    return tuple(asked)


def _findings(examination: Examination) -> Iterator[Challenge]:
    """What is asked of a sequence, and of shared wording."""
    for one in examination.findings:
        if one.kind is Kind.ACCUSATION_FOLLOWS:
            yield Challenge(
                words=tr("Is there no earlier record of the accusation, in a register or another office?"), statements=one.statements[:_SHOWN]
            )
        if one.kind is Kind.SHARED_WORDING and one.bears_on is BearsOn.ACCUSATION:
            words = tr("Is this not the office's form, or how that officer always writes? What else did it write in those days?")
            yield Challenge(words=words, statements=one.statements[:_SHOWN])


def _named(record: Record, indexes: Collection[int]) -> tuple[str, ...]:
    return tuple(record.statements[i].id for i in sorted(indexes))


def _ask(record: Record, words: str, indexes: Collection[int]) -> Iterator[Challenge]:
    if indexes:
        yield Challenge(words=words, statements=_named(record, indexes)[:_SHOWN])


def _who(record: Record, indexes: list[int], examination: Examination) -> Iterator[Challenge]:
    """Interest, dependence, one carrier."""
    belief = examination.belief
    family = [i for i in indexes if record.statements[i].side is Side.FAMILY]
    if family and len(family) == len(indexes):
        yield from _ask(record, tr("Everybody whom the figure rests on is of the family. Who without an interest says so?"), family)
    else:
        yield from _ask(record, tr("These are relatives. Does the figure hold without them, and what did they stand to gain or fear?"), family)
    most = max(belief.must_be_wrong, belief.with_presumptions)
    if 0 < belief.if_unknown_merged < belief.must_be_wrong:
        words = tr_n(
            "Did one hear it from the other, or both from a third? With every pair that nobody judged counted as one, {count} source is left.",
            "Did one hear it from the other, or both from a third? With every pair that nobody judged counted as one, {count} sources are left.",
            belief.if_unknown_merged,
        )
        yield Challenge(words=words)
    papers = {record.statements[i].exhibit for i in indexes}
    if most > 1 and len(papers) == 1 and papers != {""}:
        yield from _ask(record, tr("All of it stands in one exhibit. Who made it, and has anybody else seen the originals?"), indexes)
    yield from _ask(
        record, tr("Nothing is attached that shows what they say. Where is it written?"), [i for i in indexes if not record.statements[i].exhibit]
    )


def _how(record: Record, indexes: list[int]) -> Iterator[Challenge]:
    """Hearsay, no paper."""
    heard = [i for i in indexes if record.statements[i].how_known in (HowKnown.SECONDHAND, HowKnown.UNKNOWN)]
    yield from _ask(record, tr("Did they see it, or were they told? By whom?"), heard)
    at_once = [i for i in indexes if (told := _told_after(record, i)) is not None and told <= _SOON]
    if indexes and not at_once and not any(record.statements[i].how_known is HowKnown.OFFICIAL_RECORD for i in indexes):
        yield from _ask(record, tr("Is there any paper made at the time, or only what people said later?"), indexes)


def _when(record: Record, indexes: list[int]) -> Iterator[Challenge]:
    """Said late, said in answer, dated roughly."""
    late = [i for i in indexes if (told := _told_after(record, i)) is not None and told > _LATE]
    yield from _ask(record, tr("Why was it said only more than a year after it happened?"), late)
    claims = [when for i in record.accusation if (when := recorded_on(record.statements[i])) is not None and when.hi is not None]
    first = min((when.hi for when in claims if when.hi is not None), default=None)
    answered = [i for i in indexes if first is not None and (said := record.statements[i].stated_on) and said.lo is not None and said.lo > first]
    if len(answered) == len(indexes):
        yield from _ask(record, tr("All of it was said after the accusation was known. What was said before?"), answered)
    rough = [i for i in indexes if (when := record.statements[i].when) is not None and any(mark in when.text for mark in "~?%")]
    yield from _ask(record, tr("The day is given as about right. How do they know it, and how wrong may they be?"), rough)


def _told_after(record: Record, index: int) -> int | None:
    """Minutes at least from the end of what was told to when it was said."""
    said, (_, high) = record.statements[index].stated_on, record.window(index)
    return said.lo - high if said is not None and said.lo is not None and high < FOREVER else None


def _custody(record: Record, examination: Examination) -> Iterator[Challenge]:
    """For what rests on custody having lasted: the last sign of it, and how long before the claim that is."""
    at: dict[str, int] = {s.id: i for i, s in enumerate(record.statements)}
    asked: set[int] = set()
    for one in examination.findings:
        if one.certainty is not Certainty.ON_PRESUMPTION or one.kind not in (Kind.CUSTODY_CONFLICT, Kind.ACCUSATION_AFTER_CUSTODY):
            continue
        claims = [at[claim] for claim in one.version if claim in at]
        held = [at[told] for told in one.statements if told in at and at[told] in set(record.custody)]
        start = min((record.window(i)[0] for i in claims if record.window(i)[0] > -FOREVER), default=None)
        before = [i for i in held if start is not None and record.window(i)[1] < start]
        if not before or start is None:
            continue
        last = max(before, key=lambda i: record.window(i)[1])
        if last not in asked and start // DAY > record.window(last)[1] // DAY:
            asked.add(last)
            days = start // DAY - record.window(last)[1] // DAY
            words = tr_n(
                "What shows that custody lasted? Its last sign ({when}) lies {count} day before what is claimed.",
                "What shows that custody lasted? Its last sign ({when}) lies {count} days before what is claimed.",
                days,
                when=span(record.window(last)),
            )
            yield from _ask(record, words, [last, *claims[:1]])


def _identity(record: Record, case: Case, indexes: list[int]) -> Iterator[Challenge]:
    """Whether it is one person."""
    namesakes = tuple(s.id for s in case.statements if s.person.strip() not in ("", case.person, case.pseudonym))
    if namesakes:
        yield Challenge(
            words=tr("The file speaks of other people too. Is it sure that none of this is about one of them?"), statements=namesakes[:_SHOWN]
        )
    if not case.identifiers:
        tied = [i for i in record.accusation if record.statements[i].identifiers]
        yield from _ask(record, tr("The accusation names a number or a date of birth, and the file none of his own. Is it the same person?"), tied)
    seen = [i for i in indexes if record.statements[i].act is Act.SEEN_IN_CUSTODY and not record.statements[i].circumstance("identified_by")]
    yield from _ask(record, tr("How did they know whom they saw?"), seen)


def _silence(record: Record, indexes: list[int]) -> Iterator[Challenge]:
    """No complaint in the weeks after the custody that the figure rests on began."""
    resting = [i for i in record.custody if i in set(indexes)]
    began = min((record.window(i) for i in resting if record.window(i)[0] > -FOREVER), default=None)
    if began is None:
        return
    complaints = [i for i, s in enumerate(record.statements) if s.act is Act.APPEAL_SENT and not s.denied]
    if not any(_within(record.statements[i], record.window(i), began) for i in complaints):
        first = next(i for i in resting if record.window(i) == began)
        yield from _ask(record, tr("Why is no complaint on record from the month after custody began?"), [first])


def _within(complaint: Statement, window: tuple[int, int], began: tuple[int, int]) -> bool:
    return complaint.act is Act.APPEAL_SENT and window[1] >= began[0] and window[0] <= began[1] + _SOON
