"""Why papers come back: the codes that checks and staff use, each with a sentence for the customer (domain, 2.4)."""

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """What is wrong and how it is mended. The sentence is what the customer reads."""

    CONTACT_SHARED = (
        "contact_shared",
        _(
            "The e-mail or the mobile belongs to another person’s certificate already. Each holder needs their own."
        ),
    )
    NAME_MISMATCH = (
        "name_mismatch",
        _("The name is not the one on the ID document. Write it exactly as it stands there."),
    )
    BIRTHPLACE_MISMATCH = (
        "birthplace_mismatch",
        _("The place of birth is not the one on the ID document or in the tax code."),
    )
    BIRTH_DATE_MISMATCH = (
        "birth_date_mismatch",
        _("The date of birth is not the one on the ID document or in the tax code."),
    )
    TAX_CODE_INVALID = (
        "tax_code_invalid",
        _("The tax code is mistyped: it does not add up. Copy it from the health card."),
    )
    TAX_CODE_MISMATCH = (
        "tax_code_mismatch",
        _("The tax code does not fit name, sex, date and place of birth."),
    )
    DOCUMENT_EXPIRED = (
        "document_expired",
        _("The ID document has expired. Choose one that is valid."),
    )
    DOCUMENT_EXPIRES_SOON = (
        "document_expires_soon",
        _(
            "The ID document expires before identification may be over. Choose one that is valid for 90 days more."
        ),
    )
    DOCUMENT_KIND_NOT_ACCEPTED = (
        "document_kind_not_accepted",
        _(
            "This kind of document is not accepted. Choose an electronic identity card, a passport or a licence."
        ),
    )
    DOCUMENT_NOT_DECLARED_ONE = (
        "document_not_declared_one",
        _("The picture shows another document than the one that was declared."),
    )
    IMAGE_UNREADABLE = (
        "image_unreadable",
        _(
            "The picture cannot be read. Take it again in daylight, out of any cover, with all four corners in view."
        ),
    )
    SIDE_MISSING = (
        "side_missing",
        _("One side of the document is missing. Front and back are both needed."),
    )
    HEALTH_CARD_EXPIRED = (
        "health_card_expired",
        _("The health card has expired. Use the new one, or a certificate of the tax code."),
    )
    HEALTH_CARD_MISSING = (
        "health_card_missing",
        _("The health card or a certificate of the tax code is missing."),
    )
    FORM_UNSIGNED = (
        "form_unsigned",
        _("The request form is not signed. Sign every place that is marked, and upload it again."),
    )
    FORM_PAGE_MISSING = (
        "form_page_missing",
        _("A page of the request form is missing. Upload all of its pages in one file."),
    )
    FORM_ALTERED = (
        "form_altered",
        _("This is not the request form that we gave out. Download it again and sign that very file."),
    )
    FORM_WRONG_SIGNATURE_KIND = (
        "form_wrong_signature_kind",
        _("The form is signed in another way than is asked for here. See on this page how it is signed."),
    )
    SIGNATURE_INVALID = (
        "signature_invalid",
        _(
            "The digital signature on the form does not hold. Sign the form again with a certificate that is valid."
        ),
    )
    SIGNER_IS_NOT_APPLICANT = (
        "signer_is_not_applicant",
        _("Somebody else than the holder has signed the form. The holder must sign it themselves."),
    )
    ROLE_PROOF_MISSING = (
        "role_proof_missing",
        _("The proof of the office that goes into the certificate is missing."),
    )
    THIRD_PARTY_APPROVAL_MISSING = (
        "third_party_approval_missing",
        _("The approval of the order or company that goes into the certificate is missing."),
    )
    ADDRESS_PROOF_MISSING = (
        "address_proof_missing",
        _("The address differs from the one on the ID document, and a proof of it is missing."),
    )
    IDENTIFICATION_LAPSED = (
        "identification_lapsed",
        _("The 90 days for identification are over. A new order is needed."),
    )
    DEVICE_NOT_RENEWABLE = (
        "device_not_renewable",
        _("This device cannot be renewed any more. A new one is needed."),
    )
    OTHER = "other", _("Something else is wrong; see the note.")


def sentences(codes: Sequence[str]) -> list[str]:
    """What the customer reads, in their language; a code that is not known (any more) as it is."""
    known = dict(Reason.choices)
    return [str(known.get(code, code)) for code in codes]
