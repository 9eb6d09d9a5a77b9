"""What was read of a case is kept while nothing changes, and is never older than the case."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.vaults import make_vault

from habeas.services.casebook import read_book
from habeas.services.cases import new_case
from habeas.services.changing import add_statement, edit, undo, withdraw
from habeas.services.examining import examine_case
from habeas.services.listing import Listing
from habeas.services.reading import MOST_CASES, Shelf
from habeas.services.records import change_head
from habeas.vault.events import Because, Kind

pytestmark = pytest.mark.slow


@pytest.fixture
def vault(tmp_path):
    with make_vault(tmp_path / "vault") as made:
        yield made


def statement(comp, **cells):
    return add_statement(comp, {"speaker": "a", "side": "witness", "act": "present", **cells})


def test_a_second_look_gives_the_same_records_without_reading_them(vault, monkeypatch, day):
    cid = new_case(vault, "One", day)
    shelf = Shelf()
    with vault.case(cid) as comp:
        statement(comp)
        first = shelf.case(comp)
    with vault.case(cid) as comp:
        monkeypatch.setattr(comp, "envelope", lambda *_: pytest.fail("was read again"))
        assert shelf.case(comp) is first


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(["add", "edit", "withdraw", "undo", "accuse"]), max_size=8))
def test_it_says_what_reading_from_scratch_says_after_every_change(tmp_path_factory, day, changes):
    with make_vault(tmp_path_factory.mktemp("v") / "vault") as vault:
        cid = new_case(vault, "One", day)
        shelf, made = Shelf(), []
        with vault.case(cid) as comp:
            for number, change in enumerate(changes):
                if change == "add" or not made:
                    made.append(statement(comp, when=f"2017-01-{number + 1:02}", place="Warsaw, Poland"))
                elif change == "edit":
                    edit(comp, Kind.STATEMENT, made[-1], {"place": f"Moscow, Russia{number}"}, "")
                elif change == "withdraw":
                    withdraw(comp, Kind.STATEMENT, (made.pop(),), Because.MISTAKE, "")
                elif change == "undo":
                    made = made[:-1] if undo(comp, Kind.STATEMENT, made[-1]) else made
                else:
                    change_head(comp, {}, (made[0],), "")
                assert shelf.book(comp) == read_book(comp)
                assert shelf.examined(comp) == examine_case(read_book(comp).case(), settle=False)


def test_only_so_many_cases_are_kept_and_all_are_dropped_at_once(vault, day):
    shelf = Shelf()
    for number in range(MOST_CASES + 2):
        with vault.case(new_case(vault, str(number), day)) as comp:
            shelf.book(comp)
    assert len(shelf._kept) == MOST_CASES
    shelf.forget()
    assert not shelf._kept


def test_the_list_opens_a_case_again_only_when_something_of_it_changed(vault, day, monkeypatch):
    first, second = new_case(vault, "First", day), new_case(vault, "Second", day)
    listing = Listing()
    assert {one.title for one in listing.lines(vault, listing.ids(vault))} == {"First", "Second"}
    with vault.case(first) as comp:
        statement(comp)
    opened = []
    case = vault.case
    monkeypatch.setattr(vault, "case", lambda cid, *rest: opened.append(cid) or case(cid, *rest))
    lines = {one.line.cid: one.line.statements for one in listing.lines(vault, listing.ids(vault))}
    assert lines == {first: 1, second: 0} and set(opened) == {first}
    assert listing.find(vault, "sec") == [second] and listing.find(vault, "nothing") == []
