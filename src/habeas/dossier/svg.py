"""The few marks that pictures are made of: SVG with presentation attributes only, no scripts, no styles, so that it renders the same anywhere."""

from html import escape

from habeas.dossier.pdf.visible import plain

WIDTH = 760
INK, MUTE, GRID, BAD = "#1f2933", "#5b6673", "#dfe4e8", "#b42318"
RECORD, RECORD_PALE = "#1d5b79", "#d5e6ee"
CLAIM, CLAIM_PALE = "#9a3412", "#f3dccf"


def text(x: float, y: float, words: str, colour: str = INK, *, bold: bool = False, anchor: str = "start") -> str:
    """One line of words; what does not show in print is written out."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(plain(words))}</text>'


def rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A filled box."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def shortened(words: str, most: int) -> str:
    """So many letters at most, the last one ``…`` where there were more."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def picture(height: float, body: str, label: str = "") -> str:
    """The whole, on white. ``label``: what it shows, for those who do not see it."""
    said = f' role="img" aria-label="{escape(label)}"' if label else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'font-family="Noto Sans" font-size="11.5"{said}>'
        f'<rect x="0" y="0" width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>{body}</svg>'
    )
