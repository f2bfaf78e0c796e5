"""Callbacks: what they carry, in which form, tried how often, doubled, lost, and how the account tells it."""

import json

import pytest

from .client import (
    ACCOUNT,
    create_fes,
    create_ses,
    fes_request,
    links_of,
    refusal,
    ses_alone,
    sign_all,
    unwrapped,
)
from .receiver import HANG_UP, HOLD


def ses(client, box, **callback):
    return create_ses(client, ses_alone() | {"callback": {"url": box.url, **callback}})


def fes(client, box, **callback):
    return create_fes(client, fes_request(callback={"url": box.url, **callback}))


def told(web):
    """The newest callback as the account tells it."""
    newest = unwrapped(web.get("/callbacks?limit=1", auth=ACCOUNT).json())[0]
    return unwrapped(web.get(f"/callbacks/{newest['id']}", auth=ACCOUNT).json())


def test_each_change_of_the_second_generation_is_told_in_full(sandbox, client, receiver):
    box = receiver.box()
    made = ses(client, box, custom={"key": "k"}, headers={"X-Ours": "yes"})
    validated = box.take()
    assert validated.headers["Content-Type"] == "application/json"
    assert validated.headers["X-Ours"] == "yes"
    assert set(validated.json) == {"data", "custom"}
    assert validated.json["custom"] == {"key": "k"}
    assert (validated.json["data"]["id"], validated.json["data"]["state"]) == (made["id"], "WAIT_SIGNERS")
    assert validated.json["data"]["signers"][0]["url"] == links_of(made)[0]
    sign_all(sandbox, made)
    signed = box.take().json["data"]
    assert (signed["state"], signed["signers"][0]["state"]) == ("DONE", "DONE")
    assert signed["document"]["signedDocument"]["md5"]


def test_a_callback_may_be_a_form(sandbox, client, receiver):
    box = receiver.box()
    made = ses(client, box, method="POST", field="answer", custom={"key": "k"})
    arrived = box.take()
    assert arrived.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert set(arrived.form) == {"answer", "custom"}
    assert json.loads(arrived.form["answer"])["id"] == made["id"]
    assert json.loads(arrived.form["custom"]) == {"key": "k"}


def test_each_change_of_the_first_generation_is_told(sandbox, client, web, receiver):
    box = receiver.box()
    made = fes(client, box, field="answer", headers={"X-Ours": "yes"})
    arrived = box.take()
    assert arrived.headers["X-Ours"] == "yes"
    assert json.loads(arrived.form["answer"])["status"] == "created"
    web.get(links_of(made)[0])
    assert json.loads(box.take().form["answer"])["status"] == "started"
    sign_all(sandbox, made)
    states = [json.loads(box.take().form["answer"]) for _ in range(2)]
    assert [one["status"] for one in states] == ["started", "finished"]
    assert not {"callback", "callback_status"} & set(states[1])


@pytest.mark.parametrize(("wrapping", "is_wrapped"), [("data", True), ("bare", False)])
def test_the_first_generations_json_may_be_wrapped_or_bare(sandbox, client, receiver, wrapping, is_wrapped):
    sandbox.set(firmadigitale_callback=wrapping, firmadigitale_callback_method="JSON")
    box = receiver.box()
    made = fes(client, box)
    body = box.take().json
    assert (body["data"] if is_wrapped else body)["id"] == made["id"]
    assert ("data" in body) == is_wrapped


def test_endings_are_told_as_well(sandbox, client, receiver):
    sandbox.set(esignature_refusal=True)
    box = receiver.box()
    refused, expired, failed = (ses(client, box) for _ in range(3))
    for _ in range(3):
        box.take()
    sandbox.refuse(links_of(refused)[0])
    sandbox.move(expired["id"], "expire")
    sandbox.move(failed["id"], "fail")
    assert {box.take().json["data"]["state"] for _ in range(3)} == {"REFUSED", "EXPIRED", "ERROR"}


def test_a_document_that_is_refused_is_told(sandbox, client, receiver):
    box = receiver.box()
    create_ses(client, ses_alone(b"no PDF") | {"callback": {"url": box.url}})
    data = box.take().json["data"]
    assert (data["state"], data["errorNumber"]) == ("ERROR", 601)


@pytest.mark.parametrize("answer", [502, 503, HANG_UP])
def test_what_may_pass_is_tried_again_as_often_as_was_asked(sandbox, client, web, receiver, answer):
    sandbox.set(retry_pause=0)
    box = receiver.box([answer, answer])
    ses(client, box, retry=2)
    bodies = [box.take().json for _ in range(3)]
    sandbox.settle()
    assert bodies[0] == bodies[1] == bodies[2]
    shown = told(web)
    assert (shown["httpResponseCode"], shown["attempt"], shown["retry"], shown["active"]) == (
        200,
        3,
        2,
        False,
    )
    assert box.rest() == []


def test_after_the_last_try_it_is_over(sandbox, client, web, receiver):
    sandbox.set(retry_pause=0)
    box = receiver.box([503] * 10)
    ses(client, box, retry=1)
    box.take(), box.take()
    sandbox.settle()
    assert (told(web)["httpResponseCode"], told(web)["attempt"], told(web)["active"]) == (503, 2, False)
    assert box.rest() == []


