from django.urls import path

from . import plan_views

app_name = "plan"
urlpatterns = [
    path("", plan_views.plan, name="plan"),
    path("end/", plan_views.end, name="end"),
    path("<int:pk>/", plan_views.change, name="change"),
]
