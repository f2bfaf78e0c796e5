"""What people type about orders, one module for each step or two."""

from typing import Any

from django.utils import translation

from upstream import ProductFamily

from .. import steps
from ..flows.draft import TYPED
from ..models import Order
from .base import StepForm
from .document import DocumentForm
from .options import OptionsForm
from .person import BirthForm, PersonForm, read_from_tax_code
from .residence import ResidenceForm
from .subject import ELSEWHERE, RecognitionForm, RenewalForm

FORMS: dict[str, type[StepForm]] = {
    form.step: form
    for form in (
        PersonForm, BirthForm, ResidenceForm, DocumentForm, OptionsForm, RenewalForm, RecognitionForm,
    )
}  # fmt: skip

__all__ = ["FORMS", "StepForm", "begun_form"]


def begun_form(order: Order, step: str) -> StepForm:
    """A step as it is found on opening: as it was typed or kept, else with all that is known already.

    What was kept is shown checked again, since days have passed and other steps may have changed.
    """
    form_class, details = FORMS[step], order.details
    typed = details.get(TYPED, {}).get(step)
    if typed:
        form = form_class(typed, order=order)
        form.is_valid()
        form.forget_what_is_unfinished()
        return form
    if step in details:
        form = form_class(_as_typed(details[step]), order=order)
        form.is_valid()
        return form
    return form_class(order=order, initial=_known(order, step))


def _as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """What is kept, as a browser would send it."""
    return {
        name: "on" if value is True else value for name, value in values.items() if value not in (False, None)
    }


def _known(order: Order, step: str) -> dict[str, Any]:
    """What need not be asked: from the steps before, from the customer, and what most people have."""
    details, member = order.details, order.created_by
    person, home = details.get(steps.PERSON, {}), details.get(steps.RESIDENCE, {})
    match step:
        case steps.PERSON:
            return {"language": translation.get_language()}
        case steps.BIRTH:
            return {"birth_country": "IT", **read_from_tax_code(str(person.get("tax_code", "")))}
        case steps.RESIDENCE:
            return {"country": "IT"}
        case steps.DOCUMENT:
            return {"document_kind": "cie"}
        case steps.RENEWAL:
            return {"certificate": ELSEWHERE, "was_renewed": ""}
        case steps.OPTIONS if order.product_family is ProductFamily.SHIPPING:
            return {"quantity": 1, "email": member.email, "shipping": "standard", **_of_organisation(order)}
        case steps.OPTIONS:
            at_home = {
                name: home.get(name, "") for name in ("street", "municipality", "province", "postal_code")
            }
            is_in_italy = home.get("country") == "IT"
            return {
                "recipient": order.holder_name,
                "shipping": "standard",
                **(at_home if is_in_italy else {}),
            }
    return {}


def _of_organisation(order: Order) -> dict[str, str]:
    organisation = order.organisation
    if organisation.country != "IT":
        return {"recipient": organisation.name}
    return {
        "recipient": organisation.name,
        "street": organisation.address,
        "municipality": organisation.city,
        "province": organisation.province,
        "postal_code": organisation.postal_code,
    }
