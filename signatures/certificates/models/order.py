"""An order of a qualified signature: for whom, of what, and how far it has come."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import Purchase
from facts.chain import ChainedEvent, canonical
from signatures.catalogue.products import KEY_PREFIX, ProductFacts, facts_of
from upstream import ProductFamily
from vault import open_sealed, seal

from .prints import fingerprints_of

DETAILS_PURPOSE = "order-details"


class OrderQuerySet(models.QuerySet["Order"]):
    def for_organisation(self, organisation: Any) -> "OrderQuerySet":
        """The one door for everything that a customer can ask for."""
        return self.filter(organisation=organisation)

    def due(self, now: datetime) -> "OrderQuerySet":
        """To be asked about at the provider by now: what is there, and for a while what we took for ended too early."""
        return self.filter(state__in=Order.FOLLOWED + Order.WATCHED, next_check_at__lte=now)

    def to_review(self) -> "OrderQuerySet":
        """Staff must look at the papers."""
        return self.filter(state=Order.State.IN_REVIEW)

    def needing_attention(self) -> "OrderQuerySet":
        """The customer must do something, or know that it has ended badly."""
        return self.filter(
            Q(state__in=Order.FOR_CUSTOMER) | Q(state__in=Order.ENDED_BADLY, acknowledged_at=None)
        )


class Order(models.Model):
    """One product ordered for one holder (readers and blank devices: for nobody in particular).

    What people typed is personal and stays together in ``sealed_details``, read and written through ``details``.
    Beside it stands only what must be found: the holder's name, and fingerprints of what may belong to one person
    only.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("order", "Draft")
        BUYING = "buying", pgettext_lazy("order", "Being handed over")
        QUEUED = "queued", pgettext_lazy("order", "Queued")
        UNCLEAR = "unclear", pgettext_lazy("order", "Being checked")
        DOCUMENTS_NEEDED = "documents_needed", pgettext_lazy("order", "Papers needed")
        IN_REVIEW = "in_review", pgettext_lazy("order", "Papers being checked")
        RETURNED = "returned", pgettext_lazy("order", "To be corrected")
        SUBMITTED = "submitted", pgettext_lazy("order", "With the maker")
        IDENTIFICATION_PENDING = (
            "identification_pending", pgettext_lazy("order", "Waiting for identification"),
        )  # fmt: skip
        IDENTIFIED = "identified", pgettext_lazy("order", "Holder identified")
        ISSUED = "issued", pgettext_lazy("order", "Issued")
        SHIPPED = "shipped", pgettext_lazy("order", "Shipped")
        DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
        ACTIVE = "active", pgettext_lazy("order", "Active")
        REJECTED = "rejected", pgettext_lazy("order", "Rejected")
        LAPSED = "lapsed", pgettext_lazy("order", "Lapsed")
        WITHDRAWN = "withdrawn", pgettext_lazy("order", "Withdrawn")
        FAILED = "failed", pgettext_lazy("order", "Not possible")

    BEING_BOUGHT = (State.BUYING, State.QUEUED, State.UNCLEAR)
    # The customer must act: papers, corrections, identification.
    FOR_CUSTOMER = (State.DOCUMENTS_NEEDED, State.RETURNED, State.IDENTIFICATION_PENDING)
    # At the provider, and still moving there.
    FOLLOWED = (
        State.DOCUMENTS_NEEDED, State.IN_REVIEW, State.RETURNED, State.SUBMITTED, State.IDENTIFICATION_PENDING,
        State.IDENTIFIED, State.ISSUED, State.SHIPPED,
    )  # fmt: skip
    # Ended by our own count of days, or by a word that nobody has seen yet: the provider may still go on with them.
    WATCHED = (State.LAPSED, State.REJECTED)
    # Nobody has identified the holder yet: without it the order dies when its days are over.
    UNIDENTIFIED = (State.DOCUMENTS_NEEDED, State.IN_REVIEW, State.RETURNED, State.IDENTIFICATION_PENDING)
    UNDER_WAY = (*BEING_BOUGHT, *FOLLOWED)
    FULFILLED = (State.ISSUED, State.SHIPPED, State.DELIVERED, State.ACTIVE)
    ENDED_BADLY = (State.REJECTED, State.LAPSED, State.FAILED)
    ENDED = (State.DELIVERED, State.ACTIVE, *ENDED_BADLY, State.WITHDRAWN)

    # What may follow what. The provider may say of an order that is with it anything at any time (a person there has
    # taken a short cut), so from there on every later state is allowed, also after we took it for ended.
    _AT_THE_MAKER = (State.SUBMITTED, State.IDENTIFICATION_PENDING, State.IDENTIFIED)
    # The provider may have given it up before we hear that it was bought at all.
    _BOUGHT = (State.DOCUMENTS_NEEDED, State.IN_REVIEW, *_AT_THE_MAKER, State.ISSUED, State.REJECTED)
    _UNFINISHED_ENDS = (State.REJECTED, State.LAPSED, State.WITHDRAWN)
    TRANSITIONS: dict[str, tuple[str, ...]] = {
        # Where the ID document travels with the order, staff look at it before anything is bought.
        State.DRAFT: (State.BUYING, State.IN_REVIEW),
        State.BUYING: (*_BOUGHT, State.QUEUED, State.UNCLEAR, State.FAILED, State.WITHDRAWN),
        State.QUEUED: (*_BOUGHT, State.BUYING, State.UNCLEAR, State.FAILED, State.WITHDRAWN),
        State.UNCLEAR: (*_BOUGHT, State.BUYING, State.FAILED, State.WITHDRAWN),
        State.DOCUMENTS_NEEDED: (State.IN_REVIEW, *_AT_THE_MAKER, State.ISSUED, *_UNFINISHED_ENDS),
        State.IN_REVIEW: (
            State.RETURNED, State.BUYING, State.DOCUMENTS_NEEDED, *_AT_THE_MAKER, State.ISSUED, *_UNFINISHED_ENDS,
        ),
        State.RETURNED: (State.IN_REVIEW, *_AT_THE_MAKER, State.ISSUED, *_UNFINISHED_ENDS),
        # Back to staff when the provider refuses a paper.
        State.SUBMITTED: (
            State.DOCUMENTS_NEEDED, State.IN_REVIEW, State.RETURNED, State.IDENTIFICATION_PENDING, State.IDENTIFIED,
            State.ISSUED, *_UNFINISHED_ENDS,
        ),
        State.IDENTIFICATION_PENDING: (
            State.DOCUMENTS_NEEDED, State.IN_REVIEW, State.RETURNED, State.SUBMITTED, State.IDENTIFIED, State.ISSUED,
            *_UNFINISHED_ENDS,
        ),
        State.IDENTIFIED: (State.SUBMITTED, State.ISSUED, *_UNFINISHED_ENDS),
        State.ISSUED: (State.SHIPPED, State.DELIVERED, State.ACTIVE),
        State.SHIPPED: (State.DELIVERED, State.ACTIVE),
        State.DELIVERED: (State.ACTIVE,),
        State.ACTIVE: (),
        State.REJECTED: (*_AT_THE_MAKER, State.ISSUED),
        State.LAPSED: (*_AT_THE_MAKER, State.ISSUED, State.REJECTED),
        State.WITHDRAWN: (),
        State.FAILED: (),
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    created_by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    code = models.CharField(_("product code"), max_length=34)
    family = models.CharField(_("family"), max_length=12)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    holder_name = models.CharField(_("holder"), max_length=160, blank=True)
    # The language that the holder is written to in.
    language = models.CharField(_("holder's language"), max_length=5, default="it")
    sealed_details = models.TextField(blank=True, editable=False)
    tax_code_print = models.CharField(max_length=64, blank=True, editable=False)
    email_print = models.CharField(max_length=64, blank=True, editable=False)
    mobile_print = models.CharField(max_length=64, blank=True, editable=False)
    # What it renews (renewals of a certificate that we know), and whose identification it adds (VIDEORIC).
    renews = models.ForeignKey(
        "signatures.Certificate", on_delete=models.PROTECT, null=True, blank=True, related_name="renewal_orders",
        verbose_name=_("renews"),
    )  # fmt: skip
    video_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="video_orders",
        verbose_name=_("identification for"),
    )  # fmt: skip

    state = models.CharField(_("state"), max_length=24, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField(_("since"), default=timezone.now)
    purchase = models.OneToOneField(
        Purchase, on_delete=models.PROTECT, null=True, blank=True, related_name="order", verbose_name=_("purchase")
    )  # fmt: skip
    provider_reference = models.CharField(_("provider reference"), max_length=80, blank=True)
    # The short number that people at the provider and the maker go by.
    provider_number = models.CharField(_("provider number"), max_length=40, blank=True)
    # The provider's own word for the state, shown when we don't know it.
    provider_state = models.CharField(_("provider state"), max_length=60, blank=True)
    has_unknown_state = models.BooleanField(_("unknown provider state"), default=False)
    tracking = models.CharField(_("shipment number"), max_length=80, blank=True)
    # The maker's mail with the way to identification is good for so long.
    identification_until = models.DateTimeField(_("to be identified by"), null=True, blank=True)
    # Where the maker wants the paper originals, as the provider said.
    paper_address = models.CharField(_("address for paper originals"), max_length=200, blank=True)
    # What is still to be fetched or sent: the request form, the approved papers. None when there is nothing to do.
    form_due_at = models.DateTimeField(_("request form due at"), null=True, blank=True)
    papers_due_at = models.DateTimeField(_("papers due at"), null=True, blank=True)
    papers_sent_at = models.DateTimeField(_("papers sent at"), null=True, blank=True)

    next_check_at = models.DateTimeField(_("next check at"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    check_failures = models.PositiveSmallIntegerField(_("failed checks"), default=0)
    last_problem = models.CharField(_("last problem"), max_length=300, blank=True)

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    saved_at = models.DateTimeField(_("last saved at"), default=timezone.now)
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)
    # The sell prices that the customer said yes to, by product: rows of the price book.
    agreed = models.JSONField(default=dict, blank=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("seen by the customer at"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="order_newest"),
            models.Index(fields=["organisation", "state", "-created_at"], name="order_by_state"),
            models.Index(fields=["state", "next_check_at"], name="order_due"),
            models.Index(fields=["state", "state_since"], name="order_waiting"),
            models.Index(fields=["provider_reference"], name="order_reference"),
            models.Index(fields=["tax_code_print"], name="order_tax_code"),
            models.Index(fields=["email_print"], name="order_email"),
            models.Index(fields=["mobile_print"], name="order_mobile"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_is_for_one_at_least"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(ordered_at__isnull=False), name="order_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.holder_name}" if self.holder_name else self.code

    @property
    def key(self) -> str:
        """The product's key in the price book, in purchases and in usage."""
        return KEY_PREFIX + self.code

    @property
    def facts(self) -> ProductFacts:
        """What is known of the product. An order is only ever begun for one that is known."""
        facts = facts_of(self.code)
        assert facts is not None, f"{self.code} is not known"
        return facts

    @property
    def product_family(self) -> ProductFamily:
        """The family that the order was begun with."""
        return ProductFamily(self.family)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_editable(self) -> bool:
        """Whether its data may still be changed: until something was bought with them."""
        return self.is_draft or (self.state == self.State.RETURNED and self.purchase_id is None)

    @property
    def takes_papers(self) -> bool:
        """Whether pictures and papers may be uploaded."""
        return self.is_draft or self.state in {self.State.DOCUMENTS_NEEDED, self.State.RETURNED}

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def details(self) -> dict[str, dict[str, Any]]:
        """What was typed, by step ("person", "birth", …), as the forms keep it: texts, numbers, dates in ISO.

        The names of fields are those of ``customers.identity``.
        """
        if not self.sealed_details:
            return {}
        found: dict[str, dict[str, Any]] = json.loads(open_sealed(self.sealed_details, DETAILS_PURPOSE))
        return found

    @details.setter
    def details(self, details: dict[str, dict[str, Any]]) -> None:
        """Seal what was typed, and keep beside it what must be found. The caller saves."""
        self.sealed_details = seal(canonical(details), DETAILS_PURPOSE)
        person = details.get("person", {})
        self.holder_name = " ".join(filter(None, (person.get("given_name"), person.get("surname"))))[:160]
        for name, value in fingerprints_of(person).items():
            setattr(self, name, value)
        self.language = person.get("language") or self.language

    # Fields that ``details`` writes along, for ``save(update_fields=…)``.
    DETAILS_FIELDS = (
        "sealed_details", "holder_name", "tax_code_print", "email_print", "mobile_print", "language",
    )  # fmt: skip


class OrderEvent(ChainedEvent):
    """What happened to an order, hash-chained; people see it as the timeline. Never a secret, never a document."""

    subject = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="events", verbose_name=_("order")
    )

    class Meta(ChainedEvent.Meta):
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="one_order_event_a_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
