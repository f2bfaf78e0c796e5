"""Signatures of uploads, judged in a process that they may ruin."""

import subprocess

import pytest

from documents import judging
from documents.apart import TooComplex
from documents.inspection import InspectionFailed
from documents.signed_file import NotSigned
from documents.tests import samples, signing

FORM = samples.plain(pages=2, text="Modulo")


@pytest.fixture(autouse=True)
def _trusted(settings, tmp_path):
    settings.TRUST_ROOTS = signing.trust(tmp_path)


def test_a_signed_pdf_is_judged_as_it_is_here():
    report, is_changed = judging.judge_pdf(signing.sign(FORM, "Mario Rossi"), FORM)
    assert (report.is_intact, report.is_trusted, is_changed) == (True, True, False)
    assert [signature.signer for signature in report.signatures] == ["Mario Rossi"]


def test_what_was_changed_before_the_signature_is_told():
    report, is_changed = judging.judge_pdf(signing.sign(signing.stamped_after(FORM), "Mario Rossi"), FORM)
    assert (report.is_intact, is_changed) == (True, True)


def test_a_signed_file_is_opened():
    found = judging.judge_p7m(signing.enveloped(FORM, "Mario Rossi"))
    assert (found.content, list(found.signers), found.is_intact) == (FORM, ["Mario Rossi"], True)
    assert found.is_trusted


@pytest.mark.parametrize("data", [b"", b"hello", FORM, b"\x30\x80" * 3000])
def test_what_is_none_is_refused(data):
    with pytest.raises(NotSigned):
        judging.judge_p7m(data)


def test_one_that_takes_too_long_is_too_complicated(monkeypatch):
    def late(*args, **options):
        raise subprocess.TimeoutExpired("signature_process", 1)

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(TooComplex):
        judging.judge_p7m(b"x")


def test_a_machine_at_fault_is_not_the_files_fault(monkeypatch):
    monkeypatch.setattr(judging, "PROCESS", judging.PROCESS.with_name("nowhere.py"))
    with pytest.raises(InspectionFailed):
        judging.judge_p7m(b"x")
