"""How a customer is invoiced on a day: with or without VAT, in which format, and what else the law asks of them."""

from dataclasses import dataclass
from datetime import date

from customers.countries import EU
from customers.models import Organisation, VatProof

from ..fattura import Fault
from ..fattura.document import AT_ONCE, PRIVATE, PUBLIC, SPLIT
from ..models import TaxRule

Kind, Customer = Organisation.Kind, TaxRule.Customer


@dataclass(frozen=True)
class VatTreatment:
    """``nature`` and ``reference`` say why no VAT is due; both are empty where the ordinary rate is."""

    customer: str
    form: str
    nature: str
    reference: str
    payability: str
    bears_stamp: bool

    @property
    def is_taxed(self) -> bool:
        return not self.nature

    @property
    def stamp_natures(self) -> set[str]:
        """The natures whose amounts count for stamp duty."""
        return {self.nature} if self.nature and self.bears_stamp else set()


def vat_treatment(organisation: Organisation, on: date) -> VatTreatment:
    """The treatment in force on a day. Raises ``RuleMissing`` where nobody has decided yet."""
    customer = customer_of(organisation)
    rule = TaxRule.objects.on(customer, on)
    return VatTreatment(
        customer=customer,
        form=PUBLIC if customer == Customer.PUBLIC_BODY else PRIVATE,
        nature=rule.nature,
        reference=rule.reference,
        payability=SPLIT if rule.is_split else AT_ONCE,
        bears_stamp=rule.bears_stamp,
    )


def customer_of(organisation: Organisation) -> str:
    """Which rule an organisation falls under, by its kind, its country and the split payment list."""
    match organisation.kind:
        case Kind.PUBLIC_BODY:
            return Customer.PUBLIC_BODY
        case Kind.EU_BUSINESS:
            return Customer.EU_BUSINESS
        case Kind.FOREIGN:
            return Customer.FOREIGN
        case Kind.CONSUMER if organisation.country == "IT":
            return Customer.CONSUMER
        case Kind.CONSUMER:
            return Customer.EU_CONSUMER if organisation.country in EU else Customer.FOREIGN
        case _:
            return Customer.SPLIT_LIST if organisation.is_on_split_list else Customer.ITALIAN


def proof_faults(organisation: Organisation) -> tuple[list[Fault], list[Fault]]:
    """What is missing of the proof that an EU company is one, and what is merely worth knowing.

    A register that did not answer stops nobody (it is often down); a number that it does not know does.
    """
    if organisation.kind != Kind.EU_BUSINESS:
        return [], []
    proof = organisation.vat_proofs.filter(vat_number=organisation.vat_number).first()
    if proof is None:
        return [Fault("", "buyer.vat_code", "vies_missing", organisation.vat_number)], []
    if proof.answer == VatProof.Answer.INVALID:
        return [Fault("", "buyer.vat_code", "vies_invalid", organisation.vat_number)], []
    if proof.answer == VatProof.Answer.UNREACHABLE:
        return [], [Fault("", "buyer.vat_code", "vies_unreachable", organisation.vat_number)]
    return [], []
