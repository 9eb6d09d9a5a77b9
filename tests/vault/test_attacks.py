"""Attacks by a member who can also write to the store, each shown once to work and closed since."""

import hashlib
import os

import msgspec
import pytest
from simulators.vaults import add, member_of, record_of, reopened, three

from habeas.seal.age import NoMatchError, Recipient, open_header, seal_header
from habeas.vault.errors import RosterError, UnreadableError, VaultError
from habeas.vault.events import Kind
from habeas.vault.keyring import Epoch
from habeas.vault.objects import Header, encode_headers
from habeas.vault.roster import Role, admit_next, digest_of, needs_second, sign_roster
from habeas.vault.rotation import Change, rotate
from habeas.vault.seat import Seat
from habeas.vault.sync import sync


def plant(store, name, content):
    """Put something into the folder that serves as the store, over what is there."""
    path = store._root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def bogus_headers(comp, payloads):
    """Headers that open with the epoch's key and are of another file key, named as a header pack has to be."""
    reader = Recipient.parse(comp.roster.recipient)
    pack = encode_headers([Header(one, seal_header(os.urandom(16), [reader])) for one in payloads])
    return f"{comp.cid}/heads/{comp.roster.epoch}/0-{hashlib.sha256(pack).hexdigest()}", pack


def test_a_key_file_that_somebody_else_sealed_for_a_device_is_not_taken(tmp_path):
    """A revoked reader seals identities of his own for a caseworker: the caseworker would write every header anew for him, contacts included."""
    with three(tmp_path) as t:
        contact = add(t.a, {"phone": "made up"}, Kind.CONTACT)
        t.sync_all()
        rotate(t.a, Change(revoke=(t.c.seat.device,)))
        sync(t.a, t.store, "s")
        epoch = t.a.roster.epoch
        forged = Epoch(epoch, *(Epoch.next("").identities))
        plant(t.store, f"{t.a.cid}/keys/{epoch}.d{t.b.seat.device}.age", forged.seal(t.b.seat.identity.recipient, with_contacts=True, second=None))
        done = sync(t.b, t.store, "s")
        assert any("not the one that the list of members names" in str(one) for one in done.alarms)
        stolen = {header for path in t.store._root.rglob("heads/*/*") for header in [path.read_bytes()]}
        assert stolen
        for headers in t.b.objects.headers.values():
            for header in (one for some in headers.values() for one in some):
                with pytest.raises(NoMatchError):
                    open_header(header, forged.identities)
        assert record_of(t.b, contact) == {"phone": "made up"}


def test_a_planted_header_hides_nothing_and_does_not_outlive_the_good_one(tmp_path):
    with three(tmp_path) as t:
        payloads = [add(t.a, {"n": n}) for n in range(3)]
        t.sync_all()
        bodies = [one for one in t.a.objects.headers[t.a.roster.epoch] if one not in t.a.objects.spots]
        name, pack = bogus_headers(t.c, [*(bytes.fromhex(one) for one in payloads), *bodies])
        plant(t.store, name, pack)
        sync(t.a, t.store, "s")
        t.a = reopened(t.a)
        assert [record_of(t.a, one)["n"] for one in payloads] == [0, 1, 2]
        rotate(t.a, Change(revoke=(t.c.seat.device,)))
        t.a = reopened(t.a)
        assert [record_of(t.a, one)["n"] for one in payloads] == [0, 1, 2]
        assert not t.a.alarms


def test_junk_headers_of_payloads_that_nobody_spoke_of_stop_no_revocation(tmp_path):
    with three(tmp_path) as t:
        t.sync_all()
        name, pack = bogus_headers(t.c, [os.urandom(32) for _ in range(3)])
        plant(t.store, name, pack)
        sync(t.a, t.store, "s")
        rotate(t.a, Change(revoke=(t.c.seat.device,)))
        assert t.a.roster.member(t.c.seat.device).until >= 0


def test_a_device_cannot_call_itself_a_holder_of_recovery_words(tmp_path):
    with three(tmp_path) as t:
        member = msgspec.structs.replace(member_of(Seat.generate(), "x", Role.ADMIN), device="recoveryx")
        after = msgspec.structs.replace(t.a.roster, version=t.a.roster.version + 1, previous=t.a.roster_digest, members=(*t.a.roster.members, member))
        with pytest.raises(RosterError):
            admit_next(t.a.roster, sign_roster(after, [(t.a.seat.device, t.a.seat.signer)]), t.a.roster_digest)


def test_whoever_revokes_the_other_admin_does_not_admit_alone_afterwards(tmp_path):
    with three(tmp_path) as t:
        first = t.a.roster
        other = member_of(Seat.generate(), "other", Role.ADMIN)
        two = msgspec.structs.replace(first, version=first.version + 1, previous=t.a.roster_digest, members=(*first.members, other))
        alone = msgspec.structs.replace(two, members=(*first.members, msgspec.structs.replace(other, until=0)))
        more = msgspec.structs.replace(alone, members=(*alone.members, member_of(Seat.generate(), "n", Role.READER)))
        assert needs_second(alone, more)
        assert digest_of(sign_roster(alone, [(t.a.seat.device, t.a.seat.signer)]))


def test_one_text_under_the_id_of_another_is_not_shown(tmp_path):
    with three(tmp_path) as t:
        one = add(t.a, {"n": 1}, rid="aaaa")
        with pytest.raises(VaultError):
            t.a.envelope(one, "bbbb")
        with pytest.raises(VaultError):
            t.a.envelope(one, "aaaa", "0" * 64)
        with pytest.raises(UnreadableError):
            t.a.open_payload(bytes(32))
