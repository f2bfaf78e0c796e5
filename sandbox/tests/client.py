"""The provider's customer, with nothing but HTTP."""

import base64
import io
from functools import cache
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
UNKNOWN_ID = "0" * 24


@cache
def pdf(pages: int = 2, rotation: int = 0) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for number in range(pages):
        canvas.setPageRotation(rotation)
        canvas.drawString(72, 760, f"Page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def mint(sandbox: SandboxHandle, **body: Any) -> str:
    """A new token."""
    answer = sandbox.http.post(f"{sandbox.url}/tokens", auth=ACCOUNT, json={"scopes": SCOPES, **body})
    answer.raise_for_status()
    return str(unwrapped(answer.json())["token"])


def connect(sandbox: SandboxHandle) -> httpx.Client:
    """A client with a token for everything."""
    headers = {"Authorization": f"Bearer {mint(sandbox, name='tests')}"}
    return httpx.Client(base_url=sandbox.url, headers=headers, timeout=30, verify=False)


def unwrapped(answer: Any) -> Any:
    return answer["data"] if isinstance(answer, dict) and "data" in answer else answer


def ses_request(content: bytes | None = None, /, **changes: Any) -> dict[str, Any]:
    """A body of POST /EU-SES for two signers, the first on two pages."""
    people = [("Anna", "anna@example.it", [1, 2]), ("Luc", "luc@example.fr", [2])]
    return {
        "title": "Contract",
        "inputDocuments": [{"sourceType": "base64", "payload": base64_of(content or pdf())}],
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
        "options": options(),
        **changes,
    }


def ses_alone(content: bytes | None = None, /, **changes: Any) -> dict[str, Any]:
    """The same for Anna alone, in one place; what is given changes her."""
    body = ses_request(content)
    anna = {**body["signers"][0], "signatures": [{"page": 1, "x": "60", "y": "700"}], **changes}
    return {**body, "signers": [anna]}


def options(**changes: Any) -> dict[str, Any]:
    """Options of POST /EU-SES: nobody may change who they are."""
    fixed = {"name": False, "mobile": False, "email": False}
    return {"signatureMode": ["typed"], "userEditableData": fixed, **changes}


def fes_request(content: bytes | None = None, /, **changes: Any) -> dict[str, Any]:
    """A body of POST /firma_elettronica/base for two members."""
    return {
        "filename": "contract.pdf",
        "content": base64_of(content or pdf()),
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


def create_ses(client: httpx.Client, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A new procedure of the second generation, as it was answered."""
    return _created(client, "/EU-SES", body or ses_request())


def create_fes(client: httpx.Client, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A new procedure of the first generation, as it was answered."""
    return _created(client, "/firma_elettronica/base", body or fes_request())


def _created(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(unwrapped(answer.json()))


def detail_of(client: httpx.Client, made: dict[str, Any]) -> dict[str, Any]:
    """The procedure as it stands."""
    is_old = "members" in made
    path = f"/firma_elettronica/{made['id']}" if is_old else f"/signatures/{made['id']}/detail"
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return dict(unwrapped(answer.json()))


def links_of(made: dict[str, Any]) -> list[str]:
    """The signers' links, in their order."""
    return [one.get("url") or one["sign_link"] for one in made.get("signers") or made["members"]]


def sign_all(sandbox: SandboxHandle, made: dict[str, Any]) -> None:
    """Everybody signs."""
    for link in links_of(made):
        sandbox.sign(link)


def signed_document(client: httpx.Client, made: dict[str, Any]) -> bytes:
    """The signed PDF."""
    if "members" in made:
        return base64.b64decode(client.get(f"/firma_elettronica/{made['id']}/download").json()["content"])
    return client.get(f"/signatures/{made['id']}/signedDocument").content


def refusal(answer: httpx.Response) -> tuple[int, Any, str]:
    """Status, error number and message of a refused call; nothing else may be in it."""
    body = answer.json()
    assert body["success"] is False
    assert body["data"] is None
    return answer.status_code, body["error"], body["message"]
