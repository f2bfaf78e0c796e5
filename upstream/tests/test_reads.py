"""Reads are tried again with patience, under a circuit breaker, and read leniently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from upstream import Generation, NotFound, Rejected, Throttled, Unavailable

from .samples import REFERENCE, envelope, refusal, signature, wrapped
from .server import Reply, free_port

DETAIL = f"GET /signatures/{REFERENCE}/detail"
GOOD = Reply(body=wrapped(signature()))


@pytest.mark.parametrize(
    "first",
    [Reply(500, b""), Reply(503, {}, {"retry-after": "0"}), Reply(hang_up=True), Reply(body=b'{"data": {'),
     Reply(body=wrapped(signature()), cut_to=30), Reply(429, {}, {"retry-after": "0"}), Reply(302, b"")],
    ids=["500", "503", "reset", "half json", "cut", "429", "302"],
)  # fmt: skip
def test_a_read_is_tried_again(server, provider, exchanges, first):
    server.on(DETAIL, first, GOOD)
    assert provider.esignature.detail(REFERENCE).reference == REFERENCE
    assert [exchange.attempt for exchange in exchanges if exchange.method == "GET"] == [1, 2]


def test_a_read_gives_up_after_a_few_attempts(server, provider):
    server.on(DETAIL, Reply(500, refusal("oops", 1)))
    with pytest.raises(Unavailable):
        provider.esignature.detail(REFERENCE)
    assert len(server.seen(DETAIL)) == 3


def test_a_read_that_times_out_is_unavailable(server, connect):
    server.on(DETAIL, Reply(stall=True))
    with pytest.raises(Unavailable, match="ReadTimeout"):
        connect(read_timeout=0.1, read_attempts=1).esignature.detail(REFERENCE)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (400, Rejected), (410, Rejected), (422, Rejected)]
)
def test_a_refused_read_is_not_tried_again(server, provider, status, kind):
    server.on(DETAIL, Reply(status, refusal("no", 212)))
    with pytest.raises(kind) as caught:
        provider.esignature.detail(REFERENCE)
    assert not caught.value.proves_not_bought
    assert len(server.seen(DETAIL)) == 1


def test_a_long_retry_after_goes_to_the_caller(server, provider):
    server.on(DETAIL, Reply(429, refusal("slow down", 1), {"retry-after": "120"}))
    with pytest.raises(Throttled) as caught:
        provider.esignature.detail(REFERENCE)
    assert caught.value.retry_after == 120
    assert len(server.seen(DETAIL)) == 1


def test_retry_after_may_be_a_date(server, provider):
    at = datetime.now(UTC) + timedelta(minutes=5)
    server.on(DETAIL, Reply(429, b"", {"retry-after": format_datetime(at, usegmt=True)}))
    with pytest.raises(Throttled) as caught:
        provider.esignature.detail(REFERENCE)
    assert 290 < (caught.value.retry_after or 0) <= 300


def test_a_deletion_is_sent_once(server, provider):
    server.on(f"DELETE /signatures/{REFERENCE}", Reply(500, b""))
    with pytest.raises(Unavailable):
        provider.esignature.withdraw(REFERENCE)
    assert len(server.seen(f"DELETE /signatures/{REFERENCE}")) == 1


@pytest.mark.parametrize(
    "reply", [Reply(200, b""), Reply(204, b""), Reply(200, wrapped(None)), Reply(404, b"")]
)
def test_a_withdrawal_holds_also_when_it_held_before(server, provider, reply):
    server.on(f"DELETE /signatures/{REFERENCE}", reply)
    assert provider.esignature.withdraw(REFERENCE) is True


def test_the_first_generation_cannot_withdraw(server, provider):
    assert provider.firmadigitale.withdraw(REFERENCE) is False
    assert server.requests == []


def test_the_circuit_opens_after_failures_in_a_row_and_closes_with_a_good_probe(server, connect):
    provider = connect(breaker_failures=3, breaker_seconds=0.0)
    server.on(DETAIL, *[Reply(500, b"")] * 3, GOOD)
    with pytest.raises(Unavailable):
        provider.esignature.detail(REFERENCE)
    assert provider.esignature.detail(REFERENCE).reference == REFERENCE
    assert provider.esignature.detail(REFERENCE).reference == REFERENCE


def test_an_open_circuit_sends_nothing_and_says_how_long(server, connect):
    provider = connect(breaker_failures=3, breaker_seconds=60)
    server.on(DETAIL, Reply(500, b""))
    for _ in range(4):
        with pytest.raises(Unavailable) as caught:
            provider.esignature.detail(REFERENCE)
    assert len(server.seen(DETAIL)) == 3
    assert 0 < (caught.value.retry_after or 0) <= 60


def test_a_circuit_is_one_for_a_host(server, connect):
    provider = connect(breaker_failures=3)
    server.on(DETAIL, Reply(500, b""))
    server.on("GET /wallet", Reply(body=wrapped({"credit": 1})))
    for read in (lambda: provider.esignature.detail(REFERENCE), provider.account.wallet):
        with pytest.raises(Unavailable):
            read()
    assert server.seen("GET /wallet") == []


def test_refusals_do_not_open_the_circuit(server, connect):
    provider = connect(breaker_failures=1)
    server.on(DETAIL, Reply(404, refusal("no", 1)))
    for _ in range(3):
        with pytest.raises(NotFound):
            provider.esignature.detail(REFERENCE)
    assert len(server.seen(DETAIL)) == 3


def test_nobody_listening_is_unavailable(connect):
    with pytest.raises(Unavailable, match="Connect"):
        connect(address=f"http://127.0.0.1:{free_port()}").account.wallet()


@pytest.mark.parametrize("generation", list(Generation))
@pytest.mark.parametrize(
    "reply", [Reply(404, refusal("none", 214)), Reply(204, b""), Reply(200, wrapped([]))]
)
def test_an_empty_list_is_no_error(server, provider, generation, reply):
    server.on("GET /signatures", reply)
    server.on("GET /firma_elettronica", reply)
    assert provider.signatures(generation).recent() == []


@pytest.mark.parametrize("generation", list(Generation))
def test_a_page_of_a_gateway_is_no_empty_list(server, provider, generation):
    for route in ("GET /signatures", "GET /firma_elettronica"):
        server.on(route, Reply(404, b"<html>nothing routed</html>", {"content-type": "text/html"}))
    with pytest.raises(Unavailable):
        provider.signatures(generation).recent()


def test_a_signed_document_comes_as_bytes(server, provider):
    path = f"GET /signatures/{REFERENCE}/signedDocument"
    server.on(path, Reply(body=b"%PDF-1.7 signed", headers={"content-type": "application/octet-stream"}))
    assert provider.esignature.signed_document(REFERENCE) == b"%PDF-1.7 signed"


@pytest.mark.parametrize("body", [b"", b"<html>", wrapped(None)])
def test_what_is_no_pdf_is_not_a_signed_document(server, connect, body):
    server.on(f"GET /signatures/{REFERENCE}/signedDocument", Reply(body=body))
    with pytest.raises(Unavailable):
        connect(read_attempts=1).esignature.signed_document(REFERENCE)


def test_the_first_generation_sends_the_document_beside_success(server, provider):
    body = {"content": "JVBERi0xLjcg\nc2lnbmVk", "success": True, "message": "", "error": None}
    server.on(f"GET /firma_elettronica/{REFERENCE}/download", Reply(body=body))
    assert provider.firmadigitale.signed_document(REFERENCE) == b"%PDF-1.7 signed"


@pytest.mark.parametrize("content", ["", None, "not base64!"])
def test_a_broken_document_of_the_first_generation_is_unavailable(server, provider, content):
    body = {"content": content, "success": True}
    server.on(f"GET /firma_elettronica/{REFERENCE}/download", Reply(body=body))
    with pytest.raises(Unavailable):
        provider.firmadigitale.signed_document(REFERENCE)


def test_a_document_that_is_not_ready_is_not_found(server, provider):
    server.on(f"GET /firma_elettronica/{REFERENCE}/download", Reply(404, refusal("not ready", 470)))
    with pytest.raises(NotFound):
        provider.firmadigitale.signed_document(REFERENCE)


@pytest.mark.parametrize(
    ("format", "accept", "body"),
    [("json", "application/json", b'{"AuditData": []}'), ("pdf", "application/pdf", b"%PDF-1.4 trail"),
     ("html", "text/html", b"<html></html>"), ("text", "text/plain", b"SignatureAuditReport:")],
)  # fmt: skip
def test_an_audit_trail_is_asked_for_in_its_format(server, provider, format, accept, body):
    server.on(f"GET /signatures/{REFERENCE}/audit", Reply(body=body))
    assert provider.esignature.audit(REFERENCE, format) == body
    assert server.seen(f"GET /signatures/{REFERENCE}/audit")[0].headers["accept"] == accept


def test_a_format_that_a_generation_lacks_is_refused_unsent(server, provider):
    for generation, format in ((Generation.FIRMADIGITALE, "pdf"), (Generation.ESIGNATURE, "docx")):
        with pytest.raises(Rejected):
            provider.signatures(generation).audit(REFERENCE, format)
    assert server.requests == []


def test_a_strange_reference_cannot_reach_another_endpoint(server, provider):
    for reference in ("../tokens", "a/../../wallet", "x?y=1"):
        with pytest.raises(NotFound):
            provider.esignature.detail(reference)
    assert all(
        request.path.startswith("/signatures/") for request in server.requests if request.method == "GET"
    )
    for reference in ("", "..", "."):
        with pytest.raises(Rejected):
            provider.firmadigitale.detail(reference)


def test_plain_text_refusals_are_understood(server, provider):
    server.on(
        f"GET /firma_elettronica/{REFERENCE}", Reply(400, b"Invalid id", {"content-type": "text/plain"})
    )
    with pytest.raises(Rejected, match="Invalid id"):
        provider.firmadigitale.detail(REFERENCE)


def test_an_answer_without_envelope_is_read(server, provider):
    server.on(DETAIL, Reply(body=signature()))
    server.on(f"GET /firma_elettronica/{REFERENCE}", Reply(body=envelope()))
    assert provider.esignature.detail(REFERENCE).title == provider.firmadigitale.detail(REFERENCE).title


def test_the_label_of_an_answer_does_not_matter(server, provider):
    labelled = Reply(body=wrapped(envelope()), headers={"content-type": "application/pdf"})
    server.on(f"GET /firma_elettronica/{REFERENCE}", labelled)
    assert provider.firmadigitale.detail(REFERENCE).reference == REFERENCE
