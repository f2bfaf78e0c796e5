from django.urls import path

from . import wallet_views

app_name = "wallet"
urlpatterns = [
    path("", wallet_views.wallet, name="wallet"),
    path("export/", wallet_views.export, name="export"),
]
