"""What a PDF would do, or hide, beyond showing pages: scripts, actions, files within, forms, layers, foreign streams.

Every object in the file is looked at, not only those that a page reaches: an old version of the catalogue, left behind by
an incremental save, says something about the file too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from .findings import WHOLE_FILE, Reason

_DEPTH = 60

_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/GoToR": "launch",
    "/GoToE": "launch",
    "/URI": "link",
    "/SubmitForm": "submit",
    "/ImportData": "submit",
    "/ResetForm": "submit",
    "/Rendition": "rich_media",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
    "/RichMediaExecute": "rich_media",
    "/GoTo3DView": "rich_media",
    "/Hide": "optional_content",
    "/SetOCGState": "optional_content",
}
_KEYS = {
    "/JS": "javascript",
    "/JavaScript": "javascript",
    "/EF": "embedded_file",
    "/EmbeddedFiles": "embedded_file",
    "/XFA": "xfa",
    "/AcroForm": "form",
    "/OCProperties": "optional_content",
    "/Collection": "portfolio",
    "/RichMediaContent": "rich_media",
    "/AA": "additional_actions",
    "/OPI": "external_stream",
}
_TYPES = {"/EmbeddedFile": "embedded_file", "/OCG": "optional_content", "/OCMD": "optional_content"}
_FILTERS = {
    "/JPXDecode": "image_coding",
    "/JBIG2Decode": "image_coding",
    "/Crypt": "external_stream",
    "/LZWDecode": "lzw",
    "/LZW": "lzw",
}
_HARMLESS_ANNOTATIONS = frozenset({"/Link", "/Popup"})


@pikepdf.explicit_conversion()
def active_content(pdf: Pdf) -> frozenset[Reason]:
    """Return a reason for each kind of active, hidden or foreign thing in the file (page 0: the whole file)."""
    found = {(code, detail) for thing in pdf.objects for code, detail in _inspect(thing)}
    if isinstance(pdf.Root.get(Name.OpenAction), Dictionary):
        found.add(("open_action", "/OpenAction"))
    return frozenset(Reason(page=WHOLE_FILE, code=code, detail=detail) for code, detail in found)


@pikepdf.explicit_conversion()
def annotation_reasons(page: Page, number: int) -> frozenset[Reason]:
    """Return the reasons that the annotations of a page give; a link is only left out, any other is drawn."""
    listed = page.obj.get(Name.Annots)
    if listed is None:
        return frozenset()
    if not isinstance(listed, Array):
        return frozenset({Reason(page=number, code="annotation", detail="/Annots")})
    kinds = {_subtype(annotation) for annotation in listed}
    return frozenset(Reason(page=number, code="link" if kind in _HARMLESS_ANNOTATIONS else "annotation", detail=kind) for kind in kinds)


def _subtype(annotation: Object) -> str:
    kind = annotation.get(Name.Subtype) if isinstance(annotation, Dictionary) else None
    return _word(kind)


def _inspect(top: Object) -> Iterator[tuple[str, str]]:
    """Look at one indirect object and what is written inside it; what it refers to is looked at in its own turn."""
    waiting = [(top, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if depth > _DEPTH:
            yield "damaged", "nesting"
            continue
        if isinstance(thing, Dictionary | Stream):
            yield from _inspect_dictionary(thing)
            inner = [value for _, value in thing.items()]
        elif isinstance(thing, Array):
            inner = list(thing)
        else:
            continue
        waiting.extend((value, depth + 1) for value in inner if value is not None and not value.is_indirect)


def _inspect_dictionary(thing: Dictionary | Stream) -> Iterator[tuple[str, str]]:
    keys = set(thing.keys())
    for key in keys & _KEYS.keys():
        yield _KEYS[key], key
    action = _word(thing.get(Name.S))
    if action in _ACTIONS:
        yield _ACTIONS[action], action
    kind = _word(thing.get(Name.Type))
    if kind in _TYPES:
        yield _TYPES[kind], kind
    if isinstance(thing, Stream):
        yield from _inspect_stream(thing)


def _inspect_stream(stream: Stream) -> Iterator[tuple[str, str]]:
    if Name.F in stream or Name.FFilter in stream:
        yield "external_stream", "/F"
    if _word(stream.get(Name.Subtype)) == "/PS" or _word(stream.get(Name.Subtype2)) == "/PS":
        yield "postscript", "/PS"
    if Name.Ref in stream:
        yield "external_stream", "/Ref"
    for used in filters(stream):
        if used in _FILTERS:
            yield _FILTERS[used], used


def filters(stream: Stream) -> tuple[str, ...]:
    """Return the names of a stream's filters, in the order in which they are to be undone."""
    value = stream.get(Name.Filter)
    if isinstance(value, Array):
        return tuple(_word(item) for item in value)
    return () if value is None else (_word(value),)


def _word(value: Object | None) -> str:
    return str(value) if isinstance(value, Name) else ""
