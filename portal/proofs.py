"""Do the histories hold? Every chain of events is followed from its first event to its last."""

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from facts.chain import ChainedEvent, broken_histories
from outbox.flows.alarm import alarm


def broken() -> Iterator[tuple[str, str, int]]:
    """What of all kinds of histories does not hold: kind, subject's id, number of the event that breaks it."""
    for kind in apps.get_models():
        if issubclass(kind, ChainedEvent):
            for subject_id, number in broken_histories(kind):
                yield kind._meta.label, str(subject_id), number


def tell_of_broken() -> int:
    """Raise an alarm for each history that does not hold, once. Returns how many there are."""
    count = 0
    for kind, subject_id, number in broken():
        count += 1
        with transaction.atomic():
            alarm(
                key=f"broken-history:{subject_id}:{number}",
                subject=_("A history was changed"),
                text=_("Event %(number)s of %(kind)s %(id)s does not follow from the one before.")
                % {"number": number, "kind": kind, "id": subject_id},
            )
    return count
