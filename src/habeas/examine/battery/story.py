"""How a test tells its story: the record that every test fills in the same way."""

import hashlib
from collections.abc import Collection, Iterable, Sequence

from habeas.domain.finding import BearsOn, Certainty, Finding, Kind
from habeas.domain.identity import fold
from habeas.domain.statement import HowKnown, Statement
from habeas.examine.record import Record
from habeas.examine.voices import voice_key
from habeas.examine.wording import chain_words
from habeas.locale import tr, tr_n

LONGEST = 8
"""Statements of each part that a finding lists; a story is told by its strongest statements, not by all."""


def finding_id(kind: Kind, *subject: str) -> str:
    """Stable: a digest of the kind and of what the story is about, not of the statements that happen to tell it."""
    digest = hashlib.sha256("\x1f".join((kind, *map(fold, subject))).encode()).hexdigest()
    initials = "".join(word[0] for word in kind.split("_"))
    return f"{initials}-{digest[:8]}"


def inputs_digest(record: Record, indexes: Iterable[int], *, words: bool = False) -> str:
    """SHA-256 (first 16 hex) over what the finding's statements say: a review given for other inputs is stale. ``words``: and their quotes."""
    lines = sorted(_inputs(record.statements[index]) + (f"\x1f{record.statements[index].quote}" if words else "") for index in set(indexes))
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()[:16]


def _inputs(s: Statement) -> str:
    parts = (s.id, s.act, str(s.denied), str(s.when or ""), str(s.stated_on or ""), s.place, s.to_place, s.event, s.body, s.side,
             *(f"{key}={value}" for key, value in s.identifiers))  # fmt: skip
    return "\x1f".join(parts)


class Story:
    """Builds one finding."""

    def __init__(self, record: Record, kind: Kind, version: str, *subject: str) -> None:
        """``subject``: what the story is about, for the stable id; ``version``: that of the test."""
        self._record = record
        self._kind = kind
        self._version = version
        self._id = finding_id(kind, *subject)
        self.arithmetic: list[str] = []
        self.presumptions: list[str] = []
        self.readings: list[str] = []
        self.would_change: list[str] = []

    def presume_pace(self) -> None:
        """Print the practical speeds that an *improbable* finding rests on."""
        pace = self._record.pace
        self.presumptions.append(
            tr("a practical pace: {ground} km/h by road, {air} km/h by air with {minutes} minutes of formalities",
               ground=pace.ground_kmh, air=pace.air_kmh, minutes=pace.formalities_minutes)
        )  # fmt: skip

    def finding(
        self, certainty: Certainty, parts: Sequence[Collection[int]], explanation: str, *, bears_on: BearsOn | None = None, words_read: bool = False
    ) -> Finding:
        """``parts``: the sides of the story (what is claimed; what stands against it), each strongest first. ``words_read``: quotes count too."""
        told = list(dict.fromkeys(index for part in parts for index in list(part)[:LONGEST]))
        steps = list(dict.fromkeys(line for index in told for line in chain_words(self._record, index)))
        told += sorted(self._record.certain.closure(told) - set(told))
        every = self._record.certain.closure(index for part in parts for index in part)
        statements = [self._record.statements[index] for index in told]
        ids = {self._record.statements[index].id for index in every & self._record.is_accusation}
        return Finding(
            id=self._id,
            kind=self._kind,
            certainty=certainty,
            bears_on=bears_on or (BearsOn.ACCUSATION if every & self._record.is_accusation else BearsOn.OWN_ACCOUNT),
            version=tuple(sorted(ids)),
            statements=tuple(statement.id for statement in statements),
            exhibits=tuple(dict.fromkeys(statement.exhibit for statement in statements if statement.exhibit)),
            explanation=explanation,
            arithmetic=(*steps, *self.arithmetic),
            presumptions=tuple(self.presumptions),
            readings=tuple(self.readings),
            would_change=tuple(self.would_change),
            test=self._kind.value,
            test_version=self._version,
            inputs=inputs_digest(self._record, every, words=words_read),
        )


def strongest(record: Record, indexes: Iterable[int]) -> list[int]:
    """Evidence in the order of its weight: what the accusing side admits, firsthand, on record, then the rest; one a voice first."""
    accusers = {voice_key(record.statements[index]) for index in record.accusation}

    def rank(index: int) -> tuple[int, int, int]:
        statement = record.statements[index]
        if voice_key(statement) in accusers:
            weight = 0
        elif statement.how_known is HowKnown.FIRSTHAND:
            weight = 1
        elif statement.how_known is HowKnown.OFFICIAL_RECORD:
            weight = 2
        else:
            weight = 3
        low, high = record.window(index)
        return weight, high - low, index

    ranked = sorted(set(indexes), key=rank)
    seen: set[str] = set()
    first: list[int] = []
    rest: list[int] = []
    for index in ranked:
        key = voice_key(record.statements[index])
        (rest if key in seen else first).append(index)
        seen.add(key)
    return first + rest


def sharpest(record: Record, claims: Iterable[int]) -> list[int]:
    """Claims in the order of how much they commit themselves to: narrowest date first, then the order of the file."""
    return sorted(set(claims), key=lambda index: (record.window(index)[1] - record.window(index)[0], index))


def listed(record: Record, indexes: Iterable[int], most: int = 4) -> str:
    """Who says it, with ids: ``a ministry (S013, S018), the police (S019) and 2 more``; one entry a speaker, in the order given."""
    by_speaker: dict[str, list[str]] = {}
    for index in indexes:
        statement = record.statements[index]
        by_speaker.setdefault(statement.speaker or statement.body or tr("an unnamed source"), []).append(statement.id)
    shown = [f"{speaker} ({', '.join(ids[:4])}{' …' if len(ids) > 4 else ''})" for speaker, ids in list(by_speaker.items())[:most]]  # noqa: PLR2004
    rest = len(by_speaker) - len(shown)
    words = "; ".join(shown)
    return tr_n("{words} and {count} more", "{words} and {count} more", rest, words=words) if rest > 0 else words


def ids(record: Record, indexes: Iterable[int], most: int = 8) -> str:
    """Ids alone: ``S013, S018 …``."""
    found = [record.statements[index].id for index in indexes]
    return ", ".join(found[:most]) + (" …" if len(found) > most else "")


def joined(groups: Iterable[Iterable[int]]) -> dict[int, int]:
    """Member → the representative of its part: members of one group, and of groups that share a member, are one part (union-find)."""
    part: dict[int, int] = {}

    def root(index: int) -> int:
        while part.setdefault(index, index) != index:
            index = part[index]
        return index

    for group in groups:
        first, *rest = group
        root(first)
        for other in rest:
            part[root(other)] = root(first)
    return {index: root(index) for index in part}
