"""The index of a compartment: an encrypted SQLite file that answers questions quickly and is never the truth.

It is keyed from the epoch, so that a rotation makes it unreadable; it is deleted and made anew from the log then. Searching is in
`words`. Sources: SQLite3 Multiple Ciphers (through apsw-sqlite3mc), SQLite FTS5.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import apsw

from habeas.seal.age.header import hkdf
from habeas.vault.errors import CipherMissingError, DamagedError
from habeas.vault.events import Line, Recorded, Sealed, Shredded, Touched, Withdrawn, decode_line

VERSION = 1
_PLAIN = b"SQLite format 3\x00"


def require_cipher() -> None:
    """Refuse a database library that would ignore the key: plain ``apsw`` has the same module name."""
    if not hasattr(apsw, "mc_version"):
        raise CipherMissingError


def index_key(epoch_secret: bytes) -> bytes:
    """32 bytes that die with the epoch."""
    return hkdf(epoch_secret, b"", b"habeas/index/v1")


def ids_of(line: Line) -> Sequence[str]:
    """The items that an event is about."""
    if isinstance(line, (Sealed, Recorded)):
        return (line.id,)
    return line.ids if isinstance(line, (Touched, Withdrawn, Shredded)) else ()


class Index:
    """One open index. `fresh` tells that it was made anew and is empty."""

    def __init__(self, path: Path, key: bytes, *, in_memory: bool = False) -> None:
        """Open the file, or make it anew where it is missing, of another version, or does not open with ``key``.

        ``in_memory``: for a vault that cannot be written to.
        """
        require_cipher()
        if in_memory:
            self.fresh = self._spoiled = False
            self._path, self._key = path.parent / "none", key
            self._db = apsw.Connection(":memory:")
            self._make_tables()
            return
        self._path, self._key = path, key
        self.fresh = self._spoiled = False
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # what SQLite puts beside it gets the same rights
        try:
            self._open()
            if self.get("version") != VERSION:
                raise apsw.NotADBError
        except (apsw.Error, DamagedError):
            self.destroy()
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._open()
            self._make()

    def _open(self) -> None:
        self._db = apsw.Connection(str(self._path))
        self._db.pragma("cipher", "chacha20")
        self._db.pragma("key", "raw:" + self._key.hex())  # the 32 bytes as they are: they are random, and need no PBKDF2
        self._db.pragma("cache_size", -65_536)
        self._db.pragma("temp_store", 2)
        self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", 1)
        self._db.pragma("secure_delete", 1)

    def _make_tables(self) -> None:
        self._db.execute(resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
        self.put("version", VERSION)
        self.fresh = True

    def _make(self) -> None:
        self._make_tables()
        with self._path.open("rb") as stream:
            if stream.read(16) == _PLAIN:
                self.destroy()
                raise CipherMissingError

    def close(self) -> None:
        """Close the file; the write-ahead log goes with it."""
        self._db.close()
        if self._spoiled:
            self.destroy()

    def destroy(self) -> None:
        """Delete the file and what lies beside it."""
        if hasattr(self, "_db"):
            self._db.close()
        for ending in ("", "-wal", "-shm", "-journal"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def get(self, key: str) -> Any:  # an SQLite value
        """A value under ``key``, or None."""
        return next((row[0] for row in self._db.execute("SELECT value FROM meta WHERE key = ?", (key,))), None)

    def put(self, key: str, value: object) -> None:
        """Keep a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of one query. Raises DamagedError where the file is spoiled; it is deleted when it is closed, and made anew then."""
        try:
            yield from self._db.execute(sql, tuple(values))
        except apsw.Error:
            self._spoiled = True
            raise DamagedError("the index; open the case again, and it is made anew") from None

    def change(self, sql: str, values: Sequence[object] = ()) -> None:
        """One statement that gives no rows."""
        self._db.execute(sql, tuple(values))

    def transaction(self) -> apsw.Connection:
        """``with index.transaction():`` all or nothing."""
        return self._db

    def add_device(self, row: Sequence[object]) -> None:
        """How far a device's log was read: (dev, n, h, segment, end, size, roots, lamport)."""
        self._db.execute("INSERT OR REPLACE INTO device VALUES (?,?,?,?,?,?,?,?)", tuple(row))

    def add_frame(self, row: Sequence[object]) -> None:
        """(dev, n, h, lamport, t, state, payload of a body that does not open yet)."""
        self._db.execute("INSERT OR REPLACE INTO frame VALUES (?,?,?,?,?,?,?)", tuple(row))

    def add_events(self, lamport: int, dev: str, n: int, lines: Iterable[tuple[bytes, Line]]) -> None:
        """The events of one commit."""
        seq = self._seq()
        events, items, gone = [], [], []
        for i, (raw, line) in enumerate(lines):
            seq += 1
            events.append((seq, lamport, dev, n, i, type(line).__name__, raw))
            items += [(one, seq) for one in ids_of(line)]
            if isinstance(line, Shredded):
                gone += [(one, seq) for one in line.payloads]
        self._db.executemany("INSERT INTO event VALUES (?,?,?,?,?,?,?)", events)
        self._db.executemany("INSERT OR IGNORE INTO item VALUES (?,?)", items)
        self._db.executemany("INSERT OR IGNORE INTO gone VALUES (?,?)", gone)
        self._last = seq

    def _seq(self) -> int:
        if not hasattr(self, "_last"):
            self._last = next(self.rows("SELECT coalesce(max(seq), 0) FROM event"))[0]
        return self._last

    def events(self, names: Sequence[str] = (), about: str = "", commit: tuple[str, int] | None = None) -> Iterator[tuple[str, int, str, Line]]:
        """(device, n, t, event) in the order that the chain gives; only of ``names``, only about one item, only of one commit (device, n)."""
        sql = "SELECT event.dev, event.n, frame.t, event.line FROM event JOIN frame ON frame.dev = event.dev AND frame.n = event.n"
        values: list[object] = []
        where = []
        if about:
            sql += " JOIN item ON item.seq = event.seq"
            where.append("item.id = ?")
            values.append(about)
        if commit:
            where.append("event.dev = ? AND event.n = ?")
            values += commit
        if names:
            where.append(f"event.e IN ({','.join('?' * len(names))})")
            values += names
        if where:
            sql += " WHERE " + " AND ".join(where)
        sql += " ORDER BY event.lamport, event.dev, event.n, event.i"
        for dev, n, t, line in self.rows(sql, values):
            yield dev, n, t, decode_line(line)

    def add_seen(self, device: str, seen: Mapping[str, tuple[int, str]]) -> None:
        """What the last commit of a device claims to have seen of others."""
        self._db.executemany("INSERT OR REPLACE INTO seen VALUES (?,?,?,?)", [(device, other, n, h) for other, (n, h) in seen.items()])

    def get_seen(self) -> list[tuple[str, int, str]]:
        """(device, n, h) that others claim to have seen."""
        return list(self._db.execute("SELECT other, n, h FROM seen"))

    def whole(self) -> bool:
        """Whether each device has as many frames here as were read, and as many events as its Merkle tree has leaves."""
        frames = "SELECT n, (SELECT count(*) FROM frame WHERE frame.dev = device.dev AND frame.n <= device.n) FROM device"
        if any(n != count for n, count in self.rows(frames)):
            return False
        counted = dict(self.rows("SELECT dev, count(*) FROM event GROUP BY dev"))
        refused = {dev for (dev,) in self.rows("SELECT DISTINCT dev FROM frame WHERE state <> 'ok'")}
        sizes = self.rows("SELECT dev, size FROM device WHERE roots IS NOT NULL")
        return all(counted.get(dev, 0) == size for dev, size in sizes if dev not in refused)

    def gone(self) -> frozenset[str]:
        """Payloads that were shredded."""
        return frozenset(row[0] for row in self.rows("SELECT payload FROM gone"))


def fingerprint(parts: Iterable[str]) -> str:
    """SHA-256 over lines, for heads that two people compare by another way."""
    return hashlib.sha256("".join(one + "\n" for one in parts).encode()).hexdigest()
