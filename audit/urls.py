"""The addresses of the log."""

from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("mitt/", views.mine, name="mine"),
    path("inlagg/<int:post_id>/", views.post, name="post"),
    path("kanal/<int:channel_id>/", views.channel, name="channel"),
    path("ta-ut/", views.export, name="export"),
]
