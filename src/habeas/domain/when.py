"""Dates as people know them: EDTF Level 1 with the extensions of the case folder.

A :class:`When` keeps the original words and four bounds in whole minutes (since 0001-01-01T00:00, proleptic Gregorian,
local time of the place meant, both ends inclusive; ``None`` = unbounded). Nothing is ever truncated: what the parser does
not understand wholly, it refuses with :class:`WhenError` and says what would be right.

What it does not do: no time zones (that is where the ±1 day of :data:`ZONE_SLACK` comes in), no chains of relative dates
(``@S006+P14D`` is parsed here and followed in ``examine.relative``), no seasons, no Julian calendar.

Source: EDTF (ISO 8601-2:2019, Library of Congress profile, Level 1); ``~`` is widened by ±3 days, ±1 month or ±1 year at
day, month or year precision; ``?`` and ``%`` are widened like ``~`` because a doubted date is no narrower than a rough one.
"""

import enum
import re
from datetime import date, timedelta

import msgspec

from habeas.locale import tr

DAY = 1440
"""Minutes in a day."""
ZONE_SLACK = DAY
"""Minutes by which two local clocks in different zones may disagree about a date."""

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?"
    r"(?:T(?P<time>\d{2}:\d{2}))?(?P<doubt>[~?%])?",
    re.ASCII,
)
_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?)?",
    re.ASCII,
)
_RELATIVE = re.compile(
    r"(?P<order>[<>])?@(?P<anchor>[A-Za-z][A-Za-z0-9_.-]{0,31}?)(?:(?P<sign>[+-])(?P<first>P[0-9YMWDTH]+)(?:/(?P<second>P[0-9YMWDTH]+))?)?",
    re.ASCII,
)


class WhenError(ValueError):
    """The words are not a date that this program understands wholly."""


