"""Stores of a vault, and sync with one of them: the only verbs, with `stamping`, that may talk to a network, and only when called."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from habeas.domain.errors import BadInput, UsageError
from habeas.locale import tr
from habeas.vault.compartment import Compartment
from habeas.vault.store import Store, keeps_what_is_there, open_store
from habeas.vault.sync import Synced, sync
from habeas.vault.vault import Vault

Progress = Callable[[str, int, int], None]


class StoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """A store that this vault knows, without its credentials."""

    name: str
    address: str


def add_store(vault: Vault, name: str, address: str, credentials: Mapping[str, str]) -> None:
    """Remember a store, after a look at whether it keeps what is there. Raises UsageError where it writes over."""
    if name in vault.settings.stores:
        raise UsageError(tr("a store of this name is known already; remove it first"))
    if not address.startswith("s3://"):
        open_store(address, credentials)  # refuses what is neither
        address = str(Path(address).resolve())
    store = open_store(address, credentials)
    if not keeps_what_is_there(store):
        raise UsageError(tr("this store writes over what is there (it ignores If-None-Match); it cannot be used"))
    vault.settings.stores[name] = address
    vault.settings.credentials[name] = dict(credentials)
    vault.save()


def remove_store(vault: Vault, name: str) -> None:
    """Forget a store; what lies there stays there."""
    if vault.settings.stores.pop(name, None) is None:
        raise BadInput.one("stores", tr("no store of this name"))
    vault.settings.credentials.pop(name, None)
    vault.save()


def list_stores(vault: Vault) -> list[StoreLine]:
    """The stores that this vault knows."""
    return [StoreLine(name=name, address=address) for name, address in sorted(vault.settings.stores.items())]


def store_of(vault: Vault, name: str) -> Store:
    """A known store, or a folder (a stick, a seal-only kit) named by its path. Raises BadInput."""
    if name in vault.settings.stores:
        return open_store(vault.settings.stores[name], vault.settings.credentials.get(name, {}))
    if _is_folder(name):
        return open_store(name, {})
    raise BadInput.one("stores", tr("no store of this name, and no folder; 'habeas vault store add' makes one known"))


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def sync_case(vault: Vault, comp: Compartment, name: str, progress: Progress = lambda *_: None) -> Synced:
    """Sync one case with one store; with a seal-only kit, fetch only."""
    store = store_of(vault, name)
    kit = (Path(name) / "kit.json").exists() if name not in vault.settings.stores else False
    return sync(comp, store, name, progress, push=not kit)
