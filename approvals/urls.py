"""The addresses of the desk."""

from django.urls import path

from approvals import (
    channel_views,
    claim_views,
    discussion_views,
    editing_views,
    frequency_views,
    queue_views,
    views,
)

app_name = "approvals"
urlpatterns = [
    path("", queue_views.desk, name="desk"),
    path("nytt/", queue_views.news, name="news"),
    path("urval/", queue_views.narrow, name="narrow"),
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
    path("<int:post_id>/tittar/", claim_views.look, name="look"),
    path("<int:post_id>/lamnar/", claim_views.leave, name="leave"),
    path("<int:post_id>/ta-over/", claim_views.take_over, name="take_over"),
    path("<int:post_id>/tilldela/", claim_views.assign, name="assign"),
    path("<int:post_id>/andra/", editing_views.reopen, name="reopen"),
    path("<int:post_id>/skriv/", discussion_views.write, name="write"),
    path("<int:post_id>/anteckningar/", discussion_views.notes, name="notes"),
    path("<int:post_id>/anteckningar/ny/", discussion_views.note, name="note"),
    path("<int:post_id>/anteckningar/fraga/", discussion_views.ask_opinion, name="ask_opinion"),
    path("<int:post_id>/anteckningar/<int:note_id>/svara/", discussion_views.answer, name="answer"),
    path("<int:post_id>/anteckningar/<int:note_id>/ta-tillbaka/", discussion_views.take_back, name="take_back"),
    path("<int:post_id>/kanaler/<int:channel_id>/", channel_views.channel_text, name="channel_text"),
]
