"""Activations: a person who is to have a SPID identity, from the order to the identity's end."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import Price, Purchase
from facts.chain import ChainedEvent

from .identity_provider import IdentityProvider, KeepingRule


class SpidOrderQuerySet(models.QuerySet["Order"]):
    def for_organisation(self, organisation: Any) -> "SpidOrderQuerySet":
        return self.filter(organisation=organisation)

    def drafts(self) -> "SpidOrderQuerySet":
        return self.filter(ordered_at=None)


class Order(models.Model):
    """Some activations that were ordered together, at the price that was shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    created_by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    # The sell price that was agreed: whoever waits in line pays what they were shown.
    sale = models.ForeignKey(
        Price,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed price"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)

    objects = SpidOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("SPID order")
        verbose_name_plural = _("SPID orders")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered_at=None) | Q(sale__isnull=False), name="ordered_at_an_agreed_price"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.created_at:%Y-%m-%d %H:%M}"


class ActivationQuerySet(models.QuerySet["Activation"]):
    def for_organisation(self, organisation: Any) -> "ActivationQuerySet":
        """The one door for everything that a customer can ask for."""
        return self.filter(organisation=organisation)

    def placed(self) -> "ActivationQuerySet":
        return self.exclude(state=Activation.State.DRAFT)

    def taken(self) -> "ActivationQuerySet":
        """Whose codice fiscale must not be bought for again: on the way, or active as far as we were told.

        One that its rule has revoked by now, unless its person forgot to tell us of a use, may be bought for.
        """
        is_revoked = Q(state=Activation.State.ACTIVE, revocation_on__lt=timezone.localdate())
        return self.filter(state__in=[*Activation.OPEN, Activation.State.ACTIVE]).exclude(is_revoked)

    def to_contact(self, now: datetime) -> "ActivationQuerySet":
        """Whose next mail is due by now."""
        return self.filter(next_contact_at__lte=now)

    def needing_attention(self) -> "ActivationQuerySet":
        """Whoever ordered must do or know something."""
        return self.filter(state__in=Activation.ATTENTION, acknowledged_at=None)

    def never_opened(self, before: datetime) -> "ActivationQuerySet":
        """Handed over before this time, and nobody has gone on to the identity provider."""
        return self.filter(state=Activation.State.HANDED_OVER, handed_over_at__lt=before)


