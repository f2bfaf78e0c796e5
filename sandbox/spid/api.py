"""`GET /spid_personale` (contract, section 7): a GET that buys."""

from __future__ import annotations

from django.http import HttpResponse

from ..api.access import ProviderRequest, by_method
from ..api.answers import good_wrapped
from .sell import link_of, sell


def _sell(request: ProviderRequest) -> HttpResponse:
    voucher, spent = sell(request.scope)
    request.spent = spent  # type: ignore[attr-defined]
    return good_wrapped({"url": link_of(voucher)})


personal = by_method(GET=_sell)
