"""Writes the golden vault of format 1 and what has to be read from it. Run once, with the release that fixed the format:

    python tests/golden/make_golden.py

Everything in it is made up. Its keys are public: it protects nothing. A later release must open it, and it is never written anew.
"""

import contextlib
import hashlib
import io
import shutil
import sys
import tarfile
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), *sys.path[1:]] if str(HERE.parent) not in sys.path else []

from simulators.case_builder import CaseBuilder  # noqa: E402

from habeas.domain.case import Exhibit  # noqa: E402
from habeas.services.casebook import read_book  # noqa: E402
from habeas.services.cases import import_folder, set_hold  # noqa: E402
from habeas.services.changing import add_statement, edit, withdraw  # noqa: E402
from habeas.services.erasing import shred  # noqa: E402
from habeas.services.exhibits import custody, open_exhibit, seal_into_kit  # noqa: E402
from habeas.services.people import admit, join_case, make_card, seal_only_kit  # noqa: E402
from habeas.services.records import add_cells, history  # noqa: E402
from habeas.services.stamping import add_authority, request_stamps, waiting  # noqa: E402
from habeas.services.syncing import sync_case  # noqa: E402
from habeas.vault.events import Because, Kind  # noqa: E402
from habeas.vault.folder_store import FolderStore  # noqa: E402
from habeas.vault.roster import Role  # noqa: E402
from habeas.vault.rotation import Change, rotate  # noqa: E402
from habeas.vault.vault import check_recovery, create_vault, make_recovery  # noqa: E402

PASSPHRASE = "golden vault, open to all"
WORK = 10
ROOT = """-----BEGIN CERTIFICATE-----
bm8gYXV0aG9yaXR5IGF0IGFsbA==
-----END CERTIFICATE-----
"""


def clock() -> str:
    """A clock that stands still."""
    return "2026-11-25T12:00:00Z"


def builder() -> CaseBuilder:
    """Three statements and two exhibits of a person who is plainly made up."""
    made = CaseBuilder(title="Золотой образец: Person Q (synthetic)", notes='A quotation mark " and a line.')
    made.statements = made.statements[:3]
    made.change("S002", when="1977-08/1977-09", summary="A party took Person Q away. Его увезли.")
    return made.add_exhibit("2", "two.bin", bytes(range(256)) * 8, title="Bytes", obtained_from="Quillon Abernard")


def make(folder: Path) -> dict[str, object]:
    """Make everything below ``folder``; what has to be read from it."""
    first, second = (create_vault(folder / name, PASSPHRASE, code, clock, work=WORK) for name, code in (("vault", "a1"), ("second", "b2")))
    words = make_recovery(first, 2, 3)
    check_recovery(first, list(words[:2]))
    cid = import_folder(first, builder().write(folder / "case"), _day()).cid
    (folder / "store").mkdir()
    store = "store"  # by a name that tells nothing of this machine
    with first.case(cid) as comp:
        edit(comp, Kind.STATEMENT, "S003", {"quote": "Пустое место."}, "исправлено по записи")
        add_cells(comp, Kind.CONTACT, {"person": "Ravella Corvonte", "channel": "signal", "address": "a made-up address"}, "")
        add_cells(comp, Kind.NOTE, {"text": "Заметка: a remark."}, "")
        add_cells(comp, Kind.TASK, {"title": "Ask again", "due_on": "2027-01-31"}, "")
        add_statement(comp, {"side": "press", "act": "present", "summary": "to be shredded"})
        add_statement(comp, {"side": "press", "act": "present", "summary": "withdrawn"})
        withdraw(comp, Kind.STATEMENT, ("S005",), Because.DUPLICATE, "twice")
        set_hold(comp, on=True, until=None, reason="")
        gone = read_book(comp).find(Kind.STATEMENT, "S004")
        shred(comp, [gone], Because.ORDERED, "an order, made up", override=True)
        text, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2")
        sync_case(first, comp, store)
    join_case(second, text, FolderStore(folder / "store"))
    with second.case(cid) as comp:
        sync_case(second, comp, store)
        edit(comp, Kind.STATEMENT, "S001", {"locator": "line 3"}, "by the second device")
        sync_case(second, comp, store)
    with first.case(cid) as comp:
        sync_case(first, comp, store)
        device = seal_only_kit(comp, folder / "kit", "field")
        (folder / "found.txt").write_bytes(b"Found in the field. \xd0\xb4\xd0\xb0\n")
        seal_into_kit(folder / "kit", [folder / "found.txt"], Exhibit(number="1", title="From the field"))
        sync_case(first, comp, "kit")
        rotate(comp, Change())
        sync_case(first, comp, store)
    with second.case(cid) as comp:
        sync_case(second, comp, store)
    add_authority(first, "nobody", "https://localhost/none", ROOT.encode())
    with first.case(cid) as comp:
        sync_case(first, comp, store)
        request_stamps(first, comp)
    with first.case(cid) as comp:
        expected = told(first, comp, gone.id, device, folder)
    first.close()
    second.close()
    return {"passphrase": PASSPHRASE, "words": list(words), "case": cid, **expected}


