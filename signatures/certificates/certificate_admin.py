"""Staff's view of certificates, and how they record one that was bought elsewhere for a customer."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.contacts import EmailField
from facts.admin import FactAdmin

from .models import Certificate

SEALED = ["sealed_holder", "tax_code_print", "email_print", "mobile_print"]


class CertificateAdminForm(forms.ModelForm):
    """A certificate of a customer, with how its holder is reached."""

    email = EmailField(label=_("Holder’s e-mail"), required=False)
    mobile = forms.CharField(label=_("Holder’s mobile"), required=False, max_length=30)

    class Meta:
        model = Certificate
        fields = (
            "organisation", "holder_name", "language", "maker", "device", "covers", "serial", "issued_on", "expires_on",
            "device_since", "renewals_count",
        )  # fmt: skip


@admin.register(Certificate)
class CertificateAdmin(FactAdmin):
    list_display = [
        "holder_name", "organisation", "maker", "covers", "expires_on", "state", "renewal", "renewals_count", "order",
    ]  # fmt: skip
    list_filter = ["state", "renewal", "maker", "covers", "expires_on"]
    list_select_related = ["organisation", "order"]
    search_fields = ["holder_name__icontains", "organisation__name__istartswith", "serial__startswith"]
    date_hierarchy = "expires_on"
    form = CertificateAdminForm
    exclude = SEALED
    autocomplete_fields = ["organisation"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("signatures.add_certificate"))

    def save_model(self, request: HttpRequest, certificate: Any, form: Any, change: bool) -> None:
        certificate.recorded_by = request.user
        certificate.holder = {
            name: form.cleaned_data[name] for name in ("email", "mobile") if form.cleaned_data.get(name)
        }
        super().save_model(request, certificate, form, change)
