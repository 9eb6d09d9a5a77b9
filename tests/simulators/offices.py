"""Offices: the vaults of people who work on cases together, as the services see them. Cheap to open, and everything in them is made up."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from simulators.case_builder import CaseBuilder
from simulators.vaults import make_vault

from habeas.domain.case import Case
from habeas.intake.folder import read_folder
from habeas.services.casebook import read_book
from habeas.services.cases import import_folder
from habeas.services.people import admit, join_case, make_card
from habeas.services.syncing import sync_case
from habeas.vault.folder_store import FolderStore
from habeas.vault.roster import Role
from habeas.vault.vault import Vault

REVIEW = date(2027, 11, 25)
DEMO = Path(__file__).resolve().parents[2] / "src" / "habeas" / "demo_case" / "castro-1977"
if not DEMO.is_dir():  # a draft of the tests stands beside the source
    import habeas

    DEMO = Path(habeas.__file__).parent / "demo_case" / "castro-1977"


def imported(vault: Vault, builder: CaseBuilder, folder: Path) -> str:
    """The id of a case that was written as a folder and taken in."""
    return import_folder(vault, builder.write(folder), REVIEW).cid


def office(folder: Path, code: str = "a1", builder: CaseBuilder | None = None) -> tuple[Vault, str]:
    """A vault with one case."""
    folder.mkdir(parents=True, exist_ok=True)
    vault = make_vault(folder / f"vault-{code}", code)
    return vault, imported(vault, builder or CaseBuilder(), folder / f"case-{code}")


def colleague(first: Vault, cid: str, folder: Path, code: str, role: Role = Role.CASEWORKER) -> Vault:
    """The vault of somebody who was admitted to a case and has joined it through the store in ``folder/store``."""
    store = folder / "store"
    store.mkdir(exist_ok=True)
    second = make_vault(folder / f"vault-{code}", code)
    with first.case(cid) as comp:
        invitation, _ = admit(comp, make_card(second), role, code)
        assert invitation, "a second admin has to sign"
        sync_case(first, comp, str(store))
    join_case(second, invitation, FolderStore(store))
    sync_both(folder, cid, second, first)
    return second


def sync_both(folder: Path, cid: str, *vaults: Vault, rounds: int = 2) -> list[str]:
    """Everybody syncs in turn with the store in ``folder/store``; the alarms of the last round."""
    said: list[str] = []
    for _ in range(rounds):
        said = []
        for vault in vaults:
            with vault.case(cid) as comp:
                said += [str(alarm) for alarm in sync_case(vault, comp, str(folder / "store")).alarms]
    return said


def case_of(vault: Vault, cid: str) -> Case:
    """The case as a folder would give it."""
    with vault.case(cid) as comp:
        return read_book(comp).case()


def same(case: Case, folder: Path) -> bool:
    """Whether a case is what a folder holds, in the same order."""
    return bool(msgspec.json.encode(case) == msgspec.json.encode(read_folder(folder).case))


def files_below(root: Path) -> Mapping[str, str]:
    """Path → SHA-256 of every file, folders with an empty digest."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(root.rglob("*"))
        if not path.is_fifo() and not path.is_symlink()
    }


def durable(vault: Vault) -> Mapping[str, str]:
    """What of a vault is kept: all but the index, the lock and the place for work in hand."""
    return {path: digest for path, digest in files_below(vault.disk.root).items() if not path.startswith(("index", "lock", "tmp"))}


def words_of(value: Any) -> str:
    """Everything that a structure says, as one text."""
    return msgspec.json.encode(value).decode()
