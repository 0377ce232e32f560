from dataclasses import replace

import pytest
from django.utils import timezone

from approvals import wording
from channels import connections
from channels.models import Channel
from posts import workflow
from posts.models import (
    Approval,
    Captions,
    MediaKind,
    Minors,
    People,
    Post,
    Publication,
    Rendition,
    Site,
    Status,
    Version,
)
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def facebook():
    return factories.channel(is_preselected=True)


@pytest.fixture
def post(facebook):
    return factories.submitted()


def as_shown(post: Post, **changes) -> dict:
    """What the page would send back untouched, with these changes."""
    version = Post.objects.get(pk=post.pk).current_version
    shown = {
        "version": version.pk,
        "has_channels": "1",
        "channels": [choice.channel_id for choice in version.chosen_channels.all()],
        "people": version.people,
        "minors": version.minors,
        "captions": version.captions,
    } | {f"alt_{item.media_id}": item.alt_text for item in version.shown_media.all()}
    return shown | changes


def alt_of(post: Post) -> str:
    return f"alt_{post.current_version.shown_media.get().media_id}"


# --- editing --------------------------------------------------------------------------------------------------


def test_every_new_post_is_meant_for_the_preselected_channel(desk, post, facebook):
    assert [choice.channel for choice in post.current_version.chosen_channels.all()] == [facebook]


def test_a_post_without_a_picture_says_so_and_one_with_a_picture_does_not(desk, post):
    bare = factories.submitted(media=[])
    said = [
        "Inlägget har ingen bild." in text_of(desk.get(f"/granska/{shown.pk}/")) for shown in (bare, post)
    ]
    assert said == [True, False]


def test_an_edit_becomes_the_next_version(desk, post, anna):
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, **{alt_of(post): "Två kollegor vid spåret"}))
    version = Post.objects.get().current_version
    assert (version.number, version.created_by) == (2, anna)
    assert version.shown_media.get().alt_text == "Två kollegor vid spåret"


def test_a_channel_that_is_added_begins_with_its_own_privacy(desk, post, facebook):
    tube = factories.channel("youtube", privacy="unlisted")
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, channels=[facebook.pk, tube.pk]))
    chosen = Post.objects.get().current_version.chosen_channels.values_list("channel__platform", "privacy")
    assert dict(chosen) == {"facebook": "public", "youtube": "unlisted"}


def test_saving_without_a_change_makes_no_version(desk, post):
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post))
    assert Version.objects.count() == 1


def test_line_breaks_as_browsers_send_them_are_no_change(desk, facebook):
    post = factories.submitted(text="En rad\nEn till")
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, text="En rad\r\nEn till"))
    assert Version.objects.count() == 1


def test_no_channel_ticked_is_an_answer(desk, post):
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, channels=[]))
    assert Post.objects.get().current_version.chosen_channels.count() == 0


def test_a_channel_keeps_its_words_when_another_is_chosen(desk, post, anna, facebook):
    other = factories.channel()
    factories.for_channels(post, anna, facebook, text="Bara för Facebook")
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, channels=[facebook.pk, other.pk]))
    chosen = Post.objects.get().current_version.chosen_channels.all()
    assert {choice.channel: choice.text for choice in chosen} == {facebook: "Bara för Facebook", other: ""}


def test_the_answers_about_people_can_be_settled_by_the_reviewer(desk, facebook):
    post = factories.submitted(people=People.NOT_ASKED)
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, people=People.ALL_SAID_YES, minors=Minors.NOBODY))
    version = Post.objects.get().current_version
    assert (version.people, version.minors) == (People.ALL_SAID_YES, Minors.NOBODY)


def test_whether_one_may_take_pictures_there_is_settled_by_the_reviewer(desk, facebook):
    post = factories.submitted(site=Site.ALLOWED, alt_text=factories.ALT)
    seen = post.current_version
    workflow.edit(post, factories.reviewer(name="Johan Alm"), seen, seen.manuscript(), site=Site.UNKNOWN)
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Får man fota här? Ja Nej, fotoförbud Vet inte" in page
    assert "Kan inte godkännas än: det är oklart om platsen får visas" in page
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, site=Site.ALLOWED))
    assert Post.objects.get().current_version.site == Site.ALLOWED
    assert "Kan inte godkännas än" not in text_of(desk.get(f"/granska/{post.pk}/"))


