"""The arithmetic of an invoice: each line rounded once, VAT once per rate, stamp duty above its threshold.

``billing.money.to_cents`` is the only rounding. The same formulas stand in the exchange system's checks 00421 to 00423.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ..money import to_cents
from .document import AT_ONCE, Line, Summary


def line_net(quantity: Decimal | int, unit_price: Decimal) -> Decimal:
    """A line's amount without VAT."""
    return to_cents(quantity * unit_price)


def tax_on(net: Decimal, rate: Decimal) -> Decimal:
    """VAT on the sum of a rate's lines."""
    return to_cents(net * rate / 100)


def summarise(
    lines: Iterable[Line], references: Mapping[str, str] | None = None, payability: str = AT_ONCE
) -> tuple[Summary, ...]:
    """A summary for each rate and nature, in the order in which they first appear.

    ``references`` names the law by nature. ``payability`` holds for what bears VAT; the rest owes none.
    """
    nets: dict[tuple[Decimal, str], Decimal] = {}
    for line in lines:
        key = (line.rate, line.nature)
        nets[key] = nets.get(key, Decimal("0.00")) + line.net
    return tuple(
        Summary(
            rate,
            nature,
            net,
            tax_on(net, rate),
            AT_ONCE if nature else payability,
            (references or {}).get(nature, ""),
        )
        for (rate, nature), net in nets.items()
    )


def total_of(summaries: Iterable[Summary]) -> Decimal:
    """What stands at the invoice's foot, VAT included."""
    return sum((summary.net + summary.tax for summary in summaries), Decimal("0.00"))


def needs_stamp(lines: Iterable[Line], natures: Iterable[str], threshold: Decimal) -> bool:
    """Whether stamp duty is owed: the amounts without VAT of these natures exceed the threshold.

    Ask before a line that charges the duty on is added: that line does not count.
    """
    bearing = set(natures)
    return sum((line.net for line in lines if line.nature in bearing), Decimal(0)) > threshold
