"""A named person confirms or rejects a finding, with a reason, for exactly the inputs that were seen."""

from datetime import date

from habeas.domain.case import Decision, Review
from habeas.domain.errors import BadInput, HabeasError
from habeas.locale import tr
from habeas.services.changing import add_record
from habeas.services.reading import Shelf
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind


class FindingChangedError(HabeasError):
    """The finding rests on other inputs now than the reviewer saw."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(tr("The case changed since you opened this page. Read the finding again before you decide."))


class NoSuchFindingError(HabeasError):
    """The case gives no such finding (any more)."""

    def __init__(self) -> None:
        """Say why."""
        super().__init__(tr("There is no such finding any more; the case changed."))


def give_review(  # noqa: PLR0913  # one parameter a field
    comp: Compartment, shelf: Shelf, finding: str, *, decision: str, reviewer: str, reason: str, inputs: str, on: date
) -> str:
    """Record a review; how it is called. Raises BadInput for what is missing, NoSuchFindingError or FindingChangedError; then nothing is written."""
    words = (reviewer + reason).replace("\r", "").replace("\n", "")
    if not reviewer or not reason or not words.isprintable() or decision not in tuple(Decision):
        raise BadInput.one("review", tr("A review needs a name, a reason, and whether the finding is confirmed or rejected."))
    known = {one.id: one.inputs for one in shelf.examined(comp).examination.findings}
    if finding not in known:
        raise NoSuchFindingError
    if known[finding] != inputs:
        raise FindingChangedError
    record = Review(finding=finding, decision=Decision(decision), reviewer=reviewer, on=on.isoformat(), reason=reason, inputs=inputs)
    return add_record(comp, Kind.REVIEW, record)
