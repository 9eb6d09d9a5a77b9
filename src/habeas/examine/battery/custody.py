"""What custody says against the accusation: ``custody_conflict``, ``accusation_after_custody`` and ``denial_contradicted``."""

from collections.abc import Iterator

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.statement import CUSTODY_ACTS, Act, Side
from habeas.domain.when import DAY
from habeas.examine.battery.story import Story, ids, listed, sharpest, strongest
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER, NOTICES, holder, window
from habeas.examine.voices import voice_key
from habeas.examine.wording import days_between, span
from habeas.locale import tr

VERSION = "1"
_LIBERTY = frozenset({Act.DEPARTED, Act.PRESENT})
_WANTED = frozenset({Act.WANTED, Act.CHARGED})
_GROUPS = ((_LIBERTY, "liberty"), (frozenset({Act.ESCAPED}), "escaped"), (frozenset({Act.RELEASED}), "released"), (_WANTED, "wanted"))


def fugitive(record: Record, index: int) -> bool:
    """Whether a statement of the accusation has him at large: departed, at liberty, escaped, wanted, charged in absence."""
    statement = record.statements[index]
    if statement.denied or window(statement) is None:
        return False
    if statement.act is Act.CHARGED:
        return statement.circumstance("in_absentia").casefold() == "true"
    return statement.act in _LIBERTY | {Act.ESCAPED, Act.WANTED}


def custody_conflict(record: Record) -> Iterator[Finding]:
    """A version needs him free or elsewhere while others hold him in custody."""
    for acts, name in _GROUPS:
        claims: dict[int, Certainty] = {}
        evidence: dict[int, Certainty] = {}
        for claim in record.accusation:
            if record.statements[claim].act in acts and (fugitive(record, claim) or _released(record, claim)):
                for other, certainty in _holding(record, claim).items():
                    claims[claim] = min(claims.get(claim, certainty), certainty, key=lambda c: c.rank)
                    evidence[other] = min(evidence.get(other, certainty), certainty, key=lambda c: c.rank)
        if claims:
            yield _custody_story(record, name, claims, evidence)


def _holding(record: Record, claim: int) -> dict[int, Certainty]:
    """What holds him against one claim, and how surely."""
    if record.statements[claim].act is Act.ESCAPED:
        return _after_escape(record, claim)
    if record.statements[claim].act is Act.RELEASED:
        return dict.fromkeys(record.rivals(claim), Certainty.ON_PRESUMPTION)
    found: dict[int, Certainty] = {}
    for custody in record.custody:
        if record.certain.statements_clash(claim, custody):
            found[custody] = Certainty.CERTAIN
        elif record.presumed.statements_clash(claim, custody):
            found[custody] = Certainty.ON_PRESUMPTION
        elif record.practical.statements_clash(claim, custody):
            found[custody] = Certainty.IMPROBABLE
    return found


def _released(record: Record, claim: int) -> bool:
    return record.statements[claim].act is Act.RELEASED and not record.statements[claim].denied and record.dated(claim)


def _after_escape(record: Record, claim: int) -> dict[int, Certainty]:
    found: dict[int, Certainty] = {}
    for other in record.refuted_escape(claim):
        if record.statements[other].act is Act.ESCAPED:
            continue
        certain = record.certain.statements_clash(claim, other)
        found[other] = Certainty.CERTAIN if certain else Certainty.ON_PRESUMPTION
    return found


def _custody_story(record: Record, name: str, claims: dict[int, Certainty], evidence: dict[int, Certainty]) -> Finding:
    firmest = min(evidence.values(), key=lambda certainty: certainty.rank)
    against = sorted(strongest(record, evidence), key=lambda index: evidence[index].rank)
    told = sharpest(record, claims)
    story = Story(record, Kind.CUSTODY_CONFLICT, VERSION, name)
    _count_days(record, story, against[0], told[0])
    if firmest is Certainty.ON_PRESUMPTION:
        _presume_lasting(record, story, against[0])
        if record.statements[told[0]].act in NOTICES and any(
            record.statements[i].act in CUSTODY_ACTS and not holder(record.statements[i]) for i in against
        ):
            story.presumptions.append(tr("whoever held the person answered to the issuer of the notice"))
    _rival_releases(record, story)
    story.would_change.append(tr("a record of a release or an escape between the two dates, by someone other than the accusing side"))
    if record.statements[told[0]].act is Act.WANTED:
        story.would_change.append(tr("proof that another authority than the issuer of the notice held him"))
    words = tr("The accusation has the person at liberty: {claims}.", claims=listed(record, told))
    return story.finding(firmest, (told, against), f"{words} {_by_whom(record, against)}")


