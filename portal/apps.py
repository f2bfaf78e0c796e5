from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"


class SecondFactorAdminConfig(AdminConfig):
    """The stock admin behind a second factor."""

    default_site = "portal.admin_site.SecondFactorAdminSite"
