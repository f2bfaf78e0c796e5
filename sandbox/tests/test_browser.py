"""The pages in a real browser: wide and narrow, light and dark, in each language; axe finds nothing on any of them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from .client import (
    create_fes,
    create_ses,
    fes_request,
    links_of,
    options,
    ses_alone,
    ses_request,
    signed_document,
    unwrapped,
)
from .test_inbox import HOSTILE, send

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("sandbox-browser")]

LOOKS = [("desktop", "light", "it"), ("phone", "dark", "fr")]
WINDOWS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def window(chromium):
    """Opens a window; what a page complains about, and what it asks of others, fails the test."""
    complaints, windows = [], []

    def open_one(size="desktop", scheme="light", language="en"):
        context = chromium.new_context(viewport=WINDOWS[size], color_scheme=scheme, locale=language)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                said.type == "error" and "status of 4" not in said.text and complaints.append(said.text)
            ),
        )
        page.on(
            "request",
            lambda asked: (
                re.match(r"http://localhost|data:|blob:|chrome", asked.url) or complaints.append(asked.url)
            ),
        )
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        windows.append(context)
        return page

    yield open_one
    for context in windows:
        context.close()
    assert complaints == []


def check(page):
    """Nothing for axe to find, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_somebody_draws_their_signature(sandbox, client, window, size, scheme, language):
    asked = options(
        signatureMode=["typed", "drawn"],
        signerMustRead=True,
        userEditableData={},
        ui={"completeUrl": sandbox.url},
    )
    made = create_ses(client, ses_alone(authentication=["email", "sms"]) | {"options": asked})
    sandbox.settle()
    page = window(size, scheme, language)
    page.goto(links_of(made)[0])
    assert page.locator("html").get_attribute("lang") == language
    check(page)
    page.click("form[action$='/code'] button")
    page.check("[name=read]")
    page.check("[name=mode][value=drawn]")
    assert not page.locator("#text").is_visible()
    _draw(page)
    page.fill("#code", "000")
    page.click("#sign-form .primary")
    page.wait_for_selector("#code-error")
    check(page)
    # What was drawn is still there, to be seen and to be sent.
    assert page.is_checked("[name=mode][value=drawn]")
    page.wait_for_function(
        "document.getElementById('canvas').getContext('2d').getImageData(0, 0, 600, 180).data.some(Boolean)"
    )
    page.fill("#code", sandbox.messages(kind="email")[0]["otp"])
    page.click("#sign-form .primary")
    page.wait_for_selector("#go-back")
    check(page)
    assert b"/Subtype /Image" in signed_document(client, made)


def _draw(page):
    page.locator("#canvas").scroll_into_view_if_needed()
    area = page.locator("#canvas").bounding_box()
    page.mouse.move(area["x"] + 20, area["y"] + 20)
    page.mouse.down()
    for step in (60, 100, 140):
        page.mouse.move(area["x"] + step, area["y"] + 40 + step % 40)
    page.mouse.up()


def test_a_cleared_drawing_is_none(sandbox, client, window):
    made = create_ses(client, ses_alone() | {"options": options(signatureMode=["drawn"])})
    sandbox.settle()
    page = window("phone")
    page.goto(links_of(made)[0])
    page.click("form[action$='/code'] button")
    _draw(page)
    assert page.input_value("#drawing").startswith("data:image/png;base64,")
    page.click("#clear")
    assert page.input_value("#drawing") == ""
    page.fill("#code", sandbox.messages()[0]["otp"])
    page.click("#sign-form .primary")
    page.wait_for_selector(".field-error")
    check(page)


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_every_page_is_accessible(sandbox, client, window, size, scheme, language):
    long_word = "https://sigillo.example/s/" + "x" * 120
    send(
        sandbox,
        "anna@example.it",
        subject="Invito a firmare: contratto di locazione",
        text=long_word,
        html=HOSTILE,
    )
    sandbox.fault("slow", path="nowhere", times=3)
    sandbox.subscribe(requests=5)
    people = [
        create_fes(client, fes_request(title="Contratto di locazione dell'appartamento")) for _ in range(4)
    ]
    half = create_ses(client, ses_request())
    sandbox.settle()
    refused, expired, failed, open_one = people
    sandbox.refuse(links_of(refused)[0])
    sandbox.move(expired["id"], "expire")
    sandbox.move(failed["id"], "fail")
    sandbox.sign(links_of(half)[0])
    sandbox.set(validation_delay=1000)
    waiting = create_ses(client)
    message = sandbox.messages(to="anna@example.it", subject="Invito")[0]["id"]
    page = window(size, scheme, language)
    for address in ("/", "/inbox/", "/inbox/?to=nobody", f"/inbox/{message}/", "/control/", "/nowhere"):
        page.goto(f"{sandbox.url}{address}")
        check(page)
    for made in (refused, expired, failed, open_one, half, waiting):
        page.goto(links_of(made)[0])
        check(page)


def test_a_desk_that_refuses_is_accessible(sandbox, window):
    page = window("phone", "dark")
    page.goto(f"{sandbox.url}/control/")
    page.fill("#knob-otp_length", "99")
    page.click("text=Keep the switches")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("#knob-otp_length") == "99"
    check(page)
    page.fill("#knob-otp_length", "8")
    page.click("text=Keep the switches")
    page.wait_for_selector("[role=status]")
    check(page)
    assert sandbox.http.get("/settings").json()["otp_length"] == 8


def test_a_hostile_mail_does_nothing(sandbox, window):
    send(sandbox, "anna@example.it", html=HOSTILE)
    page = window()
    page.goto(f"{sandbox.url}/inbox/{sandbox.messages()[0]['id']}/")
    mail = page.frame_locator("iframe.mail")
    mail.locator("b", has_text="Anna").wait_for()
    assert page.frames[1].title() == "Message"
    assert mail.locator("script, form, input, iframe, svg, [onclick]").count() == 0
    assert mail.locator("p").evaluate("p => getComputedStyle(p).color") == "rgb(255, 0, 0)"


def test_new_messages_appear_by_themselves(sandbox, window):
    page = window()
    page.goto(f"{sandbox.url}/inbox/")
    send(sandbox, "anna@example.it", subject="Fresh from the press")
    page.wait_for_selector("text=Fresh from the press")


def test_a_page_that_waits_for_its_document_goes_on_by_itself(sandbox, client, window):
    sandbox.set(validation_delay=1000)
    page = window()
    page.goto(links_of(create_ses(client))[0])
    assert "The document is being prepared" in page.inner_text("main")
    sandbox.advance(1001)
    page.wait_for_selector("form[action$='/code']")


def test_the_first_generation_leads_back_by_itself(sandbox, client, window):
    definition = {"name": "a", "redirectSuccess": {"url": f"{sandbox.url}/inbox/", "auto": True}}
    interface = unwrapped(client.post("/firma_elettronica_ui", json=definition).json())["id"]
    made = create_fes(client, fes_request(ui=interface))
    sandbox.settle()
    page = window("phone")
    page.goto(links_of(made)[0])
    page.click("form[action$='/code'] button")
    page.fill("#code", sandbox.messages(kind="sms")[0]["otp"])
    page.click("#sign-form .primary")
    page.wait_for_url("**/inbox/")
