"""Looks for a word in everything that a bag holds: every byte, and whatever a PDF in it says or hides."""

import hashlib
import io
from pathlib import Path

import pikepdf
import pypdfium2


def haystack(bag: Path) -> dict[str, str]:
    """Where → text (case-folded): names of files, their bytes, and of PDFs all streams, strings and the text of every page."""
    found = {"(names)": "\n".join(str(path.relative_to(bag)) for path in sorted(bag.rglob("*"))).casefold()}
    for path in sorted(bag.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            name = str(path.relative_to(bag))
            found[name] = "\n".join(data.decode(code, "replace") for code in ("utf-8", "latin-1", "utf-16-be", "utf-16-le")).casefold()
            if data[:5] == b"%PDF-":
                found |= {f"{name}, {part}": text.casefold() for part, text in pdf_parts(data).items()}
    return found


def pdf_parts(data: bytes) -> dict[str, str]:
    """Every page's text, every decoded stream, every string (metadata, outlines, alternative texts) of a PDF."""
    parts = {f"page {number}": text for number, text in enumerate(page_texts(data), 1)}
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        for number, thing in enumerate(pdf.objects):
            if isinstance(thing, pikepdf.Stream):
                try:
                    body = thing.read_bytes()
                except pikepdf.PdfError:
                    body = thing.read_raw_bytes()
                parts[f"stream {number}"] = "\n".join(body.decode(code, "replace") for code in ("utf-8", "utf-16-be"))
            parts[f"strings of {number}"] = "\n".join(_strings(thing, 0))
        parts["trailer"] = "\n".join(_strings(pdf.trailer.get("/Info", pikepdf.Dictionary()), 0))
    return parts


def _strings(thing: object, depth: int) -> list[str]:
    if isinstance(thing, pikepdf.String):
        return [str(thing), bytes(thing).decode("utf-8", "replace")]
    if depth > 20 or (depth and getattr(thing, "is_indirect", False)):
        return []
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        return [text for key in thing.keys() for text in [str(key), *_strings(thing[key], depth + 1)]]  # noqa: SIM118
    if isinstance(thing, pikepdf.Array):
        return [text for one in thing for text in _strings(one, depth + 1)]
    return [str(thing)] if isinstance(thing, pikepdf.Name) else []


def page_texts(data: bytes) -> list[str]:
    """The text of every page, as a reader would copy it."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in pdf]
    finally:
        pdf.close()


def where(bag: Path, *words: str) -> dict[str, list[str]]:
    """Word → the places of the bag in which it stands; only words that stand somewhere."""
    hay = haystack(bag)
    places = {word: [name for name, text in hay.items() if word.casefold() in text] for word in words}
    return {word: names for word, names in places.items() if names}


def digests(data: bytes) -> tuple[str, ...]:
    """The digests of a file by which it could be recognised."""
    return tuple(hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in ("sha256", "sha512", "sha1", "md5"))
