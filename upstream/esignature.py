"""Simple signatures, second generation: `POST /EU-SES` and `/signatures…` (contract, sections 6.1 and 6.2)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import answers
from .callbacks import callback_key
from .calls import Answer, Call, Kind, broken, segment
from .config import ProviderConfig
from .errors import NotFound
from .people import check, international, refuse
from .port import (
    Generation,
    NewPlacement,
    NewProcedure,
    NewSigner,
    Procedure,
    ProcedureSigner,
    ProcedureSummary,
)
from .redaction import without_secrets
from .tokens import Access
from .transport import Transport
from .words import procedure_state, signer_state

_PAGE = 100
_SMS_LENGTH = 160
_PLACEHOLDER = "{OTP}"
# The code that replaces the five characters of the placeholder may be longer than they are.
_CODE_LENGTH = 8
_ACCEPT = {"json": "application/json", "pdf": "application/pdf", "html": "text/html", "text": "text/plain"}
_CERTIFICATE = "EU-SES"


class ESignature:
    """The second generation. Implements `Signatures`."""

    generation = Generation.ESIGNATURE
    audit_formats: tuple[str, ...] = ("json", "pdf", "html", "text")

    def __init__(self, transport: Transport, config: ProviderConfig) -> None:
        self._transport = transport
        self._config = config

    def create(self, new: NewProcedure) -> Procedure:
        """Buy a procedure: `POST /EU-SES`. COSTS MONEY, sent at most once.

        The answer does not mean that the PDF was accepted: validation is asynchronous, so the state is
        PREPARING. Raises OutcomeUnknown when nobody can tell whether it was bought, otherwise a
        ProviderError whose `proves_not_bought` is true.
        """
        check(new)
        call = self._call("POST", "/EU-SES", Kind.PAID, body=request_body(new, self._config))
        return self.read(self._transport.ask(call))

    def recent(self, since: datetime | None = None) -> list[ProcedureSummary]:
        """Procedures made at or after `since`, every page of them; a 404 is the end of the list.

        Stops early only where the answers prove themselves sorted newest first; nobody promises that order.
        """
        seen: dict[str, ProcedureSummary] = {}
        others: set[str] = set()
        skip = 0
        while True:
            page = self._page(skip)
            before = len(seen)
            for row in page:
                one = _summary(row)
                seen[one.reference] = one
                # Qualified signatures share the list, and SES is no value of its documented filter.
                if row.get("certificateType") not in (None, _CERTIFICATE):
                    others.add(one.reference)
            skip += len(page)
            if len(seen) == before or (since is not None and _is_past(list(seen.values()), since)):
                break
        return [one for one in seen.values() if one.reference not in others and _is_wanted(one, since)]

    def detail(self, reference: str) -> Procedure:
        """The procedure as it stands now. Raises NotFound."""
        return self.read(self._transport.ask(self.detail_call(reference)))

    def detail_call(self, reference: str) -> Call:
        """The call behind `detail`, for following many at once."""
        return self._call("GET", f"/signatures/{segment(reference)}/detail", Kind.READ)

    def signed_document(self, reference: str) -> bytes:
        """The signed PDF. Raises NotFound until everybody has signed, and once 30 days have passed."""
        path = f"/signatures/{segment(reference)}/signedDocument"
        return self._transport.ask(
            self._call("GET", path, Kind.READ, accept="application/pdf", expect="file")
        ).body

    def audit(self, reference: str, format: str = "json") -> bytes:
        """The audit trail as the provider sent it, in one of `audit_formats`; kept there for a year."""
        if format not in _ACCEPT:
            raise refuse(f"no audit trail in format {format!r} in this generation")
        path = f"/signatures/{segment(reference)}/audit"
        return self._transport.ask(
            self._call("GET", path, Kind.READ, accept=_ACCEPT[format], expect="file")
        ).body

    def withdraw(self, reference: str) -> bool:
        """Remove the procedure with its files, details and trail (also of a signed one: fetch them first).

        True also when it is gone already, so that a withdrawal whose answer was lost can be repeated.
        """
        try:
            self._transport.ask(self._call("DELETE", f"/signatures/{segment(reference)}", Kind.CHANGE))
        except NotFound:
            return True
        return True

    def read(self, answer: Answer) -> Procedure:
        """A procedure from an answer of create or detail. Raises Unavailable when it is not one."""
        row = answers.mapping(answer.data)
        reference = answers.identifier(row)
        if not reference:
            raise broken(
                self._call("GET", "/signatures", Kind.READ), "the answer names no id", body=answer.body
            )
        document = answers.mapping(row.get("document"))
        raw_state = answers.text(row.get("state"))
        return Procedure(
            reference=reference,
            generation=self.generation,
            raw_state=raw_state,
            state=procedure_state(raw_state, self.generation),
            signers=tuple(_signer(one) for one in answers.rows(row.get("signers"))),
            title=answers.text(document.get("title")) or answers.text(row.get("title")),
            created_at=answers.moment(row.get("createdAt")),
            callback_key=callback_key(row.get("callback")),
            signed_md5=answers.text(answers.mapping(document.get("signedDocument")).get("md5")).lower(),
            error_number=answers.number(row.get("errorNumber")),
            error_message=answers.text(row.get("errorMessage")),
            raw=without_secrets(row),
        )

    def _page(self, skip: int) -> list[Mapping[str, Any]]:
        try:
            answer = self._transport.ask(
                self._call("GET", "/signatures", Kind.READ, params={"limit": _PAGE, "skip": skip})
            )
        except NotFound:
            return []
        return answers.rows(answer.data)

    def _call(self, method: str, path: str, kind: Kind, **more: Any) -> Call:
        return Call(method, self._config.esignature_url, path, kind, Access.ESIGNATURE, **more)


def request_body(new: NewProcedure, config: ProviderConfig) -> dict[str, Any]:
    """The body of `POST /EU-SES`.

    `options` is always sent: the paper calls it optional, its 422 does not. `title` and `language` are not on
    paper, but integrators send them and answers show them.
    """
    ui = dict(config.esignature_ui)
    if new.complete_url:
        ui["completeUrl"] = new.complete_url
    if new.cancel_url:
        ui["cancelUrl"] = new.cancel_url
    return {
        "title": new.title,
        "inputDocuments": [{"sourceType": "base64", "payload": base64.b64encode(new.content).decode()}],
        "signers": [_new_signer(signer, config.esignature_unit_scale) for signer in new.signers],
        "callback": {
            "url": new.callback_url,
            "method": "JSON",
            "custom": {"key": new.callback_key},
            "retry": config.callback_retries,
        },
        "options": {
            "signatureMode": list(config.signature_modes),
            "signerMustRead": config.signer_must_read,
            # All three are true by default: a signer could sign as somebody else.
            "userEditableData": {"name": False, "mobile": False, "email": False},
            "timezone": config.timezone,
            **({"ui": ui} if ui else {}),
        },
    }


def _new_signer(signer: NewSigner, scale: Decimal) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": signer.name,
        "surname": signer.surname,
        "authentication": [signer.otp_channel],
        "signatures": [_box(placement, scale) for placement in signer.placements],
    }
    if signer.email:
        body["email"] = signer.email
    if signer.mobile:
        body["mobile"] = international(signer.mobile)
    if signer.language:
        body["language"] = signer.language
    if signer.message:
        body["message"] = code_message(signer.message, is_sms=signer.otp_channel == "sms")
    return body


def _box(placement: NewPlacement, scale: Decimal) -> dict[str, Any]:
    # Coordinates are strings on the way in and integers on the way out.
    x, y = ((value * scale).quantize(Decimal(1), ROUND_HALF_UP) for value in (placement.left, placement.top))
    return {"page": placement.page, "x": str(max(x, Decimal(0))), "y": str(max(y, Decimal(0)))}


def code_message(message: str, *, is_sms: bool) -> str:
    """The text that carries the code: with its placeholder, and in an SMS within 160 characters with it."""
    message = " ".join(message.split())
    if _PLACEHOLDER not in message:
        message = f"{message} {_PLACEHOLDER}"
    excess = len(message) + _CODE_LENGTH - len(_PLACEHOLDER) - _SMS_LENGTH
    if not is_sms or excess <= 0:
        return message
    before, _, after = message.partition(_PLACEHOLDER)
    room = len(before) - excess
    if room < 2:
        before, after = (before + after), ""
        room = _SMS_LENGTH - _CODE_LENGTH - 1
    return f"{before[: room - 2].rstrip()}… {_PLACEHOLDER}{after}"


def _signer(row: Mapping[str, Any]) -> ProcedureSigner:
    raw_state = answers.text(row.get("state"))
    return ProcedureSigner(
        reference=answers.identifier(row),
        name=answers.text(row.get("name")),
        surname=answers.text(row.get("surname")),
        email=answers.text(row.get("email")),
        mobile=answers.text(row.get("mobile")),
        raw_state=raw_state,
        state=signer_state(raw_state),
        link=answers.text(row.get("url")),
    )


def _summary(row: Mapping[str, Any]) -> ProcedureSummary:
    raw_state = answers.text(row.get("state"))
    document = answers.mapping(row.get("document"))
    return ProcedureSummary(
        reference=answers.identifier(row),
        generation=Generation.ESIGNATURE,
        title=answers.text(row.get("documentTitle")) or answers.text(document.get("title")),
        raw_state=raw_state,
        state=procedure_state(raw_state, Generation.ESIGNATURE),
        created_at=answers.moment(row.get("createdAt")),
    )


def _is_past(seen: list[ProcedureSummary], since: datetime) -> bool:
    times = [one.created_at for one in seen]
    known = [time for time in times if time is not None]
    return len(known) == len(times) and known == sorted(known, reverse=True) and known[-1] < since


def _is_wanted(one: ProcedureSummary, since: datetime | None) -> bool:
    return bool(one.reference) and (since is None or one.created_at is None or one.created_at >= since)
