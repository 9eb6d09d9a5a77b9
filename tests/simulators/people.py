"""Makes small synthetic cases out of rows, as a caseworker would type them, and examines them with the real gazetteer."""

from habeas.domain.case import Case, Tie, VoicePair
from habeas.domain.finding import Examination, Kind
from habeas.domain.statement import Statement
from habeas.examine.examination import examine
from habeas.intake.folder.columns import STATEMENTS
from habeas.intake.gazetteer import understand


def statement(number: int, **cells: str) -> Statement:
    """A statement from cells of text; id, side and speaker have defaults."""
    row = {"id": f"S{number:03d}", "side": "witness", "how_known": "firsthand", "speaker": f"witness {number}"} | cells
    values = {}
    for column in STATEMENTS.columns:
        text = row.get(column.name, "")
        values[column.name] = column.read(text) if text else column.empty
    return Statement(**values)


def state(**cells: str) -> dict[str, str]:
    """A state's paper."""
    return {"side": "state", "body": "Uruguay", "speaker": "a ministry", "how_known": "official_record"} | cells


def case(*rows: dict[str, str], accusation: tuple[int, ...] = (), ties: tuple[tuple[str, str, str], ...] = (), **fields) -> Case:
    """A case of numbered rows; ``accusation`` names rows from 1."""
    return Case(
        title="synthetic",
        pseudonym="A. B.",
        statements=tuple(statement(number, **row) for number, row in enumerate(rows, 1)),
        accusation=tuple(f"S{number:03d}" for number in accusation),
        voices=tuple(VoicePair(voice=one, other=two, relation=Tie(tie)) for one, two, tie in ties),
        **fields,
    )


def examined(*rows: dict[str, str], **fields) -> Examination:
    """The examination of :func:`case`."""
    made = case(*rows, **fields)
    return examine(made, understand(made))


def kinds(examination: Examination) -> dict[Kind, str]:
    """Kind → certainty of the first finding of that kind."""
    found: dict[Kind, str] = {}
    for finding in examination.findings:
        found.setdefault(finding.kind, finding.certainty.value)
    return found
