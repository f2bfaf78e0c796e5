"""The provider's products as they stand, how they changed, and which of them we sell to whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly
from upstream import ProductFamily, family_of

from .products import KEY_PREFIX, ORDERABLE, ProductFacts, facts_of


class CatalogueProduct(models.Model):
    """A product as the provider's catalogue said last. One that disappeared stays, marked."""

    # Its key in the price book ("order:<code>") must fit there.
    code = models.CharField(_("code"), max_length=34, unique=True)
    name = models.CharField(_("name at the provider"), max_length=120)
    maker = models.CharField(_("maker"), max_length=40)
    is_blank = models.BooleanField(_("blank device"), default=False)
    cost = models.DecimalField(
        _("cost without VAT, EUR"), max_digits=18, decimal_places=8, null=True, blank=True
    )
    first_seen_at = models.DateTimeField(_("first seen at"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    is_gone = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("provider's product")
        verbose_name_plural = _("provider's products")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"

    @property
    def key(self) -> str:
        """Its key in the price book, in purchases and in usage."""
        return KEY_PREFIX + self.code

    @property
    def family(self) -> ProductFamily | None:
        """What an order of it must say; None for a code that is new to us, which nobody may order by guesswork."""
        return family_of(self.code)

    @property
    def facts(self) -> ProductFacts | None:
        """What is known of it beyond the catalogue."""
        return facts_of(self.code)


class CatalogueChange(AppendOnly):
    """Something changed in the provider's catalogue. Staff were told; nothing of it is ever overwritten."""

    class Kind(models.TextChoices):
        APPEARED = "appeared", _("appeared")
        PRICE = "price", _("price changed")
        RENAMED = "renamed", _("name changed")
        MAKER = "maker", _("maker changed")
        BLANK = "blank", _("blank or not changed")
        GONE = "gone", _("disappeared")
        BACK = "back", _("is back")

    code = models.CharField(_("code"), max_length=34)
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    before = models.CharField(_("before"), max_length=120, blank=True)
    after = models.CharField(_("after"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of the catalogue")
        verbose_name_plural = _("changes of the catalogue")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["code", "-at"], name="catalogue_change_of")]

    def __str__(self) -> str:
        return f"{self.code} {self.get_kind_display()}"


class OfferQuerySet(models.QuerySet["Offer"]):
    def sellable(self) -> "OfferQuerySet":
        """What staff sell, the provider has at a price, and we know how to order."""
        return self.filter(
            is_sold=True, product__is_gone=False, product__cost__isnull=False, product__code__in=ORDERABLE
        ).select_related("product")


class Offer(models.Model):
    """Whether and to whom we sell a product, and under which name. Its price stands in the price book."""

    product = models.OneToOneField(
        CatalogueProduct, on_delete=models.PROTECT, related_name="offer", verbose_name=_("product")
    )
    is_sold = models.BooleanField(_("is sold"), default=False)
    # Kinds of organisation that may buy it; empty: all.
    kinds = models.JSONField(_("sold to"), default=list, blank=True)
    name_it = models.CharField(_("name (Italian)"), max_length=120, blank=True)
    name_fr = models.CharField(_("name (French)"), max_length=120, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    description_it = models.TextField(_("description (Italian)"), max_length=1000, blank=True)
    description_fr = models.TextField(_("description (French)"), max_length=1000, blank=True)
    description_en = models.TextField(_("description (English)"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the shop"), default=100)
    # Which makers want the original of the form by post nobody says for all products (domain, section 10): staff do.
    wants_paper = models.BooleanField(
        _("paper original wanted"),
        default=False,
        help_text=_("The maker wants the signed form by post too; the customer is asked for it."),
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["position", "product__code"]

    def __str__(self) -> str:
        return self.product.code

    def clean(self) -> None:
        if self.is_sold and self.product.code not in ORDERABLE:
            raise ValidationError(
                {
                    "is_sold": _(
                        "We do not know yet what an order of this product must say, so it cannot be sold."
                    )
                }
            )

    @property
    def name(self) -> str:
        """What it is called in the reader's language: staff's own name, else ours, else the provider's."""
        known = self.product.facts
        return self._text("name") or (str(known.name) if known else self.product.name)

    @property
    def description(self) -> str:
        """What it is, in a sentence or two, in the reader's language."""
        known = self.product.facts
        return self._text("description") or (str(known.description) if known else "")

    def is_for(self, kind: str) -> bool:
        """Whether an organisation of this kind may buy it."""
        return not self.kinds or kind in self.kinds

    def _text(self, name: str) -> str:
        language = (translation.get_language() or "it")[:2]
        return str(getattr(self, f"{name}_{language}", ""))
