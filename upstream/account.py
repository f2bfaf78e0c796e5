"""The account at the provider: wallet, its transactions, subscriptions, scopes and prices (contract, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from . import answers
from .calls import Call, Kind, broken, segment
from .config import ProviderConfig
from .errors import NotFound
from .port import Scope, Subscription, Transaction, Wallet
from .transport import Transport

_PAGE = 100


class Account:
    """Reads of the account, by e-mail and API key. Money is Decimal, EUR; every method may raise ProviderError."""

    def __init__(self, transport: Transport, config: ProviderConfig) -> None:
        self._transport = transport
        self._base = config.oauth_url

    def wallet(self) -> Wallet:
        """The credit as it stands."""
        call = self._call("/wallet")
        answer = self._transport.ask(call)
        row = answers.mapping(answer.data)
        credit = answers.amount(row.get("credit"))
        if credit is None:
            raise broken(call, "the answer names no credit", status=answer.status, body=answer.body)
        return Wallet(credit, answers.moment(row.get("updatedAt")))

    def transactions(self, since: datetime | None = None) -> list[Transaction]:
        """Movements at or after `since`, and those without a time; all pages, whatever their order.

        Stops early only where the answers prove themselves sorted newest first.
        """
        found: list[Transaction] = []
        for row in self._rows("/wallet/transactions"):
            value = answers.amount(row.get("amount"))
            one = Transaction(
                id=answers.identifier(row),
                amount=Decimal(0) if value is None else value,
                created_at=answers.moment(row.get("createdAt")),
                description=answers.text(row.get("description")),
            )
            if since is not None and _is_older_end(found, one, since):
                break
            found.append(one)
        return [one for one in found if since is None or one.created_at is None or one.created_at >= since]

    def subscriptions(self) -> list[Subscription]:
        """The account's plans, also ended ones."""
        return [_subscription(row) for row in self._rows("/subscriptions")]

    def scopes(self) -> list[Scope]:
        """What the account may call; prices only in `scope`."""
        try:
            return [_scope(row) for row in answers.rows(self._transport.ask(self._call("/scopes")).data)]
        except NotFound:
            return []

    def scope(self, reference: str) -> Scope:
        """One scope with its prices. Raises NotFound."""
        answer = self._transport.ask(self._call(f"/scopes/{segment(reference)}"))
        return _scope(answers.mapping(answer.data))

    def _rows(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Every row of a paginated list, once; a 404 is its end, and so is a page with nothing new."""
        seen: set[str] = set()
        skip = 0
        while True:
            try:
                answer = self._transport.ask(self._call(path, {"limit": _PAGE, "skip": skip}))
            except NotFound:
                return
            page = answers.rows(answer.data)
            fresh = [row for row in page if answers.identifier(row) not in seen]
            if not fresh:
                return
            for row in fresh:
                seen.add(answers.identifier(row))
                yield row
            skip += len(page)

    def _call(self, path: str, params: Mapping[str, str | int] | None = None) -> Call:
        return Call("GET", self._base, path, Kind.READ, params=params, exact=True)


def _is_older_end(found: list[Transaction], one: Transaction, since: datetime) -> bool:
    """Whether everything from here on is older, going by a page's worth of strictly sorted rows before."""
    if one.created_at is None or one.created_at >= since or len(found) < _PAGE:
        return False
    times = [earlier.created_at for earlier in found]
    known = [time for time in times if time is not None]
    return len(known) == len(times) and known == sorted(known, reverse=True) and known[-1] >= one.created_at


def _subscription(row: Mapping[str, Any]) -> Subscription:
    return Subscription(
        id=answers.identifier(row),
        scope=answers.text(row.get("scope")),
        active=answers.truth(row.get("active")),
        available_requests=answers.count(row.get("availableRequests")),
        starts_at=answers.moment(row.get("startsAt")),
        expires_at=answers.moment(row.get("expiresAt")),
    )


def _scope(row: Mapping[str, Any]) -> Scope:
    prices = {name: answers.amount(value) for name, value in answers.mapping(row.get("prices")).items()}
    return Scope(
        id=answers.identifier(row),
        scope=answers.text(row.get("scope")),
        enabled=answers.truth(row.get("enabled")),
        rate_limit=answers.text(row.get("rateLimit")),
        prices={name: value for name, value in prices.items() if value is not None},
    )
