"""The processor's call, the page where one pays, and the same without a browser for tests."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from .hook import deliver, event_of
from .models import CardSession

_NEEDED = ("success_url", "cancel_url", "line_items[0][price_data][unit_amount]")
LEAST_CENTS = 50


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": {"type": "invalid_request_error", "message": message}}, status=status)


@csrf_exempt
@require_POST
def create(request: HttpRequest) -> JsonResponse:
    """Make a payment page, once for each ``Idempotency-Key``."""
    if request.headers.get("Authorization") != f"Bearer {settings.SANDBOX_CARD_KEY}":
        return _refusal("Invalid API Key provided", 401)
    missing = [name for name in _NEEDED if not request.POST.get(name)]
    if missing or request.POST.get("mode") != "payment":
        return _refusal(f"Missing required param: {(missing or ['mode'])[0]}.", 400)
    amount = request.POST["line_items[0][price_data][unit_amount]"]
    if not amount.isdecimal() or int(amount) < LEAST_CENTS:
        return _refusal("The amount must be at least 0.50 EUR, in whole cents.", 400)
    session, _ = CardSession.objects.get_or_create(
        idempotency_key=request.headers.get("Idempotency-Key") or request.POST["success_url"],
        defaults={
            "reference": request.POST.get("client_reference_id", ""),
            "amount": int(amount),
            "currency": request.POST.get("line_items[0][price_data][currency]", "eur"),
            "title": request.POST.get("line_items[0][price_data][product_data][name]", ""),
            "email": request.POST.get("customer_email", ""),
            "success_url": request.POST["success_url"],
            "cancel_url": request.POST["cancel_url"],
        },
    )
    address = f"{settings.SANDBOX_URL}/cards/pay/{session.pk}"
    return JsonResponse({**session.as_json(), "url": address if session.status == "open" else None})


@require_http_methods(["GET", "POST"])
@csrf_protect
def pay(request: HttpRequest, pk: str) -> HttpResponse:
    """Where one pays, or gives up; afterwards, the way back to the shop."""
    session = CardSession.objects.filter(pk=pk).first()
    if session is not None and request.method == "POST" and session.status == "open":
        _end(session, request.POST.get("step") == "pay")
        deliver(session)
        session.refresh_from_db()
    return render(request, "sandbox/card.html", {"session": session}, status=200 if session else 404)


def _end(session: CardSession, is_paid: bool) -> None:
    session.status = "complete" if is_paid else "expired"
    session.payment_status = "paid" if is_paid else "unpaid"
    session.save(update_fields=["status", "payment_status"])


@csrf_exempt
@require_POST
def end_without_browser(request: HttpRequest, pk: str, step: str) -> JsonResponse:
    """``pay`` or ``expire`` a payment; the event is handed back instead of being sent."""
    session = CardSession.objects.filter(pk=pk).first()
    if session is None or step not in {"pay", "expire"}:
        return JsonResponse({"error": "no such payment or step"}, status=404)
    _end(session, step == "pay")
    body, signature = event_of(session)
    return JsonResponse({"body": body, "signature": signature})
