"""A desk on a vault of its own, and a browser's side of the conversation (in this process, or real Chromium in test_browser)."""

import html
import re

import pytest
from simulators.vaults import PASSPHRASE, make_vault
from starlette.testclient import TestClient

from habeas.services.casebook import read_book
from habeas.vault.events import Kind
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
def visiting():
    """Makes a visitor at a folder."""
    return Visitor


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

    def undo(self, kind, key, status=200):
        entry = self.book().find(Kind(kind), key)
        return self.post("/undo", status, kind=kind, key=key, revision=entry.revisions[-1].payload)

    def write_interview(self, key, status=200, **form):
        revision = self.book().find(Kind.INTERVIEW, key).revisions[-1].payload
        return self.post(f"/interviews/{key}", status, **{"revision": revision, **form})

    def change_exhibit(self, number, status=200, **form):
        entry = self.book().find(Kind.EXHIBIT, number)
        return self.post(f"/exhibits/{number}", status, **{"revision": entry.revisions[-1].payload, **form})

    def change(self, number, status=200, **form):
        entry = self.book().find(Kind.STATEMENT, number)
        return self.post(f"/statements/{number}", status, **{"revision": entry.revisions[-1].payload, **form})

    def preview(self, **form):
        """The preview of these choices, and what its form would send."""
        text = self.post("/dossier/preview", **form).text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text.split('class="pages"')[1]))
        return text, {name: html.unescape(value) for name, value in fields.items()}

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
