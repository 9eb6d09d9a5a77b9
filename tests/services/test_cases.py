"""Cases in the vault: in and out without loss, all or nothing, every revision kept, nothing sealed altered."""

import json
import shutil
from datetime import date

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulators.case_builder import CaseBuilder
from simulators.offices import DEMO, REVIEW, case_of, colleague, durable, files_below, imported, office, same, sync_both
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput, HabeasError, UsageError
from habeas.domain.statement import Act, HowKnown, Side
from habeas.domain.work import Note, Task
from habeas.intake.folder import read_folder
from habeas.services.casebook import read_book
from habeas.services.cases import (
    add_record,
    add_statement,
    agenda,
    edit,
    edit_head,
    export_folder,
    finish_task,
    import_folder,
    list_cases,
    new_case,
    set_hold,
    status,
    undo,
    vault_source,
    withdraw,
)
from habeas.services.erasing import shred
from habeas.services.examining import changes_since, examine_case, examine_folder
from habeas.services.records import add_cells, change_head, find, history
from habeas.vault.errors import NotReadyError
from habeas.vault.events import Because, Kind

ENDINGS = ("csv", "xlsx", "jsonl")


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with make_vault(tmp_path_factory.mktemp("cases") / "vault", "a1") as made:
        yield made


@pytest.fixture
def cid(vault, tmp_path):
    return imported(vault, CaseBuilder(), tmp_path / "case")


def exported(vault, cid, out, ending="csv"):
    with vault.case(cid) as comp:
        export_folder(vault, comp, out, ending="." + ending, reason="a test")
    return out


def exhibits_of(folder):
    named = {one.file for one in read_folder(folder).case.exhibits if one.file}
    return {name: (folder / "exhibits" / name).read_bytes() for name in named}


# --- in and out ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_demonstration_comes_out_as_it_went_in(vault, tmp_path, ending):
    done = import_folder(vault, DEMO, REVIEW)
    assert same(case_of(vault, done.cid), DEMO)
    out = exported(vault, done.cid, tmp_path / "out", ending)
    assert (out / f"statements.{ending}").is_file()
    assert read_folder(out).case == read_folder(DEMO).case
    assert exhibits_of(out) == exhibits_of(DEMO)


