"""Ordering: everything once more, the price, and one intent to buy behind the fence."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Price, Purchase
from customers.models import Organisation
from customers.tests.factories import member_client
from facts.chain import first_break
from signatures.catalogue.models import CatalogueProduct, Offer
from signatures.catalogue.products import OPTIONS
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows.check import problems_of
from signatures.certificates.flows.price import price_of
from signatures.certificates.flows.request import request_digest
from signatures.certificates.models import Order, OrderFile, RenewalRule

from .factories import MARIO, CertificateFactory, OrderFactory, OrderFileFactory, details, sold

pytestmark = pytest.mark.django_db
State = Order.State


@pytest.fixture
def sender():
    return member_client("sender")


def ready(membership, code="KEY", **fields):
    """A draft that could be ordered now."""
    sold(code)
    order = OrderFactory(organisation=membership.organisation, code=code, **fields)
    if code in {"OTPMOB", "SCARUBACNS"}:
        for kind in ("id_front", "id_joined"):
            OrderFileFactory(order=order, kind=kind)
    assert problems_of(order) == []
    return order


def review(client, order):
    return client.get(reverse("orders:review", args=[order.pk]))


def press(client, order, net="39.00000000", **typed):
    net = str(price_of(order).net) if net is None else net
    values = {"net": net, "consent-holder": "on", **typed}
    return client.post(reverse("orders:review", args=[order.pk]), values)


def kinds(order):
    return list(order.events.order_by("number").values_list("kind", flat=True))


def test_the_review_shows_everything_and_buys_nothing(sender):
    client, membership = sender
    order = ready(membership)
    page = review(client, order).content.decode()
    for wanted in ("RSSMRA85C15H501R", "15\N{NO-BREAK SPACE}March 1985", "Via dei Mille 12", "YA1234567", "Italian passport", "€39.00",
                   "€8.58", "€47.58", "Shipping within Italy is included", "Valid for 3 years"):  # fmt: skip
        assert wanted in page, wanted
    assert not Purchase.objects.exists()
    assert order.events.count() == 0


def test_ordering_writes_state_history_and_the_intent_at_once(sender):
    client, membership = sender
    order = ready(membership)
    answer = press(client, order, None)
    assert answer["Location"] == reverse("orders:detail", args=[order.pk])
    order.refresh_from_db()
    purchase = Purchase.objects.get()
    assert order.state == State.BUYING
    assert order.purchase == purchase
    assert (purchase.product, purchase.quantity, purchase.expected_cost) == ("order:KEY", 1, Decimal("25.70"))
    assert purchase.fact_key == f"order:{order.pk}"
    assert purchase.generation == "firmadigitale"
    assert purchase.request_digest == request_digest(order)
    assert kinds(order) == ["created", "ordered"]
    assert first_break(order.events.order_by("number")) is None
    assert order.ordered_at is not None


def test_the_history_says_what_was_agreed_and_nothing_of_the_person_but_their_name(sender):
    client, membership = sender
    order = ready(membership)
    press(client, order, None)
    agreed = order.events.get(kind="ordered").data
    assert agreed["lines"] == [["order:KEY", 1, "39.00000000"]]
    assert agreed["gross"] == "47.58000000" or agreed["gross"] == "47.58"
    assert agreed["holder"] == "Mario Rossi"
    assert agreed["consents"][0].startswith("The data are as on the ID document")
    text = str(list(order.events.values()))
    for private in ("RSSMRA85C15H501R", "mario.rossi@example.it", "3331234567", "YA1234567"):
        assert private not in text


def test_pressing_twice_orders_once(sender):
    client, membership = sender
    order = ready(membership)
    press(client, order, None)
    assert press(client, order, "39").status_code == 404
    with pytest.raises(ordering.NotPossible):
        ordering.place(order, membership.user, "", Decimal(39))
    assert Purchase.objects.count() == 1
    assert kinds(order) == ["created", "ordered"]


@pytest.mark.parametrize("net", ["", "0", "38.99", "NaN", "sNaN", "1e400", "x", "9" * 40])
def test_another_price_than_the_one_shown_buys_nothing(sender, net):
    client, membership = sender
    order = ready(membership)
    assert press(client, order, net).status_code == 422
    assert not Purchase.objects.exists()
    assert Order.objects.get(pk=order.pk).state == State.DRAFT


def test_a_price_that_changed_meanwhile_is_shown_anew(sender):
    client, membership = sender
    order = ready(membership)
    Price(side="sell", product="order:KEY", amount=Decimal(45), source="New list").save()
    answer = press(client, order, "39")
    assert "The price has changed" in answer.content.decode()
    assert "€45.00" in answer.content.decode()
    assert not Purchase.objects.exists()


def test_a_price_that_was_taken_away_lets_nobody_order(sender):
    client, membership = sender
    sold("KEY", price=None)
    order = OrderFactory(organisation=membership.organisation, code="KEY")
    assert "cannot be ordered" in review(client, order).content.decode()
    assert press(client, order, "39").status_code == 422
    assert not Purchase.objects.exists()


@pytest.mark.parametrize("why", ["withdrawn", "for others", "gone"])
def test_what_is_not_sold_any_more_cannot_be_ordered(sender, why):
    client, membership = sender
    order = ready(membership)
    match why:
        case "withdrawn":
            Offer.objects.update(is_sold=False)
        case "for others":
            Offer.objects.update(kinds=["public_body"])
        case "gone":
            CatalogueProduct.objects.update(is_gone=True)
    assert "cannot be ordered" in review(client, order).content.decode()
    assert press(client, order, "39").status_code == 422
    assert not Purchase.objects.exists()


def test_every_box_must_be_ticked(sender):
    client, membership = sender
    order = ready(membership)
    answer = press(client, order, None, **{"consent-holder": ""})
    assert answer.status_code == 422
    assert "Please tick every box" in answer.content.decode()
    assert not Purchase.objects.exists()


def test_a_consumer_agrees_that_it_begins_at_once_and_sees_that_it_obliges_to_pay(sender):
    client, membership = sender
    Organisation.objects.filter(pk=membership.organisation_id).update(kind="consumer")
    membership.refresh_from_db()
    order = ready(membership)
    page = review(client, order).content.decode()
    assert "Order and pay €47.58" in page
    assert "withdraw within 14 days" in page
    assert press(client, order, None).status_code == 422
    press(client, order, None, **{"consent-early_start": "on"})
    consents = Order.objects.get(pk=order.pk).events.get(kind="ordered").data["consents"]
    assert any("this right ends when the signature has been issued" in text for text in consents)


def test_options_are_priced_agreed_and_intended_along(sender):
    client, membership = sender
    for name, amount in (("assistance", "15"), ("priority_shipping", "6")):
        Price(side="sell", product=OPTIONS[name].key, amount=Decimal(amount), source="Tests").save()
    chosen = details(options={"has_assistance": True, "shipping": "priority"})
    order = ready(membership, details=chosen)
    page = review(client, order).content.decode()
    for wanted in ("€15.00", "€6.00", "€60.00", "€13.20", "€73.20"):
        assert wanted in page, wanted
    press(client, order, None)
    lines = Order.objects.get(pk=order.pk).events.get(kind="ordered").data["lines"]
    assert [line[0] for line in lines] == ["order:KEY", "option:priority_shipping", "option:assistance"]


def test_identification_by_video_with_an_aruba_order_costs_what_it_costs_alone(sender):
    _, membership = sender
    sold("VIDEORIC", price=Decimal(22), cost=Decimal(15))
    order = ready(membership, "OTPMOB", details=details(options={"has_video": True}))
    assert price_of(order).net == Decimal(61)
    ordering.place(order, membership.user, "", Decimal(61))
    ordering.hand_over(order, timezone.now())
    assert Purchase.objects.get().expected_cost == Decimal("40.70")


def test_several_pieces_are_rounded_once(sender):
    _, membership = sender
    sold("LETTORE", price=Decimal("12.345"))
    order = OrderFactory(organisation=membership.organisation, code="LETTORE", quantity=3,
                         details={"options": {**MARIO["options"], "email": "a@example.it", "mobile": "+393331234567"}})  # fmt: skip
    price = price_of(order)
    assert (price.net, price.vat, price.gross) == (Decimal("37.04"), Decimal("8.15"), Decimal("45.19"))


def test_an_aruba_order_goes_to_staff_first_and_is_bought_by_hand_over(sender):
    client, membership = sender
    order = ready(membership, "OTPMOB")
    press(client, order, None)
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    assert order.purchase is None
    assert kinds(order) == ["created", "ordered", "in_review"]
    assert not Purchase.objects.exists()
    ordering.hand_over(order, timezone.now())
    order.refresh_from_db()
    assert order.state == State.BUYING
    assert order.purchase.request_digest == request_digest(order)


def test_an_aruba_order_needs_both_sides_of_its_document(sender):
    client, membership = sender
    order = ready(membership, "OTPMOB")
    OrderFile.objects.filter(order=order).update(replaced_at=timezone.now())
    assert "The pictures of the ID document are missing." in review(client, order).content.decode()
    assert press(client, order, "39").status_code == 422
    assert not order.events.exists()


def test_what_staff_returned_is_corrected_and_sent_again_at_the_agreed_price(sender):
    client, membership = sender
    order = ready(membership, "OTPMOB")
    press(client, order, None)
    Order.objects.filter(pk=order.pk).update(state=State.RETURNED)
    order.refresh_from_db()
    Price(side="sell", product=OPTIONS["assistance"].key, amount=Decimal(15), source="Tests").save()
    page = client.get(reverse("orders:step", args=[order.pk, "options"])).content.decode()
    assert "has_assistance" not in page
    person = {**MARIO["person"], "given_name": "Marco"}
    client.post(reverse("orders:step", args=[order.pk, "person"]), person)
    answer = client.post(reverse("orders:review", args=[order.pk]))
    assert answer["Location"] == reverse("orders:detail", args=[order.pk])
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    assert kinds(order)[-1] == "corrected"
    assert price_of(order, order.ordered_at).net == Decimal(39)


def test_the_days_pass_and_what_held_holds_no_more(sender):
    client, membership = sender
    order = ready(membership)
    expired = details(document={"document_expires_on": (date.today() - timedelta(days=1)).isoformat()})
    order.details = expired
    order.save()
    page = review(client, order).content.decode()
    assert "expired on" in page
    assert reverse("orders:step", args=[order.pk, "document"]) in page
    with pytest.raises(ordering.NotReady):
        ordering.place(order, membership.user, "", Decimal(39))


def test_a_contact_that_was_taken_meanwhile_stops_the_order(sender):
    _, membership = sender
    order = ready(membership)
    OrderFactory(
        identifying=True, details=details(person={"tax_code": "DNGNCL78M08L219I", "mobile": "+393330000000"})
    )
    assert [problem.step for problem in problems_of(order)] == ["person"]


def test_what_is_missing_is_said_with_the_way_there(sender):
    client, membership = sender
    sold("KEY")
    order = OrderFactory(organisation=membership.organisation, code="KEY", empty=True)
    steps = [problem.step for problem in problems_of(order)]
    assert steps == ["person", "birth", "residence", "document", "options"]
    page = review(client, order).content.decode()
    assert reverse("orders:step", args=[order.pk, "person"]) in page
    assert "Order for" not in page


# Renewals and video identification


def rule(**fields):
    RenewalRule(maker="InfoCert", covers="signature", code="RINFIR", opens_days_before=90, closes_days_before=1,
                valid_from=date(2020, 1, 1), source="Tests", **fields).save()  # fmt: skip


def renewal(client, order, **typed):
    return client.post(reverse("orders:step", args=[order.pk, "renewal"]), typed)


def days(count):
    return timezone.localdate() + timedelta(days=count)


def test_a_certificate_that_we_know_is_renewed_without_another_question(sender):
    client, membership = sender
    rule()
    sold("RINFIR")
    certificate = CertificateFactory(
        organisation=membership.organisation, covers="signature", expires_on=days(30)
    )
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    answer = renewal(client, order, certificate=str(certificate.pk))
    assert answer["Location"] == reverse("orders:step", args=[order.pk, "review"])
    order.refresh_from_db()
    assert order.renews == certificate
    assert order.holder_name == "Mario Rossi"
    press(client, order, None)
    assert Purchase.objects.get().product == "order:RINFIR"


def test_one_that_was_bought_elsewhere_tells_its_expiry(sender):
    client, membership = sender
    rule(max_renewals=1)
    sold("RINFIR")
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    answer = renewal(client, order, certificate="elsewhere", expires_on=days(30).isoformat(), was_renewed="")
    assert answer["Location"] == reverse("orders:step", args=[order.pk, "person"])


@pytest.mark.parametrize(
    ("offset", "renewed", "words"),
    [
        (-1, "", "It has expired"),
        (0, "", "The last day to renew it was"),
        (91, "", "It can be renewed from"),
        (30, "yes", "This device was renewed already"),
    ],
)
def test_an_impossible_renewal_is_refused_beside_its_field(sender, offset, renewed, words):
    client, membership = sender
    rule(max_renewals=1)
    sold("RINFIR")
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    answer = renewal(
        client, order, certificate="elsewhere", expires_on=days(offset).isoformat(), was_renewed=renewed
    )
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["expires_on"])


def test_a_renewal_without_a_rule_is_never_bought(sender):
    client, membership = sender
    sold("RINFIR")
    # Those that come with the portal; rules are facts, so nothing else takes one away.
    RenewalRule.objects.all()._raw_delete("default")
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    answer = renewal(client, order, certificate="elsewhere", expires_on=days(30).isoformat())
    assert answer.status_code == 422


def test_only_certificates_that_can_be_renewed_now_are_offered(sender):
    client, membership = sender
    rule(max_renewals=1, max_device_years=6)
    sold("RINFIR")
    mine = {"organisation": membership.organisation, "covers": "signature"}
    good = CertificateFactory(**mine, expires_on=days(30))
    CertificateFactory(**mine, expires_on=days(200))
    CertificateFactory(**mine, expires_on=days(30), renewals_count=1)
    CertificateFactory(**mine, expires_on=days(30), device_since=days(-7 * 365))
    CertificateFactory(**mine, expires_on=days(30), renewal="ordered")
    CertificateFactory(**mine, expires_on=days(30), maker="Aruba")
    CertificateFactory(covers="signature", expires_on=days(30))
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    page = client.get(reverse("orders:step", args=[order.pk, "renewal"]))
    values = [value for value, _label in page.context["form"].fields["certificate"].choices]
    assert values == [str(good.pk), "elsewhere"]


def test_another_houses_certificate_is_not_renewed(sender):
    client, membership = sender
    rule()
    sold("RINFIR")
    theirs = CertificateFactory(covers="signature", expires_on=days(30))
    order = OrderFactory(organisation=membership.organisation, code="RINFIR", empty=True)
    assert renewal(client, order, certificate=str(theirs.pk)).status_code == 422


def test_video_identification_is_added_to_an_aruba_order_of_ones_own(sender):
    client, membership = sender
    sold("VIDEORIC")
    mine = OrderFactory(organisation=membership.organisation, code="OTPMOB", identifying=True)
    theirs = OrderFactory(code="OTPMOB", identifying=True)
    OrderFactory(organisation=membership.organisation, code="OTPMOB", issued=True)
    with_video = details(options={"has_video": True})
    OrderFactory(organisation=membership.organisation, code="OTPMOB", identifying=True, details=with_video)
    order = OrderFactory(organisation=membership.organisation, code="VIDEORIC", empty=True)
    address = reverse("orders:step", args=[order.pk, "recognition"])
    form = client.get(address).context["form"]
    assert [value for value, _label in form.fields["order_id"].choices] == [str(mine.pk)]
    assert client.post(address, {"order_id": str(theirs.pk)}).status_code == 422
    assert client.post(address, {"order_id": str(mine.pk)}).status_code == 302
    order.refresh_from_db()
    assert order.video_for == mine
    press(client, order, None)
    second = OrderFactory(organisation=membership.organisation, code="VIDEORIC", empty=True)
    assert (
        client.post(
            reverse("orders:step", args=[second.pk, "recognition"]), {"order_id": str(mine.pk)}
        ).status_code
        == 422
    )
