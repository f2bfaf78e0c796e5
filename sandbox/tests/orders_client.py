"""The provider's customer who orders qualified signatures, with nothing but HTTP; and who is called back."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from sandbox.testing import SandboxHandle

from .client import ACCOUNT, HOSTS, pdf, unwrapped

SCOPES = [
    f"GET:{HOSTS['old']}/prodotti",
    *(f"{verb}:{HOSTS['old']}/richiesta" for verb in ("GET", "POST", "PATCH")),
]
PERSON = {
    "nome": "Maria Luisa", "cognome": "Bianchi", "email": "maria@example.it", "cellulare": "3331234567",
    "codice_fiscale": "BNCMLS90T41F205K", "data_nascita": "01/12/1990", "sesso": "F", "comune_nascita": "Milano",
    "provincia_nascita": "MI", "nazione_nascita": "Italia", "indirizzo_residenza": "Via delle Magnolie 4",
    "comune_residenza": "Monza", "provincia_residenza": "MB", "cap_residenza": "20900", "nazione_residenza": "Italia",
    "destinatario": "Maria Luisa Bianchi", "indirizzo_spedizione": "Via delle Magnolie 4",
    "comune_spedizione": "Monza", "provincia_spedizione": "MB", "cap_spedizione": "20900",
    "tipo_documento": "carta identita", "numero_documento": "CA12345XY", "soggetto_emittente": "Comune di Monza",
    "data_emissione": "15/03/2023", "data_scadenza": "01/12/2033",
}  # fmt: skip
RECIPIENT = {
    name: PERSON[name]
    for name in ("destinatario", "email", "cellulare", "indirizzo_spedizione", "comune_spedizione",
                 "provincia_spedizione", "cap_spedizione")
}  # fmt: skip
SCAN = base64.b64encode(pdf()).decode()
DOCUMENT = {"documento": SCAN, "nome_documento": "carta.pdf"}
FORM = {"modulo": base64.b64encode(pdf(1)).decode(), "nome_modulo": "modulo.pdf"}
PAPERS = DOCUMENT | FORM

STANDARD, ARUBA = {"anagrafica": PERSON}, {"anagrafica": PERSON, **DOCUMENT}
VIDEO = {"email": "maria@example.it", "cellulare": "3331234567"}
SHIPPING = {"anagrafica_spedizione": RECIPIENT}
# For each family: a code, its least body, the first state, and the codes that there are.
FAMILIES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "standard": ("KEY", STANDARD, "in_riconoscimento", "FIR KIT KEY FIRREM KEYCNS KITCNS SMARTCARDCNS"),
    "aruba": ("OTPMOB", ARUBA, "in_registrazione", "SCARUBACNS ARUBAKEYCNS OTPDIS OTPMOB"),
    "video": ("FIRREM_VIDEO", VIDEO, "in_lavorazione", "SMARTCARDCNS_VIDEO KEYCNS_VIDEO FIRREM_VIDEO"),
    "shipping": (
        "LETTORE",
        SHIPPING,
        "in_lavorazione",
        "LETTORE FIR_V KEY_V FIRREM_V KEYCNS_V SMARTCARDCNS_V",
    ),
    "renewal": ("RINFIR", {}, "evasa", "RINFIR RINCNS RINFIRREM"),
    "foreign": ("FIREST", {}, "evasa", "FIREST"),
}


def connect(sandbox: SandboxHandle) -> httpx.Client:
    """A client with a token for catalogue and orders."""
    answer = httpx.post(f"{sandbox.url}/tokens", auth=ACCOUNT, json={"scopes": SCOPES, "name": "orders"})
    answer.raise_for_status()
    token = unwrapped(answer.json())["token"]
    return httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def buy(client: httpx.Client, family: str = "standard", code: str = "", **more: Any) -> dict[str, Any]:
    """A bought order of this family."""
    usual, body, *_ = FAMILIES[family]
    answer = client.post(f"/richiesta/{code or usual}", json=body | more)
    assert answer.status_code == 200, answer.text
    return dict(unwrapped(answer.json()))


def read(client: httpx.Client, order: dict[str, Any]) -> dict[str, Any]:
    """The order as it stands now."""
    return dict(unwrapped(client.get(f"/richiesta/{order['id']}").raise_for_status().json()))


def refusal(answer: httpx.Response) -> tuple[int, float | int]:
    """Status and number of an error in its envelope."""
    body = answer.json()
    assert (body["success"], body["data"]) == (False, None)
    return answer.status_code, body["error"]


@dataclass
class Receiver:
    """Who is called back: what came, and what is answered (200 once that is used up)."""

    url: str = ""
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def wait_for(self, count: int) -> list[tuple[str, dict[str, str], bytes]]:
        """What has come, once there is this much of it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if len(self.came) >= count:
                return self.came
            time.sleep(0.02)
        raise AssertionError(f"only {len(self.came)} of {count} callbacks came")

    def states(self) -> list[str]:
        """The states in the JSON that came."""
        return [json.loads(body)["data"]["stato"] for _, _, body in self.came]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A running receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            receiver.came.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)
