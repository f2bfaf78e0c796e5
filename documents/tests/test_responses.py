"""Files are handed out as what they are, and never as a page of ours."""

from documents.responses import file_response


def test_a_download_is_a_download_with_its_name() -> None:
    response = file_response(b"%PDF-1", 'Contratto "è".pdf', "application/pdf")
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Contratto")
    assert response["Content-Type"] == "application/pdf"
    assert response.content == b"%PDF-1"


def test_a_document_can_be_shown_in_place() -> None:
    assert file_response(b"", "a.pdf", "application/pdf", is_inline=True)["Content-Disposition"].startswith(
        "inline"
    )


def test_no_browser_guesses_runs_or_keeps_it() -> None:
    response = file_response(b"<script>", "a.html", "text/html")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cache-Control"] == "private, no-store"


def test_a_name_cannot_add_a_header() -> None:
    disposition = file_response(b"", "a\r\nX-Evil: 1.pdf", "application/pdf")["Content-Disposition"]
    assert "\n" not in disposition
    assert "\r" not in disposition
