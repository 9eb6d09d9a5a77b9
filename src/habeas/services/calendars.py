"""Deadlines and tasks for a calendar (RFC 5545), with neutral titles: a calendar is synchronised, shown on a locked screen, read by others.

An entry says "Habeas", the case's random id and the task's; never what is to be done or for whom.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from habeas.locale import tr


def calendar(agenda: Iterable[tuple[str, str, str]], stamp: str) -> bytes:
    """The ``.ics`` of :func:`habeas.services.cases.agenda`. Entries without a day are left out.

    ``stamp``: the moment it was made (YYYY-MM-DDTHH:MM:SSZ).
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Habeas//deadlines//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    made = stamp.replace("-", "").replace(":", "")
    title = tr("Reminder")
    for day, cid, task in agenda:
        if not day[:1].isdigit():
            continue
        first = min(date.fromisoformat(day), date.max - timedelta(days=1))
        lines += [
            "BEGIN:VEVENT", f"UID:{task}-{cid}@habeas.invalid", f"DTSTAMP:{made}", f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{first + timedelta(days=1):%Y%m%d}", _folded(f"SUMMARY:{title} {cid[5:11]}-{task[:6]}"), "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT", "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", "TRIGGER:-P3D", "END:VALARM", "END:VEVENT",
        ]  # fmt: skip
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def _folded(line: str) -> str:
    """Lines of more than 75 octets are folded (RFC 5545, 3.1)."""
    data, out = line.encode(), []
    while len(data) > 75:  # noqa: PLR2004
        cut = 75
        while data[cut] & 0xC0 == 0x80:  # noqa: PLR2004  # never inside a letter
            cut -= 1
        out.append(data[:cut].decode())
        data = b" " + data[cut:]
    return "\r\n".join([*out, data.decode()])
