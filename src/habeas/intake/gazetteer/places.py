"""From the place strings of a case to :class:`habeas.domain.where.Place`: ``places.csv`` first, then the built-in table.

What is not known falls back to the enclosing place that is (the comma fallback) and is marked as not exact. A bare village name is
not trusted at all: the table does not hold every village, so it may be a namesake.
"""

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from habeas.domain.case import Case, KnownPlace
from habeas.domain.where import NOWHERE, Disc, Place
from habeas.intake.gazetteer.table import Gazetteer, Resolution, key, load, parts_of
from habeas.locale import tr


@lru_cache(maxsize=1)
def built_in() -> Gazetteer:
    """The table that ships with the program, read once a process."""
    return load(resources.files(__package__).joinpath("gazetteer.tsv.xz").read_bytes())


def understand(case: Case) -> dict[str, Place]:
    """Every place string of the case, and every body that is a country, with what it was understood as."""
    own = {key(place.name): place for place in case.places}
    strings = {text for s in case.statements for text in (s.place, s.to_place) if text.strip()}
    bodies = {s.body for s in case.statements if s.body.strip()}
    found = {text: resolve(text, own) for text in sorted(strings)}
    for body in sorted(bodies - strings):
        country = built_in().resolve(body)
        if len(country.places) == 1 and country.places[0].kind == "country" and not country.fell_back:
            found[body] = resolve(body, own)
    return found


def resolve(text: str, own: dict[str, KnownPlace] | None = None) -> Place:
    """One place string, most specific part first."""
    parts = parts_of(text)
    for skipped, part in enumerate(parts):
        known = (own or {}).get(key(part))
        if known is not None:
            return _own(text, known, exact=skipped == 0)
    return _built_in(text, built_in().resolve(text))


def _own(text: str, known: KnownPlace, *, exact: bool) -> Place:
    around = resolve(known.within) if known.within.strip() else NOWHERE
    return Place(
        name=text,
        discs=(Disc(known.latitude, known.longitude, known.radius_km),),
        chain=(f"places.csv:{key(known.name)}", *around.chain),
        country=around.country,
        exact=exact,
        clear=around.clear,
        shared_with=around.shared_with,
        note="" if exact else tr("known as somewhere in {place}", place=known.name),
    )


def _built_in(text: str, found: Resolution) -> Place:
    if not found.known or _bare_village(found):
        return Place(name=text, note=tr("not known; add it to places.csv with its coordinates"))
    table = built_in()
    countries = {place.country for place in found.places}
    shared = {state for place in found.places for state in table.shared_with(place)} - countries
    exact = not found.fell_back and not found.ambiguous
    return Place(
        name=text,
        discs=tuple(Disc(d.latitude, d.longitude, d.radius_km) for d in found.extent),
        chain=found.chain,
        country=countries.pop() if len(countries) == 1 else "",
        exact=exact,
        clear=not found.ambiguous,
        shared_with=tuple(sorted(shared)),
        note=_note(found),
    )


def _bare_village(found: Resolution) -> bool:
    return not found.anchor and all(place.kind == "settlement" for place in found.places)


def _note(found: Resolution) -> str:
    if found.ambiguous:
        return tr("one of several places: {names}", names="; ".join(_full(place.id) for place in found.ambiguous[:4]))
    if found.fell_back:
        return tr("known as somewhere in {place}", place=_full(found.places[0].id))
    return ""


def _full(place_id: str) -> str:
    table = built_in()
    return ", ".join(table.place(one).name for one in table.chain(table.place(place_id)))


def full_name(place: Place) -> str:
    """What a place was taken for, with what encloses it; nothing for one of the case's own table."""
    table = built_in()
    return ", ".join(table.place(one).name for one in place.chain if one in table)


def unclear(places: Iterable[Place]) -> list[Place]:
    """Those that were not understood exactly, for a report to the user."""
    return [place for place in places if place.note]


@lru_cache(maxsize=1)
def _by_key() -> list[tuple[str, str]]:
    """(name as names are compared, id), sorted."""
    return sorted({(key(name), place.id) for place in built_in() for name in place.names})


def suggestions(typed: str, most: int = 8) -> list[str]:
    """Full names of places whose name begins as ``typed`` does, the larger ones first: they are offered, never put in."""
    parts = parts_of(typed)
    begins = key(parts[0]) if parts else ""
    if len(begins) < 2:  # noqa: PLR2004
        return []
    names = _by_key()
    table = built_in()
    found = {names[at][1] for at in range(bisect_left(names, (begins, "")), bisect_left(names, (begins + "\U0010ffff", "")))}
    full = list(dict.fromkeys(_full(place.id) for place in sorted(map(table.place, found), key=lambda place: -place.population)))
    rest = [key(part) for part in parts[1:]]
    return [one for one in full if all(any(key(other).startswith(part) for other in one.split(", ")[1:]) for part in rest)][:most]
