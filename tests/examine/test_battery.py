"""What fires, how firmly, and, as important, what must not."""

import random

import pytest
from generator import small_case
from simulators.people import examined, kinds, state

from habeas.domain.finding import BearsOn, Kind
from habeas.examine.belief import Weighing, _excluded, _named_claims
from habeas.examine.record import Record

MONTEVIDEO = "Montevideo, Uruguay"
FLIGHT = state(act="departed", when="1977-09-22", place=MONTEVIDEO, to_place="Buenos Aires, Argentina", stated_on="1977-10-04")
ARREST = {"act": "detained", "when": "1977-08-01", "place": MONTEVIDEO}
NOTICE = state(act="wanted", when="1977-09-01", stated_on="1977-09-01", place="Uruguay")


def finding(examination, kind):
    found = [one for one in examination.findings if one.kind is kind]
    assert len(found) == 1, (kind, [(one.kind.value, one.statements) for one in examination.findings])
    return found[0]


def test_a_flight_during_custody_conflicts_on_the_presumption_that_custody_lasted():
    found = finding(examined(ARREST, FLIGHT, accusation=(2,)), Kind.CUSTODY_CONFLICT)
    assert (found.certainty, found.bears_on, found.statements) == ("on_presumption", "accusation", ("S002", "S001"))
    assert found.presumptions
    assert "52 days" in found.arithmetic[0]
    assert found.would_change


def test_a_flight_inside_a_stretch_of_custody_conflicts_under_every_reading():
    held = {"act": "held_at", "when": "1977-09-01/1977-10-01", "place": MONTEVIDEO}
    assert finding(examined(held, FLIGHT, accusation=(2,)), Kind.CUSTODY_CONFLICT).certainty == "certain"


def test_a_notice_after_custody_began_is_a_finding_of_sequence():
    found = finding(examined(ARREST, NOTICE, accusation=(2,)), Kind.ACCUSATION_AFTER_CUSTODY)
    assert (found.certainty, found.statements) == ("on_presumption", ("S002", "S001"))


def test_a_later_recorded_death_does_not_close_the_sequence():
    died = {"act": "died", "when": "1977-08-03", "place": MONTEVIDEO}
    assert Kind.ACCUSATION_AFTER_CUSTODY in kinds(examined(ARREST, died, NOTICE, accusation=(3,)))


@pytest.mark.parametrize("by", [{}, {"side": "family"}, state()])
def test_a_recorded_release_between_custody_and_accusation_silences_both(by):
    release = {"act": "released", "when": "1977-08-20", "place": MONTEVIDEO} | by
    found = kinds(examined(ARREST, release, FLIGHT, NOTICE, accusation=(3, 4)))
    assert Kind.CUSTODY_CONFLICT not in found
    assert Kind.ACCUSATION_AFTER_CUSTODY not in found


def test_a_notice_that_precedes_custody_does_not_fire():
    early = state(act="wanted", when="1977-06-01", stated_on="1977-06-01")
    found = kinds(examined(ARREST, early, accusation=(2,)))
    assert Kind.ACCUSATION_AFTER_CUSTODY not in found
    assert Kind.CUSTODY_CONFLICT not in found


def test_a_later_paper_that_dates_the_order_before_custody_keeps_the_earlier_date():
    late_paper = state(act="wanted", when="1977-06-01", stated_on="1979-06-01")
    assert Kind.ACCUSATION_AFTER_CUSTODY not in kinds(examined(ARREST, late_paper, accusation=(2,)))


def test_a_notice_without_a_date_is_in_force_when_it_was_issued():
    undated = state(act="wanted", stated_on="1977-09-01")
    assert Kind.ACCUSATION_AFTER_CUSTODY in kinds(examined(ARREST, undated, accusation=(2,)))


def test_a_genuine_escape_does_not_fire_and_lets_a_later_notice_stand():
    escape = state(act="escaped", when="1977-08-10", place=MONTEVIDEO)
    later = state(act="wanted", when="1977-08-11", stated_on="1977-08-11")
    found = kinds(examined(ARREST, escape, later, accusation=(2, 3)))
    assert Kind.ACCUSATION_AFTER_CUSTODY not in found
    assert Kind.CUSTODY_CONFLICT not in found


