"""The provider's types wobble; what is read from them does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream import Generation, ProcedureState, Provider, ProviderError, SignerState, answers
from upstream.calls import Answer
from upstream.words import procedure_state, signer_state

from .conftest import config_for
from .samples import KEY, LINK, REFERENCE, envelope, signature, wrapped
from .server import Reply

AT = datetime(2026, 11, 24, 9, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [1795511702, "1795511702", "1795511702,", 1795511702.0, 1795511702000, "2026-11-24 09:15:02+00:00",
     "2026-11-24T10:15:02+01:00", "2026-11-24T09:15:02Z", " 2026-11-24 09:15:02 ", "2026-11-24T09:15:02"],
)  # fmt: skip
def test_an_instant_is_read_in_every_shape(value):
    assert answers.moment(value) == AT


@pytest.mark.parametrize("value", [None, "", "soon", True, {}, [], "24/11/2026", 10**30, float("nan")])
def test_what_is_no_instant_is_none(value):
    assert answers.moment(value) is None


@pytest.mark.parametrize(
    ("value", "read"), [("12.50", "12.50"), ("12,5", "12.5"), (3, "3"), (Decimal("0.1"), "0.1")]
)
def test_money_is_decimal(value, read):
    assert answers.amount(value) == Decimal(read)


@pytest.mark.parametrize("value", [None, "", "free", True, {}, "NaN", "Infinity"])
def test_what_is_no_money_is_none(value):
    assert answers.amount(value) is None


@pytest.mark.parametrize(
    ("value", "read"),
    [(125.22, "125.22"), (214, "214"), (214.0, "214"), (" x ", "x"), (None, ""), ({"a": 1}, '{"a": 1}')],
)
def test_an_error_of_any_type_is_text(value, read):
    assert answers.text(value) == read


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("WAIT_VALIDATION", ProcedureState.PREPARING), ("WAIT_SIGN", ProcedureState.SIGNING),
        ("WAIT_SIGNER", ProcedureState.SIGNING), ("WAIT_SIGNERS", ProcedureState.SIGNING),
        ("wait_signers", ProcedureState.SIGNING), ("DONE", ProcedureState.DONE), ("ERROR", ProcedureState.FAILED),
        ("REFUSED", ProcedureState.REFUSED), ("DECLINED", ProcedureState.REFUSED),
        ("Rejected_by_signer", ProcedureState.REFUSED), ("EXPIRED", ProcedureState.EXPIRED),
        ("", ProcedureState.UNKNOWN), ("WAIT_MOON", ProcedureState.UNKNOWN), ("CANCELLED", ProcedureState.UNKNOWN),
        ("started", ProcedureState.SIGNING), ("finished", ProcedureState.DONE), ("refused", ProcedureState.REFUSED),
        ("expired", ProcedureState.EXPIRED), ("request failed", ProcedureState.FAILED),
        ("file validation failed", ProcedureState.FAILED), ("error", ProcedureState.FAILED),
        ("created", ProcedureState.PREPARING),
    ],
)  # fmt: skip
def test_a_procedure_word_is_read(word, state):
    assert procedure_state(word, Generation.ESIGNATURE) is state


def test_a_created_envelope_with_links_waits_for_signatures():
    assert procedure_state("created", Generation.FIRMADIGITALE) is ProcedureState.PREPARING
    assert procedure_state("created", Generation.FIRMADIGITALE, has_links=True) is ProcedureState.SIGNING


@pytest.mark.parametrize(
    ("word", "state"),
    [("NEW", SignerState.WAITING), ("WAIT_SIGN", SignerState.WAITING), ("pending", SignerState.WAITING),
     ("processing", SignerState.WAITING), ("done", SignerState.SIGNED), ("DONE", SignerState.SIGNED),
     ("refused", SignerState.REFUSED), ("DECLINED", SignerState.REFUSED), ("REJECT", SignerState.REFUSED),
     ("", SignerState.UNKNOWN), ("DREAMING", SignerState.UNKNOWN)],
)  # fmt: skip
def test_a_signer_word_is_read(word, state):
    assert signer_state(word) is state


def test_a_procedure_of_the_second_generation_is_read(server, provider):
    document = {"title": "Lease", "signedDocument": {"md5": "363CFDB141FE0E1A3F598E1D6377A4F5"}}
    body = wrapped(signature(state="DONE", document=document, errorNumber=0))
    server.on(f"GET /signatures/{REFERENCE}/detail", Reply(body=body))
    read = provider.esignature.detail(REFERENCE)
    assert (read.state, read.raw_state, read.title) == (ProcedureState.DONE, "DONE", "Lease")
    assert read.signed_md5 == "363cfdb141fe0e1a3f598e1d6377a4f5"
    assert (read.callback_key, read.error_number) == (KEY, "")
    signer = read.signers[0]
    assert (signer.name, signer.surname, signer.mobile) == ("Giulia", "Ferri", "+393330000001")
    assert (signer.state, signer.link) == (SignerState.WAITING, LINK)


def test_a_failed_procedure_says_why(server, provider):
    body = signature(state="ERROR", errorNumber="110", errorMessage="Wrong PDF")
    server.on(f"GET /signatures/{REFERENCE}/detail", Reply(body=body))
    read = provider.esignature.detail(REFERENCE)
    assert (read.state, read.error_number, read.error_message) == (ProcedureState.FAILED, "110", "Wrong PDF")


def test_a_procedure_of_the_first_generation_is_read(server, provider):
    server.on(f"GET /firma_elettronica/{REFERENCE}", Reply(body=wrapped(envelope())))
    read = provider.firmadigitale.detail(REFERENCE)
    assert (read.state, read.raw_state) == (ProcedureState.SIGNING, "started")
    assert (read.created_at, read.callback_key, read.signed_md5) == (AT, KEY, "")
    assert (read.signers[0].reference, read.signers[0].link) == ("", LINK)


@pytest.mark.parametrize(
    ("callback", "key"),
    [
        ({"custom": {"key": "a"}, "url": "https://x.example/b"}, "a"),
        ({"headers": {"x-callback-key": "c"}, "url": "https://x.example/b"}, "c"),
        ({"url": "https://x.example/hooks/b/"}, "b"),
        ({"url": "https://x.example/hooks?key=d"}, "d"),
        (None, ""), ({}, ""), ("", ""),
    ],
)  # fmt: skip
def test_the_key_is_found_wherever_it_came_back(server, provider, callback, key):
    server.on(f"GET /signatures/{REFERENCE}/detail", Reply(body=wrapped(signature(callback=callback))))
    assert provider.esignature.detail(REFERENCE).callback_key == key


def test_a_list_is_read_to_its_last_page(server, provider):
    made = [
        {"_id": f"{n:024x}", "state": "DONE", "createdAt": f"2026-11-{28 - n % 28:02d} 08:00:00"}
        for n in range(130)
    ]
    server.on("GET /signatures", Reply(body=wrapped(made[:100])), Reply(body=made[100:]), Reply(404, b""))
    assert len(provider.esignature.recent()) == 130


def test_a_server_that_ignores_pages_ends_the_list(server, provider):
    server.on("GET /signatures", Reply(body=wrapped([{"id": "1", "documentTitle": "Lease"}])))
    assert [one.title for one in provider.esignature.recent()] == ["Lease"]


def test_recent_keeps_what_is_new_or_without_a_time(server, provider):
    rows = [
        {"id": "1", "createdAt": AT.isoformat()},
        {"id": "2"},
        {"id": "3", "createdAt": "2020-01-01 00:00:00"},
    ]
    server.on("GET /signatures", Reply(body=rows), Reply(404, b""))
    assert [one.reference for one in provider.esignature.recent(AT)] == ["1", "2"]
    old = envelope(id="4", members=[{"createdAt": 1577836800}])
    server.on(
        "GET /firma_elettronica", Reply(body=wrapped([envelope(), old, {"id": "5", "status": "created"}]))
    )
    assert [one.reference for one in provider.firmadigitale.recent(AT)] == [REFERENCE, "5"]


def test_a_sorted_list_is_left_at_the_first_old_page(server, provider):
    rows = [{"id": "1", "createdAt": AT.isoformat()}, {"id": "3", "createdAt": "2020-01-01 00:00:00"}]
    server.on("GET /signatures", Reply(body=rows), Reply(500, b""))
    assert [one.reference for one in provider.esignature.recent(AT)] == ["1"]
    assert len(server.seen("GET /signatures")) == 1


def test_qualified_signatures_in_the_list_are_left_out(server, provider):
    rows = [{"id": "1", "certificateType": "EU-SES"}, {"id": "2", "certificateType": "EU-QES_otp"}]
    server.on("GET /signatures", Reply(body=rows), Reply(404, b""))
    assert [one.reference for one in provider.esignature.recent()] == ["1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "_id", "state", "status", "signers", "members", "document", "title", "createdAt", "callback",
                 "custom", "headers", "url", "key", "signedDocument", "md5", "errorNumber", "sign_link", "data"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)  # fmt: skip
OFFLINE = Provider(config_for("http://provider.example"))


@given(JSON, st.sampled_from(list(Generation)))
def test_no_answer_however_odd_breaks_the_reader(data: Any, generation: Generation):
    body = json.dumps(data).encode()
    read = OFFLINE.esignature.read if generation is Generation.ESIGNATURE else OFFLINE.firmadigitale.read
    try:
        procedure = read(Answer(200, body, data, data, ""))
    except ProviderError:
        return
    assert procedure.reference
    json.dumps(procedure.raw)
