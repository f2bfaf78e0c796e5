"""What lives in the serving process besides the web server: the authority, and a thread that does what is due."""

from __future__ import annotations

import logging
import threading
import time
from functools import cache

from django.conf import settings
from django.db import close_old_connections

from .paper.authority import Authority, open_authority

logger = logging.getLogger(__name__)
_wake = threading.Event()


@cache
def authority() -> Authority:
    """The certificate authority in the sandbox's directory."""
    return open_authority(settings.SANDBOX_DIR)


def nudge() -> None:
    """Something is due now."""
    _wake.set()


def work_until(stop: threading.Event) -> None:
    """Do what is due, until told to stop: validations, orders, callbacks, expiry, counts."""
    from . import usage
    from .flows.deliver import deliver_due
    from .flows.order_steps import move_due
    from .flows.sign import expire_due
    from .flows.validate import validate_due
    from .flows.withdraw import forget_old
    from .spid.identify import activate_due

    seldom = 0.0
    while not stop.is_set():
        try:
            busy = validate_due() + move_due() + deliver_due(stop)
            if time.monotonic() >= seldom:
                expire_due()
                activate_due()
                forget_old()
                usage.write_down()
                seldom = time.monotonic() + 1.0
        except Exception:
            # Whatever one hostile document does: without this thread no other would ever be validated.
            logger.exception("the sandbox's worker stumbled")
            close_old_connections()
            busy = 0
        if not busy:
            _wake.wait(0.1)
            _wake.clear()
