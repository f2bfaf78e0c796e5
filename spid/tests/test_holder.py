"""The person's pages: theirs alone, nothing changes by a GET, and the link goes to their browser only."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import Mail
from spid.dates import as_ics, dates_of
from spid.flows.hand_over import RESEND_PAUSE, TooSoon, correct, resend
from spid.flows.order import person_of
from spid.flows.plan import add_months, replan
from spid.flows.state import NotPossible
from spid.flows.stock import link_of
from spid.models import Activation, Address, IdentityProvider, KeepingRule

from .factories import ActivationFactory, give_address, person

pytestmark = pytest.mark.django_db
State = Activation.State
READ = ["page", "active", "failed", "letters"]


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def at(page: str, token: str) -> str:
    return reverse(f"holder:{page}", args=[token])


def handed_over(**fields) -> tuple[Activation, str]:
    activation = ActivationFactory(**(fields or {"handed_over": True}))
    replan(activation)
    return activation, give_address(activation)


def test_the_page_says_what_is_needed_and_what_nobody_can_know(visitor):
    activation, token = handed_over()
    page = visitor.get(at("page", token)).content.decode()
    for words in ("health card", "camera", "Day and night", "half an hour", "Italian", "neither we nor"):
        assert words in page
    assert "voucher=" not in page
    activation.refresh_from_db()
    assert activation.state == State.HANDED_OVER
    assert list(activation.events.values_list("kind", flat=True)) == ["page_visited"]


@pytest.mark.parametrize("page", READ)
def test_looking_changes_nothing_but_the_first_visit(visitor, page):
    activation, token = handed_over(opened=True)
    visitor.get(at("page", token))
    before = Activation.objects.values().get(pk=activation.pk)
    for _ in range(2):
        assert visitor.get(at(page, token)).status_code == 200
        assert visitor.head(at(page, token)).status_code == 200
    assert Activation.objects.values().get(pk=activation.pk) == before


@pytest.mark.parametrize("page", ["page", "used", "ended", "letters", "calendar", "calendar_file"])
def test_nor_does_it_while_the_identity_is_kept(visitor, page):
    activation, token = handed_over(active=True)
    before = Activation.objects.values().get(pk=activation.pk)
    assert visitor.get(at(page, token)).status_code == 200
    assert Activation.objects.values().get(pk=activation.pk) == before


def test_going_on_leads_to_the_identity_provider_and_is_recorded(visitor):
    activation, token = handed_over()
    assert visitor.get(at("start", token)).status_code == 405
    answer = visitor.post(at("start", token), REMOTE_ADDR="192.0.2.9")

    assert (answer.status_code, answer["Location"]) == (302, link_of(activation.voucher))
    activation.refresh_from_db()
    assert activation.state == State.OPENED
    event = activation.events.get(kind="opened")
    assert (event.actor, event.ip) == ("holder", "192.0.2.9")
    # Whom it failed goes there again, as often as they like.
    assert visitor.post(at("start", token))["Location"] == answer["Location"]


def test_the_policy_lets_the_form_lead_there(visitor, settings):
    _activation, token = handed_over()
    policy = visitor.get(at("page", token))["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    for origin in settings.SPID_FORM_ACTION:
        assert origin in policy


def test_it_is_active_with_one_click(visitor):
    activation, token = handed_over(opened=True)
    assert visitor.post(at("active", token), {"since": str(timezone.localdate())}).status_code == 302
    activation.refresh_from_db()
    assert (activation.state, activation.active_since) == (State.ACTIVE, timezone.localdate())
    assert activation.revocation_on == add_months(timezone.localdate(), 12)
    assert "Keep it alive" in visitor.get(at("page", token)).content.decode()


@pytest.mark.parametrize(
    ("days", "words"), [(1, "still to come"), (-9, "did not have the link yet"), (None, "Enter a valid date")]
)
def test_a_day_that_cannot_be_is_refused_beside_its_field(visitor, days, words):
    activation, token = handed_over(opened=True)
    day = "31/31" if days is None else str(timezone.localdate() + timedelta(days=days))
    answer = visitor.post(at("active", token), {"since": day})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert day in page
    activation.refresh_from_db()
    assert activation.state == State.OPENED


def test_it_failed_and_whoever_ordered_hears_why(visitor):
    activation, token = handed_over(opened=True)
    visitor.post(at("failed", token), {"failure": "image_unreadable", "note": "The camera was dark."})
    activation.refresh_from_db()
    assert (activation.state, activation.failure) == (State.FAILED, "image_unreadable")
    letter = Mail.objects.get(kind="failed")
    assert letter.recipient == activation.order.created_by.email
    # The history keeps the reason's code alone.
    assert "camera" not in str(activation.events.get(kind="told_failed").data)
    assert visitor.post(at("start", token)).status_code == 302
    activation.refresh_from_db()
    assert (activation.state, activation.failure_note) == (State.OPENED, "")


def test_however_often_it_is_said_whoever_ordered_hears_of_a_reason_once_a_day(visitor):
    _activation, token = handed_over(opened=True)
    for reason in ("image_unreadable", "image_unreadable", "no_operator"):
        visitor.post(at("failed", token), {"failure": reason})
    assert Mail.objects.filter(kind="failed").count() == 2


def test_another_reason_needs_words(visitor):
    _activation, token = handed_over(opened=True)
    answer = visitor.post(at("failed", token), {"failure": "other", "note": ""})
    assert answer.status_code == 422
    assert "in a few words" in answer.content.decode()


def test_a_refused_link_is_staffs_business(visitor, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    _activation, token = handed_over(opened=True)
    visitor.post(at("failed", token), {"failure": "link_refused"})
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1


def test_who_pressed_the_wrong_button_can_say_so(visitor):
    activation, token = handed_over(opened=True)
    visitor.post(at("active", token), {"since": str(timezone.localdate())})
    visitor.post(at("failed", token), {"failure": "no_operator"})
    activation.refresh_from_db()
    assert (activation.state, activation.active_since, activation.next_contact_at) == (
        State.FAILED,
        None,
        None,
    )
    assert visitor.post(at("start", token)).status_code == 302


def test_i_used_it_begins_the_time_anew(visitor):
    long_ago = timezone.localdate() - timedelta(days=300)
    activation, token = handed_over(active=True, active_since=long_ago, last_used_on=long_ago)
    assert activation.revocation_on == add_months(long_ago, 12)
    visitor.post(at("used", token), {"day": str(timezone.localdate())})
    activation.refresh_from_db()
    assert activation.revocation_on == add_months(timezone.localdate(), 12)
    # An earlier day changes nothing.
    visitor.post(at("used", token), {"day": str(long_ago)})
    activation.refresh_from_db()
    assert activation.last_used_on == timezone.localdate()


def test_no_longer_active_ends_it_and_can_be_taken_back(visitor):
    activation, token = handed_over(active=True)
    visitor.post(at("ended", token))
    activation.refresh_from_db()
    assert (activation.state, activation.next_contact_at) == (State.ENDED, None)
    visitor.post(at("active", token), {"since": str(timezone.localdate())})
    activation.refresh_from_db()
    assert activation.state == State.ACTIVE


def test_letters_are_unwanted_and_wanted_again(visitor):
    activation, token = handed_over(active=True)
    visitor.post(at("letters", token), {"wanted": "no"})
    activation.refresh_from_db()
    assert activation.opted_out_at
    assert activation.next_contact_at is None
    visitor.post(at("letters", token), {"wanted": "yes"})
    activation.refresh_from_db()
    assert activation.opted_out_at is None
    assert activation.next_contact_at


@pytest.mark.parametrize("page", ["active", "failed", "used", "ended"])
def test_what_is_over_leads_to_the_page_that_says_so(visitor, page):
    activation, token = handed_over(closed=True)
    answer = visitor.post(at(page, token), {"since": "2026-01-01"}, follow=True)
    assert answer.status_code == 200
    assert "nothing to do here" in answer.content.decode()
    activation.refresh_from_db()
    assert activation.state == State.CLOSED


def test_handing_over_again_voids_every_earlier_address(visitor):
    activation, token = handed_over()
    other = give_address(activation)
    Address.objects.update(made_at=timezone.now() - RESEND_PAUSE)
    resend(activation, activation.order.created_by, "192.0.2.7")

    for earlier in (token, other):
        answer = visitor.get(at("page", earlier))
        assert answer.status_code == 404
        assert "leads nowhere" in answer.content.decode()
        assert visitor.post(at("start", earlier)).status_code == 404
    assert Address.objects.filter(voided_at=None).count() == 1


def test_it_is_not_handed_over_again_at_once():
    activation, _token = handed_over()
    with pytest.raises(TooSoon):
        resend(activation, activation.order.created_by, "192.0.2.7")


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_mails_of_an_active_identity_gets_their_page_again_unless_they_want_no_mails(visitor):
    activation, token = handed_over(active=True)
    Address.objects.update(made_at=timezone.now() - RESEND_PAUSE)
    resend(activation, activation.order.created_by, "192.0.2.7")
    assert Mail.objects.filter(kind="your_page").count() == 1
    assert visitor.get(at("page", token)).status_code == 404
    Address.objects.update(made_at=timezone.now() - RESEND_PAUSE)
    Activation.objects.update(opted_out_at=timezone.now())
    with pytest.raises(NotPossible):
        resend(activation, activation.order.created_by, "192.0.2.7")
    assert Mail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_corrected_address_gets_it_and_the_wrong_one_leads_nowhere(visitor):
    activation, token = handed_over()
    right = person(1, tax_code=activation.tax_code, email="right@example.it")
    correct(activation, right, activation.order.created_by, "192.0.2.7")

    assert visitor.get(at("page", token)).status_code == 404
    assert [message.to for message in mail.outbox] == [["right@example.it"]]
    kinds = list(activation.events.values_list("kind", flat=True))
    assert kinds == ["corrected", "handed_over_again"]


@pytest.mark.django_db(transaction=True)
def test_a_correction_that_corrects_nothing_writes_to_nobody(visitor):
    activation, token = handed_over()
    correct(activation, person_of(activation), activation.order.created_by, "192.0.2.7")
    assert mail.outbox == []
    assert visitor.get(at("page", token)).status_code == 200


def test_guessing_addresses_is_slowed_down(visitor):
    from spid.views.holder import UNKNOWN_ADDRESSES_AN_HOUR

    answers = {
        visitor.get(at("page", f"guess-{n}")).status_code for n in range(UNKNOWN_ADDRESSES_AN_HOUR + 1)
    }
    assert answers == {404, 429}


def test_the_page_speaks_the_persons_language():
    activation = ActivationFactory(handed_over=True, language="fr")
    page = Client().get(at("page", give_address(activation))).content.decode()
    assert '<html lang="fr">' in page


def test_every_mail_has_its_own_address_and_the_earlier_ones_stay_good(visitor):
    from spid.flows.write import write_to

    activation, token = handed_over(opened=True, opened_at=timezone.now() - timedelta(days=2))
    Activation.objects.filter(pk=activation.pk).update(next_contact_at=timezone.now())
    import time_machine

    noon = timezone.localtime().replace(hour=12)
    with time_machine.travel(noon, tick=False):
        assert write_to(activation.pk, timezone.now())
    assert visitor.get(at("page", token)).status_code == 200
    assert Address.objects.filter(activation=activation, voided_at=None).count() == 2


def test_the_calendar_tells_the_days_by_the_rule(visitor):
    activation, token = handed_over(active=True)
    today = timezone.localdate()
    days = {one.kind: one.day for one in dates_of(activation, today)}
    assert days["revocation"] == add_months(today, 12)
    assert days["reminder-90"] == add_months(today, 12) - timedelta(days=90)
    assert (days["renewal-24"], days["renewal-36"]) == (add_months(today, 24), add_months(today, 36))
    page = visitor.get(at("calendar", token)).content.decode()
    assert "Revoked, if unused" in page


def test_the_calendar_says_nothing_of_what_no_rule_tells(visitor):
    provider = IdentityProvider.objects.get(is_sold=True)
    KeepingRule(provider=provider, valid_from=timezone.localdate(), source="Nothing was found").save()
    activation, token = handed_over(active=True)
    assert [one.kind for one in dates_of(activation, timezone.localdate())] == ["active"]
    assert "we do not know: use it now and then" in visitor.get(at("page", token)).content.decode()


def test_the_calendar_file_is_one_that_other_programs_read(visitor):
    activation, token = handed_over(active=True)
    answer = visitor.get(at("calendar_file", token))
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert max(len(line.encode()) for line in lines) <= 75
    assert sum(line == "BEGIN:VEVENT" for line in lines) == len(dates_of(activation, timezone.localdate()))
    day = add_months(timezone.localdate(), 12)
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in lines


def test_calendar_texts_are_escaped_and_folded():
    from spid.dates import Dated

    activation = ActivationFactory.build(organisation=None, order=None, provider=None)
    dated = Dated(date(2027, 1, 1), "x", "È così, \\ detto; " * 8, "a\nb")
    text = as_ics(activation, [dated], timezone.now())
    assert "\\, \\\\ detto\\;" in text.replace("\r\n ", "")
    assert "DESCRIPTION:a b\r\n" in text


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 25), 12, date(2027, 11, 25)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 24, date(2028, 12, 1)),
    ],
)
def test_months_are_calendar_months(day, months, then):
    assert add_months(day, months) == then
