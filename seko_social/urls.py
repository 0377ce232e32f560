"""The addresses of the site."""

from django.urls import path

from seko_social import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
