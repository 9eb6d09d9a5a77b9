"""Joint compartments: made of cases that this device reads; nobody is admitted who does not read every one of them.

A joint compartment keeps which cases stand side by side and when they were looked at. Results are made anew from the cases each time and kept
nowhere, so that what is withdrawn or shredded there has no copy here. Which cases they are is said once, by whoever made it; a later record that
says otherwise counts for nothing. What it does not do: know a person by more than the code, which is the same in every case.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from habeas.domain.across import Across, Joint, Look
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.locale import tr
from habeas.services.across import PATTERNS, consenting, consents, look
from habeas.services.casebook import Book, Entry, add, decode, is_joint, read_book, revise
from habeas.services.cases import log_use
from habeas.services.releasing import check_place, may_leave, write_patterns
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NoSuchCaseError, NotAllowedError, NotReadyError, VaultError
from habeas.vault.events import Held, Kind, What, Why
from habeas.vault.roster import Holder, Role
from habeas.vault.vault import Vault


class Opened(NamedTuple):
    """The cases of a joint compartment, open."""

    comps: tuple[Compartment, ...]
    books: tuple[Book, ...]

    @property
    def cases(self) -> dict[str, Case]:
        """By their ids."""
        return {book.cid: book.case() for book in self.books}

    @property
    def sure_of_consents(self) -> dict[str, Case]:
        """The cases whose consents are beyond doubt: none was edited by two at once, and every record opens here."""
        unsure = {book.cid for book in self.books if book.unreadable or any(one.forked for one in book.of(Kind.CONSENT, withdrawn=True))}
        return {cid: case if cid not in unsure else msgspec.structs.replace(case, consents=()) for cid, case in self.cases.items()}


@contextmanager
def opened_cases(vault: Vault, cids: Sequence[str]) -> Iterator[Opened]:
    """Some cases of the vault at once. Raises BadInput that names one which this device cannot read."""
    with ExitStack() as stack:
        comps = []
        for cid in cids:
            try:
                comp = stack.enter_context(vault.case(cid))
            except NoSuchCaseError:
                said = tr("no case of this vault; 'habeas vault status' lists them, and folders are compared with 'habeas across look DIR DIR'")
                raise BadInput.one(cid, said) from None
            if not comp.me.role.reads or is_joint(comp):
                raise BadInput.one(cid, tr("a case that you read is wanted, and no joint compartment"))
            comps.append(comp)
        yield Opened(tuple(comps), tuple(read_book(comp) for comp in comps))


def new_joint(vault: Vault, cids: Sequence[str], review_on: date) -> str:
    """A joint compartment of some cases; its random id. Its only member is this device; others are admitted as to a case.

    Raises NotAllowedError where this vault's recovery words do not open every case: they will open the joint compartment.
    """
    cids = tuple(dict.fromkeys(cids))
    if len(cids) < 2:  # noqa: PLR2004
        raise UsageError(tr("two cases at least are wanted"))
    with opened_cases(vault, cids) as opened:
        _need_holders(vault.settings.holders, opened.comps)
    comp = vault.new_case()
    try:
        draft = comp.draft()
        add(draft, Kind.HEAD, Case(title=tr("Joint compartment")), at=0)
        add(draft, Kind.JOINT, Joint(cases=cids), at=0)
        draft.events.append(Held(until=review_on.isoformat()))
        comp.commit(draft)
    finally:
        comp.close()
    return comp.cid


def _made_of(comp: Compartment) -> tuple[Entry, tuple[str, ...]]:
    """The record of a joint compartment, and the cases as whoever made it named them first. Raises BadInput for a case."""
    if not is_joint(comp):
        raise BadInput.one(comp.cid, tr("this is a case; a joint compartment is made with 'habeas across new'"))
    creator = comp.roster.members[0].device
    for entry in read_book(comp).of(Kind.JOINT, withdrawn=True):
        first = entry.revisions[0]
        if (first.device, first.n) == (creator, 1):
            try:
                made: Joint = decode(Kind.JOINT, comp.envelope(first.payload, entry.id))
            except (VaultError, msgspec.MsgspecError):
                break
            return entry, made.cases
    raise NotReadyError("the record of this joint compartment does not open here; make a new one")


def _allowed(comps: Sequence[Compartment]) -> set[str]:
    """People who read every one of some cases."""
    first, *rest = ({one.code for one in comp.roster.active() if one.role.reads} for comp in comps)
    return first.intersection(*rest)


def check_member(comp: Compartment, code: str, vault: Vault | None) -> None:
    """Raise NotAllowedError for somebody who does not, at this moment, read every case that a joint compartment is made of."""
    if not is_joint(comp):
        return
    if vault is None:
        raise NotAllowedError("nobody is handed a joint compartment or a kit for it")
    with opened_cases(vault, _made_of(comp)[1]) as opened:
        if code not in _allowed(opened.comps):
            raise NotAllowedError("a joint compartment admits nobody who does not read every case in it")


def check_holders(comp: Compartment, holders: Collection[Holder], vault: Vault | None) -> None:
    """Raise NotAllowedError for recovery words that do not open every case that a joint compartment is made of."""
    if not is_joint(comp):
        return
    if vault is None:
        raise NotAllowedError("a joint compartment takes no recovery words that do not open every case in it")
    with opened_cases(vault, _made_of(comp)[1]) as opened:
        _need_holders(holders, opened.comps)


def _need_holders(holders: Collection[Holder], comps: Sequence[Compartment]) -> None:
    if not all(set(holders) <= set(comp.roster.holders) for comp in comps):
        raise NotAllowedError("these recovery words do not open every one of these cases, and would open the joint compartment")


def _need_readers(comp: Compartment, opened: Opened) -> None:
    """Raise NotAllowedError while somebody is in a joint compartment who no longer reads every case, or words open it that do not open every case."""
    strangers = sorted({one.code for one in comp.roster.active()} - _allowed(opened.comps))
    if strangers:
        raise NotAllowedError(f"in this joint compartment, and no longer in every case of it: {', '.join(strangers)}; revoke them here first")
    _need_holders(comp.roster.holders, opened.comps)


class Ran(NamedTuple):
    """What a run found, with the cases that it was read from, and which look at them it is."""

    found: Across
    cases: dict[str, Case]
    number: int


def run(vault: Vault, comp: Compartment, day: date) -> Ran:
    """Look at the cases of a joint compartment as they stand now. Each case's log says that it was read for this.

    Raises NotAllowedError while somebody is in the compartment who no longer reads every case: revoke him here first.
    """
    entry, cids = _made_of(comp)
    with opened_cases(vault, cids) as opened:
        _need_readers(comp, opened)
        cases = opened.cases
        found = look(cases)
        for one, book in zip(opened.comps, opened.books, strict=True):
            log_use(one, What.REVIEWED, tuple(e.id for e in book.of(Kind.STATEMENT)), about="across")
        if comp.me.role in (Role.ADMIN, Role.CASEWORKER):
            looks = (*entry.record.looks, Look(on=day.isoformat(), tests=found.patterns.looks))
            draft = comp.draft()
            revise(draft, entry, Joint(cases=cids, looks=looks), Why.DECIDED)
            comp.commit(draft)
            return Ran(found, cases, len(looks))
        return Ran(found, cases, len(entry.record.looks) + 1)


def cited_beside(vault: Vault, cids: Sequence[str], recipient: str, day: date) -> dict[str, Case]:
    """Other cases that consent to stand beside one in a dossier; the log of each says that it was cited, and for whom."""
    with opened_cases(vault, cids) as opened:
        found = consenting(opened.sure_of_consents, recipient, day)
        for one in opened.comps:
            if one.cid in found:
                _need_caseworker(one)
                log_use(one, What.CITED, _ids_of(one, found[one.cid]), reason=recipient, about="beside")
        return found


def _ids_of(comp: Compartment, case: Case) -> tuple[str, ...]:
    kept = {s.id for s in case.statements if s.disclosable}
    return tuple(entry.id for entry in read_book(comp).of(Kind.STATEMENT) if entry.record.id in kept)


def _need_caseworker(comp: Compartment) -> None:
    if comp.me.role not in (Role.ADMIN, Role.CASEWORKER):
        raise NotAllowedError(f"role {comp.me.role}")


def export_patterns(vault: Vault, comp: Compartment, out: Path, recipient: str, day: date, reason: str) -> tuple[str, ...]:
    """Write what may leave of the patterns for a recipient. Every case that takes part says so in its log, before anything is written.

    The ``reason`` stands in the joint compartment alone: the cases learn the recipient, and nothing of one another.
    """
    _, cids = _made_of(comp)
    check_place(out, vault.disk.root)
    with opened_cases(vault, cids) as opened:
        _need_readers(comp, opened)
        cases = opened.sure_of_consents
        found = may_leave(cases, recipient, day)
        part = [one for one in opened.comps if consents(cases[one.cid], PATTERNS, recipient, day)]
        for one in (*part, comp):
            _need_caseworker(one)
        for one in part:
            log_use(one, What.EXPORTED, _ids_of(one, cases[one.cid]), reason=recipient, about="patterns")
        log_use(comp, What.EXPORTED, (), reason=reason or recipient, about="patterns")
    return write_patterns(found, out, recipient)
