"""A signature is bought, years pass, and it is renewed in time: everything on a clock that is moved.

On a stack of its own, since nobody can move the clock back.
"""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from .order_steps import MARIO, begin, fill, go_on, newest_message, open_codes, order_it, wait_for
from .stack import running_stack
from .steps import PATIENCE_SECONDS, check_accessibility, log_in

pytestmark = pytest.mark.slow
TWO_YEARS = 730
# Of three years, a bit more than the last eighty days are left then.
TO_THE_WINDOW = 282


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running_stack(tmp_path_factory.mktemp("later")) as running:
        yield running


def certificate_page(page: Any) -> None:
    page.goto("/certificates/calendar/")
    check_accessibility(page)
    page.click("main a:has-text('Mario Rossi') >> nth=0")
    page.wait_for_selector("#now")


def mails_about(stack: Any, certificate: str) -> list[dict[str, Any]]:
    """To whoever ordered, with the way to the certificate's page, in whichever language."""
    page = urlsplit(certificate).path
    mails = stack.sandbox.messages(to="giulia@bottega.example", kind="email")
    return [mail for mail in mails if any(page in link for link in mail["links"])]


def first_mail_about(stack: Any, certificate: str, page: Any) -> dict[str, Any]:
    """Once the worker has come up at the new time and looked around: on a busy machine that takes a while."""
    deadline = time.monotonic() + 4 * PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := mails_about(stack, certificate):
            return found[0]
        page.wait_for_timeout(200)
    raise AssertionError("nobody was reminded of the renewal")


def test_a_signature_is_renewed_years_later(stack, open_window):
    page = open_window()
    log_in(page, "giulia@bottega.example")
    begin(page, "FIRREM_VIDEO")
    fill(page, **MARIO)
    go_on(page, "options")
    go_on(page, "review")
    order_it(page)
    wait_for(page, "The holder: be identified by the maker")
    holder = open_window("phone")
    holder.goto(stack.sandbox.orders(code="FIRREM_VIDEO")["newest"][0]["identification_link"])
    holder.click("button")
    wait_for(page, "Fulfilled by the maker")
    certificate_page(page)
    page.wait_for_selector("text=It can be renewed from")
    assert page.locator("button:has-text('Renew')").count() == 0
    certificate = page.url

    stack.move_clock(TWO_YEARS)
    log_in(page, "giulia@bottega.example")
    certificate_page(page)
    page.wait_for_selector("text=It can be renewed from")
    assert page.locator("button:has-text('Renew')").count() == 0
    assert mails_about(stack, certificate) == []

    stack.move_clock(TO_THE_WINDOW)
    log_in(page, "giulia@bottega.example")
    page.goto(first_mail_about(stack, certificate, page)["links"][0])
    page.wait_for_selector("text=It can be renewed until")
    since = newest_message(stack)
    check_accessibility(page)
    page.click("button:has-text('Renew')")
    page.wait_for_url("**/form/review/")
    order_it(page)
    wait_for(page, "The holder: use the renewal code at the maker")
    open_codes(stack, holder, "Renewal code", since)
    holder.click("button:has-text('It is renewed')")
    holder.wait_for_selector("text=nothing more is to be done")
    page.goto(certificate)
    page.click("a:has-text('Valid until')")
    page.wait_for_selector("dt:text-is('Renewed so far') + dd:text-is('1 time')")
    check_accessibility(page)
