"""What need not be told is told coarser, and no finding changes by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.when import parse_when
from habeas.dossier.redact import redact
from habeas.examine.examination import examine
from habeas.intake.gazetteer import understand
from habeas.services.generalising import changed, chosen_cells, coarser_dates, coarser_places, generalise


@pytest.fixture
def castro(demo_case):
    return redact(demo_case).case


def strength(case, ids):
    found = examine(case, understand(case))
    return {one.id: one.certainty for one in found.findings if one.id in ids}, found.belief.must_be_wrong, found.belief.with_presumptions


def test_the_widest_comes_first():
    assert list(coarser_places("La Casona, Montevideo, Uruguay")) == ["Uruguay", "Montevideo, Uruguay"]
    assert list(coarser_dates("1977-08-01T10:30")) == ["1977", "1977-08", "1977-08-01"]
    assert list(coarser_dates("1977-08")) == ["1977"] and list(coarser_dates("1977")) == list(coarser_dates("1977-08-01/1977-08-03")) == []


@pytest.mark.slow
def test_all_that_is_proposed_holds_together_and_some_of_it_too(castro):
    ids = {one.id for one in examine(castro, understand(castro)).findings}
    offered = generalise(castro, ids)
    assert offered and strength(changed(castro, offered), ids) == strength(castro, ids)
    assert not {one.statement for one in offered} & set(castro.accusation)
    for half in (offered[: len(offered) // 2], offered[:1]):
        assert strength(changed(castro, half), ids) == strength(castro, ids)


@pytest.mark.slow
def test_nothing_but_the_ticked_cells_changes(castro):
    ids = {one.id for one in examine(castro, understand(castro)).findings}
    offered = generalise(castro, ids)
    ticked = chosen_cells(offered, [f"{offered[0].statement}.{offered[0].field}", "S999.place"])
    after = changed(castro, ticked)
    differ = [(a, b) for a, b in zip(castro.statements, after.statements) if a != b]
    assert len(ticked) == len(differ) == 1


@given(st.dates())
def test_a_coarser_date_covers_the_one_that_is_known(day):
    known = parse_when(day.isoformat())
    for text in coarser_dates(day.isoformat()):
        shown = parse_when(text)
        assert shown.lo <= known.lo and known.hi <= shown.hi
