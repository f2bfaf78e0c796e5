"""What only the holder may see: sealed on arrival, opened once by the holder, and found nowhere else, ever."""

import io
import logging
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from celery.signals import task_prerun
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import ProviderCall
from customers.models import Membership, User
from customers.tests.factories import member_client, staff_client
from outbox.models import Mail, TextMessage
from portal.demo import staff_code
from signatures.certificates import tasks
from signatures.certificates.flows import open_secrets
from signatures.certificates.flows.seal_secrets import secret_of
from signatures.certificates.models import HolderSecret, Order
from vault import digest_of

from . import steps

pytestmark = pytest.mark.django_db(transaction=True)
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CANARIES = {
    "pin": "70110042", "puk": "70220043", "codice_emergenza": "CANARYERC9", "numero_busta": "700333444555",
    "codice_utente": "70440046", "iut": "202670550057A", "alias": "RHI26112670660068", "codice_carta": "70770079000111",
    "numero_dispositivo": "7088008900012222",
}  # fmt: skip
ADDRESS = re.compile(r"/codes/([\w-]{20,})/")


def token_in_mail() -> str:
    """The secret part of the address in the newest mail to the holder."""
    newest = [
        one for one in mail.outbox if one.to == ["mario.rossi@example.it"] and ADDRESS.search(one.body)
    ][-1]
    return ADDRESS.search(newest.body).group(1)


def with_codes(sandbox, code: str = "FIRREM", **fields) -> Order:
    """An order whose codes have come."""
    order = steps.ordered(code, **fields)
    sandbox.move_order(order.provider_reference, "evasa", firma=CANARIES)
    steps.beat()
    order.refresh_from_db()
    assert secret_of(order) is not None, steps.kinds(order)
    return order


def sms_code(sandbox) -> str:
    message = sandbox.messages(to="+393331234567", kind="sms")[0]
    assert message["otp"] in message["text"]
    return message["otp"]


def rows_of_the_database() -> str:
    """Every column of every row, as text."""
    return "\n".join(str(row) for model in apps.get_models() for row in model._default_manager.values_list())


@pytest.fixture
def everything_that_is_logged():
    """All logs down to the finest, those of the tests' own factories left out."""
    log, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(log), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("factory").setLevel(logging.WARNING)
    yield log
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_canary_shows_nowhere_but_on_the_holders_own_page(sandbox, everything_that_is_logged):
    """Logs, database, messages to workers, mail, SMS, records of calls, customers' and staff's pages."""
    log, queued = everything_that_is_logged, []
    # Tests run tasks where they are called: nothing is published, and what would be is what they run with.
    task_prerun.connect(
        lambda args=(), kwargs=(), **_: queued.append(f"{args} {kwargs}"), dispatch_uid="canary", weak=False
    )
    owner, membership = member_client("owner")
    order = with_codes(sandbox, member=membership)
    sandbox.fault("error_500_after", path="richiesta", method="GET", times=1)
    steps.beat()
    pages = [owner.get(reverse(name, args=[order.pk])).content.decode() for name in ("orders:detail",)]
    pages += [owner.get(reverse("orders:list")).content.decode()]
    desk = staff_client()
    for model in ("order", "orderevent", "holdersecret", "notice"):
        for row in apps.get_model("signatures", model).objects.all():
            page = desk.get(reverse(f"admin:signatures_{model}_change", args=[row.pk]))
            assert page.status_code == 200
            pages.append(page.content.decode())
    pages.append(desk.get(reverse("admin:signatures_order_review", args=[order.pk])).content.decode())
    token = token_in_mail()
    holder = Client()
    pages.append(holder.get(reverse("codes:codes", args=[token])).content.decode())

    told = "\n".join(
        [log.getvalue(), rows_of_the_database(), *queued, *pages, *(f"{one.subject}{one.body}{one.alternatives}" for one in mail.outbox)]
    )  # fmt: skip
    assert [name for name, value in CANARIES.items() if value in told] == []
    assert ProviderCall.objects.exists()
    assert queued
    task_prerun.disconnect(dispatch_uid="canary")

    holder.post(reverse("codes:send_code", args=[token]))
    shown = holder.post(reverse("codes:open", args=[token]), {"code": sms_code(sandbox)})
    assert shown.status_code == 200
    body = shown.content.decode()
    assert [name for name, value in CANARIES.items() if value not in body] == []
    assert [name for name, value in CANARIES.items() if value in rows_of_the_database()] == []


def test_a_browser_can_send_what_the_holders_page_asks_it_to_send(sandbox):
    """Browsers say where a form comes from only if the page's referrer policy lets them; "null" is refused."""
    with_codes(sandbox)
    holder, page = Client(enforce_csrf_checks=True), reverse("codes:codes", args=[token_in_mail()])
    shown = holder.get(page)
    # The secret address is told to no other site.
    assert shown["Referrer-Policy"] in {"same-origin", "no-referrer"}
    origin = {"no-referrer": "null"}.get(shown["Referrer-Policy"], "http://testserver")
    data = {"csrfmiddlewaretoken": shown.context["csrf_token"]}
    sent = holder.post(page + "code/", data, headers={"Origin": origin})
    assert sent.status_code == 302