def test_an_escape_followed_years_later_by_a_death_elsewhere_stands():
    escape = state(act="escaped", when="1977-08-10", place=MONTEVIDEO)
    death = {"act": "died", "when": "1985-02-01", "place": "Paris, France"}
    assert Kind.ACCUSATION_AFTER_CUSTODY not in kinds(examined(ARREST, escape, death, accusation=(2,)))


def test_an_escape_followed_by_a_new_arrest_and_custody_stands():
    escape = state(act="escaped", when="1977-08-10", place=MONTEVIDEO)
    again = {"act": "detained", "when": "1977-10-01", "place": MONTEVIDEO}
    seen = {"act": "seen_in_custody", "when": "1977-10-05", "place": MONTEVIDEO}
    assert Kind.ACCUSATION_AFTER_CUSTODY not in kinds(examined(ARREST, escape, again, seen, accusation=(2,)))


@pytest.mark.parametrize(
    "against",
    [
        {"act": "seen_in_custody", "when": "1977-08-15", "place": MONTEVIDEO},
        {"act": "died", "when": "1977-08-05", "place": MONTEVIDEO},
        {"act": "escaped", "denied": "true", "when": "1977-08-10"},
    ],
)
def test_an_escape_fires_where_others_hold_him_have_him_dead_or_deny_it(against):
    escape = state(act="escaped", when="1977-08-10", place=MONTEVIDEO)
    assert Kind.ACCUSATION_AFTER_CUSTODY in kinds(examined(ARREST, escape, against, accusation=(2,)))


def test_a_sham_release_after_which_he_is_still_held_is_two_rival_statements():
    sham = state(act="released", when="1977-08-05", place=MONTEVIDEO)
    still = {"act": "seen_in_custody", "when": "1977-08-20", "place": MONTEVIDEO}
    found = finding(examined(ARREST, sham, still, FLIGHT, accusation=(4,)), Kind.CUSTODY_CONFLICT)
    assert found.certainty == "on_presumption"
    assert found.readings


def test_a_namesake_is_kept_apart():
    namesake = FLIGHT | {"person": "another man of that name"}
    assert Kind.CUSTODY_CONFLICT not in kinds(examined(ARREST, namesake, accusation=(2,)))


def test_a_charge_in_another_matter_does_not_make_a_fugitive():
    charge = state(act="charged", when="1977-09-01", stated_on="1977-09-01", circumstances="article=150")
    assert Kind.ACCUSATION_AFTER_CUSTODY not in kinds(examined(ARREST, charge, accusation=(2,)))


def test_a_charge_in_absentia_does():
    charge = state(act="charged", when="1977-09-01", stated_on="1977-09-01", circumstances="in_absentia=true")
    assert Kind.ACCUSATION_AFTER_CUSTODY in kinds(examined(ARREST, charge, accusation=(2,)))


def test_what_falls_between_custody_and_a_later_arrest_is_at_most_possible():
    again = {"act": "detained", "when": "1978-03-01", "place": MONTEVIDEO}
    found = finding(examined(ARREST, again, NOTICE, accusation=(3,)), Kind.ACCUSATION_AFTER_CUSTODY)
    assert found.certainty == "possible"


def test_overlapping_dates_leave_the_order_open():
    month = {"act": "detained", "when": "1977-09", "place": MONTEVIDEO}
    found = finding(examined(month, FLIGHT, accusation=(2,)), Kind.ACCUSATION_AFTER_CUSTODY)
    assert (found.certainty, bool(found.readings)) == ("possible", True)


def test_an_act_after_every_recorded_death_is_certain():
    died = {"act": "died", "when": "1977-08-03", "place": MONTEVIDEO}
    assert finding(examined(died, FLIGHT, accusation=(2,)), Kind.ACT_AFTER_DEATH).certainty == "certain"


def test_an_act_after_one_of_two_conflicting_deaths_is_open():
    first = {"act": "died", "when": "1977-08-03", "place": MONTEVIDEO}
    second = {"act": "died", "when": "1977-12-03", "place": MONTEVIDEO}
    result = examined(first, second, FLIGHT, accusation=(3,))
    assert finding(result, Kind.ACT_AFTER_DEATH).certainty == "possible"
    death = finding(result, Kind.DATE_CONFLICT)
    assert (death.certainty, death.bears_on) == ("certain", BearsOn.OWN_ACCOUNT)


