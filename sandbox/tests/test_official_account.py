"""The account answers as the provider's description of it says."""

import pytest

from .client import ACCOUNT, UNKNOWN_ID, create_ses, ses_alone, unwrapped
from .official import described, example_of, needs_descriptions, problems

pytestmark = needs_descriptions


def account(web, path, schema_of="", status=200):
    answer = web.get(path, auth=ACCOUNT)
    assert answer.status_code == status, answer.text
    return problems(answer.json(), described("oauthv2", schema_of or path.partition("?")[0], "get", status))


def test_tokens(sandbox, web):
    made = web.post("/tokens", auth=ACCOUNT, json={"scopes": ["GET:test.esignature.openapi.com/signatures"], "name": "x",
        "limits": {"totalRequests": 5, "walletRequests": 5, "subscriptionRequests": 5, "walletAmount": 5, "ip": ["127.0.0.1"]}})  # fmt: skip
    # Its description draws the token without the envelope that the live service puts around it.
    token = unwrapped(made.json())
    assert problems(token, described("oauthv2", "/tokens", "post")) == []
    one = web.get(f"/tokens/{token['token']}", auth=ACCOUNT)
    assert problems(unwrapped(one.json()), described("oauthv2", "/tokens/{token}", "get")) == []
    changed = web.patch(f"/tokens/{token['token']}", auth=ACCOUNT, json={"name": "y"})
    assert problems(unwrapped(changed.json()), described("oauthv2", "/tokens/{token}", "patch")) == []
    listed = web.get("/tokens?limit=1", auth=ACCOUNT).json()
    whole = described("oauthv2", "/tokens", "get")
    whole["properties"]["data"]["oneOf"][0]["items"]["properties"]["limits"].pop("properties", None)
    assert problems(listed, whole) == []
    gone = web.delete(f"/tokens/{token['token']}", auth=ACCOUNT)
    assert problems(gone.json(), described("oauthv2", "/tokens/{token}", "delete")) == []


def test_wallet_scopes_and_statistics(sandbox, client, web):
    create_ses(client)
    client.get("/signatures/xyz")
    for path in (
        "/wallet",
        "/wallet/transactions",
        "/scopes",
        "/errors",
        "/stats",
        "/stats/ips",
        "/stats/apis",
    ):
        assert account(web, path) == [], path
    assert account(web, "/stats/apis/test.esignature.openapi.com", "/stats/apis/{domain}") == []
    scope = unwrapped(web.get("/scopes", auth=ACCOUNT).json())[0]
    assert account(web, f"/scopes/{scope['id']}", "/scopes/{id}") == []


def test_subscriptions(sandbox, web):
    plan = sandbox.subscribe(requests=10)
    assert account(web, "/subscriptions") == []
    assert account(web, f"/subscriptions/{plan['id']}", "/subscriptions/{id}") == []


def test_callbacks_as_the_account_tells_them(sandbox, client, web, receiver):
    create_ses(client, ses_alone() | {"callback": {"url": receiver.box().url, "custom": {"key": "k"}}})
    sandbox.settle()
    assert account(web, "/callbacks") == []
    id = unwrapped(web.get("/callbacks", auth=ACCOUNT).json())[0]["id"]
    assert account(web, f"/callbacks/{id}", "/callbacks/{id}") == []


ACCOUNT_ERRORS = [
    ("post", "/tokens", "/tokens", {}, 422, "missing_scopes"),
    ("post", "/tokens", "/tokens", {"scopes": ["x"]}, 422, "invalid_scopes_format"),
    ("post", "/tokens", "/tokens", {"scopes": ["GET:a.example/b"]}, 422, "invalid_scopes"),
    ("get", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", None, 404, ""),
    ("get", "/tokens/xyz", "/tokens/{token}", None, 422, ""),
    ("patch", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", {}, 404, ""),
    ("patch", "/tokens/", "/tokens/{token}", {}, 400, "token_id_required"),
    ("delete", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", None, 404, ""),
    ("delete", "/tokens/", "/tokens/{token}", None, 400, ""),
    ("get", f"/scopes/{UNKNOWN_ID}", "/scopes/{id}", None, 404, ""),
    ("get", f"/callbacks/{UNKNOWN_ID}", "/callbacks/{id}", None, 404, ""),
    ("get", "/callbacks?limit=x", "/callbacks", None, 400, ""),
    ("get", f"/callbacks?id={UNKNOWN_ID}", "/callbacks", None, 404, ""),
    ("get", f"/subscriptions/{UNKNOWN_ID}", "/subscriptions/{id}", None, 404, ""),
    ("get", "/subscriptions?skip=x", "/subscriptions", None, 400, ""),
    ("get", "/errors?limit=0", "/errors", None, 400, ""),
    ("get", "/stats?date=x", "/stats", None, 422, ""),
    ("get", "/stats/ips?date=x", "/stats/ips", None, 422, ""),
    ("get", "/stats/apis?date=x", "/stats/apis", None, 422, ""),
    ("get", "/stats/apis/a.example?date=x", "/stats/apis/{domain}", None, 422, ""),
]


@pytest.mark.parametrize(("method", "path", "template", "body", "status", "which"), ACCOUNT_ERRORS)
def test_errors_of_the_account_are_the_examples(sandbox, web, method, path, template, body, status, which):
    answer = web.request(method, path, auth=ACCOUNT, json=body)
    assert (answer.status_code, answer.json()) == (
        status,
        example_of("oauthv2", template, method, status, which),
    )


@pytest.mark.parametrize(
    ("which", "auth"), [("unauthorized_refresh", None), ("unauthorized_authdata", ("a", "b"))]
)
def test_a_change_by_somebody_else_is_the_example(sandbox, client, web, which, auth):
    token = client.headers["Authorization"].removeprefix("Bearer ")
    headers = {} if auth else {"Authorization": "Bearer nobody"}
    answer = web.patch(f"/tokens/{token}", auth=auth, headers=headers, json={})
    assert answer.json() == example_of("oauthv2", "/tokens/{token}", "patch", 401, which)


@pytest.mark.parametrize(
    ("scopes", "which"), [(["x"], "invalid_scopes_format"), (["GET:a.example/b"], "invalid_scopes")]
)
def test_a_change_to_wrong_scopes_is_the_example(sandbox, client, web, scopes, which):
    token = client.headers["Authorization"].removeprefix("Bearer ")
    answer = web.patch(f"/tokens/{token}", auth=ACCOUNT, json={"scopes": scopes})
    assert answer.json() == example_of("oauthv2", "/tokens/{token}", "patch", 422, which)
