"""The chain of trust: whoever is in it got in by the signatures of those before, and every way to cheat is refused."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.vaults import bare_case, member_of, three

from habeas.domain.errors import HabeasError
from habeas.seal.age import Identity
from habeas.seal.canonical import canonical
from habeas.seal.ed25519 import Signer
from habeas.seal.note import add_signature, sign_note
from habeas.vault.errors import RosterError, SecondPersonError
from habeas.vault.events import Admitted, Because, Erased, Held, Kind, Recorded, Rotated, Sealed, Shredded, Touched, What, Why, Withdrawn
from habeas.vault.recovery import Recovery
from habeas.vault.roster import (
    Member,
    Role,
    Roster,
    admit_first,
    admit_next,
    digest_of,
    missing_signatures,
    needs_second,
    parse_roster,
    sign_roster,
)
from habeas.vault.rotation import adopt, propose
from habeas.vault.seat import Seat

A, A2, B, C, NEW = (Seat(name * 12, Identity(bytes([n]) * 32), Signer(bytes([n]) * 32)) for n, name in enumerate("abcde", 1))
RECOVERY = Recovery(bytes(range(32)))
EPOCH = Identity(bytes([9]) * 32).recipient.text
CASE = "case-1"


def roster(*members, version=1, previous="", **fields):
    fields = {"epoch": "1-00000000", "recipient": EPOCH, "contacts": EPOCH, "holders": (RECOVERY.holder,)} | fields
    return Roster(compartment=CASE, version=version, previous=previous, members=members, **fields)


def signed(made, *by):
    return sign_roster(made, [(seat.device, seat.signer) for seat in by])


ADMIN, SECOND = member_of(A, "a", Role.ADMIN), member_of(B, "b", Role.ADMIN)
READER = member_of(C, "c", Role.READER)
ADDED = member_of(NEW, "n", Role.CASEWORKER)

FIRST = signed(roster(ADMIN, READER), A)
BEFORE = admit_first(FIRST, CASE)
DIGEST = digest_of(FIRST)
TWO_NOTE = signed(roster(ADMIN, SECOND, READER), A)
TWO = admit_first(TWO_NOTE, CASE)
TWO_DIGEST = digest_of(TWO_NOTE)


def after(before, digest, **changes):
    return msgspec.structs.replace(before, version=before.version + 1, previous=digest, **changes)


def refused(before, note, digest, words=None):
    with pytest.raises(RosterError, match=words):
        admit_next(before, note, digest)


def test_the_first_is_signed_by_an_admin_of_its_own():
    assert BEFORE.members == (ADMIN, READER)
    for by in ((C,), (B,), ()):
        with pytest.raises(HabeasError):
            admit_first(signed(roster(ADMIN, READER), *by), CASE)
    with pytest.raises(RosterError, match="another case"):
        admit_first(FIRST, "case-2")
    with pytest.raises(RosterError, match="not signed"):
        admit_first(signed(roster(ADMIN, version=2), A), CASE)


def test_an_announced_one_is_taken_by_its_digest_alone():
    later = signed(after(BEFORE, DIGEST), A)
    assert admit_first(later, CASE, digest_of(later)).version == 2
    with pytest.raises(RosterError, match="announced"):
        admit_first(FIRST, CASE, digest_of(later))


def test_the_next_follows_and_is_signed_by_an_admin_of_the_one_before():
    note = signed(after(BEFORE, DIGEST, members=(*BEFORE.members, ADDED)), A)
    assert admit_next(BEFORE, note, DIGEST).member(NEW.device) == ADDED


def test_nobody_makes_himself_an_admin():
    members = (ADMIN, READER, member_of(NEW, "n", Role.ADMIN))
    for by in ((), (C,), (NEW,), (C, NEW)):
        with pytest.raises(HabeasError):
            admit_next(BEFORE, signed(after(BEFORE, DIGEST, members=members), *by), DIGEST)


def test_a_signature_under_the_name_of_an_admin_is_none():
    note = sign_note(f"habeas-roster/1\n{CASE}\n{base64.b64encode(canonical(after(BEFORE, DIGEST))).decode()}\n", [(A.device, NEW.signer)])
    refused(BEFORE, note, DIGEST, "no admin")


def test_an_admin_who_was_revoked_signs_nothing_more():
    gone = msgspec.structs.replace(ADMIN, until=4)
    note = signed(after(TWO, TWO_DIGEST, members=(gone, SECOND, READER)), B)
    now = admit_next(TWO, note, TWO_DIGEST)
    assert now.admins() == (SECOND,)
    refused(now, signed(after(now, digest_of(note)), A), digest_of(note), "no admin")


@pytest.mark.parametrize(
    "change",
    [{"version": 3}, {"version": 1}, {"previous": ""}, {"previous": "00" * 32}, {"compartment": "case-2"}],
    ids=str,
)
def test_one_that_does_not_follow_is_refused(change):
    note = signed(msgspec.structs.replace(after(BEFORE, DIGEST), **change), A)
    refused(BEFORE, note, DIGEST)


def test_two_of_one_version_cannot_both_be_followed():
    one, two = signed(after(BEFORE, DIGEST), A), signed(after(BEFORE, DIGEST, dormant=EPOCH), A)
    third = signed(after(admit_next(BEFORE, one, DIGEST), digest_of(one)), A)
    refused(admit_next(BEFORE, two, DIGEST), third, digest_of(two), "follow")


def test_nobody_vanishes_and_nobody_changes():
    other = Identity(bytes([7]) * 32).recipient.text
    for members in (
        (ADMIN,),
        (ADMIN, msgspec.structs.replace(READER, role=Role.ADMIN)),
        (ADMIN, msgspec.structs.replace(READER, age=other)),
        (ADMIN, msgspec.structs.replace(READER, sign=NEW.signer.public.hex())),
        (ADMIN, msgspec.structs.replace(READER, code="z")),
        (ADMIN, msgspec.structs.replace(READER, device="e" * 12)),
    ):
        refused(BEFORE, signed(after(BEFORE, DIGEST, members=members), A), DIGEST, "missing or was changed")


def test_a_revoked_device_does_not_come_back_nor_does_its_last_commit_move():
    note = signed(after(BEFORE, DIGEST, members=(ADMIN, msgspec.structs.replace(READER, until=3))), A)
    now = admit_next(BEFORE, note, DIGEST)
    for until in (-1, 2, 4):
        back = (ADMIN, msgspec.structs.replace(READER, until=until))
        refused(now, signed(after(now, digest_of(note), members=back), A), digest_of(note), "came back")


def test_a_device_stands_in_it_once():
    for members in ((ADMIN, READER, READER), (ADMIN, READER, msgspec.structs.replace(ADDED, device=A.device))):
        with pytest.raises(RosterError, match="twice"):
            parse_roster(signed(roster(*members), A))


# The second person


def test_a_second_person_is_wanted_where_there_is_one():
    wanted = after(TWO, TWO_DIGEST, members=(*TWO.members, ADDED))
    alone = signed(wanted, A)
    refused(TWO, alone, TWO_DIGEST, "second person")
    assert missing_signatures(TWO, alone) == 1
    both = add_signature(alone, B.device, B.signer)
    assert missing_signatures(TWO, both) == 0
    assert admit_next(TWO, both, TWO_DIGEST).member(NEW.device)
    assert not needs_second(BEFORE, after(BEFORE, DIGEST, members=(*BEFORE.members, ADDED)))


def test_a_second_device_of_one_person_is_no_second_person():
    one = roster(ADMIN, member_of(A2, "a", Role.ADMIN), SECOND)
    note = signed(one, A)
    wanted = after(one, digest_of(note), members=(*one.members, ADDED))
    refused(one, signed(wanted, A, A2), digest_of(note), "second person")
    assert admit_next(one, signed(wanted, A2, B), digest_of(note))


def test_the_same_signature_twice_is_one_person():
    alone = signed(after(TWO, TWO_DIGEST, members=(*TWO.members, ADDED)), A, A)
    refused(TWO, alone, TWO_DIGEST, "second person")


def test_taking_somebody_out_needs_no_second_person():
    members = (ADMIN, SECOND, msgspec.structs.replace(READER, until=0))
    assert admit_next(TWO, signed(after(TWO, TWO_DIGEST, members=members), A), TWO_DIGEST)


def test_a_new_reading_key_beside_a_known_signing_key_needs_a_second_person_too():
    """An admin who is coerced adds a device with his own signing key again and an age key of somebody else: it could read everything."""
    smuggled = Member(device="f" * 12, code="a", role=Role.READER, sign=ADMIN.sign, age=NEW.identity.recipient.text)
    wanted = after(TWO, TWO_DIGEST, members=(*TWO.members, smuggled))
    assert needs_second(TWO, wanted)
    refused(TWO, signed(wanted, A), TWO_DIGEST, "second person")


def test_a_signing_key_has_one_spelling():
    """``bytes.fromhex`` takes capitals and spaces, so that one key could stand in a roster as two."""
    for spelled in (ADMIN.sign.upper(), " ".join([ADMIN.sign[:2], ADMIN.sign[2:]])):
        with pytest.raises(RosterError):
            parse_roster(signed(roster(ADMIN, msgspec.structs.replace(ADDED, sign=spelled)), A))


def test_a_holder_added_with_a_known_signing_key_and_another_age_key_needs_a_second_person():
    smuggled = msgspec.structs.replace(RECOVERY.holder, age=NEW.identity.recipient.text)
    wanted = after(TWO, TWO_DIGEST, holders=(RECOVERY.holder, smuggled))
    assert needs_second(TWO, wanted)
    refused(TWO, signed(wanted, A), TWO_DIGEST, "second person")


def test_a_new_holder_of_recovery_words_needs_a_second_person():
    wanted = after(TWO, TWO_DIGEST, holders=(RECOVERY.holder, Recovery.generate().holder))
    refused(TWO, signed(wanted, A), TWO_DIGEST, "second person")
    assert admit_next(TWO, signed(wanted, A, B), TWO_DIGEST)


def test_the_holder_of_recovery_words_signs_for_everybody():
    wanted = after(TWO, TWO_DIGEST, members=(*TWO.members, member_of(NEW, "n", Role.ADMIN)))
    note = sign_roster(wanted, [("recovery0", RECOVERY.signer)])
    assert admit_next(TWO, note, TWO_DIGEST).member(NEW.device)
    for name, signer in (("recovery1", RECOVERY.signer), ("recovery0", Recovery.generate().signer), ("recovery", RECOVERY.signer)):
        refused(TWO, sign_roster(wanted, [(name, signer)]), TWO_DIGEST, "no admin")
    assert missing_signatures(TWO, note) == 0


def test_a_device_named_recovery0_is_not_the_holder():
    named = Seat("recovery0", Identity(bytes([8]) * 32), Signer(bytes([8]) * 32))
    one = roster(ADMIN, SECOND, member_of(named, "r", Role.ADMIN))
    note = signed(one, A)
    wanted = after(one, digest_of(note), members=(*one.members, ADDED))
    refused(one, signed(wanted, named), digest_of(note))


def test_a_compartment_adopts_only_what_two_people_signed(tmp_path):
    comp, _ = bare_case(tmp_path)
    adopt(comp, propose(comp, members=[member_of(B, "b", Role.ADMIN)]))
    proposal = propose(comp, members=[member_of(NEW, "n", Role.CASEWORKER)])
    with pytest.raises(SecondPersonError):
        adopt(comp, proposal)
    assert comp.roster.version == 2
    assert adopt(comp, add_signature(proposal, B.device, B.signer)).version == 3
    with pytest.raises(RosterError, match="fresh keys"):
        propose(comp, members=[member_of(NEW, "n", Role.ADMIN)])
    comp.close()


# Roles


H = "ab" * 32
EVENTS = {
    "sealed": Sealed(id="a", payload=H, size=1, commitment=H),
    "exhibit": Recorded(kind=Kind.EXHIBIT, id="a", payload=H, size=1, commitment=H, why=Why.ADDED),
    "corrected exhibit": Recorded(kind=Kind.EXHIBIT, id="a", payload=H, size=1, commitment=H, why=Why.CORRECTED, previous=H),
    "statement": Recorded(kind=Kind.STATEMENT, id="a", payload=H, size=1, commitment=H, why=Why.ADDED),
    "touched": Touched(what=What.OPENED, ids=("a",)),
    "withdrawn": Withdrawn(ids=("a",), because=Because.MISTAKE),
    "held": Held(on=True),
    "erased": Erased(roster=1),
    "shredded": Shredded(ids=("a",), payloads=(H,), because=Because.MISTAKE),
    "rotated": Rotated(epoch="2-0", roster=1, headers=1),
    "admitted": Admitted(roster=1),
}
MAY = {
    Role.ADMIN: set(EVENTS),
    Role.CASEWORKER: set(EVENTS) - {"shredded", "rotated", "admitted"},
    Role.READER: {"touched", "erased"},
    Role.SEAL_ONLY: {"sealed", "exhibit"},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_write_what_it_may_and_no_more(role):
    assert {name for name, event in EVENTS.items() if role.may_write(event)} == MAY[role]


def test_who_reads_and_who_reads_contacts():
    assert {role for role in Role if role.reads} == set(Role) - {Role.SEAL_ONLY}
    assert {role for role in Role if role.reads_contacts} == {Role.ADMIN, Role.CASEWORKER}
    field = member_of(NEW, "f", Role.SEAL_ONLY)
    made = roster(ADMIN, field, msgspec.structs.replace(READER, until=1))
    assert [one.text for one in made.readers()] == [ADMIN.age, RECOVERY.holder.age]


@pytest.mark.parametrize(
    "body", [b"\x00", b"{}", b"null", b"\xff", b"[" * 9000, canonical(BEFORE)[:-1], canonical(BEFORE) + b"x", canonical(BEFORE) * 2]
)
def test_what_is_no_roster_is_refused(body):
    text = f"habeas-roster/1\n{CASE}\n{base64.b64encode(body).decode()}\n"
    with pytest.raises(RosterError, match="malformed"):
        parse_roster(sign_note(text, [(A.device, A.signer)]))


@given(st.binary(min_size=1, max_size=300), st.integers(0, 10_000), st.integers(1, 255))
def test_any_bytes_and_any_change_are_a_roster_or_a_typed_error(untrusted, at, change):
    """Also in a note that an admin signed: whoever was admitted may turn against the others."""
    changed, body = bytearray(FIRST), bytearray(canonical(BEFORE))
    changed[at % len(changed)] ^= change
    body[at % len(body)] ^= change
    texts = (f"habeas-roster/1\n{CASE}\n{base64.b64encode(bytes(one)).decode()}\n" for one in (untrusted, body))
    for note in (untrusted, bytes(changed), *(sign_note(text, [(A.device, A.signer)]) for text in texts)):
        for ask in (lambda note: admit_next(BEFORE, note, DIGEST), lambda note: admit_first(note, CASE).readers()):
            try:
                ask(note)
            except HabeasError:
                pass


def test_members_keep_their_places_since_the_first_is_who_made_the_compartment(tmp_path):
    with three(tmp_path) as case:
        before = case.a.roster
        turned = msgspec.structs.replace(before, version=before.version + 1, previous=case.a.roster_digest, members=before.members[::-1])
        note = sign_roster(turned, [(case.a.seat.device, case.a.seat.signer)])
        with pytest.raises(RosterError, match="missing or was changed"):
            admit_next(before, note, case.a.roster_digest)
