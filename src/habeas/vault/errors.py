"""What can go wrong with a vault. The docstring of a class is its message, written for the person at the screen.

It and plain details are gathered for translators by tools/catalogue.py.
No message holds content of a case: ids, counts and closed words only.
"""

from habeas.domain.errors import HabeasError, UsageError
from habeas.locale import tr


class VaultError(HabeasError):
    """The vault cannot do this."""

    def __init__(self, detail: str = "") -> None:
        """Keep ``detail``: an id, a count or a closed word."""
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        """The message of the class, then the detail."""
        message = (self.__doc__ or type(self).__name__).strip().split("\n\n")[0]
        said = tr(message)
        return said.removesuffix(".") + ": " + tr(self.detail) + "." if self.detail else said


class NoVaultError(VaultError):
    """There is no vault here; 'habeas vault create' makes one."""


class VaultExistsError(VaultError):
    """There is a vault here already; nothing was written."""


class WrongPassphraseError(VaultError):
    """The passphrase does not open the vault."""


class LockedError(VaultError):
    """The vault is open in another window or by another program; close it there first."""


class NoSuchCaseError(VaultError):
    """No case of this id is open to you; 'habeas vault status' lists those that are."""


class NotAllowedError(VaultError):
    """Your role in this case does not allow it."""


class SecondPersonError(VaultError):
    """A second person has to agree first."""


class HeldError(VaultError):
    """The case is under legal hold; an override has to be given and is recorded."""


class UnreadableError(VaultError):
    """The item cannot be opened here."""


class DamagedError(VaultError):
    """Something in the vault is damaged or was changed; the rest stays readable."""


class LaterCommitError(DamagedError):
    """A commit of a later version; use a newer Habeas."""


class ShreddedError(VaultError):
    """The item was shredded and cannot be opened by anyone."""


class RosterError(VaultError):
    """The list of members does not hold."""


class LaterRosterError(RosterError):
    """A list of members of a later version of the format: nothing may be written into the case before Habeas is renewed."""


class CipherMissingError(VaultError):
    """The database library on this machine does not encrypt (plain apsw in place of apsw-sqlite3mc): nothing was written."""


class SelfTestError(VaultError):
    """The self-test at start failed: this machine or installation does not compute correctly; nothing was opened."""


class DiskFullError(VaultError):
    """The disk is full: what was in hand was not taken, and nothing that was taken before is lost; free some space and repeat."""


class DiskReadOnlyError(VaultError):
    """The disk cannot be written to (read-only, or without the right to): nothing was taken."""


class DiskFailedError(VaultError):
    """The disk did not confirm a write: close Habeas, check the disk, and open the vault again."""


class RecoveryWordsError(VaultError):
    """These recovery words do not fit."""


class NotReadyError(UsageError):
    """Something has to be done first; the message says what."""
