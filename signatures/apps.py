from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SignaturesConfig(AppConfig):
    name = "signatures"
    verbose_name = _("Signatures")

    def ready(self) -> None:
        from billing import products
        from billing.flows.buyers import register
        from billing.models import Product

        from .catalogue.products import labels
        from .catalogue.start_costs import fill_option_costs
        from .certificates.flows.buyer import OrderBuyer
        from .certificates.start_rules import fill_renewal_rules
        from .envelopes.flows.buyer import EnvelopeBuyer

        register(Product.SIMPLE_SIGNATURE, EnvelopeBuyer())
        register("order", OrderBuyer())
        products.register(labels)
        post_migrate.connect(fill_option_costs, sender=self)
        post_migrate.connect(fill_renewal_rules, sender=self)
