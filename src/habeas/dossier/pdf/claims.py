"""What the merged file says of itself in its XMP metadata: PDF/A-2b, and no more.

The authored part alone is PDF/A-2a and PDF/UA-1. With exhibits the file keeps its tags, but its exhibit pages are figures whose
words a screen reader cannot reach and whose fonts may lack a map to Unicode: "accessible" (2a, UA-1) and "all text is Unicode"
(2u) would be untrue of the whole, even where a validator could not tell.
"""

from __future__ import annotations

import hashlib

from pikepdf import Pdf

PART, CONFORMANCE = "2", "B"
_PAGE_COUNT = "{http://ns.adobe.com/xap/1.0/t/pg/}NPages"
_UNTRUE = ("pdfuaid:part", "pdfuaid:rev", "pdfuaid:amd", "pdfuaid:corr")


def claim(pdf: Pdf, inputs: hashlib._Hash) -> None:
    """Rewrite the claims, the page count and the identity of the file; `inputs` has digested all that it was made of."""
    instance = "habeas:" + inputs.hexdigest()
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for name in _UNTRUE:
            if name in metadata:
                del metadata[name]
        metadata["pdfaid:part"] = PART
        metadata["pdfaid:conformance"] = CONFORMANCE
        metadata[_PAGE_COUNT] = str(len(pdf.pages))
        metadata["xmpMM:InstanceID"] = instance
