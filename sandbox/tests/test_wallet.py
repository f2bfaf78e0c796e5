"""What is charged, when, to whom; what comes back; and how the account tells it."""

import pytest

from .client import (
    ACCOUNT,
    create_fes,
    create_ses,
    detail_of,
    fes_request,
    links_of,
    refusal,
    ses_alone,
    ses_request,
    sign_all,
    unwrapped,
)


def credit(web):
    return unwrapped(web.get("/wallet", auth=ACCOUNT).json())["credit"]


def movements(web):
    return [
        (one["amount"], one["description"])
        for one in unwrapped(web.get("/wallet/transactions", auth=ACCOUNT).json())
    ]


def test_signers_are_charged_and_not_their_signatures(sandbox, client, web):
    create_ses(client)
    assert credit(web) == 998.6
    assert movements(web) == [(-1.4, "API usage - test.esignature.openapi.com")]
    create_fes(client)
    assert movements(web)[0] == (-1.4, "API usage - test.ws.firmadigitale.com")
    state = sandbox.state()
    assert (state["charges"], state["charged_people"], state["charged_amount"]) == (2, 4, "2.8")


def test_each_generation_has_its_price(sandbox, client, web):
    sandbox.set(price_single="0.55", price_esignature="0.09")
    create_ses(client)
    create_fes(client)
    assert [amount for amount, _ in movements(web)] == [-1.1, -0.18]


def test_the_second_generation_may_count_documents(sandbox, client, web):
    sandbox.set(price_unit="document")
    create_ses(client)
    create_fes(client)
    assert [amount for amount, _ in movements(web)] == [-1.4, -0.7]


@pytest.mark.parametrize(
    ("path", "body"), [("/EU-SES", ses_request()), ("/firma_elettronica/base", fes_request())]
)
def test_an_empty_wallet_buys_nothing(sandbox, client, web, path, body):
    sandbox.wallet("1.39")
    answer = client.post(path, json=body)
    assert refusal(answer) == (402, 207, "Insufficient Credit in Wallet: 1.4 > 1.39")
    assert (sandbox.state()["procedures"], credit(web)) == (0, 1.39)
    sandbox.wallet("1.40")
    assert client.post(path, json=body).status_code == 200
    assert credit(web) == 0


def test_money_may_be_taken_when_everybody_has_signed(sandbox, client, web):
    sandbox.set(charge_on="finish")
    made = create_ses(client)
    sandbox.settle()
    sandbox.sign(links_of(made)[0])
    assert credit(web) == 1000
    sandbox.sign(links_of(made)[1])
    assert movements(web) == [(-1.4, "API usage - test.esignature.openapi.com")]


def test_without_credit_at_the_end_the_last_signature_is_not_taken(sandbox, client, web):
    sandbox.set(charge_on="finish")
    made = create_ses(client, ses_alone())
    sandbox.settle()
    sandbox.wallet("0")
    assert sandbox.http.post("/sign", json={"link": links_of(made)[0]}).status_code == 402
    assert detail_of(client, made)["state"] == "WAIT_SIGNERS"
    sandbox.wallet("0.70")
    sign_all(sandbox, made)
    assert (detail_of(client, made)["state"], credit(web)) == ("DONE", 0)


def failed(sandbox, client):
    create_ses(client, ses_alone(b"no PDF at all"))
    sandbox.settle()


