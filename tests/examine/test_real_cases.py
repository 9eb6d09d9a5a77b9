"""The engine on real, public, historical case files, against what an analyst wrote by hand before it existed."""

import pytest
from bench_accuracy import score

from habeas.domain.finding import BearsOn, Certainty, Kind
from habeas.services.examining import examine_folder


@pytest.fixture(scope="module")
def castro(cases):
    return examine_folder(cases / "castro-1977").examination


def test_castro_costs_two_voices_to_believe_four_with_custody_presumed_and_one_to_deny(castro):
    belief = castro.belief
    assert (belief.must_be_wrong, belief.with_presumptions, belief.to_deny) == (2, 4, 1)
    assert (belief.exact, belief.if_unknown_merged, belief.carriers) == (True, 1, 1)


def test_castro_s_two_voices_are_the_passenger_and_the_commission(castro):
    assert [point.statements for point in castro.belief.points] == [("S022",), ("S038",)]


def test_what_the_army_admitted_in_2005_is_printed_apart(castro):
    assert set(castro.belief.admitted) >= {"S039", "S040"}


def test_most_of_what_the_analyst_found_is_found_and_nothing_else(cases):
    total = score(sorted(path.parent for path in cases.glob("*/expected.csv")))
    hits, missed, extra = total.hits.total(), total.missed.total(), total.unconfirmed.total()
    assert hits / (hits + missed) >= 0.85
    assert hits / (hits + extra) >= 0.9
    assert total.false_certain == []


def test_an_analyst_writes_one_to_thirteen_findings_a_case_and_so_does_the_program(cases):
    for folder in cases.iterdir():
        if (folder / "case.toml").exists():
            findings = examine_folder(folder).examination.findings
            assert 1 <= len([f for f in findings if f.kind not in (Kind.SINGLE_ORIGIN, Kind.UNTESTABLE)] or findings) <= 15


def test_an_accusation_of_many_unnamed_people_names_little_that_can_be_tested(cases):
    examination = examine_folder(cases / "chechnya-2017").examination
    assert Kind.UNTESTABLE in {finding.kind for finding in examination.findings}
    assert not [f for f in examination.findings if f.certainty is Certainty.CERTAIN and f.kind is not Kind.UNTESTABLE]
    assert examination.belief.must_be_wrong == 0


def test_what_concerns_the_family_s_dates_is_for_counsel_alone(castro):
    dates = [finding for finding in castro.findings if finding.kind is Kind.DATE_CONFLICT]
    assert dates
    assert all(finding.bears_on is BearsOn.OWN_ACCOUNT for finding in dates)
