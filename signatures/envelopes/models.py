"""Envelopes: a PDF, who signs it and where, and how far it has come."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import Purchase
from documents.models import StoredFile
from facts.chain import ChainedEvent
from facts.indexes import PrefixIndex


class EnvelopeQuerySet(models.QuerySet["Envelope"]):
    def for_organisation(self, organisation: Any) -> "EnvelopeQuerySet":
        """The one door for everything that a customer can ask for."""
        return self.filter(organisation=organisation)

    def due(self, now: datetime) -> "EnvelopeQuerySet":
        """To be asked about at the provider by now: open ones, and ended ones until they are withdrawn there."""
        return self.filter(state__in=Envelope.FOLLOWED + Envelope.ENDED_BY_US, next_check_at__lte=now)

    def to_collect(self, now: datetime) -> "EnvelopeQuerySet":
        """Signed at the provider, files still to be fetched and checked, by now."""
        return self.filter(state=Envelope.State.COLLECTING, next_check_at__lte=now)

    def needing_attention(self) -> "EnvelopeQuerySet":
        """The sender must do or know something."""
        return self.filter(Q(state__in=Envelope.ATTENTION) & Q(acknowledged_at=None))


class Envelope(models.Model):
    """One PDF sent to be signed by one or more people."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("envelope", "Draft")
        BUYING = "buying", pgettext_lazy("envelope", "Being handed over")
        AWAITING_CREDIT = "awaiting_credit", pgettext_lazy("envelope", "Queued")
        UNCLEAR = "unclear", pgettext_lazy("envelope", "Being checked")
        PREPARING = "preparing", pgettext_lazy("envelope", "Document being checked")
        SIGNING = "signing", pgettext_lazy("envelope", "Waiting for signatures")
        COLLECTING = "collecting", pgettext_lazy("envelope", "Signed, being archived")
        COMPLETED = "completed", pgettext_lazy("envelope", "Completed")
        DECLINED = "declined", pgettext_lazy("envelope", "Declined")
        EXPIRED = "expired", pgettext_lazy("envelope", "Expired")
        CANCELLED = "cancelled", pgettext_lazy("envelope", "Cancelled")
        FAILED = "failed", pgettext_lazy("envelope", "Not possible")

    FOLLOWED = (State.PREPARING, State.SIGNING)
    # Its purchase can still be given up, unless it is on its way in this moment.
    NOT_BOUGHT = (State.BUYING, State.AWAITING_CREDIT)
    UNDER_WAY = (
        State.BUYING,
        State.AWAITING_CREDIT,
        State.UNCLEAR,
        State.PREPARING,
        State.SIGNING,
        State.COLLECTING,
    )
    ENDED = (State.COMPLETED, State.DECLINED, State.EXPIRED, State.CANCELLED, State.FAILED)
    # Ended here while the provider may not know yet: watched until withdrawn, lest a late signature be lost.
    ENDED_BY_US = (State.DECLINED, State.EXPIRED, State.CANCELLED)
    ATTENTION = (State.DECLINED, State.EXPIRED, State.FAILED)
    TRANSITIONS: dict[str, tuple[str, ...]] = {
        State.DRAFT: (State.BUYING,),
        State.BUYING: (
            State.PREPARING, State.SIGNING, State.AWAITING_CREDIT, State.UNCLEAR, State.FAILED, State.EXPIRED,
            State.CANCELLED,
        ),
        State.AWAITING_CREDIT: (
            State.BUYING, State.PREPARING, State.SIGNING, State.UNCLEAR, State.FAILED, State.EXPIRED,
            State.CANCELLED,
        ),
        State.UNCLEAR: (State.PREPARING, State.SIGNING, State.BUYING, State.FAILED, State.CANCELLED),
        State.PREPARING: (
            State.SIGNING, State.COLLECTING, State.DECLINED, State.EXPIRED, State.CANCELLED, State.FAILED,
        ),
        State.SIGNING: (State.COLLECTING, State.DECLINED, State.EXPIRED, State.CANCELLED, State.FAILED),
        State.COLLECTING: (State.COMPLETED, State.FAILED),
        # A signature that was under way while we ended: what is signed is fetched all the same.
        State.EXPIRED: (State.COLLECTING,),
        State.DECLINED: (State.COLLECTING,),
        State.CANCELLED: (State.COLLECTING,),
        State.FAILED: (State.COLLECTING,),
        State.COMPLETED: (),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    created_by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("sender")
    )
    title = models.CharField(_("title"), max_length=120)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    filename = models.CharField(_("file name"), max_length=150)
    original = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("original document")
    )
    # Width and height of each page in PDF points, as it is shown (rotation applied).
    page_sizes = models.JSONField(_("page sizes"), default=list)
    is_ordered = models.BooleanField(_("one after the other"), default=False)
    gives_copy = models.BooleanField(_("signers may download their copy"), default=True)
    expires_on = models.DateField(_("to be signed by"), null=True, blank=True)

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField(_("since"), default=timezone.now)
    generation = models.CharField(_("generation"), max_length=20, blank=True)
    purchase = models.OneToOneField(
        Purchase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="envelope",
        verbose_name=_("purchase"),
    )
    provider_reference = models.CharField(_("provider reference"), max_length=80, blank=True)
    # The provider's own word for the state, shown when we don't know it.
    provider_state = models.CharField(_("provider state"), max_length=60, blank=True)
    has_unknown_state = models.BooleanField(_("unknown provider state"), default=False)

    next_check_at = models.DateTimeField(_("next check at"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    check_failures = models.PositiveSmallIntegerField(_("failed checks"), default=0)
    last_problem = models.CharField(_("last problem"), max_length=300, blank=True)

    signed = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("signed document"),
    )  # fmt: skip
    audit_trail = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("audit trail"),
    )
    audit_trail_pdf = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("audit trail (PDF)"),
    )  # fmt: skip
    validation = models.JSONField(_("validation report"), null=True, blank=True)

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("seen by the sender at"), null=True, blank=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("envelope")
        verbose_name_plural = _("envelopes")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="envelope_newest"),
            models.Index(fields=["organisation", "state", "-created_at"], name="envelope_by_state"),
            models.Index(fields=["state", "next_check_at"], name="envelope_due"),
            models.Index(fields=["provider_reference"], name="envelope_reference"),
            models.Index(fields=["-created_at", "-id"], name="envelope_newest_of_all"),
            PrefixIndex(fields=["title"], name="envelope_title"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(signed__isnull=False, audit_trail__isnull=False),
                name="completed_has_its_proof",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def page_count(self) -> int:
        return len(self.page_sizes)

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_ended(self) -> bool:
        return self.state in self.ENDED


class SignerQuerySet(models.QuerySet["Signer"]):
    def for_organisation(self, organisation: Any) -> "SignerQuerySet":
        return self.filter(envelope__organisation=organisation)


class Signer(models.Model):
    """A person asked to sign an envelope. Has no account: their mail's address is their key."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("signer", "Not invited yet")
        INVITED = "invited", pgettext_lazy("signer", "Invited")
        OPENED = "opened", pgettext_lazy("signer", "Has opened the invitation")
        SIGNED = "signed", pgettext_lazy("signer", "Signed")
        DECLINED = "declined", pgettext_lazy("signer", "Declined")

    PENDING = (State.WAITING, State.INVITED, State.OPENED)

    class OtpChannel(models.TextChoices):
        SMS = "sms", _("by SMS")
        EMAIL = "email", _("by e-mail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    envelope = models.ForeignKey(
        Envelope, on_delete=models.CASCADE, related_name="signers", verbose_name=_("envelope")
    )
    position = models.PositiveSmallIntegerField(_("place in the order"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    surname = models.CharField(_("surname"), max_length=60)
    email = models.EmailField(_("e-mail"))
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    otp_channel = models.CharField(
        _("one-time code"), max_length=5, choices=OtpChannel.choices, default=OtpChannel.SMS
    )
    language = models.CharField(_("language"), max_length=5, default="it")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    provider_reference = models.CharField(_("provider reference"), max_length=80, blank=True)
    provider_state = models.CharField(_("provider state"), max_length=60, blank=True)
    # The provider's signing address: only ever opened for the signer's own browser.
    sealed_link = models.TextField(blank=True, editable=False)
    # Digest of the secret part of the signer's address at our portal; a resend makes the earlier one void.
    token_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    # The same for the address in the mail that offers the copy. The first stays good beside it: the signer may have
    # that page open.
    copy_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    left_to_sign_at = models.DateTimeField(_("went on to sign at"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = SignerQuerySet.as_manager()

    class Meta:
        verbose_name = _("signer")
        verbose_name_plural = _("signers")
        ordering = ["position", "pk"]
        indexes = [
            PrefixIndex(fields=["email"], name="signer_email"),
            PrefixIndex(fields=["surname"], name="signer_surname"),
            models.Index(fields=["mobile"], name="signer_mobile"),
            models.Index(
                fields=["invited_at"],
                condition=Q(state__in=["invited", "opened"]),
                name="signer_to_be_reminded",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["envelope", "position"], name="one_signer_a_position"),
            models.CheckConstraint(
                condition=~Q(otp_channel="sms") | ~Q(mobile=""), name="sms_needs_a_mobile"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.surname}".strip()

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING


class Placement(models.Model):
    """Where a signer's signature stands: a page and one of the usual places on it."""

    class Place(models.TextChoices):
        TOP_LEFT = "top_left", _("top left")
        TOP_CENTRE = "top_centre", _("top centre")
        TOP_RIGHT = "top_right", _("top right")
        MIDDLE_LEFT = "middle_left", _("middle left")
        MIDDLE_CENTRE = "middle_centre", _("middle")
        MIDDLE_RIGHT = "middle_right", _("middle right")
        BOTTOM_LEFT = "bottom_left", _("bottom left")
        BOTTOM_CENTRE = "bottom_centre", _("bottom centre")
        BOTTOM_RIGHT = "bottom_right", _("bottom right")

    signer = models.ForeignKey(Signer, on_delete=models.CASCADE, related_name="placements")
    page = models.PositiveIntegerField(_("page"))
    place = models.CharField(_("place"), max_length=14, choices=Place.choices, default=Place.BOTTOM_RIGHT)

    class Meta:
        ordering = ["page", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["signer", "page", "place"], name="one_signature_a_place"),
            models.CheckConstraint(condition=Q(page__gte=1), name="pages_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.place}"


class EnvelopeEvent(ChainedEvent):
    """What happened to an envelope, hash-chained; people see it as the timeline."""

    subject = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, related_name="events", verbose_name=_("envelope")
    )

    class Meta(ChainedEvent.Meta):
        verbose_name = _("envelope event")
        verbose_name_plural = _("envelope events")
        indexes = [models.Index(fields=["-at", "-id"], name="envelope_event_newest")]
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="one_event_a_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