def test_htmx_gets_only_the_parts_that_change(desk, post):
    response = desk.post(
        f"/granska/{post.pk}/spara/",
        as_shown(post, **{alt_of(post): "Kollegor"}),
        headers={"HX-Request": "true"},
    )
    html = response.content.decode()
    assert [part in html for part in ('id="seen"', 'id="saknas"', 'id="beslut"', 'id="forhandsvisning"')] == [
        True
    ] * 4
    assert "<html" not in html
    assert f'value="{Post.objects.get().current_version_id}"' in html


def test_an_edit_of_a_version_that_is_no_longer_current_shows_the_difference(desk, post, anna):
    form = as_shown(post, text="Mitt förslag")
    seen = post.current_version
    workflow.edit(
        post,
        factories.reviewer(name="Johan Alm"),
        seen,
        seen.manuscript().replaced(text=seen.text + " Johans tillägg."),
    )
    response = desk.post(f"/granska/{post.pk}/spara/", form)
    said = text_of(response)
    assert response.status_code == 409
    assert "Johan ändrade inlägget" in said
    assert "Tillagt: Johans tillägg." in said
    assert "Mitt förslag" in said
    assert Version.objects.count() == 2


# --- approving ------------------------------------------------------------------------------------------------


@pytest.fixture
def green(post, anna, facebook):
    """A post with nothing missing."""
    factories.for_channels(post, factories.reviewer(name="Johan Alm"), facebook)
    return Post.objects.get(pk=post.pk)


def test_a_green_post_is_approved_with_one_press(
    desk, green, anna, put_in_broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(f"/granska/{green.pk}/godkann/", as_shown(green))
    approval = Approval.objects.get()
    assert (approval.version, approval.approved_by) == (green.current_version, anna)
    assert Publication.objects.get().version == green.current_version
    publication = Publication.objects.get()
    assert put_in_broker == [("posts.tasks.publish", publication.pk, publication.channel_id, "default")]
    assert response.url == "/granska/"


def test_what_the_okay_leads_to_is_said_before_and_after(desk, green, platform, monkeypatch):
    group = factories.channel("by_hand", name="Gruppen", remote_id="")
    broken = factories.channel(name="Trasig")
    connections.mark_broken(broken, "token_expired")
    facebook = green.current_version.chosen_channels.get().channel
    form = as_shown(green, channels=[facebook.pk, group.pk, broken.pk])
    desk.post(f"/granska/{green.pk}/spara/", form)
    page = text_of(desk.get(f"/granska/{green.pk}/"))
    assert "När du godkänner publiceras inlägget på Facebook. Facebook väntar tills kanalen fungerar." in page
    assert "Du publicerar för hand: Gruppen." in page
    said = text_of(desk.post(f"/granska/{green.pk}/godkann/", as_shown(green), follow=True))
    assert "Godkänt. Publiceras nu på Facebook. Facebook väntar tills kanalen fungerar." in said
    assert "Kvar att publicera för hand: Gruppen." in said


@pytest.mark.parametrize("status", ["staging", "committing", "published"])
def test_a_worker_may_be_faster_than_the_sentence_about_the_okay(facebook, status):
    begun = Publication(channel=facebook, status=status)
    assert wording.after_the_okay([begun], None) == "Godkänt. Publiceras nu på Facebook."


def test_the_channels_keep_their_order_whichever_worker_was_faster(facebook):
    other = factories.channel("x")
    waits = Publication(channel=facebook, not_before=timezone.now())
    begun = Publication(channel=other, status="staging")
    said = wording.after_the_okay([waits, begun], None)
    assert said == "Godkänt. Publiceras nu på Facebook och X (Twitter)."


def test_what_was_typed_is_approved_with_the_same_press(desk, post, anna):
    desk.post(f"/granska/{post.pk}/godkann/", as_shown(post, **{alt_of(post): "Två kollegor"}))
    version = Approval.objects.get().version
    assert (version.number, version.created_by) == (2, anna)
    assert version.shown_media.get().alt_text == "Två kollegor"


def test_a_press_just_after_the_page_saved_itself_approves_what_it_showed(desk, post):
    form = as_shown(post, **{alt_of(post): "Två kollegor"})
    desk.post(f"/granska/{post.pk}/spara/", form)
    desk.post(f"/granska/{post.pk}/godkann/", form)
    assert Approval.objects.get().version.number == 2
    assert Version.objects.count() == 2


def test_what_is_missing_stops_the_approval_and_what_was_typed_is_kept(desk, facebook):
    post = factories.submitted(people=People.NOT_ASKED)
    response = desk.post(f"/granska/{post.pk}/godkann/", as_shown(post, **{alt_of(post): "Två kollegor"}))
    assert response.status_code == 422
    assert "Kan inte godkännas än: samtycke saknas" in text_of(response)
    assert Post.objects.get().current_version.shown_media.get().alt_text == "Två kollegor"
    assert not Approval.objects.exists()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("channel", ["999", "-1", "två", "1\0", "9" * 40])
def test_a_channel_that_is_none_is_no_choice(desk, green, channel):
    answer = desk.post(f"/granska/{green.pk}/godkann/", as_shown(green, channels=[channel]))
    assert answer.status_code == 422
    assert not Approval.objects.exists()


def test_a_channel_that_was_disconnected_meanwhile_is_no_choice(desk, green, facebook):
    form = as_shown(green)
    Channel.objects.filter(pk=facebook.pk).update(disconnected_at=timezone.now())
    assert form["channels"] == [facebook.pk]
    assert desk.post(f"/granska/{green.pk}/godkann/", form).status_code == 422
    assert not Approval.objects.exists()


def test_a_description_holds_nothing_that_a_database_refuses(desk, post):
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, **{alt_of(post): "\0Två \0kollegor"}))
    assert Post.objects.get().current_version.shown_media.get().alt_text == "Två kollegor"


