from django.urls import path

from .views import detail, listing, wizard

app_name = "envelopes"
urlpatterns = [
    path("", listing.envelopes, name="list"),
    path("new/", wizard.new, name="new"),
    path("<uuid:pk>/", detail.detail, name="detail"),
    path("<uuid:pk>/document/", wizard.document, name="document"),
    path("<uuid:pk>/document/preview/", wizard.preview, name="preview"),
    path("<uuid:pk>/signers/", wizard.signers, name="signers"),
    path("<uuid:pk>/places/", wizard.places, name="places"),
    path("<uuid:pk>/review/", wizard.review, name="review"),
    path("<uuid:pk>/discard/", wizard.discard, name="discard"),
    path("<uuid:pk>/cancel/", detail.cancel, name="cancel"),
    path("<uuid:pk>/acknowledge/", detail.acknowledge, name="acknowledge"),
    path("<uuid:pk>/copy/", detail.copy, name="copy"),
    path("<uuid:pk>/signers/<uuid:signer>/resend/", detail.resend, name="resend"),
    path("<uuid:pk>/original.pdf", detail.original, name="original"),
    path("<uuid:pk>/signed.pdf", detail.signed, name="signed"),
    path("<uuid:pk>/audit-trail.<str:form>", detail.audit, name="audit"),
    path("<uuid:pk>/evidence.zip", detail.evidence, name="evidence"),
]
