"""Places: lower bounds on distance, containment, disjointness, clocks; nothing is derived from a border dispute."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from habeas.domain.where import EARTH_RADIUS_KM, NOWHERE, Disc, Place, contains, disjoint, distance_km, least_distance_km, same_clock

HALF_ROUND = math.pi * EARTH_RADIUS_KM


def place(name, *discs, chain=None, country="", **more):
    return Place(name=name, discs=discs, chain=(name,) if chain is None else chain, country=country, **more)


URUGUAY = place("Uruguay", Disc(-32.8, -56.0, 350), country="UY")
MONTEVIDEO = place("Montevideo", Disc(-34.9, -56.2, 20), chain=("Montevideo", "Uruguay"), country="UY")
SALTO = place("Salto", Disc(-31.4, -57.9, 15), chain=("Salto", "Uruguay"), country="UY")
BUENOS_AIRES = place("Buenos Aires", Disc(-34.6, -58.4, 30), chain=("Buenos Aires", "Argentina"), country="AR")
A_HOUSE = place("A house", Disc(-34.9, -56.2, 20), chain=("Montevideo", "Uruguay"), country="UY", exact=False)

_discs = st.builds(Disc, st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 3000))
_points = st.builds(Disc, st.floats(-90, 90), st.floats(-180, 180), st.just(0.0))
_names = st.sampled_from(["a", "b", "c", "d"])
_places = st.builds(
    Place,
    name=_names,
    discs=st.lists(_discs, max_size=3).map(tuple),
    chain=st.lists(_names, max_size=3, unique=True).map(tuple),
    country=st.sampled_from(["", "UY", "AR"]),
    shared_with=st.sampled_from([(), ("UY",), ("AR",), ("BR",)]),
    exact=st.booleans(),
    clear=st.booleans(),
)


@given(_discs, _discs)
def test_the_way_there_is_as_long_as_the_way_back(one, other):
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-6)
    assert 0 <= distance_km(one, other) <= HALF_ROUND + 1e-6


@given(_points, _points, _points)
def test_no_detour_is_shorter_than_the_straight_way(one, between, other):
    assert distance_km(one, other) <= distance_km(one, between) + distance_km(between, other) + 1e-3


@given(_discs, _discs, st.data())
def test_the_least_distance_is_never_more_than_the_way_between_two_points_of_the_extents(one, other, data):
    ends = []
    for disc in (one, other):
        bearing, share = data.draw(st.floats(0, 2 * math.pi)), data.draw(st.floats(0, 1))
        ends.append(_away(disc, bearing, disc.radius_km * share))
    assert least_distance_km(place("one", one), place("other", other)) <= distance_km(*ends) + 1e-3


def _away(disc, bearing, km):
    """The point at ``km`` from a centre in one direction, on the sphere."""
    lat, lon, way = math.radians(disc.latitude), math.radians(disc.longitude), km / EARTH_RADIUS_KM
    to = math.asin(max(-1.0, min(1.0, math.sin(lat) * math.cos(way) + math.cos(lat) * math.sin(way) * math.cos(bearing))))
    turn = math.atan2(math.sin(bearing) * math.sin(way) * math.cos(lat), math.cos(way) - math.sin(lat) * math.sin(to))
    return Disc(math.degrees(to), (math.degrees(lon + turn) + 540) % 360 - 180, 0)


@given(_places, _places)
def test_least_distance_and_disjointness_do_not_depend_on_the_order(one, other):
    assert least_distance_km(one, other) == pytest.approx(least_distance_km(other, one), abs=1e-6)
    assert disjoint(one, other) is disjoint(other, one)


@given(_places, _places)
def test_no_two_places_both_contain_and_exclude_each_other(one, other):
    assert not (disjoint(one, other) and (contains(one, other) or contains(other, one)))


@given(_places, _places)
def test_what_is_not_known_excludes_nothing(one, other):
    if not (one.known and other.known):
        assert not disjoint(one, other) and least_distance_km(one, other) == 0
        assert not same_clock(one, other) or contains(one, other) or contains(other, one)


@given(_places, _places)
def test_a_dispute_over_a_border_alone_never_makes_two_places_disjoint(one, other):
    assume({one.country, *one.shared_with} & {other.country, *other.shared_with} - {""})
    assert not disjoint(one, other) or least_distance_km(one, other) > 0


@given(
    st.lists(_discs, min_size=1, max_size=2), st.lists(_discs, min_size=1, max_size=2), st.sampled_from(["UY", "AR"]), st.sampled_from(["UY", "AR"])
)
def test_same_clock_does_not_depend_on_the_order(discs, others, country, other_country):
    one, other = place("one", *discs, country=country), place("other", *others, country=other_country)
    assert same_clock(one, other) is same_clock(other, one)


def test_a_place_contains_what_names_it_on_its_chain():
    assert contains(URUGUAY, MONTEVIDEO) and not contains(MONTEVIDEO, URUGUAY)
    assert contains(MONTEVIDEO, MONTEVIDEO)
    assert contains(URUGUAY, A_HOUSE) and contains(MONTEVIDEO, A_HOUSE)


def test_what_is_only_known_as_somewhere_in_a_place_contains_nothing_but_itself():
    assert not contains(A_HOUSE, MONTEVIDEO)
    assert contains(A_HOUSE, A_HOUSE)
    assert not disjoint(A_HOUSE, MONTEVIDEO)


def test_two_countries_are_disjoint_even_where_their_extents_touch():
    other = place("Border", Disc(-31.4, -57.9, 50), chain=("Border", "Argentina"), country="AR")
    assert least_distance_km(SALTO, other) == 0
    assert disjoint(SALTO, other)


@pytest.mark.parametrize("shared", [{"shared_with": ("AR",)}, {"clear": False}, {"country": ""}])
def test_a_disputed_ambiguous_or_stateless_place_is_disjoint_by_distance_only(shared):
    near = Place(**{"name": "Isle", "discs": (Disc(-34.6, -58.4, 30),), "chain": ("Isle",), "country": "UY", **shared})
    assert not disjoint(near, BUENOS_AIRES) and not disjoint(BUENOS_AIRES, near)
    far = Place(**{"name": "Isle", "discs": (Disc(-30.0, -50.0, 30),), "chain": ("Isle",), "country": "UY", **shared})
    assert disjoint(far, BUENOS_AIRES)


def test_two_towns_of_one_country_are_disjoint_by_the_gap_between_them():
    assert disjoint(MONTEVIDEO, SALTO)
    assert not disjoint(URUGUAY, MONTEVIDEO)
    assert 300 < least_distance_km(MONTEVIDEO, SALTO) < 420


def test_nowhere_conflicts_with_nothing():
    assert not NOWHERE.known
    assert not disjoint(NOWHERE, MONTEVIDEO) and not contains(NOWHERE, MONTEVIDEO) and not contains(NOWHERE, NOWHERE)


def test_the_antimeridian_is_no_wall():
    west, east = Disc(0, 179.9, 0), Disc(0, -179.9, 0)
    assert distance_km(west, east) == pytest.approx(22.2, abs=0.2)
    assert not disjoint(place("w", Disc(0, 179.9, 12)), place("e", Disc(0, -179.9, 12)))


def test_all_longitudes_meet_at_a_pole():
    assert distance_km(Disc(90, 0, 0), Disc(90, 137, 0)) == pytest.approx(0, abs=1e-6)
    assert distance_km(Disc(90, 0, 0), Disc(-90, 50, 0)) == pytest.approx(HALF_ROUND)


def test_the_least_distance_leaves_room_for_the_ellipsoid():
    # geodesic on WGS 84 from (0, 0) to (0, 1) is 111.319 km, from (0, 0) to (1, 0) 110.574 km: both at least what is claimed
    assert least_distance_km(place("a", Disc(0, 0, 0)), place("b", Disc(1, 0, 0))) <= 110.574
    assert least_distance_km(place("a", Disc(0, 0, 0)), place("b", Disc(0, 1, 0))) <= 111.319


@pytest.mark.parametrize(
    "values", [(91, 0, 0), (-91, 0, 0), (0, 181, 0), (0, -181, 0), (0, 0, -1), (0, 0, 30_000), (float("nan"), 0, 0), (0, float("inf"), 0)]
)
def test_what_is_not_on_the_globe_is_refused(values):
    with pytest.raises(ValueError, match="latitude"):
        Disc(*values)


def test_two_places_of_one_narrow_country_keep_one_clock():
    assert same_clock(MONTEVIDEO, SALTO) and same_clock(URUGUAY, MONTEVIDEO)
    assert not same_clock(MONTEVIDEO, BUENOS_AIRES)


def test_a_wide_country_keeps_no_one_clock():
    moscow = place("Moscow", Disc(55.75, 37.6, 40), chain=("Moscow", "Russia"), country="RU")
    omsk = place("Omsk", Disc(55.0, 73.4, 30), chain=("Omsk", "Russia"), country="RU")
    russia = place("Russia", Disc(62, 97, 4500), country="RU")
    assert not same_clock(moscow, omsk) and not same_clock(russia, moscow)
    assert same_clock(moscow, moscow)


@given(st.floats(-90, 90), st.floats(0, 400), st.floats(0, 2 * math.pi), st.floats(0, 2 * math.pi))
def test_no_two_points_of_places_on_one_clock_are_a_time_zone_apart(latitude, radius, bearing, other_bearing):
    disc = Disc(latitude, 0, radius)
    if same_clock(place("one", disc, country="XX"), place("one", disc, country="XX")):
        one, other = _away(disc, bearing, radius), _away(disc, other_bearing, radius)
        assert abs(one.longitude - other.longitude) <= 15.1


def test_a_place_that_holds_a_pole_keeps_no_one_clock():
    assert not same_clock(*[place("camp", Disc(89.99, 0, 3), country="XX")] * 2)
