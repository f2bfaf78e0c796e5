"""Addresses of the card processor."""

from django.urls import path

from . import views

urlpatterns = [
    path("v1/checkout/sessions", views.create),
    path("cards/pay/<str:pk>", views.pay, name="card-pay"),
    path("control/api/cards/<str:pk>/<str:step>", views.end_without_browser),
]