def failed_by_hand(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    sandbox.move(made["id"], "fail")


def refused(sandbox, client):
    made = create_fes(client, fes_request(members=fes_request()["members"][:1]))
    sandbox.settle()
    sandbox.refuse(links_of(made)[0])


def expired(sandbox, client):
    sandbox.set(esignature_expiry_days=1)
    create_ses(client, ses_alone())
    sandbox.settle()
    sandbox.advance(86401)


def withdrawn(sandbox, client):
    made = create_ses(client, ses_alone())
    client.delete(f"/signatures/{made['id']}")


ENDS = [
    (failed, "refund_on_failure"), (failed_by_hand, "refund_on_failure"), (refused, "refund_on_refusal"),
    (expired, "refund_on_refusal"), (withdrawn, "refund_on_withdrawal"),
]  # fmt: skip


@pytest.mark.parametrize(("end", "knob"), ENDS)
def test_what_ended_badly_costs_all_the_same_unless_the_knob_says_otherwise(sandbox, client, web, end, knob):
    end(sandbox, client)
    assert credit(web) == 999.3
    others = {name: True for _, name in ENDS if name != knob}
    sandbox.set(**others)
    end(sandbox, client)
    assert credit(web) == 998.6
    sandbox.set(**{knob: True})
    end(sandbox, client)
    assert credit(web) == 998.6
    assert [amount for amount, _ in movements(web)] == [0.7, -0.7, -0.7, -0.7]
    assert movements(web)[0][1].startswith("Refund - test.")


def test_a_signed_procedure_that_is_deleted_is_not_refunded(sandbox, client, web):
    sandbox.set(refund_on_withdrawal=True)
    made = create_ses(client, ses_alone())
    sandbox.settle()
    sign_all(sandbox, made)
    client.delete(f"/signatures/{made['id']}")
    assert credit(web) == 999.3


def test_nothing_comes_back_twice(sandbox, client, web):
    sandbox.set(refund_on_refusal=True, refund_on_withdrawal=True, esignature_refusal=True)
    made = create_ses(client, ses_alone())
    sandbox.settle()
    sandbox.refuse(links_of(made)[0])
    client.delete(f"/signatures/{made['id']}")
    assert credit(web) == 1000


def test_what_was_not_charged_is_not_refunded(sandbox, client, web):
    sandbox.set(charge_on="finish", refund_on_withdrawal=True)
    client.delete(f"/signatures/{create_ses(client)['id']}")
    assert (credit(web), movements(web)) == (1000, [])


# Subscriptions


def plan_of(web, plan):
    return unwrapped(web.get(f"/subscriptions/{plan['id']}", auth=ACCOUNT).json())


def test_a_subscription_is_used_before_the_wallet_which_pays_the_rest(sandbox, client, web):
    plan = sandbox.subscribe(requests=3)
    create_ses(client)
    assert (plan_of(web, plan)["availableRequests"], movements(web)) == ("1", [])
    create_ses(client)
    assert plan_of(web, plan)["availableRequests"] == "0"
    assert movements(web) == [(-0.7, "API usage - test.esignature.openapi.com")]


def test_a_subscription_may_also_charge_the_wallet_at_its_own_price(sandbox, client, web):
    sandbox.set(subscription_charges_wallet=True)
    sandbox.subscribe(requests=10, price_per_request="0.14")
    create_ses(client)
    assert [amount for amount, _ in movements(web)] == [-0.28]


def test_a_subscription_is_for_its_scope_and_ends(sandbox, client, web):
    plan = sandbox.subscribe(scope="POST:test.ws.firmadigitale.com/firma_elettronica", requests=10, days=30)
    create_ses(client)
    assert plan_of(web, plan)["availableRequests"] == "10"
    create_fes(client)
    assert plan_of(web, plan)["availableRequests"] == "8"
    sandbox.advance(31 * 86400)
    create_fes(client)
    assert (plan_of(web, plan)["availableRequests"], plan_of(web, plan)["active"]) == ("8", False)


def test_subscriptions_are_listed_and_one_is_looked_up(sandbox, web):
    plan = sandbox.subscribe(requests=50, price_per_request="0.10", type="year")
    listed = unwrapped(web.get("/subscriptions", auth=ACCOUNT).json())
    assert [(one["id"], one["availableRequests"], one["active"]) for one in listed] == [
        (plan["id"], "50", True)
    ]
    shown = plan_of(web, plan)
    assert (shown["totalRequests"], shown["pricePerRequest"], shown["price"], shown["type"]) == (
        "50",
        0.1,
        5,
        "year",
    )
    assert unwrapped(web.get(f"/subscriptions?id={plan['id']}", auth=ACCOUNT).json()) == shown
    nothing = web.get("/subscriptions?scopes=GET:test.ws.firmadigitale.com/prodotti", auth=ACCOUNT)
    assert unwrapped(nothing.json()) == []
    assert refusal(web.get("/subscriptions/" + "0" * 24, auth=ACCOUNT)) == (
        404,
        220,
        "Subscription not found",
    )


# How the account tells it


def test_transactions_have_pages(sandbox, client, web):
    for amount in ("900", "800", "950"):
        sandbox.wallet(amount)
    pages = [
        unwrapped(web.get(f"/wallet/transactions?limit=2&skip={skip}", auth=ACCOUNT).json())
        for skip in (0, 2)
    ]
    assert [one["amount"] for page in pages for one in page] == [150, -100, -100]
    assert {one["id"][:4] for one in pages[0]} == {"txn_"}
    assert pages[0][0]["description"] == "Wallet recharge"


def test_statistics_count_calls_by_domain_and_scope(sandbox, client, web):
    sandbox.subscribe(requests=1)
    create_ses(client, ses_alone())
    create_ses(client, ses_alone())
    client.get("/signatures")
    client.get("/firma_elettronica/xyz")
    domain, scope = "test.esignature.openapi.com", "POST:test.esignature.openapi.com/EU-SES"
    of_domain = unwrapped(web.get("/stats/apis", auth=ACCOUNT).json())[domain]
    assert of_domain == {
        "totalRequests": 3, "walletRequests": 1, "subscriptionRequests": 1, "errorRequests": 0, "walletAmount": 0.7,
        "totalIps": 1, "totalScopes": 2,
    }  # fmt: skip
    shown = unwrapped(web.get(f"/stats/apis/{domain}", auth=ACCOUNT).json())
    assert (shown["scopes"][scope]["totalRequests"], shown["ip"]) == (2, ["127.0.0.1"])
    day = sandbox.http.get("/clock").json()["now"][:10]
    for date in (day, day[:7], day[:4]):
        assert unwrapped(web.get(f"/stats?date={date}", auth=ACCOUNT).json())["errorRequests"] == 1
    assert unwrapped(web.get("/stats?date=1999", auth=ACCOUNT).json())["totalRequests"] == 0
    assert unwrapped(web.get("/stats/ips", auth=ACCOUNT).json()) == ["127.0.0.1"]
    assert refusal(web.get("/stats?date=yesterday", auth=ACCOUNT))[:2] == (422, 240)


def test_failed_calls_are_listed(sandbox, client, web):
    client.post("/EU-SES", json={})
    client.get("/signatures")
    client.get("/firma_elettronica/xyz")
    listed = unwrapped(web.get("/errors", auth=ACCOUNT).json())
    assert [(one["httpResponseCode"], one["errorCode"], one["message"], one["scope"]) for one in listed] == [
        (400, 400, "Bad Request", "GET:test.ws.firmadigitale.com/firma_elettronica"),
        (404, 404, "No signatures found", "GET:test.esignature.openapi.com/signatures"),
        (422, 685, "array 'signers' required", "POST:test.esignature.openapi.com/EU-SES"),
    ]
    of_one = web.get("/errors?scopes=POST:test.esignature.openapi.com/EU-SES&limit=5", auth=ACCOUNT)
    assert [one["errorCode"] for one in unwrapped(of_one.json())] == [685]
    assert refusal(web.get("/errors?limit=x", auth=ACCOUNT))[:2] == (400, 190)
