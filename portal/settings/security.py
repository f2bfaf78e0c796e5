"""Secrets, cookies, headers and the Content-Security-Policy."""

from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from .application import PORTAL_URL
from .environment import DEBUG, env
from .money import STRIPE_ORIGINS, STRIPE_SECRET_KEY, STRIPE_URL, STRIPE_WEBHOOK_SECRET
from .provider import PROVIDER, SIGNING_ORIGINS
from .spid import SPID_ORIGINS

SECRET_KEY: str = env.str("SECRET_KEY", default="")
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])

# A portal for showing: demo logins and the sandbox are allowed although DEBUG is off.
DEMO: bool = env.bool("DEMO", default=False)

if not SECRET_KEY or not ENCRYPTION_KEYS:
    raise ImproperlyConfigured(
        "SECRET_KEY and ENCRYPTION_KEYS must be set. `script/setup` writes them to var/embedded.env for a "
        "machine of your own; in production they come from the environment (docs/operation.md)."
    )
for _key in ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured("ENCRYPTION_KEYS holds something that is no Fernet key.") from error
if not DEBUG:
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
        raise ImproperlyConfigured("SECRET_KEY is too weak for DEBUG=0: at least 50 random characters.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the portal's hosts when DEBUG=0.")
    if not PORTAL_URL.startswith("https://"):
        raise ImproperlyConfigured("PORTAL_URL must be an https:// address when DEBUG=0.")
    if PROVIDER["api_key"] == "sandbox-api-key" and not DEMO:
        raise ImproperlyConfigured("PROVIDER_API_KEY is the sandbox's; set DEMO=1 if that is meant.")
    for _name in ("esignature_url", "firmadigitale_url", "oauth_url"):
        if not PROVIDER[_name].startswith("https://") and not DEMO:
            raise ImproperlyConfigured(
                f"PROVIDER_{_name.upper()} must be https: documents and our key go there."
            )

    if STRIPE_SECRET_KEY and not STRIPE_URL.startswith("https://") and not DEMO:
        raise ImproperlyConfigured("STRIPE_URL must be https: our key goes there.")
    if bool(STRIPE_SECRET_KEY) != bool(STRIPE_WEBHOOK_SECRET):
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET belong together: money that came is told by a signed event."
        )

CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SESSION_SERIALIZER = "portal.sessions.SealedSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG
if not DEBUG:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Behind how many proxies of ours the portal stands: decides which address in X-Forwarded-For is believed.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    # Without a proxy of ours in front, this header is anybody's claim.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}


def _origins(addresses: list[str]) -> list[str]:
    return sorted({"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in addresses})


CARD_FORM_ACTION = _origins(STRIPE_ORIGINS)
# Only from the signer's page, and from the holder's: they leave for the provider's by a form post that answers with a
# redirect.
SIGNING_FORM_ACTION = _origins(SIGNING_ORIGINS)
SPID_FORM_ACTION = _origins(SPID_ORIGINS)
