"""What happened to peers must not happen here: whoever is not in a case learns nothing of it, and what leaves is declared, logged and harmless."""

import re

import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import REVIEW, case_of, colleague, files_below, imported, office, sync_both, words_of
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput, HabeasError
from habeas.domain.when import parse_when
from habeas.intake.folder import read_folder
from habeas.services.casebook import add, encode, read_book
from habeas.services.cases import agenda, export_folder, import_folder, list_cases, vault_source
from habeas.services.changing import add_statement, edit, withdraw
from habeas.services.exhibits import custody, id_of, open_exhibit
from habeas.services.people import invitation
from habeas.services.records import add_cells, find, history
from habeas.services.reporting import person_report
from habeas.services.syncing import sync_case
from habeas.services.vaults import make_backup, verify_vault
from habeas.vault.errors import NoSuchCaseError
from habeas.vault.events import Because, Kind, Why

SECRET = "Zorvanelle"


def secretive():
    """A case whose every text holds one word."""
    builder = CaseBuilder(title=f"Case of {SECRET}", person=f"{SECRET} Q", pseudonym=f"{SECRET} P", notes=f"{SECRET} limps")
    builder.add(speaker=f"{SECRET} speaks", summary=f"{SECRET} was seen.", when="1977-08")
    return builder.add_exhibit("2", f"{SECRET}.txt", f"{SECRET} content".encode(), title=f"{SECRET} title", obtained_from=SECRET)


@pytest.fixture
def world(tmp_path):
    """a1 has two cases; b2 is a member of the first only, and both share one store."""
    first, shared = office(tmp_path)
    second = colleague(first, shared, tmp_path, "b2")
    secret = imported(first, secretive(), tmp_path / "secret")
    with first.case(secret) as comp:
        add_cells(comp, Kind.TASK, {"title": f"{SECRET} task", "due_on": "2026-12-01"}, f"{SECRET} reason")
        add_cells(comp, Kind.CONTACT, {"person": f"{SECRET} contact"}, "")
        ids = [one.id for one in read_book(comp).entries]
        payloads = [revision.payload for one in read_book(comp).entries for revision in one.revisions]
        sync_case(first, comp, str(tmp_path / "store"))
    sync_both(tmp_path, shared, second, first)
    yield first, second, shared, secret, ids, payloads
    first.close()
    second.close()


# --- a case is invisible to whoever is not in it ------------------------------------------------------------------------------------


def test_a_case_of_others_answers_exactly_as_one_that_does_not_exist(world, tmp_path):
    _, second, _, secret, _, _ = world
    said = []
    for cid in (secret, "case-0123456789ab"):
        with pytest.raises(NoSuchCaseError) as told, second.case(cid):
            pass
        said.append((type(told.value), str(told.value).replace(cid, "ID"), told.value.exit_code))
    assert said[0] == said[1]


def test_a_case_of_others_whose_files_lie_in_the_vault_is_not_even_named(world):
    import shutil

    first, second, shared, secret, _, _ = world
    shutil.copytree(first.disk.root / "cases" / secret, second.disk.root / "cases" / secret)
    assert second.case_ids() == [shared]
    with pytest.raises(NoSuchCaseError), second.case(secret):
        pass
    assert secret not in words_of(list_cases(second)) + words_of(agenda(second)) + words_of(verify_vault(second))


def test_no_list_count_search_history_or_report_shows_anything_of_a_case_of_others(world, tmp_path):
    _, second, shared, secret, ids, payloads = world
    assert second.case_ids() == [shared]
    seen = words_of(list_cases(second)) + words_of(agenda(second)) + words_of(verify_vault(second))
    with second.case(shared) as comp:
        for rid in ids:
            assert custody(comp, rid) == []
            with pytest.raises(BadInput):
                id_of(comp, rid)
            for kind in (Kind.STATEMENT, Kind.EXHIBIT, Kind.TASK, Kind.CONTACT):
                with pytest.raises(HabeasError) as told:
                    history(comp, kind, rid)
                seen += str(told.value)
        for payload in payloads:
            with pytest.raises(HabeasError):
                comp.envelope(payload)
        for query in (SECRET, "limps", "task", "content"):
            assert find(comp, query) == []
        seen += words_of(person_report(comp, SECRET)) + words_of(read_book(comp).case())
    assert SECRET not in seen and secret not in seen
    assert not [rid for rid in ids if rid in seen]


