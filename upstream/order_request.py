"""An order as the provider's body asks for it, checked before anything is sent (contract, section 4.2)."""

from __future__ import annotations

import base64
from dataclasses import fields
from datetime import date
from typing import Any

from .callbacks import callback_url
from .config import ProviderConfig
from .order_words import ID_DOCUMENTS, SHIPPING
from .orders_port import (
    Applicant,
    IdDocument,
    NewArubaOrder,
    NewForeignOrder,
    NewOrder,
    NewRenewalOrder,
    NewShippingOrder,
    NewStandardOrder,
    NewVideoOrder,
    Paper,
    ProductFamily,
    ShippingAddress,
    family_of,
)
from .people import international, refuse

_FAMILIES: dict[type[NewOrder], ProductFamily] = {
    NewStandardOrder: ProductFamily.STANDARD,
    NewArubaOrder: ProductFamily.ARUBA,
    NewVideoOrder: ProductFamily.VIDEO,
    NewShippingOrder: ProductFamily.SHIPPING,
    NewRenewalOrder: ProductFamily.RENEWAL,
    NewForeignOrder: ProductFamily.FOREIGN,
}
_ITALY = "+39"


def order_body(new: NewOrder, config: ProviderConfig) -> dict[str, Any]:
    """The body of `POST /richiesta/{code}`. Raises Rejected for what could not be a good order."""
    _check(new)
    body: dict[str, Any] = {"assistenza": new.has_assistance, "callback": _callback(new)}
    if isinstance(new, NewStandardOrder | NewArubaOrder | NewShippingOrder):
        body |= {"urgenza": new.is_urgent, "spedizione": SHIPPING[new.shipping]}
    if isinstance(new, NewStandardOrder | NewArubaOrder):
        body["anagrafica"] = _person(new, config)
    if isinstance(new, NewStandardOrder):
        body |= papers_body(new.form, new.document)
    elif isinstance(new, NewArubaOrder):
        body |= {"videoriconoscimento": new.has_video_recognition, **papers_body(None, new.document)}
    elif isinstance(new, NewVideoOrder):
        body |= {"urgenza": new.is_urgent, "email": new.email, "cellulare": _mobile(new.mobile, config)}
    elif isinstance(new, NewShippingOrder):
        body |= {"quantita": new.quantity, "anagrafica_spedizione": _recipient(new, config)}
    return body


def papers_body(form: Paper | None, document: Paper | None) -> dict[str, str]:
    """Papers as an order or `PATCH /richiesta/{id}` takes them. Raises Rejected for an empty one."""
    body: dict[str, str] = {}
    for name, paper in (("modulo", form), ("documento", document)):
        if paper is not None:
            if not paper.content or not paper.filename.strip():
                raise refuse("a paper needs a name and a content")
            body[name] = base64.b64encode(paper.content).decode()
            body[f"nome_{name}"] = paper.filename
    return body


def _callback(new: NewOrder) -> dict[str, Any]:
    return {
        "url": callback_url(new.callback_url, new.callback_key),
        "method": "JSON",
        "field": "data",
        "data": {"key": new.callback_key},
    }


def _person(new: NewStandardOrder | NewArubaOrder, config: ProviderConfig) -> dict[str, str]:
    who, document = new.applicant, new.id_document
    return {
        "nome": who.name,
        "cognome": who.surname,
        "email": who.email,
        "cellulare": _mobile(who.mobile, config),
        "codice_fiscale": who.tax_code,
        "data_nascita": italian(who.born_on),
        "sesso": who.sex,
        "comune_nascita": who.birth_municipality,
        "provincia_nascita": who.birth_province,
        "nazione_nascita": who.birth_country,
        "indirizzo_residenza": who.street,
        "comune_residenza": who.municipality,
        "provincia_residenza": who.province,
        "cap_residenza": who.postal_code,
        "nazione_residenza": who.country,
        **_address(new.address),
        "tipo_documento": ID_DOCUMENTS[document.kind],
        "numero_documento": document.number,
        "soggetto_emittente": document.issuer,
        "data_emissione": italian(document.issued_on),
        "data_scadenza": italian(document.expires_on or config.endless_expiry),
        **({"note": new.note} if new.note else {}),
    }


def _recipient(new: NewShippingOrder, config: ProviderConfig) -> dict[str, str]:
    return {
        **_address(new.address),
        "email": new.email,
        "cellulare": _mobile(new.mobile, config),
        **({"note": new.note} if new.note else {}),
    }


def _address(address: ShippingAddress) -> dict[str, str]:
    return {
        "destinatario": address.recipient,
        "indirizzo_spedizione": address.street,
        "comune_spedizione": address.municipality,
        "provincia_spedizione": address.province,
        "cap_spedizione": address.postal_code,
    }


def italian(day: date) -> str:
    """A date as the provider writes it: dd/mm/yyyy, also before the year 1000."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _mobile(mobile: str, config: ProviderConfig) -> str:
    number = international(mobile)
    return number.removeprefix(_ITALY) if config.order_mobiles == "national" else number


# Checks


def _check(new: NewOrder) -> None:
    family = _FAMILIES.get(type(new))
    if family is None:
        raise refuse(f"{type(new).__name__} is no order of any family")
    if not new.code.strip():
        raise refuse("an order needs a product code")
    known = family_of(new.code)
    if known is not None and known is not family:
        raise refuse(f"{new.code} is not ordered like this: its family is {known}")
    if not new.callback_key:
        raise refuse("without a callback key a lost answer could never be settled")
    if isinstance(new, NewStandardOrder | NewArubaOrder):
        _check_person(new.applicant, new.id_document)
    if isinstance(new, NewStandardOrder | NewArubaOrder | NewShippingOrder):
        _check_filled(new.address)
    if isinstance(new, NewVideoOrder | NewShippingOrder):
        _check_contact(new.email, new.mobile)
    if isinstance(new, NewShippingOrder) and new.quantity < 1:
        raise refuse("an order is for one piece at least")


def _check_person(applicant: Applicant, document: IdDocument) -> None:
    _check_filled(applicant)
    _check_filled(document)
    _check_contact(applicant.email, applicant.mobile)
    if document.expires_on is not None and document.expires_on < document.issued_on:
        raise refuse("the ID document would end before it begins")


def _check_filled(value: Applicant | IdDocument | ShippingAddress) -> None:
    """The provider wants every field of these."""
    for one in fields(value):
        given = getattr(value, one.name)
        if isinstance(given, str) and not given.strip():
            raise refuse(f"an order needs {one.name}")


def _check_contact(email: str, mobile: str) -> None:
    if "@" not in email:
        raise refuse("an order needs an e-mail address")
    if not international(mobile):
        raise refuse("an order needs a mobile number")
