from django.urls import path

from . import callbacks

app_name = "hints"
urlpatterns = [path("<str:key>/", callbacks.hint, name="hint")]
