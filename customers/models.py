"""People, the organisations that they act for, and what each may do there."""

import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly
from facts.indexes import PrefixIndex

# Without the letters and digits that are taken for each other.
CODE_LETTERS, CODE_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_customer_code() -> str:
    """A short code that nobody has: a letter first, so that no spreadsheet takes it for a number."""
    return secrets.choice(CODE_LETTERS) + "".join(secrets.choice(CODE_CHARACTERS) for _ in range(7))


class UserManager(BaseUserManager["User"]):
    """Makes people who log in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in: a customer's member, or staff."""

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("This e-mail is already in use.")}
    )
    name = models.CharField(_("name and surname"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            PrefixIndex(fields=["email"], name="user_email"),
            PrefixIndex(fields=["name"], name="user_name"),
        ]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class CustomerGroup(models.Model):
    """Customers who pay the same prices, such as resellers or an association's members."""

    name = models.CharField(pgettext_lazy("group", "name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("customer group")
        verbose_name_plural = _("customer groups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A customer: whoever sends, pays and is answered for. All of a customer's data hangs from here."""

    class Kind(models.TextChoices):
        BUSINESS = "business", _("Italian company")
        PROFESSIONAL = "professional", _("Professional or sole trader")
        PUBLIC_BODY = "public_body", _("Public body")
        CONSUMER = "consumer", _("Private person")
        EU_BUSINESS = "eu_business", _("Company in the EU, outside Italy")
        FOREIGN = "foreign", _("Company outside the EU")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(pgettext_lazy("organisation", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.BUSINESS)
    country = models.CharField(_("country"), max_length=2, default="IT")
    vat_number = models.CharField(_("VAT number (partita IVA)"), max_length=20, blank=True)
    tax_code = models.CharField(_("tax code (codice fiscale)"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=60)
    postal_code = models.CharField(_("postal code"), max_length=12)
    city = models.CharField(_("city"), max_length=60)
    province = models.CharField(_("province"), max_length=2, blank=True)
    recipient_code = models.CharField(_("recipient code (codice destinatario)"), max_length=7, blank=True)
    pec = models.EmailField(_("certified e-mail (PEC)"), blank=True)
    # What the accountant, statements and exports know it by.
    code = models.CharField(
        _("customer code"), max_length=8, unique=True, default=new_customer_code, editable=False
    )
    is_on_split_list = models.BooleanField(
        _("on the split payment list"),
        default=False,
        help_text=_(
            "The Ministry's list of companies that pay VAT to the state themselves. Public bodies always do."
        ),
    )
    contract_reference = models.CharField(
        _("order or contract number"), max_length=20, blank=True, help_text=_("If invoices must name it.")
    )
    cig = models.CharField(
        "CIG",
        max_length=10,
        blank=True,
        help_text=_("If the public body gave you one: 10 letters and digits."),
    )
    cup = models.CharField(
        "CUP",
        max_length=15,
        blank=True,
        help_text=_("If the public body gave you one: 15 letters and digits."),
    )
    group = models.ForeignKey(
        CustomerGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("customer group"),
        help_text=_("It pays the group's prices where it has none of its own."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    is_suspended = models.BooleanField(_("suspended"), default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["-created_at"], name="organisation_newest"),
            PrefixIndex(fields=["name"], name="organisation_name"),
            PrefixIndex(fields=["vat_number"], name="organisation_vat_number"),
            PrefixIndex(fields=["tax_code"], name="organisation_tax_code"),
        ]

    def __str__(self) -> str:
        return self.name


class VatProof(AppendOnly):
    """What VIES, the EU's register of VAT numbers, answered about a number, and when: why no VAT was charged."""

    class Answer(models.TextChoices):
        VALID = "valid", _("valid")
        INVALID = "invalid", _("not valid")
        UNREACHABLE = "unreachable", _("the register did not answer")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="vat_proofs", verbose_name=_("organisation")
    )
    vat_number = models.CharField(_("VAT number"), max_length=20)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer.choices)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    reference = models.CharField(
        _("consultation number"),
        max_length=40,
        blank=True,
        help_text=_("The one that VIES gives; it is the proof."),
    )

    class Meta:
        verbose_name = _("VIES answer")
        verbose_name_plural = _("VIES answers")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.vat_number}: {self.get_answer_display()}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def for_organisation(self, organisation: Organisation) -> "MembershipQuerySet":
        return self.filter(organisation=organisation)

    def of(self, user: User) -> "MembershipQuerySet":
        """Where this person may act now."""
        return self.filter(user=user, organisation__is_suspended=False).select_related("organisation")

    def suspended(self, user: User) -> "MembershipQuerySet":
        """Where this person could act if staff had not suspended the organisation."""
        return self.filter(user=user, organisation__is_suspended=True).select_related("organisation")


class Membership(models.Model):
    """What a person may do in an organisation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SENDER = "sender", _("Sender")
        VIEWER = "viewer", _("Viewer")
        ACCOUNTANT = "accountant", _("Accountant")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def can_manage(self) -> bool:
        """Change the organisation and its members."""
        return self.role == self.Role.OWNER

    @property
    def can_send(self) -> bool:
        """Prepare, buy, cancel and remind: envelopes and SPID activations."""
        return self.role in {self.Role.OWNER, self.Role.SENDER}

    @property
    def can_view_envelopes(self) -> bool:
        """See envelopes and their documents. Accountants see money and no documents."""
        return self.role != self.Role.ACCOUNTANT

    @property
    def can_view_activations(self) -> bool:
        """See whose SPID was ordered, and how far it has come."""
        return self.role != self.Role.ACCOUNTANT

    @property
    def can_view_usage(self) -> bool:
        """See what was used and what it costs."""
        return self.role in {self.Role.OWNER, self.Role.ACCOUNTANT}


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_organisation(self, organisation: Organisation) -> "InvitationQuerySet":
        return self.filter(organisation=organisation)

    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A colleague asked to join an organisation. The address in the mail is known here by its digest only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Membership.Role.choices)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="invitation_newest"),
            PrefixIndex(fields=["email"], name="invitation_email"),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"
