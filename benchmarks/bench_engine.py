"""Benchmarks of the engine beside its peer, plain Z3: growth of ``examine``, a consistency verdict, the cost of belief.

Peers run in the same process, one after the other; figures are medians of several runs in CPU seconds (``time.process_time``, all
threads of the process). ``--profile`` tells which functions dominate ``examine`` at the largest size.

What it does not do: wall-clock time, memory, other machines.
"""

import argparse
import cProfile
import gc
import io
import math
import pstats
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from generator import large_case
from msgspec import structs
from simulators.z3_oracle import Oracle, Policy, least_wrong_voices

from habeas.domain.case import Case
from habeas.domain.statement import Act, Side, StatementId
from habeas.domain.when import moment, parse_when
from habeas.domain.where import Place
from habeas.dossier import svg
from habeas.examine.belief import Weighing
from habeas.examine.examination import Examiner, examine
from habeas.examine.record import Record
from habeas.examine.voices import fold

T = TypeVar("T")
SIZES = (100, 300, 1000, 3000, 10_000)
VERDICT_AT = 400
BELIEF_AT = 200
SEEDS = (1, 2, 3)
TARGET_EXAMINE = 1.0
TARGET_BELIEF = 0.2


def timed(work: Callable[[], T], runs: int) -> tuple[float, T]:
    """(median CPU seconds, the last answer)."""
    spent: list[float] = []
    answer: T | None = None
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        answer = work()
        spent.append(time.process_time() - start)
    assert answer is not None or runs  # noqa: S101
    return statistics.median(spent), answer  # type: ignore[return-value]


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent b of the least-squares fit seconds ~ (n log n)^b."""
    xs = [math.log(n * math.log(n)) for n in sizes]
    ys = [math.log(one) for one in seconds]
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)


def up_to(case: Case, count: int) -> Case:
    """The first statements of a case."""
    statements = case.statements[:count]
    ids = {one.id for one in statements}
    return structs.replace(case, statements=statements, accusation=tuple(one for one in case.accusation if one in ids))


def bench_one_more(sizes: Sequence[int]) -> list[float]:
    """One more statement in an open case: ten in turn, beside the run from scratch; the answers are compared."""
    print("One more statement in an examined case (Examiner), CPU seconds, median of 10 for each seed; from scratch beside it")
    medians = []
    for n in sizes:
        more, scratch = [], []
        for seed in SEEDS:
            whole, places = large_case(random.Random(seed), n)
            examiner = Examiner()
            examiner.examine(up_to(whole, n - 10), places)
            for count in range(n - 9, n + 1):
                case = up_to(whole, count)
                gc.collect()
                start = time.process_time()
                found = examiner.examine(case, places)
                more.append(time.process_time() - start)
            seconds, again = timed(lambda case=case, places=places: examine(case, places), 3)  # type: ignore[misc]
            scratch.append(seconds)
            assert found == again  # noqa: S101
        medians.append(statistics.median(more))
        print(f"  n = {n:>6}: {medians[-1]:8.4f} s one more (worst {max(more):.4f}), {statistics.median(scratch):8.4f} s from scratch")
    return medians


def bench_examine(sizes: Sequence[int], runs: int) -> list[float]:
    """``examine`` at growing sizes, median over seeds and runs."""
    print(f"examine(), CPU seconds, median over seeds {SEEDS}, {runs} runs each")
    medians = []
    for n in sizes:
        spent = []
        findings = 0
        for seed in SEEDS:
            case, places = large_case(random.Random(seed), n)
            seconds, found = timed(lambda case=case, places=places: examine(case, places), runs)  # type: ignore[misc]
            spent.append(seconds)
            findings = len(found.findings)
        medians.append(statistics.median(spent))
        print(f"  n = {n:>6}: {medians[-1]:8.3f} s   (seeds: {', '.join(f'{one:.3f}' for one in spent)}; {findings} findings)")
    print(f"  growth: (n log n)^{growth(sizes, medians):.2f} overall; last step (n log n)^{growth(sizes[-2:], medians[-2:]):.2f}")
    print(f"  target at {sizes[-1]}: <= {TARGET_EXAMINE} s: {'met' if medians[-1] <= TARGET_EXAMINE else 'MISSED'}\n")
    return medians


def plot(sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Both axes logarithmic; dashed: n log n through the first point of each line."""
    left, top, wide, high = 70.0, 40.0, 520.0, 250.0
    least, most = math.floor(math.log10(min(min(line) for line in lines.values()))), math.ceil(math.log10(max(max(line) for line in lines.values())))

    def at(n: float, seconds: float) -> tuple[float, float]:
        x = left + wide * math.log(n / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return x, top + high * (most - math.log10(seconds)) / (most - least)

    parts = [svg.text(8, 20, "CPU seconds for one examination, by statements about one person", bold=True)]
    for power in range(least, most + 1):
        y = at(sizes[0], 10.0**power)[1]
        parts.append(
            f'<line x1="{left}" x2="{left + wide}" y1="{y:.1f}" y2="{y:.1f}" stroke="{svg.GRID}"/>' + svg.text(8, y + 4, f"{10.0**power:g} s")
        )
    parts += [svg.text(at(n, 1)[0], top + high + 18, f"{n:,}", svg.MUTE, anchor="middle") for n in sizes]
    for (name, seconds), colour in zip(lines.items(), (svg.RECORD, svg.BAD), strict=True):
        points = [at(n, one) for n, one in zip(sizes, seconds, strict=True)]
        scale = seconds[0] / (sizes[0] * math.log(sizes[0]))
        ideal = [at(n, scale * n * math.log(n)) for n in sizes]
        for some, dash in ((points, ""), (ideal, ' stroke-dasharray="4 4" stroke-opacity="0.5"')):
            path = " ".join(f"{x:.1f},{max(top, y):.1f}" for x, y in some)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in points]
        parts.append(svg.text(points[-1][0] + 10, points[-1][1] + 4, name, colour))
    parts.append(svg.text(left, top + high + 38, "dashed: n log n from the first point; both axes are logarithmic", svg.MUTE))
    return svg.picture(top + high + 50, "".join(parts), "Growth of the engine")


