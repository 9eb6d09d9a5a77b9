"""Wording that a case shares with statements of other cases, as a dossier may show it: "Statement B", its office and month, and masked slots.

Names, dates and figures of both texts are cut out *before* the texts are compared, each as a sign that agrees with no other. So nothing that is
shown (which words, how many, in what pieces, whether there is a group at all) depends on a name, date or figure of the other text; a property test
holds it. The words printed are this case's own, which its annex shows anyway. Only pairs with a statement of this case are shown. Officers are
numbered, and an office is named where this case names it.

What it does not do: decide who consents (:mod:`habeas.services.across`); know names written in small letters, or dates and numbers written out in
words; compare texts in scripts without capitals, in which it would know no name.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from habeas.domain.across import Alignment
from habeas.domain.case import Case, Decision, Review
from habeas.domain.errors import UsageError
from habeas.domain.identity import fold, plain_name
from habeas.domain.statement import Statement
from habeas.domain.when import DAY, When, moment
from habeas.dossier.masking import masks
from habeas.examine.across import aligned, compared
from habeas.examine.battery.story import joined
from habeas.locale import tr

OWN = ""
"""The name under which the dossier's own case takes part: no case id has it."""
_HIDDEN = "\ue000"
"""Stands for a masked name while texts are compared (of the private use area of Unicode)."""
_ID = re.compile("W[0-9a-f]{10}")
_TOKEN = re.compile(r"\ue000|\w+(?:[.,:/’'@-]\w+)*", re.UNICODE)
_LETTERS = re.compile(r"[^\W\d_]+")
_CALENDAR = re.compile(
    r"januar|februar|march$|april|may$|june$|july$|august|septemb|octob|novemb|decemb|enero|febrero|marzo|abril|mayo$|junio|julio|agosto|septiemb|octubre"
    r"|noviemb|diciemb|январ|феврал|марта?$|марте$|апрел|ма[йяе]$|июн[ьяе]$|июл[ьяе]$|август|сентябр|октябр|ноябр|декабр|monday|tuesday|wednesday|thursday"
    r"|friday|saturday|sunday|lunes|martes|miércoles|jueves|viernes|sábado|domingo|понедельник|вторник|сред[ау]$|четверг|пятниц|суббот|воскресень",
    re.IGNORECASE,
)
_OPENERS = frozenset({
    "a", "the", "we", "he", "she", "they", "it", "that", "this", "in", "on", "at", "to", "of", "my", "our", "his", "her", "no", "not", "by",
    "я", "в", "к", "с", "у", "о", "а", "и", "y", "e", "o",
    "от", "мы", "он", "она", "они", "это", "во", "на", "по", "из", "со", "не", "мой", "моя", "наш", "наша",
    "yo", "el", "la", "los", "las", "en", "de", "mi", "que", "nosotros",
})  # fmt: skip
"""Words with which a sentence begins that are no names."""
_ALONE = frozenset({"I", "Я"})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the comparative chart: the statement's label, who took it down, in which month, and how many words it shares with its nearest.

    ``own``: how many of them stand outside what was marked as a standard form or is widely used.
    """

    label: str
    recorder: str
    month: str
    words: int
    own: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One group as it may leave. ``inputs``: a digest of all that is shown, for a review; it is for counsel and never in a bag."""

    id: str
    inputs: str
    own: tuple[str, ...]
    lines: tuple[Line, ...]
    alignments: tuple[str, ...]


def shown_wording(own: Case, foreign: Mapping[str, Case], whole: Case) -> tuple[Shown, ...]:
    """Groups around statements of a case. ``own``: as it may leave; ``whole``: all of it, by which officers and offices are recognised.

    Of each foreign case what is disclosable about its own person takes part.
    """
    words = {word for s in own.statements for text in (s.quote, s.summary) for word in _LETTERS.findall(text) if word.islower()}
    cut = _Cut(words | _OPENERS)
    cases = {OWN: own, **{name: _disclosable(case) for name, case in foreign.items()}}
    texts, pairs, _ = compared({name: cut.case(case) for name, case in cases.items()})
    mine = [one for one in pairs if texts[one.first][0][0] == OWN]
    told: dict[tuple[str, str], Statement] = dict(texts)
    part = joined((one.first, one.second) for one in mine)
    groups: dict[int, list[Alignment]] = defaultdict(list)
    for one in mine:
        groups[part[one.first]].append(aligned(texts, one))
    known: dict[str, Statement] = {s.id: s for s in whole.statements}
    return tuple(_shown(some, told, known, cut) for some in groups.values())


