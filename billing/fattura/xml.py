"""The XML of an e-invoice, format FPR12 or FPA12, version 1.2.3.

Element names are the schema's own, in its order. What is given must be fit: ``checks.faults_of`` says what is not.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from .document import (
    NO_RECIPIENT_CODE,
    SPLIT,
    ZERO,
    Address,
    Buyer,
    Document,
    Line,
    Party,
    Seller,
    Settlement,
    Summary,
)
from .latin import to_latin

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
REASON_LENGTH = 200


def file_name(seller: Seller, progressive: str) -> str:
    """The file's name: country and tax code of whoever transmits, and a part that is never used twice."""
    return f"{seller.vat_country}{seller.tax_code or seller.vat_code}_{progressive}.xml"


def to_xml(document: Document) -> bytes:
    """The document as UTF-8 XML. Raises ``NotLatin`` for texts that it cannot hold, ``ValueError`` for amounts."""
    root = etree.Element(f"{{{NAMESPACE}}}FatturaElettronica", nsmap={"p": NAMESPACE}, versione=document.form)
    _header(_group(root, "FatturaElettronicaHeader"), document)
    body = _group(root, "FatturaElettronicaBody")
    _general(_group(body, "DatiGenerali"), document)
    goods = _group(body, "DatiBeniServizi")
    for line in document.lines:
        _line(_group(goods, "DettaglioLinee"), line)
    for summary in document.summaries:
        _summary(_group(goods, "DatiRiepilogo"), summary)
    if document.settlements:
        _payment(_group(body, "DatiPagamento"), document.settlements, document.seller)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _header(header: etree._Element, document: Document) -> None:
    sending = _group(header, "DatiTrasmissione")
    transmitter = _group(sending, "IdTrasmittente")
    _put(transmitter, "IdPaese", document.seller.vat_country)
    _put(transmitter, "IdCodice", document.seller.tax_code or document.seller.vat_code)
    _put(sending, "ProgressivoInvio", document.progressive)
    _put(sending, "FormatoTrasmissione", document.form)
    _put(sending, "CodiceDestinatario", document.buyer.recipient_code)
    if document.buyer.recipient_code == NO_RECIPIENT_CODE:
        _put(sending, "PECDestinatario", document.buyer.pec)
    _seller(_group(header, "CedentePrestatore"), document.seller)
    _buyer(_group(header, "CessionarioCommittente"), document.buyer)


def _seller(parent: etree._Element, seller: Seller) -> None:
    data = _group(parent, "DatiAnagrafici")
    _vat(data, seller.vat_country, seller.vat_code)
    _put(data, "CodiceFiscale", seller.tax_code)
    _put(_group(data, "Anagrafica"), "Denominazione", to_latin(seller.name))
    _put(data, "RegimeFiscale", seller.regime)
    _address(_group(parent, "Sede"), seller.address)
    if seller.rea_number:
        register = _group(parent, "IscrizioneREA")
        _put(register, "Ufficio", seller.rea_office)
        _put(register, "NumeroREA", seller.rea_number)
        if seller.share_capital is not None:
            _put(register, "CapitaleSociale", cents(seller.share_capital))
        _put(register, "SocioUnico", seller.sole_shareholder)
        _put(register, "StatoLiquidazione", "LS" if seller.is_in_liquidation else "LN")
    if seller.phone or seller.email:
        contacts = _group(parent, "Contatti")
        _put(contacts, "Telefono", seller.phone)
        _put(contacts, "Email", seller.email)


def _buyer(parent: etree._Element, buyer: Buyer) -> None:
    data = _group(parent, "DatiAnagrafici")
    if buyer.vat_code:
        _vat(data, buyer.vat_country, buyer.vat_code)
    _put(data, "CodiceFiscale", buyer.tax_code)
    _put(_group(data, "Anagrafica"), "Denominazione", to_latin(buyer.name))
    _address(_group(parent, "Sede"), buyer.address)


def _vat(parent: etree._Element, country: str, code: str) -> None:
    group = _group(parent, "IdFiscaleIVA")
    _put(group, "IdPaese", country)
    _put(group, "IdCodice", code)


def _address(parent: etree._Element, address: Address) -> None:
    is_italian = address.country == "IT"
    _put(parent, "Indirizzo", to_latin(address.street))
    _put(parent, "CAP", address.postal_code if is_italian else "00000")
    _put(parent, "Comune", to_latin(address.city))
    _put(parent, "Provincia", address.province if is_italian else "")
    _put(parent, "Nazione", address.country)


