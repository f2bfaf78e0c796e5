"""Preparing and sending an envelope, step by step; each step saves the draft."""

import re
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.flows.split import funding_of
from billing.models import Product
from billing.models.price_book import PriceMissing
from customers.requests import CustomerRequest, CustomerView, for_members
from documents.flows.store import read
from documents.responses import file_response
from facts.request_origin import client_ip

from ..flows import prepare, send
from ..flows.prepare import SignerInput
from ..flows.state import NotPossible
from ..forms import DocumentForm, OptionsForm, PlaceFormSet, SignerFormSet, initial_places
from ..models import Envelope, Signer
from ..placing import in_words
from .finding import envelope_of

BLANK_SIGNERS = 1


def _draft(request: CustomerRequest, pk: Any) -> Envelope:
    return envelope_of(request, pk, state=Envelope.State.DRAFT)


def while_draft(view: CustomerView) -> CustomerView:
    """A step of a draft. One that was sent in this very moment leads to its page instead."""

    @wraps(view)
    def guarded(request: CustomerRequest, pk: Any) -> HttpResponseBase:
        try:
            return view(request, pk)
        except NotPossible:
            messages.info(request, _("This envelope was sent already."))
            return redirect("envelopes:detail", pk)

    return guarded


def _steps(envelope: Envelope | None) -> list[dict[str, str]]:
    names = [
        (_("Document"), "document"),
        (_("Signers"), "signers"),
        (_("Places"), "places"),
        (_("Review"), "review"),
    ]
    return [
        {"title": title, "url": reverse(f"envelopes:{name}", args=[envelope.pk]) if envelope else ""}
        for title, name in names
    ]


def _show(
    request: CustomerRequest, step: int, template: str, envelope: Envelope | None, **context: Any
) -> HttpResponse:
    context |= {"envelope": envelope, "steps": _steps(envelope), "step": step}
    status = 422 if context.get("is_refused") else 200
    return render(request, f"signatures/envelopes/{template}.html", context, status=status)


@for_members(able_to="can_send")
def new(request: CustomerRequest) -> HttpResponse:
    """The first step of a new envelope."""
    form = DocumentForm(request.POST or None, request.FILES or None, uploader=request.user.pk)
    if request.method == "POST":
        is_valid = form.is_valid()
        if form.facts:
            # Stored at once: if the title is wrong, the file must not be chosen again.
            envelope = prepare.create_draft(
                request.organisation,
                request.user,
                title=form.cleaned_data.get("title", ""),
                message=form.cleaned_data.get("message", ""),
                filename=form.filename,
                data=form.data_of_file,
                facts=form.facts,
            )
            if is_valid:
                return redirect("envelopes:signers", envelope.pk)
            typed = DocumentForm(request.POST, has_document=True)
            return _show(request, 1, "document", envelope, form=typed, is_refused=True)
    return _show(request, 1, "document", None, form=form, is_refused=form.is_bound)


