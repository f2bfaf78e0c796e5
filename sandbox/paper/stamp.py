"""What is seen where somebody signed: name by hand or in type, who, when, and which procedure."""

from __future__ import annotations

import base64
import binascii
import io
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path(__file__).resolve().parent.parent / "fonts"
_DATA_URI = "data:image/png;base64,"
_MAX_DRAWING = 400_000
_MAX_PIXELS = 2_000_000
# Where the lower left corner as seen lies, in widths and heights of the box, on a page shown turned.
_TURNS = {90: (1, 0), 180: (1, 1), 270: (0, 1)}


class BadDrawing(ValueError):
    """What came as a drawn signature is no picture, or an empty one."""


@dataclass(frozen=True)
class Stamp:
    """What a stamp says."""

    text: str
    """The name as typed; unused when drawn."""
    full_name: str
    at: datetime
    """In the zone in which it is to be read."""
    procedure_id: str
    drawing: Image.Image | None = None


@cache
def fonts() -> tuple[str, str]:
    """Names of the upright and the slanted font, registered once; both know Latin in full."""
    pdfmetrics.registerFont(TTFont("Sandbox", str(_FONTS / "LiberationSans-Regular.ttf")))
    pdfmetrics.registerFont(TTFont("Sandbox-Italic", str(_FONTS / "LiberationSans-Italic.ttf")))
    return "Sandbox", "Sandbox-Italic"


def read_drawing(data: str) -> Image.Image:
    """The picture in a `data:image/png` address, cut to its ink. Raises BadDrawing."""
    if not data.startswith(_DATA_URI) or len(data) > _MAX_DRAWING:
        raise BadDrawing("not a PNG")
    try:
        raw = base64.b64decode(data.removeprefix(_DATA_URI), validate=True)
        picture = Image.open(io.BytesIO(raw), formats=("PNG",))
        if picture.width * picture.height > _MAX_PIXELS:
            raise BadDrawing("too large")
        picture = picture.convert("RGBA")
    except (
        binascii.Error,
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise BadDrawing("not a PNG") from error
    ink = picture.getchannel("A").getbbox()
    if ink is None:
        raise BadDrawing("nothing drawn")
    return picture.crop(ink)


def draw(stamp: Stamp, width: float, height: float, rotation: int = 0) -> bytes:
    """The stamp as a PDF of one page of this size, upright where that is shown turned by so many degrees."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), pageCompression=1, invariant=1)
    if rotation in _TURNS:
        across, up = _TURNS[rotation]
        canvas.translate(across * width, up * height)
        canvas.rotate(rotation)
    if rotation in (90, 270):
        width, height = height, width
    _draw(canvas, stamp, width, height)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, stamp: Stamp, width: float, height: float) -> None:
    upright, slanted = fonts()
    canvas.setStrokeColor(HexColor("#2b4a6f"))
    canvas.setLineWidth(0.7)
    canvas.line(1, 1, 1, height - 1)
    left, room = 6.0, width - 8
    small = min(5.5, height / 8)
    line = small * 1.25
    lower = line * 2 + 3
    if stamp.drawing is not None:
        _draw_picture(canvas, stamp.drawing, left, lower, room, height - lower - 2)
    else:
        size = min((height - lower) * 0.62, _fitting(stamp.text, slanted, room, 20))
        canvas.setFillColor(HexColor("#14305a"))
        canvas.setFont(slanted, size)
        canvas.drawString(left, lower + (height - lower - size) / 2 + size * 0.15, stamp.text)
    canvas.setFillColor(HexColor("#39424e"))
    first = f"{stamp.full_name} · {stamp.at:%Y-%m-%d %H:%M:%S %Z}"
    canvas.setFont(upright, _fitting(first, upright, room, small))
    canvas.drawString(left, 3 + line, first)
    second = f"Sandbox e-signature {stamp.procedure_id}"
    canvas.setFont(upright, _fitting(second, upright, room, small))
    canvas.drawString(left, 3, second)


def _fitting(text: str, font: str, room: float, largest: float) -> float:
    width = pdfmetrics.stringWidth(text, font, 1) or 1
    return float(max(2.0, min(largest, room / width)))


def _draw_picture(
    canvas: Canvas, picture: Image.Image, x: float, y: float, width: float, height: float
) -> None:
    scale = min(width / picture.width, max(height, 4) / picture.height)
    canvas.drawImage(
        ImageReader(picture), x, y, picture.width * scale, picture.height * scale, mask="auto", anchor="sw"
    )


class _DrawnContent(PdfContent):
    """A PDF page held in memory, as the ground of a signature's appearance."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        """Import the page into the document that is being written."""
        writer = self._ensure_writer
        drawn = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._page)), page_ix=0)
        name = f"/Stamp{uuid.uuid4().hex}"
        self.resources.xobject[name] = drawn
        x1, y1, x2, y2 = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(x1 - x2), height=abs(y1 - y2))
        return name.encode() + b" Do"


def style_of(stamp: Stamp, width: float, height: float, rotation: int) -> StaticStampStyle:
    """The stamp as pyHanko's style of a signature's appearance."""
    content = _DrawnContent(draw(stamp, width, height, rotation))
    return StaticStampStyle(border_width=0, background=content, background_opacity=1.0)
