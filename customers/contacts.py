"""E-mail addresses and mobile numbers as people type them and as they are kept."""

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class EmailField(forms.EmailField):
    """An address as it is kept: in small letters, its domain as mail servers spell it (IDNA).

    So two that look alike but lead elsewhere look different, and none is kept that no mail can carry. As long as
    a mail server takes it (RFC 5321, 4.5.3.1.3) and a column keeps it.
    """

    LONGEST = 254

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=self.LONGEST, **options)

    def to_python(self, value: Any) -> str:
        # Before the length is checked: the other spelling may be longer.
        name, at, domain = str(super().to_python(value)).lower().rpartition("@")
        if not domain.isascii():
            try:
                domain = domain.encode("idna").decode()
            except UnicodeError as error:
                raise ValidationError(EmailValidator.message, "invalid") from error
        return f"{name}{at}{domain}"


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
