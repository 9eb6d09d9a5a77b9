"""Patterns across cases on keys of the accusing side alone: what accusations follow, what recurs, what goes together, waves over time.

Each test says what it compares with, and every *p* is corrected for all tests of the run (Holm 1979). Read are the accusing side's officer,
office, article, form, wording and the day of the accusation's first record; of the client's side only the days of what the accusation may follow.
A pattern says that something recurs; it says nothing of a person, and not why.

What it does not do: look at fewer than :data:`FEWEST` cases, tell a value of fewer than :data:`LEAST` cases, or read any attribute of a client.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from habeas.domain.across import Follows, FormUse, Key, Patterns, Prompt, Recurs, SharedGroup, Together, Wave
from habeas.domain.case import Case
from habeas.domain.identity import fold, plain_name
from habeas.domain.statement import Act, Statement
from habeas.domain.when import DAY, When
from habeas.examine.across import Cases, of_the_accusing_side
from habeas.examine.battery.origins import prompt_of, recorded_on
from habeas.examine.battery.story import joined
from habeas.locale import tr

FEWEST = 5
"""Cases without which nothing is looked at."""
LEAST = 3
"""Cases of one value that are told to whoever may read them all."""
WITHIN = (7, 30, 90)
"""Days after an event, and widths of a wave."""
BEYOND_CHANCE = 0.05
"""Corrected *p* up to which something is told as more than chance."""
DRAWS = 9_999
"""Random draws where not every one can be tried; they begin from one seed, so that a run can be repeated."""
_CLOSE = 7
"""Days to which an accusation has to be dated to be counted."""
_YEARS = 40
_KEYS = (Key.OFFICER, Key.OFFICE, Key.ARTICLE, Key.FORM)

Days = tuple[int, int]
"""First and last day (proleptic ordinal) that a date may mean."""


class Seen(NamedTuple):
    """One case as patterns see it: the day of the first accusation, the days of what it may follow, and the state's keys."""

    name: str
    first: Days | None
    prompts: Mapping[Prompt, tuple[Days, ...]]
    keys: Mapping[Key, Mapping[str, str]]


def patterns(cases: Cases, groups: Sequence[SharedGroup] = (), uses: Sequence[FormUse] = ()) -> Patterns:
    """Every pattern of some cases; ``groups`` and ``uses``: the wording that they share (:func:`habeas.examine.across.wording_across`)."""
    holders = _wordings(groups, uses)
    seen = [_seen(name, cases[name], holders.get(name, {})) for name in cases]
    dated = [one for one in seen if one.first is not None]
    notes = _undated(seen)
    if len(seen) < FEWEST:
        notes = [tr("Fewer than {count} cases: nothing is looked at, since so few show no pattern and hide nobody.", count=FEWEST), *notes]
        return Patterns(cases=len(seen), dated=len(dated), notes=tuple(notes))
    recurs = list(_recurs(seen))
    enough = dated if len(dated) >= FEWEST else []
    follows, together, waves = list(_follows(enough)), list(_together(seen, recurs)), list(_waves(enough))
    ps = iter(holm([one.p for one in follows] + [one.p for one in together] + [one.p for one in waves]))  # also of what is too small to be told
    follows = [msgspec.structs.replace(one, corrected=next(ps)) for one in follows]
    together = [msgspec.structs.replace(one, corrected=next(ps)) for one in together]
    waves = [msgspec.structs.replace(one, corrected=next(ps)) for one in waves]
    return Patterns(
        cases=len(seen),
        dated=len(dated),
        looks=len(follows) + len(together) + len(waves),
        follows=tuple(one for one in follows if len(one.cases) >= LEAST),
        recurs=tuple(recurs),
        together=tuple(sorted((one for one in together if one.both >= LEAST), key=lambda one: (one.p, one.one, one.other))),
        waves=tuple(one for one in waves if one.most >= LEAST),
        months=_months(dated),
        notes=tuple(notes),
    )


