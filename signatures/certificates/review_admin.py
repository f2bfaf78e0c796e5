"""The review queue's pages in the admin: data and papers side by side, approve or return; every opening on record."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from billing.models.price_book import PriceMissing
from documents.flows.store import Damaged
from documents.responses import file_response
from facts.request_origin import client_ip

from .flows import post_paper, review
from .flows.state import NotPossible
from .models import Order, OrderFile, PaperPost
from .reasons import Reason
from .review_sheet import sheet_of

APPROVE, RETURN = "approve", "return"


class ReviewForm(forms.Form):
    """What staff say of an order. ``digests`` are the papers that stood on the page."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (APPROVE, _("Approve: it goes on to the provider")),
            (RETURN, _("Return it to the customer")),
        ],
    )
    reasons = forms.MultipleChoiceField(
        label=_("What is to be corrected"),
        choices=Reason.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=_("Note to the customer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    digests = forms.CharField(widget=forms.HiddenInput, max_length=2000)

    def clean_digests(self) -> dict[str, str]:
        try:
            found = json.loads(self.cleaned_data["digests"])
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("Load the page again."))
        return {str(kind): str(digest) for kind, digest in found.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == RETURN and not cleaned.get("reasons"):
            self.add_error(
                "reasons", _("Say what is to be corrected: the customer reads it in their language.")
            )
        if Reason.OTHER in cleaned.get("reasons", ()) and not cleaned.get("note"):
            self.add_error("note", _("“Something else” needs a note."))
        return cleaned


class ReviewPages:
    """What the admin of orders adds to a page to look at."""

    admin_site: Any
    opts: Any

    def review(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """One order's data and papers, and the decision on them."""
        _check_may_review(request)
        order = get_object_or_404(Order.objects.select_related("organisation", "created_by"), pk=pk)
        sheet = sheet_of(order)
        digests = {"digests": json.dumps(sheet.digests)}
        form = ReviewForm(request.POST or None, initial=digests)
        if request.method == "POST" and form.is_valid() and self._decide(request, order, form):
            queue = reverse("admin:signatures_order_changelist")
            return HttpResponseRedirect(f"{queue}?state__exact={Order.State.IN_REVIEW}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Check the papers"),
            "order": order,
            "sheet": sheet,
            "form": form,
            "is_in_review": order.state == Order.State.IN_REVIEW,
            "paper_posts": order.paper_posts.all(),
        }
        return TemplateResponse(request, "admin/signatures/order/review.html", context)

    def _decide(self, request: HttpRequest, order: Order, form: ReviewForm) -> bool:
        said: dict[str, Any] = form.cleaned_data
        staff, ip = request.user, client_ip(request)
        try:
            if said["decision"] == APPROVE:
                review.approve(order, staff, ip, said["digests"])  # type: ignore[arg-type]
            else:
                review.send_back(order, staff, ip, said["digests"], said["reasons"], said["note"])  # type: ignore[arg-type]
        except review.ChangedMeanwhile:
            form.add_error(
                None, gettext("The papers have changed meanwhile: load the page again and look at them.")
            )
        except PriceMissing as error:
            form.add_error(None, gettext("It cannot be bought: %s") % error)
        except NotPossible:
            form.add_error(None, gettext("The order is not in review any more."))
        else:
            messages.success(request, gettext("Decided."))
            return True
        return False

    def paper(self, request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
        """A paper, to be looked at. An ID document's opening goes into the order's history."""
        _check_may_review(request)
        order = get_object_or_404(Order, pk=pk)
        if kind not in review.LOOKED_AT:
            raise Http404
        try:
            file, data = review.open_file(order, kind, request.user, client_ip(request))  # type: ignore[arg-type]
        except (OrderFile.DoesNotExist, Damaged) as error:
            raise Http404 from error
        is_signed_file = file.media_type == "application/pkcs7-mime"
        media_type = "application/pdf" if is_signed_file else file.media_type
        return file_response(data, file.filename.removesuffix(".p7m"), media_type, is_inline=True)

    def received(self, request: HttpRequest, pk: Any, post: int) -> HttpResponse:
        """The paper original is there."""
        _check_may_review(request)
        return require_POST(_receive)(request, pk, post)


def _receive(request: HttpRequest, pk: Any, post: int) -> HttpResponse:
    sent = get_object_or_404(PaperPost, pk=post, order_id=pk)
    try:
        post_paper.receive(sent, request.user, client_ip(request), timezone.localdate())  # type: ignore[arg-type]
    except NotPossible:
        messages.info(request, gettext("This is known already."))
    return HttpResponseRedirect(reverse("admin:signatures_order_review", args=[pk]))


def _check_may_review(request: HttpRequest) -> None:
    if not request.user.has_perm("signatures.change_order"):
        raise PermissionDenied
