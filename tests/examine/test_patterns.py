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
from habeas.examine.patterns import FEWEST, LEAST, fisher, half, holm, patterns


def follows(found, prompt, within):
    return next((one for one in found.follows if one.prompt is prompt and one.within == within), None)


def test_accusations_that_follow_a_complaint_are_told_with_their_days_and_how_many_came_before_one():
    found = patterns(casework(random.Random(1), 24, planted=0.8))
    week = follows(found, Prompt.COMPLAINT, 7)
    assert len(week.cases) >= 15 and week.of == 24 and week.before <= 2
    assert all(1 <= lag <= 7 for lag in week.lags) and len(week.lags) == len(week.cases)
    assert week.p < week.corrected < 0.01


def test_before_and_after_are_compared_so_that_neither_era_nor_length_of_an_affair_makes_a_pattern():
    alarms = 0
    for seed in range(20):
        found = patterns(casework(random.Random(seed), 15, days=3000, affair=60))
        alarms += any(one.corrected <= 0.05 for one in found.follows)
    assert alarms <= 3


def test_the_nearest_event_counts_and_one_that_may_be_on_either_side_does_not():
    def days(said, *events):
        rows = [{"act": "appeal_sent", "when": when, "side": "family"} for when in events]
        made = {f"c{number}": case(state(act="wanted", stated_on=said), *rows, accusation=(1,)) for number in range(5)}
        found = follows(patterns(made), Prompt.COMPLAINT, 7)
        return (5, 0) if found and found.cases else (0, found.before) if found else None

    assert days("2017-05-10", "2017-05-08", "2017-05-16") == (5, 0)
    assert follows(patterns({f"c{n}": case(state(act="wanted", stated_on="2017-05-10"), {"act": "appeal_sent", "when": "2017-05-12"}, accusation=(1,))
                             for n in range(5)}), Prompt.COMPLAINT, 7) is None  # fmt: skip
    assert days("2017-05-10", "2017-05-08/2017-05-12") is None


def test_several_cases_in_one_paper_of_one_office_count_once():
    def rows(number, office):
        return case(
            state(act="wanted", stated_on="2017-05-10", circumstances=f"office={office}"),
            {"act": "appeal_sent", "when": "2017-05-08"},
            accusation=(1,),
        )

    one = follows(patterns({f"c{n}": rows(n, "Office North") for n in range(8)}), Prompt.COMPLAINT, 7)
    assert (len(one.cases), one.p) == (8, 0.5)


def test_one_event_behind_many_cases_is_one_observation():
    def rows(number, event):
        press = {"side": "press", "speaker": "a newspaper", "act": "other", "stated_on": event}
        return case(state(act="wanted", stated_on=f"2017-0{1 + number}-05", circumstances=f"office=Office {number}"), press, accusation=(1,))

    shared = {f"c{n}": case(state(act="wanted", stated_on=f"2017-04-0{2 + n}", circumstances=f"office=Office {n}"),
                            {"side": "press", "speaker": "a newspaper", "act": "other", "stated_on": "2017-04-01"}, accusation=(1,))
              for n in range(6)}  # fmt: skip
    own = {f"c{n}": rows(n, f"2017-0{1 + n}-02") for n in range(6)}
    one, six = (follows(patterns(cases), Prompt.PUBLICATION, 7) for cases in (shared, own))
    assert (len(one.cases), one.p) == (6, 0.5) and (len(six.cases), six.p) == (6, 1 / 64)


def test_what_goes_together_is_counted_in_papers():
    def rows(paper, number):
        circumstances = f"office=Office {'NS'[paper % 2]}; article={200 + paper % 3}"
        return case(state(act="wanted", stated_on=f"2017-0{1 + paper}-05", circumstances=circumstances), accusation=(1,))

    found = patterns({f"c{paper}-{number}": rows(paper, number) for paper in range(6) for number in range(5)})
    assert all(one.both + one.one_only + one.other_only + one.neither == 6 for one in found.together)
    assert not [one for one in found.together if one.corrected <= 0.05]


@given(st.integers(0, 12), st.data())
def test_the_p_of_a_sign_test_is_the_share_of_all_ways_in_which_as_many_fall_after(of, data):
    hits = data.draw(st.integers(0, of))
    assert half(hits, of) == pytest.approx(sum(way.bit_count() >= hits for way in range(2**of)) / 2**of)


def test_nothing_is_looked_at_below_the_least_number_of_cases():
    found = patterns(casework(random.Random(3), FEWEST - 1, planted=1.0))
    assert (found.looks, found.follows, found.recurs, found.together, found.waves, found.months) == (0, (), (), (), (), ())
    assert found.notes[0].startswith(f"Fewer than {FEWEST} cases")


def test_no_value_of_fewer_cases_than_the_least_is_told():
    for seed in range(10):
        found = patterns(casework(random.Random(seed), 12))
        assert all(len(one.cases) >= LEAST for one in (*found.recurs, *found.follows))
        assert all(one.both >= LEAST for one in found.together)


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


SIDES = st.sampled_from(["family", "witness", "other", "international", "commission", "press"])
WORDS = "We were asked by the officer of the asylum office in the town of the clinic and told him all that we knew about that night"
CLIENT = st.fixed_dictionaries({
    "side": SIDES, "act": st.sampled_from(["present", "held_at", "seen_in_custody", "released", "other"]), "stated_on": st.just(""),
    "when": st.sampled_from(["2016-03-01", "2017", ""]), "place": st.sampled_from(["a clinic", "a host's house", "Berlin, Germany"]),
    "to_place": st.sampled_from(["", "a border"]), "quote": st.sampled_from([WORDS, ""]), "summary": st.text("abc ", max_size=40),
    "speaker": st.text("abc", min_size=1, max_size=8), "person": st.sampled_from(["", "a brother"]),
    "circumstances": st.sampled_from(["", "office=UNHCR; officer=caseworker 7", "officer=Captain K; demanded_by=the district police", "article=208"]),
})  # fmt: skip
HOST = {"side": "state", "body": "Austria", "speaker": "asylum office", "act": "statement_taken", "quote": WORDS, "stated_on": "2018-01-01",
        "circumstances": "office=BFA Wien; officer=official 4; article=3"}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(CLIENT, max_size=6), st.integers(0, 5))
def test_whatever_the_clients_side_says_to_whomever_changes_no_pattern_and_no_wording(rows, seed):
    cases = casework(random.Random(seed), 6, planted=0.5)
    rows = [*rows, HOST]
    more = {
        name: msgspec.structs.replace(one, statements=(*one.statements, *(msgspec.structs.replace(s, id=f"X{s.id}") for s in case(*rows).statements)))
        for name, one in cases.items()
    }
    assert patterns(more) == patterns(cases) and wording_across(more) == wording_across(cases)


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


def test_thousands_of_papers_are_no_trouble():
    assert half(1500, 3000) == pytest.approx(0.507, abs=0.01) and half(3000, 3000) == 0.5**3000
