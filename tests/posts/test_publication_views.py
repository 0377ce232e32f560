"""The pages of one publication: every answer, every refusal, and the sentence for whoever was too late."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from audit.models import Entry
from channels import connections
from channels.errors import Duplicate, NotConnected, NotSent, Refused
from channels.models import Channel
from posts import publishing, tasks, whereabouts, workflow
from posts.chips import CANCELLED, of_all
from posts.models import (
    Attempt,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    Rendition,
    RenditionState,
    TakeDown,
)
from tests import factories
from tests.pages import signed_in, text_of
from tests.scripted import Scripted, raising

pytestmark = pytest.mark.django_db
HERE = "https://example.test/handle-1"


@pytest.fixture
def page(anna):
    return signed_in(anna)


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Alm")


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """How often the worker was woken, instead of a broker."""
    calls: list[str] = []
    monkeypatch.setattr(tasks, "publish_soon", lambda: calls.append("woken"))
    return calls


@pytest.fixture
def publication(platform, anna):
    factories.approved(
        factories.submitted(text="Nattskiftet", link="https://www.seko.se/"), anna, factories.channel()
    )
    return Publication.objects.get()


@pytest.fixture
def out(publication):
    return run(publication)


@pytest.fixture
def unknown(publication, platform):
    """The platform says that it has it, and we cannot find it."""
    platform.script["commit"] = raising(Duplicate("duplicate"))
    run(publication)
    long_over()
    return run(publication)


@pytest.fixture
def failed(publication, platform):
    platform.script["commit"] = raising(Refused("against_rules", "Not permitted."))
    return run(publication)


def run(publication: Publication) -> Publication:
    Publication.objects.update(not_before=timezone.now())
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


def long_over() -> None:
    then = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(started_at=then, finished_at=then)


def work() -> None:
    """What the worker does with what waits to be removed."""
    Removal.objects.unfinished().update(not_before=timezone.now())
    for number in Removal.objects.due(timezone.now()).values_list("pk", flat=True):
        publishing.remove(publishing.claim_removal(number))


def there(platform: type[Scripted]) -> None:
    """The platform has it after all."""
    platform.ledger.append(("handle-1", None))


def at(publication: Publication, page: str) -> str:
    return f"/publicering/{publication.pk}/{page}/"


def now(publication: Publication) -> str:
    return Publication.objects.get(pk=publication.pk).status


# --- when we cannot know --------------------------------------------------------------------------------------


def test_the_page_says_what_is_known_and_offers_both_answers(page, unknown):
    said = text_of(page.get(at(unknown, "avgor")))
    for words in (
        "Vi vet inte om inlägget kom ut på Facebook",
        "Facebook säger att inlägget redan finns, men vi hittar det inte.",
        "För att inte lägga ut det dubbelt väntar vi på dig.",
        "Det ligger ute",
        "Det ligger inte ute",
        "Vi letar en gång till först och skickar sedan exakt samma version.",
        "Inget händer under tiden.",
        "Letade på Facebook, hittade inget",
        "Godkänt av Anna",
        "Nattskiftet",
    ):
        assert words in said


def test_the_account_is_opened_from_the_page(page, unknown):
    Channel.objects.update(url="https://example.test/seko")
    assert 'href="https://example.test/seko"' in page.get(at(unknown, "avgor")).content.decode()


def test_a_pasted_link_settles_the_question(page, unknown, platform):
    there(platform)
    said = text_of(page.post(at(unknown, "avgor"), {"url": HERE}, follow=True))
    assert "Tack. Länken är sparad och inlägget räknas som publicerat." in said
    assert "Ute sedan" in said
    assert "Du såg att det ligger ute på Facebook" in said
    assert (now(unknown), Publication.objects.get().url) == (PublicationStatus.PUBLISHED, HERE)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Klistra in länken till inlägget."),
        ("inte en länk", "Det är ingen länk."),
        (
            "https://other.test/1",
            "Det är ingen länk till ett inlägg på vårt konto på Facebook. Öppna inlägget där och kopiera adressen.",
        ),
        (
            "https://example.test/nothing",
            "Vi hittar inget öppet inlägg från oss på den adressen. Är det rätt inlägg, och kan alla se det?",
        ),
        ("https://example.test/" + "å" * 1000, "Det är ingen länk till ett inlägg: den är för lång."),
    ],
)
def test_a_link_that_proves_nothing_is_explained_and_kept(page, unknown, typed, sentence):
    response = page.post(at(unknown, "avgor"), {"url": typed})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert f'value="{typed}"' in response.content.decode()
    assert now(unknown) == PublicationStatus.NEEDS_DECISION
    assert not Entry.objects.filter(verb="publication.decided_out").exists()


def test_the_link_of_another_post_is_not_taken(page, anna, unknown, platform):
    other = factories.approved(factories.submitted(), anna, Channel.objects.get())
    run(Publication.objects.get(post=other))
    taken = Publication.objects.get(post=other).url
    response = page.post(at(unknown, "avgor"), {"url": taken})
    assert response.status_code == 422
    assert "Länken hör till ett annat av våra inlägg. Kopiera länken till det här." in text_of(response)


def test_a_link_that_cannot_be_looked_up_says_what_is_the_matter(page, unknown, platform):
    platform.script["look_up"] = raising(NotConnected("token_expired"))
    response = page.post(at(unknown, "avgor"), {"url": HERE})
    said = text_of(response)
    assert response.status_code == 422
    assert (
        "Vi kan inte kontrollera länken på Facebook just nu. Anslutningen gäller inte längre. "
        "Anslut kanalen igen. Inget är ändrat. Försök igen senare." in said
    )
    assert now(unknown) == PublicationStatus.NEEDS_DECISION


def test_what_is_not_out_is_looked_for_once_more(page, unknown, woken):
    said = text_of(page.post(at(unknown, "inte-ute"), follow=True))
    assert "Vi letar en gång till och skickar sedan exakt samma version." in said
    assert now(unknown) == PublicationStatus.UNCONFIRMED
    assert woken == ["woken"]
    assert run(unknown).status == PublicationStatus.QUEUED


@pytest.mark.parametrize("answer", ["avgor", "inte-ute"])
def test_whoever_is_too_late_is_told_who_decided_what(page, johan, unknown, platform, answer, woken):
    there(platform)
    publishing.decide_out(unknown, johan, HERE)
    response = page.post(at(unknown, answer), {"url": HERE})
    said = text_of(response)
    assert response.status_code == 409
    for words in ("Ute på Facebook", "Det du gjorde nu är inte utfört."):
        assert words in said
    assert (HERE in said) == (answer == "avgor")
    assert (now(unknown), woken) == (PublicationStatus.PUBLISHED, [])


def test_the_other_answer_was_given_meanwhile(page, johan, unknown):
    publishing.decide_absent(unknown, johan)
    response = page.post(at(unknown, "inte-ute"))
    assert response.status_code == 409
    assert "Någon hann före Johan såg att det inte ligger ute på Facebook" in text_of(response)
    assert Entry.objects.filter(verb="publication.decided_absent").count() == 1


def test_whoever_is_too_late_with_no_link_at_all_is_told_the_same(page, out):
    assert page.post(at(out, "avgor"), {"url": ""}).status_code == 409


def test_a_question_that_is_answered_is_no_error_to_look_at(page, out):
    response = page.get(at(out, "avgor"))
    assert response.status_code == 200
    assert "Det är redan avgjort" in text_of(response)


def test_while_we_look_ourselves_the_page_says_so_and_asks_again(page, publication, platform):
    platform.script["commit"] = raising(Duplicate("duplicate"))
    run(publication)
    response = page.get(at(publication, "avgor"))
    said = text_of(response)
    assert "Vi kontrollerar om inlägget kom ut på Facebook" in said
    assert "Vi letar vidare. Du behöver inte göra något." in said
    assert "Skicka igen" not in said
    assert 'hx-trigger="load delay:4s"' in response.content.decode()


@pytest.mark.parametrize("status", [PublicationStatus.UNCONFIRMED, PublicationStatus.NEEDS_DECISION])
def test_a_question_on_a_broken_channel_tells_the_cause_and_the_cure(page, unknown, status):
    Publication.objects.update(status=status)
    connections.mark_broken(unknown.channel, "token_expired")
    response = page.get(at(unknown, "avgor"))
    assert "Anslutningen gäller inte längre. Anslut kanalen igen." in text_of(response)
    assert 'href="/kanaler/"' in response.content.decode()
    assert "hx-trigger" not in response.content.decode()


def test_a_question_on_a_paused_channel_tells_who_paused_it(page, johan, unknown):
    Publication.objects.update(status=PublicationStatus.UNCONFIRMED)
    connections.pause(unknown.channel, johan, "")
    said = text_of(page.get(at(unknown, "avgor")))
    assert "Johan pausade den. Vi letar när den startas igen." in said


def test_the_question_is_found_from_the_post_and_from_everybodys_list(page, unknown):
    address = f'href="{at(unknown, "avgor")}"'
    for path in (f"/inlagg/{unknown.post_id}/", "/inlagg/"):
        assert address in page.get(path).content.decode()


def test_its_author_is_told_who_decides(unknown):
    said = text_of(signed_in(unknown.post.author).get(f"/inlagg/{unknown.post_id}/"))
    assert "Kommunikationsgruppen tittar efter och avgör." in said
    assert "Titta och avgör" not in said


# --- trying again ---------------------------------------------------------------------------------------------


def test_what_was_refused_is_tried_again_as_it_is(page, failed, woken):
    said = text_of(page.get(f"/inlagg/{failed.post_id}/"))
    for words in ("Plattformen anser att inlägget bryter mot dess regler.", "Försök igen"):
        assert words in said
    said = text_of(page.post(at(failed, "forsok-igen"), follow=True))
    assert "Vi försöker igen med exakt samma version." in said
    assert "Du försökte igen på Facebook" in said
    assert (run(failed).status, woken) == (PublicationStatus.PUBLISHED, ["woken"])


def test_what_somebody_else_tried_again_is_said(page, johan, failed, woken):
    publishing.try_again(failed, johan)
    response = page.post(at(failed, "forsok-igen"))
    assert response.status_code == 409
    assert "Johan försökte igen på Facebook" in text_of(response)
    assert (Entry.objects.filter(verb="publication.tried_again").count(), woken) == (1, [])


def test_what_was_refused_everywhere_can_be_changed(page, failed):
    assert (
        f'action="/granska/{failed.post_id}/andra/"'
        in page.get(f"/inlagg/{failed.post_id}/").content.decode()
    )
    page.post(f"/inlagg/{failed.post_id}/ta-tillbaka/")
    assert (Post.objects.get().status, now(failed)) == ("draft", PublicationStatus.FAILED)


# --- by hand --------------------------------------------------------------------------------------------------


@pytest.fixture
def for_a_hand(platform, anna, monkeypatch):
    monkeypatch.setattr(platform, "publishes", False)
    monkeypatch.setattr(platform, "read_link", lambda _adapter, _url: "")
    factories.approved(
        factories.submitted(text="Nattskiftet", link="https://www.seko.se/"),
        anna,
        factories.channel(name="Gruppen"),
    )
    return Publication.objects.get()


def test_the_steps_hold_the_words_the_files_and_the_account(page, for_a_hand):
    Channel.objects.update(url="https://example.test/gruppen")
    response = page.get(at(for_a_hand, "for-hand"))
    html, media = response.content.decode(), for_a_hand.version.media[0]
    assert "Publicera för hand: Gruppen" in text_of(response)
    assert ">Nattskiftet\nhttps://www.seko.se/</textarea>" in html
    assert f'href="/media/{media.pk}/master/?hamta" download' in html
    assert factories.ALT in html
    assert 'href="https://example.test/gruppen"' in html


def test_by_hand_too_the_picture_that_was_made_for_the_channel_is_fetched(page, picture_by_hand):
    publication, picture = picture_by_hand
    html = page.get(at(publication, "for-hand")).content.decode()
    assert f'href="/film/{picture.recipe}/bild/?hamta" download' in html
    assert f'<img class="preview__img" src="/film/{picture.recipe}/bild/" width="32" height="24"' in html
    assert f"/media/{publication.version.media[0].pk}/" not in html
    response = page.get(f"/film/{picture.recipe}/bild/?hamta")
    assert response.headers["Content-Disposition"] == f'attachment; filename="seko-{picture.recipe[:12]}.jpg"'
    assert b"".join(response.streaming_content) == b"a smaller picture"


def test_a_picture_that_was_made_for_the_channel_is_on_the_receipt(page, anna, picture_by_hand):
    publication, picture = picture_by_hand
    publishing.published_by_hand(publication, anna, HERE)
    response = page.get(at(publication, "kvitto"))
    for words in ("Bild 1", "Gjord för kanalen av det som skickades in.", picture.sha256):
        assert words in text_of(response)
    html = response.content.decode()
    assert (html.count(f"/film/{picture.recipe}/bild/"), f"/film/{picture.recipe}/film/" in html) == (
        2,
        False,
    )


@pytest.fixture
def picture_by_hand(platform, anna, monkeypatch):
    """Approved for a person to publish, where the picture that was sent in has too many bytes."""
    monkeypatch.setattr(platform, "publishes", False)
    monkeypatch.setattr(platform, "read_link", lambda _adapter, _url: "")
    monkeypatch.setattr(platform, "limits", replace(platform.limits, picture_bytes=100))
    post, channel = factories.submitted(), factories.channel(name="Gruppen")
    version = factories.for_channels(post, anna, channel)
    made = Rendition.objects.get()
    made.state, made.sha256, made.size, made.width, made.height = RenditionState.READY, "b" * 64, 17, 32, 24
    made.picture.save("picture.jpg", ContentFile(b"a smaller picture"), save=False)
    made.save()
    workflow.approve(post, anna, version)
    return Publication.objects.get(), made


def test_a_link_that_stands_in_the_text_is_not_copied_twice(page, for_a_hand, platform, monkeypatch):
    monkeypatch.setattr(platform, "words", lambda content: f"{content.text} {content.link}")
    html = page.get(at(for_a_hand, "for-hand")).content.decode()
    assert ">Nattskiftet https://www.seko.se/</textarea>" in html


def test_a_post_is_published_by_hand_when_its_link_is_pasted(page, for_a_hand):
    said = text_of(
        page.post(at(for_a_hand, "for-hand"), {"url": "facebook.com/groups/1/posts/2"}, follow=True)
    )
    assert "Tack. Inlägget räknas nu som publicerat." in said
    after = Publication.objects.get()
    assert (after.status, after.url) == ("published", "https://facebook.com/groups/1/posts/2")


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "", "inte en länk"])
def test_what_is_no_link_is_not_taken(page, for_a_hand, typed):
    response = page.post(at(for_a_hand, "for-hand"), {"url": typed})
    assert response.status_code == 422
    assert now(for_a_hand) == PublicationStatus.BY_HAND


def test_whoever_publishes_by_hand_second_is_told_who_was_first(page, johan, for_a_hand):
    publishing.published_by_hand(for_a_hand, johan, "https://example.test/1")
    response = page.post(at(for_a_hand, "for-hand"), {"url": "https://example.test/2"})
    said = text_of(response)
    assert response.status_code == 409
    assert "Johan publicerade för hand på Gruppen" in said
    assert "https://example.test/2" in said
    assert Publication.objects.get().url == "https://example.test/1"


def test_what_a_channel_refused_is_published_by_hand_in_four_actions(page, failed):
    assert "Publicera för hand" in text_of(page.get(f"/inlagg/{failed.post_id}/"))
    taken = page.post(at(failed, "ta-over"))
    assert (taken.status_code, taken.url) == (302, at(failed, "for-hand"))
    refused = page.post(taken.url, {"url": "https://other.test/1"})
    assert "Det är ingen länk till ett inlägg på vårt konto på Facebook." in text_of(refused)
    assert refused.status_code == 422
    page.post(taken.url, {"url": HERE})
    after = Publication.objects.get()
    assert (after.status, after.remote_id) == (PublicationStatus.PUBLISHED, "post-of-handle-1")


@pytest.mark.parametrize("closed", [{"fault": "token_expired"}, {"paused_at": timezone.now()}])
def test_by_hand_is_offered_while_the_channels_own_way_is_closed(page, publication, closed):
    address, post = at(publication, "ta-over"), f"/inlagg/{publication.post_id}/"
    assert address not in page.get(post).content.decode()
    Channel.objects.update(**closed)
    assert address in page.get(post).content.decode()


def test_what_waits_for_a_broken_channel_says_why(page, publication):
    Channel.objects.update(fault="access_revoked")
    said = text_of(page.get(f"/inlagg/{publication.post_id}/"))
    assert "Någon har tagit bort vår åtkomst eller bytt lösenord. Anslut kanalen igen." in said


def test_what_is_tried_again_later_says_when(page, publication, platform):
    platform.script["commit"] = raising(NotSent("connect"))
    run(publication)
    said = text_of(page.get(f"/inlagg/{publication.post_id}/"))
    assert "Plattformen svarar inte." in said
    assert "Vi försöker igen i dag" in said


def test_what_works_by_itself_is_not_taken_over(page, publication):
    response = page.post(at(publication, "ta-over"))
    assert response.status_code == 409
    assert "Läget på Facebook har hunnit ändras." in text_of(response)
    assert now(publication) == PublicationStatus.QUEUED


def test_a_link_that_is_pasted_after_the_post_was_taken_down_is_kept_and_leads_to_its_removal(
    page, anna, for_a_hand, woken
):
    publishing.take_down(for_a_hand.post, anna, Regret.CONSENT)
    assert page.get(f"/publicering/{for_a_hand.pk}/for-hand/").status_code == 200
    answer = page.post(f"/publicering/{for_a_hand.pk}/for-hand/", {"url": "https://example.test/group/9"})
    assert answer.status_code == 302
    after = Publication.objects.get(pk=for_a_hand.pk)
    assert (after.status, after.url) == ("published", "https://example.test/group/9")
    assert Removal.objects.unfinished().get().publication == after
    assert woken == ["woken"]


# --- taking down ------------------------------------------------------------------------------------------------


def regretted(**changes) -> dict:
    return {"reason": "consent", "message": "Hon ringde i morse."} | changes


def test_a_post_is_taken_down_with_a_reason_and_two_presses(page, out, platform, woken):
    dialog = f"/inlagg/{out.post_id}/ta-ned/"
    assert f'href="{dialog}"' in page.get(f"/inlagg/{out.post_id}/").content.decode()
    said = text_of(page.get(dialog))
    for words in (
        "Ta ned inlägget?",
        "Facebook",
        "Ute sedan",
        "Någon på bilden vill inte synas",
        "Ta ned nu",
    ):
        assert words in said
    said = text_of(page.post(dialog, regretted(), follow=True))
    for words in (
        "Inlägget tas ned. Här ser du hur det går på varje kanal.",
        "Tas ned nu. Vi kontrollerar att det är borta.",
        "Du tog ned inlägget: Någon på bilden vill inte synas",
        "Hon ringde i morse.",
    ):
        assert words in said
    assert (woken, platform.removed) == (["woken"], [])
    work()
    said = text_of(page.get(f"/inlagg/{out.post_id}/?del=lage"))
    assert "Nedtaget i dag" in said
    assert "Nedtaget från Facebook" in said
    assert platform.removed == [out.remote_id]


def test_the_page_asks_for_itself_until_it_is_gone(page, out):
    page.post(f"/inlagg/{out.post_id}/ta-ned/", regretted())
    part = f"/inlagg/{out.post_id}/?del=lage"
    assert 'hx-trigger="load delay:2s"' in page.get(part).content.decode()
    work()
    assert "hx-trigger" not in page.get(part).content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"message": "Bort."}, "Välj varför."),
        ({"reason": "lust", "message": "Bort."}, "Välj varför."),
        ({"reason": "other", "message": " "}, "Skriv varför."),
    ],
)
def test_nothing_is_taken_down_without_a_reason(page, out, given, sentence):
    response = page.post(f"/inlagg/{out.post_id}/ta-ned/", given)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert ("Bort." in response.content.decode()) == ("Bort." in given["message"])
    assert not TakeDown.objects.exists()


def test_those_who_may_not_are_told_who_can(out):
    author = signed_in(out.post.author)
    assert "Begär nedtagning" in text_of(author.get(f"/inlagg/{out.post_id}/"))
    response = author.post(f"/inlagg/{out.post_id}/ta-ned/", regretted())
    assert response.status_code == 403
    assert "Du har inte behörighet att ta ned inlägg. Be kommunikationsgruppen." in text_of(response)
    assert not TakeDown.objects.exists()


def test_its_author_reads_who_took_it_down_and_why(page, out):
    page.post(f"/inlagg/{out.post_id}/ta-ned/", regretted())
    said = text_of(signed_in(out.post.author).get(f"/inlagg/{out.post_id}/"))
    assert "Anna tog ned inlägget: Någon på bilden vill inte synas" in said
    assert "Jag har tagit ned det" not in said


def test_whoever_takes_down_second_is_told_who_was_first_and_keeps_their_words(page, johan, out, woken):
    publishing.take_down(out.post, johan, Regret.WRONG, "Fel ort.")
    response = page.post(f"/inlagg/{out.post_id}/ta-ned/", regretted())
    said = text_of(response)
    assert response.status_code == 409
    for words in (
        "Någon hann före",
        "Johan tog ned inlägget",
        "Det är fel i inlägget",
        "Hon ringde i morse.",
    ):
        assert words in said
    assert (TakeDown.objects.count(), woken) == (1, [])


def test_there_is_nothing_to_take_down_of_what_waits_for_review(page, platform):
    post = factories.submitted()
    assert "Inget av inlägget är ute" in text_of(page.get(f"/inlagg/{post.pk}/ta-ned/"))
    assert page.post(f"/inlagg/{post.pk}/ta-ned/", regretted()).status_code == 409


def test_a_draft_has_no_such_page(page):
    assert page.get(f"/inlagg/{factories.draft(factories.ombudsman()).pk}/ta-ned/").status_code == 404


def test_what_had_not_left_yet_is_taken_back(page, publication):
    said = text_of(page.post(f"/inlagg/{publication.post_id}/ta-ned/", regretted(), follow=True))
    assert "Kom aldrig ut" in said
    assert "innan det kom ut" in said
    assert Publication.objects.get().status == PublicationStatus.CANCELLED
    assert whereabouts.chip_of(Post.objects.get(), whereabouts.of(Post.objects.get())) == CANCELLED


def test_no_publication_at_all_is_no_okay_that_waits():
    assert of_all([]) == CANCELLED


def test_what_nobody_knows_to_be_out_waits_to_be_taken_down(page, unknown):
    said = text_of(page.post(f"/inlagg/{unknown.post_id}/ta-ned/", regretted(), follow=True))
    assert "Vi vet inte än om det är ute. Det tas ned när vi vet." in said
    assert "Titta och avgör" in said


def test_a_person_removes_what_the_platform_does_not_let_us(page, anna, out, platform):
    publishing.take_down(out.post, anna, Regret.HARM)
    platform.script["remove"] = raising(Refused("permission_missing"))
    work()
    response = page.get(f"/inlagg/{out.post_id}/")
    said = text_of(response)
    for words in (
        "Ta ned för hand",
        "Vi saknar behörighet hos plattformen.",
        "Ta ned det på Facebook och säg till här.",
        "Öppna inlägget på Facebook",
        "Facebook låter oss inte ta ned det",
    ):
        assert words in said
    assert f'href="{out.url}"' in response.content.decode()
    assert "Ta ned från Facebook" in text_of(page.get("/inlagg/"))
    assert "Tack. Det är antecknat." in text_of(page.post(at(out, "nedtaget"), follow=True))
    assert "Anna tog ned det för hand. Vi kontrollerar att det är borta." in text_of(
        page.get(f"/inlagg/{out.post_id}/")
    )
    work()
    said = text_of(page.get(f"/inlagg/{out.post_id}/"))
    assert "för hand av Anna" in said
    assert now(out) == PublicationStatus.REMOVED


def test_what_still_shows_is_asked_for_again(page, anna, out, platform):
    publishing.take_down(out.post, anna, Regret.HARM)
    Removal.objects.update(status=RemovalStatus.BY_HAND)
    platform.script["after_remove"] = lambda *_: platform.removed.clear()
    page.post(at(out, "nedtaget"))
    work()
    assert "men det syns fortfarande." in text_of(page.get(f"/inlagg/{out.post_id}/"))
    assert now(out) == PublicationStatus.PUBLISHED


def test_a_removal_on_a_broken_channel_says_why_and_can_be_done_by_hand(page, anna, out):
    publishing.take_down(out.post, anna, Regret.HARM)
    connections.mark_broken(out.channel, "token_expired")
    response = page.get(f"/inlagg/{out.post_id}/")
    said = text_of(response)
    assert "Anslutningen gäller inte längre. Anslut kanalen igen." in said
    assert "Jag har tagit ned det" in said
    assert "hx-trigger" not in response.content.decode()


def test_a_pause_keeps_nothing_from_being_taken_down(page, anna, out):
    connections.pause(out.channel, anna, "")
    publishing.take_down(out.post, anna, Regret.HARM)
    said = text_of(page.get(f"/inlagg/{out.post_id}/"))
    assert ("Tas ned nu." in said, "pausad" in said) == (True, False)
    work()
    assert now(out) == PublicationStatus.REMOVED


def test_a_removal_that_is_done_needs_nobody(page, anna, out, woken):
    publishing.take_down(out.post, anna, Regret.HARM)
    work()
    said = text_of(page.post(at(out, "nedtaget"), follow=True))
    assert "Det behövs inte längre. Så här är läget nu." in said
    assert woken == []
    assert not Entry.objects.filter(verb="removal.confirmed").exists()


def test_two_removals_are_told_in_one_line(page, platform, anna):
    post = factories.approved(
        factories.submitted(), anna, factories.channel(), factories.channel("x", name="Seko på X")
    )
    assert {item.channel.platform for item in post.publications.all()} == {"facebook", "x"}
    publishing.take_down(post, anna, Regret.WRONG)
    assert "Kom aldrig ut på Facebook och X (Twitter)" in text_of(page.get(f"/inlagg/{post.pk}/"))


def test_what_failed_before_its_post_was_taken_down_offers_no_other_try(page, anna, platform):
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    failed, other = Publication.objects.order_by("pk")
    platform.script["commit"] = raising(Refused("text_refused"))
    run(failed)
    run(other)
    path = f"/inlagg/{post.pk}/"
    offered = text_of(page.get(path))
    assert ("Försök igen" in offered, "Publicera för hand" in offered) == (True, True)
    publishing.take_down(post, anna, Regret.CONSENT)
    offered = text_of(page.get(path))
    assert ("Försök igen" in offered, "Publicera för hand" in offered) == (False, False)
    for what in ("forsok-igen", "ta-over"):
        assert page.post(f"/publicering/{failed.pk}/{what}/").status_code == 409
    assert Publication.objects.get(pk=failed.pk).status == PublicationStatus.FAILED


# --- an administrator in an emergency ---------------------------------------------------------------------------


@pytest.fixture
def mona():
    return signed_in(factories.administrator())


@pytest.mark.parametrize("named", ["{post}", "{url}", "{url}?utm_source=mejl"])
def test_a_post_is_found_by_what_somebody_reads_out_on_the_telephone(mona, out, named, platform, monkeypatch):
    monkeypatch.setattr(platform, "read_link", lambda _self, url: out.remote_id if out.url in url else None)
    told = named.format(post=out.post_id, url=out.url)
    response = mona.get("/ta-ned/", {"named": told})
    assert (response.status_code, response.url) == (302, f"/inlagg/{out.post_id}/ta-ned/")


@pytest.mark.parametrize("named", ["999", "9" * 40, "https://other.test/1", "bilden på färjan", "²"])
def test_what_is_not_found_is_said_and_kept(mona, out, named):
    response = mona.get("/ta-ned/", {"named": named})
    assert response.status_code == 422
    assert "Vi känner inte igen den." in text_of(response)
    assert f'value="{named}"' in response.content.decode()


def test_an_administrator_takes_down_without_reading_the_post(mona, out):
    dialog = mona.get(f"/inlagg/{out.post_id}/ta-ned/")
    assert out.url in dialog.content.decode()
    assert "Nattskiftet" not in dialog.content.decode()
    assert "/media/" not in dialog.content.decode()
    done = mona.post(f"/inlagg/{out.post_id}/ta-ned/", regretted(), follow=True)
    said = text_of(done)
    assert "Mona tog ned inlägget" in said
    assert "Tas ned nu." in said
    assert ("Nattskiftet" in said, "Kvitto" in said) == (False, False)
    assert Entry.objects.filter(verb="post.take_down", actor__name="Mona Berg").count() == 1


def test_an_administrator_who_is_told_of_a_removal_comes_to_it_and_not_to_the_post(mona, anna, out):
    assert mona.get(f"/inlagg/{out.post_id}/").status_code == 404
    publishing.take_down(out.post, anna, Regret.HARM)
    assert mona.get(f"/inlagg/{out.post_id}/").url == f"/inlagg/{out.post_id}/ta-ned/"


# --- the receipt --------------------------------------------------------------------------------------------------


def test_the_receipt_holds_exactly_what_was_sent_and_who_said_okay(page, out):
    said = text_of(page.get(at(out, "kvitto")))
    media = out.version.shown_media.get().media
    for words in (
        "Exakt det här skickades",
        "Nattskiftet",
        "https://www.seko.se/",
        factories.ALT,
        media.sha256,
        out.approval.digest,
        "Anna Lind",
        "Karin Ek",
        out.url,
        out.remote_id,
        "Kvitto",
        "Ute på Facebook",
    ):
        assert words in said


KEYS = {
    "": {"format", "publication", "version", "approval", "sent_by", "sent", "attempts", "log", "removals"},
    "publication": {"id", "post", "status", "channel", "remote_id", "url", "published_at", "looks"},
    "version": {"number", "digest", "by", "at"},
    "approval": {"by", "at", "digest"},
    "sent": {"text", "link", "title", "description", "privacy", "media"},
    "attempts": {
        "number", "digest", "call", "started_at", "finished_at", "seconds", "outcome", "code", "detail",
    },
    "log": {"at", "verb", "by", "facts"},
    "removals": {
        "asked_by", "asked_at", "reason", "message", "status", "tries", "code", "finished_at", "by_hand",
    },
}  # fmt: skip


def test_the_keys_of_the_json_stay_as_they_are(page, anna, out):
    publishing.take_down(out.post, anna, Regret.CONSENT, "Hon ringde.")
    work()
    found = json.loads(page.get(at(out, "kvitto") + "?format=json").content)
    assert set(found) == KEYS[""]
    for name in KEYS.keys() - {""}:
        part = found[name][0] if isinstance(found[name], list) else found[name]
        assert set(part) == KEYS[name], name
    assert set(found["sent"]["media"][0]) == {"kind", "sha256", "size", "alt_text"}
    assert found["format"] == "seko-social/receipt/1"


def test_the_json_says_what_the_rows_say(page, anna, out):
    publishing.take_down(out.post, anna, Regret.CONSENT, "Hon ringde.")
    work()
    found = json.loads(page.get(at(out, "kvitto") + "?format=json").content)
    assert found["publication"]["status"] == "removed"
    assert found["sent"] == out.attempts.get().sent
    assert found["approval"] == found["approval"] | {"by": "Anna Lind", "digest": out.version.digest}
    assert [(each["outcome"], each["digest"]) for each in found["attempts"]] == [
        ("receipt", out.version.digest)
    ]
    assert [each["verb"] for each in found["log"]] == ["publication.published", "removal.removed"]
    assert [(each["reason"], each["message"], each["status"]) for each in found["removals"]] == [
        ("consent", "Hon ringde.", "removed")
    ]


@pytest.fixture
def film(out) -> Rendition:
    """Made of the post's picture for its channel, and sent there."""
    picture = out.version.media[0]
    made = Rendition(recipe="a" * 64, ingredients={"media": [str(picture.pk)], "digests": [picture.sha256]})
    made.state, made.sha256 = RenditionState.READY, "b" * 64
    made.film.save("film.mp4", ContentFile(b"a film"), save=False)
    made.poster.save("poster.jpg", ContentFile(factories.jpeg()), save=False)
    made.save()
    sent = {"kind": "film", "sha256": made.sha256, "size": 6, "alt_text": ""}
    attempt = out.attempts.get()
    Attempt.objects.filter(pk=attempt.pk).update(sent=attempt.sent | {"media": [sent]})
    return made


