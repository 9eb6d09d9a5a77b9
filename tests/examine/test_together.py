"""What only several statements exclude together is told as one story, by its shortest set, with what would mend it."""

import pytest
from simulators.people import examined, state

from habeas.domain.finding import Kind

MONTEVIDEO, SALTO = "Montevideo, Uruguay", "Salto, Uruguay"
MORNING = {"act": "present", "when": "1977-05-02T08:00/1977-05-02T09:00", "place": MONTEVIDEO, "speaker": "the wife"}
NOON = {"act": "present", "when": "1977-05-02T10:30/1977-05-02T11:30", "place": SALTO, "speaker": "the clerk"}
AFTERNOON = {"act": "present", "when": "1977-05-02T13:00/1977-05-02T13:15", "place": MONTEVIDEO, "speaker": "the neighbour"}


def together(*rows, **fields):
    return [one for one in examined(*rows, **fields).findings if "not all together" in one.explanation]


def test_a_journey_of_two_legs_of_which_each_can_be_made_and_both_cannot():
    (found,) = together(MORNING, NOON, AFTERNOON)
    assert (found.kind, found.certainty, found.bears_on) == (Kind.PRESENCE_CONFLICT, "improbable", "own_account")
    assert set(found.statements) == {"S001", "S002", "S003"}
    assert found.arithmetic == (
        "S001: Montevideo, 2 May 1977, 08:00 to 2 May 1977, 09:00",
        "S002: Salto, 2 May 1977, 10:30 to 2 May 1977, 11:30",
        "S003: Montevideo, 2 May 1977, 13:00 to 2 May 1977, 13:15",
        "from the place of S001 to that of S002: at least 265 km, 159 minutes",
        "from the place of S002 to that of S003: at least 265 km, 159 minutes",
        "in this order S003 cannot be before 2 May 1977, 13:18, and is dated until 2 May 1977, 13:15; no other order fits either",
    )
    assert found.would_change[0] == "the rest can be true once any one of these is set aside: S001; S002; S003"


@pytest.mark.parametrize("left_out", range(3))
def test_any_two_of_them_are_no_finding(left_out):
    rows = [MORNING, NOON, AFTERNOON]
    del rows[left_out]
    assert not together(*rows)


def test_the_order_of_the_rows_changes_nothing():
    rows = (MORNING, NOON, AFTERNOON)
    one, other = (together(*some)[0] for some in (rows, rows[::-1]))
    assert (one.kind, one.certainty, len(one.arithmetic)) == (other.kind, other.certainty, len(other.arithmetic))


def test_days_counted_from_one_event_can_contradict_a_paper_through_the_chain():
    """She was taken in May; a fortnight later a cellmate saw her; the state has her abroad all June and says that she was taken after the 20th."""
    taken = state(body="Uruguay", act="detained", when="1977-05-20/1977-05-31", place=SALTO)
    seen = {"act": "seen_in_custody", "when": "@S001+P14D", "place": SALTO, "speaker": "a cellmate"}
    abroad = state(
        body="Uruguay", act="present", when="1977-06-01T00:00/1977-06-30T00:00", place="Buenos Aires, Argentina", circumstances="throughout=true"
    )
    findings = [one for one in examined(taken, seen, abroad, accusation=(3,)).findings if one.certainty == "certain"]
    assert any(set(one.statements) == {"S001", "S002", "S003"} for one in findings)


def test_the_clients_own_contradiction_is_not_told_with_the_accusations():
    state_row = {"act": "present", "when": "1977-05-02T12:40/1977-05-02T12:45", "place": "Florida, Uruguay", "speaker": "the police", "side": "state"}
    for rows in ((state_row, MORNING, NOON, AFTERNOON), (MORNING, NOON, AFTERNOON, state_row)):
        for one in together(*rows):
            police = f"S00{rows.index(state_row) + 1}"
            assert (police in one.statements) == (one.bears_on == "accusation")


def test_every_finding_has_an_id_of_its_own():
    rows = [MORNING, NOON, AFTERNOON, AFTERNOON | {"when": "1977-05-02T11:00/1977-05-02T11:05", "speaker": "another"}]
    ids = [one.id for one in examined(*rows).findings]
    assert len(set(ids)) == len(ids)


def test_what_two_say_alone_is_not_told_again():
    rival = {"act": "present", "when": "1977-05-02T08:30", "place": "Buenos Aires, Argentina", "speaker": "the police", "side": "state"}
    same = {"act": "present", "when": "1977-05-02T08:30", "place": MONTEVIDEO}
    assert not together(rival, same, {"act": "present", "when": "1977-05-02T08:30", "place": MONTEVIDEO})
