"""Sound signatures are called sound, forged ones forged, and no file stops the one who checks."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import LazySettings

from documents.tests import samples, signing
from documents.validation import ValidationReport, validate


@pytest.fixture(autouse=True)
def _trusting(settings: LazySettings, tmp_path: Path) -> None:
    settings.TRUST_ROOTS = signing.trust(tmp_path)


def test_two_signatures_hold_and_are_trusted() -> None:
    report = validate(signing.signed_by_two(), samples.plain(pages=2))
    assert [signature.signer for signature in report.signatures] == ["Mario Rossi", "Giulia Bianchi"]
    assert [signature.covers for signature in report.signatures] == ["ENTIRE_REVISION", "ENTIRE_FILE"]
    assert report.is_intact
    assert report.is_trusted
    assert report.covers_whole_document
    assert report.begins_with_original
    assert report.problems == ()
    assert report.signatures[0].signed_at.endswith("Z")
    assert not report.signatures[0].has_timestamp


def test_a_time_stamp_is_seen() -> None:
    report = validate(signing.sign(samples.plain(), "Mario Rossi", is_stamped=True))
    assert report.is_intact
    assert report.signatures[0].has_timestamp


def test_validity_proof_and_an_archive_stamp_after_the_last_signature_are_no_change() -> None:
    report = validate(signing.sign(samples.plain(), "Mario Rossi", is_lasting=True))
    assert report.signatures[0].covers == "ENTIRE_REVISION"
    assert report.signatures[0].changes_after == "LTA_UPDATES"
    assert report.covers_whole_document
    assert report.is_intact


def test_another_original_is_noticed() -> None:
    report = validate(signing.signed_by_two(), samples.plain(pages=2, text="Another"))
    assert report.is_intact
    assert not report.begins_with_original
    assert not validate(signing.signed_by_two()).begins_with_original


def test_a_flipped_byte_breaks_every_signature() -> None:
    report = validate(signing.flipped(signing.signed_by_two()))
    assert not report.is_intact
    assert [signature.is_intact for signature in report.signatures] == [False, False]
    assert "bytes were changed" in report.problems[0]


@pytest.mark.parametrize("forge", [signing.stamped_after, signing.shadowed])
def test_a_change_after_the_last_signature_is_noticed(forge: object) -> None:
    report = validate(forge(signing.signed_by_two()))  # type: ignore[operator]
    assert not report.is_intact
    assert not report.covers_whole_document
    assert "the file goes on after the last signature" in report.problems


def test_a_change_between_two_signatures_breaks_the_first() -> None:
    first = signing.sign(samples.plain(), "Mario Rossi")
    report = validate(signing.sign(signing.stamped_after(first), "Giulia Bianchi"))
    assert [signature.is_intact for signature in report.signatures] == [False, True]
    assert report.covers_whole_document
    assert not report.is_intact


def test_a_signature_that_leaves_bytes_out_does_not_hold() -> None:
    report = validate(signing.with_gap(signing.signed_by_two()))
    assert not report.is_intact
    assert not report.covers_whole_document


def test_bytes_behind_the_end_are_noticed() -> None:
    report = validate(signing.signed_by_two() + b"\n% and one more thing")
    assert not report.covers_whole_document
    assert not report.is_intact


def test_an_unknown_authority_is_intact_but_not_trusted() -> None:
    report = validate(signing.sign(samples.plain(), "Mario Rossi", root="Unknown CA"))
    assert report.is_intact
    assert not report.is_trusted


def test_nobody_is_trusted_without_roots(settings: LazySettings) -> None:
    settings.TRUST_ROOTS = ""
    report = validate(signing.signed_by_two())
    assert report.is_intact
    assert not report.is_trusted


def test_a_root_that_comes_later_is_found_without_a_restart(settings: LazySettings, tmp_path: Path) -> None:
    signed = signing.sign(samples.plain(), "Mario Rossi", root="New CA")
    assert not validate(signed).is_trusted
    signing.trust(tmp_path, root="New CA")
    assert validate(signed).is_trusted


def test_a_broken_root_file_spoils_nothing(tmp_path: Path) -> None:
    (tmp_path / "0-broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (tmp_path / "0-text.pem").write_text("nothing in here")
    assert validate(signing.signed_by_two()).is_trusted


def test_an_unsigned_document_is_not_intact() -> None:
    report = validate(samples.plain(), samples.plain())
    assert report.signatures == ()
    assert not report.is_intact
    assert not report.is_trusted


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        samples.not_pdf(),
        samples.truncated(),
        samples.encrypted_user(),
        samples.encrypted_owner(),
        samples.certified_no_changes(),
        signing.signed_by_two()[:-50],
        signing.signed_by_two().replace(b"/ByteRange", b"/ByteRangX"),
        signing.signed_by_two().replace(b"/Contents <3", b"/Contents <Z"),
        signing.signed_by_two().replace(b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       "),
    ],
)
def test_no_file_stops_the_checker(data: bytes) -> None:
    assert not validate(data).is_intact


def test_it_works_inside_a_running_loop() -> None:
    async def inside() -> ValidationReport:
        return validate(signing.signed_by_two())

    assert asyncio.run(inside()).is_intact


def test_a_report_survives_json() -> None:
    report = validate(signing.signed_by_two())
    kept = json.loads(json.dumps(report.as_dict()))
    assert ValidationReport.from_dict(kept) == report
    for signature in kept["signatures"]:
        del signature["changes_after"]
    assert ValidationReport.from_dict(kept).is_intact


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig (poppler-utils) is not installed")
@pytest.mark.parametrize(("forge", "valid"), [(bytes, 2), (signing.flipped, 0)])
def test_pdfsig_is_of_the_same_opinion(forge: object, valid: int, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(forge(signing.signed_by_two()))  # type: ignore[operator]
    said = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False
    ).stdout
    assert said.count("Signature is Valid") == valid
    assert said.count("Signature Type") == 2
