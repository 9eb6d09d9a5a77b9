"""The map: every known place within the picture or left out for being wide, no foreign tile, no markup from a case."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.domain.where import Disc, Place
from habeas.dossier.places_map import HIGH, WIDTH, Pin, _around, _rings, places_map

NS = "{http://www.w3.org/2000/svg}"


def pin(name, lat, lon, km=5.0, *, claimed=False, ids=("S001",)):
    return Pin(place=Place(name=name, discs=(Disc(lat, lon, km),), chain=(name,), country=name[:2]), ids=ids, claimed=claimed)


WARSAW, RAQQA = pin("Warsaw, Poland", 52.23, 21.01), pin("Raqqa, Syria", 35.95, 39.01, claimed=True, ids=("S002", "S003"))


def test_two_places_of_a_contradiction_are_joined_by_the_least_way():
    svg = places_map([WARSAW, RAQQA], [("Raqqa, Syria", "Warsaw, Poland")], link="/s/")
    root = ElementTree.fromstring(svg)
    assert "km at least" in svg and {one.get("href") for one in root.iter(f"{NS}a")} == {"/s/S001", "/s/S002"}
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "") and "style=" not in svg


@given(st.lists(st.tuples(st.floats(-70, 75), st.floats(-179, 179)), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_every_place_stands_within_the_picture(points):
    root = ElementTree.fromstring(places_map([pin(f"P{at} <b>", lat, lon) for at, (lat, lon) in enumerate(points)]))
    for circle in root.iter(f"{NS}circle"):
        assert 0 <= float(circle.get("cx")) <= WIDTH and 0 <= float(circle.get("cy")) <= HIGH


def test_what_is_not_known_or_nothing_at_all_gives_no_map():
    assert places_map([]) == places_map([Pin(place=Place(name="nowhere"), ids=("S1",), claimed=False)]) == ""


def test_names_are_shown_as_text():
    assert "<img" not in places_map([pin('<img src="x">', 50, 20)], link='"><img')


def test_the_outlines_ship_and_lie_on_the_globe():
    rings = _rings()
    assert len(rings) > 1_000
    assert all(-90.1 <= lat <= 90.1 and -180.1 <= lon <= 180.1 for ring in rings for lat, lon in ring.points)


@pytest.mark.parametrize("km", [0, 30, 800, 5_000])
def test_a_wide_place_is_a_disc_or_a_point_and_never_covers_the_picture(km):
    root = ElementTree.fromstring(places_map([pin("A", 50, 20, km), WARSAW]))
    assert all(float(one.get("r")) <= WIDTH / 3 for one in root.iter(f"{NS}circle"))


def test_a_place_of_several_discs_stands_in_the_middle_of_them():
    discs = (Disc(50, 20, 100), Disc(50, 24, 100), Disc(58, 22, 1))
    around = _around(discs)
    assert abs(around.latitude - 50) < 0.1 and abs(around.longitude - 22) < 0.1 and 140 < around.radius_km < 145
    east = _around((Disc(0, 179, 10), Disc(0, -179, 10)))
    assert abs(abs(east.longitude) - 180) < 0.1
