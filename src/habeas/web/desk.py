"""What the running application knows: whether the vault is open, who may speak to it, and when it locks by itself.

One browser speaks to one desk. All work on the vault is done one request after the other, since a vault has one writer. What it does not do:
keep text of a case between requests; every page reads the case anew.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from habeas.services.opening import opened
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NoVaultError
from habeas.vault.vault import Vault

COOKIE = "habeas"
LOCKS_AFTER = 15
"""Minutes without a request after which the vault is locked."""


class LockedDeskError(Exception):
    """The vault is closed: the page asks for the passphrase."""


class Desk:
    """The state behind the screens. ``clock``: seconds that only go forward."""

    def __init__(self, root: Path, *, minutes: int = LOCKS_AFTER, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is open yet; the first visit needs the token of the address that was printed."""
        self.root, self.minutes, self._clock = root, minutes, clock
        self._token: str | None = secrets.token_urlsafe(32)
        self._cookie = ""
        self._vault: Vault | None = None
        self._open = ExitStack()
        self._last = clock()
        self._looked: set[str] = set()

    def first_look(self, cid: str) -> bool:
        """Whether a case is looked at for the first time since the vault was opened."""
        fresh = cid not in self._looked
        self._looked.add(cid)
        return fresh

    @property
    def first_address(self) -> str:
        """The path that lets the first browser in, once."""
        return f"/open/{self._token}"

    def let_in(self, untrusted_token: str) -> str | None:
        """The cookie for the browser that brings the token; None for anybody else, and for the second time."""
        if self._token is None or not hmac.compare_digest(untrusted_token.encode(), self._token.encode()):
            return None
        self._token, self._cookie = None, secrets.token_urlsafe(32)
        return self._cookie

    def knows(self, untrusted_cookie: str) -> bool:
        """Whether a cookie is that of the browser that was let in."""
        return bool(self._cookie) and hmac.compare_digest(untrusted_cookie.encode(), self._cookie.encode())

    @property
    def exists(self) -> bool:
        """Whether there is a vault yet."""
        return (self.root / "FORMAT").is_file()

    @property
    def is_open(self) -> bool:
        """Whether the vault is open; it is locked here where nobody came for too long."""
        if self._vault is not None and self._clock() - self._last > self.minutes * 60:
            self.lock()
        return self._vault is not None

    @property
    def minutes_left(self) -> int:
        """Whole minutes until it locks by itself, at least 1 while it is open."""
        return max(1, round(self.minutes - (self._clock() - self._last) / 60)) if self.is_open else 0

    def touch(self) -> None:
        """Somebody is there."""
        self._last = self._clock()

    def unlock(self, passphrase: str) -> None:
        """Open the vault. Raises what :func:`habeas.vault.vault.open_vault` raises."""
        if not self.exists:
            raise NoVaultError
        self.lock()
        with ExitStack() as stack:
            self._vault = stack.enter_context(opened(self.root, passphrase))
            self._open = stack.pop_all()
        self.touch()

    def lock(self) -> None:
        """Close the vault and forget it."""
        self._vault = None
        self._looked.clear()
        self._open.close()
        self._open = ExitStack()

    @property
    def vault(self) -> Vault:
        """The open vault. Raises LockedDeskError."""
        if not self.is_open or self._vault is None:
            raise LockedDeskError
        return self._vault

    @contextmanager
    def case(self, cid: str) -> Iterator[Compartment]:
        """One open case. Raises LockedDeskError, or NoSuchCaseError for a case that is not yours as for one that does not exist."""
        with self.vault.case(cid) as comp:
            yield comp
