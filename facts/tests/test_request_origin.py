"""Where a visitor comes from, and what nobody can make us believe."""

import pytest
from django.test import RequestFactory

from facts.request_origin import client_ip, user_agent

SPOOFED = "203.0.113.1, 198.51.100.2, 192.0.2.3"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, SPOOFED, "10.0.0.9"),
        (1, SPOOFED, "192.0.2.3"),
        (2, SPOOFED, "198.51.100.2"),
        (1, "", "10.0.0.9"),
        (3, "192.0.2.3", "10.0.0.9"),
        (1, "203.0.113.9,,198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "2001:DB8:0::7", "2001:db8::7"),
        (1, "fe80::7%eth0", "fe80::7"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(settings, proxies, forwarded, believed):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == believed


@pytest.mark.parametrize(
    "forwarded", ["garbage, x", f"{'x' * 5000}, 192.0.2.3", "1, 2", ",,,", "<b>, 192.0.2.3"]
)
def test_what_no_proxy_of_ours_would_say_leaves_the_connections_own(settings, forwarded):
    settings.TRUSTED_PROXIES = 2
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == "10.0.0.9"


def test_a_connection_without_an_address_has_none():
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR="")) == ""


def test_what_a_browser_calls_itself_is_cut_to_what_is_kept():
    assert len(user_agent(RequestFactory().get("/", HTTP_USER_AGENT="x" * 5000))) == 300
