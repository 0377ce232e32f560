"""The addresses of the desk."""

from django.urls import path

from approvals import channel_views, frequency_views, views

app_name = "approvals"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("frekvens/", frequency_views.show, name="frequency"),
    path("<int:post_id>/", views.review, name="review"),
    path("<int:post_id>/spara/", views.save, name="save"),
    path("<int:post_id>/delar/", views.parts, name="parts"),
    path("<int:post_id>/godkann/", views.approve, name="approve"),
    path("<int:post_id>/schemalagg/", views.schedule, name="schedule"),
    path("<int:post_id>/reserven/", views.reserve, name="reserve"),
    path("<int:post_id>/angra/", views.undo, name="undo"),
    path("<int:post_id>/be-om-andring/", views.request_changes, name="request_changes"),
    path("<int:post_id>/avsla/", views.reject, name="reject"),
    path("<int:post_id>/kanaler/<int:channel_id>/", channel_views.channel_text, name="channel_text"),
]
