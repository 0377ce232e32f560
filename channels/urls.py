"""The addresses of the channels."""

from django.urls import path

from channels import connecting_views, views

app_name = "channels"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:channel_id>/", views.channel, name="channel"),
    path("<int:channel_id>/kort/", views.card, name="card"),
    path("<int:channel_id>/bild/", views.picture, name="picture"),
    path("<int:channel_id>/testa/", views.test, name="test"),
    path("<int:channel_id>/andra/", views.change, name="change"),
    path("<int:channel_id>/foresla/", views.propose, name="propose"),
    path("<int:channel_id>/koppla-fran/", views.disconnect, name="disconnect"),
    path("<int:channel_id>/anslut-igen/", connecting_views.reconnect, name="reconnect"),
    path("anslut/", connecting_views.connect, name="connect"),
    path("anslut/<slug:platform>/tillbaka/", connecting_views.callback, name="callback"),
    path("anslut/<uuid:connecting_id>/", connecting_views.resume, name="connecting"),
    path("anslut/<uuid:connecting_id>/logga-in/", connecting_views.sign_in, name="sign_in"),
    path("anslut/<uuid:connecting_id>/dialog/", connecting_views.dialog, name="dialog"),
    path("anslut/<uuid:connecting_id>/konto/", connecting_views.choose, name="choose"),
    path("anslut/<uuid:connecting_id>/klart/", connecting_views.settle, name="settle"),
    path("anslut/<uuid:connecting_id>/avbryt/", connecting_views.leave, name="leave"),
    path("appnycklar/", connecting_views.app_keys, name="app_keys"),
    path("appnycklar/<slug:platform>/", connecting_views.app_keys_of, name="app_keys_of"),
]
