"""Leaves of a page's content only what draws it.

Marked content goes, because its MCIDs would answer to the dossier's own structure tree; so do layers, private application
data, metadata of images and fonts, and resources that the page never uses (another page's picture, perhaps a redacted one).
Everything is done in place, on objects that already belong to the file being made.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, ContentStreamInlineImage, ContentStreamInstruction, Dictionary, Name, Object, Stream

from .active import filters
from .jpegs import without_metadata

_MARKS = frozenset({"BDC", "BMC", "EMC", "MP", "DP"})
_USES = {"Do": "/XObject", "Tf": "/Font", "gs": "/ExtGState", "sh": "/Shading", "scn": "/Pattern", "SCN": "/Pattern"}
_ALWAYS_KEPT = frozenset({"/ColorSpace"})
_FORM_KEYS = frozenset({"/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/Length", "/Filter", "/DecodeParms"})
_DROPPED = frozenset(
    {
        "/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/OC", "/OPI", "/AF", "/Ref",
        "/Measure", "/PtData", "/Thumb", "/Alternates", "/Interpolate", "/CIDSet", "/CharSet", "/AA", "/A", "/Annots", "/Parent",
        "/Properties", "/PS", "/Subtype2", "/Trans",
    }
)  # fmt: skip
_PATTERN_KEYS = _FORM_KEYS | {"/PatternType", "/PaintType", "/TilingType", "/XStep", "/YStep"}
_INVISIBLE = 3
_MOST_OBJECTS = 200_000


class ScrubError(ValueError):
    """The content cannot be read well enough to be cleaned; the page must become a picture."""


@dataclass(slots=True)
class Content:
    """A rewritten content stream, the resource names that it uses, and whether it sets text that is not seen."""

    data: bytes = b""
    used: dict[str, set[str]] = field(default_factory=dict)
    invisible_text: bool = False


def scrub(form: Object) -> bool:
    """Clean a form XObject and all that it reaches, in place; return whether it holds invisible text.

    Raises `ScrubError` when a content stream or a JPEG within it cannot be read.
    """
    with pikepdf.explicit_conversion():
        invisible = False
        for thing in _reachable(form):
            if isinstance(thing, Stream):
                invisible |= _scrub_stream(thing)
        return invisible


def _reachable(form: Object) -> Iterable[Object]:
    """Yield each dictionary and stream once, parents first, with unwanted keys already removed."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Object] = [form]
    looked_at = 0
    while waiting:
        thing = waiting.pop()
        if thing.is_indirect:
            if thing.objgen in seen:
                continue
            seen.add(thing.objgen)
        looked_at += 1
        if looked_at > _MOST_OBJECTS:
            message = "the page has too many parts"
            raise ScrubError(message)
        if isinstance(thing, Array):
            waiting.extend(value for value in thing if isinstance(value, Array | Dictionary | Stream))
        else:
            for key in _DROPPED & set(thing.keys()):
                del thing[key]
            yield thing
            waiting.extend(value for _, value in thing.items() if isinstance(value, Array | Dictionary | Stream))


def _scrub_stream(stream: Stream) -> bool:
    subtype = str(stream.get(Name.Subtype, ""))
    if subtype == "/Image":
        _scrub_image(stream)
        return False
    if subtype == "/Form":
        return _scrub_content(stream, _FORM_KEYS)
    if str(stream.get(Name.PatternType, "")) == "1":
        return _scrub_content(stream, _PATTERN_KEYS)
    return False


def _scrub_content(stream: Stream, allowed: frozenset[str]) -> bool:
    content = _rewritten(stream)
    stream.write(content.data)
    for key in set(stream.keys()) - allowed:
        del stream[key]
    resources = stream.get(Name.Resources)
    if isinstance(resources, Dictionary):
        stream[Name.Resources] = _used_only(resources, content.used)
    return content.invisible_text


def _used_only(resources: Dictionary, used: dict[str, set[str]]) -> Dictionary:
    """Return new resources with only what is used; the old ones may belong to another form too, so they stay as they are."""
    kept = Dictionary()
    for category in _ALWAYS_KEPT | set(_USES.values()):
        entries = resources.get(category)
        if not isinstance(entries, Dictionary):
            continue
        names = used.get(category, set()) if category not in _ALWAYS_KEPT else set(entries.keys())
        chosen = {name: entries[name] for name in sorted(names) if name in entries}
        if chosen:
            kept[category] = Dictionary(chosen)
    return kept


def _rewritten(stream: Stream) -> Content:
    content, kept, depth = Content(), [], 0
    for instruction in _instructions(stream):
        operator = str(instruction.operator)
        if operator in _MARKS:
            continue
        if operator == "q":
            depth += 1
        elif operator == "Q":
            if depth == 0:  # it would undo what the sheet around the exhibit has set
                continue
            depth -= 1
        elif not isinstance(instruction, ContentStreamInlineImage):
            _note(content, operator, instruction.operands)
        kept.append(instruction)
    content.data = pikepdf.unparse_content_stream(kept) + b"\nQ" * depth
    return content


def _instructions(stream: Stream) -> Sequence[ContentStreamInstruction | ContentStreamInlineImage]:
    """Read the stream; what qpdf only warns of (a stream that ends early) is an error here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return pikepdf.parse_content_stream(stream)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, UserWarning) as unreadable:
        message = "a content stream cannot be read"
        raise ScrubError(message) from unreadable


def _note(content: Content, operator: str, operands: Iterable[Object]) -> None:
    category = _USES.get(operator)
    if category is not None:
        content.used.setdefault(category, set()).update(str(value) for value in operands if isinstance(value, Name))
    elif operator == "Tr":
        content.invisible_text |= any(str(value) == str(_INVISIBLE) for value in operands)


def _scrub_image(image: Stream) -> None:
    for key in ("/ID", "/Name", "/Intent"):
        if key in image:
            del image[key]
    used = filters(image)
    if not {"/DCTDecode", "/DCT"} & set(used):
        return
    if len(used) != 1:
        message = "a JPEG within another coding"
        raise ScrubError(message)
    parameters = image.get(Name.DecodeParms)
    try:
        clean = without_metadata(image.read_raw_bytes())
    except (ValueError, pikepdf.PdfError) as broken:
        message = "a JPEG cannot be read"
        raise ScrubError(message) from broken
    image.write(clean, filter=Name.DCTDecode, decode_parms=parameters if isinstance(parameters, Dictionary) else None)
