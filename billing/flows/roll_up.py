"""Keep usage by the day in step with the facts: counted in with them, made anew from them, and proven equal to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Usage, UsageDay
from .ledger import open_ledger

Key = tuple[Any, ...]
Counts = dict[Key, tuple[int, int]]


def write_usage(organisation: Any, rows: Iterable[Usage]) -> int:
    """Write facts of one customer and count them in, in one transaction. Returns how many.

    Nothing else writes any.
    """
    facts = list(rows)
    if not facts:
        return 0
    # The lock keeps the order in which days are counted up the same for everybody, and a new count out.
    with open_ledger(organisation):
        Usage.objects.bulk_create(facts)
        added: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        for fact in facts:
            day = timezone.localtime(fact.occurred_at).date()
            key = (
                fact.organisation_id,
                day,
                fact.product,
                fact.funding,
                Decimal(fact.unit_price),
                fact.vat_rate,
            )
            added[key][0] += fact.quantity
            added[key][1] += 1
        for key, (quantity, lines) in added.items():
            _add(dict(zip(UsageDay.ALIKE, key, strict=True)), quantity, lines)
    return len(facts)


def _add(alike: dict[str, Any], quantity: int, lines: int) -> None:
    row, is_new = UsageDay.objects.get_or_create(**alike, defaults={"quantity": quantity, "lines": lines})
    if not is_new:
        UsageDay.objects.filter(pk=row.pk).update(quantity=F("quantity") + quantity, lines=F("lines") + lines)


def counted(organisation: Any) -> Counts:
    """A customer's facts by the day, added up from the facts themselves."""
    groups = (
        Usage.objects.for_organisation(organisation)
        .order_by()
        .annotate(day=TruncDate("occurred_at"))
        .values_list(*UsageDay.ALIKE)
        .annotate(quantity_sum=Sum("quantity"), line_count=Count("pk"))
    )
    return {tuple(group[:-2]): (group[-2], group[-1]) for group in groups.iterator()}


def kept(organisation: Any) -> Counts:
    """The same, as it is kept."""
    rows = UsageDay.objects.for_organisation(organisation).values_list(*UsageDay.ALIKE, "quantity", "lines")
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in rows.iterator()}


def rebuild(organisation: Any) -> int:
    """Make a customer's days anew from the facts. Nobody writes any meanwhile. Returns how many rows there are."""
    with open_ledger(organisation) as ledger:
        UsageDay.objects.for_organisation(ledger.organisation).delete()
        rows = [
            UsageDay(**dict(zip(UsageDay.ALIKE, key, strict=True)), quantity=quantity, lines=lines)
            for key, (quantity, lines) in counted(ledger.organisation).items()
        ]
        UsageDay.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


@dataclass(frozen=True)
class Difference:
    """A customer's day that is not what the facts add up to."""

    key: Key
    facts: tuple[int, int] | None
    kept: tuple[int, int] | None


def differences(organisation: Any) -> Iterator[Difference]:
    """Where a customer's days are not what their facts add up to. Nobody writes any meanwhile."""
    with open_ledger(organisation) as ledger:
        facts, days = counted(ledger.organisation), kept(ledger.organisation)
    for key in sorted(facts.keys() | days.keys(), key=str):
        if facts.get(key) != days.get(key):
            yield Difference(key, facts.get(key), days.get(key))


def organisations_with_usage() -> set[Any]:
    """Whose days there are to look after."""
    of_facts = Usage.objects.order_by().values_list("organisation", flat=True).distinct()
    return {*of_facts, *UsageDay.objects.order_by().values_list("organisation", flat=True).distinct()}


def tell_of_differences() -> int:
    """Raise an alarm for each customer whose days differ from the facts, once a day. Returns how many there are."""
    count = 0
    for organisation_id in organisations_with_usage():
        found = list(differences(organisation_id))
        if not found:
            continue
        count += 1
        with transaction.atomic():
            alarm(
                key=f"usage-days:{organisation_id}:{timezone.localdate()}",
                subject=_("Usage by the day differs from the facts"),
                text=_("%(count)s days of organisation %(id)s. Make them anew: manage.py roll_up_usage.")
                % {"count": len(found), "id": organisation_id},
            )
    return count
