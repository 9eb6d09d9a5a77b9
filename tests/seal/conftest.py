"""One sealed bag."""

from pathlib import Path

import pytest
from simulators.bags import make_bag

from habeas.seal.signature import SigningKey


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def sealed(tmp_path: Path, key: SigningKey) -> Path:
    return make_bag(tmp_path / "bag", key)
