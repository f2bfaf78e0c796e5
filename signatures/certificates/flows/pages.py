"""The pages of an order's form, as this order has them: those of its family, without what has nothing to ask."""

from dataclasses import dataclass

from .. import steps
from ..models import Order
from .check import Problem
from .price import offered_options


@dataclass(frozen=True)
class Page:
    """One step of the form."""

    name: str
    title: str


def pages_of(order: Order) -> list[Page]:
    """All pages in order, the review last."""
    return [Page(name, steps.title_of(order, name)) for name in [*names_of(order), steps.REVIEW]]


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
