"""Pictures of ID documents are erased when their purpose has ended, with a record; nothing else is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from documents.flows import hold
from documents.flows.store import Erased, read
from documents.models import ArchiveRecord, StoredFile
from documents.tests import samples
from signatures.certificates import tasks
from signatures.certificates.models import Order, OrderFile

from . import steps
from .factories import OrderFactory, OrderFileFactory

pytestmark = pytest.mark.django_db(transaction=True)
Kind = OrderFile.Kind
GRACE = timedelta(days=30)


def with_pictures(**fields) -> Order:
    order = OrderFactory(**fields)
    for kind in (*OrderFile.ID_IMAGES, Kind.FORM_BLANK, Kind.FORM_SIGNED):
        OrderFileFactory(order=order, kind=kind)
    return order


def aged(order: Order, days: int) -> None:
    """It was issued, or ended, so many days ago."""
    then = timezone.now() - timedelta(days=days)
    Order.objects.filter(pk=order.pk).exclude(issued_at=None).update(issued_at=then)
    Order.objects.filter(pk=order.pk).exclude(ended_at=None).update(ended_at=then)


def left(order: Order) -> set[str]:
    return set(order.files.filter(erased_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize("how", ["issued", "active", "rejected", "lapsed", "withdrawn", "failed"])
def test_they_are_erased_when_it_is_over_and_the_grace_has_passed(how):
    order = with_pictures(**{how: True})
    aged(order, 29)
    tasks.forget()
    assert left(order) == {*OrderFile.ID_IMAGES, Kind.FORM_BLANK, Kind.FORM_SIGNED}

    aged(order, 31)
    tasks.forget()
    tasks.forget()

    assert left(order) == {Kind.FORM_BLANK, Kind.FORM_SIGNED}
    told = order.events.get(kind="id_images_erased")
    files = order.files.filter(kind__in=OrderFile.ID_IMAGES)
    assert sorted(told.data["digests"]) == sorted([file.kind, file.sha256] for file in files)
    assert told.data["rule"]
    for file in files.select_related("stored_file"):
        with pytest.raises(Erased):
            read(file.stored_file)
        assert ArchiveRecord.objects.get(stored_file=file.stored_file).reason == told.data["rule"]
    for file in order.files.filter(erased_at=None):
        assert read(file.stored_file)


@pytest.mark.parametrize("how", ["in_review", "documents_needed", "submitted", "identifying", "identified"])
def test_they_stay_while_they_are_needed(how):
    order = with_pictures(**{how: True})
    Order.objects.update(state_since=timezone.now() - timedelta(days=400))
    tasks.forget()
    assert left(order) >= set(OrderFile.ID_IMAGES)


def test_a_picture_that_was_replaced_goes_although_the_order_lives():
    order = with_pictures(documents_needed=True)
    old = order.files.get(kind=Kind.ID_FRONT)
    OrderFile.objects.filter(pk=old.pk).update(replaced_at=timezone.now() - timedelta(days=31))
    tasks.forget()
    assert left(order) == {Kind.ID_BACK, Kind.ID_JOINED, Kind.FORM_BLANK, Kind.FORM_SIGNED}


def test_the_grace_is_a_setting(settings):
    settings.ID_IMAGE_GRACE = timedelta(days=2)
    order = with_pictures(active=True)
    aged(order, 3)
    tasks.forget()
    assert not left(order) & set(OrderFile.ID_IMAGES)


def test_the_same_picture_in_another_order_stays_there_until_that_one_is_over():
    data = samples.plain(pages=2, text="The same card")
    first, second = OrderFactory(active=True), None
    OrderFileFactory(order=first, data=data)
    second = OrderFactory(submitted=True, organisation=first.organisation)
    OrderFileFactory(order=second, data=data)
    assert StoredFile.objects.count() == 1
    aged(first, 31)
    tasks.forget()
    assert left(first) == set()
    assert read(second.files.get().stored_file) == data

    Order.objects.filter(pk=second.pk).update(
        state=Order.State.ACTIVE, issued_at=timezone.now() - timedelta(days=31)
    )
    tasks.forget()
    with pytest.raises(Erased):
        read(second.files.get().stored_file)


def test_a_legal_hold_keeps_the_bytes():
    order = OrderFactory(active=True)
    file = OrderFileFactory(order=order)
    hold.place(file.stored_file, "a lawsuit", "Piero")
    aged(order, 31)
    tasks.forget()
    assert read(StoredFile.objects.get())
    assert left(order) == {Kind.ID_JOINED}


def test_what_was_held_is_erased_once_the_hold_is_lifted():
    order = OrderFactory(active=True)
    file = OrderFileFactory(order=order)
    hold.place(file.stored_file, "a lawsuit", "Piero")
    aged(order, 31)
    tasks.forget()
    hold.lift(file.stored_file, "settled", "Piero")
    tasks.forget()
    assert left(order) == set()
    with pytest.raises(Erased):
        read(StoredFile.objects.get())


def test_they_are_erased_on_the_way_of_a_real_order(sandbox):
    order = steps.ordered("FIRREM")
    for kind in OrderFile.ID_IMAGES:
        OrderFileFactory(order=order, kind=kind)
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    order.refresh_from_db()
    aged(order, 31)
    tasks.forget()
    assert order.files.filter(kind__in=OrderFile.ID_IMAGES, erased_at=None).count() == 0
    assert steps.kinds(order)[-1] == "id_images_erased"
