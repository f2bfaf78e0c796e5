"""Settings of the portal, one module for each concern, everything from the environment.

``docs/operation.md`` lists the variables. With ``DEBUG`` off, an unsafe or missing secret refuses to start.
"""

from .accounts import *
from .application import *
from .archive import *
from .database import *
from .environment import BASE_DIR, DEBUG, VAR_DIR, env
from .invoices import *
from .languages import *
from .logs import *
from .mail import *
from .money import *
from .provider import *
from .queue import *
from .reconciliation import *
from .security import *
from .spid import *
