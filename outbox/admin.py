from django.contrib import admin

from facts.admin import FactAdmin

from .models import Mail, TextMessage


@admin.register(Mail)
class MailAdmin(FactAdmin):
    """What was sent to whom and when. Never the text: it may hold a signer's own address."""

    list_display = ["created_at", "kind", "recipient", "subject", "state", "attempts", "sent_at"]
    list_filter = ["state", "kind", "language", "created_at"]
    search_fields = ["recipient__istartswith", "about", "fact_key"]
    date_hierarchy = "created_at"
    exclude = ["sealed_text", "sealed_html"]


@admin.register(TextMessage)
class TextMessageAdmin(FactAdmin):
    """Which SMS went out and when. Never the text, and of the number no more than its owner needs."""

    list_display = ["created_at", "kind", "masked", "state", "attempts", "last_error", "sent_at"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["about"]
    date_hierarchy = "created_at"
    exclude = ["sealed_recipient", "sealed_text"]
