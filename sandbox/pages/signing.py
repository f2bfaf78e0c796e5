"""The signing page: read, get a code, sign or refuse."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from .. import knobs
from ..api.answers import Refusal
from ..api.bodies import ip_of
from ..api.intake import is_url
from ..flows import files
from ..flows import sign as signing
from ..flows.code import CodeRefused, send_code
from ..flows.validate import measure_of
from ..models import FileKind, Generation, Interface, Phase, Procedure, Signer, SignerPhase
from ..paper import pdf
from ..paper.places import seen_box
from ..paper.stamp import BadDrawing
from .words import language_of, words

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; object-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)


def _signer(secret: str) -> Signer:
    signer = Signer.objects.select_related("procedure").filter(secret=secret).first()
    if signer is None or signer.procedure.phase == Phase.WITHDRAWN:
        raise Http404
    return signer


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def stage_of(signer: Signer) -> str:
    """Which of the page's faces is shown."""
    phase = signer.procedure.phase
    if signer.phase == SignerPhase.SIGNED:
        return "done"
    if phase == Phase.REFUSED:
        return "refused"
    if phase == Phase.PREPARING:
        return "preparing"
    return "open" if phase == Phase.SIGNING else "closed"


def _interface(procedure: Procedure) -> dict[str, Any]:
    row = Interface.objects.filter(pk=procedure.interface_id).first() if procedure.interface_id else None
    return row.definition if row else {}


def _way_out(procedure: Procedure, name: str) -> str:
    """The address to lead to: `completeUrl` or `redirectSuccess`, `cancelUrl` or `redirectCancel`."""
    if procedure.generation == Generation.ESIGNATURE:
        url = (procedure.options.get("ui") or {}).get(name)
    else:
        key = {"completeUrl": "redirectSuccess", "cancelUrl": "redirectCancel"}[name]
        url = (_interface(procedure).get(key) or {}).get("url")
    return url if is_url(url) else ""


def _can_refuse(procedure: Procedure) -> bool:
    return procedure.generation == Generation.FIRMADIGITALE or knobs.current().esignature_refusal


def _maps(signer: Signer) -> list[dict[str, Any]]:
    """The pages on which this signer signs, and where, for small drawings of them."""
    data = files.read(signer.procedure_id, FileKind.VALIDATED)
    if data is None:
        return []
    pages, maps = pdf.page_sizes(data), dict[int, dict[str, Any]]()
    measure = measure_of(signer.procedure)
    for place in signer.placements:
        number = int(place.get("page") or 0)
        if not 1 <= number <= len(pages):
            continue
        page = pages[number - 1]
        box = seen_box(place, page, measure)
        shown = maps.setdefault(
            number, {"number": number, "width": page.width, "height": page.height, "boxes": []}
        )
        if box is not None:
            left, top, right, bottom = box
            shown["boxes"].append({"x": left, "y": top, "width": right - left, "height": bottom - top})
    return [maps[number] for number in sorted(maps)]


def _show(request: HttpRequest, signer: Signer, problem: str = "", typed: Any = None) -> HttpResponse:
    procedure, stage = signer.procedure, stage_of(signer)
    language = language_of(signer, request.headers.get("Accept-Language", ""))
    options = procedure.options
    editable = options.get("userEditableData") or {}
    is_old = procedure.generation == Generation.FIRMADIGITALE
    ui = options.get("ui") or {}
    context = {
        "signer": signer,
        "procedure": procedure,
        "stage": stage,
        "language": language,
        "words": words(language),
        "problem": problem,
        "typed": typed or {},
        "modes": ["typed", "drawn"] if is_old else options.get("signatureMode", ["typed"]),
        "editable": {}
        if is_old
        else {name: editable.get(name, True) for name in ("name", "mobile", "email")},
        "must_read": bool(options.get("signerMustRead")),
        "maps": _maps(signer) if stage == "open" else [],
        "can_refuse": _can_refuse(procedure),
        "has_comment": _interface(procedure).get("enableRefuseComment", True) if is_old else True,
        "complete_url": _way_out(procedure, "completeUrl") if stage == "done" else "",
        "cancel_url": _way_out(procedure, "cancelUrl") if stage in {"open", "refused"} else "",
        "is_all_signed": procedure.phase == Phase.DONE,
        "can_download": procedure.phase == Phase.DONE and not ui.get("hideDownloadSigned"),
    }
    response = render(request, "sandbox/sign.html", context, status=422 if problem else 200)
    ancestors = [one for one in ui.get("iframeAncestors") or [] if is_url(one) and ";" not in one]
    response["Content-Security-Policy"] = _POLICY + (" ".join(ancestors) or "'none'")
    response["Content-Language"] = language
    return response


