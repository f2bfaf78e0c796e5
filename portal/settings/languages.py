"""Languages of the portal and the clock it shows."""

from django.utils.translation import gettext_lazy as _

from .environment import BASE_DIR, env

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Rome")
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Django writes English dates as in the USA.
FORMAT_MODULE_PATH = ["portal.formats"]
