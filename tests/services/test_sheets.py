"""A spreadsheet becomes cases: all of them or none, with nothing guessed and nothing kept that must not be."""

import pytest
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput
from habeas.services import sheets
from habeas.services.casebook import read_book
from habeas.vault.events import Kind

TABLE = "name;alias;phone;deadline;faith;remarks\nReal Name;Aunt;+0;5 January 2031;x;seen at home\nOther Name;;;;;\n"
MAPPING = {"name": "person", "alias": "pseudonym", "phone": "address", "deadline": "due_on", "faith": "note", "remarks": "note"}


@pytest.fixture
def vault(tmp_path):
    with make_vault(tmp_path / "vault") as made:
        yield made


def rows(text=TABLE, name="clients.csv"):
    return sheets.read_sheet(name, text.encode())


def test_columns_become_what_the_person_says_and_a_column_of_a_protected_trait_becomes_nothing():
    made = sheets.plan(rows(), MAPPING)
    first, second = made.cases
    assert made.dropped == ("faith",) and not made.problems
    assert (first.title, first.person, first.pseudonym, first.note) == ("Aunt", "Real Name", "Aunt", "remarks: seen at home")
    assert first.contact.address == "+0" and first.tasks[0].due_on == "2031-01-05"
    assert (second.title, second.note, second.contact, second.tasks) == ("Row 3", "", None, ())


@pytest.mark.parametrize(("day", "good"), [("05/01/2031", False), ("5.1.31", False), ("soon", False), ("January 2031", False), ("2031-01-05", True)])
def test_a_day_that_can_be_read_in_two_ways_or_none_is_told_with_its_row_and_column(day, good):
    made = sheets.plan(rows(TABLE.replace("5 January 2031", day)), MAPPING)
    assert [(one.row, one.column) for one in made.problems] == ([] if good else [(2, "deadline")])


def test_a_row_without_a_name_and_a_mapping_without_one_are_refused():
    assert [one.row for one in sheets.plan(rows(TABLE + ";;+1;;;\n"), MAPPING).problems] == [4]
    with pytest.raises(BadInput, match="title, the pseudonym or the person"):
        sheets.plan(rows(), {"name": "note"})


@pytest.mark.slow
def test_the_cases_hold_what_was_planned_and_the_table_is_sealed_in_a_case_of_its_own(vault, day):
    made = sheets.make_cases(vault, sheets.plan(rows(), MAPPING), ("clients.csv", TABLE.encode()), day)
    assert len(made.cids) == 3 and set(made.cids) == set(vault.case_ids())
    with vault.case(made.cids[0]) as comp:
        book = read_book(comp)
        assert book.head().record.person == "Real Name"
        assert [one.record.text for one in book.of(Kind.NOTE)] == ["remarks: seen at home"]
        assert [one.record.due_on for one in book.of(Kind.TASK)] == ["2031-01-05"]
        assert [one.record.address for one in book.of(Kind.CONTACT)] == ["+0"]
    with vault.case(made.cids[2]) as comp:
        (sealed,) = read_book(comp).of(Kind.EXHIBIT)
        assert comp.read_content(sealed.content) == TABLE.encode()


def test_what_is_sealed_of_a_table_has_no_column_that_is_not_kept():
    name, content = sheets.kept_table(rows(), ("clients.csv", TABLE.encode()))
    assert name == "table.csv" and b"faith" not in content and b"seen at home" in content
    plain = TABLE.replace("faith", "town")
    assert sheets.kept_table(rows(plain), ("clients.csv", plain.encode())) == ("clients.csv", plain.encode())


@pytest.mark.slow
def test_where_one_case_cannot_be_made_none_is(vault, day, monkeypatch):
    fill, count = sheets._fill, []

    def failing(*given):
        count.append(1)
        if len(count) == 2:
            raise OSError("no space left")
        fill(*given)

    monkeypatch.setattr(sheets, "_fill", failing)
    with pytest.raises(OSError, match="no space"):
        sheets.make_cases(vault, sheets.plan(rows(), MAPPING), ("clients.csv", b""), day)
    assert vault.case_ids() == []
    with pytest.raises(BadInput):
        sheets.make_cases(vault, sheets.plan(rows(TABLE + ";;+1;;;\n"), MAPPING), ("clients.csv", b""), day)
    assert vault.case_ids() == []


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"x"), ("a.csv", b""), ("a.csv", b"a;b\n"), ("a.xlsx", b"no workbook")])
def test_what_is_no_table_is_refused(name, content):
    with pytest.raises(BadInput):
        sheets.read_sheet(name, content)
