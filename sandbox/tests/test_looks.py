"""How customers of the second generation want the signing page: where it leads, its colours, what it hides."""

import pytest

from .client import options, ses_alone


def ui(**given):
    return ses_alone() | {"options": options(ui=given)}


def test_it_leads_back_to_the_customer(visit):
    anna = visit(
        ui(completeUrl="https://customer.example/done?a=1", cancelUrl="https://customer.example/later")
    )
    assert {"href": "https://customer.example/later", "rel": "noreferrer"} in anna.forms.links
    anna.submit("/sign", code=anna.ask_for_code())
    assert [one["href"] for one in anna.forms.links if one.get("id") == "go-back"] == [
        "https://customer.example/done?a=1"
    ]
    assert "Refresh" not in anna.page.headers


@pytest.mark.parametrize("url", ["google.com", "javascript:alert(1)", "//evil.example", "https://a b/"])
def test_an_address_that_is_none_leads_nowhere(visit, url):
    anna = visit(ui(completeUrl=url, cancelUrl=url))
    assert url not in [one.get("href") for one in anna.forms.links]


def test_colours_and_logo_are_the_customers(visit):
    anna = visit(
        ui(
            buttonBackgroundColor="#123456",
            headerTitleColor="#abcdef",
            sidebarLogo="https://customer.example/logo.png",
        )
    )
    sheet = anna.open("/look.css")
    assert sheet.text == ":root{--look-buttonBackgroundColor:#123456;--look-headerTitleColor:#abcdef;}"
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert 'src="https://customer.example/logo.png"' in anna.page.text
    assert "img-src 'self' data: https://customer.example;" in anna.page.headers["Content-Security-Policy"]


def test_parts_of_the_page_can_be_hidden(visit):
    plain, bare = (
        visit(),
        visit(ui(hideHeader=True, hideSidebar=True, hideDownloadValidated=True, hideDownloadSigned=True)),
    )
    assert 'class="look-header"' in plain.page.text
    assert "Open the document (PDF)" in plain.text
    assert 'class="look-header"' not in bare.page.text
    assert "<h1>Contract</h1>" in bare.page.text
    assert 'class="look-sidebar"' not in bare.page.text
    assert "Open the document (PDF)" not in bare.text
    for signer, can in ((plain, True), (bare, False)):
        signer.submit("/sign", code=signer.ask_for_code())
        assert ("Download the signed document" in signer.text) == can


def test_only_whom_the_customer_names_may_frame_the_page(visit):
    policy = visit().page.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'none'")
    assert "script-src 'self'" in policy
    named = visit(
        ui(
            iframeAncestors=[
                "https://customer.example/a",
                "https://x;script-src",
                "nonsense",
                "http://b.example:8000",
            ]
        )
    )
    assert named.page.headers["Content-Security-Policy"].endswith(
        "frame-ancestors https://customer.example http://b.example:8000"
    )


def test_titles_and_names_are_shown_as_text(visit):
    anna = visit(
        ses_alone(name="<b>Anna</b>") | {"title": "<script>alert(1)</script>", "description": "<i>d</i>"}
    )
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in anna.page.text
    assert "<script>alert" not in anna.page.text
    assert "<b>Anna" not in anna.page.text
    assert "<i>d" not in anna.page.text
