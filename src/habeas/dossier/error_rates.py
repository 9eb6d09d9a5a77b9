"""Known error rates of each test, as measured by ``benchmarks/accuracy.py`` on public case files annotated by hand.

The figures ship as data (``error_rates.json``), so that a dossier prints what was measured and not what anyone hopes.
"""

from functools import cache
from importlib import resources

import msgspec

from habeas.domain.finding import Kind
from habeas.locale import tr


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Counts for one kind: rows that the analyst wrote and the test found (hits) or missed, and findings that no row confirms."""

    kind: Kind
    hits: int
    missed: int
    unconfirmed: int


@cache
def rates() -> tuple[Rate, ...]:
    """What was measured, in the order of the file."""
    data = resources.files(__package__).joinpath("error_rates.json").read_bytes()
    return tuple(msgspec.json.decode(data, type=list[Rate]))


def by_kind() -> dict[Kind, str]:
    """One line of words for each kind that was measured."""
    return {
        rate.kind: tr(
            "of {rows} annotated rows {hits} found, {missed} missed; {unconfirmed} findings not in the annotation",
            rows=rate.hits + rate.missed, hits=rate.hits, missed=rate.missed, unconfirmed=rate.unconfirmed,
        )
        for rate in rates()
    }  # fmt: skip
