"""What a sealed file holds, for the eye: text by page, messages of a chat, a picture of a page. Read in a child process with limits.

Kinds: ``pages`` (PDF), ``picture``, ``text`` (UTF-8, one page), ``chat`` (see :mod:`habeas.intake.chats`), ``other``. What is drawn is drawn anew,
without metadata. What it does not do: recognise letters in pictures, run or follow anything, keep anything.
"""

import io
from collections.abc import Callable

import msgspec
import pypdfium2
from PIL import Image, ImageOps

from habeas.domain.errors import BadInput
from habeas.guard import ChildFailed, run_in_child
from habeas.intake.chats import Message, NoChatError, read_chat
from habeas.locale import tr

MOST_PAGES = 2_000
MOST_TEXT = 4_000_000
"""Characters of text that are shown of one file."""
MOST_PIXELS = 80_000_000
WIDE = 1_100
"""Pixels across of a page on the screen."""
_HERE = "habeas.intake.looking:"
_PICTURE = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it may be looked at. ``texts``: by page (one for text); ``cut``: whether there was more than is shown."""

    kind: str
    pages: int = 1
    texts: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    cut: bool = False


class _Asked(msgspec.Struct):
    name: str = ""
    page: int = 1


def look(untrusted: bytes, name: str, number: str = "") -> Seen:
    """What a file holds. ``name``: of the file, for its ending alone. Raises BadInput that names the exhibit's ``number``."""
    return msgspec.json.decode(_child("read_entry", _Asked(name=name), untrusted, number), type=Seen)


def draw(untrusted: bytes, name: str, page: int, number: str = "") -> bytes:
    """One page, or a picture, as PNG without metadata. Raises BadInput."""
    return _child("draw_entry", _Asked(name=name, page=page), untrusted, number)


def _child(entry: str, asked: _Asked, untrusted: bytes, number: str) -> bytes:
    try:
        return run_in_child(_HERE + entry, msgspec.json.encode(asked) + b"\n" + untrusted, seconds=30, megabytes=2048)
    except ChildFailed as failed:
        said = failed.said.decode("utf-8", "replace") if failed.said else tr("its reader stopped ({why})", why=failed.why)
        raise BadInput.one(number, said) from None


def _asked(frame: bytes) -> tuple[_Asked, bytes]:
    head, _, data = frame.partition(b"\n")
    return msgspec.json.decode(head, type=_Asked), data


def read_entry(frame: bytes) -> bytes:
    """The child's side of :func:`look`."""
    asked, data = _asked(frame)
    return msgspec.json.encode(_seen(asked.name.lower(), data))


def _seen(name: str, data: bytes) -> Seen:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _of_pdf(data)
    if data.startswith(_PICTURE) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return Seen(kind="picture")
    try:
        messages = read_chat(name, data)
    except NoChatError:
        return _of_text(data)
    shown, room = [], MOST_TEXT
    for one in messages[:MOST_MESSAGES]:
        if room <= 0:
            break
        kept = min(MOST_MESSAGE, room)
        shown.append(msgspec.structs.replace(one, text=one.text[:kept], who=one.who[:MOST_NAME], attached=one.attached[:MOST_NAME]))
        room -= min(len(one.text), kept) + 1
    return Seen(kind="chat", messages=tuple(shown), cut=len(shown) < len(messages) or any(len(one.text) > MOST_MESSAGE for one in messages))


MOST_MESSAGES, MOST_MESSAGE, MOST_NAME = 20_000, 20_000, 500
"""Messages of a chat, letters of one, letters of a name."""


def _of_text(data: bytes) -> Seen:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            return Seen(kind="text", texts=(text[:MOST_TEXT],), cut=len(text) > MOST_TEXT)
    return Seen(kind="other")


def _pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise ValueError(tr("it cannot be read (damaged, or it opens only with a password)").encode()) from None
    if not len(document):
        raise ValueError(tr("it has no pages").encode())
    return document


def _of_pdf(data: bytes) -> Seen:
    document = _pdf(data)
    texts: list[str] = []
    room = MOST_TEXT
    for number in range(min(len(document), MOST_PAGES)):
        try:
            text = document[number].get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        except pypdfium2.PdfiumError:
            text = ""
        texts.append(text[:room])
        room -= len(texts[-1])
    return Seen(kind="pages", pages=len(document), texts=tuple(texts), cut=room <= 0 or len(document) > MOST_PAGES)


def draw_entry(frame: bytes) -> bytes:
    """The child's side of :func:`draw`."""
    asked, data = _asked(frame)
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _png(lambda: _page(data, asked.page))
    return _png(lambda: _picture(data))


def _page(data: bytes, number: int) -> Image.Image:
    document = _pdf(data)
    document.init_forms()
    page = document[number - 1]
    wide, high = page.get_size()
    scale = min(WIDE / max(wide, 1.0), (MOST_PIXELS / 8 / max(wide * high, 1.0)) ** 0.5)
    drawn: Image.Image = page.render(scale=scale, rev_byteorder=True, draw_annots=True, may_draw_forms=True).to_pil()
    return drawn


def _picture(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "GIF", "WEBP"))
    turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((WIDE, WIDE * 4))
    return turned


def _png(make: Callable[[], Image.Image]) -> bytes:
    try:
        out = io.BytesIO()
        clean = make().convert("RGB")
        clean.info.clear()
        clean.save(out, "PNG")
    except (OSError, SyntaxError, IndexError, ArithmeticError, Image.DecompressionBombError, pypdfium2.PdfiumError):
        raise ValueError(tr("it cannot be drawn").encode()) from None
    return out.getvalue()
