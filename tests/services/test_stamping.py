"""Time stamps from real authorities: made offline, sent when told to, good for ever, and what does not hold is found."""

import base64
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import imported
from simulators.tsa import Authority
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.errors import BadInput, UsageError
from habeas.seal.errors import TimestampError
from habeas.services.casebook import read_book
from habeas.services.changing import add_statement, edit
from habeas.services.opening import opened
from habeas.services.stamping import (
    UnreachableError,
    add_authority,
    check_stamps,
    checkpoint_of,
    export_stamp,
    import_reply,
    matches,
    post,
    request_stamps,
    send_waiting,
    take_reply,
    waiting,
    write_requests,
)
from habeas.vault.events import Kind


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tsa")
    with Authority(folder / "one", name="One", key="ec") as one, Authority(folder / "two", name="Two", key="rsa", middle=True) as two:
        yield one, two


@pytest.fixture
def world(authorities, tmp_path):
    for one in authorities:
        one.behaviour = "good"
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        for name, one in zip(("one", "two"), authorities):
            add_authority(vault, name, one.url, one.ca_pem)
        with vault.case(cid) as comp:
            yield vault, comp


def states(comp):
    return [(one.authority, one.state, one.matches) for one in check_stamps(comp)]


def answered(authorities):
    """What carries requests to authorities without a connection of this process."""
    by_url = {one.url: one for one in authorities}
    return lambda url, request: by_url[url].stamp_offline(request)


@pytest.mark.enable_socket
def test_two_authorities_stamp_over_the_network_and_both_hold(world):
    vault, comp = world
    assert request_stamps(vault, comp) == 2
    assert states(comp) == [("one", "waiting", False), ("two", "waiting", False)]
    assert send_waiting(vault, comp) == (2, 0)
    assert states(comp) == [("one", "good", True), ("two", "good", True)]
    assert all(abs(datetime.fromisoformat(one.at) - datetime.now(UTC)) < timedelta(minutes=5) for one in check_stamps(comp))
    assert send_waiting(vault, comp) == (0, 0)


@pytest.mark.enable_socket
@pytest.mark.parametrize("behaviour", ["500", "garbage", "empty", "refuse", "wrong nonce", "no nonce", "other digest"])
def test_an_authority_that_fails_or_answers_wrongly_stops_no_other_and_its_request_waits(world, authorities, behaviour):
    vault, comp = world
    request_stamps(vault, comp)
    authorities[0].behaviour = behaviour
    assert send_waiting(vault, comp) == (1, 1)
    assert states(comp) == [("one", "waiting", False), ("two", "good", True)]
    authorities[0].behaviour = "good"
    assert send_waiting(vault, comp) == (1, 0)
    assert states(comp) == [("one", "good", True), ("two", "good", True)]


@pytest.mark.enable_socket
def test_an_authority_that_is_not_there_leaves_the_request_waiting(world, tmp_path):
    vault, comp = world
    add_authority(vault, "one", "http://127.0.0.1:1/", vault.settings.authorities[0].root.encode())
    request_stamps(vault, comp)
    with pytest.raises(UnreachableError):
        post("http://127.0.0.1:1/", b"x")
    assert send_waiting(vault, comp) == (1, 1)
    assert sorted(states(comp)) == [("one", "waiting", False), ("two", "good", True)]


