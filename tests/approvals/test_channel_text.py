"""The page of a channel's words: what is counted, suggested, and sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from approvals import suggesting
from channels.models import Channel, Credit
from posts import (
    blockers,
    content,
    difference,
    preparation,
    previews,
    publishing,
    renditions,
    retouching,
    stills,
    subtitles,
    workflow,
)
from posts.models import Captions, Media, MediaKind, MediaState, Post, Version
from posts.publishing import sending
from tests import factories
from tests.pages import signed_in, text_of
from tests.posts.media import phones
from tests.posts.test_subtitles import OURS, TWO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]

LONG = (
    "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet. Sex timmar i snöblandat regn, och det de helst "
    "ville prata om var schemat. De vill veta sina tider tidigare än tio dagar i förväg! Ett rimligt krav, tycker vi. "
    "Det tar vi med oss till förhandlingen i maj. Läs mer på www.seko.se/avtal och dela gärna. #Bangården #Umeå"
)


@pytest.fixture
def x():
    return factories.channel("x", is_preselected=True, audience="opinionsbildare och beslutsfattare")


@pytest.fixture
def tube():
    return factories.channel("youtube", is_preselected=True)


def film_post(**fields) -> Post:
    karin = factories.ombudsman()
    film = factories.picture(karin, kind=MediaKind.FILM, has_sound=True, seconds=8.0)
    return factories.submitted(karin, **{"media": [film]} | fields)


def page_of(post: Post, channel: Channel) -> str:
    return f"/granska/{post.pk}/kanaler/{channel.pk}/"


def send(desk, post: Post, channel: Channel, **typed):
    version = Post.objects.get(pk=post.pk).current_version
    return desk.post(page_of(post, channel), {"version": version.pk} | typed)


def now(post: Post) -> Version:
    return Version.objects.whole().get(pk=Post.objects.get(pk=post.pk).current_version_id)


def chosen(post: Post):
    return now(post).chosen_channels.get()


# --- X: a shorter text ------------------------------------------------------------------------------------------


def test_a_text_that_is_too_long_for_x_gets_a_suggestion_that_nobody_has_saved(desk, x):
    post = factories.submitted(text=LONG)
    page = desk.get(page_of(post, x))
    suggestion = page.context["suggestion"]
    assert suggestion.startswith("Klockan fem i morse")
    assert suggestion.endswith("\nwww.seko.se/avtal #Bangården #Umeå")
    assert "opinionsbildare och beslutsfattare" in text_of(page)
    assert Version.objects.count() == 1


def test_the_suggestion_is_put_in_the_field_by_a_press_and_saved_by_another(desk, x):
    post = factories.submitted(text=LONG)
    page = desk.get(page_of(post, x), {"forslag": "1"})
    suggestion = page.context["channel_form"]["text"].value()
    assert suggestion == suggesting.for_channel(now(post), x)
    assert "är inte sparad än" in text_of(page)
    assert (Version.objects.count(), chosen(post).text) == (1, "")
    send(desk, post, x, text=suggestion)
    assert chosen(post).text == suggestion.replace("\r\n", "\n")
    page = desk.get(page_of(post, x))
    assert page.context["suggestion"] == ""
    assert "är inte sparad än" not in text_of(page)


def test_a_channels_own_words_can_be_begun_anew_from_the_posts(desk, x):
    post = factories.submitted(text=LONG)
    send(desk, post, x, text="Kort.")
    assert "Börja om från grundtexten" in text_of(desk.get(page_of(post, x)))
    page = desk.get(page_of(post, x), {"grundtext": "1"})
    assert page.context["channel_form"]["text"].value() == LONG
    assert chosen(post).text == "Kort."


@pytest.mark.parametrize("room", range(20, 330, 7))
def test_a_suggestion_is_whole_sentences_of_the_text_that_fit(room):
    suggestion = suggesting.shorter(LONG, room, len)
    if suggestion:
        words, _, signs = suggestion.partition("\n")
        assert LONG.startswith(words)
        assert words[-1] in ".!"
        assert len(suggestion) <= room
        assert {*signs.split()} | {*words.split()} >= {"www.seko.se/avtal", "#Bangården", "#Umeå"}


@pytest.mark.parametrize(
    ("text", "room", "suggestion"),
    [
        ("Kort. Text.", 280, ""),
        ("", 280, ""),
        ("Ord " * 100, 280, ""),
        ("En. Två. Tre tre tre.", 10, "En. Två."),
        ("En rad\nEn annan rad som är lång", 20, "En rad"),
        ("”Jo!” sa hon. Och gick därifrån.", 20, "”Jo!” sa hon."),
        ("Se #a här. Och sedan #a igen, vid #b.", 20, "Se #a här.\n#b"),
        ("Se https://seko.se/x#y här. Mer text som är lång.", 30, "Se https://seko.se/x#y här."),
        ("A. " + "Mycket lång mening. " * 30, 400, "A. " + "Mycket lång mening. " * 18 + "Mycket lång mening."),
        ("Hej. " + "x" * 300, 280, ""),
    ],
)  # fmt: skip
def test_suggestions(text, room, suggestion):
    assert suggesting.shorter(text, room, len) == suggestion


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["a", ". ", "#", "a.b", "\n", "https://a.se/ ", "! ", "”."])
def test_no_text_keeps_a_page_waiting(piece):
    suggesting.shorter(piece * (20_000 // len(piece)), 280, len)


def test_the_link_of_the_post_is_reckoned_with(x):
    post = factories.submitted(text="Ord. " * 55, link="https://www.seko.se/avtal")
    version = now(post)
    suggestion = suggesting.for_channel(version, x)
    adapter = x.adapter_class
    sent = adapter.words(replace(content.words_for(version, x), text=suggestion))
    assert suggestion
    assert adapter.length(sent) <= 280 < adapter.length(adapter.words(content.words_for(version, x)))


def test_each_tab_and_each_preview_has_its_key(desk, x, tube):
    post = factories.submitted(text=LONG)
    for address in (page_of(post, x), f"/granska/{post.pk}/"):
        html = desk.get(address).content.decode()
        assert html.count('data-key="1" aria-keyshortcuts="1"') == 1
        assert html.count('data-key="2" aria-keyshortcuts="2"') == 1


# --- the photographer -------------------------------------------------------------------------------------------


def test_the_photographer_is_counted_and_shown_as_the_channel_does_it(desk, x):
    facebook = factories.channel("facebook", is_preselected=True)
    post = factories.submitted(text="Hej.", credit="Karin Ek")
    by_channel = {preview.channel: preview for preview in previews.of_version(now(post))}
    assert (by_channel[facebook].fits, by_channel[facebook].length) == ("Hej.\n\nFoto: Karin Ek", 20)
    assert (by_channel[x].fits, by_channel[x].length) == ("Hej.", 4)


@pytest.mark.parametrize(
    ("platform", "setting", "shown"),
    [
        ("facebook", Credit.USUAL, True),
        ("facebook", Credit.NONE, False),
        ("x", Credit.USUAL, False),
        ("x", Credit.SHOWN, True),
    ],
)
def test_a_post_begins_with_the_channels_setting(platform, setting, shown):
    factories.channel(platform, is_preselected=True, credit=setting)
    post = factories.submitted(text="Hej.", credit="Karin Ek")
    assert ("Foto: Karin Ek" in content.words_for(now(post), chosen(post).channel).text) is shown


def test_the_photographer_is_switched_off_for_one_post_and_that_is_sealed(desk):
    facebook = factories.channel("facebook", is_preselected=True)
    post = factories.submitted(text="Hej.", credit="Karin Ek")
    before = now(post)
    send(desk, post, facebook, text="Hej.", has_credit="1")
    assert content.words_for(now(post), facebook).text == "Hej."
    assert now(post).digest != before.digest
    send(desk, post, facebook, text="Hej.", has_credit="1", credit="1")
    assert content.words_for(now(post), facebook).text == "Hej.\n\nFoto: Karin Ek"


def test_a_page_that_does_not_ask_about_the_photographer_changes_nothing(desk):
    facebook = factories.channel("facebook", is_preselected=True)
    post = factories.submitted(text="Hej.", credit="Karin Ek")
    digest = now(post).digest
    send(desk, post, facebook, text="Hej.")
    assert (now(post).digest, Version.objects.count()) == (digest, 1)


def test_what_the_channel_does_later_does_not_change_what_was_approved():
    facebook = factories.channel("facebook", is_preselected=True)
    post = factories.submitted(text="Hej.", credit="Karin Ek")
    Channel.objects.update(credit=Credit.NONE)
    assert content.words_for(now(post), Channel.objects.get(pk=facebook.pk)).text == "Hej.\n\nFoto: Karin Ek"


# --- YouTube: words ---------------------------------------------------------------------------------------------


def test_title_description_and_tags_are_counted_by_youtubes_rule(desk, tube):
    post = factories.submitted(text="Åska över bangården")
    page = desk.get(page_of(post, tube))
    counts = {name: (count.length, count.limit) for name, count in page.context["counts"].items()}
    assert counts == {"title": (19, 100), "description": (22, 5000), "tags": (0, 500)}
    send(desk, post, tube, tags="avtal, lön och tid", title="Å" * 101)
    counts = desk.get(page_of(post, tube)).context["counts"]
    assert (counts["tags"].length, counts["title"].too_many) == (5 + 1 + 11 + 2, 1)


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", []), (" , ,", []), ("avtal", ["avtal"]), ("#avtal, ##lön", ["avtal", "lön"]),
        ("lön,Lön, LÖN ,tid", ["lön", "tid"]), ("  lön  och   tid ", ["lön och tid"]),
    ],
)  # fmt: skip
def test_tags_are_kept_once_each_as_they_were_written(desk, tube, typed, tags):
    post = factories.submitted()
    send(desk, post, tube, tags=typed)
    assert chosen(post).tags == tags
    assert content.words_for(now(post), tube).tags == tuple(tags)


def test_tags_that_are_too_long_together_are_a_blocker(desk, tube):
    post = film_post()
    send(desk, post, tube, tags=", ".join(f"nyckelord {n}" for n in range(60)))
    assert "nyckelorden är för långa tillsammans" in text_of(desk.get(page_of(post, tube)))


def test_a_tag_with_a_sign_that_youtube_refuses_is_a_blocker(desk, tube):
    post = film_post()
    send(desk, post, tube, tags="<avtal>")
    assert "tecknen < och > går inte att använda" in text_of(desk.get(page_of(post, tube)))


# --- YouTube: what stands for the film --------------------------------------------------------------------------


def test_a_picture_of_the_post_stands_for_the_film_of_pictures(desk, tube):
    karin = factories.ombudsman()
    first, second = (factories.picture(karin, factories.jpeg(colour)) for colour in ("navy", "teal"))
    post = factories.submitted(karin, media=[first, second])
    send(desk, post, tube, thumbnail=second.sha256)
    thumbnail = content.thumbnail_for(now(post), tube)
    with thumbnail.open() as file:
        assert (thumbnail.sha256, file.read()) == (second.sha256, factories.jpeg("teal"))
    assert "(egen bild för filmen" in difference.channel_line(now(post))


@pytest.mark.parametrize("digest", ["0" * 64, "x", "' OR 1=1 --"])
def test_no_other_picture_can_be_chosen(desk, tube, digest):
    post = factories.submitted()
    factories.picture(factories.ombudsman(), factories.jpeg("red"))
    assert send(desk, post, tube, thumbnail=digest).status_code == 422
    assert chosen(post).thumbnail == ""


def test_somebody_elses_picture_cannot_be_chosen(desk, tube):
    other = factories.picture(factories.ombudsman(), factories.jpeg("red"))
    post = factories.submitted()
    assert send(desk, post, tube, thumbnail=other.sha256).status_code == 422


def test_a_thumbnail_that_is_not_in_the_post_any_more_stops_it(desk, anna, tube):
    karin = factories.ombudsman()
    first, second = (factories.picture(karin, factories.jpeg(colour)) for colour in ("navy", "teal"))
    post = factories.submitted(karin, media=[first, second])
    send(desk, post, tube, thumbnail=second.sha256)
    seen = now(post)
    less = seen.manuscript().replaced(media=seen.manuscript().media[:1])
    workflow.edit(Post.objects.get(pk=post.pk), anna, seen, less)
    said = text_of(desk.get(page_of(post, tube)))
    assert "bilden som skulle visa filmen finns inte kvar i inlägget" in said
    with pytest.raises(content.ThumbnailGoneError):
        content.thumbnail_for(now(post), tube)


def real_film(karin) -> Media:
    return factories.picture(
        karin, phones.film(seconds=1.0, sound=None), kind=MediaKind.FILM, seconds=1.0, width=320, height=240
    )


def test_a_picture_is_taken_out_of_the_film_and_chosen(desk, anna, tube):
    karin = factories.ombudsman()
    post = factories.submitted(karin, media=[real_film(karin)])
    answer = desk.post(f"{page_of(post, tube)}stillbild/", {"at": "0,5"})
    assert answer.status_code == 302
    (still,) = Media.objects.filter(made_from__isnull=False)
    assert (still.made_by, still.edits, still.is_ready) == (anna, [{"still": 0.5}], True)
    assert chosen(post).thumbnail == ""
    send(desk, post, tube, thumbnail=still.sha256)
    assert content.thumbnail_for(now(post), tube).sha256 == still.sha256
    seen = desk.get(f"/media/{still.pk}/thumb/")
    assert b"".join(seen)
    assert seen.status_code == 200
    assert signed_in(factories.ombudsman()).get(f"/media/{still.pk}/thumb/").status_code == 404


def test_the_same_moment_is_one_picture_and_there_are_not_too_many(desk, anna, monkeypatch):
    film = real_film(factories.ombudsman())
    assert stills.take(film, anna, 0.2) == stills.take(film, anna, 0.2)
    assert stills.take(film, anna, 99.0).edits == [{"still": 0.9}]
    monkeypatch.setattr(stills, "MOST", 2)
    assert stills.take(film, anna, 0.4) is None
    assert Media.objects.filter(made_from=film).count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_queue_of_films_with_pictures_of_their_own_costs_the_same_however_long(
    desk, anna, tube, count, django_assert_num_queries
):
    for _ in range(count):
        post = film_post(captions=Captions.NO_SPEECH)
        film = post.version_in_force.shown_media.get().media
        still = factories.picture(film.owner, factories.jpeg("teal"), made_from=film, made_by=anna)
        factories.for_channels(post, anna, tube, thumbnail=still.sha256)
    versions = list(Version.objects.whole().filter(number=2).prefetch_related("post__consents"))
    with django_assert_num_queries(1):
        renditions.fetch(versions)
        found = [blockers.blockers(version, version.post.consents.all()) for version in versions]
    assert found == [[]] * count


@pytest.mark.parametrize("at", ["", "x", "-1", "nan", "inf", "1e999"])
def test_a_moment_that_is_none_takes_no_picture(desk, tube, at):
    karin = factories.ombudsman()
    post = factories.submitted(karin, media=[real_film(karin)])
    assert desk.post(f"{page_of(post, tube)}stillbild/", {"at": at}).status_code == 302
    assert not Media.objects.filter(made_from__isnull=False).exists()


def test_no_worker_takes_over_a_picture_that_is_being_made_and_what_a_death_leaves_is_swept_away(
    anna, monkeypatch
):
    film = real_film(factories.ombudsman())

    def dies(still, *_args):
        late = still.claimed_until + timedelta(seconds=1)
        assert (still.state, list(preparation.waiting(late))) == (MediaState.MAKING, [])
        retouching.sweep(late)
        assert list(Media.objects.all()) == [film]
        raise TimeoutError

    monkeypatch.setattr(stills, "make", dies)
    with pytest.raises(TimeoutError):
        stills.take(film, anna, 0.2)


def test_a_picture_that_was_blurred_away_is_taken_anew(anna):
    film = real_film(factories.ombudsman())
    gone = stills.take(film, anna, 0.2)
    Media.objects.filter(pk=gone.pk).update(superseded_at=timezone.now(), purged_at=timezone.now(), master="")
    again = stills.take(film, anna, 0.2)
    assert (again == gone, again.edits, list(content.stills_of([film]))) == (False, gone.edits, [again])


def test_a_film_that_cannot_be_read_leaves_no_row(anna):
    film = factories.picture(factories.ombudsman(), b"no film", kind=MediaKind.FILM, seconds=8.0)
    with pytest.raises(Exception, match=r".*"):
        stills.take(film, anna, 1.0)
    assert not Media.objects.filter(made_from__isnull=False).exists()


# --- subtitles --------------------------------------------------------------------------------------------------


def upload(desk, post: Post, data: bytes, name: str = "text.srt", **typed):
    version = Post.objects.get(pk=post.pk).current_version_id
    file = SimpleUploadedFile(name, data, "application/x-subrip")
    return desk.post(f"/granska/{post.pk}/undertexter/", {"version": version, "file": file} | typed)


def test_subtitles_are_kept_as_we_write_them_and_are_the_decision_about_captions(desk, tube):
    post = film_post()
    before = now(post)
    assert upload(desk, post, TWO.replace(b"\n", b"\r\n"), "semester.jpg").status_code == 302
    version = now(post)
    assert version.shown_media.get().subtitles == OURS
    assert (version.captions, version.digest == before.digest) == (Captions.FILE, False)
    (film,) = content.for_channel(version, tube).films
    assert film.subtitles == OURS
    said = text_of(desk.get(f"/granska/{post.pk}/undertexter/"))
    assert "2 texter" in said
    assert "0.02–0.04 stod vi på bangården i Umeå" in said
    assert "Undertexter: 2 texter." in text_of(desk.get(page_of(post, tube)))


def test_a_file_that_cannot_be_used_says_where_and_changes_nothing(desk, tube):
    post = film_post()
    answer = upload(desk, post, TWO.replace(b"-->", b"->", 1))
    assert answer.status_code == 422
    assert "Rad 2: Här ska tiderna stå, så här: 00:00:01,000 --> 00:00:04,000." in text_of(answer)
    assert Version.objects.count() == 1


@pytest.mark.parametrize("data", [b"", b"x" * (subtitles.MOST_BYTES + 1), factories.jpeg()])
def test_no_other_file_is_taken(desk, tube, data):
    post = film_post()
    assert upload(desk, post, data).status_code == 422
    assert Version.objects.count() == 1


def test_a_press_without_a_file_says_so(desk, tube):
    post = film_post()
    answer = desk.post(f"/granska/{post.pk}/undertexter/", {"version": post.current_version_id})
    assert (answer.status_code, "Välj en fil." in text_of(answer)) == (422, True)


def test_subtitles_are_taken_away_again_and_the_decision_with_them(desk, tube):
    post = film_post()
    upload(desk, post, TWO)
    version = now(post)
    desk.post(f"/granska/{post.pk}/undertexter/", {"version": version.pk, "is_removal": "1"})
    assert (now(post).captions, now(post).shown_media.get().subtitles) == ("", "")
    assert version.shown_media.get().subtitles == OURS


def test_a_file_that_was_kept_when_less_was_refused_has_its_page_and_can_be_taken_away(
    desk, tube, monkeypatch
):
    post = film_post()
    with monkeypatch.context() as then:
        then.setattr(subtitles, "read", lambda data, _seconds: data.decode())
        upload(desk, post, OURS.replace("i Umeå", "00:00:05,000 --> 00:00:06,000").encode())
    version = now(post)
    page = desk.get(f"/granska/{post.pk}/undertexter/")
    assert (page.status_code, "Ta bort undertexterna" in text_of(page)) == (200, True)
    assert page.context["captions"] == []
    desk.post(f"/granska/{post.pk}/undertexter/", {"version": version.pk, "is_removal": "1"})
    assert now(post).shown_media.get().subtitles == ""


def test_a_decision_for_a_file_without_the_file_is_a_blocker(desk, tube):
    post = film_post(captions=Captions.FILE)
    assert "undertextfilen saknas" in text_of(desk.get(f"/granska/{post.pk}/"))
    upload(desk, post, TWO)
    assert "undertextfilen saknas" not in text_of(desk.get(f"/granska/{post.pk}/"))


def test_an_old_page_does_not_put_its_file_over_somebody_elses(desk, anna, tube):
    post = film_post()
    old = post.current_version_id
    workflow.edit(
        post,
        factories.reviewer(),
        post.version_in_force,
        post.version_in_force.manuscript().replaced(text="Ny."),
    )
    answer = upload(desk, post, TWO, version=old)
    assert answer.status_code == 409
    assert now(post).shown_media.get().subtitles == ""


def test_what_was_typed_for_a_channel_is_not_lost_when_somebody_was_faster(desk, x):
    post, johan = factories.submitted(), factories.reviewer(name="Johan Alm")
    old = factories.for_channels(post, johan, x, thread=("Stod där.",))
    workflow.edit(post, johan, old, old.manuscript().replaced(text="Johans ord."))
    typed = {"has_thread": "1", "thread": ["Stod där.", "Mitt eget."], "first_comment": "Anmäl dig."}
    answer = desk.post(page_of(post, x), {"version": old.pk, "text": old.text, "tags": "lön, tid"} | typed)
    said = text_of(answer).partition("Det här hade du skrivit")[2]
    assert answer.status_code == 409
    shown = [words in said for words in ("Mitt eget.", "Anmäl dig.", "lön, tid", "Stod där.", old.text)]
    assert shown == [True, True, True, False, False]


def test_a_platform_that_takes_no_file_says_so_in_its_preview(desk):
    factories.channel("facebook", is_preselected=True)
    post = film_post()
    upload(desk, post, TWO)
    assert "Undertextfilen följer inte med till Facebook" in text_of(desk.get(f"/granska/{post.pk}/"))


def test_the_file_is_fetched_by_those_who_may_see_the_post(desk, anna):
    factories.channel("facebook", is_preselected=True)
    post = film_post()
    address = f"/inlagg/{post.pk}/undertexter.srt"
    assert desk.get(address).status_code == 404
    upload(desk, post, TWO)
    assert f'href="{address}" download' in desk.get(f"/granska/{post.pk}/").content.decode()
    for client in (desk, signed_in(post.author), signed_in(factories.reader())):
        answer = client.get(address)
        assert (answer.content.decode(), answer["Content-Type"]) == (
            OURS,
            "application/x-subrip; charset=utf-8",
        )
        assert answer["Content-Disposition"] == f'attachment; filename="seko-{post.pk}.sv.srt"'
    for client in (signed_in(factories.ombudsman()), signed_in(factories.administrator())):
        assert client.get(address).status_code == 404


def test_whoever_publishes_the_film_by_hand_gets_what_belongs_to_it(desk, anna, tube, monkeypatch):
    monkeypatch.setattr(tube.adapter_class, "publishes", False)
    post = film_post(captions=Captions.FILE)
    upload(desk, post, TWO)
    film = now(post).shown_media.get().media
    still = factories.picture(film.owner, factories.jpeg("teal"), made_from=film, made_by=anna)
    factories.approved(Post.objects.get(pk=post.pk), anna, tube, thumbnail=still.sha256)
    html = desk.get(f"/publicering/{post.publications.get().pk}/for-hand/").content.decode()
    assert f'href="/media/{still.pk}/master/?hamta" download' in html
    assert f'href="/inlagg/{post.pk}/undertexter.srt" download' in html


def test_a_post_of_pictures_has_no_subtitles_of_its_own(desk, tube):
    post = factories.submitted()
    assert desk.get(f"/granska/{post.pk}/undertexter/").status_code == 302
    assert upload(desk, post, TWO).status_code == 302
    assert Version.objects.count() == 1


def test_a_number_of_a_person_in_the_subtitles_stops_the_post(desk, tube):
    post = film_post()
    upload(desk, post, TWO.replace(b"Klockan fem", b"811218-9876"))
    assert "det står ett personnummer i texten" in text_of(desk.get(f"/granska/{post.pk}/"))


def test_subtitles_live_through_a_change_that_the_author_makes(desk, anna, tube):
    post = film_post()
    upload(desk, post, TWO)
    workflow.request_changes(Post.objects.get(pk=post.pk), anna, now(post), "Kortare, tack.")
    workflow.submit(Post.objects.get(pk=post.pk), post.author)
    assert now(post).shown_media.get().subtitles == OURS


def test_what_was_hostile_in_a_file_is_text_on_the_page(desk, tube):
    post = film_post()
    upload(desk, post, TWO.replace(b"Klockan fem", b"<script>alert(1)</script>"))
    page = desk.get(f"/granska/{post.pk}/undertexter/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("who", ["ombudsman", "reader", "administrator"])
def test_only_reviewers_touch_any_of_it(tube, who):
    post, person = film_post(), getattr(factories, who)()
    other = signed_in(person)
    assert upload(other, post, TWO).status_code == 403
    assert other.post(f"{page_of(post, tube)}stillbild/", {"at": "1"}).status_code == 403
    assert send(other, post, tube, tags="x").status_code == 403
    assert Version.objects.count() == 1


# --- the seal over what is not among the post's own files -------------------------------------------------------


def test_a_picture_of_the_film_that_was_altered_in_the_store_is_not_sent(anna, tube):
    """The version names its digest: a worker reads it before anything is sent, as it reads the post's own files."""
    post = film_post(captions=Captions.NO_SPEECH)
    film = post.version_in_force.shown_media.get().media
    still = factories.picture(film.owner, factories.jpeg("teal"), made_from=film, made_by=anna)
    factories.approved(post, anna, tube, thumbnail=still.sha256)
    publication = publishing.claim(post.publications.get().pk)
    sent = sending.verified_content(publication)
    assert (sent.thumbnail.sha256, content.summary(sent)["thumbnail"]) == (still.sha256, still.sha256)
    with still.master.storage.open(still.master.name, "wb") as file:
        file.write(factories.jpeg("red"))
    with pytest.raises(sending.SealBrokenError):
        sending.verified_content(publication)
