"""The page in the admin of usage that takes a metered piece back: what will happen is said before it does."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from .flows.correct_usage import AlreadyCorrected, Effect, NotCorrectable, correct, effect_of
from .models import Usage
from .products import label_of


class CorrectionForm(forms.Form):
    """Why a piece is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy(
            "The customer reads it beside the line. Write no names that they should not see."
        ),
    )


class CorrectionPages(admin.ModelAdmin):
    """Adds the page to the admin of usage. Who may add a fact of usage may take one back."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.correct)
        return [path("<uuid:pk>/correct/", view, name="billing_usage_correct"), *super().get_urls()]

    def correct(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Say what correcting a line does, and do it once a reason is given."""
        if not request.user.has_perm("billing.add_usage"):
            raise PermissionDenied
        row = get_object_or_404(Usage.objects.select_related("organisation", "reservation"), pk=pk)
        form = CorrectionForm(request.POST or None)
        effect, problem = _effect(row)
        if request.method == "POST" and effect and form.is_valid():
            try:
                correction, _done = correct(row.pk, form.cleaned_data["reason"])
            except (AlreadyCorrected, NotCorrectable) as refused:
                effect, problem = None, _why_not(refused)
            else:
                # Who it was stands in the admin's log: the reason beside the line is the customer's to read.
                added = {"name": gettext_noop("correction"), "object": correction.reason}
                self.log_change(request, row, [{"added": added}])
                messages.success(request, _("Corrected."))
                return HttpResponseRedirect(reverse("admin:billing_usage_change", args=[correction.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Correct"),
            "original": row,
            "row": row,
            "product": label_of(row.product),
            "effect": effect,
            "problem": problem,
            "form": form,
        }
        return TemplateResponse(request, "admin/billing/usage/correct.html", context)


def _effect(row: Usage) -> tuple[Effect | None, str]:
    """What correcting does, or why it cannot be done."""
    try:
        return effect_of(row, timezone.now()), ""
    except (AlreadyCorrected, NotCorrectable) as refused:
        return None, _why_not(refused)


def _why_not(refused: AlreadyCorrected | NotCorrectable) -> str:
    if isinstance(refused, NotCorrectable):
        return _("This line is a correction itself, and is not corrected.")
    earlier = refused.correction
    return _("This line was corrected on %(day)s already: %(reason)s") % {
        "day": date_format(timezone.localdate(earlier.occurred_at), "SHORT_DATE_FORMAT"),
        "reason": earlier.reason,
    }
