"""Throws changed bytes at every parser of the vault and of its seals (atheris): nothing but typed errors may come out.

python tools/fuzz/fuzz.py list                          the targets
python tools/fuzz/fuzz.py all SECONDS [FOLDER]          each for SECONDS; one line each with the executions, crashes kept in FOLDER
python tools/fuzz/fuzz.py TARGET SECONDS [FOLDER]       one
python tools/fuzz/fuzz.py TARGET FILE                   what one kept input does, without atheris
python tools/fuzz/fuzz.py seeds                         each target once on its own seeds, without atheris

Seeds are real objects, made anew at each start. See README.md beside this file.
"""

import base64
import contextlib
import hashlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPLAY = len(sys.argv) == 3 and not sys.argv[2].isdigit()

if REPLAY or sys.argv[1:2] in (["list"], ["all"], ["seeds"]):
    watched = contextlib.nullcontext()
else:
    import atheris

    watched = atheris.instrument_imports(include=["habeas"])

with watched:
    from habeas.domain.errors import HabeasError
    from habeas.seal import note, timestamp
    from habeas.seal.age import armor, dearmor, files, header, keys, open_file, seal_file
    from habeas.seal.age.header import seal_header_with_passphrase
    from habeas.seal.age.keys import Identity, Recipient
    from habeas.seal.canonical import canonical
    from habeas.seal.ed25519 import Signer
    from habeas.vault import events, frames, kit, objects, recovery, roster
    from habeas.vault.disk import Disk
    from habeas.vault.keyring import Epoch
    from habeas.vault.seat import Pins, Seat

header.HIGHEST_WORK_FACTOR = 3  # a changed figure must not cost a gigabyte
kit.self_test = int  # what it checks is checked elsewhere, and takes longer than all the rest

OWNER = Identity(hashlib.sha256(b"owner").digest())
SIGNER, SECOND, MALLORY = (Signer(bytes([number]) * 32) for number in (1, 2, 3))
PASSPHRASE = "correct horse battery"
CASE, DEVICE = "case-0123456789ab", "aabbccddeeff"
SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))


def plain_age():
    text = b"x" * 70_000
    both = [OWNER.recipient, Identity.generate().recipient]
    return [
        seal_file(b"", [OWNER.recipient]),
        seal_file(b"a letter", both),
        seal_file(text, [OWNER.recipient]),
        files.seal_with_passphrase(b"a letter", PASSPHRASE, 2),
    ]


def headers_of(content):
    return [header.split(one)[0] for one in content]


def age_header(data):
    header.open_header(data, [OWNER], PASSPHRASE)


def age_file(data):
    with contextlib.suppress(HabeasError):
        files.open_with_passphrase(data, PASSPHRASE)
    open_file(data, [OWNER])


def age_armor(data):
    binary = dearmor(data)
    if dearmor(armor(binary)) != binary:
        raise AssertionError("armor does not give back what it took")


def bech32(data):
    text = data.decode("utf-8", "replace")
    for parse in (lambda: Identity.parse(text).text(), lambda: Recipient.parse(text).text):
        with contextlib.suppress(HabeasError):
            if parse().lower() != text.strip().lower():
                raise AssertionError("two spellings of one key")
    keys.parse_identities(text)


def bech32_seeds():
    mine = OWNER.text().encode()
    return [mine, mine.lower(), OWNER.recipient.text.encode(), b"# a comment\r\n\r\n" + mine + b"\n" + Identity.generate().text().encode()]


def signed_note(data):
    found = note.parse_note(data)
    signed = note.signers(found, {"one": SIGNER.public, "two": SECOND.public})
    if signed and note.parse_note(note.add_signature(data, "three", MALLORY)).text != found.text:
        raise AssertionError("a signature changed the text")


def note_seeds():
    return [note.sign_note("a\nb\n", [("one", SIGNER)]), note.sign_note("a\n", [("one", SIGNER), ("two", SECOND)])]


def member(number, signer, role, until=-1):
    return roster.Member(device=f"{number:012x}", code=f"c{number}", role=role, sign=signer.public.hex(), age=OWNER.recipient.text, until=until)


