"""Orders as the provider shows them (contract, section 4.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from . import knobs
from .order_models import Family, Order, Product

DEVICE_FIELDS = (
    "codice_spedizione", "pin", "puk", "numero_dispositivo", "codice_carta", "numero_busta", "codice_utente", "iut",
    "alias", "codice_emergenza",
)  # fmt: skip
SUPPLIER = {
    "ragione_sociale": "Sandbox Devices Srl",
    "sede_legale": "Via dei Banchi Nuovi 12 - 00186 Roma (RM)",
    "partita_iva": "00743110157",
    "legale_rappresentante": "",
    "email_assistenza": "assistenza@devices.example",
    "email_contabilita": "",
    "telefono_assistenza": "",
    "sede_riconoscimento": "Corso Vecchio 8 - 05100 Terni (TR)",
}
_WITHOUT_SHIPPING = {Family.VIDEO, Family.RENEWAL, Family.FOREIGN}


def product(row: Product) -> dict[str, Any]:
    """A row of `GET /prodotti`."""
    from .api.answers import number

    shown = {
        "nome": row.name,
        "tipo": row.maker,
        "codice_prodotto": row.code,
        "prezzo": number(row.price),
    }
    return shown | ({"vergine": True} if row.is_blank else {})


def order(row: Order) -> dict[str, Any]:
    """An order in full, as POST, PATCH, GET and callbacks show it."""
    shown: dict[str, Any] = {"id": row.id, **_common(row)}
    shown["videoriconoscimento"] = row.has_video_recognition
    shown["quantita"] = row.quantity
    if row.callback:
        shown["callback"] = row.callback | {"data": row.callback.get("data") or {}}
    if row.is_personal:
        shown["anagrafica"] = row.person
    elif row.family == Family.SHIPPING:
        shown["anagrafica_spedizione"] = row.person
    elif row.family == Family.VIDEO:
        shown |= row.person
    if row.is_personal or row.family == Family.SHIPPING:
        shown |= {
            "fornitore": SUPPLIER,
            "firma": {name: row.device.get(name, "") for name in DEVICE_FIELDS},
            "modulo": bool(row.form_sha256),
            "documento": bool(row.document_sha256),
        }
    if row.credentials:
        shown["credenziali"] = row.credentials
    return shown


def summary(row: Order) -> dict[str, Any]:
    """A row of `GET /richiesta`: no personal data."""
    return {knobs.current().order_list_key: row.id, **_common(row)}


def _common(row: Order) -> dict[str, Any]:
    wobbles = knobs.current().order_wobble
    number = row.number
    return {
        "codice_richiesta": int(number) if wobbles and number.isdigit() else number,
        "prodotto": row.product_name,
        "codice_prodotto": row.code,
        "tipo": row.maker,
        "stato": row.state,
        "timestamp": _times(row, is_text=wobbles and row.family == Family.FOREIGN),
        "owner": settings.SANDBOX_EMAIL,
        "assistenza": row.has_assistance,
        "urgenza": row.is_urgent,
        "spedizione": False if row.family in _WITHOUT_SHIPPING else row.shipping,
    }


def _times(row: Order, *, is_text: bool) -> dict[str, Any]:
    times: dict[str, datetime | None] = {
        "acquisto": row.created_at,
        "registrazione": row.registered_at,
        "emissione": row.issued_at,
        "evasione": row.fulfilled_at,
    }
    # A string with a stray comma, as the provider's own example has it.
    shown: dict[str, Any] = {
        name: f"{int(at.timestamp())}," if is_text else int(at.timestamp())
        for name, at in times.items()
        if at
    }
    return shown | ({"scadenza": int(row.expires_at.timestamp())} if row.expires_at else {})
