"""Letters about certificates that end some day."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from ..models import Certificate
from .letter import Letter, in_days, said


def renewal_opens(certificate: Certificate, is_holder: bool, days: int, last_day: date) -> Letter:
    """It can be renewed now, and until when."""
    about = _about(certificate) | {"left": in_days(days), "last_day": said(last_day)}
    do = (
        _("%(organisation)s can order the renewal at Sigillo; its code then comes to you.")
        if is_holder
        else _(
            "One click on its page orders the renewal. Its code then goes to %(holder)s, who uses it at %(maker)s."
        )
    )
    return Letter(
        subject=_("%(left)s to renew: %(holder)s, %(what)s") % about,
        heading=_("A certificate is to be renewed"),
        paragraphs=[
            _("The certificate of %(holder)s (%(what)s, %(maker)s) expires on %(expiry)s.") % about,
            _("It can be renewed until %(last_day)s. What has expired is not renewed: a new one is needed "
              "then.") % about,
            do % about,
        ],
        action=_("Renew it"),
        reason=_reason(certificate, is_holder),
    )  # fmt: skip


def replacement_needed(
    certificate: Certificate, is_holder: bool, days: int, instead: Callable[[], str]
) -> Letter:
    """It cannot be renewed here: what to do ``instead``, in time."""
    about = _about(certificate) | {"left": in_days(days)}
    return Letter(
        subject=_("%(left)s: %(holder)s, %(what)s expires") % about,
        heading=_("A certificate expires"),
        paragraphs=[
            _("The certificate of %(holder)s (%(what)s, %(maker)s) expires on %(expiry)s.") % about,
            instead(),
        ],
        action=_("See the certificate"),
        reason=_reason(certificate, is_holder),
    )


def renewal_waits(certificate: Certificate, is_holder: bool, days: int, last_day: date) -> Letter:
    """The renewal is bought and its code handed over; it is not done before the holder has used it."""
    about = _about(certificate) | {"left": in_days(days), "last_day": said(last_day)}
    do = (
        _("Use the renewal code at %(maker)s, until %(last_day)s. If it is done already, say so on the "
          "page that the code came with.")
        if is_holder
        else _("%(holder)s has the renewal code and must use it at %(maker)s, until %(last_day)s. When it "
               "is done, say so on the certificate’s page.")
    )  # fmt: skip
    return Letter(
        subject=_("%(left)s: the renewal is bought, not done") % about,
        heading=_("The renewal is not done yet"),
        paragraphs=[
            _("The renewal of the certificate of %(holder)s (%(what)s, %(maker)s) was bought. That alone "
              "renews nothing: it expires on %(expiry)s.") % about,
            do % about,
        ],
        action=_("See the certificate"),
        reason=_reason(certificate, is_holder),
    )  # fmt: skip


def certificate_expired(certificate: Certificate, is_holder: bool) -> Letter:
    """It has expired, and nobody has said that it was renewed."""
    about = _about(certificate)
    paragraphs = [
        _("The certificate of %(holder)s (%(what)s, %(maker)s) expired on %(expiry)s. Nothing can be "
          "signed with it any more.") % about,
    ]  # fmt: skip
    if certificate.renewal == Certificate.Renewal.MISSED:
        paragraphs.append(_("If its renewal was finished in time, say so on its page."))
    paragraphs.append(_("What has expired is not renewed: a new one is needed."))
    return Letter(
        subject=_("Expired: %(holder)s, %(what)s") % about,
        heading=_("A certificate has expired"),
        paragraphs=paragraphs,
        action=_("See the certificate"),
        reason=_reason(certificate, is_holder),
    )


def _about(certificate: Certificate) -> dict[str, str]:
    return {
        "holder": certificate.holder_name,
        "what": str(certificate.get_covers_display()),
        "maker": certificate.maker,
        "expiry": said(certificate.expires_on),
        "organisation": certificate.organisation.name,
    }


def _reason(certificate: Certificate, is_holder: bool) -> str:
    if is_holder:
        return _("You get this mail because %(organisation)s looks after your certificate at Sigillo.") % {
            "organisation": certificate.organisation.name
        }
    return _("You get this mail because this certificate is looked after at Sigillo.")
