import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from freezegun import freeze_time

from posts import preparation, publishing, workflow
from posts.models import Media, MediaState, Post, Publication, Status
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def page(karin):
    return signed_in(karin)


def filled_in(**changes):
    return {
        "client_id": str(uuid.uuid4()),
        "text": "Hej från Umeå",
        "people": "nobody",
        "intent": "submit",
    } | changes


def ready(media: Media) -> Media:
    preparation.prepare(preparation.claim(str(media.pk)))
    return Media.objects.get(pk=media.pk)


# --- sending in -----------------------------------------------------------------------------------------------


def test_a_picture_and_a_text_are_sent_in_with_one_form(page, karin):
    file = SimpleUploadedFile("bild.jpg", factories.jpeg(size=(640, 480)))
    response = page.post("/nytt/", filled_in(uploads=[file]))
    post = Post.objects.get()
    assert response.url == f"/inlagg/{post.pk}/inskickat/"
    assert (post.status, post.author, post.awaits_media) == (Status.IN_REVIEW, karin, True)
    assert "Kommunikationsgruppen tittar på ditt inlägg." in text_of(page.get(response.url))
    ready(Media.objects.get())
    assert Post.objects.get().current_version.shown_media.count() == 1


def test_a_text_alone_is_enough(page):
    page.post("/nytt/", filled_in(people=""))
    assert Post.objects.get().current_version.text == "Hej från Umeå"


def test_files_sent_ahead_come_in_their_order(page, karin):
    first, second = factories.picture(karin), factories.picture(karin)
    page.post("/nytt/", filled_in(media=[str(second.pk), str(first.pk)], **{f"alt_{first.pk}": "En vagn"}))
    shown = Post.objects.get().current_version.shown_media.all()
    assert [(item.media, item.alt_text) for item in shown] == [(second, ""), (first, "En vagn")]


def test_a_file_that_was_taken_away_is_not_sent_in(page, karin):
    kept, removed = factories.picture(karin), factories.picture(karin)
    page.post("/nytt/", filled_in(media=[str(kept.pk), str(removed.pk)], remove=str(removed.pk)))
    assert Post.objects.get().current_version.media == [kept]


