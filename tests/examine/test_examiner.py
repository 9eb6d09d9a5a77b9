"""Examining again after a change gives what examining from scratch gives: whatever was added, edited, moved or taken out."""

import random

import msgspec
import pytest
from generator import large_case, small_case
from simulators.people import case, state

from habeas.domain.when import parse_when
from habeas.examine.examination import Examiner, examine
from habeas.examine.network import differing
from habeas.examine.record import Record
from habeas.intake.gazetteer import understand


def part(case, statements):
    """The case with some of its statements, in some order."""
    ids = {one.id for one in statements}
    return msgspec.structs.replace(case, statements=tuple(statements), accusation=tuple(one for one in case.accusation if one in ids))


def changed(draw, case):
    """One more state of a case, as a caseworker might make it."""
    rows = list(case.statements)
    at = draw.randrange(len(rows))
    other = rows[draw.randrange(len(rows))]
    match draw.choice(["remove", "date", "relative", "open", "place", "accuse", "swap", "deny", "end"]):
        case "relative" if rows[at].id != other.id and (other.when is None or other.when.relative is None):
            shift = draw.choice([f"@{other.id}+P3D", f"<@{other.id}", f">@{other.id}", f"@{other.id}-P2W"])
            rows[at] = msgspec.structs.replace(rows[at], when=parse_when(shift))
        case "open":
            rows[at] = msgspec.structs.replace(rows[at], when=parse_when(draw.choice(["2017-04-25/..", "../2017-04-25", "2016", "2017-01-19"])))
        case "remove" if len(rows) > 2:
            rows.pop(at)
        case "date":
            rows[at] = msgspec.structs.replace(rows[at], when=other.when if other.when is None or other.when.relative is None else rows[at].when)
        case "place":
            rows[at] = msgspec.structs.replace(rows[at], place=other.place)
        case "accuse":
            case = msgspec.structs.replace(case, accusation=tuple({*case.accusation, rows[at].id}))
        case "swap":
            rows[0], rows[at] = rows[at], rows[0]
        case "deny":
            rows[at] = msgspec.structs.replace(rows[at], denied=not rows[at].denied)
        case _:
            rows.append(rows.pop(at))
    return part(case, rows)


@pytest.mark.parametrize("seed", [*range(24), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(24, 200))])
def test_a_small_case_changed_again_and_again(seed):
    draw = random.Random(seed)
    case, places = small_case(draw, draw.randrange(3, 14))
    examiner = Examiner()
    for _ in range(6):
        assert examiner.examine(case, places) == examine(case, places)
        case = changed(draw, case)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_file_of_hundreds_of_statements_that_grows_and_is_corrected(seed):
    draw = random.Random(seed)
    whole, places = large_case(draw, 400)
    examiner = Examiner()
    for size in range(390, 401, 2):
        case = part(whole, whole.statements[:size])
        assert examiner.examine(case, places) == examine(case, places)
        case = changed(draw, case)
        assert examiner.examine(case, places) == examine(case, places)


def test_custody_told_by_another_date_meets_whoever_is_free_without_an_end():
    fill = [{"act": "present", "when": f"2010-0{month}-01", "place": "Moscow, Russia"} for month in range(1, 9)]
    claim = state(act="departed", when="2017-04-25/..", place="Moscow, Russia", body="Russia")
    wanted = state(body="Russia", act="wanted", when="2017-06-01")
    held = {"act": "detained", "when": "<@S002", "place": "Grozny, Russia"}
    whole = case(claim, {"act": "present", "when": "2017-01-19", "place": "Grozny, Russia"}, *fill, wanted, held, accusation=(1, 11))
    after = case(claim, {"act": "present", "when": "2017-01-19", "place": "Grozny, Russia"}, *fill, wanted, held | {"act": "present", "when": "2016"},
                 accusation=(1, 11))  # fmt: skip
    places = understand(whole)
    for states in ((whole, after), (after, whole), (whole, part(whole, whole.statements[:-1]), whole)):
        examiner = Examiner()
        for one in states:
            assert examiner.examine(one, places) == examine(one, places)


def test_of_one_more_statement_only_what_it_touches_is_looked_at_again():
    whole, places = large_case(random.Random(2), 400)
    before = Record(part(whole, whole.statements[:-1]), places)
    before.certain.kernel((), range(399))
    after = Record(whole, places, None, before)
    new = differing(before.nodes, after.nodes)
    assert 1 <= len(new) <= 2
    taken = set(after.certain._open)
    near = after.certain.around(new)
    assert taken == set(before.certain._open) - near and len(near) < 40


def test_a_record_that_took_over_leaves_the_earlier_one_as_it_was():
    whole, places = large_case(random.Random(3), 200)
    before = Record(part(whole, whole.statements[:-1]), places)
    found = before.certain.kernel((), range(199))
    for _ in range(2):
        Record(whole, places, None, before).certain.kernel((), range(200))
    assert before.certain.kernel((), range(199)) == found
