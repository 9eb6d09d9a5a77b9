"""People and devices: who is admitted by whom, what a role opens, what ends with a revocation, a handover, a panic."""

import base64
import json

import msgspec
import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import case_of, colleague, durable, files_below, imported, office, sync_both, words_of
from simulators.vaults import PASSPHRASE, clock, make_vault

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput, HabeasError
from habeas.seal.age import parse_identities
from habeas.services import vaults as services_vaults
from habeas.services.approving import agree, ask
from habeas.services.casebook import read_book
from habeas.services.cases import export_folder, set_hold, vault_source
from habeas.services.changing import add_statement, edit, edit_head, undo, withdraw
from habeas.services.erasing import shred
from habeas.services.exhibits import custody, open_exhibit, seal_into_kit
from habeas.services.opening import opened, second_key
from habeas.services.people import (
    admit,
    approve,
    check_receipt,
    forget_case,
    hand_over,
    join_case,
    leave,
    make_card,
    make_dormant,
    make_receipt,
    read_card,
    revoke,
    say_joined,
    seal_only_kit,
    wake,
)
from habeas.services.records import add_cells, change_head, find
from habeas.services.syncing import sync_case
from habeas.services.vaults import make_backup, recover, verify_vault
from habeas.vault.errors import NoSuchCaseError, NotAllowedError, NotReadyError, NoVaultError, RosterError, SecondPersonError, VaultError
from habeas.vault.events import Because, Kind, What
from habeas.vault.folder_store import FolderStore
from habeas.vault.recovery import Recovery
from habeas.vault.roster import Role, parse_roster
from habeas.vault.rotation import propose
from habeas.vault.vault import check_recovery, create_vault, make_recovery, open_vault, panic


@pytest.fixture
def world(tmp_path):
    made = []

    class World:
        folder = tmp_path
        first, cid = office(tmp_path)

        def vault(self, code):
            made.append(make_vault(tmp_path / f"vault-{code}", code))
            return made[-1]

        def colleague(self, code, role=Role.CASEWORKER):
            made.append(colleague(self.first, self.cid, tmp_path, code, role))
            return made[-1]

        def sync(self, *vaults):
            return sync_both(tmp_path, self.cid, *vaults)

    yield World()
    World.first.close()
    for one in made:
        one.close()


def altered(text, **fields):
    """A card or an invitation with other fields, its signature as it was."""
    prefix, body = text.split(":")
    value = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    value.update(fields)
    return prefix + ":" + base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# --- a card, an invitation, a join --------------------------------------------------------------------------------------------------


def test_from_a_card_to_the_same_case_on_another_device(world):
    second = world.colleague("b2")
    assert case_of(second, world.cid) == case_of(world.first, world.cid)
    with second.case(world.cid) as comp:
        assert (comp.me.role, comp.me.code) == (Role.CASEWORKER, "b2")
        add_statement(comp, {"side": "witness", "act": "present", "summary": "from the second"})
    assert world.sync(second, world.first) == []
    assert case_of(world.first, world.cid).statements[-1].summary == "from the second"
    assert verify_vault(second).good
    assert second.settings.joining == {}


def test_a_card_holds_fresh_keys_each_time_and_no_name_of_a_case(world):
    second = world.vault("b2")
    cards = [read_card(make_card(second)) for _ in range(3)]
    assert len({(one.device, one.sign, one.age) for one in cards}) == 3
    assert {one.code for one in cards} == {"b2"}


