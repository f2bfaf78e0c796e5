"""Staff's review in the admin: what they see, what they decide, and what is written down of both."""

import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from billing.models import Purchase
from customers.tests.factories import staff_client
from documents.tests import samples, signing
from facts.chain import first_break
from outbox.models import Mail
from signatures.certificates.flows import review
from signatures.certificates.models import Certificate, Order, OrderFile, PaperPost, RenewalRule, Review
from signatures.certificates.review_admin import ReviewForm

from . import steps
from .factories import CertificateFactory, OrderFactory, OrderFileFactory, details

pytestmark = pytest.mark.django_db(transaction=True)
State, Kind = Order.State, OrderFile.Kind


@pytest.fixture
def staff():
    return staff_client(name="Sara Staff")


def page_of(order: Order) -> str:
    return reverse("admin:signatures_order_review", args=[order.pk])


def in_review(**fields) -> Order:
    """A standard order whose papers wait for staff."""
    order = OrderFactory(in_review=True, **fields)
    for kind in (Kind.ID_FRONT, Kind.ID_BACK, Kind.ID_JOINED, Kind.FORM_SIGNED):
        OrderFileFactory(order=order, kind=kind)
    steps.member_of(order)
    return order


def decide(staff, order: Order, decision: str, **fields):
    digests = json.dumps(review.digests_of(order))
    return staff.post(page_of(order), {"decision": decision, "digests": digests, **fields})


def test_data_and_papers_stand_side_by_side_with_what_the_checks_say(staff):
    order = in_review(
        details=details(
            birth={"born_on": "1985-03-16", "confirmed": ["x"], "confirmation_reason": "Errore all'anagrafe"}
        )
    )
    file = order.files.get(kind=Kind.FORM_SIGNED)
    OrderFile.objects.filter(pk=file.pk).update(remarks=["scanned", "fewer_pages"])
    body = staff.get(page_of(order)).content.decode()

    for typed in ("RSSMRA85C15H501R", "Via dei Mille 12", "YA1234567"):
        assert typed in body
    assert "fewer pages" in body
    assert re.search(r'class="review__(error|warning)"', body)
    for kind in (Kind.ID_JOINED, Kind.FORM_SIGNED):
        assert reverse("admin:signatures_order_paper", args=[order.pk, kind]) in body


def test_every_opening_of_an_id_document_is_written_into_the_history(staff):
    order = in_review()
    for _ in range(2):
        answer = staff.get(reverse("admin:signatures_order_paper", args=[order.pk, "id_joined"]))
        assert b"".join(answer).startswith(b"%PDF-")
    staff.get(reverse("admin:signatures_order_paper", args=[order.pk, "form_signed"]))

    opened = order.events.filter(kind="id_image_opened")
    assert opened.count() == 2
    assert {event.actor_name for event in opened} == {"Sara Staff"}
    assert opened[0].data["sha256"] == order.files.get(kind=Kind.ID_JOINED).sha256
    assert first_break(list(order.events.order_by("number"))) is None


def test_of_a_signed_file_staff_see_what_was_signed_and_by_whom(staff, settings, tmp_path):
    settings.TRUST_ROOTS = signing.trust(tmp_path)
    form = samples.plain(pages=1, text="Modulo")
    order = OrderFactory(in_review=True)
    OrderFileFactory(
        order=order, kind=Kind.FORM_SIGNED, data=signing.enveloped(form, "Mario Rossi"), filename="modulo.pdf.p7m",
        media_type="application/pkcs7-mime", remarks=["digital"],
    )  # fmt: skip
    assert "Mario Rossi" in staff.get(page_of(order)).content.decode()
    answer = staff.get(reverse("admin:signatures_order_paper", args=[order.pk, "form_signed"]))
    assert b"".join(answer) == form


def test_what_is_approved_goes_on(staff, sandbox):
    order = steps.ordered("OTPMOB")
    answer = decide(staff, order, "approve")

    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.provider_reference
    given = Review.objects.get()
    assert (given.by.name, given.decision) == ("Sara Staff", "approved")
    assert given.digests == review.digests_of(order)


def test_what_is_returned_says_why_in_the_customers_language(staff):
    order = in_review()
    order.created_by = steps.member_of(order).user
    order.created_by.language = "fr"
    order.created_by.save()
    order.save()
    decide(staff, order, "return", reasons=["side_missing", "form_unsigned"], note="Verso, s’il vous plaît.")

    order.refresh_from_db()
    assert order.state == State.RETURNED
    letter = Mail.objects.get(kind="papers_returned")
    assert (letter.language, letter.recipient) == ("fr", order.created_by.email)
    assert "Verso, s’il vous plaît." in mail.outbox[-1].body
    assert len(re.findall("^– ", mail.outbox[-1].body, re.M)) == 2


