"""The cost of belief: how many voices must all be wrong for a version of the accusation to be true, and how many to deny it.

Defined in the design ("How it is computed", point 5). The exact part is :mod:`habeas.examine.contradiction`; here stands who counts:
not the unnamed, not the undated, not a compiler beside the source that it repeats, not the accusing state (what it admits against
itself is printed apart), not a voice that contradicts itself about the version.
"""

from collections.abc import Collection, Mapping, Sequence

from habeas.domain.case import Case, Tie
from habeas.domain.finding import Belief, Excluded, MustBeWrong, Origin, VersionCost
from habeas.domain.statement import Act, HowKnown, Statement
from habeas.domain.where import Place
from habeas.examine.contradiction import Against, Cost, Elements, cost, maximal_consistent
from habeas.examine.denial import Denying
from habeas.examine.network import Network
from habeas.examine.record import Record
from habeas.examine.voices import Ties, carriers, repeats, supports, unnamed, voice_key
from habeas.examine.wording import belief_sentence, by_gravity
from habeas.locale import tr


class Weighing:
    """One case being weighed: computed once, asked for each version."""

    def __init__(self, record: Record, case: Case) -> None:
        """``record``: the compiled statements about the main person."""
        self.record = record
        self.statements: Sequence[Statement] = record.statements
        self.places: Mapping[str, Place] = record.places
        self.ties = Ties(case.voices)
        self.exact = True
        self._group: dict[str, str] = {}
        self._finders: dict[tuple[int, tuple[int, ...]], Against] = {}
        self._counted: dict[tuple[int, ...], tuple[list[int], list[int], list[int]]] = {}
        self.accusers = {voice_key(self.statements[index]) for index in record.accusation}
        self.repeated = repeats(self.statements, self.places)
        self.keys = [voice_key(statement) for statement in self.statements]
        self._base = self._countable()

    def _countable(self) -> list[int]:
        dated = set(self.record.certain.by_owner)
        accusation = set(self.record.accusation)
        return [
            index
            for index, statement in enumerate(self.statements)
            if index in dated and index not in accusation and not unnamed(statement) and self.keys[index] not in self.accusers
        ]

    def versions(self) -> list[tuple[int, ...]]:
        """Maximal compatible sets of the accusation's statements that hold at least one testable one."""
        dated = [index for index in self.record.accusation if index in self.record.certain.by_owner]
        found, complete = maximal_consistent(self.record.certain, dated)
        self.exact = self.exact and complete
        return [version for version in found if any(self.record.testable(index) for index in version)]

    def claimed(self, network: Network, version: Collection[int]) -> frozenset[int]:
        """A version with the statements of the accusing side itself that date it; a date that others give is theirs to be wrong about.

        Where the two cannot be true together (custody that it admits is presumed to last), the version alone.
        """
        dating = network.closure(version) - frozenset(version)
        whole = frozenset(version) | {index for index in dating if self.keys[index] in self.accusers}
        return whole if whole == frozenset(version) or network.consistent(whole) else frozenset(version)

    def originals(self, indexes: Collection[int]) -> list[int]:
        """Without the compilers' statements that repeat a source which itself counts."""
        kept = set(indexes)
        return [index for index in sorted(kept) if not kept & set(self.repeated.get(index, ()))]

    def counted(self, version: Collection[int]) -> tuple[list[int], list[int], list[int]]:
        """(counted, compilers' repetitions, statements of voices that contradict themselves about the version)."""
        known = self._counted.get(tuple(version))
        if known is not None:
            return known
        clashing = self.record.presumed.clashing(version)
        against = {self.keys[i] for i in self._base if i in clashing}
        agree = {
            self.keys[i]
            for i in self._base
            if self.keys[i] in against and any(supports(self.statements[v], self.statements[i], self.places) for v in version)
        }
        doubled = [index for index in self._base if self.keys[index] in agree]
        candidates = [index for index in self._base if self.keys[index] not in agree]
        kept = self.originals(candidates)
        found = (kept, sorted(set(candidates) - set(kept)), doubled)
        self._counted[tuple(version)] = found
        return found

    def weigh(self, network: Network, version: Collection[int], *, merged: bool = False) -> Cost:
        """N for one version under one regime; with ``merged`` unknown pairs count as one."""
        counted, _, _ = self.counted(version)
        against = self._against(network, version)
        return self._voiced(cost(against.find, counted, self._grouped(counted, merged=merged)))

    def _against(self, network: Network, version: Collection[int]) -> Against:
        """What stands against a version under one regime (kept: N, N with pairs merged and carriers ask for the same)."""
        key = (id(network), tuple(version))
        if key not in self._finders:
            self._finders[key] = Against(network, self.claimed(network, version), self.counted(version)[0])
        return self._finders[key]

    def _grouped(self, counted: Collection[int], *, merged: bool = False) -> Elements:
        """Each counted statement → its voice; voices recorded as dependent (or, merged, not shown independent) are one."""
        group = self.ties.merged(sorted({self.keys[index] for index in counted}), unknown_too=merged)
        self._group = group
        return lambda index: frozenset({group[self.keys[index]]})

    def _voiced(self, found: Cost) -> Cost:
        """Name each group in the sets after the first of its voices that stands against the claim."""
        face: dict[str, str] = {}
        for index in sorted({i for one in found.against for i in one}):
            face.setdefault(self._group[self.keys[index]], self.keys[index])
        sets = tuple(tuple(sorted(face.get(name, name) for name in one)) for one in found.sets)
        return Cost(size=found.size, sets=sets, against=found.against, capped=found.capped)

    def spoken_by(self, key: str, among: Collection[int]) -> list[int]:
        """Of some statements, those of one voice and of the voices recorded as dependent with it."""
        return sorted(i for i in among if self.keys[i] == key or self.ties.tie(self.keys[i], key) is Tie.DEPENDENT)

    def weigh_carriers(self, network: Network, version: Collection[int]) -> Cost:
        """The fewest exhibits and relays whose falsity would do."""
        counted, _, _ = self.counted(version)
        against = self._against(network, version)
        own = [frozenset(carriers(one)) or frozenset({f"statement {one.id}"}) for one in self.statements]
        return cost(against.find, counted, lambda index: own[index])

    def weigh_denial(self, version: Collection[int]) -> Cost:
        """M: the same for the denial of the version. Its own voices count here."""
        dated = [i for i in self.record.certain.by_owner if not unnamed(self.statements[i])]
        accusing = [i for i in dated if self.keys[i] in self.accusers]
        other = [i for i in dated if self.keys[i] not in self.accusers]
        kept = self.originals([*accusing, *other])
        denying = Denying(self.record, version, kept)
        return self._voiced(cost(denying.find, kept, self._grouped(kept)))


