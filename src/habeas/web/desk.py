"""What the running application knows: whether the vault is open, who may speak to it, and when it locks by itself.

One browser speaks to one desk. Work on the vault is done one request after the other, since a vault has one writer; locking waits for what is
being written and for nothing else. Reading the state changes nothing. What was read of a case (:class:`habeas.services.reading.Shelf`) and tables on
their way into cases are kept in memory while the vault is open, as the keys are, and are dropped with them.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from habeas.locale import use_language
from habeas.services.changing import Step
from habeas.services.listing import Listing
from habeas.services.opening import opened
from habeas.services.reading import Shelf
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NoVaultError
from habeas.vault.vault import UNFINISHED, Vault, check_device
from habeas.web.progress import Opening, Progress

COOKIE = "habeas"
SHOWN_ON = 2
"""Pages that offer to undo what was just done."""
LOCKS_AFTER = 15
"""Minutes without anybody after which the vault is locked."""


class LockedDeskError(Exception):
    """The vault is closed, or about to be: the page asks for the passphrase."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was just made, in words without text of the case; with ``kind`` and ``key``, or with ``steps``, it can be undone."""

    cid: str
    words: str
    kind: str = ""
    key: str = ""
    revision: str = ""
    """The newest revision when it was done: another one is not undone."""
    withdrawn: bool = False
    """Whether it withdrew the record: a second click does not undo the undoing."""
    steps: Mapping[str, tuple[Step, ...]] = {}
    """The same for several records, by case."""
    back: str = ""
    """Where one looks at what ``steps`` changed; the id of a statement for one record."""
    token: str = msgspec.field(default_factory=lambda: secrets.token_hex(8))


