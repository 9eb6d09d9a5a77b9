"""Let the words inside exhibits be searched: their text is read in a child process, some at a time, into the case's encrypted index.

What it does not do: recognise letters in pictures; read what is too large; keep text anywhere else.
"""

import msgspec

from habeas.domain.errors import BadInput
from habeas.intake.looking import look
from habeas.services.casebook import Book
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind
from habeas.vault.words import add_text, read_into_index, texts_in_part, texts_known

MOST_AT_ONCE = 5
"""Files that one search reads: about two seconds."""
MOST_BYTES = 32 << 20
"""Of a file whose text is searched."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How many exhibits were not read yet, and the numbers of those that cannot be searched: too large, no text, or cut."""

    left: int
    not_searched: tuple[str, ...]


def read_exhibits(comp: Compartment, book: Book, most: int = MOST_AT_ONCE) -> Reading:
    """Read the text of some exhibits that were not read yet."""
    read_into_index(comp)
    known = texts_known(comp)
    waiting = [one for one in book.of(Kind.EXHIBIT) if one.content and one.content.payload not in known and one.content.size <= MOST_BYTES]
    for one in waiting[:most]:
        if one.content is None:
            continue
        try:
            seen = look(comp.read_content(one.content), one.record.file, one.key)
        except BadInput:
            text, whole = "", False
        else:
            text = "\n".join((*seen.texts, *(f"{message.who}\n{message.text}" for message in seen.messages)))
            whole = bool(text.strip()) and not seen.cut
        add_text(comp, one.id, one.content.payload, text, whole=whole)
    gaps = texts_in_part(comp)
    files = [one for one in book.of(Kind.EXHIBIT) if one.content]
    missing = tuple(one.key for one in files if one.content and (one.content.size > MOST_BYTES or one.content.payload in gaps))
    return Reading(left=max(0, len(waiting) - most), not_searched=missing)
