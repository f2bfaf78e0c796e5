"""The papers after the order: the form fetched and signed, what may pass for it, staff's word, and the provider's."""

import base64
import io

import pytest
from django.core import mail
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from billing.provider import provider
from documents import judging
from documents.flows.store import read
from documents.inspection import Refused
from documents.tests import pictures, samples, signing
from outbox.models import Mail
from signatures.catalogue.models import Offer
from signatures.certificates import tasks
from signatures.certificates.flows import papers, post_paper, review
from signatures.certificates.flows.attach import attach, files_of
from signatures.certificates.flows.state import NotPossible
from signatures.certificates.models import Order, OrderFile, PaperPost, Review
from signatures.certificates.review_sheet import sheet_of

from . import steps
from .factories import OrderFileFactory

pytestmark = pytest.mark.django_db(transaction=True)
State, Kind = Order.State, OrderFile.Kind
WHO = "192.0.2.7"


@pytest.fixture(autouse=True)
def _trusted(sandbox, settings, tmp_path):
    settings.TRUST_ROOTS = signing.trust(tmp_path)


def with_form(sandbox, code: str = "FIRREM") -> Order:
    """An order whose request form has come."""
    order = steps.ordered(code) if code != "OTPMOB" else steps.aruba_bought(sandbox)
    steps.beat()
    order.refresh_from_db()
    assert Kind.FORM_BLANK in files_of(order), steps.kinds(order)
    return order


def blank_of(order: Order) -> bytes:
    return read(files_of(order)[Kind.FORM_BLANK].stored_file)


def sign_and_hand_in(order: Order) -> None:
    if not order.product_family.needs_document_at_order:
        for kind in (Kind.ID_FRONT, Kind.ID_BACK, Kind.ID_JOINED):
            OrderFileFactory(order=order, kind=kind)
    papers.attach_form(order, [signing.sign(blank_of(order), "Mario Rossi")], order.created_by, WHO)
    papers.hand_in(order, order.created_by, WHO)


