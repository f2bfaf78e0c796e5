"""How orders go on: by papers, by the clock, by the control desk; and what shows once they are fulfilled."""

import io
from datetime import UTC, datetime

import httpx
import pytest
from pikepdf import Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from .client import unwrapped
from .orders_client import DOCUMENT, FORM, PAPERS, PERSON, buy, connect, read, refusal


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


def send(client, order, papers=PAPERS) -> dict:
    return dict(unwrapped(client.patch(f"/richiesta/{order['id']}", json=papers).raise_for_status().json()))


def mails(sandbox, subject: str, to: str = "maria@example.it") -> list[dict]:
    return [one for one in sandbox.messages(to=to) if subject in one["subject"]]


# Papers


def test_an_infocert_order_waits_for_both_papers_and_is_then_fulfilled(sandbox, client):
    order = buy(client)
    sandbox.advance(days=30)
    assert read(client, order)["stato"] == "in_riconoscimento"
    half = send(client, order, DOCUMENT)
    assert (half["documento"], half["modulo"], "registrazione" in half["timestamp"]) == (True, False, False)
    whole = send(client, order, FORM)
    assert (whole["modulo"], whole["stato"]) == (True, "in_riconoscimento")
    assert whole["timestamp"]["registrazione"] >= order["timestamp"]["acquisto"]
    sandbox.advance(days=1)
    assert read(client, order)["stato"] == "in_riconoscimento"
    sandbox.advance(days=1.1)
    assert read(client, order)["stato"] == "evasa"


def test_an_aruba_order_is_registered_by_its_form(sandbox, client):
    order = buy(client, "aruba")
    sent = send(client, order, FORM)
    assert (sent["stato"], sent["modulo"]) == ("in_riconoscimento", True)
    assert "registrazione" in sent["timestamp"]
    sandbox.advance(days=2.1)
    assert read(client, order)["stato"] == "evasa"


def test_papers_may_come_with_the_order(client):
    order = buy(client, **PAPERS)
    assert (order["modulo"], order["documento"]) == (True, True)
    assert "registrazione" in order["timestamp"]


def test_video_recognition_goes_on_without_papers(sandbox, client):
    order = buy(client, "aruba", videoriconoscimento=True)
    assert order["stato"] == "in_registrazione"
    sandbox.advance(days=1.1)
    assert read(client, order)["stato"] == "in_riconoscimento"
    sandbox.advance(days=2.1)
    assert read(client, order)["stato"] == "evasa"


def test_papers_that_come_too_late_are_refused(sandbox, client):
    order = buy(client)
    send(client, order)
    assert refusal(client.patch(f"/richiesta/{order['id']}", json=PAPERS)) == (428, 279)
    sandbox.set(order_papers_again=True)
    send(client, order)
    sandbox.move_order(order["id"], "evasa")
    assert refusal(client.patch(f"/richiesta/{order['id']}", json=PAPERS)) == (428, 279)


@pytest.mark.parametrize("family", ["video", "shipping", "renewal", "foreign"])
def test_papers_of_an_order_without_any_are_not_needed(client, family):
    assert refusal(client.patch(f"/richiesta/{buy(client, family)['id']}", json=PAPERS)) == (406, 290)


@pytest.mark.parametrize(
    ("papers", "expected"),
    [({}, (428, 220)), ({"modulo": FORM["modulo"]}, (428, 220)),
     ({"modulo": "%%%", "nome_modulo": "a.pdf"}, (406, 250))],
)  # fmt: skip
def test_faulty_papers_are_refused(client, papers, expected):
    assert refusal(client.patch(f"/richiesta/{buy(client)['id']}", json=papers)) == expected


def test_papers_that_are_too_large_are_refused(sandbox, client):
    sandbox.set(max_megabytes=0.0001)
    assert client.patch(f"/richiesta/{buy(client)['id']}", json=PAPERS).status_code == 413


