"""Money that came back: for a charge that is listed as one too many, or for a purchase that we count as paid."""

from collections.abc import Iterable

from ...models import Cause, Difference, Explanation, ProviderLine
from .calls import HOSTS
from .causes import MOST_NAMED, as_candidates
from .write import GIVEN_BACK, Writer, close_by_itself

Kind = Difference.Kind


def write_refunds(rows: Iterable[ProviderLine], writer: Writer) -> None:
    """List what came back from one of the paid calls. Top-ups name no host of theirs."""
    for row in rows:
        if row.host in HOSTS.values():
            _refund(row, writer)


def _refund(row: ProviderLine, writer: Writer) -> None:
    extra = Difference.objects.open().filter(
        kind=Kind.EXTRA, amount=row.amount, line__host=row.host, line__at__lte=row.at
    )
    charged_too_much = extra.order_by("line__at", "pk").first()
    paid = Explanation.objects.filter(
        line__host=row.host, line__amount=-row.amount, line__at__lte=row.at
    ).select_related("purchase", "line")
    candidates = [
        {"purchase": str(one.purchase_id), "fact": one.purchase.fact_key}
        for one in paid.order_by("-line__at")[:MOST_NAMED]
    ]
    refund = writer.add(
        f"line:{row.reference}",
        Kind.REFUND,
        row.at,
        -row.amount,
        actual=-row.amount,
        line=row,
        causes=[Cause.REFUNDED],
        candidates=as_candidates([charged_too_much.line]) if charged_too_much else candidates,
        is_ambiguous=charged_too_much is None and len(candidates) > 1,
    )
    if charged_too_much is not None:
        close_by_itself(charged_too_much, GIVEN_BACK)
        close_by_itself(refund, GIVEN_BACK)