def test_the_holder_opens_once_and_then_it_is_gone(sandbox):
    order = with_codes(sandbox)
    token, holder = token_in_mail(), steps.holder()
    page = holder.get(reverse("codes:codes", args=[token]))
    assert "+39 ••• 567" in page.content.decode()
    holder.post(reverse("codes:send_code", args=[token]))
    code = sms_code(sandbox)
    shown = holder.post(reverse("codes:open", args=[token]), {"code": f"{code[:3]} {code[3:]}"})

    assert CANARIES["pin"] in shown.content.decode()
    assert shown["Cache-Control"].count("no-store")
    secret = HolderSecret.objects.get()
    assert (secret.sealed, secret.opened_by, secret.code_digest) == ("", "mobile_code", "")
    order.refresh_from_db()
    assert order.state == Order.State.ACTIVE
    again = holder.post(reverse("codes:open", args=[token]), {"code": code}, follow=True)
    assert CANARIES["pin"] not in again.content.decode()
    assert "Opened on" in again.content.decode()
    steps.beat()
    assert HolderSecret.objects.get().sealed == "", "what is read again is not sealed again"


def test_a_wrong_code_is_counted_and_the_fifth_voids_it(sandbox):
    order = with_codes(sandbox)
    token, holder = token_in_mail(), steps.holder()
    holder.post(reverse("codes:send_code", args=[token]))
    good = sms_code(sandbox)
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1):
        answer = holder.post(reverse("codes:open", args=[token]), {"code": wrong})
        assert answer.status_code == 422
        assert f"{left} tr" in answer.content.decode()
    holder.post(reverse("codes:open", args=[token]), {"code": wrong})
    late = holder.post(reverse("codes:open", args=[token]), {"code": good})

    assert late.status_code == 422
    assert HolderSecret.objects.get().sealed
    assert "holder_code_void" in steps.kinds(order)


def test_a_code_runs_out(sandbox):
    with_codes(sandbox)
    token, holder = token_in_mail(), steps.holder()
    holder.post(reverse("codes:send_code", args=[token]))
    HolderSecret.objects.update(code_sent_at=timezone.now() - timedelta(minutes=11))
    answer = holder.post(reverse("codes:open", args=[token]), {"code": sms_code(sandbox)})
    assert answer.status_code == 422
    assert HolderSecret.objects.get().sealed


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "\0\0\0\0\0\0", "9" * 5000])
def test_what_is_no_code_gets_an_error_and_no_try(sandbox, typed):
    with_codes(sandbox)
    token = token_in_mail()
    Client().post(reverse("codes:send_code", args=[token]))
    assert Client().post(reverse("codes:open", args=[token]), {"code": typed}).status_code == 422
    assert HolderSecret.objects.get().code_attempts == 0


