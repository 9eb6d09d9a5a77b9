"""A hostile reader's questions: asked where the file leaves something open, and not where it does not."""

import pytest
from simulators.people import case, state

from habeas.examine.examination import examine
from habeas.examine.hostile import hostile_questions
from habeas.examine.record import Record
from habeas.intake.gazetteer import understand

CLAIM = state(act="departed", when="1977-09-22", stated_on="1977-10-02", place="Montevideo, Uruguay", to_place="Buenos Aires, Argentina")
HELD = {"act": "detained", "when": "1977-08-01", "place": "Montevideo, Uruguay", "stated_on": "1977-08-02"}
SAW = {"act": "held_at", "when": "1977-09-20/1977-09-24", "place": "Montevideo, Uruguay", "stated_on": "1977-09-25"}
SEEN = {"act": "seen_in_custody", "when": "1977-09-10", "place": "Montevideo, Uruguay", "stated_on": "1977-09-11"}


def asked(*rows, accusation=(1,), **fields):
    made = case(*rows, accusation=accusation, **fields)
    places = understand(made)
    return hostile_questions(Record(made, places), made, examine(made, places))


def about(found, words):
    return next((one.statements for one in found if words in one.words), None)


@pytest.mark.parametrize(
    ("words", "rows", "open_"),
    [
        ("more than a year after", [{**SAW, "stated_on": "1985"}], True),
        ("more than a year after", [SAW], False),
        ("said after the accusation was known", [{**SAW, "stated_on": "1977-11-01"}], True),
        ("said after the accusation was known", [SAW], False),
        ("about right", [{**SAW, "when": "1977-09-01~/1977-10-15~"}], True),
        ("about right", [SAW], False),
        ("Did they see it", [{**SAW, "how_known": "secondhand"}], True),
        ("Did they see it", [SAW], False),
        ("any paper", [{**SAW, "stated_on": "1977-12-25"}], True),
        ("any paper", [SAW], False),
        ("any paper", [{**SAW, "how_known": "official_record"}], False),
        ("How did they know whom they saw", [SEEN], True),
        ("How did they know whom they saw", [{**SEEN, "circumstances": "identified_by=schoolmate"}], False),
        ("Everybody whom the figure rests on is of the family", [{**SAW, "side": "family"}], True),
        ("These are relatives", [{**SAW, "side": "family"}, SAW], True),
        ("relatives", [SAW], False),
        ("no complaint on record", [HELD, SAW], True),
        ("no complaint on record", [HELD, SAW, {"act": "appeal_sent", "when": "1977-08-05"}], False),
        ("no complaint on record", [HELD, SAW, {"act": "appeal_sent", "when": "1977-12-05"}], True),
        ("Did one hear it from the other", [SAW, {**SAW, "exhibit": "2"}], True),
        ("Did one hear it from the other", [SAW], False),
    ],
)
def test_a_question_is_asked_where_the_file_leaves_it_open(words, rows, open_):
    assert (about(asked(CLAIM, *rows), words) is not None) is open_


def test_pairs_that_somebody_judged_independent_are_not_asked_about():
    found = asked(CLAIM, SAW, {**SAW, "exhibit": "2"}, ties=(("witness 2", "witness 3", "independent"),))
    assert about(found, "Did one hear it from the other") is None


def test_what_rests_on_custody_having_lasted_names_its_last_sign_and_the_days_between():
    found = asked(CLAIM, HELD)
    (one,) = [one for one in found if "What shows that custody lasted" in one.words]
    assert "1 August 1977" in one.words and "52 days before" in one.words
    assert one.statements == ("S001", "S002")


def test_a_number_in_the_accusation_and_none_of_his_own_is_asked_about():
    claim = {**CLAIM, "identifiers": "passport_number=123"}
    assert about(asked(claim, SAW), "Is it the same person") == ("S001",)
    assert about(asked(claim, SAW, identifiers=(("passport_number", "999"),)), "Is it the same person") is None


def test_statements_about_other_people_are_asked_about():
    assert about(asked(CLAIM, SAW, {**SAW, "person": "a namesake"}), "other people") == ("S003",)


def test_a_case_without_an_accusation_is_asked_nothing_of_its_sources():
    assert about(asked(SAW, accusation=()), "relatives") is None
