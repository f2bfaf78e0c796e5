"""`/firma_elettronica_ui`: signing pages of the first generation, made, listed, read, removed, and how they look."""

import pytest

from .client import UNKNOWN_ID, create_fes, fes_request, links_of, refusal, unwrapped
from .signer import Signer

DEFINITION = {
    "name": "Bottega",
    "description": "Our page",
    "languages": ["it", "fr"],
    "defaultLanguage": "fr",
    "redirectSuccess": {"url": "https://customer.example/done", "target": "_top", "auto": True},
    "redirectCancel": {"url": "https://customer.example/later", "target": "_blank", "auto": False},
    "redirectError": {"url": "https://customer.example/sorry"},
}


def make(client, **changes):
    return unwrapped(client.post("/firma_elettronica_ui", json=DEFINITION | changes).json())["id"]


@pytest.fixture
def visit(sandbox, client):
    """Opens the page of the first signer of a new procedure that wants such an interface."""
    signers = []

    def visit(language="de", **changes):
        made = create_fes(client, fes_request(ui=make(client, **changes)))
        sandbox.settle()
        signers.append(Signer(sandbox, links_of(made)[0], language))
        signers[-1].made = made
        return signers[-1]

    yield visit
    for signer in signers:
        signer.close()


def test_an_interface_is_made_listed_read_and_removed(sandbox, client):
    answer = client.post("/firma_elettronica_ui", json=DEFINITION).json()
    made = answer["data"]
    assert set(made) == {"id", "name", "description"}
    assert (made["name"], answer["success"], answer["error"]) == ("Bottega", True, None)
    assert made in unwrapped(client.get("/firma_elettronica_ui").json())
    assert unwrapped(client.get(f"/firma_elettronica_ui/{made['id']}").json()) == DEFINITION | {
        "id": made["id"]
    }
    assert client.delete(f"/firma_elettronica_ui/{made['id']}").json()["success"] is True
    assert refusal(client.get(f"/firma_elettronica_ui/{made['id']}"))[:2] == (404, 404)
    assert made not in unwrapped(client.get("/firma_elettronica_ui").json())


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("id", [UNKNOWN_ID, "xyz"])
def test_what_is_not_there(sandbox, client, method, id):
    assert refusal(client.request(method, f"/firma_elettronica_ui/{id}")) == (404, 404, "Wrong ID")


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"name": ""}, 428, "missing name, required"), ({"languages": ["it", "xx"]}, 406, "invalid languages"),
        ({"languages": "it"}, 406, "invalid languages"), ({"defaultLanguage": "xx"}, 406, "invalid defaultLanguage"),
        ({"redirectSuccess": "https://customer.example/"}, 406, "invalid redirectSuccess"),
        ({"redirectCancel": {"url": "nowhere"}}, 406, "invalid redirectCancel"),
        ({"redirectError": {"url": "https://a.example/", "target": "here"}}, 406, "invalid target in redirectError"),
        ({"labels": ["x"]}, 406, "invalid labels"),
    ],
)  # fmt: skip
def test_what_is_no_interface_is_refused(sandbox, client, changes, status, message):
    answer = client.post("/firma_elettronica_ui", json=DEFINITION | changes)
    assert refusal(answer) == (status, status, message)


def test_interfaces_outlive_a_reset(sandbox, client):
    id = make(client)
    sandbox.reset()
    assert client.get(f"/firma_elettronica_ui/{id}").status_code == 200


def test_whoever_has_signed_is_led_back_by_itself(visit):
    anna = visit()
    anna.submit("/sign", code=anna.ask_for_code())
    assert anna.page.headers["Refresh"] == "0;url=https://customer.example/done"
    back = next(one for one in anna.forms.links if one.get("id") == "go-back")
    assert (back["href"], back["target"]) == ("https://customer.example/done", "_top")


def test_whoever_refuses_or_leaves_is_led_elsewhere(sandbox, visit):
    anna = visit()
    assert {
        "href": "https://customer.example/later",
        "target": "_blank",
        "rel": "noreferrer",
    } in anna.forms.links
    anna.submit("/refuse")
    assert "Refresh" not in anna.page.headers
    assert (
        next(one for one in anna.forms.links if one.get("id") == "go-back")["href"]
        == "https://customer.example/later"
    )


def test_only_whoever_refused_is_led_away_by_itself(sandbox, visit):
    anna = visit(redirectCancel={"url": "https://customer.example/later", "auto": True})
    luc = Signer(sandbox, links_of(anna.made)[1])
    anna.submit("/refuse")
    luc.open()
    assert anna.page.headers["Refresh"] == "0;url=https://customer.example/later"
    assert "Refresh" not in luc.page.headers
    luc.close()


def test_an_ended_procedure_leads_to_the_page_for_errors(sandbox, visit):
    anna = visit()
    sandbox.move(anna.made["id"], "expire")
    anna.open()
    assert (
        next(one for one in anna.forms.links if one.get("id") == "go-back")["href"]
        == "https://customer.example/sorry"
    )


@pytest.mark.parametrize(("language", "tag"), [("it", "it"), ("en, it", "it"), ("en", "fr"), ("de", "fr")])
def test_it_speaks_the_languages_that_it_offers(visit, language, tag):
    assert f'<html lang="{tag}">' in visit(language).page.text


def test_labels_say_it_in_the_customers_words(visit):
    labels = [
        {"name": "button-sign", "languages": {"it": "Firma adesso", "fr": "Signer maintenant"}},
        {"name": "alert-signed", "languages": {"it": "Ce l'hai fatta."}},
        {"name": "no-such-label", "languages": {"it": "x"}},
    ]
    anna = visit("it", labels=labels, redirectSuccess=None)
    code = anna.ask_for_code()
    assert ">Firma adesso</button>" in anna.page.text
    anna.submit("/sign", code=code)
    assert "Ce l'hai fatta." in anna.text


def test_parts_can_be_switched_off(visit):
    plain = visit("it")
    assert "Luc Rossi · deve ancora firmare" in plain.text
    assert "Apri il documento (PDF)" in plain.text
    assert "Motivo (facoltativo)" in plain.text
    bare = visit(
        "it",
        enableMemberList=False,
        enableDocumentDownload=False,
        enableRefuseComment=False,
        enableHeaderBar=False,
    )
    for gone in ("Luc Rossi", "Apri il documento (PDF)", "Motivo (facoltativo)", 'class="look-header"'):
        assert gone not in bare.text


@pytest.mark.parametrize(
    ("types", "modes"), [(["name"], {"typed"}), (["draw"], {"drawn"}), (["name", "draw"], {"typed", "drawn"})]
)
def test_it_offers_the_kinds_of_signature_that_were_chosen(visit, types, modes):
    anna = visit("it", signImageTypesAvailable=types)
    anna.ask_for_code()
    assert {mode for mode in ("typed", "drawn") if f'data-mode="{mode}"' in anna.page.text} == modes


def test_a_logo_is_a_picture_and_nothing_else(visit):
    assert 'src="data:image/png;base64,AAAA"' in visit(logo="data:image/png;base64,AAAA").page.text
    assert "javascript" not in visit(logo="javascript:alert(1)").page.text
