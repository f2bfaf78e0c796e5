from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added, authenticator_removed

        from .second_factor import end_sessions_elsewhere

        for change in (authenticator_added, authenticator_removed):
            change.connect(end_sessions_elsewhere)


class SecondFactorAdminConfig(AdminConfig):
    """The stock admin behind a second factor."""

    default_site = "portal.admin_site.SecondFactorAdminSite"