def test_a_sighting_after_a_recorded_death_leaves_both_readings_open():
    died = {"act": "died", "when": "1977-08-03", "place": MONTEVIDEO}
    seen = {"act": "present", "when": "1978-08-03", "place": MONTEVIDEO}
    assert finding(examined(died, seen, FLIGHT, accusation=(3,)), Kind.DATE_CONFLICT).certainty == "possible"


def test_a_denial_of_custody_is_contradicted_by_who_saw_him_held_if_the_holder_answered_to_the_denier():
    denial = state(act="custody_denied", stated_on="1977-10-04")
    found = finding(examined(ARREST, denial, accusation=()), Kind.DENIAL_CONTRADICTED)
    assert (found.certainty, found.statements) == ("on_presumption", ("S002", "S001"))
    assert any("answered to" in one for one in found.presumptions)


def test_a_denial_is_irreconcilable_with_the_denier_s_own_record_of_the_arrest():
    denial = state(act="custody_denied", stated_on="1977-10-04")
    own = state(act="detained", when="1977-08-01", place=MONTEVIDEO, speaker="the army")
    assert finding(examined(own, denial), Kind.DENIAL_CONTRADICTED).certainty == "certain"


def test_a_denial_is_not_contradicted_by_custody_in_another_country():
    abroad = {"act": "detained", "when": "1976-07-25", "place": "Rosario, Argentina"}
    denial = state(act="custody_denied", when="1976-07-20/1976-08-30", stated_on="1976-09-01", place="Uruguay")
    result = examined(abroad, denial, accusation=(2,))
    assert Kind.DENIAL_CONTRADICTED not in kinds(result)
    assert result.belief.must_be_wrong == 0


def test_a_release_told_by_the_family_stands_even_if_he_is_seen_in_custody_months_later():
    release = {"act": "released", "when": "1977-08-20", "side": "family"}
    notice = state(act="wanted", when="1977-09-25", stated_on="1977-09-25")
    later = {"act": "seen_in_custody", "when": "1977-11", "place": MONTEVIDEO}
    found = kinds(examined(ARREST, release, notice, later, accusation=(3,)))
    assert Kind.ACCUSATION_AFTER_CUSTODY not in found
    assert Kind.CUSTODY_CONFLICT not in found


def test_a_sham_release_that_is_itself_the_accusation_is_found():
    sham = state(act="released", when="1977-07-01", place=MONTEVIDEO, stated_on="1977-07-02")
    arrest = ARREST | {"when": "1977-06-01"}
    seen = [{"act": "seen_in_custody", "when": when, "place": MONTEVIDEO} for when in ("1977-07-20", "1977-08-10")]
    found = finding(examined(arrest, sham, *seen, accusation=(2,)), Kind.CUSTODY_CONFLICT)
    assert (found.certainty, set(found.statements)) == ("on_presumption", {"S002", "S003", "S004"})


def test_a_release_that_is_set_aside_is_never_called_missing():
    sham = state(act="released", when="1977-08-05", place=MONTEVIDEO)
    still = {"act": "seen_in_custody", "when": "1977-08-20", "place": MONTEVIDEO}
    for found in examined(ARREST, sham, still, FLIGHT, accusation=(4,)).findings:
        said = " ".join([found.explanation, *found.presumptions])
        assert "o release" not in said


def test_a_burial_does_not_make_one_of_two_conflicting_deaths_the_only_one():
    june = {"act": "died", "when": "1976-06-01/1976-06-05", "side": "commission"}
    december = {"act": "died", "when": "1976-12"}
    burial = {"act": "buried", "when": "1976-06"}
    notice = state(act="wanted", when="1976-09", stated_on="1976-09")
    assert finding(examined(june, december, burial, notice, accusation=(4,)), Kind.ACT_AFTER_DEATH).certainty == "possible"


def test_whoever_tells_a_death_is_never_said_to_hold_him():
    escape = state(act="escaped", when="1977-08-10", place=MONTEVIDEO)
    died = {"act": "died", "when": "1977-08-05", "place": MONTEVIDEO, "speaker": "the doctor"}
    for found in examined(ARREST, died, escape, accusation=(3,)).findings:
        custody = found.explanation.partition("In custody according to: ")[2].partition(".")[0]
        assert "doctor" not in custody


