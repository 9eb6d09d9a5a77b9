"""The list of cases, kept in memory while the vault is open: a case is opened again only when something of it changed.

What it does not do: keep titles anywhere but in memory; look for words of a case (one case is searched when it is open).
"""

import msgspec

from habeas.domain.identity import fold
from habeas.services.cases import CaseLine, titled_line
from habeas.vault.vault import Vault


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list, with the title that the case has inside."""

    line: CaseLine
    title: str


class Listing:
    """Lines of the cases, each for the state in which it was read."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._ids: tuple[object, list[str]] = (None, [])
        self._lines: dict[str, tuple[tuple[int, int], Listed]] = {}

    def ids(self, vault: Vault) -> list[str]:
        """Ids of the cases; the inbox is none of them."""
        state = (vault.disk.stamp("cases"), vault.disk.stamp("local"), vault.settings.inbox)  # folders: a case that came or went changes one
        if self._ids[0] != state:
            self._ids = (state, [cid for cid in vault.case_ids() if cid != vault.settings.inbox])
        return list(self._ids[1])

    def lines(self, vault: Vault, cids: list[str]) -> list[Listed]:
        """Lines of some cases, in their order."""
        return [self._line(vault, cid) for cid in cids]

    def _line(self, vault: Vault, cid: str) -> Listed:
        state = vault.disk.stamp(f"local/{cid}.pins")
        kept = self._lines.get(cid)
        if kept is None or kept[0] != state or kept[1].line.state:
            kept = (state, _read(vault, cid))
            self._lines[cid] = (vault.disk.stamp(f"local/{cid}.pins"), kept[1])  # opening it may have finished what a crash left
        return kept[1]

    def find(self, vault: Vault, words: str) -> list[str]:
        """Ids of the cases whose title holds all of these words."""
        wanted = fold(words).split()
        ids = self.ids(vault)
        return [cid for cid, one in zip(ids, self.lines(vault, ids), strict=True) if all(word in fold(f"{one.title} {cid}") for word in wanted)]

    def forget(self) -> None:
        """Drop all."""
        self._lines.clear()
        self._ids = (None, [])


def _read(vault: Vault, cid: str) -> Listed:
    line, title = titled_line(vault, cid)
    return Listed(line=line, title=title or cid)
