"""One verb: examine. A case and what its places mean go in; findings, origins and the cost of belief come out.

Pure: the same case gives the same answer, in the same order. What it does not do: read files, resolve places, decide anything;
a named reviewer confirms or rejects each finding.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from habeas.domain.case import Case
from habeas.domain.finding import Examination, Finding, Kind
from habeas.domain.where import Place
from habeas.examine.battery.custody import accusation_after_custody, custody_conflict, denial_contradicted
from habeas.examine.battery.dates import date_conflict
from habeas.examine.battery.death import act_after_death
from habeas.examine.battery.identity import identity_conflict
from habeas.examine.battery.origins import accusation_follows, single_origin, supports_accusation, untestable
from habeas.examine.battery.presence import presence_conflict
from habeas.examine.battery.shifting import shifting_version
from habeas.examine.battery.together import together
from habeas.examine.battery.wording import shared_wording
from habeas.examine.belief import weigh
from habeas.examine.record import Record
from habeas.examine.travel import Pace

BATTERY: Mapping[Kind, Callable[[Record], Iterator[Finding]]] = {
    Kind.CUSTODY_CONFLICT: custody_conflict,
    Kind.PRESENCE_CONFLICT: presence_conflict,
    Kind.ACCUSATION_AFTER_CUSTODY: accusation_after_custody,
    Kind.ACT_AFTER_DEATH: act_after_death,
    Kind.DENIAL_CONTRADICTED: denial_contradicted,
    Kind.SHIFTING_VERSION: shifting_version,
    Kind.DATE_CONFLICT: date_conflict,
    Kind.IDENTITY_CONFLICT: identity_conflict,
    Kind.ACCUSATION_FOLLOWS: accusation_follows,
    Kind.SHARED_WORDING: shared_wording,
    Kind.SINGLE_ORIGIN: single_origin,
    Kind.SUPPORTS_ACCUSATION: supports_accusation,
    Kind.UNTESTABLE: untestable,
}
"""The closed battery, in the order in which findings are told."""


def _each_its_own_id(findings: list[Finding]) -> list[Finding]:
    """A review names a finding by its id: two stories that would have the same one are numbered."""
    seen: dict[str, int] = {}
    told = []
    for one in findings:
        seen[one.id] = seen.get(one.id, 0) + 1
        told.append(one if seen[one.id] == 1 else msgspec.structs.replace(one, id=f"{one.id}-{seen[one.id]}"))
    return told


def examine(case: Case, places: Mapping[str, Place], pace: Pace | None = None) -> Examination:
    """Run every test on the statements about the case's main person, and weigh the accusation.

    ``places`` maps each place string of the case (and each body that is a country) to what it was understood as; a string that is
    missing is a place not known. ``pace`` edits the practical speeds used for ``improbable`` findings.
    """
    return Examiner().examine(case, places, pace)


class Examiner:
    """Examines one case again and again: what a change does not touch is not reckoned anew, and the answer is the same as from scratch."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._record: Record | None = None

    def examine(self, case: Case, places: Mapping[str, Place], pace: Pace | None = None) -> Examination:
        """As :func:`examine`."""
        self._record = Record(case, places, pace, self._record)
        return _examined(self._record, case)


def _examined(record: Record, case: Case) -> Examination:
    findings = [finding for test in BATTERY.values() for finding in test(record)] + list(together(record))
    order = list(BATTERY)
    findings.sort(key=lambda one: order.index(one.kind))
    findings = _each_its_own_id(findings)
    belief, origins = weigh(record, case)
    return Examination(case=case.title, findings=tuple(findings), origins=origins, belief=belief)
