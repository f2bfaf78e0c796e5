"""Callbacks of orders: as a form unless JSON is asked for, with the order and our own data in them."""

import json
import time
from urllib.parse import parse_qs

import pytest

from .client import unwrapped
from .orders_client import FORM, PAPERS, buy, connect, read, receiving


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


@pytest.fixture
def receiver():
    with receiving() as running:
        yield running


def until_delivered(sandbox):
    deadline = time.monotonic() + 20
    while sandbox.state()["callbacks_open"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def hook(receiver, **more):
    return {"callback": {"url": f"{receiver.url}/hints/k-1?key=k-1", "data": {"key": "k-1"}} | more}


def test_a_change_is_told_as_a_form_with_the_order_in_the_field(sandbox, client, receiver):
    order = buy(client, "aruba", **hook(receiver, field="ordine"))
    assert order["callback"]["method"] == "POST"
    client.patch(f"/richiesta/{order['id']}", json=FORM).raise_for_status()
    path, headers, body = receiver.wait_for(1)[0]
    assert path == "/hints/k-1?key=k-1"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    told = json.loads(parse_qs(body.decode())["ordine"][0])
    assert (told["id"], told["stato"], told["callback"]["data"]) == (
        order["id"],
        "in_riconoscimento",
        {"key": "k-1"},
    )


def test_json_comes_wrapped_and_carries_what_the_end_brings(sandbox, client, receiver):
    order = buy(client, "aruba", **hook(receiver, method="JSON"))
    sandbox.move_order(order["id"], "evasa")
    told = json.loads(receiver.wait_for(1)[0][2])
    assert set(told) == {"data"}
    assert told["data"] == read(client, order)
    assert len(told["data"]["firma"]["pin"]) == 4


def test_json_can_come_bare(sandbox, client, receiver):
    sandbox.set(order_callback="bare", order_callback_method="JSON")
    order = buy(client, **hook(receiver))
    sandbox.move_order(order["id"], "evasa")
    assert json.loads(receiver.wait_for(1)[0][2])["id"] == order["id"]


def test_every_change_is_told_or_the_end_only_or_none(sandbox, client, receiver):
    json_hook = hook(receiver, method="JSON")
    order = buy(client, **json_hook)
    client.patch(f"/richiesta/{order['id']}", json=PAPERS).raise_for_status()
    receiver.wait_for(1)
    sandbox.advance(days=2.1)
    receiver.wait_for(2)
    assert receiver.states() == ["in_riconoscimento", "evasa"]
    sandbox.set(order_callback_trigger="end")
    order = buy(client, "aruba", **json_hook)
    sandbox.move_order(order["id"], "in_riconoscimento")
    sandbox.move_order(order["id"], "evasa")
    receiver.wait_for(3)
    sandbox.set(order_callback_trigger="never")
    buy(client, "renewal", **json_hook)
    assert sandbox.state()["callbacks"] == 3
    assert receiver.states()[2:] == ["evasa"]


def test_a_renewal_is_told_of_at_once(client, receiver):
    order = buy(client, "renewal", **hook(receiver, method="JSON"))
    told = json.loads(receiver.wait_for(1)[0][2])["data"]
    assert told["credenziali"] == order["credenziali"]


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (2, 3)])
def test_a_callback_that_is_not_received_is_tried_again_as_often_as_the_switch_says(
    sandbox, client, receiver, retries, attempts
):
    sandbox.set(order_callback_retries=retries, retry_pause=0.05)
    receiver.answers = [503] * attempts
    buy(client, "renewal", **hook(receiver))
    receiver.wait_for(attempts)
    until_delivered(sandbox)
    assert len(receiver.came) == attempts


def test_a_callback_can_come_twice_and_can_be_lost(sandbox, client, receiver):
    sandbox.fault("duplicate_callback")
    buy(client, "renewal", **hook(receiver))
    receiver.wait_for(2)
    sandbox.fault("lost_callback")
    buy(client, "renewal", **hook(receiver))
    until_delivered(sandbox)
    assert len(receiver.came) == 2


def test_who_gives_no_address_is_not_called(sandbox, client):
    order = buy(client)
    sandbox.move_order(order["id"], "evasa")
    assert sandbox.state()["callbacks"] == 0
    assert "callback" not in read(client, order)
    assert unwrapped(client.get("/richiesta").json())
