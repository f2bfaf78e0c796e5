from django.urls import path

from . import invoice_views as views
from .accountant_views import accounting

app_name = "invoices"
urlpatterns = [
    path("accounting/", accounting, name="accounting"),
    path("invoices/", views.invoices, name="list"),
    path("invoices/register/", views.register, name="register"),
    path("invoices/lines/", views.lines, name="lines"),
    path("invoices/payments/", views.payments, name="payments"),
    path("invoices/archive/", views.archive, name="archive"),
    path("invoices/xml/", views.xml_zip, name="xml_zip"),
    path("invoices/<uuid:pk>/", views.detail, name="detail"),
    path("invoices/<uuid:pk>/pdf/", views.pdf, name="pdf"),
    path("invoices/<uuid:pk>/xml/", views.xml, name="xml"),
    path("statements/<uuid:pk>/", views.statement, name="statement"),
]
