"""Dates as people type them in English, Russian and Spanish, read into EDTF and shown back: every reading, and never one that was guessed.

``5.1.2017`` is the fifth of January for whoever writes dots; ``5/1/2017`` has two readings and the person chooses. A year that is missing or
has two digits is never filled in: it is asked for. A weekday that does not fit its date is said. Words that are not known are refused, not skipped.

What it does not do: other languages, other calendars, times with a zone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec
from babel.dates import get_day_names, get_month_names

from habeas.domain.when import WhenError, parse_when
from habeas.examine.wording import when_words
from habeas.locale import tr

LANGUAGES = ("en", "ru", "es")
MOST_LETTERS = 120
"""Characters of a date; what is longer is no date."""


class DateReading(msgspec.Struct, frozen=True, kw_only=True):
    """One way to read what was typed: EDTF (with the extensions of the case folder), and the same in words."""

    edtf: str
    words: str


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, as it may be read: one reading is taken, of several a person chooses one, with none ``problem`` says why."""

    readings: tuple[DateReading, ...] = ()
    problem: str = ""


_MARKS: Mapping[str, str] = {
    word: mark
    for mark, words in {
        "~": "~ ≈ ? about around circa approximately roughly около примерно приблизительно ориентировочно hacia alrededor aproximadamente cerca",
        "(": "from since с со desde",
        "{": "between между entre",
        "-": "to through - – — по",
        "|": "till until до hasta",
        "a": "a al",
        "&": "and и y e",
        "<": "before раньше antes",
        ">": "after после later después despues",
        "[": "early beginning start начало начале comienzos principios inicios",
        "=": "mid middle середина середине mediados",
        "]": "late end конец конце finales fines",
        "": "of the in on at day year г год года году числа число в во дня de del el la los las en día dia año",
    }.items()
    for word in words.split()
}  # fmt: skip
_SEASONS: Mapping[str, tuple[int, int]] = {
    word: months
    for months, words in {
        (3, 5): "spring весна весной весны primavera",
        (6, 8): "summer лето летом лета verano",
        (9, 11): "autumn fall осень осенью осени otoño otono",
    }.items()
    for word in words.split()
}
_WINTER = frozenset({"winter", "зима", "зимой", "зимы", "invierno"})
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|-?го|-?е|º|°)\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![\d_])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?P<y>\d{4})[./-](?P<m>\d{1,2})(?:[./-](?P<d>\d{1,2}))?(?!\d)")
_TIME = re.compile(r"(?<![\d:.])(?P<h>\d{1,2}):(?P<m>\d{2})(?![\d.:])|(?<![\d:.])(?P<h2>\d{1,2})\.(?P<m2>\d{2})(?![\d.:])(?=\s*$)")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?|[-–—]|[~≈?]")
_SILENT = re.compile(r"[\s,.]+")
"""What may stand between words without meaning anything; every other sign that is no word is refused."""


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {"sept": 9, "set": 9, "setiembre": 9}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context=context, locale=language).items():
                    found[name.casefold().rstrip(".")] = number
    found |= {"янв": 1, "фев": 2, "июн": 6, "июл": 7, "авг": 8, "окт": 10, "дек": 12}
    prepositional = ("январе", "феврале", "марте", "апреле", "мае", "июне", "июле", "августе", "сентябре", "октябре", "ноябре", "декабре")
    found |= {name: number for number, name in enumerate(prepositional, 1)}
    return found


@lru_cache(maxsize=1)
def _weekdays() -> Mapping[str, int]:
    found: dict[str, int] = {"среду": 2, "пятницу": 4, "субботу": 5}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_day_names(width, locale=language).items():
                found[name.casefold().rstrip(".")] = number
    return found


def read_typed(untrusted: str, years: Sequence[int] = ()) -> Typed:
    """Every reading of a date as somebody typed it. ``years``: of the case, offered (and never taken) where no year was typed.

    EDTF and the relative dates of the case folder (``@S006+P14D``) are taken as they are.
    """
    text = untrusted.strip()
    if not text:
        return Typed()
    if len(text) > MOST_LETTERS:
        return Typed(problem=tr("this is too long for a date"))
    try:
        return Typed(readings=(_reading(text),))
    except WhenError as error:
        if text[0] in "@<>" or (re.fullmatch(r"[\dX~?%/T:-]+", text) and re.match(r"\d{4}", text)):
            return Typed(problem=str(error))
    if "@" in text:
        return Typed(problem=_UNKNOWN())
    found: dict[str, DateReading] = {}
    problem = ""
    for mapped in _numeric_readings(text):
        try:
            for edtf in _phrase(mapped, years):
                reading = _reading(edtf)
                found.setdefault(reading.edtf, reading)
        except (_NotReadError, WhenError) as error:
            problem = problem or str(error)
    return Typed(readings=tuple(found.values()), problem="" if found else problem) if found or problem else Typed(problem=_UNKNOWN())


def _UNKNOWN() -> str:  # noqa: N802  # a sentence that is translated when it is said
    return tr(
        "this was not understood as a date; right would be 5 January 2017, January 2017, about 5 January 2017, 3 to 9 January 2017, or 2017-01-05"
    )


