"""A member without the right, and somebody without a place in the case, meet the same walls at every address."""

import pytest
from simulators.vaults import PASSPHRASE, make_vault
from starlette.routing import Route
from starlette.testclient import TestClient

from habeas.services.casebook import read_book
from habeas.services.people import admit, join_case, make_card, say_joined
from habeas.vault.errors import VaultError
from habeas.vault.events import Kind
from habeas.vault.folder_store import FolderStore
from habeas.vault.roster import Role
from habeas.vault.sync import sync
from habeas.web.app import make_app
from habeas.web.desk import Desk

pytestmark = pytest.mark.slow
OWN = {"sec-fetch-site": "same-origin"}


def routes(app):
    inner = app
    while not hasattr(inner, "routes"):
        inner = inner._app
    return [one for one in inner.routes if isinstance(one, Route) and "{cid" in one.path]


def visit(desk):
    client = TestClient(make_app(desk, 0), base_url="http://testserver", follow_redirects=True)
    client.get(desk.first_address)
    client.post("/unlock", data={"passphrase": PASSPHRASE}, headers=OWN)
    return client


def address(route, cid):
    return route.path.replace("{cid:str}", cid).replace("{number:str}", "1").replace("{page:int}", "1").replace("{statement:str}", "S001").replace(
        "{finding:str}", "cc-1").replace("{interview:str}", "x").replace("{token:str}", "x")  # fmt: skip


def test_a_case_of_others_and_one_that_does_not_exist_answer_alike_at_every_address(sample, tmp_path):
    other = Desk(tmp_path / "other")
    make_vault(tmp_path / "other", "B2").close()
    client = visit(other)
    for route in routes(client.app):
        for method in sorted(route.methods - {"HEAD"}):
            for cid in (sample.cid, "case-000000000000"):
                kind = {"files": {"files": ("a", b"a")}} if method == "POST" and route.endpoint.__qualname__.startswith("upload") else {}
                answer = client.request(method, address(route, cid), headers=OWN, **kind)
                assert answer.status_code in (404, 422), (method, route.path, answer.status_code)
                assert "Castro" not in answer.text and "S001" not in answer.text
    other.lock()


@pytest.fixture
def reader(sample, tmp_path):
    """Somebody who was admitted to the sample case as a reader, on a machine of his own."""
    store = FolderStore(tmp_path / "store")
    (tmp_path / "store").mkdir()
    vault = make_vault(tmp_path / "reader", "R1")
    card = make_card(vault)
    sample.post("/people", kind="contact", person="Aunt", address="SECRET-NUMBER")
    with sample.visitor.desk.case(sample.cid) as comp:
        invitation, _ = admit(comp, card, Role.READER, "R1")
        sync(comp, store, "store")
    join_case(vault, invitation, store)
    with vault.case(sample.cid) as comp:
        sync(comp, store, "store")
        say_joined(comp)
    vault.close()
    desk = Desk(tmp_path / "reader")
    yield visit(desk), desk, store
    desk.lock()


def test_a_reader_reads_and_changes_nothing_and_sees_no_contact(sample, reader):
    client, desk, _ = reader
    base = f"/cases/{sample.cid}"
    assert "Castro" in client.get(base).text
    assert "SECRET-NUMBER" not in client.get(f"{base}/people").text
    with desk.case(sample.cid) as comp:
        before = [line for _, _, _, line in comp.index.events() if type(line).__name__ != "Touched"]
        book = read_book(comp)
        newest = {entry.key if entry.kind is not Kind.HEAD else "head": entry.revisions[-1].payload for entry in book.entries}
    changes = {
        "/statements": {"speaker": "x", "side": "witness", "act": "present"}, "/statements/S001": {"speaker": "x", "side": "witness", "act": "present", "revision": newest["S001"]},
        "/statements/S001/withdraw": {}, "/accuse": {"statement": "S001"}, "/head": {"title": "x", "revision": newest["head"]}, "/exhibits/1": {"title": "x", "revision": newest["1"]},
        "/exhibits/1/withdraw": {}, "/people": {"kind": "relation", "person": "a", "other": "b", "relation": "c"}, "/tasks": {"title": "x"},
        "/interviews": {"person": "x", "consent_read": "true"}, "/dossier/preview": {}, "/dossier/mark": {}, "/memorandum": {},
        "/dossier/seal": {"recipient": "x", "harmed": "x", "family": "x", "read": "x", "despite": "true", "as": "zip"},
        "/undo": {"kind": "statement", "key": "S001", "revision": newest["S001"]},
    }  # fmt: skip
    for path, form in changes.items():
        answer = client.post(base + path, data=form, headers=OWN)
        assert answer.status_code in (403, 422), (path, answer.status_code, answer.text[-800:])
        assert not answer.content.startswith((b"PK", b"%PDF")), path
    answer = client.post(f"{base}/exhibits", files={"files": ("a", b"a")}, headers=OWN)
    assert answer.status_code == 422
    with desk.case(sample.cid) as comp:
        assert [line for _, _, _, line in comp.index.events() if type(line).__name__ != "Touched"] == before


def test_who_was_taken_out_of_a_case_sees_nothing_new_of_it(sample, reader):
    client, desk, store = reader
    with sample.visitor.desk.case(sample.cid) as comp:
        from habeas.services.people import revoke

        revoke(comp, "R1")
        sync(comp, store, "store")
    sample.post("/statements", speaker="Zorvanelle", side="witness", act="present", when="1977-08-05")
    with sample.visitor.desk.case(sample.cid) as comp:
        sync(comp, store, "store")
    try:
        with desk.case(sample.cid) as comp:
            sync(comp, store, "store")
    except VaultError:
        pass
    for path in ("", "/statements", "/log", "/sheet"):
        assert "Zorvanelle" not in client.get(f"/cases/{sample.cid}{path}").text
