"""What has served its purpose is forgotten: drafts, used links, people whose activation is over. Facts stay."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from facts.chain import first_break
from outbox.models import Mail
from spid.flows.erase import LINK_KEPT, erase_due
from spid.flows.notify import about
from spid.flows.state import tell
from spid.models import Activation, Order, Voucher

from .factories import ActivationFactory, VoucherFactory, give_address

pytestmark = pytest.mark.django_db
State = Activation.State


def long_ago(activation: Activation, by: timedelta) -> Activation:
    Activation.objects.filter(pk=activation.pk).update(state_since=timezone.now() - by - timedelta(hours=1))
    return activation


def test_drafts_that_nobody_ordered_are_swept():
    old, young = ActivationFactory(), ActivationFactory()
    before = timezone.now() - settings.SPID_DRAFT_RETENTION - timedelta(hours=1)
    Order.objects.filter(pk=old.order_id).update(created_at=before)
    erase_due()
    assert list(Activation.objects.all()) == [young]


@pytest.mark.parametrize("trait", ["active", "ended", "closed"])
def test_a_link_that_nobody_needs_is_erased_after_a_while(trait):
    used = ActivationFactory(**{trait: True})
    erase_due()
    assert Voucher.objects.get(activation=used).sealed_link
    long_ago(used, LINK_KEPT)
    erase_due()
    voucher = Voucher.objects.get(activation=used)
    assert (voucher.sealed_link, bool(voucher.forgotten_at)) == ("", True)


@pytest.mark.parametrize("trait", ["handed_over", "opened", "failed"])
def test_a_link_that_may_be_used_stays_and_so_does_a_spare(trait):
    open_one = long_ago(ActivationFactory(**{trait: True}), timedelta(days=1000))
    spare = VoucherFactory(created_at=timezone.now() - timedelta(days=1000))
    erase_due()
    assert Voucher.objects.get(activation=open_one).sealed_link
    spare.refresh_from_db()
    assert spare.is_spare
    open_one.refresh_from_db()
    assert open_one.tax_code


@pytest.mark.parametrize("trait", ["ended", "closed", "cancelled", "refused"])
def test_people_whose_activation_is_over_are_forgotten(trait):
    over = ActivationFactory(**{trait: True})
    give_address(over)
    tell(over, "ordered")
    Mail.objects.create(kind="handed_over", recipient=over.email, language="en", subject=over.full_name, fact_key="x",
                        about=about(over))  # fmt: skip
    erase_due()
    over.refresh_from_db()
    assert over.email
    long_ago(over, settings.SPID_ERASE_AFTER)
    erase_due()
    over.refresh_from_db()
    assert (over.name, over.surname, over.tax_code, over.email, over.mobile) == ("",) * 5
    assert over.full_name == "Erased"
    assert not over.addresses.exists()
    assert not Mail.objects.exists()
    # The history goes on, and holds.
    assert first_break(over.events.order_by("number")) is None
    assert over.events.last().kind == "person_erased"
    assert erase_due() == 0


def test_of_whoever_is_kept_only_what_keeping_needs_stays():
    kept = long_ago(ActivationFactory(active=True), settings.SPID_ERASE_AFTER)
    erase_due()
    kept.refresh_from_db()
    assert (kept.mobile, bool(kept.email), bool(kept.tax_code), kept.erased_at) == ("", True, True, None)
    assert erase_due() == 0


def test_the_history_is_a_chain():
    one = ActivationFactory(handed_over=True)
    for kind in ("ordered", "bought", "handed_over", "opened"):
        tell(one, kind)
    assert first_break(one.events.order_by("number")) is None
