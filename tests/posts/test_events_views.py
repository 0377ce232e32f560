"""Events on the pages: on the first page, in the form, one's own, and all of them for the group."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from posts import drafting, events, workflow
from posts.models import Event, EventFeed, EventKind, NothingToShow, Post
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def today(days: int = 0):
    return timezone.localdate() + timedelta(days=days)


def an_event(owner, title: str = "Besök hos Citymail", days: int = 0, **fields) -> Event:
    first = today(days)
    return events.add(owner, **{"title": title, "first_day": first, "last_day": first} | fields)


def ids(client, page: str, needle: str) -> bool:
    return needle in text_of(client.get(page))


# --- the first page -------------------------------------------------------------------------------------------


class TestHome:
    def test_what_one_was_at_these_days_is_asked_for_with_two_answers(self):
        karin = factories.ombudsman()
        event = an_event(karin, days=-1)
        page = signed_in(karin).get("/hem/").content.decode()
        assert f'href="/nytt/?handelse={event.pk}"' in page
        assert f'href="/handelser/{event.pk}/inget/"' in page
        assert "Besök hos Citymail i går." in page

    def test_what_is_long_ago_answered_or_sent_in_is_not_asked_for(self):
        karin = factories.ombudsman()
        an_event(karin, "För länge sedan", days=-4)
        events.nothing_to_show(an_event(karin, "Besvarad"), karin, "unwilling", "")
        done = an_event(karin, "Inskickad")
        post = factories.submitted(karin)
        Post.objects.filter(pk=post.pk).update(event=done)
        page = signed_in(karin).get("/hem/").content.decode()
        assert "Har du en bild?" not in page

    def test_what_was_taken_back_is_asked_for_again(self):
        karin = factories.ombudsman()
        event, post = an_event(karin), factories.submitted(karin)
        Post.objects.filter(pk=post.pk).update(event=event)
        assert events.asked_for(karin) == []
        workflow.withdraw(post, karin)
        assert events.asked_for(karin) == [event]

    def test_others_are_not_asked_and_see_what_is_for_all(self):
        karin, ali, anna = factories.ombudsman(), factories.ombudsman(), factories.reviewer()
        an_event(karin)
        shared = an_event(anna, "Kampanj för tryggare jobb", kind="campaign", is_shared=True)
        assert (events.asked_for(ali), events.coming(ali)) == ([], [shared])
        assert (events.asked_for(anna), events.coming(anna)) == ([], [shared])

    def test_a_title_is_enough_for_a_visit_of_today(self):
        karin = factories.ombudsman()
        answer = signed_in(karin).post("/handelser/ny/", {"title": " Besök  hos\nCitymail "})
        event = Event.objects.get()
        assert (answer.status_code, answer.url) == (302, "/hem/")
        assert (event.title, event.kind, event.first_day, event.last_day, event.owner, event.is_shared) == (
            "Besök hos Citymail",
            EventKind.VISIT,
            today(),
            today(),
            karin,
            False,
        )

    def test_the_same_pages_cost_the_same_with_one_event_and_with_three(self, django_assert_max_num_queries):
        karin = factories.ombudsman()
        client = signed_in(karin)
        client.get("/hem/")
        asked = []
        for number in (1, 3):
            while Event.objects.count() < 2 * number:
                an_event(karin, days=-1)
                an_event(karin, days=2)
            with django_assert_max_num_queries(100) as found:
                client.get("/hem/")
            asked.append(len(found.captured_queries))
        assert asked[0] == asked[1]


# --- in the form ----------------------------------------------------------------------------------------------


class TestForm:
    def test_a_post_begun_at_an_event_is_about_it_and_of_its_category(self):
        karin = factories.ombudsman()
        event = an_event(karin, "Kongress", days=-20, kind="campaign")
        page = signed_in(karin).get(f"/nytt/?handelse={event.pk}")
        form = page.context["form"]
        assert "Inlägget handlar om Kongress" in text_of(page)
        assert (form.about, form["event"].value()) == (event, event.pk)
        assert form.initial["category"] == events.category_for(event).pk

    def test_what_one_does_today_is_chosen_already(self):
        karin = factories.ombudsman()
        an_event(karin, "I går", days=-1)
        event = an_event(karin)
        assert signed_in(karin).get("/nytt/").context["form"].about == event

    def test_a_post_keeps_its_event_and_may_get_another_or_none(self):
        karin = factories.ombudsman()
        first, second = an_event(karin), an_event(karin, "Nästa")
        client = signed_in(karin)
        form = client.get("/nytt/").context["form"]
        typed = {"client_id": form.initial["client_id"], "text": "Hej.", "intent": "save"}
        client.post("/nytt/", typed | {"event": first.pk})
        post = Post.objects.get()
        assert (post.event, client.get(f"/inlagg/{post.pk}/andra/").context["form"].about) == (first, first)
        client.post(f"/inlagg/{post.pk}/andra/", typed | {"event": second.pk})
        assert Post.objects.get().event == second
        client.post(f"/inlagg/{post.pk}/andra/", typed | {"event": ""})
        assert Post.objects.get().event is None

    def test_anothers_event_or_one_that_is_gone_keeps_no_post_waiting(self):
        karin, ali = factories.ombudsman(), factories.ombudsman()
        theirs, client = an_event(ali, "Alis"), signed_in(karin)
        for number in (theirs.pk, 999_999, "x", "1' or 1"):
            form = client.get("/nytt/", {"handelse": number}).context["form"]
            assert form.about is None
            typed = {
                "client_id": form.initial["client_id"],
                "text": "Hej.",
                "intent": "save",
                "event": number,
            }
            assert client.post("/nytt/", typed).status_code == 302
        assert set(Post.objects.values_list("event", flat=True)) == {None}

    def test_an_event_that_goes_away_while_one_writes_is_no_longer_what_it_is_about(self):
        karin = factories.ombudsman()
        event = an_event(karin)
        events.remove(event, karin)
        event.pk = event.pk or 1
        post = drafting.save(karin, uuid4(), {"text": "Hej.", "event": event}, [], {})
        assert post.event is None

    def test_where_the_event_says_so_it_is_asked_whether_one_may_take_pictures(self):
        karin = factories.ombudsman()
        quiet, careful = an_event(karin, days=-1), an_event(karin, days=-2, asks_about_site=True)
        client = signed_in(karin)
        assert not client.get(f"/nytt/?handelse={quiet.pk}").context["form"].is_site_asked
        assert client.get(f"/nytt/?handelse={careful.pk}").context["form"].is_site_asked


# --- one's own ------------------------------------------------------------------------------------------------


class TestOwn:
    def test_the_list_says_what_came_of_each(self):
        karin = factories.ombudsman()
        an_event(karin, "På torsdagen", days=9)
        events.nothing_to_show(an_event(karin, "I förrgår", days=-2), karin, "internal", "")
        done = an_event(karin, "I går", days=-1)
        Post.objects.filter(pk=factories.submitted(karin).pk).update(event=done)
        client = signed_in(karin)
        coming, been = (text_of(client.get(f"/handelser/?visa={tab}")) for tab in ("kommande", "varit"))
        assert "På torsdagen" in coming
        assert "I går" not in coming
        assert "1 inlägg" in been
        assert "Inget att visa: Det som hände är internt" in been
        assert client.get("/handelser/?visa=annat").status_code == 404

    def test_a_congress_says_what_it_is_about(self):
        karin = factories.ombudsman()
        client, typed = signed_in(karin), {"title": "Kongress", "kind": "congress", "about": " "}
        assert (client.post("/handelser/ny/", typed).status_code, Event.objects.count()) == (422, 0)
        client.post("/handelser/ny/", typed | {"about": "Arbetstider"})
        assert Event.objects.get().about == "Arbetstider"

    @pytest.mark.parametrize(
        "typed",
        [
            {"title": " "},
            {"title": "x" * 201},
            {"title": "a", "first_day": "i morgon"},
            {"title": "a", "first_day": "2026-05-02", "last_day": "2026-05-01"},
            {"title": "a", "first_day": "2026-05-02", "last_day": "2028-05-01"},
            {"title": "a", "kind": "fest"},
            {"title": "a\0"},
        ],
    )
    def test_what_is_no_event_is_refused_with_a_sentence(self, typed):
        answer = signed_in(factories.ombudsman()).post("/handelser/ny/", typed)
        assert (answer.status_code, Event.objects.count()) == (422, 0)
        assert "Det gick inte att spara" in text_of(answer)

    def test_an_event_is_changed_and_its_reminder_moves_with_it(self):
        karin = factories.ombudsman()
        event = an_event(karin, days=3)
        typed = {"title": "Besök hos Posten", "first_day": today(8).isoformat(), "kind": "visit"}
        answer = signed_in(karin).post(f"/handelser/{event.pk}/andra/", typed)
        found = Event.objects.get()
        assert (answer.url, found.title) == (f"/handelser/{event.pk}/", "Besök hos Posten")
        assert (found.first_day, found.last_day, found.remind_at) == (
            today(8),
            today(8),
            events.after(today(8), None),
        )

    def test_one_with_a_draft_is_removed_and_the_draft_stays_one_with_a_post_stays(self):
        karin = factories.ombudsman()
        event, draft, client = an_event(karin), factories.draft(karin), signed_in(karin)
        Post.objects.filter(pk=draft.pk).update(event=event)
        client.post(f"/handelser/{event.pk}/ta-bort/")
        assert (Event.objects.count(), Post.objects.get().event) == (0, None)
        kept, post = an_event(karin), factories.submitted(karin)
        Post.objects.filter(pk=post.pk).update(event=kept)
        answer = client.post(f"/handelser/{kept.pk}/ta-bort/", follow=True)
        assert "Det finns ett inlägg om händelsen" in text_of(answer)
        assert Event.objects.get() == kept

    def test_nothing_to_show_wants_a_reason_and_is_no_list_of_places(self):
        karin = factories.ombudsman()
        event, client = an_event(karin), signed_in(karin)
        page = f"/handelser/{event.pk}/inget/"
        assert client.post(page, {}).status_code == 422
        assert client.post(page, {"why": "other", "note": " "}).status_code == 422
        assert Event.objects.get().nothing_at is None
        assert client.post(page, {"why": "other", "note": "Det regnade"}).url == "/hem/"
        found = Event.objects.get()
        assert (found.nothing_to_show, found.nothing_note) == ("other", "Det regnade")
        assert not any("foto" in label.lower() for label in NothingToShow.labels)

    def test_nobody_else_opens_changes_or_removes_it(self):
        karin, ali = factories.ombudsman(), factories.ombudsman()
        event, client = an_event(karin), signed_in(ali)
        for page in ("", "andra/", "inget/"):
            assert client.get(f"/handelser/{event.pk}/{page}").status_code == 404
        for page in ("andra/", "inget/", "ta-bort/"):
            answer = client.post(f"/handelser/{event.pk}/{page}", {"title": "Min", "why": "internal"})
            assert answer.status_code == 404
        found = Event.objects.get()
        assert (found.title, found.nothing_at) == ("Besök hos Citymail", None)

    def test_what_is_for_all_is_changed_by_the_group_alone(self):
        ali, anna = factories.ombudsman(), factories.reviewer()
        typed = {"title": "Kampanj", "kind": "campaign", "is_shared": "on"}
        signed_in(ali).post("/handelser/ny/", typed)
        signed_in(anna).post("/handelser/ny/", typed)
        own, shared = Event.objects.order_by("pk")
        assert (own.is_shared, shared.is_shared) == (False, True)
        client = signed_in(ali)
        assert client.get(f"/handelser/{shared.pk}/").status_code == 200
        client.post(f"/handelser/{shared.pk}/inget/", {"why": "internal"})
        client.post(f"/handelser/{shared.pk}/ta-bort/")
        assert Event.objects.get(pk=shared.pk).nothing_at is None


# --- all of them ----------------------------------------------------------------------------------------------


class TestEverybodys:
    def test_the_group_sees_what_nothing_was_sent_in_about(self):
        karin, ali = (
            factories.ombudsman(region="Umeå"),
            factories.ombudsman(name="Ali Rezaei", region="Malmö"),
        )
        an_event(karin, "Citymail", days=-5)
        an_event(ali, "Hamnen", days=-1, kind="other")
        an_event(ali, "Sedan", days=4)
        done = an_event(ali, "Färdig", days=-2)
        Post.objects.filter(pk=factories.submitted(ali).pk).update(event=done)
        client = signed_in(factories.reviewer())

        def titles(**given: str) -> list[str]:
            return [event.title for event in client.get("/handelser/alla/", given).context["events"]]

        assert titles() == ["Hamnen", "Citymail"]
        assert titles(region="Umeå") == ["Citymail"]
        assert titles(slag="other") == ["Hamnen"]
        assert titles(visa="kommande") == ["Sedan"]
        assert titles(visa="alla") == ["Sedan", "Hamnen", "Färdig", "Citymail"]
        for given in ({"visa": "x"}, {"slag": "x"}):
            assert client.get("/handelser/alla/", given).status_code == 404

    def test_a_long_list_goes_on_where_the_page_before_ended(self, monkeypatch):
        monkeypatch.setattr("posts.events_views.PAGE", 2)
        karin = factories.ombudsman()
        for number in range(5):
            an_event(karin, f"Nummer {number}", days=-1)
        client, seen, older = signed_in(factories.reviewer()), [], ""
        for _ in range(3):
            page = client.get("/handelser/alla/", {"fore": older}).context
            seen += [event.title for event in page["events"]]
            older = page["older"]
        assert (seen, older) == ([f"Nummer {number}" for number in (4, 3, 2, 1, 0)], "")
        for nonsense in ("x", "2026-01-01", "2026-01-01.x", "2026-13-01.1"):
            assert client.get("/handelser/alla/", {"fore": nonsense}).status_code == 200


# --- calendars ------------------------------------------------------------------------------------------------


class TestCalendars:
    @pytest.fixture(autouse=True)
    def _live(self, settings):
        graph = {"FACEBOOK_GRAPH_URL": "https://graph.facebook.com"}
        settings.PLATFORM_ADDRESSES = settings.PLATFORM_ADDRESSES | graph

    def test_an_address_is_kept_sealed_and_shown_no_more(self):
        karin = factories.ombudsman()
        client = signed_in(karin)
        client.post(
            "/handelser/kalendrar/", {"url": "webcal://kalender.exempel.se/hemlig-abc.ics", "only": "besök"}
        )
        feed = EventFeed.objects.get()
        assert (feed.open(), feed.host, feed.only, feed.kind) == (
            {"url": "https://kalender.exempel.se/hemlig-abc.ics"},
            "kalender.exempel.se",
            "besök",
            "visit",
        )
        assert "hemlig" not in feed.sealed
        page = text_of(client.get("/handelser/kalendrar/"))
        assert ("kalender.exempel.se" in page, "hemlig-abc" in page) == (True, False)

    @pytest.mark.parametrize(
        "url",
        ["", "hej", "http://127.0.0.1/a.ics", "https://10.0.0.1/a", "ftp://exempel.se/a", "https://intern/a"],
    )
    def test_what_is_no_address_of_a_public_calendar_is_refused(self, url):
        answer = signed_in(factories.ombudsman()).post("/handelser/kalendrar/", {"url": url})
        assert (answer.status_code, EventFeed.objects.count()) == (422, 0)

    def test_the_same_calendar_is_one_and_there_are_five_at_most(self):
        client = signed_in(factories.ombudsman())
        answers = [
            client.post("/handelser/kalendrar/", {"url": f"https://exempel.se/{name}"}).status_code
            for name in ("a", "a", "b", "c", "d", "e", "f")
        ]
        assert (answers, EventFeed.objects.count()) == ([302, 422, 302, 302, 302, 302, 422], 5)

    def test_one_removes_ones_own_and_nobody_elses(self):
        karin, ali = factories.ombudsman(), factories.ombudsman()
        signed_in(karin).post("/handelser/kalendrar/", {"url": "https://exempel.se/a"})
        where = reverse("posts:forget_event_calendar", args=[EventFeed.objects.get().pk])
        signed_in(ali).post(where)
        assert EventFeed.objects.count() == 1
        signed_in(karin).post(where)
        assert EventFeed.objects.count() == 0

    def test_in_practice_mode_no_calendar_is_read(self, settings):
        here = {"FACEBOOK_GRAPH_URL": "http://127.0.0.1:1/facebook"}
        settings.PLATFORM_ADDRESSES = settings.PLATFORM_ADDRESSES | here
        answer = signed_in(factories.ombudsman()).post(
            "/handelser/kalendrar/", {"url": "https://exempel.se/a"}
        )
        assert "I övningsläget" in text_of(answer)
        assert EventFeed.objects.count() == 0


def test_whoever_reviews_sees_what_a_post_is_about():
    karin = factories.ombudsman()
    event, post = an_event(karin), factories.submitted(karin)
    Post.objects.filter(pk=post.pk).update(event=event)
    page = signed_in(factories.reviewer()).get(f"/granska/{post.pk}/").content.decode()
    assert f'<a href="/handelser/{event.pk}/">Besök hos Citymail</a>, i dag' in page
