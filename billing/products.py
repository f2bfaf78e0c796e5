"""What is sold by the piece, by key: the built-in products, and those that an app brings along ("order:FIRREM").

An app registers a source of labels when the apps are ready, as it registers its buyer (``flows/buyers.py``). Labels
are asked for in bulk and come from no table, so that a page of usage costs no query more.
"""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise

from .models.price_book import Product

Labels = Mapping[str, str | Promise]

_sources: list[Callable[[], Labels]] = []


def register(source: Callable[[], Labels]) -> None:
    """Add products to what can be priced and bought: ``source`` gives their labels by key."""
    _sources.append(source)


def labels() -> dict[str, str]:
    """The label of every product by its key, in the reader's language."""
    known = {key: str(label) for key, label in Product.choices}
    for source in _sources:
        known |= {key: str(label) for key, label in source().items()}
    return known


def choices() -> list[tuple[str, str]]:
    """All products for a select, by key and label."""
    return list(labels().items())


def label_of(key: str) -> str:
    """A product's label in the reader's language; its key where nobody knows it (any more)."""
    return labels().get(key, key)
