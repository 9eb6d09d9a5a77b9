"""What stands in a dossier and in a memorandum, as plain data for the templates. No layout here, no files, no clock.

A dossier is told from redacted statements alone (:mod:`habeas.dossier.redact`). What would change a finding, what weakens the client's
own account, M and its sets stand in the memorandum and nowhere else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from habeas.domain.case import Case, Exhibit, Review
from habeas.domain.finding import BearsOn, Belief, Certainty, Examination, Finding, Kind, MustBeWrong
from habeas.domain.statement import CUSTODY_ACTS, Act, Statement
from habeas.dossier.across import Chosen
from habeas.dossier.selection import Selection
from habeas.dossier.timeline import Bar, timeline
from habeas.dossier.words import circumstance_words, day_words, finding_label, form_words, how_words, kind_title, locator_words, point_words
from habeas.examine.hostile import Challenge
from habeas.examine.hypotheses import Cell, Matrix
from habeas.examine.relative import follow, leading_nowhere
from habeas.examine.voices import unnamed
from habeas.examine.wording import act_words, identifier_words, when_words
from habeas.locale import tr, tr_n


class ShownExhibit(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibit as the dossier lists it: ``page`` is where it begins (0: not in the file), ``note`` how it was made into pages."""

    number: str
    title: str
    form: str
    language: str
    pages: int
    page: int
    sha256: str
    note: str = ""


Data = dict[str, Any]
_IDS = re.compile(r" \([A-Za-z][\w.-]*\d[\w.-]*(?:, [A-Za-z][\w.-]*)*(?: …)?\)")
"""Ids in brackets, left out where a reader has a minute."""

_ORDER = (
    Kind.CUSTODY_CONFLICT, Kind.ACT_AFTER_DEATH, Kind.PRESENCE_CONFLICT, Kind.ACCUSATION_AFTER_CUSTODY, Kind.DENIAL_CONTRADICTED,
    Kind.SHIFTING_VERSION, Kind.IDENTITY_CONFLICT, Kind.DATE_CONFLICT, Kind.ACCUSATION_FOLLOWS, Kind.SHARED_WORDING,
    Kind.SINGLE_ORIGIN, Kind.UNTESTABLE,
)  # fmt: skip


def dossier_data(case: Case, frozen: Examination, selection: Selection, exhibits: Sequence[ShownExhibit], annex: Mapping[str, Any]) -> Data:
    """Everything that the dossier's template shows; strings are final."""
    statements: dict[str, Statement] = {s.id: s for s in case.statements}
    findings = sorted(selection.findings, key=lambda f: _ORDER.index(f.kind) if f.kind in _ORDER else len(_ORDER))
    against = [f for f in findings if f.kind is not Kind.SUPPORTS_ACCUSATION]
    supporting = [f for f in findings if f.kind is Kind.SUPPORTS_ACCUSATION]
    return {
        "title": tr("The accusation against {who}, tested", who=case.pseudonym),
        "case": case.title,
        "who": case.pseudonym,
        "draft": selection.draft,
        "sentence": frozen.belief.sentence,
        "sentence_presumed": frozen.belief.sentence_with_presumptions,
        "short": [_short(f, number) for number, f in enumerate(against[:5], 1)],
        "reviewers": sorted({review.reviewer for review in selection.reviews.values()}),
        "accusation": [_said(statements[one]) for one in case.accusation if one in statements],
        "timeline": timeline_of(case, frozen),
        "timeline_alt": _timeline_alt(case),
        "findings": [_finding(f, number, statements, selection) for number, f in enumerate(against, 1)],
        "supporting": [_finding(f, number, statements, selection) for number, f in enumerate(supporting, len(against) + 1)],
        "belief": _belief(frozen, statements),
        "exhibits": [msgspec.to_builtins(exhibit) for exhibit in exhibits],
        "statements": [_row(s) for s in case.statements],
        "annex": {**annex, "sought": _sought(case, frozen)},
        "labels": _labels(),
    }


def across_data(beside: Chosen) -> list[Data]:
    """Wording shared with other cases, for the template."""
    return [
        {
            "id": one.id,
            "own": list(one.own),
            "lines": msgspec.to_builtins(one.lines),
            "alignments": [line.translate(_BRACKETS) for line in one.alignments],
            "review": _reviewed(beside.reviews.get(one.id)),
        }
        for one in beside.groups
    ]  # fmt: skip


def _reviewed(review: Review | None) -> str:
    return tr("Confirmed by {who}, {on}", who=review.reviewer, on=day_words(review.on) or tr("undated")) if review else tr("Not reviewed")


