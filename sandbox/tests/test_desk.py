"""The control desk, as a page and as JSON."""

import pytest

from .client import create_fes, create_ses, links_of, ses_alone
from .signer import Forms


class Desk:
    """Somebody at the desk's page."""

    def __init__(self, web, sandbox):
        self._web = web
        self._url = f"{sandbox.url}/control/"
        self.page = web.get(self._url)

    def submit(self, form, **typed):
        """Send the first form of this name, with what stands in it."""
        action = f"/control/{form}"
        fields = Forms(self.page.text).forms[action]
        self.page = self._web.post(action, data=fields | typed, follow_redirects=True)
        return self.page


@pytest.fixture
def desk(sandbox, web):
    return Desk(web, sandbox)


def test_faults_are_switched_on_and_off(sandbox, desk):
    page = desk.submit("faults", button="3")
    assert "The faults are as you wanted them." in page.text
    assert "error_500_before, for EU-SES, once, met so far: 0" in page.text
    desk.submit("faults", fault="429", path="signatures", method="GET", times="3", retry_after="5")
    assert "429, for GET signatures, 3 times" in desk.page.text
    first, second = sandbox.state()["faults"]
    assert (second["path"], second["method"], second["times"], second["retry_after"]) == (
        "signatures",
        "GET",
        3,
        "5",
    )
    desk.submit("faults", off=str(first["id"]))
    assert [one["id"] for one in sandbox.state()["faults"]] == [second["id"]]
    desk.submit("faults", off="all")
    assert sandbox.state()["faults"] == []


