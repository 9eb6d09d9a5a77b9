"""What would settle it: for what is open or presumed, the record, day, hour, place or holder which, known, decides."""

import msgspec
from simulators.people import case, examined, state

from habeas.domain.finding import Asks, Certainty, Kind
from habeas.domain.when import parse_when
from habeas.examine.examination import examine
from habeas.examine.settling import questions
from habeas.intake.gazetteer import understand

MONTEVIDEO, BUENOS_AIRES = "Montevideo, Uruguay", "Buenos Aires, Argentina"
ARREST = {"act": "detained", "when": "1977-08-01", "place": MONTEVIDEO}
FLIGHT = state(act="departed", when="1977-09-22", place=MONTEVIDEO, to_place=BUENOS_AIRES, stated_on="1977-10-04")
NOTICE = state(act="wanted", when="1977-09-01", stated_on="1977-09-01", place="Uruguay")


def asked(*rows, **fields):
    made = case(*rows, **fields)
    places = understand(made)
    return made, places, questions(made, places, examine(made, places))


def test_a_presumption_asks_for_the_record_of_how_long_custody_lasted():
    _, _, found = asked(ARREST, FLIGHT, accusation=(2,))
    first = found[0]
    assert (first.asks, first.statements) == (Asks.RECORD, ("S001", "S002"))
    assert "1 August 1977" in first.words and "22 September 1977" in first.words


def test_a_notice_asks_who_held_the_person_where_nobody_is_named():
    _, _, found = asked(ARREST, NOTICE, accusation=(2,))
    assert any(one.asks is Asks.HOLDER and one.statements == ("S001",) for one in found)


def test_an_open_order_asks_for_the_day_and_says_on_how_many_days_it_decides():
    arrest = ARREST | {"when": "1977-09"}
    made, places, found = asked(arrest, NOTICE | {"when": "1977-09-15"}, accusation=(2,))
    (day,) = [one for one in found if one.asks is Asks.DAY and one.statements == ("S001",)]
    assert day.of == 30
    assert day.firm > 0 and day.falls > 0 and day.firm + day.falls <= day.of
    outcome = []
    for number in range(1, 31):
        narrowed = msgspec.structs.replace(made.statements[0], when=parse_when(f"1977-09-{number:02}"))
        again = examine(msgspec.structs.replace(made, statements=(narrowed, made.statements[1])), places)
        outcome.append(next((one.certainty for one in again.findings if one.kind is Kind.ACCUSATION_AFTER_CUSTODY), None))
    assert day.falls == outcome.count(None)
    assert day.firm == outcome.count(Certainty.ON_PRESUMPTION)


def test_two_towns_on_one_day_ask_for_the_hours():
    here = {"act": "present", "when": "1977-09-22", "place": "Salto, Uruguay"}
    _, _, found = asked(here, FLIGHT, accusation=(2,))
    assert {one.statements for one in found if one.asks is Asks.HOUR} <= {("S001",), ("S002",)}


def test_whatever_is_open_or_presumed_has_a_question():
    prompted = {"act": "appeal_sent", "when": "1977-08-20"}
    examination = examined(ARREST, prompted, FLIGHT, NOTICE, accusation=(3, 4))
    open_ = {one.id for one in examination.findings if one.certainty in (Certainty.POSSIBLE, Certainty.ON_PRESUMPTION)}
    _, _, found = asked(ARREST, prompted, FLIGHT, NOTICE, accusation=(3, 4))
    assert len(open_) > 2
    assert open_ == {finding for one in found for finding in one.findings}


def test_what_is_certain_asks_nothing():
    held = {"act": "held_at", "when": "1977-09-01/1977-10-01", "place": MONTEVIDEO}
    examination = examined(held, FLIGHT, accusation=(2,))
    sure = {one.id for one in examination.findings if one.certainty is Certainty.CERTAIN}
    _, _, found = asked(held, FLIGHT, accusation=(2,))
    assert not sure & {finding for one in found for finding in one.findings}


def test_what_decides_more_findings_about_the_accusation_comes_first():
    _, _, found = asked(ARREST, FLIGHT, NOTICE, accusation=(2, 3))
    counts = [len(one.findings) for one in found]
    assert counts == sorted(counts, reverse=True)
