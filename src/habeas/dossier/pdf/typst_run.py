"""Runs Typst so that the same data always gives the same bytes, and data never becomes source.

Templates are files of this package; what they show arrives as JSON in ``sys.inputs.data`` and is set as text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from .errors import TypesetError
from .fonts import typst_fonts

TIMESTAMP = 0
"""The clock that Typst sees, in seconds since 1970: none of these files may tell when it was made."""


def compile_template(name: str, data: dict[str, Any], *, standards: Sequence[typst.PDFStandard], tags: bool) -> bytes:
    """Return the PDF that the package's template makes of the data.

    Raises `TypesetError` (``not_set``), without Typst's own words, because these may quote the data.
    """
    folder = Path(str(resources.files(__package__)))
    return compile_source(folder / name, data, standards=standards, tags=tags)


def compile_source(
    source: Path,
    data: dict[str, Any],
    *,
    standards: Sequence[typst.PDFStandard],
    tags: bool = True,
    timestamp: int = TIMESTAMP,
) -> bytes:
    """Return the PDF that a trusted Typst source makes of the data; it may import files beside it.

    `timestamp` is what Typst takes for the time, in seconds since 1970. Raises `TypesetError` (``not_set``), without Typst's
    own words, because these may quote the data.
    """
    compiler = typst.Compiler(root=source.parent, font_paths=typst_fonts(), ignore_system_fonts=True)
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    try:
        made = compiler.compile(
            source.read_bytes(),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=list(standards),
            pdf_tags=tags,
            timestamp=timestamp,
        )
    except typst.TypstError:
        made = None
    if not isinstance(made, bytes):
        code, message = "not_set", "Typst could not set the text"
        raise TypesetError(code, message) from None
    return made
