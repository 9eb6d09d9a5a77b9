"""Erasing: what was named goes, with every trace of it, and nothing else; the limits are told where the user decides."""

import msgspec
import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import colleague, files_below, imported, office, sync_both, words_of
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput, HabeasError
from habeas.services.casebook import read_book
from habeas.services.cases import set_hold, status
from habeas.services.changing import edit, withdraw
from habeas.services.erasing import reach, resting_on_consent, shred, waiting_for, withdraw_consent
from habeas.services.exhibits import custody, open_exhibit, seal_files, seal_into_kit
from habeas.services.opening import opened
from habeas.services.people import seal_only_kit
from habeas.services.records import add_cells, find, history
from habeas.services.reporting import person_report
from habeas.services.syncing import add_store, sync_case
from habeas.services.vaults import make_backup
from habeas.vault.doctor import verify_compartment
from habeas.vault.errors import HeldError, NotAllowedError, ShreddedError
from habeas.vault.events import Because, Kind, Recorded, Sealed, Shredded

PERSON = "Ravella Corvonte"


def story():
    """A case in which a person said something, gave two exhibits and an address, and is named by others."""
    builder = CaseBuilder()
    builder.add_exhibit("2", "hers.txt", b"written by her own hand", obtained_from=PERSON)
    builder.add_exhibit("3", "under.txt", b"given under her consent", consent=PERSON)
    builder.add_exhibit("4", "other.txt", b"of somebody else", obtained_from="Quillon Abernard")
    builder.add(speaker=PERSON, summary="A second statement.", act="present", when="1977-08-02")
    builder.add(speaker="Quillon Abernard", summary=f"{PERSON} was there.", act="present", when="1977-08-03", exhibit="2")
    builder.row("consents", person=PERSON, purpose="dossier", given_on="2020-01-01")
    builder.row("consents", person=PERSON, purpose="press")
    builder.row("consents", person="Quillon Abernard", purpose="dossier")
    return builder