def weigh(record: Record, case: Case) -> tuple[Belief, tuple[Origin, ...]]:
    """The cost of belief of a case, and its origins (``V1``, ``V2`` … in the order of the file)."""
    weighing = Weighing(record, case)
    origins, name = _origins(weighing)
    versions = weighing.versions()
    excluded = _always_excluded(weighing)
    if not versions:
        return Belief(excluded=tuple(excluded), sentence=belief_sentence(record, (), 0, ())), origins
    plain = [weighing.weigh(record.certain, version) for version in versions]
    presumed = [weighing.weigh(record.presumed, version) for version in versions]
    names = [tuple(sorted(record.statements[index].id for index in one)) for one in versions]
    best = min(range(len(versions)), key=lambda at: (plain[at].size, presumed[at].size, names[at]))
    version, first, second = versions[best], plain[best], presumed[best]
    merged = weighing.weigh(record.certain, version, merged=True)
    loads = weighing.weigh_carriers(record.certain, version)
    denial = weighing.weigh_denial(version)
    counted, repeated, doubled = weighing.counted(version)
    usable = {*counted, *weighing.claimed(record.certain, version)}
    hanging = [index for index in counted if not record.needs.get(index, frozenset()) <= usable]
    excluded += _excluded_for(weighing, repeated, doubled, hanging)
    ids = [statement.id for statement in weighing.statements]
    points, more = _points(weighing, first, name), _points(weighing, second, name)
    label = {origin.id: origin.label for origin in origins}
    presumed_claims = _named_claims(record, record.presumed, version, second)
    claims = _named_claims(record, record.certain, version, first) or presumed_claims
    return Belief(
        must_be_wrong=first.size,
        with_presumptions=second.size,
        if_unknown_merged=merged.size,
        sets=_named(first, name),
        sets_with_presumptions=_named(second, name),
        points=points,
        points_with_presumptions=more,
        carriers=loads.size,
        to_deny=denial.size,
        deny_sets=_named(denial, name),
        exact=weighing.exact,
        capped=any(one.capped for one in (first, second, denial)),
        versions=tuple(
            VersionCost(
                statements=tuple(ids[index] for index in one),
                must_be_wrong=plain[at].size,
                with_presumptions=presumed[at].size,
            )
            for at, one in enumerate(versions)
        ),
        headline=tuple(ids[index] for index in version),
        admitted=_admitted(weighing, version),
        excluded=tuple(excluded),
        sentence=belief_sentence(record, version, first.size, [label[point.origin] for point in points], claims=claims),
        sentence_with_presumptions=belief_sentence(
            record, version, second.size, [label[point.origin] for point in more], claims=presumed_claims, presumed=True
        ),
    ), origins


