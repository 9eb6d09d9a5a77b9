"""The timeline: an SVG that a browser under a strict policy and Typst draw alike, from any dates that a case may hold."""

import re
from xml.etree import ElementTree

import pytest

from habeas.domain.when import parse_when
from habeas.dossier.timeline import MOST_ROWS, WIDTH, Bar, timeline

SVG = "{http://www.w3.org/2000/svg}"


def bar(when, group="record", **more):
    return Bar(**{"label": "a neighbour", "text": "seen in custody", "when": parse_when(when), "group": group, **more})


def tree(*bars):
    return ElementTree.fromstring(timeline(bars))


def numbers(svg):
    return [float(value) for name in ("x", "x1", "x2", "cx") for value in re.findall(rf'\b{name}="([^"]+)"', svg)]


def test_nothing_with_two_bounds_gives_no_picture():
    assert timeline([]) == ""
    assert timeline([bar("../1977-09-22")]) == ""


def test_it_is_well_formed_and_says_each_row():
    made = tree(bar("1977-09-22", "accusation", label='Office <Z> & "co"', text="left > came", mark=True), bar("1977-08"))
    texts = ["".join(one.itertext()) for one in made.iter(SVG + "text")]
    assert {'Office <Z> & "co"', "left > came", "a neighbour", "What the accusation says", "What the record shows"} <= set(texts)


def test_there_is_no_script_style_link_or_foreign_object():
    svg = timeline([bar("1977-09-22", "accusation", label="<script>alert(1)</script>", text='" onload="x', mark=True, open_end=True)])
    names = {one.tag.removeprefix(SVG) for one in ElementTree.fromstring(svg).iter()}
    assert names <= {"svg", "defs", "pattern", "line", "linearGradient", "stop", "rect", "circle", "text", "g"}
    attributes = {name for one in ElementTree.fromstring(svg).iter() for name in one.attrib}
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "class", "href")]


def test_a_single_day_is_a_ring_among_months_and_a_month_is_a_bar():
    made = tree(bar("1977-09-22"), bar("1976-01"), bar("1979-12"))
    assert len(list(made.iter(SVG + "circle"))) == 1


def test_the_claimed_days_are_hatched_once_for_each_claim():
    hatched = [one for one in tree(bar("1977-09-22", "accusation", mark=True), bar("1977-09-22", "accusation", mark=True), bar("1977-08"))
               .iter(SVG + "rect") if one.get("fill") == "url(#hatch)"]  # fmt: skip
    assert len(hatched) == 1
    assert not [one for one in tree(bar("1977-08")).iter(SVG + "rect") if one.get("fill") == "url(#hatch)"]


def test_an_end_that_is_not_known_fades_and_every_fade_is_defined():
    svg = timeline([bar("1977-08-01", open_end=True), bar("1977-08-03", open_end=True)])
    used, defined = set(re.findall(r"url\(#(\w+)\)", svg)), set(re.findall(r'id="(\w+)"', svg))
    assert used <= defined
    assert {"fade0", "fade1"} <= used


def test_the_same_bars_give_the_same_bytes():
    bars = [bar("1977-09-22", "accusation", mark=True), bar("1977-08/1977-10")]
    assert timeline(bars) == timeline(bars)


@pytest.mark.parametrize("when", ["0001-01-01", "0002", "9999-12-31", "0001/9999", "1977-02-28T23:59", "2000-02-29", "1977~", "1976-XX"])
def test_no_date_stops_it_or_leaves_the_picture(when):
    svg = timeline([bar(when, "accusation", mark=True), bar("1977-08-01")])
    ElementTree.fromstring(svg)
    assert all(-1 <= x <= WIDTH + 1 for x in numbers(svg))


def test_later_days_stand_further_right():
    made = tree(bar("1977-01-01"), bar("1977-06-01"), bar("1977-12-01"))
    rings = [float(one.get("cx")) for one in made.iter(SVG + "circle")]
    assert len(rings) == 3
    assert rings == sorted(rings)


def test_many_claims_do_not_push_the_record_out_of_the_picture():
    claims = [bar(f"1977-09-{day:02d}", "accusation", label=f"Office {day}", mark=True) for day in range(1, MOST_ROWS + 4)]
    texts = {"".join(one.itertext()) for one in tree(*claims, bar("1977-08-01", label="the only witness")).iter(SVG + "text")}
    assert "the only witness" in texts


def test_a_long_label_is_cut_and_a_character_without_a_glyph_is_shown_by_code():
    texts = ["".join(one.itertext()) for one in tree(bar("1977-08-01", label="x" * 300, text="中\u202e")).iter(SVG + "text")]
    assert max(len(text) for text in texts) < 60
    assert any("U+4E2D" in text and "U+202E" in text for text in texts)
