"""One figure for each source that must be wrong; outlines where something is presumed."""

from xml.etree import ElementTree

from habeas.domain.finding import Belief, MustBeWrong
from habeas.dossier.belief_picture import belief_picture

NS = "{http://www.w3.org/2000/svg}"


def wrong(origin):
    return MustBeWrong(origin=origin, statements=("S001",), wrong_about="day")


def test_there_are_as_many_figures_as_sources_and_the_presumed_ones_are_dashed():
    belief = Belief(
        must_be_wrong=1, with_presumptions=2, points=(wrong("a"),), points_with_presumptions=(wrong("a"), wrong("b")), sentence="To accept <it>"
    )
    svg = belief_picture(belief, {"a": "<b>A witness</b>", "b": "A commission"})
    root = ElementTree.fromstring(svg)
    heads = list(root.iter(f"{NS}circle"))
    assert len(heads) == 2 and [bool(one.get("stroke-dasharray")) for one in heads] == [False, True]
    assert "only if all of these 2 sources are wrong" in svg and "&lt;b&gt;A witness" in svg and root.get("aria-label") == "To accept <it>"


def test_where_nothing_must_be_wrong_there_is_no_picture():
    assert belief_picture(Belief(), {}) == ""


def test_the_demo_counts_what_its_sentence_counts(demo):
    belief = demo.examination.belief
    svg = belief_picture(belief, {one.id: one.label for one in demo.examination.origins})
    assert svg.count("<circle") == belief.with_presumptions == 4 and svg.count("stroke-dasharray") == 4
