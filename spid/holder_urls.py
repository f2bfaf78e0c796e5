from django.urls import path

from .views import holder

app_name = "holder"
urlpatterns = [
    path("<str:token>/", holder.page, name="page"),
    path("<str:token>/start/", holder.start, name="start"),
    path("<str:token>/active/", holder.active, name="active"),
    path("<str:token>/failed/", holder.failed, name="failed"),
    path("<str:token>/used/", holder.used, name="used"),
    path("<str:token>/ended/", holder.ended, name="ended"),
    path("<str:token>/letters/", holder.letters, name="letters"),
    path("<str:token>/calendar/", holder.calendar, name="calendar"),
    path("<str:token>/spid.ics", holder.calendar_file, name="calendar_file"),
]