def test_a_version_that_is_no_longer_current_is_not_approved(desk, green):
    form, seen = as_shown(green), green.current_version
    workflow.edit(green, factories.reviewer(name="Johan Alm"), seen, seen.manuscript().replaced(text="Nytt"))
    response = desk.post(f"/granska/{green.pk}/godkann/", form)
    assert response.status_code == 409
    assert "Johan ändrade inlägget" in text_of(response)
    assert not Approval.objects.exists()


def test_the_second_of_two_who_decide_is_told_who_was_first(desk, green):
    form = as_shown(green)
    workflow.approve(green, factories.reviewer(name="Johan Alm"), green.current_version)
    response = desk.post(f"/granska/{green.pk}/godkann/", form)
    assert response.status_code == 409
    assert "Godkänt av Johan" in text_of(response)
    assert Approval.objects.count() == 1


def test_nobody_approves_their_own_post(facebook):
    anna = factories.reviewer()
    own = factories.submitted(anna)
    page = signed_in(anna).get(f"/granska/{own.pk}/")
    assert "Du kan inte godkänna ditt eget inlägg. Be en kollega." in text_of(page)
    response = signed_in(anna).post(
        f"/granska/{own.pk}/godkann/", as_shown(own, **{alt_of(own): "Jag själv"})
    )
    assert response.status_code == 403
    assert "Du kan inte godkänna ditt eget inlägg. Be en kollega." in text_of(response)
    assert not Approval.objects.exists()


def test_after_a_decision_comes_the_next_post(desk, green):
    following = factories.submitted()
    assert desk.post(f"/granska/{green.pk}/godkann/", as_shown(green)).url == f"/granska/{following.pk}/"


def test_a_decided_post_is_shown_as_it_is(desk, green, anna):
    workflow.approve(green, anna, green.current_version)
    assert desk.get(f"/granska/{green.pk}/").url == f"/inlagg/{green.pk}/"


def test_a_post_that_is_being_prepared_waits(desk, facebook):
    karin = factories.ombudsman()
    post = factories.draft(karin, media=[factories.unprepared(karin)])
    workflow.submit(post, karin)
    said = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Bearbetas" in said
    assert "Godkänn" not in said
    assert desk.post(f"/granska/{post.pk}/godkann/", {"version": ""}).status_code == 409


def test_a_film_with_sound_asks_for_captions(desk, facebook):
    karin = factories.ombudsman()
    film = factories.picture(karin, kind=MediaKind.FILM, has_sound=True)
    post = factories.submitted(karin, media=[film])
    assert "Beslut om undertexter saknas" in text_of(desk.get(f"/granska/{post.pk}/"))
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, captions=Captions.NO_SPEECH))
    assert "undertexter saknas" not in text_of(desk.get(f"/granska/{post.pk}/"))


# --- the words of one channel ---------------------------------------------------------------------------------


def test_a_channel_has_words_of_its_own(desk, post, facebook):
    address = f"/granska/{post.pk}/kanaler/{facebook.pk}/"
    desk.post(address, {"version": post.current_version_id, "text": "Kortare för Facebook"})
    choice = Post.objects.get().current_version.chosen_channels.get()
    assert choice.text == "Kortare för Facebook"
    assert "Kortare för Facebook" in text_of(desk.get(address))


def test_the_posts_own_text_is_not_copied_into_the_channel(desk, post, facebook):
    address = f"/granska/{post.pk}/kanaler/{facebook.pk}/"
    desk.post(address, {"version": post.current_version_id, "text": post.current_version.text})
    assert Version.objects.count() == 1


