from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
        from .start_prices import fill_empty_price_book
        from .start_rules import fill_empty_rules

        post_migrate.connect(fill_empty_price_book, sender=self)
        post_migrate.connect(fill_empty_rules, sender=self)
