"""The pages of an order's form, as this order has them: those of its family, without what has nothing to ask."""

from dataclasses import dataclass

from .. import steps
from ..models import Order
from .attach import files_of, missing_sides
from .check import Problem
from .price import offered_options


@dataclass(frozen=True)
class Page:
    """One step of the form."""

    name: str
    title: str
    is_done: bool


def pages_of(order: Order) -> list[Page]:
    """All pages in order, the review last."""
    names = [*names_of(order), steps.REVIEW]
    return [Page(name, steps.title_of(order, name), _is_done(order, name)) for name in names]


def _is_done(order: Order, name: str) -> bool:
    if name == steps.OPTIONS and not steps.is_shipped(order):
        return True
    if name != steps.PICTURES:
        return name in order.details
    # Where they may follow after the order, passing them by leaves nothing open.
    return not order.product_family.needs_document_at_order or not missing_sides(order, files_of(order))


def names_of(order: Order) -> list[str]:
    """The steps to fill in. One that could only say "nothing to choose" is left out."""
    names = list(steps.STEPS_OF[order.product_family])
    if steps.OPTIONS in names and not steps.is_shipped(order) and not offered_options(order):
        names.remove(steps.OPTIONS)
    return names


def after(order: Order, name: str) -> str:
    """The page that comes next."""
    names = [*names_of(order), steps.REVIEW]
    return names[names.index(name) + 1]


def first_open(order: Order, problems: list[Problem]) -> str:
    """Where to go on: the first step with something to do, else the review."""
    open_ones = {problem.step for problem in problems}
    return next((name for name in names_of(order) if name in open_ones), steps.REVIEW)