def _short(finding: Finding, number: int) -> Data:
    return {
        "number": number,
        "title": kind_title(finding.kind),
        "label": finding_label(finding.kind, finding.certainty),
        "line": _IDS.sub("", finding.explanation),
        "exhibits": list(finding.exhibits),
    }


def _said(s: Statement) -> Data:
    return {
        "id": s.id,
        "who": s.speaker,
        "on": when_words(s.stated_on) if s.stated_on else tr("undated"),
        "quote": s.quote,
        "translation": s.quote_translation,
        "summary": s.summary or _bare(s),
        "exhibit": s.exhibit,
        "locator": locator_words(s.locator),
        "circumstances": "; ".join(f"{circumstance_words(key)}: {value}" for key, value in s.circumstances),
        "identifiers": "; ".join(f"{identifier_words(key)}: {value}" for key, value in s.identifiers),
    }


def _bare(s: Statement) -> str:
    """The statement in words where nobody wrote a summary."""
    when = when_words(s.when) if s.when else tr("undated")
    where = " → ".join(part for part in (s.place, s.to_place) if part)
    words = act_words(s.act)
    said = tr("says that this did not happen: {act}", act=words) if s.denied else words
    return ", ".join(part for part in (said, when, where) if part)


def _row(s: Statement) -> Data:
    return {
        **_said(s),
        "act": act_words(s.act) + (tr(" (denied)") if s.denied else ""),
        "when": when_words(s.when) if s.when else "",
        "place": " → ".join(part for part in (s.place, s.to_place) if part),
        "how": how_words(s.how_known),
        "relayed": " < ".join(s.relayed_by),
    }


def _finding(finding: Finding, number: int, statements: Mapping[str, Statement], selection: Selection) -> Data:
    return {
        "number": number,
        "id": finding.id,
        "title": kind_title(finding.kind),
        "label": finding_label(finding.kind, finding.certainty),
        "tone": _tone(finding),
        "explanation": finding.explanation,
        "arithmetic": [line.translate(_BRACKETS) for line in finding.arithmetic],
        "presumptions": list(finding.presumptions),
        "readings": list(finding.readings),
        "statements": [_row(statements[one]) for one in finding.statements if one in statements],
        "test": f"{finding.test} {finding.test_version}",
        "review": _reviewed(selection.reviews.get(finding.id)),
    }


def _tone(finding: Finding) -> str:
    """The colour of a label: what is firm, what rests on a presumption, what is neither."""
    if finding.kind in (Kind.SUPPORTS_ACCUSATION, Kind.UNTESTABLE, Kind.SINGLE_ORIGIN, Kind.ACCUSATION_FOLLOWS):
        return "plain"
    return {Certainty.CERTAIN: "firm", Certainty.ON_PRESUMPTION: "amber"}.get(finding.certainty, "plain")


def _belief(examination: Examination, statements: Mapping[str, Statement]) -> Data:
    belief = examination.belief
    label = {origin.id: origin.label for origin in examination.origins}
    return {
        "n": belief.must_be_wrong,
        "n_presumed": belief.with_presumptions,
        "n_merged": belief.if_unknown_merged,
        "carriers": belief.carriers,
        "points": [_point(point, label, statements) for point in belief.points],
        "points_presumed": [_point(point, label, statements) for point in belief.points_with_presumptions],
        "versions": [msgspec.to_builtins(version) for version in belief.versions],
        "admitted": [_row(statements[one]) for one in belief.admitted if one in statements],
        "excluded": [{"why": one.explanation, "ids": ", ".join(one.statements)} for one in belief.excluded],
        "more_sets": max(0, len(belief.sets) - 1),
        "exact": belief.exact,
        "lower": _lower(belief),
    }


def _lower(belief: Belief) -> str:
    """The figure with unknown pairs merged; it is reckoned without the presumption, and said so where both figures are printed."""
    if belief.must_be_wrong == 0:
        return ""
    if belief.with_presumptions > belief.must_be_wrong:
        return tr(
            "If every pair of sources on which nothing is recorded were counted as one, the figure without the presumption would be {count}.",
            count=belief.if_unknown_merged,
        )
    return tr_n(
        "If every pair of sources on which nothing is recorded were counted as one, the figure would be {count}.",
        "If every pair of sources on which nothing is recorded were counted as one, the figure would be {count}.",
        belief.if_unknown_merged,
    )


def _point(point: MustBeWrong, label: Mapping[str, str], statements: Mapping[str, Statement]) -> Data:
    told = [statements[one] for one in point.statements if one in statements]
    return {
        "who": label[point.origin],
        "what": "; ".join(s.summary or _bare(s) for s in told[:2]),
        "ids": ", ".join(point.statements),
        "wrong": point_words(point.wrong_about),
        "exhibits": list(dict.fromkeys(s.exhibit for s in told if s.exhibit)),
    }


