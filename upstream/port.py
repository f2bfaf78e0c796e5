"""The port: what the rest of the house says to, and hears from, either generation of the signature API.

Plain values in our own words; the provider's Italian names and wobbling types stay behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol

OtpChannel = Literal["sms", "email"]


class Generation(StrEnum):
    """Which of the provider's two signature APIs a procedure lives in."""

    ESIGNATURE = "esignature"
    FIRMADIGITALE = "firmadigitale"


class ProcedureState(StrEnum):
    """Our reading of the provider's state word. UNKNOWN means: leave your state as it was, and raise an alarm."""

    PREPARING = "preparing"
    SIGNING = "signing"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SignerState(StrEnum):
    """Our reading of the provider's state word for one signer."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NewPlacement:
    """A box to sign in: PDF points from the top left corner of page 1..n; each generation converts."""

    page: int
    left: Decimal
    top: Decimal
    width: Decimal
    height: Decimal
    page_width: Decimal
    page_height: Decimal


@dataclass(frozen=True)
class NewSigner:
    """A person to sign. `mobile` with its prefix ("+39…"); `message` goes along with the one-time code.

    The first generation sends codes by SMS only: there `mobile` is needed whatever `otp_channel` says.
    """

    name: str
    surname: str
    email: str
    mobile: str
    otp_channel: OtpChannel
    language: str
    placements: tuple[NewPlacement, ...]
    message: str = ""


@dataclass(frozen=True)
class NewProcedure:
    """One PDF for one or more signers.

    `callback_key` is unguessable; it travels in the callback object and comes back when the procedure is
    read: it authenticates a callback, and it is how a creation whose answer was lost is found again.
    """

    title: str
    message: str
    filename: str
    content: bytes = field(repr=False)
    signers: tuple[NewSigner, ...]
    callback_url: str = field(repr=False)
    callback_key: str = field(repr=False)
    complete_url: str = field(default="", repr=False)
    cancel_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class ProcedureSigner:
    """A signer as the provider sees them. `link` is the signer's own secret; `reference` may be ""."""

    reference: str
    name: str
    surname: str
    email: str
    mobile: str
    raw_state: str
    state: SignerState
    link: str = field(repr=False)


@dataclass(frozen=True)
class ProcedureSummary:
    """A line of the provider's list. `created_at` is None where the provider tells no time."""

    reference: str
    generation: Generation
    title: str
    raw_state: str
    state: ProcedureState
    created_at: datetime | None


@dataclass(frozen=True)
class Procedure:
    """A signature procedure as read at the provider.

    `signed_md5` is the provider's digest of the signed PDF ("" until there is one, and always in the first
    generation). `raw` is the whole answer without links, keys and file contents.
    """

    reference: str
    generation: Generation
    raw_state: str
    state: ProcedureState
    signers: tuple[ProcedureSigner, ...]
    title: str
    created_at: datetime | None
    callback_key: str = field(repr=False)
    signed_md5: str
    error_number: str
    error_message: str
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Exchange:
    """One attempt of one call, for the record: small, JSON-able and without secrets.

    `error` is the name of our error class ("" when all went well); `duration_ms` milliseconds; `request` and
    `answer` are redacted summaries; `at` is when the attempt began, UTC. `is_paid`: it may have spent money,
    whatever its method.
    """

    method: str
    host: str
    path: str
    status: int | None
    duration_ms: int
    error: str
    attempt: int
    bytes_out: int
    bytes_in: int
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    at: datetime
    is_paid: bool = False


@dataclass(frozen=True)
class Wallet:
    """The account's prepaid credit, EUR."""

    credit: Decimal
    updated_at: datetime | None


@dataclass(frozen=True)
class Transaction:
    """A movement of the wallet, EUR; negative when spent. `description` names the provider's domain only."""

    id: str
    amount: Decimal
    created_at: datetime | None
    description: str


@dataclass(frozen=True)
class Subscription:
    """A prepaid plan for one scope. Once `available_requests` is spent, the wallet pays the single price."""

    id: str
    scope: str
    active: bool
    available_requests: int | None
    starts_at: datetime | None
    expires_at: datetime | None
    total_requests: int | None = None
    """This and what follows only details tell; the price of one request is in EUR."""
    price_per_request: Decimal | None = None
    kind: str = ""
    is_renewed: bool = False


@dataclass(frozen=True)
class Scope:
    """What the account may call, and its prices (EUR, by the provider's own keys; empty in a list)."""

    id: str
    scope: str
    enabled: bool
    rate_limit: str
    prices: Mapping[str, Decimal]


class Signatures(Protocol):
    """One generation of the simple-signature API. Every method may raise `ProviderError`."""

    generation: Generation
    audit_formats: tuple[str, ...]

    def create(self, new: NewProcedure) -> Procedure:
        """Buy a procedure. COSTS MONEY: sent at most once; OutcomeUnknown when we cannot tell."""

    def recent(self, since: datetime | None = None) -> list[ProcedureSummary]:
        """All procedures made at or after `since` (all without it), and those whose time is unknown."""

    def detail(self, reference: str) -> Procedure:
        """The procedure as it stands now. Raises NotFound."""

    def signed_document(self, reference: str) -> bytes:
        """The signed PDF. Raises NotFound until everybody has signed."""

    def audit(self, reference: str, format: str = "json") -> bytes:
        """The audit trail as sent; may hold links and codes. Rejected if the generation lacks the format."""

    def withdraw(self, reference: str) -> bool:
        """Remove procedure, files and trail at the provider; False where the generation cannot."""
