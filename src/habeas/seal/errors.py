"""What can go wrong while sealing. The docstring of a class is its message, written for the person at the screen.

No message holds content of a case. Verification raises nothing of this: its answer is a verdict (see `verify`).
"""

from habeas.domain.errors import HabeasError


class SealError(HabeasError):
    """The dossier could not be sealed."""

    def __init__(self, detail: str = "") -> None:
        """Keep `detail`, which says what exactly (a path inside the bag, the kind of a key)."""
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        """Return the message of the class, then the detail."""
        message = (self.__doc__ or type(self).__name__).strip()  # python -OO drops docstrings
        return f"{message.removesuffix('.')}: {self.detail}." if self.detail else message


class KeyFileError(SealError):
    """The key file cannot be used."""


class KeyFileEmptyError(KeyFileError):
    """The key file is empty."""


class KeyNotPemError(KeyFileError):
    """The key file is not PEM: it should hold one block that begins with -----BEGIN PRIVATE KEY-----."""


class KeyNotPrivateError(KeyFileError):
    """A private key is needed to sign, and this file holds something else."""


class KeyNotEd25519Error(KeyFileError):
    """The key is of a kind that cannot seal a dossier; only Ed25519 can."""


class KeyDamagedError(KeyFileError):
    """The key file is damaged, or in a form that is not supported; PKCS #8 is."""


class PassphraseNeededError(KeyFileError):
    """The key file is encrypted: its passphrase is needed."""


class PassphraseWrongError(KeyFileError):
    """The key file does not open with this passphrase: either the passphrase is wrong or the file is damaged."""


class PassphraseNotUsedError(KeyFileError):
    """A passphrase was given, but the key file is not encrypted: whoever finds the file can sign with it."""


class PassphraseUnfitError(KeyFileError):
    """A passphrase has between 1 and 1023 bytes."""


class BagContentError(SealError):
    """These files cannot form a bag."""


class UnsafePathError(BagContentError):
    """A path cannot stand in a bag, since some computer would store it elsewhere or under another name."""


class BagInfoError(BagContentError):
    """A line cannot stand in bag-info.txt."""


class BagNotWrittenError(SealError):
    """The bag was not written, and nothing was left behind."""


class FolderNotEmptyError(BagNotWrittenError):
    """The bag was not written, because its place is taken: choose a folder that is empty or does not exist."""


class ContentChangedError(BagNotWrittenError):
    """The bag was not written, because this file changed while it was being sealed."""


class TimestampError(SealError):
    """The time stamp was not accepted."""