def test_a_card_survives_spaces_and_line_ends_on_its_way(world):
    card = make_card(world.vault("b2"))
    assert read_card("\n ".join(card[at : at + 60] for at in range(0, len(card), 60)) + "\r\n") == read_card(card)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: "", lambda card: card[:-4], lambda card: card.replace("card", "receipt"), lambda card: card[:40] + "A" + card[41:],
        lambda card: altered(card, code="A1"), lambda card: altered(card, device="0" * 12), lambda card: altered(card, more="x"),
        lambda card: altered(card, age="age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"), lambda card: card + "AAAA", lambda card: "x" * 10_000,
        lambda card: altered(card, sign="00" * 32), lambda card: altered(card, sign="01" + "00" * 31), lambda card: altered(card, code=""),
    ],
)  # fmt: skip
def test_a_card_that_was_changed_on_its_way_is_refused_and_changes_nothing(world, spoil):
    card = spoil(make_card(world.vault("b2")))
    with world.first.case(world.cid) as comp:
        before = comp.roster.version
        with pytest.raises(HabeasError):
            admit(comp, card, Role.ADMIN, "b2")
        assert comp.roster.version == before


@pytest.mark.parametrize("device", ["../../device", "a/b", "..", "A1", "ünïcode", "x" * 41, "con\x1b[2J", "1\n2"])
@pytest.mark.parametrize("field", ["device", "code"])
def test_a_card_signed_over_fields_that_are_no_ids_is_refused_and_writes_nothing_elsewhere(world, device, field):
    from habeas.services import people
    from habeas.vault.seat import Seat

    seat = Seat.generate()
    card = people.Card(device=seat.device, code="b2", sign=seat.signer.public.hex(), age=seat.identity.recipient.text)
    card = msgspec.structs.replace(card, **{field: device})
    card = msgspec.structs.replace(card, signature=seat.signer.sign(people._signed(card)).hex())
    text = people._text("habeas-card-1:", card)
    fine = field == "code" and all(c.isprintable() and c != " " for c in device) and len(device) <= 40
    with world.first.case(world.cid) as comp:
        before = durable(world.first)
        if fine:
            return  # a code is a label; what can be printed is fine
        with pytest.raises(HabeasError):
            admit(comp, text, Role.CASEWORKER, card.code)
        assert durable(world.first) == before


def test_a_device_is_admitted_once(world):
    card = make_card(world.vault("b2"))
    with world.first.case(world.cid) as comp:
        admit(comp, card, Role.CASEWORKER, "b2")
        with pytest.raises(RosterError):
            admit(comp, card, Role.ADMIN, "b2", same_person=True)


def joining(world):
    """(the second vault, its invitation) with everything in the store."""
    (world.folder / "store").mkdir()
    second = world.vault("b2")
    with world.first.case(world.cid) as comp:
        text, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2")
        sync_case(world.first, comp, str(world.folder / "store"))
    return second, text


@pytest.mark.parametrize("where", ["../device", "../settings", "../FORMAT", "../../outside", "..", "", "a/b", "x" * 300, "con\n"])
def test_an_invitation_cannot_lead_to_another_file_of_the_vault(world, where):
    second, text = joining(world)
    before, outside = durable(second), sorted(path.name for path in world.folder.iterdir())
    with pytest.raises(HabeasError):
        join_case(second, altered(text, case=where), FolderStore(world.folder / "store"))
    assert {path: digest for path, digest in durable(second).items() if digest} == {path: digest for path, digest in before.items() if digest}
    assert sorted(path.name for path in world.folder.iterdir()) == outside
    second.close()
    with opened(world.folder / "vault-b2", PASSPHRASE) as again:
        assert join_case(again, text, FolderStore(world.folder / "store")) == world.cid


def test_an_invitation_to_a_case_that_is_here_already_does_not_cost_its_keys(world):
    second, text = joining(world)
    mine = imported(second, CaseBuilder(), world.folder / "mine")
    with pytest.raises(HabeasError):
        join_case(second, altered(text, case=mine), FolderStore(world.folder / "store"))
    assert len(case_of(second, mine).statements) == 4


