"""Links from the authored part into the exhibits.

The authored part links to ``habeas-exhibit:7`` or, at a page, ``habeas-exhibit:7?page=3`` (the number percent-encoded). These
are no addresses: here they become destinations inside the file, and a screen reader's text for them says where they lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import parse_qs, quote, unquote

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from .errors import MergeError

SCHEME = "habeas-exhibit:"


def exhibit_link(number: str, page: int = 1) -> str:
    """Return the address by which the authored part links to an exhibit's page (1-based)."""
    address = SCHEME + quote(number, safe="")
    return address if page == 1 else f"{address}?page={page}"


def rewrite_links(pdf: Pdf, targets: Mapping[str, Sequence[Page]], describe: Callable[[str, int], str]) -> int:
    """Turn each link to an exhibit into a destination in the file, described by `describe(number, page)`; return how many.

    Raises `MergeError` (``dangling_link``) where an exhibit, or that page of it, is not in the file.
    """
    changed = 0
    for page in pdf.pages:
        for annotation, address in _links(page):
            number, wanted = _parsed(address)
            pages = targets.get(number, ())
            if not 1 <= wanted <= len(pages):
                code, message = "dangling_link", "the authored part links to an exhibit page that is not in the file"
                raise MergeError(code, message)
            del annotation[Name.A]
            annotation[Name.Dest] = Array([pages[wanted - 1].obj, Name.Fit])
            annotation[Name.Contents] = String(describe(number, wanted))
            changed += 1
    return changed


def _links(page: Page) -> Iterator[tuple[Object, str]]:
    for annotation in page.obj.get(Name.Annots, Array()):
        action = annotation.get(Name.A)
        if annotation.get(Name.Subtype) == Name.Link and isinstance(action, Dictionary) and action.get(Name.S) == Name.URI:
            address = str(action.get(Name.URI, ""))
            if address.startswith(SCHEME):
                yield annotation, address


def _parsed(address: str) -> tuple[str, int]:
    number, _, query = address.removeprefix(SCHEME).partition("?")
    page = parse_qs(query).get("page", ["1"])[0]
    return unquote(number), int(page) if page.isascii() and page.isdigit() else 0
