"""Orders that we make, one of each family, and the provider's answers about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from upstream import (
    Applicant,
    IdDocument,
    IdDocumentKind,
    NewArubaOrder,
    NewForeignOrder,
    NewOrder,
    NewRenewalOrder,
    NewShippingOrder,
    NewStandardOrder,
    NewVideoOrder,
    Paper,
    ShippingAddress,
    ShippingKind,
)

ORDER = "67f0c3a1b2d4e5f607182940"
ORDER_KEY = "k-order-5b1f-unguessable"
MARIA = Applicant(
    name="Maria Luisa", surname="Bianchi", email="maria.bianchi@example.org", mobile="+39 333 123 4567",
    tax_code="BNCMLS90T41F205K", born_on=date(1990, 12, 1), sex="F", birth_municipality="Milano",
    birth_province="MI", birth_country="Italia", street="Via delle Magnolie 4", municipality="Monza",
    province="MB", postal_code="20900", country="Italia",
)  # fmt: skip
HOME = ShippingAddress(
    recipient="Maria Luisa Bianchi", street="Via delle Magnolie 4", municipality="Monza", province="MB",
    postal_code="20900",
)  # fmt: skip
CARD = IdDocument(
    kind=IdDocumentKind.IDENTITY_CARD, number="CA12345XY", issuer="Comune di Monza", issued_on=date(2023, 3, 15),
    expires_on=date(2033, 12, 1),
)  # fmt: skip
SCAN = Paper("document.pdf", b"%PDF-1.7 both sides")
FORM = Paper("form.pdf", b"%PDF-1.7 signed form")
HOOK = {"callback_url": "https://portal.example.org/hints/5b1f", "callback_key": ORDER_KEY}
PERSON: dict[str, Any] = {"applicant": MARIA, "address": HOME, "id_document": CARD}

STANDARD = NewStandardOrder(code="KEY", **PERSON, **HOOK)
ARUBA = NewArubaOrder(code="OTPMOB", document=SCAN, **PERSON, **HOOK)
VIDEO = NewVideoOrder(code="FIRREM_VIDEO", email=MARIA.email, mobile=MARIA.mobile, **HOOK)
READERS = NewShippingOrder(
    code="LETTORE", address=HOME, email=MARIA.email, mobile=MARIA.mobile, quantity=3,
    shipping=ShippingKind.EXPRESS, **HOOK,
)  # fmt: skip
RENEWAL = NewRenewalOrder(code="RINFIR", **HOOK)
ABROAD = NewForeignOrder(code="FIREST", **HOOK)
# With our schema and the provider's for the body of each.
FAMILIES: dict[str, tuple[NewOrder, str, str]] = {
    "standard": (STANDARD, "NewPersonalOrder", "PostBodyFirme"),
    "aruba": (ARUBA, "NewArubaOrder", "PostBodyFirmeAruba"),
    "video": (VIDEO, "NewVideoOrder", "PostBodyFirmeVideoriconoscimento"),
    "shipping": (READERS, "NewShippingOrder", "PostBodyLettore"),
    "renewal": (RENEWAL, "NewRenewal", "PostBodyRinnovi"),
    "foreign": (ABROAD, "NewRenewal", "PostBodyFirmaEstero"),
}

EMPTY_DEVICE = dict.fromkeys(
    ["codice_spedizione", "pin", "puk", "numero_dispositivo", "codice_carta", "numero_busta", "codice_utente",
     "iut", "alias", "codice_emergenza"], "",
)  # fmt: skip
# Values that must never be seen outside `Order.secrets`.
FULL_DEVICE = {
    "codice_spedizione": "TRACK-1Z9", "pin": "CANARY-PIN", "puk": "CANARY-PUK", "numero_dispositivo": "CANARY-DEV",
    "codice_carta": "CANARY-CARD", "numero_busta": "CANARY-ENV", "codice_utente": "CANARY-USER", "iut": "CANARY-IUT",
    "alias": "CANARY-ALIAS", "codice_emergenza": "CANARY-ERC", "pin_firma": "CANARY-NEW-FIELD",
}  # fmt: skip
CREDENTIALS = {"token": "CANARY-TOKEN", "codice": "CANARY-CODE", "username": "CANARY-NAME"}


def order(**changes: Any) -> dict[str, Any]:
    """An InfoCert order in full, as the provider answers it."""
    return {
        "id": ORDER,
        "codice_richiesta": "8417d",
        "prodotto": "Business Key",
        "codice_prodotto": "KEY",
        "tipo": "Infocert",
        "stato": "in_riconoscimento",
        "timestamp": {"acquisto": 1795511702},
        "owner": "reseller@example.org",
        "assistenza": True,
        "urgenza": False,
        "spedizione": "prioritaria",
        "videoriconoscimento": False,
        "quantita": 1,
        "anagrafica": {"nome": "Maria Luisa", "cognome": "Bianchi", "codice_fiscale": "BNCMLS90T41F205K"},
        "callback": {
            "url": f"https://portal.example.org/hints/5b1f?key={ORDER_KEY}", "method": "JSON", "field": "data",
            "data": {"key": ORDER_KEY},
        },
        "fornitore": {
            "ragione_sociale": "Reseller of Devices", "sede_legale": "Via del Corso 1, Roma",
            "partita_iva": "07432261001", "legale_rappresentante": "", "email_assistenza": "help@example.org",
            "email_contabilita": "", "telefono_assistenza": "", "sede_riconoscimento": "Piazza Grande 6, Terni",
        },
        "firma": dict(EMPTY_DEVICE),
        "modulo": False,
        "documento": False,
        **changes,
    }  # fmt: skip
