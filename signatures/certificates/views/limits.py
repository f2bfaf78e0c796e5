"""How often a member may do what tells something of others, or costs a lot; nobody who types comes near to it."""

from collections.abc import Mapping
from typing import Any

from customers.limits import allow
from customers.requests import CustomerRequest

from .. import steps
from ..flows.draft import TYPED
from ..models import Order

# A holder takes two or three: as a contact is typed, and as it is put right.
CONTACTS = (150, 3600)
# A holder takes two sides and a form, and each perhaps again.
PAPERS = (60, 600)
ASKED = ("tax_code", "email", "mobile")


def may_ask(request: CustomerRequest) -> bool:
    """Whether this member may be told once more if a contact is another person's, of any customer."""
    return allow(f"contacts:{request.user.pk}", *CONTACTS)


def may_answer(request: CustomerRequest, order: Order, step: str, typed: Mapping[str, Any]) -> bool:
    """The same of a step that was typed. Counted is a new question alone: the rest of the form tells nothing of others.

    The holder of a certificate that is renewed is a question as well: whoever recorded it has typed them.
    """
    if step == steps.RENEWAL:
        return may_ask(request)
    if step != steps.PERSON or not typed.get("tax_code") or not (typed.get("email") or typed.get("mobile")):
        return True
    details = order.details
    before = details.get(TYPED, {}).get(step) or details.get(step, {})
    is_new = any((before.get(name) or "") != (typed.get(name) or "") for name in ASKED)
    return not is_new or may_ask(request)


def may_hand_in(request: CustomerRequest) -> bool:
    """Whether this member may have one more picture or paper looked at."""
    return allow(f"papers:{request.user.pk}", *PAPERS)
