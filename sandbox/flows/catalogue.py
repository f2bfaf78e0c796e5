"""The catalogue: the provider's 26 products, and what the control desk changes in them (contract, section 4.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from ..order_models import Family, Product

_DAY = 24 * 3600

# How the orders of a family go on by themselves; `wait` holds a step until the papers have come.
SCRIPTS: dict[Family, list[dict[str, Any]]] = {
    Family.STANDARD: [
        {"state": "in_riconoscimento"},
        {"state": "in_riconoscimento", "wait": "papers"},
        {"state": "evasa", "after": 2 * _DAY},
    ],
    Family.ARUBA: [
        {"state": "in_registrazione"},
        {"state": "in_riconoscimento", "wait": "papers", "after": _DAY},
        {"state": "evasa", "after": 2 * _DAY},
    ],
    Family.SHIPPING: [{"state": "in_lavorazione"}, {"state": "evasa", "after": 2 * _DAY}],
    Family.VIDEO: [{"state": "in_lavorazione"}, {"state": "evasa", "after": 2 * _DAY}],
    Family.RENEWAL: [{"state": "evasa"}],
    Family.FOREIGN: [{"state": "evasa"}],
    Family.RECOGNITION: [],
    Family.SPID: [],
}

_PRODUCTS = [
    # code, name, maker, EUR, family, blank
    ("RINFIR", "Rinnovo Certificato Firma", "Infocert", "9", Family.RENEWAL, False),
    ("KEY", "Business Key", "Infocert", "40", Family.STANDARD, False),
    ("LETTORE", "Lettore Smart Card USB", "Infocert", "13", Family.SHIPPING, True),
    ("KIT", "Kit Firma Digitale", "Infocert", "39.7", Family.STANDARD, False),
    ("FIRREM", "Firma Digitale Remota Infocert", "Infocert", "25.7", Family.STANDARD, False),
    ("KEYCNS", "Business Key CNS", "Infocert", "40.7", Family.STANDARD, False),
    ("SMARTCARDCNS", "Smart Card Infocert CNS", "Infocert", "25.7", Family.STANDARD, False),
    ("RINCNS", "Rinnovo CNS Infocert", "Infocert", "9", Family.RENEWAL, False),
    ("KITCNS", "Kit CNS Infocert", "Infocert", "40.3", Family.STANDARD, False),
    ("SCARUBACNS", "Smart Card Aruba CNS", "Aruba", "22.4", Family.ARUBA, False),
    ("ARUBAKEYCNS", "Aruba Key CNS", "Aruba", "39.4", Family.ARUBA, False),
    ("OTPDIS", "Firma Aruba OTP Display", "Aruba", "25.2", Family.ARUBA, False),
    ("OTPMOB", "Firma Aruba OTP Mobile", "Aruba", "21.7", Family.ARUBA, False),
    ("FIREST", "Firma Estero", "Infocert", "49.7", Family.FOREIGN, False),
    ("VIDEORIC", "Videoriconoscimento Aruba", "Aruba", "15", Family.RECOGNITION, False),
    ("FIR", "Firma Digitale", "Infocert", "22.7", Family.STANDARD, False),
    ("FIR_V", "Firma Digitale Vergine", "Infocert", "22.7", Family.SHIPPING, True),
    ("KEY_V", "Business Key Vergine", "Infocert", "40", Family.SHIPPING, True),
    ("FIRREM_V", "Firma Digitale Remota Infocert Vergine", "Infocert", "25.7", Family.SHIPPING, True),
    ("KEYCNS_V", "Business Key CNS Vergine", "Infocert", "40.7", Family.SHIPPING, True),
    ("SMARTCARDCNS_V", "Smart Card Infocert CNS Vergine", "Infocert", "25.7", Family.SHIPPING, True),
    ("SMARTCARDCNS_VIDEO", "Smart Card Infocert CNS Con Videoriconoscimento", "Infocert", "57.9", Family.VIDEO,
     False),
    ("KEYCNS_VIDEO", "Business Key CNS Con Videoricoscimento", "Infocert", "77.9", Family.VIDEO, False),
    ("FIRREM_VIDEO", "Firma Digitale Remota Infocert Con Videoriconoscimento", "Infocert", "63.7", Family.VIDEO,
     False),
    ("RINFIRREM", "Rinnovo Firma Remota", "Infocert", "19.7", Family.RENEWAL, False),
    ("SPID_PER", "Spid Personale", "Namirial", "14.2", Family.SPID, False),
]  # fmt: skip
_CHANGES = {"name", "maker", "price", "is_blank", "is_listed", "family", "script"}


def products() -> list[Product]:
    """All products, also those that have disappeared; made anew where there is none."""
    if not Product.objects.exists():
        with transaction.atomic():
            if not Product.objects.exists():
                Product.objects.bulk_create(
                    Product(
                        code=code, name=name, maker=maker, price=Decimal(price), family=family, is_blank=blank,
                        script=SCRIPTS[family], position=position,
                    )
                    for position, (code, name, maker, price, family, blank) in enumerate(_PRODUCTS)
                )  # fmt: skip
    return list(Product.objects.order_by("position"))


def listed(code: str) -> Product | None:
    """The product with this code, if it can be ordered at all."""
    return next((one for one in products() if one.code == code and one.is_listed), None)


def change(code: str, values: dict[str, Any]) -> Product:
    """Change a product, or add one. Raises ValueError for what does not fit."""
    if unknown := set(values) - _CHANGES:
        raise ValueError(f"unknown values: {', '.join(sorted(unknown))}")
    every = products()
    product = next((one for one in every if one.code == code), None)
    if product is None:
        family = Family(str(values.get("family", Family.STANDARD)))
        product = Product(
            code=code, name=code, maker="Infocert", price=Decimal("10"), family=family, script=SCRIPTS[family],
            position=len(every),
        )  # fmt: skip
    if "family" in values:
        product.family = Family(str(values["family"]))
        product.script = SCRIPTS[Family(product.family)]
    if "script" in values:
        product.script = checked_script(values["script"])
    if "price" in values:
        product.price = _price(values["price"])
    for name in ("name", "maker", "is_blank", "is_listed"):
        if name in values:
            setattr(product, name, values[name])
    product.save()
    return product


def _price(value: Any) -> Decimal:
    price = Decimal(str(value))
    if not price.is_finite() or price < 0:
        raise ValueError("a price is a sum")
    return price


def checked_script(script: Any) -> list[dict[str, Any]]:
    """A script of states as JSON gives it. Raises ValueError."""
    if not isinstance(script, list):
        raise ValueError("a script is a list of steps")
    steps = []
    for one in script:
        step = {"state": one} if isinstance(one, str) else one
        if not isinstance(step, dict) or not isinstance(step.get("state"), str) or not step["state"]:
            raise ValueError("a step names its state")
        if set(step) - {"state", "after", "wait"} or step.get("wait", "papers") != "papers":
            raise ValueError("a step has state, after (seconds) and wait (papers)")
        steps.append({**step, **({"after": float(step["after"])} if "after" in step else {})})
    return steps
