"""One case: what is committed is read back, a torn end is healed, and what is missing, older or changed is named and costs nothing else."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.vaults import add, add_exhibit, admit, bare_case, clock, flip, record_of, reopened, three

from habeas.seal.age import seal_file
from habeas.seal.note import sign_note
from habeas.vault.compartment import new_id, open_compartment
from habeas.vault.errors import DamagedError, NotAllowedError, NotReadyError, RosterError, UnreadableError, VaultError
from habeas.vault.events import Because, Kind, Touched, What, Why, Withdrawn
from habeas.vault.recovery import readmit
from habeas.vault.roster import Role
from habeas.vault.seat import Pins, Seat
from habeas.vault.sync import sync


@pytest.fixture
def comp(tmp_path):
    return bare_case(tmp_path).comp


@pytest.fixture(autouse=True)
def closed(comp):
    yield
    comp.close()


def segment_of(comp):
    return comp.disk.root / comp.log(comp.seat.device).path(comp.known[comp.seat.device].at.segment)


def heads_of(comp):
    """Header packs in the order in which they were written; their names are their content's."""
    return sorted((comp.disk.root / path for path in comp.disk.files(f"{comp.folder}/heads")), key=lambda path: path.stat().st_mtime_ns)


def records(comp):
    return [line for _, _, _, line in comp.index.events(("Recorded",))]


def test_what_is_committed_is_read_back_now_and_at_the_next_start(comp):
    statement = add(comp, {"id": "S001", "summary": "Он видел её"}, reason="asked again")
    exhibit, content = add_exhibit(comp, b"a letter")
    for start in (lambda: comp, lambda: reopened(comp)):
        one = start()
        assert record_of(one, statement) == {"id": "S001", "summary": "Он видел её"}
        assert one.read_content(one.envelope(exhibit).content) == b"a letter"
        assert one.envelope(exhibit).content.payload == content
        assert one.words(records(one)[0].reason) == "asked again"
        assert not one.alarms
        one.close()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_536, (1 << 20) - 100, 1 << 20, 3_000_001])
def test_an_exhibit_of_any_size_comes_back_to_the_byte(comp, size):
    content = os.urandom(size)
    exhibit, _ = add_exhibit(comp, content)
    again = reopened(comp)
    assert again.read_content(again.envelope(exhibit).content) == content
    again.close()


def test_revisions_name_the_one_before_and_stay_readable(comp):
    first = add(comp, {"v": 1}, rid="s1")
    second = add(comp, {"v": 2}, rid="s1", previous=first)
    assert [line.previous for line in records(comp)] == ["", first]
    assert [record_of(comp, one)["v"] for one in (first, second)] == [1, 2]


@pytest.mark.slow
@settings(max_examples=8)
@given(st.lists(st.lists(st.tuples(st.sampled_from(Kind), st.text(max_size=20)), max_size=4), min_size=1, max_size=5))
def test_any_commits_are_read_back_in_order(tmp_path_factory, commits):
    comp, _ = bare_case(tmp_path_factory.mktemp("c"))
    written = []
    for some in commits:
        draft = comp.draft()
        written += [(draft.record(kind, new_id(), {"t": text}, Why.ADDED), kind, text) for kind, text in some]
        comp.commit(draft)
    again = reopened(comp)
    assert [(line.payload, line.kind) for line in records(again)] == [(payload, kind) for payload, kind, _ in written]
    assert [record_of(again, payload)["t"] for payload, _, _ in written] == [text for _, _, text in written]
    assert again.known[again.seat.device].at.n == len(commits)
    again.close()


def test_what_is_only_drafted_is_nothing(comp):
    comp.draft().record(Kind.NOTE, "n1", {"x": 1}, Why.ADDED)
    again = reopened(comp)
    assert not records(again)
    assert not again.alarms
    again.close()


