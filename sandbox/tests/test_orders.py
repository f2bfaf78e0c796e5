"""Orders of every family: what they must say, what they cost, and every error of the paper."""

import json

import httpx
import pytest

from .client import ACCOUNT, unwrapped
from .orders_client import (
    ARUBA,
    DOCUMENT,
    FAMILIES,
    PAPERS,
    PERSON,
    RECIPIENT,
    SHIPPING,
    STANDARD,
    VIDEO,
    buy,
    connect,
    read,
    refusal,
)

UNKNOWN = "67f0c3a1b2d4e5f607182940"
ALL = [(family, code) for family, (*_, codes) in FAMILIES.items() for code in codes.split()]


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


@pytest.mark.parametrize(("family", "code"), ALL)
def test_every_product_is_bought_and_begins_in_the_state_of_its_family(client, family, code):
    order = buy(client, family, code)
    assert (order["codice_prodotto"], order["stato"]) == (code, FAMILIES[family][2])
    assert order["owner"] == ACCOUNT[0]
    assert isinstance(order["timestamp"]["acquisto"], str if family == "foreign" else int)
    assert read(client, order)["codice_richiesta"] == order["codice_richiesta"]


def test_the_answer_of_each_family_has_its_own_fields(client):
    orders = {family: buy(client, family) for family in FAMILIES}
    for family in ("standard", "aruba"):
        assert orders[family]["anagrafica"]["codice_fiscale"] == PERSON["codice_fiscale"]
        assert orders[family]["fornitore"]["sede_riconoscimento"]
        assert set(orders[family]["firma"].values()) == {""}
    assert (orders["standard"]["modulo"], orders["standard"]["documento"]) == (False, False)
    assert (orders["aruba"]["modulo"], orders["aruba"]["documento"]) == (False, True)
    assert orders["shipping"]["anagrafica_spedizione"]["destinatario"] == "Maria Luisa Bianchi"
    assert orders["video"]["credenziali"] == {"username": "maria@example.it"}
    assert len(orders["renewal"]["credenziali"]["token"]) == 16
    assert orders["foreign"]["credenziali"]["codice"]
    assert "anagrafica" not in orders["renewal"]


def test_types_wobble_as_in_the_examples_unless_told_not_to(sandbox, client):
    assert isinstance(buy(client, "video")["codice_richiesta"], int)
    assert isinstance(buy(client)["codice_richiesta"], str)
    assert buy(client, "foreign")["timestamp"]["acquisto"].endswith(",")
    assert buy(client, "renewal")["spedizione"] is False
    sandbox.set(order_wobble=False, order_list_key="id")
    assert isinstance(buy(client, "video")["codice_richiesta"], str)
    assert isinstance(buy(client, "foreign")["timestamp"]["acquisto"], int)
    assert all("id" in row for row in unwrapped(client.get("/richiesta").json()))


def test_json_is_read_whatever_it_is_called_and_with_a_slash_at_the_end(client):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/richiesta/KEY/", content=json.dumps(STANDARD), headers=headers)
    assert answer.status_code == 200
    path = f"/richiesta/{unwrapped(answer.json())['id']}/"
    assert client.request("GET", path, content=b"{}").status_code == 200
    assert client.get(f"{path}modulo/").content.startswith(b"%PDF-")


