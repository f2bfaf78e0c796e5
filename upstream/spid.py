"""Personal SPID: `GET /spid_personale` (contract, section 7). A GET that spends money, once each time it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from . import answers
from .calls import Call, Kind, broken
from .config import ProviderConfig
from .errors import ProviderError, Rejected, SoldOut, Unavailable
from .tokens import Access
from .transport import Transport


@dataclass(frozen=True)
class Voucher:
    """What was bought: the address at the identity provider where one person, whoever opens it, is identified.

    `link` is a secret: it has no id beside it, no status, and the provider lists it nowhere.
    """

    link: str = field(repr=False)


class Spid:
    """Vouchers for personal SPID, levels 1 and 2."""

    def __init__(self, transport: Transport, config: ProviderConfig) -> None:
        self._transport = transport
        self._base = config.firmadigitale_url

    def buy(self) -> Voucher:
        """Buy a voucher. COSTS MONEY: sent at most once; OutcomeUnknown when we cannot tell.

        Raises SoldOut when there is none (nothing was bought), and what every purchase may raise.
        """
        call = Call("GET", self._base, "/spid_personale", Kind.PAID, Access.SPID, names="url")
        try:
            answer = self._transport.ask(call)
        except Rejected as error:
            raise _read_refusal(error, call) from error
        link = answers.text(answers.mapping(answer.data).get("url"))
        if not is_address(link):
            raise broken(call, "the link is no address", status=answer.status, body=answer.body)
        return Voucher(link)


def is_address(link: str) -> bool:
    """Whether this is an http(s) address that a browser can be led to."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, link))


def _read_refusal(error: Rejected, call: Call) -> ProviderError:
    """What a refusal means here. The call asks for nothing, so its 422 can only be about the stock: the code (800)
    beside it is as shaky as the others. A refused token is about our account, and no word on the purchase.
    """
    if error.operation != call.operation:
        kind: type[ProviderError] = Unavailable
    elif error.status == 422:
        kind = SoldOut
    else:
        return error
    return kind(
        error.message,
        status=error.status,
        code=error.code,
        retry_after=error.retry_after,
        proves_not_bought=True,
        body=error.body,
        operation=error.operation,
    )
