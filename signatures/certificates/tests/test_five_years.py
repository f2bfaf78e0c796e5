"""Five years of many holders through the database and the flow of every day: nobody expires without the notices.

What is promised is written down here once more, by hand and from the makers' guides, so that a mistake in the rules, in
the days or in the flow shows. The clockwork stands still at times; people act at once, at the last moment, or never.

All thousand take minutes, so the suite lives through it with some of them here (``test_reminders`` has all thousand, by days
alone): ``FIVE_YEARS_HOLDERS=1000`` runs the whole.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from signatures.certificates.flows import notify, remind, renew
from signatures.certificates.models import Certificate, Notice
from signatures.certificates.windows import years_after
from signatures.envelopes.tests.factories import MemberFactory

from .factories import CertificateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite_only]
State, Renewal = Certificate.State, Certificate.Renewal
BEGIN = date(2026, 11, 25)
DAYS = 5 * 365 + 1
HOLDERS = int(os.environ.get("FIVE_YEARS_HOLDERS", "120"))
# Four days in a row, every half a year or so.
STANDS_STILL = {BEGIN + timedelta(days=start + more) for start in range(40, DAYS, 170) for more in range(4)}
KINDS = [
    ("InfoCert", "remote"), ("InfoCert", "signature"), ("InfoCert", "cns"), ("Aruba", "remote"), ("Aruba", "signature"),
    ("Poste Italiane", "remote"),
]  # fmt: skip
HABITS = ["prompt", "late", "deaf"]


def promised_days(maker: str, can_be_renewed: bool, expires_on: date) -> set[date]:
    """When whoever does nothing is to be told before the expiry, by the makers' guides and by our own promise."""
    if maker == "InfoCert" and can_be_renewed:
        last_day = expires_on - timedelta(days=1)
        before = {expires_on - timedelta(days=90)}
        return before | {last_day - timedelta(days=left) for left in (60, 30, 14, 7, 3, 1, 0)}
    return {expires_on - timedelta(days=left) for left in (90, 60, 30, 14, 7, 1)}


class World:
    """The holders, what they were told, and what they do about it."""

    def __init__(self) -> None:
        self.chance = random.Random(2026)
        self.organisations = [MemberFactory().organisation for _ in range(5)]
        self.habit: dict[Any, str] = {}
        # Of each certificate: on which day who was told what.
        self.told: dict[Any, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.letters: list[tuple[Any, str]] = []
        self.today = BEGIN

    def populate(self) -> None:
        for number in range(HOLDERS):
            maker, covers = self.chance.choice(KINDS)
            expires_on = BEGIN + timedelta(days=self.chance.randrange(1, 3 * 365))
            one = CertificateFactory(
                organisation=self.organisations[number % 5], maker=maker, covers=covers, expires_on=expires_on,
                holder={"tax_code": "", "email": f"holder{number}@example.org", "mobile": ""},
                issued_on=years_after(expires_on, -3), device_since=years_after(expires_on, -3),
            )  # fmt: skip
            self.habit[one.pk] = self.chance.choice(HABITS)

    def write(self, words: Any, email: str, language: str, key: str, about: str, *_rest: Any) -> None:
        """In place of the letter itself, which other tests read."""
        pk = about.partition(":")[2]
        self.told[pk][self.today].add(email)
        self.letters.append((pk, words.__name__))

    def act(self) -> None:
        """People do what today's letters tell them, each as they are."""
        for pk, kind in dict.fromkeys(self.letters):
            one = Certificate.objects.get(pk=pk)
            is_last_moment = (one.expires_on - self.today).days <= 3
            if self.habit[one.pk] == "prompt" or (self.habit[one.pk] == "late" and is_last_moment):
                self._follow(one, kind)
        self.letters.clear()

    def _follow(self, one: Certificate, kind: str) -> None:
        if kind == "renewal_opens":
            Certificate.objects.filter(pk=one.pk).update(
                renewal=Renewal.WITH_HOLDER, renewal_since=self.today
            )
        elif kind == "renewal_waits":
            self.habit[renew.mark_done(one.pk).pk] = self.habit[one.pk]
        elif kind == "replacement_needed":
            Certificate.objects.filter(pk=one.pk).update(state=State.REPLACED)
            new = CertificateFactory(
                organisation=one.organisation, maker=one.maker, covers=one.covers, holder=one.holder,
                issued_on=self.today, device_since=self.today, expires_on=years_after(self.today, 3),
            )  # fmt: skip
            self.habit[new.pk] = self.habit[one.pk]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Five years, lived through."""
    with time_machine.travel(datetime.combine(BEGIN, time(9), UTC), tick=False) as clock:
        world = World()
        world.populate()
        monkeypatch.setattr(notify, "_write", world.write)
        for number in range(DAYS):
            world.today = BEGIN + timedelta(days=number)
            if world.today in STANDS_STILL:
                continue
            clock.move_to(datetime.combine(world.today, time(9), UTC))
            remind.remind_of_certificates()
            world.act()
        yield world


def told_in_time(day: date, told: dict[date, set[str]], promised: set[date]) -> bool:
    """On the day itself; or, where the clockwork stood still, on the first day after, about the latest of what was due."""
    while day in STANDS_STILL:
        day += timedelta(days=1)
    return day in told or any(
        later in told for later in promised if day - timedelta(days=4) <= later <= day + timedelta(days=4)
    )


def test_nobody_expires_without_the_promised_notices(world):
    end = BEGIN + timedelta(days=DAYS - 1)
    expired = list(Certificate.objects.filter(state=State.EXPIRED).select_related("organisation"))
    assert len(expired) > HOLDERS / 5, "some never act, so some must expire"
    for one in expired:
        told = world.told[str(one.pk)]
        promised = promised_days(one.maker, one.renewals_count == 0, one.expires_on)
        for day in promised:
            if day >= BEGIN:
                assert told_in_time(day, told, promised), (one.maker, one.expires_on, day, sorted(told))
        # Each time both: the holder, and whoever answers for it.
        assert {len(people) for people in told.values()} == {2}
        after = one.expires_on + timedelta(days=1)
        assert any(after <= day <= after + timedelta(days=4) for day in told), (one.expires_on, sorted(told))
    # Nobody is forgotten: what is over is known to be over, and who acts at once never loses a certificate.
    assert not Certificate.objects.in_use().filter(expires_on__lt=end - timedelta(days=5)).exists()
    assert {world.habit[one.pk] for one in expired} <= {"deaf", "late"}
    assert Certificate.objects.filter(state=State.RENEWED).count() > HOLDERS / 10
    assert Certificate.objects.filter(state=State.REPLACED).count() > HOLDERS / 10
    # And nobody is told the same twice.
    facts = list(Notice.objects.values_list("certificate", "kind", "due_on"))
    assert len(facts) == len(set(facts)) > 3 * HOLDERS
