"""No token, key, code, signing link or file reaches a record, a log or an exception."""

from __future__ import annotations

import base64
import json
import logging

import pytest

from upstream import OutcomeUnknown, ProviderError, Rejected, redacted_audit
from upstream.redaction import excerpt, scrub

from .conftest import API_KEY, LEASE
from .samples import KEY, LINK, REFERENCE, envelope, refusal, signature, wrapped
from .server import TOKEN, Reply

LOGIN = base64.b64encode(f"test@sigillo.example:{API_KEY}".encode()).decode()
PAYLOAD = base64.b64encode(LEASE.content).decode()
SECRETS = [
    TOKEN,
    API_KEY,
    LOGIN,
    LINK,
    "9f8e7d6c-secret",
    KEY,
    PAYLOAD,
    "done/7f",
    "giulia.ferri@",
    "3330000001",
]


def assert_clean(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


@pytest.fixture
def play(server, provider):
    """Every call once, in both generations, with a failure at the end of each."""

    def run() -> list[ProviderError]:
        server.on("POST /EU-SES", Reply(body=wrapped(signature())))
        server.on("POST /firma_elettronica/base", Reply(body=wrapped(envelope())))
        server.on("GET /firma_elettronica_ui", Reply(404, b""))
        server.on("POST /firma_elettronica_ui", Reply(body=wrapped({"id": "ui1", "name": "n"})))
        server.on(f"GET /signatures/{REFERENCE}/audit", Reply(body={"AuditData": [{"log": LINK}]}))
        server.on(
            f"GET /signatures/{REFERENCE}/detail", Reply(400, {**signature(), "message": f"see {LINK}"})
        )
        provider.esignature.create(LEASE)
        provider.firmadigitale.create(LEASE)
        provider.esignature.audit(REFERENCE)
        failures: list[ProviderError] = []
        with pytest.raises(Rejected) as caught:
            provider.esignature.detail(REFERENCE)
        failures.append(caught.value)
        server.on("POST /EU-SES", Reply(500, signature()))
        with pytest.raises(OutcomeUnknown) as unclear:
            provider.esignature.create(LEASE)
        failures.append(unclear.value)
        server.on(
            "POST /EU-SES", Reply(422, b"Authorization: Bearer " + TOKEN.encode() + b" " + LINK.encode())
        )
        with pytest.raises(Rejected) as refused:
            provider.esignature.create(LEASE)
        return [*failures, refused.value]

    return run


def test_exchanges_hold_no_secret_and_are_small_json(play, exchanges):
    play()
    assert {exchange.path for exchange in exchanges} >= {"/tokens", "/EU-SES", "/firma_elettronica/base"}
    for exchange in exchanges:
        kept = json.dumps([exchange.request, exchange.answer])
        assert_clean(kept)
        assert_clean(repr(exchange))
        assert len(kept) < 4000


def test_an_exchange_says_what_happened(play, exchanges):
    play()
    bought = next(exchange for exchange in exchanges if exchange.path == "/EU-SES")
    assert (bought.method, bought.status, bought.error, bought.attempt) == ("POST", 200, "", 1)
    assert bought.host.startswith("127.0.0.1")
    assert bought.bytes_out > 500
    assert bought.bytes_in > 100
    assert bought.at.utcoffset() is not None
    assert bought.request["body"]["title"] == "Lease of flat 12"
    assert bought.request["body"]["signers"][0]["email"] == "g…@example.org"
    assert exchanges[-1].error == "Rejected"


def test_errors_hold_no_secret(play):
    errors = play()
    for error in errors:
        assert_clean(f"{error} {error!r} {error.body} {error.message} {error.args}")
    assert errors[0].message == "see [link]"


def test_a_token_that_the_provider_repeats_is_hidden(server, provider, exchanges):
    server.on("POST /EU-SES", Reply(403, refusal(f"no scope for {TOKEN} of {API_KEY}", 9)))
    with pytest.raises(Rejected, match="no scope") as caught:
        provider.esignature.create(LEASE)
    assert_clean(f"{caught.value} {caught.value.args} {caught.value.body} {exchanges[-1]}")


def test_logs_hold_no_secret(play, caplog):
    with caplog.at_level(logging.DEBUG):
        play()
    ours = "\n".join(record.getMessage() for record in caplog.records)
    assert "OutcomeUnknown" in ours
    assert_clean(ours)


def test_the_raw_answer_has_no_links_and_no_keys(server, provider):
    server.on("POST /EU-SES", Reply(body=wrapped(signature())))
    server.on(f"GET /firma_elettronica/{REFERENCE}", Reply(body=wrapped(envelope())))
    for procedure in (provider.esignature.create(LEASE), provider.firmadigitale.detail(REFERENCE)):
        kept = json.dumps(procedure.raw)
        for secret in (LINK, KEY, "9f8e7d6c"):
            assert secret not in kept
        assert "Ferri" in kept
        assert procedure.signers[0].link == LINK
        assert LINK not in repr(procedure)
        assert KEY not in repr(procedure)


def test_values_that_carry_secrets_do_not_show_them(provider):
    assert_clean(repr(LEASE).replace("giulia.ferri@", "").replace("3330000001", ""))
    assert API_KEY not in repr(provider.config)


def test_the_trace_of_the_provider_is_never_kept(server, provider, exchanges):
    server.on(f"GET /firma_elettronica/{REFERENCE}", Reply(400, refusal("Invalid id", 470)))
    with pytest.raises(Rejected) as caught:
        provider.firmadigitale.detail(REFERENCE)
    assert "aW50ZXJuYWw" not in caught.value.body + json.dumps(exchanges[-1].answer)


@pytest.mark.parametrize(
    ("body", "shown"),
    [(b"", ""), (b"%PDF-1.7", "[8 bytes]"), (b'{"data": {"sign_link": "https://a', "[broken JSON, 33 bytes]"),
     (b"Invalid id", "Invalid id")],
)  # fmt: skip
def test_an_excerpt_shows_no_more_than_it_may(body, shown):
    assert excerpt(body) == shown


def test_long_texts_are_cut():
    assert len(excerpt(json.dumps({f"f{n}": "words " * 9 for n in range(90)}).encode())) <= 400
    assert scrub("A" * 300) == "[hidden]"


def test_an_audit_trail_can_be_shown_without_links_and_codes():
    trail = {
        "data": {
            "member-1": {
                "sign_link": LINK,
                "audit_trail": {
                    "files": [{"sha256": "ab" * 32, "content": "kept"}],
                    "member": {
                        "ip": "192.0.2.7",
                        "authentications": [{"mode": "sms", "content": "Code 482913"}],
                    },
                    "log": f"opened {LINK} twice",
                },
            }
        }
    }
    shown = redacted_audit(json.dumps(trail).encode()).decode()
    assert "482913" not in shown
    assert "9f8e7d6c" not in shown
    assert "192.0.2.7" in shown
    assert "ab" * 32 in shown
    assert redacted_audit(b"%PDF-1.7") == b"%PDF-1.7"