@pytest.mark.parametrize("rid", ["Иванов", "a b", "", "x" * 41, "A1", "a\n"])
def test_an_id_that_would_not_be_read_again_is_not_written(comp, rid):
    draft = comp.draft()
    with pytest.raises((VaultError, ValueError)):  # noqa: PT012  # either may refuse it
        draft.record(Kind.NOTE, rid, {"x": 1}, Why.ADDED)
        comp.commit(draft)


# Damage


@pytest.mark.parametrize("tail", [b"\0", b"\0\0\1\0" + bytes(60), bytes(500)])
def test_a_torn_end_is_healed_and_nothing_is_said(comp, tail):
    payload = add(comp, {"n": 1})
    path, whole = segment_of(comp), segment_of(comp).read_bytes()
    path.write_bytes(whole + tail)
    again = reopened(comp)
    assert path.read_bytes() == whole
    assert not again.alarms
    add(again, {"n": 2})
    once_more = reopened(again)
    assert record_of(once_more, payload) == {"n": 1}
    assert len(records(once_more)) == 2
    assert not once_more.alarms
    once_more.close()


def test_a_crash_before_the_pins_were_written_loses_no_commit(comp):
    add(comp, {"n": 1})
    pins, index = comp.disk.root / comp._pins_path, comp.disk.root / comp.index_path
    before = pins.read_bytes()
    add(comp, {"n": 2})
    comp.close()
    pins.write_bytes(before)
    index.unlink()
    again = reopened(comp)
    assert [record_of(again, line.payload)["n"] for line in records(again)] == [1, 2]
    assert not again.alarms
    again.close()


@pytest.mark.parametrize("index", ["kept", "gone"])
def test_an_acknowledged_commit_that_is_missing_is_an_alarm(comp, index):
    add(comp, {"n": 1})
    end = comp.known[comp.seat.device].at.end
    add(comp, {"n": 2})
    path = segment_of(comp)
    path.write_bytes(path.read_bytes()[:end])
    if index == "gone":
        comp.close()
        (comp.disk.root / comp.index_path).unlink()
    again = reopened(comp)
    assert [str(one) for one in again.alarms] == [f"acknowledged commits are missing or damaged: device {comp.seat.device}, commit 2"]
    assert [record_of(again, line.payload)["n"] for line in records(again)] == [1]
    again.close()


def test_the_last_acknowledged_commit_flipped_is_an_alarm_and_is_left_as_it_is(comp):
    add(comp, {"n": 1})
    add(comp, {"n": 2})
    path = segment_of(comp)
    flip(path, -5)
    content = path.read_bytes()
    comp.close()
    (comp.disk.root / comp.index_path).unlink()
    again = reopened(comp)
    assert any("missing or damaged" in str(one) for one in again.alarms)
    assert path.read_bytes() == content
    again.close()


