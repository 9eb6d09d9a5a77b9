"""Pictures of patterns across cases, one of each kind, as SVG with presentation attributes only: figures and the accusing side's words, no case.

What it does not do: decide what may be shown; what is drawn is what it is given (see :mod:`habeas.services.releasing`).
"""

import math
from collections.abc import Callable, Sequence
from itertools import groupby

import msgspec

from habeas.domain.across import Follows, Key, Patterns, Prompt, Recurs, Together
from habeas.dossier.svg import BAD, CLAIM_PALE, MUTE, RECORD, RECORD_PALE, WIDTH, picture, rect, shortened, text
from habeas.examine.patterns import BEYOND_CHANCE
from habeas.locale import tr

MOST = 24
"""Rows drawn; what is left out is said."""

_LEFT, _RIGHT, _ROW, _TOP = 300, 150, 26, 34
_LETTERS = 45
"""Of a label."""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A row: a share from 0 to 1, what it is set against (None: nothing), and the words left and right of it."""

    label: str
    share: float
    against: float | None
    said: str
    head: str = ""


def prompt_words(prompt: Prompt) -> str:
    """What an accusation may follow, in words."""
    return {
        Prompt.COMPLAINT: tr("a complaint"), Prompt.INQUIRY: tr("a statement taken in an inquiry"), Prompt.THREAT: tr("a threat"),
        Prompt.PUBLICATION: tr("a publication"), Prompt.FLIGHT: tr("a flight"), Prompt.MASS_ARREST: tr("a mass arrest"),
    }[prompt]  # fmt: skip


def key_words(key: Key) -> str:
    """What recurs, in words."""
    return {
        Key.OFFICER: tr("officer"), Key.OFFICE: tr("office"), Key.ARTICLE: tr("article"), Key.FORM: tr("form"), Key.WORDING: tr("shared wording"),
    }[key]  # fmt: skip


def p_words(p: float) -> str:
    """A corrected *p* as people print it."""
    return f"p ≤ {max(0.001, math.ceil(p * 1000) / 1000):.3f}"


def pictures(found: Patterns) -> dict[str, str]:
    """Name → SVG, for each kind of pattern that was found."""
    makers: dict[str, Callable[[], str]] = {
        "follows": lambda: follows_picture(found.follows),
        "recurs": lambda: recurs_picture(found.recurs),
        "together": lambda: together_picture(found.together),
        "waves": lambda: waves_picture(found),
    }
    return {name: made for name, make in makers.items() if (made := make())}


def follows_picture(rows: Sequence[Follows]) -> str:
    """Of the cases with such an event, how many accusations follow it beyond chance, and a tick for as many days before it."""
    bars = [
        Bar(
            label=tr("within {count} days after {event}", count=one.within, event=prompt_words(one.prompt)), share=len(one.cases) / one.of,
            against=one.before / one.of,
            said=tr("{count} of {of}, before it {before}; {p}", count=len(one.cases), of=one.of, before=one.before, p=p_words(one.corrected)),
        )
        for one in rows
        if one.corrected <= BEYOND_CHANCE
    ]  # fmt: skip
    return _bars(bars, tr("Accusations first recorded after an event"), tr("tick: within as many days before it"))


def recurs_picture(rows: Sequence[Recurs]) -> str:
    """How many cases each officer, office, article, form and wording stands in."""
    bars: list[Bar] = []
    for _, some in groupby(rows, key=lambda one: one.key):
        for number, one in enumerate(some):
            said = tr("{count} of {of} cases", count=len(one.cases), of=one.of)
            bars.append(
                Bar(label=one.value, share=len(one.cases) / one.of, against=None, said=said, head="" if number else key_words(one.key))
            )  # fmt: skip
    return _bars(bars, tr("What recurs on the accusing side"), "")


def together_picture(rows: Sequence[Together]) -> str:
    """Of the cases with the one, how many have the other; and a tick for the cases without the one."""
    bars = []
    for one in (one for one in rows if one.corrected <= BEYOND_CHANCE):
        having, rest = one.both + one.one_only, one.other_only + one.neither
        said = tr("{count} of {of}, else {other} of {rest}", count=one.both, of=having, other=one.other_only, rest=rest)
        against = one.other_only / rest if rest else None
        bars.append(Bar(label=f"{one.one[1]} → {one.other[1]}", share=one.both / having, against=against, said=f"{said}; {p_words(one.corrected)}"))
    return _bars(bars, tr("What goes together"), tr("tick: the same among the cases without the first"))


def _bars(rows: Sequence[Bar], title: str, note: str) -> str:
    if not rows:
        return ""
    shown, y, parts = rows[:MOST], _TOP, []
    wide = WIDTH - _LEFT - _RIGHT - 16
    for one in shown:
        if one.head:
            parts.append(text(8, y + 14, one.head, MUTE, bold=True))
            y += 20
        parts.append(text(8, y + 15, shortened(one.label, _LETTERS)))
        parts.append(rect(_LEFT, y + 3, wide, 16, RECORD_PALE) + rect(_LEFT, y + 3, wide * min(1.0, one.share), 16, RECORD))
        if one.against is not None:
            at = round(_LEFT + wide * min(1.0, one.against), 1)
            parts.append(f'<line x1="{at}" x2="{at}" y1="{y}" y2="{y + 22}" stroke="{BAD}" stroke-width="2"/>')
        parts.append(text(_LEFT + wide + 8, y + 15, one.said, MUTE))
        y += _ROW
    left = len(rows) - len(shown)
    foot = " · ".join(part for part in (note, tr("and {count} more rows", count=left) if left else "") if part)
    if foot:
        parts.append(text(8, y + 14, foot, MUTE))
        y += 20
    return picture(y + 6, text(8, 20, title, bold=True) + "".join(parts), title)


def waves_picture(found: Patterns) -> str:
    """Accusations by month, or by whatever stretches the figures were joined to; shaded: the densest days beyond chance, where they are told."""
    if not found.months or not found.waves:
        return ""
    stretches = found.months
    high, base = 120, _TOP + 130
    step = min(90.0, (WIDTH - 48) / len(stretches))
    most = max(count for _, count in stretches) or 1
    index = {name: number for number, (name, _) in enumerate(stretches)}
    wave = min(found.waves, key=lambda one: (one.corrected, one.within))
    beyond = wave.corrected <= BEYOND_CHANCE
    parts = []
    first, last = index.get(wave.begins[:7]), index.get(wave.ends[:7])
    if beyond and first is not None and last is not None:
        parts.append(rect(40 + first * step, _TOP, (last - first + 1) * step, base - _TOP, CLAIM_PALE))
    for number, (name, count) in enumerate(stretches):
        tall = high * count / most
        if count:
            parts.append(rect(40 + number * step, base - tall, max(1.0, step - 1), tall, RECORD))
        if "-" not in name or name.endswith("-01") or number == 0:
            parts.append(text(40 + number * step, base + 16, name.split("-")[0], MUTE))
    parts.append(text(8, _TOP + 12, str(most), MUTE) + text(8, base, "0", MUTE))
    days = tr(", {begins} to {ends}", begins=wave.begins, ends=wave.ends) if wave.begins else ""
    said = tr("{count} of {of} within {within} days{days}; an even spread would give {expected}; {p}", count=wave.most, of=wave.of,
              within=wave.within, days=days, expected=wave.expected, p=p_words(wave.corrected))  # fmt: skip
    parts.append(text(8, base + 38, said if beyond else tr("no stretch of days beyond what chance explains"), MUTE))
    title = tr("When accusations were first recorded")
    return picture(base + 48, text(8, 20, title, bold=True) + "".join(parts), title)
