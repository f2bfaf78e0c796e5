"""The request as customer views see it, and the one door to an organisation's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from .models import Membership, Organisation, User


class CustomerRequest(HttpRequest):
    """A request of a logged-in person who acts for an organisation (set by ``OrganisationMiddleware``)."""

    user: User
    organisation: Organisation
    membership: Membership
    htmx: HtmxDetails


CustomerView = Callable[..., HttpResponseBase]


def for_members(*, able_to: str | None = None) -> Callable[[CustomerView], CustomerView]:
    """Let in members of the current organisation, and of them only those who are ``able_to``.

    ``able_to`` names a property of ``Membership`` such as ``can_send``. Strangers log in first; a person
    without an organisation is led to create one, unless theirs is suspended: then the page says so, with 403,
    as does the one for a member whose role does not allow it.
    """

    def decorate(view: CustomerView) -> CustomerView:
        @wraps(view)
        @login_required
        def guarded(request: CustomerRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.organisation is None:
                suspended = Membership.objects.suspended(request.user).first()
                if suspended is not None:
                    context = {"suspended": suspended.organisation}
                    return render(request, "customers/suspended.html", context, status=403)
                return HttpResponseRedirect(reverse("customers:create"))
            if able_to and not getattr(request.membership, able_to):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
