"""Vouchers: a GET that sells one, until they are sold out or the wallet is empty; and the page where they are used."""

import re
import time
from decimal import Decimal

import httpx
import pytest

from .client import ACCOUNT, HOSTS, unwrapped
from .official import described, needs_descriptions, problems

SCOPE = f"GET:{HOSTS['old']}/spid_personale"
PATH = "/spid_personale"
ANNA = {"name": "Anna", "surname": "De Luca", "tax_code": "DLCNNA99R71G273W", "email": "anna@example.it",
        "mobile": "+393331234567"}  # fmt: skip


@pytest.fixture
def client(sandbox):
    body = {"scopes": [SCOPE], "name": "spid"}
    token = unwrapped(httpx.post(f"{sandbox.url}/tokens", auth=ACCOUNT, json=body).json())["token"]
    with httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as made:
        yield made


def bought(client) -> str:
    return str(client.get(PATH).raise_for_status().json()["data"]["url"])


def test_every_call_sells_another_voucher_and_takes_its_price(sandbox, client):
    assert bought(client) != bought(client)
    state = sandbox.spid()
    assert (state["sold"], state["charges"], Decimal(state["charged_amount"])) == (2, 2, Decimal("28.4"))
    newest = client.get("/wallet/transactions", auth=ACCOUNT).json()["data"][0]
    assert (newest["amount"], newest["description"]) == (-14.2, f"API usage - {HOSTS['old']}")


def test_an_empty_pool_and_an_empty_wallet_sell_nothing(sandbox, client):
    sandbox.spid_left(0)
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()["error"]) == (422, 800)
    sandbox.spid_left(1)
    sandbox.wallet("14.19")
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()["error"]) == (402, 801)
    assert sandbox.spid()["sold"] == 0
    sandbox.wallet("14.20")
    bought(client)
    assert sandbox.spid()["left"] == 0


@needs_descriptions
def test_it_answers_as_described(sandbox, client):
    schema = described("firmadigitale", PATH, "get")
    # Integer, number, string, object or null by endpoint (contract, section 2).
    schema["properties"].pop("error")
    assert problems(client.get(PATH).json(), schema) == []


@pytest.mark.parametrize(("charges", "cost"), [(True, Decimal("9.9")), (False, Decimal(0))])
def test_a_subscription_goes_first(sandbox, client, charges, cost):
    sandbox.set(subscription_charges_wallet=charges)
    sandbox.subscribe(SCOPE, 1)
    bought(client)
    assert Decimal(sandbox.spid()["charged_amount"]) == cost
    plan = client.get("/subscriptions", auth=ACCOUNT).json()["data"][0]
    assert plan["availableRequests"] == "0"
    bought(client)
    assert Decimal(sandbox.spid()["charged_amount"]) == cost + Decimal("14.2")


def test_a_token_without_the_scope_buys_nothing(sandbox):
    body = {"scopes": [f"GET:{HOSTS['old']}/firma_elettronica"]}
    token = unwrapped(httpx.post(f"{sandbox.url}/tokens", auth=ACCOUNT, json=body).json())["token"]
    answer = httpx.get(f"{sandbox.url}{PATH}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert sandbox.spid()["sold"] == 0


@pytest.mark.parametrize("fault", ["dropped_after", "error_500_after", "truncated", "broken_body"])
def test_an_answer_can_be_lost_after_its_effect(sandbox, client, fault):
    sandbox.fault(fault, path="spid_personale", times=1)
    try:
        answer = client.get(PATH)
        assert "voucher=" not in answer.text or answer.text[-1] != "}"
    except httpx.HTTPError:
        pass
    assert sandbox.spid()["sold"] == 1


class Visitor:
    """A person at the identity provider's page."""

    def __init__(self, link: str) -> None:
        self.link = link
        self.http = httpx.Client(follow_redirects=True, headers={"Accept-Language": "en"}, timeout=30)
        self.page = self.http.get(link)

    def step(self, name: str, /, **typed: str) -> httpx.Response:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)
        assert found, self.page.text
        data = {"csrfmiddlewaretoken": found[1], "step": name, **typed}
        self.page = self.http.post(self.link, data=data)
        return self.page


def code_for(sandbox, to: str) -> str:
    return str(sandbox.messages(to=to)[0]["otp"])


def walk_to_the_video(sandbox, link: str) -> Visitor:
    visitor = Visitor(link)
    visitor.step("data", **ANNA)
    codes = {"email_code": code_for(sandbox, ANNA["email"]), "sms_code": code_for(sandbox, ANNA["mobile"])}
    visitor.step("codes", **codes)
    visitor.step("document", document="passport", health_card="1")
    assert "operator" in visitor.page.text
    return visitor


def test_a_person_is_identified_and_gets_the_mail(sandbox, client):
    link = bought(client)
    visitor = walk_to_the_video(sandbox, link)
    assert "after minutes or hours" in visitor.step("video", outcome="succeeds").text
    assert sandbox.messages(to=ANNA["email"], subject="active")
    assert httpx.get(link).status_code == 404


def test_who_was_not_recognised_may_try_again_with_the_same_voucher(sandbox, client):
    link = bought(client)
    visitor = walk_to_the_video(sandbox, link)
    assert "try again" in visitor.step("video", outcome="fails", failure="picture").text
    assert sandbox.spid()["vouchers"][0]["failure"] == "picture"
    walk_to_the_video(sandbox, link).step("video", outcome="succeeds")
    assert sandbox.spid()["vouchers"][0]["phase"] == "active"


def test_a_second_identity_of_one_person_is_refused(sandbox, client):
    sandbox.use_voucher(bought(client), **ANNA)
    answer = Visitor(bought(client)).step("data", **ANNA)
    assert answer.status_code == 422
    assert "has an identity here" in answer.text


def test_wrong_codes_and_empty_fields_are_refused(sandbox, client):
    visitor = Visitor(bought(client))
    assert visitor.step("data", **{**ANNA, "tax_code": "DLCNNA99R71G273X"}).status_code == 422
    assert visitor.step("data", name="Anna").status_code == 422
    visitor.step("data", **ANNA)
    assert visitor.step("codes", email_code="1", sms_code="2").status_code == 422


def test_the_identity_may_become_active_later(sandbox, client):
    sandbox.set(spid_activation_delay=3600)
    sandbox.use_voucher(bought(client), **ANNA)
    assert sandbox.spid()["vouchers"][0]["phase"] == "identified"
    assert not sandbox.messages(to=ANNA["email"])
    sandbox.set(clock_offset=3700)
    until = time.monotonic() + 10
    while not sandbox.messages(to=ANNA["email"], subject="SPID"):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_desk_sets_the_stock_and_moves_vouchers(sandbox, client):
    bought(client)
    with httpx.Client(base_url=sandbox.url, follow_redirects=True) as desk:
        page = desk.get("/control/spid/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        voucher = sandbox.spid()["vouchers"][0]["id"]
        desk.post("/control/spid/form", data={"csrfmiddlewaretoken": token, "left": "5"})
        form = {"csrfmiddlewaretoken": token, "voucher": voucher, "step": "fail", "failure": "document"}
        assert "failed" in desk.post("/control/spid/form", data=form).text
    assert sandbox.spid()["left"] == 5
