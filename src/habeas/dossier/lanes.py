"""The timeline of the screens: one lane a speaker, in three groups, as SVG with presentation attributes only.

A solid end is documented; a fading one is an estimate or not on record; a ring is a moment, with a fade where its day is not sure; dots
are a time in which something is said not to have happened. A contradiction is
hatched in the lanes that contribute to it and nowhere else, framed by a dashed bracket and told in words; each item links to its statement. It
renders the same under a strict policy, without scripts, and on paper. What it does not do: decide what contradicts what (see :mod:`habeas.examine`).
"""

from collections.abc import Sequence
from datetime import date
from html import escape

import msgspec

from habeas.domain.when import DAY
from habeas.dossier.pdf.visible import plain
from habeas.dossier.svg import BAD, CLAIM, CLAIM_PALE, GRID, INK, MUTE, RECORD, RECORD_PALE, shortened
from habeas.locale import month_name, tr

WIDTH = 940
LEFT, RIGHT, TOP, ROW = 218, 14, 58, 26
FAMILY, FAMILY_PALE = "#5b3f8c", "#e4dcf0"
LETTER = 6.3
"""Units across of a letter, at most as drawn (12.5 units high)."""
MOST_ROWS = 400
MOST_BRACKETS = 3
_COLOURS = {"accusation": (CLAIM, CLAIM_PALE), "record": (RECORD, RECORD_PALE), "family": (FAMILY, FAMILY_PALE)}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One statement on the line, in minutes as :class:`habeas.domain.when.When` counts them.

    ``low`` to ``high``: surely not outside it; ``core``: where it is documented to be, None where it is a moment; ``open_end``: no end on record.
    """

    id: str
    lane: str
    group: str
    words: str
    low: int
    high: int
    core: tuple[int, int] | None = None
    open_end: bool = False
    denied: bool = False


class Bracket(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction: the items that contribute, from when to when they meet, and its words; ``finding`` is where it leads."""

    finding: str
    ids: tuple[str, ...]
    low: int
    high: int
    words: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn; ``left_out``: items that have no bounds or found no room."""

    items: tuple[Item, ...]
    brackets: tuple[Bracket, ...] = ()
    left_out: int = 0


class _Axis:
    def __init__(self, items: Sequence[Item]) -> None:
        low, high = min(item.low for item in items) // DAY, max(item.high for item in items) // DAY + 1
        pad = max(1, (high - low) // 20)
        self.first, self.last = max(0, low - pad), min(date.max.toordinal() - 1, high + pad)
        self._scale = (WIDTH - LEFT - RIGHT) / max(1, self.last - self.first)

    def x(self, minute: float) -> float:
        return LEFT + min(max(minute / DAY - self.first, 0.0), float(self.last - self.first)) * self._scale

    @property
    def days(self) -> int:
        return self.last - self.first


class _Placed(msgspec.Struct, frozen=True):
    item: Item
    y: float
    x0: float
    x1: float
    right: bool


def lanes(picture: Picture, *, link: str = "", findings: str = "") -> str:
    """The SVG; an empty string where there is nothing to draw. ``link``, ``findings``: what stands before an id in an address (none: no links)."""
    if not picture.items:
        return ""
    axis = _Axis(picture.items)
    placed: list[_Placed] = []
    parts: list[str] = []
    y, rows = float(TOP), 0
    left_out = picture.left_out
    for group, title in (
        ("accusation", tr("What the accusation says")), ("record", tr("What the record shows")), ("family", tr("What was done to the family")),
    ):  # fmt: skip
        mine = [item for item in picture.items if item.group == group]
        if not mine:
            continue
        parts.append(_text(8, y + 16, title, _COLOURS[group][0], bold=True))
        y += 24
        for lane in dict.fromkeys(item.lane for item in mine):
            packed = _packed([item for item in mine if item.lane == lane], axis)
            if rows + len(packed) > MOST_ROWS:
                left_out += sum(map(len, packed))
                continue
            parts.append(_text(8, y + ROW / 2 + 4, shortened(lane, 30)))
            for row in packed:
                parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y + ROW / 2}" y2="{y + ROW / 2}" stroke="{GRID}"/>')
                placed += [_Placed(item, y, x0, x1, right) for item, x0, x1, right in row]
                y += ROW
                rows += 1
        y += 8
    drawn = [_item(axis, one, link) for one in placed]
    brackets, y = _brackets(axis, picture.brackets, {one.item.id: one for one in placed}, y, findings)
    if left_out:
        parts.append(_text(8, y + 14, tr("not drawn, for want of dates or room: {count}", count=left_out), MUTE))
        y += 22
    height = y + 6
    body = "".join([_grid(axis, height), *parts, *drawn, brackets])
    label = tr("Timeline: what the accusation says above, what the record shows below")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'font-family="Noto Sans" font-size="12.5" role="group" aria-label="{escape(label)}">'
        f'<defs>{_DEFS}</defs><rect x="0" y="0" width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>{body}</svg>'
    )


def _fade(name: str, colour: str, *, first: float, last: float) -> str:
    return (
        f'<linearGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="{first}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="{last}"/></linearGradient>'
    )


_DEFS = (
    '<pattern id="meet" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<line x1="0" y1="0" x2="0" y2="7" stroke="{BAD}" stroke-width="1.3" stroke-opacity="0.4"/></pattern>'
    + "".join(
        _fade(f"{group}-out", pale, first=1, last=0) + _fade(f"{group}-in", pale, first=0, last=1) for group, (_, pale) in _COLOURS.items()
    )
)  # fmt: skip


_HALO = ' stroke="#ffffff" stroke-width="3" paint-order="stroke" stroke-linejoin="round"'


def _text(  # noqa: PLR0913  # one parameter a trait of a word
    x: float, y: float, words: str, colour: str = INK, *, bold: bool = False, anchor: str = "start", halo: bool = False
) -> str:  # fmt: skip
    """``halo``: white around the letters, so that no line runs through them."""
    weight = (' font-weight="600"' if bold else "") + (_HALO if halo else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(plain(words))}</text>'


def _extent(item: Item, axis: _Axis) -> tuple[float, float, bool]:
    """(left, right, whether the words stand on the right): everything that an item covers with its words."""
    x0, x1 = axis.x(item.low), axis.x(item.high + 1)
    if x1 - x0 < 12:  # noqa: PLR2004
        middle = (x0 + x1) / 2
        x0, x1 = middle - 6, middle + 6
    x1 = float(WIDTH - RIGHT) if item.open_end else x1
    wide = len(item.words) * LETTER + 12
    if item.core is not None and wide < x1 - x0:
        return x0, x1, True
    if x1 + wide <= WIDTH:
        return x0, x1 + wide, True
    if x0 - wide >= LEFT - 4:
        return x0 - wide, x1, False
    return min(x0, WIDTH - RIGHT - wide), float(WIDTH - RIGHT), True


def _packed(items: Sequence[Item], axis: _Axis) -> list[list[tuple[Item, float, float, bool]]]:
    """Items of one lane on as few rows as their words allow."""
    rows: list[list[tuple[Item, float, float, bool]]] = []
    ends: list[float] = []
    for item in sorted(items, key=lambda one: (one.low, one.high, one.id)):
        x0, x1, right = _extent(item, axis)
        for at, end in enumerate(ends):
            if end + 4 <= x0:
                rows[at].append((item, x0, x1, right))
                ends[at] = x1
                break
        else:
            rows.append([(item, x0, x1, right)])
            ends.append(x1)
    return rows


def _item(axis: _Axis, placed: _Placed, link: str) -> str:  # noqa: C901  # one branch a shape
    item, y = placed.item, placed.y
    dark, pale = _COLOURS[item.group]
    middle, top, high = y + ROW / 2, y + 5, ROW - 10
    x0, x1 = axis.x(item.low), axis.x(item.high + 1)
    out: list[str] = []

    def band(a: float, b: float, fill: str) -> None:
        if b - a > 0.5:  # noqa: PLR2004
            out.append(f'<rect x="{a:.1f}" y="{top:.1f}" width="{b - a:.1f}" height="{high}" fill="{fill}"/>')

    def edge(x: float) -> None:
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 1:.1f}" y2="{top + high + 1:.1f}" stroke="{dark}" stroke-width="2.2"/>')

    if item.denied and x1 - x0 > 12:  # noqa: PLR2004  # said not to have happened in all of this time
        out.append(f'<rect x="{x0:.1f}" y="{top:.1f}" width="{x1 - x0:.1f}" height="{high}" fill="#ffffff" stroke="{dark}" stroke-dasharray="2 3"/>')
        return _linked(item, "".join(out) + _text(max(x0 + 7, LEFT), middle + 4, item.words), link)
    moment = item.core is None
    if item.core is not None:
        a, b = axis.x(item.core[0]), axis.x(item.core[1] + 1)
        moment = b - a < 5 and not item.open_end  # noqa: PLR2004
    if moment:
        at = (x0 + x1) / 2 if item.core is None else (axis.x(item.core[0]) + axis.x(item.core[1] + 1)) / 2
        if x1 - x0 > 12:  # noqa: PLR2004
            band(x0, at, f"url(#{item.group}-in)")
            band(at, x1, f"url(#{item.group}-out)")
        out.append(f'<circle cx="{at:.1f}" cy="{middle:.1f}" r="5.2" fill="#ffffff" stroke="{dark}" stroke-width="2.4"/>')
        beside = max(at + 7, x1 if x1 - x0 > 12 else 0)  # noqa: PLR2004
        left = min(at - 7, x0 if x1 - x0 > 12 else WIDTH)  # noqa: PLR2004
    else:
        band(x0, a, f"url(#{item.group}-in)")
        band(a, b, pale)
        if item.open_end:
            band(b, float(WIDTH - RIGHT), f"url(#{item.group}-out)")
        else:
            band(b, x1, f"url(#{item.group}-out)")
        if abs(a - x0) < 1:
            edge(a)
        if abs(b - x1) < 1 and not item.open_end:
            edge(b)
        inside = len(item.words) * LETTER + 12 < (float(WIDTH - RIGHT) if item.open_end else x1) - x0
        beside = x0 + 7 if inside else max(x1, b)
        left = x0
    if placed.right and beside + len(item.words) * LETTER > WIDTH - RIGHT + LETTER:
        out.append(_text(WIDTH - RIGHT, middle + 4, item.words, anchor="end", halo=True))  # nowhere else is room: over its own bar
    elif placed.right:
        out.append(_text(beside + (0 if not moment and beside == x0 + 7 else 5), middle + 4, item.words, halo=moment or beside != x0 + 7))
    else:
        out.append(_text(left - 5, middle + 4, item.words, anchor="end", halo=True))
    return _linked(item, "".join(out), link)


def _linked(item: Item, body: str, link: str) -> str:
    if not link:
        return body
    said = escape(plain(f"{item.id}: {item.lane}, {item.words}"))
    return f'<a href="{escape(link)}{escape(item.id)}" aria-label="{said}"><title>{said}</title>{body}</a>'


def _brackets(axis: _Axis, brackets: Sequence[Bracket], placed: dict[str, _Placed], y: float, findings: str) -> tuple[str, float]:
    out: list[str] = []
    framed: list[tuple[float, float]] = []
    for one in brackets[:MOST_BRACKETS]:
        rows = [placed[key] for key in one.ids if key in placed]
        if len(rows) < 2:  # noqa: PLR2004
            continue
        x0, x1 = axis.x(one.low), axis.x(one.high + 1)
        if x1 - x0 < 18:  # noqa: PLR2004  # wide enough for its hatching to be seen around a ring
            x0, x1 = (x0 + x1) / 2 - 9, (x0 + x1) / 2 + 9
        if not any(a < x1 and x0 < b for a, b in framed):  # frames over frames could not be read; their words stand below all the same
            framed.append((x0, x1))
            out += [
                f'<rect x="{x0:.1f}" y="{at + 2:.1f}" width="{x1 - x0:.1f}" height="{ROW - 4}" fill="url(#meet)"/>'
                for at in sorted({row.y for row in rows})
            ]
            first, last = min(row.y for row in rows), max(row.y for row in rows) + ROW
            out.append(
                f'<rect x="{x0:.1f}" y="{first:.1f}" width="{x1 - x0:.1f}" height="{last - first:.1f}" fill="none" stroke="{BAD}" '
                f'stroke-width="1.1" stroke-dasharray="5 3"/>'
                f'<line x1="{(x0 + x1) / 2:.1f}" x2="{(x0 + x1) / 2:.1f}" y1="{last:.1f}" y2="{y + 4:.1f}" stroke="{BAD}"/>'
            )
        words = shortened(one.words, int((WIDTH - 60) / LETTER))
        wide = len(words) * LETTER * 1.06 + 20
        at = min(max((x0 + x1) / 2 - wide / 2, 8.0), WIDTH - RIGHT - wide)
        label = f'<rect x="{at:.1f}" y="{y + 4:.1f}" width="{wide:.1f}" height="22" rx="2" fill="{BAD}"/>' + _text(
            at + wide / 2, y + 19.5, words, "#ffffff", bold=True, anchor="middle"
        )
        out.append(f'<a href="{escape(findings)}{escape(one.finding)}">{label}</a>' if findings else label)
        y += 30
    return "".join(out), y


def _grid(axis: _Axis, height: float) -> str:
    out = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="46" y2="46" stroke="{MUTE}"/>']
    ends: list[float] = []
    for day, words in _ticks(axis):
        x = axis.x(day * DAY)
        if x > WIDTH - RIGHT - 8:
            continue
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="46" y2="{height - 4:.0f}" stroke="{GRID}"/>')
        if not ends or x > ends[-1]:
            out.append(_text(x, 38, words, MUTE))
            ends.append(x + len(words) * LETTER + 8)
    if axis.days <= 45:  # noqa: PLR2004
        start = date.fromordinal(axis.first + 1)
        out.append(_text(LEFT, 18, f"{month_name(start)} {start.year}", bold=True))
    return "".join(out)


def _ticks(axis: _Axis) -> list[tuple[int, str]]:
    """(day, words): days, months or years, whichever gives a readable number of marks."""
    first, last = date.fromordinal(axis.first + 1), date.fromordinal(axis.last + 1)
    if axis.days <= 45:  # noqa: PLR2004
        days = (date.fromordinal(axis.first + 1 + at) for at in range(axis.days + 1))
        return [(one.toordinal() - 1, str(one.day) if one.day > 1 else f"{one.day} {month_name(one)}") for one in days]
    if axis.days <= 1_100:  # noqa: PLR2004
        months = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
        step = 1 if axis.days <= 400 else 3  # noqa: PLR2004
        shown = [one for one in months if first <= one <= last and (one.month - 1) % step == 0]
        return [(one.toordinal() - 1, f"{month_name(one)} {one.year}") for one in shown]
    step = max(1, (last.year - first.year) // 12)
    return [(date(year, 1, 1).toordinal() - 1, str(year)) for year in range(first.year + 1, last.year + 1, step)]
