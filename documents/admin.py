"""Staff's view of the archive: what is kept for whom and until when; never what is in it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from facts.admin import FactAdmin, MonthFilter

from .flows import hold
from .models import ArchiveRecord, StoredFile, StoredFileQuerySet


class ReasonForm(ActionForm):
    """A legal hold is placed and lifted with a reason, which goes on record."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class ArchiveRecordInline(admin.TabularInline):
    model = ArchiveRecord
    extra = 0
    can_delete = False
    fields = ["at", "kind", "by", "reason"]
    readonly_fields = ["at", "kind", "by", "reason"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StoredFile)
class StoredFileAdmin(FactAdmin):
    list_display = [
        "created_at", "organisation", "media_type", "size", "sha256", "retain_until", "has_legal_hold", "erased_at",
    ]  # fmt: skip
    list_filter = ["has_legal_hold", MonthFilter.of("created_at"), "erased_at"]
    list_select_related = ["organisation"]
    search_fields = ["sha256__istartswith", "organisation__name__istartswith"]
    search_help_text = _("Beginning of the SHA-256 or of an organisation")
    exclude = ["storage_name"]
    inlines = [ArchiveRecordInline]
    action_form = ReasonForm
    actions = ["place_hold", "lift_hold"]

    def has_hold_permission(self, request: HttpRequest) -> bool:
        """Holding is staff's to do, although the rows themselves cannot be edited."""
        return request.user.has_perm("documents.change_storedfile")

    @admin.action(description=_("Put under legal hold"), permissions=["hold"])
    def place_hold(self, request: HttpRequest, chosen: StoredFileQuerySet) -> None:
        self._turn(request, chosen, hold.place)

    @admin.action(description=_("Release from legal hold"), permissions=["hold"])
    def lift_hold(self, request: HttpRequest, chosen: StoredFileQuerySet) -> None:
        self._turn(request, chosen, hold.lift)

    def _turn(self, request: HttpRequest, chosen: StoredFileQuerySet, turn: Any) -> None:
        reason = request.POST.get("reason", "").strip()[:300]
        if not reason:
            self.message_user(
                request, _("Give a reason beside the action: it goes on record."), messages.ERROR
            )
            return
        changed = sum(turn(stored, reason, str(request.user)) for stored in chosen)
        self.message_user(
            request,
            ngettext("%(count)s file changed.", "%(count)s files changed.", changed) % {"count": changed},
            messages.SUCCESS if changed else messages.WARNING,
        )


@admin.register(ArchiveRecord)
class ArchiveRecordAdmin(FactAdmin):
    """Who erased, held and released what, and why."""

    list_display = ["at", "kind", "stored_file", "by", "reason"]
    list_filter = ["kind", MonthFilter.of("at")]
    list_select_related = ["stored_file"]
    search_fields = ["stored_file__sha256__istartswith", "by__istartswith"]
