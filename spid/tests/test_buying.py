"""From the order to a voucher in its person's hands: each bought once, in order, metered once, at the agreed price."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import Purchase, Usage
from customers.tests.factories import MembershipFactory
from outbox.models import Mail
from spid import tasks
from spid.flows import close, prepare
from spid.flows import order as ordering
from spid.flows.state import NotPossible
from spid.flows.stock import link_of
from spid.models import Activation, Voucher

from . import steps
from .factories import ActivationFactory, SellPriceFactory, VoucherFactory, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Activation.State


def test_an_order_is_bought_sealed_metered_and_handed_over(sandbox):
    (anna,) = steps.ordered()
    anna.refresh_from_db()

    assert anna.state == State.HANDED_OVER
    assert steps.kinds(anna) == ["ordered", "bought", "handed_over"]
    voucher = anna.voucher
    assert link_of(voucher) == sandbox.spid()["vouchers"][0]["link"]
    assert "voucher=" not in voucher.sealed_link
    usage = Usage.objects.get()
    assert (usage.unit_price, usage.unit_cost, usage.product) == (Decimal("19.90"), Decimal("14.20"), "spid")
    assert (usage.subject, usage.person) == ("SPID", anna.full_name)
    assert steps.token_of(anna.email)
    steps.books_agree(sandbox)


def test_everybody_on_a_list_gets_their_own(sandbox):
    people = steps.ordered(4)

    assert set(Activation.objects.values_list("state", flat=True)) == {State.HANDED_OVER}
    assert Voucher.objects.values("activation").distinct().count() == 4
    assert [message.to for message in mail.outbox] == [[one.email] for one in people]
    steps.books_agree(sandbox)


def test_the_link_is_in_no_mail_no_history_and_no_step(sandbox):
    (anna,) = steps.ordered()
    secret = sandbox.spid()["vouchers"][0]["link"].rpartition("=")[2]
    from billing.models import ProviderCall

    told = [str(message.body) + str(message.alternatives) for message in mail.outbox]
    told += map(str, anna.events.values_list("data", flat=True))
    told += map(str, Purchase.objects.get().steps.values_list("known", flat=True))
    told += [f"{call.request} {call.answer}" for call in ProviderCall.objects.all()]
    assert ProviderCall.objects.filter(path="/spid_personale", error="").count() == 1
    assert secret not in " ".join(told)


def test_the_history_names_nobody(sandbox):
    (anna,) = steps.ordered()
    told = str(list(anna.events.values_list("data", flat=True)))
    for secret in (anna.name, anna.surname, anna.email, anna.tax_code, anna.mobile):
        assert secret not in told


def test_a_subscription_pays_while_it_lasts(sandbox):
    sandbox.set(subscription_charges_wallet=True)
    sandbox.subscribe("GET:test.ws.firmadigitale.com/spid_personale", 1)
    steps.ordered(2)

    assert sorted(Usage.objects.values_list("unit_cost", flat=True)) == [Decimal("9.90"), Decimal("14.20")]
    steps.books_agree(sandbox)


def test_the_cost_is_by_the_tariff_at_the_moment_of_the_call(sandbox):
    """The tariff is remembered for minutes; right before each call it is looked at anew."""
    sandbox.set(subscription_charges_wallet=True)
    sandbox.subscribe("GET:test.ws.firmadigitale.com/spid_personale", 1)
    for _ in range(2):
        steps.ordered()

    assert sorted(Usage.objects.values_list("unit_cost", flat=True)) == [Decimal("9.90"), Decimal("14.20")]
    assert Purchase.objects.filter(expected_cost=Decimal("9.90")).count() == 1
    steps.books_agree(sandbox)


def test_an_identity_that_its_rule_has_revoked_is_no_obstacle(sandbox):
    yesterday = timezone.localdate() - timedelta(days=1)
    gone = ActivationFactory(active=True, revocation_on=yesterday)
    member = MembershipFactory()
    draft = prepare.create_draft(member.organisation, member.user, [person(2, tax_code=gone.tax_code)])
    ordering.place_order(draft, member.user, "192.0.2.7", steps.PRICE)
    assert draft.activations.get().state == State.HANDED_OVER


def test_who_waits_in_line_pays_what_they_were_shown(sandbox):
    sandbox.spid_left(0)
    steps.ordered()
    SellPriceFactory(amount=Decimal("29.90"), valid_from=timezone.now())
    sandbox.spid_left(5)
    steps.beat()

    assert Usage.objects.get().unit_price == Decimal("19.90")


def test_a_missing_credit_is_waited_for(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    sandbox.wallet("20.00")
    first, second = steps.ordered(2)
    second.refresh_from_db()

    assert second.state == State.AWAITING_CREDIT
    assert sandbox.spid()["sold"] == 1
    steps.beat()
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
    sandbox.wallet("20.00")
    steps.beat()

    second.refresh_from_db()
    assert second.state == State.HANDED_OVER
    assert steps.kinds(second).count("awaiting_credit") == 1
    steps.books_agree(sandbox)


def test_sold_out_says_so_and_goes_on_in_order(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    sandbox.spid_left(0)
    people = [*steps.ordered(2), *steps.ordered(1)]
    for one in people:
        one.refresh_from_db()

    assert [one.state for one in people] == [State.AWAITING_STOCK] * 3
    # One mail an order, not one a person; and staff hear of it once.
    assert Mail.objects.filter(kind="sold_out").count() == 2
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
    for bought in range(1, 4):
        sandbox.spid_left(1)
        steps.beat()
        states = list(Activation.objects.order_by("purchase__created_at").values_list("state", flat=True))
        assert states == [State.HANDED_OVER] * bought + [State.AWAITING_STOCK] * (3 - bought)
    steps.books_agree(sandbox)


def test_a_later_order_never_overtakes(sandbox):
    sandbox.spid_left(0)
    (first,) = steps.ordered()
    sandbox.spid_left(1)
    # The head waits for its next attempt; whoever comes now waits behind it although a voucher is there.
    (second,) = steps.ordered()
    second.refresh_from_db()

    assert second.state in {State.BUYING, State.AWAITING_STOCK}
    steps.beat()
    first.refresh_from_db()
    assert first.state == State.HANDED_OVER


def test_one_may_leave_the_line_at_no_cost(sandbox):
    sandbox.spid_left(0)
    first, second = steps.ordered(2)
    close.cancel(first, first.order.created_by, "192.0.2.7")
    sandbox.spid_left(5)
    steps.beat()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.CANCELLED, State.HANDED_OVER)
    assert Purchase.objects.get(activation=first).state == Purchase.State.WITHDRAWN
    steps.books_agree(sandbox)


@pytest.mark.usefixtures("no_queue")
def test_what_is_being_bought_cannot_be_cancelled(sandbox):
    from billing.flows import purchase as fence

    (anna,) = steps.ordered()
    fence.claim(anna.purchase_id, timezone.now())
    with pytest.raises(NotPossible):
        close.cancel(anna, anna.order.created_by, "192.0.2.7")


@pytest.mark.usefixtures("no_queue")
def test_the_database_lets_one_open_voucher_through_for_a_codice_fiscale(sandbox):
    (anna,) = steps.ordered()
    twin = ActivationFactory(tax_code=anna.tax_code)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.filter(pk=twin.pk).update(state=State.BUYING)


@pytest.mark.parametrize("state", ["waiting", "unclear", "handed_over", "opened", "failed", "active"])
def test_no_second_voucher_for_the_same_person_in_whichever_organisation(sandbox, state):
    theirs = ActivationFactory(**{state: True})
    member = MembershipFactory()
    draft = prepare.create_draft(
        member.organisation, member.user, [person(1), person(2, tax_code=theirs.tax_code)]
    )
    with pytest.raises(ordering.AlreadyTaken) as caught:
        ordering.place_order(draft, member.user, "192.0.2.7", steps.PRICE)

    assert caught.value.taken.tax_codes == {theirs.tax_code}
    # All or nothing: the other person is not ordered either.
    assert not Purchase.objects.filter(organisation=member.organisation).exists()
    assert sandbox.spid()["sold"] == 0


@pytest.mark.parametrize("state", ["refused", "cancelled", "ended", "closed"])
def test_whose_activation_is_over_may_have_another(sandbox, state):
    theirs = ActivationFactory(**{state: True})
    member = MembershipFactory()
    draft = prepare.create_draft(member.organisation, member.user, [person(2, tax_code=theirs.tax_code)])
    ordering.place_order(draft, member.user, "192.0.2.7", steps.PRICE)
    assert draft.activations.get().state == State.HANDED_OVER


def test_two_orders_for_one_person_in_the_same_moment_buy_once(sandbox, monkeypatch):
    """Both have looked, and found the person free: the database decides."""
    first, second = (MembershipFactory() for _ in range(2))
    drafts = [prepare.create_draft(one.organisation, one.user, [person(7)]) for one in (first, second)]
    real = ordering.taken_by_others
    looks = iter([real([]), real([])])
    monkeypatch.setattr(ordering, "taken_by_others", lambda people: next(looks, None) or real(people))
    ordering.place_order(drafts[0], first.user, "192.0.2.7", steps.PRICE)
    with pytest.raises(ordering.AlreadyTaken):
        ordering.place_order(drafts[1], second.user, "192.0.2.7", steps.PRICE)

    assert sandbox.spid()["sold"] == 1
    drafts[1].refresh_from_db()
    assert drafts[1].ordered_at is None


def test_a_price_that_changed_is_shown_before_it_is_paid(sandbox):
    draft = steps.draft()
    SellPriceFactory(amount=Decimal("29.90"), valid_from=timezone.now())
    with pytest.raises(ordering.PriceChanged) as caught:
        ordering.place_order(draft, draft.created_by, "192.0.2.7", steps.PRICE)
    assert caught.value.quote.unit_price == Decimal("29.90")


def test_an_order_is_placed_once(sandbox):
    draft = steps.draft()
    ordering.place_order(draft, draft.created_by, "192.0.2.7", steps.PRICE)
    with pytest.raises((NotPossible, ordering.AlreadyTaken)):
        ordering.place_order(draft, draft.created_by, "192.0.2.7", steps.PRICE)
    assert sandbox.spid()["sold"] == 1


def test_what_the_provider_refuses_for_good_costs_nothing_and_is_told(sandbox):
    sandbox.fault("error_500_before", path="spid_personale", status=410)
    (anna,) = steps.ordered()
    anna.refresh_from_db()

    assert anna.state == State.REFUSED
    assert Mail.objects.filter(kind="not_possible", recipient=anna.order.created_by.email).count() == 1
    assert sandbox.spid()["sold"] == Usage.objects.count() == 0


def test_a_voucher_in_stock_is_given_before_another_is_bought(sandbox):
    spare = VoucherFactory()
    (anna,) = steps.ordered()
    anna.refresh_from_db()

    assert anna.voucher == spare
    assert sandbox.spid()["sold"] == 0
    assert Usage.objects.get().provider_reference == spare.reference
    tasks.send_line()
    (luc,) = steps.ordered()
    luc.refresh_from_db()
    assert luc.voucher != spare
    assert sandbox.spid()["sold"] == 1


def test_a_link_to_an_unknown_place_is_kept_and_staff_are_told(sandbox, settings):
    settings.STAFF_ALERTS, settings.SPID_ORIGINS = ["staff@sigillo.example"], ["https://elsewhere.example"]
    (anna,) = steps.ordered()

    assert Voucher.objects.get().activation == anna
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