def engine_verdict(case: Case, places: Mapping[str, Place]) -> bool:
    """Whether all statements together are consistent (certain regime): every pair's broken laws first, then the exact solver."""
    network = Record(case, places).certain
    owners = sorted(network.by_owner)
    problem = network.problem(network.all_clauses(owners))
    try:
        return problem.conflict(owners) is None
    finally:
        problem.close()


def z3_verdict(case: Case, places: Mapping[str, Place]) -> tuple[bool, int]:
    """(the verdict of plain Z3, its disjunctions)."""
    accused = frozenset(i for i, one in enumerate(case.statements) if one.id in case.accusation)
    oracle = Oracle.of(case.statements, places, Policy(accusation=accused, name=fold))
    return oracle.consistent(list(oracle.literal)), oracle.disjunctions


def bench_verdict(n: int, runs: int) -> None:
    """One consistency verdict of a consistent and of a contradictory life."""
    print(f"consistency of {n} statements, CPU seconds")
    for contradictions in (0, 3):
        case, places = large_case(random.Random(7), n, contradictions=contradictions)
        theirs, (verdict, disjunctions) = timed(lambda case=case, places=places: z3_verdict(case, places), 1)  # type: ignore[misc]
        ours, mine = timed(lambda case=case, places=places: engine_verdict(case, places), runs)  # type: ignore[misc]
        same = "same verdict" if mine == verdict else "VERDICTS DIFFER"
        print(
            f"  {contradictions} false claims: Z3 {theirs:.2f} s ({disjunctions} disjunctions), engine {ours:.4f} s, ratio {theirs / ours:.0f}; "
            f"{same}: {'consistent' if verdict else 'inconsistent'}"
        )
    print()


