"""A validation report in plain words, for the evidence bundle and whoever opens it years from now."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .validation import SignatureReport, ValidationReport


def as_text(report: ValidationReport, language: str, checked_at: datetime) -> str:
    """The report in a language, as lines of text. Times are UTC, since it is read anywhere and at any time."""
    with translation.override(language):
        lines = [
            _("Validation report"),
            _("Checked at %(moment)s UTC by Sigillo, with the certificates known then.")
            % {"moment": f"{checked_at:%Y-%m-%d %H:%M:%S}"},
            "",
            *_of_document(report),
        ]
        for number, signature in enumerate(report.signatures, start=1):
            lines += ["", *_of_signature(number, signature)]
        if report.problems:
            # As the checker names them: whoever follows them up searches for these words.
            lines += ["", _("What was found wrong:"), *(f"- {problem}" for problem in report.problems)]
    return "\n".join(lines) + "\n"


def _of_document(report: ValidationReport) -> list[str]:
    return [
        _answer(_("Every signature is intact"), report.is_intact),
        _answer(_("Nothing unsigned follows the last signature"), report.covers_whole_document),
        _answer(_("The document begins with the original, byte by byte"), report.begins_with_original),
        _answer(_("Every certificate comes from an authority that we trust"), report.is_trusted),
    ]


def _of_signature(number: int, signature: SignatureReport) -> list[str]:
    return [
        _("Signature %(number)s: %(field)s") % {"number": number, "field": signature.field},
        _("  Certificate of: %(name)s") % {"name": signature.signer or "–"},
        _("  Signed at: %(moment)s") % {"moment": signature.signed_at or "–"},
        "  " + _answer(_("Intact"), signature.is_intact),
        "  " + _answer(_("From a trusted authority"), signature.is_trusted),
        "  " + _answer(_("With a time stamp of its own"), signature.has_timestamp),
    ]


def _answer(claim: str, is_so: bool) -> str:
    answer = pgettext("answer", "yes") if is_so else pgettext("answer", "no")
    return f"{claim}: {answer}"
