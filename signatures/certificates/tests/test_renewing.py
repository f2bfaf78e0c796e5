"""Certificates and their renewal: recorded when issued, told in time, renewed by one click, held on to until it is done."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from customers.tests.factories import member_client
from outbox.models import Mail
from signatures.certificates import ics, tasks
from signatures.certificates.flows import record, renew
from signatures.certificates.flows.holder_done import member_says_done
from signatures.certificates.flows.order import NotReady, place
from signatures.certificates.flows.price import price_of
from signatures.certificates.flows.renewable import why_not_this
from signatures.certificates.flows.state import NotPossible
from signatures.certificates.models import Certificate, HolderSecret, Notice, Order, RenewalRule
from signatures.certificates.windows import window_of, years_after

from . import steps
from .factories import CertificateFactory

pytestmark = pytest.mark.django_db(transaction=True)
State, Renewal = Certificate.State, Certificate.Renewal
ROME = ZoneInfo("Europe/Rome")
ADDRESS = re.compile(r"/codes/([\w-]{20,})/")


def expiring(days: int, **fields) -> Certificate:
    """A certificate of an organisation with an owner, that expires in so many days."""
    certificate = CertificateFactory(expires_on=steps.in_days(days), **fields)
    steps.member_of(certificate)
    return certificate


# Certificates


def test_what_an_order_brings_is_recorded_with_the_expiry_that_the_provider_names(sandbox):
    order = steps.ordered("SMARTCARDCNS")
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    steps.beat()

    found = Certificate.objects.order_by("covers")
    assert [one.covers for one in found] == ["cns", "signature"]
    assert {one.expires_on for one in found} == {years_after(timezone.localdate(), 3)}
    assert found[0].holder["email"] == "mario.rossi@example.it"
    assert found[0].organisation == order.organisation


def test_readers_bring_none(sandbox):
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    assert Certificate.objects.count() == 0


# The rules of makers


@pytest.mark.parametrize(
    ("maker", "expires", "opens", "closes"),
    [
        ("InfoCert", "2027-01-15", "2026-10-17", "2027-01-14"),
        ("InfoCert", "2027-04-30", "2027-01-30", "2027-04-29"),
        ("InfoCert", "2027-05-31", "2027-03-02", "2027-05-30"),
        ("InfoCert", "2028-02-29", "2027-12-01", "2028-02-28"),
        ("Aruba", "2027-01-15", "2026-11-15", "2027-01-15"),
        ("Aruba", "2027-04-30", "2027-02-28", "2027-04-30"),
        ("Aruba", "2027-05-31", "2027-03-31", "2027-05-31"),
        ("Aruba", "2028-02-29", "2027-12-29", "2028-02-29"),
    ],
)
@pytest.mark.parametrize("covers", ["signature", "cns", "remote"])
def test_the_rules_that_a_portal_begins_with_give_the_days_of_the_guides(
    maker, covers, expires, opens, closes
):
    rule = RenewalRule.objects.for_certificate(maker, covers, date(2026, 11, 25))
    window = window_of(rule, date.fromisoformat(expires))
    assert (window.opens_on.isoformat(), window.closes_on.isoformat()) == (opens, closes)
    assert rule.source


def test_a_later_rule_takes_the_place_of_an_earlier_one_from_its_day_on():
    RenewalRule(maker="InfoCert", covers="remote", opens_days_before=60, closes_days_before=0, code="RINFIRREM",
                valid_from=date(2027, 1, 1), source="A new guide").save()  # fmt: skip
    found = [
        RenewalRule.objects.for_certificate("InfoCert", "remote", day).opens_days_before
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert found == [90, 60]


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ({"days": -1}, "expired"),
        ({"days": 0}, "last day"),
        ({"days": 120}, "from"),
        ({"days": 40, "renewals_count": 1}, "renewed already"),
        ({"days": 40, "covers": "signature", "device": "usb_key", "device_since": date(2019, 1, 1)}, "too old"),
        ({"days": 40, "maker": "Aruba"}, "Aruba renews only directly"),
        ({"days": 40, "maker": "Nobody"}, "cannot be renewed here"),
        ({"days": 40, "state": State.SUSPENDED}, "suspended"),
        ({"days": 40, "renewal": Renewal.WITH_HOLDER}, "under way"),
        ({"days": 1}, ""),
        ({"days": 90}, ""),
    ],
)  # fmt: skip
def test_an_impossible_renewal_is_never_offered_nor_bought(certificate, why):
    steps.for_sale()
    one = expiring(certificate.pop("days"), **certificate)
    user = steps.member_of(one).user
    said = why_not_this(one)
    assert (why in said) if why else said == ""
    if why:
        with pytest.raises(renew.CannotBeRenewed):
            renew.begin(one, user)
        order = steps.draft(
            "RINFIRREM",
            member=steps.member_of(one),
            renews=one,
            details={
                **steps.details_of("RINFIRREM"),
                "renewal": {"certificate": str(one.pk), "expires_on": str(one.expires_on)},
            },
        )
        with pytest.raises(NotReady):
            place(order, user, "192.0.2.7", price_of(order).net)
    else:
        assert renew.begin(one, user).renews == one


@pytest.mark.parametrize(
    "is_known", [True, False], ids=["a certificate that we know", "one bought elsewhere"]
)
def test_a_renewal_that_waited_for_credit_until_it_was_too_late_is_not_bought(sandbox, is_known):
    steps.for_sale()
    sandbox.wallet("1.00")
    one = expiring(5) if is_known else None
    if one:
        order = bought(sandbox, one)
    else:
        described = {**steps.details_of("RINFIRREM"), "renewal": {
            "certificate": "elsewhere", "expires_on": steps.in_days(5).isoformat(), "was_renewed": "",
        }}  # fmt: skip
        order = steps.ordered("RINFIRREM", details=described)
    steps.beat()
    order.refresh_from_db()
    assert order.state == Order.State.QUEUED

    sandbox.wallet("500.00")
    with time_machine.travel(datetime.now(ROME) + timedelta(days=5), tick=False):
        steps.beat()

    order.refresh_from_db()
    assert sandbox.orders()["orders"] == 0
    assert (order.state, steps.kinds(order)[-1]) == (Order.State.FAILED, "too_late")
    assert "The last day to renew it was" in order.last_problem
    told = Mail.objects.filter(kind="order_ended").get()
    assert told.recipient == order.created_by.email
    assert "waited until it was too late" in mail.outbox[-1].body
    if one:
        one.refresh_from_db()
        assert one.renewal == Renewal.NONE, "it is free again"
    steps.books_agree(sandbox)


# One click, and not let go of


def token_in_mail() -> str:
    return [found for one in mail.outbox if (found := ADDRESS.search(one.body))][-1].group(1)


def bought(sandbox, certificate: Certificate) -> Order:
    """Its renewal, by one click and the review."""
    member = steps.member_of(certificate)
    order = renew.begin(certificate, member.user)
    place(order, member.user, "192.0.2.7", price_of(order).net)
    order.refresh_from_db()
    return order


def test_one_click_asks_nothing_that_is_known(sandbox):
    steps.for_sale()
    client, membership = member_client("owner")
    one = expiring(40, organisation=membership.organisation)
    page = client.get(reverse("certificates:detail", args=[one.pk])).content.decode()
    assert ">Renew<" in page

    answer = client.post(reverse("certificates:renew", args=[one.pk]), follow=True)

    order = Order.objects.get()
    assert answer.redirect_chain[-1][0].endswith("/form/review/"), answer.redirect_chain
    assert order.details["person"]["email"] == "mario.rossi@example.it"
    client.post(reverse("certificates:renew", args=[one.pk]))
    assert Order.objects.count() == 1, "a draft that was begun is gone on with"


def test_buying_renews_nothing_its_code_goes_to_the_holder_who_says_when_it_is_done(sandbox):
    steps.for_sale()
    one = expiring(40)
    order = bought(sandbox, one)
    one.refresh_from_db()
    assert (one.state, one.renewal, order.state) == (State.ACTIVE, Renewal.WITH_HOLDER, Order.State.ISSUED)
    secret = HolderSecret.objects.get(order=order)
    assert secret.names == ["renewal_token"]

    holder, token = steps.holder(), token_in_mail()
    holder.post(reverse("codes:send_code", args=[token]))
    code = sandbox.messages(to="+393331234567", kind="sms")[0]["otp"]
    shown = holder.post(reverse("codes:open", args=[token]), {"code": code}).content.decode()
    assert sandbox.order(order.provider_reference)["answer"]["credenziali"]["token"] in shown
    assert "Nothing is renewed yet" in shown

    done = holder.post(reverse("codes:done", args=[token]), follow=True).content.decode()
    assert "nothing more is to be done" in done
    one.refresh_from_db()
    new = Certificate.objects.get(renewed=one)
    assert (one.state, one.renewal) == (State.RENEWED, Renewal.DONE)
    assert (new.expires_on, new.renewals_count, new.device_since) == (
        years_after(one.expires_on, 3), 1, one.device_since,
    )  # fmt: skip
    order.refresh_from_db()
    assert order.state == Order.State.ACTIVE
    holder.post(reverse("codes:done", args=[token]))
    assert Certificate.objects.count() == 2
    # It was renewed once: the next time, this device is replaced.
    assert "renewed already" in why_not_this(new, new.expires_on - timedelta(days=30))


def test_a_member_records_the_new_expiry_that_was_read_off(sandbox):
    steps.for_sale()
    one = expiring(40)
    bought(sandbox, one)
    new = member_says_done(one, steps.member_of(one).user, "192.0.2.7", one.expires_on + timedelta(days=1095))
    assert new.expires_on == one.expires_on + timedelta(days=1095)
    with pytest.raises(NotPossible):
        member_says_done(one, steps.member_of(one).user, "192.0.2.7", None)


def test_the_portal_stays_on_a_renewal_until_it_is_done_or_missed(sandbox):
    steps.for_sale()
    one = expiring(40)
    bought(sandbox, one)
    nudges = []
    for days in (1, 3, 4, 10, 21, 26, 33, 37, 39):
        with time_machine.travel(datetime.now(ROME) + timedelta(days=days), tick=False):
            tasks.remind_and_lapse()
            nudges.append(Mail.objects.filter(kind="renewal_waits").count())
    assert nudges == sorted(nudges)
    # The holder and whoever answers for it, each time.
    assert nudges[-1] == 2 * Notice.objects.filter(kind__startswith="unused").count() >= 12

    with time_machine.travel(datetime.now(ROME) + timedelta(days=41), tick=False):
        tasks.remind_and_lapse()
        tasks.remind_and_lapse()
        one.refresh_from_db()
        assert (one.state, one.renewal) == (State.EXPIRED, Renewal.MISSED)
        assert Mail.objects.filter(kind="certificate_expired").count() == 2
        # They may have renewed in time and tell us late.
        assert member_says_done(one, steps.member_of(one).user, "192.0.2.7", None)


def test_a_renewal_of_a_certificate_that_we_did_not_know_is_held_on_to_as_well(sandbox):
    order = steps.ordered("RINFIRREM")
    one = Certificate.objects.get()
    assert (one.expires_on, one.renewal, one.maker) == (steps.in_days(40), Renewal.WITH_HOLDER, "InfoCert")
    order.refresh_from_db()
    assert order.renews == one


def test_reminders_are_sent_once_each_in_the_readers_language():
    one = expiring(91, language="fr")
    sent = []
    for days in (0, 1, 2, 31, 61, 76, 83, 87, 89, 90, 92):
        with time_machine.travel(datetime.now(ROME) + timedelta(days=days), tick=False):
            tasks.remind_and_lapse()
            tasks.remind_and_lapse()
            sent.append(Mail.objects.count())
    assert sent[0] == 0
    assert sent[1] == 2, "on the day it opens: holder and owner"
    assert sent[-1] == 2 * Notice.objects.count()
    assert set(Mail.objects.values_list("language", flat=True)) == {"fr", "en"}
    assert Mail.objects.filter(recipient="mario.rossi@example.it").count() == Notice.objects.count()
    one.refresh_from_db()
    assert one.state == State.EXPIRED


def test_aruba_is_told_what_to_do_instead():
    expiring(30, maker="Aruba", language="it")
    tasks.remind_and_lapse()
    words = " ".join(str(one.body) for one in mail.outbox)
    assert "Aruba rinnova solo direttamente" in words
    assert "Aruba renews only directly" in words


def test_whoever_left_is_not_written_to_the_owners_are():
    one = expiring(30)
    gone = steps.staff()
    Certificate.objects.filter(pk=one.pk).update(recorded_by=gone)
    tasks.remind_and_lapse()
    recipients = set(Mail.objects.values_list("recipient", flat=True))
    assert recipients == {"mario.rossi@example.it", steps.member_of(one).user.email}


# The calendar


def test_the_calendar_costs_the_same_however_many_there_are(django_assert_max_num_queries):
    client, membership = member_client("owner")
    CertificateFactory(organisation=membership.organisation, expires_on=steps.in_days(20))
    page = reverse("certificates:calendar")
    client.get(page)
    with django_assert_max_num_queries(12):
        client.get(page)
    for days in range(30):
        CertificateFactory(organisation=membership.organisation, expires_on=steps.in_days(days + 1))
    with django_assert_max_num_queries(12):
        body = client.get(page).content.decode()
    assert body.count("Mario Rossi") == 31


@pytest.mark.parametrize(
    "query", ["show=soon", "show=past", "show=nonsense", "q=rossi", "q=%F0", "page=99999", "page=x"]
)
def test_the_calendar_takes_any_question(query):
    client, membership = member_client("owner")
    CertificateFactory(organisation=membership.organisation, expires_on=steps.in_days(20))
    assert client.get(f"{reverse('certificates:calendar')}?{query}").status_code == 200


def test_a_viewer_sees_expiries_and_nobodys_name():
    client, membership = member_client("viewer")
    one = CertificateFactory(organisation=membership.organisation, expires_on=steps.in_days(20))
    for page in (reverse("certificates:calendar"), reverse("certificates:detail", args=[one.pk])):
        body = client.get(page).content.decode()
        assert "InfoCert" in body
        assert "Mario" not in body
        assert "mario.rossi" not in body
    assert client.get(reverse("certificates:ics")).status_code == 403


def test_a_calendar_program_gets_expiries_and_windows():
    one = CertificateFactory(holder_name="Rossi; Mario, \\ detto “Mariò” con un nome molto molto lungo davvero",
                             expires_on=date(2027, 1, 15))  # fmt: skip
    with translation.override("en"):
        text = ics.calendar(
            [one], RenewalRule.objects.in_force(date(2026, 11, 25)), datetime(2026, 11, 25, 12, tzinfo=ROME)
        )
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "DTSTART;VALUE=DATE:20270115\r\nDTEND;VALUE=DATE:20270116\r\n" in text
    assert "DTSTART;VALUE=DATE:20261017\r\nDTEND;VALUE=DATE:20270115\r\n" in text
    assert "DTSTAMP:20261125T110000Z" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "Rossi\\; Mario\\, \\\\ detto “Mariò”" in unfolded
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2


# Bought elsewhere


FORM = {
    "holder_name": "Ada  Bianco", "email": "ada@example.it", "mobile": "333 7654321", "tax_code": "bncdaa80b42h579u",
    "language": "it", "maker": "Namirial", "device": "remote", "covers": "remote",
}  # fmt: skip


def test_a_certificate_bought_elsewhere_is_recorded_and_looked_after():
    client, membership = member_client("sender")
    answer = client.post(reverse("certificates:new"), {**FORM, "expires_on": steps.in_days(60).isoformat()})
    one = Certificate.objects.get()
    assert answer["Location"] == reverse("certificates:detail", args=[one.pk])
    assert one.holder == {
        "email": "ada@example.it",
        "mobile": "+393337654321",
        "tax_code": "BNCDAA80B42H579U",
    }
    assert (one.holder_name, one.recorded_by, one.organisation) == (
        "Ada Bianco", membership.user, membership.organisation,
    )  # fmt: skip
    assert one.issued_on == years_after(one.expires_on, -3)
    edited = client.post(
        reverse("certificates:edit", args=[one.pk]),
        {**FORM, "serial": "A1", "expires_on": steps.in_days(61).isoformat()},
    )
    assert edited.status_code == 302
    one.refresh_from_db()
    assert (one.serial, one.expires_on) == ("A1", steps.in_days(61))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expires_on": "2020-01-01"}, "expires_on"),
        # No mail could be written to it.
        ({"email": "a" * 250 + "@example.it"}, "email"),
        ({"expires_on": "2999-01-01"}, "expires_on"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"tax_code": "RSSMRA85C15H501Q"}, "tax_code"),
        ({"mobile": "055 123"}, "mobile"),
        ({"email": "nobody"}, "email"),
        ({"covers": "cns"}, "covers"),
        ({"device": "reader"}, "device"),
        ({"issued_on": "2999-01-01"}, "issued_on"),
        ({"device_since": steps.in_days(5).isoformat(), "issued_on": "2026-01-01"}, "device_since"),
        ({"holder_name": ""}, "holder_name"),
        ({"holder_name": "A\0B"}, "holder_name"),
        ({"maker": "x" * 41}, "maker"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_beside_its_field_and_what_was_typed_stays(changes, field):
    client, _ = member_client("owner")
    typed = {**FORM, "expires_on": steps.in_days(60).isoformat(), **changes}
    answer = client.post(reverse("certificates:new"), typed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert 'value="Namirial"' in answer.content.decode() or field == "maker"
    assert Certificate.objects.count() == 0


def test_what_an_order_brought_or_rests_on_is_not_changed_by_hand():
    one = expiring(40, renewal=Renewal.WITH_HOLDER, renewal_since=steps.in_days(-1))
    with pytest.raises(NotPossible):
        record.correct(one, {"expires_on": steps.in_days(400)})


def test_a_suspended_certificate_is_left_alone_until_it_is_active_again():
    one = expiring(40)
    record.change_state(one, State.SUSPENDED)
    tasks.remind_and_lapse()
    assert Mail.objects.count() == 0
    record.change_state(one, State.ACTIVE)
    record.change_state(one, State.REVOKED)
    for to in (State.ACTIVE, State.EXPIRED, "nonsense"):
        with pytest.raises(NotPossible):
            record.change_state(one, to)
