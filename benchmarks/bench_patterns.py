"""Patterns across cases: how often a run cries wolf where nothing was planted, how often it finds what was, and what many cases cost.

The casework is made up (``tests/simulators/casework.py``). A run alarms if any corrected p is at or below 0.05.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from simulators.casework import casework

from habeas.domain.across import Key, Patterns, Prompt
from habeas.examine.across import wording_across
from habeas.examine.patterns import patterns

ALPHA = 0.05


def alarms(found: Patterns) -> bool:
    """Whether anything in a run is told as more than chance."""
    return any(one.corrected <= ALPHA for one in (*found.follows, *found.together, *found.waves))


def follows(found: Patterns) -> bool:
    """Whether the planted sequence is told: accusations within a week of a complaint."""
    return any(one.prompt is Prompt.COMPLAINT and one.within == 7 and one.corrected <= ALPHA for one in found.follows)


def mould(found: Patterns) -> bool:
    """Whether the planted mould is told to go with its office."""
    return any({one.one[0], one.other[0]} == {Key.OFFICE, Key.WORDING} and one.corrected <= ALPHA for one in found.together)


def main() -> None:
    """False alarms, power, speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    for count in (10, 20, 40):
        some = [patterns(casework(random.Random(seed), count)) for seed in range(options.runs)]
        print(f"{count} cases, nothing planted: {sum(map(alarms, some))} of {options.runs} runs alarm (5 % is allowed)")
    for count in (10, 20, 40):
        for share in (0.2, 0.4, 0.6):
            hits = sum(follows(patterns(casework(random.Random(seed), count, planted=share))) for seed in range(options.runs // 4))
            print(f"{count} cases, {share:.0%} of the accusations follow a complaint within a week: told in {hits} of {options.runs // 4} runs")
    for count in (15, 30):
        hits = 0
        for seed in range(options.runs // 4):
            cases = casework(random.Random(seed), count, moulded={"Office North": 0.8})
            hits += mould(patterns(cases, *wording_across(cases)))
        print(f"{count} cases, one office uses a mould in 80 % of its own: told in {hits} of {options.runs // 4} runs")
    for count in (100, 1000, 3000):
        cases = casework(random.Random(1), count, planted=0.3, moulded={"Office North": 0.5})
        start = time.process_time()
        groups, uses = wording_across(cases)
        middle = time.process_time()
        found = patterns(cases, groups, uses)
        end = time.process_time()
        print(f"{count} cases: wording {middle - start:.2f} CPU s ({len(groups)} groups, {len(uses)} widely), "
              f"patterns {end - middle:.2f} CPU s ({found.looks} tests)")  # fmt: skip


if __name__ == "__main__":
    main()
