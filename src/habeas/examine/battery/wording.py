"""``shared_wording``: statements of a case whose own words agree beyond what chance explains.

Only words that were quoted in the original language are read: translations share their translator's. What one voice says twice is not compared
with itself. The finding says *shared wording* and sets innocent explanations beside it; it never says why.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from habeas.domain.case import StandardForm
from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import Side, Statement
from habeas.examine.battery.story import Story, joined, listed
from habeas.examine.passages import Shared, with_slots
from habeas.examine.record import Record
from habeas.examine.voices import voice_key
from habeas.examine.wording import when_words
from habeas.locale import tr

VERSION = "1"
FEWEST_WORDS = 12
"""Common words that a pair must have. One case is no background for rarity: names, dates and turns of speech of one affair recur in it."""
_SHOWN = 400
"""Letters of an alignment that are shown."""


def shared_wording(record: Record) -> Iterator[Finding]:
    """Each group of statements that share passages is one story."""
    translated = {one.number for one in record.case.exhibits if one.translation_of}
    quoted = [i for i, s in enumerate(record.statements) if s.quote.strip() and s.exhibit not in translated]
    if len(quoted) < 2:  # noqa: PLR2004
        return
    forms = record.case.forms
    found = record.passages([record.statements[index].quote for index in quoted], [form.words for form in forms])
    pairs = [(quoted[one.first], quoted[one.second], one) for one in found.pairs]
    pairs = [pair for pair in pairs if pair[2].own >= FEWEST_WORDS and not _one_voice(record.statements[pair[0]], record.statements[pair[1]])]
    accusing = [pair for pair in pairs if _bears(record, pair[:2]) is BearsOn.ACCUSATION]
    for some in (accusing, [pair for pair in pairs if pair not in accusing]):
        for group in _groups(some):
            yield _story(record, group)
    for form, users in zip(forms, found.forms, strict=True):
        if len(users) > 1:
            yield _marked(record, form, [quoted[text] for text in users])
    for one in found.widely:
        if len(one.words.split()) >= FEWEST_WORDS:
            yield _widely(record, one.words, [quoted[text] for text in one.texts])


def _marked(record: Record, form: StandardForm, members: list[int]) -> Finding:
    """A passage that a person marked as a standard form: counted for each office, and told for what it is."""
    story = Story(record, Kind.SHARED_WORDING, VERSION, "form", form.id)
    marked = tr("form {id}, marked by {who}", id=form.id, who=form.marked_by) if form.marked_by else tr("form {id}", id=form.id)
    story.arithmetic.append(marked + (f" ({form.office})" if form.office else ""))
    story.arithmetic += [tr("{office}: {count}", office=office, count=count) for office, count in offices(record.statements[i] for i in members)]
    story.readings.append(tr("a template that was used on a mass scale"))
    story.would_change.append(tr("the office's blank form, or word from those who filled it in"))
    accused = all(_accuses(record, index) for index in members)
    return story.finding(
        Certainty.POSSIBLE, (members,), tr("They use one passage that was marked as a standard form: {who}.", who=listed(record, members, 6)),
        bears_on=BearsOn.ACCUSATION if accused else BearsOn.OWN_ACCOUNT, words_read=True,
    )  # fmt: skip


def offices(statements: Iterable[Statement]) -> list[tuple[str, int]]:
    """How many statements each office took down, the most first; what names none is counted as such."""
    counted = Counter(statement.circumstance("office") or tr("no office recorded") for statement in statements)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def shortened(words: str) -> str:
    """So much of a passage as is shown."""
    return words[:_SHOWN] + ("…" if len(words) > _SHOWN else "")


def _accuses(record: Record, index: int) -> bool:
    """Whether it is a text of the accusation, or what somebody was made to sign."""
    return index in record.is_accusation or bool(record.statements[index].circumstance("forced_to_sign"))


def _bears(record: Record, pair: tuple[int, int]) -> BearsOn:
    """The accusation's own texts, what somebody was made to sign, and two papers of states bear on the accusation; the rest is the client's."""
    accused = any(_accuses(record, index) for index in pair)
    return BearsOn.ACCUSATION if accused or all(record.statements[index].side is Side.STATE for index in pair) else BearsOn.OWN_ACCOUNT


def _widely(record: Record, words: str, members: list[int]) -> Finding:
    """A passage that so many use that no pair of them stands out: a standard form, or a template on a mass scale; a person marks which."""
    story = Story(record, Kind.SHARED_WORDING, VERSION, "widely", words)
    story.arithmetic.append(tr("{count} statements: {words}", count=len(members), words=shortened(words)))
    story.readings += [tr("a standard form of an office"), tr("a template that was used on a mass scale")]
    story.would_change.append(tr("the office's blank form, or word from those who filled it in"))
    accused = all(_accuses(record, index) for index in members)
    return story.finding(
        Certainty.POSSIBLE, (members,), tr("One passage is widely used: {who}.", who=listed(record, members, 6)),
        bears_on=BearsOn.ACCUSATION if accused else BearsOn.OWN_ACCOUNT, words_read=True,
    )  # fmt: skip


def _one_voice(one: Statement, other: Statement) -> bool:
    """Whether both rows quote one voice: a speaker who repeats himself, or papers of one state, which are one voice anyway."""
    return voice_key(one) != "" and voice_key(one) == voice_key(other)


def _groups(pairs: list[tuple[int, int, Shared]]) -> list[list[tuple[int, int, Shared]]]:
    part = joined(pair[:2] for pair in pairs)
    found: dict[int, list[tuple[int, int, Shared]]] = defaultdict(list)
    for pair in pairs:
        found[part[pair[0]]].append(pair)
    return list(found.values())


def _story(record: Record, pairs: list[tuple[int, int, Shared]]) -> Finding:
    members = sorted({index for pair in pairs for index in pair[:2]})
    first, second, heaviest = max(pairs, key=lambda pair: (pair[2].bits, -pair[0], -pair[1]))
    one, other = record.statements[first], record.statements[second]
    story = Story(record, Kind.SHARED_WORDING, VERSION, _bears(record, (first, second)), record.statements[members[0]].id)
    aligned = with_slots(one.quote, other.quote, heaviest.spans)
    story.arithmetic.append(tr("{one} and {other}: {words}", one=one.id, other=other.id, words=shortened(aligned)))
    story.arithmetic.append(
        tr("{count} words in {blocks} passages, {own} of them outside standard forms; {bits} bits (each halves the odds that two unrelated texts "
           "share them)", count=sum(block.words for block in heaviest.blocks), blocks=len(heaviest.blocks), own=heaviest.own,
           bits=round(heaviest.bits))
    )  # fmt: skip
    story.arithmetic += [_recorded(record.statements[index]) for index in members]
    story.readings += [
        tr("they follow one standard form, or the habit of whoever took them down"),
        tr("one repeats the other, or both quote a third text"),
        tr("one person drafted both"),
    ]
    story.would_change.append(tr("who wrote each text down, on whose draft, and what else that person or office wrote in those days"))
    bears = _bears(record, (first, second))
    return story.finding(
        Certainty.POSSIBLE, (members,), tr("These share wording beyond what chance explains: {who}.", who=listed(record, members, 6)),
        bears_on=bears, words_read=True,
    )  # fmt: skip


def _recorded(statement: Statement) -> str:
    """A row of the comparative chart: who took it down and when, as far as the columns say. The place of the act is not that of the writing."""
    by = " / ".join(part for part in (statement.circumstance("officer"), statement.circumstance("office"), *statement.relayed_by) if part)
    said = when_words(statement.stated_on) if statement.stated_on else tr("not dated")
    if not by:
        return tr("{id}: not recorded who took it down, {said}", id=statement.id, said=said)
    return tr("{id}: taken down by {by}, {said}", id=statement.id, by=by, said=said)
