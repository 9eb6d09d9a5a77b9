"""The published generator of cases: small adversarial ones for the oracle, and long plausible lives for the benchmarks.

Everything comes from the :class:`random.Random` that the caller passes: the same seed gives the same case. Places are made by hand
(no gazetteer), with discs that need not be cartography: the engine and the oracle read the same records.

What it does not do: imitate any real person or file.
"""

import itertools
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from habeas.domain.case import Case, Tie, VoicePair
from habeas.domain.statement import Act, HowKnown, Side, Statement, StatementId
from habeas.domain.when import When, WhenError, parse_when
from habeas.domain.where import Disc, Place

T = TypeVar("T")


def _place(name: str, discs: Sequence[tuple[float, float, float]], chain: Sequence[str], *, exact: bool = True, clear: bool = True) -> Place:
    return Place(
        name=name, discs=tuple(Disc(*one) for one in discs), chain=tuple(chain), country=chain[-1] if chain else "", exact=exact, clear=clear
    )


PLACES: Mapping[str, Place] = {
    place.name: place
    for place in (
        _place("Uruguay", [(-32.8, -56.0, 330)], ["UY"]),
        _place("Montevideo", [(-34.88, -56.18, 25)], ["UY-MO", "UY"]),
        _place("Carrasco", [(-34.84, -56.03, 3)], ["UY-CARRASCO", "UY-MO", "UY"]),
        _place("La Casona", [(-34.88, -56.18, 25)], ["UY-MO", "UY"], exact=False),
        _place("Salto", [(-31.39, -57.96, 8)], ["UY-SA", "UY"]),
        _place("Argentina", [(-38.0, -65.0, 1900)], ["AR"]),
        _place("Buenos Aires", [(-34.61, -58.40, 25)], ["AR-C", "AR"]),
        _place("Automotores Orletti", [(-34.63, -58.48, 0.3)], ["AR-ORLETTI", "AR-C", "AR"]),
        _place("Salta", [(-24.79, -65.41, 10)], ["AR-SLA", "AR"]),
        _place("Mendoza", [(-32.89, -68.84, 12)], ["AR-MZA", "AR"]),
        _place("Posadas", [(-27.37, -55.90, 8)], ["AR-POS", "AR"]),
        _place("Ushuaia", [(-54.80, -68.30, 10)], ["AR-USH", "AR"]),
        _place("Russia", [(62.0, 40.0, 2000), (62.0, 95.0, 2600), (60.0, 140.0, 2600)], ["RU"]),
        _place("Moscow", [(55.75, 37.62, 25)], ["RU-MOW", "RU"]),
        _place("Saint Petersburg", [(59.94, 30.31, 20)], ["RU-SPE", "RU"]),
        _place("Arkhangelsk", [(64.54, 40.52, 12)], ["RU-ARK", "RU"]),
        _place("Vladivostok", [(43.12, 131.89, 15)], ["RU-VVO", "RU"]),
        _place("Chechnya", [(43.3, 45.7, 90)], ["RU-CE", "RU"]),
        _place("Grozny", [(43.32, 45.69, 12)], ["RU-GRV", "RU-CE", "RU"]),
        _place("Argun", [(43.29, 45.87, 4)], ["RU-ARGUN", "RU-CE", "RU"]),
        _place("Syria", [(35.0, 38.5, 400)], ["SY"]),
        _place("Raqqa", [(35.95, 39.01, 10)], ["SY-RQA", "SY"]),
        _place("The border strip", [(33.0, 36.0, 30)], ["STRIP"], clear=False),
        _place("Mazar", [(36.7, 67.1, 900)], []),
    )
}
"""Countries, towns in them, a site in a town, a site known only by its town, a disputed strip, a place with no chain."""