def _by_whom(record: Record, against: list[int]) -> str:
    """Who holds the person, who has him dead, who denies it: each in a sentence of its own."""
    dead = [i for i in against if record.statements[i].act in (Act.DIED, Act.BURIED)]
    denied = [i for i in against if record.statements[i].denied]
    held = [i for i in against if i not in dead and i not in denied]
    parts = []
    if held:
        parts.append(tr("In custody according to: {who}.", who=listed(record, held)))
    if dead:
        parts.append(tr("A death that excludes it is recorded by: {who}.", who=listed(record, dead)))
    if denied:
        parts.append(tr("Denied by: {who}.", who=listed(record, denied)))
    return " ".join(parts)


def _count_days(record: Record, story: Story, early: int, late: int) -> None:
    days = days_between(record.window(early), record.window(late))
    if days and record.window(early)[1] < record.window(late)[0]:
        story.arithmetic.append(
            tr(
                "{late} ({later}) is {days} after {early} ({earlier})",
                late=record.statements[late].id, later=span(record.window(late)), days=days,
                early=record.statements[early].id, earlier=span(record.window(early)),
            )
        )  # fmt: skip


def _presume_lasting(record: Record, story: Story, custody: int) -> None:
    date, one = span(record.window(custody)), record.statements[custody].id
    if record.rivalled:
        words = tr("custody as of {date} ({id}) lasted: the recorded release is rivalled by later custody", date=date, id=one)
    else:
        words = tr("custody as of {date} ({id}) lasted: no release and no escape is on record after it", date=date, id=one)
    story.presumptions.append(words)


def _no_release(record: Record) -> str:
    if not record.rivalled:
        return tr("No release before it is on record.")
    return tr("A release is recorded ({ids}), but custody is recorded after it without a new arrest.", ids=ids(record, record.rivalled))


def _rival_releases(record: Record, story: Story) -> None:
    if record.rivalled:
        story.readings.append(
            tr(
                "a release is recorded ({ids}), and custody after it without a new arrest: two rival statements; "
                "if the release was real, the person was taken again",
                ids=ids(record, record.rivalled),
            )
        )


def accusation_after_custody(record: Record) -> Iterator[Finding]:
    """Sequence: he is made a fugitive after custody by anyone began, and no release is on record."""
    claims: dict[int, Certainty] = {}
    evidence: dict[int, Certainty] = {}
    for claim in record.accusation:
        if not fugitive(record, claim):
            continue
        for other, certainty in _held_before(record, claim).items():
            claims[claim] = min(claims.get(claim, certainty), certainty, key=lambda c: c.rank)
            evidence[other] = min(evidence.get(other, certainty), certainty, key=lambda c: c.rank)
    if not claims:
        return
    firmest = min(claims.values(), key=lambda certainty: certainty.rank)
    claims = {index: found for index, found in claims.items() if found is firmest or firmest is not Certainty.POSSIBLE}
    told = sorted(sharpest(record, claims), key=lambda index: claims[index].rank)
    against = sorted(strongest(record, evidence), key=lambda index: evidence[index].rank)
    story = Story(record, Kind.ACCUSATION_AFTER_CUSTODY, VERSION, "sequence")
    _count_days(record, story, min(against, key=lambda i: record.window(i)[1]), told[0])
    if firmest is Certainty.POSSIBLE:
        story.readings.append(tr("the dates as given allow the accusation to precede the custody"))
        story.would_change.append(tr("the exact day of the accusation or of the arrest"))
        words = tr("The accusation ({claims}) may begin only after custody had begun ({evidence}); the dates given leave it open.",
                   claims=listed(record, told), evidence=listed(record, against))  # fmt: skip
    else:
        _presume_lasting(record, story, against[0])
        story.would_change.append(tr("a record of a release between the two dates, or proof that the order is older than it says"))
        words = tr("The person is put at large by: {claims}, after custody had begun.", claims=listed(record, told))
        words = f"{words} {_by_whom(record, against)} {_no_release(record)}"
    _rival_releases(record, story)
    yield story.finding(firmest, (told, against), words)


