"""The small family of what can go wrong at the provider.

Every error says whether it *proves* that nothing was bought. Only a paid call sets that claim: the failure of
a read proves nothing about a purchase, so there `proves_not_bought` stays false.
"""

from __future__ import annotations


class ProviderError(Exception):
    """The provider refused, failed, or could not be reached.

    `status` is the HTTP status (None when there was no answer), `code` the provider's own error as text
    ("" when it gave none; it may be fractional, as 125.22), `retry_after` seconds to wait if it named any,
    `body` a short excerpt of the answer with secrets removed. The text of the error is safe to log and show
    to staff.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        retry_after: float | None = None,
        proves_not_bought: bool = False,
        body: str = "",
        operation: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.proves_not_bought = proves_not_bought
        self.body = body
        self.operation = operation

    def hide(self, secret: str) -> None:
        """Take a secret out of everything that this error shows: the provider may have repeated it."""
        if secret and (secret in self.message or secret in self.body):
            self.message = self.message.replace(secret, "[hidden]")
            self.body = self.body.replace(secret, "[hidden]")
            self.args = (self.message,)

    def __str__(self) -> str:
        facts = []
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.code:
            facts.append(f"code {self.code}")
        start = f"{self.operation}: " if self.operation else ""
        end = f" ({', '.join(facts)})" if facts else ""
        return f"{start}{self.message}{end}"


class Rejected(ProviderError):
    """The request itself was refused (400, 403, 406, 410, 422, 428, 404 to a creation): repeating it is useless."""


class SoldOut(ProviderError):
    """The provider has none left (422 to SPID). Nothing was bought; there may be some again later."""


class InsufficientCredit(ProviderError):
    """The provider's wallet does not cover the price (402). Nothing was bought."""


class NotFound(ProviderError):
    """There is no such thing, or there is nothing *yet* (404 to a read: the provider does not tell them apart)."""


class Throttled(ProviderError):
    """Too many requests (429), refused before any effect; `retry_after` seconds when the provider says so."""


class Unavailable(ProviderError):
    """Not reachable or not able now: no connection, circuit open, a good token refused, 5xx to a read."""


class OutcomeUnknown(ProviderError):
    """A paid call may or may not have taken effect. Never repeat it: look the fact up at the provider."""
