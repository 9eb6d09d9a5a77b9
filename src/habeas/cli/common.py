"""What the commands of the vault share: where it is, its passphrase, one open case, and a progress bar."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from habeas.domain.errors import BadInput, UsageError
from habeas.locale import tr

FOLDER = click.Path(path_type=Path)
F = TypeVar("F", bound=Callable[..., Any])
JSON = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
DAY = click.DateTime(["%Y-%m-%d"])
KINDS = click.Choice(["statement", "place", "appeal", "consent", "review", "voice", "form", "note", "task", "contact", "relation"])
"""What can be added by cells."""
ALL = click.Choice([*KINDS.choices, "exhibit", "referral", "stamp"])
BECAUSE = click.Choice(["mistake", "not_needed", "duplicate", "ordered", "consent_withdrawn"])
REASON = click.option("--reason", default="", help="Why, in your words; sealed.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
OVERRIDE_HOLD = click.option("--override-hold", is_flag=True, help="Although the case is under legal hold; that is recorded.")
SYNC_WITH = click.option("--store", help="Sync with it first and afterwards.")
OFFLINE = click.option("--offline", is_flag=True, help="Without a sync first: what others put into a store meanwhile may be lost.")
MORE_CELLS = click.option(
    "--from",
    "source",
    type=click.File("r", encoding="utf-8"),
    help="More cells, one COLUMN=VALUE a line, from a file or - (not seen in the shell's history).",
)


class Access:
    """How to get into the vault, as the options of a command gave it."""

    def __init__(self, vault: Path | None, passphrase_file: Path | None, second_key: Path | None = None) -> None:
        """Nothing is asked yet."""
        self.root = vault or default_vault()
        self.file, self._second = passphrase_file, second_key

    @property
    def has_file(self) -> bool:
        """Whether the passphrase stands in a file."""
        return self.file is not None

    def passphrase(self) -> str:
        """From the file, or asked for."""
        return secret(self.file, tr("Passphrase of the vault"))

    def there(self) -> None:
        """Raise NoVaultError before anybody is asked for a passphrase."""
        from habeas.vault.errors import NoVaultError  # noqa: PLC0415

        if not (self.root / "FORMAT").is_file():
            raise NoVaultError

    @contextmanager
    def vault(self) -> Iterator[Any]:
        """The open vault."""
        from habeas.services.opening import opened  # noqa: PLC0415  # loaded when asked for, so that help is quick

        self.there()
        with opened(self.root, self.passphrase()) as vault:
            yield vault

    @contextmanager
    def case(self, cid: str) -> Iterator[tuple[Any, Any]]:
        """The open vault and one open case; its alarms are said at once."""
        from habeas.cli import show_vault  # noqa: PLC0415
        from habeas.services.opening import opened, second_key  # noqa: PLC0415

        self.there()
        passphrase = self.passphrase()
        second = None
        if self._second:
            sealed = "AGE ENCRYPTED" in text_of(self._second)
            second = second_key(self._second, secret(None, tr("Passphrase of the second key")) if sealed else None)
        with opened(self.root, passphrase) as vault, vault.case(cid, second) as comp:
            show_vault.alarms(comp.alarms)
            yield vault, comp


@contextmanager
def synced_around(vault: Any, comp: Any, store: str | None, *, offline: bool) -> Iterator[None]:
    """Sync before keys are destroyed, so that nothing is stranded in a store, and after, so that the others get the new ones.

    Raises UsageError where stores are known and neither was said.
    """
    from habeas.cli import show_vault  # noqa: PLC0415
    from habeas.services.syncing import sync_case  # noqa: PLC0415

    if vault.settings.stores and not store and not offline:
        raise UsageError(
            tr("say --store NAME (syncs first and afterwards) or --offline; stores: {names}", names=", ".join(sorted(vault.settings.stores)))
        )
    if store:
        before = sync_case(vault, comp, store)
        show_vault.alarms(before.alarms)
        if before.alarms:
            raise UsageError(tr("nothing was changed; look at the alarms first, or say --offline"))
    yield
    if store:
        show_vault.alarms(sync_case(vault, comp, store).alarms)


def review_day(day: datetime | None) -> date:
    """When somebody looks whether a case is still needed: the day given, or in a year."""
    return day.date() if day else date.today() + timedelta(days=365)  # noqa: DTZ011  # the user's own calendar


def default_vault() -> Path:
    """``HABEAS_VAULT``, else a folder of the user's own."""
    named = os.environ.get("HABEAS_VAULT")
    return Path(named) if named else Path(click.get_app_dir("habeas")) / "vault"


def secret(file: Path | None, what: str, *, confirm: bool = False) -> str:
    """A passphrase: the first line of a file, or asked for without echo."""
    if file is None:
        return str(click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True))
    try:
        return file.read_bytes()[: 1 << 16].split(b"\n")[0].rstrip(b"\r").decode()
    except OSError as error:
        raise BadInput.one(file.name, tr("cannot be read: {why}", why=os.strerror(error.errno or 0))) from None
    except UnicodeDecodeError:
        raise BadInput.one(file.name, tr("not UTF-8")) from None


def vault_options(command: F) -> F:
    """``--vault`` and ``--passphrase-file``, given to the command as one ``access``."""
    return _options(command, second=False)


def case_options(command: F) -> F:
    """The same with ``--second-key`` for dormant cases."""
    return _options(command, second=True)


def _options(command: F, *, second: bool) -> F:
    @functools.wraps(command)
    def wrapped(*args: Any, vault: Path | None, passphrase_file: Path | None, **more: Any) -> Any:
        key = more.pop("second_key") if second else None
        return command(*args, access=Access(vault, passphrase_file, key), **more)

    made: Any = wrapped
    if second:
        made = click.option("--second-key", type=FOLDER, help="The second key of a dormant case.")(made)
    made = click.option("--passphrase-file", type=FOLDER, help="Where the vault's passphrase stands; else you are asked.")(made)
    return click.option("--vault", type=FOLDER, help="The vault's folder (HABEAS_VAULT; else one of your own).")(made)  # type: ignore[no-any-return]


def pairs(given: tuple[str, ...], source: IO[str] | None = None) -> dict[str, str]:
    """``column=value`` words, and lines of the same form from ``source``. Raises UsageError."""
    found: dict[str, str] = {}
    lines = [line.rstrip("\r\n") for line in source if line.strip()] if source else []
    for one in (*given, *lines):
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise UsageError(tr("right would be column=value"))
        found[name] = value
    return found


def some_pairs(given: tuple[str, ...], source: IO[str] | None) -> dict[str, str]:
    """The same, at least one. Raises UsageError."""
    found = pairs(given, source)
    if not found:
        raise UsageError(tr("right would be column=value"))
    return found


def text_of(file: Path) -> str:
    """A text file, such as a card. Raises BadInput."""
    try:
        return file.read_bytes()[: 1 << 20].decode()
    except OSError as error:
        raise BadInput.one(file.name, tr("cannot be read: {why}", why=os.strerror(error.errno or 0))) from None
    except UnicodeDecodeError:
        raise BadInput.one(file.name, tr("not UTF-8")) from None
