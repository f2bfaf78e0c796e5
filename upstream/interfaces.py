"""The first generation's signing page: `/firma_elettronica_ui` (contract, section 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import answers


@dataclass(frozen=True)
class InterfaceDefinition:
    """How the first generation's signing page looks, and where it leads afterwards ("" = nowhere)."""

    name: str
    description: str = ""
    languages: tuple[str, ...] = ("it", "en", "fr")
    default_language: str = "it"
    complete_url: str = ""
    cancel_url: str = ""
    error_url: str = ""
    may_download: bool = True
    asks_why_refused: bool = True
    style: str = ""

    def body(self) -> dict[str, Any]:
        """The body of `POST /firma_elettronica_ui`."""
        redirects = {
            "redirectSuccess": self.complete_url,
            "redirectCancel": self.cancel_url,
            "redirectError": self.error_url,
        }
        return {
            "name": self.name,
            "description": self.description,
            "languages": list(self.languages),
            "defaultLanguage": self.default_language,
            "enableDocumentDownload": self.may_download,
            "enableRefuseComment": self.asks_why_refused,
            # Signers are not shown each other's addresses.
            "enableMemberList": False,
            "enableActivities": False,
            **({"style": self.style} if self.style else {}),
            **{name: {"url": url, "target": "_top", "auto": True} for name, url in redirects.items() if url},
        }


@dataclass(frozen=True)
class Interface:
    """A signing page kept at the provider."""

    reference: str
    name: str
    description: str


def read_interface(row: Mapping[str, Any]) -> Interface:
    """An interface from an answer."""
    return Interface(
        answers.identifier(row), answers.text(row.get("name")), answers.text(row.get("description"))
    )
