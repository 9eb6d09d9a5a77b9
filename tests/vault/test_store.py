"""Laws of every store, asked of a folder and of a bucket behind real HTTP; then what each kind alone can suffer."""

import errno
import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from simulators.s3_server import BUCKET, REGION, S3Server

from habeas.domain.errors import HabeasError
from habeas.vault import folder_store, object_store
from habeas.vault.object_store import MOST_NAMES, PART, ObjectStore
from habeas.vault.store import FolderStore, keeps_what_is_there, open_store
from habeas.vault.store_errors import (
    StoreContentChangedError,
    StoreMissingError,
    StoreNameError,
    StoreRefusedError,
    StoreTooLargeError,
    StoreUnreachableError,
)

NASTY = (
    "", ".", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", "A", "a b", "a\\b", "c:x", "ä", ".hidden", "a/.partial", "-x", "a/-x",
    "a.", "a./b", "nul", "a/con.age", "com1", "a\n", "a\0b", "a%2fb", "a?b", "x" * 201,
)  # fmt: skip


@pytest.fixture
def running(tmp_path_factory):
    """A server of its own for each test: a late request of another one leaves nothing here."""
    with S3Server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def server(running):
    yield running
    running.faults()
    for file in (running.folder / "objects").iterdir():
        file.unlink()


@pytest.fixture
def bucket(server):
    return open_store(server.address, server.credentials)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "stick").mkdir()
    return open_store(str(tmp_path / "stick"), {})


@pytest.fixture(params=["folder", "bucket"])
def store(request):
    return request.getfixturevalue(request.param)


class Endless(io.RawIOBase):
    """`size` bytes that are nowhere held in memory."""

    def __init__(self, size):
        self.left = size

    def read(self, most=-1):
        piece = bytes(min(self.left, most))
        self.left -= len(piece)
        return piece


# laws of every store


def test_what_was_put_is_got_and_listed(store):
    assert store.put_new("blobs/ab/abcdef", b"sealed")
    assert store.put_new("log-1.seg", b"")
    assert store.get("blobs/ab/abcdef", 6) == b"sealed"
    assert store.get("log-1.seg", 0) == b""
    assert store.names("") == {"blobs/ab/abcdef": 6, "log-1.seg": 0}


@pytest.mark.parametrize("size", [3, 300_000, PART + 1])
def test_a_name_is_given_once_and_the_first_object_stays(store, size):
    first, second = b"1" * size, b"2" * size
    assert store.put_new("a/b", first)
    assert not store.put_new("a/b", second)
    assert not store.put_new_from("a/b", io.BytesIO(second), size)
    assert store.get("a/b", size) == first


def test_a_deleted_name_is_free_again_and_deleting_nothing_is_fine(store):
    store.delete("a/b/c")
    store.put_new("a/b/c", b"1")
    store.delete("a/b/c")
    store.delete("a/b/c")
    assert store.names("") == {}
    assert store.put_new("a/b/c", b"2")


def test_a_listing_ends_at_the_border_of_a_folder(store):
    for name in ("log/d1/1", "log/d1/2", "log/d10/1", "logs/1"):
        store.put_new(name, b"x")
    assert store.names("log/d1").keys() == store.names("log/d1/").keys() == {"log/d1/1", "log/d1/2"}
    assert store.names("log").keys() == {"log/d1/1", "log/d1/2", "log/d10/1"}
    assert store.names("nothing/here") == store.names("logs/1") == {}


@pytest.mark.parametrize("call", [lambda s: s.get("a/b", 9), lambda s: s.get_into("a/b", id, 9), lambda s: s.get_into("a/b", id, 9, start=3)])
def test_an_object_that_is_not_there_is_missing(store, call):
    with pytest.raises(StoreMissingError):
        call(store)


def test_more_than_expected_is_not_taken(store):
    taken = []
    store.put_new("a", b"12345")
    for call in (lambda: store.get("a", 4), lambda: store.get_into("a", taken.append, 4), lambda: store.get_into("a", taken.append, 4, start=2)):
        with pytest.raises(StoreTooLargeError):
            call()
    assert taken == []


