"""What no browser sends gets a plain refusal at the door, on every database."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from customers.tests.factories import member_client
from signatures.envelopes.tests.factories import EnvelopeFactory, give_token

pytestmark = pytest.mark.django_db
NUL = "\0"
KEYED = [
    "/s/{}/",
    "/s/{}/document.pdf",
    "/hints/{}/",
    "/organisation/join/{}/",
    "/accounts/confirm-email/{}/",
]


@pytest.mark.parametrize("address", [*KEYED, "/envelopes/{}/", "/staff/{}/", "/{}"])
def test_a_nul_in_an_address_is_refused(address):
    for method in ("get", "post", "head", "put"):
        answer = getattr(Client(), method)(address.format(quote(f"key{NUL}")))
        assert answer.status_code == 400, method


@pytest.mark.parametrize("name", ["envelopes:list", "usage:month", "usage:export"])
def test_a_nul_in_a_query_is_refused(name):
    client, _ = member_client("owner")
    answer = client.get(reverse(name), {"q": NUL, "page": NUL, "state": NUL})
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "django_language", "messages", "other"])
def test_a_nul_in_a_cookie_is_refused(name):
    # Cookies in quotation marks may spell a character by its number.
    answer = Client().get("/", headers={"cookie": f'{name}="\\000aaaaaaaaaaaa"'})
    assert answer.status_code == 400


def form(charset: str, value: bytes) -> tuple[bytes, str]:
    """A form as a program may send it, with one field."""
    body = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + value + b"\r\n--x--\r\n"
    return body, f"multipart/form-data; boundary=x; charset={charset}"


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "raw_unicode_escape", "hex", "utf-7", "utf-16", "bogus"]
)
@pytest.mark.parametrize(
    "address", ["/envelopes/new/", "/accounts/login/", "/organisation/", "/hints/nobody/"]
)
def test_a_form_is_read_as_utf_8_whatever_it_claims(address, charset):
    client, _ = member_client("owner")
    answer = client.generic("POST", address, *form(charset, b"\\ud800"))
    assert answer.status_code < 500
    if address == "/envelopes/new/":
        assert "\\ud800" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nContent-Disp", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=\xff".encode("latin-1").decode("latin-1")),
        (b'--x\r\nContent-Disposition: form-data; name="a"; filename*=bogus\'\'a\r\n\r\n1\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b"a=1&" * 1001, "application/x-www-form-urlencoded"),
        (b"title=" + b"x" * 6_000_000, "application/x-www-form-urlencoded"),
        (b"title=x", "application/x-www-form-urlencoded; charset=unicode_escape"),
        (b"\xff\xfe", "text/plain"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["/envelopes/new/", "/accounts/login/", "/language/setlang/"])
def test_a_broken_body_is_refused_and_never_a_fault_of_ours(address, body, kind):
    client, _ = member_client("owner")
    for browser in (client, Client(enforce_csrf_checks=True)):
        assert browser.generic("POST", address, body, kind).status_code < 500


def test_a_signer_is_refused_plainly_too():
    envelope = EnvelopeFactory(signing=True)
    token = give_token(envelope.signers.first())
    address = reverse("signing:invitation", args=[token])
    assert Client().get(address, {"stage": NUL}).status_code == 400
    assert Client().get(address).status_code == 200
