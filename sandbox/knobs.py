"""What nobody knows of the provider, as switches (contract, section 9), with the likeliest default each."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from . import clock
from .models import Knob


@dataclass(frozen=True)
class Knobs:
    """All switches. Times in seconds, prices in EUR."""

    # What it costs and when
    price_single: str = "0.70"
    """Per signer, by single call, in the first generation."""
    price_esignature: str = "0.70"
    """Per signer (or document, see price_unit), by single call, of EU-SES: unknown, assumed as before."""
    price_subscription: str = "0.14"
    """Per signer of a new subscription; its requests are paid in advance."""
    subscription_charges_wallet: bool = False
    """Whether a request out of a subscription takes its price from the wallet besides the decrement."""
    price_spid: str = "14.20"
    """One voucher for personal SPID, by single call."""
    price_spid_subscription: str = "9.90"
    """The same while a subscription with available requests is active."""
    price_unit: str = "signer"
    """signer | document"""
    charge_on: str = "create"
    """create | finish"""
    refund_on_failure: bool = False
    """Whether the price comes back when the document is not accepted, or signing fails."""
    refund_on_refusal: bool = False
    """The same when a signer refuses, or time runs out."""
    refund_on_withdrawal: bool = False
    """The same when an open procedure is deleted."""

    # Vouchers for personal SPID
    spid_total: int = 1000
    """How many there are in all; when so many were sold, they are sold out."""
    spid_activation_delay: float = 0.0
    """Seconds from the video recognition to the active identity and its mail."""

    # How long and how often
    validation_delay: float = 1.0
    scope_delay: float = 0.0
    """How long the services answer 403 to a token that is new, or has new scopes."""
    otp_attempts: int = 5
    otp_sends: int = 10
    otp_lifetime: float = 600.0
    otp_length: int = 6
    expiry_days: float = 0.0
    """Days after which a first-generation procedure expires; 0 never."""
    esignature_expiry_days: float = 0.0
    """The same for EU-SES, where no expiry is documented."""
    file_days: float = 30.0
    detail_days: float = 365.0

    # Words
    validating_state: str = "WAIT_VALIDATION"
    signing_state: str = "WAIT_SIGNERS"
    signer_new_state: str = "NEW"
    signer_done_state: str = "DONE"
    signer_refused_state: str = "REFUSED"
    refused_state: str = "REFUSED"
    expired_state: str = "EXPIRED"
    member_waiting_status: str = "pending"
    member_opened_status: str = "processing"
    firmadigitale_failed_status: str = "file validation failed"
    """file validation failed | request failed | error"""

    # Behaviour
    esignature_refusal: bool = False
    """Whether a signer can refuse on the signing page of the second generation."""
    started_on: str = "visit"
    """What turns `created` into `started`: visit | validation"""
    position_origin: str = "lower-left"
    """Origin of `position` in the first generation: lower-left | upper-left"""
    position_unit: float = 1.0
    """Points in a unit of `position`: 1, or 0.75 where its px are those of 96 to the inch."""
    esignature_unit: float = 1.0
    """Points in a unit of x and y in the second generation."""
    ordered: bool = False
    """First generation: signers sign in the order of the list."""
    enveloped: bool = True
    """Answers of eSignature and OAuth wrapped in the envelope (live) or bare (paper)."""
    echo_callback: bool = True
    """Whether the callback object comes back in eSignature details."""
    list_key: str = "id"
    """Name of the id in first-generation lists: id | _id"""
    firmadigitale: str = "on"
    """The first generation after its end: on | gone (410) | absent (404)"""
    firmadigitale_callback: str = "data"
    """Body of its callback: data (wrapped) | bare"""
    firmadigitale_callback_method: str = "POST"
    """POST (form) | JSON, where the request says nothing"""
    firmadigitale_callback_retry: int = 0
    """How often the first generation tries a callback again."""
    mail_links: bool = False
    """Whether the provider mails the signing link to the signer."""
    mail_finished: bool = False
    """Whether the provider mails the finished PDF's notice to the signers."""
    certificate_name: str = "service"
    """Whose name the signing certificate bears: service | signer"""
    max_megabytes: float = 50.0
    max_pages: int = 0
    max_signers: int = 0
    invalid_field_number: int = 600
    """Error number of a 422 for fields that the paper gives none for."""
    firmadigitale_missing_number: int = 428
    """Error number of a 428 (a field is missing) in the first generation."""
    firmadigitale_invalid_number: int = 406
    """Error number of a 406 (a field is invalid) in the first generation."""
    retry_pause: float = 1.0
    """Pause before a callback's first retry; doubles each time."""
    callback_timeout: float = 30.0
    """How long a callback waits for its answer."""

    # Orders of qualified signatures
    orders: str = "on"
    """Catalogue and orders after the old host's end: on | gone (410) | absent (404)"""
    order_list_key: str = "_id"
    """Name of the id in the list of orders: _id (as its example) | id (as its schema)"""
    order_wobble: bool = True
    """Whether types wobble as the examples do: numbers as order numbers, times with stray commas."""
    order_missing_number: int = 220
    """Error number of a 428 for required fields that the paper gives none for."""
    order_invalid_number: int = 250
    """The same of a 406 for invalid values."""
    order_pace: float = 1.0
    """Factor on the delays in the scripts of states; 0 goes on at once."""
    order_papers_again: bool = False
    """Whether papers are taken again after they have come (else 428), until the order is fulfilled."""
    identification_days: float = 0.0
    """Days after which an order that still waits for papers lapses; 0 never."""
    lapsed_state: str = "annullata"
    price_assistance: str = "0.00"
    price_urgency: str = "0.00"
    price_priority: str = "0.00"
    price_express: str = "0.00"
    video_recognition_charged: bool = True
    """Whether video recognition costs its catalogue price also when it is bought along with the order."""
    codes_in_order: bool = False
    """Whether InfoCert's PIN, PUK and emergency code show in the order too, and not only in the holder's mail."""
    mail_holder: bool = True
    """Whether the makers write to the holder."""
    order_callback_trigger: str = "change"
    """What an order's callback is sent for: change | end | never"""
    order_callback_method: str = "POST"
    """POST (form) | JSON, where the order says nothing"""
    order_callback: str = "data"
    """Body of a JSON callback: data (wrapped) | bare"""
    order_callback_retries: int = 0
    """How often a callback that met a passing failure is tried again."""
    tokens_age: bool = False
    """Whether moving the clock ahead ends tokens too."""
    clock_offset: float = 0.0
    """How far the sandbox's clock is ahead."""


