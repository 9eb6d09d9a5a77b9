"""Places as far as they are known: an extent that covers the place, and what contains it.

An :class:`Extent` is a set of discs that together *cover* the place: never smaller than the real one, so a distance between
two extents is a lower bound on the way between any two of their points. What it does not do: no outlines, no roads, no names
(the gazetteer of ``intake`` turns names into these records).

Distances are great-circle kilometres on a sphere of 6371.0088 km (IUGG mean radius), reduced by 0.6 % in
:func:`least_distance_km` because the ellipsoid differs from that sphere by up to 0.56 %.
"""

import math

import msgspec

EARTH_RADIUS_KM = 6371.0088
_ELLIPSOID = 0.994
_ZONE_DEGREES = 15.0
"""One hour of solar time; two places of a country with one legal time and closer than this keep one clock."""
_NEAR_DEGREES = 2.0
"""The same for countries with several legal times: only places this close are taken to share one."""
_SEVERAL_TIMES = frozenset({
    "AQ", "AU", "BR", "CA", "CD", "CL", "CN", "CY", "EC", "ES", "FM", "FR", "GB", "GL", "ID", "KI", "KZ", "MH", "MN", "MX", "NZ", "PF",
    "PG", "PS", "PT", "RU", "UA", "UM", "US", "UZ", "VN", "SUHH",
})  # fmt: skip
"""ISO 3166-1: states whose territory has, or had in living memory, more than one legal time (IANA time zone database)."""


class Disc(msgspec.Struct, frozen=True):
    """All points within ``radius_km`` of a centre given in degrees (WGS 84)."""

    latitude: float
    longitude: float
    radius_km: float

    def __post_init__(self) -> None:
        """Refuse what is not on the globe."""
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180 and 0 <= self.radius_km <= 20_038):  # noqa: PLR2004
            raise ValueError("latitude is -90 to 90, longitude -180 to 180, radius 0 to 20038 km")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a place string was understood as.

    ``chain``: ids of the place itself and of all that contains it, most specific first; ``exact`` is False where only an
    enclosing place is known (``La Casona, Montevideo`` known as somewhere in Montevideo): then the extent is only an upper
    bound and nothing can be said to contain or to be contained *by name*. ``clear`` is False where the name is
    ambiguous: then disjointness is never read off the country. ``shared_with``: other states in which it, or part of it, may be
    said to lie, so that no contradiction is ever derived from a border dispute.
    """

    name: str
    discs: tuple[Disc, ...] = ()
    chain: tuple[str, ...] = ()
    country: str = ""
    shared_with: tuple[str, ...] = ()
    exact: bool = True
    clear: bool = True
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether anything at all is known of where it is."""
        return bool(self.discs)


NOWHERE = Place(name="")
"""The place of a statement that names none: it conflicts with nothing."""


def distance_km(one: Disc, other: Disc) -> float:
    """Great-circle distance between the two centres (haversine)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def least_distance_km(one: Place, other: Place) -> float:
    """A lower bound on the way from any point of one to any point of the other; 0 where nothing can be said."""
    if not one.known or not other.known or contains(one, other) or contains(other, one):
        return 0.0
    gaps = (distance_km(a, b) * _ELLIPSOID - a.radius_km - b.radius_km for a in one.discs for b in other.discs)
    return max(0.0, min(gaps))


def contains(outer: Place, inner: Place) -> bool:
    """Whether ``inner`` surely lies within ``outer``: it is named on its chain, or it is the same exact place."""
    if not outer.exact or not outer.chain:
        return bool(outer.name) and outer.name == inner.name
    return outer.chain[0] in inner.chain


def disjoint(one: Place, other: Place) -> bool:
    """Whether no point can belong to both: two countries, two regions of one country, or a gap between the extents."""
    if not one.known or not other.known or contains(one, other) or contains(other, one):
        return False
    states = {one.country, *one.shared_with}, {other.country, *other.shared_with}
    if one.clear and other.clear and one.country and other.country and not states[0] & states[1]:
        return True
    return least_distance_km(one, other) > 0


def same_clock(one: Place, other: Place) -> bool:
    """Whether two places surely keep the same local time: one country, and no two points a time zone apart."""
    if contains(one, other):
        return _one_zone(one)
    if contains(other, one):
        return _one_zone(other)
    if not (one.known and other.known and one.country and one.country == other.country):
        return False
    west, east = _longitudes(one.discs + other.discs)
    return east - west < _degrees(one.country)


def _degrees(country: str) -> float:
    return _NEAR_DEGREES if country in _SEVERAL_TIMES else _ZONE_DEGREES


def _one_zone(place: Place) -> bool:
    if not place.known:
        return False
    west, east = _longitudes(place.discs)
    return east - west < _degrees(place.country)


def _longitudes(discs: tuple[Disc, ...]) -> tuple[float, float]:
    """The westernmost and easternmost longitude of some discs; all of them where a disc holds a pole."""
    west, east = 180.0, -180.0
    for disc in discs:
        turn = math.sin(min(disc.radius_km / EARTH_RADIUS_KM, math.pi / 2)) / max(1e-9, math.cos(math.radians(disc.latitude)))
        reach = math.degrees(math.asin(turn)) if turn < 1 else 360.0
        west, east = min(west, disc.longitude - reach), max(east, disc.longitude + reach)
    return west, east