def test_a_transfer_to_the_issuer_s_country_is_custody_by_the_issuer_on_presumption():
    taken = {"act": "detained", "when": "1976-07-20", "place": "Rosario, Argentina"}
    handed = {"act": "transferred", "when": "1976-07-24", "place": "Rosario, Argentina", "to_place": MONTEVIDEO}
    notice = state(act="wanted", when="1976-09-01", stated_on="1976-09-01", place="Uruguay")
    result = examined(taken, handed, notice, accusation=(3,))
    assert finding(result, Kind.CUSTODY_CONFLICT).certainty == "on_presumption"
    assert result.belief.with_presumptions >= 1


def test_a_presence_far_away_on_the_day_of_the_claim_is_open_and_an_hour_would_decide_it():
    claim = state(body="Russia", act="departed", when="2017-01-05", place="Grozny, Russia", to_place="Syria")
    clinic = {"act": "present", "when": "2017-01-05", "place": "Warsaw, Poland"}
    result = examined(clinic, claim, accusation=(2,))
    found = finding(result, Kind.PRESENCE_CONFLICT)
    assert (found.certainty, found.bears_on) == ("possible", "accusation")
    assert any("km apart" in line for line in found.arithmetic)
    assert "no support" in result.belief.sentence


def test_a_register_that_shows_him_throughout_excludes_the_claim():
    claim = state(body="Russia", act="departed", when="2017-01-05", place="Grozny, Russia", to_place="Syria")
    hostel = {"act": "present", "when": "2017-01-03/2017-01-09", "place": "Warsaw, Poland", "circumstances": "throughout=true"}
    result = examined(hostel, claim, accusation=(2,))
    assert finding(result, Kind.PRESENCE_CONFLICT).certainty == "certain"
    assert result.belief.must_be_wrong == 1


def test_the_headline_names_the_claim_that_the_evidence_strikes():
    first = state(act="wanted", when="1976-03-10", stated_on="1976-03-10")
    again = state(act="wanted", when="1976-11-10", stated_on="1976-11-10")
    died = {"act": "died", "when": "1976-07-01", "place": MONTEVIDEO}
    sentence = examined(died, first, again, accusation=(2, 3)).belief.sentence
    assert "10 November 1976" in sentence


def test_an_accusation_of_another_person_is_listed_as_kept_apart():
    other = NOTICE | {"person": "forty men of Argun"}
    result = examined(ARREST, other, accusation=(2,))
    assert [(one.reason, one.statements) for one in result.belief.excluded] == [("another_person", ("S002",))]


def test_without_an_accusation_the_sentence_says_so():
    assert "No statement is listed as the accusation" in examined(ARREST).belief.sentence


def test_a_register_of_a_business_is_its_own_source_and_repeats_nobody():
    claim = state(body="Russia", act="departed", when="2017-01-05", place="Grozny, Russia", to_place="Syria", stated_on="2017-01-20")
    clinic = {"act": "present", "when": "2017-01-03/2017-01-09", "place": "Warsaw, Poland", "circumstances": "throughout=true",
              "stated_on": "2017-01-10"}  # fmt: skip
    hostel = clinic | {"side": "other", "how_known": "official_record", "stated_on": "2017-02-01", "speaker": "a hostel"}
    assert examined(clinic, hostel, claim, accusation=(3,)).belief.must_be_wrong == 2


def test_a_denial_for_the_time_after_a_recorded_release_is_not_contradicted():
    release = {"act": "released", "when": "1977-08-20"}
    denial = state(act="custody_denied", when="1977-10", stated_on="1977-10-04")
    assert Kind.DENIAL_CONTRADICTED not in kinds(examined(ARREST, release, denial))


def test_denials_of_other_acts_are_covered():
    search = {"act": "searched_premises", "when": "1977-08-02", "place": MONTEVIDEO}
    denial = state(act="searched_premises", denied="true", when="1977-08", place=MONTEVIDEO)
    assert Kind.DENIAL_CONTRADICTED in kinds(examined(search, denial))


def test_presence_in_two_places_within_a_stretch_is_irreconcilable_and_says_the_places():
    there = {"act": "held_at", "when": "2017-01-03/2017-01-09", "place": "Warsaw, Poland"}
    here = state(act="present", body="Russia", when="2017-01-06", place="Grozny, Russia")
    found = finding(examined(there, here, accusation=(2,)), Kind.PRESENCE_CONFLICT)
    assert found.certainty == "certain"
    assert any("Warsaw" in line for line in found.arithmetic)


