"""How each pair of voices stands: dependent, shown independent, or unknown; and what to ask about those that are unknown.

N counts voices, "none recorded as resting on another". Which pairs nobody has looked at is therefore part of the figure. A pair is listed if
both voices stand against some version of the accusation. What the file itself shows (one outlet passed on both, one exhibit holds both, one
speaks through the other) is put beside the question as a hint; it decides nothing.

What it does not do: judge. A named person records a pair in ``voices.csv``, with the reason.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

import msgspec

from habeas.domain.case import Case, Tie
from habeas.domain.identity import fold
from habeas.domain.statement import Statement
from habeas.domain.where import Place
from habeas.examine.belief import Weighing
from habeas.examine.record import Record


class Hint(enum.StrEnum):
    """Something in the file that two voices share."""

    RELAYED_TOGETHER = "relayed_together"
    ONE_EXHIBIT = "one_exhibit"
    SPEAKS_THROUGH = "speaks_through"
    SAME_DAY = "same_day"
    SAME_WITNESSES = "same_witnesses"


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two voices by their labels; ``relation`` is None where nobody has judged. ``hints``: each with what is shared."""

    voice: str
    other: str
    relation: Tie | None
    why: str = ""
    judged_by: str = ""
    hints: tuple[tuple[Hint, str], ...] = ()


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """Who passed on whom, ``times`` often: the picture's arrows. ``relay`` to ``voice``, outermost first in a chain."""

    relay: str
    voice: str
    statements: tuple[str, ...]


def pairs(case: Case, places: Mapping[str, Place]) -> tuple[Pair, ...]:
    """Every pair of voices on which the cost of belief rests, with or without presumptions: unknown ones first, the most hints before the rest."""
    record = Record(case, places)
    weighing = Weighing(record, case)
    versions = weighing.versions()
    costs = [weighing.weigh(network, version) for version in versions for network in (record.certain, record.presumed)]
    counted = sorted({index for found in costs for one in found.against for index in one})
    spoken: dict[str, list[Statement]] = {}
    for index in counted:
        spoken.setdefault(weighing.keys[index], []).append(record.statements[index])
    label = {voice.key: voice.label for voice in record.voices}
    rows = {frozenset((fold(one.voice), fold(one.other))): one for one in case.voices}
    found = []
    for one, other in combinations(spoken, 2):
        row = rows.get(frozenset((one, other)))
        found.append(
            Pair(
                voice=label[one], other=label[other], relation=row.relation if row else None, why=row.why if row else "",
                judged_by=row.judged_by if row else "", hints=tuple(_hints(spoken[one], spoken[other], (one, other))),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda pair: (pair.relation is not None, -len(pair.hints))))


def _hints(mine: Sequence[Statement], theirs: Sequence[Statement], keys: tuple[str, str]) -> Iterator[tuple[Hint, str]]:
    relays = [{fold(relay): relay for one in some for relay in one.relayed_by} for some in (mine, theirs)]
    for key in sorted(relays[0].keys() & relays[1].keys()):
        yield Hint.RELAYED_TOGETHER, relays[0][key]
    for key, through in ((keys[0], relays[1]), (keys[1], relays[0])):
        if key in through:
            yield Hint.SPEAKS_THROUGH, through[key]
    exhibits = [{one.exhibit for one in some if one.exhibit} for some in (mine, theirs)]
    for number in sorted(exhibits[0] & exhibits[1]):
        yield Hint.ONE_EXHIBIT, number
    days = [{str(one.stated_on) for one in some if one.stated_on is not None and str(one.stated_on).count("-") > 1} for some in (mine, theirs)]
    for day in sorted(days[0] & days[1]):
        yield Hint.SAME_DAY, day
    taken = [{fold(one.circumstance(key)) for one in some for key in ("present", "given_by") if one.circumstance(key)} for some in (mine, theirs)]
    for who in sorted(taken[0] & taken[1]):
        yield Hint.SAME_WITNESSES, who


def passings(case: Case) -> tuple[Passing, ...]:
    """Who relays whom, link by link: ``A < B`` said by C gives A → B and B → C."""
    found: dict[tuple[str, str], list[str]] = {}
    shown: dict[str, str] = {}
    for one in case.statements:
        chain = [*one.relayed_by, one.body or one.speaker]
        for relay, voice in pairwise(chain):
            if relay.strip() and voice.strip() and fold(relay) != fold(voice):
                shown.setdefault(fold(relay), relay)
                shown.setdefault(fold(voice), voice)
                found.setdefault((fold(relay), fold(voice)), []).append(one.id)
    return tuple(Passing(relay=shown[relay], voice=shown[voice], statements=tuple(ids)) for (relay, voice), ids in found.items())
