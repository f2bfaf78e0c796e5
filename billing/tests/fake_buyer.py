"""A buyer of fruit: what the fence does around it, without any provider."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from billing.flows import buyers
from billing.flows import purchase as fence
from billing.flows.buyers import Bought
from billing.flows.meter import MeteredPerson, meter
from billing.models import Purchase

from .factories import CostFactory, PriceFactory

PEAR, PLUM = "fruit:pear", "fruit:plum"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class FakeBuyer:
    """Meters as many as were wanted, or as ``metered`` says; notes what it was told to show."""

    metered: ClassVar[int | None] = None
    shown: ClassVar[list[str]] = []

    def on_bought(self, purchase: Purchase, bought: Bought) -> None:
        count = purchase.quantity if self.metered is None else self.metered
        people = [
            MeteredPerson(f"{purchase.pk}:{number}", f"Person {number}", purchase.pk, "A basket")
            for number in range(count)
        ]
        meter(purchase, people, timezone.now())

    def on_refused(self, purchase: Purchase, error: Any) -> None:
        pass

    def on_waiting(self, purchase: Purchase) -> None:
        self.shown.append(purchase.state)

    def on_withdrawn(self, purchase: Purchase) -> None:
        pass

    def keep(self, purchase: Purchase, bought: Bought) -> None:
        pass

    def on_lost(self, purchase: Purchase, *, again: bool, who: str) -> None:
        if again:
            intend(purchase.organisation, purchase.quantity, purchase.product)

    def prepare(self, purchase: Purchase) -> Any:
        pass

    def call(self, purchase: Purchase, request: Any) -> Any:
        pass

    def look_up(self, purchase: Purchase) -> Any:
        pass

    def read(self, purchase: Purchase, reference: str) -> Any:
        pass


@pytest.fixture
def fruit() -> Iterator[None]:
    """Pears cost 1.00, plums 0.37."""
    buyers.register("fruit", FakeBuyer())
    FakeBuyer.metered = None
    FakeBuyer.shown.clear()
    for product, amount in ((PEAR, "1.00"), (PLUM, "0.37")):
        PriceFactory(product=product, amount=Decimal(amount), valid_from=LONG_AGO)
        CostFactory(product=product, amount=Decimal("0.10"), valid_from=LONG_AGO)
    yield
    buyers._buyers.pop("fruit")


def intend(customer: Any, quantity: int, product: str = PEAR) -> Purchase:
    """Order so many."""
    purchase = fence.intend(
        organisation=customer,
        fact_key=f"fruit:{customer.pk}:{Purchase.objects.count()}",
        product=product,
        generation="fruit",
        quantity=quantity,
        tariff="single",
        request_digest="0" * 64,
        now=timezone.now(),
    )
    fence.show_waiting(purchase)
    return purchase


def bought(purchase: Purchase) -> None:
    """It is sent and bought."""
    claimed = fence.claim(purchase.pk, timezone.now())
    assert claimed is not None
    assert fence.record_bought(claimed, Bought(f"basket-{purchase.pk}", None))
    purchase.refresh_from_db()
