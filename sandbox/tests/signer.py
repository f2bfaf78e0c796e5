"""A signer with a browser of their own, as far as forms and cookies go."""

from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx

from sandbox.testing import SandboxHandle


class Forms(HTMLParser):
    """The forms of a page with what stands in their fields, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.links: list[dict[str, str | None]] = []
        self._current: dict[str, str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._current = self.forms.setdefault(given.get("action") or "", {})
        elif tag == "a":
            self.links.append(given)
        elif tag in {"input", "textarea"} and self._current is not None and given.get("name"):
            is_choice = given.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in given:
                self._current[str(given["name"])] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._current = None


class Signer:
    """Somebody at their signing page."""

    def __init__(self, sandbox: SandboxHandle, link: str, language: str = "en") -> None:
        self._sandbox = sandbox
        self._link = link
        self._http = httpx.Client(follow_redirects=True, timeout=30, verify=False)
        self._http.headers.update({"Accept-Language": language, "User-Agent": "Browser of Anna"})
        self.page = self._http.get(link)

    @property
    def text(self) -> str:
        """What the page says."""
        return unescape(self.page.text)

    @property
    def forms(self) -> Forms:
        """The forms of the page."""
        return Forms(self.page.text)

    def open(self, part: str = "") -> httpx.Response:
        """The page again, or something beside it."""
        answer = self._http.get(f"{self._link}{part}")
        if not part:
            self.page = answer
        return answer

    def submit(self, part: str, **typed: Any) -> httpx.Response:
        """Send one of the page's forms, with what stands in it and what is typed over it."""
        [fields] = [fields for action, fields in self.forms.forms.items() if action.endswith(part)]
        return self.post(part, fields | typed)

    def post(self, part: str, fields: dict[str, Any]) -> httpx.Response:
        """Send a form of an earlier page, too."""
        self.page = self._http.post(f"{self._link}{part}", data=fields)
        return self.page

    def ask_for_code(self, **typed: Any) -> str:
        """Have a code sent; the code that arrived."""
        before = {message["id"] for message in self._sandbox.messages()}
        self.submit("/code", **typed)
        fresh = [message for message in self._sandbox.messages() if message["id"] not in before]
        return str(fresh[0]["otp"]) if fresh else ""

    def close(self) -> None:
        """Leave."""
        self._http.close()
