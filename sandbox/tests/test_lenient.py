"""What the provider takes although nobody should send it, and what it refuses without stumbling."""

import json

import pytest

from .client import ACCOUNT, UNKNOWN_ID, create_ses, fes_request, pdf, ses_alone, ses_request

LABELS = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data",
    "nonsense",
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    ("path", "body"), [("/EU-SES", ses_alone()), ("/firma_elettronica/base", fes_request())]
)
def test_json_is_read_whatever_it_is_called(sandbox, client, path, body, label):
    answer = client.post(path, content=json.dumps(body), headers={"Content-Type": label})
    assert answer.status_code == 200, answer.text


def test_tokens_are_minted_from_json_called_a_form(sandbox, web):
    body = json.dumps({"scopes": ["GET:test.esignature.openapi.com/signatures"]})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert web.post("/tokens", auth=ACCOUNT, content=body, headers=headers).status_code == 200


def test_a_byte_order_mark_is_no_reason_to_refuse(sandbox, client):
    assert (
        client.post("/EU-SES", content=b"\xef\xbb\xbf" + json.dumps(ses_alone()).encode()).status_code == 200
    )


def test_a_get_may_have_a_body_and_the_connection_goes_on(sandbox, client):
    made = create_ses(client)
    for _ in range(3):
        answer = client.request("GET", f"/signatures/{made['id']}/detail", content=b"{}")
        assert answer.json()["data"]["id"] == made["id"]


@pytest.mark.parametrize(
    "path",
    [
        "/signatures",
        "/signatures/{id}/detail",
        "/signatures/{id}",
        "/firma_elettronica",
        "/firma_elettronica_ui",
    ],
)
def test_an_address_may_end_in_a_slash(sandbox, client, path):
    made = create_ses(client)
    sandbox.settle()
    path = path.format(id=made["id"])
    assert client.get(f"{path}/").json() == client.get(path).json()


@pytest.mark.parametrize(
    "path", ["/EU-SES/", "/firma_elettronica/base/", "/firma_elettronica_ui/", "/tokens/"]
)
def test_also_where_something_is_sent(sandbox, client, path):
    answer = client.post(path, json={}, auth=ACCOUNT if path == "/tokens/" else None)
    assert answer.status_code in {422, 428}


def test_php_sends_an_empty_object_as_a_list(sandbox, client):
    assert client.post("/EU-SES", content=b"[]").json()["error"] == 685


NO_OBJECTS = [
    b"{", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"title": "\\ud800"}', b"nul",
]  # fmt: skip


@pytest.mark.parametrize("body", NO_OBJECTS, ids=[repr(one[:12]) for one in NO_OBJECTS])
@pytest.mark.parametrize("path", ["/EU-SES", "/firma_elettronica/base", "/firma_elettronica_ui"])
def test_what_is_no_object_is_a_bad_request(sandbox, client, path, body):
    answer = client.post(path, content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, 400)


ODD = [None, -1, 10**400, float("inf"), "\x00", [[]], {"a": {}}]


@pytest.mark.parametrize("odd", ODD, ids=[repr(one)[:16] for one in ODD])
def test_no_odd_value_in_any_field_makes_it_stumble(sandbox, client, odd):
    """The sandbox is a machine that others are tested against: its own 500 would be mistaken for a fault."""
    sandbox.set(validation_delay=1000)
    for path, body in (("/EU-SES", _full_ses()), ("/firma_elettronica/base", _full_fes())):
        for field in _fields(body):
            answer = client.post(path, content=json.dumps(_with(body, field, odd)))
            assert answer.status_code in {200, 404, 406, 422, 428}, (path, field, answer.text)
    for field in (
        "name",
        "languages",
        "defaultLanguage",
        "labels",
        "redirectSuccess",
        "signImageTypesAvailable",
    ):
        answer = client.post("/firma_elettronica_ui", content=json.dumps({"name": "a", field: odd}))
        assert answer.status_code in {200, 406, 428}, (field, answer.text)
    for field in ("scopes", "ttl", "name", "limits"):
        body = {"scopes": ["GET:test.esignature.openapi.com/signatures"], field: odd}
        answer = client.post("/tokens", auth=ACCOUNT, content=json.dumps(body))
        assert answer.status_code in {200, 422}, (field, answer.text)


