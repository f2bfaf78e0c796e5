"""What staff see and decide: stock, unclear purchases, who never opened theirs; and never a link."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.flows import settle as settling
from billing.models import Purchase, Usage
from customers.models import User
from customers.tests.factories import staff_client
from spid import tasks
from spid.flows.stock import link_of
from spid.models import Activation, IdentityProvider, KeepingRule, Voucher

from . import steps
from .factories import ActivationFactory, VoucherFactory, give_address

pytestmark = pytest.mark.django_db(transaction=True)
State = Activation.State
PAGES = ["spid_activation", "spid_voucher", "spid_activationevent", "spid_contact", "spid_keepingrule",
         "spid_identityprovider", "billing_purchase", "billing_providercall", "outbox_mail"]  # fmt: skip


@pytest.fixture
def staff():
    return staff_client()


def pages_of(model: str) -> list[str]:
    """The list and every row's own page."""
    from django.apps import apps

    found = apps.get_model(*model.split("_"))
    rows = [reverse(f"admin:{model}_change", args=[pk]) for pk in found.objects.values_list("pk", flat=True)]
    return [reverse(f"admin:{model}_changelist"), *rows]


@pytest.mark.usefixtures("sell_price")
def test_no_page_of_staff_shows_a_link_or_an_address(sandbox, staff):
    (anna,) = steps.ordered()
    anna.refresh_from_db()
    token = give_address(anna)
    VoucherFactory()
    secrets = [token, *(link_of(voucher).rpartition("=")[2] for voucher in Voucher.objects.all())]
    secrets += [*Voucher.objects.values_list("sealed_link", flat=True), steps.token_of(anna.email)]
    for model in PAGES:
        for page in pages_of(model):
            answer = staff.get(page)
            assert answer.status_code == 200, page
            body = answer.content.decode()
            assert not [secret for secret in secrets if secret in body], page
            if model not in {"spid_identityprovider"}:
                assert not re.search(r'name="_save"', body), page


def test_the_stock_is_counted_and_whoever_never_opened_is_found(staff):
    long_ago = timezone.now() - timedelta(days=8)
    unopened = ActivationFactory(handed_over=True, handed_over_at=long_ago)
    fresh = ActivationFactory(handed_over=True)
    ActivationFactory(active=True)
    ActivationFactory(awaiting_stock=True)
    VoucherFactory()
    page = staff.get(reverse("admin:spid_voucher_changelist")).content.decode()
    counts = dict(re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]+)(?:</a>)?</th><td>(\d+)', page))
    assert counts["In stock"] == "1"
    assert counts["Handed over, not opened yet"] == "2"
    assert counts["Not opened for more than a week"] == "1"
    assert counts["Active, as people told us"] == "1"
    assert counts["Waiting in line"] == "1"
    assert "sold out at the provider" in page
    found = staff.get(reverse("admin:spid_activation_changelist"), {"never_opened": "yes"}).content.decode()
    assert unopened.full_name in found
    assert fresh.full_name not in found


@pytest.mark.parametrize("query", ["Rossi", "holder", "RSSMRA85C15H501R", "spid-0"])
def test_everything_is_searched(staff, query):
    ActivationFactory(handed_over=True)
    for model in ("spid_activation", "spid_voucher", "spid_activationevent"):
        assert staff.get(reverse(f"admin:{model}_changelist"), {"q": query}).status_code == 200


def undecided(sandbox) -> Purchase:
    sandbox.fault("dropped_after", path="spid_personale")
    steps.ordered()
    steps.all_due()
    settling.settle_due()
    return Purchase.objects.get(state=Purchase.State.UNDECIDED)


def decide(staff, purchase: Purchase, **answers: str):
    address = reverse("admin:billing_purchase_decide", args=[purchase.pk])
    return staff.post(address, {"reason": "Mail of support, ticket 12", **answers})


