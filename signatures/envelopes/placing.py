"""The usual places: where they lie on a page, in PDF points from the top left corner, and how they are said."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from .models import Placement, Signer

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


def pages_by_place(signer: Signer) -> dict[str, list[int]]:
    """Where a signer signs: the pages of each usual place, in the order of the placements."""
    pages: dict[str, list[int]] = defaultdict(list)
    for placement in signer.placements.all():
        pages[placement.place].append(placement.page)
    return pages


def in_words(signer: Signer) -> list[tuple[str, str, int]]:
    """The same for people: the place's name, its pages, and how many they are."""
    return [
        (str(Placement.Place(place).label), page_ranges(pages), len(pages))
        for place, pages in pages_by_place(signer).items()
    ]


def page_ranges(pages: Iterable[int]) -> str:
    """Pages as people write them: "1-3, 7"."""
    runs: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        first = runs.pop()[0] if runs and runs[-1][1] == page - 1 else page
        runs.append((first, page))
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)
