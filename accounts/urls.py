"""The addresses of one's account and the policy."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("mer/", views.me, name="me"),
    path("policy/", views.policy, name="policy"),
]
