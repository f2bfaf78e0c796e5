"""How makers renew, as far as their own guides said in November 2026: what a new portal begins with (domain, 2.7).

A maker changes its texts: staff add a rule with a later day and its own source, and the earlier ones stay.
"""

from datetime import date
from typing import Any

from django.apps import AppConfig

from signatures.catalogue.products import ARUBA, INFOCERT, Covers

SINCE = date(2026, 1, 1)
INFOCERT_GUIDES = (
    "milomb.camcom.it/it/rinnovo-sospensione-revoca-firma-digitale; "
    "digiting.it/rinnovo-certificato-cns-infocert (read in November 2026)"
)
ARUBA_GUIDES = (
    "guide.pec.it: rinnovo-del-servizio-firma-digitale.aspx, rinnovo-firma-remota.aspx, "
    "rinnovo-carta-con-aruba-enroll.aspx (read in November 2026)"
)

_INFOCERT: dict[str, Any] = {
    "maker": INFOCERT,
    "opens_days_before": 90,
    "closes_days_before": 1,
    # Its guides speak of devices. Nobody says of remote signatures that they are renewed twice, so we don't sell it.
    "max_renewals": 1,
    "source": INFOCERT_GUIDES,
}
_ARUBA: dict[str, Any] = {
    "maker": ARUBA,
    "opens_months_before": 2,
    "closes_days_before": 0,
    "source": ARUBA_GUIDES,
}
_ARUBA_DEVICE = {
    "text_it": (
        "Aruba rinnova solo direttamente: il titolare rinnova carta o chiave con il programma Aruba "
        "Enroll, da due mesi prima della scadenza fino al giorno della scadenza. Attenzione: il rinnovo "
        "distrugge la chiave di cifratura della carta. In alternativa ordini qui per tempo una nuova firma."
    ),
    "text_fr": (
        "Aruba ne renouvelle qu’en direct : le titulaire renouvelle la carte ou la clé avec le programme "
        "Aruba Enroll, de deux mois avant l’expiration jusqu’au jour de l’expiration. Attention : le "
        "renouvellement détruit la clé de chiffrement de la carte. Sinon, commandez ici à temps une "
        "nouvelle signature."
    ),
    "text_en": (
        "Aruba renews only directly: the holder renews card or key with the program Aruba Enroll, from two "
        "months before the expiry until the day of the expiry. Mind that renewing destroys the card’s "
        "decryption key. Otherwise order a new signature here in time."
    ),
}
_ARUBA_REMOTE = {
    "text_it": (
        "Aruba rinnova solo direttamente: il titolare rinnova la firma remota nella propria area clienti "
        "Aruba, da due mesi prima della scadenza fino al giorno della scadenza, e paga entro 90 giorni "
        "dalla firma del modulo. In alternativa ordini qui per tempo una nuova firma."
    ),
    "text_fr": (
        "Aruba ne renouvelle qu’en direct : le titulaire renouvelle la signature à distance dans son "
        "espace client Aruba, de deux mois avant l’expiration jusqu’au jour de l’expiration, et paie dans "
        "les 90 jours après la signature du formulaire. Sinon, commandez ici à temps une nouvelle "
        "signature."
    ),
    "text_en": (
        "Aruba renews only directly: the holder renews the remote signature in their own customer area at "
        "Aruba, from two months before the expiry until the day of the expiry, and pays within 90 days of "
        "signing the form. Otherwise order a new signature here in time."
    ),
}

RULES: list[dict[str, Any]] = [
    {**_INFOCERT, "covers": Covers.SIGNATURE, "code": "RINFIR", "max_device_years": 6},
    {**_INFOCERT, "covers": Covers.CNS, "code": "RINCNS", "max_device_years": 6},
    {**_INFOCERT, "covers": Covers.REMOTE, "code": "RINFIRREM"},
    {**_ARUBA, **_ARUBA_DEVICE, "covers": Covers.SIGNATURE},
    {**_ARUBA, **_ARUBA_DEVICE, "covers": Covers.CNS},
    {**_ARUBA, **_ARUBA_REMOTE, "covers": Covers.REMOTE},
]


def fill_renewal_rules(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """After each migration: write the rules of makers that have none yet. Changes nothing that exists."""
    from .models import RenewalRule

    known = set(RenewalRule.objects.using(using).values_list("maker", "covers"))
    for rule in RULES:
        if (rule["maker"], rule["covers"]) not in known:
            RenewalRule(**rule, valid_from=SINCE).save(using=using)
