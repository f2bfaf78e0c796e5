"""Staff's side: the stock Django admin, entered through the portal's own login and a second factor."""

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Difference, Purchase

from .second_factor import was_shown


class SecondFactorAdminSite(admin.AdminSite):
    """Lets in staff who have shown their second factor in this session; sends those who have none to set one up."""

    site_title = _("Sigillo staff")
    site_header = _("Sigillo staff")
    index_title = _("Overview")
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and was_shown(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The overview, with the purchases that only staff can decide."""
        undecided = Purchase.objects.filter(state=Purchase.State.UNDECIDED).count()
        differences = Difference.objects.open().count()
        waiting = {"undecided": undecided, "differences": differences}
        return super().index(request, {**(extra_context or {}), **waiting})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin has no login form of its own: rate limits and second factor live at the portal's."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if super().has_permission(request) and get_adapter().is_mfa_enabled(request.user):
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': target})}")
        if super().has_permission(request):
            messages.warning(request, gettext("Staff pages need a second factor. Set one up to go on."))
            return HttpResponseRedirect(f"{reverse('mfa_index')}?{urlencode({'next': target})}")
        messages.error(request, gettext("This page is for staff."))
        return HttpResponseRedirect(reverse("home"))
