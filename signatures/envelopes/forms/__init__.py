"""What people type about envelopes, one module for each step."""

from .decline import DeclineForm
from .document import DocumentForm
from .places import PlaceFormSet, initial_places
from .signers import OptionsForm, SignerFormSet

__all__ = ["DeclineForm", "DocumentForm", "OptionsForm", "PlaceFormSet", "SignerFormSet", "initial_places"]