@pytest.mark.parametrize("fields", [{"trust": "0" * 64}, {"device": "0" * 12}, {"case": "case-000000000000"}])
def test_an_invitation_that_does_not_fit_leaves_nothing_and_the_right_one_still_works(world, fields):
    second, text = joining(world)
    with pytest.raises(HabeasError):
        join_case(second, altered(text, **fields), FolderStore(world.folder / "store"))
    assert second.case_ids() == []
    assert join_case(second, text, FolderStore(world.folder / "store")) == world.cid
    assert len(case_of(second, world.cid).statements) >= 0


def test_an_invitation_for_another_device_opens_nothing(world):
    _, text = joining(world)
    third = world.vault("c3")
    with pytest.raises(BadInput):
        join_case(third, text, FolderStore(world.folder / "store"))
    assert third.case_ids() == []


# --- the second person --------------------------------------------------------------------------------------------------------------


def test_where_there_are_two_admins_a_third_device_wants_both(world):
    second = world.colleague("b2", Role.ADMIN)
    third = world.vault("c3")
    with world.first.case(world.cid) as comp:
        version = comp.roster.version
        text, proposal = admit(comp, make_card(third), Role.READER, "c3")
        assert text == "" and proposal
        assert comp.roster.version == version, "nothing is in force yet"
        with pytest.raises(SecondPersonError):
            approve(comp, proposal)
    with second.case(world.cid) as comp:
        text = approve(comp, proposal)
        sync_case(second, comp, str(world.folder / "store"))
    assert join_case(third, text, FolderStore(world.folder / "store")) == world.cid
    assert world.sync(third, world.first, second) == []
    assert case_of(third, world.cid) == case_of(world.first, world.cid)


def test_two_devices_of_one_person_are_not_two_people(world):
    world.colleague("b2", Role.ADMIN)
    other = make_vault(world.folder / "vault-a1-phone", "a1")
    with world.first.case(world.cid) as comp:
        _, proposal = admit(comp, make_card(other), Role.ADMIN, "a1", same_person=True)
        assert proposal
    other.close()


def test_a_caseworker_or_a_reader_admits_revokes_and_approves_nobody(world):
    for code, role in (("b2", Role.CASEWORKER), ("c3", Role.READER)):
        other = world.colleague(code, role)
        card = make_card(world.vault("x" + code))
        with world.first.case(world.cid) as comp:
            proposal = propose(comp, members=[])
        with other.case(world.cid) as comp:
            for attempt in (
                lambda: admit(comp, card, Role.READER, "x" + code), lambda: revoke(comp, "a1"), lambda: approve(comp, proposal),  # noqa: B023
                lambda: seal_only_kit(comp, world.folder / "kit", "f"), lambda: make_dormant(comp, world.folder / "second", PASSPHRASE),
            ):  # fmt: skip
                with pytest.raises(HabeasError):
                    attempt()
            assert not (world.folder / "kit").exists()


@pytest.mark.parametrize("what", [b"", b"not a note", b"habeas-roster/1\n", b"\xff"])
def test_what_is_no_proposal_is_refused(world, what):
    with world.first.case(world.cid) as comp:
        before = comp.roster.version
        with pytest.raises(VaultError):
            approve(comp, what)
        assert comp.roster.version == before


def test_a_proposal_that_was_changed_on_its_way_is_refused(world):
    second = world.colleague("b2", Role.ADMIN)
    with world.first.case(world.cid) as comp:
        _, proposal = admit(comp, make_card(world.vault("c3")), Role.READER, "c3")
    first, cid, body, *rest = proposal.split(b"\n")
    roster = base64.b64decode(body)
    assert b'"reader"' in roster
    changed = b"\n".join([first, cid, base64.b64encode(roster.replace(b'"reader"', b'"admin"')), *rest])
    parse_roster(changed)
    with second.case(world.cid) as comp:
        with pytest.raises(VaultError):
            approve(comp, changed)
        assert len(comp.roster.members) == 2


