"""Joint compartments: made of cases that this device reads; nobody is admitted who does not read every one of them.

A joint compartment keeps ids, spans and figures, and none of the words: whoever reads a result reads the words in the cases, so that what is
withdrawn or shredded there is gone from it too. What it does not do: know a person by more than the code, which is the same in every case.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from habeas.domain.across import Across, Joint
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.locale import tr
from habeas.services.across import PATTERNS, check_place, consenting, consents, look, may_leave, write_patterns
from habeas.services.casebook import Entry, add, read_book, revise
from habeas.services.cases import log_use
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NoSuchCaseError, NotAllowedError, NotReadyError
from habeas.vault.events import Held, Kind, Recorded, What, Why
from habeas.vault.roster import Role
from habeas.vault.vault import Vault


def joint_of(comp: Compartment) -> Joint | None:
    """The record that makes a compartment a joint one; None for a case."""
    if not any(isinstance(line, Recorded) and line.kind is Kind.JOINT for _, _, _, line in comp.index.events(("Recorded",))):
        return None
    found = read_book(comp).of(Kind.JOINT)
    if not found:
        raise NotReadyError("the record of this joint compartment does not open here; nobody is admitted to it")
    record: Joint = found[0].record
    return record


def check_member(comp: Compartment, code: str) -> None:
    """Raise NotAllowedError for somebody who does not read every case that a joint compartment is made of."""
    joint = joint_of(comp)
    if joint is not None and code not in joint.allowed:
        raise NotAllowedError("a joint compartment admits nobody who does not read every case in it")


class Opened(NamedTuple):
    """The cases of a joint compartment, open."""

    comps: tuple[Compartment, ...]
    cases: dict[str, Case]


@contextmanager
def opened_cases(vault: Vault, cids: Sequence[str]) -> Iterator[Opened]:
    """Some cases of the vault at once. Raises BadInput that names one which this device cannot read."""
    with ExitStack() as stack:
        comps = []
        for cid in cids:
            try:
                comp = stack.enter_context(vault.case(cid))
            except NoSuchCaseError:
                raise BadInput.one(cid, tr("this device has no place in this case")) from None
            if not comp.me.role.reads or joint_of(comp) is not None:
                raise BadInput.one(cid, tr("a case that you read is wanted, and no joint compartment"))
            comps.append(comp)
        yield Opened(tuple(comps), {comp.cid: read_book(comp).case() for comp in comps})


def new_joint(vault: Vault, cids: Sequence[str], review_on: date) -> str:
    """A joint compartment of some cases; its random id. Its only member is this device; others are admitted as to a case."""
    cids = tuple(dict.fromkeys(cids))
    if len(cids) < 2:  # noqa: PLR2004
        raise UsageError(tr("two cases at least are wanted"))
    with opened_cases(vault, cids) as opened:
        joint = Joint(cases=cids, allowed=_allowed(opened.comps))
        comp = vault.new_case()
        try:
            draft = comp.draft()
            add(draft, Kind.HEAD, Case(title=tr("Joint compartment")), at=0)
            add(draft, Kind.JOINT, joint, at=0)
            draft.events.append(Held(until=review_on.isoformat()))
            comp.commit(draft)
        finally:
            comp.close()
    return comp.cid


def _allowed(comps: Sequence[Compartment]) -> tuple[str, ...]:
    """People who read every one of some cases."""
    first, *rest = ({one.code for one in comp.roster.active() if one.role.reads} for comp in comps)
    return tuple(sorted(first.intersection(*rest)))


class Ran(NamedTuple):
    """What a run found, the cases whose words it is shown with, and members who no longer read every case."""

    found: Across
    cases: dict[str, Case]
    strangers: tuple[str, ...]
    older: bool = False


def run(vault: Vault, comp: Compartment, day: date) -> Ran:
    """Look at the cases of a joint compartment as they stand now, and keep the result there. Each case's log says that it was read for this."""
    entry = _entry(comp)
    with opened_cases(vault, entry.record.cases) as opened:
        found = look(opened.cases)
        allowed = _allowed(opened.comps)
        for one in opened.comps:
            log_use(one, What.REVIEWED, tuple(e.id for e in read_book(one).of(Kind.STATEMENT)), about="across")
        seen = tuple(_length(one) for one in opened.comps)
        draft = comp.draft()
        joint = msgspec.structs.replace(entry.record, allowed=allowed, on=day.isoformat(), seen=seen, found=found)
        revise(draft, entry, joint, Why.DECIDED)
        comp.commit(draft)
        return Ran(found, opened.cases, _strangers(comp, allowed))


def last_run(vault: Vault, comp: Compartment) -> Ran:
    """What the last run found, with the words as the cases hold them now. Raises NotReadyError before the first run."""
    record: Joint = _entry(comp).record
    if record.found is None:
        raise NotReadyError("nothing was looked at yet: habeas across run JOINT")
    with opened_cases(vault, record.cases) as opened:
        older = tuple(_length(one) for one in opened.comps) != record.seen
        return Ran(record.found, opened.cases, _strangers(comp, _allowed(opened.comps)), older)


def cited_beside(vault: Vault, cids: Sequence[str], recipient: str, day: date) -> dict[str, Case]:
    """Other cases that consent to stand beside one in a dossier; the log of each says that it was cited for it. What is theirs leaves with it."""
    with opened_cases(vault, cids) as opened:
        found = consenting(opened.cases, recipient, day)
        for one in opened.comps:
            if one.cid in found:
                if one.me.role not in (Role.ADMIN, Role.CASEWORKER):
                    raise NotAllowedError(f"role {one.me.role}")
                log_use(one, What.CITED, tuple(e.id for e in read_book(one).of(Kind.STATEMENT) if e.record.disclosable), about="beside")
        return found


def export_patterns(vault: Vault, comp: Compartment, out: Path, recipient: str, day: date, reason: str) -> tuple[str, ...]:
    """Write what may leave of the patterns for a recipient. Every case that takes part says so in its log, before anything is written."""
    check_place(out, vault.disk.root)
    with opened_cases(vault, _entry(comp).record.cases) as opened:
        found = may_leave(opened.cases, recipient, day)
        for one in opened.comps:
            if consents(opened.cases[one.cid], PATTERNS, recipient, day):
                log_use(one, What.EXPORTED, tuple(e.id for e in read_book(one).of(Kind.STATEMENT)), reason=reason, about="patterns")
        log_use(comp, What.EXPORTED, (), reason=reason, about="patterns")
    return write_patterns(found, out, recipient)


def _entry(comp: Compartment) -> Entry:
    found = read_book(comp).of(Kind.JOINT)
    if not found:
        raise BadInput.one(comp.cid, tr("this is a case; a joint compartment is made with 'habeas across new'"))
    return found[0]


def _strangers(comp: Compartment, allowed: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({one.code for one in comp.roster.active()} - set(allowed)))


def _length(comp: Compartment) -> int:
    """How many records a case's logs hold: it grows with each change, and with no look."""
    return sum(1 for _ in comp.index.events(("Recorded", "Withdrawn", "Shredded")))