@pytest.mark.parametrize(
    "said",
    [
        {"decision": "return"},
        {"decision": "return", "reasons": ["other"]},
        {"decision": "return", "reasons": ["no_such_reason"]},
        {"decision": ""},
        {"decision": "approve", "digests": "no json"},
        {"decision": "approve", "digests": "[1]"},
        {"decision": "approve", "digests": json.dumps({"form_signed": "0" * 64})},
    ],
)
def test_a_decision_without_its_grounds_is_none(staff, said):
    order = in_review()
    answer = staff.post(page_of(order), {"digests": json.dumps(review.digests_of(order)), **said})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    assert Review.objects.count() == Purchase.objects.exclude(pk=order.purchase_id).count() == 0


def test_an_order_that_is_decided_already_cannot_be_decided_again(staff):
    order = in_review()
    decide(staff, order, "return", reasons=["side_missing"])
    assert "not in review" in decide(staff, order, "return", reasons=["side_missing"]).content.decode()
    assert Review.objects.count() == 1


def test_staff_without_the_right_see_no_papers():
    client = staff_client(email="new@example.it", is_superuser=False)
    order = in_review()
    assert client.get(page_of(order)).status_code == 403
    assert (
        client.get(reverse("admin:signatures_order_paper", args=[order.pk, "id_joined"])).status_code == 403
    )
    assert order.events.count() == 0


def test_a_kind_that_is_none_of_staffs_business_is_not_there(staff):
    order = in_review()
    for kind in ("form_blank", "nonsense"):
        assert staff.get(reverse("admin:signatures_order_paper", args=[order.pk, kind])).status_code == 404


def test_the_queue_begins_with_who_waits_longest(staff):
    young, old = in_review(), in_review()
    Order.objects.filter(pk=old.pk).update(
        state_since=timezone.now() - timedelta(days=3), holder_name="Who waits"
    )
    body = staff.get(
        reverse("admin:signatures_order_changelist"), {"state__exact": "in_review"}
    ).content.decode()
    assert body.index("Who waits") < body.index(young.holder_name)


def test_no_page_of_staff_shows_personal_data_but_the_review(staff):
    order = in_review()
    CertificateFactory()
    for model in ("order", "orderevent", "holdersecret", "notice", "certificate", "renewalrule"):
        pages = [staff.get(reverse(f"admin:signatures_{model}_changelist"))]
        for row in apps.get_model("signatures", model).objects.all():
            pages.append(staff.get(reverse(f"admin:signatures_{model}_change", args=[row.pk])))
        for page in pages:
            assert page.status_code == 200
            body = page.content.decode()
            for typed in ("RSSMRA85C15H501R", "3331234567", order.sealed_details, order.tax_code_print):
                assert typed not in body


def test_staff_add_a_rule_and_change_none(staff):
    answer = staff.post(reverse("admin:signatures_renewalrule_add"), {
        "maker": "Namirial", "covers": "remote", "opens_days_before": "60", "closes_days_before": "0",
        "valid_from": "2027-01-01", "source": "guide", "code": "", "text_it": "", "text_fr": "", "text_en": "",
    })  # fmt: skip
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rule = RenewalRule.objects.get(maker="Namirial")
    assert (
        'name="_save"'
        not in staff.get(reverse("admin:signatures_renewalrule_change", args=[rule.pk])).content.decode()
    )


def test_staff_record_a_certificate_for_a_customer(staff):
    organisation = steps.member_of(OrderFactory()).organisation
    answer = staff.post(reverse("admin:signatures_certificate_add"), {
        "organisation": str(organisation.pk), "holder_name": "Ada Bianco", "language": "it", "maker": "Aruba",
        "device": "usb_key", "covers": "cns", "serial": "", "issued_on": "2025-01-01", "expires_on": "2028-01-01",
        "device_since": "2025-01-01", "renewals_count": "0", "email": "ada@example.it", "mobile": "",
    })  # fmt: skip
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    one = Certificate.objects.get()
    assert (one.holder, one.recorded_by.name, one.organisation) == (
        {"email": "ada@example.it"},
        "Sara Staff",
        organisation,
    )


def test_staff_say_that_the_original_has_come(staff):
    order = OrderFactory(submitted=True)
    sent = PaperPost.objects.create(order=order, posted_on=steps.in_days(-3), recorded_by=order.created_by)
    staff.post(reverse("admin:signatures_order_received", args=[order.pk, sent.pk]))
    sent.refresh_from_db()
    assert sent.received_on == steps.in_days(0)
    assert staff.get(reverse("admin:signatures_order_received", args=[order.pk, sent.pk])).status_code == 405


def test_digests_nested_without_end_are_refused():
    form = ReviewForm({"decision": "approve", "digests": "[" * 2000})
    assert "digests" in form.errors
