"""Statements of one case whose own words agree: one story a group, with slots, a chart, and explanations that accuse nobody."""

from simulators.people import case, examined

from habeas.domain.case import Exhibit, StandardForm
from habeas.domain.finding import Kind
from habeas.examine.examination import examine
from habeas.intake.gazetteer import understand

MOTHER = {
    "act": "departed", "when": "2017-05-22", "place": "Grozny, Russia", "to_place": "Syria", "speaker": "the mother", "side": "family",
    "stated_on": "2017-06-01", "circumstances": "forced_to_sign=true; officer=Captain K; office=the Leninsky department", "exhibit": "1",
    "quote": "Я осуждаю поступок сына, который 22 мая 2017 года уехал в Сирию по собственной воле, и претензий к властям не имею.",
}  # fmt: skip
FATHER = MOTHER | {
    "speaker": "another father", "exhibit": "2", "stated_on": "2016-03-01",
    "quote": "Я осуждаю поступок дочери, которая 4 февраля 2016 года уехала в Сирию по собственной воле, и претензий к властям не имею.",
}  # fmt: skip
OTHER = {
    "act": "present",
    "when": "2017-05-22",
    "quote": "Я видел его на рынке утром, он покупал хлеб и говорил с соседом.",
    "speaker": "a neighbour",
}


def wording(*rows, **fields):
    return [one for one in examined(*rows, **fields).findings if one.kind is Kind.SHARED_WORDING]


def test_two_signed_texts_from_one_mould_are_shown_as_an_alignment_with_slots_and_a_chart():
    (found,) = wording(MOTHER, FATHER, OTHER, accusation=(1, 2))
    assert (found.statements, found.bears_on) == (("S001", "S002"), "accusation")
    assert "⟦" in found.arithmetic[0] and "уехал" in found.arithmetic[0]
    assert found.arithmetic[2:] == (
        "S001: taken down by Captain K / the Leninsky department, 1 June 2017",
        "S002: taken down by Captain K / the Leninsky department, 1 March 2016",
    )
    assert "standard form" in found.readings[0]
    assert not any(word in " ".join((found.explanation, *found.readings)) for word in ("coerce", "forced", "dictat"))


def test_the_clients_own_witnesses_with_one_wording_are_for_counsel():
    own = [
        {"act": "present", "when": "2017-05-22", "speaker": name, "quote": MOTHER["quote"], "exhibit": number}
        for name, number in (("Ana", "1"), ("Bruno", "2"))
    ]
    (found,) = wording(*own)
    assert found.bears_on == "own_account"


def test_what_the_clients_side_shares_among_itself_does_not_ride_on_what_it_shares_with_the_accusation():
    words = "Я своими глазами видел, как его увели люди в форме, посадили в серую машину и увезли в сторону города."
    own = [
        {"act": "present", "when": "2017-05-22", "speaker": name, "quote": words, "exhibit": number}
        for name, number in (("Ana", "3"), ("Bruno", "4"))
    ]
    paper = MOTHER | {"quote": words, "speaker": "a spokesman", "exhibit": "5"}
    found = wording(*own, paper, accusation=(3,))
    assert {one.bears_on for one in found} == {"accusation", "own_account"}
    (theirs,) = [one for one in found if one.bears_on == "accusation"]
    assert "S003" in theirs.arithmetic[0]
    assert len({one.id for one in found}) == 2


def test_a_template_used_on_a_mass_scale_does_not_vanish_for_being_widely_used():
    rows = [MOTHER | {"speaker": f"parent {number}", "exhibit": str(number)} for number in range(1, 41)]
    (found,) = wording(*rows, accusation=tuple(range(1, 41)))
    assert found.arithmetic[0].startswith("40 statements: ")
    assert "mass scale" in found.readings[1]


def test_one_passage_quoted_in_two_rows_is_not_compared_with_itself():
    assert not wording(MOTHER, MOTHER | {"act": "present"})


def test_translations_are_not_read():
    made = case(MOTHER, FATHER, exhibits=(Exhibit(number="1"), Exhibit(number="2", translation_of="3")))
    assert not [one for one in examine(made, understand(made)).findings if one.kind is Kind.SHARED_WORDING]


def test_a_review_is_stale_once_the_words_change():
    changed = FATHER | {"quote": FATHER["quote"].replace("претензий", "никаких претензий")}
    one, other = (wording(MOTHER, some)[0] for some in (FATHER, changed))
    assert one.id == other.id
    assert one.inputs != other.inputs


def test_a_passage_that_a_person_marked_as_a_standard_form_makes_no_pair_and_is_counted_for_each_office():
    form = StandardForm(id="F1", words=MOTHER["quote"], office="Ministry", marked_by="A. R.")
    (found,) = wording(MOTHER, MOTHER | {"speaker": "another", "exhibit": "2"}, accusation=(1, 2), forms=(form,))
    assert found.explanation.startswith("They use one passage that was marked as a standard form")
    assert found.arithmetic == ("form F1, marked by A. R. (Ministry)", "the Leninsky department: 2")
    assert "mass scale" in found.readings[0]


def test_what_two_texts_share_beside_a_marked_form_is_still_told():
    more = " Он оставил телефон соседа на мосту и просил передать сестре синюю тетрадь со стихами о море и горах."
    form = StandardForm(id="F1", words=MOTHER["quote"], marked_by="A. R.")
    rows = [MOTHER | {"quote": MOTHER["quote"] + more}, MOTHER | {"quote": MOTHER["quote"] + more, "speaker": "another", "exhibit": "2"}]
    found = wording(*rows, accusation=(1, 2), forms=(form,))
    assert ["share wording" in one.explanation for one in found] == [True, False]