def _full_ses():
    callback = {"url": "http://127.0.0.1:1/", "method": "JSON", "field": "data", "retry": 0, "custom": {}}
    body = ses_alone(message="Code {OTP}", language="it", message_={"x": 1})
    return {**body, "description": "d", "callback": {**callback, "headers": {"a": "b"}}}


def _full_fes():
    callback = {"url": "http://127.0.0.1:1/", "field": "data", "headers": {"a": "b"}, "method": "POST"}
    return {**fes_request(), "description": "d", "ui": "", "callback": callback}


def _fields(value, path=()):
    """Every place in a body, except inside the document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from _fields(one, (*path, key))


def _with(value, path, odd):
    if not path:
        return odd
    first, *rest = path
    if isinstance(value, list):
        return [_with(one, rest, odd) if at == first else one for at, one in enumerate(value)]
    return value | {first: _with(value[first], rest, odd)}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "skip=-1",
        "skip=" + "9" * 30,
        "limit=" + "9" * 30,
        "state=%00",
        "skip=%D9%A3",
    ],
)
def test_no_odd_query_makes_it_stumble(sandbox, client, query):
    for path in ("/signatures", "/tokens", "/wallet/transactions", "/callbacks", "/errors", "/subscriptions"):
        auth = None if path == "/signatures" else ACCOUNT
        assert client.get(f"{path}?{query}", auth=auth).status_code in {200, 400, 404}, path


@pytest.mark.parametrize("date", ["0000", "0000-00-00", "2026-13-45", "9999-99", "٢٠٢٦", "x", "%00"])
def test_no_odd_date_makes_it_stumble(sandbox, client, date):
    for path in (f"/stats?date={date}", f"/stats/ips?date={date}", f"/counters/day/{date}"):
        assert client.get(path, auth=ACCOUNT).status_code in {200, 404, 422}, path


@pytest.mark.parametrize("id", [UNKNOWN_ID, "x", "%00", "'", "%2e%2e", "A" * 24, "9" * 300])
def test_no_odd_id_makes_it_stumble(sandbox, client, id):
    for path in (f"/signatures/{id}/detail", f"/firma_elettronica/{id}", f"/firma_elettronica/{id}/audit",
                 f"/firma_elettronica_ui/{id}", f"/signatures/{id}/audit"):  # fmt: skip
        assert client.get(path).status_code in {400, 404}, path
    for path in (
        f"/tokens/{id}",
        f"/scopes/{id}",
        f"/callbacks/{id}",
        f"/subscriptions/{id}",
        f"/token/{id}",
    ):
        assert client.get(path, auth=ACCOUNT).status_code in {204, 402, 404, 422}, path
    assert client.get(f"/sign/{id}").status_code == 404


NO_PDFS = {
    "html": b"<html>not a PDF</html>",
    "cut": pdf()[:200],
    "empty": b"%PDF-1.7\n",
    "no pages": pdf().replace(b"/Count 2", b"/Count 0"),
    "many pages": pdf().replace(b"/Count 2", b"/Count 9"),
    "loop": pdf().replace(b"/Parent", b"/Kids_"),
    "no boxes": pdf().replace(b"/MediaBox", b"/MediaBux"),
    "odd boxes": pdf().replace(b"[ 0 0 595 842 ]", b"[ 0 0 (a) 842 ]"),
}


@pytest.mark.parametrize("data", NO_PDFS.values(), ids=NO_PDFS)
def test_a_document_that_cannot_be_read_fails_by_itself_and_the_next_goes_on(sandbox, client, data):
    made = create_ses(client, ses_request(data))
    good = create_ses(client)
    sandbox.settle()
    states = [client.get(f"/signatures/{one['id']}/detail").json()["data"] for one in (made, good)]
    assert states[0]["state"] in {"ERROR", "WAIT_SIGNERS"}
    assert (states[0]["state"] == "ERROR") == bool(states[0]["errorNumber"])
    assert states[1]["state"] == "WAIT_SIGNERS"
