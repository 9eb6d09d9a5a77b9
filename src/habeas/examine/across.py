"""Wording that texts of the accusing side share across cases, and the standard forms among it.

Read are the accusation's own texts, papers of a state, and what somebody was made to sign; never what a client or his witnesses say of their own, to
whomever they said it, for Habeas tests accusers. Originals alone: translations share their translator's wording. All these texts together are
the background against which rarity is reckoned; it is made anew for each run and kept nowhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from habeas.domain import across
from habeas.domain.across import Alignment, FormUse, SharedGroup
from habeas.domain.case import Case
from habeas.domain.statement import Side, Statement
from habeas.examine.battery.story import joined
from habeas.examine.battery.wording import FEWEST_WORDS, offices
from habeas.examine.passages import Shared, Widely, shared_passages
from habeas.examine.voices import voice_key

Cases = Mapping[str, Case]
"""By random id (or the name of a folder)."""


def of_the_accusing_side(case: Case) -> list[Statement]:
    """The accusation's own statements, papers of the states that made it, and what was signed under pressure; about the case's own person.

    That some office took a statement down is not enough, nor that a state did: asylum authorities, courts and commissions take down what
    people say of their own.
    """
    mine = [s for s in case.statements if s.person.strip() in ("", case.person, case.pseudonym)]
    accusers = {voice_key(s) for s in mine if s.id in case.accusation and s.side is Side.STATE}
    return [
        s for s in mine
        if s.id in case.accusation or (s.side is Side.STATE and voice_key(s) in accusers)
        or s.circumstance("forced_to_sign").strip().casefold() not in ("", "false", "no")
    ]  # fmt: skip


def accusing_texts(cases: Cases) -> list[tuple[across.Statement, Statement]]:
    """Every text that is compared, in the order of the cases."""
    found: list[tuple[across.Statement, Statement]] = []
    for name, case in cases.items():
        translated = {one.number for one in case.exhibits if one.translation_of}
        found += [((name, s.id), s) for s in of_the_accusing_side(case) if s.quote.strip() and s.exhibit not in translated]
    return found


class Compared(NamedTuple):
    """Texts, the pairs that share wording (positions), and the passages that many use."""

    texts: list[tuple[across.Statement, Statement]]
    pairs: list[Shared]
    uses: tuple[FormUse, ...]


def compared(cases: Cases) -> Compared:
    """Every pair of texts of two different cases. Pairs within one case are its own finding and not told here."""
    texts = accusing_texts(cases)
    marked = [((name, form.id), form.words) for name, case in cases.items() for form in case.forms]
    found = shared_passages([statement.quote for _, statement in texts], [words for _, words in marked])
    pairs = [one for one in found.pairs if texts[one.first][0][0] != texts[one.second][0][0] and one.own >= FEWEST_WORDS]
    uses = [
        FormUse(form=form, statements=tuple(texts[i][0] for i in users), offices=_offices(texts, users))
        for (form, _), users in zip(marked, found.forms, strict=True)
        if users
    ]
    uses += [_widely(texts, one) for one in found.widely if len(one.words.split()) >= FEWEST_WORDS]
    return Compared(texts, pairs, tuple(uses))


def wording_across(cases: Cases) -> tuple[tuple[SharedGroup, ...], tuple[FormUse, ...]]:
    """(groups of statements that share wording, passages that many use)."""
    texts, pairs, uses = compared(cases)
    part = joined((one.first, one.second) for one in pairs)
    groups: dict[int, list[Shared]] = defaultdict(list)
    for one in pairs:
        groups[part[one.first]].append(one)
    return tuple(_group(texts, some) for some in groups.values()), uses


def aligned(texts: Sequence[tuple[across.Statement, Statement]], one: Shared) -> Alignment:
    """A pair as an alignment of two named statements."""
    return Alignment(
        first=texts[one.first][0], second=texts[one.second][0], words=sum(block.words for block in one.blocks), own=one.own, bits=one.bits,
        spans=one.spans,
    )  # fmt: skip


def _offices(texts: Sequence[tuple[across.Statement, Statement]], users: Sequence[int]) -> tuple[tuple[str, int], ...]:
    return tuple(offices(texts[i][1] for i in users))


def _widely(texts: Sequence[tuple[across.Statement, Statement]], one: Widely) -> FormUse:
    holder = next((i for i in one.texts if one.words in texts[i][1].quote), one.texts[0])
    at = max(0, texts[holder][1].quote.find(one.words))
    order = [holder, *(i for i in one.texts if i != holder)]
    return FormUse(
        form=None, statements=tuple(texts[i][0] for i in order), span=(at, at + len(one.words)), offices=_offices(texts, one.texts)
    )  # fmt: skip


def _group(texts: Sequence[tuple[across.Statement, Statement]], pairs: Sequence[Shared]) -> SharedGroup:
    """The group, and for each member its heaviest alignment."""
    heaviest: dict[int, Shared] = {}
    for one in pairs:  # the heaviest first
        heaviest.setdefault(one.first, one)
        heaviest.setdefault(one.second, one)
    return SharedGroup(
        statements=tuple(texts[i][0] for i in sorted(heaviest)),
        alignments=tuple(aligned(texts, one) for one in dict.fromkeys(heaviest.values())),
    )
