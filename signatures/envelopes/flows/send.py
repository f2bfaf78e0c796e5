"""Send an envelope: make the draft an order, with its purchase intended, in one transaction."""

import hashlib
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.flows import purchase as fence
from billing.flows.quote import Quote, quote
from billing.flows.tariff import tariff_now
from billing.models import Product
from customers.models import User
from facts.chain import canonical
from upstream import Generation

from ..models import Envelope, Signer
from .state import Actor, NotPossible, locked, move, tell


class NotReady(Exception):
    """Something is missing before it can be sent; ``problems`` says what, in the reader's language."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class PriceChanged(Exception):
    """The price is not the one that the sender was shown; ``quote`` is the one in force."""

    def __init__(self, quote: Quote) -> None:
        super().__init__(f"now {quote.unit_price}")
        self.quote = quote


class Changed(Exception):
    """The envelope is not what its sender has reviewed: somebody has changed it meanwhile."""


def price_of(envelope: Envelope) -> Quote:
    """What sending this envelope costs now. Raises ``PriceMissing``."""
    count = envelope.signers.count()
    return quote(envelope.organisation, Product.SIMPLE_SIGNATURE, count, timezone.now())


def problems_of(envelope: Envelope) -> list[str]:
    """What is still missing before the envelope can be sent, in the reader's language; empty when nothing is."""
    signers = list(envelope.signers.prefetch_related("placements"))
    problems = []
    if not envelope.title:
        problems.append(_("Give the envelope a title."))
    if not signers:
        problems.append(_("Name at least one signer."))
    for signer in signers:
        places = list(signer.placements.all())
        if not places:
            problems.append(_("Say where %(name)s signs.") % {"name": signer.full_name})
        if any(place.page > envelope.page_count for place in places):
            problems.append(
                _("%(name)s would sign on a page that does not exist.") % {"name": signer.full_name}
            )
        if settings.PROVIDER_GENERATION == Generation.FIRMADIGITALE and not signer.mobile:
            problems.append(_("%(name)s needs a mobile number for the code.") % {"name": signer.full_name})
    if envelope.expires_on and envelope.expires_on < timezone.localdate():
        problems.append(_("The day to sign by has passed."))
    return problems


def order(envelope: Envelope, user: User, ip: str, expected_unit_price: Decimal, reviewed: str = "") -> None:
    """Send a draft: from here on it is bought, once, and followed to its end.

    ``reviewed`` is the ``request_digest`` that the sender was shown the total of; empty where nobody was shown one.
    Raises ``NotReady``, ``PriceChanged``, ``PriceMissing``, ``Changed``, and ``NotPossible`` when it was sent already.
    """
    # First of all: whatever changes while the rest is looked at is noticed under the lock.
    digest = request_digest(envelope)
    if problems := problems_of(envelope):
        raise NotReady(problems)
    price = price_of(envelope)
    if price.unit_price != expected_unit_price:
        raise PriceChanged(price)
    if reviewed and digest != reviewed:
        raise Changed
    tariff = tariff_now(settings.PROVIDER_GENERATION, price.quantity)
    with locked(envelope.pk) as draft:
        if draft.state != Envelope.State.DRAFT:
            raise NotPossible
        # Nothing before this line was looked at under the lock.
        if request_digest(draft) != digest:
            raise Changed
        _begin(draft, price, tariff, digest, {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip})
    envelope.refresh_from_db()


def _begin(draft: Envelope, price: Quote, tariff: str, digest: str, who: dict[str, str]) -> None:
    """Intend the purchase of a draft that is locked, and write down what was sent."""
    from ..tasks import buy

    generation, now = settings.PROVIDER_GENERATION, timezone.now()
    purchase = fence.intend(
        organisation=draft.organisation,
        fact_key=f"envelope:{draft.pk}",
        product=Product.SIMPLE_SIGNATURE,
        generation=generation,
        quantity=price.quantity,
        tariff=tariff,
        request_digest=digest,
        now=now,
        agreed={Product.SIMPLE_SIGNATURE: price.sale},
    )
    expires_on = draft.expires_on or timezone.localdate() + timedelta(days=settings.ENVELOPE_EXPIRY_DAYS)
    move(
        draft,
        Envelope.State.BUYING,
        generation=generation,
        purchase=purchase,
        sent_at=now,
        expires_on=expires_on,
    )
    tell(draft, "created", **who, title=draft.title, file=draft.filename, sha256=draft.original.sha256,
         pages=draft.page_count, prepared_at=str(draft.created_at))  # fmt: skip
    tell(draft, "sent", **who, signers=[_described(s) for s in draft.signers.prefetch_related("placements")],
         unit_price=str(price.unit_price), in_order=draft.is_ordered, sign_by=str(expires_on))  # fmt: skip
    fence.show_waiting(purchase)
    buy.delay_on_commit(str(purchase.pk))


def request_digest(envelope: Envelope) -> str:
    """SHA-256 of what is bought: document, title, message, signers and places."""
    content = {
        "sha256": envelope.original.sha256,
        "title": envelope.title,
        "message": envelope.message,
        "signers": [_described(signer) for signer in envelope.signers.prefetch_related("placements")],
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _described(signer: Signer) -> dict[str, object]:
    return {
        "signer": str(signer.pk),
        "name": signer.full_name,
        "email": signer.email,
        "mobile": signer.mobile,
        "code": signer.otp_channel,
        "language": signer.language,
        "places": [[place.page, place.place] for place in signer.placements.all()],
    }
