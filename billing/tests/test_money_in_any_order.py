"""Whatever happens in whatever order: the ledger balances, nothing is paid twice, and facts alone tell the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

import pytest
import time_machine
from django.db.models import Count, F, Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows import change_plan
from billing.flows import purchase as fence
from billing.flows.allowance import allowance_of, stays_of
from billing.flows.buyers import Bought
from billing.flows.correct_usage import AlreadyCorrected, correct
from billing.flows.fund import wanted_by
from billing.flows.go_on import go_on
from billing.flows.ledger import Credit, NoCredit, credit_of
from billing.flows.prove_ledger import broken_ledgers
from billing.flows.settle import send_again
from billing.flows.split import split
from billing.flows.top_up import record_transfer
from billing.flows.vat_on_top import with_vat
from billing.models import BankTransfer, Charge, Movement, Plan, Purchase, Reservation, ReservationEnd, Usage
from billing.money import to_cents
from upstream import InsufficientCredit, OutcomeUnknown, Rejected

from .factories import CustomerFactory, plan_with
from .fake_buyer import PEAR, PLUM, fruit, intend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fruit"), pytest.mark.slow]
State = Purchase.State
__all__ = ["fruit"]
PLANS = [
    {"free": 3, "included": 0, "fee": 0, "beyond": Plan.Beyond.WALLET},
    {"free": 3, "included": 10, "fee": "5.00", "beyond": Plan.Beyond.WALLET},
    {"free": 3, "included": 40, "fee": "9.99", "beyond": Plan.Beyond.WALLET_FIRST},
    {"free": 3, "included": 40, "fee": "9.99", "beyond": Plan.Beyond.POSTPAID},
]
STEP = st.one_of(
    st.tuples(st.just("top up"), st.integers(1, 3000)),
    st.tuples(st.just("pay back"), st.integers(1, 2000)),
    st.tuples(st.just("order"), st.integers(1, 12), st.sampled_from([PEAR, PLUM])),
    st.tuples(
        st.sampled_from(
            ["buy", "refuse", "withdraw", "no credit there", "unclear", "answer again", "correct"]
        ),
        st.integers(0, 9),
    ),
    st.tuples(st.just("plan"), st.sampled_from([None, 0, 1, 2, 3]), st.booleans()),
    st.tuples(st.just("days"), st.integers(1, 40)),
    st.tuples(st.just("go on"), st.just(0)),
)


class House:
    """A customer to whom things happen."""

    def __init__(self, clock):
        self.clock, self.customer = clock, CustomerFactory()
        self.plans = [plan_with(product=PEAR, **fields) for fields in PLANS]
        self.count = 0

    def happen(self, step):
        getattr(self, "_" + step[0].replace(" ", "_"))(*step[1:])

    def _transfer(self, cents, direction):
        self.count += 1
        record_transfer(
            self.customer, Decimal(cents) / 100, date(2026, 1, 1), f"{self.customer.pk}-{self.count}", "Staff",
            direction=direction,
        )  # fmt: skip

    def _top_up(self, cents):
        self._transfer(cents, "in")

    def _pay_back(self, cents):
        before = credit_of(self.customer)
        try:
            self._transfer(cents, "out")
        except NoCredit:
            assert before.available < Decimal(cents) / 100

    def _order(self, quantity, product):
        intend(self.customer, quantity, product)

    def _one(self, number, *states):
        found = Purchase.objects.filter(organisation=self.customer, state__in=states).order_by(
            "created_at", "pk"
        )
        return found[number % found.count()] if found else None

    def _sent(self, number):
        purchase = self._one(number, State.INTENDED, State.AWAITING_CREDIT)
        if purchase is None:
            return None
        Purchase.objects.filter(pk=purchase.pk).update(next_attempt_at=timezone.now())
        return fence.claim(purchase.pk, timezone.now())

    def _buy(self, number):
        if purchase := self._sent(number):
            assert fence.record_bought(purchase, Bought(f"basket-{purchase.pk}", None))

    def _refuse(self, number):
        if purchase := self._sent(number):
            fence.record_failure(purchase, Rejected("no", status=422, proves_not_bought=True))

    def _no_credit_there(self, number):
        if purchase := self._sent(number):
            fence.record_failure(purchase, InsufficientCredit("none", status=402, proves_not_bought=True))

    def _unclear(self, number):
        if purchase := self._sent(number):
            fence.record_failure(purchase, OutcomeUnknown("timeout"))
            assert send_again(purchase, {})

    def _withdraw(self, number):
        if purchase := self._one(number, State.INTENDED, State.AWAITING_CREDIT, State.AWAITING_FUNDS):
            assert fence.withdraw(purchase)

    def _answer_again(self, number):
        if purchase := self._one(number, State.BOUGHT):
            assert not fence.record_bought(purchase, Bought(purchase.provider_reference, None))

    def _correct(self, number):
        rows = Usage.objects.filter(organisation=self.customer, corrects=None).order_by("occurred_at", "pk")
        if not rows:
            return
        row, before = rows[number % rows.count()], credit_of(self.customer)
        try:
            _correction, effect = correct(row.pk, "Not wanted")
        except AlreadyCorrected:
            return
        assert credit_of(self.customer).available >= before.available + effect.to_wallet * (
            row.funding == "wallet"
        )

    def _plan(self, number, at_once):
        plan = None if number is None else self.plans[number]
        try:
            shown = change_plan.preview(self.customer, plan, timezone.now(), at_once=at_once)
            before = credit_of(self.customer).available
            change_plan.change(
                self.customer, plan, "Anna", at_once=at_once, shown=(shown.first_day, shown.net)
            )
        except (change_plan.NotPossible, change_plan.Changed, NoCredit):
            return
        if plan and plan.takes_fee_from_wallet and shown.at_once:
            assert before - credit_of(self.customer).available >= shown.gross

    def _days(self, count):
        self.clock.shift(timedelta(days=count))

    def _go_on(self, _):
        go_on(self.customer.pk)
        credit = credit_of(self.customer).available
        for purchase in Purchase.objects.filter(organisation=self.customer, state=State.AWAITING_FUNDS):
            assert split(self.customer, wanted_by(purchase), credit, timezone.now()).missing > 0

    def recounted(self):
        """Credit as the facts tell it, without looking at one movement."""
        mine = {"organisation": self.customer}
        money = Decimal(0)
        for transfer in BankTransfer.objects.filter(**mine):
            money += transfer.amount if transfer.direction == "in" else -transfer.amount
        for charge in Charge.objects.filter(**mine, funding="wallet"):
            money -= charge.amount + to_cents(charge.amount * charge.vat_rate / 100)
        held = Decimal(0)
        for one in Reservation.objects.filter(**mine).select_related("sale", "end"):
            if not hasattr(one, "end"):
                held += one.held
            elif one.held:
                money -= with_vat(self.customer, one.end.used * one.sale.amount, one.vat_rate)
                back = one.held * one.usage.exclude(corrects=None).count() / one.quantity
                money += back.quantize(Decimal("0.00000001"), rounding=ROUND_DOWN)
        return Credit(money - held, held)

    def check(self):
        assert list(broken_ledgers(self.customer)) == []
        credit = credit_of(self.customer)
        assert min(credit.available, credit.held) >= 0
        assert self.recounted() == credit
        self._check_pieces()

    def _check_pieces(self):
        mine = Reservation.objects.filter(organisation=self.customer)
        usage = Usage.objects.filter(organisation=self.customer)
        facts = Count("usage", filter=Q(usage__corrects=None))
        assert not mine.annotate(used=facts).filter(used__gt=F("quantity")).exists()
        ends = ReservationEnd.objects.filter(reservation__organisation=self.customer)
        assert not ends.exclude(used__gte=0, reservation__quantity=F("used") + F("given_back")).exists()
        of_end = Count("reservation__usage", filter=Q(reservation__usage__corrects=None))
        for end in ends.annotate(count=of_end):
            assert end.used == end.count
        assert not usage.filter(funding__in=["free", "package"]).exclude(unit_price=0).exists()
        assert not usage.exclude(reservation=None).exclude(funding=F("reservation__funding")).exists()
        stays = stays_of(self.customer)
        for first, product, funding in mine.values_list("period_first", "product", "funding").distinct():
            rows = mine.filter(period_first=first, product=product, funding=funding).select_related("end")
            taken = sum(one.quantity - (one.end.given_back if hasattr(one, "end") else 0) for one in rows)
            taken -= usage.filter(reservation__in=rows).exclude(corrects=None).count()
            if funding in {"free", "package"}:
                period = next(stay.period_on(first) for stay in stays if stay.holds_on(first))
                given = allowance_of(stays, period, product)
                assert taken <= (given.free if funding == "free" else given.included)
        for purchase in Purchase.objects.filter(organisation=self.customer):
            rows = usage.filter(purchase=purchase, corrects=None).count()
            assert rows == (purchase.quantity if purchase.state == State.BOUGHT else 0)
            is_open = Reservation.objects.open().filter(purchase=purchase).exists()
            assert not (is_open and purchase.state in {State.BOUGHT, State.REFUSED, State.WITHDRAWN})
            assert not (purchase.state == State.AWAITING_FUNDS and purchase.reservations.exists())


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=20), plan=st.sampled_from([None, 0, 1, 2, 3]))
def test_any_order_of_events_leaves_books_that_hold_and_that_facts_alone_tell(steps, plan):
    with time_machine.travel(datetime(2026, 1, 31, 11, tzinfo=UTC), tick=False) as clock:
        house = House(clock)
        house.happen(("top up", 2000))
        if plan is not None:
            house.happen(("plan", plan, False))
        for step in steps:
            house.happen(step)
            house.check()
        assert Movement.objects.filter(organisation=house.customer).exists()
