"""The control desk as JSON, for tests, demos and benchmarks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import clock, faults, knobs
from ..api.account import new_subscription
from ..api.answers import Refusal
from ..api.bodies import ip_of
from ..flows import sign as signing
from ..flows.charge import wallet
from ..flows.code import CodeRefused, send_code
from ..flows.links import link_of
from ..flows.messages import links_in
from ..flows.move import forget_all, move, set_clock, set_credit
from ..flows.seed import seed
from ..models import Delivery, Generation, Message, Phase, Procedure, Signer, SignerPhase, WalletTransaction

_LINKS_SHOWN = 100
Handler = Callable[..., Any]


class Wrong(Exception):
    """The request does not make sense, or not now."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def api(**handlers: Handler) -> Callable[..., HttpResponse]:
    """A view that reads JSON and answers JSON, one handler for each method; pages of other sites are refused."""

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        handler = handlers.get(request.method or "GET")
        if handler is None:
            return JsonResponse({"error": "method not allowed"}, status=405)
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.get_host():
            return JsonResponse({"error": "other sites may not use this"}, status=403)
        try:
            body = json.loads(request.body) if request.body.strip() else {}
            if not isinstance(body, dict):
                raise Wrong("a JSON object is expected")
            return JsonResponse(handler(request, body, **kwargs), safe=False)
        except (Wrong, Refusal) as wrong:
            return JsonResponse({"error": str(wrong)}, status=wrong.status)
        except CodeRefused as refused:
            return JsonResponse({"error": refused.reason, "attempts_left": refused.left}, status=409)
        except (ValueError, TypeError, InvalidOperation) as error:
            return JsonResponse({"error": str(error)}, status=400)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def _health(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "url": settings.SANDBOX_URL, "smtp_port": settings.SANDBOX_SMTP_PORT}


# Messages


def _message(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "to": row.to,
        "from": row.sender,
        "subject": row.subject,
        "text": row.text,
        "html": row.html,
        "links": links_in(row),
        "otp": row.otp or None,
        "received_at": row.received_at.isoformat(),
        "page": f"{settings.SANDBOX_URL}/inbox/{row.pk}/",
    }