def test_somebody_elses_picture_cannot_be_sent_in(page):
    theirs = factories.picture(factories.ombudsman())
    page.post("/nytt/", filled_in(media=str(theirs.pk)))
    assert Post.objects.get().current_version.media == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "  "}, "Skriv några ord om bilden eller det som hände."),
        ({"people": ""}, "Svara på om någon kan kännas igen."),
        ({"link": "inte en länk"}, "Det är ingen länk. En länk ser ut så här: https://www.seko.se"),
        ({"text": "å" * 10_001}, "Texten är för lång. Den får ha högst 10000 tecken."),
        (
            {"people": "kanske"},
            "Svara på om någon kan kännas igen.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(page, karin, changes, sentence):
    media = factories.picture(karin)
    given = filled_in(media=str(media.pk), credit="Ali Haddad", **{f"alt_{media.pk}": "Två vagnar"}) | changes
    response = page.post("/nytt/", given)
    assert response.status_code == 422
    assert sentence in text_of(response)
    html = response.content.decode()
    assert [
        kept in html for kept in (f'value="{media.pk}"', "Ali Haddad", "Två vagnar", given["client_id"])
    ] == [True] * 4
    assert not Post.objects.in_progress().exists()


def test_a_file_in_a_form_with_mistakes_is_kept(page):
    file = SimpleUploadedFile("bild.jpg", factories.jpeg())
    response = page.post("/nytt/", filled_in(uploads=[file], link="inte en länk"))
    assert str(Media.objects.get().pk) in response.content.decode()


def test_too_many_pictures_are_refused_with_the_number(page, karin):
    media = [str(factories.picture(karin).pk) for _ in range(11)]
    response = page.post("/nytt/", filled_in(media=media))
    assert response.status_code == 422
    assert "Högst 10 bilder i ett inlägg." in text_of(response)


def test_a_refused_file_stops_the_submission_until_it_is_taken_away(page, karin):
    broken = factories.picture(karin, state=MediaState.REFUSED, refusal="damaged")
    response = page.post("/nytt/", filled_in(media=str(broken.pk)))
    assert response.status_code == 422
    assert "En fil går inte att använda. Ta bort den eller välj en annan." in text_of(response)


def test_the_same_form_twice_is_one_post(page):
    form = filled_in(people="")
    first, second = page.post("/nytt/", form), page.post("/nytt/", form)
    assert first.url == second.url
    assert Post.objects.count() == 1


def test_a_draft_is_kept_and_gone_on_with(page):
    response = page.post("/nytt/", filled_in(intent="save", text="Början"))
    post = Post.objects.get()
    assert (response.url, post.status) == (f"/inlagg/{post.pk}/andra/", Status.DRAFT)
    opened = page.get(response.url)
    assert "Utkastet är sparat." in text_of(opened)
    assert "Början" in opened.content.decode()


def test_a_new_form_has_the_category_of_the_last_post_and_the_photographers_name(page, karin):
    last = factories.draft(karin)
    form = page.get("/nytt/").context["form"]
    assert (form.initial["category"], form.initial["credit"]) == (last.category_id, "Karin Ek")


def test_nothing_is_preselected_in_the_question_about_people(page):
    form = page.get("/nytt/").context["form"]
    assert (form["people"].value(), form["minors"].value()) == (None, None)


# --- one's own posts ------------------------------------------------------------------------------------------


def test_home_says_what_waits(page, karin):
    asked = factories.submitted(karin, text="Bra möte på bangården.")
    workflow.request_changes(asked, factories.reviewer(), asked.current_version, "Vilken bangård?")
    factories.submitted(karin, text="Utsikten från masten.")
    factories.draft(karin, text="Ett påbörjat.")
    said = text_of(page.get("/hem/"))
    assert "Hej Karin." in said
    for words in (
        "Behöver ändras",
        "Bra möte på bangården",
        "Utsikten från masten",
        "Väntar på granskning",
        "Ett påbörjat",
    ):
        assert words in said


def test_home_is_empty_in_words_for_somebody_new(page):
    assert "Du har inte skickat in något än. En bild och några rader räcker." in text_of(page.get("/hem/"))


@pytest.mark.parametrize("tab", ["pagar", "publicerat", "utkast", "avslutat"])
def test_every_tab_has_an_address(page, tab):
    assert page.get("/mina/", {"visa": tab}).status_code == 200


def test_an_unknown_tab_is_not_found(page):
    assert page.get("/mina/", {"visa": "allt"}).status_code == 404


@pytest.mark.parametrize("before", ["", "²", "½", "-1", "9" * 40, "9" * 5000, "tolv"])
def test_a_place_in_the_list_that_is_none_is_the_beginning(page, karin, before):
    post = factories.submitted(karin, media=[])
    answer = page.get("/mina/", {"fore": before})
    assert (answer.status_code, answer.context["page"].posts) == (200, [post])


def test_a_description_holds_nothing_that_a_database_refuses(page, karin):
    picture = factories.picture(karin)
    page.post("/nytt/", filled_in(media=str(picture.pk), **{f"alt_{picture.pk}": "\0En \0vagn\0"}))
    assert Post.objects.get().current_version.shown_media.get().alt_text == "En vagn"


def test_old_posts_are_reached_page_by_page(page, karin, monkeypatch):
    monkeypatch.setattr("posts.paging.PAGE", 2)
    posts = [factories.submitted(karin, media=[]) for _ in range(5)]
    seen, before = [], ""
    while before is not None:
        shown = page.get("/mina/", {"fore": before}).context["page"]
        seen += shown.posts
        before = shown.older
    assert seen == posts[::-1]


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("path", "queries"), [("/mina/", 10), ("/inlagg/", 12)])
def test_a_list_costs_the_same_however_long_it_is(platform, path, queries, count, django_assert_num_queries):
    anna, johan, channel = factories.reviewer(), factories.reviewer(), factories.channel()
    for _ in range(count):
        factories.approved(factories.submitted(johan), anna, channel)
    reader = signed_in(johan)
    with django_assert_num_queries(queries):
        reader.get(path)