def _general(parent: etree._Element, document: Document) -> None:
    head = _group(parent, "DatiGeneraliDocumento")
    _put(head, "TipoDocumento", document.kind)
    _put(head, "Divisa", "EUR")
    _put(head, "Data", _day(document.issued_on))
    _put(head, "Numero", document.number)
    if document.stamp:
        stamp = _group(head, "DatiBollo")
        _put(stamp, "BolloVirtuale", "SI")
        _put(stamp, "ImportoBollo", cents(document.stamp))
    _put(head, "ImportoTotaleDocumento", cents(document.total))
    for part in pieces(to_latin(document.reason)):
        _put(head, "Causale", part)
    if document.contract:
        contract = _group(parent, "DatiContratto")
        _put(contract, "IdDocumento", document.contract.number)
        _put(contract, "CodiceCUP", document.contract.cup)
        _put(contract, "CodiceCIG", document.contract.cig)
    for credited in document.credited:
        linked = _group(parent, "DatiFattureCollegate")
        _put(linked, "IdDocumento", credited.number)
        _put(linked, "Data", _day(credited.on))
    for statement in document.statements:
        rests_on = _group(parent, "DatiDDT")
        _put(rests_on, "NumeroDDT", statement.number)
        _put(rests_on, "DataDDT", _day(statement.on))


def _line(parent: etree._Element, line: Line) -> None:
    _put(parent, "NumeroLinea", str(line.number))
    if line.code:
        code = _group(parent, "CodiceArticolo")
        _put(code, "CodiceTipo", "PROD")
        _put(code, "CodiceValore", line.code)
    _put(parent, "Descrizione", to_latin(line.description))
    _put(parent, "Quantita", up_to_eight(line.quantity))
    _put(parent, "DataInizioPeriodo", _day(line.first_day))
    _put(parent, "DataFinePeriodo", _day(line.last_day))
    _put(parent, "PrezzoUnitario", up_to_eight(line.unit_price))
    _put(parent, "PrezzoTotale", cents(line.net))
    _put(parent, "AliquotaIVA", cents(line.rate))
    _put(parent, "Natura", line.nature)


def _summary(parent: etree._Element, summary: Summary) -> None:
    _put(parent, "AliquotaIVA", cents(summary.rate))
    _put(parent, "Natura", summary.nature)
    _put(parent, "ImponibileImporto", cents(summary.net))
    _put(parent, "Imposta", cents(summary.tax))
    if not summary.nature or summary.payability == SPLIT:
        _put(parent, "EsigibilitaIVA", summary.payability)
    _put(parent, "RiferimentoNormativo", to_latin(summary.reference))


def _payment(parent: etree._Element, settlements: Iterable[Settlement], seller: Party) -> None:
    _put(parent, "CondizioniPagamento", "TP02")
    for settlement in settlements:
        detail = _group(parent, "DettaglioPagamento")
        _put(detail, "Beneficiario", to_latin(seller.name))
        _put(detail, "ModalitaPagamento", settlement.method)
        _put(detail, "DataScadenzaPagamento", _day(settlement.due_on))
        _put(detail, "ImportoPagamento", cents(settlement.amount))
        _put(detail, "IBAN", settlement.iban)
        _put(detail, "CodicePagamento", settlement.reference)


def cents(amount: Decimal) -> str:
    """Exactly two decimals. What has more was not rounded where it should have been: ``ValueError``."""
    if amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{amount} is not rounded to cents")
    return f"{amount + ZERO:.2f}"


def up_to_eight(amount: Decimal) -> str:
    """Two decimals at least and eight at most, none of them lost (``ValueError``)."""
    if amount != amount.quantize(Decimal("0.00000001")):
        raise ValueError(f"{amount} has more than eight decimals")
    whole, _, decimals = f"{amount + ZERO:.8f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def pieces(text: str) -> list[str]:
    """A long reason in parts that the schema's field takes."""
    return [text[start : start + REASON_LENGTH] for start in range(0, len(text), REASON_LENGTH)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, name)


def _put(parent: etree._Element, name: str, text: str) -> None:
    """An element with this text; none at all where there is nothing to say."""
    if text:
        etree.SubElement(parent, name).text = text