# Refusals


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        ("NOPE", {}, (400, 201)),
        ("SPID_PER", {}, (400, 201)),
        ("KEY", {}, (428, 209)),
        ("KEY", {"anagrafica": "Maria"}, (428, 209)),
        ("LETTORE", {}, (428, 209)),
        ("KEY", {"anagrafica": PERSON | {"email": "maria"}}, (406, 247)),
        ("FIRREM_VIDEO", VIDEO | {"email": "maria@nowhere"}, (406, 247)),
        ("LETTORE", {"anagrafica_spedizione": RECIPIENT | {"email": "@"}}, (406, 247)),
        ("KEY", {"anagrafica": PERSON | {"cognome": ""}}, (428, 220)),
        ("KEY", {"anagrafica": PERSON | {"cap_residenza": None}}, (428, 220)),
        ("OTPMOB", STANDARD, (428, 220)),
        ("OTPMOB", STANDARD | {"documento": DOCUMENT["documento"]}, (428, 220)),
        ("FIRREM_VIDEO", {"email": "maria@example.it"}, (428, 220)),
        ("KEY", STANDARD | {"modulo": PAPERS["modulo"]}, (428, 220)),
        ("KEY", {"anagrafica": PERSON | {"data_nascita": "1990-12-01"}}, (406, 250)),
        ("KEY", {"anagrafica": PERSON | {"data_scadenza": "31/02/2030"}}, (406, 250)),
        ("KEY", {"anagrafica": PERSON | {"sesso": "X"}}, (406, 250)),
        ("KEY", {"anagrafica": PERSON | {"cellulare": "call me"}}, (406, 250)),
        ("KEY", STANDARD | {"spedizione": "teletrasporto"}, (406, 250)),
        ("KEY", STANDARD | {"spedizione": {"a": 1}}, (406, 250)),
        ("KEY", STANDARD | {"urgenza": "presto"}, (406, 250)),
        ("KEY", STANDARD | {"callback": {"url": "nowhere"}}, (406, 250)),
        ("KEY", STANDARD | {"documento": "@@", "nome_documento": "a.pdf"}, (406, 250)),
        ("LETTORE", SHIPPING | {"quantita": 0}, (406, 250)),
        ("LETTORE", SHIPPING | {"quantita": "many"}, (406, 250)),
        ("LETTORE", SHIPPING | {"quantita": 1e400}, (406, 250)),
    ],
)
def test_a_faulty_order_is_refused_and_costs_nothing(sandbox, client, code, body, expected):
    answer = client.post(f"/richiesta/{code}", content=json.dumps(body))
    assert refusal(answer) == expected
    assert sandbox.orders()["orders"] == 0
    assert sandbox.state()["wallet"] == "1000.00"


def test_the_numbers_that_nobody_knows_are_switches(sandbox, client):
    sandbox.set(order_missing_number=233, order_invalid_number=277)
    assert refusal(client.post("/richiesta/OTPMOB", json=STANDARD)) == (428, 233)
    answer = client.post("/richiesta/KEY", json={"anagrafica": PERSON | {"sesso": "X"}})
    assert refusal(answer) == (406, 277)


def test_an_empty_wallet_buys_nothing(sandbox, client):
    sandbox.wallet("39.99")
    answer = client.post("/richiesta/KEY", json=STANDARD)
    assert refusal(answer) == (402, 207)
    assert answer.json()["message"] == "Insufficient Credit in Wallet: 40 > 39.99"
    assert sandbox.orders()["orders"] == 0
    sandbox.wallet("40")
    assert buy(client)["stato"] == "in_riconoscimento"


@pytest.mark.parametrize(
    ("family", "more", "knobs", "price"),
    [
        ("standard", {}, {}, "40.00"),
        ("shipping", {"quantita": 3}, {}, "39.00"),
        ("aruba", {"videoriconoscimento": True}, {}, "36.70"),
        ("aruba", {"videoriconoscimento": True}, {"video_recognition_charged": False}, "21.70"),
        ("standard", {"urgenza": True, "assistenza": True, "spedizione": "veloce"},
         {"price_urgency": "5", "price_assistance": "7.50", "price_express": "9"}, "61.50"),
    ],
)  # fmt: skip
def test_the_wallet_is_charged_for_the_product_and_its_options(sandbox, client, family, more, knobs, price):
    sandbox.set(**knobs)
    buy(client, family, **more)
    state = sandbox.orders()
    assert (state["charged_amount"], state["newest"][0]["charged"]) == (price, True)
    movement = unwrapped(httpx.get(f"{sandbox.url}/wallet/transactions", auth=ACCOUNT).json())[0]
    assert movement["amount"] == -float(price)
    assert movement["description"] == "API usage - test.ws.firmadigitale.com"


def test_it_can_be_charged_at_the_end(sandbox, client):
    sandbox.set(charge_on="finish")
    order = buy(client)
    assert sandbox.state()["wallet"] == "1000.00"
    sandbox.move_order(order["id"], "evasa")
    assert sandbox.state()["wallet"] == "960.00"


def test_a_lost_order_can_be_refunded(sandbox, client):
    sandbox.set(refund_on_failure=True)
    order = buy(client)
    sandbox.move_order(order["id"], "annullata")
    assert sandbox.state()["wallet"] == "1000.00"


# Reading


def test_no_order_is_a_404_and_so_is_none_of_one_product(client):
    assert refusal(client.get("/richiesta")) == (404, 214)
    buy(client)
    assert refusal(client.get("/richiesta", params={"codice_prodotto": "FIR"})) == (404, 214)


