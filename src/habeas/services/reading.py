"""Cases as they were read last, for as long as the vault is open: a second look reads and examines nothing anew, a change only what it touches.

It lives in memory beside the keys, which open the same; whoever closes the vault drops it. What it does not do: decide who may look.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Examination
from habeas.examine.examination import Examiner
from habeas.intake.gazetteer import understand
from habeas.services.casebook import Book, Opened, read_book, records_in
from habeas.services.examining import Examined
from habeas.vault.compartment import Compartment
from habeas.vault.words import read_into_index

MOST_CASES = 8
"""Cases that are kept; the one that was looked at longest ago goes first."""
Step = Callable[[], object]
State = tuple[Any, ...]


class Kept(msgspec.Struct, kw_only=True):
    """One case as it was read: for which state of the log, and what was made of it since."""

    state: State
    book: Book
    opened: Opened
    examiner: Examiner
    case: Case | None = None
    examined: Examined | None = None


class Shelf:
    """The cases that were read since the vault was opened."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._kept: dict[str, Kept] = {}

    def unread(self, comp: Compartment) -> int:
        """How many records :meth:`read` would read; 0 for a case that was read since the vault was opened."""
        return 0 if comp.cid in self._kept else records_in(comp)

    def read(self, comp: Compartment, step: Step) -> None:
        """Read a case, examine it and make its words searchable; ``step`` is called for each record, and may raise."""
        self._of(comp, step)
        step()
        self.examined(comp)
        step()
        read_into_index(comp, step)

    def _of(self, comp: Compartment, step: Step = lambda: None) -> Kept:
        state: State = (comp.roster_digest, comp.me.role, tuple(sorted((device, known.at.n) for device, known in comp.known.items())))
        before = self._kept.pop(comp.cid, None)
        if before is None or before.state != state:
            opened: Opened = {}
            book = read_book(comp, opened=opened, before=before.opened if before else None, step=step)
            examiner = before.examiner if before else Examiner()
            before = Kept(state=state, book=book, opened=opened, examiner=examiner)
        self._kept[comp.cid] = before
        if len(self._kept) > MOST_CASES:
            del self._kept[next(iter(self._kept))]
        return before

    def book(self, comp: Compartment) -> Book:
        """All current records of an open case."""
        return self._of(comp).book

    def case(self, comp: Compartment) -> Case:
        """The case that a folder would give. Raises BadInput where two devices gave one number."""
        kept = self._of(comp)
        if kept.case is None:
            kept.case = kept.book.case()
        return kept.case

    def examined(self, comp: Compartment) -> Examined:
        """What the tests say of it, without the questions that would settle it."""
        kept = self._of(comp)
        if kept.examined is None:
            case = self.case(comp)
            places = understand(case)
            found: Examination = kept.examiner.examine(case, places)
            kept.examined = Examined(case=case, places=places, examination=found)
        return kept.examined

    def forget(self, cid: str = "") -> None:
        """Drop one case, or all."""
        if cid:
            self._kept.pop(cid, None)
        else:
            self._kept.clear()
