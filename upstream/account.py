"""The account at the provider: wallet, transactions, subscriptions, scopes, statistics (contract, section 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from . import answers
from .calls import Call, Kind, broken, segment
from .config import ProviderConfig
from .errors import NotFound
from .port import Scope, Subscription, Transaction, Wallet
from .statistics import Counts, DomainCounts, read_counts, read_domain, read_domains
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
        return list(self.each_transaction(since))

    def each_transaction(self, since: datetime | None = None) -> Iterator[Transaction]:
        """The same one by one, page by page: there may be a million."""
        order = _Order()
        for row in self._rows("/wallet/transactions"):
            value = answers.amount(row.get("amount"))
            one = Transaction(
                id=_name_of(row),
                amount=Decimal(0) if value is None else value,
                created_at=answers.moment(row.get("createdAt")),
                description=answers.text(row.get("description")),
            )
            if since is not None and order.is_older_end(one.created_at, since):
                return
            if since is None or one.created_at is None or one.created_at >= since:
                yield one

    def subscriptions(self) -> list[Subscription]:
        """The account's plans, also ended ones."""
        return [_subscription(row) for row in self._rows("/subscriptions")]

    def subscription(self, reference: str) -> Subscription:
        """One plan with its total and its price. Raises NotFound."""
        answer = self._transport.ask(self._call(f"/subscriptions/{segment(reference)}"))
        return _subscription(answers.mapping(answer.data))

    def statistics(self, day: date) -> Counts:
        """What the provider counted of all our calls of a day (by its own calendar, which it does not tell)."""
        return read_counts(answers.mapping(self._counted("/stats", day)))

    def statistics_by_domain(self, day: date) -> dict[str, Counts]:
        """The same by domain; those without any call are left out."""
        return read_domains(self._counted("/stats/apis", day))

    def statistics_of(self, domain: str, day: date) -> DomainCounts:
        """The same of one domain, by scope."""
        return read_domain(domain, self._counted(f"/stats/apis/{segment(domain)}", day))

    def _counted(self, path: str, day: date) -> Any:
        try:
            return self._transport.ask(self._call(path, {"date": day.isoformat()})).data
        except NotFound:
            return None

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
            fresh = [row for row in page if _name_of(row) not in seen]
            if not fresh:
                return
            for row in fresh:
                seen.add(_name_of(row))
                yield row
            skip += len(page)

    def _call(self, path: str, params: Mapping[str, str | int] | None = None) -> Call:
        return Call("GET", self._base, path, Kind.READ, params=params, exact=True)


class _Order:
    """Whether everything from here on is older, going by a page's worth of strictly sorted rows before."""

    def __init__(self) -> None:
        self._count = 0
        self._is_sorted = True
        self._last: datetime | None = None

    def is_older_end(self, at: datetime | None, since: datetime) -> bool:
        """Take the next row's time into account."""
        if at is None or (self._last is not None and at > self._last):
            self._is_sorted = False
        if at is not None and at < since and self._is_sorted and self._count >= _PAGE:
            return True
        self._count += 1
        self._last = at
        return False


def _name_of(row: Mapping[str, Any]) -> str:
    """Who a row is: its id, or where there is none all that it says (two alike cannot be told apart then)."""
    name = answers.identifier(row)
    if name:
        return name
    said = json.dumps(row, sort_keys=True, default=str).encode()
    return f"nameless-{hashlib.sha256(said).hexdigest()[:24]}"


def _subscription(row: Mapping[str, Any]) -> Subscription:
    return Subscription(
        id=answers.identifier(row),
        scope=answers.text(row.get("scope")),
        active=answers.truth(row.get("active")),
        available_requests=answers.count(row.get("availableRequests")),
        starts_at=answers.moment(row.get("startsAt")),
        expires_at=answers.moment(row.get("expiresAt")),
        total_requests=answers.count(row.get("totalRequests")),
        price_per_request=answers.amount(row.get("pricePerRequest")),
        kind=answers.text(row.get("type")),
        is_renewed=answers.truth(row.get("autorenew")),
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
