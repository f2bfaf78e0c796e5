"""Odd values in every address and form of staff's pages, one at a time: none makes a fault of ours."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any
from zlib import crc32

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from billing.flows.issue_invoice import issue
from billing.models import Difference, Invoice, Purchase, Usage
from billing.tests import invoice_factories as invoices
from billing.tests.factories import PlanFactory
from customers.models import CustomerGroup, User
from customers.tests.factories import MembershipFactory, staff_client
from signatures.certificates.models import Order
from signatures.certificates.tests.factories import CertificateFactory, OrderFactory, OrderFileFactory, sold
from signatures.envelopes.tests.factories import EnvelopeFactory, PurchaseFactory
from spid.tests.factories import ActivationFactory, VoucherFactory

pytestmark = pytest.mark.django_db
HUGE = "1" + "0" * 40
ODD = [
    "x", "\0", "9999-12-31", "-1", "0001-01-01", "NaN", "9999", "1E+999999", "[", "9999-99-99", "x" * 3000,
    "Infinity", "²", "0", "1,x", "true", "00000000-0000-0000-0000-000000000000", "💣", "//evil.example",
]  # fmt: skip
PAGES = admin.site._registry
EVERYWHERE = [
    "q",
    "p",
    "o",
    "all",
    "e",
    "_popup",
    "_to_field",
    "_facets",
    "_changelist_filters",
    "pk",
    "pk__in",
]
OF_OWN_PAGES = [
    "first", "last", "form", "by", "what", "part", "state", "page", "q", "p", "term", "app_label", "model_name",
    "field_name", "_popup", "_to_field",
]  # fmt: skip
# What a filter's address may ask of a column.
LOOKUPS = ["", "__exact", "__gte", "__lt", "__in", "__isnull", "__year", "__regex", "__id__exact"]


def values(address: str, name: str) -> list[Any]:
    """What a field or parameter is sent: what breaks most, and one of the others, always the same one there."""
    others = [*ODD, ["x", "x"]]
    # Whichever row it is.
    place = re.sub(r"[0-9a-f-]{36}|\d+", "", address)
    return [HUGE, others[crc32(f"{place} {name}".encode()) % len(others)]]


@pytest.fixture
def staff() -> Client:
    client = staff_client()
    client.raise_request_exception = False
    return client


@pytest.fixture
def ground() -> None:
    """Something on most of the lists, and what staff's own pages are about."""
    invoices.SellerFactory()
    sold("OTPMOB")
    MembershipFactory()
    for is_issued in (True, False):
        customer = invoices.customer()
        invoices.use(customer, 3)
        draft = invoices.draft_of(customer)
        if is_issued:
            issue(draft, "test", date(2026, 11, 3))
    EnvelopeFactory(signing=True)
    CertificateFactory()
    OrderFileFactory(order=OrderFactory(in_review=True), kind="id_front")
    ActivationFactory(active=True)
    VoucherFactory()
    PurchaseFactory(state=Purchase.State.UNDECIDED)
    PlanFactory()
    CustomerGroup.objects.create(name="Friends")
    Difference.objects.create(kind="extra", occurred_at=timezone.now(), found_at=timezone.now(), amount=1)


