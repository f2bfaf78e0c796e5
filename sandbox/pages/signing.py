"""The signing page: read, get a code, sign or refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from .. import knobs
from ..api.answers import Refusal
from ..api.bodies import ip_of
from ..flows import files
from ..flows import sign as signing
from ..flows.code import CodeRefused, send_code
from ..flows.validate import measure_of
from ..models import FileKind, Generation, Phase, Procedure, Signer, SignerPhase
from ..paper import pdf
from ..paper.places import seen_box
from ..paper.stamp import BadDrawing
from .look import Look, Way, look_of
from .words import language_of, words

# Which field a refusal belongs to; the others concern the page.
_FIELDS = {
    "wrong_code": "code",
    "too_many_attempts": "code",
    "code_expired": "code",
    "no_code": "code",
    "bad_drawing": "drawing",
    "must_read_error": "read",
}


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
    # Files vanish after their days, also from under an open procedure.
    has_files = phase == Phase.SIGNING and files.exist(signer.procedure_id)
    return "open" if has_files else "closed"


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


def _language(request: HttpRequest, signer: Signer, look: Look) -> str:
    accepted = request.headers.get("Accept-Language", "")
    return language_of(signer, accepted, look.languages, look.default_language)


def _show(
    request: HttpRequest, signer: Signer, reason: str = "", left: int = 0, typed: Any = None
) -> HttpResponse:
    """The page as it stands; with the reason why something was refused, and what had been typed."""
    procedure, stage = signer.procedure, stage_of(signer)
    look = look_of(procedure)
    language = _language(request, signer, look)
    said = words(language, look.words(language))
    mode = (typed or {}).get("mode")
    context = {
        "signer": signer,
        "procedure": procedure,
        "stage": stage,
        "look": look,
        "language": language,
        "words": said,
        "problem": said[reason] if reason else "",
        "left": left,
        "problem_field": _FIELDS.get(reason, ""),
        "typed": typed or {},
        "mode": mode if mode in look.modes else look.modes[0],
        "maps": _maps(signer) if stage == "open" else [],
        "people": procedure.signers.all() if look.shows_people else [],
        "can_refuse": _can_refuse(procedure),
        "way": _way_out(signer, stage, look),
        "is_all_signed": procedure.phase == Phase.DONE,
    }
    response = render(request, "sandbox/sign.html", context, status=422 if reason else 200)
    response["Content-Security-Policy"] = look.policy()
    response["Content-Language"] = language
    if context["way"].is_automatic:
        response["Refresh"] = f"0;url={iri_to_uri(context['way'].url)}"
    return response


def _way_out(signer: Signer, stage: str, look: Look) -> Way:
    """Where this face of the page leads; by itself only for whoever has just ended here."""
    if stage == "done":
        return look.complete
    if stage == "refused":
        is_theirs = signer.phase == SignerPhase.REFUSED
        return look.cancel if is_theirs else replace(look.cancel, is_automatic=False)
    if stage == "closed":
        return replace(look.failed, is_automatic=False)
    return Way()


def _back(signer: Signer) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("sign", args=[signer.secret]))


@require_safe
@csrf_protect
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """What the signer sees."""
    signer = _signer(secret)
    if stage_of(signer) == "open":
        signing.open_page(signer, ip_of(request), _agent(request))
    return _show(request, signer)


@require_safe
def look_css(request: HttpRequest, secret: str) -> HttpResponse:
    """The colours that the customer chose, as custom properties of the stylesheet."""
    colours = look_of(_signer(secret).procedure).colours
    rules = "".join(f"--look-{name}:{colour};" for name, colour in colours.items())
    return HttpResponse(f":root{{{rules}}}", content_type="text/css; charset=utf-8")


@require_safe
def state(request: HttpRequest, secret: str) -> HttpResponse:
    """Whether the page has another face by now."""
    return JsonResponse({"stage": stage_of(_signer(secret))})


@require_safe
def document(request: HttpRequest, secret: str) -> HttpResponse:
    """The document as it stands."""
    signer = _signer(secret)
    may_have_all = look_of(signer.procedure).may_download
    kinds = [FileKind.WORKING, FileKind.VALIDATED]
    data = files.read(signer.procedure_id, *([FileKind.SIGNED, *kinds] if may_have_all else kinds))
    if data is None or stage_of(signer) in {"preparing", "closed"}:
        raise Http404
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="document.pdf"'
    response["Content-Security-Policy"] = "frame-ancestors 'self'"
    return response


def _edit(signer: Signer, look: Look, request: HttpRequest) -> None:
    """Take what the signer may change about themselves."""
    changed = {}
    for right, names in {"name": ("name", "surname"), "mobile": ("mobile",), "email": ("email",)}.items():
        for name in names:
            value = request.POST.get(name, "").strip()[:200]
            if right in look.editable and value and value != getattr(signer, name):
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
    look = look_of(signer.procedure)
    _edit(signer, look, request)
    channel = request.POST.get("channel") or (signer.authentication or ["sms"])[0]
    try:
        send_code(signer, channel, _language(request, signer, look), ip_of(request), _agent(request))
    except CodeRefused as refused:
        return _show(request, signer, refused.reason)
    return HttpResponseRedirect(f"{reverse('sign', args=[signer.secret])}#signature")


@require_POST
@csrf_protect
def finish(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign."""
    signer = _signer(secret)
    if stage_of(signer) != "open":
        return _back(signer)
    look = look_of(signer.procedure)
    if look.must_read and not request.POST.get("read"):
        return _show(request, signer, "must_read_error", typed=request.POST)
    mode = request.POST.get("mode")
    act = signing.Act(
        code=request.POST.get("code", ""),
        ip=ip_of(request),
        user_agent=_agent(request),
        mode=mode if mode in look.modes else look.modes[0],
        text=request.POST.get("text", ""),
        drawing=request.POST.get("drawing", ""),
    )
    try:
        signing.sign(signer, act)
    except CodeRefused as refused:
        signer.refresh_from_db()
        return _show(request, signer, refused.reason, refused.left, request.POST)
    except BadDrawing:
        return _show(request, signer, "bad_drawing", typed=request.POST)
    except signing.NotYourTurn:
        return _show(request, signer, "not_your_turn", typed=request.POST)
    except Refusal:
        return _show(request, _signer(secret), "no_credit", typed=request.POST)
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
