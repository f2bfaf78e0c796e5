"""The main job, played against a running portal as its people would: over HTTP, with a real PDF, checking every step.

A customer sends a contract to two people; both sign with a one-time code; the signed document and its proof come
home; an accountant finds both on the bill. Ends with status 0 only if all of it was verified.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from form_browser import Browser, Lost, Page

PASSWORD = "sigillo-demo"
OWNER, ACCOUNTANT = "giulia@bottega.example", "carlo@bottega.example"
ACCOUNT = ("sandbox@sigillo.example", "sandbox-api-key")
PATIENCE_SECONDS = 60
SINGLE_COST = Decimal("0.70")


class Failed(Exception):
    """A step was not what it must be."""


def check(claim: bool, what: str) -> None:
    if not claim:
        raise Failed(what)


class Story:
    """The play, scene by scene."""

    def __init__(self, portal: str, sandbox: str, out: Path, trust: Path) -> None:
        self.portal, self.sandbox, self.out, self.trust = portal, sandbox, out, trust
        self.started = time.monotonic()
        self.out.mkdir(parents=True, exist_ok=True)
        self.contract = (out / "contratto.pdf").read_bytes()
        self.title = f"Contratto di fornitura {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        stamp = f"{datetime.now(UTC):%H%M%S%f}"
        self.people = [
            ("Anna", "Rossi", f"anna.{stamp}@cliente.example", f"+39333{stamp[-7:]}"),
            ("Luc", "Martin", f"luc.{stamp}@client.example", ""),
        ]
        self.owner = Browser()

    def say(self, text: str) -> None:
        print(f"  {time.monotonic() - self.started:5.1f} s  {text}", flush=True)

    def play(self) -> None:
        credit = self.credit()
        self.log_in(self.owner, OWNER)
        self.say("Giulia, the owner of Bottega Ferri, logs in")
        envelope = self.send()
        self.wait_for(envelope, "signing", "the signature service takes the document, and both are invited")
        self.sign_as(0)
        self.sign_as(1)
        self.wait_for(envelope, "completed", "the signed document is fetched, checked and archived")
        self.take_home(envelope)
        self.verify_bundle()
        self.verify_signatures()
        self.verify_bill()
        spent = credit - self.credit()
        check(spent == 2 * SINGLE_COST, f"the provider's wallet was charged {spent}, not {2 * SINGLE_COST}")
        self.say(f"the provider's wallet was charged {spent} EUR: twice the unit cost")

    def log_in(self, browser: Browser, email: str) -> None:
        page = browser.open(f"{self.portal}/accounts/login/")
        form = page.form_with("login", "password")
        page = browser.submit(page, form, {"login": email, "password": PASSWORD})
        check("/login" not in page.url, f"{email} could not log in")

    def send(self) -> str:
        """Prepare and send the envelope; returns its address."""
        owner = self.owner
        page = owner.open(owner.open(f"{self.portal}/").link_to("/envelopes/new/"))
        files = {"document": ("contratto.pdf", self.contract, "application/pdf")}
        message = {"title": self.title, "message": "Per favore firmate entrambi: pagina 1 e 2."}
        page = owner.submit(page, page.form_with("document", "title"), message, files=files)
        self.say("she uploads a contract of two pages; it is inspected and stored encrypted")
        page = self.name_signers(page)
        page = self.choose_places(page)
        check("0,95" in page.text and "1,90" in page.text, "the review does not show the price before buying")
        self.say("she sees the price per signer and the total before anything is bought")
        page = owner.submit(page, page.form_with("unit_price"))
        check("/envelopes/" in page.url and "/review/" not in page.url, f"not sent: {page.text[:300]}")
        self.say("she sends it: bought once, followed from now on")
        return page.url

    def name_signers(self, page: Page) -> Page:
        form = page.form_with("signers-TOTAL_FORMS")
        page = self.owner.submit(page, form, button="add_row")
        form = page.form_with("signers-1-name")
        typed: dict[str, Any] = {"gives_copy": "on"}
        for number, (name, surname, email, mobile) in enumerate(self.people):
            row = {"name": name, "surname": surname, "email": email, "mobile": mobile}
            row |= {"otp_channel": "sms" if mobile else "email", "language": "it" if mobile else "fr"}
            typed |= {f"signers-{number}-{field}": value for field, value in row.items()}
        page = self.owner.submit(page, form, typed)
        self.say("she names two signers: Anna gets her code by SMS, Luc by e-mail and in French")
        return page

    def choose_places(self, page: Page) -> Page:
        """Anna signs on both pages, Luc on the last one."""
        form = page.form_with("places-0-signer", "places-1-signer")
        typed = {"places-0-pages": "1, 2", "places-0-place": "bottom_left", "places-1-place": "bottom_right"}
        return self.owner.submit(page, form, typed)

    def wait_for(self, envelope: str, state: str, told: str) -> None:
        words = {"signing": "Anna Rossi", "completed": "/signed.pdf"}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            page = self.owner.open(envelope)
            if state == "completed" and words[state] in page.html:
                break
            if state == "signing" and all(self.mails_to(person[2]) for person in self.people):
                break
            time.sleep(0.3)
        else:
            raise Failed(f"not {state} within {PATIENCE_SECONDS} seconds: {page.text[:600]}")
        self.say(told)

    def mails_to(self, address: str, kind: str = "email") -> list[dict[str, Any]]:
        wanted = {"to": address, "kind": kind}
        return httpx.get(f"{self.sandbox}/control/api/messages", params=wanted, timeout=30).json()

    def sign_as(self, number: int) -> None:
        """Open the invitation, read, go on, get the code, sign, come back."""
        name, surname, email, mobile = self.people[number]
        language = "it" if mobile else "fr"
        signer = Browser(language)
        mail = self.mails_to(email)[-1]
        address = next(link for link in mail["links"] if "/s/" in link)
        page = signer.open(address)
        check(self.title in page.text, "the signer's page does not say what is to be signed")
        document = signer.download(page.url.split("?")[0] + "document.pdf")
        check(document == self.contract, "the signer is shown another document")
        self.say(f"{name} opens the invitation “{mail['subject'][:60]}” and reads the document")
        page = signer.submit(page, page.form_to("/sign/"))
        check(page.url.startswith(self.sandbox), "the signer was not led to the provider's signing page")
        page = signer.submit(page, page.form_to("/code"))
        code = self.mails_to(mobile or email, "sms" if mobile else "email")[0]["otp"]
        check(bool(code), "no one-time code arrived")
        form = page.form_with("code")
        typed = {"code": code, **({"read": "1"} if "read" in form.names else {})}
        page = signer.submit(page, form, typed)
        back = page.link_to("/s/back/")
        signer.open(back)
        self.say(
            f"{name} {surname} signs with the code {code}, sent by {'SMS' if mobile else 'e-mail'}, and comes back"
        )

    def take_home(self, envelope: str) -> None:
        page = self.owner.open(envelope)
        for name, part in {
            "signed.pdf": "/signed.pdf",
            "audit-trail.pdf": "/audit-trail.pdf",
            "audit-trail.json": "/audit-trail.json",
            "evidence.zip": "/evidence.zip",
        }.items():
            (self.out / name).write_bytes(self.owner.download(page.link_to(part)))
        self.say("Giulia takes home the signed PDF, the audit trail and the evidence bundle")

    def verify_bundle(self) -> None:
        """Every digest, the original's bytes, and the chain of events, by the rules of docs/evidence.md."""
        with zipfile.ZipFile(self.out / "evidence.zip") as bundle:
            files = {name: bundle.read(name) for name in bundle.namelist()}
        for line in files["SHA256SUMS"].decode().splitlines():
            digest, name = line.split("  ", 1)
            check(hashlib.sha256(files[name]).hexdigest() == digest, f"the digest of {name} does not agree")
        signed = (self.out / "signed.pdf").read_bytes()
        check(files["signed.pdf"] == signed, "the bundle holds another signed document")
        check(files["original.pdf"] == self.contract, "the bundle holds another original")
        history = json.loads(files["events.json"])
        previous = "0" * 64
        for number, event in enumerate(history["events"], 1):
            claimed = event.pop("hash")
            text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            check(event["number"] == number and event["previous_hash"] == previous, "the history has a gap")
            check(hashlib.sha256(text.encode()).hexdigest() == claimed, f"event {number} was changed")
            previous = claimed
        check(previous == history["last_hash"], "the history ends elsewhere")
        created = next(event for event in history["events"] if event["kind"] == "created")
        archived = next(event for event in history["events"] if event["kind"] == "archived")
        check(
            created["data"]["sha256"] == hashlib.sha256(self.contract).hexdigest(),
            "another original in the history",
        )
        check(
            archived["data"]["signed_sha256"] == hashlib.sha256(signed).hexdigest(),
            "another document archived",
        )
        self.say(f"all digests agree, and the chain of {len(history['events'])} events holds")

    def verify_signatures(self) -> None:
        """By pyHanko, and by pdfsig where there is one: two tools that are not ours."""
        from asn1crypto import pem, x509
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        roots = [
            x509.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in self.trust.glob("*.pem")
        ]
        signed = (self.out / "signed.pdf").read_bytes()
        fields = []
        for signature in PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures:
            context = ValidationContext(trust_roots=roots, allow_fetching=False)
            status = validate_pdf_signature(signature, context, ts_validation_context=context)
            check(status.bottom_line, f"pyHanko does not accept {signature.field_name}: {status.summary()}")
            fields.append(signature.field_name)
        check(len(fields) == 3, f"Anna signs twice and Luc once, but there are {len(fields)} signatures")
        self.say("pyHanko: all three signatures (Anna on both pages, Luc on one) are valid and trusted")
        if not shutil.which("pdfsig"):
            self.say("pdfsig is not installed here, so only pyHanko was asked")
            return
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(signed)
            file.flush()
            said = subprocess.run(["pdfsig", "-nocert", file.name], capture_output=True, text=True).stdout
        valid = said.count("Signature Validation: Signature is Valid")
        check(valid >= 2 and valid == said.count("Signature Validation:"), f"pdfsig does not agree:\n{said}")
        self.say(f"pdfsig agrees: {valid} signatures valid")

    def verify_bill(self) -> None:
        accountant = Browser()
        self.log_in(accountant, ACCOUNTANT)
        page = accountant.open(accountant.open(f"{self.portal}/").link_to("/usage/"))
        text = accountant.download(page.link_to("/usage/export/"))
        (self.out / "usage.csv").write_bytes(text)
        check(text.startswith(b"\xef\xbb\xbf"), "the CSV has no byte order mark")
        rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))
        mine = [row for row in rows if row["Busta"] == self.title]
        check(len(mine) == 2, f"{len(mine)} lines on the bill, not two")
        check({row["Firmatario"] for row in mine} == {"Anna Rossi", "Luc Martin"}, "other people on the bill")
        check(all(row["Prezzo unitario"] == "0,95" for row in mine), "another price on the bill")
        self.say("Carlo, the accountant, finds two lines on the bill: each signer once")

    def credit(self) -> Decimal:
        answer = httpx.get(f"{self.sandbox}/wallet", auth=ACCOUNT, timeout=30).json()
        return Decimal(str((answer.get("data") or answer)["credit"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", default="http://localhost:8000")
    parser.add_argument("--sandbox", default="http://localhost:8001")
    parser.add_argument("--out", type=Path, default=Path("var/demo"))
    parser.add_argument("--trust", type=Path, default=Path("var/sandbox/trust"))
    arguments = parser.parse_args()
    print("\n  The main job, played over HTTP:\n", flush=True)
    story = Story(arguments.portal.rstrip("/"), arguments.sandbox.rstrip("/"), arguments.out, arguments.trust)
    try:
        story.play()
    except (Failed, Lost, httpx.HTTPError) as error:
        print(f"\n  FAILED: {error}\n", file=sys.stderr, flush=True)
        return 1
    print(f"\n  All verified. The files are in {arguments.out}.\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
