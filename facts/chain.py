"""History that cannot be rewritten unnoticed: an append-only list of events, each sealed to the one before.

The hash of an event covers its number, time, kind, actor, address, data and the hash before it, in one
canonical JSON text (``docs/evidence.md``); whoever holds the last hash can check the whole list.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .append_only import AppendOnly

GENESIS = "0" * 64


def utc_text(moment: datetime) -> str:
    """A moment as the chain writes it: UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class ChainedEvent(AppendOnly):
    """One event of a subject's history. A subclass adds the foreign key ``subject`` and a unique (subject, number)."""

    class Actor(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        SIGNER = "signer", _("signer")
        HOLDER = "holder", _("holder")
        STAFF = "staff", _("staff")
        SYSTEM = "system", _("Sigillo")
        PROVIDER = "provider", _("provider")

    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=60)
    actor = models.CharField(_("actor"), max_length=10, choices=Actor.choices)
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    ip = models.CharField(_("IP address"), max_length=45, blank=True)
    data = models.JSONField(_("data"), default=dict)
    previous_hash = models.CharField(_("hash of the one before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        abstract = True
        ordering = ["number"]

    def computed_hash(self) -> str:
        """The hash that this event must have, from its own content and the hash before."""
        return hashlib.sha256(canonical(self.as_record()).encode()).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """The event as it goes into the hash and into the evidence bundle."""
        return {
            "number": self.number,
            "at": utc_text(self.at),
            "kind": self.kind,
            "actor": self.actor,
            "actor_name": self.actor_name,
            "ip": self.ip,
            "data": self.data,
            "previous_hash": self.previous_hash,
        }

    @classmethod
    def append(
        cls,
        subject: models.Model,
        kind: str,
        *,
        actor: str = Actor.SYSTEM,
        actor_name: str = "",
        ip: str = "",
        at: datetime | None = None,
        **data: Any,
    ) -> "ChainedEvent":
        """Add an event to a subject's history, inside the transaction of the change it tells of.

        Two writers at once: the unique (subject, number) lets one through, and the other's whole transaction
        fails and is tried again by whoever called, so the caller locks the subject's row first
        (``select_for_update`` on PostgreSQL; SQLite has one writer anyway).
        """
        last = cls._default_manager.filter(subject=subject).order_by("-number").first()
        event = cls(
            subject=subject,
            number=last.number + 1 if last else 1,
            at=at or timezone.now(),
            kind=kind,
            actor=actor,
            # As long as it is kept: somebody without a name is called by an address, which may be longer.
            actor_name=actor_name[:200],
            ip=ip,
            data=json.loads(canonical(data)),
            previous_hash=last.hash if last else GENESIS,
        )
        event.hash = event.computed_hash()
        event.save()
        return event


def canonical(record: Any) -> str:
    """One text for one content: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def first_break(events: Iterable[ChainedEvent]) -> int | None:
    """Number of the first event that does not follow from the one before; None if the chain holds."""
    previous, expected = GENESIS, 1
    for event in events:
        if event.number != expected or event.previous_hash != previous or event.computed_hash() != event.hash:
            return event.number
        previous, expected = event.hash, expected + 1
    return None


def broken_histories(kind: type[ChainedEvent]) -> Iterator[tuple[Any, int]]:
    """Of every history of this kind that does not hold: its subject's id and the first event that breaks it.

    Reads all of them in the order of their unique index, a piece at a time.
    """
    found: Any = kind._default_manager.order_by("subject_id", "number").iterator(chunk_size=2000)
    for subject_id, history in groupby(found, key=attrgetter("subject_id")):
        number = first_break(history)
        if number is not None:
            yield subject_id, number
