"""What an order must say, by the family of its product (contract, section 4.2)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Any

from .. import knobs
from ..order_models import Family, Order, Product
from .answers import Refusal
from .bodies import text_of
from .intake import check_size, is_url

PERSON = (
    "nome", "cognome", "email", "cellulare", "codice_fiscale", "data_nascita", "sesso", "comune_nascita",
    "provincia_nascita", "nazione_nascita", "indirizzo_residenza", "comune_residenza", "provincia_residenza",
    "cap_residenza", "nazione_residenza", "destinatario", "indirizzo_spedizione", "comune_spedizione",
    "provincia_spedizione", "cap_spedizione", "tipo_documento", "numero_documento", "soggetto_emittente",
    "data_emissione", "data_scadenza",
)  # fmt: skip
RECIPIENT = (
    "destinatario", "email", "cellulare", "indirizzo_spedizione", "comune_spedizione", "provincia_spedizione",
    "cap_spedizione",
)  # fmt: skip
_DATES = ("data_nascita", "data_emissione", "data_scadenza")
_SHIPPINGS = {"ordinaria", "prioritaria", "veloce"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_MOBILE = re.compile(r"\+?[\d x./-]{6,20}\Z")
_MOST_PIECES = 10_000


def missing(what: str, error: int | None = None) -> Refusal:
    """A required field that is not there."""
    number = knobs.current().order_missing_number if error is None else error
    return Refusal(428, f"{what} required", number)


def wrong(what: str, error: int | None = None) -> Refusal:
    """A value that does not fit."""
    number = knobs.current().order_invalid_number if error is None else error
    return Refusal(406, f"{what} not valid", number)


def fill(order: Order, product: Product, body: dict[str, Any]) -> dict[str, bytes]:
    """Put what was asked into a new order; the papers that came along, by name. Raises Refusal 406, 428, 413."""
    family = Family(product.family)
    order.has_assistance = _switch(body, "assistenza")
    order.callback = _callback(body.get("callback"))
    if family not in (Family.RENEWAL, Family.FOREIGN):
        order.is_urgent = _switch(body, "urgenza")
    if family in (Family.STANDARD, Family.ARUBA):
        order.person = _person(body)
    elif family == Family.SHIPPING:
        order.person = _recipient(body)
        order.quantity = _quantity(body.get("quantita", 1))
    elif family == Family.VIDEO:
        order.person = _contact(body, ("email", "cellulare"))
        order.credentials = {"username": order.person["email"]}
    if family in (Family.STANDARD, Family.ARUBA, Family.SHIPPING):
        order.shipping = _shipping(body.get("spedizione"))
    if family == Family.ARUBA:
        order.has_video_recognition = _switch(body, "videoriconoscimento")
        if not text_of(body.get("documento")):
            raise missing("documento")
    if family == Family.STANDARD:
        return papers_of(body, ("modulo", "documento"))
    return papers_of(body, ("documento",)) if family == Family.ARUBA else {}


def papers_of(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, bytes]:
    """The papers in a body, each with its name beside it. Raises Refusal 406, 428, 413."""
    found = {}
    for name in names:
        if not body.get(name):
            continue
        if not text_of(body.get(f"nome_{name}")):
            raise missing(f"nome_{name}")
        try:
            found[name] = base64.b64decode("".join(text_of(body[name]).split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise wrong(name) from error
        if not found[name]:
            raise wrong(name)
        check_size(found[name])
    return found


def _person(body: dict[str, Any]) -> dict[str, str]:
    given = body.get("anagrafica")
    if not isinstance(given, dict) or not given:
        raise missing("anagrafica", 209)
    person = _contact(given, PERSON)
    for name in _DATES:
        if not _is_date(person[name]):
            raise wrong(name)
    if person["sesso"].upper() not in ("M", "F"):
        raise wrong("sesso")
    return person | {"note": text_of(given.get("note"))}


def _recipient(body: dict[str, Any]) -> dict[str, str]:
    given = body.get("anagrafica_spedizione")
    if not isinstance(given, dict) or not given:
        raise missing("anagrafica_spedizione", 209)
    return _contact(given, RECIPIENT) | {"note": text_of(given.get("note"))}


def _contact(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    read = {name: text_of(given.get(name)) for name in names}
    for name, value in read.items():
        if not value:
            raise missing(name)
    if not _EMAIL.match(read["email"]):
        raise wrong("email", 247)
    if not _MOBILE.match(read["cellulare"]):
        raise wrong("cellulare")
    return read


def _is_date(value: str) -> bool:
    try:
        datetime.strptime(value, "%d/%m/%Y")
    except ValueError:
        return False
    return True


def _switch(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if value in (0, 1, "0", "1", "true", "false", None):
        return value in (1, "1", "true")
    if not isinstance(value, bool):
        raise wrong(name)
    return value


def _shipping(value: Any) -> str:
    if value in (None, "", False):
        return "ordinaria"
    if not isinstance(value, str) or value not in _SHIPPINGS:
        raise wrong("spedizione")
    return value


def _quantity(value: Any) -> int:
    try:
        quantity = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise wrong("quantita") from error
    if not 1 <= quantity <= _MOST_PIECES:
        raise wrong("quantita")
    return quantity


def _callback(given: Any) -> dict[str, Any] | None:
    if not given:
        return None
    if not isinstance(given, dict) or not is_url(given.get("url")):
        raise wrong("callback")
    method = given.get("method") or knobs.current().order_callback_method
    if method not in ("POST", "JSON"):
        raise wrong("callback")
    kept: dict[str, Any] = {
        "url": given["url"],
        "method": method,
        "field": text_of(given.get("field")) or "data",
        "data": given.get("data") if isinstance(given.get("data"), dict) else {},
    }
    return kept
