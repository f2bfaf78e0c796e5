"""What holds for every request and every answer, so that nothing behind it has to think of it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]
NUL = "\0"


class CacheNothingMiddleware:
    """Pages are made for one person and are kept by nobody, not even by the browser after they have logged out.

    What may be kept (static files) says so itself.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class PlainTextMiddleware:
    """Addresses and cookies hold no NUL, which PostgreSQL cannot even compare with, and forms are UTF-8.

    Fields of forms refuse a NUL by themselves, with a message beside the field. A form that claims another encoding
    is read as UTF-8 all the same: some encodings of Python yield text that nobody can write down again.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if NUL in request.path_info or NUL in query or "%00" in query:
            raise BadRequest("a NUL in the address")
        if any(NUL in value for value in request.COOKIES.values()):
            raise BadRequest("a NUL in a cookie")
        request.encoding = "utf-8"
        return self.get_response(request)
