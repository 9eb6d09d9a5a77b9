"""Patterns across cases: found where they were planted, hardly ever where nothing was, and read off the accusing side alone."""

import random
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.casework import casework
from simulators.people import case, state

from habeas.domain.across import Key, Prompt
from habeas.examine.across import wording_across
from habeas.examine.patterns import DRAWS, FEWEST, LEAST, fisher, holm, patterns


def follows(found, prompt, within):
    return next((one for one in found.follows if one.prompt is prompt and one.within == within), None)


def test_accusations_that_follow_a_complaint_are_told_with_the_days_and_what_chance_would_give():
    found = patterns(casework(random.Random(1), 20, planted=0.8))
    week = follows(found, Prompt.COMPLAINT, 7)
    assert len(week.cases) >= 12 and week.of == 20 and week.expected < 1
    assert all(1 <= lag <= 7 for lag in week.lags) and len(week.lags) == len(week.cases)
    assert week.p == pytest.approx(1 / (1 + DRAWS)) and week.p < week.corrected < 0.01
    assert "permutation" in week.test


def test_with_few_cases_every_permutation_is_tried():
    found = patterns(casework(random.Random(2), 6, planted=1.0))
    week = follows(found, Prompt.COMPLAINT, 7)
    assert "every permutation" in week.test
    assert 1 <= round(week.p * 720) == pytest.approx(week.p * 720) and week.p < 0.01


def test_nothing_is_looked_at_below_the_least_number_of_cases():
    found = patterns(casework(random.Random(3), FEWEST - 1, planted=1.0))
    assert (found.looks, found.follows, found.recurs, found.together, found.waves, found.months) == (0, (), (), (), (), ())
    assert found.notes[0].startswith(f"Fewer than {FEWEST} cases")


def test_no_value_of_fewer_cases_than_the_least_is_told():
    for seed in range(10):
        found = patterns(casework(random.Random(seed), 12))
        assert all(len(one.cases) >= LEAST for one in (*found.recurs, *found.follows))
        assert all(one.both >= LEAST for one in found.together)


def test_one_publication_behind_many_cases_is_tested_by_moving_their_days_together():
    rows = {}
    for number in range(12):
        said = f"2017-04-{3 + number % 5:02}" if number < 9 else f"201{5 + number % 3}-11-0{number - 8}"
        rows[f"c{number}"] = case(
            state(act="departed", when="2017-02", stated_on=said),
            {"side": "press", "speaker": "a newspaper", "act": "other", "stated_on": "2017-04-01"},
            accusation=(1,),
        )
    week = follows(patterns(rows), Prompt.PUBLICATION, 7)
    assert (len(week.cases), week.of) == (9, 12)
    assert "shift" in week.test and week.corrected < 0.05


def test_a_wave_names_its_days_and_is_set_against_an_even_spread():
    rows = {
        f"c{number}": case(state(act="wanted", stated_on=said), accusation=(1,))
        for number, said in enumerate([f"2017-03-{day:02}" for day in range(1, 11)] + ["2013-01-01", "2014-05-05", "2015-09-09", "2018-12-31"])
    }
    found = patterns(rows)
    wave = next(one for one in found.waves if one.within == 30)
    assert (wave.most, wave.of, wave.begins, wave.ends) == (10, 14, "2017-03-01", "2017-03-10")
    assert wave.corrected < 0.01 and wave.expected < 3
    assert dict(found.months)["2017-03"] == 10 and found.months[0][0] == "2013-01" and len(found.months) == 72


def test_an_office_and_its_mould_go_together():
    cases = casework(random.Random(4), 40, moulded={"Office North": 0.9})
    groups, uses = wording_across(cases)
    found = patterns(cases, groups, uses)
    assert any(one.key is Key.WORDING for one in found.recurs)
    pair = next(one for one in found.together if {one.one[0], one.other[0]} == {Key.OFFICE, Key.WORDING})
    assert "Office North" in {pair.one[1], pair.other[1]} and pair.corrected < 0.001


def test_a_mould_that_very_many_use_recurs_too():
    cases = casework(random.Random(4), 80, moulded={"Office North": 0.9, "Office South": 0.9})
    groups, uses = wording_across(cases)
    found = patterns(cases, groups, uses)
    assert any(use.form is None for use in uses)
    widely = [one for one in found.recurs if one.key is Key.WORDING and one.value.startswith("widely used")]
    assert widely and len(widely[0].cases) >= 32


def test_a_case_whose_accusation_may_be_older_than_its_dated_paper_is_left_out_and_named():
    cases = casework(random.Random(5), 8)
    vague = case(state(act="departed", stated_on="2016-05-05"), state(act="departed", stated_on="2016"), accusation=(1, 2))
    found = patterns({**cases, "vague": vague})
    assert (found.cases, found.dated) == (9, 8)
    assert any("vague" in note for note in found.notes)


SIDES = st.sampled_from(["family", "witness", "other"])
CLIENT = st.fixed_dictionaries({
    "side": SIDES, "act": st.sampled_from(["present", "held_at", "seen_in_custody", "released", "other"]),
    "when": st.sampled_from(["2016-03-01", "2017", ""]), "place": st.sampled_from(["a clinic", "a host's house", "Berlin, Germany"]),
    "to_place": st.sampled_from(["", "a border"]), "quote": st.text("abc ", max_size=40), "summary": st.text("abc ", max_size=40),
    "speaker": st.text("abc", min_size=1, max_size=8),
})  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(CLIENT, max_size=6), st.integers(0, 5))
def test_whatever_the_clients_side_says_changes_no_pattern(rows, seed):
    cases = casework(random.Random(seed), 6, planted=0.5)
    more = {
        name: msgspec.structs.replace(one, statements=(*one.statements, *(msgspec.structs.replace(s, id=f"X{s.id}") for s in case(*rows).statements)))
        for name, one in cases.items()
    }
    assert patterns(more) == patterns(cases)


@given(st.integers(1, 6), st.data())
def test_fishers_p_is_the_share_of_all_deals_with_as_many_in_common(among, data):
    one, other = data.draw(st.integers(0, among)), data.draw(st.integers(0, among))
    both = data.draw(st.integers(0, min(one, other)))
    deals = [len(set(deal) & set(range(one))) for deal in combinations(range(among), other)]
    assert fisher(both, one, other, among) == pytest.approx(sum(hit >= both for hit in deals) / len(deals))


@given(st.lists(st.floats(0, 1), max_size=8))
def test_a_corrected_p_is_never_smaller_and_keeps_the_order(ps):
    corrected = holm(ps)
    assert all(p <= c <= 1 for p, c in zip(ps, corrected))
    assert all(corrected[a] <= corrected[b] for a in range(len(ps)) for b in range(len(ps)) if ps[a] < ps[b])
    assert len(ps) != 1 or corrected == ps


@pytest.mark.slow
def test_where_nothing_was_planted_a_run_says_so_nineteen_times_in_twenty():
    alarms = 0
    for seed in range(100):
        found = patterns(casework(random.Random(1000 + seed), 18))
        alarms += any(one.corrected <= 0.05 for one in (*found.follows, *found.together, *found.waves))
    assert alarms <= 11  # 5 expected at most; twelve or more have a chance below one in two hundred
