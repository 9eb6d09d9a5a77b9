"""From a case and its examination to what the timeline of the screens draws: moments and bars in lanes, contradictions where they meet."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import BearsOn, Certainty, Examination, Finding, Kind
from habeas.domain.statement import CUSTODY_ACTS, Act, Statement
from habeas.domain.when import DAY
from habeas.dossier.contents import DRAWN
from habeas.dossier.lanes import Bracket, Item, Picture
from habeas.dossier.words import kind_title
from habeas.examine.relative import follow
from habeas.examine.wording import act_words, when_words
from habeas.locale import tr, tr_n

DONE_TO_THE_FAMILY = frozenset({Act.SEARCHED_PREMISES, Act.STATEMENT_TAKEN, Act.THREATENED})
_MEET = (
    Kind.PRESENCE_CONFLICT, Kind.CUSTODY_CONFLICT, Kind.ACT_AFTER_DEATH, Kind.ACCUSATION_AFTER_CUSTODY, Kind.DENIAL_CONTRADICTED,
)  # fmt: skip
"""Findings whose two sides meet on a day."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw: between two days (minutes), one lane, one act; empty for all."""

    low: int | None = None
    high: int | None = None
    lane: str = ""
    act: str = ""

    def takes(self, item: Item, act: Act) -> bool:
        """Whether an item is drawn."""
        return (
            (self.low is None or item.high >= self.low) and (self.high is None or item.low <= self.high)
            and (not self.lane or item.lane == self.lane) and (not self.act or act == self.act)
        )  # fmt: skip


def items_of(
    case: Case, examination: Examination, *, headline: bool = False, only: Collection[str] = (), brackets: Collection[str] = (),
    wanted: Wanted | None = None,
) -> Picture:  # fmt: skip
    """What is drawn of a case: all, what bears on the ``headline`` (the version that costs least), or ``only`` some statements.

    ``brackets``: ids of the findings to be framed; empty for the firmest.
    """
    told = {key for finding in examination.findings for key in finding.statements}
    first = set(examination.belief.headline) or set(case.accusation)
    closed = any(s.act in (Act.RELEASED, Act.ESCAPED) and not s.denied for s in case.statements if s.id not in case.accusation)
    items, left = [], 0
    wanted = wanted or Wanted()
    for s in follow(case.statements, {}).statements:
        accused = s.id in case.accusation
        if only and s.id not in only:
            continue
        if headline and not (s.id in first if accused else (s.id in told and s.act in DRAWN) or s.act in DONE_TO_THE_FAMILY):
            continue
        item = _item(s, accused=accused, closed=closed)
        if item is None:
            left += not headline
        elif wanted.takes(item, s.act):
            items.append(item)
    shown = {item.id: item for item in items}
    return Picture(items=tuple(items), brackets=tuple(_brackets(examination.findings, shown, brackets)), left_out=left)


def lane_of(s: Statement) -> str:
    """Who says so, as the lane is called."""
    return s.speaker or s.body or tr("an unnamed source")


def _item(s: Statement, *, accused: bool, closed: bool) -> Item | None:
    when = s.when or (s.stated_on if s.act in DONE_TO_THE_FAMILY | {Act.WANTED, Act.CHARGED} else None)
    if when is None or when.lo is None or when.hi is None:
        return None
    words = act_words(s.act) + (tr(" (denied)") if s.denied else "")
    core = when.core if when.core and when.core[0] is not None and when.core[1] is not None else None
    lasting = s.act in CUSTODY_ACTS | {Act.PRESENT} and s.circumstance("throughout") == "true"
    point = when.interval and not lasting
    days = (when.hi - when.lo) // DAY
    return Item(
        id=s.id, lane=lane_of(s), group="accusation" if accused else "family" if s.act in DONE_TO_THE_FAMILY else "record",
        words=words if days <= 0 else f"{words}, {when_words(when)}" if when.relative is None else words, low=when.lo, high=when.hi,
        core=None if point or core is None else (core[0] or when.lo, core[1] or when.hi),
        open_end=s.act is Act.DETAINED and not closed and not accused, denied=s.denial,
    )  # fmt: skip


def _brackets(findings: Iterable[Finding], shown: Mapping[str, Item], chosen: Collection[str]) -> Iterable[Bracket]:
    firm = [
        one for one in findings
        if one.kind in _MEET and (one.id in chosen if chosen else one.bears_on is BearsOn.ACCUSATION and one.certainty is not Certainty.POSSIBLE)
    ]  # fmt: skip
    for one in sorted(firm, key=lambda each: (each.certainty.rank, _MEET.index(each.kind))):
        claims = [shown[key] for key in one.statements if key in shown and shown[key].group == "accusation"]
        record = [shown[key] for key in one.statements if key in shown and shown[key].group != "accusation"]
        if not claims or not record:
            continue
        low = max(min(item.low for item in claims), min(item.low for item in record))
        high = min(max(item.high for item in claims), max(_end(item, claims) for item in record))
        if high < low:
            low, high = min(item.low for item in claims), max(item.high for item in claims)
        yield Bracket(
            finding=one.id, ids=one.statements, low=low, high=high, words=_words(one, low, high, both=any(not item.denied for item in record))
        )


def _end(item: Item, claims: Iterable[Item]) -> int:
    return max(item.high, *(claim.high for claim in claims)) if item.open_end else item.high


def _words(finding: Finding, low: int, high: int, *, both: bool) -> str:
    """``both``: the record puts him elsewhere, and does not only say that he was not there."""
    days = high // DAY - low // DAY + 1
    if both and finding.kind is Kind.PRESENCE_CONFLICT and finding.certainty is Certainty.CERTAIN:
        return tr_n("Contradiction: {count} day in two places", "Contradiction: {count} days in two places", days)
    what = kind_title(finding.kind)
    if finding.certainty is Certainty.CERTAIN:
        return tr("Contradiction: {what}", what=what)
    if finding.certainty is Certainty.ON_PRESUMPTION:
        return tr("Contradiction, unless a presumption fails: {what}", what=what)
    if finding.certainty is Certainty.IMPROBABLE:
        return tr("Hard to reconcile: {what}", what=what)
    return tr("Open: {what}", what=what)
