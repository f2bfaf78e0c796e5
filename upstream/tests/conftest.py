from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from upstream import Exchange, NewPlacement, NewProcedure, NewSigner, Provider, ProviderConfig

from .server import ScriptedServer, scripted_server

API_KEY = "k3y-of-the-test-account"


def config_for(address: str, **changes: Any) -> ProviderConfig:
    """A config towards one address, patient enough to be sure and quick enough for tests."""
    quick: dict[str, Any] = {
        "connect_timeout": 2.0,
        "read_timeout": 2.0,
        "paid_read_timeout": 2.0,
        "retry_pause": 0.01,
        "token_pause": 0.01,
        "test_hosts": True,
    }
    return ProviderConfig(
        esignature_url=address,
        firmadigitale_url=address,
        oauth_url=address,
        email="test@sigillo.example",
        api_key=API_KEY,
        **{**quick, **changes},
    )


A4 = (Decimal(595), Decimal(842))
PLACE = NewPlacement(1, Decimal("80.4"), Decimal(690), Decimal(164), Decimal(45), *A4)
GIULIA = NewSigner(
    "Giulia", "Ferri", "giulia.ferri@example.org", "+393330000001", "sms", "it", (PLACE,), "Lease, code {OTP}"
)
MARCO = NewSigner(
    "Marco", "Conti", "marco.conti@example.org", "+393330000002", "email", "en", (replace(PLACE, page=2),)
)
LEASE = NewProcedure(
    title="Lease of flat 12",
    message="Please sign",
    filename="lease.pdf",
    content=b"%PDF-1.7 lease",
    signers=(GIULIA, MARCO),
    callback_url="https://portal.example.org/hooks/91c2",
    callback_key="k-91c2-unguessable",
    complete_url="https://portal.example.org/done/7f",
    cancel_url="https://portal.example.org/left/7f",
)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def connect(server: ScriptedServer, exchanges: list[Exchange]) -> Iterator[Callable[..., Provider]]:
    """Makes providers that talk to the scripted server, and closes them."""
    made: list[Provider] = []

    def build(**changes: Any) -> Provider:
        store = changes.pop("token_store", None)
        provider = Provider(
            config_for(changes.pop("address", server.address), **changes), store, exchanges.append
        )
        made.append(provider)
        return provider

    yield build
    for provider in made:
        provider.close()


@pytest.fixture
def provider(connect: Callable[..., Provider]) -> Provider:
    return connect()
