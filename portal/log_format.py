"""How a line of the log is written: whole, and without what opens a door."""

import logging

import structlog

from vault import without_tokens


class Formatter(structlog.stdlib.ProcessorFormatter):
    """structlog's, with tokens blotted out last: Django names the address of whatever it refuses."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))
