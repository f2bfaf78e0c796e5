"""Lists and details: what they show, in whose words, and what time takes away."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from .client import (
    base64_of,
    create_fes,
    create_ses,
    detail_of,
    fes_request,
    links_of,
    options,
    pdf,
    ses_alone,
    ses_request,
    sign_all,
    unwrapped,
)


def test_a_creation_is_answered_with_a_link_for_each_signer_and_defaults_filled_in(sandbox, client):
    sandbox.set(validation_delay=1000)
    answer = client.post("/EU-SES", json=ses_request(options={}, description="For Anna and Luc")).json()
    made = answer["data"]
    assert answer["message"] == "Created"
    assert (made["state"], made["certificateType"], made["signatureType"]) == (
        "WAIT_VALIDATION",
        "EU-SES",
        "pades",
    )
    assert made["document"] == {"title": "Contract", "description": "For Anna and Luc"}
    assert made["options"] == {
        "asyncDocumentsValidation": True, "asyncSignature": False, "signatureMode": ["typed"], "timezone": "UTC",
        "userEditableData": {"name": True, "mobile": True, "email": True}, "signerMustRead": False,
        "ui": {"hideSidebar": False, "hideHeader": False, "hideDownloadValidated": False, "hideDownloadSigned": False},
    }  # fmt: skip
    assert {one["state"] for one in made["signers"]} == {"NEW"}
    assert {one["language"] for one in made["signers"]} == {"browser"}
    assert {one["mobileEditable"] for one in made["signers"]} == {True}
    assert len(set(links_of(made))) == 2
    assert re.fullmatch(r"[0-9a-f]{24}", made["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00:00", made["createdAt"])


def test_coordinates_are_texts_on_the_way_in_and_numbers_on_the_way_out(sandbox, client):
    made = create_ses(client)
    assert made["signers"][1]["signatures"] == [{"page": 2, "x": 310, "y": 700}]


def test_without_places_a_signature_goes_to_the_upper_left_of_the_first_page(sandbox, client):
    made = create_ses(client, ses_alone(signatures=[]))
    assert made["signers"][0]["signatures"] == [{"page": 1, "x": 0, "y": 0}]


def test_files_appear_in_the_details_as_they_come_to_be(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    assert set(detail_of(client, made)["document"]) == {
        "title",
        "description",
        "inputDocuments",
        "validatedDocument",
    }
    sign_all(sandbox, made)
    document = detail_of(client, made)["document"]
    assert document["inputDocuments"][0]["size"] == len(pdf())
    assert document["signedDocument"]["name"] == f"{made['id']}.pdf"
    assert document["signedDocument"]["size"] > document["validatedDocument"]["size"] > len(pdf())


def test_the_states_of_the_second_generation(sandbox, client):
    sandbox.set(validation_delay=1000)
    made = create_ses(client)
    seen = [detail_of(client, made)["state"]]
    sandbox.advance(1001)
    seen.append(detail_of(client, made)["state"])
    sandbox.sign(links_of(made)[0])
    half = detail_of(client, made)
    seen.append(half["state"])
    sandbox.sign(links_of(made)[1])
    seen.append(detail_of(client, made)["state"])
    assert seen == ["WAIT_VALIDATION", "WAIT_SIGNERS", "WAIT_SIGNERS", "DONE"]
    assert [one["state"] for one in half["signers"]] == ["DONE", "NEW"]
    assert half["updatedAt"] > made["updatedAt"]


def test_the_states_of_the_first_generation(sandbox, client, web):
    made = create_fes(client)
    sandbox.settle()
    seen = [detail_of(client, made)["status"]]
    web.get(links_of(made)[0])
    visited = detail_of(client, made)
    seen.append(visited["status"])
    sign_all(sandbox, made)
    finished = detail_of(client, made)
    seen.append(finished["status"])
    assert seen == ["created", "started", "finished"]
    assert [one["status"] for one in visited["members"]] == ["processing", "pending"]
    assert [one["status"] for one in finished["members"]] == ["done", "done"]
    assert (made["download_link"], finished["download_link"]) == (
        None, f"{sandbox.url}/firma_elettronica/{made['id']}/download",
    )  # fmt: skip


def test_started_may_mean_validated(sandbox, client):
    sandbox.set(started_on="validation")
    made = create_fes(client)
    sandbox.settle()
    assert detail_of(client, made)["status"] == "started"


def test_the_first_generation_writes_italian_time_and_italian_numbers(sandbox, client):
    body = fes_request()
    body["members"][0]["phone"] = "333 123 4567"
    member = create_fes(client, body)["members"][0]
    assert member["phone"] == "+393331234567"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", member["createdAt"])


def test_a_file_name_is_made_where_none_is_given(sandbox, client):
    body = fes_request()
    del body["filename"]
    assert re.fullmatch(r"fes_\d{10}\.pdf", create_fes(client, body)["filename"])


def test_headers_of_the_first_generations_callback_do_not_come_back(sandbox, client):
    callback = {"url": "http://127.0.0.1:1/", "field": "answer", "headers": {"X-Secret": "s"}}
    shown = detail_of(client, create_fes(client, fes_request(callback=callback)))["callback"]
    assert shown == {"url": "http://127.0.0.1:1/", "field": "answer", "method": "POST"}


def test_words_that_are_not_on_paper(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    for word in ("WAIT_SIGN", "WAIT_SIGNER", "WAIT_FOR_GODOT"):
        sandbox.set(signing_state=word, signer_new_state=f"{word}!")
        found = detail_of(client, made)
        assert (found["state"], found["signers"][0]["state"]) == (word, f"{word}!")
        assert [one["id"] for one in unwrapped(client.get(f"/signatures?state={word}").json())] == [
            made["id"]
        ]
    assert client.get("/signatures?state=WAIT_SIGNERS").status_code == 404


def test_how_it_ends_badly_is_told_in_the_knobs_words(sandbox, client):
    sandbox.set(
        esignature_refusal=True, refused_state="REJECTED", expired_state="TOO_LATE", signer_refused_state="NO"
    )
    refused, expired, failed = (create_ses(client, ses_alone()) for _ in range(3))
    sandbox.settle()
    sandbox.refuse(links_of(refused)[0])
    sandbox.move(expired["id"], "expire")
    sandbox.move(failed["id"], "fail", error_number=110, error_message="Wrong Certificate Credentials")
    assert [detail_of(client, one)["state"] for one in (refused, expired, failed)] == [
        "REJECTED",
        "TOO_LATE",
        "ERROR",
    ]
    assert detail_of(client, refused)["signers"][0]["state"] == "NO"
    assert detail_of(client, failed)["errorNumber"] == 110
    assert detail_of(client, failed)["errorMessage"] == "Wrong Certificate Credentials"


def test_how_the_first_generation_ends_badly(sandbox, client):
    refused, expired, failed = (create_fes(client) for _ in range(3))
    sandbox.settle()
    sandbox.refuse(links_of(refused)[0])
    sandbox.move(expired["id"], "expire")
    sandbox.move(failed["id"], "fail")
    words = [detail_of(client, one)["status"] for one in (refused, expired, failed)]
    assert words == ["refused", "expired", "file validation failed"]
    assert [one["status"] for one in detail_of(client, refused)["members"]] == ["refused", "pending"]
    sandbox.set(firmadigitale_failed_status="request failed")
    assert detail_of(client, failed)["status"] == "request failed"


@pytest.mark.parametrize(
    ("knob", "create"), [("esignature_expiry_days", create_ses), ("expiry_days", create_fes)]
)
def test_a_procedure_may_expire_by_itself(sandbox, client, knob, create):
    sandbox.set(**{knob: 30})
    made = create(client)
    sandbox.settle()
    sandbox.advance(29 * 86400)
    assert sandbox.state()["phases"] == {"signing": 1}
    sandbox.advance(86400)
    found = detail_of(client, made)
    assert (found.get("state") or found["status"]).lower() == "expired"


def test_an_empty_list_is_a_404_here_and_an_empty_list_there(sandbox, client):
    assert client.get("/signatures").status_code == 404
    assert client.get("/firma_elettronica").json() == {
        "data": [],
        "success": True,
        "message": "",
        "error": None,
    }


def test_the_list_shows_newest_first_by_pages(sandbox, client):
    ids = sandbox.seed(procedures=120)["references"]
    pages = [unwrapped(client.get(f"/signatures?skip={skip}").json()) for skip in (0, 100)]
    assert [one["id"] for page in pages for one in page] == ids[::-1]
    assert client.get("/signatures?skip=120").status_code == 404
    assert len(unwrapped(client.get("/signatures?limit=7").json())) == 7
    assert set(pages[0][0]) == {
        "id", "errorNumber", "errorMessage", "updatedAt", "createdAt", "certificateType", "state", "signatureType", "documentTitle",
    }  # fmt: skip


def test_the_list_is_filtered(sandbox, client):
    made = create_ses(client, ses_alone())
    other = create_ses(client)
    sandbox.settle()
    sign_all(sandbox, made)
    assert [one["id"] for one in unwrapped(client.get("/signatures?state=DONE").json())] == [made["id"]]
    everything = unwrapped(client.get("/signatures?certificateType=EU-SES&signatureType=pades").json())
    assert [one["id"] for one in everything] == [other["id"], made["id"]]
    for query in ("certificateType=EU-QES_automatic", "signatureType=cades", "state=ERROR"):
        assert client.get(f"/signatures?{query}").status_code == 404


def test_the_old_list_has_no_pages_whatever_its_size(sandbox, client):
    sandbox.seed(procedures=150, generation="firmadigitale")
    assert len(unwrapped(client.get("/firma_elettronica?limit=7").json())) == 150


def test_the_old_list_may_name_its_ids_otherwise(sandbox, client):
    sandbox.set(list_key="_id")
    made = create_fes(client)
    assert [one["_id"] for one in unwrapped(client.get("/firma_elettronica").json())] == [made["id"]]
    assert detail_of(client, made)["id"] == made["id"]


def test_the_second_generation_may_answer_bare_and_the_first_never_does(sandbox, client):
    sandbox.set(enveloped=False)
    made = client.post("/EU-SES", json=ses_alone()).json()
    assert client.get(f"/signatures/{made['id']}/detail").json()["id"] == made["id"]
    assert [one["id"] for one in client.get("/signatures").json()] == [made["id"]]
    assert set(client.get("/firma_elettronica").json()) == {"data", "success", "message", "error"}
    assert client.get("/signatures/xyz/detail").json()["success"] is False


def test_the_callback_object_comes_back_unless_the_knob_says_no(sandbox, client):
    callback = {"url": "http://127.0.0.1:1/", "custom": {"key": "k"}}
    made = create_ses(client, ses_alone() | {"callback": callback})
    assert made["callback"] == callback | {"method": "JSON", "field": "data", "retry": 0, "headers": {}}
    sandbox.set(echo_callback=False)
    assert "callback" not in detail_of(client, made)


@pytest.mark.parametrize("shape", ["text", "list of texts", "object", "list of objects"])
def test_a_document_may_come_in_any_of_its_shapes(sandbox, client, shape):
    given = base64_of(pdf()) if "text" in shape else {"sourceType": "base64", "payload": base64_of(pdf())}
    made = create_ses(client, ses_alone() | {"inputDocuments": [given] if "list" in shape else given})
    sandbox.settle()
    assert detail_of(client, made)["state"] == "WAIT_SIGNERS"


def test_a_document_may_be_fetched_from_its_address(sandbox, client):
    class Shelf(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(pdf())

        def log_message(self, *args):
            """Nothing on the screen."""

    with HTTPServer(("127.0.0.1", 0), Shelf) as shelf:
        threading.Thread(target=shelf.handle_request, daemon=True).start()
        made = create_ses(
            client, ses_alone() | {"inputDocuments": f"http://127.0.0.1:{shelf.server_port}/a.pdf"}
        )
    sandbox.settle()
    shown = detail_of(client, made)["document"]["inputDocuments"][0]
    assert (shown["sourceType"], shown["size"]) == ("remote", len(pdf()))


def test_files_vanish_after_a_month_and_everything_after_the_details_days(sandbox, client, web):
    sandbox.set(detail_days=300)  # A year by default, but a token lives no longer.
    signed, waiting = create_ses(client, ses_alone()), create_ses(client)
    sandbox.settle()
    sign_all(sandbox, signed)
    path = f"/signatures/{signed['id']}"
    sandbox.advance(29 * 86400)
    assert client.get(f"{path}/signedDocument").status_code == 200
    sandbox.advance(2 * 86400)
    assert client.get(f"{path}/signedDocument").status_code == 404
    assert set(detail_of(client, signed)["document"]) == {"title", "description"}
    assert "New Signed Document" in client.get(f"{path}/audit").text
    assert "Questo collegamento non" in web.get(links_of(waiting)[0], headers={"Accept-Language": "it"}).text
    sandbox.advance(270 * 86400)
    assert client.get(f"{path}/detail").status_code == client.get(f"{path}/audit").status_code == 404


def test_a_deleted_procedure_is_gone_with_everything(sandbox, client, web):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    path = f"/signatures/{made['id']}"
    assert client.delete(path).json()["message"] == "Deleted"
    for part in ("detail", "audit", "validatedDocument"):
        assert client.get(f"{path}/{part}").status_code == 404
    assert client.get("/signatures").status_code == client.delete(path).status_code == 404
    assert web.get(links_of(made)[0]).status_code == 404


def test_nobody_is_mailed_unless_the_knobs_say_so(sandbox, client):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    sign_all(sandbox, made)
    assert [one["otp"] is not None for one in sandbox.messages(kind="email")] == [True]


def test_the_provider_may_mail_links_and_endings(sandbox, client):
    sandbox.set(mail_links=True, mail_finished=True)
    made = create_ses(client, ses_alone() | {"options": options()})
    sandbox.settle()
    invitation = sandbox.messages(to="anna@example.it")[0]
    assert invitation["links"] == links_of(made)
    sign_all(sandbox, made)
    assert sandbox.messages(to="anna@example.it")[0]["subject"] == "Signed: Contract"
