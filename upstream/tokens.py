"""Bearer tokens: minted once, kept long, and not given up at the first refusal.

A good token can be refused for seconds (contract, section 1, fact 9), so a refused token is only replaced
when it has been refused at every try for a while.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Protocol

from .config import ProviderConfig
from .errors import ProviderError, Rejected

logger = logging.getLogger(__name__)

_DAY = 24 * 3600


class Access(StrEnum):
    """What a bearer token opens. Each has its own: an account need not be enabled for all of them."""

    ESIGNATURE = "esignature"
    FIRMADIGITALE = "firmadigitale"
    ORDERS = "orders"
    SPID = "spid"


class TokenStore(Protocol):
    """Where tokens outlive the process. Values are secrets: seal them at rest."""

    def get(self, name: str) -> str | None:
        """The value kept under the name, or None."""

    def set(self, name: str, value: str, ttl: int) -> None:
        """Keep the value for `ttl` seconds."""


class MemoryTokens:
    """Tokens that live as long as the process."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The value kept under the name, or None."""
        return self._values.get(name)

    def set(self, name: str, value: str, ttl: int) -> None:
        """Keep the value; expiry is read from the value itself."""
        self._values[name] = value


# The least that each access needs (contract, section 3). No DELETE scope exists for `firma_elettronica_ui`,
# although its DELETE does.
_SCOPES = {
    Access.ESIGNATURE: ("POST:EU-SES", "GET:signatures", "DELETE:signatures"),
    Access.FIRMADIGITALE: (
        "GET:firma_elettronica",
        "POST:firma_elettronica",
        "GET:firma_elettronica_ui",
        "POST:firma_elettronica_ui",
    ),
    Access.ORDERS: ("GET:prodotti", "GET:richiesta", "POST:richiesta", "PATCH:richiesta"),
    Access.SPID: ("GET:spid_personale",),
}


def scopes_for(access: Access, config: ProviderConfig) -> list[str]:
    """The scopes that a token for this access is minted with."""
    host = config.esignature_host if access == Access.ESIGNATURE else config.firmadigitale_host
    return [scope.replace(":", f":{host}/", 1) for scope in _SCOPES[access]]


@dataclass(frozen=True)
class Minted:
    """A token and the Unix second at which it ends."""

    token: str = field(repr=False)
    expires_at: float


@dataclass
class _Slot:
    """What is known of the token for one access."""

    minted: Minted | None = None
    given_up: str = ""
    refused_since: float | None = None
    refusals: int = 0
    mint_error: ProviderError | None = None
    mint_again_at: float = 0.0
    lock: Lock = field(default_factory=Lock)


class TokenKeeper:
    """Gives out the token for an access; mints (one at a time per access and process) when needed."""

    def __init__(
        self, config: ProviderConfig, store: TokenStore, mint: Callable[[Access, list[str]], Minted]
    ) -> None:
        self._config = config
        self._store = store
        self._mint = mint
        self._slots = {access: _Slot() for access in Access}
        account = f"{config.oauth_url}|{config.email}|{config.test_hosts}"
        self._account = hashlib.sha256(account.encode()).hexdigest()[:16]

    def ready(self, access: Access) -> str | None:
        """The token if it is at hand without any I/O."""
        minted = self._slots[access].minted
        return minted.token if minted is not None and self._is_fresh(minted) else None

    def current(self, access: Access) -> str:
        """The token, from memory, the store, or newly minted. Raises ProviderError when minting fails."""
        token = self.ready(access)
        if token is not None:
            return token
        slot = self._slots[access]
        with slot.lock:
            if slot.minted is None or not self._is_fresh(slot.minted):
                slot.minted = self._stored(access, slot.given_up) or self._new(access, slot)
                slot.refused_since, slot.refusals = None, 0
            return slot.minted.token

    def accepted(self, access: Access) -> None:
        """The provider took the token."""
        slot = self._slots[access]
        if slot.refusals:
            slot.refused_since, slot.refusals = None, 0

    def refused(self, access: Access, token: str) -> int:
        """The provider refused the token; the number of refusals in a row.

        Gives it up only when it has been refused at several tries over `token_patience` seconds.
        """
        slot = self._slots[access]
        with slot.lock:
            if slot.minted is None or slot.minted.token != token:
                return slot.refusals
            now = time.monotonic()
            if slot.refused_since is None:
                slot.refused_since = now
            slot.refusals += 1
            patient = now - slot.refused_since < self._config.token_patience
            if not patient and slot.refusals >= self._config.token_attempts:
                slot.minted, slot.given_up = None, token
            return slot.refusals

    def _new(self, access: Access, slot: _Slot) -> Minted:
        if slot.mint_error is not None and time.monotonic() < slot.mint_again_at:
            raise slot.mint_error
        try:
            minted = self._mint(access, scopes_for(access, self._config))
        except Rejected as error:
            # Wrong credentials stay wrong: hammering the login could lock the account.
            slot.mint_error = error
            slot.mint_again_at = time.monotonic() + self._config.token_mint_pause
            raise
        slot.mint_error = None
        self._keep(access, minted)
        return minted

    def _keep(self, access: Access, minted: Minted) -> None:
        value = json.dumps({"token": minted.token, "expires_at": minted.expires_at})
        try:
            self._store.set(self._name(access), value, max(1, int(minted.expires_at - time.time())))
        except Exception:
            # A store of any make may be down; the token in memory is as good.
            logger.exception("provider: a token could not be kept")

    def _stored(self, access: Access, given_up: str) -> Minted | None:
        try:
            value = self._store.get(self._name(access))
        except Exception:
            logger.exception("provider: no token could be read from the store")
            return None
        if not value:
            return None
        try:
            kept = json.loads(value)
            minted = Minted(str(kept["token"]), float(kept["expires_at"]))
        except (ValueError, KeyError, TypeError):
            return None
        return minted if minted.token != given_up and self._is_fresh(minted) else None

    def _is_fresh(self, minted: Minted) -> bool:
        margin = min(_DAY, self._config.token_ttl * 0.05)
        return minted.expires_at - margin > time.time()

    def _name(self, access: Access) -> str:
        # A token kept by an earlier version must not stand in for one that opens more.
        scopes = "|".join(sorted(scopes_for(access, self._config)))
        return f"provider-token:{self._account}:{access}:{hashlib.sha256(scopes.encode()).hexdigest()[:16]}"
