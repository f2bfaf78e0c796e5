from django.urls import path

from . import simulator_views, usage_views, views

app_name = "usage"
urlpatterns = [
    path("", usage_views.usage, name="month"),
    path("export/", views.export, name="export"),
    path("simulator/", simulator_views.simulator, name="simulator"),
    path("summary/", usage_views.summary, name="summary"),
]
