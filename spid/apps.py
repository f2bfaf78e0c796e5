from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SpidConfig(AppConfig):
    name = "spid"
    verbose_name = "SPID"

    def ready(self) -> None:
        from billing.flows.buyers import register
        from billing.models import Product

        from .flows.buyer import SpidBuyer
        from .start_rules import fill_empty_rules

        register(Product.SPID, SpidBuyer())
        post_migrate.connect(fill_empty_rules, sender=self)
