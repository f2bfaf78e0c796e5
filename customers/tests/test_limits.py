"""Counting on the shared cache."""

import time_machine

from customers.limits import allow

START = 1_795_000_800  # at the beginning of an hour


def test_as_many_as_the_limit_pass_and_no_more():
    assert [allow("a key", 3, 3600) for _ in range(5)] == [True, True, True, False, False]


def test_each_key_has_its_own_count():
    assert allow("one", 1, 3600)
    assert allow("another", 1, 3600)
    assert not allow("one", 1, 3600)


def test_a_new_period_begins_anew():
    with time_machine.travel(START, tick=False):
        assert allow("a key", 1, 3600)
        assert not allow("a key", 1, 3600)
    with time_machine.travel(START + 3600, tick=False):
        assert allow("a key", 1, 3600)
