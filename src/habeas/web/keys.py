"""The table of keys: the script obeys it, the help prints it, a test compares the two."""

from habeas.locale import tr

KEYS: tuple[tuple[str, str], ...] = (
    ("Esc Esc", "lock"), ("?", "help"), ("/", "search"), ("j", "next"), ("k", "previous"), ("e", "edit"), ("n", "new"), ("g c", "/cases"),
    ("g i", "/inbox"), ("g t", "/agenda"), ("g h", "/help"),
)  # fmt: skip
"""(keys, what they do: a word that the script knows, or where they go)."""


def key_words(what: str) -> str:
    """What a key does, in words."""
    return {
        "lock": tr("Lock now"), "help": tr("This list"), "search": tr("Search this case, or the titles of the cases"), "next": tr("Next row"),
        "previous": tr("Row before"), "edit": tr("Open the row"), "new": tr("New statement (in a case), new case (in the list)"),
        "/cases": tr("Cases"),
        "/inbox": tr("Inbox"), "/agenda": tr("Tasks and deadlines"), "/help": tr("Help"),
    }[what]  # fmt: skip
