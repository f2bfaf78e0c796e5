"""Filters of our templates."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ..flows.links import link_of
from ..models import Signer

register = template.Library()
_LINK = re.compile(r"https?://[^\s<>\"']+")


@register.filter
def moment(value: datetime | None) -> str:
    """A time to the second, in UTC."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""


@register.filter
def euro(value: Decimal) -> str:
    """A sum with at least two decimals."""
    text = f"{value:f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"{whole}.{cents:0<2} EUR"


@register.filter
def clickable(text: str) -> SafeString:
    """Text with its addresses as links, everything else escaped."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        link = found.group().rstrip(".,;:)]")
        parts.append(escape(text[at : found.start()]))
        parts.append(f'<a href="{escape(link)}" rel="noreferrer">{escape(link)}</a>')
        at = found.start() + len(link)
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))


@register.filter
def told(fault: dict[str, Any]) -> str:
    """A waiting fault in a line."""
    parts = [str(fault["fault"])]
    where = f"{fault['method']} {fault['path']}".strip()
    parts += [f"for {where}"] if where else []
    left = fault["times"]
    parts += ["until switched off" if left <= 0 else "once" if left == 1 else f"{left} times"]
    return ", ".join([*parts, f"met so far: {fault['hits']}"])


@register.filter
def signing_page(signer: Signer) -> str:
    """The address of a signer's page."""
    return link_of(signer)


@register.filter
def spoken(name: str) -> str:
    """`otp_attempts` as `otp attempts`."""
    return name.replace("_", " ")