def test_too_long_a_text_is_counted_and_marked(desk, post, facebook):
    address = f"/granska/{post.pk}/kanaler/{facebook.pk}/"
    desk.post(address, {"version": post.current_version_id, "text": "å" * 1012})
    said = text_of(desk.get(address))
    assert "12 tecken för långt." in said
    assert "Får inte plats: " + "å" * 12 in said
    assert "Kan inte godkännas än: 2 saker saknas" in said
    assert "bildbeskrivning saknas · Facebook: texten är 12 tecken för lång" in said


def test_a_channel_is_taken_away_and_added_on_its_own_page(desk, post, facebook):
    address = f"/granska/{post.pk}/kanaler/{facebook.pk}/"
    desk.post(address, {"version": post.current_version_id, "text": "", "intent": "remove"})
    assert "Facebook är inte med." in text_of(desk.get(address))
    desk.post(address, {"version": Post.objects.get().current_version_id, "intent": "add"})
    assert Post.objects.get().current_version.chosen_channels.get().channel == facebook


def test_choosing_a_channel_that_shows_films_orders_one_of_the_picture(desk, post, platform, monkeypatch):
    monkeypatch.setattr(platform, "makes_film_of_pictures", True)
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, **{alt_of(post): "Kollegor"}))
    assert Rendition.objects.count() == 1
    said = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Filmen görs just nu. Den visas här när den är klar." in said
    assert "Kan inte godkännas än: Facebook: filmen görs just nu" in said


def test_a_picture_too_large_for_a_channel_is_seen_once_it_is_smaller(desk, post, platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, picture_bytes=100))
    desk.post(f"/granska/{post.pk}/spara/", as_shown(post, **{alt_of(post): "Kollegor"}))
    made = Rendition.objects.get()
    said = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Bilden görs i ordning just nu. Den visas här när den är klar." in said
    assert "Kan inte godkännas än: Facebook: bilden görs i ordning just nu" in said
    assert "Filmen görs" not in said
    Rendition.objects.update(state="ready", sha256="b" * 64, picture="picture.jpg", width=32, height=24)
    html = desk.get(f"/granska/{post.pk}/").content.decode()
    assert f'<img class="preview__img" src="/film/{made.recipe}/bild/" width="32" height="24"' in html
    assert "Bilden görs i ordning" not in html


# --- turning down ---------------------------------------------------------------------------------------------


def test_changes_are_asked_for_with_a_preset_alone(desk, post):
    desk.post(
        f"/granska/{post.pk}/be-om-andring/", {"version": post.current_version_id, "reason": "other_picture"}
    )
    step = post.transitions.get(action="request_changes")
    assert (Post.objects.get().status, step.reason, step.message) == (
        Status.CHANGES,
        "other_picture",
        "Annan bild, tack",
    )


def test_asking_for_nothing_is_not_asking(desk, post):
    response = desk.post(f"/granska/{post.pk}/be-om-andring/", {"version": post.current_version_id})
    assert response.status_code == 422
    assert "Säg vad som ska ändras" in text_of(response)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_a_rejection_needs_a_reason_and_a_way_forward(desk, post):
    response = desk.post(f"/granska/{post.pk}/avsla/", {"version": post.current_version_id})
    said = text_of(response)
    assert response.status_code == 422
    assert "Välj ett skäl." in said
    assert "Skriv vad som hade fungerat." in said
    desk.post(
        f"/granska/{post.pk}/avsla/",
        {"version": post.current_version_id, "reason": "too_old", "message": "Skicka samma dag nästa gång."},
    )
    assert Post.objects.get().status == Status.REJECTED


def test_a_decision_on_another_version_is_refused_and_its_words_are_kept(desk, post):
    form = {"version": post.current_version_id, "reason": "too_old", "message": "För gammalt, tyvärr."}
    seen = post.current_version
    workflow.edit(post, factories.reviewer(), seen, seen.manuscript().replaced(text="Nytt"))
    response = desk.post(f"/granska/{post.pk}/avsla/", form)
    assert response.status_code == 409
    assert "För gammalt, tyvärr." in text_of(response)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_a_version_of_another_post_is_not_taken(desk, post, green):
    other = factories.submitted()
    for address in ("godkann", "spara", "avsla", "be-om-andring"):
        form = as_shown(other, version=green.current_version_id, reason="too_old", message="Nej")
        assert desk.post(f"/granska/{other.pk}/{address}/", form).status_code in (404, 409)
    assert Post.objects.get(pk=other.pk).status == Status.IN_REVIEW
