"""Orders are bought once, and papers sent once; every failure says what it proves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from upstream import (
    InsufficientCredit,
    NotFound,
    OutcomeUnknown,
    PapersOutcome,
    Rejected,
    Throttled,
    Unavailable,
)

from .order_samples import (
    FAMILIES,
    FORM,
    ORDER,
    RENEWAL,
    STANDARD,
    order,
)
from .samples import refusal, wrapped
from .server import Reply

PATCH = f"PATCH /richiesta/{ORDER}"
FORM_OF = f"GET /richiesta/{ORDER}/modulo"


@pytest.mark.parametrize("new", [new for new, _, _ in FAMILIES.values()], ids=list(FAMILIES))
def test_an_order_of_each_family_is_bought_once(server, provider, new):
    server.on(f"POST /richiesta/{new.code}", Reply(body=wrapped(order(codice_prodotto=new.code))))
    bought = provider.qualified.create_order(new)
    assert (bought.reference, bought.code, bought.callback_key) == (ORDER, new.code, new.callback_key)
    assert len(server.seen(f"POST /richiesta/{new.code}")) == 1
    assert server.seen(f"POST /richiesta/{new.code}")[0].headers["connection"] == "close"


BUYS = [
    pytest.param(
        "POST /richiesta/KEY", lambda provider: provider.qualified.create_order(STANDARD), id="order"
    ),
    pytest.param(
        "POST /richiesta/VIDEORIC",
        lambda provider: provider.qualified.add_video_recognition(ORDER),
        id="video",
    ),
]
buys = pytest.mark.parametrize(("route", "buy"), BUYS)


@buys
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 201, Rejected), (406, 247, Rejected), (428, 209, Rejected), (404, 212, Rejected),
        (402, 207, InsufficientCredit), (402, 801, InsufficientCredit), (429, 1, Throttled), (401, 125.22, Unavailable),
    ],
)  # fmt: skip
def test_a_refusal_proves_that_nothing_was_bought(server, provider, route, buy, status, code, kind):
    server.on(route, Reply(status, refusal("no", code)))
    with pytest.raises(kind) as caught:
        buy(provider)
    assert caught.value.proves_not_bought
    assert (caught.value.status, caught.value.code) == (status, str(code))
    assert len(server.seen(route)) == 1


@buys
@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, refusal("oops", 1)), Reply(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
        Reply(hang_up=True), Reply(body=wrapped(order()), cut_to=40), Reply(body=b""), Reply(body=wrapped(None)),
        Reply(body=wrapped({"stato": "evasa"})), Reply(200, refusal("internal", 3)),
    ],
    ids=["500", "502", "reset", "cut", "empty", "null", "no id", "200 failure"],
)  # fmt: skip
def test_what_cannot_be_told_is_an_unknown_outcome(server, provider, route, buy, reply):
    server.on(route, reply)
    with pytest.raises(OutcomeUnknown) as caught:
        buy(provider)
    assert not caught.value.proves_not_bought
    assert len(server.seen(route)) == 1


def test_a_strange_code_reaches_no_other_endpoint(server, provider):
    with pytest.raises(Rejected):
        provider.qualified.create_order(replace(RENEWAL, code="../EU-SES"))
    assert {request.path for request in server.requests} == {"/tokens", "/richiesta/..%2FEU-SES"}


# Papers and form


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(body=wrapped(order(modulo=True))), PapersOutcome.TAKEN),
        (Reply(406, refusal("the operation is not required", 290)), PapersOutcome.NOT_NEEDED),
        (Reply(406, refusal("the operation is not required", None)), PapersOutcome.NOT_NEEDED),
        (Reply(428, refusal("request already processed", 279)), PapersOutcome.ALREADY_PROCESSED),
        (Reply(428, refusal("request already processed", "279")), PapersOutcome.ALREADY_PROCESSED),
    ],
)
def test_sending_papers_ends_in_one_of_three_ways(server, provider, reply, outcome):
    server.on(PATCH, reply)
    assert provider.qualified.submit_papers(ORDER, FORM) is outcome
    assert len(server.seen(PATCH)) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400, refusal("wrong id", 277)), Rejected),
        (Reply(404, refusal("no request found", 278)), NotFound),
        (Reply(406, refusal("modulo not valid", 248)), Rejected),
        (Reply(428, refusal("nome_modulo required", 215)), Rejected),
        (Reply(500, b""), Unavailable),
        (Reply(hang_up=True), Unavailable),
    ],
    ids=["277", "278", "invalid file", "missing name", "500", "reset"],
)
def test_papers_that_did_not_arrive_are_an_error(server, provider, reply, kind):
    server.on(PATCH, reply)
    with pytest.raises(kind):
        provider.qualified.submit_papers(ORDER, FORM)
    assert len(server.seen(PATCH)) == 1


def test_the_request_form_is_a_pdf(server, provider):
    server.on(FORM_OF, Reply(body=b"%PDF-1.7 form", headers={"content-type": "application/pdf"}))
    assert provider.qualified.request_form(ORDER) == b"%PDF-1.7 form"
    assert server.seen(FORM_OF)[0].headers["accept"] == "application/pdf"


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [(404, b"form not required for this request", NotFound), (400, b"Invalid id", Rejected)],
)
def test_no_form_is_told_in_plain_text(server, provider, status, words, kind):
    server.on(FORM_OF, Reply(status, words, {"content-type": "text/plain"}))
    with pytest.raises(kind, match=words.decode()):
        provider.qualified.request_form(ORDER)


def test_an_error_page_is_no_form(server, connect):
    server.on(FORM_OF, Reply(200, b"<html>oops</html>", {"content-type": "text/html"}))
    with pytest.raises(Unavailable, match="not a PDF"):
        connect(read_attempts=1).qualified.request_form(ORDER)
