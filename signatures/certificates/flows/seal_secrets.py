"""Put what only the holder may see into the vault, the moment it arrives, and tell the holder that it is there.

Values pass through here from the provider's answer straight under seal; nothing else of ours ever holds one.
"""

import json
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from outbox import sms
from vault import digest_of, new_token, open_sealed, seal

from ..letters import codes_need_a_member, codes_ready
from ..models import HolderSecret, Order
from ..models.secret import SECRET_PURPOSE
from .notify import holder_of, mail_customer, mail_holder, members_with
from .state import Actor, NotPossible, tell


def secret_of(order: Order) -> HolderSecret | None:
    """What lies in the vault for an order, or lay there."""
    return getattr(order, "secret", None)


def new_among(order: Order, secrets: Mapping[str, str]) -> dict[str, str]:
    """Those that have not arrived before."""
    secret = secret_of(order) if secrets else None
    known = set(secret.names) if secret else set()
    return {name: value for name, value in secrets.items() if name not in known}


def keep(order: Order, secrets: Mapping[str, str]) -> None:
    """Seal what is new, in the transaction of the change that brought it.

    What was opened is gone for good; something that arrives after that makes a new envelope of its own.
    """
    new = new_among(order, secrets)
    if not new:
        return
    secret = secret_of(order) or HolderSecret(order=order)
    waiting = json.loads(open_sealed(secret.sealed, SECRET_PURPOSE)) if secret.sealed else {}
    secret.names = [*secret.names, *sorted(new)]
    secret.sealed = seal(json.dumps({**waiting, **new}), SECRET_PURPOSE)
    secret.arrived_at = timezone.now()
    secret.opened_at, secret.opened_by, secret.told_at = None, "", None
    secret.save()
    order.secret = secret
    tell(order, "secrets_arrived", actor=Actor.PROVIDER, what=sorted(new))


def offer(order: Order) -> None:
    """Write to the holder how to open what has arrived, once; or to the customer, if the holder has no way yet."""
    secret = secret_of(order)
    if secret is None or not secret.sealed or secret.told_at is not None:
        return
    try:
        write_to_holder(order)
    except NotPossible:
        secret.told_at = timezone.now()
        secret.save(update_fields=["told_at"])
        mail_customer(order, codes_need_a_member, fact=str(secret.arrived_at))


def write_to_holder(order: Order, **who: str) -> None:
    """A letter to the holder of a locked order, with a new address; any earlier one leads nowhere from now on.

    Raises ``NotPossible`` when there is nothing to open, or no way for the holder to open it.
    """
    secret = HolderSecret.objects.filter(order=order).exclude(sealed="").first()
    holder = holder_of(order)
    ways = {
        "is_member": bool(members_with(order.organisation, holder["email"])),
        "by_mobile": sms.is_available() and bool(holder["mobile"]),
    }
    if secret is None or not holder["email"] or not any(ways.values()):
        raise NotPossible
    token = renew_address(secret)
    secret.told_at = timezone.now()
    secret.save(update_fields=["told_at"])
    mail_holder(order, codes_ready, fact=digest_of(token)[:16], address=address_of(token), **ways)
    tell(order, "holder_told", **who, name=order.holder_name)


def renew_address(secret: HolderSecret) -> str:
    """A fresh secret for the holder's address; every earlier mail of theirs leads nowhere from now on."""
    token = new_token()
    secret.token_digest = digest_of(token)
    secret.save(update_fields=["token_digest"])
    return token


def address_of(token: str) -> str:
    """The address in the holder's mail. Only the mail ever holds it."""
    return settings.PORTAL_URL + reverse("codes:codes", args=[token])
