"""The ledger of customers' credit: movements from one account to another, added and never edited.

A movement takes from one account what it gives to the other, in one row, so the ledger cannot fail to balance: the sum
over all accounts is zero by its shape. Each movement also carries its number in the customer's ledger and what the two
accounts that must never be overdrawn hold after it: unique numbers let one writer through at a time, and the database
itself refuses a balance below zero. ``flows/prove_ledger.py`` adds everything up again every night.
"""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly, AppendOnlyQuerySet


class Account(models.TextChoices):
    """Where money is: outside of the portal, in a customer's wallet, held for a purchase, or earned."""

    BANK = "bank", _("bank")
    CARD = "card", _("card processor")
    WALLET = "wallet", _("wallet")
    HELD = "held", _("held for purchases")
    USED = "used", _("used")


class MovementQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "MovementQuerySet":
        return self.filter(organisation=organisation)


class Movement(AppendOnly):
    """An amount in EUR that went from one account of a customer's ledger to another."""

    class Kind(models.TextChoices):
        TRANSFER = "transfer", _("top-up by bank transfer")
        CARD = "card", _("top-up by card")
        RETURN = "return", _("paid back")
        HOLD = "hold", _("held for a purchase")
        RELEASE = "release", _("given back, not bought")
        USE = "use", pgettext_lazy("movement", "used")
        FEE = "fee", _("fee of a plan")
        REFUND = "refund", _("given back, usage corrected")

    # What each kind takes from, and what it gives to.
    ROUTES: dict[str, tuple[str, str]] = {
        Kind.TRANSFER: (Account.BANK, Account.WALLET),
        Kind.CARD: (Account.CARD, Account.WALLET),
        Kind.RETURN: (Account.WALLET, Account.BANK),
        Kind.HOLD: (Account.WALLET, Account.HELD),
        Kind.RELEASE: (Account.HELD, Account.WALLET),
        Kind.USE: (Account.HELD, Account.USED),
        Kind.FEE: (Account.WALLET, Account.USED),
        Kind.REFUND: (Account.USED, Account.WALLET),
    }

    # Credit that the customer has paid for, and gets a receipt of.
    TOP_UPS = (Kind.TRANSFER, Kind.CARD)

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    number = models.PositiveIntegerField(_("number"))
    # The fact that it records, such as "transfer:<id>": booked at most once.
    key = models.CharField(_("fact"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    from_account = models.CharField(_("from"), max_length=10, choices=Account.choices)
    to_account = models.CharField(_("to"), max_length=10, choices=Account.choices)
    amount = models.DecimalField(_("amount, EUR"), max_digits=18, decimal_places=8)
    wallet_after = models.DecimalField(_("available after it, EUR"), max_digits=18, decimal_places=8)
    held_after = models.DecimalField(_("held after it, EUR"), max_digits=18, decimal_places=8)
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["organisation", "-number"]
        indexes = [
            models.Index(fields=["organisation", "at"], name="movement_by_period"),
            models.Index(fields=["-at", "-id"], name="movement_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="movements_one_by_one"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="movement_moves_something"),
            models.CheckConstraint(
                condition=~Q(from_account=F("to_account")), name="movement_moves_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(wallet_after__gte=0) & Q(held_after__gte=0), name="credit_never_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount.normalize():f}"

    @property
    def is_top_up(self) -> bool:
        return self.kind in self.TOP_UPS

    def effect_on(self, account: str) -> Decimal:
        """What it adds to an account; below zero when it takes from it."""
        if account == self.to_account:
            return self.amount
        return -self.amount if account == self.from_account else Decimal(0)

    @property
    def on_wallet(self) -> Decimal:
        """What it changes of the credit that is free to be used."""
        return self.effect_on(Account.WALLET)

    @property
    def on_held(self) -> Decimal:
        """What it changes of the credit that is held for purchases."""
        return self.effect_on(Account.HELD)


class BankTransfer(AppendOnly):
    """Money that came by bank transfer, or went back, as staff read it on the bank's statement."""

    class Direction(models.TextChoices):
        IN = "in", _("received: credit for the customer")
        OUT = "out", _("paid back, or recorded by mistake: taken from the customer's credit")

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction.choices, default=Direction.IN
    )
    amount = models.DecimalField(_("amount, EUR"), max_digits=12, decimal_places=2)
    on = models.DateField(_("day on the bank's statement"))
    reference = models.CharField(
        _("bank's reference (CRO or TRN)"),
        max_length=80,
        unique=True,
        help_text=_("It keeps the same transfer from being recorded twice."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=200, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("bank transfer")
        verbose_name_plural = _("bank transfers")
        ordering = ["-recorded_at", "-pk"]
        indexes = [models.Index(fields=["-recorded_at"], name="transfer_newest")]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_of_something")]

    def __str__(self) -> str:
        return f"{self.reference} · {self.amount}"
