"""One function, one payload, one child: real processes, real limits, and nothing of the payload in what is raised."""

import os
import sys

import pytest

from habeas.guard import ChildFailed, run_in_child

_HERE = "simulators.child_functions:"
posix = pytest.mark.skipif(os.name != "posix", reason="setrlimit is POSIX's")


def _fails(function, payload=b"", **limits):
    with pytest.raises(ChildFailed) as failed:
        run_in_child(_HERE + function, payload, **limits)
    return failed.value


def test_bytes_go_in_and_come_out_unchanged():
    every = bytes(range(256)) * 300 + b"\r\n\x1a\n"
    assert run_in_child(_HERE + "echo", every) == every


def test_a_refusal_hands_back_what_the_child_said():
    failed = _fails("refuse", b"abcdef")
    assert (failed.why, failed.said) == ("refused", b"refused: abc")


@pytest.mark.parametrize("function", ["fail", "chatter", "refuse_in_words"])
def test_what_goes_wrong_in_the_child_stays_there(function):
    failed = _fails(function, b"KINGFISHER")
    assert failed.why == "crash" and failed.said == b""
    assert "KINGFISHER" not in str(failed) + repr(failed) + repr(failed.args)
    assert failed.exit_code == 3


def test_a_child_that_ends_by_itself_or_has_no_such_function_crashed():
    assert _fails("leave").why == "crash"
    assert _fails("no_such_function").why == "crash"


@posix
def test_a_child_that_takes_too_much_memory_is_stopped():
    assert _fails("hoard", megabytes=256).why == "memory"


@posix
@pytest.mark.slow
def test_a_child_that_takes_too_much_time_is_stopped():
    assert _fails("spin", seconds=1).why == "time"


@posix
@pytest.mark.slow
def test_a_child_writes_no_large_files(tmp_path):
    assert _fails("write_a_large_file", os.fsencode(tmp_path / "large")).why == "crash"
    assert (tmp_path / "large").stat().st_size < 100 << 20


@posix
@pytest.mark.slow
def test_a_child_opens_few_files():
    assert _fails("open_many_files").why == "crash"


def test_a_child_is_told_nothing_of_the_surroundings(monkeypatch):
    monkeypatch.setenv("HABEAS_SECRET", "KINGFISHER")
    names = set(run_in_child(_HERE + "surroundings", b"").decode().split())
    assert not {"HABEAS_SECRET", "HOME", "USER"} & names
    assert "PYTHONPATH" in names or sys.flags.isolated
