"""Every address of the portal, found in its URL configuration, so that no page can be forgotten."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Django's and allauth's own pages: accounts, second factors, sessions, the staff's admin.
FOREIGN_NAMESPACES = {"admin"}
FOREIGN_PREFIXES = ("accounts/", "language/", "staff/", "styleguide/")


def own_addresses() -> Iterator[tuple[str, list[str]]]:
    """The name of each of our addresses, with the names of its parameters."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, namespace: str
) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(FOREIGN_PREFIXES):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        else:
            assert pattern.name, f"{route} has no name"
            yield f"{namespace}{pattern.name}", list(pattern.pattern.converters)