def test_codes_are_not_sent_without_end(sandbox):
    with_codes(sandbox)
    token, holder = token_in_mail(), steps.holder()
    answers = [holder.post(reverse("codes:send_code", args=[token])).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert TextMessage.objects.count() == 3


def test_tries_are_not_free_either(sandbox):
    with_codes(sandbox)
    secret = HolderSecret.objects.get()
    HolderSecret.objects.update(code_digest="0" * 64, code_sent_at=timezone.now())
    for _ in range(open_secrets.MOST_TRIES_A_DAY[0]):
        HolderSecret.objects.update(code_attempts=0)
        with pytest.raises(open_secrets.WrongCode):
            open_secrets.open_by_mobile(secret, "123456", "192.0.2.8")
    with pytest.raises(open_secrets.TooMany):
        open_secrets.open_by_mobile(secret, "123456", "192.0.2.8")


def test_an_sms_is_forgotten_when_it_is_out(sandbox):
    with_codes(sandbox)
    Client().post(reverse("codes:send_code", args=[token_in_mail()]))
    message = TextMessage.objects.get()
    assert (message.state, message.sealed_text, message.sealed_recipient) == ("sent", "", "")
    assert message.masked == "+39 ••• 567"


def test_a_new_letter_voids_the_earlier_address(sandbox, client):
    order = with_codes(sandbox)
    first = token_in_mail()
    with pytest.raises(open_secrets.TooSoon):
        open_secrets.send_address_again(order, order.created_by, "192.0.2.7")
    HolderSecret.objects.update(told_at=timezone.now() - timedelta(minutes=3))
    open_secrets.send_address_again(order, order.created_by, "192.0.2.7")
    second = token_in_mail()

    assert first != second
    assert client.get(reverse("codes:codes", args=[first])).status_code == 404
    assert client.get(reverse("codes:codes", args=[second])).status_code == 200
    assert HolderSecret.objects.get().token_digest == digest_of(second)


def holder_as_member(order: Order) -> User:
    user = User.objects.create_user("mario.rossi@example.it", "x", name="Mario Rossi", language="en")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Membership.objects.create(organisation=order.organisation, user=user, role="viewer")
    return user


def test_a_holder_who_is_a_member_opens_with_a_second_factor_just_proven(sandbox):
    order = with_codes(sandbox)
    user = holder_as_member(order)
    page, client = reverse("orders:codes", args=[order.pk]), Client()
    client.force_login(user)
    assert "Set one up" in client.get(page).content.decode()
    assert (
        "sealed until you open them" in client.get(reverse("orders:detail", args=[order.pk])).content.decode()
    )
    assert client.post(page).status_code == 302
    TOTP.activate(user, TOTP_SECRET)
    assert client.post(page)["Location"].startswith(reverse("mfa_reauthenticate"))
    assert HolderSecret.objects.get().sealed

    cache.clear()
    proven = client.post(f"{reverse('mfa_reauthenticate')}?next={page}", {"code": staff_code()})
    assert proven["Location"] == page
    shown = client.post(page)
    assert CANARIES["puk"] in shown.content.decode()
    assert HolderSecret.objects.get().opened_by == "second_factor"
    assert CANARIES["puk"] not in client.get(page).content.decode()


def test_a_password_alone_opens_nothing(sandbox):
    order = with_codes(sandbox)
    user = holder_as_member(order)
    user.set_password("a-long-password-1")
    user.save()
    TOTP.activate(user, TOTP_SECRET)
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": "a-long-password-1"})
    assert client.post(reverse("orders:codes", args=[order.pk]))["Location"].startswith(
        reverse("mfa_reauthenticate")
    )
    assert HolderSecret.objects.get().sealed


def test_nobody_else_has_the_page_not_the_owner_who_ordered_it(sandbox):
    owner, membership = member_client("owner")
    order = with_codes(sandbox, member=membership)
    assert owner.get(reverse("orders:codes", args=[order.pk])).status_code == 404
    assert "not you and not we" in owner.get(reverse("orders:detail", args=[order.pk])).content.decode()
    impostor = User.objects.create_user("Mario.Rossi@example.it", "x")
    Membership.objects.create(organisation=order.organisation, user=impostor, role="owner")
    client = Client()
    client.force_login(impostor)
    assert client.get(reverse("orders:codes", args=[order.pk])).status_code == 404, "address not verified"


def test_without_a_gateway_only_members_can_open_and_the_customer_hears_of_it(sandbox, settings):
    settings.SMS_URL = ""
    order = with_codes(sandbox)
    assert not [one for one in mail.outbox if ADDRESS.search(one.body)]
    assert Mail.objects.filter(kind="codes_need_a_member", recipient=order.created_by.email).count() == 1
    holder_as_member(order)
    HolderSecret.objects.update(told_at=None)
    steps.beat()
    HolderSecret.objects.update(told_at=timezone.now() - timedelta(minutes=3))
    open_secrets.send_address_again(order, order.created_by, "192.0.2.7")
    page = steps.holder().get(reverse("codes:codes", args=[token_in_mail()])).content.decode()
    assert "second factor" in page
    assert "Send me the code" not in page


def test_what_arrives_after_the_opening_makes_an_envelope_of_its_own(sandbox):
    order = steps.ordered("FIRREM")
    sandbox.move_order(
        order.provider_reference, "evasa", firma={"pin": "70110042", "numero_busta": "700333444555"}
    )
    steps.beat()
    token, holder = token_in_mail(), steps.holder()
    holder.post(reverse("codes:send_code", args=[token]))
    holder.post(reverse("codes:open", args=[token]), {"code": sms_code(sandbox)})
    Order.objects.filter(pk=order.pk).update(state=Order.State.ISSUED, next_check_at=timezone.now())
    sandbox.move_order(order.provider_reference, firma={"puk": "70220043"})
    steps.beat()

    secret = HolderSecret.objects.get()
    assert "puk" in secret.names
    assert secret.sealed
    assert secret.opened_at is None
    second = token_in_mail()
    holder.post(reverse("codes:send_code", args=[second]))
    body = holder.post(reverse("codes:open", args=[second]), {"code": sms_code(sandbox)}).content.decode()
    assert "70220043" in body
    assert "70110042" not in body


def test_a_holder_who_opens_nothing_is_reminded_and_what_is_past_is_erased(sandbox):
    order = with_codes(sandbox)
    HolderSecret.objects.update(
        arrived_at=timezone.now() - timedelta(days=8), told_at=timezone.now() - timedelta(days=8)
    )
    before = len(mail.outbox)
    tasks.remind_and_lapse()
    tasks.remind_and_lapse()
    assert len(mail.outbox) == before + 1

    order.certificates.update(issued_on=steps.in_days(-900), expires_on=steps.in_days(-1))
    tasks.forget()
    assert HolderSecret.objects.get().sealed == ""
    assert steps.kinds(order)[-1] == "secrets_forgotten"
    page = steps.holder().get(reverse("codes:codes", args=[token_in_mail()])).content.decode()
    assert "Erased unopened" in page


def test_readers_and_blanks_bring_no_secrets(sandbox):
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    assert HolderSecret.objects.count() == 0