def timeline_of(case: Case, examination: Examination) -> str:
    """The timeline of a (redacted) case as SVG."""
    return timeline(_bars(case, examination))


def _bars(case: Case, examination: Examination) -> list[Bar]:
    """The claims of the headline version, and what custody, death, presence and denial say against it; one row a speaker and act."""
    headline = set(examination.belief.headline) or set(case.accusation)
    told = {one for finding in examination.findings for one in finding.statements}
    closed = any(s.act in (Act.RELEASED, Act.ESCAPED) and not s.denied for s in case.statements if s.id not in case.accusation)
    seen: set[tuple[str, str, str]] = set()
    bars = []
    for s in follow(case.statements, {}).statements:
        accused = s.id in case.accusation
        wanted = s.id in headline if accused else s.id in told and s.act in DRAWN
        key = (s.speaker, s.act, str(s.when))
        if not wanted or s.when is None or s.when.lo is None or s.when.hi is None or key in seen:
            continue
        seen.add(key)
        words = act_words(s.act) + (tr(" (denied)") if s.denied else "")
        bars.append(
            Bar(
                label=s.speaker,
                text=words if accused else f"{words}, {when_words(s.when)}",
                when=s.when,
                group="accusation" if accused else "record",
                open_end=s.act is Act.DETAINED and not closed and not accused,
                mark=accused and s.act is not Act.OTHER,
            )
        )
    return sorted(bars, key=lambda bar: (bar.group, bar.when.lo or 0, bar.when.hi or 0))


DRAWN = CUSTODY_ACTS | {Act.DIED, Act.BURIED, Act.PRESENT, Act.DEPARTED, Act.RELEASED, Act.ESCAPED, Act.CUSTODY_DENIED}


def _timeline_alt(case: Case) -> str:
    return tr(
        "Timeline. Upper rows: what the accusation says, its days hatched. Lower rows: what the record shows, by speaker. "
        "The statements of {who} are listed with their dates in Annex B.",
        who=case.pseudonym,
    )


_EITHER_WAY = (Kind.PRESENCE_CONFLICT, Kind.DATE_CONFLICT, Kind.IDENTITY_CONFLICT, Kind.SHARED_WORDING, Kind.SINGLE_ORIGIN)
"""Tests whose findings may bear on the client's own account."""


def _sought(case: Case, examination: Examination) -> list[str]:
    """What was looked for and not found: tests that found nothing, and records that the file does not hold."""
    found = {finding.kind for finding in examination.findings}
    told = [kind for kind in Kind if kind not in _EITHER_WAY]  # else a recipient could infer what was withheld from a line that is missing
    lines = [tr("Test run, nothing found: {title}", title=kind_title(kind)) for kind in told if kind not in found]
    acts = {s.act for s in case.statements if not s.denied}
    if acts & CUSTODY_ACTS and Act.RELEASED not in acts:
        lines.append(tr("A record of a release: none in this file."))
    if acts & CUSTODY_ACTS and Act.ESCAPED not in acts:
        lines.append(tr("A record of an escape: none in this file."))
    if Act.DEPARTED in acts and Act.PRESENT not in acts:
        lines.append(tr("A record of arrival at the destination: none in this file."))
    return lines


def _labels() -> Data:
    return {
        "certain": tr("irreconcilable: the statements cannot all be true under any reading of their dates and places, at any speed up to 2,500 km/h"),
        "on_presumption": tr("irreconcilable unless the presumption fails: the same, if the presumption printed with the finding holds"),
        "improbable": tr("hard to reconcile: not at practical speeds and with formalities"),
        "possible": tr("open: under some readings only; a date, place or identity would decide it"),
    }


_BRACKETS = str.maketrans("⟦⟧", "[]")
"""The fonts of a page have no white brackets, and what has no glyph is shown as its number."""
_CELLS = {Cell.EXCLUDES: "− −", Cell.EXCLUDES_PRESUMED: "−", Cell.AGREES: "+", Cell.SILENT: "·"}
_MATRIX = 40
"""Rows of the matrix that are shown."""


