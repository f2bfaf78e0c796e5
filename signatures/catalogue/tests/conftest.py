"""A provider whose catalogue a test writes, over real HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from billing import provider as connection
from upstream.tests.server import Reply, ScriptedServer, scripted_server

ROUTE = "GET /prodotti"


def row(
    code: str, price: Any = 25.70, name: str = "", maker: str = "Infocert", **more: Any
) -> dict[str, Any]:
    """A product as the provider lists it."""
    return {"codice_prodotto": code, "nome": name or f"Firma {code}", "tipo": maker, "prezzo": price, **more}


def answer(*rows: dict[str, Any]) -> Reply:
    return Reply(body={"data": list(rows), "success": True, "message": "", "error": None})


@pytest.fixture
def offers(settings: Any) -> Iterator[Callable[..., ScriptedServer]]:
    """``offers(row("FIR"), …)``: from now on the provider's catalogue is this."""
    with scripted_server() as server:
        connection._connected.cache_clear()
        addresses = dict.fromkeys(("esignature_url", "firmadigitale_url", "oauth_url"), server.address)
        settings.PROVIDER = {
            **settings.PROVIDER, **addresses, "retry_pause": 0.01, "token_pause": 0.01, "breaker_failures": 50,
        }  # fmt: skip
        settings.STAFF_ALERTS = ["staff@sigillo.example"]

        def say(*rows: dict[str, Any], reply: Reply | None = None) -> ScriptedServer:
            server.on(ROUTE, reply or answer(*rows))
            return server

        yield say
        connection._connected.cache_clear()
