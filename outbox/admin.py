from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from facts.admin import FactAdmin, MonthFilter

from .models import Mail, TextMessage


@admin.register(Mail)
class MailAdmin(FactAdmin):
    """What was sent to whom and when. Never the text: it may hold a signer's own address."""

    list_display = ["created_at", "kind", "recipient", "subject", "state", "attempts", "sent_at"]
    list_filter = ["state", MonthFilter.of("created_at")]
    search_fields = ["recipient__istartswith", "about__startswith", "fact_key__startswith"]
    search_help_text = _("Beginning of an address, or of what it is about, such as envelope: and its id")
    exclude = ["sealed_text", "sealed_html"]


@admin.register(TextMessage)
class TextMessageAdmin(FactAdmin):
    """Which SMS went out and when. Never the text, and of the number no more than its owner needs."""

    list_display = ["created_at", "kind", "masked", "state", "attempts", "last_error", "sent_at"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["about"]
    date_hierarchy = "created_at"
    exclude = ["sealed_recipient", "sealed_text"]
