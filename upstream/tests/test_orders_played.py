"""The client against the provider as the sandbox plays it: a process of its own, over real HTTP."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pikepdf import Pdf

from sandbox.testing import SandboxHandle, running_sandbox
from upstream import (
    Exchange,
    InsufficientCredit,
    NewOrder,
    NotFound,
    Order,
    OrderState,
    OutcomeUnknown,
    PapersOutcome,
    Provider,
    ProviderError,
    Rejected,
    family_of,
)

from .conftest import config_for
from .order_samples import ABROAD, ARUBA, FAMILIES, FORM, HOOK, READERS, RENEWAL, SCAN, STANDARD, VIDEO


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    running.reset()
    return running


@pytest.fixture
def provider(sandbox: SandboxHandle, exchanges: list[Exchange]) -> Iterator[Provider]:
    config = replace(
        config_for(sandbox.url, read_timeout=20.0, paid_read_timeout=20.0),
        email="sandbox@sigillo.example",
        api_key="sandbox-api-key",
    )
    with Provider(config, None, exchanges.append) as connected:
        yield connected


def test_every_product_of_the_catalogue_has_a_family_and_a_price(provider):
    products = provider.qualified.catalogue()
    assert len(products) == 26
    assert all(family_of(one.code) is not None and one.price for one in products)
    assert {one.code: one.price for one in products}["KEYCNS"] == Decimal("40.7")


@pytest.mark.parametrize(
    ("new", "state"),
    [
        (STANDARD, OrderState.IDENTIFYING), (ARUBA, OrderState.REGISTERING), (VIDEO, OrderState.PROCESSING),
        (READERS, OrderState.PROCESSING), (RENEWAL, OrderState.FULFILLED), (ABROAD, OrderState.FULFILLED),
    ],
    ids=list(FAMILIES),
)  # fmt: skip
def test_an_order_of_each_family_goes_from_purchase_to_its_end(sandbox, provider, new: NewOrder, state):
    bought = provider.qualified.create_order(new)
    assert (bought.state, bought.code, bought.callback_key) == (state, new.code, new.callback_key)
    sandbox.move_order(bought.reference, "evasa")
    done = provider.qualified.order(bought.reference)
    assert (done.state, done.number) == (OrderState.FULFILLED, bought.number)
    assert done.fulfilled_at is not None
    assert (done.expires_at is None) == (new is READERS)
    listed = provider.qualified.recent_orders(datetime.now(UTC) - timedelta(minutes=1), new.code)
    assert [(one.reference, one.state) for one in listed] == [(bought.reference, OrderState.FULFILLED)]


def test_what_is_read_at_the_end_is_the_holders(sandbox, provider):
    aruba = provider.qualified.create_order(ARUBA)
    sandbox.move_order(aruba.reference, "evasa", firma={"codice_emergenza": "A1B2C3D4E5"})
    done = provider.qualified.order(aruba.reference)
    told = sandbox.order(aruba.reference)["holder_codes"]
    assert (done.secrets.pin, done.secrets.puk) == (told["pin"][:4], told["puk"][:4])
    assert done.secrets.emergency_code == "A1B2C3D4E5"
    assert len(provider.qualified.create_order(RENEWAL).secrets.renewal_token) == 16
    assert provider.qualified.create_order(ABROAD).secrets.activation_code
    assert provider.qualified.create_order(VIDEO).secrets.username == VIDEO.email


def test_form_and_papers(sandbox, provider):
    order = provider.qualified.create_order(STANDARD)
    with Pdf.open(io.BytesIO(provider.qualified.request_form(order.reference))) as form:
        assert "BNCMLS90T41F205K" in {str(one.get("/V", "")) for one in form.Root.AcroForm.Fields}
    assert provider.qualified.submit_papers(order.reference, FORM, SCAN) is PapersOutcome.TAKEN
    assert provider.qualified.submit_papers(order.reference, FORM, SCAN) is PapersOutcome.ALREADY_PROCESSED
    sent = provider.qualified.order(order.reference)
    assert (sent.has_form, sent.has_document, sent.registered_at is not None) == (True, True, True)
    assert sandbox.paper(order.reference, "form") == FORM.content
    with pytest.raises(NotFound, match="form not required"):
        provider.qualified.request_form(provider.qualified.create_order(RENEWAL).reference)


def test_video_recognition_makes_papers_needless(sandbox, provider):
    order = provider.qualified.create_order(ARUBA)
    assert provider.qualified.add_video_recognition(order.reference).has_video_recognition
    assert provider.qualified.submit_papers(order.reference, FORM) is PapersOutcome.NOT_NEEDED
    with pytest.raises(Rejected) as again:
        provider.qualified.add_video_recognition(order.reference)
    assert again.value.proves_not_bought
    assert sandbox.orders()["charged_amount"] == "36.70"


@pytest.mark.parametrize("fault", ["dropped_after", "error_500_after", "truncated", "empty_body"])
def test_an_order_whose_answer_was_lost_is_found_by_its_key(sandbox, provider, fault):
    lost = replace(STANDARD, callback_key="k-of-the-lost-one")
    provider.qualified.create_order(STANDARD)
    sandbox.fault(fault, path="richiesta/KEY", method="POST")
    with pytest.raises(OutcomeUnknown):
        provider.qualified.create_order(lost)
    found = [provider.qualified.order(one.reference) for one in provider.qualified.recent_orders(code="KEY")]
    assert [one.callback_key for one in found].count("k-of-the-lost-one") == 1
    assert sandbox.orders()["orders"] == 2


def test_a_refusal_proves_that_nothing_was_bought(sandbox, provider):
    sandbox.wallet("1")
    with pytest.raises(InsufficientCredit) as caught:
        provider.qualified.create_order(STANDARD)
    assert (caught.value.proves_not_bought, caught.value.code) == (True, "207")
    with pytest.raises(Rejected) as unknown:
        provider.qualified.create_order(replace(RENEWAL, code="RIN_NEW"))
    assert (unknown.value.status, unknown.value.code) == (400, "201")
    assert sandbox.orders()["orders"] == 0


def test_many_orders_are_followed_in_one_wave(sandbox, provider):
    references = sandbox.seed_orders(orders=60)["references"]
    sandbox.move_order(references[5], "evasa")
    sandbox.move_order(references[6], "in_attesa_di_miracoli")

    async def wave() -> list[Order | ProviderError]:
        async with provider.following(10) as following:
            return await following.orders(references)

    states = [one.state for one in asyncio.run(wave()) if isinstance(one, Order)]
    assert len(states) == 60
    assert (states[4], states[5], states[6]) == (
        OrderState.IDENTIFYING, OrderState.FULFILLED, OrderState.UNKNOWN,
    )  # fmt: skip


def test_nothing_of_the_end_shows_in_the_record(sandbox, provider, exchanges):
    sandbox.set(codes_in_order=True)
    order = provider.qualified.create_order(replace(STANDARD, **HOOK))
    sandbox.move_order(order.reference, "evasa")
    done = provider.qualified.order(order.reference)
    secrets = done.secrets.filled()
    assert {"pin", "puk", "emergency_code", "envelope_number", "card_number"} <= set(secrets)
    shown = "".join(map(repr, exchanges)) + repr(done) + repr(done.raw)
    assert [name for name, value in secrets.items() if value in shown] == []
