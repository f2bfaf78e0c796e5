"""The catalogue: 26 products, whose names, prices and codes the control desk changes."""

import httpx
import pytest

from .client import unwrapped
from .orders_client import FAMILIES, buy, connect, refusal


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


def catalogue(client) -> dict[str, dict]:
    return {one["codice_prodotto"]: one for one in unwrapped(client.get("/prodotti").json())}


def test_it_lists_26_products_with_maker_price_and_what_is_blank(client):
    products = catalogue(client)
    assert len(products) == 26
    assert products["KEYCNS"] == {
        "nome": "Business Key CNS", "tipo": "Infocert", "codice_prodotto": "KEYCNS", "prezzo": 40.7,
    }  # fmt: skip
    assert products["LETTORE"]["vergine"] is True
    assert {one["tipo"] for one in products.values()} == {"Infocert", "Aruba", "Namirial"}
    assert len([one for one in products.values() if one.get("vergine")]) == 6


def test_every_code_that_is_ordered_belongs_to_a_family(client):
    ordered = {code for *_, codes in FAMILIES.values() for code in codes.split()}
    assert set(catalogue(client)) - ordered == {"VIDEORIC", "SPID_PER"}


def test_names_and_prices_change_and_the_price_is_what_is_charged(sandbox, client):
    sandbox.product("KEY", price="41.55", name="Business Key 2")
    assert catalogue(client)["KEY"] | {} == {
        "nome": "Business Key 2", "tipo": "Infocert", "codice_prodotto": "KEY", "prezzo": 41.55,
    }  # fmt: skip
    sandbox.wallet("100")
    assert buy(client)["prodotto"] == "Business Key 2"
    assert sandbox.state()["wallet"] == "58.45"


def test_a_code_disappears_and_comes_back(sandbox, client):
    sandbox.http.delete("/products/KEY").raise_for_status()
    assert "KEY" not in catalogue(client)
    assert refusal(client.post("/richiesta/KEY", json=FAMILIES["standard"][1])) == (400, 201)
    sandbox.product("KEY", is_listed=True)
    assert buy(client)["codice_prodotto"] == "KEY"


def test_a_new_code_appears_and_can_be_ordered(sandbox, client):
    sandbox.product("KEY_2027", name="Key of next year", price="45", family="standard")
    assert catalogue(client)["KEY_2027"]["prezzo"] == 45
    assert buy(client, code="KEY_2027")["stato"] == "in_riconoscimento"


def test_a_reset_brings_the_catalogue_back(sandbox, client):
    sandbox.product("KEY", price="1")
    sandbox.product("NEW", price="1")
    sandbox.reset()
    products = catalogue(client)
    assert products["KEY"]["prezzo"] == 40
    assert "NEW" not in products


@pytest.mark.parametrize(
    "changes",
    [{"price": "soon"}, {"price": "NaN"}, {"family": "other"}, {"colour": 1}, {"script": [{"after": 1}]}],
)
def test_a_change_that_does_not_fit_is_refused(sandbox, changes):
    with pytest.raises(RuntimeError):
        sandbox.product("KEY", **changes)


def test_the_catalogue_needs_its_scope(sandbox):
    from .client import connect as connect_without

    with connect_without(sandbox) as other:
        assert other.get("/prodotti").status_code == 403
        assert other.get("/richiesta").status_code == 403


@pytest.mark.parametrize(("fate", "status"), [("gone", 410), ("absent", 404)])
def test_the_service_can_have_ended(sandbox, client, fate, status):
    sandbox.set(orders=fate)
    assert client.get("/prodotti/").status_code == status
    assert client.post("/richiesta/RINFIR", json={}).status_code == status


def test_the_desk_shows_and_changes_it_in_a_browser(sandbox, client):
    with httpx.Client(base_url=sandbox.url) as browser:
        page = browser.get("/control/orders/")
        token = browser.cookies["sandbox_csrf"]
        form = {
            "csrfmiddlewaretoken": token,
            "code": "KEY",
            "name": "Renamed",
            "price": "39,90",
            "act": "keep",
        }
        assert "Business Key" in page.text
        assert browser.post("/control/orders/product", data=form).status_code == 302
        assert catalogue(client)["KEY"]["prezzo"] == 39.9
        form |= {"price": "cheap"}
        assert browser.post("/control/orders/product", data=form).status_code == 422
        form |= {"act": "remove", "price": ""}
        browser.post("/control/orders/product", data=form)
        assert "KEY" not in catalogue(client)
        assert browser.post("/control/orders/product", data={"code": "KEY"}).status_code == 403
