"""Masks hidden names in free text. It is a net, not a wall: forms that it does not know (another script, a nickname) pass.

Accents do not hide a name: text and names are compared without them (Unicode NFKD), and what is cut out is cut from the text as it stands.
"""

import re
import unicodedata
from collections.abc import Iterable

from habeas.domain.case import Case
from habeas.domain.identity import plain_name
from habeas.domain.statement import Side
from habeas.examine.voices import unnamed
from habeas.locale import LANGUAGES, in_language, tr, tr_mark

MASK = tr_mark("[name withheld]")
"""What stands in a name's place, in the language of the paper."""


def masks() -> tuple[str, ...]:
    """The same in every language."""
    return tuple(in_language(code, MASK) for code in LANGUAGES)


_WORD = re.compile(r"[^\W\d_]{2,}")


def _bare(text: str) -> tuple[str, list[int]]:
    """The text without accents, and for each of its letters where it stood."""
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter):
            if not unicodedata.combining(part):
                letters.append(part)
                places.append(at)
    return "".join(letters), places


class Mask:
    """Replaces ``hidden`` names, unless they are among what is ``shown``. Words in ``open_words`` are left where they stand alone.

    A name is masked as a whole, and word by word (in capitals, in lower case and with an ending of up to three letters where it is
    long enough); a description ("a neighbour of the bakery") and the name of an office only as a whole. ``count``: cells that were masked.
    """

    def __init__(self, hidden: Iterable[str], shown: Iterable[str], open_words: Iterable[str] = ()) -> None:
        """Prepare for many texts."""
        self.count = 0
        labels = [_bare(one)[0] for one in shown]
        people = {_bare(one)[0] for one in hidden}
        free = {word.casefold() for label in labels for word in _WORD.findall(label)} | {_bare(word)[0].casefold() for word in open_words}
        phrases = {plain_name(name) for name in people} - {plain_name(label) for label in labels}
        phrases = {phrase for phrase in phrases if len(phrase) > 1 and phrase.casefold() not in " ".join(labels).casefold()}
        words = {
            word
            for name in people
            if _personal(plain_name(name))
            for word in _WORD.findall(plain_name(name))
            if not word.islower() and word.casefold() not in free and len(word) >= (3 if word[0].isupper() else 2)
        }
        self._pattern = _pattern(phrases, words)

    def __call__(self, text: str) -> str:
        """The text with every hidden name cut out."""
        if not text or self._pattern is None:
            return text
        bare, places = _bare(text)
        out: list[str] = []
        at = 0
        for match in self._pattern.finditer(bare):
            start, end = places[match.start()], places[match.end() - 1] + 1
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1
            out += [text[at:start], tr(MASK)]
            at = end
        self.count += bool(out)
        return "".join([*out, text[at:]])

    def place(self, text: str) -> str:
        """A place string: only its specific parts are masked, so that the town and the country stay what they are."""
        parts = text.split(",")
        free = max(1, len(parts) - 2)
        return ",".join([*(self(part) for part in parts[:free]), *parts[free:]])


def names_of(case: Case) -> set[str]:
    """Every name that the case holds of someone or something that may have to stay unknown."""
    found = {s.speaker for s in case.statements if not unnamed(s)} | {s.person for s in case.statements} | {case.person}
    found |= {s.body for s in case.statements if s.side is not Side.STATE}
    found |= {relay for s in case.statements for relay in s.relayed_by}
    found |= {name for e in case.exhibits for name in (e.obtained_from, e.obtained_by, e.translator)}
    found |= {name for c in case.consents for name in (c.person, c.guardian)}
    return {name.strip() for name in found if name.strip()}


_PARTICLES = frozenset({
    "de", "del", "la", "las", "los", "y", "e", "da", "das", "dos", "di", "du", "le", "van", "von", "der", "den", "ten", "bin", "ibn", "al",
    "el", "abu", "oglu", "ogly", "kyzy", "бен", "ибн", "аль",
})  # fmt: skip
_OFFICE = re.compile(
    r"minist|polic|commis|comis|comité|committee|jefatura|army|ej[eé]rcito|armada|navy|depart|court|juzgado|juez|fiscal|direcci|servici|service"
    r"|gob[ie]|govern|fuerzas|forces|junta|oficina|office\b|presiden|secretar|parlament|parliament|agenc|council|consejo|interpol|memor|communiqu"
    r"|comunicado|министер|полици|комисс|комитет|суд|прокур|управлен|служб|правитель|парламент|отдел",
    re.IGNORECASE,
)


def _personal(name: str) -> bool:
    """Whether a name looks like a person's: up to five words, none a description's, no digits, no word of an office."""
    words = name.replace(",", " ").split()
    plain = [word for word in words if word.casefold() not in _PARTICLES]
    if not plain or len(plain) > 5 or any(c.isdigit() for c in name) or _OFFICE.search(name):  # noqa: PLR2004
        return False
    return all(not word[0].islower() for word in plain)


def _pattern(phrases: Iterable[str], words: Iterable[str]) -> re.Pattern[str] | None:
    whole = [rf"(?<!\w)(?i:{re.escape(phrase)})(?!\w)" for phrase in sorted(phrases, key=len, reverse=True)]
    single = []
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 5:  # noqa: PLR2004
            single.append(rf"(?i:{re.escape(word)})\w{{0,3}}")
        else:
            single.append("|".join(re.escape(form) for form in dict.fromkeys((word, word.upper(), word.title()))))
    if single:
        one = "|".join(single)
        whole.append(rf"(?<!\w)(?:{one})(?!\w)(?:\s+(?:{one})(?!\w))*")
    return re.compile("|".join(whole)) if whole else None
