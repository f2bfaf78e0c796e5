"""Django finds an app's models here; each subject keeps its own beside its flows."""

from .envelopes.models import Envelope, EnvelopeEvent, Placement, Signer

__all__ = ["Envelope", "EnvelopeEvent", "Placement", "Signer"]