def test_what_was_sent_can_be_looked_at(sandbox, client):
    order = buy(client)
    send(client, order)
    assert sandbox.paper(order["id"], "form").startswith(b"%PDF-")
    assert sandbox.order(order["id"])["papers"]["document"]["name"] == "carta.pdf"
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.paper(order["id"], "pin")


def test_paper_may_come_by_post(sandbox, client):
    order = buy(client, "aruba")
    sandbox.move_order(order["id"], paper="modulo")
    assert read(client, order)["stato"] == "in_riconoscimento"


# Form


def test_the_form_is_filled_and_always_the_same_bytes(client):
    person = PERSON | {"nome": "Željko Łukasz", "cognome": "Kovač 李", "comune_nascita": "“Niš” €\t"}
    order = buy(client, anagrafica=person)
    answer = client.get(f"/richiesta/{order['id']}/modulo")
    assert answer.headers["content-type"] == "application/pdf"
    assert client.get(f"/richiesta/{order['id']}/modulo").content == answer.content
    with Pdf.open(io.BytesIO(answer.content)) as pdf:
        values = {str(one.T): str(one.V) for one in pdf.Root.AcroForm.Fields if "/V" in one}
    assert values == {name: value.strip() for name, value in person.items() if name in values}
    assert len(values) == 25


@pytest.mark.parametrize(
    ("family", "places"),
    [("standard", ["firma_titolare"]), ("aruba", ["firma_contratto", "firma_clausole", "firma_privacy"])],
)
def test_each_maker_has_its_own_form_with_places_to_sign(client, family, places):
    content = client.get(f"/richiesta/{buy(client, family)['id']}/modulo").content
    found = [
        name for name, value, _ in enumerate_sig_fields(PdfFileReader(io.BytesIO(content))) if value is None
    ]
    assert sorted(found) == sorted(places)


def test_the_form_can_be_signed_in_its_place(client):
    """With the tool that people will use in the portal's tests: nothing of the form stands in its way."""
    from pyhanko.sign import signers

    from .signing import somebody

    content = client.get(f"/richiesta/{buy(client)['id']}/modulo").content
    out = io.BytesIO()
    details = signers.PdfSignatureMetadata(field_name="firma_titolare")
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signers.PdfSigner(details, somebody()).sign_pdf(writer, existing_fields_only=True, output=out)
    assert out.getvalue().startswith(content)
    assert len(PdfFileReader(io.BytesIO(out.getvalue())).embedded_regular_signatures) == 1


@pytest.mark.parametrize("family", ["video", "shipping", "renewal", "foreign"])
def test_who_needs_no_form_is_told_so_in_plain_text(client, family):
    answer = client.get(f"/richiesta/{buy(client, family)['id']}/modulo")
    assert (answer.status_code, answer.text) == (404, "form not required for this request")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_malformed_id_of_a_form_is_told_in_plain_text(client):
    answer = client.get("/richiesta/8417d/modulo")
    assert (answer.status_code, answer.text) == (400, "Invalid id")


# What is there once an order is fulfilled


def test_nothing_secret_shows_before_the_end(sandbox, client):
    for family in ("standard", "aruba", "shipping"):
        order = buy(client, family)
        sandbox.move_order(order["id"], "in_spedizione")
        assert set(read(client, order)["firma"].values()) == {""}
        assert sandbox.order(order["id"])["holder_codes"] == {}


def test_infocert_tells_the_codes_to_the_holder_alone(sandbox, client):
    order = buy(client)
    sandbox.move_order(order["id"], "evasa")
    shown, told = read(client, order)["firma"], sandbox.order(order["id"])["holder_codes"]
    assert (shown["pin"], shown["puk"], shown["codice_emergenza"]) == ("", "", "")
    assert shown["numero_busta"] == told["numero_busta"]
    assert shown["codice_spedizione"]
    letter = mails(sandbox, "busta virtuale")[0]
    assert told["pin"] in letter["text"]
    assert len(told["codice_emergenza"]) == 10
    assert letter["from"].startswith("InfoCert")