def a_roster(version=1, previous=""):
    holder = roster.Holder(age=OWNER.recipient.text, sign=MALLORY.public.hex())
    members = (member(1, SIGNER, roster.Role.ADMIN), member(2, SECOND, roster.Role.READER), member(3, MALLORY, roster.Role.SEAL_ONLY, 4))
    return roster.Roster(
        compartment=CASE, version=version, previous=previous, epoch="1-00000000", recipient=OWNER.recipient.text,
        contacts=OWNER.recipient.text, members=members, holders=(holder,),
    )  # fmt: skip


FIRST = roster.sign_roster(a_roster(), [("000000000001", SIGNER)])
NEXT = roster.sign_roster(a_roster(2, roster.digest_of(FIRST)), [("000000000001", SIGNER)])


def roster_note(data):
    """The bytes as a whole note; then as what stands in a note that an admin signed."""
    before = roster.admit_first(FIRST, CASE)
    with contextlib.suppress(HabeasError):
        roster.admit_first(data, CASE).readers()
    with contextlib.suppress(HabeasError):
        roster.missing_signatures(before, data)
    text = f"habeas-roster/1\n{CASE}\n{base64.b64encode(data).decode()}\n"
    signed = note.sign_note(text, [("000000000001", SIGNER)])
    roster.admit_next(before, signed, roster.digest_of(FIRST)).readers()


def roster_seeds():
    return [FIRST, NEXT, canonical(a_roster(2, roster.digest_of(FIRST)))]


def commit(data):
    _, lines = events.decode_commit(data)
    for line in lines:
        found = events.decode_line(line)
        if events.decode_line(events.encode_line(found)) != found:
            raise AssertionError("an event is not what it was")


def commit_seeds():
    h = "ab" * 32
    some = [
        events.Sealed(id="a1", payload=h, size=3, commitment=h),
        events.Recorded(kind=events.Kind.NOTE, id="a2", payload=h, size=3, commitment=h, why=events.Why.ADDED, previous=h, reason=h),
        events.Touched(what=events.What.OPENED, ids=("a1",), reason=h, about=h),
        events.Withdrawn(ids=("a1",), because=events.Because.MISTAKE, back=True),
        events.Shredded(ids=("a1",), payloads=(h,), because=events.Because.ORDERED, override=True),
        events.Held(on=True, until="2027-01-01"),
        events.Rotated(epoch="2-00000000", roster=2, headers=9),
        events.Admitted(roster=2),
        events.Erased(roster=2),
    ]
    head = events.CommitHead(v=1, seq=1, t="2026-11-25T00:00:00Z", epoch="1-0", roster=1, seen={DEVICE: (1, h)}, root=h, size=len(some))
    return [events.encode_commit(head, [events.encode_line(one) for one in some]), events.encode_commit(head, [])]


def log(data):
    start = frames.genesis(CASE, DEVICE)
    reading = frames.read_frames(data, SIGNER.public, start)
    if (reading.end == len(data)) is not (reading.tail is frames.Tail.CLEAN):
        raise AssertionError("clean is what was read to its end")
    previous = start
    for frame in reading.frames:
        if not frames.follows(frame, previous):
            raise AssertionError("a frame does not follow")
        previous = frame.h


def log_seeds():
    one, h = frames.encode_frame(frames.genesis(CASE, DEVICE), b"first", SIGNER)
    two, h = frames.encode_frame(h, b"", SIGNER)
    three, _ = frames.encode_frame(h, b"third" * 9, SIGNER)
    return [one, one + two + three, one + two[:-1], one[:30] + two + three]


def heads(data):
    found = list(objects.decode_headers(data))
    if objects.decode_headers(objects.encode_headers(found)) is None or sum(len(one.header) for one in found) > len(data):
        raise AssertionError("more headers than bytes")
    for one in found:
        with contextlib.suppress(HabeasError):
            header.open_header(one.header, [OWNER])


