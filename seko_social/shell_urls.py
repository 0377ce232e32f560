"""The addresses of the site as an app: what browsers ask for, and the pages about it."""

from django.urls import path

from seko_social import shell_views

app_name = "shell"
urlpatterns = [
    path("sw.js", shell_views.worker, name="worker"),
    path("manifest.webmanifest", shell_views.manifest, name="manifest"),
    path("utan-uppkoppling/", shell_views.offline, name="offline"),
    path("hemskarmen/", shell_views.install, name="install"),
    path("dela/", shell_views.share, name="share"),
]