@pytest.mark.parametrize("name", ["bleier-1975", "castro-1977", "chaves-1976", "chechnya-2017"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_public_case_comes_out_as_it_went_in(vault, cases, tmp_path, name, ending):
    done = import_folder(vault, cases / name, REVIEW)
    out = exported(vault, done.cid, tmp_path / "out", ending)
    assert read_folder(out).case == read_folder(cases / name).case
    assert exhibits_of(out) == exhibits_of(cases / name)


@pytest.mark.parametrize("name", ["bleier-1975", "castro-1977", "chaves-1976", "chechnya-2017"])
def test_the_findings_of_a_public_case_are_the_same_from_the_vault(vault, cases, name):
    done = import_folder(vault, cases / name, REVIEW)
    from_vault = examine_case(case_of(vault, done.cid)).examination
    assert msgspec.json.encode(from_vault) == msgspec.json.encode(examine_folder(cases / name).examination)


def test_the_order_of_every_table_is_that_of_the_folder(vault, tmp_path):
    builder = CaseBuilder()
    builder.statements = [builder.statements[at] for at in (2, 0, 3, 1)]
    for number in ("9", "2", "7a", "3.1"):
        builder.add_exhibit(number, f"file-{number}.txt", number.encode())
    for name in ("zeta", "alpha", "mu"):
        builder.row("places", name=name, latitude="1", longitude="2", radius_km="3")
        builder.row("appeals", id=f"A{name}", to_body=name)
        builder.row("voices", voice=name, other="x", relation="dependent")
        builder.row("consents", person=name)
    cid = imported(vault, builder, tmp_path / "case")
    case = case_of(vault, cid)
    assert [one.id for one in case.statements] == ["S003", "S001", "S004", "S002"]
    assert [one.number for one in case.exhibits] == ["1", "9", "2", "7a", "3.1"]
    assert same(case, tmp_path / "case")
    out = exported(vault, cid, tmp_path / "out")
    assert read_folder(out).case == read_folder(tmp_path / "case").case


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=30).map(str.strip)
SAFE = WORDS.filter(lambda text: " < " not in text and ";" not in text)
WHENS = st.sampled_from(
    ["", "1977", "1977-08", "1977-XX-XX", "1977-08-01T10:30", "1977-08~", "1977-08-01/1977-08-05", "../1977-09-22", "@S001+P14D", ">@S001"]
)
ROWS = st.lists(
    st.fixed_dictionaries({
        "side": st.sampled_from([one.value for one in Side]), "how_known": st.sampled_from([one.value for one in HowKnown]),
        "act": st.sampled_from([one.value for one in Act]), "denied": st.sampled_from(["", "true"]), "disclosable": st.sampled_from(["", "true"]),
        "when": WHENS, "person": WORDS, "speaker": WORDS, "body": WORDS, "relayed_by": SAFE, "place": WORDS, "to_place": WORDS, "event": WORDS,
        "summary": WORDS, "quote": WORDS, "quote_translation": WORDS, "locator": WORDS, "shown_as": WORDS, "exhibit": st.sampled_from(["", "1"]),
    }),
    max_size=6,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rows=ROWS, contents=st.lists(st.binary(max_size=200), max_size=3), ending=st.sampled_from(ENDINGS))
def test_any_case_comes_out_as_it_went_in(vault, tmp_path_factory, rows, contents, ending):
    folder = tmp_path_factory.mktemp("any")
    builder = CaseBuilder()
    for row in rows:
        builder.add(**row)
    for number, content in enumerate(contents, 2):
        builder.add_exhibit(str(number), f"f{number}.bin", content)
    case = builder.write(folder / "case")
    try:
        before = read_folder(case).case
    except BadInput:
        return  # what a folder refuses never comes to the vault
    done = import_folder(vault, case, REVIEW)
    assert case_of(vault, done.cid) == before
    assert done.exhibits == 1 + len(contents)
    out = exported(vault, done.cid, folder / "out", ending)
    assert read_folder(out).case == before
    assert exhibits_of(out) == exhibits_of(case)
    shutil.rmtree(folder)


def test_counts_add_up_and_what_no_row_names_is_said_to_be_left(vault, tmp_path):
    case = CaseBuilder().add_exhibit("2", "two.bin", b"2" * 777).write(tmp_path / "case")
    (case / "exhibits" / "stray.txt").write_text("nobody names me", encoding="utf-8")
    (case / "notes.docx").write_bytes(b"x")
    done = import_folder(vault, case, REVIEW)
    for count in done.counts:
        assert count.read == count.taken + count.refused + count.duplicates
    by_file = {count.file: count.taken for count in done.counts}
    assert (by_file["statements.csv"], by_file["exhibits.csv"]) == (4, 2)
    assert (done.exhibits, done.size) == (2, 777 + len(b"First line.\nSecond line.\n"))
    assert {path.name for path in done.not_taken} == {"stray.txt", "notes.docx"}
    assert {path for path in case.rglob("*") if path.is_file()} == set(done.left_in_plaintext)


def test_the_folder_itself_is_left_as_it_is(vault, tmp_path):
    case = CaseBuilder().write(tmp_path / "case")
    before = files_below(case)
    import_folder(vault, case, REVIEW)
    assert files_below(case) == before


def test_more_rows_than_one_commit_holds_come_in_whole(vault, tmp_path):
    builder = CaseBuilder()
    for number in range(1200):
        builder.add(summary=f"row {number}")
    cid = imported(vault, builder, tmp_path / "case")
    assert len(case_of(vault, cid).statements) == 1204
    assert same(case_of(vault, cid), tmp_path / "case")


# --- all or nothing -----------------------------------------------------------------------------------------------------------------


class Interrupted(Exception):
    """The test's own."""


def leaves_nothing(vault, before, ids):
    assert vault.case_ids() == ids
    after = durable(vault)
    assert {path: digest for path, digest in after.items() if digest} == {path: digest for path, digest in before.items() if digest}
    assert not [path for path in (vault.disk.root / "index").glob("*") if not any(path.name.startswith(one) for one in ids)]
    assert not list((vault.disk.root / "tmp").glob("*")) if (vault.disk.root / "tmp").exists() else True


@pytest.mark.parametrize("stop_at", [1, 3, 1001, 1004])
@pytest.mark.parametrize("error", [Interrupted, KeyboardInterrupt, OSError])
def test_an_interrupted_import_leaves_no_case_and_no_file(vault, tmp_path, stop_at, error):
    builder = CaseBuilder()
    for number in range(1000):
        builder.add(summary=f"row {number}")
    for number in range(2, 6):
        builder.add_exhibit(str(number), f"{number}.bin", bytes([number]) * (2_000_000 if number == 3 else 10))
    case, before, ids = builder.write(tmp_path / "case"), durable(vault), vault.case_ids()

    def progress(what, done, total):
        if done >= stop_at:
            raise error

    with pytest.raises(error):
        import_folder(vault, case, REVIEW, progress)
    leaves_nothing(vault, before, ids)


def test_a_file_that_vanishes_in_the_middle_leaves_no_case(vault, tmp_path):
    builder = CaseBuilder()
    for number in range(2, 6):
        builder.add_exhibit(str(number), f"{number}.bin", b"x")
    case, before, ids = builder.write(tmp_path / "case"), durable(vault), vault.case_ids()
    with pytest.raises(BadInput):
        import_folder(vault, case, REVIEW, lambda *_: (case / "exhibits" / "5.bin").unlink(missing_ok=True))
    leaves_nothing(vault, before, ids)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda case: (case / "exhibits" / "one.txt").unlink(),
        lambda case: (case / "statements.csv").write_text("id,side,act\nS001,nobody,nothing\n", encoding="utf-8"),
        lambda case: (case / "case.toml").write_text("= = =", encoding="utf-8"),
        lambda case: (case / "case.toml").unlink(),
        lambda case: (case / "exhibits.csv").write_text("number,file\n1,../case.toml\n", encoding="utf-8"),
        lambda case: shutil.rmtree(case),
    ],
    ids=["a file is missing", "a bad row", "a bad head", "no head", "a way out of the folder", "no folder"],
)
def test_a_folder_with_anything_wrong_makes_no_case(vault, tmp_path, spoil):
    case, before, ids = CaseBuilder().write(tmp_path / "case"), durable(vault), vault.case_ids()
    spoil(case)
    with pytest.raises(HabeasError):
        import_folder(vault, case, REVIEW)
    leaves_nothing(vault, before, ids)


