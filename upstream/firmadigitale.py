"""Simple signatures, first generation: `/firma_elettronica…` (contract, section 5). Support ends 2026-12-31."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import answers
from .callbacks import KEY_HEADER, callback_key, callback_url
from .calls import Answer, Call, Kind, broken, segment
from .config import ProviderConfig
from .conversation import not_sent
from .errors import NotFound, ProviderError, Rejected
from .interfaces import Interface, InterfaceDefinition, read_interface
from .people import check, international, refuse
from .port import (
    Generation,
    NewPlacement,
    NewProcedure,
    NewSigner,
    Procedure,
    ProcedureSigner,
    ProcedureState,
    ProcedureSummary,
)
from .redaction import without_secrets
from .tokens import Access
from .transport import Transport
from .words import procedure_state, signer_state

_LIST = "/firma_elettronica"
_INTERFACES = "/firma_elettronica_ui"


class FirmaDigitale:
    """The first generation. Implements `Signatures`. Codes go by SMS only; nothing can be withdrawn."""

    generation = Generation.FIRMADIGITALE
    audit_formats: tuple[str, ...] = ("json",)

    def __init__(self, transport: Transport, config: ProviderConfig) -> None:
        self._transport = transport
        self._config = config
        self._interfaces: dict[str, str] = {}

    def create(self, new: NewProcedure) -> Procedure:
        """Buy a procedure: `POST /firma_elettronica/base`. COSTS MONEY, sent at most once.

        Every signer needs a mobile number, since codes go by SMS whatever `otp_channel` says: Rejected
        otherwise, before anything is sent. Errors as in `Signatures.create`.
        """
        check(new)
        if not all(international(signer.mobile) for signer in new.signers):
            raise refuse("the first generation sends codes by SMS only: every signer needs a mobile number")
        interface = self._interface_for(new)
        body = request_body(new, self._config, interface)
        return self.read(self._transport.ask(self._call("POST", f"{_LIST}/base", Kind.PAID, body=body)))

    def recent(self, since: datetime | None = None) -> list[ProcedureSummary]:
        """Procedures made at or after `since`, and those whose time is unknown; the list has no pages."""
        found = [_summary(row) for row in self._list(_LIST)]
        return [
            one
            for one in found
            if one.reference and (since is None or one.created_at is None or one.created_at >= since)
        ]

    def detail(self, reference: str) -> Procedure:
        """The procedure as it stands now. Raises NotFound, or Rejected for a malformed id."""
        return self.read(self._transport.ask(self.detail_call(reference)))

    def detail_call(self, reference: str) -> Call:
        """The call behind `detail`, for following many at once."""
        return self._call("GET", f"{_LIST}/{segment(reference)}", Kind.READ)

    def signed_document(self, reference: str) -> bytes:
        """The signed PDF, from base64 in JSON. Raises NotFound for a wrong id or until all have signed."""
        call = self._call("GET", f"{_LIST}/{segment(reference)}/download", Kind.READ)
        answer = self._transport.ask(call)
        # `content` stands beside `success`, without `data`; a wrapped one would do as well.
        content = answers.mapping(answer.answer).get("content") or answers.mapping(answer.data).get("content")
        try:
            document = base64.b64decode("".join(answers.text(content).split()), validate=True)
        except binascii.Error as error:
            raise broken(call, "the document is not base64", status=answer.status) from error
        if not document:
            raise broken(call, "the document is empty", status=answer.status)
        return document

    def audit(self, reference: str, format: str = "json") -> bytes:
        """The audit trail as sent. It holds signing links and one-time codes: see `redacted_audit`."""
        if format not in self.audit_formats:
            raise refuse(f"no audit trail in format {format!r} in this generation")
        call = self._call("GET", f"{_LIST}/{segment(reference)}/audit", Kind.READ, expect="file")
        return self._transport.ask(call).body

    def withdraw(self, reference: str) -> bool:
        """False: this generation can neither cancel nor delete."""
        return False

    def interfaces(self) -> list[Interface]:
        """All signing pages kept at the provider."""
        return [read_interface(row) for row in self._list(_INTERFACES)]

    def interface(self, reference: str) -> Interface:
        """One signing page. Raises NotFound."""
        answer = self._transport.ask(self._call("GET", f"{_INTERFACES}/{segment(reference)}", Kind.READ))
        return read_interface(answers.mapping(answer.data))

    def create_interface(self, definition: InterfaceDefinition) -> Interface:
        """Make a signing page; costs nothing."""
        call = self._call("POST", _INTERFACES, Kind.CHANGE, body=definition.body())
        made = read_interface(answers.mapping(self._transport.ask(call).data))
        if not made.reference:
            raise broken(call, "the answer names no id")
        return made

    def delete_interface(self, reference: str) -> None:
        """Remove a signing page; one that is gone already is no error."""
        try:
            self._transport.ask(self._call("DELETE", f"{_INTERFACES}/{segment(reference)}", Kind.CHANGE))
        except NotFound:
            pass
        self._interfaces = {name: kept for name, kept in self._interfaces.items() if kept != reference}

    def ensure_interface(self, definition: InterfaceDefinition) -> str:
        """The id of the signing page with this name, made if there is none. Never changes an existing one."""
        known = self._interfaces.get(definition.name)
        if known:
            return known
        same = [one for one in self.interfaces() if one.name == definition.name and one.reference]
        made = same[0] if same else self.create_interface(definition)
        self._interfaces[definition.name] = made.reference
        return made.reference

    def read(self, answer: Answer) -> Procedure:
        """A procedure from an answer of create or detail. Raises Unavailable when it is not one."""
        row = answers.mapping(answer.data)
        reference = answers.identifier(row)
        if not reference:
            raise broken(self._call("GET", _LIST, Kind.READ), "the answer names no id", body=answer.body)
        state, raw_state = _state(row)
        has_failed = state is ProcedureState.FAILED
        return Procedure(
            reference=reference,
            generation=self.generation,
            raw_state=raw_state,
            state=state,
            signers=tuple(_signer(one) for one in answers.rows(row.get("members"))),
            title=answers.text(row.get("title")) or answers.text(row.get("filename")),
            created_at=_created_at(row),
            callback_key=callback_key(row.get("callback")),
            signed_md5="",
            error_number="",
            error_message=raw_state if has_failed else "",
            raw=without_secrets(row),
        )

    def _interface_for(self, new: NewProcedure) -> str:
        if not new.complete_url and not new.cancel_url:
            return ""
        digest = hashlib.sha256(f"{new.complete_url}\n{new.cancel_url}".encode()).hexdigest()[:16]
        definition = InterfaceDefinition(
            name=f"return-{digest}", complete_url=new.complete_url, cancel_url=new.cancel_url
        )
        try:
            return self.ensure_interface(definition)
        except (Rejected, NotFound):
            # The endpoint is deprecated; without it the signer merely isn't led back to us.
            return ""
        except ProviderError as error:
            raise not_sent(error, is_paid=True) from error

    def _list(self, path: str) -> list[Mapping[str, Any]]:
        try:
            return answers.rows(self._transport.ask(self._call("GET", path, Kind.READ)).data)
        except NotFound:
            return []

    def _call(self, method: str, path: str, kind: Kind, **more: Any) -> Call:
        return Call(method, self._config.firmadigitale_url, path, kind, Access.FIRMADIGITALE, **more)


def request_body(new: NewProcedure, config: ProviderConfig, interface: str = "") -> dict[str, Any]:
    """The body of `POST /firma_elettronica/base`."""
    return {
        "filename": new.filename,
        "content": base64.b64encode(new.content).decode(),
        "title": new.title,
        "description": new.message,
        "members": [_member(signer, config) for signer in new.signers],
        "callback": {
            "url": callback_url(new.callback_url, new.callback_key),
            "field": "data",
            "headers": {KEY_HEADER: new.callback_key},
        },
        **({"ui": interface} if interface else {}),
    }


def _member(signer: NewSigner, config: ProviderConfig) -> dict[str, Any]:
    return {
        "firstname": signer.name,
        "lastname": signer.surname,
        "email": signer.email,
        "phone": international(signer.mobile),
        "signs": [
            {"page": placement.page, "position": position(placement, config)}
            for placement in signer.placements
        ],
    }


def position(placement: NewPlacement, config: ProviderConfig) -> str:
    """`x1,y1,x2,y2` of the box. Its origin is undocumented [assumed: lower left corner, points]."""
    top, bottom = placement.top, placement.top + placement.height
    if config.firmadigitale_origin == "lower-left":
        top, bottom = placement.page_height - bottom, placement.page_height - top
    corners = (placement.left, top, placement.left + placement.width, bottom)
    scaled = (
        (corner * config.firmadigitale_unit_scale).quantize(Decimal(1), ROUND_HALF_UP) for corner in corners
    )
    return ",".join(str(max(corner, Decimal(0))) for corner in scaled)


def _state(row: Mapping[str, Any]) -> tuple[ProcedureState, str]:
    raw_state = answers.text(row.get("status"))
    members = answers.rows(row.get("members"))
    has_links = any(answers.text(member.get("sign_link")) for member in members)
    return procedure_state(raw_state, Generation.FIRMADIGITALE, has_links=has_links), raw_state


def _created_at(row: Mapping[str, Any]) -> datetime | None:
    # The procedure itself shows no time on paper; its members are made with it.
    times = [answers.moment(row.get("createdAt"))]
    if times[0] is None:
        times = [answers.moment(member.get("createdAt")) for member in answers.rows(row.get("members"))]
    return min((time for time in times if time is not None), default=None)


def _signer(row: Mapping[str, Any]) -> ProcedureSigner:
    raw_state = answers.text(row.get("status"))
    return ProcedureSigner(
        reference=answers.identifier(row),
        name=answers.text(row.get("firstname")),
        surname=answers.text(row.get("lastname")),
        email=answers.text(row.get("email")),
        mobile=answers.text(row.get("phone")),
        raw_state=raw_state,
        state=signer_state(raw_state),
        link=answers.text(row.get("sign_link")),
    )


def _summary(row: Mapping[str, Any]) -> ProcedureSummary:
    state, raw_state = _state(row)
    return ProcedureSummary(
        reference=answers.identifier(row),
        generation=Generation.FIRMADIGITALE,
        title=answers.text(row.get("title")) or answers.text(row.get("filename")),
        raw_state=raw_state,
        state=state,
        created_at=_created_at(row),
    )
