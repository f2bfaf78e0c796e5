"""Seller and buyer as an e-invoice names them, from the seller's row of a day and the customer's data of now."""

import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from customers.identifiers import compact
from customers.models import Membership, Organisation

from .. import fattura
from ..fattura.document import ABROAD, NO_RECIPIENT_CODE, NO_VAT_CODE, PRIVATE_PERSON
from ..models import Invoice, Seller
from ..models.seller import SellerMissing


def seller_party(seller: Seller) -> fattura.Seller:
    """The seller's row as the invoice shows it."""
    return fattura.Seller(
        name=seller.name,
        address=fattura.Address(seller.address, seller.postal_code, seller.city, seller.province),
        vat_code=seller.vat_number,
        tax_code=seller.tax_code,
        regime=seller.regime,
        rea_office=seller.rea_office,
        rea_number=seller.rea_number,
        share_capital=seller.share_capital,
        sole_shareholder=seller.sole_shareholder,
        is_in_liquidation=seller.is_in_liquidation,
        phone=seller.phone,
        email=seller.email,
    )


def buyer_party(organisation: Organisation) -> fattura.Buyer:
    """The customer, with the identifiers that their kind and country have."""
    is_italian = organisation.country == "IT"
    vat_country, vat_code = _vat(organisation)
    is_public = organisation.kind == Organisation.Kind.PUBLIC_BODY
    no_code = "" if is_public else NO_RECIPIENT_CODE
    return fattura.Buyer(
        name=organisation.name,
        address=fattura.Address(
            organisation.address,
            organisation.postal_code,
            organisation.city,
            organisation.province if is_italian else "",
            organisation.country,
        ),
        vat_code=vat_code,
        vat_country=vat_country,
        tax_code=organisation.tax_code if is_italian else "",
        recipient_code=(organisation.recipient_code or no_code) if is_italian else ABROAD,
        pec=organisation.pec if is_italian else "",
    )


def _vat(organisation: Organisation) -> tuple[str, str]:
    """Country and code of the VAT number. EU numbers are kept with their prefix, which is Greece's ``EL`` too."""
    number = compact(organisation.vat_number)
    match organisation.kind:
        case Organisation.Kind.EU_BUSINESS:
            return number[:2], number[2:]
        case Organisation.Kind.FOREIGN:
            return organisation.country, number or NO_VAT_CODE
        case Organisation.Kind.CONSUMER if organisation.country != "IT":
            return organisation.country, PRIVATE_PERSON
        case _:
            return "IT", number


def contract_of(organisation: Organisation) -> fattura.Contract | None:
    """What a public body wants named. The schema asks for a contract's number beside CIG and CUP: they are one too."""
    number = organisation.contract_reference or organisation.cig or organisation.cup
    if organisation.kind != Organisation.Kind.PUBLIC_BODY or not number:
        return None
    return fattura.Contract(number, organisation.cup, organisation.cig)


def iban_of(invoice: Invoice) -> str:
    """Where an invoice is paid to: as the seller's row of its day says."""
    return in_fours(Seller.objects.on(invoice.issued_on).iban)


def in_fours(iban: str) -> str:
    """An IBAN as people read it, in groups of four."""
    return " ".join(textwrap.wrap(iban, 4))


def transfers_go_to(day: date) -> dict[str, str]:
    """Whom a transfer of this day is to name, and the account; nothing while staff have not entered the seller."""
    try:
        seller = Seller.objects.on(day)
    except SellerMissing:
        return {}
    return {"name": seller.name, "iban": in_fours(seller.iban)}


def language_of(organisation: Organisation) -> str:
    """The language of a customer's papers: that of their first owner who has one, else their country's."""
    owners = Membership.objects.for_organisation(organisation).filter(role=Membership.Role.OWNER)
    chosen = owners.exclude(user__language="").order_by("pk").values_list("user__language", flat=True).first()
    return chosen or {"IT": "it", "FR": "fr"}.get(organisation.country, "en")


def shown_vat(buyer: Mapping[str, str]) -> str:
    """The VAT number on paper and in registers, of a party as it is kept: with its country once, none for who has none.

    Outside the EU it is kept as it was typed, which may be with the country's letters.
    """
    code = buyer.get("vat_code", "")
    if code in {"", NO_VAT_CODE, PRIVATE_PERSON}:
        return ""
    country = buyer["vat_country"]
    return code if code.startswith(country) else f"{country}{code}"


def as_record(party: fattura.Seller | fattura.Buyer) -> dict[str, Any]:
    """A party as it is kept beside its invoice: plain values, the address among them."""
    record = asdict(party)
    whole = {**record, **record.pop("address")}
    return {name: str(value) for name, value in whole.items() if value not in (None, "", False)}
