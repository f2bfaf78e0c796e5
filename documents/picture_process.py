"""Looks at a picture, or joins pictures and PDFs into one PDF, in a process of its own.

    python -I documents/picture_process.py clean < picture          answers {"width": …, "height": …, "remarks": […]}
    python -I documents/picture_process.py join  < framed parts     answers {"pages": …}

The answer is one line of JSON; what was made follows it: the picture as a JPEG without any of the metadata that came
with it, or the PDF. Or the line says why not (``{"refused": code, …}``; told in words by ``documents.pictures``).
Parts are framed by their length in eight bytes. Why a process of its own: see ``inspect_process``.
"""

import io
import json
import resource
import struct
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

MEMORY_BYTES = 3 * 1024**3 // 2
CPU_SECONDS = 30
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MAX_PIXELS = 50_000_000
# Sharp enough to read the small print of a card that fills the picture, at 300 dots per inch on A4.
LONGEST_SIDE = 2600
QUALITY = 86
# Nothing can be read on less; on less than the second, perhaps.
SMALLEST_SIDE, SMALL_SIDE = 400, 900
MAX_PAGES = 8

# Measured on the picture at this size, in 256 greys (the bounds were found with cards, photographed well and badly).
MEASURED_SIDE = 800
BLURRED_BELOW = 12.0
DARK_BELOW, BRIGHT_ABOVE = 40.0, 250.0
FLAT_BELOW = 6.0

A4 = (595.276, 841.89)
MARGIN = 36.0


class Refusal(Exception):
    """The file is not one that can be used."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def clean(data: bytes) -> tuple[dict[str, Any], bytes]:
    """A picture as a plain JPEG, upright, with what is noticed of it. Raises ``Refusal``."""
    import pi_heif
    from PIL import Image, ImageOps, UnidentifiedImageError

    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000)
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = _flattened(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000) from error
    except UnidentifiedImageError as error:
        raise Refusal("not_picture") from error
    if max(upright.size) < SMALLEST_SIDE:
        raise Refusal("too_small", width=upright.width, height=upright.height)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    upright.save(target, "JPEG", quality=QUALITY, optimize=True)
    facts = {"width": upright.width, "height": upright.height, "remarks": list(_remarks(upright))}
    return facts, target.getvalue()


def _flattened(picture: Any) -> Any:
    """The bare picture on white: a new one, so that nothing that came along with it can go on with it."""
    from PIL import Image

    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    layer = picture.convert("RGBA") if has_alpha else picture.convert("RGB")
    plain = Image.new("RGB", layer.size, "white")
    plain.paste(layer, mask=layer.getchannel("A") if has_alpha else None)
    return plain


def _remarks(picture: Any) -> Iterator[str]:
    """What may make it hard to read."""
    from PIL import ImageFilter, ImageStat

    if max(picture.size) < SMALL_SIDE:
        yield "small"
    grey = picture.convert("L")
    grey.thumbnail((MEASURED_SIDE, MEASURED_SIDE))
    light = ImageStat.Stat(grey)
    if light.mean[0] < DARK_BELOW:
        yield "dark"
    elif light.stddev[0] < FLAT_BELOW:
        yield "flat"
        return
    elif light.mean[0] > BRIGHT_ABOVE:
        yield "bright"
    # How much neighbouring points differ (Laplace), around the middle of the greys: a sharp edge differs much. The
    # filter leaves the outermost points as they were.
    laplace = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    edges = grey.filter(laplace).crop((1, 1, grey.width - 1, grey.height - 1))
    if ImageStat.Stat(edges).var[0] < BLURRED_BELOW:
        yield "blurred"


def join(parts: list[bytes]) -> tuple[dict[str, Any], bytes]:
    """JPEGs and PDFs, page after page, in one PDF that holds nothing else of them. Raises ``Refusal``."""
    import pikepdf

    whole = pikepdf.Pdf.new()
    for part in parts:
        if part.startswith(b"\xff\xd8"):
            _add_picture(whole, part)
        else:
            _add_pages(whole, part)
    if len(whole.pages) > MAX_PAGES:
        raise Refusal("too_many_pages", pages=len(whole.pages), most=MAX_PAGES)
    target = io.BytesIO()
    whole.save(target, deterministic_id=True)
    return {"pages": len(whole.pages)}, target.getvalue()


def _add_picture(whole: Any, jpeg: bytes) -> None:
    """A page of A4 with the picture as large as the margins allow. Its bytes go in as they are."""
    from pikepdf import Dictionary, Name, Stream
    from PIL import Image

    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        width, height = picture.size
    page_width, page_height = A4
    scale = min((page_width - 2 * MARGIN) / width, (page_height - 2 * MARGIN) / height)
    shown_width, shown_height = width * scale, height * scale
    left, bottom = (page_width - shown_width) / 2, page_height - MARGIN - shown_height
    whole.add_blank_page(page_size=A4)
    page = whole.pages[-1]
    image = Stream(whole, jpeg, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height,
                   ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode)  # fmt: skip
    page.Resources = Dictionary(XObject=Dictionary(Im0=image))
    drawn = f"q {shown_width:.3f} 0 0 {shown_height:.3f} {left:.3f} {bottom:.3f} cm /Im0 Do Q"
    page.Contents = Stream(whole, drawn.encode())


def _add_pages(whole: Any, data: bytes) -> None:
    """The pages of a PDF, without what hangs on them: links, comments, actions, metadata."""
    import pikepdf

    try:
        with pikepdf.Pdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise Refusal("too_many_pages", pages=len(pdf.pages), most=MAX_PAGES)
            whole.pages.extend(pdf.pages)
    except pikepdf.PdfError as error:
        raise Refusal("broken") from error
    for page in whole.pages:
        for name in ("/Annots", "/AA", "/Metadata", "/PieceInfo", "/StructParents"):
            if name in page.obj:
                del page.obj[name]


def _parts(framed: bytes) -> list[bytes]:
    parts, place = [], 0
    while place < len(framed):
        (length,) = struct.unpack_from(">Q", framed, place)
        parts.append(framed[place + 8 : place + 8 + length])
        place += 8 + length
    return parts


def _limit() -> None:
    """From here on this process can neither grow, nor run long, nor write a file."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS knows no limit of the address space; there the time limits have to do.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Answer for what comes on standard input; the first argument says what is wanted."""
    _limit()
    data, made = sys.stdin.buffer.read(), b""
    answer: dict[str, Any]
    try:
        answer, made = join(_parts(data)) if sys.argv[1] == "join" else clean(data)
    except Refusal as refusal:
        answer = {"refused": refusal.code, **refusal.details}
    except (MemoryError, RecursionError):
        answer = {"refused": "too_complex"}
    except Exception:
        # Whatever a foreign file makes a decoder raise is that file's fault; the trace goes to our log.
        traceback.print_exc()
        answer = {"refused": "broken"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
