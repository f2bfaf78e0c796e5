from django.urls import path

from . import wallet_views

app_name = "wallet"
urlpatterns = [
    path("", wallet_views.wallet, name="wallet"),
    path("card/", wallet_views.pay_by_card, name="card"),
    path("card-hook/", wallet_views.card_hook, name="card_hook"),
    path("receipts/<int:pk>/", wallet_views.receipt, name="receipt"),
    path("export/", wallet_views.export, name="export"),
]
