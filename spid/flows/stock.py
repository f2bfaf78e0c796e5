"""Vouchers as they are kept: sealed at once, told apart by a fingerprint, given away once."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from billing.models import Purchase
from upstream.spid import is_address
from vault import open_sealed, seal

from ..models import Activation, Voucher
from . import alarms

LINK_PURPOSE = "spid-link"


def reference_of(link: str) -> str:
    """A link's fingerprint. Keyed, since a voucher's code is short enough to be guessed from a plain digest."""
    return f"spid-{salted_hmac('spid.voucher', link, algorithm='sha256').hexdigest()[:32]}"


def origin_of(link: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}"


def is_known_origin(link: str) -> bool:
    """Whether our pages may lead a browser there (``SPID_ORIGINS``)."""
    return origin_of(link) in {origin_of(origin) for origin in settings.SPID_ORIGINS}


def is_new_link(link: str) -> bool:
    """Whether this can be a voucher's link, and one that we do not have yet."""
    is_possible = is_address(link) and is_known_origin(link)
    return is_possible and not Voucher.objects.filter(reference=reference_of(link)).exists()


def link_of(voucher: Voucher) -> str:
    """The voucher's link, for the browser of its person, or to give a spare away."""
    return open_sealed(voucher.sealed_link, LINK_PURPOSE).decode()


def keep_link(purchase: Purchase, link: str, source: str) -> Voucher:
    """Seal a link that was paid for. One that is known already stays as it is."""
    reference = reference_of(link)
    voucher, is_new = Voucher.objects.get_or_create(
        reference=reference,
        defaults={"sealed_link": seal(link, LINK_PURPOSE), "source": source, "purchase": purchase},
    )
    if is_new and not is_known_origin(link):
        alarms.unknown_origin(reference, origin_of(link))
    return voucher


def give(voucher: Voucher, activation: Activation) -> bool:
    """Make a spare somebody's: one conditional UPDATE. False when it is given away already."""
    given = Voucher.objects.filter(pk=voucher.pk, activation=None).update(activation=activation)
    return bool(given)
