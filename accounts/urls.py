"""The addresses of one's account, what one was told, and the policy."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("mer/", views.me, name="me"),
    path("aviseringar/", views.notices, name="notices"),
    path("aviseringar/<int:notice_id>/", views.notice, name="notice"),
    path("aviseringar/lasta/", views.read_all, name="read_all"),
    path("mer/nya-inlagg/", views.hear_of_submissions, name="hear_of_submissions"),
    path("policy/", views.policy, name="policy"),
]
