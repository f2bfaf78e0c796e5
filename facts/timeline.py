"""What the timelines of envelopes, orders and activations are made of; their words are each app's own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    title: str
    detail: str
    actor: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Waiting:
    """What happens next, and who must act; ``title`` is empty when nothing does."""

    title: str
    detail: str = ""
    # Where it is done, for those who may, and what the link there says.
    address: str = ""
    link: str = ""
