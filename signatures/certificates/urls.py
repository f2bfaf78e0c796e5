from django.urls import path

from . import steps
from .views import codes, detail, ends, listing, papers, pictures, review, wizard

app_name = "orders"
urlpatterns = [
    path("", listing.orders, name="list"),
    path("new/", wizard.new, name="new"),
    path("<uuid:pk>/", detail.detail, name="detail"),
    path("<uuid:pk>/acknowledge/", detail.acknowledge, name="acknowledge"),
    path("<uuid:pk>/discard/", wizard.discard, name="discard"),
    path("<uuid:pk>/reuse/", wizard.reuse, name="reuse"),
    path("<uuid:pk>/places/", wizard.places, name="places"),
    path(f"<uuid:pk>/form/{steps.PICTURES}/", pictures.pictures, name="pictures"),
    path(f"<uuid:pk>/form/{steps.REVIEW}/", review.review, name="review"),
    path("<uuid:pk>/form/<slug:name>/", wizard.step, name="step"),
    path("<uuid:pk>/form/<slug:name>/check/", wizard.check, name="check"),
    path("<uuid:pk>/pictures/<slug:kind>/", pictures.upload, name="upload"),
    path("<uuid:pk>/pictures/<slug:kind>/remove/", pictures.remove, name="remove"),
    path("<uuid:pk>/files/<slug:kind>/", pictures.file, name="file"),
    path("<uuid:pk>/papers/", papers.papers, name="papers"),
    path("<uuid:pk>/papers/form.pdf", papers.blank_form, name="blank_form"),
    path("<uuid:pk>/papers/form/", papers.upload_form, name="upload_form"),
    path("<uuid:pk>/papers/form/remove/", papers.remove_form, name="remove_form"),
    path("<uuid:pk>/post/", papers.post, name="post"),
    path("<uuid:pk>/arrived/", ends.arrived, name="arrived"),
    path("<uuid:pk>/withdraw/", ends.withdraw, name="withdraw"),
    path("<uuid:pk>/codes/", codes.codes, name="codes"),
    path("<uuid:pk>/codes/again/", codes.write_again, name="write_again"),
]
