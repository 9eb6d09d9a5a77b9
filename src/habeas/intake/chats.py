"""Exports of chats: Telegram's ``result.json`` and WhatsApp's ``.txt`` (alone, or in the archive that the telephone makes), message by message.

The export is sealed whole as one exhibit; this only reads it, so that a message can be cited by its number. A date keeps the order of day and month
that the file itself proves; where it proves none (two orders fit, or the days would
not stand one behind the other), the date is left out and its words are shown as they stand. What it does not do: media, other
programs, guessing who a nickname is.

Formats: Telegram Desktop 4 and later, "Machine-readable JSON"; WhatsApp "Export chat" for Android and iOS (undocumented, seen in the field).
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

MOST_BYTES = 256 << 20
"""Of an export's text."""


class NoChatError(Exception):
    """The file is no export of a chat that is known here."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. ``number``: Telegram's own id, else its place in the file from 1; ``on``: EDTF, or empty; ``stamp``: its time as written."""

    number: str
    who: str
    text: str
    on: str = ""
    stamp: str = ""
    attached: str = ""


def read_chat(name: str, untrusted: bytes) -> tuple[Message, ...]:
    """The messages of an export in its own order. Raises NoChatError."""
    if untrusted[:4] == b"PK\x03\x04":
        return _from_archive(untrusted)
    if untrusted.lstrip()[:1] == b"{":
        return tuple(_telegram(untrusted))
    if name.endswith(".txt") or not name:
        return _whatsapp(untrusted)
    raise NoChatError


def _from_archive(untrusted: bytes) -> tuple[Message, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(untrusted)) as archive:
            names = [one for one in archive.infolist() if re.search(r"(^|/)(_chat\.txt|WhatsApp [^/]*\.txt|result\.json)$", one.filename)]
            if len(names) != 1 or names[0].file_size > MOST_BYTES:
                raise NoChatError
            with archive.open(names[0]) as stream:
                inner = stream.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise NoChatError from None
    if len(inner) > MOST_BYTES:
        raise NoChatError
    return tuple(_telegram(inner)) if names[0].filename.endswith(".json") else _whatsapp(inner)


def _telegram(untrusted: bytes) -> Iterator[Message]:
    try:
        whole = json.loads(untrusted)
        messages = whole["messages"]
        if not isinstance(messages, list) or not all(isinstance(one, dict) and "id" in one for one in messages):
            raise NoChatError
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoChatError from None
    seen: set[str] = set()
    for place, one in enumerate(messages, 1):
        if one.get("type", "message") != "message":
            continue
        number = str(one["id"]) if str(one["id"]) not in seen else f"{one['id']} (line {place})"
        seen.add(number)
        yield Message(
            number=_whole(number), who=_whole(str(one.get("from") or one.get("from_id") or "")),
            text=_whole(_flat(one.get("text", ""))), on=_telegram_day(one), stamp=_whole(str(one.get("date", ""))),
            attached=_whole(str(one.get("file_name") or one.get("photo") or one.get("file") or "")),
        )  # fmt: skip


def _whole(text: str) -> str:
    """Half characters (lone surrogates) are shown as what they are: no character."""
    return text.encode("utf-8", "replace").decode()


def _flat(text: Any) -> str:
    """Telegram writes text with links and bold words as a list of parts."""
    if isinstance(text, list):
        return "".join(str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in text)
    return str(text)


def _telegram_day(one: dict[str, Any]) -> str:
    """The local clock of the device that exported, to the minute."""
    found = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)", str(one.get("date", "")))
    if found:
        try:
            datetime.fromisoformat(found[1])
        except ValueError:
            return ""
        return found[1]
    seconds = str(one.get("date_unixtime", ""))
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d~") if seconds.isdecimal() and len(seconds) < 12 else ""  # noqa: PLR2004


_LINE = re.compile(
    r"^(?P<open>\[)?(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{2,4}),?\s+(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.]\d{2})?"
    r"(?:\s?(?P<ap>[AaPp]\.?\s?[Mm]\.?)|\s(?P<odd>[^\d\s\[\]:–-][^\[\]:–-]{0,7}?))?(?(open)\]\s|\s[-–]\s)(?P<rest>.*)$"
)
FIRST_YEAR, LAST_YEAR = 2009, 2099
"""WhatsApp began; an earlier date, or one of another era, was read wrongly."""
_INVISIBLE = str.maketrans("", "", "\u200e\u200f\u202a\u202c")


def _whatsapp(untrusted: bytes) -> tuple[Message, ...]:
    try:
        text = untrusted.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoChatError from None
    heads: list[re.Match[str]] = []
    bodies: list[list[str]] = []
    for line in text.translate(_INVISIBLE).replace("\u202f", " ").replace("\r\n", "\n").split("\n"):
        found = _LINE.match(line)
        if found and (not heads or bool(found["open"]) == bool(heads[0]["open"])):  # a pasted line of another telephone's form is no head
            heads.append(found)
            bodies.append([found["rest"]])
        elif bodies:
            bodies[-1].append(line)
        elif line.strip():
            raise NoChatError
    if len(heads) < 2 or not any(": " in body[0] for body in bodies):  # noqa: PLR2004
        raise NoChatError
    order = _order(heads)
    return tuple(_message(number, head, body, order) for number, (head, body) in enumerate(zip(heads, bodies, strict=True), 1))


def _message(number: int, head: re.Match[str], body: Sequence[str], order: str) -> Message:
    who, found, first = body[0].partition(": ")
    if not found:
        who, first = "", body[0]
    said = "\n".join((first, *body[1:])).strip()
    attached = re.search(r"<attached: ([^>]+)>|^(\S+) \(file attached\)", said)
    stamp = head[0][: head.start("rest")].strip(" -–[]")
    return Message(
        number=str(number), who=who, text=said, on=_day(head, order), stamp=stamp, attached=(attached[1] or attached[2]) if attached else ""
    )


def _order(heads: Sequence[re.Match[str]]) -> str:
    """``ymd``, ``dmy`` or ``mdy`` where some date of the file proves it, else nothing: no order is presumed."""
    if all(len(one["a"]) == 4 for one in heads):  # noqa: PLR2004
        return "ymd"
    first, second = max(int(one["a"]) for one in heads), max(int(one["b"]) for one in heads)
    order = "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ""  # noqa: PLR2004
    days = [_day(one, order)[:10] for one in heads] if order else []
    told = [day for day in days if day]
    return order if told == sorted(told) else ""  # messages stand in the order in which they were sent: else the proof is none


def _day(head: re.Match[str], order: str) -> str:
    """EDTF to the minute. WhatsApp did not exist in another century: its years of two figures are of this one."""
    if not order or head["odd"]:
        return ""
    parts = dict(zip(order, (head["a"], head["b"], head["c"]), strict=True))
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)  # noqa: PLR2004
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ""
    hour, half = int(head["h"]), (head["ap"] or "").lower()[:1]
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        return datetime(year, int(parts["m"]), int(parts["d"]), hour, int(head["m"]), tzinfo=UTC).isoformat()[:16]
    except ValueError:
        return ""
