"""What every page of a case shares: the open case as it was read last, its frame, statements and findings in words, and what can be undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Case, Review
from habeas.domain.errors import UsageError
from habeas.domain.finding import BearsOn, Finding
from habeas.domain.statement import Side, Statement
from habeas.dossier.words import certainty_label, finding_label, kind_title, locator_words
from habeas.examine.wording import act_words, when_words
from habeas.locale import tr, tr_mark
from habeas.services.casebook import Book, Entry, need_case
from habeas.services.cases import log_use
from habeas.services.examining import Examined
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, What
from habeas.web.desk import Desk, Done
from habeas.web.opening import read_first
from habeas.web.pages import Form, page

SHOWN_FOR = 45.0
"""Seconds for which a change that was just made offers to be undone on the next pages."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as a row shows it."""

    id: str
    who: str
    side: str
    says: str
    when: str
    place: str
    said_on: str
    quote: str
    summary: str
    translation: str
    exhibit: str
    locator: str
    accused: bool
    disclosable: bool
    hard: bool
    """Rests on an exhibit that is marked as distressing: its words stand behind a warning."""


def told(case: Case, statement: Statement) -> Told:
    """A statement in words."""
    return Told(
        id=statement.id, who=statement.speaker or tr("an unnamed source"), side=side_words(statement.side),
        says=act_words(statement.act) + (tr(" (denied)") if statement.denied else ""),
        when=when_words(statement.when) if statement.when else tr("undated"),
        place=" → ".join(part for part in (statement.place, statement.to_place) if part),
        said_on=when_words(statement.stated_on) if statement.stated_on else "", quote=statement.quote, summary=statement.summary,
        translation=statement.quote_translation, exhibit=statement.exhibit, locator=locator_words(statement.locator),
        accused=statement.id in case.accusation,
        disclosable=statement.disclosable, hard=any(one.distressing for one in case.exhibits if one.number == statement.exhibit),
    )  # fmt: skip


_SIDES = {
    Side.STATE: tr_mark("the state"),
    Side.FAMILY: tr_mark("the family"),
    Side.WITNESS: tr_mark("a witness"),
    Side.PRESS: tr_mark("the press"),
    Side.INTERNATIONAL: tr_mark("an international body"),
    Side.COMMISSION: tr_mark("a commission of inquiry"),
    Side.OTHER: tr_mark("someone else"),
}


def side_words(side: Side) -> str:
    """On whose side a source stands, in words."""
    return tr(_SIDES[side])


class Opened(msgspec.Struct, kw_only=True):
    """An open case, for as long as one page is made."""

    desk: Desk
    comp: Compartment

    @property
    def cid(self) -> str:
        """Its id."""
        return self.comp.cid

    @property
    def book(self) -> Book:
        """Its records as they stand now."""
        return self.desk.shelf.book(self.comp)

    @property
    def case(self) -> Case:
        """The same as a folder would give them."""
        return self.desk.shelf.case(self.comp)

    @property
    def examined(self) -> Examined:
        """What the tests say of it."""
        return self.desk.shelf.examined(self.comp)

    def as_opened(self, entry: Entry, form: Form) -> None:
        """Raise UsageError where a record was changed since the page that sends this form was made."""
        if form.get("revision", "") != entry.revisions[-1].payload:
            raise UsageError(tr("this was changed since you opened it; open it again, and put in what you want to change"))

    def did(self, words: str, kind: Kind | None = None, key: str = "", back: str = "") -> None:
        """Say on the next page what was done; with ``kind`` and ``key`` it can be undone there. ``back``: the statement that is looked at then."""
        entry = self.book.find(kind, key) if kind and key else None
        revision, withdrawn = (entry.revisions[-1].payload, entry.withdrawn) if entry else ("", False)
        self.desk.did(Done(cid=self.cid, words=words, kind=kind.value if kind else "", key=key, revision=revision, withdrawn=withdrawn, back=back))

    def page(self, template: str, tab: str, *, status: int = 200, **values: Any) -> Response:
        """A page of this case."""
        return page(self.desk, template, status=status, tab=tab, **self.frame(), **values)

    def frame(self) -> dict[str, Any]:
        """What stands above every page of a case."""
        case = self.case
        return {
            "cid": self.cid, "case": case, "name": case.pseudonym or case.title, "people": len({one.code for one in self.comp.roster.active()}),
            "counts": {"statements": len(case.statements), "exhibits": len(case.exhibits)}, "alarms": [str(one) for one in self.comp.alarms],
            "left_out": self.book.left_out(),
            "changed": max((each.t for entry in self.book.entries for each in entry.revisions), default=""),
            "may_write": self.comp.me.role.writes, "done": self.desk.just_done(self.cid, SHOWN_FOR),
        }  # fmt: skip


@contextmanager
def opened(desk: Desk, request: Request) -> Iterator[Opened]:
    """The case of this address. The log says once for each time the vault is open that it was looked at."""
    with desk.case(request.path_params["cid"]) as comp:
        need_case(comp)
        read_first(desk, comp, request)
        one = Opened(desk=desk, comp=comp)
        if not desk.looked(comp.cid):
            log_use(comp, What.REVIEWED, tuple(entry.id for entry in one.book.of(Kind.STATEMENT)), about="screen")
            desk.says_looked(comp.cid)
        yield one


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as a row shows it."""

    finding: Finding
    title: str
    label: str
    tone: str
    counsel: bool
    review: Review | None
    stale: bool


def cards(case: Case, examined: Examined) -> list[Card]:
    """All findings, with the newest review of each."""
    latest = {review.finding: review for review in case.reviews}
    return [_card(one, latest.get(one.id)) for one in examined.examination.findings]


def graded(finding: Finding) -> bool:
    """Whether a finding is called by its certainty; one that tells a sequence, a source or details is not."""
    return finding_label(finding.kind, finding.certainty) == certainty_label(finding.certainty)


def _card(finding: Finding, review: Review | None) -> Card:
    stale = review is not None and review.inputs != finding.inputs
    return Card(
        finding=finding, title=kind_title(finding.kind), label=finding_label(finding.kind, finding.certainty),
        tone=finding.certainty.value if graded(finding) else "plain",
        counsel=finding.bears_on is BearsOn.OWN_ACCOUNT, review=review, stale=stale,
    )  # fmt: skip
