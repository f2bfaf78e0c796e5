"""The provider's books when they go wrong: what the wallet, the subscriptions and the statistics then tell."""

import pytest

from .client import ACCOUNT, HOSTS, create_fes, create_ses, mint, unwrapped
from .orders_client import SCOPES as ORDERS
from .orders_client import STANDARD
from .test_wallet import credit, movements, plan_of

NEW = "test.esignature.openapi.com"


def counted(web, scope=f"POST:{NEW}/EU-SES", domain=NEW):
    row = unwrapped(web.get(f"/stats/apis/{domain}", auth=ACCOUNT).json())["scopes"][scope]
    return row["walletRequests"], row["subscriptionRequests"], row["walletAmount"]


def test_a_call_is_charged_twice_and_counted_once(sandbox, client, web):
    sandbox.fault("charged_twice")
    create_ses(client)
    create_ses(client)
    assert [amount for amount, _ in movements(web)] == [-1.4, -1.4, -1.4]
    assert credit(web) == 995.8
    assert counted(web) == (2, 0, 2.8)


def test_a_call_is_not_charged(sandbox, client, web):
    sandbox.fault("not_charged")
    create_ses(client)
    create_fes(client)
    assert movements(web) == [(-1.4, "API usage - test.ws.firmadigitale.com")]
    assert credit(web) == 998.6
    assert counted(web) == (1, 0, 1.4)


@pytest.mark.parametrize(("options", "booked"), [({}, -1.53), ({"amount": "0.95"}, -0.95)])
def test_another_amount_is_charged(sandbox, client, web, options, booked):
    sandbox.fault("other_amount", **options)
    create_ses(client)
    assert [amount for amount, _ in movements(web)] == [booked]
    assert credit(web) == 1000 + booked


def test_a_line_comes_late_and_its_money_leaves_at_once(sandbox, client, web):
    sandbox.fault("late_line", seconds=3600)
    create_ses(client)
    assert (movements(web), credit(web)) == ([], 998.6)
    sandbox.advance(3599)
    assert movements(web) == []
    sandbox.advance(2)
    assert [amount for amount, _ in movements(web)] == [-1.4]


@pytest.mark.parametrize(
    ("fault", "left"),
    [("charged_twice", "6"), ("not_charged", "10"), ("other_amount", "7"), ("late_line", "8")],
)
def test_a_subscription_is_kept_wrongly_too(sandbox, client, web, fault, left):
    plan = sandbox.subscribe(requests=10)
    sandbox.fault(fault)
    create_ses(client)
    assert (plan_of(web, plan)["availableRequests"], movements(web)) == (left, [])
    # Only a line can be late: that fault still waits for one.
    assert len(sandbox.state()["faults"]) == (fault == "late_line")


def test_a_subscription_never_has_less_than_nothing(sandbox, client, web):
    plan = sandbox.subscribe(requests=3)
    sandbox.fault("charged_twice")
    create_ses(client)
    assert plan_of(web, plan)["availableRequests"] == "0"


def test_the_statistics_count_a_call_twice(sandbox, client, web):
    sandbox.fault("miscounted", path="EU-SES")
    create_fes(client)
    create_ses(client)
    assert (counted(web), len(movements(web))) == ((2, 0, 2.8), 2)


def test_a_fault_waits_for_its_path(sandbox, client, web):
    sandbox.fault("not_charged", path="firma_elettronica")
    create_ses(client)
    assert len(movements(web)) == 1
    create_fes(client)
    assert len(movements(web)) == 1


def test_vouchers_and_orders_are_booked_wrongly_too(sandbox, web):
    scopes = [*ORDERS, f"GET:{HOSTS['old']}/spid_personale"]
    bearer = {"Authorization": f"Bearer {mint(sandbox, scopes=scopes)}"}
    sandbox.fault("charged_twice", path="spid_personale")
    sandbox.fault("other_amount", path="richiesta", amount="99")
    web.get("/spid_personale", headers=bearer).raise_for_status()
    web.post("/richiesta/FIRREM", json=STANDARD, headers=bearer).raise_for_status()
    assert [amount for amount, _ in movements(web)] == [-99, -14.2, -14.2]


@pytest.mark.parametrize("amount", ["0", "-1", "much", "1e9"])
def test_an_amount_that_is_none_is_refused(sandbox, amount):
    with pytest.raises(RuntimeError, match="amount"):
        sandbox.fault("other_amount", amount=amount)


def test_the_desk_has_a_button_for_each(sandbox, web):
    page = web.get("/control/").text
    for label in ("Charged twice", "Not charged", "Other amount", "Line an hour late", "Counted twice"):
        assert f">{label}</button>" in page
