"""The demo case as it ships, examined."""

from pathlib import Path

import pytest

import habeas.demo_case
from habeas.services.examining import examine_folder


@pytest.fixture(scope="session")
def demo():
    return examine_folder(Path(habeas.demo_case.__file__).parent / "castro-1977")
