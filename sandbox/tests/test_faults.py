"""Every fault by itself: what the client sees, and whether anything happened."""

import base64
import hashlib

import httpx
import pytest

from .client import (
    create_fes,
    create_ses,
    detail_of,
    links_of,
    refusal,
    ses_alone,
    sign_all,
    signed_document,
    unwrapped,
)


def buy(client, **options):
    return client.post("/EU-SES", json=ses_alone(), **options)


def bought(sandbox):
    state = sandbox.state()
    assert state["procedures"] == state["charges"]
    return state["procedures"]


@pytest.mark.parametrize(("fault", "happened"), [("dropped_before", 0), ("dropped_after", 1)])
def test_the_connection_is_dropped(sandbox, client, fault, happened):
    sandbox.fault(fault, path="EU-SES")
    with pytest.raises(httpx.TransportError):
        buy(client)
    assert bought(sandbox) == happened
    assert buy(client).status_code == 200


@pytest.mark.parametrize(("fault", "happened"), [("timeout_before", 0), ("timeout_after", 1)])
def test_the_answer_does_not_come_in_time(sandbox, client, fault, happened):
    sandbox.fault(fault, path="EU-SES", seconds=2)
    with pytest.raises(httpx.ReadTimeout):
        buy(client, timeout=0.5)
    assert bought(sandbox) == happened


@pytest.mark.parametrize(("fault", "happened"), [("timeout_before", 0), ("timeout_after", 1)])
def test_after_its_seconds_the_connection_is_dropped(sandbox, client, fault, happened):
    sandbox.fault(fault, path="EU-SES", seconds=0.01)
    with pytest.raises(httpx.RemoteProtocolError):
        buy(client)
    assert bought(sandbox) == happened


def test_the_answer_is_slow_and_good(sandbox, client):
    sandbox.fault("slow", path="EU-SES", seconds=0.2)
    answer = buy(client)
    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.status_code == 200


@pytest.mark.parametrize(("fault", "happened"), [("error_500_before", 0), ("error_500_after", 1)])
@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server(sandbox, client, fault, happened, status):
    sandbox.fault(fault, path="EU-SES", status=status, retry_after="7")
    answer = buy(client)
    assert refusal(answer)[:2] == (status, status)
    assert answer.headers["Retry-After"] == "7"
    assert bought(sandbox) == happened


def test_a_gateways_page(sandbox, client):
    sandbox.fault("gateway_page", path="EU-SES")
    answer = buy(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert bought(sandbox) == 0


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [("429", 429, 429), ("402", 402, 207), ("403", 403, 403), ("wrong_token", 401, 125.22)],
)
def test_a_refusal_without_reason(sandbox, client, fault, status, error):
    sandbox.fault(fault, path="EU-SES")
    answer = buy(client)
    assert refusal(answer)[:2] == (status, error)
    assert "Retry-After" not in answer.headers
    assert bought(sandbox) == 0
    assert buy(client).status_code == 200


def test_too_many_requests_may_say_when_to_come_back(sandbox, client):
    sandbox.fault("429", retry_after="3")
    assert client.get("/signatures").headers["Retry-After"] == "3"


def test_a_good_token_is_refused_so_many_times(sandbox, client):
    sandbox.fault("wrong_token", times=2)
    assert [client.get("/firma_elettronica").status_code for _ in range(3)] == [401, 401, 200]


def test_an_answer_that_breaks_off(sandbox, client):
    sandbox.fault("truncated", path="EU-SES")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        buy(client)
    assert bought(sandbox) == 1


def test_an_answer_that_is_not_json(sandbox, client):
    sandbox.fault("broken_body", path="EU-SES")
    answer = buy(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError):
        answer.json()
    assert bought(sandbox) == 1


def test_an_answer_without_a_body(sandbox, client):
    sandbox.fault("empty_body", path="EU-SES")
    answer = buy(client)
    assert (answer.status_code, answer.content) == (200, b"")
    assert bought(sandbox) == 1


def test_an_answer_without_its_envelope(sandbox, client):
    sandbox.fault("bare", path="EU-SES")
    assert buy(client).json()["certificateType"] == "EU-SES"
    assert "data" in buy(client).json()