def test_a_bulk_export_wants_a_second_person_once_for_each_use(world):
    second = world.colleague("b2")
    with world.first.case(world.cid) as comp:
        with pytest.raises(SecondPersonError):
            export_folder(world.first, comp, world.folder / "out", ending=".csv", reason="")
        assert not (world.folder / "out").exists()
        with pytest.raises(NotAllowedError):
            agree(comp, What.EXPORTED)
        ask(comp, What.EXPORTED)
        with pytest.raises(NotAllowedError):
            agree(comp, What.EXPORTED)
        with pytest.raises(SecondPersonError):
            export_folder(world.first, comp, world.folder / "out", ending=".csv", reason="")
    world.sync(world.first, second)
    with second.case(world.cid) as comp:
        assert agree(comp, What.EXPORTED) == "a1"
        with pytest.raises(SecondPersonError):
            export_folder(second, comp, world.folder / "his", ending=".csv", reason="")
    world.sync(second, world.first)
    with world.first.case(world.cid) as comp:
        assert export_folder(world.first, comp, world.folder / "out", ending=".csv", reason="") == 1
        with pytest.raises(SecondPersonError):
            export_folder(world.first, comp, world.folder / "again", ending=".csv", reason="")


def test_one_person_alone_exports_without_a_second(world):
    world.colleague("c3", Role.READER)
    with world.first.case(world.cid) as comp:
        assert export_folder(world.first, comp, world.folder / "out", ending=".csv", reason="") == 1


# --- roles --------------------------------------------------------------------------------------------------------------------------


def test_a_reader_reads_and_can_neither_write_nor_export_nor_see_contacts(world):
    with world.first.case(world.cid) as comp:
        contact, _ = add_cells(comp, Kind.CONTACT, {"person": "Zorvanelle", "address": "12 Secret Street"}, "her new Secret Street")
        rid = read_book(comp).find(Kind.CONTACT, contact).id
    reader = world.colleague("c3", Role.READER)
    assert case_of(reader, world.cid) == case_of(world.first, world.cid)
    with reader.case(world.cid) as comp:
        book = read_book(comp)
        assert book.of(Kind.CONTACT, withdrawn=True) == ()
        assert rid not in book.unreadable
        target = book.find(Kind.STATEMENT, "S002")
        attempts = {
            "a statement": lambda: add_statement(comp, {"side": "witness", "act": "present"}), "a note": lambda: add_cells(comp, Kind.NOTE, {"text": "x"}, ""),
            "a contact": lambda: add_cells(comp, Kind.CONTACT, {"person": "x"}, ""), "an edit": lambda: edit(comp, Kind.STATEMENT, "S002", {"quote": "x"}, ""),
            "an undo": lambda: undo(comp, Kind.STATEMENT, "S002"), "the head": lambda: change_head(comp, {"title": "x"}, None, ""),
            "withdraw": lambda: withdraw(comp, Kind.STATEMENT, ("S002",), Because.MISTAKE, ""), "shred": lambda: shred(comp, [target], Because.MISTAKE, ""),
            "a hold": lambda: set_hold(comp, on=True, until=None, reason=""), "an export": lambda: export_folder(reader, comp, world.folder / "out", ending=".csv", reason=""),
            "a dossier": lambda: vault_source(comp, "dossier"), "to agree": lambda: agree(comp, What.EXPORTED),
        }  # fmt: skip
        for name, attempt in attempts.items():
            with pytest.raises(HabeasError):  # noqa: PT012  # says which attempt went through
                attempt()
                pytest.fail(name)
        assert not (world.folder / "out").exists()
        open_exhibit(comp, "1", world.folder / "read", "a reader reads")
        vault_source(comp, "examination")
        assert find(comp, "Secret") == [] and find(comp, "Zorvanelle") == []
    assert world.sync(reader, world.first) == []
    assert case_of(reader, world.cid) == case_of(world.first, world.cid)


