"""The beat asks for everything that nobody else wakes, and for nothing that does not exist."""

from django.conf import settings

from portal.celery import app

# Woken by the flow whose work they go on with, with what they are about; the beat's tasks find the same work again.
WOKEN = {"buy", "collect", "withdraw", "deliver", "file_invoice", "go_on", "send_text", "submit_papers"}


def ours() -> dict[str, str]:
    app.loader.import_default_modules()
    return {name: name.rsplit(".", 1)[1] for name in app.tasks if not name.startswith("celery.")}


def test_every_entry_names_a_task_that_exists():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(ours())


def test_every_task_is_either_scheduled_or_woken():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {short for name, short in ours().items() if name not in scheduled} == WOKEN


def test_a_question_that_was_not_asked_in_time_is_dropped():
    assert all(entry["options"]["expires"] for entry in settings.CELERY_BEAT_SCHEDULE.values())
