"""Dates told by other statements: what they come to, on what they rest, and what they then exclude."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.people import case, examined, state, statement

from habeas.domain.finding import Kind
from habeas.domain.statement import without_date
from habeas.domain.when import DAY
from habeas.examine.record import Record
from habeas.examine.wording import span
from habeas.intake.gazetteer import understand

GROZNY = "Grozny, Chechnya, Russia"
ATTACK = {"act": "other", "when": "2017-05-01", "place": GROZNY, "person": "nobody in particular", "speaker": "a newspaper", "side": "press"}
TAKEN = {"act": "detained", "when": "2017-05-10", "place": GROZNY}
FLIGHT = state(body="Russia", act="departed", when="2017-05-15", place="Moscow, Russia", to_place="Raqqa, Syria", stated_on="2017-06-01")


def record_of(*rows, **fields):
    made = case(*rows, **fields)
    return Record(made, understand(made))


def told(record, number):
    return span(record.window(number))


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ("@S001", "10 May 2017"),
        ("@S001+P14D", "24 May 2017"),
        ("@S001+P2W", "21 May 2017 to 27 May 2017"),
        ("@S001-P1D", "9 May 2017"),
        ("@S001+P12D/P16D", "22 May 2017 to 26 May 2017"),
        ("@S001+P1M", "7 June 2017 to 10 June 2017"),
        ("@S001+PT6H", "10 May 2017 to 11 May 2017"),
        (">@S001", "10 May 2017 to …"),
        ("<@S001", "… to 10 May 2017"),
    ],
)
def test_a_date_told_by_another_comes_to_days(when, days):
    assert told(record_of(TAKEN, {"act": "present", "when": when, "place": GROZNY}), 1) == days


def test_a_day_is_allowed_where_the_clocks_of_the_two_places_may_differ():
    assert told(record_of(TAKEN, {"act": "present", "when": "@S001+P14D", "place": "Ankara, Turkey"}), 1) == "23 May 2017 to 25 May 2017"


def test_a_chain_is_followed_to_its_first_date_and_loses_no_hours_on_the_way():
    rows = [TAKEN] + [{"act": "present", "when": f"@S00{number}+P7D", "place": GROZNY} for number in (1, 2, 3)]
    record = record_of(*rows)
    assert [told(record, number) for number in range(4)] == ["10 May 2017", "17 May 2017", "24 May 2017", "31 May 2017"]
    assert [sorted(record.needs.get(number, ())) for number in range(4)] == [[], [0], [0, 1], [0, 1, 2]]


def test_a_chain_of_a_thousand_is_followed():
    rows = [TAKEN] + [{"act": "present", "when": f"@S{number:03d}+P1D", "place": GROZNY} for number in range(1, 1001)]
    assert told(record_of(*rows), 1000) == "4 February 2020"


def test_dates_in_a_circle_and_dates_told_by_a_denial_lead_nowhere():
    denied = state(act="custody_denied", when="2017-05-10", body="Russia")
    record = record_of(
        {"act": "present", "when": "@S002+P1D"}, {"act": "present", "when": "@S001+P1D"}, denied, {"act": "present", "when": "@S003+P1D"}
    )
    assert not record.relations
    assert not any(record.dated(number) for number in (0, 1, 3))


def test_a_contradiction_is_shown_as_the_chain_of_statements_that_it_is():
    attack = ATTACK | {"when": "2017-05-01"}
    seen = {"act": "seen_in_custody", "when": "@S001+P14D", "place": GROZNY, "speaker": "a cellmate"}
    abroad = state(body="Russia", act="present", when="2017-05-14T00:00/2017-05-17T00:00", place="Raqqa, Syria", circumstances="throughout=true")
    found = next(f for f in examined(attack, seen, abroad, accusation=(3,)).findings if f.kind is Kind.CUSTODY_CONFLICT)
    assert found.certainty == "certain"
    assert set(found.statements) == {"S001", "S002", "S003"}
    assert found.arithmetic[0] == "S002 is dated 14 days after S001 (15 May 2017); S001: 1 May 2017."


def test_whoever_gives_the_date_may_be_the_one_who_is_wrong():
    """Two cellmates count from one attack: whoever doubts the newspaper's date need doubt neither of them."""
    seen = [{"act": "seen_in_custody", "when": "@S001+P14D", "place": GROZNY, "speaker": f"cellmate {number}"} for number in (1, 2)]
    abroad = state(body="Russia", act="present", when="2017-05-14T00:00/2017-05-17T00:00", place="Raqqa, Syria", circumstances="throughout=true")
    belief = examined(ATTACK, *seen, abroad, accusation=(4,)).belief
    assert belief.must_be_wrong == 1
    assert [point.statements for point in belief.points] == [("S001",)]
    by_himself = [one | {"when": "2017-05-15"} for one in seen]
    assert examined(ATTACK, *by_himself, abroad, accusation=(4,)).belief.must_be_wrong == 2


def test_an_accusation_that_counts_from_its_own_paper_is_tested_with_it():
    order = state(body="Russia", act="other", when="2017-05-01", place=GROZNY)
    fled = state(body="Russia", act="present", when="@S001+P14D", place="Raqqa, Syria")
    held = {"act": "held_at", "when": "2017-05-10/2017-05-20", "place": GROZNY}
    assert examined(order, fled, held, accusation=(2,)).belief.must_be_wrong == 1