def _held_before(record: Record, claim: int) -> dict[int, Certainty]:
    statement = record.statements[claim]
    when = record.window(claim)
    if statement.act is Act.ESCAPED:
        refuted = record.refuted_escape(claim)
        if not refuted:
            return {}
        before = {c: Certainty.ON_PRESUMPTION for c in record.custody if record.window(c)[0] <= when[1]}
        return before | dict.fromkeys(refuted, Certainty.ON_PRESUMPTION)
    found: dict[int, Certainty] = {}
    for custody in record.custody:
        held = record.window(custody)
        if record.closed_between(custody, when):
            continue
        between = record.certain.laws.between(record.place(custody), record.place(claim))
        slack = record.certain.laws.slack(between, record.place(custody), record.place(claim))
        if held[1] + slack < when[0]:
            sure = not record.gap_after(custody, when)
            found[custody] = Certainty.ON_PRESUMPTION if sure else Certainty.POSSIBLE
        elif held[0] - slack <= when[1] and _close(held) and _close(when):
            found[custody] = Certainty.POSSIBLE
    if any(certainty is Certainty.ON_PRESUMPTION for certainty in found.values()):
        return {index: certainty for index, certainty in found.items() if certainty is Certainty.ON_PRESUMPTION}
    return found


def _close(bounds: tuple[int, int]) -> bool:
    """Whether a window is narrow enough that the open order is worth a question."""
    return bounds[1] - bounds[0] <= 366 * DAY


def denial_contradicted(record: Record) -> Iterator[Finding]:
    """An authority denies that it holds him, or that something else happened, while statements say so at or before that time."""
    groups: dict[str, dict[int, dict[int, Certainty]]] = {}
    for index, statement in enumerate(record.statements):
        if statement.side is not Side.STATE or index not in record.certain.by_owner:
            continue
        if statement.act is Act.CUSTODY_DENIED:
            against = _against_denial(record, index)
        elif statement.denied and statement.act in _DENIABLE:
            against = {
                other: Certainty.CERTAIN
                for other in range(len(record.statements))
                if record.statements[other].act is statement.act and record.certain.statements_clash(index, other)
            }
        else:
            continue
        if against:
            groups.setdefault(voice_key(statement), {})[index] = against
    for body, denials in groups.items():
        yield _denial_story(record, body, denials)


_DENIABLE = frozenset({
    Act.SEARCHED_PREMISES, Act.STATEMENT_TAKEN, Act.THREATENED, Act.APPEAL_SENT, Act.REPLY,
    Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.WANTED,
})  # fmt: skip


def _against_denial(record: Record, denial: int) -> dict[int, Certainty]:
    statement = record.statements[denial]
    when = statement.when or statement.stated_on
    latest = FOREVER if when is None or when.hi is None else when.hi
    found: dict[int, Certainty] = {}
    accused = [i for i in record.accusation if record.statements[i].act in CUSTODY_ACTS and not record.statements[i].denied]
    for custody in [*record.custody, *accused]:
        if record.certain.statements_clash(denial, custody):
            found[custody] = Certainty.CERTAIN
        elif (
            record.may_hold(voice_key(statement), custody)
            and record.window(custody)[1] < latest
            and not record.closed_between(custody, (latest, latest))
        ):
            found[custody] = Certainty.ON_PRESUMPTION
    return found


def _denial_story(record: Record, body: str, denials: dict[int, dict[int, Certainty]]) -> Finding:
    evidence: dict[int, Certainty] = {}
    for one in denials.values():
        for index, certainty in one.items():
            evidence[index] = min(evidence.get(index, certainty), certainty, key=lambda c: c.rank)
    firmest = min(evidence.values(), key=lambda certainty: certainty.rank)
    told = sorted(denials, key=lambda i: (min(c.rank for c in denials[i].values()), i))
    against = sorted(strongest(record, evidence), key=lambda index: evidence[index].rank)
    story = Story(record, Kind.DENIAL_CONTRADICTED, VERSION, body)
    if firmest is not Certainty.CERTAIN:
        _presume_lasting(record, story, against[0])
        story.presumptions.append(tr("whoever held the person answered to the denying authority"))
    story.would_change.append(tr("proof that someone else than the denying authority held the person, or that the record is of another person"))
    _rival_releases(record, story)
    return story.finding(
        firmest,
        (told, against),
        tr(
            "Denied by: {denials}. Said for the same time, or before it, by: {evidence}.",
            denials=listed(record, told), evidence=listed(record, against),
        ),
        bears_on=BearsOn.ACCUSATION,
    )  # fmt: skip
