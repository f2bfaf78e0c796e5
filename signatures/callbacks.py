"""What the provider calls us with: a hint to look soon, and never a fact."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .certificates.models import Order
from .envelopes.models import Envelope

# A flood of hints must not become a flood of questions.
MOST_OFTEN = timedelta(seconds=1)


@csrf_exempt
@require_POST
def hint(request: HttpRequest, key: str) -> HttpResponse:
    """Something may have happened to the envelope or order of this key: ask the provider soon.

    The unguessable key is all that authenticates the call, so its body is not even read, and the answer is the
    same for a key that nobody has. Keys of all purchases are one space, whatever was bought.
    """
    soon = timezone.now() + MOST_OFTEN
    Envelope.objects.filter(
        state__in=Envelope.FOLLOWED, purchase__callback_key=key, next_check_at__gt=soon
    ).update(next_check_at=soon)
    # An order that is asked about no more by itself may have news all the same: a shipment's number after weeks.
    orders = Order.objects.filter(state__in=Order.FOLLOWED + Order.WATCHED, purchase__callback_key=key)
    orders.filter(Q(next_check_at__gt=soon) | Q(next_check_at=None)).update(next_check_at=soon)
    return HttpResponse(status=200)
