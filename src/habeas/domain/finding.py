"""What an examination says: findings, origins, and what believing the accusation would cost."""

import enum

import msgspec


class Kind(enum.StrEnum):
    """The closed battery of tests, by what they find."""

    PRESENCE_CONFLICT = "presence_conflict"
    CUSTODY_CONFLICT = "custody_conflict"
    ACCUSATION_AFTER_CUSTODY = "accusation_after_custody"
    ACT_AFTER_DEATH = "act_after_death"
    DENIAL_CONTRADICTED = "denial_contradicted"
    SHIFTING_VERSION = "shifting_version"
    DATE_CONFLICT = "date_conflict"
    IDENTITY_CONFLICT = "identity_conflict"
    ACCUSATION_FOLLOWS = "accusation_follows"
    SHARED_WORDING = "shared_wording"
    SINGLE_ORIGIN = "single_origin"
    SUPPORTS_ACCUSATION = "supports_accusation"
    UNTESTABLE = "untestable"


class Certainty(enum.StrEnum):
    """How firm a finding is; the label for lawyers is in the glossary."""

    CERTAIN = "certain"
    ON_PRESUMPTION = "on_presumption"
    IMPROBABLE = "improbable"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """0 for the firmest."""
        return tuple(Certainty).index(self)


class BearsOn(enum.StrEnum):
    """Whether it weakens the accusation, or the client's own account (then it is for counsel alone)."""

    ACCUSATION = "accusation"
    OWN_ACCOUNT = "own_account"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one test for one story. ``id`` is stable: a digest of kind and of the statements that carry the story.

    ``inputs`` is a digest of all that was read to reach it: a review given for other inputs is stale.
    """

    id: str
    kind: Kind
    certainty: Certainty
    bears_on: BearsOn
    version: tuple[str, ...] = ()
    statements: tuple[str, ...]
    exhibits: tuple[str, ...] = ()
    explanation: str
    arithmetic: tuple[str, ...] = ()
    presumptions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    test: str
    test_version: str
    inputs: str = ""


class Asks(enum.StrEnum):
    """What a question is after."""

    RECORD = "record"
    DAY = "day"
    HOUR = "hour"
    PLACE = "place"
    HOLDER = "holder"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What would settle open findings, were it known: for counsel alone.

    ``firm``, ``falls``, ``of``: of so many values that the statement allows (days or hours tried), on how many a finding becomes firmer or falls;
    all 0 where values cannot be tried.
    """

    asks: Asks
    statements: tuple[str, ...]
    findings: tuple[str, ...]
    words: str
    firm: int = 0
    falls: int = 0
    of: int = 0


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A voice: the earliest speaker in a chain, with all that rests on it."""

    id: str
    label: str
    statements: tuple[str, ...]


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """Statements that are listed and not counted, and why (a closed word and a sentence)."""

    reason: str
    explanation: str
    statements: tuple[str, ...]


class MustBeWrong(msgspec.Struct, frozen=True, kw_only=True):
    """One voice of the first smallest set: the statements it would have to be wrong about, and on which point."""

    origin: str
    statements: tuple[str, ...]
    wrong_about: str


class VersionCost(msgspec.Struct, frozen=True, kw_only=True):
    """One maximal compatible set of accusation statements and what believing it costs, in voices."""

    statements: tuple[str, ...]
    must_be_wrong: int
    with_presumptions: int


class Belief(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of belief. ``sets``/``deny_sets``: smallest sets of origin ids; ``exact`` is False where a cap was reached.

    ``must_be_wrong`` is the least over the testable versions; ``headline`` is the version that has it.
    """

    must_be_wrong: int = 0
    with_presumptions: int = 0
    if_unknown_merged: int = 0
    sets: tuple[tuple[str, ...], ...] = ()
    sets_with_presumptions: tuple[tuple[str, ...], ...] = ()
    points: tuple[MustBeWrong, ...] = ()
    points_with_presumptions: tuple[MustBeWrong, ...] = ()
    carriers: int = 0
    to_deny: int = 0
    deny_sets: tuple[tuple[str, ...], ...] = ()
    exact: bool = True
    capped: bool = False
    versions: tuple[VersionCost, ...] = ()
    headline: tuple[str, ...] = ()
    admitted: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    sentence: str = ""
    sentence_with_presumptions: str = ""


class Changed(enum.StrEnum):
    """How a finding differs from an earlier run."""

    APPEARED = "appeared"
    FELL = "fell"
    FIRMER = "firmer"
    WEAKER = "weaker"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One finding that is not as it was. ``because``: statements that alone brought it about, or all that did so together."""

    finding: str
    kind: Kind
    how: Changed
    before: Certainty | None = None
    after: Certainty | None = None
    because: tuple[str, ...] = ()


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two runs. The figures are (before, after); ``stale``: findings whose review no longer counts."""

    touched: tuple[str, ...]
    changes: tuple[Change, ...]
    must_be_wrong: tuple[int, int]
    with_presumptions: tuple[int, int]
    stale: tuple[str, ...] = ()


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one run of the tests said of one case.

    ``questions``: what would settle what is open, for counsel alone; ``changes``: since an earlier run.
    """

    case: str
    findings: tuple[Finding, ...]
    origins: tuple[Origin, ...]
    belief: Belief
    questions: tuple[Question, ...] = ()
    changes: Changes | None = None