def test_nothing_of_a_case_of_others_comes_by_a_sync_an_export_or_a_backup(world, tmp_path):
    from habeas.services.approving import agree, ask
    from habeas.vault.events import What

    first, second, shared, secret, _, _ = world
    assert (tmp_path / "store" / secret).is_dir(), "it lies in the store that both use"
    sync_both(tmp_path, shared, second)
    with second.case(shared) as comp:
        ask(comp, What.EXPORTED)
    sync_both(tmp_path, shared, second, first)
    with first.case(shared) as comp:
        agree(comp, What.EXPORTED)
    sync_both(tmp_path, shared, first, second)
    with second.case(shared) as comp:
        export_folder(second, comp, tmp_path / "out", ending=".csv", reason="")
    make_backup(second, tmp_path / "backup")
    for root in (second.disk.root, tmp_path / "backup", tmp_path / "out"):
        assert secret not in "\n".join(files_below(root))
        assert not [
            path for path in root.rglob("*") if path.is_file() and (SECRET.encode() in path.read_bytes() or secret.encode() in path.read_bytes())
        ]


def test_an_invitation_to_one_case_opens_no_other(world, tmp_path):
    from habeas.services.people import join_case, make_card, read_card
    from habeas.vault.folder_store import FolderStore

    first, second, shared, secret, _, _ = world
    card = make_card(second)
    with first.case(secret) as comp:
        text = invitation(comp, read_card(card).device)  # never admitted
    with pytest.raises(HabeasError):
        join_case(second, text, FolderStore(tmp_path / "store"))
    assert second.case_ids() == [shared]


def test_two_cases_of_one_vault_share_no_id_device_or_key(world):
    first, _, shared, secret, _, _ = world
    found = []
    for cid in (shared, secret):
        with first.case(cid) as comp:
            members = [value for one in comp.roster.members for value in (one.device, one.sign, one.age)]
            found.append({*members, comp.roster.recipient, comp.roster.contacts, *(one.id for one in read_book(comp).entries)})
    assert not found[0] & found[1]


def test_no_text_of_a_case_stands_in_any_file_of_the_vault(world, tmp_path):
    first, _, _, secret, _, _ = world
    with first.case(secret) as comp:
        find(comp, SECRET)
        edit(comp, Kind.STATEMENT, "S005", {"quote": f"{SECRET} again"}, f"{SECRET} why")
        withdraw(comp, Kind.STATEMENT, ("S005",), Because.MISTAKE, SECRET)
    forms = [SECRET.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")] + [SECRET.lower().encode(), SECRET.upper().encode()]
    for root in (first.disk.root, tmp_path / "store"):
        for path in root.rglob("*"):
            assert SECRET.casefold() not in path.name.casefold()
            assert not path.is_file() or not any(one in path.read_bytes() for one in forms), path


# --- contacts -----------------------------------------------------------------------------------------------------------------------


def test_contacts_are_in_no_search_no_export_and_no_source_of_a_dossier(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            add_cells(comp, Kind.CONTACT, {"person": "Kanarie One", "address": "12 Kanarie Street", "code_word": "Kanarieword"}, "Kanariereason")
            for query in ("Kanarie", "12", "Street", "Kanarieword", "kanariereason"):
                assert find(comp, query) == []
            assert "kanarie" not in words_of(read_book(comp).case()).casefold()
            assert "kanarie" not in words_of(vault_source(comp, "memorandum").case).casefold()
            for ending in (".csv", ".jsonl", ".xlsx"):
                export_folder(vault, comp, tmp_path / f"out{ending}", ending=ending, reason="")
                exported = read_folder(tmp_path / f"out{ending}")
                assert "kanarie" not in words_of(exported.case).casefold()
                assert not [path for path in (tmp_path / f"out{ending}").rglob("*") if path.is_file() and b"anarie" in path.read_bytes()]


def test_an_export_holds_no_key_no_device_and_no_code_of_staff(tmp_path):
    with make_vault(tmp_path / "vault", "CODEOFSTAFF") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            edit(comp, Kind.STATEMENT, "S002", {"quote": "x"}, "a reason")
            add_cells(comp, Kind.NOTE, {"text": "a remark"}, "")
            export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="a reason of ours")
            words = [
                "CODEOFSTAFF",
                comp.seat.device,
                comp.cid,
                comp.roster.recipient,
                "a reason",
                "a remark",
                comp.seat.signer.seed.hex(),
                "AGE-SECRET",
            ]
            words += [one.id for one in read_book(comp).entries]
        for path in (tmp_path / "out").rglob("*"):
            text = path.name + (path.read_text(encoding="utf-8") if path.is_file() else "")
            assert not [word for word in words if word in text], path


# --- what leaves is logged ----------------------------------------------------------------------------------------------------------


def told(comp):
    return [line for _, _, _, line in comp.index.events(("Touched",))]


@pytest.mark.parametrize("way", ["export", "open", "examination", "memorandum", "dossier", "person report", "stamp"])
def test_every_way_out_is_in_the_log(tmp_path, way):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            if way == "stamp":
                stamped(tmp_path, vault, comp)
            before = len(told(comp))
            what = {
                "export": lambda: export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="why"), "open": lambda: open_exhibit(comp, "1", tmp_path / "one", "why"),
                "examination": lambda: vault_source(comp, "examination"), "memorandum": lambda: vault_source(comp, "memorandum"),
                "dossier": lambda: vault_source(comp, "dossier"), "person report": lambda: person_report(comp, "Ravella Corvonte"),
                "stamp": lambda: export(comp, tmp_path / "stamp"),
            }[way]  # fmt: skip
            what()
            assert len(told(comp)) == before + 1
            line = told(comp)[-1]
            assert way == "stamp" or line.ids
            assert "Corvonte" not in words_of(line)


