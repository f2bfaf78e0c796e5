"""People's pages: profile, organisations, members and invitations."""

from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .accounts import INVITATION_KEY
from .countries import name_of
from .flows import invite as inviting
from .flows.organise import LastOwner, change_role, create_organisation
from .flows.organise import remove as remove_member
from .forms import InvitationForm, OrganisationForm, ProfileForm, RoleForm
from .limits import allow
from .middleware import SESSION_KEY
from .models import Invitation, Membership, User
from .requests import CustomerRequest, for_members

ORGANISATIONS_AN_HOUR = 10


@login_required
def profile(request: Any) -> HttpResponse:
    """One's own name and language."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        response = redirect("customers:profile")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response
    return render(request, "customers/profile.html", {"form": form})


@login_required
def create(request: Any) -> HttpResponse:
    """A new organisation; its maker owns it and acts for it from now on.

    Who owns a suspended one makes no other: it would be the same customer under a new name.
    """
    suspended = Membership.objects.suspended(request.user).filter(role=Membership.Role.OWNER).first()
    if suspended is not None:
        context = {"suspended": suspended.organisation}
        return render(request, "customers/suspended.html", context, status=403)
    form = OrganisationForm(request.POST or None, initial={"country": "IT"})
    if request.method == "POST" and form.is_valid() and _may_make_another(request, form):
        membership = create_organisation(request.user, form.cleaned_data)
        request.session[SESSION_KEY] = str(membership.organisation_id)
        _tell(request, form)
        messages.success(request, _("%(name)s is ready.") % {"name": membership.organisation})
        return redirect("home")
    return render(request, "customers/create.html", {"form": form})


def _may_make_another(request: Any, form: OrganisationForm) -> bool:
    is_patient = allow(f"organisations:{request.user.pk}", ORGANISATIONS_AN_HOUR, 3600)
    if not is_patient:
        form.add_error(None, _("Too many organisations in an hour. Try again later."))
    return is_patient


@for_members()
def organisation(request: CustomerRequest) -> HttpResponse:
    """The organisation's data: its owner changes them, the others read."""
    if not request.membership.can_manage:
        if request.method == "POST":
            raise PermissionDenied
        return render(
            request, "customers/organisation.html", {"country": name_of(request.organisation.country)}
        )
    # A copy: a refused form leaves its values on the instance, and the page's header shows the organisation as it is.
    form = OrganisationForm(request.POST or None, instance=copy(request.organisation))
    if request.method == "POST" and form.is_valid():
        form.save()
        _tell(request, form)
        messages.success(request, _("Saved."))
        return redirect("customers:organisation")
    return render(request, "customers/organisation.html", {"form": form})


def _tell(request: HttpRequest, form: OrganisationForm) -> None:
    for warning in form.warnings:
        messages.warning(request, warning)


