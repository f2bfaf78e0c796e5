"""Five years pass, day by day: every reminder comes once, at nine in the morning in Rome, and never to the opted-out."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from outbox.models import Mail
from spid import tasks
from spid.flows import visit
from spid.flows.plan import REMINDER_DAYS, add_months, at_local, replan
from spid.flows.write import write_due
from spid.models import Activation, Contact, IdentityProvider, KeepingRule

from .factories import ActivationFactory

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
START = date(2026, 11, 25)
DAYS = 5 * 365 + 1
# The beat comes round at these times of the day (Rome): in the night, around nine, at ten and at noon, late.
NOON = time(12, 30)
LOOKS = [time(0, 5), time(8, 59), time(9, 0), time(10, 0), NOON, time(23, 50)]
Kind = Contact.Kind


class Years:
    """Time, moved by hand; what people do on some of its days."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller
        self.diary: dict[date, list] = defaultdict(list)

    def on(self, day: date, act, *arguments, **options) -> None:
        self.diary[day].append((act, arguments, options))

    def pass_by(self, days: int = DAYS) -> None:
        for number in range(days):
            day = START + timedelta(days=number)
            for clock in LOOKS:
                self.traveller.move_to(datetime.combine(day, clock, tzinfo=ROME))
                write_due()
                if clock == LOOKS[0] and day.weekday() == 0:
                    tasks.keep_up()
                if clock == NOON:
                    for act, arguments, options in self.diary[day]:
                        act(*arguments, **options)


@pytest.fixture
def years():
    with time_machine.travel(datetime.combine(START, time(8, 0), tzinfo=ROME), tick=False) as traveller:
        yield Years(traveller)


def active(since: date = START, **fields) -> Activation:
    """Somebody whose identity is active, as they told us at the start."""
    one = ActivationFactory(opened=True, handed_over_at=timezone.now(), **fields)
    visit.say_active(one, since, "192.0.2.9")
    one.refresh_from_db()
    return one


def use(activation: Activation) -> None:
    visit.say_used(activation, timezone.localdate(), "192.0.2.9")


def written(activation: Activation) -> list[tuple[str, datetime]]:
    """What was written and when, in Rome."""
    rows = activation.contacts.order_by("at").values_list("kind", "key", "at")
    return [(f"{kind} {key}", at.astimezone(ROME)) for kind, key, at in rows]


def all_before(last: date) -> list[tuple[str, datetime]]:
    """The five reminders before a day, each at nine o'clock in Rome."""
    return [
        (
            f"{Kind.REMINDER} {last}:{days}",
            datetime.combine(last - timedelta(days=days), time(9), tzinfo=ROME),
        )
        for days in REMINDER_DAYS
    ]


def afterwards(last: date) -> tuple[str, datetime]:
    morning = datetime.combine(last + timedelta(days=1), time(10), tzinfo=ROME)
    return (f"{Kind.AFTERWARDS} {last}", morning)


@pytest.mark.slow
def test_every_reminder_comes_once_at_the_right_local_time_and_none_to_the_opted_out(years):
    forgetful, diligent, early, opted_out, came_back, left, gone = (active() for _ in range(7))
    # Uses it whenever the last reminder has come, every year.
    last_days = [add_months(START, 12)]
    while last_days[-1] < START + timedelta(days=DAYS):
        used_on = last_days[-1] - timedelta(days=1)
        years.on(used_on, use, diligent)
        last_days.append(add_months(used_on, 12))
    # Uses it every half year: is never reminded at all.
    for half in range(1, 11):
        years.on(add_months(START, 6 * half), use, early)
    visit.choose_letters(opted_out, wanted=False, ip="192.0.2.9")
    # Opts out, and comes back between the reminders of sixty and thirty days.
    visit.choose_letters(came_back, wanted=False, ip="192.0.2.9")
    back_on = add_months(START, 12) - timedelta(days=45)
    years.on(back_on, visit.choose_letters, came_back, wanted=True, ip="192.0.2.9")
    # Opts out after the second one.
    out_on = add_months(START, 12) - timedelta(days=50)
    years.on(out_on, visit.choose_letters, left, wanted=False, ip="192.0.2.9")
    # Says that it is gone, in the middle of the series.
    years.on(add_months(START, 12) - timedelta(days=20), visit.say_ended, gone, "192.0.2.9")

    years.pass_by()

    first = add_months(START, 12)
    assert written(forgetful) == [*all_before(first), afterwards(first)]
    in_time = [
        one for day in last_days for one in all_before(day) if one[1].date() < START + timedelta(days=DAYS)
    ]
    assert written(diligent) == in_time
    assert len(in_time) >= 20
    assert written(early) == []
    assert written(opted_out) == []
    # The one that was missed comes the next morning, and then the rest at their times.
    sixty, *rest = [one for one in all_before(first) if one[0].endswith((":60", ":30", ":10", ":1"))]
    assert [kind for kind, _at in written(came_back)] == [
        sixty[0],
        *[kind for kind, _at in rest],
        f"{Kind.AFTERWARDS} {first}",
    ]
    next_morning = datetime.combine(back_on + timedelta(days=1), time(9), tzinfo=ROME)
    assert written(came_back)[0][1] == next_morning
    assert written(came_back)[1:] == [*rest, afterwards(first)]
    assert written(left) == all_before(first)[:2]
    assert written(gone) == all_before(first)[:3]
    assert not Mail.objects.filter(recipient=opted_out.email).exists()


