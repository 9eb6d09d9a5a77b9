"""Builds plainly synthetic case folders: nobody in them lives, no place in them needs a gazetteer that knows it.

The story: the state says that Person Q left Montevideo on 22 September 1977; two private persons and a relative say otherwise.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from habeas.intake.folder.columns import SIDE_TABLES, STATEMENTS
from habeas.intake.folder.tables import write_csv

MONTEVIDEO, BUENOS_AIRES = "Montevideo, Uruguay", "Buenos Aires, Argentina"
Row = dict[str, str]
_NOT_GONE = {"act": "departed", "denied": "true", "when": "1977-09-22"}


def said(number: int, **cells: str) -> Row:
    """One statement; disclosable unless told otherwise."""
    return {"id": f"S{number:03d}", "side": "witness", "how_known": "firsthand", "act": "seen_in_custody", "disclosable": "true", **cells}


def story() -> list[Row]:
    """The accusation (S001) and what three named sources say against it."""
    state = {"side": "state", "body": "State Office Zeta", "how_known": "official_record", "stated_on": "1977-10-02"}
    held = {"place": MONTEVIDEO, "exhibit": "1", "locator": "line 1"}
    return [
        said(1, **state, speaker="Records Desk", act="departed", when="1977-09-22", place=MONTEVIDEO, to_place=BUENOS_AIRES,
             summary="The record has Person Q leave for Buenos Aires.", quote="He left.", exhibit="1", locator="line 2"),
        said(2, **held, speaker="Quillon Abernard", shown_as="a neighbour", act="detained", when="1977-08-01", stated_on="1985",
             summary="A party took Person Q away."),
        said(3, **held, **_NOT_GONE, speaker="Ravella Corvonte", shown_as="a passenger", stated_on="1986",
             summary="The seat of Person Q stayed empty."),
        said(4, **held, **_NOT_GONE, speaker="Stellin Dormaque", shown_as="", side="family", stated_on="1978",
             summary="Person Q did not travel."),
    ]  # fmt: skip


def exhibit(number: str, file: str, **cells: str) -> Row:
    """One row of the table of exhibits; disclosable unless told otherwise."""
    return {"number": number, "title": f"Paper {number}", "file": file, "form": "copy", "disclosable": "true", "language": "en", **cells}


class CaseBuilder:
    """Collects rows and files, and writes them as a case folder."""

    def __init__(self, **head: Any) -> None:
        """``head``: keys of case.toml in place of the usual ones."""
        self.head: dict[str, Any] = {
            "title": "The case of Person Q (synthetic)", "pseudonym": "Person Q", "person": "Quintus Testcase",
            "language": "en", "accusation": ["S001"], **head,
        }  # fmt: skip
        self.statements = story()
        self.tables: dict[str, list[Row]] = {table.stem: [] for table in SIDE_TABLES}
        self.files: dict[str, bytes] = {}
        self.add_exhibit("1", "one.txt", b"First line.\nSecond line.\n")

    def add(self, **cells: str) -> "CaseBuilder":
        """One more statement, with the next number unless ``id`` is given."""
        self.statements.append(said(len(self.statements) + 1, **cells))
        return self

    def add_exhibit(self, number: str, file: str, content: bytes | None, **cells: str) -> "CaseBuilder":
        """One more exhibit, with its bytes."""
        self.tables["exhibits"].append(exhibit(number, file, **cells))
        if content is not None:
            self.files[file] = content
        return self

    def row(self, table: str, **cells: str) -> "CaseBuilder":
        """One more row of a side table."""
        self.tables[table].append(cells)
        return self

    def change(self, statement: str, **cells: str) -> "CaseBuilder":
        """Other cells for one statement."""
        next(row for row in self.statements if row["id"] == statement).update(cells)
        return self

    def write(self, folder: Path) -> Path:
        """Write the folder, which must be new, and return it."""
        (folder / "exhibits").mkdir(parents=True)
        (folder / "case.toml").write_text(_toml(self.head), encoding="utf-8")
        _write(folder / "statements.csv", STATEMENTS.names, self.statements)
        for table in SIDE_TABLES:
            if self.tables[table.stem]:
                _write(folder / f"{table.stem}.csv", table.names, self.tables[table.stem])
        for name, content in self.files.items():
            (folder / "exhibits" / name).write_bytes(content)
        return folder


def _toml(head: Mapping[str, Any]) -> str:
    lines = []
    for key, value in head.items():
        if isinstance(value, dict):
            continue
        lines.append(f"{key} = [{', '.join(map(_quoted, value))}]" if isinstance(value, list) else f"{key} = {_quoted(value)}")
    for key, value in head.items():
        if isinstance(value, dict):
            lines += [f"[{key}]", *(f"{name} = {_quoted(one)}" for name, one in value.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(file: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    assert all(set(row) <= set(names) for row in rows), f"a column of {file.name} is misspelt"
    file.write_bytes(write_csv(names, [[row.get(name, "") for name in names] for row in rows]))
