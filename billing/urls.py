from django.urls import path

from . import usage_views, views

app_name = "usage"
urlpatterns = [
    path("", usage_views.usage, name="month"),
    path("export/", views.export, name="export"),
    path("summary/", usage_views.summary, name="summary"),
]
