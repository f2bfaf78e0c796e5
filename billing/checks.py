"""What must hold of the settings for the purchase fence to be safe."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def patience_outlasts_every_sender(**kwargs: Any) -> Sequence[CheckMessage]:
    """Absence at the provider proves nothing while a sender may still be calling."""
    to_show = min(settings.PURCHASE_SETTLE_AFTER, settings.PURCHASE_UNLISTED_AFTER)
    patience = settings.PURCHASE_STALE_AFTER + to_show
    if patience.total_seconds() > settings.CELERY_TASK_TIME_LIMIT:
        return []
    return [
        Error(
            "A purchase could be sent again while its first sender is still calling.",
            hint="PURCHASE_STALE_SECONDS together with PURCHASE_SETTLE_SECONDS, and with PURCHASE_UNLISTED_SECONDS, "
            "must exceed CELERY_TASK_TIME_LIMIT.",
            id="billing.E001",
        )
    ]
