"""Deadlines that recipients set. One is computed only from a requirement that was read in a source; every other one says *check*.

Sources stand beside each rule. A rule is a help to remember, not legal advice, and the day that counts is the recipient's.
"""

import calendar
from datetime import date

import msgspec

from habeas.locale import tr_mark


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """``months`` after the ``start`` that is named; ``verified``: read in ``source``, else from memory and never computed."""

    key: str
    words: str
    start: str
    months: int
    source: str
    verified: bool


RULES = (
    Rule(key="wgeid-urgent", words=tr_mark("WGEID, urgent procedure: reaches it within three months of the disappearance"),
    start=tr_mark("disappearance"), months=3,
         source="WGEID, methods of work and form", verified=True),
    Rule(key="ccf-access", words=tr_mark("CCF: decision on access within four months of admissibility"), start=tr_mark("admissibility"), months=4,
         source="Statute of the CCF, article 40", verified=True),
    Rule(key="ccf-deletion", words=tr_mark("CCF: decision on correction or deletion within nine months of admissibility"),
    start=tr_mark("admissibility"), months=9,
         source="Statute of the CCF, article 40", verified=True),
    Rule(key="ccf-revision", words=tr_mark("CCF: revision within six months of the discovery of a new fact"), start=tr_mark("discovery"), months=6,
         source="Statute of the CCF, article 42", verified=False),
    Rule(key="ecthr", words=tr_mark("ECtHR: application within four months of the final domestic decision"), start=tr_mark("final decision"),
    months=4,
         source="Protocol 15, article 4", verified=False),
    Rule(key="hrc-delay", words=tr_mark("Human Rights Committee: five years after domestic remedies are exhausted"), start=tr_mark("exhaustion"),
    months=60,
         source="rules of procedure, rule 99 (c)", verified=False),
)  # fmt: skip


def rule_of(key: str) -> Rule | None:
    """The rule under ``key``."""
    return next((one for one in RULES if one.key == key), None)


def due_on(rule: Rule, start: date) -> date | None:
    """The last day, the end of a shorter month where there is no such day; None where a person has to check."""
    if not rule.verified:
        return None
    months = start.month - 1 + rule.months
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