def _back(signer: Signer) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("sign", args=[signer.secret]))


@require_GET
@csrf_protect
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """What the signer sees."""
    signer = _signer(secret)
    if stage_of(signer) == "open":
        signing.open_page(signer, ip_of(request), _agent(request))
    return _show(request, signer)


@require_GET
def state(request: HttpRequest, secret: str) -> HttpResponse:
    """Whether the page has another face by now."""
    return JsonResponse({"stage": stage_of(_signer(secret))})


@require_GET
def document(request: HttpRequest, secret: str) -> HttpResponse:
    """The document as it stands."""
    signer = _signer(secret)
    hide = (signer.procedure.options.get("ui") or {}).get("hideDownloadSigned")
    kinds = [FileKind.WORKING, FileKind.VALIDATED]
    data = files.read(signer.procedure_id, *(kinds if hide else [FileKind.SIGNED, *kinds]))
    if data is None or stage_of(signer) in {"preparing", "closed"}:
        raise Http404
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="document.pdf"'
    response["Content-Security-Policy"] = "frame-ancestors 'self'"
    return response


def _edit(signer: Signer, request: HttpRequest) -> None:
    """Take what the signer may change about themselves."""
    editable = signer.procedure.options.get("userEditableData") or {}
    if signer.procedure.generation == Generation.FIRMADIGITALE:
        return
    changed = {}
    for right, names in {"name": ("name", "surname"), "mobile": ("mobile",), "email": ("email",)}.items():
        for name in names:
            value = request.POST.get(name, "").strip()[:200]
            if editable.get(right, True) and value and value != getattr(signer, name):
                changed[name] = value
                setattr(signer, name, value)
    if changed:
        signer.save(update_fields=list(changed))


@require_POST
@csrf_protect
def send(request: HttpRequest, secret: str) -> HttpResponse:
    """Send a code."""
    signer = _signer(secret)
    if stage_of(signer) != "open":
        return _back(signer)
    language = language_of(signer, request.headers.get("Accept-Language", ""))
    _edit(signer, request)
    channel = request.POST.get("channel") or (signer.authentication or ["sms"])[0]
    try:
        send_code(signer, channel, language, ip_of(request), _agent(request))
    except CodeRefused as refused:
        return _show(request, signer, words(language)[refused.reason])
    return HttpResponseRedirect(f"{reverse('sign', args=[signer.secret])}#signature")


@require_POST
@csrf_protect
def finish(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign."""
    signer = _signer(secret)
    if stage_of(signer) != "open":
        return _back(signer)
    said = words(language_of(signer, request.headers.get("Accept-Language", "")))
    if signer.procedure.options.get("signerMustRead") and not request.POST.get("read"):
        return _show(request, signer, said["must_read_error"], request.POST)
    act = signing.Act(
        code=request.POST.get("code", ""),
        ip=ip_of(request),
        user_agent=_agent(request),
        mode="drawn" if request.POST.get("mode") == "drawn" else "typed",
        text=request.POST.get("text", ""),
        drawing=request.POST.get("drawing", ""),
    )
    try:
        signing.sign(signer, act)
    except CodeRefused as refused:
        signer.refresh_from_db()
        left = f" {said['attempts_left']} {refused.left}" if refused.left else ""
        return _show(request, signer, said[refused.reason] + left, request.POST)
    except BadDrawing:
        return _show(request, signer, said["bad_drawing"], request.POST)
    except signing.NotYourTurn:
        return _show(request, signer, said["not_your_turn"], request.POST)
    except Refusal:
        return _show(request, _signer(secret), said["no_credit"], request.POST)
    except signing.NotOpen:
        pass  # Signed or ended meanwhile: the page says which.
    return _back(signer)


@require_POST
@csrf_protect
def refuse(request: HttpRequest, secret: str) -> HttpResponse:
    """Refuse to sign."""
    signer = _signer(secret)
    if not _can_refuse(signer.procedure):
        raise Http404
    try:
        signing.refuse(signer, request.POST.get("comment", "").strip(), ip_of(request), _agent(request))
    except signing.NotOpen:
        pass  # Signed or ended meanwhile: the page says which.
    return _back(signer)
