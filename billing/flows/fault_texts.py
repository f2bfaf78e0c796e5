"""What stands in an invoice's way, in a sentence that somebody can act on."""

from django.utils.translation import gettext as _

from ..fattura import Fault

# Keys of places and of what is wrong come from ``fattura.checks`` and ``flows.compose_invoice``.


def places() -> dict[str, str]:
    """Where something stands, as staff call it."""
    return {
        "seller": _("Seller's data"),
        "buyer": _("Customer"),
        "name": _("name"),
        "address": _("address"),
        "city": _("city"),
        "country": _("country"),
        "kind": _("kind"),
        "postal_code": _("postal code"),
        "province": _("province"),
        "vat_code": _("VAT number"),
        "vat_country": _("country of the VAT number"),
        "tax_code": _("tax code"),
        "recipient_code": _("recipient code"),
        "pec": _("certified e-mail (PEC)"),
        "regime": _("tax regime"),
        "rea_office": _("REA: office"),
        "rea_number": _("REA: number"),
        "sole_shareholder": _("shareholders"),
        "phone": _("phone"),
        "email": _("e-mail"),
        "iban": "IBAN",
        "contract": _("Contract"),
        "cig": "CIG",
        "cup": "CUP",
        "number": _("number"),
        "progressive": _("file name"),
        "issued_on": _("Date"),
        "reason": _("Reason"),
        "credited": _("Credited invoice"),
        "lines": _("Lines"),
        "line": _("Line"),
        "summaries": _("VAT summaries"),
        "summary": _("VAT summary"),
        "total": _("Total"),
        "draft": _("Draft"),
        "xml": "XML",
    }


def sentences() -> dict[str, str]:
    """What is wrong, by key or by SdI's code. ``%s`` is what was found."""
    return {
        "missing": _("is missing."),
        "shape": _("cannot stand in an e-invoice: “%s”."),
        "long": _("is too long: at most %s."),
        "not_latin": _("holds letters that an e-invoice cannot: “%s”. Write it with Latin letters."),
        "schema": _("is refused by the official schema: %s"),
        "seller_missing": _("have not been entered for this day."),
        "rule_missing": _(
            "there is no tax rule for it on this day (%s). The accountant decides; add a tax rule."
        ),
        "vies_missing": _(
            "has no VIES answer on record for %s: ask VIES and add its answer to the organisation."
        ),
        "vies_invalid": _("VIES does not know %s: correct the number, or choose another kind of customer."),
        "vies_unreachable": _("VIES did not answer about %s. Ask again before the year ends."),
        "before_month_end": _("lies before the end of the month that is invoiced (%s)."),
        "before_last_number": _("lies before the last one that this series has numbered (%s)."),
        "deferred_late": _("a deferred invoice of this month should have been issued by %s."),
        "sent_late": _("an invoice of this day should have been sent by %s."),
        "nothing_to_invoice": _("there is nothing to invoice: %s."),
        "too_much_credited": _("more pieces are credited than are left: %s."),
        "credited_not_issued": _("the invoice of %s is not issued yet: issue it first."),
        "draft_discarded": _("was discarded, and is not issued."),
        "not_rejected": _("the last file was not rejected: the same invoice is not sent twice."),
        "total": _("does not add up: %s."),
        "00400": _("bears no VAT and does not say why."),
        "00401": _("bears VAT and says why it bears none: %s."),
        "00403": _("lies in the future: %s."),
        "00417": _("is missing, and so is the tax code: one of them is needed."),
        "00418": _("lies before the invoice that is credited (%s)."),
        "00419": _("lacks one for the rate %s."),
        "00420": _("reverse charge and split payment exclude each other: %s."),
        "00421": _("its tax does not fit: %s."),
        "00422": _("its base does not fit the lines: %s."),
        "00423": _("its total is not price × quantity: %s."),
        "00424": _("the rate is no percentage: %s."),
        "00425": _("holds no digit: “%s”."),
        "00427": _("has the wrong length for this kind of customer: “%s”."),
        "00428": _("is an unknown format: %s."),
        "00429": _("bears no VAT and does not say why."),
        "00430": _("bears VAT and says why it bears none: %s."),
        "00443": _("lacks one for the nature %s."),
        "00445": _("the nature %s needs its subdivision."),
    }


def sentence_of(fault: Fault) -> str:
    """Where it stands, what is wrong, and SdI's code if it has one."""
    text = sentences().get(fault.what, fault.what)
    told = text % fault.value if "%s" in text else text
    code = f" ({fault.code})" if fault.code else ""
    return f"{_place(fault.where)}: {told}{code}"


def _place(where: str) -> str:
    """Such as “Customer, postal code” for ``buyer.postal_code``, or “Line 3” for ``line 3``."""
    known = places()
    parts = []
    for part in where.split("."):
        word, _space, rest = part.partition(" ")
        parts.append(f"{known.get(word, word)} {rest}".strip())
    return ", ".join(parts)
