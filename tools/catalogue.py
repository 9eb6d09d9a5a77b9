"""Brings the Russian catalogue up to the sentences of the program (habeas.pot), and compiles it: habeas.po -> habeas.mo.

    python tools/catalogue.py [WORDS.json …]     JSON: [[source, translation or [one, few, many]], …], taken in first

Ends with 1 and names what has no translation yet. Deterministic: the same words give the same bytes.
"""

import ast
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).parents[1] / "src/habeas/locale"
LANGUAGE = "ru"


def key(message_id):
    return tuple(message_id) if isinstance(message_id, (list, tuple)) else message_id


def compiled(po):
    """The bytes of the .mo for a .po file's bytes."""
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(po), locale=LANGUAGE))
    return out.getvalue()


def of_errors():
    """Messages that are told without being marked: docstrings of the vault's errors, and plain details that errors are raised with."""
    found = set()
    for path in sorted((LOCALE.parent / "vault").glob("*.py")) + sorted((LOCALE.parent / "services").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and path.name == "errors.py" and ast.get_docstring(node):
                found.add(ast.get_docstring(node).split("\n\n")[0])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Error") and node.args:
                said = node.args[0]
                if isinstance(said, ast.Constant) and isinstance(said.value, str) and " " in said.value:
                    found.add(said.value)
    return found


def complete(template_file):
    """Add to a template what pybabel does not see."""
    template = read_po(io.BytesIO(template_file.read_bytes()))
    for message in of_errors():
        template.add(message)
    out = io.BytesIO()
    write_po(out, template, sort_output=True, omit_header=True)
    template_file.write_bytes(out.getvalue())


def main(words):
    complete(LOCALE / "habeas.pot")
    folder = LOCALE / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    template = read_po(io.BytesIO((LOCALE / "habeas.pot").read_bytes()))
    known = {}
    if (folder / "habeas.po").exists():
        known = {
            key(one.id): one.string for one in read_po(io.BytesIO((folder / "habeas.po").read_bytes()), locale=LANGUAGE) if one.id and one.string
        }
    for file in words:
        for source, translation in json.loads(Path(file).read_text("utf-8")):
            known[key(source)] = tuple(translation) if isinstance(translation, list) else translation
    day = datetime(2026, 11, 26, tzinfo=UTC)
    made = Catalog(locale=LANGUAGE, project="Habeas", version="0", creation_date=day, revision_date=day, charset="utf-8", fuzzy=False,
                   header_comment="# Russian catalogue of Habeas.", last_translator="Habeas", language_team="Habeas", msgid_bugs_address="-")  # fmt: skip
    missing = []
    for one in sorted((one for one in template if one.id), key=lambda one: str(one.id)):
        translation = known.get(key(one.id), "")
        made.add(one.id, translation, flags=[flag for flag in one.flags if flag != "fuzzy"])
        if not translation or (isinstance(translation, tuple) and not all(translation)):
            missing.append(one.id)
    out = io.BytesIO()
    write_po(out, made, sort_output=True, width=140)
    (folder / "habeas.po").write_bytes(out.getvalue())
    (folder / "habeas.mo").write_bytes(compiled(out.getvalue()))
    for one in missing[:30]:
        print("no translation:", json.dumps(one, ensure_ascii=False))
    if missing:
        print(len(missing), "without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
