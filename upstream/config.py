"""Where the provider is, who we are there, and what its contract leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit

SECONDS_OF_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class ProviderConfig:
    """Settings of the client; times in seconds.

    What public evidence does not settle (units, origin of coordinates, reading before signing) is a knob here
    with the likeliest default.
    """

    esignature_url: str
    firmadigitale_url: str
    oauth_url: str
    email: str
    api_key: str = field(repr=False)
    test_hosts: bool = False
    """Scopes name the provider's sandbox hosts (`test.…`)."""

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    paid_read_timeout: float = 60.0
    """A purchase is waited for longer: giving up early only makes more unclear outcomes."""
    max_connections: int = 20

    read_attempts: int = 3
    retry_pause: float = 0.4
    """Base of the growing, jittered pause between attempts of a read."""
    longest_pause: float = 8.0
    """A Retry-After up to this is waited for in place; a longer one goes to the caller."""
    following_attempts: int = 2
    """Attempts in a following wave: what fails is due again soon anyway."""
    breaker_failures: int = 5
    breaker_seconds: float = 30.0

    token_ttl: int = SECONDS_OF_A_YEAR
    token_attempts: int = 3
    """Tries of a safe read with a token that we believe good, and that is refused all the same."""
    token_pause: float = 2.0
    token_patience: float = 60.0
    """Only a token refused at every try for this long is given up and minted anew."""
    token_mint_pause: float = 10.0
    """After a refused minting no other is tried for this long."""

    esignature_unit_scale: Decimal = Decimal(1)
    """Units of EU-SES coordinates per PDF point (points assumed)."""
    firmadigitale_unit_scale: Decimal = Decimal(1)
    firmadigitale_origin: Literal["lower-left", "upper-left"] = "lower-left"
    signature_modes: tuple[str, ...] = ("typed", "drawn")
    signer_must_read: bool = True
    order_mobiles: Literal["national", "international"] = "national"
    """How orders write Italian mobile numbers: without +39, as all of the provider's examples, or with it."""
    endless_expiry: date = date(9999, 12, 31)
    """What orders write for an ID document without end; the provider asks a date and names none."""
    esignature_ui: Mapping[str, Any] = field(default_factory=dict)
    """More of `options.ui`: colours, logo, what to hide."""
    timezone: str = "Europe/Rome"
    callback_retries: int = 5
    """0 to 5; the provider's default of 0 loses every callback that meets a restart."""

    def __post_init__(self) -> None:
        for name in ("esignature_url", "firmadigitale_url", "oauth_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f"{name} is not an http(s) address")

    @property
    def esignature_host(self) -> str:
        """The name of the second generation's host as scopes write it."""
        return "test.esignature.openapi.com" if self.test_hosts else "esignature.openapi.com"

    @property
    def firmadigitale_host(self) -> str:
        """The name of the first generation's host as scopes write it."""
        return "test.ws.firmadigitale.com" if self.test_hosts else "ws.firmadigitale.com"
