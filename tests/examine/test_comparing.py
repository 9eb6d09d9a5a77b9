"""A re-run after new evidence says what appeared, what fell, and which statement brought it about."""

import msgspec
from simulators.people import case, state

from habeas.domain.case import Decision, Review
from habeas.domain.finding import Changed, Kind
from habeas.examine.comparing import State, compare
from habeas.examine.examination import examine
from habeas.intake.gazetteer import understand

MONTEVIDEO = "Montevideo, Uruguay"
ARREST = {"act": "detained", "when": "1977-08-01", "place": MONTEVIDEO}
FLIGHT = state(act="departed", when="1977-09-22", place=MONTEVIDEO, to_place="Buenos Aires, Argentina", stated_on="1977-10-04")
RELEASE = {"act": "released", "when": "1977-08-20", "place": MONTEVIDEO, "side": "family"}
HELD = {"act": "held_at", "when": "1977-09-01/1977-10-01", "place": MONTEVIDEO}
APPEAL = {"act": "appeal_sent", "when": "1979-01-01"}


def stood(*rows, **fields):
    made = case(*rows, **fields)
    places = understand(made)
    return State(case=made, places=places, examination=examine(made, places))


def outcome(changes, kind):
    return [(one.how, one.because) for one in changes.changes if one.kind is kind]


def test_nothing_new_changes_nothing():
    same = stood(ARREST, FLIGHT, accusation=(2,))
    found = compare(same, same)
    assert not (found.touched or found.changes or found.stale)


def test_a_release_makes_findings_fall_and_is_named_as_the_reason():
    found = compare(stood(ARREST, FLIGHT, accusation=(2,)), stood(ARREST, FLIGHT, RELEASE, APPEAL, accusation=(2,)))
    assert found.touched == ("S003", "S004")
    assert outcome(found, Kind.CUSTODY_CONFLICT) == [(Changed.FELL, ("S003",))]


def test_a_firmer_source_makes_a_finding_firmer():
    found = compare(stood(ARREST, FLIGHT, accusation=(2,)), stood(ARREST, FLIGHT, APPEAL, HELD, accusation=(2,)))
    assert outcome(found, Kind.CUSTODY_CONFLICT) == [(Changed.FIRMER, ("S004",))]
    assert found.must_be_wrong == (0, 1)


def test_what_is_taken_out_or_corrected_is_a_reason_too():
    before, after = stood(ARREST, HELD, FLIGHT, accusation=(3,)), stood(ARREST, HELD | {"when": "1977-10-05/1977-10-09"}, FLIGHT, accusation=(3,))
    assert outcome(compare(before, after), Kind.CUSTODY_CONFLICT) == [(Changed.WEAKER, ("S002",))]
    fewer = msgspec.structs.replace(before.case, statements=(before.case.statements[0], before.case.statements[2]))
    gone = State(case=fewer, places=before.places, examination=examine(fewer, before.places))
    assert outcome(compare(before, gone), Kind.CUSTODY_CONFLICT) == [(Changed.WEAKER, ("S002",))]


def test_what_only_several_bring_about_is_told_of_them_all():
    two = [RELEASE, RELEASE | {"speaker": "a neighbour", "when": "1977-08-21"}]
    found = compare(stood(ARREST, FLIGHT, accusation=(2,)), stood(ARREST, FLIGHT, *two, accusation=(2,)))
    assert outcome(found, Kind.CUSTODY_CONFLICT) == [(Changed.FELL, ("S003", "S004"))]


def test_a_review_given_for_other_inputs_is_named_as_stale():
    before = stood(ARREST, FLIGHT, accusation=(2,))
    (finding,) = [one for one in before.examination.findings if one.kind is Kind.CUSTODY_CONFLICT]
    review = Review(finding=finding.id, decision=Decision.CONFIRMED, reviewer="R", inputs=finding.inputs)
    assert compare(before, stood(ARREST, FLIGHT, APPEAL, accusation=(2,), reviews=(review,))).stale == ()
    assert compare(before, stood(ARREST, FLIGHT, HELD, accusation=(2,), reviews=(review,))).stale == (finding.id,)
