"""Pictures of patterns: figures and the accusing side's words; no case, and nothing told as more than chance that is not."""

import random
from xml.etree import ElementTree

from simulators.casework import casework

from habeas.domain.across import Key, Patterns, Together, Wave
from habeas.dossier.pattern_pictures import pictures, together_picture, waves_picture
from habeas.examine.across import wording_across
from habeas.examine.patterns import patterns


def words(svg):
    return [one.text for one in ElementTree.fromstring(svg).iter() if one.text]


def test_each_kind_of_pattern_has_a_picture_that_names_no_case():
    cases = casework(random.Random(4), 40, planted=0.5, moulded={"Office North": 0.9})
    drawn = pictures(patterns(cases, wording_across(cases)[0]))
    assert set(drawn) == {"follows", "recurs", "together", "waves"}
    for svg in drawn.values():
        assert not any(name in svg for name in cases)
        assert "script" not in svg and "style" not in svg
    assert any(line.startswith("Office North →") for line in words(drawn["together"]))


def test_what_chance_explains_is_not_drawn_as_going_together():
    weak = Together(one=(Key.OFFICE, "A"), other=(Key.ARTICLE, "208"), both=3, one_only=2, other_only=3, neither=4, p=0.3, corrected=1.0)
    assert together_picture([weak]) == ""


def test_a_stretch_that_chance_explains_is_not_shaded():
    wave = Wave(within=30, most=3, of=40, begins="2016-04-30", ends="2016-05-17", expected=4.1, p=0.9, corrected=1.0)
    svg = waves_picture(Patterns(cases=40, dated=40, waves=(wave,), months=(("2016-04", 2), ("2016-05", 3))))
    assert "no stretch of days beyond what chance explains" in words(svg)
    assert "shaded" not in svg


def test_nothing_is_drawn_where_nothing_was_found():
    assert pictures(Patterns(cases=3, dated=3)) == {}
