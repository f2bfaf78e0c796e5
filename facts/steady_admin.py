"""Staff's pages stand whatever is sent to them: values that make no sense are refused beside the field, or passed over.

Django's own admin takes keys, dates and filters for what its own forms send, and fails on anything else.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import DateTimeField, Field, QuerySet
from django.http import HttpRequest, HttpResponseBase


def could_be(field: "Field[Any, Any]", value: Any) -> bool:
    """Whether a column could hold this value. Django asks the database for any, and fails where it cannot."""
    try:
        field.run_validators(field.to_python(value))
    except (ValidationError, ValueError, TypeError, OverflowError):
        return False
    return True


class KeySelect(AutocompleteSelect):
    """Shows what is chosen; of a value that can be no key, nothing: the field says that it is none."""

    def optgroups(self, name: str, value: Iterable[Any], attr: Any = None) -> Any:
        remote = self.field.remote_field
        key = remote.model._meta.get_field(remote.field_name)
        return super().optgroups(name, [one for one in value if not one or could_be(key, one)], attr)


class KeysField(forms.ModelMultipleChoiceField):
    """Refuses a value that can be no key as it refuses one that nobody has."""

    def clean(self, value: Any) -> Any:
        for one in value or ():
            if not could_be(self.queryset.model._meta.pk, one):  # type: ignore[union-attr, arg-type]
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": one}
                )
        return super().clean(value)


class SteadyList(ChangeList):
    """An address whose values make no sense shows the whole list, also where Django's own does not expect it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(*args, **kwargs)
        except (ValidationError, ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error


class SteadyForms:
    """An admin page, or rows inside one, that answers values that can be no key with a word beside the field."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site, using=kwargs.get("using")))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", KeysField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class SteadyAdmin(SteadyForms):
    """For every admin page: whatever stands in its address or is sent to it is answered, and never a fault of ours."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address proposes for a new row. Django's field for a moment takes no text."""
        proposed = super().get_changeform_initial_data(request)  # type: ignore[misc]
        moments = {field.name: field for field in self.opts.fields if isinstance(field, DateTimeField)}  # type: ignore[attr-defined]
        for name in proposed.keys() & moments.keys():
            text = proposed.pop(name)
            if isinstance(text, str) and could_be(moments[name], text):
                proposed[name] = moments[name].to_python(text)
        return dict(proposed)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SteadyList

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """What was ticked, as far as it can be rows of this list."""
        key = queryset.model._meta.pk
        sent = request.POST.copy()
        chosen = sent.getlist(ACTION_CHECKBOX_NAME)
        sent.setlist(ACTION_CHECKBOX_NAME, [one for one in chosen if could_be(key, one)])
        request.POST = sent  # type: ignore[assignment]
        return super().response_action(request, queryset)  # type: ignore[misc, no-any-return]

    def _get_edited_object_pks(self, request: HttpRequest, prefix: str) -> list[Any]:
        sent = super()._get_edited_object_pks(request, prefix)  # type: ignore[misc]
        return [one for one in sent if could_be(self.opts.pk, one)]  # type: ignore[attr-defined]
