"""What believing the accusation costs, as a picture that is understood at a glance: one figure for each source that must be wrong.

Solid figures: without any presumption; pale ones: with what is presumed to have lasted. What it does not do: count, or weigh one
source against another.
"""

from collections.abc import Mapping
from html import escape

from habeas.domain.finding import Belief, MustBeWrong
from habeas.dossier.pdf.visible import plain
from habeas.dossier.svg import BAD, CLAIM, INK, MUTE, shortened
from habeas.dossier.words import point_words
from habeas.locale import tr, tr_n

WIDTH = 760
_LETTERS = 62


def belief_picture(belief: Belief, names: Mapping[str, str]) -> str:
    """The SVG; an empty string where nothing has to be wrong. ``names``: of sources, by their ids."""
    firm, presumed = belief.points, belief.points_with_presumptions
    if not presumed and not firm:
        return ""
    known = {one.origin for one in firm}
    rows = [*((one, True) for one in firm), *((one, False) for one in presumed if one.origin not in known)]
    high = 76 + 44 * len(rows) + 30
    parts = [
        f'<rect x="8" y="10" width="{WIDTH - 16}" height="38" rx="4" fill="#ffffff" stroke="{CLAIM}" stroke-width="1.6"/>',
        _text(20, 34, tr("The accusation is true"), CLAIM, bold=True),
        f'<path d="M 34 48 L 34 {high - 34}" stroke="{MUTE}" stroke-width="1.4" fill="none"/>',
        _text(48, 68, tr_n("only if this source is wrong", "only if all of these {count} sources are wrong", len(rows)), MUTE),
    ]
    for number, (one, solid) in enumerate(rows):
        y = 84 + 44 * number
        parts.append(f'<path d="M 34 {y + 16} L 52 {y + 16}" stroke="{MUTE}" stroke-width="1.4" fill="none"/>')
        parts.append(_figure(56, y, solid=solid))
        parts.append(_text(96, y + 13, shortened(names.get(one.origin, one.origin), _LETTERS), bold=True))
        parts.append(_text(96, y + 30, shortened(_about(one, solid=solid), _LETTERS + 30), MUTE))
    parts.append(_text(20, high - 8, tr("None of them is recorded as resting on another."), MUTE))
    label = belief.sentence_with_presumptions or belief.sentence
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" height="{high}" '
        f'font-family="Noto Sans" font-size="13.5" '
        f'role="img" aria-label="{escape(plain(label))}"><rect x="0" y="0" width="{WIDTH}" height="{high}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _about(one: MustBeWrong, *, solid: bool) -> str:
    said = f"{point_words(one.wrong_about)} ({', '.join(one.statements[:4])}{' …' if len(one.statements) > 4 else ''})"  # noqa: PLR2004
    return said if solid else tr("if what is presumed lasted: {what}", what=said)


def _figure(x: float, y: float, *, solid: bool) -> str:
    """A person: filled where nothing is presumed, an outline where something is."""
    fill = BAD if solid else "#ffffff"
    dash = "" if solid else ' stroke-dasharray="3 2"'
    return (
        f'<circle cx="{x + 14}" cy="{y + 7}" r="6" fill="{fill}" stroke="{BAD}" stroke-width="1.6"{dash}/>'
        f'<path d="M {x + 3} {y + 33} q 0 -17 11 -17 q 11 0 11 17 z" fill="{fill}" stroke="{BAD}" stroke-width="1.6"{dash}/>'
    )


def _text(x: float, y: float, words: str, colour: str = INK, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{weight}>{escape(plain(words))}</text>'
