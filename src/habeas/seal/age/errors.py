"""What can be wrong with an age file. The class docstring is the message; none quotes the file."""

from habeas.seal.errors import SealError


class AgeError(SealError):
    """The encrypted file cannot be opened."""


class HeaderError(AgeError):
    """The header of the encrypted file is malformed."""


class NoMatchError(AgeError):
    """None of the keys at hand opens the encrypted file, or the passphrase is wrong."""


class HmacError(AgeError):
    """The header of the encrypted file was changed after it was written."""


class PayloadError(AgeError):
    """The content of the encrypted file is damaged, cut short or was changed."""


class ArmorError(AgeError):
    """The text form (PEM) of the encrypted file is malformed."""