def test_a_stream_comes_in_small_chunks_and_resumes_at_any_byte(store):
    content = os.urandom(3_500_000)
    store.put_new_from("a", io.BytesIO(content), len(content))
    chunks = []
    assert store.get_into("a", chunks.append, len(content)) == len(content)
    assert b"".join(chunks) == content and max(map(len, chunks)) <= 1 << 20 and all(type(chunk) is bytes for chunk in chunks)
    for start in (1, 1 << 20, len(content) - 1, len(content), len(content) + 5):
        rest = []
        assert store.get_into("a", rest.append, len(content), start=start) == max(0, len(content) - start)
        assert b"".join(rest) == content[start:]


def test_an_error_of_the_sink_comes_through_as_it_is(store):
    def full(_chunk):
        raise OSError(errno.ENOSPC, "full")

    store.put_new("a", b"1")
    with pytest.raises(OSError, match="full"):
        store.get_into("a", full, 1)


@pytest.mark.parametrize("size", [10, 2 * PART + 10])
@pytest.mark.parametrize("announced", [-1, 1])
def test_a_stream_of_another_size_stores_nothing(store, size, announced):
    with pytest.raises(StoreContentChangedError):
        store.put_new_from("a", Endless(size), size + announced)
    assert store.names("") == {}


def test_a_stream_that_cannot_be_read_stores_nothing_and_does_not_blame_the_store(store):
    class Broken(Endless):
        def read(self, most=-1):
            if self.left < PART:
                raise OSError(errno.EIO, "bad sector")
            return super().read(most)

    with pytest.raises(StoreContentChangedError):
        store.put_new_from("a", Broken(3 * PART), 3 * PART)
    assert store.names("") == {}


def test_progress_rises_to_the_size(store):
    heard = []
    store.put_new_from("a", Endless(2 * PART + 1), 2 * PART + 1, heard.append)
    assert heard == sorted(heard) and heard[-1] == 2 * PART + 1


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_are_refused_before_anything_happens(store, name):
    calls = [lambda: store.get(name, 1), lambda: store.get_into(name, id, 1), lambda: store.put_new(name, b"1"), lambda: store.delete(name)]
    calls += [lambda: store.put_new_from(name, Endless(1), 1)] + [lambda: store.names(name)] * (name not in ("", "a/"))
    for call in calls:
        with pytest.raises(StoreNameError) as refusal:
            call()
        assert not name.strip("./-") or len(name) < 4 or name not in str(refusal.value)


@pytest.mark.parametrize("content", [b"x", b"x" * 300_000])
def test_of_many_that_put_one_name_at_once_exactly_one_is_told_so(store, content):
    for round_ in range(10):
        start = threading.Barrier(8)

        def put(number, start=start, name=f"a/{round_}"):
            start.wait()
            return store.put_new(name, content + bytes([number])), number

        with ThreadPoolExecutor(8) as pool:
            winners = [number for won, number in pool.map(put, range(8)) if won]
        assert len(winners) == 1
        assert store.get(f"a/{round_}", 1 << 20) == content + bytes(winners)


PUT = """
import sys, time
from habeas.vault.store import open_store
store = open_store(sys.argv[1], {"access_key": sys.argv[2], "secret_key": sys.argv[3]})
time.sleep(max(0, float(sys.argv[4]) - time.time()))
print(sum(store.put_new(f"a/{n}", sys.argv[5].encode()) for n in range(50)))
"""


def address_of(store, server):
    return str(store._root) if isinstance(store, FolderStore) else server.address


