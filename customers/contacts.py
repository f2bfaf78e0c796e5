"""Mobile numbers as people type them and as they are kept."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def mobile_number(text: str) -> str:
    """A mobile number in E.164; without a prefix it is Italian. Raises ``ValidationError``.

    Only numbers that can receive an SMS: a landline gets no one-time code.
    """
    try:
        number = phonenumbers.parse(text, "IT")
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            _("Enter a mobile number, such as 333 1234567 or +33 6 12345678."), "phone"
        ) from error
    if not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("This number does not exist. Check the digits and the country prefix."), "phone"
        )
    if phonenumbers.number_type(number) not in MOBILE:
        raise ValidationError(_("This is a landline: the code comes by SMS and needs a mobile."), "landline")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
