"""Fail when a test did not run that is not on the committed list (by its name; reasons may differ)."""

import sys
from pathlib import Path


def names(path: str) -> set[str]:
    """The part before the colon of each line."""
    return {line.split(": ")[0].strip() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"}


def main() -> int:
    """Compare the two lists."""
    new = sorted(names(sys.argv[1]) - names(sys.argv[2]))
    for name in new:
        print(f"not run, and not on the committed list: {name}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
