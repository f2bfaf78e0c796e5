"""Many connections under one async client, without one pool that looks at all of them for each request."""

from __future__ import annotations

import ssl
from urllib.request import getproxies

import httpx

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class Lanes(httpx.AsyncBaseTransport):
    """As many transports as there may be requests under way, each with one kept-alive connection.

    httpcore's pool walks over every connection at the start and at the end of each request: with 50 of them
    that costs more than the request. A lane is taken until its answer has been read whole.
    """

    def __init__(self, context: ssl.SSLContext, count: int) -> None:
        self._all = [httpx.AsyncHTTPTransport(verify=context, limits=_ONE) for _ in range(count)]
        self._free = list(self._all)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on a free lane, and read the answer whole before another may take it."""
        if not self._free:
            raise httpx.PoolTimeout("more requests under way than lanes", request=request)
        lane = self._free.pop()
        try:
            response = await lane.handle_async_request(request)
            try:
                await response.aread()
            finally:
                await response.aclose()
        finally:
            self._free.append(lane)
        return response

    async def aclose(self) -> None:
        """Close every lane."""
        for lane in self._all:
            await lane.aclose()


def lanes_or_pool(context: ssl.SSLContext, count: int) -> httpx.AsyncClient:
    """An async client for `count` requests at once; behind a proxy of the environment, with httpx's own pool."""
    if getproxies():
        limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
        return httpx.AsyncClient(verify=context, limits=limits, follow_redirects=False)
    return httpx.AsyncClient(transport=Lanes(context, count), follow_redirects=False)
