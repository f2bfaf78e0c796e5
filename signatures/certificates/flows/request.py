"""An order as the provider's port takes it, and the digest of exactly that."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.models import Purchase
from customers.identity.document_rules import DocumentKind
from customers.identity.places import known
from documents.flows.store import read
from facts.chain import canonical
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
    ProductFamily,
    ShippingAddress,
    ShippingKind,
)

from ..models import Order, OrderFile
from ..steps import BIRTH, DOCUMENT, OPTIONS, PERSON, RESIDENCE
from .attach import files_of
from .draft import TYPED

# What a province, and a CAP, are abroad.
ABROAD, NO_POSTAL_CODE = "EE", "00000"
KINDS = {
    DocumentKind.CIE: IdDocumentKind.IDENTITY_CARD,
    DocumentKind.PASSPORT: IdDocumentKind.PASSPORT,
    DocumentKind.FOREIGN_PASSPORT: IdDocumentKind.PASSPORT,
    DocumentKind.DRIVING_LICENCE: IdDocumentKind.DRIVING_LICENCE,
}


@dataclass(frozen=True)
class VideoRequest:
    """Identification by video, added to an Aruba order (``QualifiedSignatures.add_video_recognition``)."""

    reference: str


def request_of(order: Order, purchase: Purchase) -> NewOrder | VideoRequest:
    """What is to be bought. Reads the ID document where it travels along; call it outside of ``atomic()``."""
    details = order.details
    options = details.get(OPTIONS, {})
    basics: dict[str, Any] = {
        "code": order.code,
        "callback_url": settings.CALLBACK_URL + reverse("hints:hint", args=[purchase.callback_key]),
        "callback_key": purchase.callback_key,
        "has_assistance": bool(options.get("has_assistance")),
    }
    match order.product_family:
        case ProductFamily.STANDARD:
            return NewStandardOrder(**basics, **_whole(details))
        case ProductFamily.ARUBA:
            video = bool(options.get("has_video"))
            return NewArubaOrder(
                **basics, **_whole(details), document=_document(order), has_video_recognition=video
            )
        case ProductFamily.VIDEO:
            return NewVideoOrder(
                **basics, **_contact(details[PERSON]), is_urgent=bool(options.get("is_urgent"))
            )
        case ProductFamily.SHIPPING:
            return NewShippingOrder(
                **basics, **_contact(options), **_shipping(options), quantity=order.quantity
            )
        case ProductFamily.RENEWAL:
            return NewRenewalOrder(**basics)
        case ProductFamily.FOREIGN:
            return NewForeignOrder(**basics)
        case ProductFamily.RECOGNITION if order.video_for and order.video_for.provider_reference:
            return VideoRequest(order.video_for.provider_reference)
    raise ValueError(f"{order.family} is not ordered like this")


def request_digest(order: Order) -> str:
    """SHA-256 of what is bought: product, quantity, all that was typed, and the ID document that travels along."""
    details = {step: values for step, values in order.details.items() if step != TYPED}
    joined = files_of(order).get(OrderFile.Kind.ID_JOINED)
    content = {
        "code": order.code,
        "quantity": order.quantity,
        "details": details,
        "document": joined.sha256 if joined and order.product_family.needs_document_at_order else "",
        "renews": str(order.renews_id or ""),
        "video_for": str(order.video_for_id or ""),
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _whole(details: Mapping[str, Any]) -> dict[str, Any]:
    options = details.get(OPTIONS, {})
    address = options if options.get("street") else _at_home(details)
    return {
        "applicant": _applicant(details),
        "id_document": _id_document(details[DOCUMENT]),
        **_shipping({**options, **address}),
    }


def _at_home(details: Mapping[str, Any]) -> dict[str, str]:
    """Nothing is shipped, but an address is asked for all the same: where the holder lives."""
    person, home = details[PERSON], details[RESIDENCE]
    return {
        "recipient": f"{person['given_name']} {person['surname']}",
        "street": home["street"],
        "municipality": home["municipality"],
        "province": home.get("province") or ABROAD,
        "postal_code": home.get("postal_code") or NO_POSTAL_CODE,
    }


def _applicant(details: Mapping[str, Any]) -> Applicant:
    person, birth, home = details[PERSON], details[BIRTH], details[RESIDENCE]
    born_on = date.fromisoformat(birth["born_on"])
    return Applicant(
        name=person["given_name"],
        surname=person["surname"],
        email=person["email"],
        mobile=person["mobile"],
        tax_code=person["tax_code"],
        born_on=born_on,
        sex=birth["sex"],
        birth_municipality=birth["birth_place"],
        birth_province=birth.get("birth_province") or ABROAD,
        birth_country=country_in_italian(birth["birth_country"], born_on),
        street=home["street"],
        municipality=home["municipality"],
        province=home.get("province") or ABROAD,
        postal_code=home.get("postal_code") or NO_POSTAL_CODE,
        country=country_in_italian(home["country"]),
    )


def _id_document(values: Mapping[str, Any]) -> IdDocument:
    expires_on = values.get("document_expires_on")
    return IdDocument(
        kind=KINDS[DocumentKind(values["document_kind"])],
        number=values["document_number"],
        issuer=values["document_issuer"],
        issued_on=date.fromisoformat(values["document_issued_on"]),
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
    )


def _shipping(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": ShippingAddress(
            recipient=options["recipient"],
            street=options["street"],
            municipality=options["municipality"],
            province=options["province"],
            postal_code=options["postal_code"],
        ),
        "note": options.get("note") or "",
        "is_urgent": bool(options.get("is_urgent")),
        "shipping": ShippingKind(options.get("shipping") or ShippingKind.STANDARD),
    }


def _contact(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"email": values["email"], "mobile": values["mobile"]}


def _document(order: Order) -> Paper:
    joined = files_of(order)[OrderFile.Kind.ID_JOINED]
    return Paper(joined.filename, read(joined.stored_file))


def country_in_italian(code: str, on: date | None = None) -> str:
    """A country, by its ISO letters or the catastal code of one that has ended, as an Italian register has it."""
    if code == "IT":
        return "Italia"
    place = known().state(code) or known().at(code, on)
    return place.name if place else code
