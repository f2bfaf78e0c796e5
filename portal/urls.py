"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz/", views.health, name="health"),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("organisation/", include("customers.urls")),
    path("envelopes/", include("signatures.envelopes.urls")),
    path("certificates/shop/", include("signatures.catalogue.urls")),
    path("certificates/calendar/", include("signatures.certificates.calendar_urls")),
    path("certificates/", include("signatures.certificates.urls")),
    path("s/", include("signatures.envelopes.signer_urls")),
    path("spid/", include("spid.urls")),
    path("my-spid/", include("spid.holder_urls")),
    path("codes/", include("signatures.certificates.holder_urls")),
    path("hints/", include("signatures.callback_urls")),
    path("usage/", include("billing.urls")),
    path("billing/", include("billing.invoice_urls")),
    path("wallet/", include("billing.wallet_urls")),
    path("plan/", include("billing.plan_urls")),
    path("staff/", admin.site.urls),
]

if settings.DEBUG:
    urlpatterns += [
        path("styleguide/", views.styleguide, name="styleguide"),
        path("styleguide/errors/<str:name>/", views.error_page, name="error_page"),
    ]
