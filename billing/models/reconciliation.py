"""Our purchases and the provider's books, side by side: what explains what, and what nothing explains."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly

from .provider_books import DailyCount, ProviderLine, ProviderReading
from .purchase import Purchase


class Reconciliation(AppendOnly):
    """One comparison. Whatever happened until ``until`` is judged by it or by one before."""

    # Two at once would take the same number: the second is refused, with all that it would have written.
    number = models.PositiveIntegerField(_("number"), unique=True)
    reading = models.ForeignKey(
        ProviderReading, on_delete=models.PROTECT, related_name="+", verbose_name=_("reading")
    )
    until = models.DateTimeField(_("judged until"))
    # The earliest moment of which something still waits: a purchase that is unclear, or counters not read yet.
    waiting_since = models.DateTimeField(_("something waits since"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    explained = models.PositiveIntegerField(_("purchases found"), default=0)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} · {self.until:%Y-%m-%d %H:%M}"


class Explanation(AppendOnly):
    """A purchase found in the provider's books: as a line of the wallet, as requests of a subscription, or both."""

    purchase = models.OneToOneField(
        Purchase, on_delete=models.PROTECT, related_name="explanation", verbose_name=_("purchase")
    )
    line = models.OneToOneField(
        ProviderLine,
        on_delete=models.PROTECT,
        related_name="explanation",
        null=True,
        blank=True,
        verbose_name=_("line"),
    )
    # The reading by which these requests were gone.
    reading = models.ForeignKey(
        ProviderReading,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reading"),
    )
    requests = models.PositiveIntegerField(_("requests of a subscription"), default=0)
    # How many purchases of ours the line fits: more than one means that they may be exchanged.
    choices = models.PositiveIntegerField(_("purchases that it fits"), default=1)
    run = models.ForeignKey(
        Reconciliation,
        on_delete=models.PROTECT,
        related_name="explanations",
        verbose_name=_("reconciliation"),
    )

    class Meta:
        verbose_name = _("purchase found in the provider's books")
        verbose_name_plural = _("purchases found in the provider's books")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=False) | Q(requests__gt=0), name="explained_by_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purchase_id} ← {self.line_id or self.requests}"


class Interchangeable(AppendOnly):
    """Purchases that a comparison explains, and that fit what explains them in several ways: which is whose does not
    matter, but one too many and one too few among them would not show.

    By as many lines of one host and amount between two moments, or by requests of a call between two readings.
    """

    run = models.ForeignKey(
        Reconciliation,
        on_delete=models.PROTECT,
        related_name="interchangeable",
        verbose_name=_("reconciliation"),
    )
    host = models.CharField(_("host"), max_length=100)
    # One of our paid calls, where requests of its subscriptions are what explains.
    call = models.CharField(_("call"), max_length=20, blank=True)
    # Of each line.
    amount = models.DecimalField(_("amount, EUR"), null=True, blank=True, max_digits=18, decimal_places=8)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    purchases = models.PositiveIntegerField(_("purchases"))
    requests = models.PositiveIntegerField(_("requests of a subscription"), default=0)
    # Requests more that may have lapsed, or have been taken; empty: nobody can know how many.
    lapsed = models.PositiveIntegerField(_("requests that may have lapsed"), null=True, blank=True)

    class Meta:
        verbose_name = _("group that cannot be told apart")
        verbose_name_plural = _("what cannot be told apart")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} {self.host} · {self.purchases}"


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def open(self) -> "DifferenceQuerySet":
        return self.filter(state=Difference.State.OPEN)