@pytest.mark.parametrize(("answers", "retry"), [([503], 0), ([500], 5), ([404], 5), ([204], 5), ([301], 5)])
def test_nothing_is_tried_again_unasked_or_after_another_answer(
    sandbox, client, web, receiver, answers, retry
):
    """Only 200 counts as received, but only what may pass is worth another try."""
    sandbox.set(retry_pause=0)
    box = receiver.box(answers)
    ses(client, box, retry=retry)
    box.take()
    sandbox.settle()
    assert (told(web)["httpResponseCode"], told(web)["attempt"], box.rest()) == (answers[0], 1, [])


def test_pauses_grow(sandbox, client, web, receiver):
    sandbox.set(retry_pause=100)
    box = receiver.box([503] * 3)
    ses(client, box, retry=3)
    for advance in (100, 200, 400):
        box.take()
        sandbox.settle()
        assert told(web)["active"] is True
        sandbox.advance(advance - 50)
        sandbox.settle()
        assert box.rest() == []
        sandbox.advance(50)
    box.take()
    sandbox.settle()
    assert (told(web)["attempt"], told(web)["httpResponseCode"]) == (4, 200)


def test_an_answer_that_takes_too_long_is_none(sandbox, client, web, receiver):
    sandbox.set(callback_timeout=0.05, retry_pause=0)
    box = receiver.box([HOLD, HOLD])
    ses(client, box, retry=1)
    sandbox.settle()
    box.let_go.set()
    assert (told(web)["httpResponseCode"], told(web)["attempt"]) == (0, 2)
    assert box.take().body == box.take().body


def test_the_first_generation_tries_once_unless_the_knob_says_otherwise(sandbox, client, web, receiver):
    sandbox.set(retry_pause=0)
    box = receiver.box([503])
    fes(client, box, retry=5)
    box.take()
    sandbox.settle()
    assert (told(web)["attempt"], box.rest()) == (1, [])
    sandbox.set(firmadigitale_callback_retry=1)
    again = receiver.box([503])
    made = fes(client, again)
    again.take(), again.take()
    sandbox.settle()
    assert told(web)["attempt"] == 2
    assert client.get(f"/firma_elettronica/{made['id']}").json()["data"]["callback_status"] == "done"


def test_how_the_first_generations_callback_fares_is_shown(sandbox, client, receiver):
    made = fes(client, receiver.box([500]))
    assert made["callback_status"] == "waiting"
    sandbox.settle()
    assert client.get(f"/firma_elettronica/{made['id']}").json()["data"]["callback_status"] == "error"


def test_a_callback_may_come_twice(sandbox, client, receiver):
    box = receiver.box()
    made = ses(client, box)
    box.take()
    sandbox.fault("duplicate_callback", path=f"EU-SES/{made['id']}")
    sign_all(sandbox, made)
    assert box.take().body == box.take().body
    sandbox.settle()
    assert box.rest() == []


def test_a_callback_may_never_come_and_the_account_knows(sandbox, client, web, receiver):
    box = receiver.box()
    sandbox.fault("lost_callback", path="EU-SES")
    made = ses(client, box, retry=5)
    sandbox.settle()
    assert (told(web)["httpResponseCode"], told(web)["active"], box.rest()) == (0, False, [])
    assert told(web)["data"]["state"] == "WAIT_SIGNERS"
    sign_all(sandbox, made)
    assert box.take().json["data"]["state"] == "DONE"


def test_a_callback_fault_meets_only_its_own(sandbox, client, receiver):
    box, other = receiver.box(), receiver.box()
    sandbox.fault("lost_callback", path="firma_elettronica", times=0)
    fes(client, other)
    ses(client, box)
    box.take()
    sandbox.settle()
    assert other.rest() == []


def test_without_a_callback_nothing_is_sent(sandbox, client, web):
    create_ses(client, ses_alone())
    sandbox.settle()
    assert unwrapped(web.get("/callbacks", auth=ACCOUNT).json()) == []
    assert sandbox.state()["callbacks"] == 0


@pytest.mark.parametrize("headers", [{"Bad\nName": "x"}, {"X": "a\r\nInjected: 1"}, {"X-Name": "prova è"}])
def test_headers_that_cannot_be_sent_end_one_callback_and_not_the_next(sandbox, client, receiver, headers):
    ses(client, receiver.box(), headers=headers)
    box = receiver.box()
    ses(client, box)
    box.take()


def test_the_account_lists_callbacks_and_finds_one(sandbox, client, web, receiver):
    box = receiver.box()
    made = ses(client, box, custom={"key": "k"}, headers={"X-Ours": "yes"})
    box.take()
    sandbox.settle()
    listed = unwrapped(web.get("/callbacks", auth=ACCOUNT).json())
    assert [(one["url"], one["httpResponseCode"]) for one in listed] == [(box.url, "200")]
    shown = told(web)
    assert (shown["data"]["id"], shown["custom"], shown["headers"]) == (
        made["id"],
        {"key": "k"},
        {"X-Ours": "yes"},
    )
    assert (shown["method"], shown["field"], shown["domain"]) == (
        "JSON",
        "data",
        "test.esignature.openapi.com",
    )
    assert unwrapped(web.get(f"/callbacks?id={shown['id']}", auth=ACCOUNT).json()) == shown
    assert (
        unwrapped(web.get("/callbacks?scopes=GET:test.ws.firmadigitale.com/prodotti", auth=ACCOUNT).json())
        == []
    )
    assert refusal(web.get("/callbacks/" + "0" * 24, auth=ACCOUNT)) == (404, 200, "Callback not found")
    assert refusal(web.get("/callbacks?skip=-1", auth=ACCOUNT))[:2] == (400, 210)