def _messages(request: HttpRequest, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Newest first. `to` is compared whole (without case), `subject` in part; `since` is an id."""
    rows = Message.objects.order_by("-pk").defer("raw")
    if request.GET.get("to"):
        rows = rows.filter(to__iexact=request.GET["to"].strip())
    if request.GET.get("kind"):
        rows = rows.filter(kind=request.GET["kind"])
    if request.GET.get("subject"):
        rows = rows.filter(subject__icontains=request.GET["subject"])
    if request.GET.get("since"):
        rows = rows.filter(pk__gt=int(request.GET["since"]))
    return [_message(row) for row in rows[: int(request.GET.get("limit", 200))]]


def _clear_messages(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return {"deleted": Message.objects.all().delete()[0]}


# Faults and knobs


def _faults(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return {"waiting": faults.waiting(), "known": faults.ALL}


def _switch_on(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return faults.waiting_one(faults.switch_on(body))


def _switch_off(request: HttpRequest, body: dict[str, Any], number: int | None = None) -> dict[str, Any]:
    faults.switch_off(number)
    return {"waiting": faults.waiting()}


def _settings(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return knobs.as_dict() | {"choices": knobs.choices()}


def _change_settings(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    knobs.change(body)
    return knobs.as_dict()


# Wallet, plans, clock


def _wallet(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return {"credit": str(wallet().credit.normalize().quantize(Decimal("0.01")))}


def _set_wallet(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    set_credit(Decimal(str(body.get("credit", "1000"))))
    return _wallet(request, body)


def _subscribe(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return new_subscription(body)


def _clock(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "offset": knobs.current().clock_offset}


def _move_clock(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    offset = float(body.get("offset", knobs.current().clock_offset)) + float(body.get("advance", 0))
    set_clock(offset)
    return _clock(request, body)


# State


def _signer(row: Signer) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.full_name,
        "email": row.email,
        "mobile": row.mobile,
        "phase": row.phase,
        "link": link_of(row),
        "codes_sent": row.codes_sent,
        "code_attempts": row.code_attempts,
        "signed_at": row.signed_at.isoformat() if row.signed_at else None,
    }


def _procedure(row: Procedure) -> dict[str, Any]:
    return {
        "id": row.id,
        "generation": row.generation,
        "phase": row.phase,
        "title": row.title,
        "created_at": row.created_at.isoformat(),
        "charged": row.charged_at is not None,
        "signers": [_signer(one) for one in row.signers.all()],
    }


def _state(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Counts of everything ever made since the last reset (withdrawn ones too), and the newest procedures."""
    phases = Procedure.objects.values_list("phase").annotate(Count("pk")).values_list("phase", "pk__count")
    generations = Procedure.objects.values_list("generation").annotate(Count("pk"))
    charges = WalletTransaction.objects.filter(amount__lt=0).exclude(procedure_id="")
    sums = charges.aggregate(Sum("amount"), Sum("people"))
    newest = Procedure.objects.order_by("-created_at", "-pk").prefetch_related("signers")[:_LINKS_SHOWN]
    return {
        "procedures": Procedure.objects.count(),
        "phases": dict(phases),
        "generations": dict(generations.values_list("generation", "pk__count")),
        "charges": charges.count(),
        "charged_people": sums["people__sum"] or 0,
        "charged_amount": str(
            -(sums["amount__sum"] or Decimal(0)).quantize(Decimal("0.00000001")).normalize() + 0
        ),
        "wallet": str(wallet().credit.quantize(Decimal("0.01"))),
        "signers": Signer.objects.count(),
        "signed": Signer.objects.filter(phase=SignerPhase.SIGNED).count(),
        "messages": Message.objects.count(),
        "callbacks": Delivery.objects.count(),
        "callbacks_open": Delivery.objects.filter(active=True).count(),
        "faults": faults.waiting(),
        "newest": [_procedure(row) for row in newest],
        "sign_links": {row.id: [link_of(one) for one in row.signers.all()] for row in newest},
    }


def _found(id: str) -> Procedure:
    row = Procedure.objects.filter(pk=id).prefetch_related("signers").first()
    if row is None:
        raise Wrong("no such procedure", 404)
    return row


def _one_procedure(request: HttpRequest, body: dict[str, Any], id: str) -> dict[str, Any]:
    return _procedure(_found(id))


def _move_procedure(request: HttpRequest, body: dict[str, Any], id: str) -> dict[str, Any]:
    _found(id)
    number = int(body.get("error_number", 110))
    if not move(id, str(body.get("step", "")), number, str(body.get("error_message", ""))):
        raise Wrong("the procedure is not open", 409)
    return _procedure(_found(id))


# Signing without a browser


def _wanted_signer(body: dict[str, Any]) -> Signer:
    link, who = str(body.get("link") or ""), str(body.get("signer") or "")
    rows = Signer.objects.select_related("procedure")
    if link:
        row = rows.filter(secret=urlsplit(link).path.rstrip("/").rpartition("/")[2]).first()
    elif "@" in who:
        if body.get("procedure"):
            rows = rows.filter(procedure_id=body["procedure"])
        waiting = rows.filter(email__iexact=who, phase=SignerPhase.WAITING)
        row = waiting.exclude(procedure__phase=Phase.WITHDRAWN).order_by("-procedure__created_at").first()
    else:
        row = rows.filter(pk=who).first()
    if row is None or row.procedure.phase == Phase.WITHDRAWN:
        raise Wrong("no such signer", 404)
    return row


def _ready(body: dict[str, Any]) -> Signer:
    """The signer once the document is validated; waits for that up to `wait` seconds (10)."""
    until = time.monotonic() + float(body.get("wait", 10))
    while True:
        signer = _wanted_signer(body)
        if signer.procedure.phase != Phase.PREPARING:
            return signer
        if time.monotonic() > until:
            raise Wrong("the document is not validated yet", 409)
        faults.wait(0.05)


def _sign(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Open the page, have a code sent, and sign with it: all that a signer does, in one call."""
    signer = _ready(body)
    ip, agent = ip_of(request), request.headers.get("User-Agent", "sandbox control API")
    if signer.procedure.phase != Phase.SIGNING or signer.phase != SignerPhase.WAITING:
        raise Wrong(f"nothing to sign: procedure {signer.procedure.phase}, signer {signer.phase}", 409)
    signing.open_page(signer, ip, agent)
    channel = str(body.get("channel") or (signer.authentication or ["sms"])[0])
    send_code(signer, channel, signer.language[:2], ip, agent)
    code = str(body.get("code") or signer.code)
    try:
        given = {name: str(body[name]) for name in ("mode", "text", "drawing") if name in body}
        signing.sign(signer, signing.Act(code=code, ip=ip, user_agent=agent, **given))
    except signing.NotOpen as error:
        raise Wrong("nothing to sign, or not yet this signer's turn", 409) from error
    return _procedure(_found(signer.procedure_id)) | {"signer": signer.id, "otp": code}


def _refuse(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    signer = _ready(body)
    is_old = signer.procedure.generation == Generation.FIRMADIGITALE
    if not is_old and not knobs.current().esignature_refusal:
        raise Wrong("esignature knows no refusal unless the setting esignature_refusal is on", 409)
    agent = request.headers.get("User-Agent", "sandbox control API")
    try:
        signing.refuse(signer, str(body.get("comment", "")), ip_of(request), agent)
    except signing.NotOpen as error:
        raise Wrong("nothing to refuse", 409) from error
    return _procedure(_found(signer.procedure_id)) | {"signer": signer.id}


# Many, and none


def _seed(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    phase = Phase(str(body.get("phase", Phase.SIGNING)))
    generation = Generation(str(body.get("generation", Generation.ESIGNATURE)))
    references = seed(int(body.get("procedures", 100)), int(body.get("signers", 1)), phase, generation)
    return {"count": len(references), "references": references}


def _reset(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Forget everything; `settings` are turned at once, before anything can happen under the defaults."""
    forget_all(with_tokens=bool(body.get("tokens")))
    knobs.change(body.get("settings") or {})
    return {"ok": True}


def _settle(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """Wait until everything that is due is done (`wait` seconds at most, 10): validations and callbacks."""
    until = time.monotonic() + float(body.get("wait", 10))
    while not (is_settled := _is_settled()) and time.monotonic() < until:
        faults.wait(0.02)
    return {"settled": is_settled}


def _is_settled() -> bool:
    due = Procedure.objects.filter(phase=Phase.PREPARING, ready_at__lte=clock.now())
    under_way = Delivery.objects.filter(active=True, due_at__lte=clock.now())
    return not due.exists() and not under_way.exists()


health = api(GET=_health)
inbox = api(GET=_messages, DELETE=_clear_messages)
all_faults = api(GET=_faults, POST=_switch_on, DELETE=_switch_off)
one_fault = api(DELETE=_switch_off)
switches = api(GET=_settings, POST=_change_settings)
purse = api(GET=_wallet, POST=_set_wallet)
plan = api(POST=_subscribe)
clock_hands = api(GET=_clock, POST=_move_clock)
state = api(GET=_state)
procedure = api(GET=_one_procedure, POST=_move_procedure)
sign_without_browser = api(POST=_sign)
refuse_without_browser = api(POST=_refuse)
seed_many = api(POST=_seed)
reset = api(POST=_reset)
settle = api(POST=_settle)
