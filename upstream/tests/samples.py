"""Answers as the provider gives them, in our own values."""

from __future__ import annotations

from typing import Any

REFERENCE = "67f0c3a1b2d4e5f60718293b"
LINK = "https://sign.example.net/s/9f8e7d6c-secret"
KEY = "k-91c2-unguessable"


def wrapped(data: Any) -> dict[str, Any]:
    return {"data": data, "success": True, "message": "", "error": None}


def refusal(message: str, error: Any) -> dict[str, Any]:
    return {"data": None, "success": False, "message": message, "error": error, "trace": "aW50ZXJuYWw="}


def signature(**changes: Any) -> dict[str, Any]:
    """A procedure of the second generation."""
    return {
        "id": REFERENCE,
        "state": "WAIT_SIGNERS",
        "certificateType": "EU-SES",
        "createdAt": "2026-11-24 09:15:02.418+00:00",
        "errorNumber": None,
        "errorMessage": None,
        "callback": {"url": "https://portal.example.org/hooks/91c2", "custom": {"key": KEY}},
        "document": {"title": "Lease of flat 12", "inputDocuments": []},
        "signers": [
            {
                "id": "0b9f7a52-7a41-4d5e-9f0f-1f8d5d1c0a01",
                "name": "Giulia",
                "surname": "Ferri",
                "email": "giulia.ferri@example.org",
                "mobile": "+393330000001",
                "state": "NEW",
                "url": LINK,
            }
        ],
        **changes,
    }


def envelope(**changes: Any) -> dict[str, Any]:
    """A procedure of the first generation."""
    return {
        "id": REFERENCE,
        "filename": "lease.pdf",
        "title": "Lease of flat 12",
        "description": "Please sign",
        "status": "started",
        "download_link": None,
        "callback_status": None,
        "callback": {
            "url": f"https://portal.example.org/hooks/91c2?key={KEY}",
            "field": "data",
            "method": "POST",
        },
        "members": [
            {
                "firstname": "Giulia",
                "lastname": "Ferri",
                "email": "giulia.ferri@example.org",
                "phone": "+393330000001",
                "status": "pending",
                "createdAt": "2026-11-24T10:15:02+01:00",
                "updatedAt": "2026-11-24T10:15:02+01:00",
                "sign_link": LINK,
            }
        ],
        **changes,
    }
