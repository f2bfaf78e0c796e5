"""What was done to a PDF of ours before somebody signed it: an empty field filled in, or something else?

A signature says that nobody has changed the file since. What was put on top of ours before, it vouches for as well.
pyHanko compares revisions too, but from a first signature on: it expects the older one to have a form already.
"""

import io
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

log = logging.getLogger(__name__)

# What signing adds to the document, to a page and to a field.
OF_DOCUMENT = {"/AcroForm", "/DSS", "/Extensions", "/Perms", "/Metadata", "/Version"}
OF_PAGE = {"/Annots", "/LastModified", "/Tabs"}
OF_FIELD = {"/V", "/AP", "/AS", "/M"}
# A field within a field within a field …
DEEPEST = 20


def is_changed(signed: bytes, original: bytes) -> bool:
    """Whether anything but signatures, and values of fields that were empty, was put on top of the original.

    True where that cannot be told: a hostile file may break whatever looks at it.
    """
    try:
        given = PdfFileReader(io.BytesIO(original), strict=False).xrefs.total_revisions
        reader = PdfFileReader(io.BytesIO(signed), strict=False)
        return _Comparison(reader, given - 1).has_change()
    except Exception as error:
        log.info("changes cannot be told: %s: %s", type(error).__name__, error)
        return True


class _Comparison:
    """A file as it is, and as it was at an earlier revision."""

    def __init__(self, reader: PdfFileReader, revision: int) -> None:
        self.now, self.revision = reader, revision
        self.was: HistoricalResolver = reader.get_historical_resolver(revision)
        form = _at(self.was.root, "/AcroForm", {})
        pages = list(_pages(self.was.root["/Pages"]))
        # What signing makes longer, and what only tells about the file; what is added to pages is looked at by itself.
        grow = [(page, "/Annots") for page in pages]
        grow += [(form, "/Fields"), (self.was.root, "/AcroForm"), (self.was.trailer_view, "/Info")]
        self.free = set(_refs(holder.raw_get(key) for holder, key in grow if key in holder))

    def has_change(self) -> bool:
        """Whether one of the old objects is another now, or a page shows more than it did."""
        if self.now.root_ref.idnum != self.was.root_ref.idnum:
            return True
        xrefs = self.now.xrefs
        later = range(self.revision + 1, xrefs.total_revisions)
        touched = {ref for number in later for ref in xrefs.explicit_refs_in_revision(number)}
        old = [ref for ref in touched if xrefs.get_historical_ref(ref, self.revision) is not None]
        return any(not self._may_differ(ref) for ref in old) or self._shows_more()

    def _may_differ(self, ref: Any) -> bool:
        was, now = self.was(ref), self.now.get_object(ref)
        place = (ref.idnum, ref.generation)
        if _written(was) == _written(now) or place in self.free:
            return True
        if isinstance(was, StreamObject) or not isinstance(was, DictionaryObject):
            return isinstance(was, StreamObject) and _at(was, "/Type") == "/Metadata"
        if not isinstance(now, DictionaryObject):
            return False
        changed = {key for key in {*was, *now} if _entry(was, key) != _entry(now, key)}
        if ref == self.now.root_ref:
            return changed <= OF_DOCUMENT
        if _at(was, "/Type") == "/Page":
            return changed <= OF_PAGE
        is_field = "/FT" in was or _at(was, "/Subtype") == "/Widget"
        return is_field and changed <= OF_FIELD and not _inherited(was, "/V")

    def _shows_more(self) -> bool:
        """Whether something lies on a page now that is no signature's, or is gone from it."""
        for was, now in zip(_pages(self.was.root["/Pages"]), _pages(self.now.root["/Pages"]), strict=True):
            before = list(_refs(_at(was, "/Annots", ())))
            after = list(_refs(_at(now, "/Annots", ())))
            if len(after) != len(_at(now, "/Annots", ())) or not set(before) <= set(after):
                return True
            added = [self.now.get_object(Reference(*ref)) for ref in set(after) - set(before)]
            if any(_inherited(one, "/FT") != "/Sig" for one in added):
                return True
        return False


def _pages(node: Any, depth: int = 0) -> Iterator[Any]:
    """The pages below a node of the page tree."""
    if "/Kids" not in node:
        yield node
    elif depth < DEEPEST:
        for kid in node["/Kids"]:
            yield from _pages(kid.get_object(), depth + 1)


def _refs(values: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """Numbers of the objects that are referred to."""
    raw = (
        (values.raw_get(place) for place in range(len(values))) if isinstance(values, ArrayObject) else values
    )
    for value in raw:
        if isinstance(value, IndirectObject):
            yield value.idnum, value.generation


def _inherited(field: Any, key: str) -> Any:
    """A field's own entry, or the nearest one above it."""
    for _depth in range(DEEPEST):
        if (found := _at(field, key)) not in (None, ""):
            return found
        if "/Parent" not in field:
            return None
        field = field["/Parent"]
    return None


def _at(holder: Any, key: str, default: Any = None) -> Any:
    """An entry itself, whether it stands there or elsewhere."""
    try:
        return holder[key]
    except KeyError:
        return default


def _entry(holder: DictionaryObject, key: str) -> bytes:
    return _written(holder.raw_get(key)) if key in holder else b""


def _written(value: Any) -> bytes:
    """An object as a file holds it, with references as numbers."""
    target = io.BytesIO()
    value.write_to_stream(target, None)
    return target.getvalue()