def test_a_commit_damaged_in_the_middle_is_named_with_what_stands_behind_it(comp):
    for n in range(3):
        add(comp, {"n": n})
    flip(segment_of(comp), comp.known[comp.seat.device].at.end // 2)
    comp.close()
    (comp.disk.root / comp.index_path).unlink()
    again = reopened(comp)
    said = [str(one) for one in again.alarms]
    assert any("missing or damaged" in one and one.endswith("commit 2") for one in said)
    behind = [line.payload for line in records(again)]
    try:
        written = [add(again, {"n": 4})]
    except VaultError:
        written = []
    once_more = reopened(again)
    once_more.remake_index()
    assert [line.payload for line in records(once_more)] == behind + written
    once_more.close()


@pytest.mark.parametrize("index", ["kept", "gone"])
def test_a_device_whose_own_commits_are_missing_does_not_write_over_their_numbers(comp, index):
    """Others may have seen them: two signed commits of one number are a fork, and everybody would freeze this device."""
    add(comp, {"n": 1})
    end = comp.known[comp.seat.device].at.end
    add(comp, {"n": 2})
    path = segment_of(comp)
    path.write_bytes(path.read_bytes()[:end])
    comp.close()
    if index == "gone":
        (comp.disk.root / comp.index_path).unlink()
    again = reopened(comp)
    with pytest.raises(VaultError):
        add(again, {"n": 3})
    again.close()


def test_a_fully_read_log_that_changes_under_a_fitting_index_is_found_at_the_latest_with_a_new_index(comp):
    add(comp, {"n": 1})
    add(comp, {"n": 2})
    flip(segment_of(comp), 110)
    again = reopened(comp)
    again.remake_index()
    assert again.alarms
    again.close()


def test_a_clock_that_goes_backwards_changes_no_order(tmp_path):
    times = iter([f"2026-01-0{n}T00:00:00Z" for n in (9, 3, 7, 1)] + ["1970-01-01T00:00:00Z"] * 9)
    comp, _ = bare_case(tmp_path / "x")
    comp.clock = lambda: next(times)
    for n in range(4):
        add(comp, {"n": n})
    again = reopened(comp)
    assert [record_of(again, line.payload)["n"] for line in records(again)] == [0, 1, 2, 3]
    assert [t for _, _, t, _ in again.index.events()][1:3] == ["2026-01-03T00:00:00Z", "2026-01-07T00:00:00Z"]
    assert not again.alarms
    again.close()


def test_one_damaged_header_costs_one_record_which_is_named(comp):
    payloads = [add(comp, {"n": n}) for n in range(4)]
    path = heads_of(comp)[1]
    flip(path, 34 + 60)  # in the first header: the record's
    again = reopened(comp)
    with pytest.raises(VaultError, match=payloads[1][:12]):
        again.envelope(payloads[1])
    assert [record_of(again, payload)["n"] for payload in (payloads[0], *payloads[2:])] == [0, 2, 3]
    again.close()


@pytest.mark.slow
def test_every_flipped_bit_of_headers_is_found_and_what_it_costs_is_named(comp):
    """One bit in each byte of one file of headers: the record or its commit is told of, and the other records stay readable."""
    payloads = [add(comp, {"n": n}) for n in range(2)]
    path = heads_of(comp)[-1]
    silent = []
    for at in range(0, path.stat().st_size, 7):
        flip(path, at, 2)
        comp.load()
        said = bool(comp.alarms)
        try:
            assert record_of(comp, payloads[1]) == {"n": 1}
        except VaultError as error:
            said |= payloads[1][:12] in str(error)
        assert record_of(comp, payloads[0]) == {"n": 0}
        if not said or (len(records(comp)) == 2 and not said):
            silent.append(at)
        flip(path, at, 2)
    assert silent == []


def test_a_commit_whose_header_is_missing_is_an_alarm(comp):
    add(comp, {"n": 0})
    add(comp, {"n": 1})
    heads_of(comp)[-1].unlink()
    again = reopened(comp)
    again.remake_index()
    assert len(records(again)) == 1
    assert again.alarms
    again.close()


def test_one_damaged_exhibit_costs_itself_alone(comp):
    one, _ = add_exhibit(comp, b"one" * 100)
    large, content = add_exhibit(comp, bytes(2 << 20))
    two, _ = add_exhibit(comp, b"two" * 100)
    flip(comp.disk.root / comp.folder / "blobs" / content[:2] / content, 1 << 20)
    again = reopened(comp)
    with pytest.raises(DamagedError, match=content[:12]):
        again.read_content(again.envelope(large).content)
    assert again.read_content(again.envelope(one).content) == b"one" * 100
    assert again.read_content(again.envelope(two).content) == b"two" * 100
    again.close()


def test_a_missing_pack_costs_what_was_in_it_alone(comp):
    one = add(comp, {"n": 1})
    two = add(comp, {"n": 2})
    path = comp.objects.spots[bytes.fromhex(one)].path
    comp.disk.remove(path)
    again = reopened(comp)
    with pytest.raises(UnreadableError):
        again.envelope(one)
    assert record_of(again, two) == {"n": 2}
    again.close()


# Pins, rosters, roles


def test_pins_never_go_back(comp):
    for n in range(3):
        add(comp, {"n": n})
    pins = Pins.read(comp.disk, comp._pins_path, comp.seat.identity)
    assert pins.logs[comp.seat.device] == (3, comp.known[comp.seat.device].at.h.hex())
    path = segment_of(comp)
    path.write_bytes(b"")
    again = reopened(comp)
    assert again.alarms
    assert Pins.read(comp.disk, comp._pins_path, comp.seat.identity).logs == pins.logs
    again.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 9000, b'{"logs":"\xff"}', b'{"logs":7}', b"\xff"])
