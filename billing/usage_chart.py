"""A series as a drawing: stacked bars in numbers that a template writes as SVG. Text stands beside it, never in it."""

from dataclasses import dataclass

from .usage_section import Series

WIDTH, HEIGHT = 1000.0, 100.0
TONES = 6


@dataclass(frozen=True)
class Box:
    """A part of a bar, in the drawing's units; ``tone`` names its colour."""

    x: str
    y: str
    width: str
    height: str
    tone: int


def tone_of(series: Series, key: str) -> int:
    """The colour of a product or payer, from 1; the last one serves all that are left."""
    return min(series.keys.index(key), TONES - 1) + 1


def boxes_of(series: Series) -> list[Box]:
    """All parts of all bars. Corrections that make a part less than nothing are not drawn; the table has them."""
    if not series.bars:
        return []
    room = WIDTH / len(series.bars)
    # Few bars would be as wide as walls.
    width = min(room * 0.8, 60.0)
    boxes = []
    for number, bar in enumerate(series.bars):
        top = HEIGHT
        for key in series.keys:
            height = HEIGHT * max(0, bar.pieces.get(key, 0)) / series.most
            top -= height
            if height:
                x = number * room + (room - width) / 2
                boxes.append(
                    Box(f"{x:.2f}", f"{top:.2f}", f"{width:.2f}", f"{height:.2f}", tone_of(series, key))
                )
    return boxes
