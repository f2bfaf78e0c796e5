"""What the account proves about a purchase that the provider lists nowhere: a table of cases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.flows.explain import without_explained
from billing.flows.statement import Statement, Verdict, find
from billing.models import Product, Purchase
from upstream import Transaction

from .factories import BoughtFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OLD_HOST = "API usage - ws.firmadigitale.com"
NEW_HOST = "API usage - test.esignature.openapi.com"


def moved(number: str, amount: str, description: str = OLD_HOST, at: datetime | None = NOW) -> Transaction:
    return Transaction(number, Decimal(amount), at, description)


def statement(credit: str, *movements: Transaction, left: dict[str, int] | None = None) -> Statement:
    return Statement(NOW, Decimal(credit), {one.id: one for one in movements}, left or {})


def waiting(**fields) -> Purchase:
    """A purchase in a line that ended unclear."""
    return BoughtFactory(
        product=Product.SPID, generation="firmadigitale", line="spid", quantity=1, expected_cost=Decimal("14.20"),
        state=Purchase.State.UNKNOWN, provider_reference="", settled_at=None, sent_at=NOW, **fields,
    )  # fmt: skip


EARLIER = moved("t1", "-9.90")
CHARGE = moved("t2", "-14.20")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        pytest.param(
            statement("100", EARLIER), statement("100", EARLIER), Verdict.NOT_SPENT, id="nothing moved"
        ),
        pytest.param(
            statement("100", EARLIER), statement("85.80", CHARGE, EARLIER), Verdict.SPENT, id="our charge"
        ),
        pytest.param(
            statement("100"),
            statement("90.10", moved("t3", "-9.90")),
            Verdict.SPENT,
            id="by the other tariff",
        ),
        pytest.param(statement("100"), statement("85", moved("t3", "-15")), Verdict.OPEN, id="odd amount"),
        pytest.param(
            statement("100"),
            statement("71.60", CHARGE, moved("t3", "-14.20")),
            Verdict.OPEN,
            id="two charges",
        ),
        pytest.param(statement("100"), statement("85.80"), Verdict.OPEN, id="fell without a listed charge"),
        pytest.param(
            statement("100"), statement("100", CHARGE), Verdict.OPEN, id="listed, and the credit stands"
        ),
        pytest.param(
            statement("100"),
            statement("150", moved("t3", "50", "Wallet recharge")),
            Verdict.NOT_SPENT,
            id="top-up",
        ),
        pytest.param(
            statement("100"),
            statement("135.80", moved("t3", "50", "Wallet recharge"), CHARGE),
            Verdict.SPENT,
            id="top-up and charge",
        ),
        pytest.param(
            statement("100"),
            statement("85.80", moved("t3", "-14.20", NEW_HOST)),
            Verdict.NOT_SPENT,
            id="other host",
        ),
        pytest.param(
            statement("100"),
            statement("85.80", moved("t3", "-14.20", "Something")),
            Verdict.SPENT,
            id="no host",
        ),
        pytest.param(
            statement("100"),
            statement("100", CHARGE, moved("t3", "14.20", "Refund")),
            Verdict.SPENT,
            id="refunded",
        ),
        pytest.param(
            statement("100", left={"s": 3}),
            statement("100", left={"s": 3}),
            Verdict.NOT_SPENT,
            id="untouched plan",
        ),
        pytest.param(
            statement("100", left={"s": 3}), statement("100", left={"s": 2}), Verdict.SPENT, id="one request"
        ),
        pytest.param(
            statement("100", left={"s": 3}),
            statement("90.10", moved("t3", "-9.90"), left={"s": 2}),
            Verdict.SPENT,
            id="one request and its price",
        ),
        pytest.param(
            statement("100", left={"s": 3}), statement("100", left={"s": 1}), Verdict.OPEN, id="two requests"
        ),
        pytest.param(
            statement("100", left={"s": 3}), statement("100", left={"s": 9}), Verdict.OPEN, id="renewed plan"
        ),
        pytest.param(statement("100", left={"s": 3}), statement("100"), Verdict.OPEN, id="plan that ended"),
        pytest.param(statement("100"), statement("100", left={"s": 5}), Verdict.OPEN, id="plan that began"),
        pytest.param(
            statement("100", left={"s": 0}), statement("100"), Verdict.NOT_SPENT, id="empty plan that ended"
        ),
    ],
)
def test_what_moved_decides(before, after, verdict):
    finding = find(waiting(), before.as_json(), after)
    assert finding.verdict is verdict
    assert finding.known["credit_after"] == str(after.credit)


def bought(amount: str, sent_at: datetime, settled_at: datetime | None = None, **fields) -> Purchase:
    return BoughtFactory(
        expected_cost=Decimal(amount), sent_at=sent_at, settled_at=settled_at or sent_at, generation="firmadigitale",
        **fields,
    )  # fmt: skip


def test_what_another_product_cost_explains_its_own_charge_and_one_only():
    purchase = waiting()
    bought("14.20", NOW)
    assert without_explained([CHARGE], purchase) == []
    second = moved("t3", "-14.20")
    assert without_explained([CHARGE, second], purchase) == [second]


def test_what_was_bought_at_another_time_or_for_another_amount_explains_nothing():
    purchase = waiting()
    bought("14.20", NOW - timedelta(hours=1))
    bought("1.40", NOW)
    assert without_explained([CHARGE], purchase) == [CHARGE]


def test_another_of_the_same_line_explains_nothing_whenever_it_was_decided():
    """Staff decide after days; its charge was there before the next one's turn."""
    purchase = waiting()
    bought("14.20", NOW - timedelta(days=2), NOW, product=Product.SPID, line="spid", quantity=1)
    assert without_explained([CHARGE], purchase) == [CHARGE]


def test_one_that_staff_decided_late_explains_only_what_was_charged_when_it_was_sent(settings):
    settings.PURCHASE_STALE_AFTER = timedelta(seconds=120)
    purchase = waiting()
    bought("14.20", NOW - timedelta(minutes=5), timezone.now() + timedelta(days=3))
    assert without_explained([moved("t3", "-14.20", at=NOW + timedelta(minutes=10))], purchase) != []
