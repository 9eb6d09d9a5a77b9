"""Names as keys: two spellings of one name that differ only in case, accents, spaces or an aside in brackets are one.

What it does not do: match across scripts, nicknames or misspellings (that is linkage), or say that two people are one.
"""

import re
import unicodedata
from functools import lru_cache

_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]")


def plain_name(name: str) -> str:
    """A name without what stands in brackets; the name itself where nothing else is left."""
    return _ASIDE.sub("", name).strip() or name.strip()


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A name as a key: without asides, case, accents (Unicode NFKD) or doubled spaces."""
    return flat(plain_name(name))


def flat(text: str) -> str:
    """A text without case, accents (Unicode NFKD) or doubled spaces; asides stay, so that a name in brackets is found."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