class Desk:
    """The state behind the screens. ``clock``: seconds that only go forward."""

    def __init__(self, root: Path, *, minutes: int = LOCKS_AFTER, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is open yet; the first visit needs the token of the address that was printed."""
        self.root, self.minutes, self._clock = root, minutes, clock
        self.host = f"{secrets.token_hex(12)}.localhost"
        self._token: str | None = secrets.token_urlsafe(32)
        self._cookie, self._next = "", ""
        self.closings = 0
        """How often it was locked: a page that was begun before is not sent behind."""
        self._vault: Vault | None = None
        self._open = ExitStack()
        self._last = clock()
        self._looked: set[str] = set()
        self.shelf = Shelf()
        self.listing = Listing()
        self.waiting: dict[str, Any] = {}
        """Tables that wait for the next step of their import, by a random id."""
        self._kept: dict[str, tuple[str, bytes]] = {}
        self.progress = Progress()
        self.openings: dict[str, Opening] = {}
        """Large cases that are being read, by id."""
        self._told = 0
        self._done: tuple[float, Done] | None = None
        self._working = threading.Lock()
        self.when_made: Callable[[], object] = lambda: None
        """What whoever started the program does once there is a vault to open; as often as it is called, once."""
        self.leaving = threading.Event()
        """Set from the wish to lock until the vault is closed: work stops at the next chance."""

    @property
    def first_address(self) -> str:
        """The path that lets the first browser in, once."""
        return f"/open/{self._token}"

    def let_in(self, untrusted_token: str) -> str | None:
        """The cookie for the browser that brings the token; None for anybody else, and for the second time."""
        if self._token is None or not hmac.compare_digest(untrusted_token.encode(), self._token.encode()):
            return None
        self._token = None
        return self.new_cookie()

    def new_cookie(self) -> str:
        """Another cookie for the same browser, whose kept pages are dropped with the old one; the old one counts until the new one was seen."""
        self._next = self._next or secrets.token_urlsafe(32)
        return self._next

    def knows(self, untrusted_cookie: str) -> bool:
        """Whether a cookie is that of the browser that was let in."""
        if self._next and hmac.compare_digest(untrusted_cookie.encode(), self._next.encode()):
            self._cookie, self._next = self._next, ""
            return True
        return bool(self._cookie) and hmac.compare_digest(untrusted_cookie.encode(), self._cookie.encode())

    @property
    def exists(self) -> bool:
        """Whether there is a vault yet."""
        return (self.root / "FORMAT").is_file()

    @property
    def blocked(self) -> bool:
        """Whether the folder holds something else than a vault, so that none can be made in it."""
        return not self.exists and self.root.is_dir() and any(path.name not in UNFINISHED for path in self.root.iterdir())

    @property
    def is_open(self) -> bool:
        """Whether the vault is open and stays so."""
        return self._vault is not None and not self.leaving.is_set() and self.seconds_left > 0

    @property
    def seconds_left(self) -> float:
        """Until it locks by itself."""
        return self.minutes * 60 - (self._clock() - self._last)

    @property
    def minutes_left(self) -> int:
        """The same in whole minutes, at least 1 while it is open."""
        return max(1, round(self.seconds_left / 60)) if self.is_open else 0

    def touch(self) -> None:
        """Somebody is there; a desk that should be locked by now is not kept open by it."""
        if self.seconds_left > 0 or self._vault is None:
            self._last = self._clock()

    @contextmanager
    def work(self) -> Iterator[None]:
        """One piece of work on the vault; a wish to lock that came meanwhile is carried out behind it."""
        with self._working:
            try:
                yield
            finally:
                self._close_if_due()

    def unlock(self, passphrase: str) -> None:
        """Open the vault, within :meth:`work`. Raises what :func:`habeas.vault.vault.open_vault` raises; an open vault stays as it is."""
        if not self.exists:
            raise NoVaultError
        if self.is_open:
            return
        self._close()
        with ExitStack() as stack:
            self._vault = stack.enter_context(opened(self.root, passphrase))
            self._open = stack.pop_all()
        self._last = self._clock()
        if self._vault is not None and self._vault.settings.language:
            use_language(self._vault.settings.language)

    def lock(self, *, wait: float = 0.0) -> bool:
        """Close the vault at once, or, where something is being written, behind that; whether it is closed. Pages are closed at once either way."""
        self.leaving.set()
        self.closings += 1
        if self._working.acquire(timeout=wait) if wait else self._working.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._working.release()
        return self._vault is None

    def lock_if_away(self) -> None:
        """What the timer does: lock where nobody came for too long, or where a wish to lock came just as work ended."""
        if self._working.acquire(blocking=False):
            try:
                self._close_if_due()
            finally:
                self._working.release()

    def _close_if_due(self) -> None:
        if self._vault is not None and (self.seconds_left <= 0 or self.leaving.is_set()):
            self._close()

    def _close(self) -> None:
        self.closings += self._vault is not None
        self._vault = None
        self._looked.clear()
        self.shelf.forget()
        self.listing.forget()
        self.waiting.clear()
        self._kept.clear()
        self._done = None
        self.progress = Progress()
        self.openings.clear()
        self._open.close()
        self._open = ExitStack()
        self.leaving.clear()

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

    def keep(self, what: str, content: bytes) -> str:
        """Keep one thing of a kind in memory for the pages that follow; the word that it is asked for by."""
        token = secrets.token_hex(8)
        self._kept[what] = (token, content)
        return token

    def kept(self, what: str, untrusted_token: str) -> bytes | None:
        """What was kept under that word; None where it is no longer there."""
        token, content = self._kept.get(what, ("", b""))
        return content if token and hmac.compare_digest(untrusted_token.encode(), token.encode()) else None

    def check_passphrase(self, passphrase: str) -> None:
        """Raise WrongPassphraseError for another passphrase than this vault's, which stays open."""
        check_device(self.vault, passphrase)

    def did(self, done: Done) -> None:
        """Remember what was just done."""
        self._done, self._told = (self._clock(), done), 0

    def just_done(self, cid: str, within: float) -> Done | None:
        """What was done in that case (or, for an empty id, across cases) not longer than so many seconds ago."""
        if self._done is None or self._done[1].cid != cid or self._clock() - self._done[0] > within:
            return None
        self._told += 1
        return self._done[1] if self._told <= SHOWN_ON else None

    def undoing(self, untrusted_token: str, within: float) -> Done | None:
        """What was done to several records under that word, not longer than so many seconds ago, and nothing after it."""
        at, done = self._done or (0.0, None)
        if done is None or not done.steps or done.token != untrusted_token or self._clock() - at > within:
            return None
        return done

    def looked(self, cid: str) -> bool:
        """Whether a case's log says already that it was looked at since the vault was opened."""
        return cid in self._looked

    def says_looked(self, cid: str) -> None:
        """Its log says so now."""
        self._looked.add(cid)
