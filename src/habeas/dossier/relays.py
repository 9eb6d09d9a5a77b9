"""Who passes on whom, as a picture: relays on the left, the voices that they lead back to on the right. SVG with presentation attributes only.

A voice to which several arrows lead was passed on by several: they are one voice all the same.
"""

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from habeas.dossier.pdf.visible import plain
from habeas.dossier.svg import MUTE, RECORD, WIDTH, picture, shortened, text
from habeas.examine.independence import Passing
from habeas.locale import tr, tr_n

MOST = 40
"""Names drawn; what is left out is said."""
_WIDEST, _HIGH, _ROW, _TOP = 270, 24, 32, 34
_LETTER = 6.4
"""Average width of a letter at this size."""
_FILL = "#eef4f7"


def relay_picture(passings: Sequence[Passing]) -> str:
    """The picture; empty where nobody passes on anybody."""
    column = _columns(passings)
    if not column:
        return ""
    shown = sorted(column, key=lambda name: (column[name], name))[:MOST]
    box = min(_WIDEST, (WIDTH - 16) // (max(column.values()) + 1) - 50)
    place = _places(_untangled(shown, column, passings), column, box)
    height = _TOP + max(at for _, at in place.values()) * _ROW + _ROW + (18 if len(column) > MOST else 0)
    lines = "".join(
        _arrow(place[one.relay], place[one.voice], box, len(one.statements)) for one in passings if one.relay in place and one.voice in place
    )
    boxes = "".join(_box(name, *place[name], box) for name in shown)
    heads = text(8, 18, tr("passed on by"), MUTE) + text(WIDTH - box - 8, 18, tr("who spoke first"), MUTE)
    left = len(column) - len(shown)
    rest = text(8, height - 6, tr_n("and {count} more name", "and {count} more names", left), MUTE) if left else ""
    return picture(height, f"{heads}{lines}{boxes}{rest}", tr("Who passes on whom"))


def _columns(passings: Sequence[Passing]) -> dict[str, int]:
    """Name → how many steps at most lie between it and the end of its chains, turned so that first speakers stand on the right."""
    onward: dict[str, set[str]] = defaultdict(set)
    names = dict.fromkeys(name for one in passings for name in (one.relay, one.voice))
    for one in passings:
        onward[one.relay].add(one.voice)
    depth = dict.fromkeys(names, 0)
    for _ in range(len(names)):  # outlets that quote one another make a circle, which ends here
        before = dict(depth)
        for name in names:
            depth[name] = max((min(depth[other] + 1, len(names)) for other in onward[name] if other != name), default=0)
        if depth == before:
            break
    most = max(min(value, 4) for value in depth.values()) if names else 0
    return {name: most - min(depth[name], 4) for name in names}


def _untangled(shown: Sequence[str], column: dict[str, int], passings: Sequence[Passing]) -> list[str]:
    """Column by column from the right, each name at the height of those that it leads to, so that few arrows cross."""
    onward: dict[str, list[str]] = defaultdict(list)
    for one in passings:
        onward[one.relay].append(one.voice)
    row: dict[str, float] = {}
    ordered: list[str] = []
    for at in range(max(column.values()), -1, -1):
        names = [name for name in shown if column[name] == at]
        targets = {name: [row[other] for other in onward[name] if other in row] for name in names}
        names.sort(key=lambda name: sum(targets[name]) / len(targets[name]) if targets[name] else 0.0)
        row.update((name, float(number)) for number, name in enumerate(names))
        ordered += names
    return ordered


def _places(shown: Sequence[str], column: dict[str, int], box: int) -> dict[str, tuple[int, int]]:
    """Name → (x, row)."""
    columns = max(column.values()) + 1
    step = (WIDTH - box - 16) // max(1, columns - 1)
    rows: dict[int, int] = defaultdict(int)
    place = {}
    for name in shown:
        place[name] = (8 + column[name] * step, rows[column[name]])
        rows[column[name]] += 1
    return place


def _arrow(relay: tuple[int, int], voice: tuple[int, int], box: int, times: int) -> str:
    x, y = relay[0] + box, _TOP + relay[1] * _ROW + _HIGH // 2
    to_x, to_y = voice[0], _TOP + voice[1] * _ROW + _HIGH // 2
    middle = (x + to_x) // 2
    width = 1 + min(times, 5) * 0.5
    line = f'<path d="M {x} {y} C {middle} {y}, {middle} {to_y}, {to_x - 6} {to_y}" fill="none" stroke="{RECORD}" stroke-width="{width}"/>'
    head = f'<path d="M {to_x} {to_y} l -7 -4 l 0 8 z" fill="{RECORD}"/>'
    return line + head + (text(middle, (y + to_y) // 2 - 4, f"× {times}", MUTE) if times > 1 else "")


def _box(name: str, x: int, row: int, wide: int) -> str:
    y, letters = _TOP + row * _ROW, int((wide - 16) / _LETTER)
    box = f'<rect x="{x}" y="{y}" width="{wide}" height="{_HIGH}" rx="4" fill="{_FILL}" stroke="{RECORD}" stroke-width="0.8"/>'
    return f"<g><title>{escape(plain(name))}</title>{box}{text(x + 8, y + 16, shortened(name, letters))}</g>"