def heads_seeds():
    made = [objects.Header(hashlib.sha256(bytes([n])).digest(), header.seal_header(bytes(16), [OWNER.recipient])) for n in range(3)]
    return [objects.encode_headers(made), objects.encode_headers(made[:1])[:-3] + objects.encode_headers(made[1:])]


def pack(data):
    """The bytes as a pack on the disk whose name is right, and what can be saved of it."""
    size = len(objects.PACK) + 4
    count = struct.unpack_from(">I", data, len(objects.PACK))[0] if len(data) >= size else 0
    name = hashlib.sha256(data[: size + 36 * min(count, 1 << 16)]).hexdigest()
    for payload, at, length in objects.salvage_pack(data):
        piece = data[at : at + length]
        if hashlib.sha256(piece).digest() != payload:
            raise AssertionError("salvaged what no hash vouches for")
    disk = Disk(SCRATCH)
    (SCRATCH / "packs").mkdir(exist_ok=True)
    (SCRATCH / "packs" / name).write_bytes(data)
    try:
        held = objects.Objects(disk, "")
        held.path = lambda one: one
        held.load_pack(name)
        for payload in held.spots:
            with contextlib.suppress(HabeasError):
                held.read(payload)
        objects.read_directory(disk, f"packs/{name}")
    finally:
        (SCRATCH / "packs" / name).unlink()


def pack_seeds():
    some = [(hashlib.sha256(piece).digest(), piece) for piece in (b"one", b"", b"three" * 40)]
    return [objects.pack_bytes(some)[1], objects.pack_bytes([])[1], objects.pack_bytes(some)[1][:-5]]


def kit_json(data):
    folder = SCRATCH / "kit"
    folder.mkdir()
    try:
        (folder / "kit.json").write_bytes(data)
        kit.Kit(folder, lambda: "2026-11-25T00:00:00Z").add([({"number": "1"}, [b"x"])])
    finally:
        shutil.rmtree(folder)


def kit_seeds():
    kit.make_kit(SCRATCH / "seed", CASE, DEVICE, SIGNER, OWNER.recipient, 1)
    fresh = (SCRATCH / "seed" / "kit.json").read_bytes()
    kit.Kit(SCRATCH / "seed", lambda: "2026-11-25T00:00:00Z").add([({"number": "1"}, [b"x"])])
    used = (SCRATCH / "seed" / "kit.json").read_bytes()
    shutil.rmtree(SCRATCH / "seed")
    return [fresh, used]


def pins(data):
    """What stands in pins that were sealed for us."""
    (SCRATCH / "pins").write_bytes(seal_file(data, [OWNER.recipient]))
    found = Pins.read(Disk(SCRATCH), "pins", OWNER)
    found.write(Disk(SCRATCH), "again", OWNER.recipient)
    if Pins.read(Disk(SCRATCH), "again", OWNER) != found:
        raise AssertionError("pins are not what they were")


def pins_seeds():
    made = Pins(
        logs={DEVICE: (3, "ab" * 32)}, roster=(2, "cd" * 32), trust="ef", shown={"stick": {DEVICE: 9}}, frozen=[DEVICE], taken=["heads/s-a/b"]
    )
    made.write(Disk(SCRATCH), "pins", OWNER.recipient)
    return [open_file((SCRATCH / "pins").read_bytes(), [OWNER]), b"{}"]


def seat(data):
    """What stands in a seat or a key file that was sealed for us."""
    sealed = seal_file(data, [OWNER.recipient])
    with contextlib.suppress(HabeasError):
        Epoch.open("1-00000000", sealed, OWNER, OWNER)
    Seat.open(sealed, OWNER)


def seat_seeds():
    made = Seat("aabbccddeeff", OWNER, SIGNER)
    epoch = Epoch.next("")
    return [
        open_file(made.seal(OWNER.recipient), [OWNER]),
        open_file(epoch.seal(OWNER.recipient, with_contacts=True, second=None), [OWNER]),
        open_file(epoch.seal(OWNER.recipient, with_contacts=False, second=OWNER.recipient), [OWNER]),
    ]


def words(data):
    recovery.Recovery.from_words(data.decode("utf-8", "replace").split("\n"))


