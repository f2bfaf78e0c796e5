"""Names in our languages for what allauth keeps: its models call themselves and their fields in English alone."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Of each model: its app, one of it, many of it.
MODELS: dict[type, tuple[Promise, Promise, Promise]] = {
    Authenticator: (_("Second factors"), _("second factor"), _("second factors")),
    UserSession: (_("Sessions"), _("session"), _("sessions")),
}
FIELDS: dict[type, dict[str, Promise]] = {
    Authenticator: {
        "user": _("person"),
        "type": _("kind"),
        "created_at": _("added at"),
        "last_used_at": _("last used at"),
    },
    UserSession: {
        "user": _("person"),
        "created_at": _("logged in at"),
        "last_seen_at": _("last seen at"),
        "ip": pgettext_lazy("of a computer", "address"),
        "user_agent": _("browser"),
    },
}


def name_them() -> None:
    """Once, when the apps are ready. Migrations don't see it: they ask for what the models were declared with."""
    for model, (app, one, many) in MODELS.items():
        meta = model._meta  # type: ignore[attr-defined]
        meta.app_config.verbose_name, meta.verbose_name, meta.verbose_name_plural = app, one, many
        for name, words in FIELDS[model].items():
            meta.get_field(name).verbose_name = words