def test_pins_that_were_damaged_are_told_and_not_taken_for_none(comp, content):
    for written in (content, seal_file(content, [comp.seat.identity.recipient])):
        (comp.disk.root / comp._pins_path).write_bytes(written)
        check(comp)


def check(comp):
    with pytest.raises(DamagedError):
        Pins.read(comp.disk, comp._pins_path, comp.seat.identity)


def test_an_older_list_of_members_put_back_is_refused(comp):

    path = comp.disk.root / comp.folder / "members"
    admit(comp, Seat.generate(), "b", Role.READER)
    (path / "0002.age").unlink()
    with pytest.raises(RosterError, match="older"):
        reopened(comp)


def test_a_damaged_list_of_members_is_named(comp):
    flip(comp.disk.root / comp.folder / "members" / "0001.age", -3)
    with pytest.raises(RosterError, match=r"damaged: 0001\.age"):
        reopened(comp)


def test_a_stranger_opens_nothing(comp):
    comp.close()
    for path in comp.disk.files("local"):
        comp.disk.remove(path)
    with pytest.raises(RosterError):
        open_compartment(comp.disk, comp.cid, Seat.generate(), clock)


@pytest.mark.parametrize("at", [25, -3], ids=["in the line for this device", "in its content"])
@pytest.mark.parametrize("name", ["0001.age", "0002.age", "0003.age", "0004.age"])
def test_an_older_list_of_members_that_this_device_opened_once_is_named_when_it_is_damaged(comp, name, at):
    payload = add(comp, {"n": 1})
    admit(comp, Seat.generate(), "b", Role.READER)
    for code in "cde":
        admit(comp, Seat.generate(), code, Role.READER)
    flip(comp.disk.root / comp.folder / "members" / name, at)
    again = reopened(comp)
    assert [str(one) for one in again.alarms] == [f"damaged file members/{name}"]
    assert record_of(again, payload) == {"n": 1}
    again.close()


def test_a_device_whose_trust_began_late_blames_no_list_that_it_never_could_open(tmp_path):
    """Recovered with words: the lists before are closed to it. Where the one that trust began with is damaged or gone, those before stay blameless."""
    made = bare_case(tmp_path)
    admit(made.comp, Seat.generate(), "b", Role.READER)
    admit(made.comp, Seat.generate(), "c", Role.READER)
    made.comp.close()
    seat = Seat.generate()
    for path in made.comp.disk.files("local"):
        made.comp.disk.remove(path)
    readmit(made.comp.disk, made.comp.cid, seat, "a", made.recovery)
    again = open_compartment(made.comp.disk, made.comp.cid, seat, clock)
    assert not again.alarms
    admit(again, Seat.generate(), "d", Role.READER)
    admit(again, Seat.generate(), "e", Role.READER)
    trust = again.disk.root / again.folder / "members" / "0004.age"
    again.close()
    flip(trust, -3)
    damaged = open_compartment(made.comp.disk, made.comp.cid, seat, clock)
    assert [str(one) for one in damaged.alarms] == ["damaged file members/0004.age"]
    damaged.close()
    trust.unlink()
    gone = open_compartment(made.comp.disk, made.comp.cid, seat, clock)
    assert not gone.alarms
    gone.close()


