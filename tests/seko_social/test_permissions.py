"""
Who may open what: every page and every press, for every role, also without a link to it. The channels have a table of
their own (`tests/channels/test_permissions.py`).
"""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import invitations, notices, policy, roles
from accounts.models import Duty, Invitation, Notice, PolicyVersion, User
from approvals import discussion
from approvals.models import Filling, ImportantDate
from posts import cases, consent, publishing
from posts.models import EventFeed, OtherVersion, Publication, PublicationStatus, Upload
from tests import factories
from tests.pages import signed_in
from tests.posts.test_events_views import an_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

PEOPLE = ("author", "ombudsman", "reviewer", "administrator", "reader")
OK, MOVED, NO, UNKNOWN = 200, 302, 403, 404

PAGES = {
    # name of the page: what the author, another ombudsman, a reviewer, an administrator and a reader get
    "home": (MOVED, MOVED, MOVED, MOVED, MOVED),
    "posts:home": (OK, OK, OK, NO, NO),
    "posts:mine": (OK, OK, OK, NO, NO),
    "posts:new": (OK, OK, OK, NO, NO),
    "posts:site": (OK, OK, OK, NO, NO),
    "posts:site_forbidden": (OK, OK, OK, NO, NO),
    "posts:site_unclear": (OK, OK, OK, NO, NO),
    "posts:events": (OK, OK, OK, NO, NO),
    "posts:new_event": (OK, OK, OK, NO, NO),
    "posts:event": (OK, UNKNOWN, OK, NO, NO),
    "posts:edit_event": (OK, UNKNOWN, OK, NO, NO),
    "posts:nothing_to_show": (OK, UNKNOWN, OK, NO, NO),
    "posts:all_events": (NO, NO, OK, NO, NO),
    "posts:event_calendars": (OK, OK, OK, NO, NO),
    "posts:outbox": (OK, OK, OK, NO, NO),
    "posts:outbox_item": (OK, OK, OK, NO, NO),  # what is asked for is one's own, or unknown
    "posts:everybodys": (NO, NO, OK, NO, OK),
    "posts:search": (OK, OK, OK, OK, OK),
    "posts:detail": (OK, UNKNOWN, OK, UNKNOWN, OK),
    "posts:edit": (MOVED, UNKNOWN, UNKNOWN, NO, NO),
    "posts:sent": (OK, UNKNOWN, UNKNOWN, NO, NO),
    "posts:by_hand": (NO, NO, OK, NO, NO),
    "posts:decide": (NO, NO, OK, NO, NO),
    "posts:receipt": (OK, UNKNOWN, OK, UNKNOWN, OK),
    "posts:take_down": (NO, NO, OK, OK, NO),
    "posts:find_to_take_down": (NO, NO, OK, OK, NO),
    "posts:consent": (OK, UNKNOWN, OK, UNKNOWN, NO),
    "posts:consent_state": (OK, UNKNOWN, OK, UNKNOWN, NO),
    "posts:consent_phone": (OK, UNKNOWN, OK, UNKNOWN, NO),
    "posts:cases": (NO, NO, OK, OK, NO),
    "posts:new_case": (NO, NO, OK, OK, NO),
    "posts:case": (NO, NO, OK, OK, NO),
    "posts:erase": (NO, UNKNOWN, OK, OK, NO),
    "posts:tile": (OK, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "posts:media": (OK, UNKNOWN, OK, UNKNOWN, OK),
    "approvals:desk": (NO, NO, OK, NO, NO),
    "approvals:news": (NO, NO, OK, NO, NO),
    "approvals:narrow": (NO, NO, OK, NO, NO),
    "approvals:review": (NO, NO, OK, NO, NO),
    "approvals:parts": (NO, NO, OK, NO, NO),
    "approvals:request_changes": (NO, NO, OK, NO, NO),
    "approvals:reject": (NO, NO, OK, NO, NO),
    "approvals:channel_text": (NO, NO, OK, NO, NO),
    "approvals:picture": (NO, NO, OK, NO, NO),
    "approvals:full": (NO, NO, OK, NO, NO),
    "approvals:reopen": (NO, NO, MOVED, NO, NO),
    "approvals:subtitles": (NO, NO, MOVED, NO, NO),
    "approvals:schedule": (NO, NO, OK, NO, NO),
    "approvals:frequency": (NO, NO, OK, OK, OK),
    "approvals:calendar": (NO, NO, OK, OK, OK),
    "approvals:slot": (NO, NO, MOVED, UNKNOWN, NO),
    "approvals:fill": (NO, NO, UNKNOWN, NO, NO),
    "approvals:fill_gaps": (NO, NO, OK, NO, NO),
    "approvals:fill_gaps_done": (NO, NO, OK, NO, NO),
    "approvals:stock": (NO, NO, OK, NO, NO),
    "approvals:best_before": (NO, NO, UNKNOWN, NO, NO),
    "approvals:give_time": (NO, NO, UNKNOWN, NO, NO),
    "approvals:reserve_until": (NO, NO, OK, NO, NO),
    "approvals:dates": (NO, NO, OK, NO, NO),
    "approvals:subscription": (NO, NO, OK, OK, OK),
    "approvals:assign": (NO, NO, OK, NO, NO),
    "approvals:assign_several": (NO, NO, OK, NO, NO),
    "approvals:override": (NO, NO, NO, NO, NO),
    "posts:move": (NO, NO, MOVED, NO, NO),
    "posts:appeal": (MOVED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "posts:share": (OK, UNKNOWN, OK, UNKNOWN, OK),
    "posts:ask_down": (OK, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "approvals:write": (NO, NO, OK, NO, NO),
    "approvals:notes": (NO, NO, OK, NO, OK),
    "approvals:note": (NO, NO, OK, NO, NO),
    "approvals:ask_opinion": (NO, NO, OK, NO, NO),
    "approvals:answer": (NO, NO, OK, NO, NO),
    "status:index": (NO, NO, OK, OK, OK),
    "status:stop": (NO, NO, OK, OK, NO),
    "status:resume": (NO, NO, MOVED, MOVED, NO),
    "status:pause": (NO, NO, OK, OK, NO),
    "status:unpause": (NO, NO, MOVED, MOVED, NO),
    "accounts:me": (OK, OK, OK, OK, OK),
    "accounts:notices": (OK, OK, OK, OK, OK),
    "accounts:notice": (MOVED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "shell:install": (OK, OK, OK, OK, OK),
    "accounts:policy": (OK, OK, OK, OK, OK),
    "accounts:earlier_policy": (OK, OK, OK, OK, OK),
    "accounts:write_policy": (NO, NO, OK, OK, NO),
    "accounts:likes": (OK, OK, OK, OK, OK),
    "accounts:people": (NO, NO, OK, OK, NO),
    "accounts:person": (NO, NO, NO, OK, NO),
    "accounts:welcome": (OK, OK, OK, OK, OK),
    "accounts:rota": (NO, NO, OK, OK, NO),
    "accounts:add_duty": (NO, NO, OK, OK, NO),
    "accounts:change_duty": (NO, NO, OK, OK, NO),
    "approvals:answer_times": (NO, NO, OK, NO, NO),
    "approvals:publish_today": (NO, NO, MOVED, NO, NO),
    "audit:index": (NO, NO, NO, OK, OK),
    "audit:mine": (OK, OK, OK, OK, OK),
    "audit:post": (NO, NO, OK, OK, OK),
    "audit:channel": (NO, NO, NO, OK, OK),
}
PRESSES = {
    "accounts:read_all": (MOVED, MOVED, MOVED, MOVED, MOVED),
    "accounts:acknowledge_policy": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),  # it does not say which
    "accounts:send_invitation_again": (NO, NO, MOVED, MOVED, NO),
    "accounts:revoke_invitation": (NO, NO, MOVED, MOVED, NO),
    "accounts:subscribe": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),  # not offered without a key
    "accounts:unsubscribe": (MOVED, MOVED, MOVED, MOVED, MOVED),
    "posts:consent_link": (422, UNKNOWN, 422, UNKNOWN, NO),
    "posts:consent_in_office": (NO, UNKNOWN, 422, UNKNOWN, NO),  # sent in: the group says so now
    "posts:consent_again": (MOVED, UNKNOWN, UNKNOWN, UNKNOWN, NO),
    "posts:withdraw": (MOVED, UNKNOWN, MOVED, UNKNOWN, MOVED),
    "posts:recall": (MOVED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),  # a draft again: its author's alone
    "posts:revise": (MOVED, UNKNOWN, MOVED, UNKNOWN, MOVED),
    "posts:answer": (MOVED, UNKNOWN, MOVED, UNKNOWN, MOVED),
    "posts:upload": (422, 422, 422, NO, NO),
    "posts:remove_event": (MOVED, UNKNOWN, UNKNOWN, NO, NO),  # its owner was faster
    "posts:forget_event_calendar": (
        MOVED,
        MOVED,
        MOVED,
        NO,
        NO,
    ),  # of others it is gone already: nothing is done
    "posts:hint": (OK, OK, OK, NO, NO),
    "posts:redraw": (422, UNKNOWN, UNKNOWN, NO, NO),
    "posts:take_other": (MOVED, UNKNOWN, UNKNOWN, NO, NO),
    "posts:drop_other": (MOVED, UNKNOWN, UNKNOWN, NO, NO),
    "posts:reply": (422, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "approvals:take_back": (NO, NO, NO, NO, NO),
    "accounts:ask_about_site": (MOVED, MOVED, MOVED, MOVED, MOVED),
    "accounts:hear_of_submissions": (MOVED, MOVED, MOVED, MOVED, MOVED),
    "posts:decide_absent": (NO, NO, MOVED, NO, NO),
    "posts:try_again": (NO, NO, MOVED, NO, NO),
    "posts:take_by_hand": (NO, NO, MOVED, NO, NO),
    "posts:confirm_removed": (NO, NO, MOVED, MOVED, NO),
    "status:try_again": (NO, NO, MOVED, MOVED, NO),
    "approvals:save": (NO, NO, 409, NO, NO),
    "approvals:still": (NO, NO, 409, NO, NO),
    "approvals:faces": (NO, NO, MOVED, NO, NO),
    "approvals:approve": (NO, NO, 409, NO, NO),
    "approvals:reserve": (NO, NO, 409, NO, NO),
    "approvals:next_gap": (NO, NO, UNKNOWN, NO, NO),
    "approvals:drop": (NO, NO, UNKNOWN, UNKNOWN, NO),
    "approvals:act": (NO, NO, 409, UNKNOWN, NO),
    "approvals:undo_filling": (NO, NO, MOVED, NO, NO),
    "approvals:forget_date": (NO, NO, MOVED, NO, NO),
    "approvals:revoke_feed": (NO, NO, MOVED, MOVED, MOVED),
    "approvals:look": (NO, NO, OK, NO, NO),
    "approvals:leave": (NO, NO, 204, NO, NO),
    "approvals:take_over": (NO, NO, MOVED, NO, NO),
    "approvals:first_okay": (NO, NO, 409, NO, NO),
    "approvals:mark": (NO, NO, 409, NO, NO),
    "approvals:unmark": (NO, NO, 409, NO, NO),
    "approvals:undo": (NO, NO, 409, NO, NO),
    "posts:hold": (NO, NO, MOVED, NO, NO),
    "posts:to_reserve": (NO, NO, MOVED, NO, NO),
    "posts:release": (NO, NO, MOVED, NO, NO),
    "accounts:take_away_duty": (NO, NO, MOVED, UNKNOWN, NO),  # the reviewer was faster
    "audit:export": (NO, NO, NO, NO, OK),
}
OFFICERS = {
    # what a data protection officer gets where it is not what a reader gets
    "posts:take_down": OK,
    "posts:find_to_take_down": OK,
    "posts:consent": OK,
    "posts:consent_state": OK,
    "posts:cases": OK,
    "posts:new_case": OK,
    "posts:case": OK,
    "posts:erase": OK,
    "posts:recall": MOVED,  # told that it is not theirs; before a reader, its author was faster
    "posts:confirm_removed": MOVED,
    "audit:export": NO,
}
ELSEWHERE = {
    "posts:rendition",
    "posts:link_card",
    "posts:subtitles",
    "approvals:feed",
    "accounts:accept_invitation",
    "posts:public",
    "posts:public_guardian",
    "posts:public_picture",
    "posts:uploads",
    "posts:upload_part",
    "shell:worker",
    "shell:manifest",
    "shell:offline",
    "shell:share",
}
"""
Uploads in parts speak a protocol, and lead nobody to a page (`tests/posts/test_tus.py`). The feed is for whoever has its
address (`tests/approvals/test_feed.py`), an invitation for whoever has its link (`tests/accounts/test_invitations.py`). A
film of pictures is tested where they are
(`test_a_film_made_for_a_channel_is_for_those_who_may_see_what_it_is_made_of`). What a browser asks for by itself is
anybody's, and what another app shares is shown to whoever shares it (`tests/seko_social/test_shell.py`).
"""


@pytest.fixture
def stage(platform, monkeypatch):
    """One post in review, one publication that waits for a hand, and somebody of each role."""
    karin, channel = factories.ombudsman(), factories.channel()
    post = factories.submitted(karin)
    out, asked, failed = (a_publication(karin, channel) for _ in range(3))
    publishing.send(publishing.claim(out.pk))
    Publication.objects.filter(pk=asked.pk).update(status=PublicationStatus.NEEDS_DECISION)
    Publication.objects.filter(pk=failed.pk).update(status=PublicationStatus.FAILED)
    monkeypatch.setattr(platform, "publishes", False)
    factories.approved(factories.submitted(karin), factories.reviewer(), channel)
    waiting = Publication.objects.get(status=PublicationStatus.BY_HAND)
    media = post.current_version.shown_media.get().media
    notices.tell([karin], "published", "version:1", "/mina/", out=["Facebook"])
    return {
        "people": {
            "author": karin,
            "ombudsman": factories.ombudsman(),
            "reviewer": factories.reviewer(),
            "administrator": factories.administrator(),
            "reader": factories.reader(),
        },
        "arguments": {
            "post_id": post.pk,
            "channel_id": channel.pk,
            "publication_id": waiting.pk,
            "note_id": discussion.ask_opinion(post, factories.reviewer(), None).pk,
            "notice_id": Notice.objects.get(person=karin, key="version:1").pk,
            "media_id": media.pk,
            "event_id": an_event(karin).pk,
            "feed_id": EventFeed.objects.create(owner=karin, look_at=timezone.now()).pk,
            "size": "thumb",
            "duty_id": a_watch().pk,
            "invitation_id": an_invitation().pk,
            "person_id": karin.pk,
            "number": a_policy().number,
            "client_id": post.client_id,
            "other_id": OtherVersion.objects.create(post=post, text="Hej", written_at=timezone.now()).pk,
            "date_id": ImportantDate.objects.earliest("pk").pk,
            "filling_id": Filling.objects.create(by=karin, moves=[]).pk,
            "consent_id": consent.ask(post, karin)[0][0].pk,
            "case_id": cases.ask(out.post, karin, "Fel ort").pk,
        },
        "others": {
            "status:pause": {"channel_id": factories.channel("x").pk},
            "posts:decide": {"publication_id": asked.pk},
            "posts:decide_absent": {"publication_id": asked.pk},
            "posts:try_again": {"publication_id": failed.pk},
            "posts:take_by_hand": {"publication_id": failed.pk},
            "posts:confirm_removed": {"publication_id": out.pk},
            "posts:receipt": {"publication_id": out.pk},
            "posts:take_down": {"post_id": out.post_id},
            "posts:ask_down": {"post_id": out.post_id},
            "posts:share": {"post_id": out.post_id},
        },
    }


def an_invitation() -> Invitation:
    return invitations.invite(factories.reviewer(), "sara@example.test", "Sara Ny", roles.OMBUDSMAN)


def a_policy() -> PolicyVersion:
    """Published after everything here was sent in."""
    return policy.publish(factories.administrator(), 1, 0, dict.fromkeys(policy.WORDS, "Text"))


def a_watch() -> Duty:
    today = timezone.localdate()
    return Duty.objects.create(person=factories.reviewer(), first_day=today, last_day=today)


def a_publication(author, channel) -> Publication:
    post = factories.approved(factories.submitted(author), factories.reviewer(), channel)
    return Publication.objects.get(post=post)


def address(name: str, stage: dict) -> str:
    arguments = stage["arguments"] | stage["others"].get(name, {})
    wanted = get_resolver(None)
    namespace, _, own = name.rpartition(":")
    patterns = wanted.namespace_dict[namespace][1] if namespace else wanted
    parameters = patterns.reverse_dict.getlist(own)[0][0][0][1]
    return reverse(name, kwargs={key: arguments[key] for key in parameters})


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_opened_by_those_who_may_and_nobody_else(stage, name):
    where = address(name, stage)
    found = tuple(opened(signed_in(stage["people"][person]), where) for person in PEOPLE)
    assert found == PAGES[name]


def opened(client: Client, where: str) -> int:
    response = client.get(where)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


@pytest.mark.parametrize("name", PRESSES)
def test_every_press_is_answered_by_those_who_may_and_nobody_else(stage, name):
    where = address(name, stage)
    found = tuple(signed_in(stage["people"][person]).post(where).status_code for person in PEOPLE)
    assert found == PRESSES[name]


def test_an_officer_reads_follows_cases_takes_down_and_erases_and_no_more(stage):
    client = signed_in(factories.person(roles.OFFICER))
    wanted = {name: row[-1] for name, row in {**PAGES, **PRESSES}.items()} | OFFICERS
    pages = {name: opened(client, address(name, stage)) for name in PAGES}
    presses = {name: client.post(address(name, stage)).status_code for name in PRESSES}
    assert pages | presses == wanted


def test_whoever_was_deactivated_has_nothing_left_of_an_open_session(stage):
    person = stage["people"]["reviewer"]
    client = signed_in(person)
    assert client.get("/granska/").status_code == OK
    User.objects.filter(pk=person.pk).update(is_active=False)
    for name in [*PAGES, *PRESSES]:
        where = address(name, stage)
        for response in (client.get(where), client.post(where)):
            assert (response.status_code, response.url.partition("?")[0]) == (302, "/konto/login/"), name
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    assert client.post("/ladda-upp/", headers=tus).status_code == 401
    assert not Upload.objects.exists()


@pytest.mark.parametrize("name", [*PAGES, *PRESSES])
def test_nothing_is_open_to_somebody_who_has_not_signed_in(stage, name):
    where = address(name, stage)
    for response in (Client().get(where), Client().post(where)):
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/konto/login/")


@pytest.mark.parametrize("name", PRESSES)
def test_a_press_is_no_link(stage, name):
    assert signed_in(stage["people"]["reviewer"]).get(address(name, stage)).status_code == 405


@pytest.mark.parametrize("name", [*PAGES, *PRESSES])
def test_a_press_from_a_foreign_page_is_refused(stage, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage["people"]["reviewer"])
    assert client.post(address(name, stage)).status_code == 403


def test_every_address_of_ours_is_in_the_table():
    rooms = get_resolver(None).namespace_dict
    names = {
        f"{room}:{name}"
        for room in ("posts", "approvals", "accounts", "status", "audit", "shell")
        for name in rooms[room][1].reverse_dict
        if isinstance(name, str)
    }
    assert names - ELSEWHERE == {*PAGES, *PRESSES} - {"home"}
