"""An order filled in through its real pages, as a browser without JavaScript does it."""

import re
from collections.abc import Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

from signatures.certificates.models import Order

FEEDBACK = re.compile(r'id="id_(\w+)_feedback"[^>]*>(.*?)</div>', re.DOTALL)
CONFIRM = re.compile(r'<div class="confirm__points">(.*?)</div>', re.DOTALL)

# Mario Rossi, as somebody types him.
MARIO: dict[str, dict[str, str]] = {
    "person": {
        "given_name": " Mario ", "surname": "Rossi", "tax_code": "rssmra 85c15 h501r", "language": "it",
        "email": "Mario.Rossi@Example.it", "mobile": "333 1234567",
    },
    "birth": {
        "sex": "M", "born_on": "1985-03-15", "birth_country": "IT", "birth_place": "roma", "birth_province": "",
    },
    "residence": {
        "country": "IT", "street": "Via dei Mille 12", "municipality": "Firenze", "province": "",
        "postal_code": "50131",
    },
    "document": {
        "document_kind": "cie", "document_number": "ca 12345 bb", "document_issuer": "Comune di Firenze",
        "document_issued_on": "2024-05-06", "document_expires_on": "2034-03-15", "mrz": "",
    },
    "options": {
        "recipient": "Mario Rossi", "street": "Via dei Mille 12", "municipality": "Firenze", "province": "FI",
        "postal_code": "50131", "shipping": "standard",
    },
}  # fmt: skip


def begin(client: Client, code: str) -> Order:
    """Press "Order" in the shop."""
    known = set(Order.objects.values_list("pk", flat=True))
    answer = client.post(reverse("orders:new"), {"code": code})
    order = Order.objects.exclude(pk__in=known).get()
    assert answer["Location"].startswith(reverse("orders:detail", args=[order.pk]))
    return order


def post(
    client: Client, order: Order, step: str, values: Mapping[str, Any] | None = None, **changes: Any
) -> Any:
    """Send one step; Mario's data where nothing else is said."""
    typed = {**(MARIO[step] if values is None else values), **changes}
    return client.post(reverse("orders:step", args=[order.pk, step]), typed)


def fill(client: Client, order: Order, *steps: str) -> None:
    """Fill in these steps with Mario's data; each must be taken."""
    for step in steps:
        answer = post(client, order, step)
        assert answer.status_code == 302, said_beside(answer)
    order.refresh_from_db()


def said_beside(answer: Any) -> dict[str, str]:
    """What stands beside each field of a page, without tags; fields that nothing is said of are left out."""
    page = answer.content.decode()
    found = {name: _plain(body) for name, body in FEEDBACK.findall(page)}
    return {name: text for name, text in found.items() if text}


def asked_to_confirm(answer: Any) -> str:
    """The points that the page asks to confirm, without tags."""
    found = CONFIRM.search(answer.content.decode())
    return _plain(found[1]) if found else ""


def _plain(markup: str) -> str:
    text = re.sub(r"<[^>]+>", " ", markup)
    for entity, sign in {"&#x27;": "'", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&"}.items():
        text = text.replace(entity, sign)
    return " ".join(text.split())