def test_two_who_count_from_one_undated_event_can_contradict_each_other():
    undated = {"act": "other", "place": GROZNY, "speaker": "the family", "side": "family"}
    here = {"act": "held_at", "when": "@S001+P3D", "place": GROZNY}
    there = state(body="Russia", act="died", when="@S001+P1D", place=GROZNY)
    belief = examined(undated, here, there, accusation=(3,)).belief
    assert belief.must_be_wrong == 0  # a death without a date cannot be tested
    record = record_of(undated, here, there)
    assert record.certain.statements_clash(1, 2)


def test_what_quarrels_on_days_that_the_accusation_gives_is_no_cost_of_believing_it():
    """Mother and sister contradict each other; that the state's paper is what the mother counts from makes neither a source against it."""
    order = state(body="Russia", act="wanted", when="2017-05-20", place=GROZNY)
    mother = {"act": "present", "when": "@S001-P10D", "place": "Moscow, Russia", "speaker": "the mother"}
    sister = {"act": "held_at", "when": "2017-05-08/2017-05-12", "place": GROZNY, "speaker": "the sister"}
    belief = examined(order, mother, sister, accusation=(1,)).belief
    assert belief.must_be_wrong == 0


def test_a_source_that_is_dated_by_one_that_does_not_count_is_listed_as_such():
    unnamed = {"act": "other", "when": "2017-05-01", "place": GROZNY, "speaker": "an unnamed source"}
    seen = {"act": "seen_in_custody", "when": "@S001+P14D", "place": GROZNY, "speaker": "a cellmate"}
    excluded = examined(unnamed, seen, FLIGHT, accusation=(3,)).belief.excluded
    assert [one.statements for one in excluded if one.reason == "date_not_counted"] == [("S002",)]


def test_no_id_stands_in_the_sentence_for_the_court():
    fled = state(body="Russia", act="departed", when="@S001+P14D", place=GROZNY, to_place="Raqqa, Syria")
    sentence = examined(ATTACK, fled, accusation=(2,)).belief.sentence
    assert "S001" not in sentence
    assert "15 May 2017" in sentence


@pytest.mark.parametrize(("stated", "clashes"), [("2017-06-01", False), ("", False), ("2018-06-01", True)])
def test_nobody_denies_what_comes_after_he_spoke(stated, clashes):
    denied = {"act": "present", "denied": "true", "when": ">@S001", "place": GROZNY, "stated_on": stated}
    assert record_of(TAKEN, denied, {"act": "present", "when": "2017-12-01", "place": GROZNY}).certain.statements_clash(1, 2) is clashes


@pytest.mark.parametrize("act", ["wanted", "custody_denied", "departed"])
def test_a_denial_or_a_notice_whose_date_is_lost_says_nothing_of_when(act):
    lost = without_date(
        statement(1, side="state", body="Russia", act=act, denied=str(act == "departed").lower(), when="@S9+P1D", stated_on="2018-01-01")
    )
    assert lost.when is None and lost.stated_on is None
    kept = without_date(statement(1, act="present", when="@S9+P1D", stated_on="2018-01-01"))
    assert kept.stated_on is not None  # it had happened by then


def test_another_persons_statement_gives_its_day_and_nothing_else():
    brother = {"act": "detained", "when": "2017-05-01", "place": GROZNY, "person": "the brother", "identifiers": "seat=12A"}
    seen = {"act": "present", "when": "@S001+P14D", "place": GROZNY}
    record = record_of(brother, seen)
    assert told(record, 0) == "15 May 2017"
    assert [one.id for one in record.statements] == ["S002", "S001"]
    assert not record.custody
    assert not record.statements[1].identifiers


def test_a_denial_with_such_a_date_denies_only_what_the_date_surely_covers():
    day, month = {"act": "other", "when": "2017-05-01", "place": GROZNY}, {"act": "other", "when": "2017-05", "place": GROZNY}
    denied = {"act": "present", "denied": "true", "when": "@S001+P14D", "place": GROZNY}
    claim = {"act": "present", "when": "2017-05-15", "place": GROZNY}
    assert record_of(day, denied, claim).certain.statements_clash(1, 2)
    assert not record_of(month, denied, claim).certain.statements_clash(1, 2)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1970, 1, 1), date(2020, 1, 1)), st.integers(-30, 30), st.integers(0, 20))
def test_the_window_of_a_relative_date_is_every_day_that_the_words_allow(day, shift, more):
    sign, first, last = ("+", shift, shift + more) if shift >= 0 else ("-", -shift, -shift + more)
    record = record_of(
        {"act": "other", "when": f"{day}", "place": GROZNY},
        {"act": "present", "when": f"@S001{sign}P{first}D/P{last}D", "place": GROZNY},
    )
    days = (first, last) if sign == "+" else (-last, -first)
    midnight = (day.toordinal() - 1) * DAY
    assert record.window(1) == (midnight + days[0] * DAY, midnight + days[1] * DAY + DAY - 1)
