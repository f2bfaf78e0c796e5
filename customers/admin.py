"""Staff's view of people and organisations."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from facts.admin import BoundedPaginator, FactAdmin

from .models import Invitation, Membership, Organisation, User, VatProof


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """In small letters, as people's own sign-ups are kept."""
        return str(self.cleaned_data["email"]).lower()


class MembersFormSet(BaseInlineFormSet):
    """An organisation's members: staff too leave it with an owner."""

    def clean(self) -> None:
        super().clean()
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data]
        kept = [data for data in filled if not data.get("DELETE")]
        if filled and not any(data.get("role") == Membership.Role.OWNER for data in kept):
            raise ValidationError(_("An organisation needs an owner."))  # type: ignore[attr-defined]


class MembershipInline(admin.TabularInline):
    model = Membership
    formset = MembersFormSet
    extra = 0
    autocomplete_fields = ("user",)
    readonly_fields = ("created_at",)


class VatProofInline(admin.TabularInline):
    """Answers of VIES: added, then they stand."""

    model = VatProof
    extra = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserChangeForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "language", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active", "language")
    search_fields = ("email__istartswith", "name__icontains")
    show_full_result_count = False
    paginator = BoundedPaginator
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """People stand in proofs and own organisations: they are made inactive, never deleted."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "code",
        "kind",
        "country",
        "vat_number",
        "tax_code",
        "city",
        "is_suspended",
        "created_at",
    )
    list_filter = ("kind", "country", "is_suspended", "created_at")
    search_fields = (
        "name__icontains",
        "code__istartswith",
        "vat_number__startswith",
        "tax_code__startswith",
        "memberships__user__email__istartswith",
    )
    search_help_text = _("Name, customer code, VAT number, tax code or a member's e-mail")
    date_hierarchy = "created_at"
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
    list_filter = ("role", "created_at")
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email__istartswith", "organisation__name__icontains")
    exclude = ("token_digest",)
