"""Records of a case change one revision at a time; what was just done is taken back whole, or not at all; nothing sealed is altered."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulators.case_builder import CaseBuilder
from simulators.offices import case_of, colleague, files_below, imported, office, sync_both

from habeas.domain.errors import BadInput, HabeasError, UsageError
from habeas.services.casebook import read_book
from habeas.services.cases import set_hold
from habeas.services.changing import add_statement, edit, edit_head, edit_many, steps, take_back, undo, withdraw
from habeas.services.records import add_cells, change_head, history
from habeas.vault.events import Because, Kind


def test_an_edit_is_a_new_revision_and_undo_takes_exactly_it_back(vault, cid):
    with vault.case(cid) as comp:

        def now():
            return read_book(comp).find(Kind.STATEMENT, "S002").record

        first = now()
        edit(comp, Kind.STATEMENT, "S002", {"when": "1977-08-02", "quote": "She said so."}, "she corrected it")
        second = now()
        assert (str(second.when.text if hasattr(second.when, "text") else second.when), second.quote) != (str(first.when), first.quote)
        edit(comp, Kind.STATEMENT, "S002", {"quote": ""}, "not hers")
        assert now().quote == ""
        undo(comp, Kind.STATEMENT, "S002", "it was hers")
        assert now() == second
        undo(comp, Kind.STATEMENT, "S002")
        assert now() == first
        assert not read_book(comp).find(Kind.STATEMENT, "S002").withdrawn
        undo(comp, Kind.STATEMENT, "S002")
        assert read_book(comp).find(Kind.STATEMENT, "S002").withdrawn
        withdraw(comp, Kind.STATEMENT, ("S002",), Because.MISTAKE, "", back=True)
        assert now() == first
        edit(comp, Kind.STATEMENT, "S002", {"quote": "Again."}, "")
        undo(comp, Kind.STATEMENT, "S002")
        assert now() == first
        told = [one for one in history(comp, Kind.STATEMENT, "S002") if not one.why.startswith("withdraw")]
    assert [one.why for one in told] == ["imported", "corrected", "corrected", "undone", "undone", "corrected", "undone"]
    assert [one.words for one in told][1:4] == ["she corrected it", "not hers", "it was hers"]
    assert told[1].changed == {"when": "1977-08-02", "quote": "She said so."}
    assert told[2].changed == {"quote": ""}
    assert {one.who for one in told} == {"a1"}
    assert [one.n for one in told] == sorted({one.n for one in told})


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.sampled_from(["undo", "again"]), st.text("abc", min_size=1, max_size=3)), max_size=8))
def test_any_row_of_edits_and_undos_keeps_every_revision_and_the_stack_of_texts(vault, tmp_path_factory, steps):
    cid = imported(vault, CaseBuilder(), tmp_path_factory.mktemp("law") / "case")
    stack, withdrawn, written = ["The seat of Person Q stayed empty."], False, 1
    with vault.case(cid) as comp:
        for step in steps:
            if step == "undo":
                undo(comp, Kind.STATEMENT, "S003")
                withdrawn = withdrawn or len(stack) == 1
                written += len(stack) > 1
                stack = stack[:-1] or stack
            elif step == "again":
                withdraw(comp, Kind.STATEMENT, ("S003",), Because.MISTAKE, "", back=True)
                withdrawn = False
            else:
                edit(comp, Kind.STATEMENT, "S003", {"summary": step}, "")
                stack.append(step)
                written += 1
            entry = read_book(comp).find(Kind.STATEMENT, "S003")
            assert (entry.record.summary, entry.withdrawn, len(entry.revisions), entry.forked) == (stack[-1], withdrawn, written, False)
        told = [one for one in history(comp, Kind.STATEMENT, "S003") if not one.why.startswith("withdraw")]
        assert len(told) == written
        assert not [one for one in told if "?" in one.changed]


def test_nothing_that_was_sealed_is_altered_by_edits_withdrawals_and_holds(vault, cid):
    folder = vault.disk.root / "cases" / cid
    before = {path: digest for path, digest in files_below(folder).items() if path.startswith(("packs/", "blobs/", "heads/", "members/", "keys/"))}
    segments = {path: (folder / path).read_bytes() for path in files_below(folder) if path.startswith("log/") and path.endswith(".seg")}
    with vault.case(cid) as comp:
        for number in range(5):
            edit(comp, Kind.STATEMENT, "S002", {"summary": f"now {number}"}, "")
        undo(comp, Kind.STATEMENT, "S002")
        withdraw(comp, Kind.EXHIBIT, ("1",), Because.DUPLICATE, "twice")
        edit_head(comp, lambda case: msgspec.structs.replace(case, title="Another"))
        set_hold(comp, on=True, until=None, reason="a court asks")
        add_cells(comp, Kind.NOTE, {"text": "a remark"}, "")
    after = files_below(folder)
    assert {path: after.get(path) for path in before} == before
    for path, content in segments.items():
        assert (folder / path).read_bytes()[: len(content)] == content


def test_two_devices_that_edit_at_once_are_both_in_the_history_and_flagged(tmp_path):
    first, cid = office(tmp_path)
    second = colleague(first, cid, tmp_path, "b2")
    with first.case(cid) as comp:
        edit(comp, Kind.STATEMENT, "S002", {"summary": "by the first"}, "")
    with second.case(cid) as comp:
        edit(comp, Kind.STATEMENT, "S002", {"summary": "by the second"}, "")
        edit(comp, Kind.STATEMENT, "S003", {"summary": "only by the second"}, "")
    assert sync_both(tmp_path, cid, first, second, first) == []
    books = []
    for vault in (first, second):
        with vault.case(cid) as comp:
            book = read_book(comp)
            assert book.find(Kind.STATEMENT, "S002").forked
            assert not book.find(Kind.STATEMENT, "S003").forked
            told = [one for one in history(comp, Kind.STATEMENT, "S002") if not one.why.startswith("withdraw")]
            assert {one.who for one in told} == {"a1", "b2"}
            assert {one.changed.get("summary") for one in told} >= {"by the first", "by the second"}
            books.append(book.case())
    assert books[0] == books[1]
    first.close()
    second.close()


def test_withdrawn_records_leave_the_case_and_come_back(vault, cid):
    whole = case_of(vault, cid)
    with vault.case(cid) as comp:
        withdraw(comp, Kind.STATEMENT, ("S002", "S003"), Because.NOT_NEEDED, "no longer")
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT)] == ["S001", "S004"]
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT, withdrawn=True)] == ["S001", "S002", "S003", "S004"]
    assert [one.id for one in case_of(vault, cid).statements] == ["S001", "S004"]
    with vault.case(cid) as comp:
        withdraw(comp, Kind.STATEMENT, ("S002", "S003"), Because.NOT_NEEDED, "", back=True)
    assert case_of(vault, cid) == whole


def test_several_records_change_in_one_commit_or_none_does(vault, cid):
    with vault.case(cid) as comp:
        before = read_book(comp)
        with pytest.raises(BadInput):
            edit_many(comp, [(Kind.STATEMENT, "S002", {"quote": "x"}), (Kind.STATEMENT, "S003", {"exhibit": "99"})], "")
        with pytest.raises(UsageError):
            edit_many(comp, [(Kind.STATEMENT, "S002", {"quote": "x"}), (Kind.STATEMENT, "S002", {"quote": "y"})], "")
        assert read_book(comp) == before
        edit_many(comp, [(Kind.STATEMENT, "S002", {"quote": "x"}), (Kind.EXHIBIT, "1", {"title": "y"})], "")
        after = read_book(comp)
        made = [after.find(Kind.STATEMENT, "S002").revisions[-1], after.find(Kind.EXHIBIT, "1").revisions[-1]]
        assert made[0].n == made[1].n == max(one.n for entry in before.entries for one in entry.revisions) + 1


def test_what_was_done_to_several_records_is_taken_back_whole_or_not_at_all(vault, cid):
    with vault.case(cid) as comp:
        first = read_book(comp)
        edit_many(comp, [(Kind.STATEMENT, "S002", {"quote": "x"}), (Kind.STATEMENT, "S003", {"quote": "y"})], "")
        withdraw(comp, Kind.STATEMENT, ("S004",), Because.MISTAKE, "")
        book = read_book(comp)
        done = steps(book, [book.find(Kind.STATEMENT, key).id for key in ("S002", "S003", "S004")])
        edit(comp, Kind.STATEMENT, "S003", {"quote": "z"}, "a colleague was faster")
        changed = read_book(comp)
        with pytest.raises(UsageError):
            take_back(comp, done)
        assert read_book(comp) == changed
        undo(comp, Kind.STATEMENT, "S003")
        book = read_book(comp)
        take_back(comp, steps(book, [one.id for one in done]))
        now = read_book(comp)
        assert now.case() == first.case()
        assert len({now.find(Kind.STATEMENT, key).revisions[-1].n for key in ("S002", "S003")}) == 1


def test_an_id_that_is_taken_is_refused_also_when_it_comes_by_an_edit(vault, cid):
    with vault.case(cid) as comp:
        with pytest.raises(BadInput):
            add_cells(comp, Kind.STATEMENT, {"id": "S002", "side": "witness", "act": "present"}, "")
        with pytest.raises(BadInput):
            edit(comp, Kind.STATEMENT, "S003", {"id": "S002"}, "")
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT)] == ["S001", "S002", "S003", "S004"]


def test_an_edit_cannot_give_two_exhibits_one_number(vault, tmp_path):
    cid = imported(vault, CaseBuilder().add_exhibit("2", "two.txt", b"2"), tmp_path / "case")
    with vault.case(cid) as comp:
        with pytest.raises(BadInput):
            edit(comp, Kind.EXHIBIT, "2", {"number": "1"}, "")
        assert [one.key for one in read_book(comp).of(Kind.EXHIBIT)] == ["1", "2"]


@pytest.mark.parametrize(
    "cells", [{"exhibit": "99"}, {"side": "nobody"}, {"when": "yesterday"}, {"id": "1 2"}, {"colour": "red"}, {"identifiers": "religion=x"}], ids=str
)
def test_an_edit_that_a_folder_would_refuse_is_refused(vault, cid, cells):
    with vault.case(cid) as comp:
        before = read_book(comp).case()
        with pytest.raises(BadInput):
            edit(comp, Kind.STATEMENT, "S002", cells, "")
        with pytest.raises(BadInput):
            add_statement(comp, {"side": "witness", "act": "present", **cells})
        assert read_book(comp).case() == before


@pytest.mark.parametrize("kind", [Kind.STATEMENT, Kind.NOTE, Kind.CONTACT, Kind.TASK, Kind.RELATION, Kind.CONSENT])
@pytest.mark.parametrize("trait", ["religion", "sexual_orientation", "здоровье", "etnia"])
def test_no_record_takes_a_protected_trait(vault, cid, kind, trait):
    with vault.case(cid) as comp, pytest.raises(HabeasError) as told:
        add_cells(comp, kind, {trait: "Zorvanelle"}, "")
    assert "Zorvanelle" not in str(told.value)


def test_a_new_statement_takes_the_next_free_id_also_behind_a_withdrawn_one(vault, cid):
    with vault.case(cid) as comp:
        withdraw(comp, Kind.STATEMENT, ("S004",), Because.MISTAKE, "")
        assert add_statement(comp, {"side": "witness", "act": "present"}) == "S005"


@pytest.mark.parametrize("fields", [{"title": ""}, {"title": "  "}], ids=str)
def test_a_first_page_that_a_folder_would_refuse_is_refused(vault, cid, fields):
    with vault.case(cid) as comp:
        before = read_book(comp)
        with pytest.raises(BadInput):
            change_head(comp, fields, None, "")
        assert read_book(comp) == before


def test_the_accusation_can_name_only_statements_that_are_there(vault, cid):
    with vault.case(cid) as comp:
        change_head(comp, {"title": "Новое имя"}, ("S001", "S003"), "both")
        with pytest.raises(BadInput):
            change_head(comp, {}, ("S001", "S099"), "")
    case = case_of(vault, cid)
    assert (case.title, case.accusation, case.person) == ("Новое имя", ("S001", "S003"), "Quintus Testcase")


def test_records_of_work_are_not_edited_by_cells(vault, cid):
    with vault.case(cid) as comp:
        key, _ = add_cells(comp, Kind.NOTE, {"text": "a remark"}, "")
        with pytest.raises(UsageError):
            edit(comp, Kind.NOTE, key, {"text": "another"}, "")