def test_words_that_nobody_knows_are_put_everywhere(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.fault("unknown_state", path="signatures", word="PERHAPS", times=2)
    found = detail_of(client, made)
    assert (found["state"], found["signers"][0]["state"]) == ("PERHAPS", "PERHAPS")
    assert unwrapped(client.get("/signatures").json())[0]["state"] == "PERHAPS"
    assert detail_of(client, made)["state"] != "PERHAPS"


def test_types_wobble(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.fault("wobbly_types", path="signatures")
    answer = client.get(f"/signatures/{made['id']}/detail").json()
    found = answer["data"]
    assert (answer["error"], found["errorNumber"]) == ("null,", "null,")
    assert found["_id"] == made["id"]
    assert "id" not in found
    assert found["signers"][0]["signatures"] == [{"page": "1", "x": "60", "y": "700"}]
    assert answer["success"] is True


def test_a_fault_meets_only_what_it_is_meant_for(sandbox, client):
    sandbox.fault("error_500_before", path="signatures", method="DELETE", times=0)
    assert client.get("/signatures").status_code == 404
    assert buy(client).status_code == 200
    made = create_ses(client, ses_alone())
    assert client.delete(f"/signatures/{made['id']}").status_code == 500


def test_a_fault_is_used_up_or_lasts_until_it_is_switched_off(sandbox, client):
    once, lasting = sandbox.fault("429"), sandbox.fault("403", path="signatures", times=0)
    assert [client.get("/signatures").status_code for _ in range(3)] == [429, 403, 403]
    assert [(one["id"], one["hits"]) for one in sandbox.state()["faults"]] == [(lasting["id"], 2)]
    sandbox.http.delete(f"/faults/{lasting['id']}").raise_for_status()
    assert client.get("/signatures").status_code == 404
    sandbox.fault("429")
    sandbox.no_faults()
    assert client.get("/signatures").status_code == 404
    assert once["id"] != lasting["id"]


def test_faults_spare_the_desk_and_the_signers(sandbox, client, web):
    made = create_ses(client, ses_alone())
    sandbox.fault("dropped_before", times=0)
    assert sandbox.state()["procedures"] == 1
    assert web.get(links_of(made)[0]).status_code == 200


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"fault": "earthquake"}, "unknown fault"), ({"fault": "slow", "colour": "red"}, "unknown values: colour"),
        ({"fault": "slow", "seconds": "long"}, "seconds: 'long' does not fit"), ({"fault": "slow", "seconds": -1}, "seconds"),
        ({"fault": "429", "times": "x"}, "times: 'x' does not fit"), ({"fault": "error_500_before", "status": 200}, "status"),
    ],
)  # fmt: skip
def test_what_is_no_fault_is_refused(sandbox, values, said):
    answer = sandbox.http.post("/faults", json=values)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert sandbox.state()["faults"] == []


# Documents


@pytest.fixture(scope="module")
def signed(running, client):
    """A signed procedure of each generation, which the tests below only read."""
    running.reset(validation_delay=0)
    made = create_ses(client, ses_alone()), create_fes(client)
    running.settle()
    for one in made:
        sign_all(running, one)
    return made


def told_md5(client, made):
    return detail_of(client, made)["document"]["signedDocument"]["md5"]


def md5(data):
    return hashlib.md5(data).hexdigest()


def test_a_byte_is_changed_and_the_digest_tells(running, client, signed):
    new, _ = signed
    good = signed_document(client, new)
    running.fault("tampered_document", path=f"signatures/{new['id']}")
    bad = signed_document(client, new)
    assert len(bad) == len(good)
    assert sum(a != b for a, b in zip(good, bad, strict=True)) == 1
    assert told_md5(client, new) == md5(good) == md5(signed_document(client, new))


def test_a_byte_is_changed_and_the_digest_agrees(running, client, signed):
    new, _ = signed
    good = signed_document(client, new)
    running.fault("forged_document", path=f"signatures/{new['id']}")
    assert told_md5(client, new) == md5(signed_document(client, new)) != md5(good)
    running.no_faults()
    assert told_md5(client, new) == md5(good)


def test_the_digest_told_is_wrong(running, client, signed):
    new, _ = signed
    running.fault("wrong_md5", path=f"signatures/{new['id']}")
    assert told_md5(client, new) != md5(signed_document(client, new))
    running.no_faults()


def test_the_document_is_a_page_or_half_of_itself(running, client, signed):
    new, old = signed
    for made, path in ((new, f"signatures/{new['id']}"), (old, f"firma_elettronica/{old['id']}")):
        good = signed_document(client, made)
        running.fault("not_a_pdf", path=path)
        assert signed_document(client, made).startswith(b"<html>")
        running.fault("truncated_document", path=path)
        assert signed_document(client, made) == good[: len(good) // 2]
        assert signed_document(client, made) == good


def test_the_first_generations_document_is_changed_too(running, client, signed):
    _, old = signed
    running.fault("tampered_document", path=f"firma_elettronica/{old['id']}")
    changed = client.get(f"/firma_elettronica/{old['id']}/download").json()["content"]
    assert base64.b64decode(changed) != signed_document(client, old)
