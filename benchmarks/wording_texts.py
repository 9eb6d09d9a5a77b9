"""The published generator of short statements in which templates are hidden: made-up words, so that it imitates no person and no file.

``natural``: own sentences, each word chosen after the one before. ``hard``: own sentences come from a stock of some thousands that all draw from.
In both, three texts in five carry honest standard forms (openings and closings with slots, used by thousands). Templates are planted in groups
of two to six texts, with the slots filled anew: as they are; with a scanner's slips or one word in seven changed; or as two sentences within a
text of one's own.

Everything comes from the seed.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

KINDS = ("slots", "slips", "words", "two sentences")
_CONSONANTS, _VOWELS = "бвгджзклмнпрстфхцчшщ", "аеиоуыэюя"
_LATIN = ("bcdfghjklmnpqrstvwxyz", "aeiou")


class Corpus(NamedTuple):
    """The texts, and the pairs that share a template, by how it was planted."""

    texts: list[str]
    pairs: dict[str, set[tuple[int, int]]]


class _Language:
    def __init__(self, rng: random.Random, *, words: int = 12_000) -> None:
        self.rng = rng
        letters = rng.choice(((_CONSONANTS, _VOWELS), _LATIN))
        found: dict[str, None] = {}
        while len(found) < words:
            found["".join(rng.choice(letters[0]) + rng.choice(letters[1]) for _ in range(rng.choice((1, 2, 2, 3, 3, 4))))] = None
        self.words = list(found)
        self.weights = list(itertools.accumulate(1 / (rank + 8) for rank in range(words)))
        self.after = {word: rng.choices(self.words, cum_weights=self.weights, k=24) for word in self.words[:4000]}
        self.names = ["".join(rng.choice(letters[0]) + rng.choice(letters[1]) for _ in range(3)).capitalize() for _ in range(6000)]

    def sentence(self, length: int = 0) -> list[str]:
        """Own words; a zero stands for a slot that the writer fills."""
        word = self.rng.choices(self.words, cum_weights=self.weights)[0]
        found = []
        for _ in range(length or self.rng.randint(7, 15)):
            found.append(word)
            following = self.after.get(word)
            word = self.rng.choice(following) if following and self.rng.random() < 0.6 else self.rng.choices(self.words, cum_weights=self.weights)[0]
        return found

    def mould(self, length: int = 0) -> list[str]:
        """A sentence with slots (empty words)."""
        found = self.sentence(length)
        for _ in range(self.rng.choice((1, 1, 2))):
            found[self.rng.randrange(len(found))] = ""
        return found

    def filled(self, mould: Sequence[str]) -> list[str]:
        """A mould with names, dates and numbers in its slots."""
        return [word for part in mould for word in ([part] if part else self._slot())]

    def _slot(self) -> list[str]:
        kind = self.rng.randrange(3)
        if kind == 0:
            return [self.rng.choice(self.names), self.rng.choice(self.names)]
        if kind == 1:
            return [str(self.rng.randint(1, 28)), self.rng.choice(self.words[200:212]), str(self.rng.randint(1975, 2019))]
        return [self.rng.choice(self.names)]

    def slips(self, words: Sequence[str], share: float = 0.025) -> list[str]:
        """A scanner's slips: letters replaced, lost or doubled, spaces lost."""
        text = list(" ".join(words))
        for at, letter in enumerate(text):
            if letter != " " and self.rng.random() < share:
                text[at] = self.rng.choice(("", letter * 2, self.rng.choice(_VOWELS), self.rng.choice(_CONSONANTS)))
        return "".join(text).split()

    def changed(self, words: Sequence[str], share: float = 0.15) -> list[str]:
        """Words replaced."""
        return [self.rng.choices(self.words, cum_weights=self.weights)[0] if self.rng.random() < share else word for word in words]


def _planted(
    language: _Language, rng: random.Random, groups: int, own: Callable[[int], list[list[str]]]
) -> Iterator[tuple[list[list[str]], str, int]]:
    """(sentences, how it was planted, its group) of every text that follows a template."""
    for group in range(groups):
        kind = KINDS[group % len(KINDS)]
        mould = [language.mould() for _ in range(4)]
        for number in range(rng.choice((2, 2, 3, 3, 4, 6))):
            text = [language.filled(one) for one in mould]
            if kind == "slips" and number:
                text = [language.slips(one) for one in text]
            elif kind == "words" and number:
                text = [language.changed(one) for one in text]
            elif kind == "two sentences":
                text = [*own(2), *text[:2], *own(1)]
            yield text, kind, group


def corpus(seed: int, count: int = 100_000, *, hard: bool = False, groups: int = 0, stock: int = 3000) -> Corpus:
    """``count`` texts of 30 to 70 words; ``groups`` templates (a 300th of the texts by default)."""
    rng = random.Random(seed)
    language = _Language(rng)
    forms = [[language.mould() for _ in range(rng.choice((1, 2, 2, 3)))] for _ in range(40)]
    stocked = [language.mould() for _ in range(stock)] if hard else []
    popular = list(itertools.accumulate(1 / (rank + 1) for rank in range(stock)))

    def own(sentences: int) -> list[list[str]]:
        if hard:
            return [language.filled(one) for one in rng.choices(stocked, cum_weights=popular, k=sentences)]
        return [language.sentence() for _ in range(sentences)]

    planted = list(_planted(language, rng, groups or max(8, count // 300), own))
    texts = [*planted, *((own(rng.randint(3, 4)), "", -1) for _ in range(count - len(planted)))]
    rng.shuffle(texts)
    members: dict[tuple[str, int], list[int]] = {}
    found = []
    for number, (sentences, kind, group) in enumerate(texts):
        form = rng.choice(forms) if rng.random() < 0.6 else []
        written = [*(language.filled(one) for one in form[:1]), *sentences, *(language.filled(one) for one in form[1:])]
        found.append(" ".join(" ".join(one).capitalize() + "." for one in written))
        if kind:
            members.setdefault((kind, group), []).append(number)
    pairs: dict[str, set[tuple[int, int]]] = {kind: set() for kind in KINDS}
    for (kind, _), some in members.items():
        pairs[kind] |= set(itertools.combinations(sorted(some), 2))
    return Corpus(found, pairs)