_THEATRES: tuple[tuple[str, ...], ...] = (
    ("Montevideo", "Carrasco", "La Casona", "Uruguay", "Buenos Aires", "Salto"),
    ("Grozny", "Argun", "Moscow", "Raqqa", "Russia", "Chechnya"),
    ("Moscow", "Saint Petersburg", "Grozny", "Arkhangelsk"),
    ("Moscow", "Saint Petersburg", "Grozny", "Arkhangelsk", "Vladivostok", "Russia"),
    ("Buenos Aires", "Automotores Orletti", "Ushuaia", "Salta"),
    ("Montevideo", "Carrasco", "Salto", "La Casona"),
    ("Buenos Aires", "Mendoza", "Salta", "Posadas"),
    ("Buenos Aires", "Mendoza", "Salta", "Posadas", "Argentina"),
    ("Raqqa", "The border strip", "Mazar", "Syria", "Grozny", ""),
)
_STATES = ("Uruguay", "Argentina", "Russia", "Chechnya", "Joint Forces")
_PEOPLE = ("Ana", "Bruno", "Carla", "Dario", "Elena", "Commission", "Daily Post")
_ASSERTED = (
    (Act.HELD_AT, 16), (Act.SEEN_IN_CUSTODY, 10), (Act.DETAINED, 12), (Act.TRANSFERRED, 8), (Act.RELEASED, 8), (Act.ESCAPED, 5),
    (Act.DEPARTED, 14), (Act.PRESENT, 20), (Act.WANTED, 7), (Act.CHARGED, 4), (Act.DIED, 6), (Act.BURIED, 4), (Act.CUSTODY_DENIED, 7),
    (Act.SEARCHED_PREMISES, 3), (Act.APPEAL_SENT, 1), (Act.OTHER, 1),
)  # fmt: skip
_ACCUSING = ((Act.DEPARTED, 8), (Act.PRESENT, 5), (Act.ESCAPED, 4), (Act.WANTED, 5), (Act.CHARGED, 3), (Act.RELEASED, 2), (Act.DIED, 1),
             (Act.CUSTODY_DENIED, 2), (Act.DETAINED, 1), (Act.TRANSFERRED, 1))  # fmt: skip
_DENIED = (Act.PRESENT, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.DETAINED, Act.DEPARTED, Act.WANTED, Act.CHARGED, Act.RELEASED, Act.ESCAPED,
           Act.DIED, Act.TRANSFERRED, Act.SEARCHED_PREMISES)  # fmt: skip


def _pick(rng: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    return rng.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


_MOODS = (("chain", 5), ("ticks", 4), ("tiles", 5), ("hours", 3), ("days", 4), ("years", 3))
_KINDS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "chain": (("leg", 24), ("minute", 1), ("day", 1)),
    "ticks": (("tick", 8), ("two ticks", 8), ("stretch", 1), ("day", 1)),
    "tiles": (("tile", 12), ("day", 2), ("open", 1), ("until", 1), ("month", 1)),
    "hours": (("stretch", 7), ("minute", 4), ("day", 2), ("to minute", 1)),
    "days": (("day", 8), ("days", 5), ("minute", 2), ("stretch", 2), ("rough day", 2), ("open", 1), ("until", 1), ("month", 1)),
    "years": (("day", 3), ("month", 4), ("rough month", 2), ("year", 2), ("rough year", 1), ("months", 4), ("open", 2), ("until", 2)),
}
"""How dates are crowded. ``chain``: windows about as long as one journey, so that three towns fit and four do not; ``ticks``: single minutes
side by side; ``tiles``: intervals that meet at noon and leave a day between them or none; the rest: over hours, days and years."""


