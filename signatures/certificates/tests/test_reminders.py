"""What people are promised to be told, by days alone; and five years of a thousand holders in which nobody is forgotten."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from signatures.certificates import reminders, start_rules
from signatures.certificates.flows.remind import promised
from signatures.certificates.models import Certificate, RenewalRule
from signatures.certificates.windows import window_of, years_after

State, Renewal = Certificate.State, Certificate.Renewal
RULES = {
    (rule["maker"], str(rule["covers"])): RenewalRule(**rule, valid_from=start_rules.SINCE)
    for rule in start_rules.RULES
}
INFOCERT = RULES["InfoCert", "remote"]


def days(found: list[reminders.Reminder]) -> list[str]:
    return [one.due_on.isoformat() for one in sorted(found)]


def test_a_renewal_is_told_when_it_opens_and_then_ever_more_often():
    window = window_of(INFOCERT, date(2027, 1, 15))
    assert days(reminders.of_renewal(window)) == [
        "2026-10-17", "2026-11-15", "2026-12-15", "2026-12-31", "2027-01-07", "2027-01-11", "2027-01-13", "2027-01-14",
    ]  # fmt: skip


def test_identification_is_counted_down():
    assert days(reminders.of_identification(date(2027, 1, 31))) == [
        "2026-12-17", "2027-01-01", "2027-01-17", "2027-01-24", "2027-01-28", "2027-01-30", "2027-01-31",
    ]  # fmt: skip


def test_a_code_that_is_not_used_is_not_forgotten():
    found = reminders.of_unused_code(date(2026, 12, 1), date(2027, 1, 14))
    assert days(found) == [
        "2026-12-04", "2026-12-11", "2026-12-22", "2026-12-31", "2027-01-07", "2027-01-11", "2027-01-12", "2027-01-13",
        "2027-01-14",
    ]  # fmt: skip
    assert days(reminders.of_unused_code(date(2027, 1, 13), date(2027, 1, 14))) == ["2027-01-14"]


def test_who_was_not_told_in_time_is_told_the_latest_and_not_all_of_it():
    found = reminders.of_renewal(window_of(INFOCERT, date(2027, 1, 15)))
    today = date(2027, 1, 9)
    due = reminders.due(found, set(), today)
    assert due is not None
    assert due.kind == "renew:7"
    assert reminders.due(found, {due.key}, today) is None
    assert reminders.due(found, set(), date(2026, 10, 16)) is None


@pytest.mark.parametrize(
    ("certificate", "kinds"),
    [
        ({}, {"renew"}),
        ({"renewal": Renewal.WITH_HOLDER, "renewal_since": date(2026, 12, 1)}, {"unused"}),
        ({"renewals_count": 1}, {"replace"}),
        ({"maker": "Aruba"}, {"replace"}),
        ({"maker": "A maker that nobody knows"}, {"replace"}),
        ({"covers": "signature", "device_since": date(2020, 1, 1)}, {"replace"}),
    ],
)  # fmt: skip
def test_what_is_promised_depends_on_what_can_be_done(certificate, kinds):
    one = Certificate(**{
        "maker": "InfoCert", "covers": "remote", "expires_on": date(2027, 1, 15), "device_since": date(2024, 1, 15),
        **certificate,
    })  # fmt: skip
    assert {reminder.name for reminder in promised(one, RULES, date(2026, 12, 15))} == kinds
    assert [one.kind for one in promised(one, RULES, date(2027, 1, 16))] == ["expired"]


@dataclass
class Holder:
    """Somebody with a certificate, and how they are: prompt, late, forgetful, or not to be reached."""

    certificate: Certificate
    habit: str
    told: set[tuple[str, date]] = field(default_factory=set)
    lives: list[tuple[Certificate, set[tuple[str, date]]]] = field(default_factory=list)


def certificate(chance: random.Random, since: date) -> Certificate:
    maker, covers = chance.choice([*RULES, ("InfoCert", "remote"), ("Poste Italiane", "remote")])
    issued_on = since - timedelta(days=chance.randrange(0, 3 * 365))
    return Certificate(
        maker=maker, covers=covers, issued_on=issued_on, expires_on=years_after(issued_on, 3), device_since=issued_on,
        renewals_count=0, state=State.ACTIVE, renewal=Renewal.NONE,
    )  # fmt: skip


def act(holder: Holder, told: reminders.Reminder, today: date, chance: random.Random) -> None:
    """What somebody does who was just told something."""
    one = holder.certificate
    is_last_moment = told.kind in {"renew:3", "renew:1", "renew:0", "unused:3", "unused:1"}
    acts = {"prompt": True, "late": is_last_moment, "forgetful": chance.random() < 0.25, "deaf": False}[
        holder.habit
    ]
    if not acts:
        return
    if told.name == "renew":
        one.renewal, one.renewal_since = Renewal.WITH_HOLDER, today
    elif told.name == "unused":
        begin_anew(holder, years_after(one.expires_on, 3), one.renewals_count + 1, one.device_since)
    elif told.name == "replace":
        begin_anew(holder, years_after(today, 3), 0, today)


def begin_anew(holder: Holder, expires_on: date, renewals_count: int, device_since: date) -> None:
    """The certificate goes on in a new one."""
    old = holder.certificate
    holder.lives.append((old, holder.told))
    holder.told = set()
    holder.certificate = Certificate(
        maker=old.maker, covers=old.covers, issued_on=years_after(expires_on, -3), expires_on=expires_on,
        device_since=device_since, renewals_count=renewals_count, state=State.ACTIVE, renewal=Renewal.NONE,
    )  # fmt: skip


def test_nobody_expires_without_the_promised_notices_in_five_years_of_a_thousand_holders():
    """The clockwork runs every day, but for stretches in which it stands still; holders act on what they are told."""
    chance = random.Random(2026)
    begin = date(2026, 11, 25)
    habits = ["prompt", "late", "forgetful", "deaf"]
    holders = [Holder(certificate(chance, begin), chance.choice(habits)) for _ in range(1000)]
    standing_still = {
        begin + timedelta(days=start + more) for start in range(40, 1826, 170) for more in range(4)
    }
    sent: Counter[str] = Counter()
    expired: list[Holder] = []
    for number in range(5 * 365 + 1):
        today = begin + timedelta(days=number)
        if today in standing_still:
            continue
        for holder in holders:
            one = holder.certificate
            if one.state != State.ACTIVE or (one.expires_on - today).days > 130:
                continue
            due = reminders.due(promised(one, RULES, today), holder.told, today)
            if due is None:
                continue
            assert due.key not in holder.told
            holder.told.add(due.key)
            sent[due.name] += 1
            if due.name == "expired":
                one.state = State.EXPIRED
                expired.append(holder)
            else:
                act(holder, due, today, chance)

    assert len(expired) > 100, "some never act, so some must expire"
    for holder in expired:
        warned = sorted(day for kind, day in holder.told if not kind.startswith("expired"))
        one = holder.certificate
        assert warned, f"{one.maker} {one.expires_on} expired without a word"
        # Told long before, and again in the last week, whatever stood still.
        assert (one.expires_on - warned[0]).days >= 25 or warned[0] <= begin + timedelta(days=90)
        assert (one.expires_on - warned[-1]).days <= 7
    # Whoever acts when told never expires.
    assert not [holder for holder in expired if holder.habit == "prompt"]
    overdue = [h for h in holders if h.certificate.state == State.ACTIVE and h.certificate.expires_on < today - timedelta(days=5)]  # fmt: skip
    assert overdue == []
    assert all(sent[name] for name in ("renew", "unused", "replace", "expired")), sent


def test_renewals_in_the_simulation_are_never_promised_where_they_are_impossible():
    """One renewal a device: after it, the same holder is told to replace."""
    holder = Holder(
        Certificate(
            maker="InfoCert",
            covers="signature",
            issued_on=date(2024, 1, 15),
            expires_on=date(2027, 1, 15),
            device_since=date(2024, 1, 15),
        ),
        "prompt",
    )
    assert {one.name for one in promised(holder.certificate, RULES, date(2026, 12, 1))} == {"renew"}
    begin_anew(holder, date(2030, 1, 15), 1, date(2024, 1, 15))
    assert {one.name for one in promised(holder.certificate, RULES, date(2029, 12, 1))} == {"replace"}
