"""What opens a door is in no line of the log, whoever writes it."""

import json
import logging

import pytest
import structlog
from django.urls import reverse

from portal.log_format import Formatter
from portal.settings.logs import LOGGING
from tests.walk import own_addresses
from vault import new_token, without_tokens

WITH_TOKEN = [name for name, parameters in own_addresses() if set(parameters) & {"token", "key"}]


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_no_token_of_ours_is_left_in_an_address(name):
    token = new_token()
    address = reverse(name, args=[token])
    for text in (
        f"Not Found: {address}",
        f"https://sigillo.example{address}",
        f"'{address}', x",
        address[:-1],
        f"{address}?next=/",
    ):
        assert token not in without_tokens(text)
        assert "***" in without_tokens(text)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/confirm-email/MQ:1tEst0:Zm9vYmFyYmF6/",
        "/accounts/password/reset/key/1-cb8s2e-0123456789abcdef01/",
    ],
)
def test_no_key_of_an_account_is_left_in_an_address(address):
    assert without_tokens(f"Gone: {address}").endswith("/***/")


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /envelopes/0b6dbd57-4b0a-4a44-9d3f-9a2f0d5c7a11/signed.pdf",
        'File "/srv/sigillo/signatures/envelopes/flows/sign.py", line 12, in key/value',
        "/accounts/password/reset/key/done/",
        "/s/back/",
    ],
)
def test_what_opens_nothing_stays_readable(text):
    assert without_tokens(text) == text


def test_a_traceback_is_blotted_too_and_the_line_stays_json():
    token = new_token()
    formatter = Formatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    try:
        raise ValueError(f"at /s/{token}/document.pdf")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x", 1, "Failed: /s/%s/", (token,), (type(error), error, error.__traceback__)
        )
    line = json.loads(formatter.format(record))
    assert line["event"] == "Failed: /s/***/"
    assert "/s/***/document.pdf" in line["exception"]


def test_every_line_goes_through_it():
    assert {
        name
        for name, config in LOGGING["formatters"].items()
        if config["()"] == "portal.log_format.Formatter"
    } == set(LOGGING["formatters"])
    assert all("formatter" in handler for handler in LOGGING["handlers"].values())
