"""Staff's view of envelopes: all that happened, and never a signer's link or a mail's secret."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from facts.admin import FactAdmin, FactInline, MonthFilter

from .models import Envelope, EnvelopeEvent, Signer

SEALED = ["sealed_link", "token_digest", "copy_digest"]


class SignerInline(FactInline):
    model = Signer
    fields = [
        "position",
        "name",
        "surname",
        "email",
        "mobile",
        "otp_channel",
        "state",
        "provider_state",
        "signed_at",
    ]


class EventInline(FactInline):
    model = EnvelopeEvent
    fields = ["number", "at", "kind", "actor", "actor_name", "ip", "data"]


@admin.register(Envelope)
class EnvelopeAdmin(FactAdmin):
    list_display = [
        "title", "organisation", "state", "provider_state", "generation", "created_at", "sent_at", "ended_at",
        "last_problem",
    ]  # fmt: skip
    list_filter = ["state", "has_unknown_state", MonthFilter.of("created_at")]
    list_select_related = ["organisation"]
    search_fields = ["title__istartswith", "pk", "provider_reference", "signers__email__istartswith",
                     "organisation__name__istartswith"]  # fmt: skip
    search_help_text = _(
        "Beginning of a title, signer's e-mail or organisation, or the whole id or reference"
    )
    inlines = [SignerInline, EventInline]


@admin.register(Signer)
class SignerAdmin(FactAdmin):
    list_display = [
        "full_name",
        "email",
        "mobile",
        "envelope",
        "state",
        "provider_state",
        "invited_at",
        "signed_at",
    ]
    list_filter = ["state", "otp_channel"]
    list_select_related = ["envelope"]
    search_fields = ["email__istartswith", "surname__istartswith", "mobile"]
    search_help_text = _("Beginning of an e-mail or surname, or the whole mobile number")
    exclude = SEALED
    ordering = ["-envelope__created_at", "position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*SEALED)


@admin.register(EnvelopeEvent)
class EnvelopeEventAdmin(FactAdmin):
    list_display = ["at", "subject", "number", "kind", "actor", "actor_name", "ip"]
    list_filter = ["actor", MonthFilter.of("at")]
    list_select_related = ["subject"]
    search_fields = ["subject__title__istartswith", "subject__id"]
    search_help_text = _("Beginning of the envelope's title, or its id")
    ordering = ["-at", "-pk"]
