"""Addresses are Swedish, as the pages are: people read them aloud to each other."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from posts import (
    author_views,
    cases_views,
    consent_views,
    events_views,
    hints_views,
    messages_views,
    outbox_views,
    places_views,
    planning_views,
    public_views,
    publication_views,
    search_views,
    sharing_views,
    takedown_views,
    uploads_views,
    views,
)

app_name = "posts"


class RecipeConverter(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(RecipeConverter, "recipe")

urlpatterns = [
    path("hem/", views.home, name="home"),
    path("mina/", views.mine, name="mine"),
    path("nytt/", views.new, name="new"),
    path("handelser/", events_views.mine, name="events"),
    path("handelser/ny/", events_views.new, name="new_event"),
    path("handelser/alla/", events_views.everybodys, name="all_events"),
    path("handelser/kalendrar/", events_views.calendars, name="event_calendars"),
    path(
        "handelser/kalendrar/<uuid:feed_id>/ta-bort/",
        events_views.forget_calendar,
        name="forget_event_calendar",
    ),
    path("handelser/<int:event_id>/", events_views.show, name="event"),
    path("handelser/<int:event_id>/andra/", events_views.edit, name="edit_event"),
    path("handelser/<int:event_id>/ta-bort/", events_views.remove, name="remove_event"),
    path("handelser/<int:event_id>/inget/", events_views.nothing, name="nothing_to_show"),
    path("nytt/plats/", places_views.ask, name="site"),
    path("nytt/plats/nej/", places_views.forbidden, name="site_forbidden"),
    path("nytt/plats/vet-inte/", places_views.unclear, name="site_unclear"),
    path("nytt/rad/", hints_views.hint, name="hint"),
    path("utkorg/", outbox_views.index, name="outbox"),
    path("utkorg/<uuid:client_id>/", outbox_views.item, name="outbox_item"),
    path("annan-version/<int:other_id>/", outbox_views.take_other, name="take_other"),
    path("annan-version/<int:other_id>/slang/", outbox_views.drop_other, name="drop_other"),
    path("inlagg/", views.everybodys, name="everybodys"),
    path("sok/", search_views.find, name="search"),
    path("inlagg/<int:post_id>/", views.detail, name="detail"),
    path("inlagg/<int:post_id>/andra/", views.edit, name="edit"),
    path("inlagg/<int:post_id>/inskickat/", views.sent, name="sent"),
    path("inlagg/<int:post_id>/dra-tillbaka/", views.withdraw, name="withdraw"),
    path("inlagg/<int:post_id>/angra/", views.recall, name="recall"),
    path("inlagg/<int:post_id>/ta-tillbaka/", views.revise, name="revise"),
    path("inlagg/<int:post_id>/svara/", messages_views.reply, name="reply"),
    path("inlagg/<int:post_id>/begar-nedtagning/", takedown_views.ask_down, name="ask_down"),
    path("inlagg/<int:post_id>/dela/", sharing_views.share, name="share"),
    path("inlagg/<int:post_id>/andra-bedomning/", messages_views.appeal, name="appeal"),
    path("inlagg/<int:post_id>/okej/", author_views.answer, name="answer"),
    path("inlagg/<int:post_id>/flytta/", planning_views.move, name="move"),
    path("inlagg/<int:post_id>/hall/", planning_views.hold, name="hold"),
    path("inlagg/<int:post_id>/till-reserven/", planning_views.to_reserve, name="to_reserve"),
    path("inlagg/<int:post_id>/publicera-nu/", planning_views.release, name="release"),
    path("inlagg/<int:post_id>/samtycke/", consent_views.answers, name="consent"),
    path("inlagg/<int:post_id>/samtycke/svar/", consent_views.state, name="consent_state"),
    path("inlagg/<int:post_id>/samtycke/lank/", consent_views.link, name="consent_link"),
    path("inlagg/<int:post_id>/samtycke/telefon/", consent_views.phone, name="consent_phone"),
    path(
        "inlagg/<int:post_id>/samtycke/<int:consent_id>/fraga-inte/",
        consent_views.again,
        name="consent_again",
    ),
    path("samtycke/<str:token>/", public_views.show, name="public"),
    path("samtycke/<str:token>/vardnadshavare/", public_views.guardian, name="public_guardian"),
    path("samtycke/<str:token>/<uuid:media_id>/<str:part>/", public_views.picture, name="public_picture"),
    path("nedtagningar/", cases_views.index, name="cases"),
    path("nedtagningar/nytt/", cases_views.new, name="new_case"),
    path("nedtagningar/<int:case_id>/", cases_views.case, name="case"),
    path("inlagg/<int:post_id>/radera-genast/", cases_views.erase, name="erase"),
    path("inlagg/<int:post_id>/ta-ned/", publication_views.take_down, name="take_down"),
    path("ta-ned/", publication_views.find_to_take_down, name="find_to_take_down"),
    path("publicering/<int:publication_id>/avgor/", publication_views.decide, name="decide"),
    path("publicering/<int:publication_id>/inte-ute/", publication_views.decide_absent, name="decide_absent"),
    path("publicering/<int:publication_id>/forsok-igen/", publication_views.try_again, name="try_again"),
    path("publicering/<int:publication_id>/ta-over/", publication_views.take_by_hand, name="take_by_hand"),
    path("publicering/<int:publication_id>/for-hand/", publication_views.by_hand, name="by_hand"),
    path(
        "publicering/<int:publication_id>/nedtaget/",
        publication_views.confirm_removed,
        name="confirm_removed",
    ),
    path("publicering/<int:publication_id>/kvitto/", publication_views.receipt, name="receipt"),
    path("media/", views.upload, name="upload"),
    path("ladda-upp/", uploads_views.all_uploads, name="uploads"),
    path("ladda-upp/<uuid:upload_id>/", uploads_views.one_upload, name="upload_part"),
    path("media/<uuid:media_id>/", views.tile, name="tile"),
    path("media/<uuid:media_id>/<str:size>/", views.media_file, name="media"),
    path("inlagg/<int:post_id>/undertexter.srt", views.subtitles_file, name="subtitles"),
    path("lank/<recipe:digest>/", views.link_card, name="link_card"),
    path("film/<recipe:recipe>/<str:part>/", views.rendition_file, name="rendition"),
]