def test_a_reader_learns_nothing_of_a_contact_from_its_custody(world):
    with world.first.case(world.cid) as comp:
        contact, _ = add_cells(comp, Kind.CONTACT, {"person": "Zorvanelle"}, "she moved to 12 Secret Street")
        rid = read_book(comp).find(Kind.CONTACT, contact).id
    reader = world.colleague("c3", Role.READER)
    with reader.case(world.cid) as comp:
        assert "Secret Street" not in words_of(custody(comp, rid))


def test_a_caseworker_writes_and_sees_contacts(world):
    with world.first.case(world.cid) as comp:
        add_cells(comp, Kind.CONTACT, {"person": "Zorvanelle"}, "")
    second = world.colleague("b2")
    with second.case(world.cid) as comp:
        assert [one.record.person for one in read_book(comp).of(Kind.CONTACT)] == ["Zorvanelle"]
        add_cells(comp, Kind.CONTACT, {"person": "Another"}, "")
        edit_head(comp, lambda case: msgspec.structs.replace(case, notes="by b2"))
    assert world.sync(second, world.first) == []
    with world.first.case(world.cid) as comp:
        assert [one.record.person for one in read_book(comp).of(Kind.CONTACT)] == ["Zorvanelle", "Another"]


# --- revocation ---------------------------------------------------------------------------------------------------------------------


def test_a_revoked_device_gets_nothing_new_and_what_it_writes_later_does_not_count(world):
    second = world.colleague("b2")
    with world.first.case(world.cid) as comp:
        device = next(one.device for one in comp.roster.active() if one.code == "b2")
        assert revoke(comp, "b2") == (device,)
        add_statement(comp, {"side": "witness", "act": "present", "summary": "after he left"})
        sync_case(world.first, comp, str(world.folder / "store"))
    with second.case(world.cid) as comp:
        add_statement(comp, {"side": "witness", "act": "present", "summary": "by him, late"})
        result = sync_case(second, comp, str(world.folder / "store"))
        assert any("may have been removed" in str(alarm) for alarm in result.alarms)
        assert result.pushed == 0
        assert "after he left" not in words_of(read_book(comp).case())
    with second.case(world.cid) as comp:
        assert any("may have been removed" in str(alarm) for alarm in comp.alarms), "said again at every opening"
    kept = [path.read_bytes() for path in (second.disk.root / "cases").rglob("*") if path.is_file()]
    with world.first.case(world.cid) as comp:
        entry = read_book(comp).of(Kind.STATEMENT)[-1]
        assert entry.record.summary == "after he left"
        sealed = comp.objects.raw(comp.objects.spots[bytes.fromhex(entry.revisions[-1].payload)])
        sync_case(world.first, comp, str(world.folder / "store"))
        assert [one.record.summary for one in read_book(comp).of(Kind.STATEMENT)][-1] == "after he left"
    seat = second.seat(world.cid)
    for path in (second.disk.root / "cases" / world.cid / "keys").rglob("*"):
        assert comp.roster.epoch not in path.name or seat.device not in path.name
    assert sealed not in kept


def test_a_person_is_revoked_with_all_his_devices_and_nobody_revokes_himself(world):
    world.colleague("b2")
    phone = make_vault(world.folder / "vault-b2-phone", "b2")
    with world.first.case(world.cid) as comp:
        admit(comp, make_card(phone), Role.CASEWORKER, "b2", same_person=True)
        assert len(revoke(comp, "b2")) == 2
        for who in ("a1", comp.seat.device):
            with pytest.raises(NotReadyError):
                revoke(comp, who)
        for who in ("b2", "nobody", ""):
            with pytest.raises(BadInput):
                revoke(comp, who)
    phone.close()


# --- a seal-only kit ----------------------------------------------------------------------------------------------------------------