class _Clock:
    """Makes date expressions around one base day, crowded as its mood says."""

    def __init__(self, rng: random.Random, mood: str) -> None:
        self.rng = rng
        self.mood = mood
        self.base = date(rng.choice((1977, 2017)), rng.randint(2, 11), rng.randint(1, 28))
        self.leg = rng.choice((16, 26, 34, 38, 42, 44, 50, 54, 58, 62, 82))

    def when(self) -> When:
        """One expression in this clock's mood."""
        return parse_when(self._text(_pick(self.rng, _KINDS[self.mood])))

    def _day(self) -> date:
        spread = {"years": 700, "days": 6}.get(self.mood, 1 if self.rng.random() < 0.1 else 0)
        return self.base + timedelta(days=self.rng.randint(0, spread))

    def _at(self, minutes: int, days: int = 0) -> str:
        return f"{datetime.combine(self.base + timedelta(days=days), datetime.min.time()) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"

    def _tile(self) -> str:
        """From noon to noon, or from noon to the minute before noon: what comes next may leave a minute free, or none."""
        first, more = self.rng.randint(0, 3), self.rng.randint(1, 3)
        if self.rng.random() < 0.25:
            return f"{self.base + timedelta(days=first)}/{self.base + timedelta(days=first + more)}"
        return f"{self._at(720, first)}/{self._at(720 - self.rng.choice((0, 1, 1, 2)), first + more)}"

    def _text(self, kind: str) -> str:
        rng, day = self.rng, self._day()
        later = day + timedelta(days=rng.choice((0, 1, 2, 3, 5)))
        minute = datetime.combine(day, datetime.min.time()) + timedelta(
            minutes=600 + rng.choice((0, 0, 1, 2, 5, 10, 20, 30, 35, 40, 45, 50, 60, 70, 80))
        )
        upto = minute + timedelta(minutes=rng.choice((1, 5, 20, 35, 40, 60, 75, 90)))
        month = f"{day:%Y-%m}"
        after = f"{day + timedelta(days=rng.randint(31, 200)):%Y-%m}"
        tick, leg = rng.randint(600, 602), 600 + rng.choice((0, 0, 0, 1, 3))
        return {
            "leg": f"{self._at(leg)}/{self._at(leg + self.leg + rng.randint(-3, 3))}",
            "tick": self._at(tick),
            "two ticks": f"{self._at(tick)}/{self._at(tick + rng.choice((1, 1, 2)))}",
            "tile": self._tile(),
            "minute": f"{minute:%Y-%m-%dT%H:%M}",
            "stretch": f"{minute:%Y-%m-%dT%H:%M}/{upto:%Y-%m-%dT%H:%M}",
            "to minute": f"{day}/{upto:%Y-%m-%dT%H:%M}",
            "day": f"{day}",
            "days": f"{day}/{later}",
            "rough day": f"{day}~",
            "month": month,
            "rough month": f"{month}~",
            "months": f"{month}{rng.choice(('', '-15'))}/{after}",
            "year": f"{day:%Y}",
            "rough year": f"{day:%Y}?",
            "open": f"{day}/..",
            "until": f"../{day}",
        }[kind]


def small_case(rng: random.Random, n: int) -> tuple[Case, Mapping[str, Place]]:
    """``n`` statements (2 to 9 are meant) crowded into few places and hours: four cases in ten hold a contradiction."""
    mood = _pick(rng, _MOODS)
    clock = _Clock(rng, mood)
    fitting = {"chain": (2, 6, 6, 6, 7), "ticks": (2, 4, 5, 6), "tiles": (0, 1, 2, 4, 5, 6)}.get(mood, range(len(_THEATRES)))
    towns = list(_THEATRES[rng.choice(fitting)])
    rng.shuffle(towns)
    least, most = {"chain": (3, 4), "ticks": (1, 2), "tiles": (1, 2)}.get(mood, (2, 4))
    towns = towns[: rng.randint(least, most)] + ([""] if rng.random() < 0.1 else [])
    state = rng.choice(_STATES)
    accused = rng.randint(1, min(3, n - 1))
    rows = [_row(rng, clock, towns, number=number, state=state if number < accused else "") for number in range(n)]
    rows = rows[:accused] + [_echo(rng, clock, rows[rng.randrange(accused)], row) for row in rows[accused:]]
    if rng.random() < 0.4:
        rows = _told_by_others(rng, rows, accused)
    order = list(range(n))
    rng.shuffle(order)
    ties = tuple(
        VoicePair(voice=one, other=other, relation=rng.choice((Tie.DEPENDENT, Tie.INDEPENDENT)))
        for one, other in itertools.pairwise(_PEOPLE)
        if rng.random() < 0.15
    )
    case = Case(
        title="generated",
        person="P",
        accusation=tuple(rows[number].id for number in range(accused)),
        statements=tuple(rows[number] for number in order),
        voices=ties,
    )
    return case, PLACES


def _told_by_others(rng: random.Random, rows: Sequence[Statement], accused: int) -> list[Statement]:
    """Some dates hang on other statements: on earlier ones or in chains, now and then in a circle, or on what another person did."""
    found = list(rows)
    for number in range(len(found)):
        if rng.random() > 0.35:
            continue
        anchor = rng.choice([other for other in range(len(found)) if other != number])
        duration = rng.choice(("", "", "+P1D", "-P1D", "+P2D", "+P1D/P3D", "-P1D/P2D", "+PT1H", "-PT30M", "+PT2H/PT9H",
                               "+P1M", "+P1W"))  # fmt: skip
        text = rng.choice((">", "<")) + f"@S{anchor}" if rng.random() < 0.25 else f"@S{anchor}{duration}"
        with suppress(WhenError):
            found[number] = msgspec.structs.replace(found[number], when=parse_when(text))
        if anchor >= accused and rng.random() < 0.15:
            found[anchor] = msgspec.structs.replace(found[anchor], person="another")
    return found


