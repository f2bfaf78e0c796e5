"""A person's browser without a screen: opens pages, follows links, fills in the forms that it finds.

It knows no address that a page did not show it, and sends only what a form asks for, so what it manages
to do a person can do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx


class Lost(Exception):
    """The page does not offer what was looked for, or answered with an error."""


@dataclass
class Form:
    """A form as it stands on the page, with what is filled in already."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    text: str = ""

    @property
    def names(self) -> set[str]:
        return set(self.values) | set(self.choices) | self.files


class _Reader(HTMLParser):
    """Collects forms, links and texts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.links: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._form: Form | None = None
        self._link: list[str] | None = None
        self._select: str | None = None
        self._textarea: tuple[str, list[str]] | None = None
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "template"}:
            self._skip += 1
        if self._skip:
            return
        if tag == "form":
            self._form = Form(at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self._form)
            self.by_id[at.get("id", "")] = self._form
        elif tag == "a" and "href" in at:
            self._link = [at["href"], ""]
        elif tag in {"input", "button", "select", "textarea", "option"}:
            self._control(tag, at, self.by_id.get(at["form"]) if "form" in at else self._form)

    def _control(self, tag: str, at: dict[str, str], form: Form | None) -> None:
        if form is None:
            return
        name, kind = at.get("name", ""), at.get("type", "text" if tag == "input" else "submit").lower()
        if tag == "option" and self._select:
            form.choices[self._select].append(at.get("value", ""))
            if "selected" in at:
                form.values[self._select] = [at.get("value", "")]
        elif tag == "select" and name:
            self._select = name
            form.choices[name] = []
        elif tag == "textarea" and name:
            self._textarea = (name, [])
        elif tag == "button" or kind in {"submit", "image"}:
            form.buttons.append(
                {"name": name, "value": at.get("value", ""), "formaction": at.get("formaction", "")}
            )
        elif kind == "file":
            form.files.add(name)
        elif kind in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append(at.get("value", "on"))
            if "checked" in at:
                form.values.setdefault(name, []).append(at.get("value", "on"))
        elif name:
            form.values[name] = [at.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template"} and self._skip:
            self._skip -= 1
        elif tag == "form":
            self._form = None
        elif tag == "a" and self._link:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None
        elif tag == "select":
            if self._select and self._form and self._form.choices.get(self._select):
                self._form.values.setdefault(self._select, [self._form.choices[self._select][0]])
            self._select = None
        elif tag == "textarea" and self._textarea and self._form:
            self._form.values[self._textarea[0]] = ["".join(self._textarea[1])]
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        if self._textarea:
            self._textarea[1].append(data)
        self.texts.append(data)
        if self._link:
            self._link[1] += data
        if self._form:
            self._form.text += data


class Page:
    """A page that was opened."""

    def __init__(self, response: httpx.Response) -> None:
        self.url, self.status, self.html = str(response.url), response.status_code, response.text
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join(" ".join(reader.texts).split())

    def form_with(self, *names: str) -> Form:
        """The form that has all these fields. Raises ``Lost``."""
        for form in self.forms:
            if set(names) <= form.names:
                return form
        raise Lost(f"{self.url} has no form with {', '.join(names)}: {self.text[:300]}")

    def form_to(self, part: str) -> Form:
        """The form whose action contains ``part``. Raises ``Lost``."""
        for form in self.forms:
            if part in form.action:
                return form
        raise Lost(f"{self.url} has no form to {part}: {self.text[:300]}")

    def link_to(self, part: str) -> str:
        """The address of the first link that contains ``part``. Raises ``Lost``."""
        for address, _ in self.links:
            if part in address:
                return urljoin(self.url, address)
        raise Lost(f"{self.url} has no link to {part}: {self.text[:300]}")


class Browser:
    """One person's browser, with their cookies and their language."""

    def __init__(self, language: str = "it") -> None:
        self.client = httpx.Client(
            follow_redirects=True,
            timeout=30,
            headers={"Accept-Language": language, "User-Agent": "Sigillo demo"},
        )

    def open(self, address: str) -> Page:
        return self._page(self.client.get(address))

    def download(self, address: str) -> bytes:
        """The bytes behind an address. Raises ``Lost`` when they are refused."""
        response = self.client.get(address)
        if response.status_code != 200:
            raise Lost(f"{address} answered {response.status_code}")
        return response.content

    def submit(
        self,
        page: Page,
        form: Form,
        values: dict[str, Any] | None = None,
        *,
        files: Any = None,
        button: str = "",
    ) -> Page:
        """Send a form with its own values and the given ones, by the button of that name where one is named."""
        data: dict[str, Any] = {name: value for name, value in form.values.items() if value}
        for name, value in (values or {}).items():
            if name not in form.names:
                raise Lost(f"{page.url}: the form has no field {name}, only {sorted(form.names)}")
            data[name] = value
        chosen = next((b for b in form.buttons if b["name"] == button), None) if button else None
        if chosen:
            data[button] = chosen["value"]
        target = urljoin(page.url, (chosen or {}).get("formaction") or form.action)
        if form.method == "get":
            return self._page(self.client.get(target, params=data))
        headers = {"Referer": page.url}
        return self._page(self.client.post(target, data=data, files=files, headers=headers))

    def _page(self, response: httpx.Response) -> Page:
        if response.status_code >= 400:
            raise Lost(f"{response.request.method} {response.url} answered {response.status_code}")
        return Page(response)
