"""The signing page, as a signer without scripts meets it: read, get a code, sign or refuse."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

from .client import (
    create_fes,
    create_ses,
    detail_of,
    links_of,
    options,
    ses_alone,
    ses_request,
    signed_document,
)
from .signer import Signer


def drawing(color=(0, 0, 0, 255)):
    picture = Image.new("RGBA", (200, 60))
    ImageDraw.Draw(picture).line([(10, 50), (90, 10), (190, 50)], fill=color, width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def evidence(client, signer):
    trail = client.get(f"/signatures/{signer.made['id']}/audit").json()["data"]
    return trail["SignatureData"]["signers"][0]["evidence"]


def test_somebody_reads_gets_a_code_and_signs(client, visit):
    anna = visit()
    assert "Get your code" in anna.text
    assert "Sign the document</button>" not in anna.text
    assert anna.open("/document.pdf").content.startswith(b"%PDF-")
    code = anna.ask_for_code()
    assert "Code sent to" in anna.text
    assert "anna@example.it" in anna.text
    anna.submit("/sign", code=f" {code[:3]} {code[3:]} ", text="Anna R.")
    assert "You have signed" in anna.text
    assert "Everybody has signed." in anna.text
    assert evidence(client, anna)["signatureText"] == "Anna R."
    assert anna.open("/document.pdf").content == signed_document(client, anna.made)


def test_the_others_are_waited_for(sandbox, visit):
    anna = visit(ses_request())
    code = anna.ask_for_code()
    anna.submit("/sign", code=code)
    assert "Others still have to sign." in anna.text
    sandbox.move(anna.made["id"], "expire")
    anna.open()
    assert "The procedure has ended without all signatures." in anna.text


@pytest.mark.parametrize(
    ("language", "accepted", "said", "tag"),
    [
        ("it", "en", "Fatti inviare il codice", "it"), ("fr", "en", "Recevez votre code", "fr"), ("en", "it", "Get your code", "en"),
        ("browser", "fr-CH, it;q=0.8", "Recevez votre code", "fr"), ("browser", "de, it;q=0.8", "Fatti inviare il codice", "it"),
        ("browser", "de", "Get your code", "en"), ("de", "it", "Fatti inviare il codice", "it"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_signers_language_or_their_browsers(visit, language, accepted, said, tag):
    signer = visit(ses_alone(language=language), language=accepted)
    assert said in signer.text
    assert f'<html lang="{tag}">' in signer.page.text
    assert signer.page.headers["Content-Language"] == tag


# The code


def test_a_wrong_code_is_said_beside_its_field_and_what_was_typed_stays(visit):
    anna = visit(ses_alone() | {"options": options(signatureMode=["typed", "drawn"], signerMustRead=True)})
    anna.ask_for_code()
    answer = anna.submit("/sign", code="0000x", mode="drawn", read="1", text="Anna R.", drawing=drawing())
    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="code-error"' in anna.page.text
    assert "The code is not right. Attempts left: 4" in anna.text
    assert "<title>Error: " in anna.page.text
    form = next(fields for action, fields in anna.forms.forms.items() if action.endswith("/sign"))
    assert (form["code"], form["mode"], form["read"], form["text"]) == ("0000x", "drawn", "1", "Anna R.")
    assert form["drawing"] == drawing()


def test_after_too_many_attempts_only_another_code_helps(sandbox, visit):
    sandbox.set(otp_attempts=2)
    anna = visit()
    code = anna.ask_for_code()
    assert "Attempts left: 1" in _after(anna.submit("/sign", code="x"), anna)
    assert "Too many attempts" in _after(anna.submit("/sign", code="x"), anna)
    assert "Too many attempts" in _after(anna.submit("/sign", code=code), anna)
    anna.submit("/sign", code=anna.ask_for_code())
    assert "You have signed" in anna.text


def _after(answer, signer):
    assert answer.status_code == 422
    return signer.text


def test_the_earlier_code_is_void_when_another_is_sent(visit):
    anna = visit()
    first, second = anna.ask_for_code(), anna.ask_for_code()
    anna.submit("/sign", code=first)
    assert first == second or "The code is not right." in anna.text
    anna.submit("/sign", code=second)
    assert "You have signed" in anna.text


def test_codes_are_sent_so_often_and_no_more(sandbox, visit):
    sandbox.set(otp_sends=2)
    anna = visit()
    anna.ask_for_code(), anna.ask_for_code()
    assert anna.ask_for_code() == ""
    assert "Too many codes have been sent already." in anna.text


def test_a_code_expires(sandbox, visit):
    sandbox.set(otp_lifetime=60)
    anna = visit()
    code = anna.ask_for_code()
    sandbox.advance(61)
    assert "The code has expired" in _after(anna.submit("/sign", code=code), anna)


@pytest.mark.parametrize("length", [4, 8])
def test_a_code_is_as_long_as_the_knob_says(sandbox, visit, length):
    sandbox.set(otp_length=length)
    assert len(visit().ask_for_code()) == length


def test_without_a_code_nobody_signs(sandbox, visit):
    anna = visit(ses_request())
    luc = Signer(sandbox, links_of(anna.made)[1])
    code = anna.ask_for_code()
    luc.ask_for_code()
    luc.submit("/sign", code=code + "x")
    assert "The code is not right." in luc.text
    luc.close()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Code {OTP} for Anna", "Code {} for Anna"),
        ("Your code:", "Your code: {}"),
        ("", "{} is your code to sign the document."),
    ],
)
def test_the_message_carries_the_code(sandbox, visit, message, text):
    anna = visit(ses_alone(message=message))
    code = anna.ask_for_code()
    mail = sandbox.messages(to="anna@example.it")[0]
    assert (mail["kind"], mail["otp"], mail["text"]) == ("email", code, text.format(code))


def test_a_signer_with_two_ways_chooses_one(sandbox, visit):
    anna = visit(ses_alone(authentication=["email", "sms"]))
    assert anna.ask_for_code(channel="sms") == sandbox.messages(kind="sms")[0]["otp"]
    assert sandbox.messages(kind="sms")[0]["to"] == "+393331234500"
    assert anna.ask_for_code(channel="email") == sandbox.messages(kind="email")[0]["otp"]


def test_a_way_that_was_not_offered_is_refused(sandbox, visit):
    anna = visit()
    assert anna.ask_for_code(channel="sms") == ""
    assert "The code cannot be sent this way." in anna.text
    assert sandbox.messages() == []


def test_the_first_generation_sends_an_sms(sandbox, visit):
    anna = visit(create=create_fes)
    code = anna.ask_for_code()
    assert sandbox.messages(kind="sms")[0]["to"] == "+393331234500"
    anna.submit("/sign", code=code)
    assert "You have signed" in anna.text


# How one signs


def test_a_signature_may_be_drawn(client, visit):
    anna = visit(ses_alone() | {"options": options(signatureMode=["drawn"])})
    code = anna.ask_for_code()
    assert "Draw your signature" in _after(anna.submit("/sign", code=code, drawing=""), anna)
    anna.submit("/sign", code=code, drawing=drawing())
    assert "You have signed" in anna.text
    assert evidence(client, anna)["signatureMode"] == "drawn"
    assert b"/Subtype /Image" in signed_document(client, anna.made)


BAD_DRAWINGS = {
    "empty": drawing((0, 0, 0, 0)), "no address": "x", "no base64": "data:image/png;base64,*", "no picture": "data:image/png;base64,AAAA",
    "another kind": drawing().replace("png", "gif"), "too long": "data:image/png;base64," + "A" * 500_000,
    "cut off": drawing()[:200],
}  # fmt: skip


@pytest.mark.parametrize("given", BAD_DRAWINGS.values(), ids=BAD_DRAWINGS)
def test_what_is_no_drawing_is_refused_and_uses_no_attempt(client, visit, given):
    anna = visit(ses_alone() | {"options": options(signatureMode=["drawn"])})
    code = anna.ask_for_code()
    assert "Draw your signature" in _after(anna.submit("/sign", code=code, drawing=given), anna)
    assert evidence(client, anna)["otp"]["attempts"] == 0


def test_a_mode_that_was_not_offered_is_not_taken(client, visit):
    anna = visit()
    anna.submit("/sign", code=anna.ask_for_code(), mode="drawn", drawing=drawing())
    assert evidence(client, anna)["signatureMode"] == "typed"


def test_whoever_must_read_says_so(visit):
    anna = visit(ses_alone() | {"options": options(signerMustRead=True)})
    code = anna.ask_for_code()
    assert "Confirm that you have read the document." in _after(anna.submit("/sign", code=code), anna)
    anna.submit("/sign", code=code, read="1")
    assert "You have signed" in anna.text


def test_signers_change_what_they_may(client, visit):
    anna = visit(
        ses_alone() | {"options": options(userEditableData={"name": True, "mobile": False, "email": True})}
    )
    assert anna.ask_for_code(name="Annalisa", email="annalisa@example.it", mobile="+390000000")
    found = detail_of(client, anna.made)["signers"][0]
    assert (found["name"], found["email"], found["mobile"]) == (
        "Annalisa",
        "annalisa@example.it",
        "+393331234500",
    )
    assert "annalisa@example.it" in anna.text


def test_signers_change_nothing_else(client, visit):
    anna = visit()
    anna.ask_for_code(name="Eve", surname="Eve", mobile="+390000000", email="eve@example.org")
    found = detail_of(client, anna.made)["signers"][0]
    assert (found["name"], found["surname"], found["email"]) == ("Anna", "Rossi", "anna@example.it")


def test_in_order_nobody_signs_before_the_one_ahead(sandbox, visit):
    sandbox.set(ordered=True)
    luc = visit(ses_request(), who=1)
    code = luc.ask_for_code()
    assert "Somebody else has to sign before you." in _after(luc.submit("/sign", code=code), luc)
    sandbox.sign(links_of(luc.made)[0])
    luc.submit("/sign", code=code)
    assert "You have signed" in luc.text


def test_without_credit_at_the_end_the_page_says_so(sandbox, visit):
    sandbox.set(charge_on="finish")
    anna = visit()
    sandbox.wallet("0")
    assert "not enough credit" in _after(anna.submit("/sign", code=anna.ask_for_code()), anna)


# Refusing, and other ends


def test_the_first_generation_can_be_refused_for_good(client, sandbox, visit):
    anna = visit(create=create_fes)
    anna.submit("/refuse", comment="Not my contract")
    assert "Signature refused" in anna.text
    assert detail_of(client, anna.made)["status"] == "refused"
    luc = Signer(sandbox, links_of(anna.made)[1])
    assert "Signature refused" in luc.text
    assert luc.forms.forms == {}
    luc.close()


def test_the_second_generation_can_be_refused_only_where_the_knob_says_so(sandbox, client, visit):
    anna = visit()
    assert "Refuse" not in anna.text
    sandbox.set(esignature_refusal=True)
    anna.open()
    anna.submit("/refuse", comment="")
    assert detail_of(client, anna.made)["state"] == "REFUSED"


def test_a_signed_signature_cannot_be_taken_back(client, visit):
    anna = visit(create=create_fes)
    form = next(fields for action, fields in anna.forms.forms.items() if action.endswith("/refuse"))
    anna.submit("/sign", code=anna.ask_for_code())
    anna.post("/refuse", form)
    assert "You have signed" in anna.text
    assert detail_of(client, anna.made)["status"] == "started"


def test_before_validation_the_page_asks_for_patience_and_knows_when_it_is_over(sandbox, visit):
    sandbox.set(validation_delay=1000)
    anna = visit(settle=False)
    assert "The document is being prepared" in anna.text
    assert anna.open("/document.pdf").status_code == 404
    assert anna.open("/state").json() == {"stage": "preparing"}
    sandbox.advance(1001)
    assert anna.open("/state").json() == {"stage": "open"}


@pytest.mark.parametrize("step", ["expire", "fail"])
def test_an_ended_procedure_says_so(sandbox, visit, step):
    anna = visit()
    sandbox.move(anna.made["id"], step)
    anna.open()
    assert "This link is no longer active" in anna.text
    assert anna.open("/document.pdf").status_code == 404


def test_a_form_without_its_token_is_refused_in_words(sandbox, client, web):
    made = create_ses(client, ses_alone())
    sandbox.settle()
    answer = web.post(f"{links_of(made)[0]}/code")
    assert answer.status_code == 403
    assert "Form Expired" in answer.text


def test_an_address_that_nobody_has(web):
    answer = web.get("/sign/nobody")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
