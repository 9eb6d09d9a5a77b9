"""The denial of a version: what entails it, so that M (the voices that must be wrong for it to be false) can be counted.

¬V holds if some claim of V did not happen in its window between its places. A set C stands against ¬V if it is consistent and
leaves no claim of V deniable.
"""

from collections.abc import Collection, Sequence

from habeas.domain.statement import Act
from habeas.examine.contradiction import Against
from habeas.examine.laws import Laws
from habeas.examine.network import Network
from habeas.examine.record import Record
from habeas.examine.semantics import Node


class Denying:
    """Finds minimal sets of statements that cannot be true together with the denial of a version."""

    def __init__(self, record: Record, version: Collection[int], counted: Sequence[int]) -> None:
        """One finder for each claim of the version that can be denied."""
        self._record = record
        denied = [node for claim in version if (node := _denied_node(record, claim)) is not None]
        network = Network(Laws([*record.certain.nodes, *denied]))
        self._against = [Against(network, [node.owner], counted) for node in denied]
        self._full = record.certain

    def find(self, left: Collection[int]) -> list[int] | None:
        """A minimal consistent set among ``left`` that leaves no claim deniable, or None."""
        return self._search(frozenset(left), set()) if self._against else None

    def _search(self, left: frozenset[int], seen: set[frozenset[int]]) -> list[int] | None:
        """Unite what entails each claim; where that quarrels with itself, any consistent set misses one of those who quarrel."""
        if left in seen:
            return None
        seen.add(left)
        found = [against.find(sorted(left)) for against in self._against]
        if any(one is None for one in found):
            return None
        union = sorted({index for one in found if one for index in one})
        problem = self._full.problem(self._full.all_clauses(union))
        quarrel = problem.minimal(union)
        problem.close()
        if quarrel is None:
            return self._smaller(union)
        for index in quarrel:
            deeper = self._search(left - {index}, seen)
            if deeper is not None:
                return deeper
        return None

    def _smaller(self, union: list[int]) -> list[int]:
        """Drop what is not needed: every claim must stay undeniable."""
        kept = list(union)
        for index in union:
            fewer = [other for other in kept if other != index]
            if all(against.find(fewer) is not None for against in self._against):
                kept = fewer
        return kept


def _denied_node(record: Record, claim: int) -> Node | None:
    """The node that says: this claim did not happen in its window, between its places."""
    mine = record.certain.by_owner.get(claim, ())
    start = record.certain.nodes[mine[0]] if mine else None
    if start is None or start.act is Act.CUSTODY_DENIED or start.denies is not None:
        return None
    owner = len(record.statements) + claim
    return Node(
        owner,
        start.act,
        start.lo,
        start.lo,
        start.hi + start.length - start.lo,
        place=start.place,
        to_place=start.to_place,
        anyone=not record.statements[claim].place.strip(),
        denies=start.act,
        not_held_by=start.not_held_by,
        needs=start.needs,
    )