def test_two_towns_on_one_day_are_no_contradiction():
    one = {"act": "present", "when": "2017-01-06", "place": "Grozny, Russia"}
    two = {"act": "present", "when": "2017-01-06", "place": "Raqqa, Syria"}
    assert Kind.PRESENCE_CONFLICT not in kinds(examined(one, two))


def test_two_towns_of_one_country_within_minutes_are_a_contradiction():
    one = {"act": "present", "when": "1977-08-01T10:00", "place": "Montevideo, Uruguay"}
    two = {"act": "present", "when": "1977-08-01T10:05", "place": "Salto, Uruguay"}
    found = finding(examined(one, two), Kind.PRESENCE_CONFLICT)
    assert (found.certainty, found.bears_on) == ("certain", BearsOn.OWN_ACCOUNT)


def test_at_a_practical_pace_it_is_hard_to_reconcile():
    one = {"act": "present", "when": "1977-08-01T10:00", "place": "Montevideo, Uruguay"}
    two = {"act": "present", "when": "1977-08-01T11:00", "place": "Salto, Uruguay"}
    found = finding(examined(one, two), Kind.PRESENCE_CONFLICT)
    assert found.certainty == "improbable"
    assert "km/h" in found.presumptions[0]


def test_the_practical_pace_is_edited_in_the_case():
    one = {"act": "present", "when": "1977-08-01T10:00", "place": "Montevideo, Uruguay"}
    two = {"act": "present", "when": "1977-08-01T11:00", "place": "Salto, Uruguay"}
    assert Kind.PRESENCE_CONFLICT not in kinds(examined(one, two, pace=(("ground_kmh", 900),)))


def test_a_place_known_only_as_a_country_conflicts_with_little():
    one = {"act": "present", "when": "1977-08-01T10:00", "place": "Uruguay"}
    two = {"act": "present", "when": "1977-08-01T10:05", "place": "Salto, Uruguay"}
    assert Kind.PRESENCE_CONFLICT not in kinds(examined(one, two))


def test_a_border_dispute_is_never_a_contradiction():
    one = {"act": "held_at", "when": "2015-01-01/2015-12-31", "place": "Simferopol"}
    two = {"act": "present", "when": "2015-06-01", "place": "Ukraine"}
    assert Kind.PRESENCE_CONFLICT not in kinds(examined(one, two))


def test_a_state_that_reverses_itself_shifts_its_version():
    arrived = state(body="Argentina", act="present", when="1977-09-22", place="Argentina")
    never = state(body="Argentina", act="present", denied="true", when="1977-09-22/1977-12-10", place="Argentina")
    found = finding(examined(FLIGHT, arrived, never, accusation=(1,)), Kind.SHIFTING_VERSION)
    assert set(found.statements) == {"S002", "S003"}


def test_details_that_move_are_a_shift_even_where_the_claim_stands():
    other_seat = FLIGHT | {"identifiers": "seat=12A"}
    found = finding(examined(FLIGHT | {"identifiers": "seat=50D"}, other_seat, accusation=(1, 2)), Kind.SHIFTING_VERSION)
    assert "seat" in found.explanation


def test_reports_of_one_disappearance_with_three_dates_are_an_open_date_conflict():
    rows = [{"act": "appeal_sent", "when": f"1977-08-0{day}", "place": MONTEVIDEO, "side": "family"} for day in (1, 3, 4)]
    found = finding(examined(*rows), Kind.DATE_CONFLICT)
    assert (found.certainty, len(found.statements)) == ("possible", 3)


def test_identifiers_that_differ_from_the_persons_own_are_a_conflict():
    paper = FLIGHT | {"identifiers": "birth_date=1938-11-13"}
    result = examined(paper, accusation=(1,), identifiers=(("birth_date", "1908-11-13"),))
    assert Kind.IDENTITY_CONFLICT in kinds(result)


def test_a_bare_year_of_birth_agrees_with_its_days():
    paper = FLIGHT | {"identifiers": "birth_date=1908"}
    assert Kind.IDENTITY_CONFLICT not in kinds(examined(paper, accusation=(1,), identifiers=(("birth_date", "1908-11-13"),)))


