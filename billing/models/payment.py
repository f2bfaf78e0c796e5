"""What was paid on invoices, and who was reminded: rows that are added, never a status that is edited."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly

from .invoice import Invoice


class Payment(AppendOnly):
    """Money on an invoice. A negative row takes back a mistake, or is a refund."""

    class Method(models.TextChoices):
        TRANSFER = "MP05", _("bank transfer")
        CARD = "MP08", _("card")
        WALLET = "MP22", _("wallet")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="payments", verbose_name=_("invoice")
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, help_text=_("Negative: a refund, or a correction.")
    )
    paid_on = models.DateField(_("paid on"))
    method = models.CharField(_("method"), max_length=5, choices=Method.choices, default=Method.TRANSFER)
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    # The same form sent twice, or the same line of a bank's list, is one payment.
    fact_key = models.CharField(_("fact"), max_length=100, unique=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.CharField(_("recorded by"), max_length=200)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_on", "recorded_at"]
        indexes = [models.Index(fields=["paid_on", "recorded_at"], name="payment_by_day")]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="payment_is_something")]

    def __str__(self) -> str:
        return f"{self.amount} · {self.invoice}"


class Reminder(AppendOnly):
    """That the customer was reminded of an invoice, so many days from its due day (before it: negative)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    days = models.SmallIntegerField(_("days after the due day"))
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["sent_at"]
        constraints = [models.UniqueConstraint(fields=["invoice", "days"], name="reminded_once_each")]

    def __str__(self) -> str:
        return f"{self.invoice} {self.days:+d}"


class AccountingCode(models.Model):
    """What the accountant's own program calls a VAT code or an account; printed in staff's exports."""

    class Kind(models.TextChoices):
        VAT = "vat", _("VAT code")
        ACCOUNT = "account", _("revenue account")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    key = models.CharField(
        _("of"), max_length=40,
        help_text=_("A VAT rate or nature (22.00, 22.00S for split payment, N2.1), or a product's key."),
    )  # fmt: skip
    code = models.CharField(_("code"), max_length=20)

    class Meta:
        verbose_name = _("accountant's code")
        verbose_name_plural = _("accountant's codes")
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_accounting_code_each")]

    def __str__(self) -> str:
        return f"{self.key}: {self.code}"
