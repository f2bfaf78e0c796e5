"""What people do, in words that a story can use."""

import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from .stack import Stack

PASSWORD = "sigillo-demo"
PATIENCE_SECONDS = 45


def log_in(page: Any, email: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


def check_accessibility(page: Any) -> None:
    """axe finds nothing on the page, once all of it has come: a click waits for its first byte alone."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    told = [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found
        for node in one["nodes"]
    ]
    assert told == [], f"{page.url}\n" + "\n".join(told)


def prepare_envelope(page: Any, title: str, people: list[dict[str, str]], pdf: bytes) -> None:
    """From the home page to the review."""
    page.goto("/")
    page.click("main a:has-text('Send a document to sign')")
    page.wait_for_load_state()
    check_accessibility(page)
    page.set_input_files(
        "[name=document]", {"name": "contract.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    page.fill("[name=title]", title)
    page.fill("[name=message]", "Please sign on the last page.")
    page.click("button:has-text('Go on to the signers')")
    page.wait_for_url("**/signers/")
    for number, person in enumerate(people):
        if number:
            page.click("[data-row-add]")
        for field, value in person.items():
            control = page.locator(f"[name=signers-{number}-{field}]")
            if field in {"otp_channel", "language"}:
                control.select_option(value)
            else:
                control.fill(value)
    check_accessibility(page)
    page.click("button:has-text('Go on to the places')")
    page.wait_for_url("**/places/")
    page.wait_for_selector(".placement__box")
    check_accessibility(page)
    page.click("button:has-text('Go on to the review')")
    page.wait_for_url("**/review/")
    check_accessibility(page)


def invitation_of(stack: Stack, email: str, subject: str = "") -> str:
    """The address in the newest mail to this signer, once it has arrived."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for mail in stack.sandbox.messages(to=email, kind="email", subject=subject):
            for link in mail["links"]:
                if "/s/" in link:
                    return str(link)
        time.sleep(0.1)
    raise AssertionError(f"no invitation to {email}")


def sign(page: Any, stack: Stack, address: str, target: str, kind: str) -> None:
    """Open the invitation, read, go on, get the code, sign, come back."""
    page.goto(address)
    page.wait_for_selector("[data-viewer-pages] canvas")
    check_accessibility(page)
    page.click("button:has-text('Go on to sign')")
    page.wait_for_url("**/sign/*")
    check_accessibility(page)
    page.click("form[action$='/code'] button")
    page.wait_for_selector("#code")
    check_accessibility(page)
    page.fill("#code", stack.sandbox.messages(to=target, kind=kind)[0]["otp"])
    if page.locator("[name=read]").count():
        page.check("[name=read]")
    page.click("#sign-form button.primary")
    page.wait_for_selector("#go-back")
    check_accessibility(page)
    page.click("#go-back")
    page.wait_for_url("**/s/**")
