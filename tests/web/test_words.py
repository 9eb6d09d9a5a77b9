"""What is wrong with a form is said by the names that its fields have there; what is wrong with a table by the row and column that stand in it."""

from habeas.domain.errors import Problem
from habeas.locale import speaking
from habeas.web.words import exhibit_field, people_field, problem_words, statement_field


def test_a_field_is_called_as_it_is_on_the_form():
    problem = Problem(file="statements", column="when", message="not a date")
    assert problem_words(problem) == "When: not a date"
    with speaking("ru"):
        assert problem_words(problem) == "Когда: not a date"
        assert problem_words(Problem(file="contact", column="person", message="x")).startswith("Человек")


def test_a_row_of_a_table_keeps_the_heading_that_stands_in_it():
    assert problem_words(Problem(file="table", row=3, column="when", message="not a date")) == "table, row 3, column when: not a date"
    assert problem_words(Problem(file="statements", message="too long")) == "statements: too long"
    assert problem_words(Problem(file="statements", column="colour", message="unknown")) == "statements, column colour: unknown"


def test_a_column_without_a_name_of_its_own_is_called_as_it_is():
    assert [each("colour") for each in (statement_field, exhibit_field, people_field)] == ["colour"] * 3