def test_a_kit_adds_and_what_a_revoked_kit_adds_later_is_not_taken(world):
    with world.first.case(world.cid) as comp:
        device = seal_only_kit(comp, world.folder / "kit", "field")
        with pytest.raises(BadInput):
            seal_only_kit(comp, world.folder / "kit", "field")
        (world.folder / "f").write_bytes(b"one")
        seal_into_kit(world.folder / "kit", [world.folder / "f"], Exhibit(number="1"))
        sync_case(world.first, comp, str(world.folder / "kit"))
        assert len(read_book(comp).of(Kind.EXHIBIT)) == 2
        revoke(comp, device)
        (world.folder / "f").write_bytes(b"two")
        seal_into_kit(world.folder / "kit", [world.folder / "f"], Exhibit(number="1"))
        sync_case(world.first, comp, str(world.folder / "kit"))
        assert len(read_book(comp).of(Kind.EXHIBIT)) == 2
        seals = [one for one in comp.roster.members if not one.role.reads]
        assert [one.active for one in seals] == [False]


def test_a_kit_is_not_made_where_two_people_decide(world):
    world.colleague("b2", Role.ADMIN)
    with world.first.case(world.cid) as comp:
        version = comp.roster.version
        with pytest.raises(SecondPersonError):
            seal_only_kit(comp, world.folder / "kit", "field")
        assert comp.roster.version == version
    assert not (world.folder / "kit").exists()


# --- dormant ------------------------------------------------------------------------------------------------------------------------


def test_a_dormant_case_opens_with_both_keys_only_and_wakes(world):
    with world.first.case(world.cid) as comp:
        make_dormant(comp, world.folder / "second.age", "a passphrase of its own")
    with pytest.raises(NotReadyError), world.first.case(world.cid):
        pass
    for words in ("another passphrase", None):
        with pytest.raises(BadInput):
            second_key(world.folder / "second.age", words)
    second = second_key(world.folder / "second.age", "a passphrase of its own")
    other = parse_identities(recovered_text())[0]
    with pytest.raises(VaultError), world.first.case(world.cid, other):
        pass
    with world.first.case(world.cid, second) as comp:
        assert len(read_book(comp).of(Kind.STATEMENT)) == 4
        add_statement(comp, {"side": "witness", "act": "present"})
        wake(comp)
    with world.first.case(world.cid) as comp:
        assert len(read_book(comp).of(Kind.STATEMENT)) == 5
        assert not comp.roster.dormant
    assert verify_vault(world.first).good


def recovered_text():
    from habeas.seal.age import Identity

    return Identity.generate().text()


# --- handover -----------------------------------------------------------------------------------------------------------------------


def handed_over(world, consent=None):
    receiver = world.vault("lawyer")
    (world.folder / "store").mkdir(exist_ok=True)
    card = make_card(receiver)
    with world.first.case(world.cid) as comp:
        consent = consent or add_cells(comp, Kind.CONSENT, {"person": "Quintus Testcase", "purpose": "handover"}, "")[0]
        text, _ = hand_over(comp, card, "the lawyer", consent, "lawyer")
        sync_case(world.first, comp, str(world.folder / "store"))
    join_case(receiver, text, FolderStore(world.folder / "store"))
    world.sync(receiver)
    with receiver.case(world.cid) as comp:
        say_joined(comp)
    world.sync(receiver, world.first)
    return receiver, card


