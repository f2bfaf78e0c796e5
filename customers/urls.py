from django.urls import path

from . import views

app_name = "customers"
urlpatterns = [
    path("", views.organisation, name="organisation"),
    path("new/", views.create, name="create"),
    path("profile/", views.profile, name="profile"),
    path("members/", views.members, name="members"),
    path("members/<int:pk>/role/", views.change_member, name="change_member"),
    path("members/<int:pk>/remove/", views.remove, name="remove_member"),
    path("invitations/<uuid:pk>/withdraw/", views.revoke_invitation, name="revoke_invitation"),
    path("invitations/<uuid:pk>/resend/", views.resend_invitation, name="resend_invitation"),
    path("switch/", views.switch, name="switch"),
    path("enter/<uuid:organisation_id>/", views.enter, name="enter"),
    path("join/<str:token>/", views.join, name="join"),
]