def test_what_the_author_is_still_changing_is_not_in_anybodys_list(page, karin):
    post = factories.submitted(karin, text="Som det skickades in.")
    anna = factories.reviewer()
    workflow.request_changes(post, anna, post.current_version, "Vilken bangård?")
    post.draft.text = "Halvfärdigt."
    post.draft.save()
    listed = text_of(signed_in(anna).get("/inlagg/"))
    assert ("Som det skickades in" in listed, "Halvfärdigt" in listed) == (True, False)
    assert "Halvfärdigt" in text_of(page.get("/mina/"))


def test_a_request_for_changes_is_answered_with_a_new_version(page, karin):
    post = factories.submitted(karin, media=[], people="")
    workflow.request_changes(
        post, factories.reviewer(), post.current_version, "Vilken bangård?", "right_name"
    )
    assert "Anna undrar: Vilken bangård?" in text_of(page.get(f"/inlagg/{post.pk}/andra/"))
    page.post(
        f"/inlagg/{post.pk}/andra/", filled_in(client_id=str(post.client_id), text="Gimonäs", people="")
    )
    post = Post.objects.get()
    assert (post.status, post.current_version.number, post.current_version.text) == (
        Status.IN_REVIEW,
        2,
        "Gimonäs",
    )


def test_a_rejection_says_why(page, karin):
    post = factories.submitted(karin)
    workflow.reject(post, factories.reviewer(), post.current_version, "irrelevant", "Det här passar inte.")
    said = text_of(page.get(f"/inlagg/{post.pk}/"))
    assert "Avslaget" in said
    assert "Anna: Det här passar inte." in said


def test_a_post_is_drawn_back_with_one_press(page, karin):
    post = factories.submitted(karin)
    said = text_of(page.post(f"/inlagg/{post.pk}/dra-tillbaka/", follow=True))
    assert "Inlägget är tillbakadraget." in said
    assert Post.objects.get().status == Status.WITHDRAWN


def test_drawing_back_too_late_is_said(page, karin, platform):
    post = factories.approved(factories.submitted(karin), factories.reviewer(), factories.channel())
    said = text_of(page.post(f"/inlagg/{post.pk}/dra-tillbaka/", follow=True))
    assert "Det går inte längre. Godkänt av Anna" in said
    assert Post.objects.get().status == Status.APPROVED


def test_a_published_post_shows_its_links(page, karin, platform):
    post = factories.approved(factories.submitted(karin), factories.reviewer(), factories.channel())
    publishing.send(publishing.claim(Publication.objects.get().pk))
    response = page.get(f"/inlagg/{post.pk}/")
    assert "Publicerat" in text_of(response)
    assert f'href="{Publication.objects.get().url}"' in response.content.decode()


def test_the_standing_asks_for_itself_while_something_moves(page, karin, platform):
    post = factories.approved(factories.submitted(karin), factories.reviewer(), factories.channel())
    assert 'hx-trigger="load delay:2s"' in page.get(f"/inlagg/{post.pk}/?del=lage").content.decode()
    publishing.send(publishing.claim(Publication.objects.get().pk))
    assert "hx-trigger" not in page.get(f"/inlagg/{post.pk}/?del=lage").content.decode()


# --- pictures and films ---------------------------------------------------------------------------------------