def holm(ps: Sequence[float]) -> list[float]:
    """Each *p* corrected for all of them (Holm 1979, Scandinavian Journal of Statistics 6)."""
    found, least = [0.0] * len(ps), 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        least = max(least, min(1.0, (len(ps) - rank) * ps[at]))
        found[at] = least
    return found


def _wordings(groups: Sequence[SharedGroup], uses: Sequence[FormUse]) -> dict[str, dict[str, str]]:
    """Case → the wordings in it: shared by a few, used widely, marked as a form; each under a key and a label."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for number, group in enumerate(groups, 1):
        for name, _ in group.statements:
            found[name][f"shared {number:04}"] = tr("wording {number}", number=number)
    for number, use in enumerate(uses, 1):
        label = tr("marked form {number}", number=number) if use.form else tr("widely used {number}", number=number)
        for name, _ in use.statements:
            found[name][f"used {number:04}"] = label
    return found


def _seen(name: str, case: Case, wordings: Mapping[str, str]) -> Seen:
    accusing = of_the_accusing_side(case)
    keys: dict[Key, dict[str, str]] = {key: {} for key in Key}
    for s in accusing:
        for key in _KEYS:
            value = plain_name(s.circumstance(key.value))
            if value:
                keys[key].setdefault(fold(value), value)
    keys[Key.WORDING] |= wordings
    prompts: dict[Prompt, list[Days]] = defaultdict(list)
    claimed = [days for s in case.statements if s.id in case.accusation and s.act is Act.DEPARTED and (days := _days(s.when))]
    for s in case.statements:
        if s.id in case.accusation or s.person.strip() not in ("", case.person, case.pseudonym):
            continue
        prompt, when = prompt_of(s)
        days = _days(when)
        same = prompt is Prompt.FLIGHT and days and any(low <= days[1] and days[0] <= high for low, high in claimed)  # it is what the accusation says
        if prompt and days and not same:
            prompts[prompt].append(days)
    return Seen(
        name, _first_recorded([s for s in accusing if s.id in case.accusation]), {kind: tuple(sorted(found)) for kind, found in prompts.items()}, keys
    )


def _days(when: When | None) -> Days | None:
    """The days that a date may mean, where both ends are known and no more than a month apart."""
    if when is None or when.lo is None or when.hi is None or when.hi - when.lo > 31 * DAY:
        return None
    return when.lo // DAY + 1, when.hi // DAY + 1


def _first_recorded(accusation: Sequence[Statement]) -> Days | None:
    """The days on which the accusation was first recorded, where they are known to a week and nothing of it that is dated may be older."""
    said = [when for s in accusation if (when := recorded_on(s)) is not None]
    days = [found for when in said if (found := _days(when)) is not None]
    if not days:
        return None
    first = min(days, key=lambda one: (one[1], one[0]))
    older = any(when.lo is None or when.lo // DAY + 1 < first[0] for when in said)
    return first if first[1] - first[0] < _CLOSE and not older else None


def _undated(seen: Sequence[Seen]) -> list[str]:
    missing = [one.name for one in seen if one.first is None]
    return [tr("not dated to a week, and so left out where days count: {cases}", cases=", ".join(missing))] if missing else []


def _recurs(seen: Sequence[Seen]) -> Iterator[Recurs]:
    """Every value of :data:`LEAST` cases or more, the commonest first."""
    found = []
    for key in Key:
        recorded = [one for one in seen if one.keys[key]]
        holders: dict[str, list[Seen]] = defaultdict(list)
        for one in recorded:
            for value in one.keys[key]:
                holders[value].append(one)
        for value, some in holders.items():
            if len(some) < LEAST:
                continue
            days = sorted(one.first[0] for one in some if one.first)
            spellings = Counter(one.keys[key][value] for one in some)
            spelling, spelled = max(spellings.items(), key=lambda one: (one[1], one[0]))
            found.append(
                Recurs(
                    key=key, value=spelling, cases=tuple(one.name for one in some), of=len(recorded), spelled=spelled,
                    first=_iso(days[0]) if days else "", last=_iso(days[-1]) if days else "",
                )
            )  # fmt: skip
    yield from sorted(found, key=lambda one: (tuple(Key).index(one.key), -len(one.cases), one.value))


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _follows(dated: Sequence[Seen]) -> Iterator[Follows]:
    """For each kind of event and each span of days: the accusations first recorded within so many days *after* the nearest such event of the case,
    against those within as many days *before* it (sign test, exact).

    One affair's events and papers lie near each other whatever caused them; only before and after are compared, so neither the time at which an
    affair took place nor how long it lasted matters. Cases with one event behind them, or accused in one paper, count as one.
    """  # noqa: D205
    for prompt in Prompt:
        some = [one for one in dated if one.prompts.get(prompt)]
        if len(some) < FEWEST:
            continue
        for within in WITHIN:
            sides = {one.name: _side(one, prompt, within) for one in some}
            after = [one for one in some if sides[one.name][0] > 0]
            told = [_agreed([sides[one.name][0] for one in once]) for once in _events(some, sides)]
            later, earlier = told.count(1), told.count(-1)
            yield Follows(
                prompt=prompt, within=within, cases=tuple(one.name for one in after), before=sum(side < 0 for side, _ in sides.values()),
                of=len(some),
                expected=(later + earlier) / 2, p=half(later, later + earlier), lags=tuple(sides[one.name][0] for one in after),
            )  # fmt: skip


def _side(one: Seen, prompt: Prompt, within: int) -> tuple[int, Days]:
    """Days at most from the nearest such event to the accusation, where it surely came after it, negative where before; 0 where neither is sure.

    And the days of that event.
    """
    if one.first is None:
        return 0, (0, 0)
    low, high = one.first
    after = [(high - event[0], event) for event in one.prompts[prompt] if event[1] < low and high - event[0] <= within]
    before = [(event[1] - low, event) for event in one.prompts[prompt] if event[0] > high and event[1] - low <= within]
    nearest_after, nearest_before = min(after, default=(within + 1, (0, 0))), min(before, default=(within + 1, (0, 0)))
    if nearest_after[0] == nearest_before[0]:
        return 0, (0, 0)
    return nearest_after if nearest_after[0] < nearest_before[0] else (-nearest_before[0], nearest_before[1])


def _events(some: Sequence[Seen], sides: Mapping[str, tuple[int, Days]]) -> list[list[Seen]]:
    """Cases grouped where they are one observation: one event (a publication behind many cases), or one paper of one office."""
    at = {one.name: number for number, one in enumerate(some)}
    by_event: dict[Days, list[int]] = defaultdict(list)
    for one in some:
        if sides[one.name][0]:
            by_event[sides[one.name][1]].append(at[one.name])
    part = joined([*([number] for number in at.values()), *by_event.values(), *([at[one.name] for one in paper] for paper in _papers(some))])
    found: dict[int, list[Seen]] = defaultdict(list)
    for one in some:
        found[part[at[one.name]]].append(one)
    return list(found.values())


def _papers(some: Sequence[Seen]) -> list[list[Seen]]:
    """Cases grouped by the paper that accuses: one office (or none named), one day; a case without a day by itself."""
    found: dict[tuple[Days | str, tuple[str, ...]], list[Seen]] = defaultdict(list)
    for one in some:
        found[one.first or one.name, tuple(sorted(one.keys[Key.OFFICE]))].append(one)
    return list(found.values())


def _agreed(sides: Sequence[int]) -> int:
    signs = {(side > 0) - (side < 0) for side in sides} - {0}
    return signs.pop() if len(signs) == 1 else 0


def half(hits: int, of: int) -> float:
    """How likely at least so many of ``of`` fall on one side where either is as likely (binomial, exact)."""
    return sum(math.comb(of, k) for k in range(hits, of + 1)) / (1 << of)


def _together(seen: Sequence[Seen], recurs: Sequence[Recurs]) -> Iterator[Together]:
    """Fisher's exact test for every two values of different keys, over the cases in which both keys are recorded.

    Counted in papers: what one office recorded on one day is one. That an officer sits in one office is no pattern, so the two are not set
    against each other.
    """
    papers = _papers(seen)
    for one, other in combinations(recurs, 2):
        if one.key is other.key or {one.key, other.key} == {Key.OFFICER, Key.OFFICE}:
            continue
        among = [paper for paper in papers if all(any(case.keys[key] for case in paper) for key in (one.key, other.key))]
        mine, theirs = ({number for number, paper in enumerate(among) if any(case.name in some.cases for case in paper)} for some in (one, other))
        both = len(mine & theirs)
        if len(among) < FEWEST or len(mine) == len(among) or len(theirs) == len(among):
            continue
        yield Together(
            one=(one.key, one.value), other=(other.key, other.value), both=both, one_only=len(mine) - both, other_only=len(theirs) - both,
            neither=len(among) - len(mine | theirs), p=fisher(both, len(mine), len(theirs), len(among)),
        )  # fmt: skip


def fisher(both: int, one: int, other: int, among: int) -> float:
    """How likely at least ``both`` cases have two values by chance, if ``one`` and ``other`` of ``among`` have each (hypergeometric, exact)."""
    ways = math.comb(among, other)
    return sum(math.comb(one, k) * math.comb(among - one, other - k) for k in range(both, min(one, other) + 1)) / ways


def _waves(dated: Sequence[Seen]) -> Iterator[Wave]:
    """The scan statistic (Naus 1965) for each width, its null drawn: the same number of days spread evenly over the same period.

    What one office recorded on one day is one paper and counts once.
    """
    days = sorted(_middle(paper[0]) for paper in _papers(dated))
    if len(days) < FEWEST:
        return
    start, end = days[0], days[-1]
    draw = np.random.default_rng(20_172)
    drawn = np.sort(draw.integers(start, end + 1, (DRAWS, len(days))), axis=1)
    for within in WITHIN:
        if end - start < 2 * within:
            continue
        most, at = max((bisect_right(days, day + within - 1) - number, -number) for number, day in enumerate(days))
        null = _densest(drawn, within)
        yield Wave(
            within=within, most=most, of=len(days), begins=_iso(days[-at]), ends=_iso(days[-at + most - 1]),
            expected=round(float(null.mean()), 2), p=float((1 + (null >= most).sum()) / (1 + DRAWS)),
        )  # fmt: skip


def _densest(drawn: NDArray[np.int64], within: int) -> NDArray[np.int64]:
    """For each row of sorted days the most within one window."""
    apart = (int(drawn.max()) - int(drawn.min()) + within + 1) * np.arange(len(drawn))[:, None]  # rows set so far apart that no window spans two
    flat = (drawn + apart).ravel()
    reached = np.searchsorted(flat, flat + within) - np.arange(len(flat))
    most: NDArray[np.int64] = reached.reshape(drawn.shape).max(axis=1)
    return most


def _middle(one: Seen) -> int:
    return (one.first[0] + one.first[1]) // 2 if one.first else 0


def _months(dated: Collection[Seen]) -> tuple[tuple[str, int], ...]:
    """How many accusations begin in each month, from the first to the last; over more than :data:`_YEARS` years only the months that have any."""
    counted: dict[tuple[int, int], int] = defaultdict(int)
    for one in dated:
        day = date.fromordinal(_middle(one))
        counted[day.year, day.month] += 1
    if not counted:
        return ()
    if max(counted)[0] - min(counted)[0] >= _YEARS:
        return tuple((f"{year}-{month:02}", counted[year, month]) for year, month in sorted(counted))
    (year, month), last = min(counted), max(counted)
    found: list[tuple[str, int]] = []
    while (year, month) <= last:
        found.append((f"{year}-{month:02}", counted.get((year, month), 0)))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return tuple(found)