def test_no_case_is_made_before_the_recovery_words_were_checked(tmp_path):
    with make_vault(tmp_path / "vault", ready=False) as fresh:
        for make in (lambda: new_case(fresh, "A title", REVIEW), lambda: import_folder(fresh, DEMO, REVIEW)):
            with pytest.raises(NotReadyError):
                make()
        assert fresh.case_ids() == []
        assert not (tmp_path / "vault" / "cases").exists() or not list((tmp_path / "vault" / "cases").iterdir())


def test_an_interrupted_export_leaves_no_file_and_the_log_says_that_it_was_begun(vault, cid, tmp_path):
    with vault.case(cid) as comp:

        def progress(*_):
            raise Interrupted

        with pytest.raises(Interrupted):
            export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="a test", progress=progress)
        assert not [path for path in tmp_path.iterdir() if path.name != "case"]
        assert any(getattr(line, "what", "") == "exported" for _, _, _, line in comp.index.events(("Touched",)))


@pytest.mark.parametrize("where", ["a file", "a full folder", "inside the vault"])
def test_an_export_writes_over_nothing_and_never_into_the_vault(vault, cid, tmp_path, where):
    out = tmp_path / "out" if where != "inside the vault" else vault.disk.root / "out"
    if where == "a file":
        out.write_bytes(b"mine")
    if where == "a full folder":
        out.mkdir()
        (out / "mine.txt").write_bytes(b"mine")
    before = files_below(tmp_path)
    with vault.case(cid) as comp, pytest.raises(BadInput):
        export_folder(vault, comp, out, ending=".csv", reason="")
    assert files_below(tmp_path) == before
    assert not (vault.disk.root / "out").exists()


