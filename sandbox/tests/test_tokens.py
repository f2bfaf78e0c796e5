"""`/tokens`: minted, listed, changed, refreshed, limited, deleted; and who may do so."""

from datetime import datetime

import pytest

from .client import ACCOUNT, SCOPES, UNKNOWN_ID, connect, create_ses, mint, refusal, ses_alone, unwrapped

READING = "GET:test.esignature.openapi.com/signatures"


def made(web, **body):
    answer = web.post("/tokens", auth=ACCOUNT, json={"scopes": [READING], **body})
    assert answer.status_code == 200, answer.text
    return unwrapped(answer.json())


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def life(token):
    created, ends = (datetime.fromisoformat(token[name]) for name in ("createdAt", "expireAt"))
    return (ends - created).total_seconds()


def test_a_token_opens_what_its_scopes_say_until_it_ends(sandbox, web):
    token = made(web, name="mine", ttl=3600)
    assert (token["name"], token["scopes"], life(token)) == ("mine", [READING], 3600)
    assert web.get("/signatures", headers=bearer(token["token"])).json()["message"] == "No signatures found"
    sandbox.set(tokens_age=True)
    sandbox.advance(3601)
    assert refusal(web.get("/signatures", headers=bearer(token["token"]))) == (401, 125.22, "Wrong Token")


@pytest.mark.parametrize(
    ("ttl", "seconds"), [(0, 365), (-5, 365), (10**9, 365), ("x", 365), (60, 60 / 86400)]
)
def test_a_life_is_at_most_a_year_and_a_year_where_none_is_asked(sandbox, web, ttl, seconds):
    assert life(made(web, ttl=ttl)) == seconds * 86400


@pytest.mark.parametrize(
    ("scopes", "error", "message"),
    [
        (None, 80, "invalid scopes format"),
        ([], 70, "missing scopes array"),
        ("GET:test.esignature.openapi.com/signatures", 80, "invalid scopes format"),
        (["signatures"], 80, "invalid scopes format"),
        ([7], 80, "invalid scopes format"),
        (["GET:elsewhere.example/things"], 90, "Invalid scopes specified or API not enabled"),
        (["*:*/*"], 90, "Invalid scopes specified or API not enabled"),
    ],
)
def test_scopes_that_are_no_scopes_are_refused(sandbox, web, scopes, error, message):
    answer = web.post("/tokens", auth=ACCOUNT, json={"scopes": scopes})
    assert refusal(answer) == (422, error, message)


def test_scopes_must_be_named(sandbox, web):
    assert refusal(web.post("/tokens", auth=ACCOUNT, json={})) == (422, 70, "missing scopes array")


@pytest.mark.parametrize(
    "auth", [None, ("sandbox@sigillo.example", "wrong"), ("nobody@example.org", "sandbox-api-key")]
)
def test_only_the_account_may_mint(sandbox, web, auth):
    for method, path in (
        ("POST", "/tokens"),
        ("GET", "/tokens"),
        ("GET", "/wallet"),
        ("GET", f"/tokens/{UNKNOWN_ID}"),
    ):
        assert refusal(web.request(method, path, auth=auth))[:2] == (401, 140)


def test_a_bearer_token_opens_nothing_of_the_account(sandbox, client):
    for path in ("/wallet", "/tokens", "/scopes", "/stats"):
        assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    ("method", "token", "status", "error"),
    [
        ("GET", UNKNOWN_ID, 404, 120), ("GET", "xyz", 422, 60), ("PATCH", UNKNOWN_ID, 404, 160),
        ("DELETE", UNKNOWN_ID, 404, 180), ("PATCH", "", 400, 150), ("DELETE", "", 400, 170),
    ],
)  # fmt: skip
def test_a_token_that_is_not_there(sandbox, web, method, token, status, error):
    answer = web.request(method, f"/tokens/{token}", auth=ACCOUNT, json={})
    assert refusal(answer)[:2] == (status, error)


