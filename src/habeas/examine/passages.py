"""Passages that two texts share beyond what chance explains, and passages that many share.

Texts are read as words (case, accents of Latin letters, ё and punctuation folded; whatever holds a digit is one number). Every run of three words
is looked up: one that few texts hold weighs log2(texts / holders) bits, less and less towards :data:`CAP` holders, where a run counts as widely
used: a standard form, a saying, or a template used on a mass scale, which look the same and are listed for a person to mark. Pairs whose common
runs weigh something are aligned word by word, a scanner's slips and changed words allowed; each common word counts the bits of its own rarity,
faded like the runs around it. What differs between two blocks is a slot.

Passages that a person marked as standard forms weigh nothing for a pair, and who uses each is said.

What it does not do: say why. A form, a habit of one recorder, a quotation and a dictation all share wording; translations share their
translator's, and are left out by the caller. Source: rolling hashes over word n-grams (Karp & Rabin 1987), weighted by rarity (Spärck Jones 1972).
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

RUN = 3
"""Words of a run."""
CAP = 32
"""From so many holders on, a run is widely used and weighs nothing for a pair."""
LOOKED_AT = 26.0
"""Bits of common runs from which a pair is aligned: two that hardly anybody else holds."""
LEAST_BITS = 64.0
"""What a pair must reach where too few pairs come near it to say more: the bits of its common words, and half of those of its common runs
(words in a row are rarer than each by itself)."""
_LOWEST, _HIGHEST = 50, 100
_STEP, _THINNED, _ENOUGH = 6, 0.15, 30
FEWEST_TEXTS = 1 << 16
"""A few texts are no background: rarity is reckoned as if at least so many had been read."""
_SLOT = 16
"""Words that may differ between two blocks of one alignment."""
_REACH = 4
"""Words looked ahead for one that may have been changed, lost or put in."""
_REMEMBERED = 1 << 20
_FIGURE = "0"
_WORD = re.compile(r"\w+", re.UNICODE)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """The same words in two texts: character spans, and how many words."""

    first: tuple[int, int]
    second: tuple[int, int]
    words: int


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """Two texts (by position, ``first`` before ``second``), the bits of what they share, and the blocks in the order of the first.

    ``own``: how many of the common words stand in runs that weigh something, outside marked forms and what is widely used.
    """

    first: int
    second: int
    bits: float
    own: int
    blocks: tuple[Block, ...]

    @property
    def spans(self) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
        """The blocks as character spans in both texts."""
        return tuple((block.first, block.second) for block in self.blocks)


class Widely(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that many texts hold: as it stands in the first of them, and who holds its least common run."""

    words: str
    texts: tuple[int, ...]


