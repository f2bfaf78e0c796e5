"""Which of the provider's hosts a path belongs to, and the scopes there are (contract, sections 2 and 3)."""

from __future__ import annotations

ESIGNATURE = "esignature.openapi.com"
FIRMADIGITALE = "ws.firmadigitale.com"
OAUTH = "oauth.openapi.com"
OAUTH_V1 = "oauth.openapi.it"
_OAUTH_V1_HOSTS = (OAUTH_V1, "oauth.altravia.com")

_SEGMENTS = {
    "EU-SES": ESIGNATURE,
    "signatures": ESIGNATURE,
    "firma_elettronica": FIRMADIGITALE,
    "firma_elettronica_ui": FIRMADIGITALE,
    "spid_personale": FIRMADIGITALE,
    "prodotti": FIRMADIGITALE,
    "richiesta": FIRMADIGITALE,
    "tokens": OAUTH,
    "scopes": OAUTH,
    "wallet": OAUTH,
    "subscriptions": OAUTH,
    "callbacks": OAUTH,
    "errors": OAUTH,
    "stats": OAUTH,
    "token": OAUTH_V1,
    "credit": OAUTH_V1,
    "counters": OAUTH_V1,
}

# No DELETE scope exists for `firma_elettronica_ui` although its DELETE does; the rest is for orders and
# qualified signatures, so that tokens asked for more than simple signatures are granted too.
_SCOPES = [
    *(f"{method}:{FIRMADIGITALE}/richiesta" for method in ("GET", "POST", "PATCH")),
    f"GET:{FIRMADIGITALE}/prodotti",
    *(f"{method}:{FIRMADIGITALE}/firma_elettronica" for method in ("GET", "POST")),
    *(f"{method}:{FIRMADIGITALE}/firma_elettronica_ui" for method in ("GET", "POST")),
    f"GET:{FIRMADIGITALE}/spid_personale",
    *(
        f"POST:{ESIGNATURE}/{name}"
        for name in ("EU-SES", "EU-QES_automatic", "EU-QES_otp", "EU-QES_eseal", "verify", "certificates")
    ),
    f"GET:{ESIGNATURE}/certificates",
    f"GET:{ESIGNATURE}/signatures",
    f"DELETE:{ESIGNATURE}/signatures",
]


def all_scopes() -> list[str]:
    """Every scope that can be granted: the sandbox's hosts first, then production's."""
    return [scope.replace(":", ":test.", 1) for scope in _SCOPES] + list(_SCOPES)


def first_segment(path: str) -> str:
    """`richiesta` of `/richiesta/{id}/modulo`."""
    return path.strip("/").split("/", 1)[0]


def host_of(path: str) -> str | None:
    """The production name of the host that serves this path; None for the sandbox's own pages."""
    return _SEGMENTS.get(first_segment(path))


def is_oauth_v1(host: str) -> bool:
    """Whether a call names the deprecated OAuth host: all live on one origin here, and two share `/scopes`."""
    return host.partition(":")[0].lower().removeprefix("test.") in _OAUTH_V1_HOSTS


def scopes_for(method: str, path: str) -> tuple[str, ...]:
    """The scopes that open this call, either host name."""
    segment = first_segment(path)
    host = _SEGMENTS[segment]
    if method == "DELETE" and segment == "firma_elettronica_ui":
        method = "POST"
    return (f"{method}:test.{host}/{segment}", f"{method}:{host}/{segment}")


def domain_of(scope: str) -> str:
    """`ws.firmadigitale.com` of `GET:ws.firmadigitale.com/richiesta`."""
    return scope.partition(":")[2].partition("/")[0]
