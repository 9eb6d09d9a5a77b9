"""A table of statements goes into an open case whole, or not at all; the sum adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput
from habeas.services.casebook import Book, read_book
from habeas.services.cases import new_case
from habeas.services.changing import add_statement
from habeas.services.sheets import read_sheet
from habeas.services.tables import check_table, take_table
from habeas.vault.events import Kind

HEAD = "id,speaker,side,act,when,exhibit\n"


def rows(text):
    return read_sheet("statements.csv", (HEAD + text).encode())


@pytest.mark.slow
def test_what_is_there_already_is_a_duplicate_and_what_differs_is_refused(tmp_path, day):
    with make_vault(tmp_path / "vault") as vault, vault.case(new_case(vault, "One", day)) as comp:
        add_statement(comp, {"speaker": "a", "side": "witness", "act": "present", "when": "2017-01-05"})
        same, other, fresh = "S001,a,witness,present,2017-01-05,\n", "S001,b,witness,present,2017-01-05,\n", "S009,b,family,present,2017,\n"
        found = check_table(read_book(comp), rows(same + fresh))
        assert ([one.id for one in found.taken], found.duplicates, found.problems) == (["S009"], ("S001",), ())
        assert check_table(read_book(comp), rows(other)).problems[0].column == "id"
        assert take_table(comp, read_book(comp), found.taken) == ("S009",)
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT)] == ["S001", "S009"]


@given(
    st.lists(
        st.sampled_from(
            [
                "S{n},a,witness,present,2017-01-05,\n",
                "S{n},a,nobody,present,2017-01-05,\n",
                "S1,a,witness,present,,\n",
                "S{n},a,witness,present,,77\n",
            ]
        ),
        min_size=1,
        max_size=9,
    )
)
def test_read_is_taken_plus_refused_plus_duplicates(lines):
    found = check_table(Book(cid="c", entries=()), rows("".join(line.format(n=number + 2) for number, line in enumerate(lines))))
    assert found.read == len(lines) == len(found.taken) + len(found.duplicates) + found.refused
    assert all(one.row and one.column for one in found.problems)


def test_a_column_that_is_not_known_or_would_hold_a_protected_trait_is_refused():
    for name, said in (("faith", "protected trait"), ("mood", "not known")):
        with pytest.raises(BadInput, match=said):
            check_table(Book(cid="c", entries=()), read_sheet("a.csv", f"id,side,act,{name}\nS1,state,present,x\n".encode()))
