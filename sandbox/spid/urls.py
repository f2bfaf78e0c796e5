"""Addresses of SPID: the provider's call, the identity provider's page, the control desk's."""

from django.urls import path, re_path

from . import api, desk, pages

urlpatterns = [
    re_path(r"^spid_personale/?$", api.personal),
    path("wizard/userSelfRegistration", pages.wizard, name="spid-wizard"),
    path("wizard/done", pages.done, name="spid-done"),
    path("control/spid/", desk.desk, name="spid-desk"),
    path("control/spid/form", desk.desk_form, name="spid-desk-form"),
    path("control/api/spid", desk.stock),
    path("control/api/spid/use", desk.use_without_browser),
]
