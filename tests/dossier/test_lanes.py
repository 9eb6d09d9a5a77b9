"""The timeline of the screens: every item once, linked, within its bounds; contradictions in words; nothing that a strict policy forbids."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.when import DAY, parse_when
from habeas.dossier.lane_items import Wanted, items_of
from habeas.dossier.lanes import LEFT, MOST_ROWS, WIDTH, Bracket, Item, Picture, lanes

NS = "{http://www.w3.org/2000/svg}"
DAYS = st.integers(700_000, 740_000)


def item(number, low, high, **given):
    return Item(
        id=f"S{number:03}",
        lane=f"lane {number % 4}",
        group=("accusation", "record", "family")[number % 3],
        words="held <&>",
        low=low,
        high=high,
        **given,
    )


ITEMS = st.lists(st.tuples(DAYS, st.integers(0, 900), st.booleans(), st.booleans()), min_size=1, max_size=25).map(
    lambda rows: tuple(
        item(at, low * DAY, (low + more) * DAY + DAY - 1, core=(low * DAY, (low + more) * DAY + DAY - 1) if lasting else None, open_end=open_end)
        for at, (low, more, lasting, open_end) in enumerate(rows)
    )
)


@given(ITEMS)
def test_every_item_is_drawn_once_with_a_link_and_nothing_leaves_the_picture(items):
    svg = lanes(Picture(items=items), link="/cases/x/statements/")
    root = ElementTree.fromstring(svg)
    links = [one.get("href") for one in root.iter(f"{NS}a")]
    assert sorted(links) == sorted(f"/cases/x/statements/{one.id}" for one in items)
    for rect in root.iter(f"{NS}rect"):
        assert float(rect.get("x")) >= -0.1 and float(rect.get("x")) + float(rect.get("width")) <= WIDTH + 0.1
    for circle in root.iter(f"{NS}circle"):
        assert LEFT - 1 <= float(circle.get("cx")) <= WIDTH


@given(ITEMS)
def test_items_of_one_row_do_not_cover_one_another(items):
    root = ElementTree.fromstring(lanes(Picture(items=items), link="/"))
    spans = {}
    for link in root.iter(f"{NS}a"):
        shapes = [*link.iter(f"{NS}circle")]
        for circle in shapes:
            spans.setdefault(circle.get("cy"), []).append(float(circle.get("cx")))
    for xs in spans.values():
        assert all(b - a >= 10 for a, b in zip(sorted(xs), sorted(xs)[1:]))


def test_no_script_no_style_and_no_markup_from_a_case():
    svg = lanes(Picture(items=(item(0, DAY, DAY),)), link='/"><script>')
    assert "style=" not in svg and "<script" not in svg and "held &lt;&amp;&gt;" in svg
    assert lanes(Picture(items=())) == ""


def test_a_contradiction_is_hatched_in_the_lanes_that_contribute_and_told_in_words():
    rows = tuple(item(at, (720_000 + at) * DAY, (720_000 + at) * DAY) for at in range(4))
    bracket = Bracket(finding="cc-1", ids=("S000", "S001"), low=720_000 * DAY, high=720_001 * DAY, words="Contradiction: 2 days in two places")
    svg = lanes(Picture(items=rows, brackets=(bracket,)), link="/s/", findings="/f/")
    assert svg.count('fill="url(#meet)"') == 2 and "Contradiction: 2 days in two places" in svg and 'href="/f/cc-1"' in svg
    one_side = Bracket(finding="cc-2", ids=("S000",), low=0, high=1, words="nothing")
    assert "url(#meet)" not in lanes(Picture(items=rows, brackets=(one_side,)))


def test_what_finds_no_room_is_counted():
    rows = tuple(Item(id=f"S{at}", lane=f"lane {at}", group="record", words="x", low=at * DAY, high=at * DAY) for at in range(MOST_ROWS + 5))
    assert "for want of dates or room: 5" in lanes(Picture(items=rows))


def test_the_demo_case_shows_what_the_case_shows(demo):
    picture = items_of(demo.case, demo.examination)
    assert {one.id for one in picture.items} | {s.id for s in demo.case.statements if s.when is None or s.when.lo is None or s.when.hi is None} >= {
        s.id for s in demo.case.statements if s.when and s.when.lo is not None and s.when.hi is not None
    }
    assert picture.brackets and all(set(one.ids) for one in picture.brackets)
    svg = lanes(picture)
    assert "What the accusation says" in svg and "Contradiction" in svg


def test_filters_take_what_lies_between_two_days_of_one_source_or_one_kind(demo):
    august = Wanted(low=parse_when("1977-08").lo, high=parse_when("1977-08").hi)
    shown = items_of(demo.case, demo.examination, wanted=august).items
    assert shown and all(one.low <= august.high and one.high >= august.low for one in shown)
    lane = shown[0].lane
    assert {one.lane for one in items_of(demo.case, demo.examination, wanted=Wanted(lane=lane)).items} == {lane}
    kinds = {s.id: s.act for s in demo.case.statements}
    assert {kinds[one.id] for one in items_of(demo.case, demo.examination, wanted=Wanted(act="departed")).items} == {"departed"}


def test_two_places_are_told_only_where_the_record_puts_him_in_another(demo):
    by_id = {one.id: one for one in demo.examination.findings}
    for one in items_of(demo.case, demo.examination).brackets:
        if "in two places" in one.words:
            record = [s for s in demo.case.statements if s.id in one.ids and s.id not in demo.case.accusation]
            assert any(not s.denial for s in record) and by_id[one.finding].certainty == "certain"
    assert re.search(r"Contradiction: \d+ days? in two places|Contradiction: ", lanes(items_of(demo.case, demo.examination)))
