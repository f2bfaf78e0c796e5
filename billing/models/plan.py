"""Plans: what may be used for a fee, and from when a customer is on which. Dated offers, added and never edited."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet

if TYPE_CHECKING:
    from customers.models import Organisation


class PlanQuerySet(AppendOnlyQuerySet):
    def offered_to(self, organisation: "Organisation", at: datetime) -> "list[Plan]":
        """What this customer may choose at a time: of each code the newest row, their own before everybody's."""
        rows = self.filter(valid_from__lte=at).filter(Q(organisation=organisation) | Q(organisation=None))
        newest = {
            row.code: row
            for row in sorted(rows, key=lambda row: (row.organisation_id is not None, row.valid_from, row.pk))
        }
        offered = [plan for plan in newest.values() if plan.is_offered]
        return sorted(offered, key=lambda plan: (plan.fee / plan.months, plan.name))


class Plan(AppendOnly):
    """An offer: so many pieces free and so many for a fee each period, and who pays for those beyond.

    A newer row with the same code takes its place for who chooses from then on; who is on the older one stays on it.
    """

    class Beyond(models.TextChoices):
        WALLET = "wallet", _("from the wallet; without credit it waits")
        POSTPAID = "postpaid", _("on the monthly invoice")
        WALLET_FIRST = "wallet_first", _("from the wallet while it lasts, then on the monthly invoice")

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name of the plan"), max_length=80)
    organisation = models.ForeignKey(
        "customers.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Empty: for everybody."),
    )
    fee = models.DecimalField(_("fee of a period without VAT, EUR"), max_digits=12, decimal_places=2)
    months = models.PositiveSmallIntegerField(
        _("months of a period"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    beyond = models.CharField(
        _("what is used beyond it is paid"), max_length=12, choices=Beyond.choices, default=Beyond.WALLET
    )
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Off: from this date on nobody can choose it any more.")
    )
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    source = models.CharField(_("source"), max_length=200)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0), name="fee_not_negative"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="period_of_months"),
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=Q(organisation=None), name="one_plan_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["code", "organisation", "valid_from"],
                condition=Q(organisation__isnull=False),
                name="one_plan_at_a_time_each",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_fee_from_wallet(self) -> bool:
        """Whether its fee is paid in advance, as everything else is."""
        return self.beyond == self.Beyond.WALLET

    def pieces(self) -> "dict[str, PlanAllowance]":
        """What it allows, by product."""
        return {row.product: row for row in self.allowances.all()}


class PlanAllowance(AppendOnly):
    """How many pieces of a product a plan gives each period. What is not used lapses."""

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="allowances", verbose_name=_("plan")
    )
    product = models.CharField(_("product"), max_length=40)
    free = models.PositiveIntegerField(_("free pieces"), default=0)
    included = models.PositiveIntegerField(_("pieces in the fee"), default=0)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        ordering = ["plan", "product"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "product"], name="one_allowance_each"),
            models.CheckConstraint(
                condition=Q(free__gt=0) | Q(included__gt=0), name="allowance_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} · {self.product}"


class PlanStartQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "PlanStartQuerySet":
        return self.filter(organisation=organisation)


class PlanStart(AppendOnly):
    """From a day on, a customer is on this plan, or on none; in place of all that was to begin then or later."""

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plan")
    )
    first_day = models.DateField(_("first day"))
    # Periods are counted from this day on, and begin on that day of the month, or on its last one.
    counted_from = models.DateField(_("periods counted from"))
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"))
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.CharField(_("made by"), max_length=200)

    objects = PlanStartQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "id"], name="plan_starts_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(day_of_month__gte=1, day_of_month__lte=31), name="day_of_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan or '–'} · {self.first_day}"


def in_order(starts: Iterable[PlanStart]) -> list[tuple[date, PlanStart]]:
    """What holds from which day on, when everything that was made is read in the order in which it was made."""
    holding: list[tuple[date, PlanStart]] = []
    for start in sorted(starts, key=lambda one: one.pk):
        holding = [one for one in holding if one[0] < start.first_day]
        holding.append((start.first_day, start))
    return holding
