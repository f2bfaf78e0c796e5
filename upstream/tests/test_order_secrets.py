"""What only the holder may see is kept apart, and shows nowhere else."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from upstream import (
    Order,
    OutcomeUnknown,
    Rejected,
)

from .order_samples import (
    ARUBA,
    CREDENTIALS,
    FORM,
    FULL_DEVICE,
    MARIA,
    ORDER,
    ORDER_KEY,
    order,
)
from .samples import LINK, refusal, wrapped
from .server import Reply

GET = f"GET /richiesta/{ORDER}"
PATCH = f"PATCH /richiesta/{ORDER}"


def read(server, provider, **changes: Any) -> Order:
    server.on(GET, Reply(body=wrapped(order(**changes))))
    return provider.qualified.order(ORDER)


def test_secrets_are_read_and_kept_apart(server, provider):
    found = read(server, provider, stato="evasa", firma=FULL_DEVICE, credenziali=CREDENTIALS)
    secrets = found.secrets
    assert (secrets.pin, secrets.puk, secrets.emergency_code) == ("CANARY-PIN", "CANARY-PUK", "CANARY-ERC")
    assert (secrets.envelope_number, secrets.user_code, secrets.iut) == (
        "CANARY-ENV",
        "CANARY-USER",
        "CANARY-IUT",
    )
    assert (secrets.alias, secrets.card_number, secrets.device_number) == (
        "CANARY-ALIAS",
        "CANARY-CARD",
        "CANARY-DEV",
    )
    assert (secrets.renewal_token, secrets.activation_code, secrets.username) == (
        "CANARY-TOKEN", "CANARY-CODE", "CANARY-NAME",
    )  # fmt: skip
    assert len(secrets.filled()) == 12
    assert found.tracking == "TRACK-1Z9"


def canaries(text: str) -> list[str]:
    secret = ["CANARY", ORDER_KEY, "maria.bianchi", "3331234567", MARIA.tax_code, MARIA.street, "CA12345XY",
              LINK, "JVBERi0"]  # fmt: skip
    return [one for one in secret if one in text]


def test_no_secret_shows_outside_of_the_secrets(server, provider, exchanges, caplog):
    full = order(stato="evasa", firma=FULL_DEVICE, credenziali=CREDENTIALS)
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        server.on(
            "POST /richiesta/OTPMOB",
            Reply(body=wrapped(full)),
            Reply(500, wrapped(full)),
            Reply(body=wrapped(full), cut_to=900),
        )
        found = provider.qualified.create_order(ARUBA)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown) as unclear:
                provider.qualified.create_order(ARUBA)
            shown.append(f"{unclear.value} {unclear.value!r} {unclear.value.body}")
        server.on(PATCH, Reply(406, {**refusal("no", 248), "data": full, "firma": "CANARY", "pin": 12345678}))
        with pytest.raises(Rejected) as refused:
            provider.qualified.submit_papers(ORDER, FORM)
        shown.append(f"{refused.value} {refused.value!r} {refused.value.body}")
        server.on(GET, Reply(body=wrapped(full)))
        shown.append(repr(provider.qualified.order(ORDER)))
        shown += [repr(ARUBA), repr(found), repr(found.secrets), f"{found.secrets}"]
    shown += [json.dumps([one.request, one.answer]) + repr(one) for one in exchanges]
    shown += [record.getMessage() for record in caplog.records]
    assert len(exchanges) >= 5
    for text in shown:
        assert canaries(text) == []
    raw = json.dumps(found.raw)
    assert "CANARY" not in raw
    assert ORDER_KEY not in raw
    assert "Bianchi" in raw


def test_a_pin_as_a_number_is_hidden_too(server, provider, exchanges):
    found = read(server, provider, firma={"pin": 40718293, "puk": None}, credenziali={"token": ["x-910", ""]})
    assert found.secrets.pin == "40718293"
    kept = json.dumps([found.raw, exchanges[-1].answer])
    assert "40718293" not in kept
    assert "x-910" not in kept


def test_what_is_filled_may_be_seen(server, provider):
    found = read(server, provider, firma={"pin": "1234", "puk": ""}, documento=True)
    assert found.raw["firma"] == {"pin": "[hidden]", "puk": ""}
    assert found.raw["documento"] is True
    assert found.raw["modulo"] is False
