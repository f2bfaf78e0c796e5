"""Certificates that we know of, by which rules they are renewed, and what people were told in time."""

import json
import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly, AppendOnlyQuerySet
from facts.chain import canonical
from signatures.catalogue.products import Covers, Device
from vault import open_sealed, seal

from .prints import fingerprints_of

HOLDER_PURPOSE = "certificate-holder"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def for_organisation(self, organisation: Any) -> "CertificateQuerySet":
        return self.filter(organisation=organisation)

    def in_use(self) -> "CertificateQuerySet":
        """Those that somebody signs with, as far as we know."""
        return self.filter(state=Certificate.State.ACTIVE)


class Certificate(models.Model):
    """A certificate and the device that it lives on: bought here, or elsewhere and recorded by the customer or staff.

    One row is one term of validity; a renewal is a new row that names the one before.
    """

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("certificate", "Active")
        RENEWED = "renewed", pgettext_lazy("certificate", "Renewed")
        REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")
        EXPIRED = "expired", pgettext_lazy("certificate", "Expired")
        SUSPENDED = "suspended", pgettext_lazy("certificate", "Suspended")
        REVOKED = "revoked", pgettext_lazy("certificate", "Revoked")

    class Renewal(models.TextChoices):
        """How far its renewal has come. Buying one renews nothing: the code must reach the holder, who uses it."""

        NONE = "none", pgettext_lazy("renewal", "Not begun")
        ORDERED = "ordered", pgettext_lazy("renewal", "Ordered")
        WITH_HOLDER = "with_holder", pgettext_lazy("renewal", "With the holder")
        DONE = "done", pgettext_lazy("renewal", "Done")
        MISSED = "missed", pgettext_lazy("renewal", "Missed")

    # Its code is with the holder; also after the expiry: they may have renewed in time and tell us late.
    OPEN_RENEWALS = (Renewal.WITH_HOLDER, Renewal.MISSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    order = models.ForeignKey(
        "signatures.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="certificates",
        verbose_name=_("order"), help_text=_("Empty: bought elsewhere."),
    )  # fmt: skip
    holder_name = models.CharField(_("holder"), max_length=160)
    # Tax code, e-mail and mobile of the holder, read and written through ``holder``.
    sealed_holder = models.TextField(blank=True, editable=False)
    tax_code_print = models.CharField(max_length=64, blank=True, editable=False)
    email_print = models.CharField(max_length=64, blank=True, editable=False)
    mobile_print = models.CharField(max_length=64, blank=True, editable=False)
    language = models.CharField(_("holder's language"), max_length=5, default="it")
    maker = models.CharField(_("maker"), max_length=40)
    device = models.CharField(_("device"), max_length=14, choices=Device.choices)
    covers = models.CharField(_("for"), max_length=10, choices=Covers.choices)
    code = models.CharField(_("product code"), max_length=34, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"))
    # The last day of validity.
    expires_on = models.DateField(_("expires on"))
    device_since = models.DateField(_("device in use since"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    renewal = models.CharField(_("renewal"), max_length=12, choices=Renewal.choices, default=Renewal.NONE)
    # Since when its renewal is where it is: nudges count from here.
    renewal_since = models.DateField(_("renewal since"), null=True, blank=True)
    renewals_count = models.PositiveSmallIntegerField(_("renewals so far"), default=0)
    renewed = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewed_as",
        verbose_name=_("renewal of"),
    )  # fmt: skip
    recorded_by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recorded by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["expires_on", "pk"]
        indexes = [
            models.Index(fields=["organisation", "expires_on"], name="certificate_calendar"),
            models.Index(fields=["state", "expires_on"], name="certificate_expiring"),
            models.Index(fields=["tax_code_print"], name="certificate_tax_code"),
            models.Index(fields=["email_print"], name="certificate_email"),
            models.Index(fields=["mobile_print"], name="certificate_mobile"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "covers"], condition=Q(order__isnull=False), name="one_certificate_a_purpose"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=models.F("issued_on")), name="expires_after_it_was_issued"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name} · {self.maker} · {self.get_covers_display()}"

    @property
    def holder(self) -> dict[str, str]:
        """The holder's ``tax_code``, ``email`` and ``mobile``, as far as they are known."""
        if not self.sealed_holder:
            return {}
        found: dict[str, str] = json.loads(open_sealed(self.sealed_holder, HOLDER_PURPOSE))
        return found

    @holder.setter
    def holder(self, holder: dict[str, str]) -> None:
        """Seal what is known of the holder, and keep fingerprints of what is one person's only. The caller saves."""
        self.sealed_holder = seal(canonical(holder), HOLDER_PURPOSE)
        for name, value in fingerprints_of(holder).items():
            setattr(self, name, value)


class RenewalRuleQuerySet(AppendOnlyQuerySet):
    def for_certificate(self, maker: str, covers: str, on: date) -> "RenewalRule | None":
        """The rule in force on a day for this maker's certificates; None where nothing is known."""
        rules = self.filter(maker=maker, covers=covers, valid_from__lte=on)
        rule: RenewalRule | None = rules.order_by("-valid_from", "-pk").first()
        return rule

    def in_force(self, on: date) -> "dict[tuple[str, str], RenewalRule]":
        """All rules in force on a day, by maker and what the certificate is for."""
        rules = self.filter(valid_from__lte=on).order_by("valid_from", "pk")
        return {(rule.maker, rule.covers): rule for rule in rules}


class RenewalRule(AppendOnly):
    """How a maker's certificates are renewed, from a day on, with its source: makers change these texts."""

    maker = models.CharField(_("maker"), max_length=40)
    covers = models.CharField(_("for"), max_length=10, choices=Covers.choices)
    # It opens so long before the expiry: days or calendar months, whichever the maker counts in.
    opens_days_before = models.PositiveSmallIntegerField(_("opens days before expiry"), null=True, blank=True)
    opens_months_before = models.PositiveSmallIntegerField(
        _("opens months before expiry"), null=True, blank=True
    )
    closes_days_before = models.PositiveSmallIntegerField(
        _("closes days before expiry"), help_text=_("0: on the day of the expiry itself.")
    )
    max_renewals = models.PositiveSmallIntegerField(_("renewals per device"), null=True, blank=True)
    max_device_years = models.PositiveSmallIntegerField(_("years of a device"), null=True, blank=True)
    # The product that buys the renewal; empty: it cannot be bought here, and the text says what to do instead.
    code = models.CharField(_("product code"), max_length=34, blank=True)
    text_it = models.CharField(_("what to do (Italian)"), max_length=600, blank=True)
    text_fr = models.CharField(_("what to do (French)"), max_length=600, blank=True)
    text_en = models.CharField(_("what to do (English)"), max_length=600, blank=True)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source"), max_length=300)

    objects = RenewalRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal rule")
        verbose_name_plural = _("renewal rules")
        ordering = ["maker", "covers", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["maker", "covers", "valid_from"], name="one_renewal_rule_a_day"),
            models.CheckConstraint(
                condition=Q(opens_days_before__isnull=False, opens_months_before=None)
                | Q(opens_days_before=None, opens_months_before__isnull=False),
                name="renewal_opens_by_days_or_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.get_covers_display()} {self.valid_from}"


class Notice(AppendOnly):
    """Somebody was told something that has a day: once, whoever runs twice."""

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, null=True, blank=True, related_name="notices",
        verbose_name=_("certificate"),
    )  # fmt: skip
    order = models.ForeignKey(
        "signatures.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="notices",
        verbose_name=_("order"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=40)
    due_on = models.DateField(_("due on"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind", "due_on"],
                condition=Q(certificate__isnull=False),
                name="one_notice_of_a_certificate",
            ),
            models.UniqueConstraint(
                fields=["order", "kind", "due_on"],
                condition=Q(order__isnull=False),
                name="one_notice_of_an_order",
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, order=None) | Q(certificate=None, order__isnull=False),
                name="notice_is_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"
