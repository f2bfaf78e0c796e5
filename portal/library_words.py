"""Words of Django and allauth that people meet here: untranslated there, or said otherwise than we say them.

Our catalogues go before those of libraries, so it is enough that these texts are found in a source of ours.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

SAID_OTHERWISE = [_("Email"), _("Email address"), _("E-mail address"), _("Enter a valid email address.")]
# Django's Italian begins them with a capital, which Italian does nowhere but at the beginning of a sentence.
MONTHS = [
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
]  # fmt: skip
UNTRANSLATED = [
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    _("Reset password"),
    _("Set password"),
    _("Set password: %s"),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Enable password-based authentication for this user by setting a password."),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Error:"),
    _("Accounts"),
]