def test_after_a_handover_the_receiver_opens_and_the_giver_does_not_and_the_receipt_checks(world):
    whole = case_of(world.first, world.cid)
    receiver, card = handed_over(world)
    device = read_card(card).device
    with world.first.case(world.cid) as comp:
        sync_case(world.first, comp, str(world.folder / "store"))
        leave(comp, device, FolderStore(world.folder / "store"))
        assert leave(comp, device, FolderStore(world.folder / "store")) == 0, "called again, it finds nothing left to send"
        with pytest.raises(NotAllowedError):
            add_statement(comp, {"side": "witness", "act": "present"})
    assert world.sync(receiver) == []
    assert case_of(receiver, world.cid) == msgspec.structs.replace(whole, consents=case_of(receiver, world.cid).consents)
    with receiver.case(world.cid) as comp:
        assert {one.code for one in comp.roster.active()} == {"lawyer"}
        assert comp.roster.holders == (), "the giver's recovery words open it no longer"
        assert [one.record.to for one in read_book(comp).of(Kind.REFERRAL)] == ["the lawyer"]
        add_statement(comp, {"side": "witness", "act": "present", "summary": "by the lawyer"})
        receipt = make_receipt(comp)
    found = check_receipt(receipt, card)
    assert (found.case, found.device) == (world.cid, device)
    other = make_card(world.vault("x9"))
    for bad, its_card in ((receipt, other), (altered(receipt, case="case-0123456789ab"), card), ("", card)):
        with pytest.raises(BadInput):
            forget_case(world.first, world.cid, bad, its_card)
    mine = imported(world.first, CaseBuilder(), world.folder / "mine")
    with pytest.raises(BadInput):
        forget_case(world.first, mine, receipt, card)
    assert len(case_of(world.first, mine).statements) == 4
    forget_case(world.first, world.cid, receipt, card)
    with pytest.raises(NoSuchCaseError), world.first.case(world.cid):
        pass
    assert world.first.case_ids() == [mine]
    assert not [path for path in files_below(world.first.disk.root) if path.startswith((f"local/{world.cid}", f"index/{world.cid}"))]
    for bad, its_card in ((receipt, other), (altered(receipt, case="case-0"), card), (receipt[:-3], card), (card, card), ("", card)):
        with pytest.raises(BadInput):
            check_receipt(bad, its_card)


def test_nobody_leaves_before_the_receiver_is_an_admin(world):
    reader = world.colleague("c3", Role.READER)
    with reader.case(world.cid) as comp:
        device = comp.seat.device
    with world.first.case(world.cid) as comp:
        version = comp.roster.version
        for who in (device, "0" * 12, ""):
            with pytest.raises(NotReadyError):
                leave(comp, who, FolderStore(world.folder / "store"))
        assert comp.roster.version == version


@pytest.mark.parametrize("which", ["none", "refused", "withdrawn", "expired", "of another kind"])
def test_a_handover_wants_a_consent_that_stands(world, which):
    card = make_card(world.vault("lawyer"))
    with world.first.case(world.cid) as comp:
        key = "no-such-id"
        if which == "of another kind":
            key = read_book(comp).find(Kind.STATEMENT, "S001").id
        elif which != "none":
            cells = {"person": "Quintus Testcase"} | {"refused": {"refused": "true"}, "expired": {"expires_on": "2020-01-01"}}.get(which, {})
            key, _ = add_cells(comp, Kind.CONSENT, cells, "")
        if which == "withdrawn":
            withdraw(comp, Kind.CONSENT, (key,), Because.CONSENT_WITHDRAWN, "")
        version = comp.roster.version
        with pytest.raises(NotReadyError):
            hand_over(comp, card, "the lawyer", key, "lawyer")
        assert comp.roster.version == version
        assert read_book(comp).of(Kind.REFERRAL) == ()


def test_a_handover_with_a_bad_card_leaves_no_referral(world):
    with world.first.case(world.cid) as comp:
        key, _ = add_cells(comp, Kind.CONSENT, {"person": "Quintus Testcase"}, "")
        with pytest.raises(HabeasError):
            hand_over(comp, "habeas-card-1:AAAA", "the lawyer", key, "lawyer")
        card = make_card(world.vault("lawyer"))
        admit(comp, card, Role.READER, "lawyer")
        with pytest.raises(HabeasError):
            hand_over(comp, card, "the lawyer", key, "lawyer")
        assert read_book(comp).of(Kind.REFERRAL) == ()


