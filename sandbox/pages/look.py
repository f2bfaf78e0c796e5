"""How a customer wants their signing page: `options.ui` of eSignature, or an interface of the first generation.

Not played: the first generation's `style`, `fonts`, `defaultZoom` and pop-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..api.esignature import COLOURS
from ..api.intake import is_url
from ..models import Generation, Interface, Procedure
from .words import LANGUAGES

# The first generation's labels, and which of our words they stand for; later ones win.
_LABELS = {
    "header-bar-title": "page_title",
    "button-refuse": "refuse",
    "button-refuse-confirm": "refuse_now",
    "button-sign": "sign_now",
    "button-sign-confirm": "sign_now",
    "alert-informations": "code_explained",
    "alert-signed": "done_text",
    "alert-finished": "done_all",
    "alert-refused": "refused_text",
}
_HOST = re.compile(r"[\w.-]+(:\d+)?\Z")
_MODES = {"name": "typed", "draw": "drawn"}


@dataclass(frozen=True)
class Way:
    """Where a button leads; "" is nowhere."""

    url: str = ""
    target: str = ""
    is_automatic: bool = False


@dataclass(frozen=True)
class Look:
    """Everything of a signing page that its customer chooses."""

    modes: list[str]
    complete: Way = Way()
    cancel: Way = Way()
    failed: Way = Way()
    has_header: bool = True
    has_sidebar: bool = True
    shows_people: bool = False
    may_open: bool = True
    may_download: bool = True
    asks_why: bool = True
    must_read: bool = False
    logo: str = ""
    colours: dict[str, str] = field(default_factory=dict)
    ancestors: list[str] = field(default_factory=list)
    editable: frozenset[str] = frozenset()
    languages: tuple[str, ...] = LANGUAGES
    default_language: str = "en"
    labels: list[dict[str, Any]] = field(default_factory=list)

    def words(self, language: str) -> dict[str, str]:
        """The customer's own words in this language, under our keys."""
        texts = {str(one.get("name")): _text_of(one, language) for one in self.labels}
        return {ours: texts[theirs] for theirs, ours in _LABELS.items() if texts.get(theirs)}

    def policy(self) -> str:
        """The Content-Security-Policy that this page needs."""
        logo = _origin(self.logo) if is_url(self.logo) else ""
        ancestors = " ".join(self.ancestors) or "'none'"
        return (
            "default-src 'none'; style-src 'self'; script-src 'self'; "
            f"img-src 'self' data: {logo}; connect-src 'self'; frame-src 'self'; object-src 'self'; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
        )


def look_of(procedure: Procedure) -> Look:
    """What was asked for this procedure."""
    if procedure.generation == Generation.ESIGNATURE:
        return _second_generation(procedure.options)
    row = Interface.objects.filter(pk=procedure.interface_id).first() if procedure.interface_id else None
    return _first_generation(row.definition if row else {})


def _second_generation(options: dict[str, Any]) -> Look:
    ui = options.get("ui") or {}
    editable = options.get("userEditableData") or {}
    return Look(
        modes=options.get("signatureMode") or ["typed"],
        complete=_way(ui.get("completeUrl")),
        cancel=_way(ui.get("cancelUrl")),
        has_header=not ui.get("hideHeader"),
        has_sidebar=not ui.get("hideSidebar"),
        may_open=not ui.get("hideDownloadValidated"),
        may_download=not ui.get("hideDownloadSigned"),
        must_read=bool(options.get("signerMustRead")),
        logo=ui["sidebarLogo"] if is_url(ui.get("sidebarLogo")) else "",
        colours={name: ui[name] for name in sorted(COLOURS & set(ui))},
        ancestors=[_origin(one) for one in ui.get("iframeAncestors") or [] if is_url(one) and _origin(one)],
        editable=frozenset(name for name in ("name", "mobile", "email") if editable.get(name, True)),
    )


def _first_generation(asked: dict[str, Any]) -> Look:
    types = asked.get("signImageTypesAvailable") or list(_MODES)
    modes = [ours for theirs, ours in _MODES.items() if isinstance(types, list) and theirs in types]
    languages = tuple(one for one in asked.get("languages") or LANGUAGES if one in LANGUAGES)
    default = asked.get("defaultLanguage", "en")
    logo = asked.get("logo")
    return Look(
        modes=modes or ["typed"],
        complete=_way(asked.get("redirectSuccess")),
        cancel=_way(asked.get("redirectCancel")),
        failed=_way(asked.get("redirectError")),
        has_header=bool(asked.get("enableHeaderBar", True)),
        has_sidebar=bool(asked.get("enableSidebar", True)),
        shows_people=bool(asked.get("enableMemberList", True)),
        may_open=bool(asked.get("enableDocumentDownload", True)),
        may_download=bool(asked.get("enableDocumentDownload", True)),
        asks_why=bool(asked.get("enableRefuseComment", True)),
        logo=logo if isinstance(logo, str) and logo.startswith("data:image/") else "",
        languages=languages or LANGUAGES,
        default_language=default if default in LANGUAGES else "en",
        labels=asked.get("labels") or [],
    )


def _way(given: Any) -> Way:
    if isinstance(given, dict):
        url, target = given.get("url"), str(given.get("target") or "_top")
        return Way(url, target, bool(given.get("auto"))) if is_url(url) else Way()
    return Way(given) if is_url(given) else Way()


def _text_of(label: dict[str, Any], language: str) -> str:
    texts = label.get("languages")
    text = texts.get(language) if isinstance(texts, dict) else ""
    return text if isinstance(text, str) else ""


def _origin(url: str) -> str:
    """Scheme, host and port; "" for a host that would be more than one in a policy."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}" if _HOST.match(place) else ""