def test_an_export_is_its_owners_alone(vault, cid, tmp_path):
    out = exported(vault, cid, tmp_path / "out")
    assert out.stat().st_mode & 0o077 == 0


# --- revisions ----------------------------------------------------------------------------------------------------------------------


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


def test_withdrawn_records_leave_the_case_and_come_back(vault, cid, tmp_path):
    whole = case_of(vault, cid)
    with vault.case(cid) as comp:
        withdraw(comp, Kind.STATEMENT, ("S002", "S003"), Because.NOT_NEEDED, "no longer")
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT)] == ["S001", "S004"]
        assert [one.key for one in read_book(comp).of(Kind.STATEMENT, withdrawn=True)] == ["S001", "S002", "S003", "S004"]
    assert [one.id for one in read_folder(exported(vault, cid, tmp_path / "out")).case.statements] == ["S001", "S004"]
    with vault.case(cid) as comp:
        withdraw(comp, Kind.STATEMENT, ("S002", "S003"), Because.NOT_NEEDED, "", back=True)
    assert case_of(vault, cid) == whole


@pytest.mark.parametrize("kind", ["a statement of the accusation", "an exhibit that statements rest on", "a statement that a date is told by"])
def test_a_case_with_something_withdrawn_still_exports_and_examines(vault, tmp_path, kind):
    cid = imported(vault, CaseBuilder().add(when="@S002+P14D").add_exhibit("2", "two.txt", b"2"), tmp_path / "case")
    with vault.case(cid) as comp:
        what = {"a statement of the accusation": (Kind.STATEMENT, ("S001",)), "an exhibit that statements rest on": (Kind.EXHIBIT, ("1",)),
                "a statement that a date is told by": (Kind.STATEMENT, ("S002",))}[kind]  # fmt: skip
        withdraw(comp, *what, Because.MISTAKE, "")
    examine_case(case_of(vault, cid))
    out = exported(vault, cid, tmp_path / "out")
    assert read_folder(out).case == case_of(vault, cid)  # what was exported can be read again


# --- records ------------------------------------------------------------------------------------------------------------------------


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


def test_work_around_a_case_never_enters_the_case(vault, cid):
    before = case_of(vault, cid)
    with vault.case(cid) as comp:
        add_record(comp, Kind.NOTE, Note(text="Zorvanelle remarks"))
        add_record(comp, Kind.TASK, Task(title="Zorvanelle asks", due_on="2026-12-01"))
        add_cells(comp, Kind.CONTACT, {"person": "Zorvanelle", "address": "secret"}, "")
        add_cells(comp, Kind.RELATION, {"person": "Zorvanelle", "other": "x", "relation": "aunt"}, "")
    assert case_of(vault, cid) == before


def test_the_accusation_can_name_only_statements_that_are_there(vault, cid):
    with vault.case(cid) as comp:
        change_head(comp, {"title": "Новое имя"}, ("S001", "S003"), "both")
        with pytest.raises(BadInput):
            change_head(comp, {}, ("S001", "S099"), "")
    case = case_of(vault, cid)
    assert (case.title, case.accusation, case.person) == ("Новое имя", ("S001", "S003"), "Quintus Testcase")


