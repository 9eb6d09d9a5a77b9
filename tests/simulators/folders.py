"""Case folders as people make them, right and wrong: a valid one, and one with a cell, a table or a file of choice."""

import csv
import io

SECRET = "KINGFISHER"
TOML = 'title = "A case"\naccusation = ["S001"]\n'
GOOD = {
    "statements": [
        {"id": "S001", "side": "state", "act": "departed", "when": "1977-08-05", "exhibit": "1"},
        {"id": "S002", "side": "witness", "act": "seen_in_custody", "when": "1977-08-07", "exhibit": "1"},
    ],
    "exhibits": [{"number": "1", "title": "a letter", "file": "letter.txt", "form": "scan"}],
    "places": [{"name": "A house", "latitude": "-34.9", "longitude": "-56.2", "radius_km": "1"}],
    "appeals": [{"id": "A001", "sent_on": "1977-08-08"}],
    "consents": [{"person": "a friend", "shown": "none", "given_on": "2026-01-01"}],
    "reviews": [{"finding": "F1", "decision": "rejected", "reviewer": "counsel"}],
    "forms": [{"id": "F1", "words": "I have no complaints against anyone", "office": "Office Zeta", "marked_by": "M. R.", "on": "2026-11-01"}],
    "voices": [{"voice": "a friend", "other": "a neighbour", "relation": "independent"}],
}
FREE_TEXT = {
    "statements": (
        "person",
        "speaker",
        "body",
        "relayed_by",
        "place",
        "to_place",
        "event",
        "summary",
        "quote",
        "quote_translation",
        "locator",
        "shown_as",
    ),
    "exhibits": (
        "title",
        "obtained_from",
        "obtained_by",
        "obtained_on",
        "method",
        "derived_from",
        "translation_of",
        "translator",
        "language",
        "consent",
    ),
    "places": ("name", "within"),
    "appeals": ("to_body", "kind", "how", "proof", "reply", "reply_proof", "about"),
    "consents": ("person", "purpose", "recipient", "language", "guardian"),
    "reviews": ("finding", "reviewer", "on", "reason", "inputs"),
    "voices": ("voice", "other", "why", "judged_by"),
    "forms": ("words", "office", "marked_by", "why"),
}


def table(rows):
    """CSV with the header of all keys that occur, in their order."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def make_folder(folder, tables=None, toml=TOML, **files):
    """A valid case folder, with the tables (rows), the case.toml and the files (``statements_csv=b""``) given instead."""
    (folder / "exhibits").mkdir(parents=True)
    (folder / "exhibits" / "letter.txt").write_bytes(b"a letter\n")
    if toml is not None:
        (folder / "case.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    for stem, rows in {**GOOD, **(tables or {})}.items():
        if rows and not any(name.startswith(stem + "_") for name in files):
            (folder / f"{stem}.csv").write_bytes(table(rows))
    for name, content in files.items():
        if content is not None:
            (folder / name.replace("_", ".")).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def secretive():
    """All tables with a secret word in every cell of free text."""
    return {stem: [{**row, **dict.fromkeys(FREE_TEXT[stem], f"{SECRET} {number}")} for number, row in enumerate(rows)] for stem, rows in GOOD.items()}
