"""Where the usual places lie on a page, in PDF points from the top left corner."""

from decimal import Decimal

from .models import Placement

STAMP_WIDTH = Decimal(164)
STAMP_HEIGHT = Decimal(45)
MARGIN = Decimal(36)


def box(place: str, page_width: float, page_height: float) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Left, top, width and height of a signature at this place of a page, in points.

    On a page too small for stamp and margins the stamp shrinks to what fits.
    """
    page_w, page_h = Decimal(str(page_width)), Decimal(str(page_height))
    margin = min(MARGIN, page_w / 10, page_h / 10)
    width, height = min(STAMP_WIDTH, page_w - 2 * margin), min(STAMP_HEIGHT, page_h - 2 * margin)
    row, column = Placement.Place(place).value.split("_")
    left = {"left": margin, "centre": (page_w - width) / 2, "right": page_w - margin - width}[column]
    top = {"top": margin, "middle": (page_h - height) / 2, "bottom": page_h - margin - height}[row]
    return left, top, width, height