def test_infocert_codes_can_show_in_the_order_too(sandbox, client):
    sandbox.set(codes_in_order=True)
    order = buy(client)
    sandbox.move_order(order["id"], "evasa")
    shown, told = read(client, order)["firma"], sandbox.order(order["id"])["holder_codes"]
    assert (shown["pin"], shown["codice_emergenza"]) == (told["pin"], told["codice_emergenza"])


def test_aruba_shows_the_first_four_and_sends_the_rest(sandbox, client):
    order = buy(client, "aruba")
    sandbox.move_order(order["id"], "evasa")
    shown, told = read(client, order)["firma"], sandbox.order(order["id"])["holder_codes"]
    assert (shown["pin"], shown["puk"]) == (told["pin"][:4], told["puk"][:4])
    letter = mails(sandbox, "seconda parte")[0]
    assert f"PIN: ****{told['pin'][4:]}" in letter["text"]
    assert told["pin"] not in letter["text"]


@pytest.mark.parametrize(
    ("family", "code", "days"),
    [("renewal", "RINFIR", 1096), ("renewal", "RINFIRREM", 1096), ("foreign", "FIREST", 366),
     ("standard", "KEY", 1096), ("aruba", "OTPMOB", 1096), ("video", "KEYCNS_VIDEO", 1096)],
)  # fmt: skip
def test_how_long_it_lasts_depends_on_the_family(sandbox, client, family, code, days):
    order = buy(client, family, code)
    sandbox.move_order(order["id"], "evasa")
    times = {name: int(str(at).strip(",")) for name, at in read(client, order)["timestamp"].items()}
    fulfilled = datetime.fromtimestamp(times["evasione"], UTC)
    expires = datetime.fromtimestamp(times["scadenza"], UTC)
    assert times["emissione"] == times["evasione"]
    if family in ("renewal", "foreign"):
        assert (expires - fulfilled).days == days
    else:
        assert (expires.year - fulfilled.year, expires.month) == (3, fulfilled.month)


def test_a_reader_holds_no_certificate(sandbox, client):
    order = buy(client, "shipping")
    sandbox.advance(days=2.1)
    found = read(client, order)
    assert (found["stato"], "scadenza" in found["timestamp"]) == ("evasa", False)
    assert found["firma"]["codice_spedizione"] in mails(sandbox, "partito")[0]["text"]


def test_what_an_order_shows_can_be_planted(sandbox, client):
    order = buy(client)
    sandbox.move_order(order["id"], "evasa", firma={"pin": "CANARY-7731"}, credenziali={"token": "CANARY-T"})
    found = read(client, order)
    assert (found["firma"]["pin"], found["credenziali"]["token"]) == ("CANARY-7731", "CANARY-T")


# The desk and the clock


@pytest.mark.parametrize("word", ["annullata", "rifiutata", "in_spedizione", "sconosciuto mai visto"])
def test_an_order_can_come_into_any_state(sandbox, client, word):
    order = buy(client)
    sandbox.move_order(order["id"], word)
    sandbox.advance(days=400)
    assert read(client, order)["stato"] == word
    assert "evasione" not in read(client, order)["timestamp"]


def test_a_moved_clock_ends_tokens_only_where_the_switch_says_so(sandbox, client):
    order = buy(client)
    sandbox.advance(days=800)
    assert read(client, order)["id"] == order["id"]
    sandbox.set(tokens_age=True)
    assert refusal(client.get("/richiesta")) == (401, 125.22)


def test_an_unknown_word_can_stand_in_any_answer(sandbox, client):
    order = buy(client)
    sandbox.fault("unknown_state", path=f"richiesta/{order['id']}", word="in_attesa_di_miracoli")
    assert read(client, order)["stato"] == "in_attesa_di_miracoli"
    assert read(client, order)["stato"] == "in_riconoscimento"


def test_an_order_is_advanced_step_by_step(sandbox, client):
    order = buy(client, "aruba")
    sandbox.move_order(order["id"], advance=1)
    assert read(client, order)["stato"] == "in_riconoscimento"
    sandbox.move_order(order["id"], advance=5)
    assert read(client, order)["stato"] == "evasa"


