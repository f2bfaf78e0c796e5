"""Invoices: drafts that staff look at, and what was issued, which is a fact and never changes."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly, AppendOnlyQuerySet

from .statement import Statement

MONEY = DecimalField(max_digits=14, decimal_places=2)
ZERO = Decimal("0.00")


def in_cents(amount: Any) -> Round:
    """A sum of cents as the database gives it. SQLite adds in binary fractions, so 0.10 + 0.20 is not 0.30 there:

    this takes away what only the adding has brought in, and on PostgreSQL nothing at all.
    """
    return Round(amount, 2, output_field=MONEY)


class InvoiceKind(models.TextChoices):
    """The document's type, by its code in the e-invoice."""

    INVOICE = "TD01", _("invoice")
    CREDIT_NOTE = "TD04", _("credit note")
    DEFERRED = "TD24", _("deferred invoice")


class DraftQuerySet(models.QuerySet["InvoiceDraft"]):
    def undecided(self) -> "DraftQuerySet":
        """What can still be issued or discarded."""
        return self.filter(state__in=[InvoiceDraft.State.OPEN, InvoiceDraft.State.APPROVED])

    def approved(self) -> "DraftQuerySet":
        """What staff want issued, oldest month first."""
        return self.filter(state=InvoiceDraft.State.APPROVED).order_by("statement__month", "made_at", "pk")