def test_without_an_authority_no_request_is_made(tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        with vault.case(cid) as comp, pytest.raises(UsageError):
            request_stamps(vault, comp)


@pytest.mark.parametrize(
    ("url", "root"),
    [("ftp://x", b"-----BEGIN CERTIFICATE-----"), ("https://x", b"no"), ("file:///etc/passwd", b"-----BEGIN CERTIFICATE-----"), ("", b"")],
)
def test_what_is_no_authority_is_refused(world, url, root):
    vault, _ = world
    with pytest.raises(UsageError):
        add_authority(vault, "three", url, root)
    assert len(vault.settings.authorities) == 2


def test_requests_travel_as_files_and_replies_come_back_as_files(world, authorities, tmp_path):
    vault, comp = world
    request_stamps(vault, comp)
    made = write_requests(comp, tmp_path / "stick")
    assert len(made) == 2
    said = b"".join(path.read_bytes() for path in made)
    assert not [word for word in (comp.cid, comp.seat.device, "a1 ") if word.encode() in said]
    for number, (path, one) in enumerate(zip(made, authorities)):
        (tmp_path / f"{number}.tsr").write_bytes(one.stamp_offline(path.read_bytes()))
    assert import_reply(comp, tmp_path / "1.tsr") == made[1].stem
    assert import_reply(comp, tmp_path / "0.tsr") == made[0].stem
    assert states(comp) == [("one", "good", True), ("two", "good", True)]
    with pytest.raises(BadInput):
        import_reply(comp, tmp_path / "0.tsr")


def test_a_request_says_nothing_and_two_of_one_state_share_nothing(world):
    vault, comp = world
    request_stamps(vault, comp)
    one, two = (base64.b64decode(entry.record.request) for entry in waiting(comp))
    assert (
        not {one[at : at + 16] for at in range(len(one) - 16)} & {two[at : at + 16] for at in range(20, len(two) - 16)} - {one[:16]}
        or one[25:57] != two[25:57]
    )
    assert len(one) < 120 and len(two) < 120


def test_a_reply_to_another_request_or_of_another_authority_is_refused(world, authorities, tmp_path):
    vault, comp = world
    request_stamps(vault, comp)
    first, second = waiting(comp)
    requests = [base64.b64decode(one.record.request) for one in (first, second)]
    for entry, reply in (
        (first, authorities[0].stamp_offline(requests[1])), (first, authorities[1].stamp_offline(requests[0])), (second, authorities[0].stamp_offline(requests[1])),
        (first, b""), (first, b"\x30\x00"), (first, authorities[0].stamp_offline(requests[0])[:-1]),
    ):  # fmt: skip
        with pytest.raises(TimestampError):
            take_reply(comp, entry, reply)
    assert [state for _, state, _ in states(comp)] == ["waiting", "waiting"]


@pytest.mark.parametrize("days", [-400, -3, 3, 400])
def test_a_reply_whose_time_is_far_from_now_is_not_taken(world, authorities, days):
    vault, comp = world
    request_stamps(vault, comp)
    entry = waiting(comp)[0]
    reply = authorities[0].forge(base64.b64decode(entry.record.request), datetime.now(UTC) + timedelta(days=days))
    with pytest.raises(TimestampError):
        take_reply(comp, entry, reply)


def test_stamps_outlive_the_rotation_of_their_authoritys_certificate(authorities, tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        add_authority(vault, "two", authorities[1].url, authorities[1].ca_pem)
        with vault.case(cid) as comp:
            request_stamps(vault, comp)
            assert send_waiting(vault, comp, answered(authorities)) == (1, 0)
            authorities[1].rotate()
            assert states(comp) == [("two", "good", True)]
            request_stamps(vault, comp)
            assert send_waiting(vault, comp, answered(authorities)) == (1, 0)
            assert states(comp) == [("two", "good", True)] * 2
    with opened(tmp_path / "vault", PASSPHRASE) as vault, vault.case(cid) as comp:
        assert states(comp) == [("two", "good", True)] * 2


def test_stock_openssl_checks_what_is_exported(world, authorities, tmp_path):
    vault, comp = world
    request_stamps(vault, comp)
    send_waiting(vault, comp, answered(authorities))
    for entry in read_book(comp).of(Kind.STAMP):
        folder = tmp_path / entry.id
        export_stamp(comp, entry.id, folder)
        words = ["openssl", "ts", "-verify", "-data", "stamped.bin", "-in", "reply.tsr", "-CAfile", "root.pem"]
        chain = ["-untrusted", "chain.pem"] if (folder / "chain.pem").read_bytes() else []
        done = subprocess.run([*words, *chain], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Verification: OK" in done.stdout, done.stderr
        (folder / "stamped.bin").write_bytes((folder / "stamped.bin").read_bytes() + b"x")
        assert subprocess.run([*words, *chain], cwd=folder, capture_output=True, check=False).returncode != 0


def test_an_export_of_a_stamp_writes_over_nothing_and_a_waiting_one_is_not_exported(world, authorities, tmp_path):
    vault, comp = world
    request_stamps(vault, comp)
    with pytest.raises(BadInput):
        export_stamp(comp, waiting(comp)[0].id, tmp_path / "out")
    send_waiting(vault, comp, answered(authorities))
    (tmp_path / "out").mkdir(exist_ok=True)
    (tmp_path / "out" / "reply.tsr").write_bytes(b"mine")
    with pytest.raises(BadInput):
        export_stamp(comp, read_book(comp).of(Kind.STAMP)[0].id, tmp_path / "out")
    assert (tmp_path / "out" / "reply.tsr").read_bytes() == b"mine"


def test_a_stamp_still_covers_the_history_after_more_was_written_and_after_a_rotation(world, authorities):
    from habeas.vault.rotation import Change, rotate

    vault, comp = world
    request_stamps(vault, comp)
    send_waiting(vault, comp, answered(authorities))
    edit(comp, Kind.STATEMENT, "S002", {"summary": "later"}, "")
    add_statement(comp, {"side": "witness", "act": "present"})
    rotate(comp, Change())
    assert states(comp) == [("one", "good", True), ("two", "good", True)]


def test_a_history_that_is_another_than_the_stamped_one_is_found(world, authorities, tmp_path):
    """The log is made anew by whoever holds the keys: the same length, other events. The stamp tells."""
    vault, comp = world
    checkpoint = checkpoint_of(comp)
    assert matches(comp, checkpoint)
    lines = checkpoint.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("device "))
    for position in (2, 3, 4, 5):
        words = lines[at].split(" ")
        words[position] = ("0" * len(words[position])) if position in (3, 5) else str(int(words[position]) + 1)
        assert not matches(comp, "\n".join([*lines[:at], " ".join(words), *lines[at + 1 :]])), position
    other_cid = imported(vault, CaseBuilder(title="another"), tmp_path / "other")
    with vault.case(other_cid) as other:
        assert not matches(other, checkpoint)


def test_a_log_that_lost_its_last_commits_no_longer_matches(authorities, tmp_path):
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, CaseBuilder(), tmp_path / "case")
        add_authority(vault, "one", authorities[0].url, authorities[0].ca_pem)
        with vault.case(cid) as comp:
            edit(comp, Kind.STATEMENT, "S002", {"summary": "the last word"}, "")
            checkpoint = checkpoint_of(comp)
            device = comp.seat.device
        log = max((vault.disk.root / "cases" / cid / "log" / device).iterdir())
        content = log.read_bytes()
        log.write_bytes(content[: len(content) - 10])
        for path in (vault.disk.root / "index").iterdir():
            path.unlink()
        with vault.case(cid) as comp:
            assert not matches(comp, checkpoint)
            assert comp.alarms


def test_a_checkpoint_of_another_form_never_passes_for_a_match(world):
    _, comp = world
    checkpoint = checkpoint_of(comp)
    empty = "\n".join(line for line in checkpoint.split("\n") if not line.startswith("device "))
    assert not matches(comp, empty)
    assert not matches(comp, "")
    assert not matches(comp, checkpoint.replace(comp.cid, "case-000000000000"))
