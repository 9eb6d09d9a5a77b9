"""Pairs of voices: which nobody has judged, what the file shows that they share, and who passes on whom."""

from simulators.people import case, state

from habeas.domain.case import Tie
from habeas.examine.independence import Hint, pairs, passings
from habeas.intake.gazetteer import understand

MONTEVIDEO = "Montevideo, Uruguay"
FLIGHT = state(act="departed", when="1977-09-22", place=MONTEVIDEO, to_place="Buenos Aires, Argentina", stated_on="1977-10-04")
HELD = {"act": "held_at", "when": "1977-09-01/1977-10-01", "place": MONTEVIDEO}


def pairs_of(*rows, **fields):
    made = case(*rows, **fields)
    return pairs(made, understand(made))


def test_only_voices_that_the_cost_of_belief_rests_on_are_paired():
    elsewhere = {"act": "present", "when": "1977-01-01", "place": MONTEVIDEO, "speaker": "a neighbour"}
    found = pairs_of(HELD | {"speaker": "Ana"}, HELD | {"speaker": "Bruno"}, elsewhere, FLIGHT, accusation=(4,))
    assert [(one.voice, one.other, one.relation) for one in found] == [("Ana", "Bruno", None)]


def test_what_two_share_is_a_hint_and_no_judgement():
    one = HELD | {
        "speaker": "Ana",
        "relayed_by": "The Daily Post",
        "exhibit": "1",
        "stated_on": "1985-03-01",
        "circumstances": "present=an interpreter",
    }
    other = one | {"speaker": "Bruno", "relayed_by": "the daily post < Ana"}
    (pair,) = pairs_of(one, other, FLIGHT, accusation=(3,))
    assert pair.relation is None
    assert [hint for hint, _ in pair.hints] == [
        Hint.RELAYED_TOGETHER, Hint.SPEAKS_THROUGH, Hint.ONE_EXHIBIT, Hint.SAME_DAY, Hint.SAME_WITNESSES,
    ]  # fmt: skip


def test_what_a_person_judged_is_told_with_it_and_unknown_pairs_come_first():
    rows = [HELD | {"speaker": name} for name in ("Ana", "Bruno", "Carla")]
    found = pairs_of(*rows, FLIGHT, accusation=(4,), ties=(("Ana", "Bruno", "independent"),))
    assert [one.relation for one in found] == [None, None, Tie.INDEPENDENT]


def test_a_chain_is_told_link_by_link():
    told = case(HELD | {"speaker": "Ana", "relayed_by": "The Daily Post < Bruno"}, HELD | {"speaker": "Ana", "relayed_by": "Bruno"})
    assert [(one.relay, one.voice, one.statements) for one in passings(told)] == [
        ("The Daily Post", "Bruno", ("S001",)), ("Bruno", "Ana", ("S001", "S002")),
    ]  # fmt: skip
