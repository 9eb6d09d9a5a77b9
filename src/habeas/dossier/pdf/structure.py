"""Adds exhibits to the structure tree of the authored part: a section an exhibit, a figure with Alt a page."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from .errors import MergeError
from .geometry import Placement

FIGURE_MARK = 0
"""The MCID of the exhibit on its sheet: the only marked content there that is not an artifact."""


class Structure:
    """The structure tree of one tagged PDF, to which sections and figures are appended."""

    def __init__(self, pdf: Pdf) -> None:
        """Find the document element and the parent tree. Raises `MergeError` (``untagged``)."""
        root = pdf.Root.get(Name.StructTreeRoot)
        parents = None if root is None else root.get(Name.ParentTree)
        if not isinstance(root, Dictionary) or not isinstance(parents, Dictionary):
            code, message = "untagged", "the authored part has no structure tree"
            raise MergeError(code, message)
        self._pdf = pdf
        self._root = root
        self._parents = parents
        self._next = max(int(root.get(Name.ParentTreeNextKey, 0)), _highest(parents) + 1)
        kids = root.get(Name.K)
        document = kids[0] if isinstance(kids, Array) and len(kids) else kids
        if not isinstance(document, Dictionary):
            code, message = "untagged", "the structure tree of the authored part is empty"
            raise MergeError(code, message)
        self._document: Object = document
        self._entries = Array()

    def section(self, title: str, within: Object | None = None) -> Object:
        """Append a section with this title to the document, or to another section, and return it."""
        parent = self._document if within is None else within
        return self._append(parent, Dictionary(Type=Name.StructElem, S=Name.Sect, P=parent, T=String(title), K=Array()))

    def figure(self, section: Object, page: Page, alt: str, where: Placement, language: str = "") -> None:
        """Append the figure for the marked content `FIGURE_MARK` of a page, and tie the page to it."""
        box = [round(value, 3) for value in (where.left, where.bottom, where.right, where.top)]
        element = Dictionary(
            Type=Name.StructElem,
            S=Name.Figure,
            P=section,
            Pg=page.obj,
            K=FIGURE_MARK,
            Alt=String(alt),
            A=Dictionary(O=Name.Layout, BBox=Array(box), Placement=Name.Block),
        )
        if language:
            element[Name.Lang] = String(language)
        figure = self._append(section, element)
        page.obj[Name.StructParents] = self._next
        page.obj[Name.Tabs] = Name.S
        self._entries.append(self._next)
        self._entries.append(self._pdf.make_indirect(Array([figure])))
        self._next += 1

    def finish(self) -> None:
        """Write what was appended into the parent tree. Call it once, last."""
        if len(self._entries) == 0:
            return
        self._root[Name.ParentTreeNextKey] = self._next
        if Name.Nums in self._parents:
            self._parents.Nums.extend(self._entries)
            return
        limits = Array([self._entries[0], self._entries[len(self._entries) - 2]])
        self._parents.Kids.append(self._pdf.make_indirect(Dictionary(Nums=self._entries, Limits=limits)))

    def _append(self, parent: Object, element: Dictionary) -> Object:
        made = self._pdf.make_indirect(element)
        kids = parent.get(Name.K)
        if isinstance(kids, Array):
            kids.append(made)
        else:
            parent[Name.K] = Array([made] if kids is None else [kids, made])
        return made


def _highest(tree: Dictionary) -> int:
    """Return the highest key of a number tree, or -1."""
    kids = tree.get(Name.Kids)
    if isinstance(kids, Array):
        return max((_highest(kid) for kid in kids if isinstance(kid, Dictionary)), default=-1)
    numbers = tree.get(Name.Nums)
    return int(numbers[len(numbers) - 2]) if isinstance(numbers, Array) and len(numbers) else -1