def words_seeds():
    made = recovery.Recovery(bytes(range(32)))
    two = made.words(2, 3)
    return ["\n".join(two[:2]).encode(), two[0].encode(), made.words(1, 1)[0].encode(), "\n".join(two).encode()]


class Stamps:
    """A reply of a real authority (OpenSSL), made when first asked for."""

    reply = request = root = b""
    digest = hashlib.sha256(b"salt and checkpoint").digest()

    @classmethod
    def seeds(cls):
        sys.path.insert(0, str(ROOT / "tests"))
        from simulators.tsa import Authority

        authority = Authority(SCRATCH / "tsa", name="One", middle=True)
        cls.request, cls.root = timestamp.request_for(cls.digest), authority.ca_pem
        return [authority.stamp_offline(cls.request)]

    @classmethod
    def check(cls, data):
        with contextlib.suppress(HabeasError):
            timestamp.read_reply(data, cls.request)
        timestamp.verify_token(data, cls.digest, [cls.root])


TARGETS = {
    "age-header": (age_header, lambda: headers_of(plain_age()) + [seal_header_with_passphrase(bytes(16), PASSPHRASE, 2)]),
    "age-file": (age_file, lambda: [*plain_age(), *map(armor, plain_age()[:2])]),
    "armor": (age_armor, lambda: [armor(one) for one in (b"", b"x", b"x" * 47, b"x" * 48, b"x" * 49)]),
    "bech32": (bech32, bech32_seeds),
    "note": (signed_note, note_seeds),
    "roster": (roster_note, roster_seeds),
    "commit": (commit, commit_seeds),
    "frames": (log, log_seeds),
    "heads": (heads, heads_seeds),
    "pack": (pack, pack_seeds),
    "kit": (kit_json, kit_seeds),
    "pins": (pins, pins_seeds),
    "seat": (seat, seat_seeds),
    "timestamp": (Stamps.check, Stamps.seeds),
    "words": (words, words_seeds),
}


def typed_only(target):
    def run(data):
        with contextlib.suppress(HabeasError):
            target(data)

    return run


def start(name, seconds, folder):
    target, seeds = TARGETS[name]
    corpus = SCRATCH / "corpus"
    corpus.mkdir()
    for seed in seeds():
        typed_only(target)(seed)
        (corpus / f"{zlib.crc32(seed):08x}").write_bytes(seed)
    longest = max(4096, *(one.stat().st_size + 512 for one in corpus.iterdir()))
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={folder}/{name}-",
        f"-max_len={longest}",
        "-timeout=20",
        "-rss_limit_mb=3000",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], typed_only(target))
    atheris.Fuzz()


def run_all(seconds, folder):
    failed = []
    for name in TARGETS:
        command = [sys.executable, __file__, name, str(seconds), str(folder)]
        said = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        runs = re.findall(r"Done (\d+) runs", said.stderr) or re.findall(r"^#(\d+)", said.stderr, re.MULTILINE) or ["0"]
        print(f"{name:12} {int(runs[-1]):>10,} executions  {'no crash' if said.returncode == 0 else 'CRASH'}", flush=True)
        if said.returncode:
            failed.append(name)
            (folder / f"{name}.txt").write_text(said.stdout + said.stderr, encoding="utf-8")
    return len(failed)


def main():
    if sys.argv[1:] == ["seeds"]:
        for name, (target, seeds) in TARGETS.items():
            made = seeds()
            for seed in made:
                typed_only(target)(seed)
            print(f"{name:12} {len(made)} seeds")
        return 0
    if len(sys.argv) < 3:
        print(__doc__ if sys.argv[1:] != ["list"] else "\n".join(TARGETS))
        return 0
    folder = Path(sys.argv[3] if len(sys.argv) > 3 else "fuzz-out")
    if REPLAY:
        TARGETS[sys.argv[1]][1]()
        typed_only(TARGETS[sys.argv[1]][0])(Path(sys.argv[2]).read_bytes())
        print("nothing but typed errors")
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "all":
        return run_all(int(sys.argv[2]), folder)
    return start(sys.argv[1], int(sys.argv[2]), folder) or 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
