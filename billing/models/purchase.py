"""Purchases at the provider, behind a fence: intended, sent once, settled by facts (design decision 1)."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly

from .price_book import Tariff


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def for_organisation(self, organisation: Any) -> "PurchaseQuerySet":
        return self.filter(organisation=organisation)

    def to_send(self, now: datetime) -> "PurchaseQuerySet":
        """Intended, or proven not bought and to be tried again by now; of each line only whoever is at its head."""
        ahead = Q(state__in=Purchase.SENDABLE) & (
            Q(created_at__lt=OuterRef("created_at"))
            | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk"))
        )
        line = Purchase.objects.filter(~Q(line=""), line=OuterRef("line"))
        is_blocked = Exists(line.filter(ahead | Q(state__in=Purchase.ON_ITS_WAY)))
        return self.filter(~is_blocked, state__in=Purchase.SENDABLE, next_attempt_at__lte=now)

    def waiting_in(self, line: str) -> "PurchaseQuerySet":
        """Who waits in a line, first come first served."""
        return self.filter(line=line, state__in=Purchase.SENDABLE).order_by("created_at", "pk")

    def to_settle(self, now: datetime) -> "PurchaseQuerySet":
        """Ended unclear, or lost its sender on the way; to be looked up at the provider by now."""
        return self.filter(state__in=Purchase.ON_ITS_WAY, next_attempt_at__lte=now)


class Purchase(models.Model):
    """The intent to buy one thing at the provider, committed before the call, and what became of it."""

    class State(models.TextChoices):
        INTENDED = "intended", _("to be bought")
        SENDING = "sending", _("being bought")
        BOUGHT = "bought", _("bought")
        REFUSED = "refused", _("refused by the provider")
        AWAITING_FUNDS = "awaiting_funds", _("waiting for the customer's credit")
        AWAITING_CREDIT = "awaiting_credit", _("waiting for credit at the provider")
        AWAITING_STOCK = "awaiting_stock", _("sold out at the provider, waiting in line")
        UNKNOWN = "unknown", _("ended unclear, being looked up")
        UNDECIDED = "undecided", _("unclear: staff must decide")
        WITHDRAWN = "withdrawn", _("withdrawn before it was bought")
        LOST = "lost", _("bought, but what was bought is lost")

    SENDABLE = (State.INTENDED, State.AWAITING_CREDIT, State.AWAITING_STOCK)
    ON_ITS_WAY = (State.SENDING, State.UNKNOWN)
    # What may follow what; every change is one conditional UPDATE that checks it.
    TRANSITIONS: dict[str, tuple[str, ...]] = {
        State.INTENDED: (State.SENDING, State.WITHDRAWN),
        State.AWAITING_FUNDS: (State.INTENDED, State.WITHDRAWN),
        State.AWAITING_CREDIT: (State.SENDING, State.WITHDRAWN),
        State.AWAITING_STOCK: (State.SENDING, State.WITHDRAWN),
        State.SENDING: (
            State.BOUGHT, State.REFUSED, State.AWAITING_CREDIT, State.AWAITING_STOCK, State.INTENDED, State.UNKNOWN,
        ),
        State.UNKNOWN: (State.BOUGHT, State.INTENDED, State.UNDECIDED),
        State.UNDECIDED: (State.BOUGHT, State.INTENDED, State.WITHDRAWN, State.LOST),
        State.BOUGHT: (),
        State.REFUSED: (),
        State.WITHDRAWN: (),
        State.LOST: (),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    # The business fact that is bought, such as "envelope:<id>": bought at most once.
    fact_key = models.CharField(_("fact"), max_length=120, unique=True)
    product = models.CharField(_("product"), max_length=40)
    generation = models.CharField(_("generation"), max_length=20)
    # Purchases of one line are sent one at a time, first come first served, so that each one's trace in the wallet
    # stands alone. Needed where the provider lists nothing; empty where it does.
    line = models.CharField(_("line"), max_length=20, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    tariff = models.CharField(_("tariff"), max_length=12, choices=Tariff.choices, default=Tariff.SINGLE)
    expected_cost = models.DecimalField(_("expected cost, EUR"), max_digits=18, decimal_places=8)
    request_digest = models.CharField(_("request digest"), max_length=64)
    # Unguessable; travels to the provider in the callback object and comes back: how a lost create is found.
    callback_key = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.INTENDED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    provider_reference = models.CharField(_("provider reference"), max_length=80, blank=True)
    wallet_before = models.DecimalField(
        _("provider credit before"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    # The account as it stood right before the call (``flows.statement``): without a list, all the proof there is.
    before = models.JSONField(null=True, blank=True, editable=False)
    # What it wants, at which sell prices: those that the customer was shown (``flows.fund``).
    wanted = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(_("intended at"), default=timezone.now)
    sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="purchase_due"),
            models.Index(fields=["organisation", "-created_at"], name="purchase_newest"),
            models.Index(
                fields=["line", "state", "created_at"], name="purchase_in_line", condition=~Q(line="")
            ),
            models.Index(fields=["-created_at", "-id"], name="purchase_newest_of_all"),
            models.Index(fields=["provider_reference"], name="purchase_reference"),
            models.Index(fields=["sent_at"], name="purchase_sent"),
            models.Index(fields=["settled_at"], name="purchase_settled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="provider_reference_bought_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="bought") | ~Q(provider_reference=""),
                name="bought_has_a_reference",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(line="") & Q(state__in=["sending", "unknown"]),
                name="one_on_its_way_in_a_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_key} · {self.get_state_display()}"


def awaits_funds(purchase: Purchase | None) -> bool:
    """Whether a purchase waits for credit in its customer's wallet."""
    return purchase is not None and purchase.state == Purchase.State.AWAITING_FUNDS


class PurchaseStep(AppendOnly):
    """What happened to a purchase, one row a step: all that is known when staff must decide."""

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(_("at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=16, choices=Purchase.State.choices)
    who = models.CharField(_("who"), max_length=200, blank=True)
    known = models.JSONField(_("what is known"), default=dict)

    class Meta:
        verbose_name = _("purchase step")
        verbose_name_plural = _("purchase steps")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.state}"
