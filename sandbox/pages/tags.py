"""Filters of our templates."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

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
def as_json(value: Any) -> str:
    """A value as JSON reads."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def spoken(name: str) -> str:
    """`otp_attempts` as `otp attempts`."""
    return name.replace("_", " ")