@for_members(able_to="can_send")
@while_draft
def document(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The first step of a draft: another document, title, message."""
    envelope = _draft(request, pk)
    initial = {"title": envelope.title, "message": envelope.message}
    about: dict[str, Any] = {"uploader": request.user.pk, "has_document": True, "initial": initial}
    form = DocumentForm(request.POST or None, request.FILES or None, **about)
    if request.method == "POST":
        is_valid = form.is_valid()
        if form.facts:
            prepare.change_document(envelope, form.filename, form.data_of_file, form.facts)
        if is_valid:
            title = form.cleaned_data["title"] or envelope.title or envelope.filename.removesuffix(".pdf")
            prepare.change_details(envelope, title, form.cleaned_data["message"])
            return redirect("envelopes:signers", envelope.pk)
    return _show(request, 1, "document", envelope, form=form, is_refused=form.is_bound)


@require_safe
@for_members(able_to="can_send")
def preview(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The draft's document, for the preview of the places."""
    envelope = _draft(request, pk)
    return file_response(read(envelope.original), envelope.filename, "application/pdf", is_inline=True)


@for_members(able_to="can_send")
@while_draft
def signers(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The second step: who signs, and how. Rows can be added and taken out without JavaScript too."""
    envelope = _draft(request, pk)
    options = OptionsForm(request.POST or None, initial=_options_of(envelope))
    if request.method == "POST" and "add_row" in request.POST:
        formset = _unjudged(SignerFormSet(_with_one_more_row(request.POST, "signers"), prefix="signers"))
        return _show(request, 2, "signers", envelope, formset=formset, options=options, is_draft_of_rows=True)
    if request.method == "POST":
        formset = SignerFormSet(request.POST, prefix="signers")
        if formset.is_valid() & options.is_valid():
            prepare.set_signers(envelope, _typed(envelope, formset))
            prepare.set_options(envelope, **options.cleaned_data)
            return redirect("envelopes:places", envelope.pk)
        return _show(request, 2, "signers", envelope, formset=formset, options=options, is_refused=True)
    initial = [_as_initial(signer) for signer in envelope.signers.order_by("position")]
    formset = SignerFormSet(initial=initial or [{} for _ in range(BLANK_SIGNERS)], prefix="signers")
    return _show(request, 2, "signers", envelope, formset=formset, options=options)


def _with_one_more_row(data: Any, prefix: str) -> Any:
    """The same form with one row more. A count that no page of ours has sent stays for the formset to refuse."""
    more, count = data.copy(), data.get(f"{prefix}-TOTAL_FORMS") or "0"
    if re.fullmatch(r"[0-9]{1,4}", count):
        more[f"{prefix}-TOTAL_FORMS"] = str(int(count) + 1)
    return more


def _unjudged(formset: Any) -> Any:
    """The rows as they are typed so far: nobody is told of mistakes in a form that they are still filling in."""
    for form in formset.forms:
        form._errors = {}
    return formset


def _options_of(envelope: Envelope) -> dict[str, Any]:
    return {
        "is_ordered": envelope.is_ordered,
        "gives_copy": envelope.gives_copy,
        "expires_on": envelope.expires_on,
    }


def _as_initial(signer: Signer) -> dict[str, Any]:
    names = ("pk", "name", "surname", "email", "otp_channel", "mobile", "language")
    return {name: getattr(signer, name) for name in names}


def _typed(envelope: Envelope, formset: Any) -> list[SignerInput]:
    known = set(envelope.signers.values_list("pk", flat=True))
    names = ("name", "surname", "email", "mobile", "otp_channel", "language")
    typed = []
    for form in formset.present():
        # An id that is not this draft's, or stands in two rows, counts as none.
        pk = form.cleaned_data["pk"] if form.cleaned_data["pk"] in known else None
        known.discard(pk)
        typed.append(SignerInput(**{name: form.cleaned_data[name] for name in names}, pk=pk))
    return typed


@for_members(able_to="can_send")
@while_draft
def places(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The third step: where each signs."""
    envelope = _draft(request, pk)
    people = list(envelope.signers.order_by("position").prefetch_related("placements"))
    if not people:
        return redirect("envelopes:signers", envelope.pk)
    about: dict[str, Any] = {"signers": people, "prefix": "places"}
    for_rows = {"signers": people, "page_count": envelope.page_count}
    if request.method == "POST":
        data = _with_one_more_row(request.POST, "places") if "add_row" in request.POST else request.POST
        formset: Any = PlaceFormSet(data, form_kwargs=for_rows, **about)
        if "add_row" in request.POST:
            return _show(request, 3, "places", envelope, formset=_unjudged(formset), is_draft_of_rows=True)
        if formset.is_valid():
            prepare.set_placements(envelope, formset.by_signer())
            return redirect("envelopes:review", envelope.pk)
        return _show(request, 3, "places", envelope, formset=formset, is_refused=True)
    formset = PlaceFormSet(initial=initial_places(envelope, people), form_kwargs=for_rows, **about)
    return _show(request, 3, "places", envelope, formset=formset)


@for_members(able_to="can_send")
@while_draft
def review(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The last step: everything once more, with the price, before anything is bought."""
    envelope = _draft(request, pk)
    if request.method == "POST":
        return _order(request, envelope)
    return _show_review(request, envelope)


def _show_review(request: CustomerRequest, envelope: Envelope, **context: Any) -> HttpResponse:
    people = list(envelope.signers.order_by("position").prefetch_related("placements"))
    try:
        context.setdefault("quote", send.price_of(envelope) if people else None)
    except PriceMissing:
        context["is_price_missing"] = True
    context.setdefault("problems", send.problems_of(envelope))
    if quote := context.get("quote"):
        context["funding"] = funding_of(envelope.organisation, {Product.SIMPLE_SIGNATURE: quote.quantity})
    context["reviewed"] = send.request_digest(envelope)
    signers = [(person, in_words(person)) for person in people]
    return _show(request, 4, "review", envelope, signers=signers, **context)


def _price_shown(request: CustomerRequest) -> Decimal | None:
    """The price that the sender was shown; None for what no review of ours has said."""
    try:
        price = Decimal(request.POST.get("unit_price", ""))
    except InvalidOperation:
        return None
    return price if price.is_finite() else None


def _order(request: CustomerRequest, envelope: Envelope) -> HttpResponse:
    expected = _price_shown(request)
    if expected is None:
        return _show_review(request, envelope, has_price_changed=True, is_refused=True)
    try:
        reviewed = request.POST.get("reviewed", "")
        send.order(envelope, request.user, client_ip(request), expected, reviewed)
    except send.NotReady as error:
        return _show_review(request, envelope, problems=error.problems, is_refused=True)
    except send.PriceChanged as error:
        return _show_review(request, envelope, quote=error.quote, has_price_changed=True, is_refused=True)
    except send.Changed:
        envelope.refresh_from_db()
        return _show_review(request, envelope, has_changed=True, is_refused=True)
    except PriceMissing:
        return _show_review(request, envelope, is_refused=True)
    return redirect("envelopes:detail", envelope.pk)


@require_POST
@for_members(able_to="can_send")
@while_draft
def discard(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Throw a draft away."""
    prepare.discard(_draft(request, pk))
    messages.success(request, _("The draft is gone."))
    return redirect("envelopes:list")
