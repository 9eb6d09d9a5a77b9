"""Figures of a reliability run: printed at the end of pytest, and kept as .cache/reliability.json."""

import json
import os
import time
from pathlib import Path

_SIZE = os.environ.get("HABEAS_RELIABILITY", "quick")
FULL = _SIZE == "full"
FOLDER = Path(os.environ.get("HABEAS_RELIABILITY_TO", ".cache/reliability"))


def size(quick: int, full: int) -> int:
    """How many, in the quick or in the full size; HABEAS_RELIABILITY may also be a share of the full one, as 0.1."""
    if FULL or _SIZE == "quick":
        return full if FULL else quick
    return max(quick, round(full * float(_SIZE)))


def keep(name: str, **figures: object) -> None:
    """Keep the figures of one test; a file each, since tests may run in several processes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    line = {"test": name, "size": _SIZE, "at": time.time(), **figures}
    (FOLDER / f"{name.replace(' ', '-').replace('/', '-')}.json").write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")


def collected(since: float) -> list[dict[str, object]]:
    """What was kept since a time, oldest first; all of it into one file."""
    lines = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))] if FOLDER.is_dir() else []
    if lines:
        FOLDER.with_suffix(".json").write_text(json.dumps(lines, indent=1, ensure_ascii=False), encoding="utf-8")
    return sorted((one for one in lines if one["at"] >= since), key=lambda one: one["at"])
