"""Pictures come out as the picture and nothing else of the file, or are refused with what to do."""

import io
import subprocess

import pikepdf
import pytest
from PIL import Image

from documents import pictures
from documents.inspection import InspectionFailed
from documents.pictures import MESSAGES, REMARKS, PictureRefused, clean, join
from documents.tests import pictures as samples
from documents.tests import samples as pdfs


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.webp, samples.heic])
def test_every_kind_that_phones_make_comes_out_as_jpeg(make):
    picture = clean(make())
    assert opened(picture.data).format == "JPEG"
    assert opened(picture.data).size == (picture.width, picture.height)
    assert picture.remarks == ()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_device_and_comments_do_not_come_along(kind):
    data = samples.with_metadata(kind)
    assert samples.DEVICE.encode() in data
    made = clean(data).data
    for canary in (b"Canary", b"Exif", b"xmp"):
        assert canary not in made
    assert not opened(made).getexif()
    assert set(opened(made).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_phones_heic_loses_its_place_too():
    assert samples.DEVICE.encode() in samples.heic()
    assert b"Canary" not in clean(samples.heic()).data


def test_a_picture_taken_sideways_stands_upright():
    picture = clean(samples.lying())
    assert picture.width > picture.height
    corner = opened(picture.data).getpixel((400, 300))
    assert corner == pytest.approx((170, 160, 150), abs=8)


def test_what_is_see_through_is_white():
    assert opened(clean(samples.transparent()).data).getpixel((5, 635)) == (255, 255, 255)


def test_a_huge_picture_is_made_smaller():
    picture = clean(samples.saved(samples.card(width=6000, height=3750), quality=60))
    assert (picture.width, picture.height) == (2600, 1625)


def test_the_same_bytes_give_the_same_picture():
    assert clean(samples.jpeg()).data == clean(samples.jpeg()).data


@pytest.mark.parametrize("name", sorted(samples.BAD))
def test_a_bad_file_is_refused_with_its_own_code_and_words(name):
    make, code = samples.BAD[name]
    with pytest.raises(PictureRefused) as refused:
        clean(make())
    assert refused.value.code == code
    assert "%" not in refused.value.message


def test_a_file_over_the_cap_is_refused_before_it_is_read(settings):
    settings.PICTURE_MAX_BYTES = 1024**2
    with pytest.raises(PictureRefused, match="too_large") as refused:
        clean(b"\xff\xd8" + b"0" * settings.PICTURE_MAX_BYTES)
    assert "1 MB" in refused.value.message


@pytest.mark.parametrize(
    ("make", "remark"),
    [
        (samples.blurred, "blurred"), (samples.dark, "dark"), (samples.bright, "flat"), (samples.flat, "flat"),
        (samples.small, "small"),
    ],
)  # fmt: skip
def test_what_can_hardly_be_read_is_remarked(make, remark):
    assert remark in clean(make()).remarks
    assert str(REMARKS[remark])


def test_the_grain_of_a_phone_is_nothing_to_remark():
    assert clean(samples.noisy()).remarks == ()


def test_both_sides_become_one_pdf_with_the_pictures_as_they_are():
    front, back = clean(samples.jpeg("front")).data, clean(samples.jpeg("back")).data
    data, pages = join([front, back])
    assert pages == 2
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        drawn = [page.Resources.XObject.Im0.read_raw_bytes() for page in pdf.pages]
        assert drawn == [front, back]
        assert [[float(side) for side in page.mediabox[2:]] for page in pdf.pages] == [
            pytest.approx([595.276, 841.89])
        ] * 2
    assert join([front, back])[0] == data


def test_a_pdf_is_joined_without_what_hangs_on_its_pages():
    data, pages = join([pdfs.javascript_in_annotation(), clean(samples.jpeg()).data])
    assert pages == 2
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        assert "/Annots" not in pdf.pages[0].obj
        assert b"JavaScript" not in data
        assert "/Metadata" not in pdf.Root


def test_more_pages_than_a_document_has_are_refused():
    with pytest.raises(PictureRefused) as refused:
        join([pdfs.plain(pages=9)])
    assert refused.value.code == "too_many_pages"
    assert "9 pages" in refused.value.message


def test_every_code_of_the_process_has_words():
    source = (pictures.PROCESS).read_text()
    codes = {part.split('"')[1] for part in source.split("Refusal(")[1:] if part.startswith('"')}
    assert codes <= set(MESSAGES)
    assert {part.split('"')[1] for part in source.split("yield ")[1:] if part.startswith('"')} == set(REMARKS)


def test_a_machine_at_fault_is_not_the_files_fault(monkeypatch):
    monkeypatch.setattr(pictures, "PROCESS", pictures.PROCESS.with_name("nowhere.py"))
    with pytest.raises(InspectionFailed):
        clean(samples.jpeg())


def test_one_that_takes_too_long_is_too_complicated(monkeypatch):
    def late(*args, **options):
        raise subprocess.TimeoutExpired("picture_process", 1)

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(PictureRefused, match="too_complex"):
        clean(samples.jpeg())
