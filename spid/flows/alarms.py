"""What staff must hear of vouchers. Never a link, never a name."""

from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Activation


def unknown_origin(reference: str, origin: str) -> None:
    """The provider's links lead to a place that our pages may not lead to."""
    alarm(
        key=f"spid-origin:{origin}",
        subject=_("SPID links lead to an unknown place"),
        text=_("Voucher %(reference)s leads to %(origin)s. If that is right, add it to SPID_ORIGINS.")
        % {"reference": reference, "origin": origin},
    )


def link_refused(activation: Activation) -> None:
    """A person says that the identity provider did not take their voucher."""
    alarm(
        key=f"spid-refused:{activation.pk}",
        subject=_("A SPID voucher was refused"),
        text=_(
            "The person of activation %(id)s says that the identity provider refused the link as invalid or used. "
            "Ask the provider's support."
        )
        % {"id": activation.pk},
    )


def spare_kept(reference: str) -> None:
    """A voucher is in stock that nobody ordered: the next in line gets it."""
    alarm(
        key=f"spid-spare:{reference}",
        subject=_("A SPID voucher is in stock"),
        text=_("Voucher %(reference)s was paid for and is nobody's. The next in line gets it.")
        % {"reference": reference},
    )
