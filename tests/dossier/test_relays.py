"""The picture of who passes on whom: every name once, first speakers on the right, safe whatever the names are."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from habeas.dossier.relays import MOST, relay_picture
from habeas.examine.independence import Passing


def link(relay, voice, times=1):
    return Passing(relay=relay, voice=voice, statements=tuple(f"S{number}" for number in range(times)))


def boxes(svg):
    """Name → x of its box."""
    return {title: int(x) for title, x in re.findall(r'<g><title>([^<]*)</title><rect x="(\d+)"', svg)}


def test_first_speakers_stand_to_the_right_of_whoever_passes_them_on():
    found = boxes(relay_picture([link("outlet", "reporter"), link("reporter", "witness"), link("bulletin", "witness", 3)]))
    assert found["outlet"] < found["reporter"] < found["witness"]
    assert found["bulletin"] < found["witness"]


def test_nobody_who_passes_on_anybody_gives_no_picture():
    assert relay_picture([]) == ""


def test_outlets_that_quote_one_another_in_a_circle_are_drawn():
    assert set(boxes(relay_picture([link("A", "B"), link("B", "A")]))) == {"A", "B"}


def test_what_does_not_fit_is_counted():
    svg = relay_picture([link(f"outlet {number}", "witness") for number in range(MOST + 5)])
    assert len(boxes(svg)) == MOST
    assert "and 6 more names" in svg


@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40)), min_size=1, max_size=8))
def test_any_names_give_well_formed_svg_without_scripts_or_styles(names):
    svg = relay_picture([link(*one) for one in names])
    root = ElementTree.fromstring(svg)
    assert {node.tag.rpartition("}")[2] for node in root.iter()} <= {"svg", "rect", "g", "title", "text", "path"}
    assert not any(name.startswith("on") or name == "style" for node in root.iter() for name in node.attrib)
