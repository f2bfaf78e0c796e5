"""Django finds an app's admin here; each subject keeps its own beside its flows."""

from .catalogue import admin as catalogue
from .certificates import admin as orders
from .certificates import certificate_admin as certificates
from .envelopes import admin as envelopes

__all__ = ["catalogue", "certificates", "envelopes", "orders"]