class _NotReadError(Exception):
    """Why a phrase gives no date."""


def _reading(edtf: str) -> DateReading:
    return DateReading(edtf=edtf, words=when_words(parse_when(edtf)))


def _numeric_readings(text: str) -> Iterator[str]:
    """The text with dates in figures put as ``@Y_M_D@``: once for each order of day and month that they may be meant in."""
    plain = _ISO.sub(lambda m: _mark(m["y"], m["m"], m["d"]), text)
    orders = (False,)
    for m in _NUMERIC.finditer(plain):
        both = int(m["a"]) <= 12 and int(m["b"]) <= 12 and m["a"] != m["b"]  # noqa: PLR2004
        if m["sep"] != "." and both:
            orders = (False, True)  # type: ignore[assignment]
    for american in orders:

        def order(m: re.Match[str], american: bool = american) -> str:  # noqa: FBT001
            day, month = (m["b"], m["a"]) if american or (int(m["b"]) > 12 and m["sep"] != ".") else (m["a"], m["b"])  # noqa: PLR2004
            return _mark(m["y"], month, day)

        yield _NUMERIC.sub(order, plain)


def _mark(year: str, month: str, day: str | None) -> str:
    return f" @{year}_{month}_{day or ''}@ "


class _Part(msgspec.Struct, kw_only=True):
    """A date that is being read; what is not said yet is 0."""

    year: int = 0
    month: int = 0
    day: int = 0
    season: tuple[int, int] = (0, 0)
    weekday: int = -1
    clock: str = ""
    rough: bool = False
    part: str = ""


def _phrase(text: str, years: Sequence[int]) -> Iterator[str]:  # noqa: C901, PLR0912  # one branch a kind of word
    """EDTF for one phrase. Raises _NotReadError."""
    clocks = [f"{int(m['h'] or m['h2']):02}:{m['m'] or m['m2']}" for m in _TIME.finditer(re.sub(r"@[^@]*@", " ", text))]
    if len(clocks) > 1:
        raise _NotReadError(tr("two times of day; write an interval as 2017-01-05T10:00/2017-01-05T12:00"))
    text = _TIME.sub(" ", text) if clocks and "@" not in text else _without_clock(text)
    order, parts, spread, between = "", [_Part()], False, False
    for kind, value in _tokens(text):
        if kind in ("<", ">"):
            order = kind
        elif kind in ("(", "{"):
            spread, between = True, between or kind == "{"
        elif kind == "a" and _empty(parts[-1]):
            continue  # "a finales de", "al principio"
        elif kind in ("-", "|", "&", "a"):
            if kind == "&" and not spread:
                raise _NotReadError(_UNKNOWN())
            if parts == [_Part()] and kind == "|":
                order = "<="  # "до 5 января", "until 5 January"
                continue
            parts.append(_Part())
            spread = True
        else:
            _take(parts[-1], kind, value)
    if len(parts) > 2 or any(_empty(one) for one in parts):  # noqa: PLR2004
        raise _NotReadError(_UNKNOWN())
    if clocks:
        if not parts[0].day or len(parts) > 1:
            raise _NotReadError(tr("a time needs a whole day"))
        parts[0].clock = clocks[0]
    if any(one.weekday >= 0 and not one.day for one in parts) or (order and len(parts) > 1):
        raise _NotReadError(_UNKNOWN())
    if len(parts) == 1 and spread:
        if order or between:
            raise _NotReadError(_UNKNOWN())
        order = ">="
    yield from _said(order, parts, years)


def _without_clock(text: str) -> str:
    return re.sub(r"(@[^@]*@)|" + _TIME.pattern, lambda m: m[1] or " ", text)


def _empty(one: _Part) -> bool:
    return not (one.year or one.month or one.day or one.season[0])


def _tokens(text: str) -> Iterator[tuple[str, str]]:  # noqa: C901  # one branch a kind of word
    """(what, value) for each word: a mark, D a number, M a month, S a season, W a weekday, Y a whole date. Raises _NotReadError."""
    text = _ORDINAL.sub("", text).replace("no later than", "until").replace("не позднее", "до").replace("no earlier than", "since")
    for piece in re.split(r"(@[^@]*@)", text):
        if piece.startswith("@"):
            yield "Y", piece.strip("@")
            continue
        if _SILENT.sub("", _TOKEN.sub("", piece)):
            raise _NotReadError(_UNKNOWN())
        for word in _TOKEN.findall(piece):
            folded = word.casefold()
            if word.isdecimal():
                yield "D", word
            elif folded in _months():
                yield "M", str(_months()[folded])
            elif folded in _SEASONS or folded in _WINTER:
                yield "S", folded
            elif folded in _weekdays():
                yield "W", str(_weekdays()[folded])
            elif folded in _MARKS:
                if _MARKS[folded]:
                    yield _MARKS[folded], ""
            else:
                raise _NotReadError(_UNKNOWN())