@pytest.mark.parametrize(
    ("form", "typed", "said"),
    [
        ("faults", {"fault": "earthquake"}, "unknown fault"), ("faults", {"fault": "slow", "seconds": "x"}, "seconds: &#x27;x&#x27; does not fit"),
        ("faults", {"button": "99"}, "there is no such button"), ("wallet", {"credit": "much"}, "That is not a sum."),
        ("clock", {"hours": "soon"}, "could not convert"), ("settings", {"otp_length": "99"}, "otp_length must lie between 4 and 12"),
        ("plan", {"scope": "x"}, "unknown scope"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_is_done(sandbox, desk, form, typed, said):
    before = sandbox.state(), sandbox.http.get("/settings").json()
    page = desk.submit(form, **typed)
    assert page.status_code == 422
    assert said in page.text
    assert (sandbox.state(), sandbox.http.get("/settings").json()) == before


def test_switches_that_were_refused_keep_what_was_typed(sandbox, desk):
    page = desk.submit("settings", otp_length="99", signing_state="WAIT_A_MINUTE")
    form = Forms(page.text).forms["/control/settings"]
    assert (form["otp_length"], form["signing_state"]) == ("99", "WAIT_A_MINUTE")


def test_every_switch_is_on_the_page_with_what_it_means(sandbox, desk):
    known = set(sandbox.http.get("/settings").json()) - {"choices", "clock_offset"}
    for name in known:
        assert f'name="{name}"' in desk.page.text, name
    assert "What it costs and when" in desk.page.text
    assert "How long the services answer 403 to a token that is new, or has new scopes." in desk.page.text


def test_switches_are_kept_and_boxes_are_unticked(sandbox, desk):
    sandbox.set(mail_links=True)
    desk.page = desk._web.get("/control/")
    form = Forms(desk.page.text).forms["/control/settings"]
    assert "mail_links" in form
    del form["mail_links"]
    desk._web.post("/control/settings", data=form | {"price_single": "0.55", "charge_on": "finish"})
    settings = sandbox.http.get("/settings").json()
    assert (settings["mail_links"], settings["price_single"], settings["charge_on"]) == (
        False,
        "0.55",
        "finish",
    )


def test_the_wallet_is_filled_and_a_subscription_begun(sandbox, desk):
    assert "Wallet: 12.50 EUR" in desk.submit("wallet", credit="12,50").text
    assert "-987.50 EUR" in desk.page.text
    assert "7 of 7 left" in desk.submit("plan", requests="7").text


def test_the_clock_is_moved_and_put_back(sandbox, client, desk):
    sandbox.set(esignature_expiry_days=1)
    create_ses(client)
    sandbox.settle()
    desk.submit("clock", hours="25")
    assert sandbox.state()["phases"] == {"expired": 1}
    assert sandbox.http.get("/clock").json()["offset"] == 25 * 3600
    desk.submit("clock", now="1")
    assert sandbox.http.get("/clock").json()["offset"] == 0


def test_procedures_are_moved_and_their_signing_pages_are_at_hand(sandbox, client, desk, web):
    sandbox.set(validation_delay=1000)
    made = create_ses(client)
    desk.page = web.get("/control/")
    assert all(link in desk.page.text for link in links_of(made))
    desk.submit("procedure", step="validate")
    assert sandbox.state()["phases"] == {"signing": 1}
    desk.submit("procedure", step="fail")
    assert sandbox.state()["phases"] == {"failed": 1}


def test_everything_can_be_forgotten(sandbox, client, desk):
    create_ses(client)
    sandbox.fault("429")
    assert "Everything is forgotten." in desk.submit("reset").text
    state = sandbox.state()
    assert (state["procedures"], state["faults"], state["wallet"]) == (0, [], "1000.00")


def test_forms_of_other_sites_are_refused(sandbox, web):
    assert web.post("/control/reset").status_code == 403


def test_so_are_their_calls(sandbox):
    answer = sandbox.http.post("/reset", json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert sandbox.http.post("/reset", json={}, headers={"Origin": sandbox.url}).status_code == 200


# As JSON


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("settings", {"no_such_knob": 1}, 400), ("settings", {"price_single": "NaN"}, 400), ("settings", {"validation_delay": -1}, 400),
        ("settings", {"charge_on": "never"}, 400), ("settings", {"otp_attempts": "many"}, 400), ("settings", {"expiry_days": 1e12}, 400),
        ("sign", {"link": "http://localhost/sign/nobody"}, 404), ("sign", {"signer": "nobody@example.org"}, 404), ("sign", {}, 404),
        ("procedures/" + "0" * 24, {"step": "expire"}, 404), ("wallet", {"credit": "NaN"}, 400), ("clock", {"advance": "x"}, 400),
        ("subscriptions", {"scope": "x"}, 400), ("seed", {"phase": "x"}, 400),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(sandbox, path, body, status):
    answer = sandbox.http.post(f"/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff"])
def test_what_is_no_object_is_refused(sandbox, body):
    assert sandbox.http.post("/reset", content=body).status_code == 400


def test_it_says_how_it_is(sandbox):
    health = sandbox.http.get("/health").json()
    assert health == {"ok": True, "url": sandbox.url, "smtp_port": sandbox.smtp_port}
    assert sandbox.http.delete("/health").status_code == 405


def test_it_signs_by_link_by_address_and_by_id(sandbox, client):
    made = [create_ses(client, ses_alone()) for _ in range(3)]
    sandbox.settle()
    sandbox.sign(links_of(made[0])[0])
    sandbox.http.post("/sign", json={"signer": "ANNA@example.it"}).raise_for_status()
    sandbox.http.post("/sign", json={"signer": made[1]["signers"][0]["id"]}).raise_for_status()
    assert sandbox.state()["phases"] == {"done": 3}
    again = sandbox.http.post("/sign", json={"link": links_of(made[0])[0]})
    assert again.status_code == 409


def test_it_refuses_only_what_can_be_refused(sandbox, client):
    new, old = create_ses(client, ses_alone()), create_fes(client)
    sandbox.settle()
    assert sandbox.http.post("/refuse", json={"link": links_of(new)[0]}).status_code == 409
    sandbox.refuse(links_of(old)[0])
    assert sandbox.http.post("/refuse", json={"link": links_of(old)[1]}).status_code == 409


def test_a_wrong_code_is_told_with_what_is_left(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    answer = sandbox.http.post("/sign", json={"link": links_of(made)[0], "code": "x"})
    assert (answer.status_code, answer.json()) == (409, {"error": "wrong_code", "attempts_left": 4})


def test_it_counts_what_was_made_and_charged(sandbox, client):
    made = create_ses(client)
    client.delete(f"/signatures/{create_ses(client, ses_alone())['id']}")
    sandbox.settle()
    sandbox.sign(links_of(made)[0])
    state = sandbox.state()
    assert (state["procedures"], state["signers"], state["signed"]) == (2, 3, 1)
    assert (state["charges"], state["charged_people"], state["charged_amount"]) == (2, 3, "2.1")
    assert state["sign_links"][made["id"]] == links_of(made)
    assert state["phases"] == {"signing": 1, "withdrawn": 1}


# The other pages


def test_the_overview_shows_the_account_and_what_is_new(sandbox, client, web):
    create_ses(client, ses_alone() | {"title": "A <b>title</b>"})
    page = web.get("/").text
    assert "sandbox-api-key" in page
    assert "A &lt;b&gt;title&lt;/b&gt;" in page
    assert "Anna Rossi (waiting)" in page


@pytest.mark.parametrize("path", ["/", "/inbox/", "/control/", "/nowhere", "/sign/nobody"])
def test_pages_allow_no_code_but_their_own(sandbox, web, path):
    policy = web.get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in policy


def test_what_is_not_there_is_a_page_for_people_and_json_for_machines(sandbox, web):
    assert "There is nothing at this address" in web.get("/nowhere").text
    assert web.get("/signatures/a/b/c").json() == {
        "success": False,
        "message": "Not Found",
        "error": 404,
        "data": None,
    }
    assert web.get("/control/api/nowhere").json()["error"] == 404
