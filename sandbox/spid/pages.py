"""The identity provider's page: one address, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from . import identify
from .identify import DOCUMENTS, FAILURES, StepRefused
from .models import SpidVoucher, VoucherPhase
from .words import language_of, words

Take = Callable[[SpidVoucher, dict[str, str]], None]
# What is asked in a phase, and who takes what was typed.
_STEPS: dict[str, tuple[str, Take]] = {
    VoucherPhase.NEW: ("data", identify.take_data),
    VoucherPhase.FAILED: ("data", identify.take_data),
    VoucherPhase.DATA: ("codes", identify.take_codes),
    VoucherPhase.CODES: ("document", identify.take_document),
    VoucherPhase.DOCUMENT: ("video", identify.take_video),
}


@require_http_methods(["GET", "POST"])
@csrf_protect
def wizard(request: HttpRequest) -> HttpResponse:
    """The step that the voucher is at; a posted one is taken, and the next is shown."""
    voucher = SpidVoucher.objects.filter(code=request.GET.get("voucher", "")).first()
    if voucher is None or voucher.is_used_up:
        return _show(request, "unknown", status=404)
    if request.method == "GET":
        language = language_of(request.headers.get("Accept-Language", ""))
        SpidVoucher.objects.filter(pk=voucher.pk).update(opened=voucher.opened + 1, language=language)
        return _show(request, _STEPS[voucher.phase][0], voucher)
    step, take = _STEPS[voucher.phase]
    if request.POST.get("step") == step:
        try:
            take(voucher, request.POST.dict())
        except StepRefused as refused:
            return _show(request, step, voucher, refused.reason, request.POST, status=422)
    return HttpResponseRedirect(reverse("spid-done") if voucher.is_used_up else _address(voucher))


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """After the recognition: nothing is left to do here."""
    return _show(request, "done")


def _address(voucher: SpidVoucher) -> str:
    return f"{reverse('spid-wizard')}?{urlencode({'voucher': voucher.code})}"


def _show(
    request: HttpRequest,
    step: str,
    voucher: SpidVoucher | None = None,
    problem: str = "",
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    language = language_of(request.headers.get("Accept-Language", ""))
    said = words(language)
    context = {
        "voucher": voucher,
        "step": step,
        "language": language,
        "words": said,
        "problem": said[problem] if problem else "",
        "fields": [(name, said[name], (typed or {}).get(name, "")) for name in _FIELDS.get(step, ())],
        "documents": [(name, said[name]) for name in DOCUMENTS],
        "failures": [(name, said[f"failure_{name}"]) for name in FAILURES],
        "has_failed": voucher is not None and voucher.phase == VoucherPhase.FAILED,
    }
    response = render(request, "sandbox/spid.html", context, status=status)
    response["Content-Language"] = language
    return response


_FIELDS = {
    "data": ("name", "surname", "tax_code", "email", "mobile"),
    "codes": ("email_code", "sms_code"),
}
