"""What staff see of differences, and do about them."""

import csv
import io

import pytest
from django.urls import reverse

from billing.flows.differences import assign, close, reopen
from billing.flows.reconcile.run import compare_books
from billing.models import Difference
from customers.tests.factories import UserFactory, staff_client
from outbox.models import Mail

from .lines import listed, read

pytestmark = pytest.mark.django_db
State = Difference.State


def test_staff_hear_of_new_differences_once(settings):
    settings.STAFF_ALERTS = ["boss@example.it"]
    listed()
    read(30)
    compare_books()
    assert Mail.objects.filter(kind="alarm").count() == 1


def test_a_difference_is_taken_closed_and_opened_again():
    row, anna = listed(), UserFactory(is_staff=True)
    assert assign(row, anna, anna)
    assert not assign(row, anna, anna)
    assert close(row, "claimed back", anna)
    assert (row.owner, row.state, row.reason) == (anna, State.CLOSED, "claimed back")
    assert not close(row, "again", anna)
    assert not assign(row, None, anna)
    assert reopen(row, "not paid after all", anna)
    assert not reopen(row, "again", anna)
    assert assign(row, None, anna)
    assert [step.what for step in row.steps.all()] == ["found", "assigned", "closed", "reopened", "assigned"]


def settle(staff, row, **typed):
    return staff.post(reverse("admin:billing_difference_settle", args=[row.pk]), typed, follow=True)


def test_staff_see_to_it_in_the_admin():
    row, staff = listed(), staff_client()
    page = staff.get(reverse("admin:billing_difference_settle", args=[row.pk])).content.decode()
    assert "Its line may still come" in page
    settle(staff, row, decision="take")
    row.refresh_from_db()
    assert row.owner.email == "staff@example.it"
    other = UserFactory(is_staff=True)
    settle(staff, row, decision="assign", owner=other.pk)
    assert "Say why: others read it." in settle(staff, row, decision="close").content.decode()
    settle(staff, row, decision="close", reason="they never charged it")
    row.refresh_from_db()
    assert (row.owner, row.state) == (other, State.CLOSED)
    assert (
        "Say who is to see to it." not in settle(staff, row, decision="reopen", reason="x").content.decode()
    )
    row.refresh_from_db()
    assert row.state == State.OPEN


def test_a_difference_goes_to_staff_alone():
    row, staff, customer = listed(), staff_client(), UserFactory()
    answer = settle(staff, row, decision="assign", owner=customer.pk)
    row.refresh_from_db()
    assert row.owner is None
    assert "Select a valid choice" in answer.content.decode()


def test_the_list_shows_open_ones_first_and_closed_ones_on_demand():
    row, staff = listed(), staff_client()
    address = reverse("admin:billing_difference_changelist")
    assert list(staff.get(address).context["cl"].result_list) == [row]
    assert (
        "1 difference with the provider’s books is open" in staff.get(reverse("admin:index")).content.decode()
    )
    close(row, "done", UserFactory())
    assert list(staff.get(address).context["cl"].result_list) == []
    for state in ("closed", "all"):
        assert list(staff.get(address, {"which": state}).context["cl"].result_list) == [row]
    assert list(staff.get(address, {"which": "all", "whose": "mine"}).context["cl"].result_list) == []
    assert staff.get(reverse("admin:billing_difference_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize(
    ("form", "separator", "amount", "kind"), [("it", ";", "-1,40", ""), ("plain", ",", "-1.40", "missing")]
)
def test_the_export_has_every_open_one_and_their_sum(form, separator, amount, kind):
    row, staff = listed(), staff_client()
    answer = staff.get(reverse("admin:billing_difference_export"), {"form": form})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    heading, one, last = list(csv.reader(io.StringIO(text), delimiter=separator))
    assert len(heading) == len(one) == 13
    assert one[4] == last[4] == amount
    assert one[8] == row.purchase.fact_key
    assert not kind or one[2] == kind
    for wrong in ({"form": "x"}, {"state": "x"}):
        assert staff.get(reverse("admin:billing_difference_export"), wrong).status_code == 404


def test_who_may_only_look_settles_nothing():
    row = listed()
    plain = staff_client(email="plain@example.it", is_superuser=False)
    assert settle(plain, row, decision="take").status_code == 403
    assert plain.get(reverse("admin:billing_difference_export")).status_code == 403
