"""Makes the PDFs, pictures and texts that a dossier must survive."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import typst
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream
from PIL import Image, ImageCms, ImageDraw

from habeas.dossier.pdf.fonts import typst_fonts
from habeas.dossier.pdf.links import exhibit_link
from habeas.dossier.pdf.typst_run import compile_source

BASE = Path(__file__).with_name("base.typ")


def saved(pdf: Pdf, **how) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id="encryption" not in how, **how)
    return out.getvalue()


def opened(data: bytes) -> Pdf:
    return Pdf.open(io.BytesIO(data))


def tagged(pages: int = 2, paper: str = '"a4"', words: str = "Tagged") -> bytes:
    """A tagged, accessible PDF, such as an office suite makes: MCIDs 0, 1, 2 … on every page."""
    body = f'#set page(paper: {paper})\n#set document(title: "T", date: datetime(year: 2020, month: 1, day: 1))\n'
    body += '#set text(font: "Noto Serif", lang: "en")\n'
    body += "\n#pagebreak()\n".join(f"= {words} {n}\n#lorem(80)\n\n- a\n- b" for n in range(1, pages + 1))
    made = typst.Compiler(font_paths=typst_fonts(), ignore_system_fonts=True).compile(
        body.encode(), format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=0
    )
    assert isinstance(made, bytes)
    return made


def drawn(content: bytes, size=(595, 842), resources: Dictionary | None = None, **keys) -> Pdf:
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=size)
    page.obj.Resources = resources or Dictionary()
    page.obj.Contents = pdf.make_stream(content)
    for key, value in keys.items():
        page.obj[f"/{key}"] = value
    return pdf


def helvetica(text: str = "Not embedded", **keys) -> Pdf:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return drawn(f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode(), resources=Dictionary(Font=Dictionary(F1=font)), **keys)


def lines(size=(595, 842), **keys) -> Pdf:
    """A clean page of line art with a red mark at its upper left corner as drawn."""
    wide, high = size
    art = f"1 0 0 rg 20 {high - 70} 50 50 re f 0 0 1 RG 4 w 20 20 m {wide - 20} {high - 20} l S"
    return drawn(art.encode(), size, **keys)


def with_javascript() -> bytes:
    pdf = opened(tagged(1))
    script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert('secret word')"))
    pdf.Root.OpenAction = pdf.make_indirect(script)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("x"), script])))
    return saved(pdf)


def with_embedded_file() -> bytes:
    pdf = opened(tagged(1))
    pdf.attachments["evil.exe"] = b"MZ secret payload"
    return saved(pdf)


def with_annotation() -> bytes:
    pdf = lines()
    look = pdf.make_stream(b"0 0.6 0 rg 0 0 100 50 re f")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 50])
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([200, 400, 300, 450]), F=4, AP=Dictionary(N=look))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(stamp)])
    return saved(pdf)


def with_link() -> bytes:
    pdf = lines()
    action = Dictionary(S=Name.URI, URI=pikepdf.String("http://tracker.example/secret"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])
    return saved(pdf)


def with_layers() -> bytes:
    pdf = drawn(b"/OC /L BDC 1 0 0 rg 100 100 200 200 re f EMC")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("hidden")))
    pdf.pages[0].obj.Resources = Dictionary(Properties=Dictionary(L=layer))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    return saved(pdf)


def with_form() -> bytes:
    pdf = lines()
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))
    return saved(pdf)


def cmyk() -> bytes:
    return saved(drawn(b"0 1 1 0 k 100 100 200 200 re f"))


def transparent() -> bytes:
    state = Dictionary(Type=Name.ExtGState, ca=0.5, BM=Name.Multiply)
    return saved(drawn(b"/G gs 1 0 0 rg 100 100 200 200 re f", resources=Dictionary(ExtGState=Dictionary(G=state))))


def postscript() -> bytes:
    pdf = drawn(b"/X Do")
    program = pdf.make_stream(b"showpage")
    program.Type, program.Subtype = Name.XObject, Name.PS
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=program))
    return saved(pdf)


def external_stream() -> bytes:
    pdf = drawn(b"/X Do")
    image = pdf.make_stream(b"")
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 1, 1
    image.F = pikepdf.String("/etc/passwd")
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=image))
    return saved(pdf)


def no_pages() -> bytes:
    return saved(Pdf.new())


def truncated() -> bytes:
    """Two pages, the end of the file (its index, and the last objects) torn off."""
    whole = saved(opened(tagged(2)), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return whole[: whole.rindex(b"xref\n")]


def broken_xref() -> bytes:
    return saved(lines(), object_stream_mode=pikepdf.ObjectStreamMode.disable).replace(b"startxref\n", b"startxref\n9")


def user_password() -> bytes:
    return saved(lines(), encryption=Encryption(user="u", owner="o"))


def owner_password() -> bytes:
    return saved(lines(), encryption=Encryption(user="", owner="o"))


def absurd_box() -> bytes:
    return saved(lines(MediaBox=Array([0, 0, 1e9, -5])))


def unbalanced() -> bytes:
    return saved(drawn(b"Q Q Q 0 g 10 10 50 50 re f q q q"))


def jpeg_with_gps(mode: str = "RGB", orientation: int = 6) -> bytes:
    """A photograph: EXIF with a place, a comment, sideways, a red mark in its upper left corner as stored."""
    image = Image.new(mode, (400, 300), (0, 0, 0, 0) if mode == "CMYK" else (230, 230, 230))
    ImageDraw.Draw(image).rectangle((0, 0, 80, 80), fill=(0, 255, 255, 0) if mode == "CMYK" else (255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[2] = (41.0, 17.0, 24.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRETCOMMENT", quality=95)
    return out.getvalue() + b"SECRETTAIL"


def pdf_with_jpeg() -> bytes:
    pdf = drawn(b"q 400 0 0 300 50 50 cm /I Do Q")
    image = Stream(pdf, b"")
    image.write(jpeg_with_gps(), filter=Name.DCTDecode)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 400, 300
    image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
    other = pdf.make_stream(b"SECRETUNUSED")
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=image, Other=other))
    return saved(pdf)


def png(mode: str = "RGBA", size=(300, 200)) -> bytes:
    image = Image.new(mode, size, 0)
    if mode == "I;16":
        image = Image.frombytes("I;16", size, b"\xff\x7f" * (size[0] * size[1]))
    elif mode == "RGBA":
        ImageDraw.Draw(image).rectangle((0, 0, 100, 100), fill=(0, 0, 255, 255))
    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(out, "PNG", **({"icc_profile": profile} if mode == "RGBA" else {}))
    return out.getvalue()


def tiff(frames: int = 3) -> bytes:
    pages = [Image.new("1", (1654, 2339), 1) for _ in range(frames)]
    for at, page in enumerate(pages):
        ImageDraw.Draw(page).rectangle((100, 100, 200 + at * 50, 200), fill=0)
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200))
    return out.getvalue()


def authored(exhibits: list[tuple[str, str]], firsts: dict[str, int], total: int) -> bytes:
    data = {
        "title": "The dossier of #X",
        "total": total,
        "links": [exhibit_link(exhibits[0][0]), exhibit_link(exhibits[-1][0])],
        "exhibits": [{"number": n, "title": t, "link": exhibit_link(n), "first": firsts.get(n, 0)} for n, t in exhibits],
    }
    return compile_source(BASE, data, standards=("a-2a", "ua-1"), timestamp=1767225600)
