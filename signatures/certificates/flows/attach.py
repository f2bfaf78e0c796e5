"""Take in the pictures of an ID document: made clean, kept, and joined into the one PDF that goes to the maker."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.identity.document_rules import DocumentKind
from customers.models import User
from documents import inspection, pictures
from documents.flows.store import read, store
from documents.inspection import Refused
from documents.picture_process import MAX_PAGES as MOST_PAGES
from documents.pictures import PictureRefused

from ..models import Order, OrderFile
from ..models.papers import OrderFileQuerySet
from .state import Actor, NotPossible, locked, tell

Kind = OrderFile.Kind
SIDES = (Kind.ID_FRONT, Kind.ID_BACK)
PDF, JPEG = "application/pdf", "image/jpeg"
# One page says it all.
ONE_SIDED = {DocumentKind.PASSPORT, DocumentKind.FOREIGN_PASSPORT}


class TwiceTheSame(Refused):
    """Front and back are one picture."""

    @property
    def message(self) -> str:
        return str(
            _("This is the same picture as of the other side. Turn the document over and take the back.")
        )


def attach(order: Order, kind: str, data: bytes, filename: str, user: User, ip: str) -> OrderFile:
    """Keep a picture (JPEG, PNG, WEBP, HEIC) or a PDF of a side, in place of an earlier one.

    Raises ``Refused`` (with a message for people), ``InspectionFailed`` where this machine is at fault, and
    ``NotPossible`` when the order takes no papers any more.
    """
    if not order.takes_papers:
        raise NotPossible
    clean, media_type, pages, remarks = _cleaned(data)
    other = _current(order).filter(kind__in=SIDES).exclude(kind=kind).first()
    if other and other.sha256 == hashlib.sha256(clean).hexdigest():
        raise TwiceTheSame("twice_the_same")
    if other and other.page_count + pages > MOST_PAGES:
        raise PictureRefused("too_many_pages", {"pages": other.page_count + pages, "most": MOST_PAGES})
    stored = store(order.organisation, clean, media_type)
    with locked(order.pk) as ours:
        if not ours.takes_papers:
            raise NotPossible
        # What was joined of the earlier one goes with it: whatever stops us now, it never stands for the new one.
        replace(ours, kind, Kind.ID_JOINED)
        file = OrderFile.objects.create(
            order=ours,
            kind=kind,
            stored_file=stored,
            filename=_named(filename, media_type),
            media_type=media_type,
            sha256=stored.sha256,
            page_count=pages,
            remarks=list(remarks),
        )
        if not ours.is_draft:
            who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
            tell(ours, "picture_uploaded", **who, what=kind, sha256=stored.sha256)
    _join(order)
    return file


def detach(order: Order, kind: str) -> None:
    """Take a side out again. Raises ``NotPossible``."""
    with locked(order.pk) as ours:
        if not ours.takes_papers:
            raise NotPossible
        replace(ours, kind, Kind.ID_JOINED)
    _join(order)


def files_of(order: Order) -> dict[str, OrderFile]:
    """The order's present files, by kind."""
    return {file.kind: file for file in _current(order).select_related("stored_file")}


def missing_sides(order: Order, files: dict[str, OrderFile]) -> list[str]:
    """The sides of the ID document that are still to be uploaded.

    A passport needs one page; of a card both sides, which one PDF of two pages may hold.
    """
    front, back = files.get(Kind.ID_FRONT), files.get(Kind.ID_BACK)
    is_one_sided = order.details.get("document", {}).get("document_kind") in ONE_SIDED
    has_both = is_one_sided or back is not None or (front is not None and front.page_count > 1)
    return [*([] if front else [Kind.ID_FRONT]), *([] if has_both else [Kind.ID_BACK])]


def _cleaned(data: bytes) -> tuple[bytes, str, int, Sequence[str]]:
    """What is kept of an upload: bytes, media type, pages, and what is remarked."""
    if data.startswith(b"%PDF-"):
        inspection.inspect(data)
        made, pages = pictures.join([data])
        return made, PDF, pages, ()
    picture = pictures.clean(data)
    return picture.data, JPEG, 1, picture.remarks


def _current(order: Order) -> OrderFileQuerySet:
    return OrderFile.objects.current().filter(order=order)


def replace(order: Order, *kinds: str) -> None:
    """Set the present files of these kinds aside, under the order's lock."""
    order.files.filter(kind__in=kinds, replaced_at=None).update(replaced_at=timezone.now())


def _join(order: Order) -> None:
    """Both sides, as they are now, in one PDF. If somebody changes one meanwhile, they join anew."""
    sides = [file for kind in SIDES if (file := files_of(order).get(kind))]
    joined = pictures.join([read(file.stored_file) for file in sides]) if sides else None
    stored = store(order.organisation, joined[0], PDF) if joined else None
    with locked(order.pk) as ours:
        now_there = set(_current(ours).filter(kind__in=SIDES).values_list("pk", flat=True))
        if now_there != {file.pk for file in sides}:
            return
        replace(ours, Kind.ID_JOINED)
        if stored and joined:
            OrderFile.objects.create(
                order=ours, kind=Kind.ID_JOINED, stored_file=stored, filename="documento.pdf", media_type=PDF,
                sha256=stored.sha256, page_count=joined[1],
            )  # fmt: skip


def _named(name: str, media_type: str) -> str:
    """A file's own name without folders and control characters, with the ending of what it is now."""
    clean = "".join(sign for sign in PurePath(name.replace("\\", "/")).name if sign.isprintable()).strip()
    stem = PurePath(clean).stem[:140] or "document"
    return f"{stem}.pdf" if media_type == PDF else f"{stem}.jpg"
