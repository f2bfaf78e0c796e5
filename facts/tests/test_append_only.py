"""Facts are added, and then they stand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import VatRate
from facts.append_only import FactIsFinal

pytestmark = pytest.mark.django_db


def a_fact() -> VatRate:
    fact = VatRate(rate=Decimal("21.00"), valid_from=timezone.now() - timedelta(days=1), source="a decree")
    fact.save()
    return fact


def test_a_fact_can_be_added() -> None:
    assert VatRate.objects.filter(pk=a_fact().pk).exists()


def test_a_fact_cannot_be_changed() -> None:
    fact = a_fact()
    fact.rate = Decimal("4.00")
    with pytest.raises(FactIsFinal):
        fact.save()
    assert VatRate.objects.get(pk=fact.pk).rate == Decimal("21.00")


def test_a_fact_that_was_read_cannot_be_saved_again() -> None:
    with pytest.raises(FactIsFinal):
        VatRate.objects.get(pk=a_fact().pk).save()


def test_a_fact_cannot_be_deleted() -> None:
    with pytest.raises(FactIsFinal):
        a_fact().delete()


def test_many_facts_can_neither_be_changed_nor_deleted_at_once() -> None:
    a_fact()
    with pytest.raises(FactIsFinal):
        VatRate.objects.all().update(rate=0)
    with pytest.raises(FactIsFinal):
        VatRate.objects.filter(rate=21).delete()
    assert VatRate.objects.filter(rate=21).count() == 1
