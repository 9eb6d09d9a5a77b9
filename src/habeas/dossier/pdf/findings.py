"""What preflight found in a PDF: the records, and the closed list of reasons why one is called odd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .geometry import Size

State = Literal["clean", "odd"]

WHOLE_FILE = 0

RASTERISE: dict[str, bool] = {
    "additional_actions": False,
    "annotation": True,
    "colour": True,
    "content": True,
    "crop_box": True,
    "damaged": True,
    "embedded_file": True,
    "external_stream": True,
    "font": True,
    "font_not_embedded": True,
    "form": True,
    "image_coding": True,
    "invisible_text": False,
    "javascript": True,
    "launch": True,
    "link": False,
    "lzw": False,
    "open_action": False,
    "optional_content": True,
    "other_rule": True,
    "owner_password": True,
    "page_box": True,
    "portfolio": True,
    "postscript": True,
    "rich_media": True,
    "submit": True,
    "transparency": True,
    "user_unit": False,
    "xfa": True,
}
"""Each code, and whether its pages become pictures. Where they do not, leaving the thing out changes nothing to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reason:
    """One reason why a file is odd: a code of `RASTERISE`, the page (1-based, or 0 for the file), a rule or a key."""

    page: int
    code: str
    detail: str = ""

    @property
    def rasterise(self) -> bool:
        """Whether the page (or every page) must be drawn as a picture because of it."""
        return RASTERISE[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a PDF is: its pages' sizes as seen (None where a page's boxes make no sense) and every reason found."""

    sizes: tuple[Size | None, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def state(self) -> State:
        """``clean`` when nothing was found."""
        return "odd" if self.reasons else "clean"

    @property
    def pages(self) -> int:
        """How many pages the file has."""
        return len(self.sizes)

    @property
    def rasterise(self) -> frozenset[int]:
        """The pages (1-based) that must become pictures."""
        named = {reason.page for reason in self.reasons if reason.rasterise}
        everything = range(1, self.pages + 1)
        return frozenset(everything) if WHOLE_FILE in named else frozenset(named)


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as plain values, for a frame."""
    return {
        "sizes": [None if size is None else [size.width, size.height] for size in verdict.sizes],
        "reasons": [[reason.page, reason.code, reason.detail] for reason in verdict.reasons],
    }


def verdict_from_json(plain: dict[str, Any]) -> Verdict:
    """Return the verdict that `verdict_to_json` wrote; raises `KeyError` or `ValueError` on anything else."""
    sizes = tuple(None if pair is None else Size(width=float(pair[0]), height=float(pair[1])) for pair in plain["sizes"])
    reasons = [Reason(page=int(page), code=str(code), detail=str(detail)) for page, code, detail in plain["reasons"]]
    if any(reason.code not in RASTERISE for reason in reasons):
        message = "a reason has a code that is not in the list"
        raise ValueError(message)
    return Verdict(sizes=sizes, reasons=tuple(reasons))
