"""Who speaks: voices (the earliest speaker in a chain) and carriers (exhibits and relays), and who counts.

Corroboration is counted in voices. All bodies of one state are one voice. A compiler counts only for its own inquiry, never
beside the source that it repeats. Unnamed sources and statements without any bound in time are listed, not counted.

What it does not do: decide by itself that two voices are independent; a pair is *unknown* until a person records how they stand
(``voices.csv``).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from habeas.domain.case import Tie, VoicePair
from habeas.domain.identity import fold
from habeas.domain.statement import Act, HowKnown, Side, Statement
from habeas.domain.where import NOWHERE, Place, contains, disjoint
from habeas.examine.semantics import BODILY, FOREVER, window

_UNNAMED = re.compile(
    r"\b(un-?named|anonymous|unknown|unidentified|not named|no nombrad[oa]s?|an[oó]nim[oa]s?|sin nombre|desconocid[oa]s?"
    r"|anonyme|inconnue?|неназванн\w*|анонимн\w*|неизвестн\w*)\b",
    re.IGNORECASE,
)
_COMPILERS = frozenset({Side.COMMISSION, Side.INTERNATIONAL, Side.PRESS, Side.OTHER})
_RECORDED = frozenset({HowKnown.OFFICIAL_RECORD, HowKnown.SECONDHAND, HowKnown.UNKNOWN})


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """One origin: ``key`` names it within a case, ``members`` are indexes of its statements."""

    key: str
    label: str
    members: tuple[int, ...]


def voice_key(statement: Statement) -> str:
    """The voice of a statement: its body for whoever speaks on behalf of one, else its speaker."""
    return fold(statement.body or statement.speaker)


def unnamed(statement: Statement) -> bool:
    """Whether the source is not named, not even by a pseudonym."""
    return not statement.speaker.strip() or (not statement.body and bool(_UNNAMED.search(statement.speaker)))


def voices_of(statements: Sequence[Statement]) -> list[Voice]:
    """All voices in the order in which they first speak."""
    members: dict[str, list[int]] = defaultdict(list)
    label: dict[str, str] = {}
    for index, statement in enumerate(statements):
        key = voice_key(statement) or f"({statement.id})"
        members[key].append(index)
        label.setdefault(key, statement.body or statement.speaker)
    return [Voice(key=key, label=label[key], members=tuple(found)) for key, found in members.items()]


def repeats(statements: Sequence[Statement], places: Mapping[str, Place]) -> dict[int, tuple[int, ...]]:
    """For each compiler's statement the statements of other voices that it repeats: same act, agreeing in time and place.

    A compiler is a commission, an international body or the press that speaks from records or hearsay, or another body from hearsay.
    It repeats what was said before it; an undated heading repeats whatever it agrees with.
    """
    by_act: dict[tuple[Act, bool], list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        by_act[statement.act, statement.denied].append(index)
    found: dict[int, tuple[int, ...]] = {}
    for index, statement in enumerate(statements):
        if not _compiles(statement) or statement.act is Act.OTHER:
            continue
        same = tuple(
            other for other in by_act[statement.act, statement.denied][:2000] if other != index and _repeats(statement, statements[other], places)
        )
        if same:
            found[index] = same
    return found


def _compiles(statement: Statement) -> bool:
    """Whether a source speaks from what others said; a record that another kind of body keeps (a register) is its own."""
    own_record = statement.side is Side.OTHER and statement.how_known is HowKnown.OFFICIAL_RECORD
    return statement.side in _COMPILERS and statement.how_known in _RECORDED and not own_record


def _repeats(compiler: Statement, source: Statement, places: Mapping[str, Place]) -> bool:
    if voice_key(compiler) == voice_key(source) or not _earlier(source, compiler):
        return False
    one, other = window(compiler), window(source)
    if one is None or other is None or max(one[0], other[0]) > min(one[1], other[1]):
        return False
    here, there = places.get(compiler.place, NOWHERE), places.get(source.place, NOWHERE)
    return not disjoint(here, there)


def _earlier(source: Statement, compiler: Statement) -> bool:
    """Whether the source surely spoke first; of two undated ones neither, and an undated heading comes last."""
    said = source.stated_on.lo if source.stated_on else None
    then = compiler.stated_on.hi if compiler.stated_on else None
    if then is None:
        return said is not None or source.side not in _COMPILERS
    return said is not None and source.stated_on is not None and (source.stated_on.hi or FOREVER) < then


class Ties:
    """What is recorded about pairs of voices."""

    def __init__(self, pairs: Sequence[VoicePair]) -> None:
        """Keep each pair under its two folded names; a later row overrides an earlier one."""
        self._tie = {frozenset((fold(pair.voice), fold(pair.other))): pair.relation for pair in pairs}
        self._named = frozenset(key for pair in self._tie for key in pair)

    def tie(self, one: str, other: str) -> Tie | None:
        """DEPENDENT, INDEPENDENT, or None where nothing is recorded (unknown)."""
        return self._tie.get(frozenset((one, other)))

    def merged(self, keys: Sequence[str], *, unknown_too: bool) -> dict[str, str]:
        """Each key → the representative of its group: dependent voices are one; on request unknown pairs too."""
        group: dict[str, str] = {}
        left = dict.fromkeys(keys)
        while left:
            start = next(iter(left))
            del left[start]
            queue = [start]
            while queue:
                one = queue.pop()
                group[one] = start
                joined = [other for other in left if self._joins(one, other, unknown_too=unknown_too)]
                for other in joined:
                    del left[other]
                queue += joined
        return group

    def _joins(self, one: str, other: str, *, unknown_too: bool) -> bool:
        tie = self._tie.get(frozenset((one, other))) if one in self._named and other in self._named else None
        return tie is Tie.DEPENDENT or (unknown_too and tie is None)


def carriers(statement: Statement) -> tuple[str, ...]:
    """The exhibit and the relays through which a statement reached the case."""
    exhibit = (f"exhibit {statement.exhibit}",) if statement.exhibit else ()
    return exhibit + tuple(f"relay {fold(relay)}" for relay in statement.relayed_by)


def supports(claim: Statement, other: Statement, places: Mapping[str, Place]) -> bool:
    """Whether ``other`` says what ``claim`` says: the same act at a time and between places that may agree, or his arrival."""
    if other.denied or other.act is Act.CUSTODY_DENIED or claim.denied:
        return False
    if other.act is not claim.act and not (claim.act is Act.DEPARTED and other.act in BODILY):
        return False
    one, two = window(claim), window(other)
    if one is None or two is None:
        return False
    here, there = places.get(claim.place, NOWHERE), places.get(other.place, NOWHERE)
    if other.act is claim.act:
        to_here, to_there = places.get(claim.to_place, NOWHERE), places.get(other.to_place, NOWHERE)
        same = max(one[0], two[0]) <= min(one[1], two[1])
        return same and not disjoint(here, there) and not disjoint(to_here, to_there)
    target = places.get(claim.to_place, NOWHERE)
    near = two[0] >= one[0] and two[0] - one[1] <= 30 * 1440
    return near and target.known and there.known and (contains(target, there) or contains(there, target))
