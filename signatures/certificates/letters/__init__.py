"""What we write to holders and customers, each letter a function: called in the reader's language, it gives the words.

One template (``templates/signatures/certificates/mail/letter``) puts all of them on paper.
"""

from .certificates import certificate_expired, renewal_opens, renewal_waits, replacement_needed
from .codes import codes_need_a_member, codes_ready
from .letter import Letter
from .orders import (
    identification_begins,
    identification_runs_out,
    order_ended,
    order_issued,
    order_shipped,
    papers_needed,
    papers_returned,
)

__all__ = [
    "Letter",
    "certificate_expired",
    "codes_need_a_member",
    "codes_ready",
    "identification_begins",
    "identification_runs_out",
    "order_ended",
    "order_issued",
    "order_shipped",
    "papers_needed",
    "papers_returned",
    "renewal_opens",
    "renewal_waits",
    "replacement_needed",
]
