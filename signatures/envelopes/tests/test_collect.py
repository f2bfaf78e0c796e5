"""Nothing is called completed that was not fetched, checked and stored."""

import io
import json
import zipfile

import pytest
from django.core.files.storage import FileSystemStorage

from documents.flows.store import read
from outbox.models import Mail
from signatures.envelopes import tasks
from signatures.envelopes.flows.bundle import evidence
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.models import Envelope

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Envelope.State
STAFF = "staff@sigillo.example"


@pytest.mark.parametrize(
    "fault", ["tampered_document", "forged_document", "wrong_md5", "not_a_pdf", "truncated_document"]
)
def test_a_document_that_is_not_sound_stays_out_and_a_sound_one_comes_later(sandbox, fault):
    envelope = steps.signing(sandbox)
    sandbox.fault(fault, f"signatures/{envelope.provider_reference}", times=5)
    steps.signed_by_all(sandbox, envelope)
    steps.all_due()
    tasks.follow_due()

    envelope.refresh_from_db()
    assert envelope.state == State.COLLECTING
    assert envelope.last_problem
    assert envelope.signed is None

    sandbox.no_faults()
    steps.beat()
    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem


def test_staff_hear_of_what_cannot_be_archived(sandbox, settings):
    settings.STAFF_ALERTS = [STAFF]
    envelope = steps.signing(sandbox)
    sandbox.fault("not_a_pdf", f"signatures/{envelope.provider_reference}", times=0)
    steps.signed_by_all(sandbox, envelope)
    for _ in range(4):
        steps.all_due()
        tasks.follow_due()
        tasks.collect_due()

    envelope.refresh_from_db()
    assert envelope.state == State.COLLECTING
    assert Mail.objects.filter(recipient=STAFF).count() == 1


def test_somebody_elses_signed_document_is_not_taken_for_ours(sandbox):
    """Signed and intact, but not what was sent: the provider has mixed up two procedures."""
    ours, other = steps.signing(sandbox), steps.signing(sandbox)
    steps.signed_by_all(sandbox, other)
    Envelope.objects.filter(pk=ours.pk).update(
        state=State.COLLECTING, provider_reference=other.provider_reference
    )
    steps.all_due()
    tasks.collect_due()

    ours.refresh_from_db()
    assert ours.state == State.COLLECTING
    assert "not the document that was sent" in ours.last_problem


def test_collecting_twice_completes_once(sandbox):
    envelope = steps.signing(sandbox)
    steps.signed_by_all(sandbox, envelope)
    steps.beat()
    tasks.collect(str(envelope.pk))
    tasks.collect_due()

    assert steps.kinds(envelope).count("completed") == 1
    assert Mail.objects.filter(kind="sender_completed").count() == 1
    assert Mail.objects.filter(kind="copy_ready").count() == 2


def test_the_bundle_proves_the_envelope_without_us(sandbox):
    envelope = steps.signing(sandbox)
    with pytest.raises(NotPossible):
        evidence(envelope, envelope.created_by, "192.0.2.7")
    steps.signed_by_all(sandbox, envelope)
    steps.beat()
    envelope.refresh_from_db()

    with zipfile.ZipFile(io.BytesIO(evidence(envelope, envelope.created_by, "192.0.2.7"))) as bundle:
        files = {name.rsplit("/", 1)[-1]: bundle.read(name) for name in bundle.namelist()}

    assert files["original.pdf"] == read(envelope.original)
    assert files["signed.pdf"] == read(envelope.signed)
    history = json.loads(files["events.json"])
    assert [event["number"] for event in history["events"]] == list(range(1, envelope.events.count() + 1))
    assert history["last_hash"] == envelope.events.last().hash
    assert history["events"][-1]["kind"] == "evidence_downloaded"
    assert "Every signature is intact: yes" in files["validation.txt"].decode()
    assert envelope.original.sha256.encode() in files["SHA256SUMS"]
    assert envelope.signed.sha256.encode() in files["SHA256SUMS"]
    everything = b"".join(content for name, content in files.items() if not name.endswith(".pdf"))
    for link in sandbox.state()["sign_links"][envelope.provider_reference]:
        assert link.rsplit("/", 1)[-1].encode() not in everything


class FullDisk(FileSystemStorage):
    """A storage that gives back what it has, and has no room for more."""

    def _save(self, name, content):
        raise OSError(28, "No space left on device")


def test_an_archive_without_room_is_told_to_staff_and_stops_nobody(sandbox, settings, tmp_path):
    settings.STAFF_ALERTS = [STAFF]
    at = {"OPTIONS": {"location": str(tmp_path)}}
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", **at}
    settings.STORAGES = {**settings.STORAGES, "archive": disk}
    envelope = steps.signing(sandbox)
    steps.signed_by_all(sandbox, envelope)
    settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": f"{__name__}.FullDisk", **at}}
    for _ in range(5):
        steps.beat()
    envelope.refresh_from_db()
    assert (envelope.state, envelope.last_problem) == (State.COLLECTING, "OSError")
    assert Mail.objects.filter(recipient=STAFF, kind="alarm").count() == 1

    settings.STORAGES = {**settings.STORAGES, "archive": disk}
    steps.beat()
    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED
