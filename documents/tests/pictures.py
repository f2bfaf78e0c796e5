"""Pictures of an invented ID document, good and bad, as phones and scanners make them. Other apps' tests use them too."""

import io
import random
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.Image import Exif

# Made with libheif's encoder, which we do not ship; it carries a place and the name of a device.
HEIC = Path(__file__).parent / "files" / "card.heic"
DEVICE = "Canary phone 15"
SIDES = {
    "front": ["REPUBBLICA ITALIANA", "CARTA DI IDENTITÀ", "ROSSI", "MARIO", "ROMA 15.03.1985", "CA00000AA"],
    "back": ["COMUNE DI FIRENZE", "06.05.2024", "15.03.2034", "RSSMRA85C15H501R", "VIA DEI MILLE 12"],
}


@cache
def card(side: str = "front", width: int = 1600, height: int = 1000) -> Image.Image:
    """A card that fills the picture, sharp and well lit."""
    picture = Image.new("RGB", (width, height), (150, 140, 128))
    draw = ImageDraw.Draw(picture)
    size = width / 1200
    draw.rounded_rectangle(
        (24 * size, 24 * size, width - 24 * size, height - 24 * size), 40 * size, (226, 234, 229)
    )
    draw.rectangle((70 * size, 170 * size, 380 * size, 580 * size), (170, 160, 150))
    font = ImageFont.load_default(size=int(30 * size))
    for row, text in enumerate(SIDES[side]):
        draw.text((430 * size, (80 + 90 * row) * size), text, (30, 40, 60), font)
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def jpeg(side: str = "front", **options: Any) -> bytes:
    return saved(card(side), quality=88, **options)


def png() -> bytes:
    return saved(card())


def webp() -> bytes:
    return saved(card(), "WEBP", quality=80)


def heic() -> bytes:
    return HEIC.read_bytes()


def with_metadata(kind: str = "JPEG") -> bytes:
    """Carries a place, a device, a comment and a small picture of its own."""
    exif = Exif()
    exif[0x0110] = DEVICE
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (43.0, 46.0, 9.0)
    options = {"comment": b"Canary comment"} if kind == "JPEG" else {}
    return saved(card(), kind, exif=exif.tobytes(), xmp=b"<x:xmpmeta>Canary xmp</x:xmpmeta>", **options)


def lying() -> bytes:
    """Taken with the phone turned: the bytes lie on their side, and a mark says so."""
    exif = Exif()
    exif[0x0112] = 6
    return saved(card().rotate(90, expand=True), quality=88, exif=exif.tobytes())


def transparent() -> bytes:
    """Dark letters on nothing, which is white and not black."""
    picture = Image.new("RGBA", (1000, 640), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=40)
    for row in range(10):
        draw.text((40, 20 + 60 * row), "ROSSI MARIO RSSMRA85C15H501R", (20, 20, 20, 255), font)
    return saved(picture, "PNG")


def blurred() -> bytes:
    return saved(card().filter(ImageFilter.GaussianBlur(9)), quality=88)


def dark() -> bytes:
    return saved(card().point(lambda value: value // 8), quality=88)


def bright() -> bytes:
    return saved(card().point(lambda value: 247 + value // 40), quality=95)


def flat() -> bytes:
    return saved(Image.new("RGB", (1200, 800), (120, 120, 120)))


def small() -> bytes:
    return saved(card(width=640, height=400), quality=90)


def tiny() -> bytes:
    return saved(card(width=200, height=125), quality=90)


def noisy() -> bytes:
    """As a phone's sensor sees it: every point a little off. Nothing to complain about."""
    noise = random.Random(7)
    grain = Image.frombytes("L", (400, 250), bytes(noise.randrange(110, 146) for _ in range(400 * 250)))
    grain = grain.resize(card().size)
    return saved(Image.blend(card(), grain.convert("RGB"), 0.15), quality=80)


def truncated() -> bytes:
    return jpeg()[:20_000]


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A hundred kilobytes that unpack to 900 megapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif() -> bytes:
    return saved(card(), "GIF")


# What is uploaded, and the code that it is refused with.
BAD: dict[str, tuple[Any, str]] = {
    "truncated": (truncated, "broken"),
    "bomb": (bomb, "too_many_pixels"),
    "tiny": (tiny, "too_small"),
    "gif": (gif, "not_picture"),
    "html": (lambda: b"<html><script>alert(1)</script></html>", "not_picture"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "not_picture"),
    "program": (lambda: b"MZ" + b"\0" * 500, "not_picture"),
    "archive": (lambda: b"PK\x03\x04" + b"\0" * 500, "not_picture"),
    "empty": (lambda: b"", "empty"),
}
