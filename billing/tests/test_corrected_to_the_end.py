"""From use and corrections to what is open: whoever paid, and in whatever month it was taken back, no cent is lost."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.flows.close_month import close_month
from billing.flows.issue_invoice import issue
from billing.flows.recount import prove
from billing.models import Invoice, InvoiceDraft, Payment, Usage
from outbox.flows.write import PURPOSE
from outbox.models import Mail
from vault import open_sealed

from .invoice_factories import SellerFactory, correct, customer, use

pytestmark = pytest.mark.django_db
MONTHS = (8, 9, 10)
GROSS = Decimal("1.22")


def three_months(seed):
    """Pieces at 1.00 from the wallet and by invoice; any of those so far are taken back in any later month."""
    chance, organisation, live = random.Random(seed), customer(), []
    for month in MONTHS:
        at = datetime(2026, month, 10, tzinfo=UTC)
        for funding in ("wallet", "postpaid"):
            live += use(organisation, chance.randint(0, 8), "1.00", at=at, funding=funding)
        taken_back = chance.sample(live, chance.randint(0, len(live)))
        correct(taken_back, at)
        live = [row for row in live if row not in taken_back]


def left(funding):
    return GROSS * (Usage.objects.filter(funding=funding).aggregate(sum=Sum("quantity"))["sum"] or 0)


# 23: a month that ended in a credit note is corrected in its turn.
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6, 23])
def test_what_is_open_is_what_the_invoice_pays_for_and_the_wallet_has_paid_the_rest(seed):
    SellerFactory()
    three_months(seed)
    for month in MONTHS:
        close_month(date(2026, month, 1))
    for draft in InvoiceDraft.objects.order_by("statement__month"):
        issue(draft, "Sara", date(2026, 11, 3))

    outstanding = sum(one.outstanding for one in Invoice.objects.with_settled())
    paid = sum(Payment.objects.values_list("amount", flat=True))
    assert (outstanding, paid) == (left("postpaid"), left("wallet"))
    assert prove() == 0


@pytest.mark.parametrize(
    ("used", "taken_back", "said"),
    [("wallet", "postpaid", "paid EUR 2.44"), ("postpaid", "wallet", "got EUR 2.44 back")],
)
def test_staff_hear_of_a_month_that_comes_to_nothing_while_the_wallet_has_moved(
    used, taken_back, said, settings
):
    settings.STAFF_ALERTS, settings.LANGUAGE_CODE = ["staff@example.it"], "en"
    organisation = customer()
    earlier = use(organisation, 2, "1.00", at=datetime(2026, 8, 10, tzinfo=UTC), funding=taken_back)
    use(organisation, 2, "1.00", at=datetime(2026, 9, 10, tzinfo=UTC), funding=used)
    correct(earlier, datetime(2026, 9, 11, tzinfo=UTC))
    for month in (8, 9, 9):
        close_month(date(2026, month, 1))
    assert not InvoiceDraft.objects.filter(statement__month=date(2026, 9, 1)).exists()
    [mail] = Mail.objects.filter(kind="alarm")
    assert said in open_sealed(mail.sealed_text, PURPOSE).decode()