def test_an_accusation_first_recorded_after_a_complaint_follows_it():
    complaint = {"act": "appeal_sent", "when": "1977-09-27", "side": "family"}
    assert finding(examined(complaint, FLIGHT, accusation=(2,)), Kind.ACCUSATION_FOLLOWS).certainty == "on_presumption"


def test_an_accusation_recorded_before_the_complaint_does_not_follow_it():
    complaint = {"act": "appeal_sent", "when": "1977-11-27", "side": "family"}
    assert Kind.ACCUSATION_FOLLOWS not in kinds(examined(complaint, FLIGHT, accusation=(2,)))


def test_offices_of_one_state_are_one_voice():
    other = FLIGHT | {"speaker": "the police"}
    assert Kind.SINGLE_ORIGIN in kinds(examined(FLIGHT, other, accusation=(1, 2)))


def test_what_supports_the_accusation_is_found_first():
    agreeing = {"act": "departed", "when": "1977-09-22", "place": MONTEVIDEO, "to_place": "Buenos Aires, Argentina", "side": "press"}
    found = finding(examined(FLIGHT, agreeing, accusation=(1,)), Kind.SUPPORTS_ACCUSATION)
    assert found.statements[0] == "S002"


def test_an_accusation_without_date_or_act_is_called_untestable():
    vague = state(act="wanted", when="../2017-08")
    result = examined(vague, accusation=(1,))
    assert kinds(result)[Kind.UNTESTABLE] == "certain"
    assert result.belief.must_be_wrong == 0
    assert "nothing that can be tested" in result.belief.sentence


def test_findings_keep_their_ids_when_evidence_is_added():
    before = {f.kind: f.id for f in examined(ARREST, FLIGHT, accusation=(2,)).findings}
    more = {"act": "seen_in_custody", "when": "1977-08-15", "place": MONTEVIDEO}
    after = {f.kind: (f.id, f.inputs) for f in examined(ARREST, FLIGHT, more, accusation=(2,)).findings}
    assert all(after[kind][0] == one for kind, one in before.items())


def test_a_relative_date_fires_like_any_other_and_brings_along_what_dates_it():
    told = {"act": "held_at", "when": "@S001+P52D", "place": MONTEVIDEO}
    found = finding(examined(ARREST, told, NOTICE | {"when": "1977-10-01"}, accusation=(3,)), Kind.ACCUSATION_AFTER_CUSTODY)
    assert set(found.statements) == {"S001", "S002", "S003"}


def test_the_sentence_names_every_claim_that_its_figure_counts_against_and_a_repeat_once():
    gone = state(act="departed", when="1977-09-22", stated_on="1977-10-02", place="Montevideo, Uruguay", to_place="Buenos Aires, Argentina")
    again = gone | {"when": "1977-09", "stated_on": "1977-10-05", "speaker": "another office"}
    wanted = state(act="wanted", when="1978-03-01", stated_on="1978-03-01")
    mother = {"act": "departed", "denied": "true", "when": "1977-09-22", "place": "Montevideo, Uruguay", "speaker": "the mother"}
    cellmate = {"act": "held_at", "when": "1978-02-25/1978-03-05", "place": "Montevideo, Uruguay", "speaker": "a cellmate",
                "circumstances": "by=Uruguay"}  # fmt: skip
    both = examined(gone, wanted, again, mother, cellmate, accusation=(1, 2, 3)).belief
    assert both.must_be_wrong == 2
    assert "left Montevideo for Buenos Aires on 22 September 1977 and that A. B. was at large and wanted on 1 March 1978" in both.sentence
    alone = examined(gone, again, mother, cellmate, accusation=(1, 2)).belief
    assert alone.must_be_wrong == 1 and "and that" not in alone.sentence and "wanted" not in alone.sentence


def test_every_set_that_the_figure_counts_cannot_be_true_with_the_claims_that_the_sentence_names_and_none_is_named_for_nothing():
    told = 0
    for seed in range(120):
        made, places = small_case(random.Random(seed), 8)
        record = Record(made, places)
        weighing = Weighing(record, made)
        for version in weighing.versions():
            for network in (record.certain, record.presumed):
                found = weighing.weigh(network, version)
                named = _named_claims(record, network, version, found)
                assert all(_excluded(network, named, some) for some in found.against)
                assert not any(
                    all(_excluded(network, [c for c in named if c != one], some) for some in found.against) for one in named if len(named) > 1
                )
                told += bool(found.against)
    assert told > 40
