"""Qualified signatures: `/prodotti` and `/richiesta…` on the provider's old host (contract, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import answers
from .callbacks import callback_key
from .calls import Answer, Call, Kind, broken, segment
from .config import ProviderConfig
from .errors import NotFound, Rejected
from .order_request import order_body, papers_body
from .order_words import maker, order_state, shipping_kind
from .orders_port import (
    CatalogueProduct,
    NewOrder,
    Order,
    OrderSecrets,
    OrderSummary,
    Paper,
    PapersOutcome,
    Supplier,
)
from .people import refuse
from .redaction import without_secrets
from .tokens import Access
from .transport import Transport

_CATALOGUE = "/prodotti"
_ORDERS = "/richiesta"
_VIDEO_RECOGNITION = "VIDEORIC"
# The two refusals of papers that are ends. Other values are refused with the same statuses, so the code decides,
# or the words where there is none.
_NOT_NEEDED = (406, "290", "not required")
_ALREADY_PROCESSED = (428, "279", "already processed")


class QualifiedSignatures:
    """Catalogue and orders of qualified signatures. Every method may raise `ProviderError`."""

    def __init__(self, transport: Transport, config: ProviderConfig) -> None:
        self._transport = transport
        self._config = config

    def catalogue(self) -> list[CatalogueProduct]:
        """All products as offered now, each code once.

        An empty catalogue is Unavailable, so that nothing is ever taken for having disappeared by a mishap.
        """
        call = self._call("GET", _CATALOGUE, Kind.READ, exact=True)
        answer = self._transport.ask(call)
        found: dict[str, CatalogueProduct] = {}
        for one in map(_product, answers.rows(answer.data)):
            if one.code:
                found.setdefault(one.code, one)
        if not found:
            raise broken(call, "the catalogue is empty", status=answer.status, body=answer.body)
        return list(found.values())

    def create_order(self, new: NewOrder) -> Order:
        """Buy: `POST /richiesta/{code}`. COSTS MONEY, sent at most once.

        What could not be a good order is Rejected before anything is sent. Raises OutcomeUnknown when nobody can
        tell whether it was bought, otherwise a ProviderError whose `proves_not_bought` is true.
        """
        body = order_body(new, self._config)
        return self.read(self._transport.ask(self._call("POST", _path(new.code), Kind.PAID, body=body)))

    def add_video_recognition(self, reference: str) -> Order:
        """Buy identification by video for an Aruba order of ours. COSTS MONEY, sent at most once.

        The answer is the Aruba order. Nothing of ours travels with this purchase: one whose answer was lost is
        looked up by the order's `has_video_recognition`. Errors as in `create_order`.
        """
        if not reference:
            raise refuse("video recognition belongs to an order")
        call = self._call("POST", _path(_VIDEO_RECOGNITION), Kind.PAID, body={"id": reference})
        return self.read(self._transport.ask(call))

    def recent_orders(self, since: datetime | None = None, code: str = "") -> list[OrderSummary]:
        """Orders bought at or after `since` (all without it), and those whose time is unknown; of one product or all.

        The provider's list has no pages, and no personal data.
        """
        call = self._call("GET", _ORDERS, Kind.READ, params={"codice_prodotto": code} if code else None)
        try:
            found = [_summary(row) for row in answers.rows(self._transport.ask(call).data)]
        except NotFound:
            return []
        return [
            one
            for one in found
            if one.reference and (since is None or one.purchased_at is None or one.purchased_at >= since)
        ]

    def order(self, reference: str) -> Order:
        """The order as it stands now. Raises NotFound, or Rejected for a malformed id."""
        return self.read(self._transport.ask(self.order_call(reference)))

    def order_call(self, reference: str) -> Call:
        """The call behind `order`, for following many at once."""
        return self._call("GET", _path(reference), Kind.READ)

    def request_form(self, reference: str) -> bytes:
        """The request form, a PDF made for this order. Raises NotFound when the order needs none, or is unknown."""
        path = f"{_path(reference)}/modulo"
        return self._transport.ask(
            self._call("GET", path, Kind.READ, accept="application/pdf", expect="file")
        ).body

    def submit_papers(
        self, reference: str, form: Paper | None = None, document: Paper | None = None
    ) -> PapersOutcome:
        """Send the signed form, the ID document, or both. Costs nothing; sent once.

        When the answer is lost (Unavailable), `order` says by `has_form` and `has_document` what has arrived;
        sending the same again does no harm.
        """
        body = papers_body(form, document)
        if not body:
            raise refuse("there is no paper to send")
        try:
            self._transport.ask(self._call("PATCH", _path(reference), Kind.CHANGE, body=body))
        except Rejected as error:
            if _is(error, *_NOT_NEEDED):
                return PapersOutcome.NOT_NEEDED
            if _is(error, *_ALREADY_PROCESSED):
                return PapersOutcome.ALREADY_PROCESSED
            raise
        return PapersOutcome.TAKEN

    def read(self, answer: Answer) -> Order:
        """An order from an answer of any of these. Raises Unavailable when it is not one."""
        row = answers.mapping(answer.data)
        if not answers.identifier(row):
            raise broken(self._call("GET", _ORDERS, Kind.READ), "the answer names no id", body=answer.body)
        device = answers.mapping(row.get("firma"))
        return Order(
            **_summary_fields(row),
            product_name=answers.text(row.get("prodotto")),
            has_form=answers.truth(row.get("modulo")),
            has_document=answers.truth(row.get("documento")),
            has_video_recognition=answers.truth(row.get("videoriconoscimento")),
            # Declared a boolean for Aruba, shown as a number.
            quantity=answers.count(row.get("quantita")) or 1,
            has_assistance=answers.truth(row.get("assistenza")),
            is_urgent=answers.truth(row.get("urgenza")),
            shipping=shipping_kind(answers.text(row.get("spedizione"))),
            tracking=answers.text(device.get("codice_spedizione")),
            supplier=_supplier(answers.mapping(row.get("fornitore"))),
            secrets=_secrets(device, answers.mapping(row.get("credenziali"))),
            callback_key=callback_key(row.get("callback")),
            raw=without_secrets(row),
        )

    def _call(self, method: str, path: str, kind: Kind, **more: Any) -> Call:
        return Call(method, self._config.firmadigitale_url, path, kind, Access.ORDERS, **more)


def _path(reference: str) -> str:
    return f"{_ORDERS}/{segment(reference)}"


def _is(error: Rejected, status: int, code: str, words: str) -> bool:
    if error.status != status:
        return False
    return error.code == code if error.code else words in error.message.lower()


def _product(row: Mapping[str, Any]) -> CatalogueProduct:
    return CatalogueProduct(
        code=answers.text(row.get("codice_prodotto")),
        name=answers.text(row.get("nome")),
        maker=maker(answers.text(row.get("tipo"))),
        price=answers.amount(row.get("prezzo")),
        is_blank=answers.truth(row.get("vergine")),
    )


def _summary(row: Mapping[str, Any]) -> OrderSummary:
    return OrderSummary(**_summary_fields(row))


def _summary_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    raw_state = answers.text(row.get("stato"))
    times = answers.mapping(row.get("timestamp"))
    return {
        "reference": answers.identifier(row),
        "number": answers.text(row.get("codice_richiesta")),
        "code": answers.text(row.get("codice_prodotto")),
        "maker": maker(answers.text(row.get("tipo"))),
        "raw_state": raw_state,
        "state": order_state(raw_state),
        "purchased_at": answers.moment(times.get("acquisto")),
        "registered_at": answers.moment(times.get("registrazione")),
        "issued_at": answers.moment(times.get("emissione")),
        "fulfilled_at": answers.moment(times.get("evasione")),
        "expires_at": answers.moment(times.get("scadenza")),
    }


def _secrets(device: Mapping[str, Any], credentials: Mapping[str, Any]) -> OrderSecrets:
    return OrderSecrets(
        pin=answers.text(device.get("pin")),
        puk=answers.text(device.get("puk")),
        emergency_code=answers.text(device.get("codice_emergenza")),
        envelope_number=answers.text(device.get("numero_busta")),
        user_code=answers.text(device.get("codice_utente")),
        iut=answers.text(device.get("iut")),
        alias=answers.text(device.get("alias")),
        card_number=answers.text(device.get("codice_carta")),
        device_number=answers.text(device.get("numero_dispositivo")),
        renewal_token=answers.text(credentials.get("token")),
        activation_code=answers.text(credentials.get("codice")),
        username=answers.text(credentials.get("username")),
    )


def _supplier(row: Mapping[str, Any]) -> Supplier:
    return Supplier(
        name=answers.text(row.get("ragione_sociale")),
        registered_office=answers.text(row.get("sede_legale")),
        vat_number=answers.text(row.get("partita_iva")),
        representative=answers.text(row.get("legale_rappresentante")),
        support_email=answers.text(row.get("email_assistenza")),
        accounting_email=answers.text(row.get("email_contabilita")),
        support_phone=answers.text(row.get("telefono_assistenza")),
        identification_office=answers.text(row.get("sede_riconoscimento")),
    )
