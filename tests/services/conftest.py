"""The demo case as it ships, and the day on which a case is to be looked at again."""

from datetime import date
from pathlib import Path

import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import imported
from simulators.vaults import make_vault

import habeas.demo_case
from habeas.services.source import folder_source

DEMO = Path(habeas.demo_case.__file__).parent / "castro-1977"


@pytest.fixture(scope="session")
def demo_source():
    return folder_source(DEMO)


@pytest.fixture(scope="session")
def demo_case(demo_source):
    return demo_source.case


@pytest.fixture(scope="session")
def day():
    return date(2027, 11, 26)


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    """A vault for the cases of one file of tests."""
    with make_vault(tmp_path_factory.mktemp("cases") / "vault", "a1") as made:
        yield made


@pytest.fixture
def cid(vault, tmp_path):
    """A case of its own in it."""
    return imported(vault, CaseBuilder(), tmp_path / "case")
