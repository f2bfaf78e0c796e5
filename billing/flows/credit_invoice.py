"""Draw up a credit note for an issued invoice: a draft that names lines and pieces, to be looked at and issued."""

from collections.abc import Mapping

from django.db import transaction

from ..models import DraftLine, Invoice, InvoiceDraft, InvoiceKind
from .credit_lines import available


class NothingToCredit(Exception):
    """Every piece that was asked for is credited already, or none was asked for."""


def draft_credit(invoice: Invoice, pieces: Mapping[int, int], reason: str, by: str) -> InvoiceDraft:
    """A draft that credits so many pieces of each line (by its id). Raises ``NothingToCredit``.

    More than is left is not an error here: the draft says so, and cannot be issued.
    """
    if invoice.is_credit_note:
        raise NothingToCredit("a credit note is not credited")
    left = available(invoice)
    wanted = {line: quantity for line, quantity in pieces.items() if quantity > 0 and left.get(line)}
    if not wanted:
        raise NothingToCredit(str(invoice))
    with transaction.atomic():
        draft = InvoiceDraft.objects.create(
            organisation_id=invoice.organisation_id,
            kind=InvoiceKind.CREDIT_NOTE,
            credits=invoice,
            reason=reason[:400],
            made_by=by[:200],
        )
        DraftLine.objects.bulk_create(
            DraftLine(draft=draft, line_id=line, quantity=quantity) for line, quantity in wanted.items()
        )
    return draft
