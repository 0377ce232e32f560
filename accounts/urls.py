"""The addresses of one's account, what one was told, and the policy."""

from django.urls import path

from accounts import duty_views, views

app_name = "accounts"
urlpatterns = [
    path("mer/", views.me, name="me"),
    path("aviseringar/", views.notices, name="notices"),
    path("aviseringar/<int:notice_id>/", views.notice, name="notice"),
    path("aviseringar/lasta/", views.read_all, name="read_all"),
    path("mer/nya-inlagg/", views.hear_of_submissions, name="hear_of_submissions"),
    path("jour/", duty_views.rota, name="rota"),
    path("jour/ny/", duty_views.add, name="add_duty"),
    path("jour/<int:duty_id>/", duty_views.change, name="change_duty"),
    path("jour/<int:duty_id>/bort/", duty_views.take_away, name="take_away_duty"),
    path("policy/", views.policy, name="policy"),
]