def _take(one: _Part, kind: str, value: str) -> None:  # noqa: C901  # one branch a kind of word
    """Put one word into a date. Raises _NotReadError for what is said twice."""
    if kind == "~":
        one.rough = True
    elif kind in ("[", "=", "]"):
        one.part = kind
    elif kind == "W":
        one.weekday = int(value)
    elif kind == "M" and not one.month:
        one.month = int(value)
    elif kind == "S" and not one.season[0]:
        if value in _WINTER:
            raise _NotReadError(tr("a winter lies in two years; give its months, such as December 2016 to February 2017"))
        one.season = _SEASONS[value]
    elif kind == "Y" and not (one.year or one.month or one.day):
        year, month, day = value.split("_")
        one.year, one.month, one.day = _year(year), int(month), int(day or 0)
    elif kind == "D" and len(value) == 4 and not one.year:  # noqa: PLR2004
        one.year = int(value)
    elif kind == "D" and len(value) <= 2 and not one.day and not (one.month and one.year and one.season[0]):  # noqa: PLR2004
        one.day = int(value)
    elif kind == "D" and len(value) == 2:  # noqa: PLR2004
        raise _NotReadError(tr("write the year with four figures"))
    else:
        raise _NotReadError(_UNKNOWN())


def _year(figures: str) -> int:
    if len(figures) != 4:  # noqa: PLR2004
        raise _NotReadError(tr("write the year with four figures"))
    return int(figures)


def _said(order: str, parts: list[_Part], years: Sequence[int]) -> Iterator[str]:  # noqa: C901  # one branch a shape of phrase
    """The EDTF of one or two dates; what the first leaves out is told by the second ("3 to 9 January 2017")."""
    last = parts[-1]
    for one in parts[:-1]:
        if not one.year:
            one.year = last.year
        if not one.month and not one.season[0] and one.day:
            one.month = last.month
    if len(parts) == 2 and not last.month and last.day and parts[0].month and parts[0].day:  # noqa: PLR2004  # "January 3 to 9, 2017"
        last.month = parts[0].month
    if not last.year and parts[0].year and len(parts) == 2:  # noqa: PLR2004
        last.year = parts[0].year
    missing = [one for one in parts if not one.year]
    if missing:
        offered = sorted(set(years))
        if not offered:
            raise _NotReadError(tr("the year is missing"))
        for year in offered:
            yield from _said(order, [msgspec.structs.replace(one, year=one.year or year) for one in parts], ())
        return
    spans = [_span(one) for one in parts]
    if len(spans) == 2:  # noqa: PLR2004
        yield f"{spans[0][0]}/{spans[1][1]}"
    elif order:
        low, high = spans[0]
        yield {"<": f"../{_shift(low, -1)}", "<=": f"../{high}", ">": f"{_shift(high, 1)}/..", ">=": f"{low}/.."}[order]
    else:
        low, high = spans[0]
        yield low if low == high else f"{low}/{high}"


def _shift(edtf: str, days: int) -> str:
    """The day before or after a day; months and years are kept as they are said (a bound that is too wide harms nobody)."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", edtf):
        return edtf
    try:
        return date.fromordinal(date.fromisoformat(edtf).toordinal() + days).isoformat()
    except (ValueError, OverflowError):
        raise _NotReadError(tr("there is no such day in the calendar")) from None


_THIRDS = {"[": (1, 10), "=": (11, 20), "]": (21, 31)}


def _span(one: _Part) -> tuple[str, str]:  # noqa: C901  # one branch a precision
    """First and last EDTF date of one part. Raises _NotReadError."""
    tilde = "~" if one.rough else ""
    if one.season[0]:
        if one.month or one.day or one.part:
            raise _NotReadError(_UNKNOWN())
        return f"{one.year}-{one.season[0]:02}", f"{one.year}-{one.season[1]:02}"
    if one.day and not one.month:
        raise _NotReadError(tr("a day needs a month"))
    if one.part:
        return _third(one)
    if not one.month:
        return (f"{one.year:04}{tilde}",) * 2
    if not one.day:
        return (f"{one.year:04}-{one.month:02}{tilde}",) * 2
    try:
        day = date(one.year, one.month, one.day)
    except ValueError:
        raise _NotReadError(tr("there is no such day in the calendar")) from None
    if one.weekday >= 0 and day.weekday() != one.weekday:
        raise _NotReadError(tr("the weekday does not fit: {day} was another one", day=day.isoformat()))
    if one.clock:
        if one.rough:
            raise _NotReadError(tr("a time of day is exact; leave one of the two out, or give an interval"))
        return (f"{day.isoformat()}T{one.clock}",) * 2
    return (f"{day.isoformat()}{tilde}",) * 2


def _third(one: _Part) -> tuple[str, str]:
    """The first, second or last part of a month (ten days) or year (four months)."""
    if one.day:
        raise _NotReadError(_UNKNOWN())
    if not one.month:
        first = {"[": 1, "=": 5, "]": 9}[one.part]
        return f"{one.year}-{first:02}", f"{one.year}-{first + 3:02}"
    first, last = _THIRDS[one.part]
    while True:
        try:
            return f"{one.year}-{one.month:02}-{first:02}", date(one.year, one.month, last).isoformat()
        except ValueError:
            last -= 1
            if last < first:
                raise _NotReadError(tr("there is no such day in the calendar")) from None
