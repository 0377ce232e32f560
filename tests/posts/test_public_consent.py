"""The page that somebody in a picture is shown: with nothing but its address."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from posts import answering, consent, consent_words, knocking, publishing, workflow
from posts.consent_words import ORDINARY, PLAIN
from posts.models import (
    Answer,
    ConsentAnswer,
    ConsentRequest,
    DraftMedia,
    Media,
    MediaKind,
    MediaState,
    People,
    Post,
    Publication,
    Removal,
    TakedownCase,
)
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def facebook():
    return factories.channel()


@pytest.fixture
def post(karin, facebook):
    return factories.submitted(karin, people=People.NOT_ASKED)


@pytest.fixture
def token(post, karin):
    [(_request, token)] = consent.ask(post, karin)
    return token


@pytest.fixture
def phone():
    """Of somebody whom we do not know."""
    return Client(enforce_csrf_checks=True)


def test_it_asks_without_a_cookie_a_script_or_a_trace(phone, token):
    response = phone.get(f"/samtycke/{token}/")
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    for word in ("<script", "hx-", "csrfmiddlewaretoken", "onclick", "http://", "https://"):
        assert word not in html
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "script-src 'none'" in response.headers["Content-Security-Policy"]
    assert len(html) < 8_000


def test_it_says_what_where_who_and_what_happens_with_the_answer(phone, token):
    page = text_of(phone.get(f"/samtycke/{token}/"))
    for said in (
        "Får Seko visa den här bilden?",
        "Karin frågar dig, för Seko.",
        "Bilden läggs ut på Facebook.",
        "Andra kan förstå att du är med i facket.",
        "ett nej får inga följder",
        "Du kan ändra dig när som helst.",
        "Klockan fem i morse",
        "seko@seko.se",
    ):
        assert said in page


def test_a_group_that_is_published_to_by_hand_is_called_what_it_is_called(phone, karin, facebook):
    factories.channel(platform="by_hand", name="Seko Väg & ban, grupp")
    post = factories.submitted(karin, people=People.NOT_ASKED)
    _request, token = consent.ask(post, karin)[0]
    assert "på Facebook och Seko Väg &amp; ban, grupp" in phone.get(f"/samtycke/{token}/").content.decode()


@pytest.mark.parametrize(("query", "title"), [("", ORDINARY["title"]), ("?sprak=latt", PLAIN["title"])])
def test_each_language_leads_to_the_others_and_keeps_itself(phone, token, query, title):
    page = phone.get(f"/samtycke/{token}/{query}")
    assert str(title) % {"organisation": "Seko"} in text_of(page)
    html = page.content.decode()
    others = {"?", "?sprak=latt", "?sprak=en"} - {query or "?"}
    assert all(f'href="{other}"' in html for other in others)
    assert f'action="/samtycke/{token}/{query}"' in html
    response = phone.post(f"/samtycke/{token}/{query}", {"svar": "ja"})
    assert response.url == f"/samtycke/{token}/{query}"


def test_in_english_the_page_says_so(phone, token):
    response = phone.get(f"/samtycke/{token}/?sprak=en")
    assert response.headers["Content-Language"] == "en"
    assert '<html lang="en">' in response.content.decode()


def test_a_yes_in_easy_swedish_is_kept_with_its_words_and_can_be_taken_back(phone, token, post, facebook):
    phone.post(f"/samtycke/{token}/?sprak=latt", {"svar": "ja"})
    [answer] = ConsentAnswer.objects.all()
    assert (answer.answer, answer.language, answer.words, answer.method) == (
        "yes",
        "latt",
        consent_words.VERSION,
        "link",
    )
    assert consent.is_settled(Post.objects.get().current_version)
    page = text_of(phone.get(f"/samtycke/{token}/?sprak=latt"))
    assert "Tack. Du har sagt ja." in page
    assert "Jag ångrar mig. Ta bort bilden" in page
    phone.post(f"/samtycke/{token}/", {"svar": "andra"})
    assert "Bilden är inte utlagd, och den läggs inte ut." in text_of(phone.get(f"/samtycke/{token}/"))
    assert [item.answer for item in ConsentAnswer.objects.all()] == ["yes", "withdrawn"]


def test_a_no_is_thanked_for_and_can_become_a_yes(phone, token):
    phone.post(f"/samtycke/{token}/", {"svar": "nej"})
    assert "Tack. Du har sagt nej." in text_of(phone.get(f"/samtycke/{token}/"))
    phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    assert ConsentRequest.objects.get().answer == "yes"


def test_a_guardian_answers_on_a_page_of_their_own(phone, token):
    page = text_of(phone.get(f"/samtycke/{token}/vardnadshavare/"))
    assert "Får Seko visa bilden av ditt barn?" in page
    phone.post(f"/samtycke/{token}/vardnadshavare/", {"svar": "ja"})
    assert ConsentRequest.objects.get().is_guardians
    assert ConsentAnswer.objects.get().is_guardians


def test_what_was_taken_back_shows_how_it_goes_and_ends_as_a_receipt(phone, token, post, facebook, platform):
    anna = factories.reviewer()
    phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    publishing.send(publishing.claim(Publication.objects.get().pk))
    phone.post(f"/samtycke/{token}/", {"svar": "andra"})
    page = text_of(phone.get(f"/samtycke/{token}/"))
    assert "Vi tar ned bilden. Du får besked inom ett dygn" in page
    assert "Facebook : tas ned" in page or "Facebook: tas ned" in page
    wrong = phone.post(f"/samtycke/{token}/", {"svar": "mejl", "address": "inte en <adress"})
    assert 'value="inte en &lt;adress" aria-invalid="true"' in wrong.content.decode()
    assert TakedownCase.objects.get().receipt_to == ""
    phone.post(f"/samtycke/{token}/", {"svar": "mejl", "address": "nils@example.test"})
    assert TakedownCase.objects.get().receipt_to == "nils@example.test"
    publishing.remove(publishing.claim_removal(Removal.objects.get().pk))
    from_now = text_of(phone.get(f"/samtycke/{token}/"))
    assert "nedtagen" in from_now
    assert phone.get(picture_of(token, post)).status_code == 404


def test_a_no_to_what_is_out_already_shows_how_it_goes_too(phone, post, karin, facebook):
    anna = factories.reviewer()
    [(first, _first_token)] = consent.ask(post, karin)
    answering.answer(first, Answer.YES)
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    publishing.send(publishing.claim(Publication.objects.get().pk))
    [(_asked, token)] = consent.ask(Post.objects.get(), karin)
    phone.post(f"/samtycke/{token}/", {"svar": "nej"})
    page = text_of(phone.get(f"/samtycke/{token}/"))
    for said in ("Tack. Du har sagt nej.", "Vi tar ned bilden.", "tas ned", "Du sa nej", "skärmbilder"):
        assert said in page
    for unsaid in ("läggs inte ut så som den är nu", "Du tog tillbaka", "ja, det är okej"):
        assert unsaid not in page


def test_a_yes_to_what_came_to_nothing_says_that(phone, token, post, karin):
    phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    assert "Bilden läggs ut på Facebook." in text_of(phone.get(f"/samtycke/{token}/"))
    workflow.withdraw(Post.objects.get(), karin)
    page = text_of(phone.get(f"/samtycke/{token}/"))
    assert "Inlägget blev inte av, och bilden läggs inte ut." in page
    assert "Ta tillbaka mitt ja" in page
    assert "Bilden läggs ut på" not in page


def test_an_answer_that_is_none_changes_nothing(phone, token):
    assert phone.post(f"/samtycke/{token}/", {"svar": "kanske"}).status_code == 422
    assert phone.post(f"/samtycke/{token}/").status_code == 422
    late = phone.post(f"/samtycke/{token}/", {"svar": "andra"})
    assert late.status_code == 409
    assert "Svaret hade redan ändrats" in text_of(late)
    assert not ConsentAnswer.objects.exists()


@pytest.mark.parametrize("path", ["", "vardnadshavare/"])
def test_a_link_that_is_none_says_nothing_but_that(phone, path):
    response = phone.get(f"/samtycke/abc/{path}")
    assert response.status_code == 404
    assert "Länken gäller inte." in text_of(response)
    assert phone.post(f"/samtycke/abc/{path}", {"svar": "ja"}).status_code == 404


def test_what_has_expired_shows_no_picture_and_takes_no_answer(phone, token, post):
    there = picture_of(token, post)
    ConsentRequest.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    response = phone.get(f"/samtycke/{token}/")
    assert response.status_code == 410
    assert "Länken gäller inte längre." in text_of(response)
    assert "<img" not in response.content.decode()
    assert phone.get(there).status_code == 404
    assert phone.post(f"/samtycke/{token}/", {"svar": "ja"}).status_code == 410
    assert not ConsentAnswer.objects.exists()


def test_a_yes_can_be_taken_back_long_after_the_link_has_expired(phone, token):
    phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    ConsentRequest.objects.update(expires_at=timezone.now() - timedelta(days=900))
    assert "Ta tillbaka mitt ja" in text_of(phone.get(f"/samtycke/{token}/"))
    phone.post(f"/samtycke/{token}/", {"svar": "andra"})
    assert ConsentRequest.objects.get().answer == Answer.WITHDRAWN


def test_a_post_that_came_to_nothing_asks_nobody(phone, token, post, karin):
    workflow.withdraw(post, karin)
    assert "Inlägget blev inte av" in text_of(phone.get(f"/samtycke/{token}/"))


def picture_of(token, post):
    media = Post.objects.get(pk=post.pk).current_version.media[0]
    return f"/samtycke/{token}/{media.pk}/bild/"


def test_its_picture_is_shown_to_whoever_has_the_link_and_kept_by_nobody(phone, token, post, karin):
    shown = phone.get(picture_of(token, post))
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "no-store"
    assert b"".join(shown.streaming_content)
    another = factories.picture(karin)
    assert phone.get(f"/samtycke/{token}/{another.pk}/bild/").status_code == 404
    assert phone.get(picture_of("abc", post)).status_code == 404


def test_a_film_is_played_in_parts(phone, karin, facebook):
    film = factories.picture(karin, kind=MediaKind.FILM)
    post = factories.submitted(karin, media=[film], people=People.NOT_ASKED)
    [(_asked, token)] = consent.ask(post, karin)
    assert "<video" in phone.get(f"/samtycke/{token}/").content.decode()
    part = phone.get(f"/samtycke/{token}/{film.pk}/film/", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.headers["Cache-Control"]) == (206, "no-store")
    assert len(b"".join(part.streaming_content)) == 4


def test_whoever_tries_too_often_waits(phone, token, monkeypatch):
    monkeypatch.setattr("posts.public_views.ANSWERS", 2)
    monkeypatch.setattr(knocking, "window", lambda: 1)
    for _twice in range(2):
        phone.post("/samtycke/abc/", {"svar": "ja"})
    response = phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert not ConsentAnswer.objects.exists()
    monkeypatch.setattr(knocking, "window", lambda: 2)
    assert phone.post(f"/samtycke/{token}/", {"svar": "ja"}).status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::8", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_who_has_many_addresses_knocks_as_one(one, other, is_same):
    assert (knocking.network_of(one) == knocking.network_of(other)) is is_same


def test_many_who_knock_make_nobody_forget_who_failed_to_sign_in():
    cache.set("allauth:rl:login_failed:karin", [1, 2, 3], 300)
    for number in range(320):
        cache.set(f"knock:consent-look:{number}", 1, 120)
    assert cache.get("allauth:rl:login_failed:karin") == [1, 2, 3]


# --- asking ---------------------------------------------------------------------------------------------------


def test_as_many_codes_as_people_and_no_token_on_any_later_page(karin, post):
    page = signed_in(karin)
    assert page.post(f"/inlagg/{post.pk}/samtycke/lank/", {"count": "0"}).status_code == 422
    made = page.post(f"/inlagg/{post.pk}/samtycke/lank/", {"count": "2"})
    assert made.status_code == 201
    assert made.content.decode().count("<svg:path") + made.content.decode().count("<path") >= 2
    assert ConsentRequest.objects.count() == 2
    later = page.get(f"/inlagg/{post.pk}/samtycke/").content.decode()
    assert later.count("Har inte svarat") == 2
    assert "/samtycke/" not in later.replace(f"/inlagg/{post.pk}/samtycke/", "")


def test_the_list_of_answers_asks_for_itself_until_the_last_one_is_there(karin, post):
    page, there = signed_in(karin), f"/inlagg/{post.pk}/samtycke/svar/"
    made = [request for request, _token in consent.ask(post, karin, 2)]
    for asked in made:
        assert f'hx-get="{there}"' in page.get(there).content.decode()
        answering.answer(asked, Answer.YES)
    done = page.get(there).content.decode()
    assert done.count("<b>Ja</b>") == 2
    assert "hx-get" not in done


def test_another_link_ends_the_first(karin, post, phone, token):
    page, asked = signed_in(karin), ConsentRequest.objects.get()
    page.post(f"/inlagg/{post.pk}/samtycke/{asked.pk}/fraga-inte/", {"ny": "1"})
    assert phone.get(f"/samtycke/{token}/").status_code == 410
    assert consent.of(post).count() == 1


def hands_over(post, answer="ja", **said):
    """What the page sends: the answer, and the pictures that it stood beside."""
    return {"answer": answer, "seen": [str(item.pk) for item in post.wording.media]} | said


def in_the_making(karin):
    """Sent up beside a picture that is ready; nobody has looked at it yet."""
    media = [factories.picture(karin), factories.unprepared(karin)]
    return factories.draft(karin, media=media, people=People.NOT_ASKED)


def made_ready():
    for media in Media.objects.exclude(state=MediaState.READY):
        ready = factories.picture(media.owner)
        files = {field: getattr(ready, field).name for field in ("master", "thumb", "medium")}
        Media.objects.filter(pk=media.pk).update(
            state=MediaState.READY, kind=MediaKind.PICTURE, sha256="f" * 64, width=64, height=48, **files
        )


def test_the_telephone_waits_until_all_the_pictures_can_be_seen(karin):
    post, page = in_the_making(karin), signed_in(karin)
    there = f"/inlagg/{post.pk}/samtycke/telefon/"
    asked = page.get(there)
    assert "Bilden görs i ordning. Du kan säga ja när du ser den." in text_of(asked)
    assert "Ja, det är okej" not in text_of(asked)
    assert f'hx-get="{there}"' in asked.content.decode()
    # What can be seen already is not shown anew each time.
    assert page.get(there, headers={"HX-Request": "true"}).status_code == 204
    assert page.get(f"/inlagg/{post.pk}/samtycke/", headers={"HX-Request": "true"}).status_code == 204
    early = page.post(there, hands_over(post, called="Nils", guardian="on"))
    assert early.status_code == 409
    assert 'value="Nils"' in early.content.decode()
    assert early.content.decode().count(" checked") == 1
    assert not ConsentRequest.objects.exists()
    made_ready()
    asked = page.get(there, headers={"HX-Request": "true"}).content.decode()
    assert "Bilden är klar. Nu kan du svara." in asked
    assert "hx-get" not in asked
    assert asked.count('name="seen"') == asked.count("photo__whole") == 2
    assert "Lämna tillbaka telefonen." in text_of(page.post(there, hands_over(post)))
    assert len(ConsentRequest.objects.get().pictures) == 2


def test_an_answer_on_the_telephone_is_to_the_pictures_that_it_stood_beside(karin):
    post, page = factories.draft(karin, people=People.NOT_ASKED), signed_in(karin)
    there, said = f"/inlagg/{post.pk}/samtycke/telefon/", hands_over(post, called="Nils")
    DraftMedia.objects.create(draft=post.draft, media=factories.picture(karin), position=1)
    changed = page.post(there, said)
    assert changed.status_code == 409
    assert "Bilderna har ändrats. Titta på dem och svara igen." in text_of(changed)
    assert 'value="Nils"' in changed.content.decode()
    assert not ConsentRequest.objects.exists()
    again = page.post(there, hands_over(Post.objects.get(), called="Nils"))
    assert "Lämna tillbaka telefonen." in text_of(again)


@pytest.mark.parametrize("is_waiting", [True, False], ids=["being made ready", "changed"])
def test_a_no_on_the_telephone_waits_for_nothing_and_is_to_what_was_shown(karin, is_waiting: bool):
    post = in_the_making(karin) if is_waiting else factories.draft(karin, people=People.NOT_ASKED)
    page, there = signed_in(karin), f"/inlagg/{post.pk}/samtycke/telefon/"
    assert text_of(page.get(there)).endswith("Nej")
    said = hands_over(post, answer="nej")
    DraftMedia.objects.create(draft=post.draft, media=factories.picture(karin), position=2)
    assert "Tack. Du har sagt nej." in text_of(page.post(there, said))
    [request] = ConsentRequest.objects.all()
    assert (request.answer, sorted(request.pictures)) == ("no", sorted(said["seen"]))


def test_a_no_on_the_telephone_is_to_no_picture_that_took_the_place_of_what_was_shown(karin):
    post = factories.draft(karin, people=People.NOT_ASKED)
    said = hands_over(post, answer="nej")
    post.draft.shown_media.update(media=factories.picture(karin))
    page = signed_in(karin)
    assert "Tack. Du har sagt nej." in text_of(page.post(f"/inlagg/{post.pk}/samtycke/telefon/", said))
    assert ConsentRequest.objects.get().pictures == {}


def test_who_waits_for_a_picture_that_cannot_be_used_is_led_back_with_a_sentence(karin):
    post = factories.draft(karin, media=[factories.unprepared(karin)], people=People.NOT_ASKED)
    page, there = signed_in(karin), f"/inlagg/{post.pk}/samtycke/telefon/"
    assert page.get(there).status_code == 200
    Media.objects.update(state=MediaState.REFUSED, refusal="broken")
    led = page.get(there, headers={"HX-Request": "true"})
    assert led.headers["HX-Redirect"] == f"/inlagg/{post.pk}/samtycke/"
    back = text_of(page.get(led.headers["HX-Redirect"]))
    assert "Inlägget har ingen bild att fråga om." in back
    assert "Kan inte användas" in back
    assert "Bearbetas" not in back


def test_a_film_is_played_on_the_telephone_before_somebody_answers(karin):
    film = factories.picture(karin, kind=MediaKind.FILM)
    post = factories.draft(karin, media=[film], people=People.NOT_ASKED)
    page = signed_in(karin).get(f"/inlagg/{post.pk}/samtycke/telefon/").content.decode()
    assert f'src="/media/{film.pk}/master/"' in page


def test_the_telephone_of_a_post_without_a_picture_goes_back_with_a_sentence(karin):
    post, page = factories.draft(karin, media=[]), signed_in(karin)
    back = page.get(f"/inlagg/{post.pk}/samtycke/telefon/", follow=True)
    assert "Inlägget har ingen bild att fråga om." in text_of(back)


def test_a_link_waits_until_all_the_pictures_can_be_seen_but_takes_a_no(phone, karin):
    post = in_the_making(karin)
    [(first, token), (_second, other)] = consent.ask(post, karin, 2)
    page = phone.get(f"/samtycke/{token}/")
    assert f'<a class="button" href="/samtycke/{token}/">Titta igen</a>' in page.content.decode()
    assert "Får Seko visa de här bilderna?" in text_of(page)
    assert "Ja, det är okej" not in text_of(page)
    assert "Nej" in text_of(page)
    hidden = next(item for item in post.wording.media if not item.is_ready)
    assert phone.get(f"/samtycke/{token}/{hidden.pk}/bild/").status_code == 404
    early = phone.post(f"/samtycke/{token}/", {"svar": "ja"})
    assert early.status_code == 409
    assert "Bilden görs i ordning." in text_of(early)
    assert not ConsentAnswer.objects.exists()
    assert phone.post(f"/samtycke/{other}/", {"svar": "nej"}).status_code == 302
    unsure = phone.get(f"/samtycke/{other}/")
    assert "ja, det är okej" not in text_of(unsure)
    assert "Titta igen" in text_of(unsure)
    made_ready()
    page = phone.get(f"/samtycke/{token}/")
    assert "Titta igen" not in text_of(page)
    assert phone.post(f"/samtycke/{token}/", {"svar": "ja"}).status_code == 302
    first.refresh_from_db()
    assert first.is_yes
    # By its digest a picture is known when it comes again.
    assert all(first.pictures.values())
    assert ConsentAnswer.objects.get(request=first).pictures == first.pictures


def test_nobody_says_yes_to_what_is_not_there_any_longer(phone, token, post):
    Media.objects.update(purged_at=timezone.now(), superseded_at=timezone.now())
    page = text_of(phone.get(f"/samtycke/{token}/"))
    assert "Bilden finns inte längre hos oss." in page
    assert "Ja, det är okej" not in page
    assert "Titta igen" not in page
    assert phone.post(f"/samtycke/{token}/", {"svar": "ja"}).status_code == 409
    assert not ConsentAnswer.objects.exists()
    phone.post(f"/samtycke/{token}/", {"svar": "nej"})
    assert ConsentAnswer.objects.get().answer == "no"


def test_the_telephone_is_handed_over_and_the_answer_is_the_persons(karin, post):
    page = signed_in(karin)
    asked = page.get(f"/inlagg/{post.pk}/samtycke/telefon/")
    for said in (
        "Ja, det är okej",
        "Andra kan förstå",
        "finns också utanför EU",
        "Integritetsskyddsmyndigheten",
    ):
        assert said in text_of(asked)
    assert "sparar inte ditt namn" not in text_of(asked)
    assert 'class="tabbar"' not in asked.content.decode()
    done = page.post(f"/inlagg/{post.pk}/samtycke/telefon/", hands_over(post, called="Nils"))
    assert "Lämna tillbaka telefonen." in text_of(done)
    [request] = ConsentRequest.objects.all()
    assert (request.method, request.answer, request.called) == ("phone", "yes", "Nils")
    assert request.token_hash is not None
    assert consent.is_settled(Post.objects.get().current_version)


def test_a_reviewer_who_asked_them_says_so_in_one_press(anna, desk, post):
    assert "Det här ska de ha fått höra: Vi vill" in text_of(desk.get(f"/inlagg/{post.pk}/samtycke/"))
    said = {"count": "2", "minors": "nobody", "version": str(post.current_version_id)}
    assert (
        f'name="version" value="{said["version"]}"'
        in desk.get(f"/inlagg/{post.pk}/samtycke/").content.decode()
    )
    told = desk.post(f"/inlagg/{post.pk}/samtycke/", said)
    assert told.status_code == 302
    version = Post.objects.get().current_version
    assert (version.people, version.created_by) == (People.ALL_SAID_YES, anna)
    assert (ConsentRequest.objects.get().count, ConsentRequest.objects.get().made_by) == (2, anna)
    assert consent.is_settled(version)


def test_what_a_reviewer_was_told_is_about_the_version_that_the_page_showed(anna, desk, post):
    said = {"count": "2", "minors": "nobody", "version": str(post.current_version_id)}
    seen = post.current_version
    workflow.edit(post, factories.reviewer(), seen, replace(seen.manuscript(), text="Något annat"))
    late = desk.post(f"/inlagg/{post.pk}/samtycke/", said, follow=True)
    assert "Det går inte längre. Läget har hunnit ändras." in text_of(late)
    assert not ConsentRequest.objects.exists()


def test_a_sender_does_not_answer_for_others_once_it_is_sent_in(karin, post):
    page = signed_in(karin)
    assert page.post(f"/inlagg/{post.pk}/samtycke/", {"count": "2", "minors": "nobody"}).status_code == 403
    assert not ConsentRequest.objects.exists()


def test_the_form_asks_for_the_number_with_the_words_to_read_aloud(karin, facebook):
    page = signed_in(karin)
    html = text_of(page.get("/nytt/"))
    assert "Det här ska de ha fått höra: Vi vill lägga ut bilden på Sekos Facebook." in html
    assert "Hur många har sagt ja?" in html


def test_who_has_an_office_is_told_by_the_sender_before_it_is_sent_in_and_by_the_group_after(
    karin, desk, anna, post
):
    page, there = signed_in(karin), f"/inlagg/{post.pk}/samtycke/foretradare/"
    assert page.post(there, {"tjanst-count": "1"}).status_code == 403
    workflow.request_changes(post, anna, Post.objects.get().current_version, "Vilka är det?")
    assert page.post(there, {"tjanst-count": "0"}).status_code == 422
    assert not ConsentRequest.objects.exists()
    assert page.post(there, {"tjanst-count": "2"}).status_code == 302
    told = text_of(page.get(f"/inlagg/{post.pk}/samtycke/"))
    assert "2 företrädare i tjänsten" in told
    assert "Sagt av Karin" in told
    workflow.submit(Post.objects.get(), karin)
    assert consent.is_settled(Post.objects.get().current_version)
    assert "2 är företrädare i tjänsten." in text_of(desk.get(f"/granska/{post.pk}/"))
    assert desk.post(there, {"tjanst-count": "3"}).status_code == 302
    assert ConsentRequest.objects.filter(made_by=anna, count=3).exists()


def test_what_its_author_is_still_writing_is_in_nobody_elses_link(karin, anna, desk, phone, post, token):
    [(_request, reviewers)] = consent.ask(post, anna)
    workflow.request_changes(post, anna, Post.objects.get().current_version, "Vilka är det?")
    draft = Post.objects.get().draft
    draft.text = "Bara ett utkast"
    draft.save()
    assert "Bara ett utkast" in text_of(phone.get(f"/samtycke/{token}/"))
    assert "Bara ett utkast" not in text_of(phone.get(f"/samtycke/{reviewers}/"))
    there = f"/inlagg/{post.pk}/samtycke/"
    assert [desk.get(f"{there}telefon/").status_code, desk.post(f"{there}lank/").status_code] == [403, 403]
    assert "Visa QR-kod" not in text_of(desk.get(there))


def test_whoever_writes_sees_that_somebody_said_no_before_it_is_sent_in(karin):
    post = factories.draft(karin, people=People.NOT_ASKED)
    [(asked, _token)] = consent.ask(post, karin)
    page = signed_in(karin)
    assert "1 har inte svarat." in text_of(page.get(f"/inlagg/{post.pk}/andra/"))
    answering.answer(asked, Answer.NO)
    assert "Någon på bilden vill inte synas. Se svaren" in text_of(page.get(f"/inlagg/{post.pk}/andra/"))
    assert "sudda, välj en annan eller skriv utan bild" in text_of(page.get(f"/inlagg/{post.pk}/samtycke/"))
    answering.answer(asked, Answer.YES)
    assert "Det finns ett ja för bilderna som de är nu." in text_of(page.get(f"/inlagg/{post.pk}/samtycke/"))
    consent.ask(post, karin)
    assert "Det finns ett ja" not in text_of(page.get(f"/inlagg/{post.pk}/samtycke/"))


def test_a_no_to_a_picture_that_was_exchanged_is_said_to_be_that(desk, karin, anna, post, token):
    answering.answer(ConsentRequest.objects.get(), Answer.NO)
    page, answers = signed_in(karin), f"/inlagg/{post.pk}/samtycke/"
    workflow.request_changes(post, anna, Post.objects.get().current_version, "Byt bild")
    assert "Gällde en bild" not in text_of(page.get(answers))
    DraftMedia.objects.update(media=factories.picture(karin, factories.jpeg("red")))
    said = text_of(page.get(answers))
    assert "Gällde en bild som är ändrad eller utbytt" in said
    assert "kan godkännas" not in said
    assert "vill inte synas" not in said
    workflow.submit(Post.objects.get(), karin)
    line = "Någon sa nej till en bild som är ändrad eller utbytt."
    assert line in text_of(desk.get(f"/granska/{post.pk}/"))


def test_nobody_else_sees_what_people_answered(post, token):
    for person in (factories.ombudsman(), factories.administrator()):
        assert signed_in(person).get(f"/inlagg/{post.pk}/samtycke/").status_code == 404
    assert signed_in(factories.reader()).get(f"/inlagg/{post.pk}/samtycke/").status_code == 403


def test_the_desk_says_in_a_line_what_they_answered(desk, karin, post):
    there = f"/granska/{post.pk}/"
    assert "har sagt ja." not in text_of(desk.get(there))
    made = [request for request, _token in consent.ask(post, karin, 3)]
    answering.answer(made[0], Answer.YES)
    assert "1 har sagt ja, 2 har inte svarat." in text_of(desk.get(there))
    answering.answer(made[1], Answer.NO)
    assert "Någon på bilden vill inte synas." in text_of(desk.get(there))


def test_where_nothing_more_comes_of_it_nobody_is_asked(karin, facebook, post):
    page = f"/inlagg/{post.pk}/"
    assert "Har alla sagt ja?" in text_of(signed_in(karin).get(page))
    workflow.withdraw(post, karin)
    assert "Har alla sagt ja?" not in text_of(signed_in(karin).get(page))


CALM = "Alla som är tillfrågade har sagt ja (2 av 2)."
DEMAND = '<p class="banner banner--warn only-not-asked" data-unasked>'
WAITS = "Ja, men alla har inte svarat"


def test_once_all_who_were_asked_have_said_yes_the_form_asks_for_nothing_more(karin):
    post = factories.draft(karin, people=People.NOT_ASKED)
    (first, _token), (second, _other) = consent.ask(post, karin, 2)
    page, there = signed_in(karin), f"/inlagg/{post.pk}/andra/"
    answering.answer(first, Answer.YES)
    waiting = page.get(there)
    assert "1 har sagt ja, 1 har inte svarat." in text_of(waiting)
    assert DEMAND in waiting.content.decode()
    answering.answer(second, Answer.YES)
    calm = page.get(there)
    assert CALM in text_of(calm)
    assert DEMAND not in calm.content.decode()
    assert calm.content.decode().count("data-unasked hidden") == 3
    DraftMedia.objects.update(media=factories.picture(karin, factories.jpeg("red")))
    another = page.get(there)
    assert CALM not in text_of(another)
    assert DEMAND in another.content.decode()


def test_once_all_who_were_asked_have_said_yes_the_desk_says_so_too(desk, karin, post):
    there = f"/granska/{post.pk}/"
    (first, _token), (second, _other) = consent.ask(post, karin, 2)
    answering.answer(first, Answer.YES)
    assert WAITS in text_of(desk.get(there))
    answering.answer(second, Answer.YES)
    calm = text_of(desk.get(there))
    assert CALM in calm
    assert "Ja, och de har svarat själva" in calm
    assert WAITS not in calm


def test_whoever_has_seen_the_answers_comes_back_to_the_question(karin, desk, post):
    draft = factories.draft(karin, people=People.NOT_ASKED)
    page, question = signed_in(karin), f"/inlagg/{draft.pk}/andra/#personer"
    assert f'href="{question}"' in page.get(f"/inlagg/{draft.pk}/samtycke/").content.decode()
    made = page.post(f"/inlagg/{draft.pk}/samtycke/lank/", {"count": "1"})
    assert f'href="{question}"' in made.content.decode()
    assert 'id="personer"' in page.get(f"/inlagg/{draft.pk}/andra/").content.decode()
    answers = desk.get(f"/inlagg/{post.pk}/samtycke/").content.decode()
    assert f'href="/granska/{post.pk}/#samtycke"' in answers


def test_the_codes_begin_with_one_and_what_is_wrong_is_where_one_lands(karin, post):
    page, there = signed_in(karin), f"/inlagg/{post.pk}/samtycke/"
    begun = page.get(there).content.decode()
    assert f'action="{there}lank/#id_count"' in begun
    assert re.search(r'<input type="number" name="count" value="1"[^>]* id="id_count"', begun)
    wrong = page.post(f"{there}lank/", {"count": ""})
    assert wrong.status_code == 422
    assert re.search(r'<input type="number" name="count"[^>]* id="id_count"', wrong.content.decode())
    assert 'id="id_count_error"' in wrong.content.decode()
    assert not ConsentRequest.objects.exists()


def test_how_many_said_yes_and_how_many_have_an_office_is_said_by_whoever_knows(desk, post):
    page = desk.get(f"/inlagg/{post.pk}/samtycke/").content.decode()
    fields = re.findall(r'<input[^>]*type="number"[^>]*>', page)
    assert ['value="1"' in field for field in fields] == [True, False, False]


def test_a_link_can_be_copied_with_one_press(karin, post):
    html = signed_in(karin).post(f"/inlagg/{post.pk}/samtycke/lank/", {"count": "2"}).content.decode()
    assert [html.count(f'data-copy="lank-{n}"') for n in (1, 2, 3)] == [1, 1, 0]
    assert [html.count(f'id="lank-{n}" type="text" readonly') for n in (1, 2, 3)] == [1, 1, 0]
    assert "js/by-hand" in html


@pytest.mark.parametrize(
    ("query", "regret"),
    [
        ("", "Ångra dig kan du när som helst, också efter det."),
        ("?sprak=latt", "Du kan ångra dig när som helst, också efter den dagen."),
    ],
)
def test_that_an_answer_is_awaited_until_a_day_is_no_end_of_a_change_of_mind(phone, token, query, regret):
    asks = text_of(phone.get(f"/samtycke/{token}/{query}"))
    assert re.search(rf"Du kan svara till och med \d+ \w+\. {regret}", asks)
    phone.post(f"/samtycke/{token}/{query}", {"svar": "nej"})
    assert regret not in text_of(phone.get(f"/samtycke/{token}/{query}"))


def test_whoever_has_a_question_writes_with_one_press(phone, token, settings):
    settings.CONTACT_EMAIL = "fragor@seko.example"
    asks = phone.get(f"/samtycke/{token}/").content.decode()
    assert 'Mejla <a href="mailto:fragor@seko.example">fragor@seko.example</a>.' in asks
    nothing = phone.get("/samtycke/nope/").content.decode()
    assert '<a href="mailto:fragor@seko.example">' in nothing


def test_the_page_of_a_post_says_how_it_stands_with_the_answers(karin, post):
    page, there = signed_in(karin), f"/inlagg/{post.pk}/"
    [(asked, _token)] = consent.ask(post, karin)
    waiting = text_of(page.get(there))
    assert "Har alla sagt ja?" in waiting
    answering.answer(asked, Answer.YES)
    settled = text_of(page.get(there))
    assert "Alla har sagt ja" in settled
    assert "Har alla sagt ja?" not in settled
    answering.answer(asked, Answer.WITHDRAWN)
    assert "Har alla sagt ja?" in text_of(page.get(there))


def test_the_page_of_a_draft_says_how_it_stands_with_the_answers(karin):
    post = factories.draft(karin, people=People.NOT_ASKED)
    page, there = signed_in(karin), f"/inlagg/{post.pk}/"
    [(asked, _token)] = consent.ask(post, karin)
    assert "Har alla sagt ja?" in text_of(page.get(there))
    answering.answer(asked, Answer.YES)
    assert "Har alla sagt ja?" not in text_of(page.get(there))
    DraftMedia.objects.update(media=factories.picture(karin, factories.jpeg("red")))
    assert "Har alla sagt ja?" in text_of(page.get(there))
