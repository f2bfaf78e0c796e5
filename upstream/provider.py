"""The provider as one object: simple signatures in two generations, orders, SPID, the account, and following many."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from . import answers
from .account import Account
from .calls import Call, Kind, broken
from .config import ProviderConfig
from .conversation import Observer
from .esignature import ESignature
from .firmadigitale import FirmaDigitale
from .following import Following, Reader
from .port import Generation, Signatures
from .qualified import QualifiedSignatures
from .spid import Spid
from .tokens import Access, MemoryTokens, Minted, TokenKeeper, TokenStore
from .transport import Transport


class Provider:
    """The provider behind HTTP. Thread safe; keep one per process and `close()` it at the end.

    `token_store` lets tokens outlive the process (sealed, please); `observe` is called with an `Exchange`
    after each attempt of each sync call, in the calling thread.
    """

    def __init__(
        self, config: ProviderConfig, token_store: TokenStore | None = None, observe: Observer | None = None
    ) -> None:
        self.config = config
        self._transport = Transport(config, observe)
        self._transport.use(TokenKeeper(config, token_store or MemoryTokens(), self._mint))
        self.account = Account(self._transport, config)
        self.esignature = ESignature(self._transport, config)
        self.firmadigitale = FirmaDigitale(self._transport, config)
        self.qualified = QualifiedSignatures(self._transport, config)
        self.spid = Spid(self._transport, config)
        self._procedures = {
            Generation.ESIGNATURE: Reader(self.esignature.detail_call, self.esignature.read),
            Generation.FIRMADIGITALE: Reader(self.firmadigitale.detail_call, self.firmadigitale.read),
        }
        self._orders = Reader(self.qualified.order_call, self.qualified.read)

    def signatures(self, generation: Generation | str) -> Signatures:
        """One generation of the signature API."""
        return self.esignature if Generation(generation) is Generation.ESIGNATURE else self.firmadigitale

    def following(self, concurrency: int = 50, observe: Observer | None = None) -> Following:
        """A wave of reads: `async with provider.following(50) as f: results = await f.details([…])`.

        The same for orders: `await f.orders([…])`. `observe` is called in the event loop: it must not block.
        """
        return Following(self._transport, self._procedures, self._orders, concurrency, observe)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _mint(self, access: Access, scopes: list[str]) -> Minted:
        """A new token by `POST /tokens`, with the account's login. Costs nothing."""
        body = {"scopes": scopes, "name": f"sigillo {access}", "ttl": self.config.token_ttl}
        call = Call("POST", self.config.oauth_url, "/tokens", Kind.CHANGE, body=body)
        answer = self._transport.ask(call)
        row = answers.mapping(answer.data)
        token = answers.text(row.get("token"))
        if not token:
            raise broken(call, "the answer names no token", status=answer.status)
        ends = answers.moment(row.get("expireAt"))
        return Minted(token, ends.timestamp() if ends is not None else time.time() + self.config.token_ttl)
