"""Which findings a dossier holds: those that a named reviewer confirmed for the inputs as they are, and that counsel chose.

Without a confirmed finding the dossier is a DRAFT of all that bears on the accusation. What weakens the client's own account is never
selected. The full examination (all that is known) and the frozen one (what may leave) are compared, and counsel is warned.
"""

from collections.abc import Collection, Sequence

import msgspec

from habeas.domain.case import Decision, Review
from habeas.domain.errors import UsageError
from habeas.domain.finding import BearsOn, Examination, Finding, Kind
from habeas.dossier.across import is_across
from habeas.locale import tr


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """``findings`` in the order of the frozen examination; ``reviews`` by finding; ``warnings`` are for counsel alone."""

    findings: tuple[Finding, ...]
    reviews: dict[str, Review]
    draft: bool
    warnings: tuple[str, ...]


def select(full: Examination, frozen: Examination, reviews: Sequence[Review], chosen: Collection[str] = ()) -> Selection:
    """Choose among the frozen findings. Raise :class:`UsageError` if counsel chose an id that does not exist or may not leave."""
    by_id = {finding.id: finding for finding in full.findings}
    _refuse_unknown(by_id, chosen)
    latest = {review.finding: review for review in reviews}
    confirmed = {
        one: review for one, review in latest.items() if review.decision is Decision.CONFIRMED and one in by_id and not stale(review, by_id[one])
    }
    rejected = {one for one, review in latest.items() if review.decision is Decision.REJECTED and (one not in by_id or not stale(review, by_id[one]))}
    candidates = [finding for finding in frozen.findings if finding.bears_on is BearsOn.ACCUSATION]
    _refuse_withheld(candidates, chosen)
    draft = not any(finding.id in confirmed and (not chosen or finding.id in chosen) for finding in candidates)
    findings = tuple(
        finding
        for finding in candidates
        if finding.id not in rejected and (draft or finding.id in confirmed) and (not chosen or finding.id in chosen)
    )
    kept = {finding.id for finding in findings}
    return Selection(
        findings=findings,
        reviews={one: review for one, review in confirmed.items() if one in kept},
        draft=draft,
        warnings=tuple(_warnings(full, frozen, findings, latest, draft=draft)),
    )


def stale(review: Review, finding: Finding) -> bool:
    """Whether a review was given for other inputs than the finding now rests on, or does not say for which."""
    return review.inputs != finding.inputs


def _refuse_unknown(by_id: dict[str, Finding], chosen: Collection[str]) -> None:
    for one in chosen:
        if is_across(one):
            continue
        if one not in by_id:
            raise UsageError(tr("there is no finding {id}; 'habeas examine DIR' lists them", id=one))
        if by_id[one].bears_on is BearsOn.OWN_ACCOUNT:
            raise UsageError(tr("finding {id} bears on the client's own account; it stands in the memorandum alone", id=one))


def _refuse_withheld(candidates: Sequence[Finding], chosen: Collection[str]) -> None:
    shown = {finding.id for finding in candidates}
    for one in chosen:
        if one not in shown and not is_across(one):
            raise UsageError(tr("finding {id} rests on what is not disclosable; it cannot stand in a dossier", id=one))


def _warnings(full: Examination, frozen: Examination, findings: Sequence[Finding], latest: dict[str, Review], *, draft: bool) -> list[str]:
    said = []
    if draft:
        said.append(tr("no finding that may leave is confirmed in reviews.csv: every page says DRAFT"))
    if frozen.belief.must_be_wrong > full.belief.must_be_wrong:
        said.append(
            tr("withholding raises the figure: {frozen} sources on what is disclosed, {full} on all that is known. "
               "Do not rely on it before a court without telling why.",
               frozen=frozen.belief.must_be_wrong, full=full.belief.must_be_wrong)
        )  # fmt: skip
    elif frozen.belief.must_be_wrong < full.belief.must_be_wrong:
        said.append(
            tr(
                "withholding lowers the figure: {frozen} sources instead of {full}",
                frozen=frozen.belief.must_be_wrong,
                full=full.belief.must_be_wrong,
            )
        )
    said += _supporters_lost(full, findings)
    visible = {finding.id: finding for finding in frozen.findings}
    for one, review in latest.items():
        known = next((finding for finding in full.findings if finding.id == one), None)
        if known is None:
            said.append(tr("the review of {id} is of a finding that no longer exists", id=one))
        elif stale(review, known):
            said.append(tr("the review of {id} does not name the inputs that it has now ({now}) and does not count", id=one, now=known.inputs))
        elif one in visible and review.decision is Decision.CONFIRMED and set(visible[one].statements) != set(known.statements):
            said.append(tr("{id} was confirmed on more than is disclosed; the dossier shows it on what is left", id=one))
        elif one not in visible and review.decision is Decision.CONFIRMED:
            said.append(tr("{id} is confirmed, but what it rests on is withheld", id=one))
    return said


def _supporters_lost(full: Examination, findings: Sequence[Finding]) -> list[str]:
    """What supports the accusation and does not stand in the dossier."""
    shown = {finding.id: finding for finding in findings}
    said = []
    for finding in full.findings:
        if finding.kind is Kind.SUPPORTS_ACCUSATION:
            kept = set(shown[finding.id].statements) if finding.id in shown else set()
            lost = sorted(set(finding.statements) - kept - set(finding.version))
            if lost:
                said.append(tr("not in the dossier, though it supports the accusation: {ids}", ids=", ".join(lost)))
    return said
