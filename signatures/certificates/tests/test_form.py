"""The form of an order: generated from the product's family, saved at every step, checked while one types."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from customers.identity import place_data, tax_code
from customers.tests.factories import member_client
from signatures.catalogue.products import PRODUCTS
from signatures.certificates.flows.pages import names_of, pages_of
from signatures.certificates.flows.sweep import sweep_drafts
from signatures.certificates.forms.options import _costs
from signatures.certificates.forms.person import countries_of_birth, read_from_tax_code
from signatures.certificates.models import Order
from upstream import ProductFamily

from .factories import CertificateFactory, OrderFactory, details, sold
from .filling import MARIO, asked_to_confirm, begin, fill, post, said_beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender():
    return member_client("sender")


def page(client, order, step):
    return client.get(reverse("orders:step", args=[order.pk, step]))


def check(client, order, step, **typed):
    return client.post(reverse("orders:check", args=[order.pk, step]), typed, headers={"hx-request": "true"})


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("FIRREM", ["person", "birth", "residence", "document", "pictures"]),
        ("KEY", ["person", "birth", "residence", "document", "pictures", "options"]),
        ("OTPMOB", ["person", "birth", "residence", "document", "pictures", "options"]),
        ("SMARTCARDCNS_VIDEO", ["person"]),
        ("FIREST", ["person"]),
        ("LETTORE", ["options"]),
        ("KEYCNS_V", ["options"]),
        ("RINFIR", ["renewal", "person"]),
        ("VIDEORIC", ["recognition"]),
    ],
)
def test_each_family_asks_what_its_order_must_say(sender, code, steps):
    client, _ = sender
    # VIDEORIC's price is what identification by video costs with an Aruba order.
    sold(code, "VIDEORIC")
    order = begin(client, code)
    assert names_of(order) == steps
    for step in steps:
        assert page(client, order, step).status_code == 200
    others = {"person", "birth", "residence", "document", "options", "renewal", "recognition"} - set(steps)
    for step in others:
        assert page(client, order, step).status_code == 404
    assert page(client, order, "review").status_code == 200


def test_every_product_that_is_sold_belongs_to_one_of_the_seven_families():
    families = {facts.family for facts in PRODUCTS.values()}
    assert families == set(ProductFamily) - {ProductFamily.SPID}


def test_pressing_order_again_and_again_makes_one_draft(sender):
    client, _ = sender
    sold("KEY")
    address = reverse("orders:new")
    first, second = (client.post(address, {"code": "KEY"})["Location"] for _ in range(2))
    assert first == second
    fill(client, Order.objects.get(), "person")
    assert client.post(address, {"code": "KEY"})["Location"] != first


def test_what_is_not_in_the_shop_is_not_begun(sender):
    client, _ = sender
    sold("KEY", price=None)
    for code in ("KEY", "FIRREM", "NUOVO", ""):
        answer = client.post(reverse("orders:new"), {"code": code})
        assert answer["Location"] == reverse("shop:shop")
    assert not Order.objects.exists()


def test_a_whole_form_is_kept_as_registers_have_it(sender):
    client, membership = sender
    sold("KEY")
    order = begin(client, "KEY")
    fill(client, order, "person", "birth", "residence", "document", "options")
    assert order.organisation == membership.organisation
    kept = order.details
    assert kept["person"]["given_name"] == "Mario"
    assert kept["person"]["tax_code"] == "RSSMRA85C15H501R"
    assert kept["person"]["email"] == "mario.rossi@example.it"
    assert kept["person"]["mobile"] == "+393331234567"
    assert (kept["birth"]["birth_place"], kept["birth"]["birth_province"]) == ("Roma", "RM")
    assert kept["residence"]["province"] == "FI"
    assert kept["document"]["document_number"] == "CA12345BB"
    assert order.holder_name == "Mario Rossi"


def test_the_birth_page_is_filled_in_from_the_tax_code(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    fill(client, order, "person")
    text = page(client, order, "birth").content.decode()
    assert 'value="1985-03-15"' in text
    assert 'value="Roma"' in text
    assert 'value="M" class' in text or 'value="M"' in text
    form = page(client, order, "birth").context["form"]
    assert form["sex"].value() == "M"
    assert form["birth_province"].value() == "RM"


def test_somebody_born_abroad_is_filled_in_too(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    post(client, order, "person", given_name="Jürgen", surname="Müller", tax_code="MLLJGN70E05Z112K")
    form = page(client, order, "birth").context["form"]
    assert (form["birth_country"].value(), form["birth_province"].value()) == ("DE", "EE")


def test_a_draft_is_resumed_where_it_stopped(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    fill(client, order, "person", "birth")
    answer = client.get(reverse("orders:detail", args=[order.pk]))
    assert answer["Location"] == reverse("orders:step", args=[order.pk, "residence"])
    assert order.holder_name in client.get(reverse("orders:list")).content.decode()
    assert order.holder_name in client.get(reverse("home")).content.decode()


def test_what_was_refused_stays_in_the_page(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    answer = post(client, order, "person", mobile="06 6982")
    assert answer.status_code == 422
    assert "This is a landline" in said_beside(answer)["mobile"]
    assert 'value="06 6982"' in answer.content.decode()
    assert 'value="Rossi"' in answer.content.decode()
    assert "person" not in Order.objects.get(pk=order.pk).details


def test_a_warning_is_confirmed_with_a_reason_that_is_kept(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    refused = post(client, order, "person", surname="Rosi")
    assert "Rosi" in said_beside(refused)["surname"]
    assert "Rosi" in asked_to_confirm(refused)
    key = refused.context["form"].open_warnings[0].key
    without_reason = post(client, order, "person", surname="Rosi", confirmed=[key])
    assert without_reason.status_code == 422
    assert "Say in a few words" in said_beside(without_reason)["confirmation_reason"]
    assert post(
        client, order, "person", surname="Rosi", confirmed=[key], confirmation_reason="So in the register"
    )
    order.refresh_from_db()
    assert order.details["person"]["confirmed"] == [key]
    assert order.details["person"]["confirmation_reason"] == "So in the register"
    review = page(client, order, "review").content.decode()
    assert "So in the register" in review


def test_a_confirmation_is_of_these_values_and_no_others(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    key = post(client, order, "person", surname="Rosi").context["form"].open_warnings[0].key
    answer = post(
        client, order, "person", surname="Rosini", confirmed=[key], confirmation_reason="It is right"
    )
    assert answer.status_code == 422


def test_a_check_while_typing_answers_beside_the_fields_and_complains_of_nothing_that_is_empty(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    answer = check(client, order, "person", tax_code="RSSMRA85C15H501Q")
    assert answer.status_code == 200
    beside = said_beside(answer)
    assert set(beside) == {"tax_code"}
    assert 'id="id_surname_feedback" aria-live="polite" hx-swap-oob="innerHTML"' in answer.content.decode()


def test_a_check_keeps_what_was_typed_for_whoever_comes_back(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    check(client, order, "person", given_name="Mario", tax_code="RSSMRA85C15H501Q")
    form = page(client, order, "person").context["form"]
    assert form["given_name"].value() == "Mario"
    assert "tax_code" in form.errors
    assert "surname" not in form.errors
    fill(client, order, "person")
    assert "person" not in order.details.get("typed", {})


def test_a_check_fills_in_what_follows(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    fill(client, order, "person", "birth")
    answer = check(client, order, "residence", country="IT", municipality="vinci")
    told = json.loads(answer["HX-Trigger-After-Settle"])["sigillo:fill"]
    assert told["fill"] == {"province": "FI", "postal_code": "50059"}
    assert told["tidied"]["municipality"] == "Vinci"


def test_a_comune_whose_name_several_have_is_asked_for_its_province(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    values = {**MARIO["residence"], "municipality": "Samone", "postal_code": "38059"}
    answer = post(client, order, "residence", values)
    assert "Samone (TN), Samone (TO)" in said_beside(answer)["province"]
    assert post(client, order, "residence", {**values, "municipality": "Samone (TN)"}).status_code == 302
    order.refresh_from_db()
    assert (order.details["residence"]["municipality"], order.details["residence"]["province"]) == (
        "Samone",
        "TN",
    )


def test_the_lines_of_a_document_fill_in_its_number_and_expiry(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    lines = "C<ITACB12345XY3<<<<<<<<<<<<<<<\n9012019F3312016ITA<<<<<<<<<<<6\nBIANCHI<<MARIA<LUISA<<<<<<<<<<"
    told = json.loads(check(client, order, "document", mrz=lines)["HX-Trigger-After-Settle"])["sigillo:fill"]
    assert told["fill"]["document_number"] == "CB12345XY"
    assert told["fill"]["document_expires_on"] == "2033-12-01"
    values = {
        "document_kind": "cie",
        "document_issuer": "Comune di Milano",
        "document_issued_on": "2023-05-10",
    }
    assert post(client, order, "document", {**values, "mrz": lines}).status_code == 302


def test_places_are_suggested_as_they_were_on_the_day_of_birth(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    address = reverse("orders:places", args=[order.pk])
    asked = {"birth_place": "corigliano-r", "birth_country": "IT"}
    assert "Corigliano-Rossano (CS)" in client.get(address, asked).content.decode()
    assert "Rossano" not in client.get(address, {**asked, "born_on": "1980-02-02"}).content.decode()
    assert "option" not in client.get(address, {**asked, "birth_country": "DE"}).content.decode()
    assert client.get(address, {"municipality": "\0" * 50}).status_code == 400
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("hostile", ["\0", "x" * 5000, "😀", "<script>alert(1)</script>", "٣٣٣"])
@pytest.mark.parametrize("step", ["person", "birth", "residence", "document", "options"])
def test_nothing_that_is_typed_breaks_the_form(sender, step, hostile):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    values = dict.fromkeys(MARIO[step], hostile)
    assert post(client, order, step, {**values, "confirmed": [hostile]}).status_code == 422
    assert check(client, order, step, **values).status_code == 200
    text = page(client, order, step).content.decode()
    assert "<script>alert(1)" not in text


def test_one_goes_on_later_without_finishing_the_page(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    answer = post(client, order, "person", {"surname": "Ros", "later": "1"})
    assert answer["Location"] == reverse("orders:list")
    assert page(client, order, "person").context["form"]["surname"].value() == "Ros"


def test_earlier_holders_are_offered_again_oneself_first(sender):
    client, membership = sender
    sold("KEY")
    organisation = membership.organisation
    OrderFactory(organisation=organisation, identifying=True)
    giulia = {"given_name": "Giulia", "surname": "Ferri", "tax_code": "X", "mobile": "+393330000000"}
    own = details(person={**giulia, "email": membership.user.email})
    OrderFactory(organisation=organisation, issued=True, details=own, code="KEY")
    OrderFactory(identifying=True, details=details(person={"given_name": "Canary"}))
    order = begin(client, "KEY")
    holders = page(client, order, "person").context["holders"]
    assert [(holder.name, holder.is_oneself) for holder in holders] == [
        ("Giulia Ferri", True),
        ("Mario Rossi", False),
    ]
    client.post(reverse("orders:reuse", args=[order.pk]), {"earlier": str(holders[1].order_id)})
    order.refresh_from_db()
    assert set(order.details) == {"person", "birth", "residence", "document"}
    assert order.holder_name == "Mario Rossi"
    answer = client.get(reverse("orders:detail", args=[order.pk]))
    assert answer["Location"] == reverse("orders:step", args=[order.pk, "options"])


def test_another_houses_holder_cannot_be_taken_over(sender):
    client, _ = sender
    sold("KEY")
    theirs = OrderFactory(identifying=True)
    order = begin(client, "KEY")
    for earlier in (str(theirs.pk), "nonsense", ""):
        answer = client.post(reverse("orders:reuse", args=[order.pk]), {"earlier": earlier})
        assert answer.status_code == 404
    order.refresh_from_db()
    assert order.details == {}


@pytest.mark.parametrize("field", ["email", "mobile"])
def test_a_contact_of_another_person_is_refused_without_saying_whose(sender, field):
    client, _ = sender
    sold("KEY")
    other = {"given_name": "Canary", "surname": "Gialli", "tax_code": "DNGNCL78M08L219I"}
    others = {"email": "gialli@example.it", "mobile": "+393337654321"}
    mine = {"email": "mario.rossi@example.it", "mobile": "+393331234567"}
    OrderFactory(identifying=True, details=details(person={**other, **others, field: mine[field]}))
    order = begin(client, "KEY")
    answer = post(client, order, "person")
    assert set(said_beside(answer)) == {field}
    assert "already used for another person" in said_beside(answer)[field]
    assert "Canary" not in answer.content.decode()
    assert "DNGNCL78M08L219I" not in answer.content.decode()


def test_an_address_that_no_mail_can_carry_is_refused_and_others_are_kept_as_mail_spells_them(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    answer = post(client, order, "person", email="a" * 250 + "@example.it")
    assert set(said_beside(answer)) == {"email"}
    assert post(client, order, "person", email="Mario@Caffè.it").status_code == 302
    order.refresh_from_db()
    assert order.details["person"]["email"] == "mario@xn--caff-8oa.it"


UNPAID = [
    {"queued": True},
    {"unclear": True},
    {"buying": True},
    {"state": "in_review", "ordered_at": timezone.now()},
    {"state": "returned", "ordered_at": timezone.now()},
]


@pytest.mark.parametrize("unpaid", UNPAID, ids=["queued", "unclear", "buying", "in review", "returned"])
def test_what_another_house_has_ordered_and_not_bought_keeps_nobody_from_ordering(sender, unpaid):
    client, membership = sender
    sold("KEY")
    other = details(person={"tax_code": "DNGNCL78M08L219I"})
    OrderFactory(details=other, **unpaid)
    assert post(client, begin(client, "KEY"), "person").status_code == 302
    OrderFactory(details=other, organisation=membership.organisation, **unpaid)
    assert set(said_beside(post(client, begin(client, "KEY"), "person"))) == {"email", "mobile"}


@pytest.mark.parametrize("trait", ["failed", "withdrawn", "rejected", "lapsed"])
def test_a_contact_of_an_order_that_came_to_nothing_is_free(sender, trait):
    client, _ = sender
    sold("KEY")
    OrderFactory(**{trait: True}, details=details(person={"tax_code": "DNGNCL78M08L219I"}))
    OrderFactory(details=details(person={"tax_code": "DNGNCL78M08L219I"}))
    order = begin(client, "KEY")
    assert post(client, order, "person").status_code == 302


def test_the_same_person_may_have_a_second_certificate(sender):
    client, _ = sender
    sold("KEY")
    OrderFactory(identifying=True)
    CertificateFactory()
    order = begin(client, "KEY")
    assert post(client, order, "person").status_code == 302


def test_a_contact_of_a_certificate_bought_elsewhere_counts_too(sender):
    client, membership = sender
    sold("KEY")
    holder = {"tax_code": "DNGNCL78M08L219I", "email": "mario.rossi@example.it"}
    CertificateFactory(organisation=membership.organisation, holder=holder)
    answer = post(client, begin(client, "KEY"), "person")
    assert set(said_beside(answer)) == {"email"}


def test_what_another_house_has_only_written_down_keeps_nobody_from_ordering(sender):
    client, _ = sender
    sold("KEY")
    CertificateFactory(holder={"tax_code": "DNGNCL78M08L219I", "email": "mario.rossi@example.it"})
    assert post(client, begin(client, "KEY"), "person").status_code == 302


def test_a_contact_of_a_certificate_that_was_bought_here_counts_for_every_house(sender):
    client, _ = sender
    sold("KEY")
    holder = {"tax_code": "DNGNCL78M08L219I", "email": "mario.rossi@example.it"}
    bought = OrderFactory(active=True, details=details(person=holder))
    CertificateFactory(organisation=bought.organisation, order=bought, holder=holder)
    Order.objects.filter(pk=bought.pk).update(email_print="", mobile_print="")
    answer = post(client, begin(client, "KEY"), "person")
    assert set(said_beside(answer)) == {"email"}


def test_a_draft_can_be_thrown_away(sender):
    client, _ = sender
    sold("KEY")
    order = begin(client, "KEY")
    client.post(reverse("orders:discard", args=[order.pk]))
    assert not Order.objects.exists()


def test_drafts_that_nobody_touches_are_swept():
    old, young = OrderFactory(), OrderFactory()
    sent = OrderFactory(identifying=True)
    Order.objects.exclude(pk=young.pk).update(saved_at=timezone.now() - timedelta(days=100))
    assert sweep_drafts() == 1
    assert set(Order.objects.all()) == {young, sent}
    assert not Order.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("trait", ["buying", "documents_needed", "issued", "failed"])
@pytest.mark.parametrize("step", ["person", "review", "pictures"])
def test_what_was_ordered_is_changed_no_more(sender, trait, step):
    client, membership = sender
    order = OrderFactory(organisation=membership.organisation, **{trait: True})
    assert page(client, order, step).status_code == 404
    assert client.post(reverse("orders:step", args=[order.pk, step]), MARIO["person"]).status_code == 404


@pytest.mark.parametrize("count", [1, 8])
def test_the_list_asks_a_constant_number_of_questions(sender, count, django_assert_max_num_queries):
    client, membership = sender
    for _ in range(count):
        OrderFactory(organisation=membership.organisation, identifying=True)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("orders:list")).status_code == 200


@pytest.mark.parametrize("step", ["person", "birth", "document", "pictures", "options", "review"])
def test_a_page_of_the_form_asks_few_questions(sender, step, django_assert_max_num_queries):
    client, membership = sender
    sold("KEY", "FIRREM", "OTPMOB")
    order = OrderFactory(organisation=membership.organisation, code="KEY")
    with django_assert_max_num_queries(24):
        assert page(client, order, step).status_code == 200


def test_a_viewer_sees_states_and_nothing_of_the_person():
    client, membership = member_client("viewer")
    order = OrderFactory(organisation=membership.organisation, identifying=True)
    OrderFactory(organisation=membership.organisation)
    for address in (reverse("orders:list"), reverse("orders:detail", args=[order.pk]), reverse("home")):
        text = client.get(address).content.decode()
        assert "Waiting for identification" in text
        assert "Rossi" not in text
    assert "Draft" not in client.get(reverse("orders:list")).content.decode()


def test_everybody_may_choose_the_country_of_birth_that_their_tax_code_names():
    groups = [label if isinstance(label, list) else [(value, label)] for value, label in countries_of_birth()]
    offered = {value for group in groups for value, _label in group}
    for state in place_data.states():
        born_on = state.until or date(1970, 1, 1)
        code = tax_code.compute(
            surname="Rossi", given_name="Ada", sex="F", born_on=born_on, place_code=state.code
        )
        assert read_from_tax_code(code)["birth_country"] in offered, state.name


def test_the_review_names_the_step_that_is_not_filled_in_and_calls_none_done(sender):
    client, membership = sender
    order = OrderFactory(
        organisation=membership.organisation, created_by=membership.user, code="OTPMOB", empty=True
    )
    review = client.get(reverse("orders:review", args=[order.pk])).content.decode()
    assert "<strong>Birth:</strong> This step is not filled in yet." in review
    assert "They go along with the order." in review
    assert "stepper__step--done" not in review


def test_options_that_nobody_must_choose_leave_no_step_open(sender):
    sold("OTPMOB", "VIDEORIC")
    organisation = sender[1].organisation
    order = OrderFactory(organisation=organisation, code="OTPMOB", details={"person": details()["person"]})
    assert [page.name for page in pages_of(order) if page.is_done] == ["person", "options"]


@pytest.mark.parametrize(("language", "costs"), [("en", "€15.00 more"), ("it", "15,00\xa0€ in più")])
def test_an_option_says_what_it_costs_as_its_readers_write_money(sender, language, costs):
    with translation.override(language):
        assert _costs(Decimal("15")).startswith(costs)