def _echo(rng: random.Random, clock: _Clock, claim: Statement, row: Statement) -> Statement:
    """Now and then a row says, or denies, what the accusation says."""
    if rng.random() > 0.15 or row.denied:
        return row
    same = msgspec.structs.replace(row, act=claim.act, place=claim.place, to_place=claim.to_place, circumstances=claim.circumstances)
    if claim.act is not Act.CUSTODY_DENIED and rng.random() < 0.3:
        return msgspec.structs.replace(same, denied=True)
    return same if rng.random() < 0.5 else msgspec.structs.replace(same, when=clock.when())


_FAVOURED: Mapping[str, tuple[Act, ...]] = {
    "chain": (Act.PRESENT, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.DEPARTED, Act.TRANSFERRED, Act.DIED),
    "ticks": (Act.SEEN_IN_CUSTODY, Act.DETAINED, Act.DEPARTED, Act.PRESENT, Act.RELEASED, Act.ESCAPED),
    "tiles": (Act.HELD_AT, Act.HELD_AT, Act.HELD_AT, Act.CUSTODY_DENIED, Act.PRESENT, Act.DEPARTED, Act.RELEASED),
}


def _row(rng: random.Random, clock: _Clock, towns: Sequence[str], *, number: int, state: str) -> Statement:
    act = _pick(rng, _ACCUSING if state else _ASSERTED)
    if clock.mood in _FAVOURED and not state and rng.random() < 0.75:
        act = rng.choice(_FAVOURED[clock.mood])
    elif clock.mood in ("chain", "ticks") and rng.random() < 0.6:
        act = rng.choice((Act.DEPARTED, Act.PRESENT))
    denied = not state and rng.random() < (0.3 if clock.mood == "tiles" else 0.12)
    if denied:
        act = rng.choice(_DENIED)
    when: When | None = clock.when()
    stated: When | None = clock.when() if rng.random() < 0.4 else None
    if rng.random() < 0.07:
        when = None
    elif rng.random() < 0.01:
        when = parse_when("@S0+P2D")
    speaker, body, side = _speaker(rng, state)
    return Statement(
        id=StatementId(f"S{number}"),
        speaker=speaker,
        body=body,
        side=side,
        how_known=rng.choice(tuple(HowKnown)),
        stated_on=stated,
        act=act,
        denied=denied,
        when=when,
        place=rng.choice(towns),
        to_place=rng.choice(towns) if act in (Act.DEPARTED, Act.TRANSFERRED) or rng.random() < 0.05 else "",
        circumstances=_circumstances(rng, act),
        event=rng.choice(("e1", "e2")) if rng.random() < 0.1 else "",
        exhibit=rng.choice(("", "1", "2")),
    )


def _speaker(rng: random.Random, state: str) -> tuple[str, str, Side]:
    if state:
        return "spokesman", state, Side.STATE
    if rng.random() < 0.25:
        return "officer", rng.choice(_STATES), Side.STATE
    name = rng.choice(_PEOPLE)
    side = {"Commission": Side.COMMISSION, "Daily Post": Side.PRESS}.get(name, rng.choice((Side.WITNESS, Side.FAMILY)))
    return name, "", side


def _circumstances(rng: random.Random, act: Act) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if rng.random() < 0.3:
        found.append(("by", rng.choice(_STATES)))
    if act is Act.CHARGED and rng.random() < 0.7:
        found.append(("in_absentia", "true"))
    if act is Act.PRESENT and rng.random() < 0.2:
        found.append(("under_guard", "true"))
    return tuple(found)


_SPELLS = ("Montevideo", "Salto", "Buenos Aires", "Automotores Orletti", "Ushuaia", "Carrasco")
_LIFE = (date(1960, 1, 1), date(1989, 12, 31))
_PRECISIONS = (("day", 55), ("minute", 10), ("days", 10), ("month", 12), ("rough day", 6), ("year", 4), ("rough month", 2), ("open", 1))


