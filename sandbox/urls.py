"""Every address of the sandbox. The provider's take a trailing slash or none (contract, section 2)."""

from django.urls import path, re_path

from . import order_urls
from .api import account, esignature, firmadigitale, oauth_v1, tokens
from .cards.urls import urlpatterns as card_urls
from .pages import control, control_api, inbox, signing, sms, views
from .spid.urls import urlpatterns as spid_urls

_ID = r"(?P<id>[^/]+)"

urlpatterns = [
    # Second generation
    re_path(r"^EU-SES/?$", esignature.create),
    re_path(r"^signatures/?$", esignature.listing),
    re_path(rf"^signatures/{_ID}/?$", esignature.one),
    re_path(rf"^signatures/{_ID}/(?P<action>[A-Za-z]+)/?$", esignature.part),
    # First generation
    re_path(r"^firma_elettronica/base/?$", firmadigitale.create),
    re_path(r"^firma_elettronica/?$", firmadigitale.listing),
    re_path(rf"^firma_elettronica/{_ID}/?$", firmadigitale.one),
    re_path(rf"^firma_elettronica/{_ID}/download/?$", firmadigitale.download),
    re_path(rf"^firma_elettronica/{_ID}/audit/?$", firmadigitale.audit),
    re_path(r"^firma_elettronica_ui/?$", firmadigitale.interfaces),
    re_path(rf"^firma_elettronica_ui/{_ID}/?$", firmadigitale.interface),
    *order_urls.urlpatterns,
    # Account
    re_path(r"^tokens/?$", tokens.many),
    re_path(r"^tokens/(?P<token>[^/]+)/?$", tokens.one),
    re_path(r"^scopes/?$", account.VIEWS["scopes"]),
    re_path(rf"^scopes/{_ID}/?$", account.VIEWS["scope"]),
    re_path(r"^wallet/?$", account.VIEWS["credit"]),
    re_path(r"^wallet/transactions/?$", account.VIEWS["movements"]),
    re_path(r"^subscriptions/?$", account.VIEWS["subscriptions"]),
    re_path(rf"^subscriptions/{_ID}/?$", account.VIEWS["subscription"]),
    re_path(r"^callbacks/?$", account.VIEWS["callbacks"]),
    re_path(rf"^callbacks/{_ID}/?$", account.VIEWS["callback"]),
    re_path(r"^errors/?$", account.VIEWS["errors"]),
    re_path(r"^stats/?$", account.VIEWS["statistics"]),
    re_path(r"^stats/ips/?$", account.VIEWS["statistics_ips"]),
    re_path(r"^stats/apis/?$", account.VIEWS["statistics_apis"]),
    re_path(r"^stats/apis/(?P<domain>[^/]+)/?$", account.VIEWS["statistics_api"]),
    # Account, deprecated
    re_path(r"^token/?$", oauth_v1.tokens),
    re_path(r"^token/(?P<token>[^/]+)/?$", oauth_v1.token),
    re_path(r"^credit/?$", oauth_v1.credit),
    re_path(r"^counters/total/?$", oauth_v1.counters),
    re_path(r"^counters/(?P<period>[^/]+)/(?P<date>[^/]+)/?$", oauth_v1.counters),
    # Signers
    path("sign/<str:secret>", signing.page, name="sign"),
    path("sign/<str:secret>/code", signing.send, name="sign-code"),
    path("sign/<str:secret>/sign", signing.finish, name="sign-finish"),
    path("sign/<str:secret>/refuse", signing.refuse, name="sign-refuse"),
    path("sign/<str:secret>/look.css", signing.look_css, name="sign-look"),
    path("sign/<str:secret>/state", signing.state, name="sign-state"),
    path("sign/<str:secret>/document.pdf", signing.document, name="sign-document"),
    *spid_urls,
    *card_urls,
    # People at the desk
    path("", views.overview, name="overview"),
    path("inbox/", inbox.listing, name="inbox"),
    path("inbox/<int:number>/", inbox.detail, name="message"),
    path("inbox/<int:number>/html", inbox.html, name="message-html"),
    path("inbox/<int:number>/source", inbox.source, name="message-source"),
    path("control/", control.desk, name="control"),
    path("control/faults", control.faults_form, name="control-faults"),
    path("control/settings", control.settings_form, name="control-settings"),
    path("control/wallet", control.wallet_form, name="control-wallet"),
    path("control/plan", control.plan_form, name="control-plan"),
    path("control/clock", control.clock_form, name="control-clock"),
    path("control/procedure", control.procedure_form, name="control-procedure"),
    path("control/reset", control.reset_form, name="control-reset"),
    path("control/api/health", control_api.health),
    path("control/api/messages", control_api.inbox),
    path("control/api/faults", control_api.all_faults),
    path("control/api/faults/<int:number>", control_api.one_fault),
    path("control/api/reset", control_api.reset),
    path("control/api/state", control_api.state),
    path("control/api/sign", control_api.sign_without_browser),
    path("control/api/refuse", control_api.refuse_without_browser),
    path("control/api/settings", control_api.switches),
    path("control/api/wallet", control_api.purse),
    path("control/api/subscriptions", control_api.plan),
    path("control/api/clock", control_api.clock_hands),
    path("control/api/procedures/<str:id>", control_api.procedure),
    path("control/api/settle", control_api.settle),
    path("control/api/seed", control_api.seed_many),
    path("sms", sms.gateway, name="sms"),
    path("robots.txt", views.robots),
]

handler404 = "sandbox.pages.views.not_found"
handler500 = "sandbox.pages.views.broken"
