"""Whether this machine can set PDFs. Set-up installs Pango where it may; elsewhere what rests on it is skipped, aloud."""

import ctypes
import io
import os
from typing import Any

import pytest


def has_pango() -> bool:
    """Whether the libraries that WeasyPrint opens are there."""
    try:
        for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


# Where all services are required, a machine without it fails instead.
HAS_PANGO = has_pango() or os.environ.get("REQUIRE_SERVICES") == "1"
needs_pango = pytest.mark.skipif(not HAS_PANGO, reason="no Pango on this machine: invoices have no PDF")


def blank_page(*_: Any) -> bytes:
    """In the place of an invoice's PDF, for tests that ask who may have it and not what stands in it."""
    import pikepdf

    pdf, written = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(written)
    return written.getvalue()
