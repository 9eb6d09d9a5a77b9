"""The timeline of the accusation and of what stands against it, as SVG with presentation attributes only.

Rows are voices in two groups; a solid end is documented, a fading end is an estimate or not stated; the days that the accusation
claims are hatched. It renders the same in a browser under a strict policy and in Typst. No scripts, no styles, no clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from habeas.domain.when import DAY, When
from habeas.dossier.svg import BAD, CLAIM, CLAIM_PALE, GRID, MUTE, RECORD, RECORD_PALE, WIDTH, picture, shortened, text
from habeas.locale import month_name, tr, tr_n

_LEFT, _RIGHT, _TOP, _ROW = 262, 14, 56, 24
_COLOURS = {"accusation": (CLAIM, CLAIM_PALE), "record": (RECORD, RECORD_PALE)}
MOST_ROWS = 16


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One statement on the line: ``when`` with both bounds, or open to the right where custody is not known to have ended."""

    label: str
    text: str
    when: When
    group: str
    open_end: bool = False
    mark: bool = False


class _Axis:
    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = max(1, (last - first).days)

    def x(self, minute: float) -> float:
        day = minute / DAY - (self.first.toordinal() - 1)
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(max(day / self.days, 0.0), 1.0)


def timeline(bars: Sequence[Bar]) -> str:
    """An SVG of at most :data:`MOST_ROWS` rows; an empty string where nothing has two bounds."""
    bounded = [bar for bar in bars if bar.when.lo is not None and bar.when.hi is not None]
    if not bounded:
        return ""
    shown, left_out = _share(bounded)
    axis = _axis(shown)
    parts: list[str] = []
    fades: list[str] = []
    y = float(_TOP)
    for group, title in (("accusation", tr("What the accusation says")), ("record", tr("What the record shows"))):
        rows = [bar for bar in shown if bar.group == group]
        if rows:
            colour = _COLOURS[group][0]
            parts.append(text(8, y + 15, title, bold=True, colour=colour))
            y += 22
        for bar in rows:
            parts.append(_row(axis, bar, y, len(fades), fades))
            y += _ROW
        y += 6
    if left_out:
        parts.append(
            text(8, y + 12, tr_n("and {count} more statement, in the annex", "and {count} more statements, in the annex", left_out), colour=MUTE)
        )
        y += 18
    height = y + 4
    body = "".join([_grid(axis, height), _hatched(axis, shown, height), *parts])
    return picture(
        height, f"<defs>{_HATCH}{''.join(fades)}</defs>{body}", tr("Timeline: what the accusation says above, what the record shows below")
    )


def _share(bars: Sequence[Bar]) -> tuple[list[Bar], int]:
    """Half of the rows for each group at least, where there are more than fit; and how many were left out."""
    accusation = [bar for bar in bars if bar.group == "accusation"]
    record = [bar for bar in bars if bar.group != "accusation"]
    half = MOST_ROWS // 2
    first = accusation[: max(half, MOST_ROWS - len(record))]
    second = record[: MOST_ROWS - len(first)]
    return first + second, len(bars) - len(first) - len(second)


_HATCH = (
    '<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<line x1="0" y1="0" x2="0" y2="7" stroke="{BAD}" stroke-width="1.4" stroke-opacity="0.35"/></pattern>'
)


def _axis(bars: Iterable[Bar]) -> _Axis:
    low = min(bar.when.lo for bar in bars if bar.when.lo is not None)
    high = max(bar.when.hi for bar in bars if bar.when.hi is not None)
    first, last = date.fromordinal(low // DAY + 1), date.fromordinal(min(high // DAY + 2, date.max.toordinal()))
    pad = max(2, (last - first).days // 14)
    return _Axis(
        date.fromordinal(max(1, first.toordinal() - pad)),
        date.fromordinal(min(date.max.toordinal(), last.toordinal() + pad)),
    )


def _ticks(axis: _Axis) -> list[tuple[date, str]]:
    """Days, months or years, whichever gives a readable number of marks."""
    found = []
    for ordinal in range(axis.first.toordinal(), axis.last.toordinal() + 1):
        at = date.fromordinal(ordinal)
        if axis.days <= 31:  # noqa: PLR2004
            found.append((at, str(at.day)))
        elif axis.days <= 900 and at.day == 1:  # noqa: PLR2004
            found.append((at, f"{month_name(at)} {at.year}"))
        elif at.day == 1 and at.month == 1 and axis.days > 900:  # noqa: PLR2004
            found.append((at, str(at.year)))
    step = max(1, -(-len(found) // 12))
    return found[::step]


def _grid(axis: _Axis, height: float) -> str:
    lines = [f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="42" y2="42" stroke="{MUTE}"/>']
    for day, label in _ticks(axis):
        x = axis.x((day.toordinal() - 1) * DAY)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="42" y2="{height - 4:.0f}" stroke="{GRID}"/>')
        lines.append(text(x, 36, label, colour=MUTE, anchor="start" if x < WIDTH - 90 else "end"))
    if axis.days <= 31:  # noqa: PLR2004
        lines.append(text(_LEFT, 18, f"{month_name(axis.first)} {axis.first.year}", bold=True))
    return "".join(lines)


def _hatched(axis: _Axis, bars: Iterable[Bar], height: float) -> str:
    """The days that the accusation claims, across all rows."""
    out = []
    for low, high in sorted({(bar.when.lo, bar.when.hi) for bar in bars if bar.mark}):
        x0 = axis.x(low or 0)
        x1 = max(axis.x((high or 0) + 1), x0 + 3)
        out.append(
            f'<rect x="{x0:.1f}" y="44" width="{x1 - x0:.1f}" height="{height - 50:.0f}" fill="url(#hatch)" '
            f'stroke="{BAD}" stroke-width="0.8" stroke-dasharray="4 3"/>'
        )
    return "".join(out)


def _row(axis: _Axis, bar: Bar, y: float, number: int, fades: list[str]) -> str:
    dark, pale = _COLOURS[bar.group]
    middle = y + _ROW / 2
    x0, x1 = axis.x(bar.when.lo or 0), axis.x((bar.when.hi or 0) + 1)
    out = [
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{middle}" y2="{middle}" stroke="{GRID}"/>',
        text(8, middle + 4, shortened(bar.label, 42)),
    ]
    narrow = x1 - x0 < 7  # noqa: PLR2004
    if bar.open_end:
        fades.append(
            f'<linearGradient id="fade{number}"><stop offset="0" stop-color="{pale}"/>'
            f'<stop offset="1" stop-color="{pale}" stop-opacity="0"/></linearGradient>'
        )
        end = WIDTH - _RIGHT
        out.append(f'<rect x="{x0:.1f}" y="{y + 4}" width="{end - x0:.1f}" height="{_ROW - 8}" fill="url(#fade{number})"/>')
    if narrow:
        out.append(f'<circle cx="{(x0 + x1) / 2:.1f}" cy="{middle}" r="5" fill="#ffffff" stroke="{dark}" stroke-width="2.4"/>')
    else:
        out.append(f'<rect x="{x0:.1f}" y="{y + 4}" width="{x1 - x0:.1f}" height="{_ROW - 8}" fill="{pale}" stroke="{dark}"/>')
    right = max(x1, x0 + 8) + 6
    fits = right + len(bar.text) * 6.6 < WIDTH - _RIGHT
    out.append(text(right if fits else x0 - 8, middle + 4, bar.text, anchor="start" if fits else "end"))
    return "".join(out)
