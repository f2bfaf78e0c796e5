"""Ordering in the portal: typed, pasted or uploaded, each row with its own errors, and nothing typed is lost."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billing.models import Price
from customers.tests.factories import member_client
from spid.adults import birth_date_of, is_adult
from spid.forms.pasted import decoded, read_rows
from spid.models import Activation, Order

from .factories import ActivationFactory, SellPriceFactory, tax_code

pytestmark = pytest.mark.django_db
NEW = "spid:new"
GOOD = {"name": "Anna", "surname": "De Luca", "tax_code": "DLCNNA99R71G273W", "email": "Anna@Example.it",
        "mobile": "333 1234567", "language": "it"}  # fmt: skip


@pytest.fixture
def owner():
    SellPriceFactory()
    return member_client("owner")


def rows(*people: dict, **more) -> dict:
    data = {"people-TOTAL_FORMS": str(len(people)), "people-INITIAL_FORMS": "0"}
    for place, one in enumerate(people):
        data |= {f"people-{place}-{name}": value for name, value in one.items()}
    return data | more


def other(number: int, **changes) -> dict:
    return {
        **GOOD,
        "tax_code": tax_code(number),
        "email": f"p{number}@example.it",
        "mobile": f"333 12{number:05d}",
        **changes,
    }


def test_from_the_form_to_the_review_with_the_price(owner):
    client, membership = owner
    answer = client.post(reverse(NEW), rows(GOOD, {}, other(2)))
    order = Order.objects.get()
    assert answer["Location"] == reverse("spid:review", args=[order.pk])
    people = list(order.activations.order_by("position").values_list("tax_code", "email", "mobile", "state"))
    assert people[0] == ("DLCNNA99R71G273W", "anna@example.it", "+393331234567", "draft")
    assert len(people) == 2
    page = client.get(answer["Location"]).content.decode()
    assert "€19.90" in page
    assert "€39.80" in page
    assert "€48.56" in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("tax_code", "DLCNNA99R71G273X", "The last letter does not fit"),
        ("tax_code", "DLCNNA99", "has 16 characters"),
        ("tax_code", tax_code(9, year=15), "under 18"),
        ("email", "anna", "valid e-mail"),
        ("email", "", "required"),
        ("mobile", "06 6982", "landline"),
        ("mobile", "12", "does not exist"),
        ("name", "x" * 61, "60 characters"),
        ("surname", "a\0b", "Null characters"),
        ("language", "de", "valid choice"),
        ("tax_code", "9" * 5000, "at most 30"),
    ],
)
def test_each_row_says_what_is_wrong_beside_its_field_and_keeps_what_was_typed(owner, field, typed, words):
    client, _ = owner
    answer = client.post(reverse(NEW), rows(other(1), {**GOOD, field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{other(1)["email"]}"' in page
    assert Order.objects.count() == 0
    if field != "language" and typed and "\0" not in typed:
        assert typed[:60] in page


def test_nobody_stands_in_a_list_twice(owner):
    client, _ = owner
    answer = client.post(reverse(NEW), rows(GOOD, {**other(2), "tax_code": GOOD["tax_code"], "email": GOOD["email"],
                                                    "mobile": GOOD["mobile"]}))  # fmt: skip
    page = answer.content.decode()
    for words in ("stands in the list twice", "has this e-mail", "has this mobile"):
        assert words in page


def test_what_is_anothers_elsewhere_is_refused_without_telling_whose(owner):
    client, _ = owner
    theirs = ActivationFactory(handed_over=True, organisation__name="Secret House")
    mine = {**GOOD, "tax_code": theirs.tax_code, "email": "new@example.it"}
    contact = {**other(3), "email": theirs.email, "mobile": theirs.mobile}
    page = client.post(reverse(NEW), rows(mine, contact)).content.decode()
    for words in (
        "a voucher is on its way already",
        "This e-mail is another person",
        "This mobile is another person",
    ):
        assert words in page
    assert "Secret House" not in page
    assert theirs.full_name not in page


def test_nobody_at_all_is_an_error(owner):
    client, _ = owner
    for data in (rows(), rows({}, {}), {}, {"people-TOTAL_FORMS": "9" * 40}, {"people-TOTAL_FORMS": "x"}):
        answer = client.post(reverse(NEW), data)
        assert answer.status_code == 422
        assert "Name at least one person" in answer.content.decode()


def test_a_row_can_be_added_and_taken_out_without_javascript(owner):
    client, _ = owner
    page = client.post(reverse(NEW), rows(GOOD, add_row="1")).content.decode()
    assert 'name="people-1-name"' in page
    assert 'value="De Luca"' in page
    assert "field--invalid" not in page
    answer = client.post(reverse(NEW), rows({**GOOD, "DELETE": "on"}, other(2)))
    assert answer.status_code == 302
    assert Activation.objects.get().tax_code == tax_code(2)


def test_for_oneself_name_and_mail_stand_there_already(owner):
    client, membership = owner
    page = client.get(reverse(NEW), {"for": "me"}).content.decode()
    assert f'value="{membership.user.email}"' in page


LIST = """nome;cognome;codice fiscale;e-mail;cellulare;lingua
Anna;De Luca;DLCNNA99R71G273W;anna@example.it;333 1234567;italiano
Luc;Martin;RSSMRA85C15H501Q;luc@example.fr;+33 6 12345678;fr
"""


def test_a_pasted_list_becomes_rows_each_with_its_own_errors_beside_what_was_typed(owner):
    client, _ = owner
    answer = client.post(reverse(NEW), rows(other(5), pasted=LIST, take_over="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    values = re.findall(r'name="people-\d-surname" value="([^"]+)"', page)
    assert values == ["De Luca", "De Luca", "Martin"]
    assert page.count("The last letter does not fit") >= 1
    assert Order.objects.count() == 0


def test_a_good_list_is_taken_over_and_not_ordered_yet(owner):
    client, _ = owner
    good = LIST.replace("RSSMRA85C15H501Q", "RSSMRA85C15H501R")
    upload = SimpleUploadedFile("people.csv", good.encode("utf-8-sig"), "text/csv")
    answer = client.post(reverse(NEW), rows(take_over="1", file=upload))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 rows taken over" in page
    assert 'value="+33 6 12345678"' in page
    assert Order.objects.count() == 0


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\xff\xfe\x00", b"\n;;;\n", b"nome;cognome;cf;e-mail\n"])
def test_a_list_of_nobody_says_so_and_keeps_the_rows(owner, data):
    client, _ = owner
    upload = SimpleUploadedFile("people.csv", data, "text/csv")
    answer = client.post(reverse(NEW), rows(other(5), take_over="1", file=upload))
    assert answer.status_code == 422
    assert 'value="De Luca"' in answer.content.decode()


def test_too_long_a_list_is_refused_whole_and_stays_in_its_place(owner):
    client, _ = owner
    lines = "\n".join(f"Anna;Rossi;{tax_code(n)};p{n}@example.it;333 12{n:05d}" for n in range(101))
    answer = client.post(reverse(NEW), rows(pasted=lines, take_over="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There are 101 people in this list" in page
    assert "p100@example.it" in page


def test_a_hundred_people_can_be_ordered_at_once(owner, django_assert_max_num_queries):
    client, _ = owner
    people = [other(n) for n in range(100)]
    with django_assert_max_num_queries(25):
        answer = client.post(reverse(NEW), rows(*people))
    assert answer.status_code == 302
    assert Activation.objects.count() == 100
    assert client.post(reverse(NEW), rows(*people, other(200))).status_code == 422


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna,Rossi,CF,a@b.it,333", [("Anna", "Rossi", "CF", "a@b.it", "333")]),
        ("Anna\tRossi\tCF\ta@b.it\t333\n", [("Anna", "Rossi", "CF", "a@b.it", "333")]),
        ('Anna;"De ; Luca";CF;a@b.it;333', [("Anna", "De ; Luca", "CF", "a@b.it", "333")]),
        ("Cognome;Nome;E-Mail;Codice Fiscale;Telefono\nRossi;Anna;a@b.it;CF;333", [("Anna", "Rossi", "CF", "a@b.it", "333")]),
        ('Anna;"Rossi;CF;a@b.it;333', [("Anna", '"Rossi', "CF", "a@b.it", "333")]),
        ("Anna\r\nLuc\r\n\r\n", [("Anna", "", "", "", ""), ("Luc", "", "", "", "")]),
    ],
)  # fmt: skip
def test_lists_are_read_as_people_make_them(text, found):
    names = ("name", "surname", "tax_code", "email", "mobile")
    assert [tuple(row.get(name, "") for name in names) for row in read_rows(text)] == found


def test_files_of_old_spreadsheets_are_read_too():
    assert decoded("Niccolò".encode("cp1252")) == "Niccolò"
    assert decoded("Niccolò".encode("utf-16")) == "Niccolò"
    assert decoded("Niccolò".encode("utf-8-sig")) == "Niccolò"


def draft(client) -> Order:
    client.post(reverse(NEW), rows(GOOD))
    return Order.objects.drafts().get()


def test_a_draft_can_be_changed_and_thrown_away(owner):
    client, _ = owner
    order = draft(client)
    address = reverse("spid:people", args=[order.pk])
    assert 'value="De Luca"' in client.get(address).content.decode()
    client.post(address, rows(other(7), other(8)))
    assert order.activations.count() == 2
    assert "Your drafts" in client.get(reverse("spid:list")).content.decode()
    client.post(reverse("spid:discard", args=[order.pk]))
    assert (Order.objects.count(), Activation.objects.count()) == (0, 0)


def test_ordering_leads_to_the_activation(owner, monkeypatch):
    client, _ = owner
    order = draft(client)
    answer = client.post(reverse("spid:review", args=[order.pk]), {"unit_price": "19.90000000"})
    activation = Activation.objects.get()
    assert answer["Location"] == reverse("spid:detail", args=[activation.pk])
    assert activation.state == Activation.State.BUYING
    # The draft is a draft no more.
    assert client.get(reverse("spid:review", args=[order.pk])).status_code == 404


@pytest.mark.parametrize("price", ["", "abc", "NaN", "19.91", "-1", "1e400"])
def test_another_price_than_the_one_in_force_orders_nothing(owner, price):
    client, _ = owner
    order = draft(client)
    answer = client.post(reverse("spid:review", args=[order.pk]), {"unit_price": price})
    assert answer.status_code == 422
    order.refresh_from_db()
    assert order.ordered_at is None


def test_without_a_price_nothing_can_be_ordered():
    client, _ = member_client("owner")
    order = draft(client)
    assert Price.objects.filter(side="sell").count() == 0
    answer = client.get(reverse("spid:review", args=[order.pk]))
    assert "There is no price" in answer.content.decode()
    assert client.post(reverse("spid:review", args=[order.pk]), {"unit_price": "1"}).status_code == 422


def test_who_was_ordered_meanwhile_is_named_on_the_review(owner):
    client, _ = owner
    order = draft(client)
    ActivationFactory(handed_over=True, tax_code=GOOD["tax_code"])
    answer = client.post(reverse("spid:review", args=[order.pk]), {"unit_price": "19.90"})
    assert answer.status_code == 422
    assert "Anna De Luca: a voucher is on its way" in answer.content.decode()


def test_a_sold_out_shop_says_so_before_the_order_and_how_long_the_line_is(owner):
    client, _ = owner
    ActivationFactory(awaiting_stock=True)
    order = draft(client)
    page = client.get(reverse("spid:review", args=[order.pk])).content.decode()
    assert "Sold out at the provider" in page
    assert "1 is ahead in the line" in page


def test_lists_and_pages_ask_the_same_few_questions_however_many_there_are(
    owner, django_assert_max_num_queries
):
    client, membership = owner
    for _ in range(30):
        ActivationFactory(handed_over=True, organisation=membership.organisation)
    with django_assert_max_num_queries(16):
        page = client.get(reverse("spid:list"))
    assert page.status_code == 200
    with django_assert_max_num_queries(18):
        client.get(reverse("spid:detail", args=[Activation.objects.first().pk]))


@pytest.mark.parametrize("query", ["Rossi", "holder", "%", "x" * 500, "DLCNNA99R71G273W"])
def test_the_list_is_searched(owner, query):
    client, membership = owner
    ActivationFactory(handed_over=True, organisation=membership.organisation)
    for state in ("", "waiting", "handed_over", "active", "over", "nonsense"):
        assert client.get(reverse("spid:list"), {"q": query, "state": state}).status_code == 200


@pytest.mark.parametrize("trait", ["waiting", "awaiting_stock", "unclear", "refused", "cancelled", "handed_over", "opened",
                                   "failed", "active", "ended", "closed"])  # fmt: skip
def test_every_state_has_a_page_in_words_and_without_the_link(owner, trait):
    client, membership = owner
    activation = ActivationFactory(**{trait: True}, organisation=membership.organisation)
    activation.events.model.append(activation, "ordered")
    page = client.get(reverse("spid:detail", args=[activation.pk])).content.decode()
    assert str(activation.get_state_display()) in page
    assert "voucher=" not in page
    assert "Ordered" in page
    live = client.get(reverse("spid:detail", args=[activation.pk]), headers={"hx-request": "true"})
    assert live.status_code == (200 if activation.is_waiting else 286)


def test_how_somebody_keeps_their_identity_is_not_shown_to_whoever_ordered(owner):
    client, membership = owner
    activation = ActivationFactory(active=True, organisation=membership.organisation)
    for kind in ("told_active", "told_used", "letters_unwanted", "written_reminder"):
        activation.events.model.append(activation, kind, since="2026-11-25")
    page = client.get(reverse("spid:detail", args=[activation.pk])).content.decode()
    assert "It is active" in page
    for words in ("I used it", "Wants no mails", "Reminded to use it"):
        assert words not in page


def test_a_mail_that_never_arrived_is_shown(owner):
    from outbox.models import Mail

    client, membership = owner
    activation = ActivationFactory(handed_over=True, organisation=membership.organisation)
    Mail.objects.create(kind="handed_over", recipient=activation.email, language="en", subject="x", state="failed",
                        about=f"activation:{activation.pk}", fact_key="x")  # fmt: skip
    assert (
        "The mail did not arrive" in client.get(reverse("spid:detail", args=[activation.pk])).content.decode()
    )


def test_contacts_can_be_corrected(owner):
    client, membership = owner
    activation = ActivationFactory(handed_over=True, organisation=membership.organisation)
    address = reverse("spid:correct", args=[activation.pk])
    assert client.get(address).status_code == 200
    wrong = client.post(address, {**GOOD, "mobile": "12"})
    assert wrong.status_code == 422
    assert client.post(address, GOOD).status_code == 302
    activation.refresh_from_db()
    assert (activation.email, activation.surname) == ("anna@example.it", "De Luca")
    theirs = ActivationFactory(handed_over=True)
    assert client.post(address, {**GOOD, "email": theirs.email}).status_code == 422


def test_a_failure_needs_attention_on_the_home_page_until_it_was_seen(owner):
    client, membership = owner
    activation = ActivationFactory(failed=True, organisation=membership.organisation)
    ActivationFactory(failed=True)
    page = client.get(reverse("home")).content.decode()
    assert page.count(f"SPID · {activation.full_name}") == 1
    client.post(reverse("spid:acknowledge", args=[activation.pk]))
    assert "SPID · " not in client.get(reverse("home")).content.decode()


def test_age_is_read_from_the_code():
    today = timezone.datetime(2026, 11, 25).date()
    assert str(birth_date_of("RSSMRA85C15H501R", today)) == "1985-03-15"
    assert str(birth_date_of("RSSMRAURCMRHRLME", today)) == "1985-03-15"
    assert str(birth_date_of("VRDBOX00A01L736N", today)) == "2000-01-01"
    assert is_adult(tax_code(1, year=8), timezone.datetime(2026, 1, 1).date())
    assert not is_adult(tax_code(1, year=8), timezone.datetime(2025, 12, 31).date())


def test_the_price_of_an_activation_has_its_start_rows():
    costs = {row.tariff: row.amount for row in Price.objects.filter(side="buy", product="spid")}
    assert costs == {"single": Decimal("14.20"), "subscription": Decimal("9.90")}