def child(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def test_of_two_processes_each_name_goes_to_exactly_one(store, server):
    at = time.time() + 1.5
    children = [child(PUT, address_of(store, server), *server.credentials.values(), at, which) for which in "xyz"]
    counts = [int(process.communicate(timeout=60)[0]) for process in children]
    assert sum(counts) == 50


MOVE = r"""
import hashlib, io, re, sys
def peak():  # not ru_maxrss: a child inherits its parent's
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
from habeas.vault.store import open_store
class Endless(io.RawIOBase):
    left = size = 200 << 20
    def read(self, most):
        piece = (self.left.to_bytes(8, "big") * (1 << 17))[: min(self.left, most)]
        self.left -= len(piece)
        return piece
store = open_store(sys.argv[1], {"access_key": sys.argv[2], "secret_key": sys.argv[3]})
store.put_new("small", b"1"); store.get("small", 1)
before = peak()
stream, digest = Endless(), hashlib.sha256()
assert store.put_new_from("large", stream, stream.size)
sent = peak()
assert store.get_into("large", digest.update, stream.size) == stream.size
got = peak()
want, again = hashlib.sha256(), Endless()
while piece := again.read(1 << 20):
    want.update(piece)
assert want.digest() == digest.digest()
print(sent - before, got - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_200_megabytes_pass_through_in_flat_memory(store, server):
    process = child(MOVE, address_of(store, server), *server.credentials.values())
    sent, got = map(int, process.communicate(timeout=120)[0].split())
    assert sent <= got < 40 << 10, f"grew by {sent} kB to send, {got} kB in all"


# addresses


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "http://127.0.0.1/x", "ftp://x", "file:///x", "s3://", "s3://vault", "s3://vault/x?endpoint=https://h", "s3://vault?region=r",
        "s3://vault?endpoint=http://example.org&region=r", "s3://vault?endpoint=ftp://127.0.0.1&region=r", "s3://vault?endpoint=https://&region=r",
        "s3://vault?endpoint=https://u:p@h&region=r", "s3://u:p@vault?endpoint=https://h&region=r", "s3://vault?endpoint=https://h/p&region=r",
        "s3://vault?endpoint=https://h&region=r&region=q", "s3://vault?endpoint=https://h&region=r&secret_key=s", "s3://vault/../x?endpoint=https://h&region=r",
        "s3://vault?endpoint=https://h&region=r#f", "s3://vault?endpoint=https://h:99999&region=r", "s3://VAULT?endpoint=https://h&region=r",
        "s3://vault?endpoint=https://h&region=a%20b", "s3://vault?endpoint=http://127.0.0.1.example.org&region=r", "s3://vault?endpoint=https://h,*&region=r",
    ],
)  # fmt: skip
def test_an_address_that_says_too_little_too_much_or_something_else_is_refused(address):
    with pytest.raises(StoreNameError):
        open_store(address, {"access_key": "a", "secret_key": "s"})


@pytest.mark.parametrize("credentials", [{}, {"access_key": "a"}, {"access_key": "a", "secret_key": ""}])
def test_a_bucket_without_credentials_is_refused_before_anything_is_sent(credentials, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    with pytest.raises(StoreRefusedError):
        open_store("s3://vault?endpoint=https://example.org&region=r", credentials)


# a bucket


def test_a_bucket_may_have_no_prefix(server):
    store = open_store(f"s3://{BUCKET}?endpoint={server.url}&region={REGION}", server.credentials)
    store.put_new("a/b", b"1")
    assert store.names("") == {"a/b": 1}
    assert server.object("a/b", prefix="").read_bytes() == b"1"


def test_a_bucket_that_does_not_exist_is_a_wrong_address(server):
    store = open_store(server.address.replace(BUCKET, "elsewhere"), server.credentials)
    for call in (lambda: store.names(""), lambda: store.put_new("a", b"1"), lambda: store.put_new_from("a", Endless(2 * PART), 2 * PART)):
        with pytest.raises(StoreNameError):
            call()


def test_the_endpoint_may_be_given_by_name(server):
    store = open_store(server.address.replace("127.0.0.1", "localhost"), server.credentials)
    assert store.put_new("a", b"1") and store.names("") == {"a": 1}


@pytest.mark.parametrize("wrong", [{"access_key": "SOMEONE"}, {"secret_key": "a guess"}])
def test_wrong_credentials_are_named_as_such(server, wrong):
    store = open_store(server.address, {**server.credentials, **wrong})
    calls = [lambda: store.names(""), lambda: store.get("a", 1), lambda: store.put_new("a", b"1"), lambda: store.delete("a")]
    for call in [*calls, lambda: store.put_new_from("a", Endless(2 * PART), 2 * PART), lambda: store.get_into("a", id, 9, start=1)]:
        with pytest.raises(StoreRefusedError, match="access key"):
            call()


def test_a_server_that_is_down_is_unreachable_soon_and_back_after_its_return(server, bucket):
    bucket.put_new("a", b"1")
    server.stop()
    try:
        calls = [lambda: bucket.names(""), lambda: bucket.get("a", 1), lambda: bucket.put_new("b", b"1"), lambda: bucket.delete("a")]
        for call in [*calls, lambda: bucket.put_new_from("b", Endless(2 * PART), 2 * PART)]:
            begun = time.monotonic()
            with pytest.raises(StoreUnreachableError, match="cannot be reached") as failure:
                call()
            assert time.monotonic() - begun < 10
            assert "127.0.0.1" not in str(failure.value) and failure.value.__cause__ is None
    finally:
        server.start()
    assert bucket.get("a", 1) == b"1"


@pytest.mark.parametrize("call", [lambda s: s.names(""), lambda s: s.put_new("b", b"1"), lambda s: s.put_new_from("b", Endless(2 * PART), 2 * PART)])
def test_a_server_that_never_answers_is_unreachable_after_one_wait(server, monkeypatch, call):
    assert (object_store.READ_WAIT + object_store.CONNECT_WAIT).total_seconds() <= 20
    monkeypatch.setattr(object_store, "READ_WAIT", timedelta(seconds=1))
    monkeypatch.setattr(object_store, "RETRY_WAIT", timedelta(seconds=0.5))
    bucket = open_store(server.address, server.credentials)
    server.faults(slow=5)
    begun = time.monotonic()
    with pytest.raises(StoreUnreachableError):
        call(bucket)
    assert time.monotonic() - begun < 2


@pytest.mark.slow
def test_a_server_that_never_answers_is_unreachable_within_twenty_seconds(server, bucket):
    server.faults(slow=30)
    begun = time.monotonic()
    with pytest.raises(StoreUnreachableError):
        bucket.put_new("b", b"1")
    assert time.monotonic() - begun < 20


@pytest.mark.slow
def test_an_address_where_nobody_is_is_unreachable_within_twenty_seconds():
    store = open_store("s3://vault?endpoint=https://192.0.2.1&region=r", {"access_key": "a", "secret_key": "s"})  # TEST-NET-1
    begun = time.monotonic()
    with pytest.raises(StoreUnreachableError):
        store.names("")
    assert time.monotonic() - begun < 20


def test_a_busy_server_is_asked_again(server, bucket):
    server.faults(every=2)
    assert all(bucket.put_new(f"busy/{n}", b"1") for n in range(5))
    assert len(bucket.names("busy/")) == 5  # a late request of the test before may still leave something elsewhere
    server.faults(every=1)
    with pytest.raises(StoreUnreachableError):
        bucket.get("busy/1", 1)


def test_a_conflict_is_not_taken_for_an_object(server, bucket):
    server.faults(conflicts=1)
    assert bucket.put_new("a", b"1")
    assert bucket.get("a", 1) == b"1"


def test_a_lost_answer_never_makes_two_winners(server, bucket):
    server.faults(lose_answers=1)
    assert not bucket.put_new("a", b"1")  # it was stored, and the second attempt found it
    assert bucket.get("a", 1) == b"1"


def test_a_cut_connection_is_resumed(server, bucket):
    content = os.urandom(3 << 20)
    bucket.put_new("a", content)
    server.faults(cut_after=1 << 20, cuts=2)
    assert bucket.get("a", 3 << 20) == content


def test_after_a_cut_for_good_the_caller_goes_on_from_where_it_came(server, bucket):
    content, taken = os.urandom(3 << 20), bytearray()
    bucket.put_new("a", content)
    server.faults(cut_after=1 << 17, cuts=10_000)
    with pytest.raises(StoreUnreachableError):
        bucket.get_into("a", taken.extend, 3 << 20)
    assert 0 < len(taken) < len(content)
    server.faults()
    bucket.get_into("a", taken.extend, 3 << 20, start=len(taken))
    assert taken == content


def test_listings_come_in_pages_and_may_lie(server, bucket):
    for number in range(7):
        bucket.put_new(f"a/{number}", b"1")
    server.faults(page=2)
    assert len(bucket.names("a")) == 7
    server.faults(hide=["a/3"], add=["A", "ü", ".x"])
    assert bucket.names("").keys() == {f"a/{n}" for n in (0, 1, 2, 4, 5, 6)}


def test_one_name_that_is_no_path_spoils_the_listing_with_an_error_of_ours(server, bucket):
    server.faults(add=["a/../b"])
    with pytest.raises(StoreNameError):
        bucket.names("")


def test_a_listing_that_never_ends_is_given_up(server, bucket, monkeypatch):
    monkeypatch.setattr("habeas.vault.object_store.MOST_NAMES", 5000)
    assert MOST_NAMES > 1_000_000
    server.faults(endless=True)
    with pytest.raises(StoreTooLargeError):
        bucket.names("")


def test_the_login_page_of_a_hotel_is_not_an_empty_store(server, bucket):
    server.faults(nonsense=True)
    with pytest.raises(StoreUnreachableError):
        bucket.names("")


def test_an_old_object_put_back_comes_as_it_is_for_nothing_is_verified_here(server, bucket):
    bucket.put_new("a", b"new")
    server.object("a").write_bytes(b"old")
    assert bucket.get("a", 3) == b"old"


def test_a_store_that_overwrites_is_found_out(server, store):
    assert keeps_what_is_there(store)
    assert store.names("") == {}
    server.faults(ignore_conditions=True)
    assert keeps_what_is_there(store) == isinstance(store, FolderStore)


def test_an_upload_that_fails_leaves_no_parts(server, bucket):
    with pytest.raises(StoreContentChangedError):
        bucket.put_new_from("a", Endless(3 * PART), 3 * PART + 1)
    assert list((server.folder / "uploads").iterdir()) == []


def test_no_redirect_leads_to_another_host(server, bucket, tmp_path):
    with S3Server(tmp_path / "other") as other:
        server.faults(redirect=other.url.replace("127.0.0.1", "localhost"))
        for call in (lambda: bucket.get("a", 1), lambda: bucket.put_new("a", b"1"), lambda: bucket.names("")):
            with pytest.raises(StoreUnreachableError):
                call()
        assert other.requests() == []


HOSTILE = {
    "AWS_ACCESS_KEY_ID": "SOMEONE", "AWS_SECRET_ACCESS_KEY": "else", "AWS_SESSION_TOKEN": "token", "AWS_SKIP_SIGNATURE": "true", "AWS_BUCKET": "other",
    "AWS_REGION": "other", "AWS_CHECKSUM_ALGORITHM": "nonsense", "AWS_SERVER_SIDE_ENCRYPTION": "sse-c", "AWS_CONDITIONAL_PUT": "disabled",
    "AWS_S3_EXPRESS": "true", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true", "AWS_ROLE_ARN": "arn", "AWS_WEB_IDENTITY_TOKEN_FILE": "/etc/hostname",
    "AWS_ALLOW_INVALID_CERTIFICATES": "true", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
}  # fmt: skip


def test_the_environment_has_no_say(server, tmp_path, monkeypatch):
    with S3Server(tmp_path / "other") as other:
        for name in (
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "AWS_PROXY_URL",
            "AWS_ENDPOINT",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_METADATA_ENDPOINT",
        ):
            monkeypatch.setenv(name, other.url)
            monkeypatch.setenv(name.lower() if name.endswith("PROXY") else name, other.url)
        for name, value in HOSTILE.items():
            monkeypatch.setenv(name, value)
        store = open_store(server.address, server.credentials)
        assert store.put_new("a", b"1") and not store.put_new("a", b"2")
        assert store.names("") == {"a": 1}
        assert store.put_new_from("b", Endless(2 * PART), 2 * PART)
        assert other.requests() == []
    assert all(os.environ[name] == value for name, value in HOSTILE.items())


def test_other_threads_run_while_one_waits_for_the_server(server, bucket):
    server.faults(slow=0.5)
    turns, done = [0], threading.Event()

    def count():
        while not done.wait(0.01):
            turns[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    bucket.put_new("a", b"1")
    done.set()
    thread.join()
    assert turns[0] > 10


def test_no_secret_shows_in_the_store_itself(server, bucket):
    assert server.credentials["secret_key"] not in repr(vars(bucket)) and isinstance(bucket, ObjectStore)


# a folder


def test_a_folder_that_is_not_there_is_unreachable_and_not_made(tmp_path):
    store = open_store(str(tmp_path / "pulled out"), {})
    for call in (lambda: store.names(""), lambda: store.get("a", 1), lambda: store.put_new("a", b"1"), lambda: store.delete("a")):
        with pytest.raises(StoreUnreachableError):
            call()
    assert list(tmp_path.iterdir()) == []


def test_what_others_leave_in_a_folder_is_not_seen(folder):
    folder.put_new("a/b", b"1")
    for name in (".DS_Store", "a/._b", "a/.0123.partial", "Thumbs.db", "a/x y"):
        (folder._root / name).write_bytes(b"?")
    (folder._root / ".Trash-1000").mkdir()
    (folder._root / ".Trash-1000" / "a").write_bytes(b"?")
    (folder._root / "empty").mkdir()
    assert folder.names("") == {"a/b": 1}


def test_links_are_never_followed(folder, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_bytes(b"private")
    (folder._root / "link").symlink_to(tmp_path / "outside")
    (folder._root / "file").symlink_to(tmp_path / "outside" / "a")
    (folder._root / "dangling").symlink_to(tmp_path / "outside" / "made")
    assert folder.names("") == folder.names("link") == {}
    for name in ("link/a", "file"):
        with pytest.raises(StoreMissingError):
            folder.get(name, 99)
    with pytest.raises(StoreNameError):
        folder.put_new("link/b", b"1")
    assert not folder.put_new("file", b"1") and not folder.put_new("dangling", b"1")
    folder.delete("link/a")
    folder.delete("file")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "outside").iterdir()] == [("a", b"private")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_in_the_folder_is_missing_and_does_not_block(folder):
    os.mkfifo(folder._root / "pipe")
    assert folder.names("") == {}
    with pytest.raises(StoreMissingError):
        folder.get("pipe", 9)


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_disk_without_links_keeps_what_is_there_too(folder, monkeypatch, exclusive):
    def unsupported(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    if not exclusive:
        monkeypatch.setattr(folder_store, "_rename_exclusively", unsupported)
    elif sys.platform != "linux":
        pytest.skip("tried on Linux")
    assert folder.put_new("a", b"1")
    assert not folder_store._place(folder._root / "a", folder._root / "a")
    (folder._root / ".x.partial").write_bytes(b"2")
    assert not folder_store._place(folder._root / ".x.partial", folder._root / "a")
    assert folder.get("a", 1) == b"1"


def test_nothing_is_left_behind_where_a_put_loses_or_fails(folder):
    folder.put_new("a/b", b"1")
    folder.put_new("a/b", b"2")
    with pytest.raises(StoreContentChangedError):
        folder.put_new_from("a/c", Endless(5), 6)
    assert [path.name for path in (folder._root / "a").iterdir()] == ["b"]


def test_a_full_disk_is_said_in_words_and_leaves_nothing(folder, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/path")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnreachableError, match="No space left") as failure:
        folder.put_new("a", b"1")
    assert "/secret" not in str(failure.value)
    assert folder.names("") == {}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_refuses(folder):
    folder._root.chmod(0o500)
    with pytest.raises(StoreRefusedError):
        folder.put_new("a", b"1")


def test_a_file_is_on_the_disk_before_its_name_is(folder, monkeypatch):
    steps = []
    sync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda descriptor: (steps.append("fsync"), sync(descriptor)))
    monkeypatch.setattr(os, "link", lambda *paths: (steps.append("link"), link(*paths)))
    folder.put_new("a", b"1")
    assert steps == ["fsync", "link", "fsync"]


def test_every_error_is_one_of_ours():
    assert all(
        issubclass(error, HabeasError)
        for error in (StoreMissingError, StoreNameError, StoreRefusedError, StoreTooLargeError, StoreUnreachableError, StoreContentChangedError)
    )
