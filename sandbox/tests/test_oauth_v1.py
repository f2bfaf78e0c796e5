"""The deprecated OAuth host, as the provider's own clients use it."""

import pytest

from .client import ACCOUNT, UNKNOWN_ID, create_ses, mint, refusal, ses_alone

READING = "GET:test.esignature.openapi.com/signatures"
OLD_HOST = {"Host": "test.oauth.openapi.it"}


def made(web, **body):
    answer = web.post("/token", auth=ACCOUNT, json={"scopes": [READING], **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(web, path):
    answer = web.get(path, auth=ACCOUNT)
    return answer.json()["data"] if answer.content else None


def test_a_token_comes_at_the_top_level_and_opens_both_generations(sandbox, web):
    token = made(
        web, scopes=["*:test.esignature.openapi.com/*", "GET:test.ws.firmadigitale.com/firma_elettronica"]
    )
    assert set(token) == {"token", "scopes", "expire", "success", "message", "error"}
    assert isinstance(token["expire"], int)
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert web.post("/EU-SES", headers=headers, json=ses_alone()).status_code == 200
    assert web.get("/firma_elettronica", headers=headers).status_code == 200
    assert web.post("/firma_elettronica/base", headers=headers, json={}).status_code == 403


@pytest.mark.parametrize(
    ("asked", "some", "others"),
    [
        ("*:test.ws.firmadigitale.com/firma_elettronica", "POST:test.ws.firmadigitale.com/firma_elettronica",
         "GET:test.ws.firmadigitale.com/firma_elettronica_ui"),
        ("GET:*/signatures", "GET:esignature.openapi.com/signatures", "DELETE:esignature.openapi.com/signatures"),
        ("*:*/*", "POST:test.esignature.openapi.com/EU-SES", ""),
    ],
)  # fmt: skip
def test_a_star_stands_for_any_method_host_or_path(sandbox, web, asked, some, others):
    scopes = made(web, scopes=[asked])["scopes"]
    assert some in scopes
    assert others not in scopes


@pytest.mark.parametrize(
    ("scopes", "error"),
    [(None, 110), ([], 110), ("x", 110), (["x"], 110), ([7], 110), (["GET:elsewhere.example/things"], 120)],
)
def test_scopes_that_are_none_are_refused(sandbox, web, scopes, error):
    assert refusal(web.post("/token", auth=ACCOUNT, json={"scopes": scopes}))[:2] == (406, error)


def test_the_node_clients_duration_is_taken_for_a_moment_as_well(sandbox, web):
    begun = made(web, ttl=60)["expire"]
    assert begun - 5 <= made(web, expire=60)["expire"] <= begun + 60
    assert made(web, expire=begun + 100)["expire"] == pytest.approx(begun + 100, abs=2)


def test_only_the_account_may(sandbox, web):
    for method, path in (
        ("POST", "/token"),
        ("GET", "/token"),
        ("GET", "/credit"),
        ("GET", "/counters/total"),
    ):
        assert refusal(web.request(method, path))[0] == 401


def test_tokens_are_read_as_a_list_even_one(sandbox, web):
    token = made(web)["token"]
    assert [one["token"] for one in listed(web, f"/token/{token}")] == [token]
    assert token in [one["token"] for one in listed(web, f"/token?scope={READING}")]


def test_nothing_there_is_an_answer_without_content(sandbox, web):
    for path in (f"/token/{UNKNOWN_ID}", "/token?scope=GET:elsewhere.example/things"):
        answer = web.get(path, auth=ACCOUNT)
        assert (answer.status_code, answer.content) == (204, b"")


def test_what_is_no_token_costs_a_402(sandbox, web):
    assert refusal(web.get("/token/xyz", auth=ACCOUNT)) == (402, 125, "Wrong Token")


def test_put_replaces_scopes_and_patch_adds_them(sandbox, web):
    token, more = made(web)["token"], "POST:test.esignature.openapi.com/EU-SES"
    patched = web.patch(f"/token/{token}", auth=ACCOUNT, json={"scopes": [more]}).json()["data"]
    assert patched[0]["scopes"] == [READING, more]
    replaced = web.put(f"/token/{token}", auth=ACCOUNT, json={"scopes": [more]}).json()["data"]
    assert replaced[0]["scopes"] == [more]
    assert web.get("/signatures", headers={"Authorization": f"Bearer {token}"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "token", "body", "status", "error"),
    [
        ("PUT", f"{UNKNOWN_ID},{UNKNOWN_ID}", {"ttl": 60}, 403, 160), ("PATCH", f"{UNKNOWN_ID},{UNKNOWN_ID}", {"ttl": 60}, 403, 280),
        ("PUT", UNKNOWN_ID, {"ttl": 60}, 404, 170), ("PATCH", UNKNOWN_ID, {"ttl": 60}, 404, 290),
        ("DELETE", UNKNOWN_ID, {}, 404, 150),
    ],
)  # fmt: skip
def test_changes_to_what_is_not_there(sandbox, web, method, token, body, status, error):
    assert refusal(web.request(method, f"/token/{token}", auth=ACCOUNT, json=body))[:2] == (status, error)


@pytest.mark.parametrize(("body", "error"), [({"scopes": ["x"]}, 270), ({}, 310), ({"ttl": "x"}, 310)])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_changes_that_are_none(sandbox, web, method, body, error):
    token = made(web)["token"]
    assert refusal(web.request(method, f"/token/{token}", auth=ACCOUNT, json=body))[:2] == (406, error)


def test_a_deleted_token_is_gone(sandbox, web):
    token = made(web)["token"]
    assert web.delete(f"/token/{token}", auth=ACCOUNT).json()["success"] is True
    assert listed(web, f"/token/{token}") is None


def test_tokens_of_both_versions_are_the_same(sandbox, web):
    token = mint(sandbox)
    assert [one["token"] for one in listed(web, f"/token/{token}")] == [token]


def test_credit_and_counters(sandbox, client, web):
    create_ses(client)
    assert listed(web, "/credit") == {"credit": 998.6}
    total = listed(web, "/counters/total")["POST:test.esignature.openapi.com/EU-SES"]
    assert total == {"counter": 1, "paid": 1, "limit": False}
    day = sandbox.http.get("/clock").json()["now"][:10]
    for period, date in (("day", day), ("month", day[:7]), ("year", day[:4])):
        assert listed(web, f"/counters/{period}/{date}")["POST:test.esignature.openapi.com/EU-SES"] == total
    assert listed(web, "/counters/year/1999") == {}


@pytest.mark.parametrize("path", ["day/2026-11", "month/2026", "year/x", "week/2026-11-24", "day/2026-11-31"])
def test_a_date_that_is_none(sandbox, web, path):
    assert refusal(web.get(f"/counters/{path}", auth=ACCOUNT))[:2] == (404, 610)


def test_its_list_of_scopes_is_nested_once_more(sandbox, web):
    """Both hosts have `/scopes`; here one origin plays both, and the name that is asked for tells them apart."""
    nested = web.get("/scopes", auth=ACCOUNT, headers=OLD_HOST).json()["data"]["data"]
    assert nested == web.get("/scopes", auth=ACCOUNT).json()["data"]
