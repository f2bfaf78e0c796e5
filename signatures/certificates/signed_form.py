"""Is this upload the request form that we handed out, signed? Digitally it must be that very file; on paper, a scan.

Which kind a maker takes for which product nobody says in advance (domain, section 10), so both are let in, and staff,
who see which it is, decide. What can be known for certain is refused at once, beside the field.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents import inspection, pictures
from documents.apart import TooComplex
from documents.inspection import Refused
from documents.judging import judge_p7m, judge_pdf
from documents.signed_file import NotSigned

PDF, P7M = "application/pdf", "application/pkcs7-mime"

MESSAGES: dict[str, Promise] = {
    "form_unsigned": _("This is the request form without a signature. Have the holder sign it, and upload it again."),
    "form_altered": _(
        "This carries a digital signature, but on another file than the request form that we handed out. Download the "
        "form again and sign that very file, without printing or saving it anew in between."
    ),
    "signature_invalid": _(
        "The digital signature on this file does not hold. Sign the form again, with a certificate that is valid."
    ),
    "not_p7m": _("This is no signed file (.p7m). Choose the file that the signing program wrote."),
    "signatures_too_complex": _("The signatures on this file are too complicated to be checked. Sign the form again."),
    "mixed": _("Choose either one signed file, or the pages of one scan as pictures."),
    "too_many_files": _("Choose at most %(most)s files."),
}  # fmt: skip
# What staff and customer are told of a form that was let in.
REMARKS: dict[str, Promise] = {
    "digital": _("Signed digitally, on the very file that we handed out."),
    "digital_changed": _(
        "Signed digitally, but something was changed before: compare it with the form that we handed out."
    ),
    "scanned": _("A scan of a form on paper."),
    "untrusted": _("The signature’s certificate comes from no authority that we know."),
    "fewer_pages": _("It has fewer pages than the form: perhaps one is missing."),
}
MOST_FILES = 12


class FormRefused(Refused):
    """The upload cannot be the signed form. ``code`` is a key of ``MESSAGES``."""

    @property
    def message(self) -> str:
        """The refusal in the reader's language."""
        return str(MESSAGES[self.code]) % self.details


@dataclass(frozen=True)
class SignedForm:
    """A form that was let in, as it is kept and sent. ``remarks`` are keys of ``REMARKS``, ``signers`` names."""

    data: bytes
    media_type: str
    page_count: int
    remarks: Sequence[str]
    signers: Sequence[str] = ()


def check(uploads: Sequence[bytes], blank: bytes, blank_pages: int) -> SignedForm:
    """Look at what was uploaded: one file, or the pictures of a scan. Raises ``Refused`` and ``InspectionFailed``."""
    if not uploads:
        raise Refused("empty")
    if len(uploads) > MOST_FILES:
        raise FormRefused("too_many_files", {"most": MOST_FILES})
    if len(uploads) == 1:
        data = uploads[0]
        if data.startswith(b"%PDF-"):
            return _pdf(data, blank, blank_pages)
        if not _is_picture(data):
            return _p7m(data, blank, blank_pages)
    elif any(data.startswith(b"%PDF-") or not _is_picture(data) for data in uploads):
        raise FormRefused("mixed")
    return _scan([pictures.clean(data).data for data in uploads], blank_pages)


def _pdf(data: bytes, blank: bytes, blank_pages: int) -> SignedForm:
    facts = inspection.inspect(data)
    if data.startswith(blank):
        if not facts.signature_count:
            raise FormRefused("form_unsigned")
        how, is_trusted, signers = _judged(data, blank)
        remarks = [how, *([] if is_trusted else ["untrusted"])]
        return SignedForm(data, PDF, facts.page_count, remarks, signers)
    if facts.signature_count:
        raise FormRefused("form_altered")
    return _scan([data], blank_pages)


def _judged(data: bytes, blank: bytes) -> tuple[str, bool, Sequence[str]]:
    """What there is to remark of a signed PDF that begins as the form does, whether we trust it, and its signers."""
    try:
        report, is_changed = judge_pdf(data, blank)
    except TooComplex as error:
        raise FormRefused("signatures_too_complex") from error
    if not report.is_intact:
        raise FormRefused("signature_invalid")
    signers = [signature.signer for signature in report.signatures]
    return "digital_changed" if is_changed else "digital", report.is_trusted, signers


def _p7m(data: bytes, blank: bytes, blank_pages: int) -> SignedForm:
    try:
        signed = judge_p7m(data)
    except NotSigned as error:
        raise FormRefused("not_p7m") from error
    except TooComplex as error:
        raise FormRefused("signatures_too_complex") from error
    if not signed.content.startswith(blank):
        raise FormRefused("form_altered")
    if not signed.is_intact:
        raise FormRefused("signature_invalid")
    how = "digital"
    if signed.content != blank:
        # Signed twice over, first as a PDF: that one is looked into as any other upload.
        inspection.inspect(signed.content)
        how, _is_trusted, _signers = _judged(signed.content, blank)
    remarks = [how, *([] if signed.is_trusted else ["untrusted"])]
    return SignedForm(data, P7M, blank_pages, remarks, signed.signers)


def _scan(parts: Sequence[bytes], blank_pages: int) -> SignedForm:
    made, pages = pictures.join(parts)
    remarks = ["scanned", *(["fewer_pages"] if pages < blank_pages else [])]
    return SignedForm(made, PDF, pages, remarks)


def _is_picture(data: bytes) -> bool:
    """By how the file begins: JPEG, PNG, WEBP, HEIC. The decoder has the last word."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or data[4:8] == b"ftyp"
    )
