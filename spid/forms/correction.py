"""What was wrong about a person, and how they are reached."""

from typing import Any

from django.core.exceptions import ValidationError

from ..flows.hand_over import Person
from ..flows.taken import taken_by_others
from ..models import Activation
from .people import OTHERS_EMAIL, OTHERS_MOBILE, ContactFields


class CorrectionForm(ContactFields):
    """Name and contacts of a person whose voucher waits or was handed over. The codice fiscale stays."""

    def __init__(self, *args: Any, activation: Activation, **kwargs: Any) -> None:
        names = ("name", "surname", "email", "mobile", "language")
        kwargs.setdefault("initial", {name: getattr(activation, name) for name in names})
        super().__init__(*args, **kwargs)
        self.activation = activation

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            taken = taken_by_others([self.person], except_for=self.activation)
            if taken.emails:
                self.add_error("email", ValidationError(OTHERS_EMAIL, "taken"))
            if taken.mobiles:
                self.add_error("mobile", ValidationError(OTHERS_MOBILE, "taken"))
        return cleaned

    @property
    def person(self) -> Person:
        """Who was typed; only when the form is valid."""
        names = ("name", "surname", "email", "mobile", "language")
        return Person(tax_code=self.activation.tax_code, **{name: self.cleaned_data[name] for name in names})
