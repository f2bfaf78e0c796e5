"""Uploads are judged by what is in them, and each refusal says what to do."""

import subprocess
import time

import pikepdf
import pytest
from django.conf import LazySettings
from pikepdf import Array, Dictionary, Name, Stream

from documents import inspection
from documents.inspection import InspectionFailed, Refused, inspect
from documents.tests import samples


def test_a_plain_pdf_is_let_in_with_the_sizes_of_its_pages() -> None:
    facts = inspect(samples.plain(pages=3))
    assert facts.page_count == 3
    assert facts.page_sizes == [[595.0, 842.0]] * 3
    assert facts.signature_count == 0


@pytest.mark.parametrize("name", sorted(samples.BAD))
def test_a_bad_upload_is_refused_with_its_own_code_and_words(name: str) -> None:
    make, code = samples.BAD[name]
    with pytest.raises(Refused) as refused:
        inspect(make())
    assert refused.value.code == code
    assert "%" not in refused.value.message
    assert refused.value.message.count(".") >= 1


def test_nothing_is_refused_as_empty() -> None:
    with pytest.raises(Refused, match="empty"):
        inspect(b"")


def test_a_file_over_the_cap_is_refused_before_it_is_read(settings: LazySettings) -> None:
    settings.UPLOAD_MAX_BYTES = 2 * 1024**2
    with pytest.raises(Refused) as refused:
        inspect(b"%PDF-" + b"0" * settings.UPLOAD_MAX_BYTES)
    assert refused.value.code == "too_large"
    assert "2 MB" in refused.value.message


def test_a_bomb_in_a_page_is_never_unpacked() -> None:
    bomb = samples.bomb_contents()
    started = time.monotonic()
    assert inspect(bomb).page_count == 1
    assert time.monotonic() - started < 5


def test_a_certification_that_allows_signatures_is_let_in() -> None:
    assert inspect(samples.certified_for_signing()).signature_count == 1


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (samples.turned(90), [842.0, 595.0]),
        (samples.turned(-90), [842.0, 595.0]),
        (samples.turned(180), [595.0, 842.0]),
        (samples.turned(0, crop=(50, 42, 545, 800)), [495.0, 758.0]),
        (samples.turned(0, crop=(545, 800, 50, 42)), [495.0, 758.0]),
        (samples.turned(90, crop=(-100, -100, 2000, 500)), [500.0, 595.0]),
        (samples.turned(0, unit=2), [1190.0, 1684.0]),
    ],
)
def test_a_page_is_measured_as_it_is_shown(data: bytes, size: list[float]) -> None:
    assert inspect(data).page_sizes == [size]


def test_rotation_is_inherited_from_the_page_tree() -> None:
    pdf = samples.blank()
    pdf.Root.Pages.Rotate = 90
    assert inspect(samples.saved(pdf)).page_sizes == [[842.0, 595.0]]


def test_names_of_fonts_and_images_are_nobody_to_fear() -> None:
    pdf = samples.blank()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    image = pdf.make_indirect(Stream(pdf, b""))
    pdf.pages[0].Resources = Dictionary(
        Font=Dictionary(JS=font, EF=font), XObject=Dictionary(XFA=image, JS=image)
    )
    assert inspect(samples.saved(pdf)).page_count == 1


def test_an_empty_tree_of_attachments_is_no_attachment() -> None:
    pdf = samples.blank()
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))
    assert inspect(samples.saved(pdf)).page_count == 1


def test_what_no_page_reaches_is_judged_too() -> None:
    pdf = samples.blank()
    hidden = pdf.make_indirect(Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe")))
    pdf.Root.Extra = Array([Array([hidden])])
    with pytest.raises(Refused, match="launching"):
        inspect(samples.saved(pdf))


def test_a_link_to_the_web_is_fine() -> None:
    assert (
        inspect(samples.with_open_action(Dictionary(S=Name.URI, URI="https://example.com/"))).page_count == 1
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("JaVaScRiPt:alert", "scripted"),
        ("\\152avascript:x", "scripted"),
        ("<FEFF006A006100760061007300630072006900700074003A0078>", "scripted"),
        ("<FEFF00A0200B006A006100760061007300630072006900700074003A0078>", "scripted"),
        ("data:text/html,x", "scripted"),
        ("file:///c:/windows/calc.exe", "launching"),
        ("\\\\\\\\evil.example\\\\share\\\\x.exe", "launching"),
    ],
)
def test_an_address_is_judged_by_what_it_does(address: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        inspect(samples.uri(address))
    assert refused.value.code == code


@pytest.mark.parametrize("address", ["https://example.com/javascript:", "mailto:anna@example.it"])
def test_an_address_that_only_leads_somewhere_is_fine(address: str) -> None:
    assert inspect(samples.uri(address)).page_count == 1


@pytest.mark.parametrize("blanks", [b"", b"\r\n", b"\n\n  \t", b"\0" * 512])
def test_blanks_behind_the_end_are_nothing(blanks: bytes) -> None:
    assert inspect(samples.plain() + blanks).page_count == 1


def test_what_is_no_quarter_turn_turns_nothing() -> None:
    assert inspect(samples.turned(45)).page_sizes == [[595.0, 842.0]]


def test_a_page_count_that_lies_changes_nothing() -> None:
    for count in ("-1", "99999999"):
        assert inspect(samples.by_hand(count=count)).page_count == 1


def test_a_process_that_takes_too_long_is_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "PATIENCE_SECONDS", 0.001)
    with pytest.raises(Refused, match="too_complex"):
        inspect(samples.plain())


def test_a_process_that_cannot_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "PROCESS", inspection.PROCESS.with_name("absent.py"))
    with pytest.raises(InspectionFailed):
        inspect(samples.plain())


def test_the_process_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    real = subprocess.run

    def watched(*args: object, **kwargs: object) -> object:
        seen.update(kwargs)
        return real(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    inspect(samples.plain())
    assert seen["env"] == {}


def test_messages_follow_the_readers_language() -> None:
    assert all(inspection.MESSAGES[code] for _make, code in samples.BAD.values())
