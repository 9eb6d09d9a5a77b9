"""Several cases side by side: what they show, and which of them may stand beside another before whom."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from habeas.domain.across import Across
from habeas.domain.case import Case, Consent
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.identity import fold
from habeas.domain.statement import Side, Statement
from habeas.domain.when import DAY
from habeas.examine.across import wording_across
from habeas.examine.patterns import patterns
from habeas.intake.folder import read_folder
from habeas.locale import tr

WORDING, PATTERNS = "shared_wording", "patterns"
"""Purposes in ``consents.csv`` that let a case stand beside others before a recipient."""


def look(cases: Mapping[str, Case]) -> Across:
    """Wording and patterns of some cases. Raises UsageError for fewer than two."""
    if len(cases) < 2:  # noqa: PLR2004
        raise UsageError(tr("two cases at least are wanted"))
    groups, forms = wording_across(cases)
    return Across(groups=groups, forms=forms, patterns=patterns(cases, groups, forms))


def read_folders(folders: Sequence[Path]) -> dict[str, Case]:
    """Case folders by their names; each name once. Raises BadInput."""
    found: dict[str, Case] = {}
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError(tr("one folder is given twice"))
    for folder in folders:
        if not folder.exists() and re.fullmatch("case-[0-9a-f]{12}", folder.name):
            raise UsageError(tr("{id} is a case of the vault: habeas across new CASE CASE, then habeas across run JOINT", id=folder.name))
        name = folder.resolve().name
        if name in found:
            raise BadInput.one(name, tr("two folders have this name; rename one"))
        found[name] = read_folder(folder).case
    return found


def consents(case: Case, purpose: str, recipient: str, day: date, speakers: Collection[str] = ()) -> bool:
    """Whether the client and each of some speakers allowed this use before this recipient, and nobody refused it.

    A yes is read narrowly: exact words, with a day on which it was given, not over and with an end that is known; a guardian signs in a row about the
    client. A no counts, unless it names, word for word, another purpose or another recipient for which this case has a yes.
    """
    if not recipient.strip() or any(one.refused and not _of_another(one, case, purpose, recipient) for one in case.consents):
        return False
    people = {fold(one.person) for one in case.consents if not one.refused and _means(one, purpose, recipient) and _in_force(one, day)}
    client = {fold(name) for name in (case.person, case.pseudonym) if name.strip()}
    return bool(people & client) and {fold(one) for one in speakers} <= people


def _means(one: Consent, purpose: str, recipient: str) -> bool:
    """Word for word, case aside."""
    return one.purpose.strip().casefold() == purpose and one.recipient.strip().casefold() == recipient.strip().casefold() and one.shown != "none"


def _of_another(no: Consent, case: Case, purpose: str, recipient: str) -> bool:
    """Whether a refusal is surely of another use or before another recipient than the one that is asked about."""
    said, theirs = no.purpose.strip().casefold(), no.recipient.strip().casefold()
    given = [one for one in case.consents if not one.refused]
    other_uses = {one.purpose.strip().casefold() for one in given} | {WORDING, PATTERNS}
    other_recipients = {one.recipient.strip().casefold() for one in given}
    return (said != purpose and bool(said) and said in other_uses) or (
        theirs != recipient.strip().casefold() and bool(theirs) and theirs in other_recipients
    )


def _in_force(one: Consent, day: date) -> bool:
    today = day.toordinal()
    if one.given_on is None or one.given_on.lo is None or one.given_on.hi is None or one.given_on.lo // DAY + 1 > today:
        return False
    if one.expires_on is None:
        return True
    return one.expires_on.hi is not None and one.expires_on.lo is not None and one.expires_on.lo // DAY + 1 >= today


def consenting(cases: Mapping[str, Case], recipient: str, day: date) -> dict[str, Case]:
    """The cases that may stand beside another before a recipient, each with those statements alone whose speakers consented as well."""
    found = {}
    for name, case in cases.items():
        kept = tuple(s for s in case.statements if consents(case, WORDING, recipient, day, _speaker(s)))
        if kept:
            found[name] = msgspec.structs.replace(case, statements=kept)
    return found


def _speaker(statement: Statement) -> tuple[str, ...]:
    """Whose words a statement quotes, where it is a person's: what a state says needs nobody's leave but the client's."""
    return (statement.speaker,) if statement.side is not Side.STATE and statement.speaker.strip() else ()