def _day():
    from datetime import date

    return date(2027, 11, 25)


def told(vault, comp, gone: str, kit: str, scratch: Path) -> dict[str, object]:
    """Everything that has to be read, as plain values."""
    book = read_book(comp)
    exhibits = {}
    for one in book.of(Kind.EXHIBIT):
        target = scratch / f"opened-{one.record.number}"
        open_exhibit(comp, one.record.number, target, "for the golden vault")
        exhibits[one.record.number] = {"sha256": hashlib.sha256(target.read_bytes()).hexdigest(), "size": target.stat().st_size}
    return {
        "code": vault.settings.code,
        "head": msgspec.to_builtins(book.case()),
        "kinds": sorted([one.kind.value, one.key, one.withdrawn, len(one.revisions)] for one in book.entries),
        "contacts": [msgspec.to_builtins(one.record) for one in book.of(Kind.CONTACT)],
        "notes": [one.record.text for one in book.of(Kind.NOTE)],
        "exhibits": exhibits,
        "history": {key: [[c.why, c.who, c.words, c.changed] for c in history(comp, Kind.STATEMENT, key)] for key in ("S001", "S003")},
        "shredded": {"id": gone, "custody": [[step.what, step.why, step.words] for step in custody(comp, gone)]},
        "stamps_waiting": len(waiting(comp)),
        "members": sorted([one.code, one.role.value, one.active] for one in comp.roster.members),
        "kit": kit,
        "roster": [comp.roster.version, comp.roster_digest],
        "alarms": [str(alarm) for alarm in comp.alarms],
        "verified": [sorted(str(problem) for problem in checked.problems) for _, checked in [_checked(comp)]],
    }


def _checked(comp):
    from habeas.vault.doctor import verify_compartment

    return comp.cid, verify_compartment(comp)


def packed(folder: Path) -> bytes:
    """vault, second, kit and store as one tar.xz whose entries hold no name of whoever made it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for name in ("vault", "second", "kit", "store") for path in (folder / name).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_dir() or name.split("/")[1] in ("index", "lock", "tmp"):
                continue
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = path.stat().st_size, 0o600
            tar.addfile(entry, io.BytesIO(path.read_bytes()))
    return stream.getvalue()


def main(out: Path) -> None:
    """Write vault-v1.tar.xz and expected.json; never over what is there."""
    scratch = out / "scratch"
    scratch.mkdir(parents=True)
    try:
        with contextlib.chdir(scratch):
            expected = make(Path())
        content = packed(scratch)
        with (out / "vault-v1.tar.xz").open("xb") as stream:
            stream.write(content)
        with (out / "expected.json").open("xb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(expected, order="sorted"), indent=1) + b"\n")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "vault-v1")
