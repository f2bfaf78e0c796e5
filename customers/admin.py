"""Staff's view of people and organisations."""

from typing import Any

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa_admin  # noqa: F401  registers its pages, which ours take the place of
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _usersessions_admin  # noqa: F401  the same
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm, Select
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from facts.admin import BoundedPaginator, FactAdmin, MonthFilter, SearchByField
from facts.steady_admin import SteadyAdmin, SteadyForms

from .models import CustomerGroup, Invitation, Membership, Organisation, User, VatProof

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class _SmallLetters:
    def clean_email(self) -> str:
        """In small letters, as people's own sign-ups are kept."""
        return str(self.cleaned_data["email"]).lower()  # type: ignore[attr-defined]


class NewUserForm(_SmallLetters, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(_SmallLetters, UserChangeForm):
    """A person's page."""


class MembersFormSet(BaseInlineFormSet):
    """An organisation's members: staff too leave it with an owner."""

    def clean(self) -> None:
        super().clean()
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data]
        kept = [data for data in filled if not data.get("DELETE")]
        if filled and not any(data.get("role") == Membership.Role.OWNER for data in kept):
            raise ValidationError(_("An organisation needs an owner."))  # type: ignore[attr-defined]


class MembershipForm(ModelForm):
    """A member: who they are stands, and need not be looked up for each row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["user"].widget = Select(choices=[(self.instance.user_id, self.instance.user)])


class MembershipInline(SteadyForms, admin.TabularInline):
    model = Membership
    form = MembershipForm
    formset = MembersFormSet
    extra = 0
    autocomplete_fields = ("user",)
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "organisation")


class VatProofInline(admin.TabularInline):
    """Answers of VIES: added, then they stand."""

    model = VatProof
    extra = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(SteadyAdmin, SearchByField, DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "language", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email__istartswith", "name__istartswith")
    show_full_result_count = False
    paginator = BoundedPaginator
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "language")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights are given by superusers alone: staff who may edit people could else make themselves one."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff's own accounts are changed by superusers alone: a new password would be a way in as somebody else."""
        is_theirs = obj is None or not obj.is_staff or request.user.is_superuser
        return is_theirs and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """People stand in proofs and own organisations: they are made inactive, never deleted."""
        return False


@admin.register(CustomerGroup)
class CustomerGroupAdmin(SteadyAdmin, admin.ModelAdmin):
    """Whose prices are alike; prices themselves are added to the price book."""

    list_display = ("name",)
    search_fields = ("name__icontains",)


@admin.register(Organisation)
class OrganisationAdmin(SteadyAdmin, SearchByField, admin.ModelAdmin):
    list_display = (
        "name", "code", "kind", "country", "vat_number", "tax_code", "city", "is_suspended", "created_at",
    )  # fmt: skip
    list_filter = ("kind", "group", "is_suspended", MonthFilter.of("created_at"))
    autocomplete_fields = ("group",)
    search_fields = (
        "name__icontains",
        "code__istartswith",
        "vat_number__istartswith",
        "tax_code__istartswith",
        "memberships__user__email__istartswith",
    )
    search_help_text = _("Name, customer code, VAT number, tax code or a member's e-mail")
    readonly_fields = ("code", "created_at")
    inlines = (MembershipInline, VatProofInline)
    show_full_result_count = False
    paginator = BoundedPaginator

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """An organisation's proofs and bills hang from it: it is suspended, never deleted."""
        return False


@admin.register(Invitation)
class InvitationAdmin(FactAdmin):
    list_display = ("email", "organisation", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role", MonthFilter.of("created_at"))
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email__istartswith", "organisation__name__istartswith")
    exclude = ("token_digest",)


admin.site.unregister([EmailAddress, Group, Authenticator, UserSession])


@admin.register(EmailAddress)
class EmailAddressAdmin(SteadyAdmin, AllauthEmailAddressAdmin):
    """People's addresses, as allauth shows them."""


@admin.register(Group)
class GroupAdmin(SteadyAdmin, DjangoGroupAdmin):
    """What groups of staff may do, as Django shows it."""


@admin.register(Authenticator)
class AuthenticatorAdmin(FactAdmin):
    """Who has which second factor, and never what is in it. Taken away from who has lost theirs."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email__istartswith",)
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(UserSession)
class UserSessionAdmin(FactAdmin):
    """Who is logged in and from where. Never a session's key, which is the session."""

    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__email__istartswith",)
    ordering = ("-pk",)
    exclude = ("data", "session_key")