def test_the_list_is_whole_and_without_personal_data(client):
    for _ in range(3):
        buy(client)
    buy(client, "renewal")
    answer = client.get("/richiesta")
    rows = unwrapped(answer.json())
    assert [row["codice_prodotto"] for row in rows] == ["RINFIR", "KEY", "KEY", "KEY"]
    assert all("_id" in row and "id" not in row for row in rows)
    for secret in ("Bianchi", "credenziali", "firma", "callback"):
        assert secret not in answer.text
    of_one = client.get("/richiesta/", params={"codice_prodotto": "KEY"})
    assert len(unwrapped(of_one.json())) == 3


def test_ids_are_looked_at_before_they_are_looked_up(client):
    assert refusal(client.get("/richiesta/KEY")) == (400, 211)
    assert refusal(client.get(f"/richiesta/{UNKNOWN}")) == (404, 212)
    assert refusal(client.patch("/richiesta/KEY", json=PAPERS)) == (400, 277)
    assert refusal(client.patch(f"/richiesta/{UNKNOWN}", json=PAPERS)) == (404, 278)
    assert client.delete(f"/richiesta/{UNKNOWN}").status_code == 403


# Video recognition


def test_video_recognition_is_added_to_an_aruba_order_once(sandbox, client):
    order = buy(client, "aruba")
    more = {"id": order["id"], "codice_richiesta": order["codice_richiesta"]}
    added = unwrapped(client.post("/richiesta/VIDEORIC", json=more).json())
    assert (added["id"], added["videoriconoscimento"]) == (order["id"], True)
    assert sandbox.orders()["charged_amount"] == "36.70"
    assert refusal(client.post("/richiesta/VIDEORIC", json={"id": order["id"]})) == (428, 279)
    assert refusal(client.patch(f"/richiesta/{order['id']}", json=PAPERS)) == (406, 290)
    assert client.get(f"/richiesta/{order['id']}/modulo").status_code == 404
    assert sandbox.orders()["charged_amount"] == "36.70"


def test_video_recognition_is_refused_for_anything_else(sandbox, client):
    infocert = buy(client)
    assert refusal(client.post("/richiesta/VIDEORIC", json={})) == (428, 220)
    assert refusal(client.post("/richiesta/VIDEORIC", json={"id": "8417d"})) == (400, 211)
    assert refusal(client.post("/richiesta/VIDEORIC", json={"id": UNKNOWN})) == (404, 212)
    assert refusal(client.post("/richiesta/VIDEORIC", json={"id": infocert["id"]})) == (406, 250)
    aruba = buy(client, "aruba")
    wrong = {"id": aruba["id"], "codice_richiesta": "0000"}
    assert refusal(client.post("/richiesta/VIDEORIC", json=wrong)) == (404, 212)
    sandbox.wallet("14.99")
    assert refusal(client.post("/richiesta/VIDEORIC", json={"id": aruba["id"]})) == (402, 207)
    assert read(client, aruba)["videoriconoscimento"] is False


# Faults


@pytest.mark.parametrize(
    "fault", ["error_500_after", "dropped_after", "truncated", "broken_body", "empty_body"]
)
def test_an_answer_can_be_lost_after_its_effect(sandbox, client, fault):
    sandbox.fault(fault, path="richiesta/KEY")
    try:
        client.post("/richiesta/KEY", json=STANDARD).json()
    except (httpx.HTTPError, ValueError):
        pass
    assert sandbox.orders()["orders"] == 1
    sandbox.fault(fault, path="richiesta/VIDEORIC")
    order = buy(client, "aruba")
    try:
        client.post("/richiesta/VIDEORIC", json={"id": order["id"]})
    except httpx.HTTPError:
        pass
    assert read(client, order)["videoriconoscimento"] is True


@pytest.mark.parametrize(
    ("fault", "status"), [("error_500_before", 500), ("429", 429), ("402", 402), ("wrong_token", 401)]
)
def test_a_call_can_fail_before_its_effect(sandbox, client, fault, status):
    sandbox.fault(fault, path="richiesta")
    assert client.post("/richiesta/OTPMOB", json=ARUBA).status_code == status
    assert sandbox.orders()["orders"] == 0


def test_many_can_be_seeded(sandbox, client):
    made = sandbox.seed_orders(orders=250, code="OTPMOB")
    assert made["count"] == len(set(made["references"])) == 250
    assert len(unwrapped(client.get("/richiesta").json())) == 250
    assert read(client, {"id": made["references"][7]})["stato"] == "in_registrazione"
