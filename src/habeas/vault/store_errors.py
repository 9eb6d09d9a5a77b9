"""What can go wrong with a store, in words for the person at the screen. No message holds content, an address or a key."""

from habeas.domain.errors import HabeasError
from habeas.locale import tr


class StoreError(HabeasError):
    """The exchange with the store failed."""


class StoreUnreachableError(StoreError):
    """There is no connection, no stick, no room, or what answers is not a store. Trying again later is safe."""

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`: what the operating system says, never what the store says."""
        message = tr("The store cannot be reached, or does not answer as a store should. Nothing here is lost; try again later.")
        super().__init__(f"{message} ({reason})" if reason else message)


class StoreRefusedError(StoreError):
    """The store answers, and says no."""

    def __init__(self) -> None:
        super().__init__(tr("The store refuses access: check the access key, the secret key, the region and what they are allowed to do."))


class StoreMissingError(StoreError):
    """The store has no such object, or says so."""

    def __init__(self) -> None:
        super().__init__(tr("The store does not have this object, or hides it."))


class StoreTooLargeError(StoreError):
    """More than the caller is ready to take."""

    def __init__(self) -> None:
        super().__init__(tr("The store offers more than was expected; it was not taken."))


class StoreNameError(StoreError):
    """A name or an address that cannot be right."""

    def __init__(self) -> None:
        super().__init__(tr("The address of the store, or a name in it, is not one that Habeas can use."))


class StoreContentChangedError(StoreError):
    """The file does not hold as many bytes as it did when the upload began."""

    def __init__(self) -> None:
        super().__init__(tr("The file changed, or could no longer be read, while it was being sent. Nothing was stored."))