def _named_claims(record: Record, network: Network, version: Collection[int], found: Cost) -> tuple[int, ...]:
    """The fewest claims that the sentence has to name, so that every set that it counts cannot be true with what it says.

    For each set in turn: the gravest claim that excludes it, with those named so far; where no single one does, what of the version is needed
    together. What turns out to be superfluous is dropped again.
    """
    named: list[int] = []
    for some in found.against:
        if named and _excluded(network, named, some):
            continue
        ranked = by_gravity(record, version)
        alone = next((claim for claim in ranked if _excluded(network, [*named, claim], some)), None)
        if alone is not None:
            named.append(alone)
            continue
        needed = list(version)
        for claim in ranked[::-1]:
            fewer = [one for one in needed if one != claim]
            if _excluded(network, [*named, *fewer], some):
                needed = fewer
        named += [claim for claim in by_gravity(record, needed) if claim not in named]
    for claim in by_gravity(record, named)[::-1]:
        fewer = [one for one in named if one != claim]
        if fewer and all(_excluded(network, fewer, some) for some in found.against):
            named = fewer
    return tuple(by_gravity(record, named))


def _excluded(network: Network, claims: Collection[int], some: Collection[int]) -> bool:
    """Whether some claims and a set of statements, with all that dates them, cannot be true together."""
    return not network.consistent(network.closure([*claims, *some]))


def _origins(weighing: Weighing) -> tuple[tuple[Origin, ...], dict[str, str]]:
    origins = tuple(
        Origin(id=f"V{number}", label=voice.label, statements=tuple(weighing.statements[index].id for index in voice.members))
        for number, voice in enumerate(weighing.record.voices, 1)
    )
    return origins, {voice.key: f"V{number}" for number, voice in enumerate(weighing.record.voices, 1)}


def _named(found: Cost, name: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted((name[key] for key in one), key=lambda v: int(v[1:]))) for one in found.sets)


def _points(weighing: Weighing, found: Cost, name: Mapping[str, str]) -> tuple[MustBeWrong, ...]:
    """For each voice of the first set: its statements that stand in some C, and on which point they would be wrong."""
    points = []
    for key in found.sets[0] if found.sets else ():
        indexes = weighing.spoken_by(key, {i for one in found.against for i in one})
        words = {word for index in indexes for word in _point(weighing.statements[index])}
        points.append(
            MustBeWrong(
                origin=name[key],
                statements=tuple(weighing.statements[index].id for index in indexes),
                wrong_about=", ".join(word for word in ("day", "place", "identity", "genuineness") if word in words),
            )
        )
    return tuple(sorted(points, key=lambda point: int(point.origin[1:])))


def _point(statement: Statement) -> tuple[str, ...]:
    if statement.denied or statement.act is Act.CUSTODY_DENIED:
        return ("day", "identity")
    if statement.how_known is HowKnown.OFFICIAL_RECORD:
        return ("day", "genuineness")
    return ("day", "place", "identity") if statement.place else ("day", "identity")


def _admitted(weighing: Weighing, version: Collection[int]) -> tuple[str, ...]:
    """What the accusing side itself says against the version: printed apart, never counted."""
    accusation = set(weighing.record.accusation)
    own = [index for index in weighing.record.certain.by_owner if index not in accusation and weighing.keys[index] in weighing.accusers]
    return tuple(weighing.statements[index].id for index in own if any(weighing.record.presumed.statements_clash(index, claim) for claim in version))


def _always_excluded(weighing: Weighing) -> list[Excluded]:
    accusation = set(weighing.record.accusation)
    ids = weighing.statements
    nameless = [s.id for i, s in enumerate(ids) if i not in accusation and unnamed(s)]
    undated = [
        s.id
        for i, s in enumerate(ids)
        if i not in accusation and not unnamed(s) and s.act is not Act.OTHER and i not in weighing.record.certain.by_owner
    ]
    idle = [ids[i].id for i in weighing.record.accusation if not weighing.record.testable(i)]
    others = weighing.record.others
    rows = (
        ("another_person", tr("It speaks of another person or of a group, and is kept apart."), list(others)),
        ("unnamed", tr("The source is not named, not even by a pseudonym."), nameless),
        ("undated", tr("Nothing bounds the statement in time."), undated),
        ("untestable", tr("This part of the accusation names nothing that can be tested."), idle),
    )
    return [Excluded(reason=reason, explanation=text, statements=tuple(found)) for reason, text, found in rows if found]


def _excluded_for(weighing: Weighing, repeated: Sequence[int], doubled: Sequence[int], hanging: Sequence[int]) -> list[Excluded]:
    rows = (
        ("repeats", tr("It repeats a source that is itself counted."), repeated),
        ("date_not_counted", tr("Its date is told by a source that is not counted."), hanging),
        ("contradicts_itself", tr("The voice says both that it happened and that it did not."), doubled),
    )
    return [
        Excluded(reason=reason, explanation=text, statements=tuple(weighing.statements[i].id for i in found)) for reason, text, found in rows if found
    ]
