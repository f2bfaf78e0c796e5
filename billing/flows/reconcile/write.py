"""Write down what a comparison found: what explains what, and the differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from ...models import (
    Cause,
    Difference,
    DifferenceStep,
    Explanation,
    Interchangeable,
    ProviderLine,
    Purchase,
    Reconciliation,
)
from . import causes
from .calls import HOSTS
from .load import CostBook, deal_of, line_of, longest_window
from .sides import Deal, Imbalance, Line, Outcome, Pair

Kind = Difference.Kind
BATCH = 1000
# Of so many differences the causes are looked for one by one; more of them have one cause.
MOST_EXAMINED = 1_000
CAME_LATE = gettext_noop("Its line came late.")
GIVEN_BACK = gettext_noop("The provider gave it back.")
BOOKED = gettext_noop("It was found in the provider's books.")


@dataclass(frozen=True)
class Listed:
    """Differences of which the other side may still come."""

    missing: Mapping[Any, Difference]
    extra: Mapping[Any, Difference]

    @classmethod
    def load(cls, until: datetime) -> "Listed":
        """Missing purchases as long as their lines may come, and lines of which counters may say more."""
        since = until - settings.RECONCILIATION_LATE_WITHIN - longest_window()
        missing = Difference.objects.filter(
            kind=Kind.MISSING, occurred_at__gte=since, purchase__explanation=None
        ).select_related("purchase")
        extra = Difference.objects.open().filter(
            kind=Kind.EXTRA, occurred_at__gte=until - 2 * settings.RECONCILIATION_LOOK_BACK
        )
        return cls(
            {row.purchase_id: row for row in missing},
            {row.line_id: row for row in extra.select_related("line")},
        )

    def deals(self, costs: CostBook) -> list[Deal]:
        """The purchases."""
        return [deal_of(row.purchase, costs) for row in self.missing.values() if row.purchase is not None]

    def lines(self) -> list[Line]:
        """The lines."""
        return [line_of(row.line) for row in self.extra.values() if row.line is not None]

    def of(self, pair: Pair) -> Difference | None:
        """The difference that one of a pair is listed as."""
        return self.missing.get(pair.deal.key) or self.extra.get(pair.line.key)


class Writer:
    """Writes one comparison, inside a transaction of the caller."""

    def __init__(self, run: Reconciliation, explained: Sequence[Pair], listed: Listed) -> None:
        self.run = run
        self.found = 0
        self._explained = explained
        self._listed = listed
        self._examined = 0
        self._purchases: dict[Any, Purchase] = {}

    def explanations(self, outcome: Outcome) -> int:
        """What explains what; returns how many purchases were found."""
        rows = [
            Explanation(
                purchase_id=pair.deal.key,
                line_id=pair.line.key,
                requests=pair.requests,
                choices=max(1, pair.choices),
                run=self.run,
            )
            for pair in [*outcome.pairs, *outcome.late, *outcome.other_amounts]
        ]
        rows += [
            Explanation(
                purchase_id=one.deal.key, reading_id=one.counters.key, requests=one.deal.units, run=self.run
            )
            for one in outcome.covered
        ]
        Explanation.objects.bulk_create(rows, batch_size=BATCH)
        return len(rows)

    def groups(self, outcome: Outcome) -> None:
        """What is explained, and might as well be explained otherwise."""
        rows = [
            Interchangeable(
                run=self.run,
                host=one.host or HOSTS[one.call],
                call=one.call,
                amount=one.amount,
                since=one.since,
                until=one.until,
                purchases=one.purchases,
                requests=one.requests,
                lapsed=one.lapsed,
            )
            for one in outcome.groups
        ]
        Interchangeable.objects.bulk_create(rows, batch_size=BATCH)

    def differences(self, outcome: Outcome) -> None:
        """Everything that is not as it should be."""
        clues = causes.ExtraCauses([*self._explained, *outcome.pairs], outcome.deals)
        rows = ProviderLine.objects.in_bulk([line.key for line in outcome.lines])
        alone = [deal for miss in outcome.imbalances if miss.is_one for deal in miss.candidates]
        deals = [*outcome.deals, *alone, *(pair.deal for pair in outcome.other_amounts)]
        self._purchases = Purchase.objects.in_bulk([deal.key for deal in deals])
        for line in outcome.lines:
            self._extra(line, rows[line.key], clues)
        for pair in outcome.other_amounts:
            self._other_amount(pair)
        for pair in outcome.late:
            self._late(pair)
        for deal in outcome.deals:
            self._missing_one(deal, outcome.rivals.get(deal.key, 0))
        for miss in outcome.imbalances:
            self._requests(miss)

    def add(self, key: str, kind: str, occurred_at: datetime, amount: Decimal, **fields: Any) -> Difference:
        """One difference, with its first step."""
        row = Difference(key=key, kind=kind, occurred_at=occurred_at, amount=amount, **fields)
        row.save()
        DifferenceStep(difference=row, what=DifferenceStep.What.FOUND).save()
        self.found += 1
        return row

    def _is_examined(self) -> bool:
        self._examined += 1
        return self._examined <= MOST_EXAMINED

    def _extra(self, line: Line, row: ProviderLine, clues: causes.ExtraCauses) -> None:
        found, candidates = clues.of(line, row) if self._is_examined() else ([Cause.OUTSIDE], [])
        self.add(
            f"line:{row.reference}",
            Kind.EXTRA,
            row.at,
            line.amount,
            actual=line.amount,
            line=row,
            causes=found,
            candidates=candidates,
            is_ambiguous=len(candidates) > 1,
        )

    def _other_amount(self, pair: Pair) -> None:
        purchase = self._purchases[pair.deal.key]
        expected, actual = pair.deal.costs[0], pair.line.amount
        fields: dict[str, Any] = {
            "kind": Kind.OTHER_AMOUNT, "purchase_id": purchase.pk, "line_id": pair.line.key,
            "expected": expected, "actual": actual, "amount": actual - expected,
            "causes": causes.of_other_amount(purchase, expected, actual), "is_ambiguous": pair.choices > 1,
        }  # fmt: skip
        self._put(pair, fields)

    def _late(self, pair: Pair) -> None:
        missing = self._listed.missing.get(pair.deal.key)
        is_doubtful = pair.choices > 1 or (missing is not None and missing.is_ambiguous)
        doubts = [Cause.CHARGED_TWICE, Cause.NOT_CHARGED] if is_doubtful else []
        row = self._put(
            pair,
            {
                "kind": Kind.LATE, "purchase_id": pair.deal.key, "line_id": pair.line.key, "amount": Decimal(0),
                "expected": pair.deal.costs[0], "actual": pair.line.amount, "is_ambiguous": is_doubtful,
                "causes": [Cause.BOOKED_LATE, *doubts],
            },
        )  # fmt: skip
        if not is_doubtful:
            close_by_itself(row, CAME_LATE)

    def _put(self, pair: Pair, fields: dict[str, Any]) -> Difference:
        """A pair that is not as it should be: what one of both was listed as becomes this, or it is new."""
        known = self._listed.of(pair)
        if known is not None:
            self._change(known, fields)
            return known
        return self.add(f"purchase:{pair.deal.key}", occurred_at=pair.deal.start, **fields)

    def _missing_one(self, deal: Deal, rivals: int) -> None:
        purchase = self._purchases[deal.key]
        self.add(
            f"purchase:{deal.key}",
            Kind.MISSING,
            purchase.sent_at or deal.start,
            -deal.costs[0],
            expected=deal.costs[0],
            actual=Decimal(0),
            purchase=purchase,
            causes=causes.of_missing(purchase) if self._is_examined() else [Cause.NOT_CHARGED],
            is_ambiguous=rivals > 0,
        )

    def _requests(self, miss: Imbalance) -> None:
        if miss.is_one and len(miss.candidates) == 1:
            self._missing_one(miss.candidates[0], 0)
            return
        price = max((deal.request_cost for deal in miss.candidates), default=Decimal(0))
        more = miss.requests > 0
        found = [Cause.CHARGED_TWICE, Cause.IN_BOTH, Cause.OUTSIDE] if more else [Cause.NOT_CHARGED]
        self.add(
            f"requests:{miss.counters.key}:{miss.call}",
            Kind.REQUESTS_MORE if more else Kind.REQUESTS_LESS,
            miss.since,
            miss.requests * price,
            expected=Decimal(0),
            actual=Decimal(miss.requests),
            reading_id=miss.counters.key,
            causes=found,
            candidates=causes.named(miss.candidates),
            is_ambiguous=len(miss.candidates) > 1,
        )

    def _change(self, row: Difference, fields: dict[str, Any]) -> None:
        before = row.get_kind_display()
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=[*fields])
        note = f"{before} → {row.get_kind_display()}"[:300]
        DifferenceStep(difference=row, what=DifferenceStep.What.CHANGED, note=note).save()


def close_by_itself(row: Difference, reason: str) -> None:
    """Nothing is left to be done about it."""
    if row.state == Difference.State.CLOSED:
        return
    row.state, row.closed_at, row.reason = Difference.State.CLOSED, timezone.now(), reason
    row.save(update_fields=["state", "closed_at", "reason"])
    DifferenceStep(difference=row, what=DifferenceStep.What.CLOSED, note=reason).save()
