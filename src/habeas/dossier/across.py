"""Wording that a case shares with statements of other cases, as a dossier may show it: "Statement B", its office and month, and masked slots.

Of a foreign case nothing is shown but the words that both have in common, who took them down, and in which month. What differs between the two
is a slot that says what kind of thing stands in it (⟦name⟧ ⟦date or number⟧ ⟦words⟧), on both sides. Figures, and names that either case knows,
are masked in the common words as well. What it does not do: decide who consents (:mod:`habeas.services.across`).
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import msgspec

from habeas.domain.across import Alignment, SharedGroup
from habeas.domain.case import Case, Decision, Review
from habeas.domain.statement import Side, Statement
from habeas.domain.when import DAY, When, moment
from habeas.dossier.masking import MASK, Mask, names_of
from habeas.examine.across import wording_across
from habeas.examine.battery.wording import shortened
from habeas.locale import tr

OWN = ""
"""The name under which the dossier's own case takes part: no case id has it."""
_ID = re.compile("W[0-9a-f]{10}")
_DIGITS = re.compile(r"\d")
_HIDDEN = "\ue000"
"""Stands for a masked name while texts are compared (of the private use area of Unicode)."""
_FIGURE = re.compile(r"\w*\d\w*(?:[.,:/-]\w*\d\w*)*")
_WORDS = re.compile(r"[^\W\d_]+")
_MONTHS = re.compile(
    r"^(januar|februar|march|april|may$|june|july|august|septemb|octob|novemb|decemb|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiemb"
    r"|octubre|noviemb|diciemb|январ|феврал|март|апрел|ма[йя]$|июн|июл|август|сентябр|октябр|ноябр|декабр)",
    re.IGNORECASE,
)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the comparative chart: the statement's label, who took it down, in which month, and how many words it shares with its nearest."""

    label: str
    recorder: str
    month: str
    words: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One group as it may leave. ``inputs``: a digest of all that it was made of, for a review."""

    id: str
    inputs: str
    own: tuple[str, ...]
    lines: tuple[Line, ...]
    alignments: tuple[str, ...]


def shown_wording(own: Case, foreign: Mapping[str, Case]) -> tuple[Shown, ...]:
    """Groups that hold a statement of the (redacted) case; the foreign ones are masked here, and only what is disclosable takes part."""
    own = _read_as_hidden(own)
    masks = {name: Mask(names_of(case), (), {s.body for s in case.statements if s.side is Side.STATE}) for name, case in foreign.items()}
    cases = {OWN: own, **{name: _disclosable(case, masks[name]) for name, case in foreign.items()}}
    groups, _ = wording_across(cases)
    told: dict[tuple[str, str], Statement] = {(name, s.id): s for name, case in cases.items() for s in case.statements}
    every = list(masks.values())
    return tuple(_shown(group, told, every) for group in groups if any(name == OWN for name, _ in group.statements))


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The groups that a dossier shows, the reviews of those that are confirmed, and what counsel is told."""

    groups: tuple[Shown, ...] = ()
    reviews: dict[str, Review] = {}
    warnings: tuple[str, ...] = ()


def choose(groups: Sequence[Shown], reviews: Sequence[Review], chosen: Collection[str], *, draft: bool) -> Chosen:
    """As for findings: what a named reviewer confirmed for the inputs as they are; in a draft all that is not rejected."""
    latest = {review.finding: review for review in reviews if is_across(review.finding)}
    fresh = {one.id: latest[one.id] for one in groups if one.id in latest and latest[one.id].inputs == one.inputs}
    confirmed = {one: review for one, review in fresh.items() if review.decision is Decision.CONFIRMED}
    rejected = {one for one, review in fresh.items() if review.decision is Decision.REJECTED}
    wanted = [one for one in groups if one.id not in rejected and (not chosen or one.id in chosen)]
    kept = tuple(one for one in wanted if draft or one.id in confirmed)
    missing = [one for one in wanted if one.id not in confirmed]
    said = [
        tr("{id}, wording shared with other cases, is not confirmed in reviews.csv for its inputs {inputs}", id=one.id, inputs=one.inputs)
        + ("" if draft else tr(": left out"))
        for one in missing
    ]
    gone = sorted(set(latest) - {one.id for one in groups})
    if gone and groups:
        said.append(tr("reviewed, but not shared wording any more on what may leave: {ids}", ids=", ".join(gone)))
    return Chosen(groups=kept, reviews={one.id: confirmed[one.id] for one in kept if one.id in confirmed}, warnings=tuple(said))


