from django.urls import path

from .views import calendar

app_name = "certificates"
urlpatterns = [
    path("", calendar.certificates, name="calendar"),
    path("sigillo.ics", calendar.calendar_file, name="ics"),
    path("new/", calendar.new, name="new"),
    path("<uuid:pk>/", calendar.detail, name="detail"),
    path("<uuid:pk>/edit/", calendar.edit, name="edit"),
    path("<uuid:pk>/state/", calendar.state, name="state"),
    path("<uuid:pk>/renew/", calendar.begin_renewal, name="renew"),
    path("<uuid:pk>/done/", calendar.done, name="done"),
]
