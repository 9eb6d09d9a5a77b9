"""What a dossier shows of other cases: which of its own words another statement has too, the office and the month, and nothing else of them."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.people import case, state

from habeas.domain.case import Decision, Exhibit, Review, StandardForm
from habeas.domain.errors import UsageError
from habeas.dossier.across import _OPENERS, _Cut, _joined, choose, is_across, shown_wording

MOULD = "I say of my own will that {who} left the country on {day} by himself, that nobody held him and that I have no complaints against anyone."
CHART = {"circumstances": "office=Office North; officer=Captain K", "place": "Montevideo, Uruguay", "disclosable": "true"}


def told(who, day, said, mould=MOULD, **more):
    return case(state(act="departed", stated_on=said, quote=mould.format(who=who, day=day), **{**CHART, **more}), accusation=(1,), person=who)


OWN = told("Person Q", "3 May 2016", "2016-06-01")
OTHER = told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02")


def shown(own, foreign):
    return shown_wording(own, foreign, own)


def words(found):
    return msgspec.json.encode(found).decode()


def test_the_two_are_called_statement_a_and_b_and_what_differs_is_told_by_its_kind_alone():
    (found,) = shown(OWN, {"case-1": OTHER})
    assert [line.label for line in found.lines] == ["Statement A (S001 of this case)", "Statement B"]
    (aligned,) = found.alignments
    assert aligned.startswith(
        "Statement A (S001 of this case) and Statement B: I say of my own will that ⟦name⟧ left the country on ⟦date or number⟧ by"
    )
    assert "no complaints against anyone" in aligned


def test_of_the_other_case_stay_its_office_and_month_and_neither_day_nor_place_nor_name_nor_id():
    said = words(shown(OWN, {"case-1": OTHER}))
    assert "Office North" in said and "2017-08" in said
    assert not any(word in said for word in ("Zorvanelle", "Corvonte", "July", "2017-08-02", "Montevideo", "case-1", "Captain"))


def test_names_and_dates_look_the_same_whether_the_other_text_has_them_or_not():
    other, same = (
        shown(OWN, {"case-1": told(who, day, "2017-08-02")}) for who, day in (("Zorvanelle Corvonte", "22 July 2017"), ("Person Q", "3 May 2016"))
    )
    assert other[0].alignments == same[0].alignments
    assert [line.words for line in other[0].lines] == [line.words for line in same[0].lines]


def test_what_two_other_cases_share_and_this_one_does_not_is_never_shown():
    more = " My aunt Lavella from the village of Novoselki and my cousin who works nights at the dialysis ward took him in on a Tuesday."
    b, c = (told(who, "4 May 2016", "2016-06-03", mould=MOULD + more) for who in ("Person R", "Person S"))
    alone = told("Person T", "5 May 2016", "2016-06-04", mould=more + " {who} {day}")
    found = shown(OWN, {"case-b": b, "case-c": c, "case-d": alone})
    (one,) = found
    assert len(one.lines) == 3 and all("Statement A" in line for line in one.alignments)
    assert not any(word in words(found) for word in ("aunt", "dialysis", "Novoselki", "Tuesday"))


def test_an_officer_is_a_number_and_an_office_is_named_only_where_this_case_names_it():
    aside = told(
        "Person R", "4 May 2016", "2016-06-03", circumstances="office=Office North (where Zorvan lay); officer=Captain K, brother of Lavella"
    )
    else_ = told("Person S", "4 May 2016", "2016-06-03", circumstances="office=Office of Zorvan; officer=Captain K")
    (found,) = shown(OWN, {"case-1": aside, "case-2": else_})
    assert sorted(line.recorder for line in found.lines) == ["officer 1, Office North", "officer 1, another office 2", "officer 2, Office North"]
    assert "Zorvan" not in words(found) and "Lavella" not in words(found)


def test_what_is_not_disclosable_or_speaks_of_somebody_else_in_the_other_case_takes_no_part():
    assert shown(OWN, {"case-1": told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02", disclosable="")}) == ()
    assert shown(OWN, {"case-1": told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02", person="a namesake")}) == ()


def test_translations_take_no_part_on_either_side():
    papers = (Exhibit(number="1", translation_of="withheld"),)
    mine = msgspec.structs.replace(told("Person Q", "3 May 2016", "2016-06-01", exhibit="1"), exhibits=papers)
    assert shown(mine, {"case-1": OTHER}) == ()


def test_a_passage_marked_as_a_standard_form_is_counted_apart():
    more = " He left his telephone with a neighbour at the bridge, asked for the blue notebook and never came back for it again."
    form = StandardForm(id="F1", words="that nobody held him and that I have no complaints against anyone", marked_by="A1")
    own = told("Person Q", "3 May 2016", "2016-06-01", mould=MOULD + more)
    other = told("Person R", "4 May 2016", "2016-06-03", mould=MOULD + more)
    (plain,), (marked,) = shown(own, {"c": other}), shown(msgspec.structs.replace(own, forms=(form,)), {"c": other})
    assert marked.lines[0].words == plain.lines[0].words and marked.lines[0].own < plain.lines[0].own
    assert marked.inputs != plain.inputs


def test_a_date_that_is_not_known_to_the_month_is_shown_as_a_year_or_not_at_all():
    for said, month in (("2017-08", "2017-08"), ("2017", "2017"), ("2016/2018", "not dated"), ("", "not dated")):
        (found,) = shown(OWN, {"case-1": told("Zorvanelle Corvonte", "22 July 2017", said)})
        assert found.lines[1].month == month


def cut(text, lower=("i", "he")):
    made = _Cut({*lower, *_OPENERS})
    return _joined([made.shown(made.text(text))])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("22 мая 2017 года уехал в Сирию", "⟦date or number⟧ года уехал в ⟦name⟧"),
        ("Мать Анна И. Иванова сказала", "⟦name⟧ сказала"),
        ("I was told. He left on Tuesday, 3 May 2016.", "I was told. He left on ⟦date or number⟧."),
        ("по делу № 208/17 и 208/18 отказано", "по делу № ⟦date or number⟧ и ⟦date or number⟧ отказано"),
        ("written by zorvan_kirmel and marta@example of it", "written by ⟦name⟧ and ⟦name⟧ of it"),
        ("[name withheld] left", "⟦name⟧ left"),
    ],
)
def test_names_dates_and_figures_are_slots(text, masked):
    assert cut(text) == masked


def test_a_text_in_a_script_without_capitals_is_not_compared():
    words = "قال لي الضابط في المكتب إن محمد الزروان غادر البلاد بنفسه ولم يحتجزه أحد وليس لدي أي شكوى ضد أحد على الإطلاق"
    assert shown(told("x", "y", "2016-06-01", mould=words), {"case-1": told("x", "y", "2016-06-02", mould=words)}) == ()


NAMES = st.sampled_from(["Zorvan", "Marta Lavella", "Q", "Kirmel-Orlan", "Rosa Country", "Мадина"])
DATES = st.sampled_from(["3 May 2016", "22 July", "1999", "Tuesday", "12.05.2017", "5"])
MOULDS = (
    "I was told by {a} and {b} in the yard on {d} at {e} what false statements lead to and that nobody held him and I have no complaints at all.",
    "On {d} he left the house with {a}, seen by {b} on {e} at the gate, and he said to all of us that he went of his own will and would write soon.",
    "We questioned today {a}, {b} and {a}; all of them know on {d} and {e} what was said there, that he was free to go and that nobody held him at all.",
)


@settings(max_examples=80)
@given(st.sampled_from(MOULDS), NAMES, NAMES, DATES, DATES, NAMES, NAMES, DATES, DATES)
def test_nothing_that_is_shown_depends_on_a_name_date_or_figure_of_the_other_text(mould, a, b, d, e, other_a, other_b, other_d, other_e):
    form = StandardForm(id="F1", words="that nobody held him", marked_by="A1")

    def made(said, **fields):
        return case(state(act="departed", stated_on=said, quote=mould.format(**fields), **CHART), accusation=(1,), forms=(form,))

    own = made("2016-06-01", a=a, b=b, d=d, e=e)
    same, other = made("2016-07-01", a=a, b=b, d=d, e=e), made("2016-07-01", a=other_a, b=other_b, d=other_d, e=other_e)
    assert shown(own, {"c": same}) == shown(own, {"c": other})


def review(shown_, **more):
    return Review(**{"finding": shown_.id, "decision": Decision.CONFIRMED, "reviewer": "M. R.", "inputs": shown_.inputs, **more})


def test_outside_a_draft_only_what_a_reviewer_confirmed_for_these_inputs_is_shown():
    groups = shown(OWN, {"case-1": OTHER})
    (one,) = groups
    assert is_across(one.id)
    assert choose(groups, [review(one)], (), draft=False).groups == groups
    for reviews in ([], [review(one, inputs="older")], [review(one, decision=Decision.REJECTED)]):
        assert choose(groups, reviews, (), draft=False).groups == ()
    assert one.inputs in choose(groups, [], (), draft=False).warnings[0]


def test_in_a_draft_all_is_shown_that_nobody_rejected_and_counsel_chose():
    groups = shown(OWN, {"case-1": OTHER})
    (one,) = groups
    assert choose(groups, [], (), draft=True).groups == groups
    assert choose(groups, [review(one, decision=Decision.REJECTED)], (), draft=True).groups == ()
    assert choose(groups, [], ("F-other",), draft=True).groups == ()
    with pytest.raises(UsageError, match="W0123456789"):
        choose(groups, [], ("W0123456789",), draft=True)


def test_the_inputs_change_with_whatever_is_shown():
    (before,) = shown(OWN, {"case-1": OTHER})
    for other in (
        told("Zorvanelle Corvonte", "22 July 2017", "2017-09-02"),
        told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02", circumstances="office=Office South; officer=Captain K"),
        told("Zorvanelle Corvonte", "22 July 2017", "2017-08-02", mould=MOULD.replace("by himself", "alone")),
    ):
        (after,) = shown(OWN, {"case-1": other})
        assert before.id == after.id and before.inputs != after.inputs


def test_others_stand_in_an_order_that_says_nothing_of_their_names():
    others = {f"case-{letter}": told(f"Person {letter}", f"{day} May 2016", f"2016-0{day}-01") for letter, day in zip("rstuv", range(4, 9))}
    orders = set()
    for day in range(10, 20):
        (found,) = shown(told("Person Q", f"{day} May 2016", "2016-06-01"), others)
        orders.add(tuple(line.month for line in found.lines[1:]))
    assert len(orders) > 3