class _Cut:
    """Cuts names, dates and figures out of texts: each becomes a sign of its own that agrees with no other, and breaks what runs over it."""

    def __init__(self, lower: Collection[str]) -> None:
        self._lower = lower
        self._kinds: dict[str, str] = {}

    def case(self, case: Case) -> Case:
        """A case with its quotes cut; without those in scripts that have no capitals."""
        kept = tuple(msgspec.structs.replace(s, quote=self.text(s.quote)) for s in case.statements if _has_capitals(s.quote))
        forms = tuple(msgspec.structs.replace(one, words=self.text(one.words)) for one in case.forms)
        return msgspec.structs.replace(case, statements=kept, forms=forms)

    def text(self, text: str) -> str:
        """One text, signs in place of what is cut."""
        parts = []
        for mask in masks():
            text = text.replace(mask, _HIDDEN)
        for part in _masked(text, self._lower):
            if part.startswith("⟦"):
                sign = self._sign()
                self._kinds[sign] = part
                parts.append(f" {sign} ")
            else:
                parts.append(part)
        return "".join(parts)

    def _sign(self) -> str:
        """Three letters of no living text; short enough that nobody takes two of them for one word with a slip."""
        number = len(self._kinds)
        return "ꙮ" + chr(0x4E00 + number // 20_000) + chr(0x4E00 + number % 20_000)

    def shown(self, text: str) -> str:
        """A cut text with the kinds of what was cut."""
        return re.sub(r"ꙮ\w\w", lambda found: self._kinds.get(found[0], found[0]), text)


def _has_capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(c.lower() != c.upper() for c in letters) >= 0.9 * len(letters)


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The groups that a dossier shows, the reviews of those that are confirmed, and what counsel is told. ``found``: all groups, for counsel."""

    groups: tuple[Shown, ...] = ()
    found: tuple[Shown, ...] = ()
    reviews: dict[str, Review] = {}
    warnings: tuple[str, ...] = ()


def choose(groups: Sequence[Shown], reviews: Sequence[Review], chosen: Collection[str], *, draft: bool) -> Chosen:
    """As for findings: what a named reviewer confirmed for the inputs as they are; in a draft all that is not rejected."""
    latest = {review.finding: review for review in reviews if is_across(review.finding)}
    fresh = {one.id: latest[one.id] for one in groups if one.id in latest and latest[one.id].inputs == one.inputs}
    confirmed = {one: review for one, review in fresh.items() if review.decision is Decision.CONFIRMED}
    rejected = {one for one, review in fresh.items() if review.decision is Decision.REJECTED}
    strange = sorted(one for one in chosen if is_across(one) and one not in {group.id for group in groups})
    if strange:
        raise UsageError(tr("there is no wording shared with other cases called {ids}; a draft lists them", ids=", ".join(strange)))
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
    return Chosen(groups=kept, found=tuple(groups), reviews={one.id: confirmed[one.id] for one in kept if one.id in confirmed}, warnings=tuple(said))


def is_across(finding: str) -> bool:
    """Whether an id is of wording shared across cases."""
    return bool(_ID.fullmatch(finding))


def _disclosable(case: Case) -> Case:
    kept = tuple(s for s in case.statements if s.disclosable)
    return msgspec.structs.replace(case, statements=kept)


def _shown(found: Sequence[Alignment], told: Mapping[tuple[str, str], Statement], known: Mapping[str, Statement], cut: _Cut) -> Shown:
    own = sorted({one.first for one in found})
    nearest: dict[tuple[str, str], Alignment] = {}
    for one in found:  # the heaviest first
        for member in (one.first, one.second):
            nearest.setdefault(member, one)
    others = sorted({one.second for one in found}, key=lambda one: (-nearest[one].words, _unlinked(own, known, cut.shown(told[one].quote))))
    label = {one: _label(one, number) for number, one in enumerate([*own, *others])}
    recorders = _recorders([*own, *others], told, known)
    shown = {one: passage(cut, told[one.first].quote, [mine for mine, _ in one.spans]) for one in dict.fromkeys(nearest.values())}
    lines = [
        Line(label=label[one], recorder=recorders[one], month=_month(told[one].stated_on), words=_count(shown[nearest[one]]), own=nearest[one].own)
        for one in label
    ]
    made = Shown(
        id="W" + hashlib.sha256("\x1f".join(one for _, one in own).encode()).hexdigest()[:10],
        inputs="",
        own=tuple(one for _, one in own),
        lines=tuple(msgspec.structs.replace(line, own=min(line.own, line.words)) for line in lines),
        alignments=tuple(
            tr("{one} and {other}: {words}", one=label[nearest[one].first], other=label[one], words=shown[nearest[one]]) for one in others
        ),
    )
    read = "\x1f".join(known[one].quote for _, one in own)
    return msgspec.structs.replace(made, inputs=hashlib.sha256(msgspec.json.encode(made) + read.encode()).hexdigest()[:16])


def _unlinked(own: Sequence[tuple[str, str]], known: Mapping[str, Statement], other: str) -> str:
    """An order of others that says nothing of their names, and is another one beside another case."""
    return hashlib.sha256("\x1f".join([*(known[one].quote for _, one in own), other]).encode()).hexdigest()


def _label(one: tuple[str, str], number: int) -> str:
    letter = chr(ord("A") + number) if number < 26 else str(number + 1)  # noqa: PLR2004
    return tr("Statement {letter} ({id} of this case)", letter=letter, id=one[1]) if one[0] == OWN else tr("Statement {letter}", letter=letter)


def _recorders(
    order: Sequence[tuple[str, str]], told: Mapping[tuple[str, str], Statement], known: Mapping[str, Statement]
) -> dict[tuple[str, str], str]:
    """Officers by number, the same one by the same; an office by its name where this case shows it, else as another one."""
    officers: dict[str, int] = {}
    offices: dict[str, str] = {}
    found = {}
    for one in order:
        statement = known[one[1]] if one[0] == OWN else told[one]
        officer, office = (fold(plain_name(statement.circumstance(key))) for key in ("officer", "office"))
        if office and office not in offices:
            mine = told[one].circumstance("office") or tr("the office of Statement A")
            offices[office] = mine if one[0] == OWN else tr("another office {number}", number=len(offices) + 1)
        number = officers.setdefault(officer, len(officers) + 1) if officer else 0
        words = [tr("officer {number}", number=number)] if number else []
        found[one] = ", ".join([*words, *([offices[office]] if office else [])]) or tr("not recorded")
    return found


def _month(when: When | None) -> str:
    """Year and month where both ends lie in one; else the year; else nothing."""
    if when is None or when.lo is None or when.hi is None:
        return tr("not dated")
    first, last = moment(when.lo), moment(when.hi)
    return first[:7] if first[:7] == last[:7] else first[:4] if first[:4] == last[:4] and when.hi - when.lo <= 366 * DAY else tr("not dated")


def passage(cut: _Cut, text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The common passages of a cut text; what lies between them is a slot by its kind in this text, or ``⟦words⟧``."""
    parts: list[str] = []
    for at, span in enumerate(spans):
        if at:
            gap = cut.shown(text[spans[at - 1][1] : span[0]])
            kinds = re.findall(r"⟦[^⟧]*⟧", gap)
            plain = _LETTERS.search(re.sub(r"⟦[^⟧]*⟧", "", gap))
            kind = kinds[0] if len(set(kinds)) == 1 and not plain else "⟦" + tr("words") + "⟧"
            parts.append(f" {kind} ")
        parts.append(cut.shown(text[slice(*span)]))
    return _joined(parts)


def _masked(text: str, lower: Collection[str]) -> Iterator[str]:
    """Pieces of a text in order: words as they stand, and slots; names of several words, and dates of several, are one slot."""
    at, opens, last = 0, True, ""
    for found in _TOKEN.finditer(text):
        between = text[at : found.start()]
        opens = opens or bool(re.search(r"[.!?:;«“\"]", between))
        kind = _kind(found[0], lower, opens=opens)
        if kind != last or not kind or between.strip(" .,"):
            yield between
            yield kind or found[0]
        at, opens, last = found.end(), False, kind
    yield text[at:]


def _kind(word: str, lower: Collection[str], *, opens: bool) -> str:
    """The slot that a word becomes; nothing for one that stays. ``opens``: a sentence or a quotation begins with it."""
    if any(c.isdigit() for c in word) or _CALENDAR.match(word):
        return "⟦" + tr("date or number") + "⟧"
    odd = "_" in word or "@" in word
    if word == _HIDDEN or odd or (any(c.isupper() for c in word) and word not in _ALONE and not (opens and word.lower() in lower)):
        return "⟦" + tr("name") + "⟧"
    return ""


def _joined(parts: Sequence[str]) -> str:
    """The pieces as one line; slots of one kind with nothing but spaces and marks between them are one."""
    line = " ".join("".join(f" {part} " if part.startswith("⟦") else part for part in parts).split())
    before = ""
    while before != line:
        before, line = line, re.sub(r"(⟦[^⟧]*⟧)[\s,.;:/-]*\1", r"\1", line)
    return re.sub(r"\s+([,.;:!?])", r"\1", line)


def _count(shown: str) -> int:
    return len(_LETTERS.findall(re.sub(r"⟦[^⟧]*⟧", " ", shown)))
