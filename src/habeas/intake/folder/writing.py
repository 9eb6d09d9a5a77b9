"""A case back into a folder, without loss: reading what was written gives the same case.

All or nothing: the folder is made beside its place and moved there whole; an existing, non-empty folder is never touched.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from habeas.domain.case import Case
from habeas.domain.errors import BadInput
from habeas.intake.folder import xlsx
from habeas.intake.folder.columns import SIDE_TABLES, STATEMENTS, Table
from habeas.intake.folder.reading import bare_name, record_row
from habeas.intake.folder.tables import write_csv, write_jsonl
from habeas.locale import tr


def write_folder(case: Case, folder: Path, files: Mapping[str, bytes] | None = None, *, ending: str = ".csv") -> None:
    """Write ``case`` with the statements as ``ending`` (.csv, .xlsx, .jsonl) and the exhibit ``files`` (name → bytes)."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput.one(folder.name, tr("the folder exists and is not empty; nothing was written"))
    for name in files or {}:
        if not bare_name(name):
            raise BadInput.one("exhibits", tr("the bare name of a file is wanted, without a folder"))
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f".{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "exhibits").mkdir(parents=True)
    try:
        for name, content in folder_files(case, ending=ending).items():
            (partial / name).write_bytes(content)
        for name, content in (files or {}).items():
            (partial / "exhibits" / name).write_bytes(content)
        if folder.exists():  # somebody may stand in it: fill it rather than replace it
            for made in partial.iterdir():
                made.rename(folder / made.name)
            partial.rmdir()
        else:
            partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def folder_files(case: Case, *, ending: str = ".csv") -> dict[str, bytes]:
    """Every table of the case and ``case.toml``, as bytes by file name; side tables only where they hold something."""
    found = {"case.toml": case_toml(case).encode(), "statements" + ending: _table(STATEMENTS, case.statements, ending)}
    for table in SIDE_TABLES:
        records = getattr(case, table.stem)
        if records or table.stem == "exhibits":
            found[table.stem + ".csv"] = _table(table, records, ".csv")
    return found


def _table(table: Table, records: tuple[object, ...], ending: str) -> bytes:
    rows = [record_row(table, record) for record in records]
    if ending == ".xlsx":
        return xlsx.write(table.names, rows)
    return write_jsonl(table.names, rows) if ending == ".jsonl" else write_csv(table.names, rows)


def case_toml(case: Case) -> str:
    """``case.toml``: only what is set, texts escaped as TOML basic strings."""
    lines = [f"title = {_quoted(case.title)}"]
    lines += [
        f"{key} = {_quoted(value)}"
        for key, value in (("pseudonym", case.pseudonym), ("person", case.person), ("language", case.language), ("notes", case.notes))
        if value
    ]
    lines.append("accusation = [" + ", ".join(_quoted(one) for one in case.accusation) + "]")
    if case.identifiers:
        lines += ["", "[identifiers]", *(f"{key} = {_quoted(value)}" for key, value in case.identifiers)]
    if case.pace:
        lines += ["", "[pace]", *(f"{key} = {value}" for key, value in case.pace)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string (TOML 1.0): control characters, quotation marks and backslashes escaped."""
    escaped = "".join(
        f"\\u{ord(c):04X}" if ord(c) < 0x20 or ord(c) == 0x7F else "\\" + c if c in '"\\' else c  # noqa: PLR2004
        for c in text
    )
    return f'"{escaped}"'
