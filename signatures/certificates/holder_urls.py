from django.urls import path

from .views import holder

app_name = "codes"
urlpatterns = [
    path("<str:token>/", holder.codes, name="codes"),
    path("<str:token>/code/", holder.send_code, name="send_code"),
    path("<str:token>/open/", holder.open_codes, name="open"),
    path("<str:token>/done/", holder.done, name="done"),
]