def test_a_file_sent_ahead_answers_with_its_tile(
    page, karin, put_in_broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = page.post(
            "/media/", {"file": SimpleUploadedFile("bild.jpg", factories.jpeg(size=(640, 480)))}
        )
    media = Media.objects.get()
    assert response.status_code == 201
    assert "Bearbetas" in text_of(response)
    assert put_in_broker == [("posts.tasks.prepare", str(media.pk))]
    ready(media)
    shown = page.get(f"/media/{media.pk}/").content.decode()
    assert f"/media/{media.pk}/medium/" in shown
    assert "hx-get" not in shown


def test_a_refused_file_says_why_in_its_tile(page):
    page.post("/media/", {"file": SimpleUploadedFile("bild.jpg", b"bara ord")})
    media = ready(Media.objects.get())
    assert "Filen är ingen bild eller film." in text_of(page.get(f"/media/{media.pk}/"))


def test_an_upload_without_a_file_is_said(page):
    response = page.post("/media/")
    assert (response.status_code, response.content.decode()) == (422, "Ingen fil kom fram. Välj den igen.")


def test_pictures_are_only_for_those_who_may_see_the_post(karin):
    media = factories.submitted(karin).current_version.shown_media.get().media
    address = reverse("posts:media", args=(media.pk, "medium"))
    others = [
        karin,
        factories.reviewer(),
        factories.reader(),
        factories.ombudsman(),
        factories.administrator(),
    ]
    assert [status_of(signed_in(user), address) for user in others] == [200, 200, 200, 404, 404]


def status_of(page, address: str) -> int:
    response = page.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content) == factories.jpeg()
    return response.status_code


@pytest.mark.parametrize("size", ["incoming", "pk", "../master", "large"])
def test_only_the_three_sizes_have_addresses(page, karin, size):
    media = factories.picture(karin)
    assert page.get(f"/media/{media.pk}/{size}/").status_code == 404


def test_a_tile_is_shown_to_its_owner_alone(page):
    theirs = factories.picture(factories.ombudsman())
    assert page.get(f"/media/{theirs.pk}/").status_code == 404


# --- when it should go out --------------------------------------------------------------------------------------


@freeze_time("2026-11-25 11:00+00:00")
def test_a_sender_says_when_at_the_earliest_and_at_the_latest_and_finds_it_again(page):
    page.post("/nytt/", filled_in(intent="save", earliest="2026-11-27T08:00", latest="2026-11-27T16:00"))
    post = Post.objects.get()
    assert post.earliest.isoformat() == "2026-11-27T07:00:00+00:00"
    assert post.latest.isoformat() == "2026-11-27T15:00:00+00:00"
    html = page.get(f"/inlagg/{post.pk}/andra/").content.decode()
    assert [f'value="{typed}"' in html for typed in ("2026-11-27T08:00", "2026-11-27T16:00")] == [True, True]


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"latest": "2026-11-25T11:59"}, "Senaste tiden måste vara efter den tidigaste, och inte ha varit."),
        (
            {"earliest": "2026-11-27T08:00", "latest": "2026-11-27T08:00"},
            "Senaste tiden måste vara efter den tidigaste, och inte ha varit.",
        ),
        ({"earliest": "2027-03-28T02:30"}, "Klockan 02.30 finns inte den natten"),
        ({"earliest": "2027-10-31T02:30"}, "02.30 (vintertid)"),
    ],
)
@freeze_time("2026-11-25 11:00+00:00")
def test_a_wish_that_cannot_be_kept_is_told_and_kept_on_the_page(page, wishes, sentence):
    response = page.post("/nytt/", filled_in(people="", **wishes))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert [typed for typed in wishes.values() if f'value="{typed}"' not in response.content.decode()] == []
    assert not Post.objects.in_progress().exists()


@pytest.mark.parametrize("intent", ["save", "submit"])
def test_a_form_with_nothing_in_it_makes_no_draft(intent):
    page = {"client_id": uuid.uuid4(), "intent": intent}
    response = signed_in(factories.ombudsman()).post(reverse("posts:new"), page)
    assert (response.status_code, Post.objects.count()) == (422, 0)
    assert "Skriv några ord" in response.content.decode()