class Activation(models.Model):
    """One person's identity: bought, handed over, opened, and from then on what its person tells us."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("activation", "Draft")
        BUYING = "buying", pgettext_lazy("activation", "Being bought")
        AWAITING_CREDIT = "awaiting_credit", pgettext_lazy("activation", "Queued")
        AWAITING_STOCK = "awaiting_stock", pgettext_lazy("activation", "Sold out, in line")
        UNCLEAR = "unclear", pgettext_lazy("activation", "Being checked")
        HANDED_OVER = "handed_over", pgettext_lazy("activation", "Handed over")
        OPENED = "opened", pgettext_lazy("activation", "Opened")
        FAILED = "failed", pgettext_lazy("activation", "Did not succeed yet")
        ACTIVE = "active", pgettext_lazy("activation", "Active")
        ENDED = "ended", pgettext_lazy("activation", "No longer active")
        CLOSED = "closed", pgettext_lazy("activation", "Given up")
        CANCELLED = "cancelled", pgettext_lazy("activation", "Cancelled")
        REFUSED = "refused", pgettext_lazy("activation", "Not possible")

    WAITING = (State.BUYING, State.AWAITING_CREDIT, State.AWAITING_STOCK, State.UNCLEAR)
    # Whose person has the address and may use it.
    USABLE = (State.HANDED_OVER, State.OPENED, State.FAILED)
    # Of these there is never more than one for a codice fiscale, in whichever organisation.
    OPEN = (*WAITING, *USABLE)
    OVER = (State.ENDED, State.CLOSED, State.CANCELLED, State.REFUSED)
    ATTENTION = (State.FAILED, State.REFUSED)
    TRANSITIONS: dict[str, tuple[str, ...]] = {
        State.DRAFT: (State.BUYING,),
        State.BUYING: (
            State.AWAITING_CREDIT, State.AWAITING_STOCK, State.UNCLEAR, State.HANDED_OVER, State.REFUSED,
            State.CANCELLED,
        ),
        State.AWAITING_CREDIT: (
            State.BUYING, State.AWAITING_STOCK, State.UNCLEAR, State.HANDED_OVER, State.REFUSED, State.CANCELLED,
        ),
        State.AWAITING_STOCK: (
            State.BUYING, State.AWAITING_CREDIT, State.UNCLEAR, State.HANDED_OVER, State.REFUSED, State.CANCELLED,
        ),
        State.UNCLEAR: (State.BUYING, State.HANDED_OVER, State.CANCELLED),
        State.HANDED_OVER: (State.OPENED, State.ACTIVE, State.FAILED, State.CLOSED),
        State.OPENED: (State.ACTIVE, State.FAILED, State.CLOSED),
        State.FAILED: (State.OPENED, State.ACTIVE, State.CLOSED),
        # People press the wrong button, and identities end.
        State.ACTIVE: (State.FAILED, State.ENDED),
        State.ENDED: (State.ACTIVE,),
        State.CLOSED: (),
        State.CANCELLED: (),
        State.REFUSED: (),
    }  # fmt: skip

    class Failure(models.TextChoices):
        DOCUMENT_EXPIRED = "document_expired", _("My ID document has expired")
        DOCUMENT_NOT_ACCEPTED = "document_kind_not_accepted", _("My ID document was not accepted")
        HEALTH_CARD = "health_card_missing", _("I had no valid health card or codice fiscale card")
        CAMERA = "image_unreadable", _("Camera, sound or connection were not good enough")
        CONTACT_SHARED = "contact_shared", _("My e-mail or mobile was refused as another person's")
        ALREADY = "already_present", _("I have an identity at this provider already")
        LINK_REFUSED = "link_refused", _("The link was refused as invalid or used")
        NO_OPERATOR = "no_operator", _("No operator answered")
        OTHER = "other", _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="activations", verbose_name=_("SPID order")
    )
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    position = models.PositiveSmallIntegerField(_("place in the order"))
    # The person. Erased when it has served its purpose (flows.erase).
    name = models.CharField(_("name"), max_length=60, blank=True)
    surname = models.CharField(_("surname"), max_length=60, blank=True)
    tax_code = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=5, default="it")

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField(_("since"), default=timezone.now)
    provider = models.ForeignKey(
        IdentityProvider,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("identity provider"),
    )
    purchase = models.OneToOneField(
        Purchase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activation",
        verbose_name=_("purchase"),
    )
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    visited_at = models.DateTimeField(_("page first visited at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("last went on to the identity provider at"), null=True, blank=True)
    # What only its person can know, as they told us.
    failure = models.CharField(_("why it failed"), max_length=30, choices=Failure.choices, blank=True)
    failure_note = models.CharField(_("in their words"), max_length=300, blank=True)
    active_since = models.DateField(_("active since"), null=True, blank=True)
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)
    # By the rule in force, from what they told us.
    rule = models.ForeignKey(
        KeepingRule, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule")
    )
    revocation_on = models.DateField(_("revoked if unused until"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("next mail at"), null=True, blank=True)
    opted_out_at = models.DateTimeField(_("wants no reminders since"), null=True, blank=True)

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    acknowledged_at = models.DateTimeField(_("seen by the customer at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        ordering = ["-created_at", "position"]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="activation_newest"),
            models.Index(fields=["organisation", "state", "-created_at"], name="activation_by_state"),
            models.Index(
                fields=["next_contact_at"],
                name="activation_to_contact",
                condition=Q(next_contact_at__isnull=False),
            ),
            models.Index(fields=["state", "state_since"], name="activation_state_since"),
            models.Index(fields=["tax_code"], name="activation_tax_code"),
            models.Index(fields=["email"], name="activation_email"),
            models.Index(fields=["mobile"], name="activation_mobile"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"],
                condition=Q(
                    state__in=[
                        "buying", "awaiting_credit", "awaiting_stock", "unclear", "handed_over", "opened", "failed",
                    ]
                ),
                name="one_open_voucher_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        "buying", "awaiting_credit", "awaiting_stock", "unclear", "handed_over", "opened", "failed",
                    ],
                    tax_code="",
                ),
                name="open_has_a_tax_code",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(active_since__isnull=False), name="active_has_a_day"
            ),
            models.UniqueConstraint(fields=["order", "position"], name="one_person_a_place"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.surname}".strip() or str(_("Erased"))

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def is_usable(self) -> bool:
        return self.state in self.USABLE

    @property
    def has_page(self) -> bool:
        """Whether its person has something to do at their page."""
        return self.is_usable or self.state == self.State.ACTIVE

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER


class ActivationEvent(ChainedEvent):
    """What happened to an activation, hash-chained, without names and contacts: people see it as the timeline."""

    class Actor(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        HOLDER = "holder", _("holder")
        STAFF = "staff", _("staff")
        SYSTEM = "system", _("Sigillo")
        PROVIDER = "provider", _("provider")

    subject = models.ForeignKey(
        Activation, on_delete=models.PROTECT, related_name="events", verbose_name=_("activation")
    )
    actor = models.CharField(_("actor"), max_length=10, choices=Actor.choices)

    class Meta(ChainedEvent.Meta):
        verbose_name = _("activation event")
        verbose_name_plural = _("activation events")
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="one_event_a_number_of_activation")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
