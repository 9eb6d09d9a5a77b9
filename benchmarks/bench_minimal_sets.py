"""All minimal sets of statements that cannot be true together, beside MARCO as CPMpy ships it (OR-Tools underneath), in one process.

Cases of 12 to 30 statements crowded into few places and hours, some with relative dates. Both get the same laws and must list the same sets. CPMpy is
no dependency of the project: without it (``pip install cpmpy``) the script says so and measures the engine alone.

What it does not do: compare anything where the engine had to stop at its cap, or MARCO at its time.
"""

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from generator import small_case

from habeas.examine.contradiction import minimal_sets
from habeas.examine.laws import ZERO
from habeas.examine.network import Network, OpenClause
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER

try:
    import cpmpy
    from cpmpy.tools.explain import marco
except ImportError:
    cpmpy = None

SIZES = (12, 16, 20, 30)
CASES = 12
PATIENCE = 60.0
CAP = 3_000
WIDE = 10_000_000
"""Minutes beyond the dates of a case at which an open end is closed for OR-Tools."""


def by_marco(network: Network, clauses: list[OpenClause], among: list[int]) -> set[frozenset[int]] | None:
    """The same question to CPMpy; None where it took too long."""
    used = sorted({index for i, j, _ in clauses for index in (i, j)})
    ends = [bound for index in used for bound in network.bounds(index) if abs(bound) < FOREVER]
    first, last = min(ends, default=0), max(ends, default=0)
    at = {}
    for index in used:
        low, high = (min(max(bound, first - WIDE), last + WIDE) - first for bound in network.bounds(index))
        at[index] = cpmpy.intvar(low, high, name=f"t{index}")
    on = {owner: cpmpy.boolvar(name=f"s{owner}") for owner in among}
    hard = []
    for i, j, clause in clauses:
        owners = network.closure((network.nodes[i].owner, network.nodes[j].owner))
        atoms = [(at[v] if v != ZERO else -first) - (at[u] if u != ZERO else -first) >= least for u, v, least in clause]
        hard.append(cpmpy.all([on[owner] for owner in owners]).implies(cpmpy.any(atoms)))
    name = {str(literal): owner for owner, literal in on.items()}
    found, start = set(), time.monotonic()
    for kind, some in marco(list(on.values()), hard, solver="ortools", map_solver="ortools", return_mcs=False):
        if kind == "MUS":
            found.add(frozenset(name[str(one)] for one in some))
        if time.monotonic() - start > PATIENCE:
            return None
    return found


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    if cpmpy is None:
        print("cpmpy is not installed: the engine alone")
    differ = 0
    for size in options.sizes:
        ours, theirs, sets, skipped = [], [], [], 0
        for seed in range(options.cases):
            case, places = small_case(random.Random(size * 1000 + seed), size)
            network = Record(case, places).certain
            if any(abs(node.lo) > FOREVER for node in network.nodes):  # "never, up to …" has no beginning that OR-Tools could hold
                skipped += 1
                continue
            among = sorted(network.by_owner)
            clauses = network.all_clauses(among)
            start = time.process_time()
            problem = network.problem(clauses)
            found = minimal_sets(problem, among, cap=CAP)
            problem.close()
            spent = time.process_time() - start
            start = time.process_time()
            right = by_marco(network, clauses, among) if cpmpy is not None and not found.capped else None
            if found.capped or (cpmpy is not None and right is None):
                skipped += 1
                continue
            ours.append(spent)
            sets.append(len(found.sets))
            if right is not None:
                theirs.append(time.process_time() - start)
                differ += right != set(map(frozenset, found.sets))
        if ours:
            most = f"{statistics.median(sets)} sets (most {max(sets)})"
            line = f"{size} statements, {len(ours)} cases ({skipped} left out), {most}: engine {statistics.median(ours):.3f} s"
            if theirs:
                line += f", MARCO {statistics.median(theirs):.3f} s, ratio {statistics.median(theirs) / statistics.median(ours):.0f}"
            print(line, flush=True)
    print(f"{differ} cases in which the two differ")
    raise SystemExit(1 if differ else 0)


if __name__ == "__main__":
    main()
