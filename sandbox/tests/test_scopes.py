"""Every service wants its own scope: the method, the host and the first part of the path."""

import pytest

from .client import ACCOUNT, SCOPES, UNKNOWN_ID, mint, refusal, unwrapped

NEW, OLD = "esignature.openapi.com", "ws.firmadigitale.com"
CALLS = [
    ("POST", "/EU-SES", f"POST:{NEW}/EU-SES"),
    ("GET", "/signatures", f"GET:{NEW}/signatures"),
    ("GET", f"/signatures/{UNKNOWN_ID}/detail", f"GET:{NEW}/signatures"),
    ("GET", f"/signatures/{UNKNOWN_ID}/audit", f"GET:{NEW}/signatures"),
    ("DELETE", f"/signatures/{UNKNOWN_ID}", f"DELETE:{NEW}/signatures"),
    ("POST", "/firma_elettronica/base", f"POST:{OLD}/firma_elettronica"),
    ("GET", "/firma_elettronica", f"GET:{OLD}/firma_elettronica"),
    ("GET", f"/firma_elettronica/{UNKNOWN_ID}/download", f"GET:{OLD}/firma_elettronica"),
    ("POST", "/firma_elettronica_ui", f"POST:{OLD}/firma_elettronica_ui"),
    ("GET", f"/firma_elettronica_ui/{UNKNOWN_ID}", f"GET:{OLD}/firma_elettronica_ui"),
    # No DELETE scope exists although the endpoint does: what makes may remove.
    ("DELETE", f"/firma_elettronica_ui/{UNKNOWN_ID}", f"POST:{OLD}/firma_elettronica_ui"),
]


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_call_wants_its_scope(sandbox, web, method, path, scope):
    test_scope = scope.replace(":", ":test.", 1)
    others = [one for one in SCOPES if one != test_scope]
    for scopes, is_open in (([test_scope], True), ([scope], True), (others, False)):
        headers = {"Authorization": f"Bearer {mint(sandbox, scopes=scopes)}"}
        answer = web.request(method, path, headers=headers)
        assert (answer.status_code != 403) == is_open, (scopes, answer.text)
        if not is_open:
            assert refusal(answer) == (
                403,
                403,
                f"Forbidden: scope {test_scope} is not granted to this token",
            )


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nobody", f"Bearer {UNKNOWN_ID}", "Basic eDp5", "nonsense"]
)
@pytest.mark.parametrize("path", ["/signatures", "/firma_elettronica"])
def test_without_a_known_token_nothing_opens(sandbox, web, path, header):
    assert refusal(web.get(path, headers={"Authorization": header})) == (401, 125.22, "Wrong Token")


def test_a_new_token_may_need_a_while(sandbox, web):
    sandbox.set(scope_delay=60)
    headers = {"Authorization": f"Bearer {mint(sandbox)}"}
    assert refusal(web.get("/firma_elettronica", headers=headers))[0] == 403
    sandbox.advance(61)
    assert web.get("/firma_elettronica", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/signatures"), ("DELETE", "/EU-SES"), ("PATCH", "/firma_elettronica")]
)
def test_other_methods_have_no_scope_at_all(sandbox, client, method, path):
    assert refusal(client.request(method, path))[0] == 403


def test_scopes_are_listed_and_their_prices_can_be_read(sandbox, web):
    sandbox.set(price_esignature="0.35")
    listed = {one["scope"]: one for one in unwrapped(web.get("/scopes", auth=ACCOUNT).json())}
    assert set(SCOPES) <= set(listed)
    shown = unwrapped(
        web.get(f"/scopes/{listed['POST:test.esignature.openapi.com/EU-SES']['id']}", auth=ACCOUNT).json()
    )
    assert shown["prices"] == {"eu-ses": 0.35}
    assert (shown["method"], shown["domain"], shown["endpoint"]) == (
        "POST",
        "test.esignature.openapi.com",
        "EU-SES",
    )
    old = unwrapped(
        web.get(f"/scopes/{listed['POST:ws.firmadigitale.com/firma_elettronica']['id']}", auth=ACCOUNT).json()
    )
    assert old["prices"] == {"firma_elettronica": 0.7}


def test_an_unknown_scope_has_no_detail(sandbox, web):
    assert refusal(web.get(f"/scopes/{UNKNOWN_ID}", auth=ACCOUNT)) == (404, 10, "Scope not found")
