"""A bundle can be checked with common tools, and a report read without any."""

import hashlib
import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from documents.evidence import write_bundle
from documents.report_text import as_text
from documents.tests import samples, signing
from documents.validation import validate

MADE_AT = datetime(2026, 11, 24, 15, 30, 7, tzinfo=UTC)
ENTRIES = [("original.pdf", b"%PDF-1"), ("signed.pdf", b"%PDF-2"), ("note of Perù.txt", b"")]


def test_the_same_content_makes_the_same_bundle() -> None:
    assert write_bundle(ENTRIES, MADE_AT) == write_bundle(iter(ENTRIES), MADE_AT)


def test_files_stand_in_their_order_with_the_digests_at_the_end() -> None:
    with zipfile.ZipFile(io.BytesIO(write_bundle(ENTRIES, MADE_AT))) as bundle:
        assert bundle.testzip() is None
        assert bundle.namelist() == [*(name for name, _content in ENTRIES), "SHA256SUMS"]
        assert {entry.date_time for entry in bundle.infolist()} == {
            (2026, 11, 24, 15, 30, 6)
        }  # a zip counts by two seconds
        sums = bundle.read("SHA256SUMS").decode().splitlines()
    assert sums[0] == f"{hashlib.sha256(b'%PDF-1').hexdigest()}  original.pdf"


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed")
def test_sha256sum_agrees(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(write_bundle(ENTRIES, MADE_AT))) as bundle:
        bundle.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0
    (tmp_path / "signed.pdf").write_bytes(b"%PDF-3")
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1


def test_a_report_reads_in_plain_words(settings: LazySettings, tmp_path: Path) -> None:
    settings.TRUST_ROOTS = signing.trust(tmp_path)
    text = as_text(validate(signing.signed_by_two(), samples.plain(pages=2)), "en", MADE_AT)
    assert "Checked at 2026-11-24 15:30:07 UTC" in text
    assert "Every signature is intact: yes" in text
    assert "Certificate of: Giulia Bianchi" in text
    assert "wrong" not in text


def test_a_report_names_what_is_wrong() -> None:
    text = as_text(validate(signing.flipped(signing.signed_by_two())), "en", MADE_AT)
    assert "Every signature is intact: no" in text
    assert "- Signature of Mario Rossi: the signed bytes were changed" in text
