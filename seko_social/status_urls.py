"""The addresses of how publishing is, and of stopping it."""

from django.urls import path

from seko_social import status

app_name = "status"
urlpatterns = [
    path("status/", status.index, name="index"),
    path("status/stoppa/", status.stop, name="stop"),
    path("status/starta/", status.resume, name="resume"),
    path("kanaler/<int:channel_id>/pausa/", status.pause, name="pause"),
    path("kanaler/<int:channel_id>/starta/", status.unpause, name="unpause"),
    path("kanaler/<int:channel_id>/forsok-igen/", status.try_again, name="try_again"),
]
