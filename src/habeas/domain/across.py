"""What several cases show side by side: wording that texts of the accusing side share, and patterns on keys of the state's side alone.

Nothing here is about a client: no route, host, clinic or trait, and no words of anybody. Statements are named by their case and id; whoever may
open the cases reads the words there, so that what is shredded there is gone here too.
"""

import enum

import msgspec


class Prompt(enum.StrEnum):
    """What an accusation may follow."""

    COMPLAINT = "complaint"
    INQUIRY = "inquiry"
    THREAT = "threat"
    PUBLICATION = "publication"
    FLIGHT = "flight"
    MASS_ARREST = "mass_arrest"


class Key(enum.StrEnum):
    """What of the accusing side may recur: who took it down, where, under which article, on which form, in which words."""

    OFFICER = "officer"
    OFFICE = "office"
    ARTICLE = "article"
    FORM = "form"
    WORDING = "wording"


Statement = tuple[str, str]
"""(case, id of the statement)."""


class Alignment(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements of different cases: how many words they share, the bits beyond chance, and the common spans (characters) in both.

    ``own``: how many of the words stand outside marked forms and what is widely used.
    """

    first: Statement
    second: Statement
    words: int
    own: int
    bits: float
    spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


class SharedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Statements of two cases or more that share wording; ``alignments``: the heaviest of each."""

    statements: tuple[Statement, ...]
    alignments: tuple[Alignment, ...]


class FormUse(msgspec.Struct, frozen=True, kw_only=True):
    """A passage in many statements: marked as a standard form by a person (``form``: case and id), or not yet judged (None).

    ``span``: where it stands in the first statement (characters), for one that is not marked. ``offices``: how many statements each took down.
    """

    form: Statement | None
    statements: tuple[Statement, ...]
    span: tuple[int, int] = (0, 0)
    offices: tuple[tuple[str, int], ...] = ()


class Follows(msgspec.Struct, frozen=True, kw_only=True):
    """Of the cases ``of`` in which both are dated, those whose accusation is first recorded within so many days after the nearest such event, and
    how many within as many days ``before`` it.

    ``expected``: half of both, counted in papers (what one office recorded on one day); ``p`` one-sided (sign test); ``corrected``: for all looks of
    the run (Holm 1979). ``lags``: days of each case.
    """  # noqa: D205

    prompt: Prompt
    within: int
    cases: tuple[str, ...]
    before: int
    of: int
    expected: float
    p: float
    corrected: float = 1.0
    lags: tuple[int, ...] = ()


class Recurs(msgspec.Struct, frozen=True, kw_only=True):
    """One officer, office, article, form or wording in several cases; ``of``: cases in which that key is recorded at all.

    ``value``: the commonest spelling, without asides; ``spelled``: how many of the cases write it so.
    ``first`` and ``last``: the days (ISO 8601) of their first accusations, empty where none is dated.
    """

    key: Key
    value: str
    cases: tuple[str, ...]
    of: int
    spelled: int = 0
    first: str = ""
    last: str = ""


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """Two values that go together: a fourfold table over the papers in which both keys are recorded (Fisher's exact test, one-sided)."""

    one: tuple[Key, str]
    other: tuple[Key, str]
    both: int
    one_only: int
    other_only: int
    neither: int
    p: float
    corrected: float = 1.0


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """The most accusations that begin within so many days, against what an even spread over the same period gives (scan statistic)."""

    within: int
    most: int
    of: int
    begins: str
    ends: str
    expected: float
    p: float
    corrected: float = 1.0


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """``cases`` looked at, ``dated``: those whose accusation is dated to a week or closer; ``looks``: how many tests were run.

    ``months``: (2017-04, how many accusations begin), the empty ones between as well. ``notes``: what was not looked at, and why.
    """

    cases: int
    dated: int
    looks: int = 0
    follows: tuple[Follows, ...] = ()
    recurs: tuple[Recurs, ...] = ()
    together: tuple[Together, ...] = ()
    waves: tuple[Wave, ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


class Across(msgspec.Struct, frozen=True, kw_only=True):
    """One run over several cases."""

    groups: tuple[SharedGroup, ...] = ()
    forms: tuple[FormUse, ...] = ()
    patterns: Patterns


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run over the cases of a joint compartment: the day (ISO 8601), and how many tests it made. Its result is kept nowhere."""

    on: str
    tests: int


class Joint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record of a joint compartment: the cases that stand side by side, and when they were looked at."""

    cases: tuple[str, ...]
    looks: tuple[Look, ...] = ()
