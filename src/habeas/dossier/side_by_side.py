"""Two texts beside each other, word by word: what is shared, and the slots that were filled differently.

Words are compared without case and punctuation; what is shown is the text as it stands. What it does not do: say whether sharing is beyond chance
(:mod:`habeas.examine.passages` does), or why.
"""

import difflib
import re

import msgspec

MOST_WORDS = 600
"""Of each text; what is longer is cut, and said: the comparison grows with the cube on hostile texts (about a second here)."""
SHORTEST = 3
"""Words that stand alone between two slots are part of them: a shared run has so many words at least."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A run of words that both texts have, or a slot: what stands there in the first and in the second."""

    shared: bool
    first: str
    second: str


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """The pieces in order; how many words are shared, of how many in each; whether a text was cut."""

    pieces: tuple[Piece, ...]
    shared: int
    words: tuple[int, int]
    cut: bool = False


def side_by_side(first: str, second: str) -> SideBySide:
    """Align two texts."""
    a, b = _words(first), _words(second)
    cut = len(a) > MOST_WORDS or len(b) > MOST_WORDS
    a, b = a[:MOST_WORDS], b[:MOST_WORDS]
    matcher = difflib.SequenceMatcher(None, [key for key, _ in a], [key for key, _ in b], autojunk=False)
    pieces: list[Piece] = []
    shared = at = to = 0
    for block in matcher.get_matching_blocks():
        if block.size < SHORTEST and block.size:
            continue
        if at < block.a or to < block.b:
            pieces.append(Piece(shared=False, first=_text(a[at : block.a]), second=_text(b[to : block.b])))
        if block.size:
            pieces.append(Piece(shared=True, first=_text(a[block.a : block.a + block.size]), second=_text(b[block.b : block.b + block.size])))
            shared += block.size
        at, to = block.a + block.size, block.b + block.size
    return SideBySide(pieces=tuple(pieces), shared=shared, words=(len(a), len(b)), cut=cut)


def _words(text: str) -> list[tuple[str, str]]:
    """(as compared, as it stands) of each word."""
    return [(re.sub(r"[^\w]+", "", word).casefold() or word, word) for word in text.split()]


def _text(words: list[tuple[str, str]]) -> str:
    return " ".join(word for _, word in words)
