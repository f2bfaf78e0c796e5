"""From the provider's coordinates to a box on a PDF page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

WIDTH, HEIGHT = 164, 45
"""Size of a stamp in points; EU-SES has no width and height, integrators use these."""


@dataclass(frozen=True)
class Page:
    """A page's visible area in user space, and how it is turned."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        """Width as seen."""
        return self.top - self.bottom if self.rotation in (90, 270) else self.right - self.left

    @property
    def height(self) -> float:
        """Height as seen."""
        return self.right - self.left if self.rotation in (90, 270) else self.top - self.bottom

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        """A box given from the upper left corner as seen, in user space."""
        if self.rotation == 90:
            corners = (self.left + top, self.bottom + left, self.left + bottom, self.bottom + right)
        elif self.rotation == 180:
            corners = (self.right - right, self.bottom + top, self.right - left, self.bottom + bottom)
        elif self.rotation == 270:
            corners = (self.right - bottom, self.top - right, self.right - top, self.top - left)
        else:
            corners = (self.left + left, self.top - bottom, self.left + right, self.top - top)
        x1, y1, x2, y2 = (round(corner) for corner in corners)
        return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)


def _inherited(page: Any, key: str) -> Any:
    node = page
    for _ in range(60):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def rotation_of(page: Any) -> int:
    """By how many degrees, clockwise, a page is shown turned."""
    return int(_inherited(page, "/Rotate") or 0) % 360


def pages_of(reader: PdfFileReader) -> list[Page]:
    """All pages of a document."""
    found = []
    for number in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(number)[0].get_object()
        box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox") or [0, 0, 612, 792]
        x1, y1, x2, y2 = (float(corner) for corner in box)
        found.append(Page(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), rotation_of(page)))
    return found


@dataclass(frozen=True)
class Measure:
    """How the coordinates of a generation are meant."""

    origin: str = "lower-left"
    """Of the first generation's `position`."""
    unit: float = 1.0
    """Points in one unit."""


def seen_box(
    placement: dict[str, Any], page: Page, measure: Measure
) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom in points from the upper left corner; None when nothing is to be drawn.

    EU-SES gives x and y of the upper left corner; the first generation four corners whose origin is unknown.
    """
    if "position" in placement:
        if placement["position"] is None:
            return None
        x1, y1, x2, y2 = (float(part) * measure.unit for part in placement["position"].split(","))
        x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        if measure.origin == "lower-left":
            y1, y2 = page.height - y2, page.height - y1
        return x1, y1, x2, y2
    x, y = (float(placement.get(corner) or 0) * measure.unit for corner in ("x", "y"))
    return x, y, x + WIDTH, y + HEIGHT
