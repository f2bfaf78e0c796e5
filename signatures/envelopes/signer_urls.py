from django.urls import path

from .views import signing

app_name = "signing"
urlpatterns = [
    path("back/", signing.back, name="back"),
    path("<str:token>/", signing.invitation, name="invitation"),
    path("<str:token>/document.pdf", signing.document, name="document"),
    path("<str:token>/sign/", signing.leave, name="leave"),
    path("<str:token>/decline/", signing.decline, name="decline"),
    path("<str:token>/copy.pdf", signing.copy, name="copy"),
]
