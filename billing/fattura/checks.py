"""What the exchange system would refuse, found before a number is spent.

The shapes are those of the schema (refused as 00200), the rest its list of checks 2.0, with its own tolerances. What
only the tax register or SdI's memory can know is not here: 00300 to 00306, 00311, 00320 to 00324, and the uniqueness
of file names and numbers (00002, 00404, 00409), which the database holds.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .arithmetic import line_net, tax_on, total_of
from .document import CREDIT_NOTE, DEFERRED, INVOICE, PRIVATE, PUBLIC, SPLIT, Address, Document, Line, Party
from .latin import NotLatin, to_latin

CENT, BASE_TOLERANCE = Decimal("0.01"), Decimal("1.00")
BARE_NATURES = {"N2", "N3", "N6"}
NATURES = re.compile(r"N1|N2\.[12]|N3\.[1-6]|N4|N5|N6\.[1-9]|N7")
MOST_LINES, MOST_AMOUNT, MOST_QUANTITY = 9999, Decimal(10) ** 11, Decimal(10) ** 12
SHAPE = "00200"
# ASCII shapes by the end of the field's name.
SHAPES = {
    "vat_code": r"[!-~]{1,28}",
    "vat_country": r"[A-Z]{2}",
    "tax_code": r"[A-Z0-9]{11,16}",
    "country": r"[A-Z]{2}",
    "postal_code": r"[0-9]{5}",
    "province": r"[A-Z]{2}",
    "recipient_code": r"[A-Z0-9]{6,7}",
    "pec": r"[!-?A-~]+@[!-?A-~]+",
    "regime": r"RF(0[1245678]|09|1[0-9]|20)",
    "rea_office": r"[A-Z]{2}",
    "rea_number": r"[ -~]{1,20}",
    "sole_shareholder": r"SU|SM",
    "phone": r"[ -~]{5,12}",
    "email": r"(?=.{7,256}$)[!-~]+@[!-~]+\.[!-~]+",
    "number": r"[ -~]{1,20}",
    "progressive": r"[A-Za-z0-9]{1,5}",
    "cig": r"[ -~]{1,15}",
    "cup": r"[ -~]{1,15}",
    "iban": r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    "code": r"[ -~]{1,35}",
}


@dataclass(frozen=True)
class Fault:
    """One thing that would be refused: SdI's code, where it stands (``buyer.postal_code``), and what is wrong.

    ``what`` is ``missing``, ``shape``, ``long``, ``not_latin``, or the code itself, which says it all.
    """

    code: str
    where: str
    what: str
    value: str = ""


def faults_of(document: Document, today: date) -> list[Fault]:
    """Everything that would be refused, in the order of the document; empty when it is fit to be sent."""
    return [
        *_head_faults(document, today),
        *_seller_faults(document),
        *_buyer_faults(document),
        *(fault for line in document.lines for fault in _line_faults(line)),
        *_summary_faults(document),
        *_payment_faults(document),
    ]


def _head_faults(document: Document, today: date) -> Iterator[Fault]:
    yield from _shape("number", document.number)
    yield from _shape("progressive", document.progressive)
    if not re.search(r"[0-9]", document.number):
        yield _coded("00425", "number", document.number)
    if document.issued_on > today:
        yield _coded("00403", "issued_on", document.issued_on.isoformat())
    if document.kind == CREDIT_NOTE:
        if not document.credited:
            yield Fault(SHAPE, "credited", "missing")
        for credited in document.credited:
            if document.issued_on < credited.on:
                yield _coded("00418", "issued_on", credited.number)
    if document.kind not in {INVOICE, CREDIT_NOTE, DEFERRED}:
        yield Fault(SHAPE, "kind", "shape", document.kind)
    if document.form not in {PRIVATE, PUBLIC}:
        yield _coded("00428", "form", document.form)
    yield from _text("reason", document.reason, 2000, is_needed=False)
    if document.contract:
        yield from _shape("contract.number", document.contract.number)
        yield from _shape("contract.cup", document.contract.cup, is_needed=False)
        yield from _shape("contract.cig", document.contract.cig, is_needed=False)


def _seller_faults(document: Document) -> Iterator[Fault]:
    seller = document.seller
    yield from _party_faults("seller", seller)
    yield from _shape("seller.vat_code", seller.vat_code)
    yield from _shape("seller.regime", seller.regime)
    if seller.rea_number or seller.rea_office:
        yield from _shape("seller.rea_office", seller.rea_office)
        yield from _shape("seller.rea_number", seller.rea_number)
    yield from _shape("seller.sole_shareholder", seller.sole_shareholder, is_needed=False)
    yield from _shape("seller.phone", seller.phone, is_needed=False)
    yield from _shape("seller.email", seller.email, is_needed=False)


def _buyer_faults(document: Document) -> Iterator[Fault]:
    buyer = document.buyer
    yield from _party_faults("buyer", buyer)
    yield from _shape("buyer.vat_code", buyer.vat_code, is_needed=False)
    if not (buyer.vat_code or buyer.tax_code):
        yield _coded("00417", "buyer.vat_code")
    yield from _shape("buyer.recipient_code", buyer.recipient_code)
    length = 6 if document.form == PUBLIC else 7
    if buyer.recipient_code and len(buyer.recipient_code) != length:
        yield _coded("00427", "buyer.recipient_code", buyer.recipient_code)
    yield from _shape("buyer.pec", buyer.pec, is_needed=False)


def _party_faults(who: str, party: Party) -> Iterator[Fault]:
    yield from _text(f"{who}.name", party.name, 80)
    yield from _shape(f"{who}.vat_country", party.vat_country, is_needed=bool(party.vat_code))
    yield from _shape(f"{who}.tax_code", party.tax_code, is_needed=False)
    yield from _address_faults(who, party.address)


def _address_faults(who: str, address: Address) -> Iterator[Fault]:
    yield from _text(f"{who}.address", address.street, 60)
    yield from _text(f"{who}.city", address.city, 60)
    yield from _shape(f"{who}.country", address.country)
    if address.country == "IT":
        yield from _shape(f"{who}.postal_code", address.postal_code)
        yield from _shape(f"{who}.province", address.province)


def _line_faults(line: Line) -> Iterator[Fault]:
    where = f"line {line.number}"
    yield from _text(where, line.description, 1000)
    yield from _shape(f"{where}.code", line.code, is_needed=False)
    if line.rate and line.nature:
        yield _coded("00401", where, line.nature)
    if not line.rate and not line.nature:
        yield _coded("00400", where)
    yield from _nature_and_rate_faults(where, line.nature, line.rate)
    if not 0 <= line.quantity < MOST_QUANTITY or abs(line.net) >= MOST_AMOUNT:
        yield Fault(SHAPE, where, "shape", f"{line.quantity} × {line.unit_price}")
    elif abs(line.net - line.quantity * line.unit_price) >= CENT:
        yield _coded("00423", where, f"{line_net(line.quantity, line.unit_price)} ≠ {line.net}")


def _nature_and_rate_faults(where: str, nature: str, rate: Decimal) -> Iterator[Fault]:
    if nature in BARE_NATURES:
        yield _coded("00445", where, nature)
    elif nature and not NATURES.fullmatch(nature):
        yield Fault(SHAPE, where, "shape", nature)
    # 0.22 in the place of 22.00: the rate is written as percent.
    if rate < 0 or 0 < rate < 1 or rate > 100:
        yield _coded("00424", where, str(rate))


def _summary_faults(document: Document) -> Iterator[Fault]:
    lines, summaries = document.lines, document.summaries
    if not 0 < len(lines) <= MOST_LINES:
        yield Fault(SHAPE, "lines", "missing" if not lines else "long")
    has = {(summary.rate, summary.nature) for summary in summaries}
    for rate, nature in dict.fromkeys((line.rate, line.nature) for line in lines):
        if (rate, nature) not in has:
            yield _coded("00443" if nature else "00419", "summaries", nature or str(rate))
    for summary in summaries:
        where = f"summary {summary.nature or summary.rate}"
        if summary.rate and summary.nature:
            yield _coded("00430", where, summary.nature)
        if not summary.rate and not summary.nature:
            yield _coded("00429", where)
        yield from _nature_and_rate_faults(where, summary.nature, summary.rate)
        if summary.nature.startswith("N6") and summary.payability == SPLIT:
            yield _coded("00420", where, summary.nature)
        if abs(summary.tax - summary.net * summary.rate / 100) >= CENT:
            yield _coded("00421", where, f"{tax_on(summary.net, summary.rate)} ≠ {summary.tax}")
        net = _sum(line.net for line in lines if (line.rate, line.nature) == (summary.rate, summary.nature))
        if abs(net - summary.net) >= BASE_TOLERANCE:
            yield _coded("00422", where, f"{net} ≠ {summary.net}")
        yield from _text(where, summary.reference, 100, is_needed=bool(summary.nature))
    if document.total != total_of(summaries):
        yield _coded("total", "total", f"{total_of(summaries)} ≠ {document.total}")


def _payment_faults(document: Document) -> Iterator[Fault]:
    for settlement in document.settlements:
        yield from _shape("seller.iban", settlement.iban, is_needed=settlement.method == "MP05")


def _shape(where: str, text: str, *, is_needed: bool = True) -> Iterator[Fault]:
    pattern = SHAPES[where.rsplit(".", 1)[-1]]
    if not text:
        if is_needed:
            yield Fault(SHAPE, where, "missing")
    elif not re.fullmatch(pattern, text):
        yield Fault(SHAPE, where, "shape", text)


def _text(where: str, text: str, longest: int, *, is_needed: bool = True) -> Iterator[Fault]:
    try:
        written = to_latin(text)
    except NotLatin as error:
        yield Fault(SHAPE, where, "not_latin", error.characters)
        return
    if not written and is_needed:
        yield Fault(SHAPE, where, "missing")
    elif len(written) > longest:
        yield Fault(SHAPE, where, "long", str(longest))


def _coded(code: str, where: str, value: str = "") -> Fault:
    return Fault(code, where, code, value)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