def test_agenda_and_list_hold_days_and_ids_and_no_text(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            late, _ = add_cells(comp, Kind.TASK, {"title": "Zorvanelle", "due_on": "2026-12-24"}, "")
            soon, _ = add_cells(comp, Kind.TASK, {"title": "Zorvanelle", "due_on": "2026-12-01"}, "")
            check, remark = add_cells(comp, Kind.TASK, {"rule": "wgeid-urgent", "from": "2026-11-01"}, "")
            set_hold(comp, on=True, until=date(2026, 12, 6), reason="Zorvanelle")
        found = agenda(vault)
        assert [(day, task) for day, case, task in found if task in (late, soon, "review")] == [
            ("2026-12-01", soon),
            ("2026-12-06", "review"),
            ("2026-12-24", late),
        ]
        assert {case for _, case, _ in found} == {cid}
        (line,) = list_cases(vault)
        assert (line.cid, line.statements, line.exhibits, line.held, line.review_on) == (cid, 4, 1, True, "2026-12-06")
        assert not [word for word in ("Zorvanelle", "Person Q", "Quintus", "synthetic") if word in json.dumps(found) + str(line)]
        with vault.case(cid) as comp:
            finish_task(comp, soon, date(2026, 11, 30))
        assert soon not in {task for _, _, task in agenda(vault)}


def test_one_case_that_is_damaged_hides_no_other_from_the_list_and_the_agenda(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        good, bad = (imported(vault, CaseBuilder(), tmp_path / name) for name in ("good", "bad"))
        for path in (vault.disk.root / "cases" / bad / "members").iterdir():
            path.write_bytes(b"damaged")
        assert {line.cid: line.statements for line in list_cases(vault)}[good] == 4
        assert {line.cid for line in list_cases(vault)} == {good, bad}
        assert good in {cid for _, cid, _ in agenda(vault)}


def test_hold_and_review_day_are_what_was_said_last(vault, cid):
    with vault.case(cid) as comp:
        assert (status(comp).on, status(comp).until) == (False, REVIEW.isoformat())
        set_hold(comp, on=True, until=None, reason="")
        set_hold(comp, on=None, until=date(2030, 1, 2), reason="")
        assert (status(comp).on, status(comp).until) == (True, "2030-01-02")
        set_hold(comp, on=False, until=None, reason="")
        assert (status(comp).on, status(comp).until) == (False, "2030-01-02")


def test_records_of_work_are_not_edited_by_cells(vault, cid):
    with vault.case(cid) as comp:
        key, _ = add_cells(comp, Kind.NOTE, {"text": "a remark"}, "")
        with pytest.raises(UsageError):
            edit(comp, Kind.NOTE, key, {"text": "another"}, "")


def test_a_search_finds_the_newest_text_only_and_other_forms_of_a_word(vault, cid):
    with vault.case(cid) as comp:
        edit(comp, Kind.STATEMENT, "S002", {"summary": "Его видели дома в Грозном."}, "")
        assert [key for _, key, _ in find(comp, "дом")] == ["S002"]
        assert [key for _, key, _ in find(comp, "Groznom")] == ["S002"]
        assert find(comp, "Groznom", cross_script=False) == []
        edit(comp, Kind.STATEMENT, "S002", {"summary": "Nothing."}, "")
        assert find(comp, "дом") == []


# --- what changed since it was last examined --------------------------------------------------------------------------------------


def test_a_case_remembers_what_it_was_when_this_device_last_examined_it(vault, cid):
    with vault.case(cid) as comp:
        assert vault_source(comp, "examination").before is None
        first = read_book(comp).case()
        withdraw(comp, Kind.STATEMENT, ("S002",), Because.NOT_NEEDED, "")
        source = vault_source(comp, "examination")
        assert source.before == first
        changes = changes_since(source.before, examine_case(source.case))
        assert changes.touched == ("S002",)
        assert all("S002" in one.because for one in changes.changes)
        again = vault_source(comp, "examination")
        assert again.before == again.case
        assert not changes_since(again.before, examine_case(again.case)).changes


def test_what_a_colleague_wrote_before_and_what_came_after_is_told_as_new(tmp_path):
    """Her edit is older than the examination, by the clock and in the log's order; it was not here yet."""
    first, cid = office(tmp_path)
    second = colleague(first, cid, tmp_path, "b2")
    with second.case(cid) as comp:
        edit(comp, Kind.STATEMENT, "S003", {"summary": "by the second"}, "")
    with first.case(cid) as comp:
        for _ in range(3):
            before = vault_source(comp, "examination").case
    assert sync_both(tmp_path, cid, first, second, first) == []
    with first.case(cid) as comp:
        source = vault_source(comp, "examination")
    assert source.before == before
    assert changes_since(source.before, examine_case(source.case)).touched == ("S003",)
    first.close()
    second.close()


def test_what_was_shredded_is_gone_from_the_earlier_state_as_well(vault, cid):
    with vault.case(cid) as comp:
        vault_source(comp, "examination")
        shred(comp, [read_book(comp).find(Kind.STATEMENT, "S003")], Because.CONSENT_WITHDRAWN, "")
        assert "S003" not in {one.id for one in vault_source(comp, "examination").before.statements}
