"""What the law says about VAT and stamp duty for each kind of customer: dated rows with their source."""

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet


class RuleMissing(Exception):
    """No rule is in force: the accountant has not decided, and nothing is guessed."""


class TaxRuleQuerySet(AppendOnlyQuerySet):
    def on(self, customer: str, day: date) -> "TaxRule":
        """The rule for this kind of customer on a day. Raises ``RuleMissing``."""
        in_force = self.filter(customer=customer, valid_from__lte=day).order_by("-valid_from", "-pk")
        rule: TaxRule | None = in_force.first()
        if rule is None:
            raise RuleMissing(customer)
        return rule

    def in_force(self, day: date) -> "dict[str, TaxRule]":
        """Every rule in force on a day, by kind of customer."""
        return {rule.customer: rule for rule in self.filter(valid_from__lte=day).order_by("valid_from", "pk")}


class TaxRule(AppendOnly):
    """How a kind of customer is invoiced: with the ordinary rate, or without VAT and why."""

    class Customer(models.TextChoices):
        ITALIAN = "italian", _("Italian company or professional")
        SPLIT_LIST = "split_list", _("Italian company on the split payment list")
        PUBLIC_BODY = "public_body", _("public body")
        CONSUMER = "consumer", _("private person in Italy")
        EU_BUSINESS = "eu_business", _("company in the EU, outside Italy")
        EU_CONSUMER = "eu_consumer", _("private person in the EU, outside Italy")
        FOREIGN = "foreign", _("outside the EU")

    customer = models.CharField(_("customer"), max_length=12, choices=Customer.choices)
    nature = models.CharField(
        _("nature (natura)"), max_length=4, blank=True,
        help_text=_("Why no VAT is due, such as N2.1; empty: the ordinary rate is due."),
        validators=[RegexValidator(r"^(N1|N2\.[12]|N3\.[1-6]|N4|N5|N6\.[1-9]|N7)$", _("A code such as N2.1."))],
    )  # fmt: skip
    reference = models.CharField(
        _("reference to the law"), max_length=100, blank=True,
        help_text=_("Stands on the invoice where no VAT is due, in Italian."),
    )  # fmt: skip
    is_split = models.BooleanField(_("split payment"), default=False)
    bears_stamp = models.BooleanField(_("counts for stamp duty"), default=False)
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    source = models.CharField(_("source"), max_length=200)

    objects = TaxRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax rule")
        verbose_name_plural = _("tax rules")
        ordering = ["customer", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "valid_from"], name="one_tax_rule_at_a_time"),
            models.CheckConstraint(
                condition=models.Q(nature="") | ~models.Q(reference=""), name="no_vat_needs_a_reference"
            ),
            models.CheckConstraint(
                condition=models.Q(is_split=False) | models.Q(nature=""), name="split_payment_needs_vat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_customer_display()}: {self.nature or 'VAT'}"


class StampDutyQuerySet(AppendOnlyQuerySet):
    def on(self, day: date) -> "StampDuty":
        """Amount and threshold on a day. Raises ``RuleMissing``."""
        duty: StampDuty | None = self.filter(valid_from__lte=day).order_by("-valid_from", "-pk").first()
        if duty is None:
            raise RuleMissing("stamp duty")
        return duty


class StampDuty(AppendOnly):
    """The stamp duty on amounts without VAT above a threshold."""

    amount = models.DecimalField(_("amount, EUR"), max_digits=6, decimal_places=2)
    threshold = models.DecimalField(
        _("owed above, EUR"),
        max_digits=8,
        decimal_places=2,
        help_text=_("At this very amount it is not owed."),
    )
    valid_from = models.DateField(_("valid from"), unique=True)
    source = models.CharField(_("source"), max_length=200)

    objects = StampDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stamp duty")
        verbose_name_plural = _("stamp duty")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.amount} > {self.threshold}"