def is_answered(client: Client, method: str, address: str, data: dict[str, Any]) -> bool:
    """Whether it was; what it did is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(address, data)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return bool(answer.status_code < 500)


def faults(client: Client, method: str, address: str, names: list[str], ground: Any = None) -> list[str]:
    """The parameters or fields, with their values, that are not answered."""
    sent: dict[str, Any] = ground or {}
    return [
        f"{method} {address} {name}={value!r:.80}"
        for name in names
        for value in values(address, name)
        if not is_answered(client, method, address, {**sent, name: value})
    ]


def about(model: type[Model]) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def parameters(page: ModelAdmin) -> Iterator[tuple[Any, str]]:
    """What the address of a list may bear, each with what it fails or works by."""
    yield from ((name, name) for name in EVERYWHERE)
    names = [item[0] if isinstance(item, tuple) else item for item in page.list_filter]
    for item in names:
        if not isinstance(item, str):
            yield item, item.parameter_name  # type: ignore[attr-defined]
            continue
        kind = type(page.opts.get_field(item)) if "__" not in item else item
        yield from (((kind, lookup), item + lookup) for lookup in LOOKUPS)
    if page.date_hierarchy:
        kind = type(page.opts.get_field(page.date_hierarchy))
        parts = ("year", "month", "day", "gte", "lt")
        yield from (((kind, part), f"{page.date_hierarchy}__{part}") for part in parts)


def test_no_list_fails_by_its_address(staff: Client, ground: None) -> None:
    """Each kind of filter on the first list that has it: what a column is asked is the same on all."""
    seen: set[Any] = set()
    failed = []
    for model, page in PAGES.items():
        names = [name for kind, name in parameters(page) if not (kind in seen or seen.add(kind))]  # type: ignore[func-returns-value]
        failed += faults(staff, "get", reverse(f"{about(model)}_changelist"), names)
    assert failed == []


def fields_of(answer: Any) -> dict[str, Any]:
    """The fields of all forms of a page, each with something that may be sent."""
    context = answer.context or {}
    found = [context[name] for name in ("form", "reason_form", "action_form") if context.get(name)]
    if "adminform" in context:
        found.append(context["adminform"].form)
    sets = [one.formset for one in context.get("inline_admin_formsets", [])]
    if context.get("cl") and context["cl"].formset:
        sets.append(context["cl"].formset)
    for one in sets:
        found += [one.management_form, *one.forms[:2]]
    sent: dict[str, Any] = {}
    for form in found:
        for name, field in getattr(form, "fields", {}).items():
            sent |= _filled(form, name, field)
    return sent


def _filled(form: Any, name: str, field: forms.Field) -> dict[str, Any]:
    full, value = form.add_prefix(name), form.get_initial_for_field(field, name)
    if isinstance(field, forms.SplitDateTimeField):
        return {f"{full}_0": "2026-12-01", f"{full}_1": "10:00:00"}
    if isinstance(field, forms.ModelChoiceField):
        rows = field.queryset if value in (None, "", []) else ()
        return {full: next((row.pk for row in islice(rows, 1)), "")}  # type: ignore[union-attr]
    if value is None or value == "":
        choices = [key for key, _label in getattr(field, "choices", ()) if key]
        number = isinstance(field, forms.DecimalField | forms.IntegerField)
        day = isinstance(field, forms.DateField)
        value = choices[0] if choices else "1" if number else "2026-12-01" if day else "x"
    return {full: value}


def faults_of_forms(client: Client, address: str) -> list[str]:
    """Of each field of a page, the odd values that are not answered."""
    answer = client.get(address)
    assert answer.status_code < 500, address
    sent = fields_of(answer)
    names = [
        *sent,
        "_popup",
        "_to_field",
        "_saveasnew",
        "action",
        "index",
        "_selected_action",
        "select_across",
    ]
    return faults(client, "post", address, names, {"_save": "1", **sent})


def is_for(page: ModelAdmin, what: str) -> bool:
    """Whether a superuser may add to this list, or change what is on it."""
    request = HttpRequest()
    request.user = User(is_active=True, is_superuser=True)
    return bool(getattr(page, f"has_{what}_permission")(request))


ADDED = [model for model, page in PAGES.items() if is_for(page, "add")]
CHANGED = [model for model, page in PAGES.items() if is_for(page, "change")]


@pytest.mark.parametrize("model", ADDED, ids=lambda model: model._meta.label)
def test_no_form_to_add_something_fails_by_a_value(model: type[Model], staff: Client) -> None:
    MembershipFactory()
    address = reverse(f"{about(model)}_add")
    assert faults(staff, "get", address, [field.name for field in model._meta.fields]) == []
    assert faults_of_forms(staff, address) == []


def test_no_form_to_change_something_fails_by_a_value(staff: Client, ground: None) -> None:
    Group.objects.create(name="Friends")
    found = [(model, model._default_manager.first()) for model in CHANGED]
    failed = [
        fault
        for model, row in found
        if row is not None
        for fault in faults_of_forms(staff, reverse(f"{about(model)}_change", args=[row.pk]))
    ]
    assert failed == []


def test_no_list_fails_by_what_is_chosen_on_it(staff: Client, ground: None) -> None:
    failed = []
    for model, page in PAGES.items():
        address = reverse(f"{about(model)}_changelist")
        if getattr(page, "list_editable", None):
            failed += faults_of_forms(staff, address)
        context = staff.get(address).context
        if context and context.get("action_form"):
            for action, _label in context["action_form"].fields["action"].choices[1:]:
                sent = {"action": action, "reason": "x", "index": "0", "_selected_action": "x"}
                failed += faults(staff, "post", address, list(sent), sent)
    assert failed == []


def own_pages() -> Iterator[str]:
    """The addresses of the pages that the stock admin does not have, each about something that is there."""
    rows = {
        "billing_difference": Difference, "billing_usage": Usage, "signatures_order": Order, "auth_user": User,
        "billing_invoice": Invoice,
    }  # fmt: skip
    stock = {
        f"{about(model)[6:]}_{page}"
        for model in PAGES
        for page in ("changelist", "add", "change", "delete", "history")
    }
    for pattern in _patterns(admin.site.get_urls()):
        name, parameters = pattern.name or "", list(pattern.pattern.converters)
        known: dict[str, Any] = {"kind": "id_front", "post": 1}
        if name in stock | {"login", "logout", "view_on_site", "app_list"} or not name:
            continue
        if model := next((rows[start] for start in rows if name.startswith(start)), None):
            known |= dict.fromkeys(["pk", "id"], model._default_manager.values_list("pk", flat=True).first())
        if name == "billing_purchase_decide":
            known["pk"] = Purchase.objects.get(state=Purchase.State.UNDECIDED).pk
        yield reverse(f"admin:{name}", kwargs={one: known[one] for one in parameters})


def _patterns(found: list[Any]) -> Iterator[URLPattern]:
    for one in found:
        yield from [one] if isinstance(one, URLPattern) else _patterns(one.url_patterns)


def test_no_page_of_our_own_fails_by_its_address_or_by_a_value(staff: Client, ground: None) -> None:
    failed = []
    for address in own_pages():
        failed += faults(staff, "get", address, OF_OWN_PAGES)
        failed += faults_of_forms(staff, address)
    assert failed == []
