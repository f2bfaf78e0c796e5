"""Django finds an app's admin here; each subject keeps its own beside its flows."""

from .catalogue import admin as catalogue
from .envelopes import admin as envelopes

__all__ = ["catalogue", "envelopes"]
