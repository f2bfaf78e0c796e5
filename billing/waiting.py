"""What pages say of a purchase that waits for its customer's credit, whatever is bought."""

from django.urls import reverse
from django.utils.translation import gettext as _

from facts.timeline import Waiting


def waiting_for_funds() -> Waiting:
    """It goes on by itself, once somebody has topped up: there, if they look after the money."""
    return Waiting(
        _("Your wallet lacks credit"),
        _("It goes on by itself after a top-up. Nothing was bought yet."),
        reverse("wallet:wallet"),
        _("See the wallet"),
    )