def test_tokens_are_listed_newest_first_by_pages(sandbox, web):
    names = [made(web, name=f"token {number}")["name"] for number in range(3)]
    listed = [unwrapped(web.get(f"/tokens?limit=2&skip={skip}", auth=ACCOUNT).json()) for skip in (0, 2)]
    assert [one["name"] for page in listed for one in page][:3] == names[::-1]
    assert len(listed[0]) == 2


def test_the_account_changes_a_token(sandbox, web):
    token = made(web)["token"]
    answer = web.patch(
        f"/tokens/{token}", auth=ACCOUNT, json={"name": "renamed", "scopes": SCOPES, "ttl": 60}
    )
    changed = unwrapped(answer.json())
    assert (changed["token"], changed["name"], changed["scopes"]) == (token, "renamed", SCOPES)
    assert web.get("/firma_elettronica", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(("scopes", "error"), [(["x"], 100), (["GET:elsewhere.example/things"], 110)])
def test_a_change_to_scopes_that_are_none_is_refused(sandbox, web, scopes, error):
    token = made(web)["token"]
    assert refusal(web.patch(f"/tokens/{token}", auth=ACCOUNT, json={"scopes": scopes}))[:2] == (422, error)


def test_a_refresh_token_makes_a_new_pair_and_the_old_token_dies(sandbox, web):
    old = made(web, ttl=60)
    answer = web.patch(f"/tokens/{old['token']}", headers=bearer(old["refreshToken"]), json={"ttl": 3600})
    new = unwrapped(answer.json())
    assert new["token"] != old["token"]
    assert new["refreshToken"] != old["refreshToken"]
    assert new["scopes"] == old["scopes"]
    assert web.get("/signatures", headers=bearer(old["token"])).status_code == 401
    assert web.get("/signatures", headers=bearer(new["token"])).status_code == 404
    again = web.patch(f"/tokens/{new['token']}", headers=bearer(old["refreshToken"]), json={})
    assert refusal(again)[:2] == (401, 130)


def test_a_deleted_token_is_refused_at_once(sandbox, web):
    token = made(web)["token"]
    assert web.get("/signatures", headers=bearer(token)).status_code == 404
    assert web.delete(f"/tokens/{token}", auth=ACCOUNT).json()["message"] == "Deleted"
    assert web.get("/signatures", headers=bearer(token)).status_code == 401


def test_a_token_counts_what_it_was_used_for(sandbox, web):
    token = mint(sandbox)
    web.post("/EU-SES", headers=bearer(token), json=ses_alone())
    web.get(f"/signatures/{UNKNOWN_ID}/detail", headers=bearer(token))
    stats = unwrapped(web.get(f"/tokens/{token}", auth=ACCOUNT).json())["stats"]
    assert stats == {
        "totalRequests": 2, "walletRequests": 1, "subscriptionRequests": 0, "errorRequests": 1, "walletAmount": 0.7,
        "ip": ["127.0.0.1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "does_open"),
    [
        ({"totalRequests": 1}, False), ({"walletRequests": 1}, False), ({"walletAmount": 0.7}, False),
        ({"totalRequests": 2}, True), ({"walletAmount": 0.8}, True), ({"subscriptionRequests": 1}, True),
        ({"ip": ["127.0.0.1"]}, True),
    ],
)  # fmt: skip
def test_a_token_ends_at_its_limits(sandbox, web, limits, does_open):
    token = mint(sandbox, limits=limits)
    assert web.post("/EU-SES", headers=bearer(token), json=ses_alone()).status_code == 200
    answer = web.get("/signatures", headers=bearer(token))
    assert (answer.status_code == 200) == does_open
    if not does_open:
        assert refusal(answer)[0] == 403


def test_a_token_may_be_bound_to_addresses(sandbox, web):
    token = mint(sandbox, limits={"ip": ["192.0.2.1"]})
    assert refusal(web.get("/signatures", headers=bearer(token)))[:2] == (403, 403)


def test_tokens_outlive_a_reset(sandbox):
    with connect(sandbox) as customer:
        sandbox.reset()
        create_ses(customer)
