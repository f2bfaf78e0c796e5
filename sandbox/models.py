"""What the provider keeps, as far as the sandbox plays it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.db import models

from . import clock
from .identifiers import new_id, new_secret, new_token, new_transaction_id


def _new_uuid() -> str:
    return str(uuid4())


class Row(models.Model):
    """Base of all tables."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True


class Knob(Row):
    """A setting that was changed from its default; see ``knobs.Knobs``."""

    name = models.CharField(max_length=60, primary_key=True)
    value: Any = models.JSONField()


class Token(Row):
    """A bearer token and what it may do."""

    token = models.CharField(max_length=64, primary_key=True, default=new_token)
    refresh_token = models.CharField(max_length=64, unique=True, default=new_token)
    name = models.CharField(max_length=200, blank=True)
    scopes: Any = models.JSONField(default=list)
    limits: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()


class Wallet(Row):
    """The account's prepaid credit, in EUR; one row."""

    credit = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal("1000.00"))
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)


class WalletTransaction(Row):
    """A movement of the wallet; negative amounts were spent."""

    id = models.CharField(max_length=40, primary_key=True, default=new_transaction_id)
    amount = models.DecimalField(max_digits=18, decimal_places=8)
    description = models.CharField(max_length=200)
    procedure_id = models.CharField(max_length=24, blank=True, db_index=True)
    people = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, db_index=True)


class Subscription(Row):
    """A plan of prepaid requests for one scope."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    scope = models.CharField(max_length=200)
    total_requests = models.PositiveIntegerField()
    available_requests = models.PositiveIntegerField()
    price_per_request = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal("0.14"))
    kind = models.CharField(max_length=20, default="month")
    autorenew = models.BooleanField(default=False)
    starts_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)


class Generation(models.TextChoices):
    """Which of the provider's two services a procedure lives in."""

    ESIGNATURE = "esignature"
    FIRMADIGITALE = "firmadigitale"


class Phase(models.TextChoices):
    """Where a procedure really stands; the words answered to the client come from ``words``."""

    PREPARING = "preparing"
    SIGNING = "signing"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Procedure(Row):
    """One document and the people who are asked to sign it."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    generation = models.CharField(max_length=20, choices=Generation.choices)
    phase = models.CharField(max_length=20, choices=Phase.choices, default=Phase.PREPARING)
    title = models.CharField(max_length=500, blank=True)
    description = models.TextField(blank=True)
    filename = models.CharField(max_length=300, blank=True)
    options: Any = models.JSONField(default=dict)
    callback: Any = models.JSONField(null=True)
    interface_id = models.CharField(max_length=24, blank=True)
    scope = models.CharField(max_length=200)
    origin_ip = models.CharField(max_length=60, blank=True)
    error_number = models.IntegerField(null=True)
    error_message = models.CharField(max_length=500, blank=True)
    callback_status = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)
    updated_at = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    charged_at = models.DateTimeField(null=True)

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["phase", "ready_at"]),
            models.Index(fields=["generation", "-created_at"]),
        ]


class SignerPhase(models.TextChoices):
    """Where a signer stands."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"


class Signer(Row):
    """One person who is asked, their places, their code and what is known of how they signed."""

    id = models.CharField(max_length=36, primary_key=True, default=_new_uuid)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="signers")
    position = models.PositiveIntegerField()
    secret = models.CharField(max_length=60, unique=True, default=new_secret)
    name = models.CharField(max_length=200)
    surname = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, default="browser")
    message = models.TextField(blank=True)
    authentication: Any = models.JSONField(default=list)
    placements: Any = models.JSONField(default=list)
    fields: Any = models.JSONField(default=list)
    phase = models.CharField(max_length=20, choices=SignerPhase.choices, default=SignerPhase.WAITING)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True)

    code = models.CharField(max_length=12, blank=True)
    code_channel = models.CharField(max_length=10, blank=True)
    code_target = models.CharField(max_length=254, blank=True)
    code_text = models.TextField(blank=True)
    code_sent_at = models.DateTimeField(null=True)
    codes_sent = models.PositiveIntegerField(default=0)
    code_attempts = models.PositiveIntegerField(default=0)
    code_validated_at = models.DateTimeField(null=True)

    ip = models.CharField(max_length=60, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    signature_mode = models.CharField(max_length=10, blank=True)
    signature_text = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    sha256_before = models.CharField(max_length=64, blank=True)
    sha256_after = models.CharField(max_length=64, blank=True)
    md5_before = models.CharField(max_length=32, blank=True)
    md5_after = models.CharField(max_length=32, blank=True)
    certificate_pem = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)

    class Meta(Row.Meta):
        ordering = ["position"]

    @property
    def full_name(self) -> str:
        """Name and surname."""
        return f"{self.name} {self.surname}".strip()


class Blob(Row):
    """The bytes of a file, kept once."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()


class FileKind(models.TextChoices):
    """What a file is in its procedure. ``working`` carries the signatures made so far."""

    INPUT = "input"
    VALIDATED = "validated"
    WORKING = "working"
    SIGNED = "signed"


class StoredFile(Row):
    """One file of a procedure."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=20, choices=FileKind.choices)
    name = models.CharField(max_length=300)
    md5 = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    source_type = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=clock.now)


class LogLine(Row):
    """A line of a procedure's audit trail."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="log")
    log = models.TextField()
    created_at = models.DateTimeField(default=clock.now)


class Interface(Row):
    """A signing page of the first generation (``/firma_elettronica_ui``)."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    definition: Any = models.JSONField()
    created_at = models.DateTimeField(default=clock.now)


class Message(Row):
    """A mail or SMS that somebody would have received."""

    kind = models.CharField(max_length=10)
    to = models.CharField(max_length=500, db_index=True)
    sender = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    otp = models.CharField(max_length=12, blank=True)
    raw = models.BinaryField(default=b"")
    received_at = models.DateTimeField(default=clock.now)


class Delivery(Row):
    """A callback to be delivered, or that was."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    procedure_id = models.CharField(max_length=24, db_index=True)
    scope = models.CharField(max_length=200)
    domain = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    method = models.CharField(max_length=10, default="JSON")
    field = models.CharField(max_length=100, default="data")
    headers: Any = models.JSONField(default=dict)
    data: Any = models.JSONField()
    custom: Any = models.JSONField(null=True)
    is_wrapped = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    attempt = models.PositiveIntegerField(default=0)
    retry = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    http_response_code = models.IntegerField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    elapsed_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta(Row.Meta):
        indexes = [models.Index(fields=["active", "due_at"])]


class ErrorEntry(Row):
    """A call that was refused (``GET /errors``)."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    scope = models.CharField(max_length=200)
    domain = models.CharField(max_length=100)
    http_response_code = models.IntegerField()
    error_code = models.FloatField(null=True)
    message = models.CharField(max_length=500)
    ip = models.CharField(max_length=60)
    error_at = models.DateTimeField(default=clock.now)


class Usage(Row):
    """Requests of one day, scope and address (``GET /stats``); written now and then from memory."""

    day = models.DateField()
    scope = models.CharField(max_length=200)
    domain = models.CharField(max_length=100)
    ip = models.CharField(max_length=60)
    token = models.CharField(max_length=64)
    total = models.PositiveIntegerField(default=0)
    wallet = models.PositiveIntegerField(default=0)
    subscription = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal(0))

    class Meta(Row.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["day", "scope", "ip", "token"], name="one_usage_per_day_scope_ip_token"
            )
        ]


# Django finds an app's tables through this module.
from . import order_models  # noqa: E402, F401