def test_nine_o_clock_is_nine_o_clock_in_winter_and_in_summer():
    assert at_local(date(2027, 3, 27), time(9)) == datetime(2027, 3, 27, 8, 0, tzinfo=UTC)
    assert at_local(date(2027, 3, 28), time(9)) == datetime(2027, 3, 28, 7, 0, tzinfo=UTC)
    assert at_local(date(2027, 10, 30), time(9)) == datetime(2027, 10, 30, 7, 0, tzinfo=UTC)
    assert at_local(date(2027, 10, 31), time(9)) == datetime(2027, 10, 31, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("last", [date(2027, 3, 29), date(2027, 11, 1)])
def test_reminders_around_a_change_of_the_clock_keep_their_hour(years, last):
    """The reminder of one day before falls on the very day of the change."""
    years.traveller.move_to(datetime.combine(last - timedelta(days=100), time(12), tzinfo=ROME))
    one = active(since=timezone.localdate())
    Activation.objects.filter(pk=one.pk).update(last_used_on=add_months(last, -12))
    one.refresh_from_db()
    replan(one)
    for number in range(102):
        day = last - timedelta(days=100) + timedelta(days=number)
        for clock in LOOKS:
            moment = datetime.combine(day, clock, tzinfo=ROME)
            if moment > timezone.now():
                years.traveller.move_to(moment)
                write_due()
    assert written(one)[:5] == all_before(last)


def test_a_new_rule_counts_from_its_day_on(years):
    """From twelve months to twenty-four: whoever is kept is planned anew on the day on which it comes into force."""
    one = active()
    namirial = IdentityProvider.objects.get(is_sold=True)
    change = START + timedelta(days=200)
    KeepingRule(provider=namirial, valid_from=change, unused_months=24, source="A newer text").save()
    years.pass_by(300)
    one.refresh_from_db()
    assert one.revocation_on == add_months(START, 24)
    assert written(one) == []


def test_where_no_rule_is_known_nobody_is_reminded(years):
    namirial = IdentityProvider.objects.get(is_sold=True)
    KeepingRule(provider=namirial, valid_from=START, unused_months=None, source="No text found").save()
    one = active()
    years.pass_by(400)
    one.refresh_from_db()
    assert (one.revocation_on, written(one)) == (None, [])


def test_a_beat_that_was_down_sends_the_last_of_what_is_overdue_and_not_at_night(years):
    one = active()
    last = add_months(START, 12)
    # Nobody looks for ninety days; then at three in the night, twenty days before.
    years.traveller.move_to(datetime.combine(last - timedelta(days=20), time(3), tzinfo=ROME))
    write_due()
    assert written(one) == []
    years.traveller.move_to(datetime.combine(last - timedelta(days=20), time(9), tzinfo=ROME))
    write_due()
    assert [kind for kind, _at in written(one)] == [f"{Kind.REMINDER} {last}:30"]
    write_due()
    assert len(written(one)) == 1


def test_who_never_opens_is_asked_three_times_and_who_opened_too(years):
    unopened = ActivationFactory(handed_over=True, handed_over_at=timezone.now())
    opened = ActivationFactory(handed_over=True, handed_over_at=timezone.now())
    for one in (unopened, opened):
        replan(one)
    years.on(START + timedelta(days=1), visit.leave, opened, "192.0.2.9")
    years.pass_by(60)
    assert [kind for kind, _at in written(unopened)] == [f"{Kind.OPEN} {START}:{days}" for days in (2, 7, 21)]
    opened_on = START + timedelta(days=1)
    assert [kind for kind, _at in written(opened)] == [
        f"{Kind.ASK} {opened_on}:{days}" for days in (1, 3, 10)
    ]
    assert {at.time() for _kind, at in written(unopened) + written(opened)} == {time(10)}


def test_one_whose_mail_cannot_be_written_stops_nobody_else(years, monkeypatch):
    from spid.flows import write

    broken, whole = active(), active()
    real = write.mail_holder

    def fails(activation, *arguments, **options):
        if activation.pk == broken.pk:
            raise OSError("no template")
        return real(activation, *arguments, **options)

    monkeypatch.setattr(write, "mail_holder", fails)
    years.traveller.move_to(
        datetime.combine(add_months(START, 12) - timedelta(days=90), time(9), tzinfo=ROME)
    )
    assert write_due() == 1
    assert [len(written(one)) for one in (broken, whole)] == [0, 1]
    broken.refresh_from_db()
    assert broken.next_contact_at > timezone.now()
    monkeypatch.undo()
    years.traveller.move_to(timezone.now() + timedelta(hours=2))
    assert write_due() == 1
