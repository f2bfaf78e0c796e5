"""What the provider keeps of its catalogue and of orders of qualified signatures, as far as the sandbox plays it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from . import clock
from .identifiers import new_id, new_secret
from .models import Row


class Family(models.TextChoices):
    """What an order of a product must say, and which of the shapes its answer has (contract, section 4.2)."""

    STANDARD = "standard"
    ARUBA = "aruba"
    VIDEO = "video"
    SHIPPING = "shipping"
    RENEWAL = "renewal"
    FOREIGN = "foreign"
    RECOGNITION = "recognition"
    SPID = "spid"


# Orders of a person, with papers and a form.
PERSONAL = (Family.STANDARD, Family.ARUBA)


class Product(Row):
    """A product of the catalogue. One that is not listed has disappeared, and cannot be ordered."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=200)
    maker = models.CharField(max_length=40)
    price = models.DecimalField(max_digits=18, decimal_places=8)
    is_blank = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=True)
    family = models.CharField(max_length=20, choices=Family.choices)
    script: Any = models.JSONField(default=list)
    """The states of its orders: `state`, `after` seconds of the sandbox's clock, or once `wait` has come ("papers")."""
    position = models.PositiveIntegerField()

    class Meta(Row.Meta):
        ordering = ["position"]


class Order(Row):
    """One order. `state` is the word that is answered; `script` and `step` say how it goes on."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    number = models.CharField(max_length=20)
    secret = models.CharField(max_length=60, unique=True, default=new_secret)
    code = models.CharField(max_length=40, db_index=True)
    product_name = models.CharField(max_length=200)
    maker = models.CharField(max_length=40)
    family = models.CharField(max_length=20, choices=Family.choices)
    state = models.CharField(max_length=60)
    script: Any = models.JSONField(default=list)
    step = models.PositiveIntegerField(default=0)
    waits_for_papers = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, db_index=True)

    person: Any = models.JSONField(default=dict)
    """`anagrafica`, `anagrafica_spedizione`, or the two contacts of a video order."""
    has_assistance = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    shipping = models.CharField(max_length=20, blank=True)
    has_video_recognition = models.BooleanField(default=False)
    quantity = models.PositiveIntegerField(default=1)
    callback: Any = models.JSONField(null=True)
    scope = models.CharField(max_length=200)

    form_sha256 = models.CharField(max_length=64, blank=True)
    form_name = models.CharField(max_length=300, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    document_name = models.CharField(max_length=300, blank=True)

    device: Any = models.JSONField(default=dict)
    """`firma` as it is answered."""
    credentials: Any = models.JSONField(default=dict)
    holder_codes: Any = models.JSONField(default=dict)
    """What the maker told the holder, and nobody else."""

    amount = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal(0))
    """What it costs in all, EUR; taken at `charged_at`."""
    charged_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)
    updated_at = models.DateTimeField(default=clock.now)
    registered_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    @property
    def is_personal(self) -> bool:
        """Whether it is for a person, with papers and a form."""
        return self.family in PERSONAL

    @property
    def has_papers(self) -> bool:
        """Whether form and ID document have both come."""
        return bool(self.form_sha256 and self.document_sha256)

    @property
    def email(self) -> str:
        """Where the maker writes to the holder; "" where it knows nobody."""
        return str(self.person.get("email", ""))
