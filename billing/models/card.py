"""Top-ups by card: what was begun at the card processor, and every event that it told us of."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly


class CardPaymentQuerySet(models.QuerySet["CardPayment"]):
    def for_organisation(self, organisation: Any) -> "CardPaymentQuerySet":
        return self.filter(organisation=organisation)


class CardPayment(models.Model):
    """A top-up by card, from the press of the button to the processor's word that it was paid."""

    class State(models.TextChoices):
        BEGUN = "begun", pgettext_lazy("card payment", "begun")
        PAID = "paid", pgettext_lazy("card payment", "paid")
        EXPIRED = "expired", pgettext_lazy("card payment", "expired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    amount = models.DecimalField(_("amount, EUR"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.BEGUN)
    session = models.CharField(_("processor's reference"), max_length=100, blank=True)
    begun_by = models.CharField(_("begun by"), max_length=200)
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = CardPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("card payment")
        verbose_name_plural = _("card payments")
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["-begun_at"], name="card_payment_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="card_payment_of_something"),
            models.UniqueConstraint(fields=["session"], condition=~Q(session=""), name="card_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} · {self.get_state_display()}"


class CardEvent(AppendOnly):
    """An event of the card processor that carried a good signature: taken in once, however often it comes."""

    event = models.CharField(_("event"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=100)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("card event")
        verbose_name_plural = _("card events")

    def __str__(self) -> str:
        return self.event
