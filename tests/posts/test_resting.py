"""What somebody wants of a draft besides that it is kept: to sleep on it, or to be called about the place."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from accounts import letters
from accounts.models import Duty, Mail, Notice
from posts import resting, workflow
from posts.models import Post, Site, Status
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]
A_WEDNESDAY = "2026-11-25 13:20:00"  # 14.20 on the wall


def typed(**changes):
    return {"client_id": str(uuid.uuid4()), "text": "Chefen är en idiot.", "intent": "rest"} | changes


@pytest.fixture
def karin():
    return factories.ombudsman()


def test_whoever_sleeps_on_it_has_a_draft_and_is_mailed_in_an_hour(karin):
    with freeze_time(A_WEDNESDAY):
        page = signed_in(karin)
        answer = page.post("/nytt/", typed(), follow=True)
        assert "Utkastet är sparat. Vi påminner dig 15.20." in text_of(answer)
        notice, post = Notice.objects.get(), Post.objects.get()
        assert (notice.person, notice.kind, notice.path) == (karin, "rested", f"/inlagg/{post.pk}/andra/")
        assert (notice.not_before - timezone.now(), post.status) == (timedelta(hours=1), Status.DRAFT)
        assert letters.words(notice).subject == "Du ville vila på ett inlägg till i dag 15.20"


def test_at_night_nobody_is_mailed(karin):
    with freeze_time("2026-11-25 18:00:00"):
        again_at = resting.rest(factories.draft(karin), timezone.now())
    assert timezone.localtime(again_at).isoformat() == "2026-11-26T07:00:00+01:00"


def test_who_sleeps_on_it_twice_is_mailed_once_and_who_sends_it_in_not_at_all(karin):
    post = factories.draft(karin)
    with freeze_time(A_WEDNESDAY):
        resting.rest(post, timezone.now())
    with freeze_time("2026-11-25 13:40:00"):
        resting.rest(post, timezone.now())
        waiting = Notice.objects.filter(kind="rested", mail=Mail.WAITING)
        assert [notice.not_before - timezone.now() for notice in waiting] == [timedelta(hours=1)]
        other = factories.draft(karin)
        resting.rest(other, timezone.now())
        workflow.submit(post, karin)
        assert [notice.path for notice in waiting.all()] == [f"/inlagg/{other.pk}/andra/"]


# --- to be called -----------------------------------------------------------------------------------------------


def test_whoever_does_not_know_is_called_by_the_one_who_has_the_watch_and_no_place_is_written(karin):
    anna, _johan = factories.reviewer(), factories.reviewer()
    today = timezone.localdate()
    Duty.objects.create(person=anna, first_day=today, last_day=today)
    page = signed_in(karin)
    text = "Vi står utanför anstalten i Umeå."
    answer = page.post("/nytt/", typed(site=Site.UNKNOWN, text=text, intent="save"), follow=True)
    assert "Utkastet är sparat. Kommunikationsgruppen hör av sig." in text_of(answer)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (anna, "call_back")
    said = " ".join(letters.words(notice).body)
    assert karin.email in said
    assert not any(word in f"{said}{notice.facts}{notice.path}" for word in ("anstalten", "Umeå"))
    page.post("/nytt/", typed(site=Site.UNKNOWN, intent="save", client_id=str(Post.objects.get().client_id)))
    assert Notice.objects.count() == 1


def test_without_a_watch_the_group_is_asked_to_call(karin):
    anna, johan = factories.reviewer(hears_of_submissions=False), factories.reviewer()
    post = factories.draft(karin, site=Site.UNKNOWN)
    assert resting.ask_for_a_call(post)
    assert {notice.person for notice in Notice.objects.all()} == {anna, johan}


@pytest.mark.parametrize("site", ["", Site.ALLOWED, Site.FORBIDDEN])
def test_who_knows_is_not_called(karin, site):
    factories.reviewer()
    page = signed_in(karin)
    answer = page.post("/nytt/", typed(site=site, intent="save"), follow=True)
    assert "Utkastet är sparat." in text_of(answer)
    assert not Notice.objects.exists()