class Passages(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs, heaviest first; widely used passages, most used first; for each marked form the texts that hold half of its runs or more."""

    pairs: tuple[Shared, ...]
    widely: tuple[Widely, ...]
    forms: tuple[tuple[int, ...], ...] = ()


def fold_word(word: str) -> str:
    """A word as it is compared."""
    if any(c.isdigit() for c in word):
        return _FIGURE
    if word.isascii():
        return word.lower()
    flat = word.casefold().replace("ё", "е")
    if any("a" <= c <= "z" for c in flat):
        flat = "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c))
    return flat


def shared_passages(
    texts: Sequence[str], forms: Sequence[str] = (), *, least_bits: float | None = None, progress: Callable[[int, int], object] = lambda *_: None
) -> Passages:
    """Every pair of texts that shares wording, and what is widely used. Memory and time grow with the words read, not with the pairs of texts.

    ``forms``: passages that a person marked as standard forms.
    ``least_bits``: what a pair must reach; without it, what the pairs themselves show (:func:`thinned_out`).
    """
    reading = _Reading(texts, forms)
    progress(1, 3)
    candidates = reading.pairs(LOOKED_AT)
    progress(2, 3)
    aligned = []
    for first, second, rarity in candidates:
        words, own, chain = reading.align(first, second)
        aligned.append((words + rarity / 2, own, first, second, chain))
    cut = thinned_out([one[0] for one in aligned]) if least_bits is None else least_bits
    found = [
        Shared(first=first, second=second, bits=round(bits, 1), own=own, blocks=reading.blocks(first, second, chain))
        for bits, own, first, second, chain in aligned
        if bits >= cut
    ]
    progress(3, 3)
    found.sort(key=lambda one: (-one.bits, one.first, one.second))
    return Passages(pairs=tuple(found), widely=tuple(reading.widely()), forms=tuple(reading.users()))


def thinned_out(bits: Sequence[float]) -> float:
    """From where on pairs are hardly chance: an empirical null.

    What texts share by chance gets rarer and rarer with every bit; what was copied does not. The cut is the lowest at which the pairs just below it
    (six bits) are less than a seventh of all above.
    """
    scores = np.sort(np.array(bits, float))
    for cut in range(_LOWEST, _HIGHEST):
        low, at = np.searchsorted(scores, [cut - _STEP, cut])
        above = len(scores) - at
        if above < _ENOUGH:
            return LEAST_BITS
        if at - low <= _THINNED * above:
            return float(cut)
    return float(_HIGHEST)


class _Reading:
    """Texts as numbers, their runs, and who holds each. Marked forms are read behind the texts, and hold runs as they do."""

    def __init__(self, texts: Sequence[str], forms: Sequence[str] = ()) -> None:
        self.count = len(texts)
        texts = [*texts, *forms]
        self._texts = texts
        known: dict[str, int] = {}
        folded: dict[str, int] = {}
        ids: list[int] = []
        lengths = np.zeros(len(texts), np.int64)
        for number, text in enumerate(texts):
            before = len(ids)
            for word in _WORD.findall(text):
                at = folded.get(word)
                if at is None:
                    at = folded[word] = known.setdefault(fold_word(word), len(known))
                ids.append(at)
            lengths[number] = len(ids) - before
        self.known = list(known)
        self.words: Numbers = np.array(ids, np.int64)
        self.ends: Numbers = np.cumsum(lengths)
        self.starts: Numbers = self.ends - lengths
        self._hash(known, lengths)

    def _hash(self, known: dict[str, int], lengths: Numbers) -> None:
        """Runs in order: their hash, their text; then grouped: how many texts hold each."""
        vocabulary = len(known)
        values = np.random.default_rng(1).integers(1, 1 << 63, max(1, vocabulary), dtype=np.uint64)[self.words]
        count = max(0, len(values) - RUN + 1)
        hashes = np.zeros(count, np.uint64)
        for at in range(RUN):
            hashes = hashes * _GOLDEN + values[at : at + count]
        text = np.repeat(np.arange(len(lengths)), lengths)[:count]
        whole = np.arange(count) + RUN <= np.repeat(self.ends, lengths)[:count]
        self.at: Numbers = np.flatnonzero(whole)
        self.run: Hashes = hashes[whole]
        self.text: Numbers = text[whole]
        order = np.lexsort((self.text, self.run))
        run, holder = self.run[order], self.text[order]
        fresh = np.ones(len(run), bool)
        fresh[1:] = (run[1:] != run[:-1]) | (holder[1:] != holder[:-1])
        self.group_holders: Numbers = holder[fresh]
        kept = run[fresh]
        first = np.flatnonzero(np.r_[True, kept[1:] != kept[:-1]]) if len(kept) else np.zeros(0, np.int64)
        self.group_start: Numbers = first
        self.group_size: Numbers = np.diff(np.r_[first, len(kept)])
        self.group_run: Hashes = kept[first]
        self.marked: NDArray[np.bool_] = np.zeros(len(first), bool)
        if len(first) and self.count < len(lengths):  # holders of a run stand in order, so a form that holds it stands last
            self.marked = self.group_holders[first + self.group_size - 1] >= self.count
        total = max(len(lengths), FEWEST_TEXTS)
        held = np.sort(np.repeat(np.arange(len(lengths)), lengths) * max(1, vocabulary) + self.words)
        once = held[np.r_[True, held[1:] != held[:-1]]] if len(held) else held  # np.unique takes ten times as long
        holders = np.bincount(once % max(1, vocabulary), minlength=vocabulary)
        self.word_bits: list[float] = np.log2(total / np.maximum(holders, 1)).tolist()
        self.figure = known.get(_FIGURE, -1)
        if self.figure >= 0:
            self.word_bits[self.figure] = 0.0  # every figure is one word, and none is evidence of anything
        self.fade: list[float] = [0.0, 1.0, *np.clip(np.log2(CAP / np.arange(2, CAP + 1)) / np.log2(CAP / 2), 0, 1).tolist()]
        self.size: Numbers = np.empty(len(run), np.int64)
        self.size[order] = np.where(self.marked, CAP, self.group_size)[np.cumsum(np.r_[True, run[1:] != run[:-1]]) - 1] if len(run) else 0
        self.low: Numbers = np.searchsorted(self.text, np.arange(len(lengths) + 1))
        self._similar: dict[tuple[int, int], bool] = {}

    def weight(self, holders: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bits of a run that so many texts hold: rarity, fading to nothing at the cap."""
        rarity = np.log2(max(len(self._texts), FEWEST_TEXTS) / holders)
        fading: NDArray[np.float64] = rarity * np.clip(np.log2(CAP / holders) / np.log2(CAP / 2), 0, 1)
        return fading

    def pairs(self, least_bits: float) -> list[tuple[int, int, float]]:
        """Pairs whose common runs weigh enough, from the holders of each run that few hold."""
        keys, bits = [], []
        total = len(self._texts)
        for size in range(2, CAP):
            starts = self.group_start[(self.group_size == size) & ~self.marked]
            if not len(starts):
                continue
            holders = self.group_holders[starts[:, None] + np.arange(size)]
            one, other = np.triu_indices(size, 1)
            keys.append((holders[:, one] * total + holders[:, other]).ravel())
            bits.append(np.full(len(keys[-1]), float(self.weight(np.array([size], float))[0]), np.float32))
        if not keys:
            return []
        key = np.concatenate(keys)
        order = np.argsort(key, kind="stable")
        key, weight = key[order], np.concatenate(bits)[order]
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        summed = np.add.reduceat(weight.astype(np.float64), first)
        enough = summed >= least_bits
        return [(*divmod(one, total), bit) for one, bit in zip(key[first][enough].tolist(), summed[enough].tolist(), strict=True)]

    def _runs(self, text: int) -> dict[int, tuple[int, int]]:
        """Run → where it stands first in a text, in words from its start, and how many texts hold it."""
        low, high = self.low[text], self.low[text + 1]
        at = self.at[low:high] - self.starts[text]
        return dict(zip(self.run[low:high].tolist()[::-1], zip(at.tolist()[::-1], self.size[low:high].tolist()[::-1], strict=True), strict=True))

    def align(self, first: int, second: int) -> tuple[float, int, list[tuple[int, int]]]:
        """(bits of the words that two texts have in common in one order, how many of them weigh something, their common runs as places in both)."""
        mine, theirs = self._runs(first), self._runs(second)
        common = sorted((at, theirs[run][0], size) for run, (at, size) in mine.items() if run in theirs)
        chain = _increasing(common)
        one, other = self._words(first), self._words(second)
        faded: dict[int, float] = {}
        paired: dict[int, int] = {}
        for at, there, size in chain:
            fade = self.fade[min(size, CAP)]
            for step in range(RUN):
                paired[at + step] = there + step
                faded[at + step] = min(fade, faded.get(at + step, 1.0))
        bits = sum(self.word_bits[one[at]] * fade for at, fade in faded.items())
        places = sorted(paired)
        borders = [(-1, -1, faded[places[0]]), *((at, paired[at], faded[at]) for at in places), (len(one), len(other), faded[places[-1]])]
        for (at, there, before), (later, further, after) in pairwise(borders):
            if later - at > 1 and further - there > 1:
                edge = at < 0 or later == len(one)
                bits += (before + after) / 2 * self._between(one[at + 1 : later], other[there + 1 : further], edge=edge, backwards=at < 0)
        weighing = sum(fade > 0 and one[at] != self.figure for at, fade in faded.items())
        return bits, weighing, [(at, there) for at, there, _ in chain]

    def _words(self, text: int) -> list[int]:
        found: list[int] = self.words[self.starts[text] : self.ends[text]].tolist()
        return found

    def _between(self, one: list[int], other: list[int], *, edge: bool, backwards: bool) -> float:
        """Bits of what two gaps have in common in one order, slips allowed. Towards an end of a text it stops where nothing follows."""
        if backwards:
            one, other = one[::-1], other[::-1]
        if not edge and (len(one) > _SLOT or len(other) > _SLOT):
            return 0.0
        bits, at, missed = 0.0, 0, 0
        for word in one:
            hit = next((place for place in range(at, min(at + _REACH, len(other))) if word == other[place] or self._alike(word, other[place])), None)
            if hit is None:
                missed += 1
                if edge and missed > 2:  # noqa: PLR2004
                    break
                continue
            bits += self.word_bits[word] if word == other[hit] else min(self.word_bits[word], self.word_bits[other[hit]])
            at, missed = hit + 1, 0
        return bits

    def _alike(self, one: int, other: int) -> bool:
        """Whether two words may be one with a scanner's slip: all but one letter in four agree at their ends."""
        key = (one, other)
        found = self._similar.get(key)
        if found is None:
            a, b = self.known[one], self.known[other]
            longest = max(len(a), len(b))
            found = longest >= 4 and abs(len(a) - len(b)) <= 2 and _ends(a, b) >= longest - max(1, longest // 4)  # noqa: PLR2004
            if len(self._similar) < _REMEMBERED:
                self._similar[key] = found
        return found

    def blocks(self, first: int, second: int, chain: Sequence[tuple[int, int]]) -> tuple[Block, ...]:
        """The common runs as blocks that do not overlap, in characters; figures are one word to a run, and a slot where they differ."""
        blocks: list[list[int]] = []
        for at, there in chain:
            if blocks and at <= blocks[-1][1] and there - at == blocks[-1][2] - blocks[-1][0]:
                blocks[-1][1] = at + RUN
            elif not blocks or (at >= blocks[-1][1] and there >= blocks[-1][2] + blocks[-1][1] - blocks[-1][0]):
                blocks.append([at, at + RUN, there])
        spans = [[(found.start(), found.end()) for found in _WORD.finditer(self._texts[text])] for text in (first, second)]

        def same(at: int, there: int) -> bool:
            one, other = self._texts[first][slice(*spans[0][at])], self._texts[second][slice(*spans[1][there])]
            return one == other or not any(c.isdigit() for c in one)

        pieces = []
        for low, high, there in blocks:
            start = low
            for at in range(low, high + 1):
                if at == high or not same(at, there + at - low):
                    if at > start:
                        pieces.append((start, at, there + start - low))
                    start = at + 1
        return tuple(
            Block(
                first=(spans[0][low][0], spans[0][high - 1][1]), second=(spans[1][there][0], spans[1][there + high - low - 1][1]), words=high - low
            )
            for low, high, there in pieces
        )  # fmt: skip

    def widely(self) -> Iterator[Widely]:
        """Maximal passages of runs that many hold, each told once, from the text in which it stands first."""
        wide = (self.group_size >= CAP) & ~self.marked
        size = dict(zip(self.group_run[wide].tolist(), self.group_size[wide].tolist(), strict=True))
        start = dict(zip(self.group_run[wide].tolist(), self.group_start[wide].tolist(), strict=True))
        at = np.flatnonzero(np.isin(self.run, self.group_run[wide]))
        _, first = np.unique(self.run[at], return_index=True)
        found: list[tuple[int, int, str]] = []
        stretch: list[tuple[int, int]] = []
        last = (-1, -2)
        for index in np.sort(at[first]).tolist():
            place, run, text = int(self.at[index]), int(self.run[index]), int(self.text[index])
            if stretch and (text, place - 1) != last:
                found.append(self._passage(stretch, size))
                stretch = []
            stretch.append((place, run))
            last = (text, place)
        if stretch:
            found.append(self._passage(stretch, size))
        for count, run, words in sorted(found, key=lambda one: (-one[0], one[2])):
            holders = self.group_holders[start[run] : start[run] + count]
            yield Widely(words=words, texts=tuple(holders.tolist()))

    def users(self) -> Iterator[tuple[int, ...]]:
        """For each marked form, the texts that hold half of its runs or more."""
        places: dict[int, list[int]] = {}
        for group in np.flatnonzero(self.marked).tolist():
            low = int(self.group_start[group])
            holders = self.group_holders[low : low + int(self.group_size[group])].tolist()
            for form in holders:
                if form >= self.count:
                    places.setdefault(form, []).extend(one for one in holders if one < self.count)
        for form in range(self.count, len(self.starts)):
            runs = len(self._runs(form))
            held = Counter(places.get(form, ()))
            yield tuple(sorted(text for text, count in held.items() if 2 * count >= runs))

    def _passage(self, stretch: list[tuple[int, int]], size: dict[int, int]) -> tuple[int, int, str]:
        first, last = stretch[0][0], stretch[-1][0] + RUN - 1
        text = int(np.searchsorted(self.ends, first, side="right"))
        spans = [found.span() for found in _WORD.finditer(self._texts[text])]
        offset = int(self.starts[text])
        words = self._texts[text][spans[first - offset][0] : spans[last - offset][1]]
        least = min((run for _, run in stretch), key=lambda run: size[run])
        return size[least], least, words


def _ends(one: str, other: str) -> int:
    """Letters that two words share at their beginnings and at their ends."""
    most, head = min(len(one), len(other)), 0
    while head < most and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < most - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return head + tail


def _increasing(common: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """A longest chain that increases in both places (patience sorting, O(n log n))."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, there, _) in enumerate(common):
        place = bisect_left(tails, there)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [there]
        ends[place : place + 1] = [number]
    chain: list[tuple[int, int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(common[at])
        at = before[at]
    return chain[::-1]


def with_slots(one: str, other: str, spans: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> str:
    """The alignment in words: common passages as in the first text, what differs as ``⟦first | second⟧``, what is far apart as ``…``.

    ``spans``: the common passages (characters in both texts), in their order.
    """
    if not spans:
        return ""
    parts = [one[slice(*spans[0][0])]]
    for before, after in pairwise(spans):
        gaps = one[before[0][1] : after[0][0]].strip(), other[before[1][1] : after[1][0]].strip()
        near = all(len(_WORD.findall(gap)) <= _SLOT for gap in gaps)
        parts.append(f"⟦{gaps[0]} | {gaps[1]}⟧" if near else "…")
        parts.append(one[slice(*after[0])])
    return " ".join(parts)