def large_case(rng: random.Random, n: int, *, contradictions: int = 3) -> tuple[Case, Mapping[str, Place]]:
    """A life of thirty years told by ``n`` statements that one true course of events satisfies, and an accusation that it does not.

    ``contradictions``: statements by the accusing state, each against the life as it was; with 0 the case is consistent and
    the accusation (one departure that did take place) is true. Towns change a few times a year; one spell in five is custody.
    """
    spells = _spells(rng, max(12, min(90, n // 8)))
    voices = [f"Witness {number}" for number in range(max(8, n // 25))]
    rows: list[Statement] = []
    accusation: list[Statement] = []
    custody = [spell for spell in spells if spell[3]]
    for number in range(contradictions):
        spell = custody[(number * 7) % len(custody)]
        accusation.append(_false_claim(rng, number, spell))
    if not contradictions:
        free = next(spell for spell in spells if not spell[3])
        accusation.append(_claim(0, Act.DEPARTED, f"{free[1]}", free[2], "Russia"))
    dead = rng.random() < 0.5 and n >= 20
    rows += [_memory(rng, number, rng.choice(spells), rng.choice(voices)) for number in range(n - len(accusation) - (2 if dead else 0))]
    if dead:
        rows += [_last(n, "Witness 0", Act.DIED), _last(n + 1, "Witness 1", Act.BURIED)]
    told = [*rows, *accusation]
    rng.shuffle(told)
    case = Case(title="a life", person="P", accusation=tuple(one.id for one in accusation), statements=tuple(told))
    return case, PLACES


_Spell = tuple[date, date, str, bool]


def _spells(rng: random.Random, count: int) -> list[_Spell]:
    """(first day, last day, town, held): whole days apart, so that every move is possible."""
    first, last = _LIFE
    days = (last - first).days // count
    spells: list[_Spell] = []
    for number in range(count):
        start = first + timedelta(days=number * days + rng.randint(2, max(3, days // 4)))
        end = first + timedelta(days=(number + 1) * days - 2)
        spells.append((start, end, rng.choice(_SPELLS), number % 5 == 3))
    return spells


def _memory(rng: random.Random, number: int, spell: _Spell, speaker: str) -> Statement:
    start, end, town, held = spell
    true = start + timedelta(days=rng.randint(0, max(0, (end - start).days - 1)))
    act = rng.choice((Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.DETAINED)) if held else Act.PRESENT
    if rng.random() < 0.06:
        act = rng.choice((Act.APPEAL_SENT, Act.SEARCHED_PREMISES, Act.STATEMENT_TAKEN))
    kind = _pick(rng, _PRECISIONS)
    until = min(end, true + timedelta(days=rng.randint(1, 20)))
    text = {
        "day": f"{true}", "minute": f"{true}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}", "days": f"{true}/{until}",
        "month": f"{true:%Y-%m}", "rough day": f"{true}~", "year": f"{true:%Y}", "rough month": f"{true:%Y-%m}~", "open": f"{start}/..",
    }[kind]  # fmt: skip
    return Statement(
        id=StatementId(f"S{number}"), speaker=speaker, side=rng.choice((Side.WITNESS, Side.FAMILY)), how_known=HowKnown.FIRSTHAND,
        act=act, when=parse_when(text), place=town if rng.random() < 0.85 else {"Carrasco": "Montevideo"}.get(town, _country(town)),
        exhibit=str(number % 97),
    )  # fmt: skip


def _country(town: str) -> str:
    return "Uruguay" if PLACES[town].country == "UY" else "Argentina"


def _false_claim(rng: random.Random, number: int, spell: _Spell) -> Statement:
    start, end, town, _ = spell
    day = start + (end - start) / 2
    if number % 3 == 0:
        return _claim(number, Act.DEPARTED, f"{day}", "Carrasco" if PLACES[town].country != "UY" else "Buenos Aires", "Russia")
    if number % 3 == 1:
        return _claim(number, Act.WANTED, f"{day}", "", "")
    return _claim(number, Act.PRESENT, f"{day}/{min(end, day + timedelta(days=rng.randint(1, 9)))}", "Moscow", "")


def _claim(number: int, act: Act, when: str, place: str, to_place: str) -> Statement:
    return Statement(
        id=StatementId(f"A{number}"), speaker="communique", body="Uruguay", side=Side.STATE, how_known=HowKnown.OFFICIAL_RECORD,
        act=act, when=parse_when(when), stated_on=parse_when("1985"), place=place, to_place=to_place,
    )  # fmt: skip


def _last(number: int, speaker: str, act: Act) -> Statement:
    return Statement(
        id=StatementId(f"S{number}"), speaker=speaker, side=Side.FAMILY, how_known=HowKnown.FIRSTHAND, act=act,
        when=parse_when("1990-03-05" if act is Act.DIED else "1990-03-07"), place="Montevideo",
    )  # fmt: skip
