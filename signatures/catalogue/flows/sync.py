"""Bring our copy of the provider's catalogue up to date: what changed is kept, told to staff, and priced.

1. Ask the provider, outside any transaction. Whatever goes wrong there changes nothing here.
2. Compare, in one transaction: each change is a row of its own, each new cost a row of the price book.
3. Mark what was not in the answer as gone. It is not sold any more, and back as soon as it reappears.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Price
from billing.provider import provider
from outbox.flows.alarm import alarm
from upstream import CatalogueProduct as Offered
from upstream import ProviderError

from ..models import CatalogueChange, CatalogueProduct, Offer
from ..products import PRODUCTS

log = logging.getLogger(__name__)
Kind = CatalogueChange.Kind
SOURCE = "GET /prodotti"
LONGEST_CODE = CatalogueProduct._meta.get_field("code").max_length or 0
LONGEST_NAME = CatalogueProduct._meta.get_field("name").max_length or 0
STALE_AFTER = timedelta(days=1)
ABSURD = 100_000


def sync_due() -> list[CatalogueChange]:
    """Synchronise if it is time (``CATALOGUE_SYNC_EVERY``). The provider being out of reach is told once a day."""
    last = CatalogueProduct.objects.aggregate(last=Max("last_seen_at"))["last"]
    now = timezone.now()
    if last and now < last + settings.CATALOGUE_SYNC_EVERY:
        return []
    try:
        return sync_catalogue()
    except ProviderError as error:
        log.warning("the catalogue could not be read: %s", error)
        if last and now > last + STALE_AFTER:
            _tell_of_stale(last, error)
        return []


def sync_catalogue() -> list[CatalogueChange]:
    """Take over what the provider offers now. Returns what has changed. Raises ``ProviderError``."""
    offered = provider().qualified.catalogue()
    was_empty = not CatalogueProduct.objects.exists()
    try:
        with transaction.atomic():
            return _take_over(offered, timezone.now())
    except IntegrityError:
        if not was_empty or not CatalogueProduct.objects.exists():
            raise
        # Two at once on the very first day, when there are no rows to lock: the other has just written the same.
        return []


def _take_over(offered: Iterable[Offered], now: datetime) -> list[CatalogueChange]:
    known = {product.code: product for product in CatalogueProduct.objects.select_for_update()}
    is_first = not known
    changes: list[CatalogueChange] = []
    seen: set[str] = set()
    for one in offered:
        if len(one.code) > LONGEST_CODE:
            _tell_of_unusable(one.code)
            continue
        seen.add(one.code)
        changes += _take_one(known.get(one.code), one, now)
    changes += _mark_gone((product for code, product in known.items() if code not in seen), now)
    for change in changes:
        change.save()
    _tell(changes, is_first=is_first)
    return changes


def _take_one(product: CatalogueProduct | None, offered: Offered, now: datetime) -> list[CatalogueChange]:
    """Make our row say what the provider says. Returns what differed."""
    name, price = offered.name[:LONGEST_NAME], _usable(offered.price)
    if product is None:
        product = CatalogueProduct(code=offered.code, first_seen_at=now)
        changes = [CatalogueChange(code=offered.code, kind=Kind.APPEARED, after=_written(price), at=now)]
    else:
        changes = list(_differences(product, offered, name, price, now))
    has_new_cost = product.cost != price
    product.name, product.maker, product.is_blank = name, offered.maker[:40], offered.is_blank
    product.cost, product.is_gone, product.last_seen_at = price, False, now
    product.save()
    _offer(product)
    _keep_cost(product, now, has_changed=has_new_cost)
    return changes


def _offer(product: CatalogueProduct) -> None:
    """Its place in the shop, once. It is sold at once only where staff have set a price for it already."""
    if Offer.objects.filter(product=product).exists():
        return
    prices = Price.objects.filter(side=Price.Side.SELL, product=product.key, organisation=None, group=None)
    is_sold = product.code in PRODUCTS and prices.exists()
    Offer.objects.create(product=product, is_sold=is_sold, position=_usual_position(product.code))


def _differences(
    product: CatalogueProduct, offered: Offered, name: str, price: Decimal | None, now: datetime
) -> Iterator[CatalogueChange]:
    if product.is_gone:
        yield CatalogueChange(code=product.code, kind=Kind.BACK, after=_written(price), at=now)
    pairs = [
        (Kind.PRICE, _written(product.cost), _written(price)),
        (Kind.RENAMED, product.name, name),
        (Kind.MAKER, product.maker, offered.maker[:40]),
        (Kind.BLANK, str(product.is_blank), str(offered.is_blank)),
    ]
    for kind, before, after in pairs:
        if before != after:
            yield CatalogueChange(code=product.code, kind=kind, before=before, after=after, at=now)


def _mark_gone(products: Iterable[CatalogueProduct], now: datetime) -> Iterator[CatalogueChange]:
    for product in products:
        if not product.is_gone:
            CatalogueProduct.objects.filter(pk=product.pk).update(is_gone=True)
            yield CatalogueChange(code=product.code, kind=Kind.GONE, before=_written(product.cost), at=now)


def _keep_cost(product: CatalogueProduct, now: datetime, *, has_changed: bool) -> None:
    """A row of the price book when the cost is new. What staff have added since for other reasons stands."""
    costs = Price.objects.filter(side=Price.Side.BUY, product=product.key)
    if product.cost is not None and (has_changed or not costs.exists()):
        Price(
            side=Price.Side.BUY, product=product.key, amount=product.cost, valid_from=now, source=SOURCE
        ).save()


def _usual_position(code: str) -> int:
    """Its place in the shop until staff choose another: as in our own list, the unknown ones last."""
    codes = list(PRODUCTS)
    return 10 * (codes.index(code) + 1) if code in PRODUCTS else 1000


def _usable(price: Decimal | None) -> Decimal | None:
    """A price that can be one: what is negative or absurd counts as none, and such a product is not sold."""
    return price if price is not None and 0 <= price < ABSURD else None


def _written(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _tell(changes: list[CatalogueChange], *, is_first: bool) -> None:
    """An alarm for each change; the first synchronisation of all is one piece of news."""
    if is_first and changes:
        alarm(
            key="catalogue:first",
            subject=_("The catalogue was read for the first time"),
            text=_("The provider offers %(count)s products. Say in the admin which of them are sold.")
            % {"count": len(changes)},
        )
        return
    for change in changes:
        alarm(
            key=f"catalogue:{change.pk}",
            subject=_("The provider's catalogue has changed"),
            text=_("%(code)s %(what)s: “%(before)s” → “%(after)s”.")
            % {
                "code": change.code,
                "what": change.get_kind_display(),
                "before": change.before,
                "after": change.after,
            },
        )


def _tell_of_unusable(code: str) -> None:
    alarm(
        key=f"catalogue-code:{code[:100]}",
        subject=_("A product code that cannot be used"),
        text=_("The provider's catalogue has the code “%(code)s”, which is too long to be kept.")
        % {"code": code[:200]},
    )


def _tell_of_stale(last: datetime, error: ProviderError) -> None:
    with transaction.atomic():
        alarm(
            key=f"catalogue-stale:{timezone.localdate()}",
            subject=_("The provider's catalogue has not been read for a day"),
            text=_("It was read last at %(at)s UTC. The provider says: %(problem)s")
            % {"at": f"{last:%Y-%m-%d %H:%M}", "problem": error.message},
        )
