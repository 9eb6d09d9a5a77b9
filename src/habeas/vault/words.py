"""Searching inside one open case: over Russian, English and Spanish, across scripts where wanted. Contacts are never in it.

A text is kept as three rows of keys: the words as they stand (folded), their stems (Snowball), and the folded words in Latin letters
(a plain table after BGN/PCGN without diacritics, for recall, not for print). What is shredded leaves the index with the epoch.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec
import snowballstemmer

from habeas.vault.compartment import Compartment
from habeas.vault.errors import VaultError
from habeas.vault.events import Kind, Recorded, Sealed

_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i i e g u".replace("-", "").split(" "),
        strict=True,
    )
)  # fmt: skip
_LOOSE = re.compile(r"(?<=[aeiou])y(?=\b)|j|y|'")


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was found, and the payload of the revision."""

    id: str
    payload: str


@lru_cache(maxsize=1 << 16)
def _stems(word: str) -> tuple[str, ...]:
    languages = ("russian",) if _CYRILLIC.search(word) else ("english", "spanish")
    return tuple(dict.fromkeys(_stemmer(one)(word) for one in languages))


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Callable[[str], str]:
    return snowballstemmer.stemmer(language).stemWord  # type: ignore[no-any-return]


@lru_cache(maxsize=1 << 16)
def _latin(word: str) -> str:
    """A key that spellings of one word in two scripts mostly share: Grozny, Groznyj and Грозный."""
    letters = "".join(_LATIN.get(c, c) for c in word)
    return _LOOSE.sub("i", letters).rstrip("i") or letters


def _cased(text: str) -> str:
    """Without case, letters composed (Unicode NFC), ё as е: what the stemmers take."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е")


def _bare(word: str) -> str:
    """Without accents either (NFKD)."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def keys(text: str) -> tuple[str, str, str]:
    """(words, stems, Latin keys) of a text, each as one string for the index."""
    words = _WORD.findall(_cased(text))
    stems = [_bare(stem) for word in words for stem in _stems(word)]
    return " ".join(map(_bare, words)), " ".join(stems), " ".join(_latin(_bare(word)) for word in words)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def unindexed(comp: Compartment) -> int:
    """How many records the next search reads first, about."""
    have, known = next(comp.index.rows("SELECT (SELECT count(DISTINCT id) FROM item), (SELECT count(*) FROM indexed)"))
    return max(0, int(have) - int(known))


def read_into_index(comp: Compartment, step: Callable[[], object] = lambda: None) -> None:
    """Index what is new since the last search, and forget revisions that are no longer the current ones; nothing where the log has not grown.

    ``step`` is called before each record, and may raise: then nothing was indexed.
    """
    state = repr(sorted((device, known.at.n) for device, known in comp.known.items()))
    if comp.index.get("words") == state:
        return
    current: dict[str, str] = {}
    for _, _, _, line in comp.index.events(("Recorded",)):
        if isinstance(line, Recorded) and line.kind is not Kind.CONTACT:
            current[line.id] = line.payload
    gone = comp.index.gone()
    wanted = {payload: rid for rid, payload in current.items() if payload not in gone}
    known = {payload for (payload,) in comp.index.rows("SELECT payload FROM indexed")}
    texts = {line.payload for _, _, _, line in comp.index.events(("Sealed",)) if isinstance(line, Sealed)} - gone
    with comp.index.transaction():
        for payload in known - wanted.keys() - texts:
            comp.index.change("DELETE FROM words WHERE payload = ?", (payload,))
            comp.index.change("DELETE FROM indexed WHERE payload = ?", (payload,))
        for payload in wanted.keys() - known:
            step()
            try:
                record = msgspec.json.decode(comp.envelope(payload).record)
            except VaultError:
                continue
            comp.index.change("INSERT INTO words VALUES (?,?,?,?)", (payload, *keys(" \n ".join(_texts(record)))))
            comp.index.change("INSERT INTO indexed VALUES (?,?)", (payload, wanted[payload]))
        comp.index.put("words", state)


def texts_known(comp: Compartment) -> frozenset[str]:
    """Payloads of sealed files whose text can be searched."""
    return frozenset(payload for (payload,) in comp.index.rows("SELECT payload FROM indexed"))


def texts_in_part(comp: Compartment) -> frozenset[str]:
    """Payloads of sealed files whose text is in the index only in part, or not at all."""
    return frozenset(json.loads(comp.index.get("texts in part") or "[]"))


def add_text(comp: Compartment, rid: str, payload: str, text: str, *, whole: bool = True) -> None:
    """Let the text of a sealed file be searched, until it is shredded or the index is made anew. It is kept in the encrypted index alone."""
    with comp.index.transaction():
        comp.index.change("INSERT INTO words VALUES (?,?,?,?)", (payload, *keys(text)))
        comp.index.change("INSERT INTO indexed VALUES (?,?)", (payload, rid))
        if not whole:
            comp.index.put("texts in part", json.dumps(sorted({*texts_in_part(comp), payload})))


def search(comp: Compartment, query: str, *, exact: bool = False, cross_script: bool = True, most: int | None = None) -> list[Hit]:
    """Records in which every word of ``query`` stands, the best first, ``most`` of them.

    ``exact``: the words as they are; else their other forms too.
    """
    read_into_index(comp)
    words = _WORD.findall(_cased(query))
    if not words:
        return []
    terms = [_term(word, exact=exact, cross_script=cross_script) for word in words]
    rows = comp.index.rows(
        "SELECT indexed.id, indexed.payload FROM words JOIN indexed ON indexed.payload = words.payload WHERE words MATCH ? "
        "ORDER BY words.rank LIMIT ?",
        (" AND ".join(terms), -1 if most is None else most),
    )
    return [Hit(id=rid, payload=payload) for rid, payload in rows]


def _term(word: str, *, exact: bool, cross_script: bool) -> str:
    alternatives = [f'exact : "{_bare(word)}"']
    if not exact:
        alternatives += [f'stems : "{_bare(stem)}"' for stem in _stems(word)]
        if cross_script:
            alternatives.append(f'latin : "{_latin(_bare(word))}"')
    return "(" + " OR ".join(_unique(alternatives)) + ")"


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