class Truth(enum.Enum):
    """Three-valued answer about uncertain dates: it holds under every reading, under none, or under some."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """A date told by another statement's act: the shift is between ``shift[0]`` and ``shift[1]`` minutes (None = any).

    ``sure``: the latest start and the earliest end of the shift, since a month has 28 to 31 days. ``unit``: to how many minutes the
    duration is given: a week, a day (also where there is none: "the same day"), an hour, half an hour, five minutes or one.
    """

    anchor: str
    order: str = ""
    shift: tuple[int, int] | None = None
    sure: tuple[int, int] | None = None
    unit: int = DAY


class When(msgspec.Struct, frozen=True, kw_only=True):
    """A window of time, and what is sure inside it.

    ``lo``/``hi``: the earliest and latest minute that any reading allows. ``core``: for an interval the latest start and the
    earliest end, the stretch that every reading covers (``None`` where there is none). ``nominal``: the window before
    ``~`` widened it. ``interval`` tells ``A/B`` from a single date. A relative date has no bounds of its own.
    """

    text: str
    lo: int | None = None
    hi: int | None = None
    core: tuple[int | None, int | None] | None = None
    nominal: tuple[int | None, int | None] = (None, None)
    interval: bool = False
    relative: Relative | None = None

    @property
    def bounded(self) -> bool:
        """Whether at least one end is known."""
        return self.lo is not None or self.hi is not None

    def __str__(self) -> str:
        """Give the original words back."""
        return self.text


def parse_when(text: str) -> When:
    """Read one date expression of the case folder; raise :class:`WhenError` naming what would be right."""
    words = text.strip()
    if not words:
        raise WhenError(tr("an empty date; leave the cell empty where the date is not known"))
    if "@" in words:
        return _relative(words)
    if "/" not in words:
        lo, hi, nominal = _date(words)
        return When(text=words, lo=lo, hi=hi, nominal=nominal)
    return _interval(words)


def _interval(words: str) -> When:
    parts = words.split("/")
    if len(parts) != 2:  # noqa: PLR2004
        raise WhenError(tr("more than one '/'; an interval is START/END"))
    start = None if parts[0] in ("", "..") else _date(parts[0])
    end = None if parts[1] in ("", "..") else _date(parts[1])
    if start is None and end is None:
        raise WhenError(tr("'{text}' has neither start nor end; leave the cell empty instead", text=words))
    if start and end and end[2][1] < start[2][0]:
        raise WhenError(tr("'{text}' ends before it starts", text=words))
    sure = (start[1] if start else None, end[0] if end else None)
    unknown = "" in parts  # EDTF: ".." is an open end, an empty one is not known, and nothing is sure towards it
    empty = unknown or (start is not None and end is not None and end[0] < start[1])
    return When(
        text=words,
        lo=start[0] if start else None,
        hi=end[1] if end else None,
        core=None if empty else sure,
        nominal=(start[2][0] if start else None, end[2][1] if end else None),
        interval=True,
    )


def _date(words: str) -> tuple[int, int, tuple[int, int]]:
    """One date: (lo, hi, nominal) in minutes."""
    found = _DATE.fullmatch(words)
    if not found:
        raise WhenError(_advice(words))
    first, last, precision = _days(found, words)
    if found["time"]:
        minute = _minute_of_day(found, words)
        exact = (first.toordinal() - 1) * DAY + minute
        return exact, exact, (exact, exact)
    nominal = _span(first, last)
    if found["doubt"]:
        first, last = _widen(first, last, precision)
    return *_span(first, last), nominal


def _days(found: re.Match[str], words: str) -> tuple[date, date, str]:
    year, month, day = found["year"], found["month"], found["day"]
    if "X" in year:
        if month:
            raise WhenError(tr("'{text}': a month needs a whole year", text=words))
        years = int(year.replace("X", "0")), int(year.replace("X", "9"))
    else:
        years = int(year), int(year)
    if month in (None, "XX") and day not in (None, "XX"):
        raise WhenError(tr("'{text}': a day needs a month", text=words))
    try:
        if month in (None, "XX"):
            return date(max(years[0], 1), 1, 1), date(years[1], 12, 31), "year"
        if day in (None, "XX"):
            return date(years[0], int(month), 1), _month_end(years[0], int(month)), "month"
        exact = date(years[0], int(month), int(day))
    except ValueError:
        season = day is None and month not in (None, "XX") and 21 <= int(month) <= 41  # noqa: PLR2004  # ISO 8601-2, table of season codes
        said = tr("'{text}' is a season; give the months that are meant as START/END", text=words)
        raise WhenError(said if season else tr("'{text}' is not a day of the calendar", text=words)) from None
    return exact, exact, "day"


def _minute_of_day(found: re.Match[str], words: str) -> int:
    if not found["day"] or "X" in found["day"] or found["doubt"]:
        raise WhenError(tr("'{text}': a time needs a whole day without ~; give an interval of times instead", text=words))
    hours, minutes = (int(part) for part in found["time"].split(":"))
    if hours > 23 or minutes > 59:  # noqa: PLR2004
        raise WhenError(tr("'{text}': a time runs from 00:00 to 23:59", text=words))
    return hours * 60 + minutes


def _month_end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)  # noqa: PLR2004


def _widen(first: date, last: date, precision: str) -> tuple[date, date]:
    try:
        if precision == "day":
            return first - timedelta(days=3), last + timedelta(days=3)
        if precision == "month":
            return (first - timedelta(days=1)).replace(day=1), _month_end(*_next_month(last))
        return first.replace(year=first.year - 1), last.replace(year=last.year + 1)
    except (ValueError, OverflowError):
        raise WhenError(tr("a date this close to the end of the calendar cannot be widened")) from None


def _next_month(last: date) -> tuple[int, int]:
    return (last.year + 1, 1) if last.month == 12 else (last.year, last.month + 1)  # noqa: PLR2004


def _span(first: date, last: date) -> tuple[int, int]:
    return (first.toordinal() - 1) * DAY, last.toordinal() * DAY - 1


def _relative(words: str) -> When:
    found = _RELATIVE.fullmatch(words)
    if not found or (found["order"] and found["sign"]):
        raise WhenError(tr("not a relative date; right would be @S006+P14D, @S006+P12D/P16D, @S006-P1D, >@S006 or <@S006"))
    shift: tuple[int, int] | None = (0, 0)
    sure: tuple[int, int] | None = (0, 0)
    unit = DAY
    if found["order"]:
        shift = sure = None
    elif found["sign"]:
        first = _duration(found["first"], words)
        second = _duration(found["second"], words) if found["second"] else first
        if second[1] < first[0]:
            raise WhenError(tr("'{text}': the second duration is shorter than the first", text=words))
        low, high = first[0], second[1]
        later, earlier = first[1], second[0]
        ahead = found["sign"] == "+"
        shift = (low, high) if ahead else (-high, -low)
        sure = (later, earlier) if ahead else (-earlier, -later)
        unit = min(_unit(found["first"]), _unit(found["second"] or found["first"]))
        unit = min(unit, DAY) if found["second"] and unit >= DAY else unit  # who gives a range says how rough it is
    return When(text=words, relative=Relative(anchor=found["anchor"], order=found["order"] or "", shift=shift, sure=sure, unit=unit))


def _unit(duration: str) -> int:
    """To how many minutes a duration is meant: "two weeks" to the week, "half an hour" to the half hour, "seven minutes" to the minute."""
    days, _, clock = duration.partition("T")
    if clock:
        minutes = re.search(r"(\d+)M", clock)
        return 60 if minutes is None else next(unit for unit in (30, 5, 1) if int(minutes[1]) % unit == 0)
    return 7 * DAY if "W" in days and "D" not in days else DAY


def _duration(words: str, whole: str) -> tuple[int, int]:
    """Minutes at least and at most: a month has 28 to 31 days, a year 365 or 366."""
    found = _DURATION.fullmatch(words)
    if not found or not any(found.groupdict().values()) or words.endswith("T"):
        raise WhenError(tr("'{text}': a duration looks like P14D, P2W, P3M, P1Y or PT6H", text=whole))
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    fixed = (part["weeks"] * 7 + part["days"]) * DAY + part["hours"] * 60 + part["minutes"]
    return (
        fixed + (part["months"] * 28 + part["years"] * 365) * DAY,
        fixed + (part["months"] * 31 + part["years"] * 366) * DAY,
    )


def _advice(words: str) -> str:
    if re.search(r"\b(after|before|later|earlier|día|después|antes|после|до|через)\b|[A-Za-z]\d+[+-]P", words, re.IGNORECASE):
        return tr("a date told by another statement looks like @S006+P14D (14 days after), @S006-P1D, @S006+P12D/P16D (between), >@S006 or <@S006")
    shown = words if re.fullmatch(r"\d{4}[0-9XTZzY.:~?%+ /-]{0,36}|\d{1,2}[./-]\d{1,2}[./-]\d{4}", words, re.ASCII) else None
    if shown is None:
        return tr("not a date; right would be 1977-08-01, 1977-08, 1977-XX-XX, 1977-08-01T10:30, 1977-08~ or START/END")
    turned = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", shown, re.ASCII)
    if turned:
        try:
            right = date(int(turned[3]), int(turned[2]), int(turned[1])).isoformat()
        except ValueError:
            return tr("'{text}' is not a day of the calendar; dates are written 1977-08-01 (year-month-day)", text=shown)
        return tr("'{text}' is not EDTF; if day.month.year is meant, right would be {right}", text=shown, right=right)
    if re.search(r"[Zz]$|T.*[+-]\d\d", shown):
        return tr("'{text}': times are local; leave the zone out", text=shown)
    return tr("'{text}' is not EDTF; right would be 1977-08-01, 1977-08, 1977-XX-XX, 1977-08-01T10:30, 1977-08~ or START/END", text=shown)


def before(first: When, second: When, *, slack: int = 0) -> Truth:
    """Whether all of ``first`` lies before ``second``, when clocks may disagree by ``slack`` minutes."""
    if first.hi is not None and second.lo is not None and first.hi + slack < second.lo:
        return Truth.YES
    if first.lo is not None and second.hi is not None and first.lo - slack >= second.hi:
        return Truth.NO
    return Truth.OPEN


def after(first: When, second: When, *, slack: int = 0) -> Truth:
    """Whether all of ``first`` lies after ``second``."""
    return before(second, first, slack=slack)


def overlaps(first: When, second: When, *, slack: int = 0) -> Truth:
    """Whether the two share a moment under every reading, none, or some."""
    if Truth.YES in (before(first, second, slack=slack), before(second, first, slack=slack)):
        return Truth.NO
    if slack:
        return Truth.OPEN
    for one, other in ((first, second), (second, first)):
        if one.interval and one.core is not None and _covers(one.core, other):
            return Truth.YES
    point = first.lo is not None and first.lo == first.hi == second.lo == second.hi
    return Truth.YES if point else Truth.OPEN


def _covers(core: tuple[int | None, int | None], other: When) -> bool:
    low_fits = core[0] is None or (other.lo is not None and core[0] <= other.lo)
    high_fits = core[1] is None or (other.hi is not None and other.hi <= core[1])
    return low_fits and high_fits


def moment(minutes: int) -> str:
    """The ISO 8601 day of a minute count; bounds outside the calendar are clamped to its ends."""
    day = min(max(minutes // DAY + 1, 1), date.max.toordinal())
    return date.fromordinal(day).isoformat()