class InvoiceDraft(models.Model):
    """An invoice to be: of a closed month, or the credit note for an invoice. It has no number and no lines of its own:

    they are composed from statement or credited lines whenever it is looked at, and frozen when it is issued.
    """

    class State(models.TextChoices):
        OPEN = "open", _("draft")
        APPROVED = "approved", _("to be issued")
        ISSUED = "issued", _("issued")
        DISCARDED = "discarded", _("discarded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=InvoiceKind.choices)
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="draft", verbose_name=_("statement")
    )  # fmt: skip
    credits = models.ForeignKey(
        "Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_drafts",
        verbose_name=_("credits the invoice"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    problems = models.JSONField(_("why it could not be issued"), default=list, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.CharField(_("made by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of an invoice")
        verbose_name_plural = _("drafts of invoices")
        ordering = ["-made_at", "pk"]
        indexes = [models.Index(fields=["state", "-made_at"], name="draft_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(statement=None, credits__isnull=False, kind="TD04")
                | Q(statement__isnull=False, credits=None),
                name="draft_of_a_month_or_of_a_credit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.statement or self.credits}"


class NumberTaken(Exception):
    """The day lies before the last one that this series has numbered."""

    def __init__(self, last_on: date) -> None:
        super().__init__(f"the series was last numbered on {last_on}")
        self.last_on = last_on


class NumberSeries(models.Model):
    """Where numbers come from, without gaps: one row for a series and year, counted up inside the issuing transaction.

    The update holds the row until that transaction ends, so whoever is next waits, and a roll-back gives back.
    """

    class Register(models.TextChoices):
        INVOICES = "invoices", _("invoices")
        FILES = "files", _("files for the exchange system")

    register = models.CharField(_("register"), max_length=10, choices=Register.choices)
    series = models.CharField(_("series"), max_length=6, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), default=0)
    last = models.PositiveIntegerField(
        _("last number"),
        default=0,
        help_text=_("What was used elsewhere before; counting goes on from here."),
    )
    last_on = models.DateField(_("last day"), default=date.min)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering = ["register", "-year", "series"]
        constraints = [models.UniqueConstraint(fields=["register", "series", "year"], name="one_series_each")]

    def __str__(self) -> str:
        return f"{self.get_register_display()} {self.series} {self.year or ''}: {self.last}"

    @classmethod
    def take(cls, register: str, series: str, year: int, on: date) -> int:
        """The next number, as of that day. Only inside the transaction that uses it. Raises ``NumberTaken``."""
        cls.objects.get_or_create(register=register, series=series, year=year)
        row = cls.objects.filter(register=register, series=series, year=year)
        if not row.filter(last_on__lte=on).update(last=F("last") + 1, last_on=on):
            raise NumberTaken(row.get().last_on)
        return row.get().last


class InvoiceQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "InvoiceQuerySet":
        return self.filter(organisation=organisation)

    def dated(self, first: date, last: date) -> "InvoiceQuerySet":
        """By the day that they bear, both days included."""
        return self.filter(issued_on__gte=first, issued_on__lte=last)

    def with_settled(self) -> "InvoiceQuerySet":
        """Adds ``paid``, ``credited`` and ``outstanding``. Nothing is owed on a credit note: it settles others."""
        from .payment import Payment

        def total(rows: QuerySet[Any], by: str) -> Coalesce:
            sums = (
                rows.filter(**{by: OuterRef("pk")})
                .order_by()
                .values(by)
                .annotate(sum=in_cents(Sum("amount")))
            )
            return Coalesce(Subquery(sums.values("sum")), Value(ZERO), output_field=MONEY)

        settled = self.annotate(
            paid=total(Payment.objects.all(), "invoice"),
            credited=total(InvoiceCredit.objects.all(), "invoice"),
        )
        return settled.annotate(
            outstanding=Case(
                When(kind=InvoiceKind.CREDIT_NOTE, then=Value(ZERO)),
                default=in_cents(F("due") - F("paid") - F("credited")),
                output_field=MONEY,
            )
        )

    def in_sequence(self) -> "InvoiceQuerySet":
        """As a register lists them."""
        return self.order_by("issued_on", "year", "series", "sequence")


class Invoice(AppendOnly):
    """An issued invoice or credit note. All amounts are positive; a credit note's kind turns their sign."""

    class PaymentState(models.TextChoices):
        CREDIT = "credit", _("credit note")
        OPEN = "open", _("to be paid")
        PARTLY = "partly", _("paid in part")
        OVERDUE = "overdue", _("overdue")
        PAID = "paid", _("paid")
        REFUND = "refund", _("to be refunded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    draft = models.OneToOneField(
        InvoiceDraft, on_delete=models.PROTECT, related_name="invoice", verbose_name=_("draft")
    )
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice", verbose_name=_("statement")
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=4, choices=InvoiceKind.choices)
    form = models.CharField(_("format"), max_length=5)
    series = models.CharField(_("series"), max_length=6, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("number in the series"))
    number = models.CharField(_("number"), max_length=20)
    issued_on = models.DateField(_("date"))
    due_on = models.DateField(_("to be paid by"))
    language = models.CharField(_("language"), max_length=5)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    net = models.DecimalField(_("without VAT"), max_digits=14, decimal_places=2)
    tax = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2)
    stamp = models.DecimalField(_("stamp duty"), max_digits=6, decimal_places=2, default=ZERO)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    due = models.DecimalField(_("to pay"), max_digits=14, decimal_places=2)
    is_split = models.BooleanField(_("split payment"), default=False)
    issued_at = models.DateTimeField(pgettext_lazy("invoice", "issued at"), default=timezone.now)
    issued_by = models.CharField(_("issued by"), max_length=200, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-year", "-sequence"]
        indexes = [
            models.Index(fields=["organisation", "-issued_on"], name="invoice_by_customer"),
            models.Index(fields=["issued_on", "year", "series", "sequence"], name="invoice_in_sequence"),
            models.Index(fields=["due_on"], name="invoice_by_due_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["year", "series", "sequence"], name="number_used_once"),
            models.CheckConstraint(
                condition=Q(net__gte=0, tax__gte=0, total__gte=0, due__gte=0), name="invoice_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_credit_note(self) -> bool:
        return self.kind == InvoiceKind.CREDIT_NOTE

    @property
    def sign(self) -> int:
        """What its amounts count for in a sum."""
        return -1 if self.is_credit_note else 1

    @property
    def paid_by_wallet(self) -> Decimal:
        """What the wallet had paid of it when it was issued; below zero where corrections gave back more than that."""
        key = f"wallet:{self.pk}"
        return sum((one.amount for one in self.payments.all() if one.fact_key == key), Decimal(0))

    @property
    def left_to_pay(self) -> Decimal:
        """What was open when it was issued; below zero: to be refunded."""
        return self.due - self.paid_by_wallet

    def payment_state(self, today: date) -> "Invoice.PaymentState":
        """Of an invoice read ``with_settled``: what its sums say on a day."""
        states = self.PaymentState
        if self.is_credit_note:
            return states.CREDIT
        outstanding = self.outstanding  # type: ignore[attr-defined]
        if outstanding < 0:
            return states.REFUND
        if not outstanding:
            return states.PAID
        if self.due_on < today:
            return states.OVERDUE
        return states.PARTLY if outstanding < self.due else states.OPEN


class InvoiceLine(AppendOnly):
    """A line as it was issued."""

    # Found by the index of ``one_line_each``.
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveSmallIntegerField(_("line number"))
    product = models.CharField(_("product"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=1000)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8)
    net = models.DecimalField(_("without VAT"), max_digits=14, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    nature = models.CharField(_("nature (natura)"), max_length=4, blank=True)
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("to"), null=True, blank=True)
    credits = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credited_by",
        verbose_name=_("credits the line"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="one_line_each")]

    def __str__(self) -> str:
        return f"{self.number}. {self.description}"


class InvoiceSummary(AppendOnly):
    """Base and tax of one rate or nature, as issued."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="summaries")
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    nature = models.CharField(_("nature (natura)"), max_length=4, blank=True)
    net = models.DecimalField(_("without VAT"), max_digits=14, decimal_places=2)
    tax = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2)
    payability = models.CharField(_("payability of VAT"), max_length=1)
    reference = models.CharField(_("reference to the law"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("VAT summary")
        verbose_name_plural = _("VAT summaries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "vat_rate", "nature"], name="one_summary_each")
        ]

    def __str__(self) -> str:
        return f"{self.nature or self.vat_rate}: {self.net}"


class InvoiceCredit(AppendOnly):
    """How much of an invoice a credit note settles."""

    credit_note = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="credits", verbose_name=_("credit note")
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="credit_notes", verbose_name=_("invoice")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("credited amount")
        verbose_name_plural = _("credited amounts")
        constraints = [
            models.UniqueConstraint(fields=["credit_note", "invoice"], name="credited_once_each"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="credit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.credit_note} → {self.invoice}: {self.amount}"


class DraftLine(models.Model):
    """Which line of the credited invoice a credit note takes back, and how many pieces of it."""

    draft = models.ForeignKey(InvoiceDraft, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line of a draft")
        verbose_name_plural = _("lines of drafts")
        ordering = ["line__number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "line"], name="one_draft_line_each"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="something_is_credited"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line}"
