"""Papers of an order: the signed form and the ID document (contract, section 4.5)."""

from __future__ import annotations

from ..models import Blob
from ..order_models import Order
from .files import digests

# The provider's names of papers, and the fields that keep them.
FIELDS = {"modulo": "form", "documento": "document"}


def keep_paper(order: Order, name: str, content: bytes, filename: str) -> None:
    """Keep one paper; an earlier one is replaced. The caller saves the order."""
    sha256 = digests(content)[1]
    Blob.objects.get_or_create(sha256=sha256, defaults={"content": content})
    field = FIELDS[name]
    setattr(order, f"{field}_sha256", sha256)
    setattr(order, f"{field}_name", filename[:300])


def read_paper(order: Order, name: str) -> tuple[str, bytes] | None:
    """Name and bytes of a paper that has come, by our word for it: form | document."""
    if name not in FIELDS.values() or not getattr(order, f"{name}_sha256"):
        return None
    blob = Blob.objects.filter(sha256=getattr(order, f"{name}_sha256")).first()
    return (getattr(order, f"{name}_name"), bytes(blob.content)) if blob else None
