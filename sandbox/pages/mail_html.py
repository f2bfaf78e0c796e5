"""Other people's HTML made harmless: no scripts, no forms, no frames; its styles under one nonce."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_DROPPED_WHOLE = {
    "script",
    "iframe",
    "object",
    "noscript",
    "template",
    "svg",
    "math",
    "title",
}
_DROPPED = {"base", "meta", "link", "embed", "form", "input", "button"}
_VOID = {"area", "br", "col", "hr", "img", "wbr"}
_HARMLESS_LINK = re.compile(r"(https?:|mailto:|tel:|#)", re.IGNORECASE)


class _Tamer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.rules: list[str] = []
        self.language = "en"
        self._inside: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs).get("lang") or "en"
        if tag == "style":
            self._is_style = True
        elif tag in _DROPPED_WHOLE or self._inside:
            self._inside.append(tag)
        elif tag not in _DROPPED and tag not in {"html", "head", "body"}:
            self.out.append(f"<{tag}{self._attributes(tag, attrs)}>")
        elif tag == "body":
            self.out.append(f"<div{self._attributes(tag, attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._is_style = False
        elif self._inside:
            if tag in self._inside:
                del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]
        elif tag == "body":
            self.out.append("</div>")
        elif tag not in _VOID | _DROPPED | {"html", "head"}:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._is_style:
            self.rules.append(data.replace("</", "< /"))
        elif not self._inside:
            self.out.append(escape(data, quote=False))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        kept = []
        for name, value in attrs:
            value = value or ""
            if name == "style":
                mark = f"s{len(self.rules)}"
                self.rules.append(f'[data-style="{mark}"]{{{re.sub("[{}<]", "", value)}}}')
                kept.append(("data-style", mark))
            elif (
                name.startswith("on")
                or name
                in {
                    "srcdoc",
                    "action",
                    "formaction",
                    "target",
                    "rel",
                    "data-style",
                }
                or (name in {"href", "src", "background"} and not _is_harmless(name, value))
            ):
                continue
            else:
                kept.append((name, value))
        if tag == "a":
            kept += [("target", "_blank"), ("rel", "noopener noreferrer")]
        return "".join(
            f' {name}="{escape(value)}"' for name, value in kept if re.fullmatch(r"[a-zA-Z_:-][\w:-]*", name)
        )


def _is_harmless(name: str, value: str) -> bool:
    if name == "href":
        return bool(_HARMLESS_LINK.match(value.strip()))
    return value.strip().lower().startswith("data:image/")


def tame(html: str, nonce: str) -> str:
    """A page of its own that shows this HTML and can do nothing."""
    tamer = _Tamer()
    tamer.feed(html)
    tamer.close()
    style = "\n".join(tamer.rules)
    return (
        f'<!doctype html><html lang="{escape(tamer.language)}"><head><meta charset="utf-8"><title>Message</title>'
        f'<style nonce="{nonce}">html{{background:#fff;color:#111;font-family:sans-serif}}\n{style}</style></head>'
        f"<body><main>{''.join(tamer.out)}</main></body></html>"
    )