@for_members(able_to="can_manage")
def members(request: CustomerRequest) -> HttpResponse:
    """Who may act for the organisation, who is invited, and inviting."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        return redirect("customers:members")
    organisation = request.organisation
    context = {
        "form": form,
        "members": Membership.objects.for_organisation(organisation)
        .select_related("user")
        .order_by("user__name"),
        "invitations": Invitation.objects.for_organisation(organisation).open(timezone.now()),
        "roles": Membership.Role.choices,
    }
    return render(request, "customers/members.html", context)


def _invite(request: CustomerRequest, form: InvitationForm) -> bool:
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        inviting.invite(request.organisation, email, role, request.user)
    except inviting.AlreadyMember:
        form.add_error("email", _("This person is a member already."))
    except inviting.TooMany:
        form.add_error("email", _("Too many invitations in an hour. Try again later."))
    else:
        messages.success(request, _("%(email)s is invited.") % {"email": email})
        return True
    return False


@require_POST
@for_members(able_to="can_manage")
def change_member(request: CustomerRequest, pk: int) -> HttpResponse:
    """Another role for a member."""
    membership = get_object_or_404(Membership.objects.for_organisation(request.organisation), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        change_role(membership, form.cleaned_data["role"])
    except LastOwner:
        messages.error(request, _("An organisation needs an owner. Make somebody else owner first."))
        return redirect("customers:members")
    messages.success(request, _("Saved."))
    return _back_to_members(request, membership)


@require_POST
@for_members(able_to="can_manage")
def remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """End a membership."""
    membership = get_object_or_404(Membership.objects.for_organisation(request.organisation), pk=pk)
    try:
        remove_member(membership)
    except LastOwner:
        messages.error(request, _("An organisation needs an owner. Make somebody else owner first."))
        return redirect("customers:members")
    messages.success(request, _("%(name)s is no longer a member.") % {"name": membership.user})
    return _back_to_members(request, membership)


def _back_to_members(request: CustomerRequest, changed: Membership) -> HttpResponseRedirect:
    """Whoever has just given up their own right to the page is led home instead of to a refusal."""
    if changed.user_id != request.user.pk:
        return redirect("customers:members")
    is_still_owner = Membership.objects.filter(pk=changed.pk, role=Membership.Role.OWNER).exists()
    return redirect("customers:members" if is_still_owner else "home")


@require_POST
@for_members(able_to="can_manage")
def revoke_invitation(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take an invitation back."""
    inviting.revoke(get_object_or_404(Invitation.objects.for_organisation(request.organisation), pk=pk))
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("customers:members")


@require_POST
@for_members(able_to="can_manage")
def resend_invitation(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Write an open invitation's mail again."""
    open_ones = Invitation.objects.for_organisation(request.organisation).open(timezone.now())
    invitation = get_object_or_404(open_ones.select_related("organisation", "invited_by"), pk=pk)
    try:
        inviting.resend(invitation)
    except inviting.NoLongerOpen as error:
        raise Http404 from error
    except inviting.TooMany:
        messages.error(request, _("Too many invitations in an hour. Try again later."))
    else:
        messages.success(request, _("The invitation was sent again."))
    return redirect("customers:members")


@require_POST
@login_required
def switch(request: Any) -> HttpResponse:
    """Act for another of one's organisations from now on."""
    _enter(request, request.POST.get("organisation", ""))
    return redirect("home")


@require_safe
@login_required
def enter(request: Any, organisation_id: Any) -> HttpResponse:
    """Where mails lead: act for this organisation, then go on to a page of the portal."""
    _enter(request, str(organisation_id))
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if is_ours and target.startswith("/") else reverse("home"))


def _enter(request: Any, organisation_id: str) -> None:
    if not any(str(membership.organisation_id) == organisation_id for membership in request.memberships):
        raise Http404
    request.session[SESSION_KEY] = organisation_id


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Any, token: str) -> HttpResponse:
    """The page that an invitation leads to: log in or sign up with the invited address, then accept."""
    invitation = inviting.invitation_for(token)
    if invitation is None:
        return _gone(request)
    if not request.user.is_authenticated:
        return _join_as_stranger(request, invitation)
    is_right_person = request.user.email.lower() == invitation.email.lower()
    if request.method == "POST" and is_right_person:
        try:
            membership = inviting.accept(invitation, request.user)
        except inviting.NoLongerOpen:
            return _gone(request)
        request.session.pop(INVITATION_KEY, None)
        request.session[SESSION_KEY] = str(membership.organisation_id)
        messages.success(request, _("You are now a member of %(name)s.") % {"name": membership.organisation})
        return redirect("home")
    context = {"invitation": invitation, "is_right_person": is_right_person}
    return render(request, "customers/join.html", context)


def _join_as_stranger(request: Any, invitation: Invitation) -> HttpResponse:
    # Remembered for the sign-up: coming by this address proves that the e-mail is theirs.
    request.session[INVITATION_KEY] = str(invitation.pk)
    is_known = User.objects.filter(email__iexact=invitation.email).exists()
    target = reverse("account_login" if is_known else "account_signup")
    query = urlencode({"next": request.path, "email": invitation.email})
    context = {"invitation": invitation, "is_known": is_known, "go_on_url": f"{target}?{query}"}
    return render(request, "customers/join.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "customers/invitation_gone.html", status=404)
