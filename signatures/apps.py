from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignaturesConfig(AppConfig):
    name = "signatures"
    verbose_name = _("Signatures")

    def ready(self) -> None:
        from billing.flows.buyers import register
        from billing.models import Product

        from .envelopes.flows.buyer import EnvelopeBuyer

        register(Product.SIMPLE_SIGNATURE, EnvelopeBuyer())
