"""A gateway for SMS, as a portal sends its own: whatever is handed over appears in the inbox."""

from __future__ import annotations

import hmac
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .. import faults
from ..api.access import bearer_of
from ..api.answers import Refusal
from ..api.bodies import body_of, text_of
from ..flows.messages import arrived

_NUMBER = re.compile(r"\+\d{6,15}\Z")
_LONGEST = 1000


@csrf_exempt
@require_POST
def gateway(request: HttpRequest) -> JsonResponse:
    """Take `{"to": "+39…", "text": "…"}` with the bearer key. 401, 422; the fault `error_500_before` has it fail."""
    if not hmac.compare_digest(bearer_of(request).encode(), settings.SANDBOX_SMS_KEY.encode()):
        return JsonResponse({"error": "unknown key"}, status=401)
    if faults.take_for_call("POST", request.path):
        return JsonResponse({"error": "out of order"}, status=500)
    try:
        body: dict[str, Any] = body_of(request)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    to, text = text_of(body.get("to")), text_of(body.get("text"))
    if not _NUMBER.match(to) or not 0 < len(text) <= _LONGEST:
        return JsonResponse({"error": "to is a number in E.164, text says something"}, status=422)
    return JsonResponse({"id": arrived(to, text).pk}, status=202)
