from django.urls import path

from .views import detail, listing, ordering

app_name = "spid"
urlpatterns = [
    path("", listing.activations, name="list"),
    path("new/", ordering.new, name="new"),
    path("orders/<uuid:pk>/people/", ordering.people, name="people"),
    path("orders/<uuid:pk>/review/", ordering.review, name="review"),
    path("orders/<uuid:pk>/discard/", ordering.discard, name="discard"),
    path("<uuid:pk>/", detail.detail, name="detail"),
    path("<uuid:pk>/resend/", detail.resend, name="resend"),
    path("<uuid:pk>/correct/", detail.correct, name="correct"),
    path("<uuid:pk>/cancel/", detail.cancel, name="cancel"),
    path("<uuid:pk>/close/", detail.close, name="close"),
    path("<uuid:pk>/acknowledge/", detail.acknowledge, name="acknowledge"),
]