def test_a_later_format_is_not_guessed_at(comp):
    """It says so in FORMAT and in its lists of members, so that one flipped bit in FORMAT alone closes nothing."""
    folder = comp.disk.root / comp.folder
    (folder / "FORMAT").write_bytes(b"habeas-compartment/2\n")
    note = sign_note(f"habeas-roster/2\n{comp.cid}\ne30=\n", [(comp.seat.device, comp.seat.signer)])
    (folder / "members" / "0001.age").write_bytes(seal_file(note, [comp.seat.identity.recipient]))
    with pytest.raises(DamagedError, match="later version"):
        reopened(comp)


@pytest.mark.parametrize("content", [b"", b"habeas-compartment/1\ncase-other\n", b"habeas-compartment/2\n", b"\xff"])
def test_a_damaged_format_costs_nothing_and_is_named(comp, content):
    payload = add(comp, {"n": 1})
    (comp.disk.root / comp.folder / "FORMAT").write_bytes(content)
    again = reopened(comp)
    assert [str(one) for one in again.alarms] == ["damaged file FORMAT"]
    assert record_of(again, payload) == {"n": 1}
    again.close()


def test_events_without_a_record_are_kept_and_found(comp):
    draft = comp.draft()
    draft.events += [Touched(what=What.CITED, ids=("s1",), reason=draft.text("for the memorandum")), Withdrawn(ids=("s1",), because=Because.MISTAKE)]
    comp.commit(draft)
    again = reopened(comp)
    assert [type(line).__name__ for _, _, _, line in again.index.events(about="s1")] == ["Touched", "Withdrawn"]
    assert again.words(next(line for _, _, _, line in again.index.events(("Touched",))).reason) == "for the memorandum"
    assert again.words("") == ""
    assert again.words("00" * 32) == "—"
    again.close()


def test_no_text_of_the_case_stands_in_any_file(comp):
    word = b"KINGFISHER"
    add(comp, {"summary": "KINGFISHER " * 40}, reason="KINGFISHER")
    add(comp, {"phone": "KINGFISHER"}, Kind.CONTACT)
    add_exhibit(comp, word * 1000, {"title": "KINGFISHER"})
    add_exhibit(comp, word * 200_000, {"title": "KINGFISHER"})
    comp.close()
    for path in comp.disk.root.rglob("*"):
        assert not path.is_file() or word not in path.read_bytes(), path.name


def test_head_fingerprints_are_the_same_exactly_where_the_histories_are(comp):
    first = comp.head_fingerprint()
    again = reopened(comp)
    assert again.head_fingerprint() == first
    add(again, {"n": 1})
    assert again.head_fingerprint() != first
    again.close()


def test_a_device_that_left_writes_nothing(comp):
    comp.removed = True
    with pytest.raises((NotAllowedError, NotReadyError)):
        comp.draft()


def test_a_list_of_members_of_a_later_version_in_a_store_stops_an_older_reader_from_pushing(tmp_path):
    with three(tmp_path) as world:
        note = sign_note(f"habeas-roster/2\n{world.a.cid}\ne30=\n", [(world.a.seat.device, world.a.seat.signer)])
        path = world.folder / "store" / world.a.cid / "members" / f"{world.a.roster.version + 1:04}.age"
        path.write_bytes(seal_file(note, [one.seat.identity.recipient for one in world.all()]))
        add(world.b, {"n": 1})
        done = sync(world.b, world.store, "s")
        assert done.pushed == 0
        assert any("later version" in str(one) for one in done.alarms)


def test_a_commit_of_a_later_version_is_told_as_such_and_its_case_stays_readable(tmp_path, monkeypatch):
    with three(tmp_path) as case:
        payload = add(case.b, {"id": "S1"})
        monkeypatch.setattr("habeas.vault.compartment.version_of", lambda _: 3)
        add(case.b, {"id": "S2"})
        said = case.sync_all()
        assert any("of a later version; use a newer Habeas" in one for one in said)
        assert record_of(case.a, payload) == {"id": "S1"}
