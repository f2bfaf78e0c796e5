"""What the clock does with money."""

import logging

from celery import shared_task

from upstream import ProviderError

from .flows.reconcile import run

log = logging.getLogger(__name__)


@shared_task
def reconcile() -> None:
    """Read the provider's books and compare them with our purchases. Where they cannot be read: the next night."""
    try:
        run.reconcile()
    except ProviderError as error:
        log.warning("the provider's books could not be read: %s", error)