def stamped(folder, vault, comp):
    import base64

    from simulators.tsa import Authority

    from habeas.services.stamping import add_authority, request_stamps, take_reply, waiting

    authority = Authority(folder / "tsa")
    add_authority(vault, "one", "https://localhost/", authority.ca_pem)
    request_stamps(vault, comp)
    (entry,) = waiting(comp)
    take_reply(comp, entry, authority.stamp_offline(base64.b64decode(entry.record.request)))


def export(comp, folder):
    from habeas.services.stamping import export_stamp

    export_stamp(comp, read_book(comp).of(Kind.STAMP)[0].id, folder)


def test_an_export_that_was_refused_leaves_no_file(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine").write_bytes(b"")
        with vault.case(cid) as comp, pytest.raises(BadInput):
            export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


# --- names that lead elsewhere ------------------------------------------------------------------------------------------------------

WAYS_OUT = ["../evil", "../../evil", "ABSOLUTE/evil", "a/b", "..", ".", "a\\b", "sub/../../evil", "con\x00", "x" * 300]


@pytest.mark.parametrize("name", WAYS_OUT)
def test_an_edit_cannot_give_an_exhibit_a_file_name_that_leads_elsewhere(tmp_path, name):
    name = name.replace("ABSOLUTE", str(tmp_path))
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            with pytest.raises(HabeasError):
                edit(comp, Kind.EXHIBIT, "1", {"file": name}, "")
            export_folder(vault, comp, tmp_path / "deep" / "out", ending=".csv", reason="")
        assert (tmp_path / "deep" / "out" / "exhibits" / "one.txt").is_file()


@pytest.mark.parametrize("name", WAYS_OUT)
def test_a_file_name_that_a_colleague_wrote_leads_nowhere_on_export(tmp_path, name):
    """A member with a program of his own writes what he likes into a record."""
    import msgspec

    name = name.replace("ABSOLUTE", str(tmp_path))
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        (tmp_path / "deep").mkdir()
        with vault.case(cid) as comp:
            entry = read_book(comp).find(Kind.EXHIBIT, "1")
            draft = comp.draft()
            record = msgspec.structs.replace(entry.record, number="2", file=name)
            sealing = draft.content("0123456789abcdef", [b"evil content"])
            try:
                add(draft, Kind.EXHIBIT, record, at=1, sealing=sealing, rid="0123456789abcdef")
            except BadInput:  # our own writer refuses it; his does not
                cells = {**encode(Kind.EXHIBIT, entry.record), "number": "2", "file": name}
                draft.record(Kind.EXHIBIT, "0123456789abcdef", cells, Why.ADDED, at=1, sealing=sealing)
            comp.commit(draft)
            before = {path for path in tmp_path.rglob("*") if "vault" not in path.parts}
            try:
                export_folder(vault, comp, tmp_path / "deep" / "out", ending=".csv", reason="")
            except HabeasError:
                pass
            new = {path for path in tmp_path.rglob("*") if "vault" not in path.parts} - before
        assert not [path for path in new if not path.is_relative_to(tmp_path / "deep" / "out")]


def test_two_exhibits_of_one_file_name_are_both_exported_or_told_by_name(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder().add_exhibit("2", "two.txt", b"two"), tmp_path / "case")
        with vault.case(cid) as comp:
            try:
                edit(comp, Kind.EXHIBIT, "2", {"file": "one.txt"}, "")
                export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")
            except HabeasError:
                return
        assert {path.read_bytes() for path in (tmp_path / "out" / "exhibits").iterdir()} == {b"two", b"First line.\nSecond line.\n"}


def test_no_sealed_bytes_are_left_out_of_an_export_in_silence(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            try:
                edit(comp, Kind.EXHIBIT, "1", {"file": ""}, "")
                export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")
            except HabeasError:
                return
        assert [path.read_bytes() for path in (tmp_path / "out" / "exhibits").iterdir()] == [b"First line.\nSecond line.\n"]


# --- cells, dates, counts -----------------------------------------------------------------------------------------------------------

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "'=1", '=HYPERLINK("http://x")', "＝1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_cells_that_a_spreadsheet_would_obey_are_neutralised_on_export_and_come_back(tmp_path, cell):
    import openpyxl

    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            edit(comp, Kind.STATEMENT, "S002", {"summary": cell, "speaker": cell}, "")
            kept = read_book(comp).find(Kind.STATEMENT, "S002").record
            for ending in (".csv", ".xlsx"):
                export_folder(vault, comp, tmp_path / f"out{ending}", ending=ending, reason="")
        raw = (tmp_path / "out.csv" / "statements.csv").read_text(encoding="utf-8-sig")
        assert not re.search(r'(^|[,;"\n\t\r])[=+@-][A-Za-z0-9(|]', raw.replace("2-0", "").replace("+1,", "")) or cell[0] not in "=+-@"
        book = openpyxl.load_workbook(tmp_path / "out.xlsx" / "statements.xlsx")
        assert not [one.coordinate for row in book.active for one in row if one.data_type == "f"]
        for ending in (".csv", ".xlsx"):
            again = next(one for one in read_folder(tmp_path / f"out{ending}").case.statements if one.id == "S002")
            assert (again.summary.strip(), again.speaker.strip()) == (kept.summary.strip(), kept.speaker.strip())


WHENS = ["1977", "1977-08", "1977-XX-XX", "1977-08-XX", "1977-08~", "1977-08?", "1977-08%", "1977-08-01/1977-08-05", "1977-08/1977-09", "../1977-09-22", "1977-08-01/..", "1977-08-01T10:30", "@S001+P14D", ">@S001", "<@S001", ""]  # fmt: skip


@pytest.mark.parametrize("when", WHENS)
def test_a_partial_date_stays_what_it_is_through_the_vault(tmp_path, when):
    try:
        wanted = parse_when(when) if when else None
    except ValueError:
        pytest.skip("not a date of the case folder")
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder().add(when=when), tmp_path / "case")
        assert case_of(vault, cid).statements[-1].when == wanted
        with vault.case(cid) as comp:
            cells = {"when": when} if when else {}
            key = add_statement(comp, {"side": "witness", "act": "present", **cells})
            edit(comp, Kind.STATEMENT, key, {"summary": "another cell"}, "")
            assert read_book(comp).find(Kind.STATEMENT, key).record.when == wanted
            export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")
        again = read_folder(tmp_path / "out").case.statements
        assert [one.when for one in again[-2:]] == [wanted, wanted]
        assert len(again) == 6, "an undated row is a row"


def test_an_import_neither_loses_nor_doubles_a_row(tmp_path):
    builder = CaseBuilder()
    for number in range(997):
        builder.add(summary=f"row {number}", speaker="same speaker", when="1977-08-01")
    with make_vault(tmp_path / "vault", "a1") as vault:
        done = import_folder(vault, builder.write(tmp_path / "case"), REVIEW)
        case = case_of(vault, done.cid)
        (count,) = (one for one in done.counts if one.file == "statements.csv")
        assert (count.read, count.taken, count.refused, count.duplicates) == (1001, 1001, 0, 0)
        assert len(case.statements) == len({one.id for one in case.statements}) == 1001


def test_the_digest_of_an_exhibit_is_sha_256_and_taken_as_it_is_sealed(tmp_path):
    import hashlib

    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp:
            content = read_book(comp).find(Kind.EXHIBIT, "1").content
    assert content.sha256 == hashlib.sha256(b"First line.\nSecond line.\n").hexdigest()