def believable(n: int) -> tuple[Case, Mapping[str, Place]]:
    """A life and one departure that did not take place, in the middle of a spell of custody, at the town where he was held."""
    case, places = large_case(random.Random(11), n, contradictions=1)
    held = [s for s in case.statements if s.act is Act.HELD_AT and s.when is not None and s.when.interval and s.when.core and s.when.lo is not None]
    longest = max(held, key=lambda s: (s.when.core[1] or 0) - (s.when.core[0] or 0) if s.when and s.when.core else 0)
    assert longest.when is not None and longest.when.core is not None and longest.when.core[0] is not None  # noqa: S101, PT018
    claim = type(longest)(
        id=StatementId("A0"), speaker="communique", body="Junta", side=Side.STATE, act=Act.DEPARTED, place=longest.place, to_place="Russia",
        when=parse_when(moment((longest.when.core[0] + (longest.when.core[1] or 0)) // 2)),
    )  # fmt: skip
    rows = tuple(claim if s.id == "A0" else s for s in case.statements)
    return Case(title=case.title, person="P", accusation=(claim.id,), statements=rows), places


def bench_belief(n: int, runs: int, timeout: int) -> None:
    """N for one version: the engine's implicit hitting set beside Z3's MaxSMT over the same counted statements."""
    print(f"cost of belief at {n} statements, CPU seconds (Z3 Optimize, time-out {timeout} s)")
    case, places = believable(n)

    def ours() -> int:
        record = Record(case, places)
        weighing = Weighing(record, case)
        return min(weighing.weigh(record.certain, version).size for version in weighing.versions())

    record = Record(case, places)
    weighing = Weighing(record, case)
    (version,) = weighing.versions()
    counted = weighing.counted(version)[0]
    group = weighing.ties.merged(sorted({weighing.keys[i] for i in counted}), unknown_too=False)
    voice = {i: group[weighing.keys[i]] for i in counted}

    def theirs() -> int | None:
        oracle = Oracle.of(case.statements, places, Policy(accusation=record.is_accusation, name=fold), optimize=True)
        return least_wrong_voices(oracle, version, counted, voice, timeout_ms=timeout * 1000)

    mine, size = timed(ours, runs)
    z3_seconds, other = timed(theirs, 1)
    told = f"time-out after {z3_seconds:.1f} s" if other is None else f"{z3_seconds:.2f} s (N = {other})"
    print(f"  engine {mine:.4f} s (N = {size}), Z3 {told}, ratio {z3_seconds / mine:.0f}")
    full, _ = timed(lambda: examine(case, places), runs)
    print(f"  whole examine() of this case: {full:.3f} s")
    print(f"  target: <= {TARGET_BELIEF} s: {'met' if mine <= TARGET_BELIEF else 'MISSED'}\n")


def profile(n: int) -> None:
    """Which functions dominate one examination."""
    case, places = large_case(random.Random(SEEDS[0]), n)
    profiler = cProfile.Profile()
    profiler.runcall(examine, case, places)
    for order in ("tottime", "cumtime"):
        out = io.StringIO()
        pstats.Stats(profiler, stream=out).strip_dirs().sort_stats(order).print_stats(16)
        print("\n".join(line for line in out.getvalue().splitlines() if line.strip()))


def main() -> None:
    """Run all, or only the profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=120, help="seconds for Z3's Optimize")
    parser.add_argument("--profile", action="store_true", help="profile examine() at the largest size and stop")
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--plot", type=Path, help="draw the growth as SVG")
    parser.add_argument("--no-z3", action="store_true", help="the engine alone")
    options = parser.parse_args()
    if options.profile:
        profile(options.largest)
        return
    sizes = [n for n in SIZES if n <= options.largest]
    whole, more = bench_examine(sizes, options.runs), bench_one_more(sizes)
    if options.plot:
        options.plot.write_text(plot(sizes, {"from scratch": whole, "one more statement": more}), encoding="utf-8")
    if not options.no_z3:
        bench_verdict(VERDICT_AT, options.runs)
        bench_belief(BELIEF_AT, options.runs, options.timeout)


if __name__ == "__main__":
    main()