class Difference(models.Model):
    """Something in the provider's books or in ours that the other side does not explain, until somebody does."""

    class Kind(models.TextChoices):
        EXTRA = "extra", _("a charge that no purchase explains")
        MISSING = "missing", _("a purchase that the provider's books don't show")
        OTHER_AMOUNT = "other_amount", _("a purchase charged with another amount")
        LATE = "late", _("a purchase charged late")
        REFUND = "refund", _("money that came back")
        REQUESTS_MORE = "requests_more", _("requests taken from a subscription without a purchase")
        REQUESTS_LESS = "requests_less", _("requests that were not taken from a subscription")
        COUNT = "count", _("a daily count that differs")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    key = models.CharField(max_length=260, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    occurred_at = models.DateTimeField(_("date"))
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    amount = models.DecimalField(
        _("amount, EUR"),
        help_text=_("What the provider took more than we know of; negative: less."),
        max_digits=18,
        decimal_places=8,
    )
    expected = models.DecimalField(_("expected"), null=True, blank=True, max_digits=18, decimal_places=8)
    actual = models.DecimalField(_("found"), null=True, blank=True, max_digits=18, decimal_places=8)
    line = models.OneToOneField(
        ProviderLine,
        on_delete=models.PROTECT,
        related_name="difference",
        null=True,
        blank=True,
        verbose_name=_("line"),
    )
    purchase = models.OneToOneField(
        Purchase,
        on_delete=models.PROTECT,
        related_name="difference",
        null=True,
        blank=True,
        verbose_name=_("purchase"),
    )
    reading = models.ForeignKey(
        ProviderReading,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reading"),
    )
    daily_count = models.ForeignKey(
        DailyCount,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("daily count"),
    )
    # Codes of ``Cause``, likeliest first.
    causes = models.JSONField(_("likely causes"), default=list)
    # Whether several of ours or theirs fit as well, so that which one it is cannot be told; these are named.
    is_ambiguous = models.BooleanField(_("cannot be told from others"), default=False)
    candidates = models.JSONField(_("candidates"), default=list)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference with the provider")
        verbose_name_plural = _("differences with the provider")
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-occurred_at", "-id"], name="difference_newest"),
            models.Index(fields=["-occurred_at", "-id"], name="difference_newest_of_all"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False) & ~Q(reason=""),
                name="closed_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        day = date_format(timezone.localtime(self.occurred_at), "SHORT_DATE_FORMAT")
        return f"{self.get_kind_display()} · {day} · {number_format(self.amount.normalize())}"


class Cause(models.TextChoices):
    """What may lie behind a difference, in words that staff can act on."""

    CHARGED_TWICE = "charged_twice", _("A purchase was charged twice")
    EARLIER_ATTEMPT = (
        "earlier_attempt",
        _("An earlier attempt of a purchase, taken for not bought, was charged"),
    )
    REFUSED_CHARGED = "refused_charged", _("A purchase that was refused was charged")
    BOUGHT_TWICE = "bought_twice", _("One intent was bought twice")
    STAFF_DECIDED = "staff_decided", _("Staff had decided that this purchase was, or was not, bought")
    OTHER_SERVICE = "other_service", _("Another service of the same account was used")
    SUBSCRIPTION_FEE = "subscription_fee", _("A subscription began or was renewed")
    OUTSIDE = "outside", _("The account was used outside of the portal")
    NOT_CHARGED = "not_charged", _("The provider did not charge it")
    COMES_LATE = "comes_late", _("Its line may still come")
    PRICE_CHANGED = "price_changed", _("The provider's price is not the one in the price book")
    OPTION_PRICE = "option_price", _("An option costs what the price book does not know")
    OTHER_AMOUNT = "other_amount", _("It was charged with the amount of a line listed here")
    IN_BOTH = "in_both", _("It was charged in the wallet although the subscription paid")
    BOOKED_LATE = "booked_late", _("The provider booked it late")
    REFUNDED = "refunded", _("The provider gave a charge back")
    SEE_LINES = "see_lines", _("The same as the charges listed for this day")
    DAY_BORDER = "day_border", _("The provider's day may begin at another hour")


class DifferenceStep(AppendOnly):
    """What was found out and done about a difference, one row a step."""

    class What(models.TextChoices):
        FOUND = "found", _("found")
        CHANGED = "changed", _("more became known")
        ASSIGNED = "assigned", _("given to an owner")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")

    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(_("at"), default=timezone.now)
    what = models.CharField(_("what"), max_length=8, choices=What.choices)
    who = models.CharField(_("who"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a difference")
        verbose_name_plural = _("steps of a difference")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"


def money_at_stake(differences: Any) -> Decimal:
    """The sum of what these differences took more, and of what they took less, without balancing them."""
    return sum((abs(amount) for amount in differences.values_list("amount", flat=True)), Decimal(0))