# --- recovery -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(tmp_path):
    """A vault with 2-of-3 words and two cases, a backup and a store of it, and then a panic."""
    vault = create_vault(tmp_path / "vault", PASSPHRASE, "a1", clock, work=10)
    words = make_recovery(vault, 2, 3)
    check_recovery(vault, [words[0], words[2]])
    cids = [imported(vault, CaseBuilder(title=f"Case {name}"), tmp_path / name) for name in "xy"]
    (tmp_path / "store").mkdir()
    for cid in cids:
        with vault.case(cid) as comp:
            sync_case(vault, comp, str(tmp_path / "store"))
    make_backup(vault, tmp_path / "backup")
    vault.close()
    return tmp_path, words, cids


@pytest.fixture
def cheap(monkeypatch):
    """`recover` with a cheap passphrase: the cost of scrypt is not what is tested here."""
    monkeypatch.setattr(services_vaults, "create_vault", lambda *given: create_vault(*given, work=10))


@pytest.mark.parametrize("origin", ["vault", "backup", "store"])
def test_after_a_panic_two_of_three_lists_bring_every_case_back(lost, cheap, origin):
    folder, words, cids = lost
    before = dict.fromkeys(cids, b"")
    assert panic(folder / "vault") >= 2
    with pytest.raises(NoVaultError):
        open_vault(folder / "vault", PASSPHRASE, clock)
    assert not [path for path in (folder / "vault").rglob("*.age") if path.parent.name == "local"]
    found = recover(folder / "new", folder / origin, [words[1], words[2]], "a new passphrase", "a1")
    assert sorted(found) == sorted(cids)
    with opened(folder / "new", "a new passphrase") as vault:
        assert sorted(vault.case_ids()) == sorted(before)
        assert {case_of(vault, cid).title for cid in cids} == {"Case x", "Case y"}
        assert verify_vault(vault).good
        with vault.case(cids[0]) as comp:
            old = next(one.device for one in comp.roster.active() if one.device != comp.seat.device)
            assert revoke(comp, old) == (old,)
        imported(vault, CaseBuilder(), folder / "z")


@pytest.mark.parametrize("which", ["one list", "a list twice", "of another vault", "none", "mistyped"])
def test_words_that_are_too_few_or_of_another_vault_recover_nothing_and_leave_nothing(lost, cheap, which):
    folder, words, _ = lost
    others = Recovery.generate().words(2, 3)
    lists = {"one list": [words[0]], "a list twice": [words[0], words[0]], "of another vault": list(others[:2]), "none": [],
             "mistyped": [words[0], words[1].rsplit(" ", 1)[0] + " academic"]}[which]  # fmt: skip
    with pytest.raises(VaultError) as told:
        recover(folder / "new", folder / "vault", lists, "a new passphrase", "a1")
    assert not (folder / "new").exists()
    assert not [word for one in words for word in one.split() if f" {word} " in f" {told.value} "]


def test_recovery_of_a_place_without_cases_is_told(lost, cheap):
    folder, words, _ = lost
    (folder / "empty").mkdir()
    with pytest.raises(HabeasError):
        recover(folder / "new", folder / "empty", list(words[:2]), "a new passphrase", "a1")
    assert not (folder / "new").exists()


def test_a_recovered_case_does_not_hide_that_the_lost_device_is_still_a_member(lost, cheap):
    folder, words, cids = lost
    recover(folder / "new", folder / "store", list(words[:2]), "a new passphrase", "a1")
    with opened(folder / "new", "a new passphrase") as vault, vault.case(cids[0]) as comp:
        assert len(comp.roster.active()) == 2


def test_recovering_twice_gives_two_devices_and_no_alarm(lost, cheap):
    folder, words, cids = lost
    for name in ("new", "newer"):
        recover(folder / name, folder / "backup", list(words[:2]), "a new passphrase", "a1")
    with opened(folder / "newer", "a new passphrase") as vault, vault.case(cids[0]) as comp:
        assert comp.alarms == []
