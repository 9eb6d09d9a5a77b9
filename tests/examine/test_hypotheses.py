"""The matrix of competing hypotheses: a view of what the engine found, in which nothing is weighed."""

from simulators.people import case, state

from habeas.examine.hypotheses import Cell, matrix
from habeas.examine.record import Record
from habeas.intake.gazetteer import understand

MONTEVIDEO = "Montevideo, Uruguay"
FLIGHT = state(act="departed", when="1977-09-22", place=MONTEVIDEO, to_place="Buenos Aires, Argentina", stated_on="1977-10-04")
LATER = FLIGHT | {"when": "1977-11-30", "event": "flight"}
HELD = {"act": "held_at", "when": "1977-09-01/1977-10-01", "place": MONTEVIDEO}
ARREST = {"act": "detained", "when": "1977-08-01", "place": MONTEVIDEO}
SAME = {"act": "departed", "when": "1977-09-22", "place": MONTEVIDEO, "to_place": "Buenos Aires, Argentina"}
SILENT = {"act": "appeal_sent", "when": "1977-12-01"}


def matrix_of(*rows, **fields):
    made = case(*rows, **fields)
    return matrix(Record(made, understand(made)), made)


def test_each_cell_says_what_the_statement_says_of_the_hypothesis():
    found = matrix_of(FLIGHT, HELD, ARREST, SAME, SILENT, accusation=(1,))
    assert len(found.hypotheses) == 2
    assert found.hypotheses[1] == f"it is not so that {found.hypotheses[0]}"
    assert {row.statement: row.cells for row in found.rows} == {
        "S002": (Cell.EXCLUDES, Cell.AGREES), "S003": (Cell.EXCLUDES_PRESUMED, Cell.AGREES), "S004": (Cell.AGREES, Cell.EXCLUDES),
    }  # fmt: skip


def test_versions_that_cannot_both_be_true_are_hypotheses_of_their_own():
    found = matrix_of(FLIGHT | {"event": "flight"}, LATER, HELD, accusation=(1, 2))
    assert len(found.hypotheses) == 3
    (row,) = found.rows
    assert sorted(row.cells[:2]) == [Cell.EXCLUDES, Cell.EXCLUDES_PRESUMED]  # it lasted until November, if nothing ended it


def test_an_accusation_that_cannot_be_tested_gives_no_matrix():
    assert matrix_of(state(act="other", when="1977"), HELD, accusation=(1,)).rows == ()
