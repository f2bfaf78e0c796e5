"""Who buys what: each subject tells the fence how its purchases are made, found again, and what follows."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from upstream import ProviderError, Rejected

from ..models import Purchase


@dataclass(frozen=True)
class Bought:
    """What the provider says it made for us. ``answer`` is for the buyer alone, and may hold secrets."""

    reference: str
    answer: Any


class TooLate(Rejected):
    """What was intended cannot be done any more: we refuse it ourselves, and nothing is sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, proves_not_bought=True)


class Buyer(Protocol):
    """What the fence must know about one product. The ``on_`` methods run inside the settling transaction."""

    def prepare(self, purchase: Purchase) -> Any:
        """Make the request ready. Whatever it raises, nothing was sent; ``TooLate`` ends the purchase as refused."""

    def call(self, purchase: Purchase, request: Any) -> Bought:
        """Make the paid call, once. Raises ``ProviderError``."""

    def look_up(self, purchase: Purchase) -> list[Bought] | None:
        """All that the provider has from this purchase's call; None when it lists no such thing.

        Then the wallet alone decides, and what was bought may be lost: see ``UnlistedBuyer``. Raises
        ``ProviderError`` when it cannot be read.
        """

    def read(self, purchase: Purchase, reference: str) -> Bought | None:
        """The one that staff name, if it is this purchase's. Raises ``ProviderError``."""

    def on_bought(self, purchase: Purchase, bought: Bought) -> None:
        """It was bought."""

    def on_refused(self, purchase: Purchase, error: ProviderError) -> None:
        """The provider refused it for good, or it was ``TooLate`` to send it."""

    def on_waiting(self, purchase: Purchase) -> None:
        """It waits: ``purchase.state`` says for what."""

    def on_withdrawn(self, purchase: Purchase) -> None:
        """Staff gave it up."""


@runtime_checkable
class UnlistedBuyer(Buyer, Protocol):
    """Buys what the provider lists nowhere and what is worth something by itself, such as a voucher's link.

    Its purchases must stand in a line (``intend(line=…)``): only then is their trace in the wallet their own.
    """

    def keep(self, purchase: Purchase, bought: Bought) -> None:
        """Keep what came beside, or too late for, a purchase that is settled: it was paid for."""

    def on_lost(self, purchase: Purchase, *, again: bool, who: str) -> None:
        """Staff say that it was paid for and cannot be had; with ``again`` another one is to be bought."""


_buyers: dict[str, Buyer] = {}


def register(product: str, buyer: Buyer) -> None:
    """Tell the fence who buys a product, or all whose keys begin with ``product:``; called when the apps are ready."""
    _buyers[product] = buyer


def buyer_of(purchase: Purchase) -> Buyer:
    """The buyer of this purchase's product: "order:FIRREM" is bought by who registered for "order"."""
    return _buyers.get(purchase.product) or _buyers[purchase.product.partition(":")[0]]
