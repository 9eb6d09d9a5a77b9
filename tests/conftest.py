"""What all tests share: the public case material, and the list of tests that did not run."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("HABEAS_SHARED", ROOT.parent / "shared"))

for folder in (ROOT / "tests", ROOT / "tests" / "verapdf", ROOT / "tests" / "dossier" / "pdf", ROOT / "benchmarks"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("ci")


def pytest_addoption(parser):
    parser.addoption("--skips-to", default="", help="append the tests that did not run, and why, to this file")


@pytest.hookimpl
def pytest_runtest_logreport(report):
    if report.skipped and _report_file[0]:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        with Path(_report_file[0]).open("a", encoding="utf-8") as stream:
            stream.write(f"{report.nodeid}: {why.removeprefix('Skipped: ')}\n")


_report_file = [""]


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        _report_file[0] = config.getoption("--skips-to")


_WHOLE = (
    "tests/services/",
    "tests/reliability/",
    "tests/golden/",
    "tests/cli/test_vault_cli.py",
    "tests/vault/test_store.py",
    "tests/seal/test_timestamp.py",
)


def pytest_collection_modifyitems(items):
    """What runs whole programs, real servers or many crashes is not of the unit suite."""
    for item in items:
        if item.nodeid.startswith(_WHOLE):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def cases() -> Path:
    """The public case material; tests that want it skip where it is not there."""
    folder = SHARED / "cases"
    if not folder.is_dir():
        pytest.skip("the public case material is not here (HABEAS_SHARED names its folder)")
    return folder