_CHOICES = {
    "price_unit": {"signer", "document"},
    "charge_on": {"create", "finish"},
    "started_on": {"visit", "validation"},
    "position_origin": {"lower-left", "upper-left"},
    "list_key": {"id", "_id"},
    "firmadigitale": {"on", "gone", "absent"},
    "firmadigitale_callback": {"data", "bare"},
    "firmadigitale_callback_method": {"POST", "JSON"},
    "certificate_name": {"service", "signer"},
    "firmadigitale_failed_status": {"file validation failed", "request failed", "error"},
    "orders": {"on", "gone", "absent"},
    "order_list_key": {"_id", "id"},
    "order_callback_trigger": {"change", "end", "never"},
    "order_callback_method": {"POST", "JSON"},
    "order_callback": {"data", "bare"},
}
# Smallest and largest value, where it is not 0 to _MANY.
_BOUNDS: dict[str, tuple[float, float]] = {
    "clock_offset": (-1e9, 1e9),
    "otp_attempts": (1, 1000),
    "otp_length": (4, 12),
    "position_unit": (0.01, 100),
    "esignature_unit": (0.01, 100),
}
_MANY = 1e6
_lock = threading.Lock()
_current = Knobs()


def current() -> Knobs:
    """The switches as they stand."""
    return _current


def as_dict() -> dict[str, Any]:
    """Name and value of every switch."""
    return asdict(_current)


def choices() -> dict[str, list[str]]:
    """The words that a switch may have, where it is not free."""
    return {name: sorted(words) for name, words in _CHOICES.items()}


def load() -> None:
    """Read the changed switches from the database."""
    kept = {knob.name: knob.value for knob in Knob.objects.all()}
    _use({name: value for name, value in kept.items() if name in as_dict()})


def change(values: dict[str, Any]) -> Knobs:
    """Change some switches. Raises ValueError naming the first that does not fit."""
    fitting = {name: _fit(name, value) for name, value in values.items()}
    for name, value in fitting.items():
        Knob.objects.update_or_create(name=name, defaults={"value": value})
    return _use(fitting)


def reset() -> None:
    """Put every switch back to its default."""
    global _current
    Knob.objects.all().delete()
    with _lock:
        _current = Knobs()
    clock.set_offset(0)


def _use(values: dict[str, Any]) -> Knobs:
    global _current
    with _lock:
        _current = replace(_current, **values)
    clock.set_offset(_current.clock_offset)
    return _current


def _fit(name: str, value: Any) -> Any:
    kinds = {one.name: type(one.default) for one in fields(Knobs)}
    if name not in kinds:
        raise ValueError(f"unknown setting {name!r}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(sorted(_CHOICES[name]))}")
    kind = kinds[name]
    is_price = name.startswith("price_") and name not in _CHOICES
    try:
        if kind is bool:
            return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "on", "yes"}
        fitting = Decimal(str(value)) if is_price else kind(value)
    except (TypeError, ValueError, OverflowError, InvalidOperation) as error:
        raise ValueError(f"{name}: {value!r} does not fit") from error
    if is_price or kind is not str:
        _check_bounds(name, fitting)
    return str(fitting) if is_price else fitting


def _check_bounds(name: str, value: Any) -> None:
    smallest, largest = _BOUNDS.get(name, (0, _MANY))
    # What is no number at all is not even itself.
    if value != value or not smallest <= value <= largest:
        raise ValueError(f"{name} must lie between {smallest:g} and {largest:g}")