@pytest.fixture
def vault(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as made:
        yield made


@pytest.fixture
def comp(vault, tmp_path):
    cid = imported(vault, story(), tmp_path / "case")
    with vault.case(cid) as made:
        yield made


def entry(comp, kind, key):
    return read_book(comp).find(kind, key)


def written(comp):
    return sum(known.at.n for known in comp.known.values())


def payloads_about(comp, rid):
    return {line.payload for _, _, _, line in comp.index.events(("Sealed", "Recorded"), about=rid)}


def nothing_opens(comp, payloads):
    assert payloads
    for one in payloads:
        with pytest.raises(ShreddedError):
            comp.open_payload(bytes.fromhex(one))
        assert bytes.fromhex(one) not in comp.objects.spots


def whole(comp):
    checked = verify_compartment(comp)
    assert checked.problems == ()
    return checked


# --- one item -----------------------------------------------------------------------------------------------------------------------


def test_one_statement_goes_with_all_its_revisions_and_reasons_and_nothing_else(comp):
    edit(comp, Kind.STATEMENT, "S003", {"summary": "Corrected."}, "a reason of hers")
    edit(comp, Kind.STATEMENT, "S002", {"summary": "Also corrected."}, "a reason of his")
    before = read_book(comp)
    target = before.find(Kind.STATEMENT, "S003")
    found = payloads_about(comp, target.id)
    assert len(found) == 2
    assert shred(comp, [target], Because.MISTAKE, "it was not hers") == 3
    nothing_opens(comp, found)
    after = read_book(comp)
    assert after.unreadable == ()
    assert [one.id for one in after.entries] == [one.id for one in before.entries if one.id != target.id]
    assert [one.record for one in after.entries] == [one.record for one in before.entries if one.id != target.id]
    assert [step.words for step in custody(comp, target.id)] == ["", "—", "it was not hers"]
    assert [one.words for one in history(comp, Kind.STATEMENT, "S002")] == ["", "a reason of his"]
    assert find(comp, "Corrected") == [("statement", "S002", "Also corrected.")]
    with pytest.raises(BadInput):
        history(comp, Kind.STATEMENT, "S003")
    assert whole(comp).erased == 3


def test_one_exhibit_goes_with_its_bytes_from_its_pack_and_the_others_of_that_pack_stay(comp, tmp_path):
    target = entry(comp, Kind.EXHIBIT, "2")
    found = payloads_about(comp, target.id)
    assert len(found) == 2
    shred(comp, [target], Because.NOT_NEEDED, "")
    nothing_opens(comp, found)
    for number, content in (("3", b"given under her consent"), ("4", b"of somebody else")):
        open_exhibit(comp, number, tmp_path / number, "")
        assert (tmp_path / number).read_bytes() == content
    with pytest.raises(BadInput):
        open_exhibit(comp, "2", tmp_path / "2", "")
    whole(comp)


def test_a_large_exhibit_goes_from_the_disk(vault, comp, tmp_path):
    (tmp_path / "large").write_bytes(bytes(range(256)) * 10_000)
    (one,) = seal_files(comp, [tmp_path / "large"], Exhibit(number="1"))
    before = {path for path, digest in files_below(vault.disk.root).items() if "/blobs/" in path and digest}
    assert len(before) == 1
    shred(comp, [entry(comp, Kind.EXHIBIT, one.number)], Because.MISTAKE, "")
    assert not [path for path, digest in files_below(vault.disk.root).items() if "/blobs/" in path and digest]
    whole(comp)


def test_what_was_shredded_stays_gone_after_the_vault_was_closed_and_the_index_made_anew(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, story(), tmp_path / "case")
        with vault.case(cid) as comp:
            target = entry(comp, Kind.STATEMENT, "S003")
            found = payloads_about(comp, target.id)
            shred(comp, [target], Because.MISTAKE, "")
    for path in (tmp_path / "vault" / "index").iterdir():
        path.unlink()
    with opened(tmp_path / "vault", PASSPHRASE) as vault, vault.case(cid) as comp:
        nothing_opens(comp, found)
        assert [one.what for one in custody(comp, target.id)] == ["recorded", "shredded"]
        whole(comp)


def test_nothing_named_is_told_and_shreds_nothing(comp):
    before = read_book(comp).case()
    with pytest.raises(BadInput):
        shred(comp, [], Because.MISTAKE, "")
    assert read_book(comp).case() == before


def test_a_tombstone_says_what_why_and_who_and_holds_no_text(comp):
    target = entry(comp, Kind.STATEMENT, "S003")
    shred(comp, [target], Because.ORDERED, "Zorvanelle decided")
    ((device, _, t, line),) = list(comp.index.events(("Shredded",)))
    assert isinstance(line, Shredded)
    assert (line.ids, line.because, line.override, device) == ((target.id,), Because.ORDERED, False, comp.seat.device)
    assert t.endswith("Z")
    assert "Zorvanelle" not in words_of(line) and "S003" not in words_of(line)


@pytest.mark.parametrize("kind", ["note", "contact", "task", "relation", "consent"])
def test_a_record_of_every_kind_can_be_shredded(comp, kind):
    cells = {"note": {"text": "x"}, "contact": {"person": "x"}, "task": {"title": "x"}, "relation": {"person": "x", "other": "y", "relation": "z"},
             "consent": {"person": "x"}}[kind]  # fmt: skip
    key, _ = add_cells(comp, Kind(kind), cells, "why")
    target = entry(comp, Kind(kind), key)
    found = payloads_about(comp, target.id)
    shred(comp, [target], Because.MISTAKE, "")
    nothing_opens(comp, found)
    assert target.id not in {one.id for one in read_book(comp).entries}
    whole(comp)


# --- hold ---------------------------------------------------------------------------------------------------------------------------


def test_a_hold_blocks_shredding_unless_it_is_overridden_and_that_is_recorded(comp):
    set_hold(comp, on=True, until=None, reason="proceedings")
    target = entry(comp, Kind.STATEMENT, "S003")
    before, commits = read_book(comp).case(), written(comp)
    for attempt in (lambda: shred(comp, [target], Because.MISTAKE, "x"), lambda: withdraw_consent(comp, PERSON, "x")):
        with pytest.raises(HeldError):
            attempt()
    assert read_book(comp).case() == before
    assert written(comp) == commits, "a refusal leaves no trace of half a deed"
    shred(comp, [target], Because.ORDERED, "a court", override=True)
    assert [line.override for _, _, _, line in comp.index.events(("Shredded",))] == [True]
    assert status(comp).on, "the hold itself stays"
    whole(comp)


def test_a_hold_that_ended_blocks_nothing(comp):
    set_hold(comp, on=True, until=None, reason="")
    set_hold(comp, on=False, until=None, reason="")
    assert shred(comp, [entry(comp, Kind.STATEMENT, "S003")], Because.MISTAKE, "") == 1


# --- consent ------------------------------------------------------------------------------------------------------------------------


def test_a_withdrawn_consent_shreds_what_rests_on_it_and_nothing_else(comp):
    contact, _ = add_cells(comp, Kind.CONTACT, {"person": PERSON, "address": "secret"}, "")
    other, _ = add_cells(comp, Kind.CONTACT, {"person": "Quillon Abernard"}, "")
    before = read_book(comp)
    hers = [before.find(kind, key) for kind, key in (
        (Kind.STATEMENT, "S003"), (Kind.STATEMENT, "S005"), (Kind.EXHIBIT, "2"), (Kind.EXHIBIT, "3"), (Kind.CONTACT, contact))]  # fmt: skip
    assert {one.id for one in resting_on_consent(comp, before, PERSON)} == {one.id for one in hers}
    found = {payload for one in hers for payload in payloads_about(comp, one.id)}
    assert withdraw_consent(comp, "ravella  CORVONTE", "she asked") >= len(found)
    nothing_opens(comp, found)
    after = read_book(comp)
    assert {one.id for one in before.entries} - {one.id for one in after.entries} == {one.id for one in hers}
    for one in after.entries:
        was = next(entry for entry in before.entries if entry.id == one.id)
        if one.kind is Kind.CONSENT and one.record.person == PERSON:
            assert one.record == msgspec.structs.replace(was.record, refused=True)
        else:
            assert one.record == was.record
    assert after.find(Kind.CONTACT, other)
    assert {line.because for _, _, _, line in comp.index.events(("Shredded",))} == {Because.CONSENT_WITHDRAWN}
    whole(comp)


def test_what_was_withdrawn_from_the_case_before_is_shredded_too(comp):
    withdraw(comp, Kind.STATEMENT, ("S005",), Because.NOT_NEEDED, "")
    found = payloads_about(comp, entry(comp, Kind.STATEMENT, "S005").id)
    withdraw_consent(comp, PERSON, "")
    nothing_opens(comp, found)


def test_an_older_revision_by_the_person_is_shredded_although_the_newest_names_another(comp):
    target = entry(comp, Kind.STATEMENT, "S003")
    edit(comp, Kind.STATEMENT, "S003", {"speaker": "a passenger"}, "name taken out")
    found = payloads_about(comp, target.id)
    withdraw_consent(comp, PERSON, "")
    nothing_opens(comp, found)


@pytest.mark.parametrize("nobody", ["Nobody Atall", "", " ", "(aside)"])
def test_somebody_without_a_consent_on_record_is_told_and_nothing_is_shredded(comp, nobody):
    before = read_book(comp).case()
    with pytest.raises(HabeasError):
        withdraw_consent(comp, nobody, "")
    assert read_book(comp).case() == before


def test_a_consent_whose_person_is_only_an_aside_does_not_take_all_that_is_unnamed(vault, tmp_path):
    builder = CaseBuilder().row("consents", person="(aside)")
    builder.add(summary="said by nobody in particular")
    cid = imported(vault, builder, tmp_path / "case")
    with vault.case(cid) as comp:
        unnamed = [one for one in read_book(comp).of(Kind.STATEMENT) if not one.record.speaker]
        assert unnamed
        assert not {one.id for one in resting_on_consent(comp, read_book(comp), "(aside)")} & {one.id for one in unnamed}


def test_a_caseworker_cannot_shred_and_his_attempt_changes_nothing(tmp_path):
    first, cid = office(tmp_path, builder=story())
    second = colleague(first, cid, tmp_path, "b2")
    with second.case(cid) as comp:
        before, commits = read_book(comp).case(), written(comp)
        for attempt in (
            lambda: shred(comp, [entry(comp, Kind.STATEMENT, "S003")], Because.MISTAKE, "a reason"), lambda: withdraw_consent(comp, PERSON, "a reason"),
        ):  # fmt: skip
            with pytest.raises(NotAllowedError):
                attempt()
        assert read_book(comp).case() == before
        assert written(comp) == commits, "a refusal leaves no trace of half a deed"
    first.close()
    second.close()


# --- what it does not reach ---------------------------------------------------------------------------------------------------------


def test_the_limits_are_told_one_by_one(vault, comp, tmp_path):
    target = entry(comp, Kind.EXHIBIT, "2")
    alone = reach(vault, comp, [target])
    assert (alone.items, alone.payloads, alone.held, alone.devices, alone.stores, alone.backups, alone.kits) == (("2",), 2, False, (), (), (), ())
    assert alone.mentions == ("statement S006",)
    said = " ".join(alone.words())
    assert "S006" in said and "cannot be undone" in said and "printout" in said
    assert not [word for word in ("store", "backups", "seal-only") if word in said.replace("stored", "")]
    (tmp_path / "store").mkdir()
    add_store(vault, "stick", str(tmp_path / "store"), {})
    make_backup(vault, tmp_path / "backup")
    device = seal_only_kit(comp, tmp_path / "kit", "field")
    (tmp_path / "f").write_bytes(b"from the field")
    (sealed,) = seal_into_kit(tmp_path / "kit", [tmp_path / "f"], Exhibit(number="1"))
    sync_case(vault, comp, str(tmp_path / "kit"))
    set_hold(comp, on=True, until=None, reason="")
    found = reach(vault, comp, [entry(comp, Kind.EXHIBIT, sealed.number)])
    assert (found.held, found.stores, found.kits) == (True, ("stick",), (device,))
    assert len(found.backups) == 1 and str(tmp_path / "backup") in found.backups[0]
    said = " ".join(found.words())
    for word in ("Sync first", "stick", str(tmp_path / "backup"), device, "Revoke"):
        assert word in said


def test_the_limits_name_the_other_devices_and_who_has_not_confirmed_is_listed_until_he_has(tmp_path):
    first, cid = office(tmp_path, builder=story())
    second = colleague(first, cid, tmp_path, "b2")
    with second.case(cid) as comp:
        device = comp.seat.device
    with first.case(cid) as comp:
        target = entry(comp, Kind.STATEMENT, "S003")
        found = payloads_about(comp, target.id)
        limits = reach(first, comp, [target])
        assert limits.devices == (f"b2 ({device})",)
        assert any(f"b2 ({device})" in line for line in limits.words())
        assert waiting_for(comp) == {}
        shred(comp, [target], Because.MISTAKE, "")
        assert list(waiting_for(comp)) == [f"b2 ({device})"]
        sync_case(first, comp, str(tmp_path / "store"))
        assert list(waiting_for(comp)) == [f"b2 ({device})"]
    with second.case(cid) as comp:
        assert comp.open_payload(bytes.fromhex(next(iter(found)))), "until it has synced, it can read: the limits say so"
        sync_case(second, comp, str(tmp_path / "store"))
        nothing_opens(comp, found)
    assert sync_both(tmp_path, cid, first, second) == []
    with first.case(cid) as comp:
        assert waiting_for(comp) == {}
        whole(comp)
    with second.case(cid) as comp:
        whole(comp)
    first.close()
    second.close()


def test_no_copy_of_the_payload_is_left_in_a_folder_that_serves_as_store(tmp_path):
    first, cid = office(tmp_path, builder=story())
    second = colleague(first, cid, tmp_path, "b2")
    with first.case(cid) as comp:
        target = entry(comp, Kind.EXHIBIT, "2")
        raw = [comp.objects.raw(comp.objects.spots[bytes.fromhex(one)]) for one in payloads_about(comp, target.id)]
        assert any(raw[0] in path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
        shred(comp, [target], Because.MISTAKE, "")
    sync_both(tmp_path, cid, first, second)
    for root in (tmp_path / "store", first.disk.root, second.disk.root):
        assert not [path for path in root.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in raw)]
    first.close()
    second.close()


# --- a person's report --------------------------------------------------------------------------------------------------------------


def test_a_person_report_holds_everything_on_the_person_and_no_other_name(comp):
    contact, _ = add_cells(comp, Kind.CONTACT, {"person": PERSON, "address": "12 Secret Street", "who_else_reads": "Quillon Abernard"}, "")
    note, _ = add_cells(comp, Kind.NOTE, {"text": f"Asked {PERSON} about Quillon Abernard."}, "")
    relation, _ = add_cells(comp, Kind.RELATION, {"person": PERSON, "other": "Ottoline Marchbanks", "relation": "sister"}, "")
    withdraw(comp, Kind.STATEMENT, ("S005",), Because.NOT_NEEDED, "")
    report = person_report(comp, PERSON)
    keys = {(one.kind, one.key) for one in report.records}
    assert keys >= {("statement", "S003"), ("statement", "S005"), ("statement", "S006"), ("exhibit", "2"), ("exhibit", "3"),
                    ("contact", contact), ("note", note), ("relation", relation)}  # fmt: skip
    assert len([key for key in keys if key[0] == "consent"]) == 2
    assert ("statement", "S002") not in keys and ("exhibit", "4") not in keys
    said = words_of(report)
    assert "12 Secret Street" in said
    assert not [name for name in ("Quillon", "Abernard", "Ottoline", "Marchbanks", "Dormaque", "Testcase") if name in said]
    assert report.masked > 0
    assert set(report.not_searched) == {"1", "2", "3", "4"}
    ((_, _, _, line),) = [one for one in comp.index.events(("Touched",)) if one[3].what == "reported"]
    assert "Corvonte" not in words_of(line)
    assert set(line.ids) == {one.id for one in read_book(comp).entries if (one.kind.value, one.key) in keys}


def test_a_person_report_masks_third_persons_in_the_reasons_of_its_custody_too(comp):
    edit(comp, Kind.STATEMENT, "S003", {"summary": "Corrected."}, "Quillon Abernard heard it otherwise")
    withdraw(comp, Kind.STATEMENT, ("S003",), Because.MISTAKE, "Stellin Dormaque objects")
    said = words_of(person_report(comp, PERSON))
    assert not [name for name in ("Quillon", "Abernard", "Stellin", "Dormaque") if name in said]


def test_the_clients_own_report_holds_the_head_of_the_case(vault, tmp_path):
    builder = CaseBuilder(notes="She limps since the third of May.", identifiers={"id_number": "12345678X", "birth_date": "1931-03-07"})
    cid = imported(vault, builder, tmp_path / "case")
    with vault.case(cid) as comp:
        said = words_of(person_report(comp, "Quintus Testcase"))
    assert [word for word in ("12345678X", "1931-03-07", "She limps") if word not in said] == []


def test_the_clients_report_holds_statements_that_name_nobody_and_none_on_another_person(vault, tmp_path):
    cid = imported(vault, CaseBuilder().add(person="Zeno Ypsilanti", speaker="Quillon Abernard", summary="Of another."), tmp_path / "case")
    with vault.case(cid) as comp:
        keys = {one.key for one in person_report(comp, "Quintus Testcase").records if one.kind == "statement"}
    assert keys >= {"S001", "S002", "S003", "S004"} and "S005" not in keys


@pytest.mark.parametrize("spelling", ["RAVELLA CORVONTE", "Ravella  Corvonte", "Ravélla Corvonte"])
def test_a_person_is_found_in_every_spelling_of_the_name(comp, spelling):
    assert ("statement", "S003") in {(one.kind, one.key) for one in person_report(comp, spelling).records}


def test_another_spelling_is_looked_for_where_it_is_named(comp):
    add_cells(comp, Kind.NOTE, {"text": "Равелла Корвонте звонила."}, "")
    assert "note" not in {one.kind for one in person_report(comp, PERSON).records}
    assert "note" in {one.kind for one in person_report(comp, PERSON, also=("Равелла Корвонте",)).records}


def test_nothing_of_what_was_shredded_is_in_the_report(comp):
    shred(comp, [entry(comp, Kind.STATEMENT, "S003")], Because.MISTAKE, "")
    report = person_report(comp, PERSON)
    assert "S003" not in {one.key for one in report.records}
    assert "stayed empty" not in words_of(report)


def test_after_everything_the_case_examines_and_the_custody_verifies(vault, comp):
    from habeas.services.examining import examine_case

    withdraw_consent(comp, PERSON, "she asked")
    shred(comp, [entry(comp, Kind.EXHIBIT, "1")], Because.ORDERED, "")
    shred(comp, [entry(comp, Kind.STATEMENT, "S002")], Because.ORDERED, "")
    examine_case(read_book(comp).case())
    checked = whole(comp)
    assert checked.erased
    assert any(str(checked.erased) in line and "not there" in line for line in checked.words())
    for _, _, _, line in comp.index.events(("Sealed", "Recorded")):
        assert isinstance(line, Sealed | Recorded)
        assert custody(comp, line.id)
