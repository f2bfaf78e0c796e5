"""What a customer can buy: offers of the shop with their prices, narrowed by what they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from billing.flows.vat_on_top import rate_shown
from billing.models import Price
from billing.money import to_cents
from customers.models import Organisation
from upstream import ProductFamily

from ..models import Offer
from ..products import Device, ProductFacts

# What the first question of the shop can be answered with.
NEW, RENEW, THINGS, IDENTIFY = "new", "renew", "things", "identify"
REMOTE, DEVICE = "remote", "device"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Item:
    """A product in the shop: what it is, and what it costs this customer now (EUR, rounded once)."""

    offer: Offer
    facts: ProductFacts
    unit_price: Decimal
    vat_rate: Decimal

    @property
    def gross(self) -> Decimal:
        net = to_cents(self.unit_price)
        return net + to_cents(net * self.vat_rate / 100)


def items_for(organisation: Organisation) -> list[Item]:
    """All that this customer can buy, in the order of the shop. What has no price is not there."""
    now = timezone.now()
    offers = [offer for offer in Offer.objects.sellable() if offer.is_for(organisation.kind)]
    prices = Price.objects.sales([offer.product.key for offer in offers], organisation, now)
    rate = rate_shown(organisation, now)
    return [
        Item(offer, facts, prices[offer.product.key].amount, rate)
        for offer in offers
        if offer.product.key in prices and (facts := offer.product.facts)
    ]


def item_for(organisation: Organisation, code: str) -> Item | None:
    """One product, if this customer can buy it."""
    return next((item for item in items_for(organisation) if item.offer.product.code == code), None)


def fitting(items: Sequence[Item], answers: Mapping[str, str]) -> list[Item]:
    """The items that fit what was answered; a question that was left open rules nothing out."""
    return [item for item in items if _fits(item.facts, answers)]


def _fits(facts: ProductFacts, answers: Mapping[str, str]) -> bool:
    need = answers.get("need", "")
    if need and need != _need_of(facts):
        return False
    # The other questions are about new signatures, and rule nothing else out.
    return _need_of(facts) != NEW or _fits_as_new(facts, answers)


def _fits_as_new(facts: ProductFacts, answers: Mapping[str, str]) -> bool:
    way, cns, reader = answers.get("way", ""), answers.get("cns", ""), answers.get("reader", "")
    if way and (way == REMOTE) != facts.is_remote:
        return False
    if cns == YES and not facts.has_cns:
        return False
    # Whoever has a reader pays for none; whoever has none needs one that comes along.
    if facts.device is Device.SMART_CARD and reader and (reader == YES) == facts.has_reader:
        return False
    if answers.get("video") == YES and not (facts.has_video or facts.family is ProductFamily.ARUBA):
        return False
    return not answers.get("abroad") or (answers["abroad"] == YES) == (facts.family is ProductFamily.FOREIGN)


def _need_of(facts: ProductFacts) -> str:
    match facts.family:
        case ProductFamily.RENEWAL:
            return RENEW
        case ProductFamily.SHIPPING:
            return THINGS
        case ProductFamily.RECOGNITION:
            return IDENTIFY
    return NEW
