"""The provider's customer, with nothing but HTTP."""

import base64
import io
import time
from typing import Any

import httpx
from reportlab.pdfgen.canvas import Canvas

from sandbox.testing import SandboxHandle

ACCOUNT = ("sandbox@sigillo.example", "sandbox-api-key")
HOSTS = {"new": "test.esignature.openapi.com", "old": "test.ws.firmadigitale.com"}
SCOPES = [
    f"POST:{HOSTS['new']}/EU-SES", f"GET:{HOSTS['new']}/signatures", f"DELETE:{HOSTS['new']}/signatures",
    f"GET:{HOSTS['old']}/firma_elettronica", f"POST:{HOSTS['old']}/firma_elettronica",
    f"GET:{HOSTS['old']}/firma_elettronica_ui", f"POST:{HOSTS['old']}/firma_elettronica_ui",
]  # fmt: skip


def pdf(pages: int = 2) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for number in range(pages):
        canvas.drawString(72, 760, f"Page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def connect(sandbox: SandboxHandle) -> httpx.Client:
    """A client with a token for everything."""
    answer = httpx.post(f"{sandbox.url}/tokens", auth=ACCOUNT, json={"scopes": SCOPES, "name": "tests"})
    answer.raise_for_status()
    token = unwrapped(answer.json())["token"]
    return httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def unwrapped(answer: Any) -> Any:
    return answer["data"] if isinstance(answer, dict) and "data" in answer else answer


def ses_request(**changes: Any) -> dict[str, Any]:
    """A body of POST /EU-SES for two signers, the first on two pages."""
    people = [("Anna", "anna@example.it", [1, 2]), ("Luc", "luc@example.fr", [2])]
    return {
        "title": "Contract",
        "inputDocuments": [{"sourceType": "base64", "payload": base64.b64encode(pdf()).decode()}],
        "signers": [
            {
                "name": name,
                "surname": "Rossi",
                "email": email,
                "mobile": f"+3933312345{number:02d}",
                "authentication": ["email"],
                "signatures": [{"page": page, "x": str(60 + 250 * number), "y": "700"} for page in pages],
            }
            for number, (name, email, pages) in enumerate(people)
        ],
        "options": {
            "signatureMode": ["typed"],
            "userEditableData": {"name": False, "mobile": False, "email": False},
        },
        **changes,
    }


def fes_request(**changes: Any) -> dict[str, Any]:
    """A body of POST /firma_elettronica/base for two members."""
    return {
        "filename": "contract.pdf",
        "content": base64.b64encode(pdf()).decode(),
        "title": "Contract",
        "members": [
            {
                "firstname": name,
                "lastname": "Rossi",
                "email": f"{name.lower()}@example.it",
                "phone": f"+3933312345{number:02d}",
                "signs": [
                    {"page": number + 1, "position": f"{60 + 200 * number},60,{220 + 200 * number},110"}
                ],
            }
            for number, name in enumerate(["Anna", "Luc"])
        ],
        **changes,
    }


def until(client: httpx.Client, path: str, state: str, key: str = "state") -> dict[str, Any]:
    """The procedure, once it is in this state."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = unwrapped(client.get(path).json())
        if found[key] == state:
            return dict(found)
        time.sleep(0.05)
    raise AssertionError(f"{path} never became {state}")
