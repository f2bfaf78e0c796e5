"""Addresses of catalogue and orders: the provider's, the holder's page, and the control desk's."""

from django.urls import path, re_path

from .api import orders
from .pages import identify, orders_api, orders_desk

urlpatterns = [
    re_path(r"^prodotti/?$", orders.catalogue),
    re_path(r"^richiesta/?$", orders.listing),
    re_path(r"^richiesta/(?P<reference>[^/]+)/?$", orders.one),
    re_path(r"^richiesta/(?P<reference>[^/]+)/modulo/?$", orders.form),
    path("identify/<str:secret>", identify.page, name="identify"),
    path("control/orders/", orders_desk.desk, name="orders"),
    path("control/orders/product", orders_desk.product_form, name="orders-product"),
    path("control/orders/move", orders_desk.move_form, name="orders-move"),
    path("control/api/products", orders_api.all_products),
    path("control/api/products/<str:code>", orders_api.one_product),
    path("control/api/orders", orders_api.all_orders),
    path("control/api/orders/<str:id>", orders_api.one_order),
    path("control/api/orders/<str:id>/<str:paper>", orders_api.paper),
]
