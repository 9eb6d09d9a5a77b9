"""The fuzzer's targets keep up with the program: each runs on seeds of its own making, so that a full run never finds one that cannot start."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_target_runs_on_its_own_seeds():
    done = subprocess.run([sys.executable, "tools/fuzz/fuzz.py", "seeds"], cwd=ROOT, capture_output=True, text=True, check=False)
    listed = subprocess.run([sys.executable, "tools/fuzz/fuzz.py", "list"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert done.returncode == 0, done.stderr[-500:]
    assert [line.split()[0] for line in done.stdout.splitlines()] == listed
