"""The people, the seller, the price and the document that a first look at Sigillo needs. Never in production."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.db import transaction
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

from billing.models import Price, Product, Seller
from customers.models import Membership, Organisation, User
from signatures.catalogue.products import OPTIONS, PRODUCTS

PASSWORD = "sigillo-demo"  # noqa: S105  printed at start, refused where DEBUG is off
STAFF_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  the same
SELL_PRICES = {Product.SIMPLE_SIGNATURE: Decimal("0.95"), Product.SPID: Decimal("19.90")}
# What the demo's price list adds to the costs of qualified signatures that the sandbox names.
SELL_PRICES_OF_ORDERS = {
    "FIRREM": "39", "FIRREM_VIDEO": "79", "OTPMOB": "35", "OTPDIS": "39", "KEY": "59", "KEYCNS": "62",
    "KEYCNS_VIDEO": "99", "ARUBAKEYCNS": "59", "KIT": "59", "FIR": "36", "KITCNS": "62", "SMARTCARDCNS": "39",
    "SMARTCARDCNS_VIDEO": "75", "SCARUBACNS": "36", "FIREST": "69", "RINFIR": "15", "RINCNS": "15", "RINFIRREM": "29",
    "VIDEORIC": "22", "LETTORE": "19", "FIR_V": "32", "KEY_V": "55", "FIRREM_V": "34", "KEYCNS_V": "57",
    "SMARTCARDCNS_V": "34",
}  # fmt: skip
SELL_PRICES_OF_OPTIONS = {
    "assistance": "15",
    "urgency": "12",
    "priority_shipping": "6",
    "express_shipping": "9.90",
}
SELLER = {
    "name": "Sigillo Firme Srl", "vat_number": "06363391001", "tax_code": "06363391001",
    "address": "Via della Scala 31", "postal_code": "50123", "city": "Firenze", "province": "FI",
    "rea_office": "FI", "rea_number": "612345", "share_capital": Decimal("10000.00"), "sole_shareholder": "SM",
    "phone": "0551234567", "email": "fatture@sigillo.example", "iban": "IT60X0542811101000000123456",
}  # fmt: skip
STAFF = ("staff@sigillo.example", "Sara Staff")
MEMBERS = [
    ("giulia@bottega.example", "Giulia Ferri", Membership.Role.OWNER),
    ("paolo@bottega.example", "Paolo Conti", Membership.Role.SENDER),
    ("elena@bottega.example", "Elena Greco", Membership.Role.VIEWER),
    ("carlo@bottega.example", "Carlo Neri", Membership.Role.ACCOUNTANT),
]


class DemoRefused(Exception):
    """Demo logins have known passwords: only where DEBUG or DEMO is on."""


@transaction.atomic
def fill() -> None:
    """Make the demo's people, organisation and sell price; what exists stays as it is."""
    if not (settings.DEBUG or settings.DEMO):
        raise DemoRefused("demo data have known passwords: set DEBUG=1 or DEMO=1 if that is meant")
    staff = _person(*STAFF, is_staff=True, is_superuser=True)
    if not Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(staff, STAFF_TOTP_SECRET)
    organisation, _ = Organisation.objects.get_or_create(
        vat_number="00743110157",
        defaults={
            "name": "Bottega Ferri Srl",
            "tax_code": "00743110157",
            "address": "Via dei Mille 12",
            "postal_code": "50131",
            "city": "Firenze",
            "province": "FI",
            "recipient_code": "0000000",
            "pec": "bottega.ferri@pec.example",
        },
    )
    for email, name, role in MEMBERS:
        Membership.objects.get_or_create(
            organisation=organisation, user=_person(email, name), defaults={"role": role}
        )
    for product, amount in _price_list():
        if not Price.objects.filter(side=Price.Side.SELL, product=product).exists():
            Price(side=Price.Side.SELL, product=product, amount=amount, source="Demo price list").save()
    if not Seller.objects.exists():
        Seller(valid_from=date(2026, 1, 1), source="Demo", **SELLER).save()


def _price_list() -> Iterator[tuple[str, Decimal]]:
    yield from SELL_PRICES.items()
    for code, amount in SELL_PRICES_OF_ORDERS.items():
        yield PRODUCTS[code].key, Decimal(amount)
    for name, amount in SELL_PRICES_OF_OPTIONS.items():
        yield OPTIONS[name].key, Decimal(amount)


def _person(email: str, name: str, **rights: bool) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, name=name, language="it", **rights)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def staff_code() -> str:
    """The code that an authenticator app of the demo's staff would show now."""
    now = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(STAFF_TOTP_SECRET, now[len(now) // 2]))


def contract() -> bytes:
    """A two-page contract in PDF, to try a sending with."""
    styles = getSampleStyleSheet()
    story: list[object] = [
        Paragraph("Contratto di fornitura", styles["Title"]),
        Paragraph("Bottega Ferri Srl, Via dei Mille 12, 50131 Firenze", styles["Normal"]),
        Spacer(1, 24),
    ]
    clauses = [
        "Oggetto: fornitura di dodici sedie in noce, secondo il campione approvato.",
        "Prezzo: 4.800,00 euro oltre IVA, da pagare a trenta giorni dalla consegna.",
        "Consegna: entro sessanta giorni dalla firma di entrambe le parti.",
        "Garanzia: due anni dalla consegna, per difetti di materiale e di lavorazione.",
        "Foro competente: Firenze, salvo quanto la legge stabilisce per i consumatori.",
    ]
    for number, clause in enumerate(clauses, 1):
        story += [Paragraph(f"{number}. {clause}", styles["BodyText"]), Spacer(1, 12)]
        if number == 3:
            story.append(PageBreak())
    buffer = io.BytesIO()
    SimpleDocTemplate(
        buffer, invariant=1, pagesize=A4, title="Contratto di fornitura", author="Bottega Ferri Srl"
    ).build(story)
    return buffer.getvalue()


def write_contract(folder: Path) -> Path:
    """Put the contract where a person can drag it from."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "contratto.pdf"
    if not target.exists():
        target.write_bytes(contract())
    return target