def is_across(finding: str) -> bool:
    """Whether an id is of wording shared across cases."""
    return bool(_ID.fullmatch(finding))


def _disclosable(case: Case, mask: Mask) -> Case:
    kept = tuple(msgspec.structs.replace(s, quote=mask(s.quote)) for s in case.statements if s.disclosable)
    return _read_as_hidden(msgspec.structs.replace(case, statements=kept))


def _read_as_hidden(case: Case) -> Case:
    """The words of a mask as one sign that is no word: two texts do not agree for having a name withheld."""
    return msgspec.structs.replace(case, statements=tuple(msgspec.structs.replace(s, quote=s.quote.replace(MASK, _HIDDEN)) for s in case.statements))


def _shown(group: SharedGroup, told: Mapping[tuple[str, str], Statement], masks: list[Mask]) -> Shown:
    order = sorted(group.statements, key=lambda one: (one[0] != OWN, one))
    label = {one: _label(one, number) for number, one in enumerate(order)}
    own = tuple(sorted(one for name, one in order if name == OWN))
    most = {one: max((a.words for a in group.alignments if one in (a.first, a.second)), default=0) for one in order}
    made = "\x1f".join(told[one].quote for one in order)
    return Shown(
        id="W" + hashlib.sha256("\x1f".join(own).encode()).hexdigest()[:10],
        inputs=hashlib.sha256(made.encode()).hexdigest()[:16],
        own=own,
        lines=tuple(Line(label=label[one], recorder=_recorder(told[one]), month=_month(told[one].stated_on), words=most[one]) for one in order),
        alignments=tuple(
            tr("{one} and {other}: {words}", one=label[one.first], other=label[one.second], words=shortened(_masked(one, told, masks)))
            for one in group.alignments
        ),
    )


def _label(one: tuple[str, str], number: int) -> str:
    letter = chr(ord("A") + number) if number < 26 else str(number + 1)  # noqa: PLR2004
    return tr("Statement {letter} ({id} of this case)", letter=letter, id=one[1]) if one[0] == OWN else tr("Statement {letter}", letter=letter)


def _recorder(statement: Statement) -> str:
    return " / ".join(part for part in (statement.circumstance("officer"), statement.circumstance("office")) if part) or tr("not recorded")


def _month(when: When | None) -> str:
    """Year and month where both ends lie in one; else the year; else nothing."""
    if when is None or when.lo is None or when.hi is None:
        return tr("not dated")
    first, last = moment(when.lo), moment(when.hi)
    return first[:7] if first[:7] == last[:7] else first[:4] if first[:4] == last[:4] and when.hi - when.lo <= 366 * DAY else tr("not dated")


def _masked(one: Alignment, told: Mapping[tuple[str, str], Statement], masks: list[Mask]) -> str:
    """The common words as in the first text, names masked; what differs as its kind."""
    first, second = told[one.first].quote, told[one.second].quote
    parts = [first[slice(*one.spans[0][0])]]
    for (mine, theirs), (after, behind) in pairwise(one.spans):
        gaps = first[mine[1] : after[0]].strip(), second[theirs[1] : behind[0]].strip()
        kinds = {slot_kind(gap) for gap in gaps if gap.strip(" .,;:")}
        parts.append(f"⟦{kinds.pop() if len(kinds) == 1 else tr('words')}⟧" if kinds else "")
        parts.append(first[slice(*after)])
    words = " ".join(part if part.startswith("⟦") else _FIGURE.sub(f"⟦{tr('date or number')}⟧", part) for part in parts if part)
    for mask in masks:
        words = mask(words)
    return words.replace(MASK, _HIDDEN).replace(_HIDDEN, f"⟦{tr('name')}⟧")


def slot_kind(gap: str) -> str:
    """What kind of thing stands in a slot, without saying what: a date or figure, a name, or words."""
    bare = gap.replace(_HIDDEN, "")
    words = _WORDS.findall(bare)
    if _DIGITS.search(bare) or (words and all(_MONTHS.match(word) for word in words)):
        return tr("date or number")
    return tr("name") if all(word[0].isupper() for word in words) else tr("words")