def test_a_film_that_was_made_for_the_channel_is_on_the_receipt(page, out, film):
    response = page.get(at(out, "kvitto"))
    for words in ("Film 1", "Gjord för kanalen av det som skickades in.", film.sha256):
        assert words in text_of(response)
    assert f'href="/film/{film.recipe}/film/"' in response.content.decode()


def test_a_film_can_be_fetched_as_a_file_with_a_name(page, film):
    response = page.get(f"/film/{film.recipe}/film/?hamta")
    assert response.headers["Content-Disposition"] == 'attachment; filename="seko-aaaaaaaaaaaa.mp4"'
    assert b"".join(response.streaming_content) == b"a film"


def test_every_try_is_on_the_receipt_in_words(page, publication, platform):
    platform.script["commit"] = raising(NotSent("connect"), Refused("against_rules", "Not permitted."))
    run(publication)
    run(publication)
    said = text_of(page.get(at(publication, "kvitto")))
    for words in (
        "Skickades inte",
        "Plattformen svarar inte.",
        "Plattformen sa nej",
        "Ordagrant: Not permitted.",
        "Kod: against_rules",
        "Inte bekräftat ute",
    ):
        assert words in said


def test_what_a_person_published_has_a_receipt_of_what_was_approved(page, anna, failed):
    publishing.take_by_hand(failed, anna)
    publishing.published_by_hand(failed, anna, HERE)
    said = text_of(page.get(at(failed, "kvitto")))
    for words in (
        "Det här var godkänt att publicera",
        "En person publicerade det för hand.",
        "Du publicerade för hand på Facebook",
        "Plattformen sa nej",
    ):
        assert words in said
    found = json.loads(page.get(at(failed, "kvitto") + "?format=json").content)
    assert (found["sent_by"], found["sent"]["text"]) == ("person", "Nattskiftet")


def test_there_is_no_receipt_before_anything_was_sent(page, publication):
    assert page.get(at(publication, "kvitto")).status_code == 404


def test_the_json_is_for_those_who_may_see_the_post(out):
    answers = [
        signed_in(who).get(at(out, "kvitto") + "?format=json").status_code
        for who in (out.post.author, factories.ombudsman(), factories.reader(), factories.administrator())
    ]
    assert answers == [200, 404, 200, 404]
