"""Precision and recall by kind on the public case files, against what an analyst wrote by hand.

A finding answers an annotated row if it is of the same kind and they share at least two statements, or half of the smaller of the two
sets. Only rows whose basis is ``columns`` count for recall; a finding that answers a row whose basis is ``text`` is right all the same.
Kinds that nobody annotated are not scored. Usage: python benchmarks/bench_accuracy.py [CASES] [--write]
"""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

import msgspec

from habeas.domain.finding import Certainty, Finding, Kind
from habeas.services.examining import examine_folder

ROOT = Path(__file__).resolve().parents[1]
CASES = Path(os.environ.get("HABEAS_SHARED", ROOT.parent / "shared")) / "cases"
SCORED = (
    Kind.CUSTODY_CONFLICT, Kind.PRESENCE_CONFLICT, Kind.ACCUSATION_AFTER_CUSTODY, Kind.ACT_AFTER_DEATH, Kind.DENIAL_CONTRADICTED,
    Kind.SHIFTING_VERSION, Kind.DATE_CONFLICT, Kind.IDENTITY_CONFLICT,
)  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One line of ``expected.csv``."""

    kind: str
    certainty: str
    statements: frozenset[str]
    basis: str


class Score(msgspec.Struct):
    """What one or more files gave."""

    hits: Counter[str] = msgspec.field(default_factory=Counter)
    missed: Counter[str] = msgspec.field(default_factory=Counter)
    unconfirmed: Counter[str] = msgspec.field(default_factory=Counter)
    false_certain: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)


def rows_of(folder: Path) -> list[Row]:
    """The annotation of one file."""
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return [Row(row["kind"], row["certainty"], frozenset(row["statements"].split()), row["basis"]) for row in csv.DictReader(stream)]


def answers(finding: Finding, row: Row) -> bool:
    """Whether a finding tells the story of a row."""
    shared = frozenset(finding.statements) & row.statements
    smaller = min(len(finding.statements), len(row.statements))
    return finding.kind == row.kind and (len(shared) >= 2 or 2 * len(shared) >= smaller > 0)


def score(folders: list[Path]) -> Score:
    """Compare every file that is annotated."""
    total = Score()
    for folder in folders:
        findings = [f for f in examine_folder(folder).examination.findings if f.kind in SCORED]
        rows = rows_of(folder)
        for row in rows:
            found = [finding for finding in findings if answers(finding, row)]
            if row.basis == "columns":
                (total.hits if found else total.missed)[row.kind] += 1
                if not found:
                    total.notes.append(f"{folder.name}: missed {row.kind} {' '.join(sorted(row.statements))}")
        for finding in findings:
            told = {row.certainty for row in rows if answers(finding, row)}
            if finding.certainty is Certainty.CERTAIN and told == {"possible"}:
                total.false_certain.append(f"{folder.name}: {finding.id} {finding.kind} (the analyst: possible)")
            if not told:
                total.unconfirmed[finding.kind] += 1
                total.notes.append(f"{folder.name}: not annotated {finding.kind} {finding.certainty} {' '.join(finding.statements)}")
                if finding.certainty is Certainty.CERTAIN:
                    total.false_certain.append(f"{folder.name}: {finding.id} {finding.kind} (not annotated)")
    return total


def main() -> int:
    """Print the table; with --write, ship the counts."""
    places = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    base = Path(places[0]) if places else CASES
    folders = sorted(path.parent for path in base.glob("*/expected.csv"))
    if not folders:
        print(f"no annotated case files in {base}")
        return 0
    total = score(folders)
    print(f"{len(folders)} annotated case files")
    print(f"{'kind':26} {'rows':>4} {'hit':>4} {'miss':>4} {'extra':>5} {'recall':>7} {'precision':>9}")
    for kind in SCORED:
        hit, miss, extra = total.hits[kind], total.missed[kind], total.unconfirmed[kind]
        recall = f"{hit / (hit + miss):.2f}" if hit + miss else "—"
        precision = f"{hit / (hit + extra):.2f}" if hit + extra else "—"
        print(f"{kind:26} {hit + miss:4} {hit:4} {miss:4} {extra:5} {recall:>7} {precision:>9}")
    hit, miss, extra = total.hits.total(), total.missed.total(), total.unconfirmed.total()
    print(f"{'all':26} {hit + miss:4} {hit:4} {miss:4} {extra:5} {hit / max(1, hit + miss):7.2f} {hit / max(1, hit + extra):9.2f}")
    print("\n".join(total.notes))
    print("certain where the analyst is not:", "; ".join(total.false_certain) or "none")
    if "--write" in sys.argv:
        rates = [
            {"kind": kind, "hits": total.hits[kind], "missed": total.missed[kind], "unconfirmed": total.unconfirmed[kind]}
            for kind in SCORED
            if total.hits[kind] + total.missed[kind] + total.unconfirmed[kind]
        ]
        target = ROOT / "src" / "habeas" / "dossier" / "error_rates.json"
        target.write_bytes(msgspec.json.format(msgspec.json.encode(rates), indent=1) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
