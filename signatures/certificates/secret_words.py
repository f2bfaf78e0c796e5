"""What the secrets of an order are called, and how each is used, in the order in which people need them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "renewal_token": _("Renewal code"),
    "activation_code": _("Activation code"),
    "username": _("User name"),
    "alias": _("Alias (user name of the remote signature)"),
    "user_code": _("User code"),
    "pin": _("PIN"),
    "puk": _("PUK"),
    "emergency_code": _("Emergency code, to suspend the certificate"),
    "envelope_number": _("Number of the secret envelope"),
    "card_number": _("Card number"),
    "device_number": _("Device number"),
    "iut": _("IUT, the holder’s number at the maker"),
}


def in_words(values: dict[str, str]) -> list[tuple[str, str]]:
    """Label and value of each, in order; one that is new to us comes last, under the provider's name."""
    known = [(str(label), values[name]) for name, label in WORDS.items() if name in values]
    return known + [(name, value) for name, value in values.items() if name not in WORDS]


def names_in_words(names: list[str]) -> list[str]:
    """The labels alone."""
    return [label for label, _value in in_words(dict.fromkeys(names, ""))]
