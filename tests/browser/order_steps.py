"""What people do with orders of qualified signatures, in words that a story can use."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from documents.tests import signing

from .stack import Stack
from .steps import PATIENCE_SECONDS, check_accessibility

MARIO = {
    "given_name": "Mario", "surname": "Rossi", "tax_code": "rssmra85c15h501r", "email": "mario.rossi@example.it",
    "mobile": "333 1234567",
}  # fmt: skip
ADDRESS = re.compile(r"/codes/[\w-]{20,}/")


def begin(page: Any, code: str, need: str = "new") -> None:
    """Find the product in the shop by answering, and order it."""
    page.goto("/certificates/shop/")
    # The catalogue is read by the worker, some seconds after the first start.
    for _ in range(30):
        if page.locator(".product").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    if need != "new":
        page.check(f"[name=need][value={need}]")
        page.wait_for_url(f"**need={need}**")
    check_accessibility(page)
    page.click(f".product:has(input[value={code}]) button")
    page.wait_for_url("**/form/**")


def go_on(page: Any, to: str) -> None:
    check_accessibility(page)
    page.click("button:has-text('Save and go on')")
    try:
        page.wait_for_url(f"**/form/{to}/")
    except PlaywrightError as error:
        raise AssertionError(f"not gone on to {to}: {page.inner_text('main')}") from error


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def person_to_document(page: Any) -> None:
    fill(page, **MARIO)
    go_on(page, "birth")
    assert page.input_value("[name=birth_place]") == "Roma"
    go_on(page, "residence")
    fill(page, street="Via dei Mille 12", municipality="Firenze", postal_code="50131")
    go_on(page, "document")
    page.check("[value=cie]")
    fill(page, document_number="CA12345BB", document_issuer="Comune di Firenze")
    fill(page, document_issued_on="2024-05-06", document_expires_on="2034-03-15")
    go_on(page, "pictures")


def upload(page: Any, kind: str, data: bytes, name: str = "photo.jpg") -> None:
    side = f"section[aria-labelledby=side-{kind}]"
    page.set_input_files(f"{side} input[name=file]", {"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.wait_for_selector(f"{side} .side__picture img")


def order_it(page: Any) -> None:
    """Tick what is to be ticked, and buy."""
    for box in page.locator(".order-form [type=checkbox]").all():
        box.check()
    page.click("button:has-text('Order for')")
    page.wait_for_url(re.compile(r"/certificates/[\w-]{36}/$"))


def wait_for(page: Any, text: str) -> None:
    """The page follows by itself: nobody reloads it."""
    page.wait_for_selector(f"#live :text('{text}')", timeout=2000 * PATIENCE_SECONDS)
    check_accessibility(page)


def reference_of(stack: Stack, code: str) -> str:
    """The newest order of a product at the provider."""
    return str(stack.sandbox.orders(code=code)["newest"][0]["id"])


def sign_the_form(page: Any) -> None:
    """Download the form, sign it with a program of one's own, and upload it again."""
    page.click("a:has-text('Go to the papers')")
    page.wait_for_url("**/papers/")
    page.wait_for_selector("a:has-text('Download the form')", timeout=2000 * PATIENCE_SECONDS)
    check_accessibility(page)
    with page.expect_download() as download:
        page.click("a:has-text('Download the form')")
    with open(download.value.path(), "rb") as form:
        signed = _signed(form.read())
    page.set_input_files(
        "[name=signed]", {"name": "modulo.pdf", "mimeType": "application/pdf", "buffer": signed}
    )
    page.click("button:has-text('Upload the signed form')")
    page.wait_for_selector("text=Signed digitally")


def _signed(form: bytes) -> bytes:
    """Signed in a thread of its own: where the browser's event loop runs, no other may."""
    with ThreadPoolExecutor(1) as outside:
        return outside.submit(signing.sign, form, "Mario Rossi").result()


def hand_in(page: Any) -> None:
    page.click("button:has-text('Hand in the papers')")
    page.wait_for_selector("text=The papers are with us")


def approve(staff: Any) -> None:
    """Staff take the first of the queue, look at its papers, and approve them."""
    staff.goto("/staff/signatures/order/?state__exact=in_review")
    staff.click("#result_list tbody tr:first-child th a")
    staff.click("a:has-text('Check the papers')")
    staff.wait_for_selector("[data-viewer-pages] canvas")
    staff.check("[name=decision][value=approve]")
    staff.click("button:has-text('Decide')")
    staff.wait_for_selector("text=Decided.")


def traces_of(stack: Stack, secrets: dict[str, str]) -> list[str]:
    """Which of these secrets stand anywhere in the portal's database, files, logs or messages."""
    kept = [path.read_bytes() for path in stack.folder.glob("*") if path.is_file()]
    kept += [path.read_bytes() for path in (stack.folder / "archive").rglob("*") if path.is_file()]
    ours = [one for one in stack.sandbox.messages() if "@sigillo" in one["from"] or one["kind"] == "sms"]
    assert ours
    kept += [f"{one['subject']} {one['text']} {one['html']}".encode() for one in ours]
    return [name for name, value in secrets.items() if any(value.encode() in one for one in kept)]


def newest_message(stack: Stack) -> int:
    """What ``open_codes`` must look behind."""
    return max((message["id"] for message in stack.sandbox.messages()), default=0)


def open_codes(stack: Stack, holder: Any, wanted: str, since: int) -> None:
    """The holder opens the address in the mail that came after ``since``, gets an SMS, and reads their codes once."""
    mail = _message(stack, to="mario.rossi@example.it", kind="email", since=since, holding=ADDRESS)
    holder.goto(next(link for link in mail["links"] if ADDRESS.search(link)))
    check_accessibility(holder)
    holder.click("button:has-text('Send me the code')")
    holder.wait_for_selector("[name=code]")
    check_accessibility(holder)
    message = _message(stack, to="+393331234567", kind="sms", since=mail["id"])
    holder.fill("[name=code]", message["otp"])
    holder.click("button:has-text('Open, once')")
    holder.wait_for_selector(f".codes :text('{wanted}')")
    check_accessibility(holder)


def _message(stack: Stack, holding: re.Pattern[str] | None = None, **wanted: Any) -> dict[str, Any]:
    """The newest message of this kind, once there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for message in stack.sandbox.messages(**wanted):
            if holding is None or any(holding.search(link) for link in message["links"]):
                return dict(message)
        time.sleep(0.1)
    raise AssertionError(f"no message: {wanted}")
