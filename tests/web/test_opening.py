"""A large case says how far its reading is, opens by itself then, and locks as any other; a small one is simply shown."""

import threading
import time

import pytest

from habeas.services.reading import Shelf
from habeas.vault.errors import DamagedError
from habeas.vault.words import read_into_index
from habeas.web import opening

pytestmark = pytest.mark.slow


@pytest.fixture
def large(sample, monkeypatch):
    """The sample case, as if it were a large one, that nobody looked at since the vault was opened."""
    monkeypatch.setattr(opening, "MANY", 10)
    sample.visitor.desk.shelf.forget()
    return sample


def until_read(case):
    for _ in range(200):
        answer = case.visitor.client.get(f"/cases/{case.cid}/opening")
        if answer.status_code == 404:
            return
        assert answer.json()["done"] >= 0 and answer.json()["total"] > 10
        time.sleep(0.02)
    pytest.fail("it is still being read")


@pytest.fixture
def held(monkeypatch):
    """Reading waits before its first record until it is let go."""
    go, real = threading.Event(), Shelf.read
    monkeypatch.setattr(Shelf, "read", lambda self, comp, step: (go.wait(10), real(self, comp, step))[1])
    yield go
    go.set()


def test_a_large_case_is_read_behind_a_page_that_says_how_far_it_is(large, held):
    text = large.get("/timeline")
    assert "This case is being read" in text and "<progress" in text
    assert 'http-equiv="refresh" content="1"' in text  # without scripts it asks again by itself
    assert "This case is being read" in large.get("/findings")
    held.set()
    until_read(large)
    assert "This case is being read" not in large.get("/timeline")


def test_what_a_page_asks_for_besides_and_forms_wait_their_turn(large):
    answer = large.visitor.client.get(f"/cases/{large.cid}/timeline", headers={"sec-fetch-dest": "image"})
    assert "This case is being read" not in answer.text


def test_a_small_case_is_shown_at_once(sample):
    sample.visitor.desk.shelf.forget()
    assert "This case is being read" not in sample.get()


def test_locking_ends_the_reading_and_nothing_of_the_case_stays(large, held):
    assert "This case is being read" in large.get()
    desk = large.visitor.desk
    assert not desk.lock()  # it is being read: closed to pages at once, and as soon as the reader notices
    assert not desk.is_open
    held.set()
    for _ in range(200):
        if desk.lock():
            break
        time.sleep(0.02)
    assert desk.openings == {}
    assert large.visitor.client.get(f"/cases/{large.cid}/opening").status_code == 404
    large.visitor.unlock()
    assert "This case is being read" in large.get()
    until_read(large)


def test_a_reading_ends_when_nobody_came_for_too_long(large, held, monkeypatch):
    assert "This case is being read" in large.get()
    desk = large.visitor.desk
    monkeypatch.setattr(desk.shelf, "examined", lambda _: pytest.fail("it was read on"))
    large.visitor.now += 16 * 60
    held.set()
    for _ in range(200):
        if desk._vault is None:
            break
        time.sleep(0.02)
        desk.lock_if_away()
    assert desk._vault is None and desk.openings == {}


def test_a_reading_that_fails_is_tried_once_and_the_page_says_what_is_wrong(large, monkeypatch):
    def broken(*_):
        raise DamagedError("payload 0123")

    monkeypatch.setattr(Shelf, "_of", broken)
    assert "This case is being read" in large.get()
    until_read(large)
    assert "payload 0123" in large.get(status=422)


def test_the_first_search_of_a_case_that_was_read_reads_nothing_more(large):
    large.get()
    until_read(large)
    with large.visitor.desk.case(large.cid) as comp:
        steps = []
        read_into_index(comp, lambda: steps.append(1))
        assert steps == []
