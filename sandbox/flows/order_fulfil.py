"""An order is fulfilled: times, what the order then shows, and what only the holder is told (contract, section 4.3).

InfoCert sends PIN, PUK and emergency code to the holder in a virtual envelope; Aruba shows the first four characters
of PIN and PUK in the order and sends the rest to the holder.
"""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta

from .. import knobs
from ..order_models import Family, Order

RENEWAL_DAYS = 1096
ABROAD_DAYS = 366
DEVICE_YEARS = 3
_HALF = 4
_TOKEN = string.ascii_letters + string.digits
# Nothing is shipped for these.
_REMOTE = ("FIRREM", "OTPMOB")


def fulfil(order: Order, at: datetime) -> None:
    """Set what a fulfilled order has; the caller saves it. What was set by the control desk stays."""
    order.issued_at = order.fulfilled_at = at
    order.expires_at = _expiry(order, at)
    if order.family == Family.RENEWAL:
        order.credentials = {"token": _random(_TOKEN, 16)} | order.credentials
    elif order.family == Family.FOREIGN:
        order.credentials = {"codice": _random(_TOKEN, 12)} | order.credentials
    elif order.family == Family.SHIPPING:
        order.device = {"codice_spedizione": _tracking()} | order.device
    elif order.family == Family.VIDEO:
        order.holder_codes = _codes()
    else:
        order.holder_codes = _codes()
        order.device = _device(order) | order.device


def _device(order: Order) -> dict[str, str]:
    codes = order.holder_codes
    is_remote = order.code in _REMOTE
    shown = {
        "numero_dispositivo": _random(string.digits, 16),
        "codice_utente": _random(string.digits, 8),
        "iut": f"{order.created_at:%Y}{_random(string.digits, 10)}A",
    }
    if is_remote:
        shown["alias"] = f"RHI{order.created_at:%y%m%d}{_random(string.digits, 6)}"
    else:
        shown |= {"codice_spedizione": _tracking(), "codice_carta": _random(string.digits, 14)}
    if order.family == Family.ARUBA:
        return shown | {"pin": codes["pin"][:_HALF], "puk": codes["puk"][:_HALF]}
    shown["numero_busta"] = codes["numero_busta"]
    if knobs.current().codes_in_order:
        shown |= {name: codes[name] for name in ("pin", "puk", "codice_emergenza")}
    return shown


def _codes() -> dict[str, str]:
    return {
        "pin": _random(string.digits, 8),
        "puk": _random(string.digits, 8),
        "codice_emergenza": _random(string.ascii_uppercase + string.digits, 10),
        "numero_busta": _random(string.digits, 12),
    }


def _expiry(order: Order, at: datetime) -> datetime | None:
    if order.family == Family.RENEWAL:
        return at + timedelta(days=RENEWAL_DAYS)
    if order.family == Family.FOREIGN:
        return at + timedelta(days=ABROAD_DAYS)
    # A reader and a blank device hold no certificate.
    return None if order.family == Family.SHIPPING else _years_later(at, DEVICE_YEARS)


def _years_later(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)


def _tracking() -> str:
    return f"SB{_random(string.digits, 9)}IT"


def _random(characters: str, length: int) -> str:
    return "".join(secrets.choice(characters) for _ in range(length))
