"""How a person is reached: the secret addresses of their page, and each mail that we wrote by ourselves."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly

from .activation import Activation


class Address(models.Model):
    """The secret address of a person's page, known by its digest. Void once they were written to anew."""

    activation = models.ForeignKey(
        Activation, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("activation")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Contact(AppendOnly):
    """A mail that the calendar made us write, once each."""

    class Kind(models.TextChoices):
        OPEN = "open", _("asked to open the voucher")
        ASK = "ask", _("asked whether it is active")
        REMINDER = "reminder", _("reminded to use it")
        AFTERWARDS = "afterwards", _("asked whether it still exists")

    activation = models.ForeignKey(
        Activation, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("activation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Which one of its kind, such as "2027-11-24:90": ninety days before that day.
    key = models.CharField(_("which"), max_length=40)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("mail to a person")
        verbose_name_plural = _("mails to people")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["activation", "kind", "key"], name="one_mail_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
