"""Who has something already: a codice fiscale with an open voucher or an identity, a contact that is another's.

Asked across all organisations. What comes back says that it is so, and never whose.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..models import Activation
from .hand_over import Person


@dataclass(frozen=True)
class Taken:
    """What of a list of people is taken already."""

    tax_codes: frozenset[str]
    # Contacts that belong to another codice fiscale.
    emails: frozenset[str]
    mobiles: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not (self.tax_codes or self.emails or self.mobiles)


def taken_by_others(people: Iterable[Person], *, except_for: Activation | None = None) -> Taken:
    """What of these people is on the way, or active, already. Each kind is one query."""
    people = list(people)
    taken = Activation.objects.taken()
    if except_for is not None:
        taken = taken.exclude(pk=except_for.pk)
    emails = {person.email: person.tax_code for person in people}
    mobiles = {person.mobile: person.tax_code for person in people}
    tax_codes = taken.filter(tax_code__in=[person.tax_code for person in people])
    with_email = taken.filter(email__in=emails).values_list("email", "tax_code")
    with_mobile = taken.filter(mobile__in=mobiles).values_list("mobile", "tax_code")
    return Taken(
        frozenset(tax_codes.values_list("tax_code", flat=True)),
        frozenset(email for email, code in with_email if code and code != emails[email]),
        frozenset(mobile for mobile, code in with_mobile if code and code != mobiles[mobile]),
    )
