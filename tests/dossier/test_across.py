"""What a dossier shows of other cases: the words in common, the kind of what differs, the office and the month, and nothing else of them."""

import msgspec
import pytest
from simulators.people import case, state

from habeas.domain.case import Decision, Review
from habeas.dossier.across import choose, is_across, shown_wording, slot_kind

MOULD = "I say of my own will that {who} left the country on {day} by himself, that nobody held him and that I have no complaints against anyone."
CHART = {"circumstances": "office=Office North; officer=Captain K", "place": "Montevideo, Uruguay", "disclosable": "true"}


def told(who, day, said, **more):
    return case(state(act="departed", stated_on=said, quote=MOULD.format(who=who, day=day), **{**CHART, **more}), accusation=(1,), person=who)


OWN = told("Person Q", "3 May 2016", "2016-06-01")
OTHER = told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02")


def words(found):
    return msgspec.json.encode(found).decode()


def test_the_two_are_called_statement_a_and_b_and_what_differs_is_told_by_its_kind_alone():
    (found,) = shown_wording(OWN, {"case-1": OTHER})
    assert [line.label for line in found.lines] == ["Statement A (S001 of this case)", "Statement B"]
    (aligned,) = found.alignments
    assert aligned.startswith("Statement A (S001 of this case) and Statement B: ")
    assert "⟦name⟧" in aligned and "⟦date or number⟧" in aligned and "no complaints against anyone" in aligned


def test_of_the_other_case_stay_its_office_and_month_and_neither_day_nor_place_nor_name_nor_id():
    said = words(shown_wording(OWN, {"case-1": OTHER}))
    assert "Captain K / Office North" in said and "2017-08" in said
    assert not any(word in said for word in ("Zorvanelle", "Corvonte", "22 July", "2017-08-02", "Montevideo", "case-1", "Person Q", "3 May"))


def test_a_name_that_both_texts_hold_is_shown_by_neither():
    (found,) = shown_wording(told("Zorvanelle Corvonte", "3 May 2016", "2016-06-01"), {"case-1": OTHER})
    assert "Zorvanelle" not in words(found)


def test_a_figure_that_both_texts_hold_is_masked_too():
    (found,) = shown_wording(OWN, {"case-1": told("Zorvanelle Corvonte", "3 May 2016", "2017-08-02")})
    assert "2016" not in found.alignments[0] and "⟦date or number⟧" in found.alignments[0]


def test_what_is_not_disclosable_in_the_other_case_takes_no_part():
    hidden = told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02", disclosable="")
    assert shown_wording(OWN, {"case-1": hidden}) == ()


def test_wording_that_other_cases_share_among_themselves_is_not_this_dossiers():
    alone = case(
        state(act="departed", stated_on="2016-06-01", quote="He went away and that is all that we were told about it.", **CHART), accusation=(1,)
    )
    assert shown_wording(alone, {"case-1": OTHER, "case-2": told("Person R", "4 May 2016", "2016-06-03")}) == ()


def test_a_date_that_is_not_known_to_the_month_is_shown_as_a_year_or_not_at_all():
    for said, shown in (("2017-08", "2017-08"), ("2017", "2017"), ("2016/2018", "not dated"), ("", "not dated")):
        (found,) = shown_wording(OWN, {"case-1": told("Zorvanelle Corvonte", "22 July 2017", said)})
        assert found.lines[1].month == shown


@pytest.mark.parametrize(
    ("gap", "kind"),
    [
        ("22 мая 2017", "date or number"),
        ("22", "date or number"),
        ("Марта Иванова", "name"),
        ("в мае", "words"),
        ("his son", "words"),
        ("mayo", "date or number"),
    ],
)
def test_a_slot_says_what_kind_of_thing_stands_in_it(gap, kind):
    assert slot_kind(gap) == kind


def review(shown, **more):
    return Review(**{"finding": shown.id, "decision": Decision.CONFIRMED, "reviewer": "M. R.", "inputs": shown.inputs, **more})


def test_outside_a_draft_only_what_a_reviewer_confirmed_for_these_inputs_is_shown():
    groups = shown_wording(OWN, {"case-1": OTHER})
    (one,) = groups
    assert is_across(one.id)
    assert choose(groups, [review(one)], (), draft=False).groups == groups
    for reviews in ([], [review(one, inputs="older")], [review(one, decision=Decision.REJECTED)]):
        assert choose(groups, reviews, (), draft=False).groups == ()
    assert one.inputs in choose(groups, [], (), draft=False).warnings[0]


def test_in_a_draft_all_is_shown_that_nobody_rejected_and_counsel_chose():
    groups = shown_wording(OWN, {"case-1": OTHER})
    (one,) = groups
    assert choose(groups, [], (), draft=True).groups == groups
    assert choose(groups, [review(one, decision=Decision.REJECTED)], (), draft=True).groups == ()
    assert choose(groups, [], ("F-other",), draft=True).groups == ()


def test_the_inputs_change_with_the_words_of_either_case():
    (before,) = shown_wording(OWN, {"case-1": OTHER})
    (after,) = shown_wording(OWN, {"case-1": told("Zorvanelle Corvonte", "23 July 2017", "2017-08-02")})
    assert before.id == after.id and before.inputs != after.inputs
