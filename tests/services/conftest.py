"""The demo case as it ships, and the day on which a case is to be looked at again."""

from datetime import date
from pathlib import Path

import pytest

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