class ForCounsel(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the memorandum beside the examination: competing hypotheses, a hostile reader's questions, places not understood."""

    hypotheses: Matrix
    hostile: tuple[Challenge, ...] = ()
    places: tuple[str, ...] = ()


def memorandum_data(
    case: Case, full: Examination, counsel: ForCounsel, selection: Selection | None, exhibits: Iterable[tuple[Exhibit, Sequence[str]]]
) -> Data:
    """Counsel's privileged working paper: everything, unredacted, with what weakens the case first."""
    statements: dict[str, Statement] = {s.id: s for s in case.statements}
    empty = Selection(findings=(), reviews={}, draft=True, warnings=())
    chosen = selection or empty

    def told(finding: Finding, number: int) -> Data:
        return {
            **_finding(finding, number, statements, chosen),
            "would_change": list(finding.would_change),
            "inputs": finding.inputs,
            "own": finding.bears_on is BearsOn.OWN_ACCOUNT,
        }

    label = {origin.id: origin.label for origin in full.origins}
    own = [f for f in full.findings if f.bears_on is BearsOn.OWN_ACCOUNT]
    rest = [f for f in full.findings if f.bears_on is BearsOn.ACCUSATION]
    return {
        "title": tr("Memorandum for counsel"),
        "case": case.title,
        "who": case.pseudonym or case.person,
        "warnings": list(chosen.warnings),
        "own": [told(f, number) for number, f in enumerate(own, 1)],
        "findings": [told(f, number) for number, f in enumerate(rest, len(own) + 1)],
        "belief": {
            **_belief(full, statements),
            "sentence": full.belief.sentence,
            "sentence_presumed": full.belief.sentence_with_presumptions,
            "sets": [" + ".join(label[one] for one in found) for found in full.belief.sets],
            "sets_presumed": [" + ".join(label[one] for one in found) for found in full.belief.sets_with_presumptions],
            "m": full.belief.to_deny,
            "m_sets": [" + ".join(label[one] for one in found) for found in full.belief.deny_sets],
            "capped": full.belief.capped,
        },
        "hostile": [one.words + (f" ({', '.join(one.statements)})" if one.statements else "") for one in counsel.hostile],
        "challenges": [
            {"number": exhibit.number, "title": exhibit.title, "points": _challenges(exhibit, case), "notes": list(notes)}
            for exhibit, notes in exhibits
        ],
        "hypotheses": list(counsel.hypotheses.hypotheses),
        "matrix": [{**_row(statements[one.statement]), "cells": [_CELLS[cell] for cell in one.cells]} for one in counsel.hypotheses.rows[:_MATRIX]],
        "matrix_left": max(0, len(counsel.hypotheses.rows) - _MATRIX),
        "questions": [f"{one.words} ({', '.join(one.findings)})" for one in full.questions],
        "places": list(counsel.places),
        "untouched": _untouched(case, full),
        "relative": leading_nowhere(case.statements),
    }


def _untouched(case: Case, full: Examination) -> list[str]:
    """Statements about the person that stand in no finding, in no version, and are not told as left out: nothing was made of them."""
    told = {one for finding in full.findings for one in finding.statements} | {one for row in full.belief.excluded for one in row.statements}
    told |= {one for point in (*full.belief.points, *full.belief.points_with_presumptions) for one in point.statements} | set(case.accusation)
    mine = ("", case.person, case.pseudonym)
    return [s.id for s in case.statements if s.id not in told and s.act is not Act.OTHER and s.person.strip() in mine]


def _challenges(exhibit: Exhibit, case: Case) -> list[str]:
    """What a hostile reader will ask of an exhibit, from what its row leaves open."""
    points = []
    if exhibit.form != "original":
        points.append(tr("it is {form}: where is the original, and who compared them?", form=form_words(exhibit.form)))
    if not exhibit.obtained_from:
        points.append(tr("from whom was it obtained?"))
    if not exhibit.obtained_by or not exhibit.obtained_on:
        points.append(tr("who obtained it, and when? The chain of custody has a gap"))
    if not exhibit.method:
        points.append(tr("how was it obtained? No method is recorded"))
    if exhibit.translation_of and not exhibit.translator:
        points.append(tr("who translated it?"))
    if not exhibit.file:
        points.append(tr("the item itself is not in the folder"))
    if not exhibit.consent:
        points.append(tr("no consent is recorded for its use"))
    resting = [s for s in case.statements if s.exhibit == exhibit.number]
    hearsay = [s.id for s in resting if s.how_known == "secondhand"]
    nameless = [s.id for s in resting if unnamed(s)]
    loose = [s.id for s in resting if not s.locator]
    for ids, text in (
        (hearsay, tr("hearsay: {ids}", ids=", ".join(hearsay))),
        (nameless, tr("unnamed sources: {ids}", ids=", ".join(nameless))),
        (loose, tr("no page or line is given for {ids}", ids=", ".join(loose))),
    ):
        if ids:
            points.append(text)
    return points