@pytest.mark.usefixtures("sell_price")
def test_staff_see_all_that_is_known_and_enter_the_link_which_is_never_shown_again(sandbox, staff):
    purchase = undecided(sandbox)
    page = staff.get(reverse("admin:billing_purchase_decide", args=[purchase.pk])).content.decode()
    assert "-14.2" in page
    assert "credit_before" in page
    assert 'type="password"' in page
    link = sandbox.spid()["vouchers"][0]["link"]
    wrong = decide(
        staff, purchase, decision="bought", reference="https://elsewhere.example/x?voucher=secret-1"
    )
    assert wrong.status_code == 200
    assert "no link of the provider" in wrong.content.decode()
    assert "secret-1" not in wrong.content.decode()

    assert decide(staff, purchase, decision="bought", reference=link).status_code == 302

    assert Activation.objects.get().state == State.HANDED_OVER
    assert link_of(Voucher.objects.get()) == link
    history = staff.get(reverse("admin:billing_purchase_change", args=[purchase.pk])).content.decode()
    assert "ticket 12" in history
    assert link.rpartition("=")[2] not in history
    steps.books_agree(sandbox)


@pytest.mark.usefixtures("sell_price")
def test_a_link_in_the_reason_is_refused(sandbox, staff):
    purchase = undecided(sandbox)
    answer = decide(staff, purchase, decision="lost", reason="see https://a.example/?voucher=x")
    assert "Write no address here" in answer.content.decode()
    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.UNDECIDED


@pytest.mark.usefixtures("sell_price")
@pytest.mark.parametrize(
    ("decision", "state", "sold"),
    [
        ("lost", State.HANDED_OVER, 2),
        ("lost_for_good", State.CANCELLED, 1),
        ("not_bought", State.HANDED_OVER, 2),
        ("withdraw", State.CANCELLED, 1),
    ],
)
def test_staff_decide_otherwise(sandbox, staff, decision, state, sold):
    purchase = undecided(sandbox)
    assert decide(staff, purchase, decision=decision).status_code == 302
    steps.beat()
    assert Activation.objects.get().state == state
    assert sandbox.spid()["sold"] == sold
    assert Usage.objects.count() == (state == State.HANDED_OVER)
    # A decision is taken once.
    assert decide(staff, purchase, decision=decision).status_code == 404


@pytest.mark.usefixtures("sell_price")
def test_a_lost_voucher_that_is_found_goes_into_stock_and_to_the_next(sandbox, staff):
    purchase = undecided(sandbox)
    decide(staff, purchase, decision="lost_for_good")
    link = sandbox.spid()["vouchers"][0]["link"]
    found = reverse("admin:spid_voucher_found")
    assert staff.get(found).status_code == 200
    wrong = staff.post(found, {"purchase": str(purchase.pk), "link": "nonsense"})
    assert "no link of the provider" in wrong.content.decode()
    assert staff.post(found, {"purchase": str(purchase.pk), "link": link}).status_code == 302
    assert Voucher.objects.spare().count() == 1

    (luc,) = steps.ordered()
    tasks.send_line()

    luc.refresh_from_db()
    assert link_of(luc.voucher) == link
    assert sandbox.spid()["sold"] == 1


def test_members_decide_nothing_and_put_nothing_into_stock(client):
    member = User.objects.create_user("member@example.it", "x")
    client.force_login(member)
    for address in (reverse("admin:spid_voucher_found"), reverse("admin:spid_voucher_changelist")):
        answer = client.post(address, {})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/staff/login/")


def test_rules_are_added_and_never_changed(staff):
    provider = IdentityProvider.objects.get(is_sold=True)
    rule = KeepingRule.objects.get(provider=provider)
    assert (rule.unused_months, rule.first_months, rule.renewal_months) == (12, 24, 12)
    assert KeepingRule.objects.get(provider__code="aruba").unused_months == 24
    answer = staff.post(
        reverse("admin:spid_keepingrule_add"),
        {"provider": provider.pk, "valid_from": "2027-01-01", "first_months": "24", "renewal_months": "12",
         "renewal": "automatic", "renewal_cost": "", "unused_months": "24", "languages": "it,en",
         "source": "Provider's page of 2027"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert KeepingRule.objects.filter(provider=provider).count() == 2
    kept = staff.post(reverse("admin:spid_keepingrule_change", args=[rule.pk]), {"unused_months": "1"})
    assert kept.status_code == 403
    rule.refresh_from_db()
    assert rule.unused_months == 12
