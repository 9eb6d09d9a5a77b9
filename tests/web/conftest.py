"""A desk on a vault of its own, and a browser's side of the conversation (in this process, or real Chromium in test_browser)."""

import html
import re

import pytest
from simulators.vaults import PASSPHRASE, make_vault
from starlette.testclient import TestClient

from habeas.services.casebook import read_book
from habeas.web.app import make_app
from habeas.web.desk import Desk

OWN = {"sec-fetch-site": "same-origin"}


class Visitor:
    """One browser that was let in."""

    def __init__(self, root):
        self.now = 0.0
        self.desk = Desk(root, clock=lambda: self.now)
        self.client = TestClient(make_app(self.desk, 0), base_url="http://testserver", follow_redirects=True)
        self.client.get(self.desk.first_address)

    def get(self, path, status=200):
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code)
        return answer.text

    def post(self, path, status=200, **form):
        answer = self.client.post(path, data=form, headers=OWN)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
        return answer

    def unlock(self):
        return self.post("/unlock", passphrase=PASSPHRASE)


@pytest.fixture
def stranger(tmp_path):
    """Nobody has a vault here yet."""
    return Visitor(tmp_path / "new")


@pytest.fixture
def visitor(tmp_path):
    """A vault with checked recovery words, unlocked."""
    make_vault(tmp_path / "vault", "A1").close()
    made = Visitor(tmp_path / "vault")
    made.unlock()
    yield made
    made.desk.lock()


class Case:
    """The sample case, as this visitor meets it."""

    def __init__(self, visitor):
        self.visitor = visitor
        visitor.post("/cases/sample")
        (self.cid,) = visitor.desk.vault.case_ids()

    def get(self, path="", status=200):
        return self.visitor.get(f"/cases/{self.cid}{path}", status)

    def post(self, path, status=200, **form):
        return self.visitor.post(f"/cases/{self.cid}{path}", status, **form)

    def seal(self, name, content, path="/exhibits"):
        answer = self.visitor.client.post(f"/cases/{self.cid}{path}", files={"files": (name, content)}, headers=OWN)
        assert answer.status_code == 200, answer.text[:300]
        return answer.text

    def book(self):
        with self.visitor.desk.case(self.cid) as comp:
            return read_book(comp)


@pytest.fixture
def sample(visitor):
    """The sample case, imported."""
    return Case(visitor)


def shown(text):
    """The words of a page, as they are read."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.fixture(name="shown")
def shown_():
    return shown