def with_script(data: bytes) -> bytes:
    """A revision on top that runs a program when the file is opened."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root[pdf_name("/OpenAction")] = DictionaryObject(action)
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def refused(order: Order, *uploads: bytes) -> str:
    with pytest.raises(Refused) as error:
        papers.attach_form(order, list(uploads), order.created_by, WHO)
    assert error.value.message
    return error.value.code


def test_the_form_is_fetched_kept_and_told(sandbox):
    order = with_form(sandbox)
    assert blank_of(order).startswith(b"%PDF-")
    letter = Mail.objects.get(kind="papers_needed")
    assert letter.recipient == order.created_by.email
    assert "/certificates/" in mail.outbox[-1].body
    steps.beat()
    assert Mail.objects.filter(kind="papers_needed").count() == 1


def test_a_form_that_cannot_be_fetched_is_asked_for_again(sandbox):
    sandbox.fault("error_500_before", path="richiesta", method="GET", times=0)
    order = steps.ordered()
    steps.beat()
    assert Kind.FORM_BLANK not in files_of(order)
    sandbox.no_faults()
    steps.beat()
    assert Kind.FORM_BLANK in files_of(order)


@pytest.mark.parametrize("how", ["pades", "p7m", "p7m of pades"])
def test_a_form_signed_digitally_is_the_very_file_that_was_handed_out(sandbox, how):
    order = with_form(sandbox)
    data = signing.sign(blank_of(order), "Mario Rossi") if "pades" in how else blank_of(order)
    data = signing.enveloped(data, "Mario Rossi") if "p7m" in how else data
    file = papers.attach_form(order, [data], order.created_by, WHO)

    assert file.remarks == ["digital"]
    assert read(file.stored_file) == data
    assert file.filename.endswith(".p7m" if "p7m" in how else ".pdf")
    told = order.events.get(kind="form_uploaded").data
    assert "Mario Rossi" in told["signers"]


def test_what_cannot_be_the_signed_form_is_refused_for_its_own_reason(sandbox):
    order = with_form(sandbox)
    blank = blank_of(order)
    signed = signing.sign(blank, "Mario Rossi")
    other = samples.plain(pages=2, text="Another form")
    assert refused(order, blank) == "form_unsigned"
    assert refused(order, signing.sign(other, "Mario Rossi")) == "form_altered"
    assert refused(order, signing.enveloped(other, "Mario Rossi")) == "form_altered"
    assert refused(order, signing.stamped_after(signed)) == "signature_invalid"
    whole = signing.enveloped(blank, "Mario Rossi")
    assert refused(order, whole[:-10] + bytes([whole[-10] ^ 1]) + whole[-9:]) == "signature_invalid"
    assert refused(order, b"\0\0\0") == "not_p7m"
    assert refused(order, b"hello") == "not_p7m"
    assert refused(order, b"") in {"not_p7m", "empty"}
    assert refused(order, signed, pictures.jpeg()) == "mixed"
    assert refused(order, *[pictures.jpeg()] * 13) == "too_many_files"
    assert Kind.FORM_SIGNED not in files_of(order)


@pytest.mark.parametrize("is_enveloped", [False, True])
def test_a_form_that_was_changed_before_it_was_signed_is_not_called_ours(sandbox, is_enveloped):
    order = with_form(sandbox)
    data = signing.sign(signing.stamped_after(blank_of(order)), "Mario Rossi")
    data = signing.enveloped(data, "Mario Rossi") if is_enveloped else data
    file = papers.attach_form(order, [data], order.created_by, WHO)
    assert file.remarks == ["digital_changed"]
    assert "Mario Rossi" in sheet_of(order).signers
    assert any("changed before" in remark for remark in sheet_of(order).paper_remarks)


def test_what_lies_in_a_signed_file_is_looked_into_as_any_upload(sandbox):
    order = with_form(sandbox)
    signed = signing.sign(with_script(blank_of(order)), "Mario Rossi")
    assert refused(order, signing.enveloped(signed, "Mario Rossi")) == "scripted"


def test_signatures_that_take_too_long_to_judge_are_refused(sandbox, monkeypatch):
    order = with_form(sandbox)
    monkeypatch.setattr(judging, "PATIENCE_SECONDS", 0.01)
    whole = signing.sign(blank_of(order), "Mario Rossi")
    for upload in (whole, signing.enveloped(whole, "Mario Rossi")):
        assert refused(order, upload) == "signatures_too_complex"


def test_a_signature_by_an_authority_that_we_do_not_know_is_remarked_and_let_in(sandbox):
    order = with_form(sandbox)
    data = signing.sign(blank_of(order), "Mario Rossi", root="Another CA")
    assert papers.attach_form(order, [data], order.created_by, WHO).remarks == ["digital", "untrusted"]


def test_a_form_signed_by_hand_is_a_scan_and_missing_pages_are_remarked(sandbox):
    order = with_form(sandbox, "OTPMOB")
    pages = files_of(order)[Kind.FORM_BLANK].page_count
    assert pages > 1
    scan = papers.attach_form(order, [samples.plain(pages=pages, text="Scan")], order.created_by, WHO)
    assert scan.remarks == ["scanned"]
    photos = papers.attach_form(order, [pictures.jpeg()], order.created_by, WHO)
    assert (photos.remarks, photos.media_type) == (["scanned", "fewer_pages"], "application/pdf")
    assert OrderFile.objects.filter(order=order, kind=Kind.FORM_SIGNED, replaced_at=None).count() == 1


def test_nothing_is_handed_in_half(sandbox):
    order = with_form(sandbox)
    with pytest.raises(papers.Incomplete) as error:
        papers.hand_in(order, order.created_by, WHO)
    assert set(error.value.missing) == {Kind.ID_FRONT, Kind.FORM_SIGNED}
    attach(order, Kind.ID_FRONT, pictures.jpeg(), "front.jpg", order.created_by, WHO)
    papers.attach_form(order, [signing.sign(blank_of(order), "Mario Rossi")], order.created_by, WHO)
    papers.hand_in(order, order.created_by, WHO)
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    with pytest.raises(NotPossible):
        papers.hand_in(order, order.created_by, WHO)


def test_only_what_staff_have_approved_goes_to_the_provider(sandbox):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.beat()
    assert sandbox.order(order.provider_reference)["papers"] == {}

    steps.approved(order)
    steps.beat()

    form = files_of(order)[Kind.FORM_SIGNED]
    assert sandbox.paper(order.provider_reference, "form") == read(form.stored_file)
    assert sandbox.paper(order.provider_reference, "document").startswith(b"%PDF-")
    order.refresh_from_db()
    assert order.state == State.IDENTIFICATION_PENDING
    assert [kind for kind in steps.kinds(order) if kind.startswith("papers")] == [
        "papers_handed_in", "papers_approved", "papers_taken",
    ]  # fmt: skip
    assert form.stored_file.retain_until is not None


def test_arubas_form_goes_alone_and_its_document_went_along(sandbox):
    order = with_form(sandbox, "OTPMOB")
    sign_and_hand_in(order)
    steps.approved(order)
    steps.beat()

    assert set(sandbox.order(order.provider_reference)["papers"]) == {"form", "document"}
    order.refresh_from_db()
    assert order.state in {State.SUBMITTED, State.IDENTIFICATION_PENDING}


def test_what_staff_return_is_answered_in_the_same_place(sandbox):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    staff = steps.staff()
    order.created_by.language = "it"
    order.created_by.save()
    looked_at = review.digests_of(order)
    review.send_back(order, staff, WHO, looked_at, ["image_unreadable", "other"], "Serve il retro.")

    order.refresh_from_db()
    assert order.state == State.RETURNED
    assert review.last_return(order).reasons == ["image_unreadable", "other"]
    body = mail.outbox[-1].body
    assert "Serve il retro." in body
    assert papers.can_hand_in(order)

    attach(order, Kind.ID_BACK, pictures.jpeg(), "back.jpg", order.created_by, WHO)
    papers.hand_in(order, order.created_by, WHO)
    with pytest.raises(review.ChangedMeanwhile):
        review.approve(order, staff, WHO, looked_at)
    steps.approved(order)
    assert list(Review.objects.order_by("at").values_list("decision", flat=True)) == ["returned", "approved"]


def test_papers_that_come_too_late_are_an_end(sandbox):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    sandbox.move_order(order.provider_reference, "evasa")
    steps.approved(order)
    tasks.submit_papers_due()

    order.refresh_from_db()
    assert "papers_already_processed" in steps.kinds(order)
    assert order.papers_due_at is None


def test_papers_that_are_not_needed_any_more_are_an_end(sandbox, no_queue):
    order = with_form(sandbox, "OTPMOB")
    sign_and_hand_in(order)
    steps.approved(order)
    # Meanwhile somebody has bought identification by video, past us.
    provider().qualified.add_video_recognition(order.provider_reference)
    tasks.submit_papers_due()

    order.refresh_from_db()
    assert "papers_not_needed" in steps.kinds(order)
    assert order.papers_due_at is None


def test_papers_that_the_provider_refuses_go_back_to_staff_who_hear_why(sandbox, settings, no_queue):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.approved(order)
    OrderFile.objects.filter(order=order, kind=Kind.FORM_SIGNED).update(filename=" ")
    tasks.submit_papers_due()

    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    assert order.last_problem
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1


def test_papers_whose_answer_was_lost_are_sent_again_and_end(sandbox, no_queue):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.approved(order)
    sandbox.fault("dropped_after", path=f"richiesta/{order.provider_reference}", method="PATCH", times=1)
    steps.beat()
    steps.beat()

    order.refresh_from_db()
    assert order.papers_due_at is None
    assert {"papers_taken", "papers_already_processed"} & set(steps.kinds(order))


def test_papers_are_sent_once_by_whoever_takes_them(sandbox, no_queue):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.approved(order)
    tasks.submit_papers(str(order.pk))
    tasks.submit_papers(str(order.pk))
    tasks.submit_papers_due()
    assert steps.kinds(order).count("papers_taken") == 1


def test_a_holder_who_was_identified_otherwise_needs_no_papers(sandbox):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    order.refresh_from_db()
    assert order.state == State.ISSUED
    with pytest.raises(NotPossible):
        steps.approved(order)


def test_the_paper_original_is_posted_and_received(sandbox):
    order = with_form(sandbox)
    assert not post_paper.can_post(order)
    Offer.objects.filter(product__code=order.code).update(wants_paper=True)
    assert post_paper.can_post(order)
    assert order.paper_address == "Corso Vecchio 8 - 05100 Terni (TR)"
    sent = post_paper.post(order, order.created_by, WHO, steps.in_days(-1), "RA123456789IT")
    with pytest.raises(NotPossible):
        post_paper.post(order, order.created_by, WHO, steps.in_days(0), "")
    post_paper.receive(sent, steps.staff(), WHO, steps.in_days(0))
    with pytest.raises(NotPossible):
        post_paper.receive(PaperPost.objects.get(), steps.staff(), WHO, steps.in_days(0))
    assert steps.kinds(order)[-2:] == ["paper_posted", "paper_received"]


def test_the_form_in_base64_is_let_in_too(sandbox):
    order = with_form(sandbox)
    data = base64.encodebytes(signing.enveloped(blank_of(order), "Mario Rossi"))
    assert papers.attach_form(order, [data], order.created_by, WHO).remarks == ["digital"]
