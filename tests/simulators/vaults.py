"""Vaults as people have them: one on its own, one open case, three devices around a folder that serves as the store."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from habeas.seal.age import Identity
from habeas.vault.compartment import Compartment, new_id, open_compartment
from habeas.vault.disk import Disk
from habeas.vault.events import Kind, Why
from habeas.vault.folder_store import FolderStore
from habeas.vault.kit import Kit, make_kit
from habeas.vault.recovery import Recovery
from habeas.vault.roster import Holder, Member, Role
from habeas.vault.rotation import adopt, propose
from habeas.vault.seat import Seat
from habeas.vault.sync import join, sync
from habeas.vault.vault import Vault, check_recovery, create_vault, make_recovery

PASSPHRASE = "correct horse battery"
NOW = "2026-11-25T00:00:00Z"
WORK = 10
"""log2 of scrypt's N in tests: a millisecond where the real one takes half a second."""


def clock() -> str:
    """The same second for ever: no test depends on the time of day."""
    return NOW


def make_vault(folder: Path, code: str = "a", *, ready: bool = True) -> Vault:
    """A new vault; ``ready``: its recovery words are made and checked, so that it can make cases."""
    made = create_vault(folder, PASSPHRASE, code, clock, work=WORK)
    if ready:
        check_recovery(made, list(make_recovery(made, 1, 1)))
    return made


def seat_of(comp: Compartment) -> Seat:
    """The keys of the device, to open the same compartment again."""
    return comp.seat


def reopened(comp: Compartment, clock_: Any = clock, second: Identity | None = None) -> Compartment:
    """The compartment as the next start of the program finds it."""
    comp.close()
    return open_compartment(comp.disk, comp.cid, comp.seat, clock_, second)


def add(comp: Compartment, record: Any, kind: Kind = Kind.STATEMENT, rid: str = "", previous: str = "", reason: str = "") -> str:
    """One record in one commit; its payload."""
    draft = comp.draft()
    payload = draft.record(kind, rid or new_id(), record, Why.CORRECTED if previous else Why.ADDED, previous=previous, reason=reason)
    comp.commit(draft)
    return payload


def add_exhibit(comp: Compartment, content: bytes, record: Any = None, rid: str = "") -> tuple[str, str]:
    """An exhibit with its record in one commit: (payload of the record, payload of the content)."""
    draft, rid = comp.draft(), rid or new_id()
    sealing = draft.content(rid, [content])
    payload = draft.record(Kind.EXHIBIT, rid, record or {"number": "1"}, Why.ADDED, sealing=sealing)
    comp.commit(draft)
    return payload, sealing.content.payload


def record_of(comp: Compartment, payload: str) -> Any:
    """The plain values of a record."""
    return msgspec.json.decode(comp.envelope(payload).record)


def member_of(seat: Seat, code: str, role: Role) -> Member:
    """A device as a roster names it."""
    return Member(device=seat.device, code=code, role=role, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)


def admit(comp: Compartment, seat: Seat, code: str, role: Role, drop: Identity | None = None) -> None:
    """Add one device; only where one person may do so alone."""
    adopt(comp, propose(comp, members=[member_of(seat, code, role)]), {f"s-{seat.device}": drop} if drop else None)


class Bare(NamedTuple):
    """A case without a vault around it, the quickest to make: its compartment and the recovery that opens it."""

    comp: Compartment
    recovery: Recovery


def bare_case(folder: Path, code: str = "a") -> Bare:
    """One compartment in a folder, without a passphrase."""
    from habeas.vault.compartment import create, new_case_id

    folder.mkdir(parents=True, exist_ok=True)
    recovery, disk = Recovery.generate(), Disk(folder)
    holder: Holder = recovery.holder
    return Bare(create(disk, new_case_id(), Seat.generate(), code, (holder,), clock), recovery)


class Three:
    """Devices a (admin), b (caseworker) and c (reader) of three people, around one store in a folder."""

    def __init__(self, folder: Path, roles: tuple[Role, Role] = (Role.CASEWORKER, Role.READER)) -> None:
        """All three have joined and synced."""
        (folder / "store").mkdir(parents=True)
        self.folder, self.store = folder, FolderStore(folder / "store")
        self.a = bare_case(folder / "a").comp
        seats = Seat.generate(), Seat.generate()
        adopt(self.a, propose(self.a, members=[member_of(one, code, role) for one, code, role in zip(seats, "bc", roles, strict=True)]))
        sync(self.a, self.store, "s")
        self.b, self.c = (self.joined(code, one) for code, one in zip("bc", seats, strict=True))
        self.sync_all()

    def joined(self, name: str, seat: Seat) -> Compartment:
        """A device that begins from the store."""
        (self.folder / name).mkdir()
        return join(Disk(self.folder / name), self.a.cid, seat, self.a.roster_digest, self.store, clock)

    def all(self) -> tuple[Compartment, ...]:
        """The three."""
        return self.a, self.b, self.c

    def sync_all(self, rounds: int = 2) -> list[str]:
        """Everybody syncs in turn; the alarms of the last round, as text."""
        said: list[str] = []
        for _ in range(rounds):
            said = [str(alarm) for comp in self.all() for alarm in sync(comp, self.store, "s").alarms]
        return said

    def close(self) -> None:
        """Close every index."""
        for comp in self.all():
            comp.close()


@contextmanager
def three(folder: Path, roles: tuple[Role, Role] = (Role.CASEWORKER, Role.READER)):
    """:class:`Three`, closed at the end."""
    made = Three(folder, roles)
    try:
        yield made
    finally:
        made.close()


def field_kit(comp: Compartment, folder: Path, code: str = "field") -> tuple[Kit, Seat]:
    """A seal-only kit for a case, and the seat that its device has in the roster."""
    seat, drop = Seat.generate(), Identity.generate()
    admit(comp, seat, code, Role.SEAL_ONLY, drop)
    make_kit(folder, comp.cid, seat.device, seat.signer, drop.recipient, comp.roster.version)
    return Kit(folder, clock), seat


def flip(path: Path, at: int, bit: int = 0) -> None:
    """Change one bit of a file; ``at`` may count from the end."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)
