"""The fonts that ship: which packages bring them, where their files lie, and which characters they can show.

All are under the SIL Open Font License 1.1 and come as pip dependencies, so no binary is committed. Typst gets these files
only, never those of the machine or its own: the same dossier must be the same bytes everywhere.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

SERIF = "Noto Serif"
SANS = "Noto Sans"
MONO = "IBM Plex Mono"

_FILES = {
    "fontpkg_noto_serif": ("files/NotoSerif[wdth,wght].ttf", "files/NotoSerif-Italic[wdth,wght].ttf"),
    "fontpkg_ibm_plex_mono": ("files/IBMPlexMono-Regular.ttf", "files/IBMPlexMono-Bold.ttf"),
    "manimgx_fonts": ("NotoSans[wght].ttf", "NotoSans-Italic[wght].ttf"),
}
"""Import package and the files in it whose families are named above."""

_SCRIPTS_PACKAGE = "manimgx_fonts"
_SCRIPTS = (
    "Arabic", "Hebrew", "Armenian", "Georgian", "Devanagari", "Bengali", "Ethiopic", "Gujarati", "Gurmukhi", "Kannada", "Khmer",
    "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai", "Symbols",
)  # fmt: skip
"""Scripts for which a Noto Sans of their own ships; Chinese, Japanese and Korean do not."""


_OTHER_CUTS = ("Serif", "Italic", "Bold")


class FontsMissingError(RuntimeError):
    """A font package is not installed, or lacks a file that this code expects of it."""


def fallback(first: str) -> tuple[str, ...]:
    """Return the families to try in order for running text that begins in `first`."""
    return tuple(dict.fromkeys((first, SANS, *(f"Noto Sans {script}" for script in _SCRIPTS))))


@cache
def font_files() -> tuple[Path, ...]:
    """Return the path of each font file that text may be set in. Raises `FontsMissingError`."""
    named = [(package, name) for package, names in _FILES.items() for name in names]
    scripts = [(_SCRIPTS_PACKAGE, f"NotoSans{script}[wght].ttf") for script in _SCRIPTS]
    return tuple(_file(package, name) for package, name in (*named, *scripts))


@cache
def typst_fonts() -> typst.Fonts:
    """Return the fonts in the form in which Typst takes them: ours, and no others. Raises `FontsMissingError`."""
    folders = sorted({str(path.parent) for path in font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def shows(character: str) -> bool:
    """Whether some shipped font that `fallback` names has a glyph for the character."""
    return any(ord(character) in covered for covered in _coverage())


def shows_together(characters: str) -> bool:
    """Whether one shipped font has glyphs for all of them, as a letter and the marks on it need."""
    wanted = set(map(ord, characters))
    return any(wanted <= covered for covered in _coverage())


@cache
def _coverage() -> tuple[frozenset[int], ...]:
    return tuple(_code_points(path) for path in font_files() if not any(cut in path.name for cut in _OTHER_CUTS))


def _code_points(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _file(package: str, name: str) -> Path:
    try:
        path = Path(str(resources.files(package))) / name
    except ModuleNotFoundError as missing:
        message = f"the font package {package} is not installed"
        raise FontsMissingError(message) from missing
    if not path.is_file():
        message = f"the font package {package} has no file {name}"
        raise FontsMissingError(message)
    return path
