"""What staff look at in a review: the data as they were typed, what the checks say of them today, and the papers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from documents.pictures import REMARKS as PICTURE_REMARKS

from . import steps
from .flows.attach import files_of
from .flows.check import findings_of
from .flows.pages import names_of
from .flows.review import digests_of
from .models import Order, OrderFile, Review
from .signed_form import REMARKS as FORM_REMARKS
from .summary import Section, summary_of

Kind = OrderFile.Kind
# What is shown beside the data: the ID document in one PDF, and the signed form.
SHOWN = (Kind.ID_JOINED, Kind.FORM_SIGNED)


@dataclass(frozen=True)
class Remark:
    """Something that the checks noticed. ``reason`` is what the customer said when they confirmed it all the same."""

    about: str
    text: str
    is_error: bool
    is_confirmed: bool
    reason: str


@dataclass(frozen=True)
class Sheet:
    """One review. ``digests`` names exactly the papers that are looked at."""

    sections: Sequence[Section]
    remarks: Sequence[Remark]
    papers: Sequence[OrderFile]
    paper_remarks: Sequence[str]
    signers: Sequence[str]
    digests: dict[str, str]
    earlier: Sequence[Review]


def sheet_of(order: Order) -> Sheet:
    """All that there is to look at, in the reader's language."""
    files = files_of(order)
    return Sheet(
        sections=summary_of(order),
        remarks=list(_remarks(order)),
        papers=[files[kind] for kind in SHOWN if kind in files],
        paper_remarks=list(_paper_remarks(files)),
        signers=_signers(order, files.get(Kind.FORM_SIGNED)),
        digests=digests_of(order),
        earlier=list(order.reviews.select_related("by")),
    )


def _remarks(order: Order) -> Iterator[Remark]:
    details = order.details
    for step in names_of(order):
        values: dict[str, Any] = details.get(step) or {}
        confirmed = set(values.get("confirmed") or ())
        for finding in findings_of(order, step, details):
            is_confirmed = finding.key in confirmed
            reason = str(values.get("confirmation_reason") or "") if is_confirmed else ""
            yield Remark(
                steps.title_of(order, step), str(finding.message), finding.is_error, is_confirmed, reason
            )


def _paper_remarks(files: dict[str, OrderFile]) -> Iterator[str]:
    known = {**PICTURE_REMARKS, **FORM_REMARKS}
    for kind in (Kind.ID_FRONT, Kind.ID_BACK, Kind.FORM_SIGNED):
        if kind in files:
            yield from (
                gettext("%(label)s: %(text)s")
                % {"label": capfirst(files[kind].get_kind_display()), "text": known[code]}
                for code in files[kind].remarks
                if code in known
            )


def _signers(order: Order, form: OrderFile | None) -> list[str]:
    """Whose signatures the form carries, as its certificates said when it came."""
    if form is None:
        return []
    came = order.events.filter(kind="form_uploaded").order_by("-number")
    return next((list(event.data["signers"]) for event in came if event.data["sha256"] == form.sha256), [])
