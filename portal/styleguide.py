"""What the style guide shows: every component in every state, with invented data. In development only."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator

TONES = ["neutral", "progress", "attention", "success", "danger"]
STATES = [
    "draft",
    "sending",
    "sent",
    "signing",
    "unknown",
    "completed",
    "declined",
    "cancelled",
    "expired",
    "failed",
]


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(help_text="The signers read it in the subject of their mail.")
    email = forms.EmailField(label="E-mail", initial="anna.rossi@example.com")
    language = forms.ChoiceField(choices=[("it", "Italiano"), ("fr", "Français"), ("en", "English")])
    message = forms.CharField(widget=forms.Textarea, required=False)
    channel = forms.ChoiceField(
        label="Where the code goes",
        choices=[("sms", "By SMS"), ("email", "By e-mail")],
        widget=forms.RadioSelect,
        initial="sms",
    )
    copies = forms.BooleanField(label="Signers may download their copy", required=False, initial=True)
    expires_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    amount = forms.DecimalField(initial=Decimal("0.70"), disabled=True, required=False)


class SampleUpload(forms.Form):
    """A file."""

    document = forms.FileField(help_text="It is checked before anything is sent.")


def _refused() -> SampleForm:
    return SampleForm(
        {"refused-title": "", "refused-email": "anna.rossi", "refused-language": "de"}, prefix="refused"
    )


def _timeline() -> list[dict[str, Any]]:
    start = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    return [
        {"at": start, "title": "Envelope sent", "actor": "Giulia Ferri", "icon": "send", "tone": "progress"},
        {
            "at": start + timedelta(minutes=1),
            "title": "Invitation sent to Anna Rossi",
            "detail": "anna.rossi@example.com",
            "actor": "Sigillo",
            "icon": "mail",
        },
        {
            "at": start + timedelta(hours=2),
            "title": "Anna Rossi signed",
            "detail": "With a one-time code by SMS",
            "icon": "pen-line",
            "tone": "success",
        },
        {
            "at": start + timedelta(hours=3),
            "title": "Mail to Luc Martin came back",
            "tone": "attention",
            "icon": "triangle-alert",
        },
    ]


def samples() -> dict[str, Any]:
    """The context of ``portal/styleguide.html``."""
    return {
        "tones": TONES,
        "states": STATES,
        "tokens": [
            "paper",
            "surface",
            "surface-sunk",
            "band",
            "ink",
            "ink-soft",
            "line-strong",
            "primary",
            "wax",
        ],
        "form": SampleForm(prefix="fresh"),
        "refused": _refused(),
        "upload": SampleUpload(),
        "refused_upload": SampleUpload({}, prefix="empty"),
        "timeline": _timeline(),
        "steps": [
            {"title": "Document", "url": "#"},
            {"title": "Signers"},
            {"title": "Places"},
            {"title": "Review"},
        ],
        "columns": [
            {"label": "Envelope"},
            {"label": "State"},
            {"label": "Sent"},
            {"label": "Cost", "end": True},
        ],
        "rows": [
            {
                "title": "Lease, via Garibaldi 12",
                "state": "signing",
                "at": _timeline()[0]["at"],
                "cost": Decimal("1.40"),
            },
            {
                "title": "Offer 2026/118",
                "state": "completed",
                "at": _timeline()[1]["at"],
                "cost": Decimal("0.70"),
            },
            {
                "title": "Minutes of the assembly",
                "state": "unknown",
                "at": _timeline()[2]["at"],
                "cost": Decimal("1234.50"),
            },
        ],
        "page": Paginator(range(95), 20).page(2),
        "definitions": [("Envelope", "Lease, via Garibaldi 12"), ("Reference", "E-2026-00042"), ("Note", "")],
        "sums": [
            ("2 signers at 0,70 €", Decimal("1.40")),
            ("VAT 22 %", Decimal("0.31")),
            ("Total", Decimal("1.71")),
        ],
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "unit_price": Decimal("0.14"),
    }
