"""The composition root: the language of this process is chosen here and nowhere else."""

import os

from habeas.locale import use_language


def compose(language: str | None = None) -> None:
    """Set up one process. ``language``: ISO 639-1; else ``HABEAS_LANG``, else English."""
    use_language(language or os.environ.get("HABEAS_LANG", "en")[:2].lower() or "en")
