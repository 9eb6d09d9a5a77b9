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

from habeas.domain.errors import BadInput, HabeasError
from habeas.domain.statement import Act, HowKnown, Side
from habeas.domain.work import Note, Task
from habeas.intake.folder import read_folder
from habeas.services.casebook import read_book
from habeas.services.cases import agenda, export_folder, import_folder, list_cases, new_case, set_hold, status, vault_source
from habeas.services.changing import add_record, edit, finish_task, withdraw
from habeas.services.erasing import shred
from habeas.services.examining import changes_since, examine_case, examine_folder
from habeas.services.records import add_cells, find
from habeas.vault.errors import NotReadyError
from habeas.vault.events import Because, Kind

ENDINGS = ("csv", "xlsx", "jsonl")


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


# --- what is withdrawn ----------------------------------------------------------------------------------------------------------------


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


def test_work_around_a_case_never_enters_the_case(vault, cid):
    before = case_of(vault, cid)
    with vault.case(cid) as comp:
        add_record(comp, Kind.NOTE, Note(text="Zorvanelle remarks"))
        add_record(comp, Kind.TASK, Task(title="Zorvanelle asks", due_on="2026-12-01"))
        add_cells(comp, Kind.CONTACT, {"person": "Zorvanelle", "address": "secret"}, "")
        add_cells(comp, Kind.RELATION, {"person": "Zorvanelle", "other": "x", "relation": "aunt"}, "")
    assert case_of(vault, cid) == before


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