def test_a_product_has_a_script_of_its_own(sandbox, client):
    script = ["in_lavorazione", {"state": "in_controllo", "after": 60}, {"state": "evasa", "after": 60}]
    sandbox.product("KEY", script=script)
    order = buy(client)
    assert order["stato"] == "in_lavorazione"
    sandbox.advance(seconds=70)
    assert read(client, order)["stato"] == "in_controllo"
    sandbox.advance(seconds=70)
    found = read(client, order)
    assert found["stato"] == "evasa"
    assert found["timestamp"]["evasione"] == pytest.approx(order["timestamp"]["acquisto"] + 120, abs=2)


def test_an_order_gets_another_script(sandbox, client):
    order = buy(client)
    sandbox.move_order(order["id"], script=["in_riconoscimento", {"state": "evasa", "after": 10}])
    sandbox.advance(seconds=11)
    assert read(client, order)["stato"] == "evasa"


def test_the_pace_can_be_nothing(sandbox, client):
    sandbox.set(order_pace=0)
    order = buy(client)
    assert send(client, order)["stato"] == "evasa"
    assert buy(client, "shipping")["stato"] == "evasa"


def test_identification_can_lapse(sandbox, client):
    sandbox.set(identification_days=90)
    order = buy(client)
    sandbox.advance(days=89)
    client.get("/richiesta").raise_for_status()
    assert read(client, order)["stato"] == "in_riconoscimento"
    sandbox.advance(days=1.1)
    client.get("/richiesta").raise_for_status()
    assert read(client, order)["stato"] == "annullata"


@pytest.mark.parametrize("acts", [{}, {"dance": 1}, {"paper": "pin"}, {"script": "evasa"}, {"firma": "pin"}])
def test_the_desk_refuses_what_it_does_not_know(sandbox, client, acts):
    order = buy(client)
    with pytest.raises(RuntimeError):
        sandbox.move_order(order["id"], **acts)


def test_orders_are_moved_in_a_browser(sandbox, client):
    order = buy(client)
    with httpx.Client(base_url=sandbox.url) as browser:
        assert str(order["codice_richiesta"]) in browser.get("/control/orders/").text
        form = {"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"], "order": order["id"]}
        browser.post("/control/orders/move", data=form | {"act": "state", "word": "rifiutata"})
        assert read(client, order)["stato"] == "rifiutata"
        assert browser.post("/control/orders/move", data=form | {"act": "state"}).status_code == 422
        assert browser.post("/control/orders/move", data=form | {"order": "nobody"}).status_code == 422


# What the maker writes to the holder


@pytest.mark.parametrize("family", ["standard", "video"])
def test_the_holder_is_told_how_to_be_identified(sandbox, client, family):
    buy(client, family)
    letter = mails(sandbox, "Istruzioni per il riconoscimento")[0]
    assert "90 giorni" in letter["text"]
    assert "/identify/" in letter["links"][0]


def test_an_aruba_holder_is_told_once_the_form_is_in(sandbox, client):
    order = buy(client, "aruba")
    assert mails(sandbox, "Istruzioni") == []
    send(client, order, FORM)
    assert len(mails(sandbox, "Istruzioni")) == 1


def test_the_holder_identifies_at_the_maker(sandbox, client):
    order = buy(client, "video")
    link = mails(sandbox, "Istruzioni")[0]["links"][0]
    with httpx.Client(base_url=sandbox.url) as browser:
        assert "Riconoscimento riuscito" in browser.get(link).text
        assert browser.post(link).status_code == 403
        browser.post(link, data={"csrfmiddlewaretoken": browser.cookies["sandbox_csrf"]})
        assert read(client, order)["stato"] == "evasa"
        assert "Riconoscimento riuscito" not in browser.get(link).text
        assert browser.get("/identify/nobody").status_code == 404


def test_the_makers_can_be_silent(sandbox, client):
    sandbox.set(mail_holder=False)
    order = buy(client)
    sandbox.move_order(order["id"], "evasa")
    assert sandbox.messages() == []
