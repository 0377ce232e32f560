"""What becomes of posts whose channel is disconnected, and of those that still lie there when it is connected again."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from audit.models import Entry
from channels import connections, signals
from channels.errors import Unconfirmed
from channels.models import Channel
from posts import publishing
from posts.models import Attempt, Hold, Outcome, Publication, PublicationStatus, Regret, RemovalStatus
from tests import factories
from tests.pages import signed_in, text_of
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
LINK = "https://example.test/handle-1"
S = PublicationStatus


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def olle():
    return factories.ombudsman(name="Olle Ägare")


@pytest.fixture
def publication(anna, olle):
    factories.approved(factories.submitted(), anna, factories.channel(owner=olle))
    return Publication.objects.get()


@pytest.fixture
def unsure(publication, platform):
    """Its call was made, and nobody knows what came of it."""
    platform.script["commit"] = raising(Unconfirmed("no_answer"))
    publishing.send(publishing.claim(publication.pk))
    return current(publication)


@pytest.fixture
def asked(unsure, mona):
    """And its channel is gone, so that a person must tell."""
    disconnect(unsure, mona)
    publishing.sweep(timezone.now())
    return current(unsure)


def current(publication: Publication) -> Publication:
    return Publication.objects.select_related("channel").get(pk=publication.pk)


def state(publication: Publication) -> tuple[str, str]:
    found = current(publication)
    return found.status, found.hold


def disconnect(publication: Publication, by) -> None:
    assert connections.disconnect(current(publication).channel, by)


def connect_again(publication: Publication, by=None) -> None:
    connections.connect(current(publication).channel, {"access_token": "new"}, by=by)


# --- no call begins any more ------------------------------------------------------------------------------------


def test_what_is_made_ready_when_the_channel_is_disconnected_does_not_go_out(publication, platform, mona):
    platform.script["stage"] = lambda *_: disconnect(publication, mona)
    publishing.send(publishing.claim(publication.pk))
    assert (platform.calls, platform.ledger) == (["stage"], [])
    assert state(publication) == (S.QUEUED, "")
    assert not Attempt.objects.exists()


def test_a_channel_is_disconnected_behind_the_same_gate_as_a_pause(publication, mona, monkeypatch):
    order: list[str] = []
    close = publishing.stopping.close_gate

    def shut():
        order.append(f"gate, disconnected: {current(publication).channel.disconnected_at is not None}")
        assert connection.in_atomic_block
        return close()

    monkeypatch.setattr(publishing.stopping, "close_gate", shut)
    disconnect(publication, mona)
    assert order == ["gate, disconnected: False"]


def test_both_signals_are_sent_in_the_transaction_of_the_act(publication, mona, transactional_db):
    inside: list[bool] = []

    def hear(**_):
        inside.append(connection.in_atomic_block)

    for signal in (signals.parting, signals.reopened):
        signal.connect(hear)
    disconnect(publication, mona)
    connect_again(publication)
    for signal in (signals.parting, signals.reopened):
        signal.disconnect(hear)
    assert inside == [True, True]


# --- connected again --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [timedelta(days=-90), timedelta(days=7)])
def test_nothing_that_waited_goes_out_by_itself_when_the_account_is_connected_again(
    publication, platform, mona, wait
):
    disconnect(publication, mona)
    assert state(publication) == (S.QUEUED, "")
    at = timezone.now() + wait
    Publication.objects.update(not_before=at, planned_for=at)
    connect_again(publication, mona)
    assert state(publication) == (S.HELD, Hold.STOPPED)
    assert not Publication.objects.due(timezone.now() + timedelta(days=30)).exists()
    assert Entry.objects.filter(verb="publication.held", actor=mona).count() == 1


def test_what_is_let_go_or_planned_while_the_channel_is_gone_waits_too(publication, anna, mona):
    publishing.hold([publication], anna)
    disconnect(publication, mona)
    publishing.release([current(publication)], anna)
    assert state(publication) == (S.QUEUED, "")
    connect_again(publication)
    assert state(publication) == (S.HELD, Hold.STOPPED)


def test_what_is_being_made_ready_all_the_while_waits_too(publication, platform, mona):
    def act(*_):
        disconnect(publication, mona)
        connect_again(publication)

    platform.script["stage"] = act
    publishing.send(publishing.claim(publication.pk))
    assert (platform.ledger, state(publication)) == ([], (S.HELD, Hold.STOPPED))


def test_what_was_parked_goes_out_when_somebody_says_so(publication, platform, anna, mona):
    disconnect(publication, mona)
    connect_again(publication)
    publishing.release([current(publication)], anna)
    Publication.objects.update(not_before=timezone.now())
    publishing.send(publishing.claim(publication.pk))
    assert (len(platform.ledger), state(publication)) == (1, (S.PUBLISHED, ""))


def test_a_channel_that_was_only_connected_anew_goes_on(publication):
    connect_again(publication)
    assert state(publication) == (S.QUEUED, "")


def test_what_waits_for_another_channel_is_left_alone(publication, anna, mona):
    factories.approved(factories.submitted(), anna, factories.channel())
    other = Publication.objects.exclude(pk=publication.pk).get()
    disconnect(publication, mona)
    connect_again(publication)
    assert state(other) == (S.QUEUED, "")


def test_what_nobody_knows_of_is_asked_about_before_a_late_look_sends_it_again(unsure, mona):
    disconnect(unsure, mona)
    connect_again(unsure)
    assert state(unsure) == (S.NEEDS_DECISION, "")


# --- what may be out there --------------------------------------------------------------------------------------


def test_a_person_is_asked_where_we_cannot_look_any_more(unsure, anna, mona):
    publishing.sweep(timezone.now())
    assert state(unsure) == (S.UNCONFIRMED, "")
    disconnect(unsure, mona)
    for _time in range(2):
        publishing.sweep(timezone.now())
    assert state(unsure) == (S.NEEDS_DECISION, "")
    assert Entry.objects.filter(verb="publication.needs_decision").count() == 1
    assert Notice.objects.filter(person=anna, kind="needs_decision").count() == 1


def test_who_is_looking_right_now_is_not_disturbed(unsure, mona):
    Publication.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    disconnect(unsure, mona)
    publishing.sweep(timezone.now())
    assert state(unsure) == (S.UNCONFIRMED, "")


def test_a_persons_word_is_the_proof_that_it_is_out(asked, anna, platform):
    publishing.decide_out(asked, anna, LINK)
    assert (state(asked), current(asked).url) == ((S.PUBLISHED, ""), LINK)
    assert Attempt.objects.get().outcome == Outcome.FOUND
    assert "look_up" not in platform.calls


def test_an_address_of_somewhere_else_proves_nothing(asked, anna):
    with pytest.raises(publishing.LinkError, match="foreign"):
        publishing.decide_out(asked, anna, "https://other.test/1")
    assert state(asked) == (S.NEEDS_DECISION, "")


def test_another_posts_address_proves_nothing_here_either(unsure, anna, mona):
    factories.approved(factories.submitted(), anna, unsure.channel)
    receipt = connections.offline_adapter(unsure.channel).read_link(LINK)
    Publication.objects.exclude(pk=unsure.pk).update(
        status=S.PUBLISHED, url=LINK, remote_id=receipt, published_at=timezone.now()
    )
    disconnect(unsure, mona)
    publishing.sweep(timezone.now())
    with pytest.raises(publishing.LinkError, match="anothers"):
        publishing.decide_out(current(unsure), anna, LINK)
    assert state(unsure) == (S.NEEDS_DECISION, "")


def test_a_person_is_not_asked_again_and_again_what_is_not_out(asked, anna):
    desk = signed_in(anna)
    page = text_of(desk.get(reverse("posts:decide", args=[asked.pk])))
    assert "Det väntar sedan, för kanalen är frånkopplad." in page
    said = text_of(desk.post(reverse("posts:decide_absent", args=[asked.pk]), follow=True))
    assert "Tack. Det väntar, för kanalen är frånkopplad." in said
    publishing.sweep(timezone.now())
    assert state(asked) == (S.QUEUED, "")
    assert not Publication.objects.due(timezone.now()).exists()


# --- taking down there ------------------------------------------------------------------------------------------


def test_what_is_out_where_we_cannot_reach_it_is_taken_down_by_a_person(publication, platform, anna, mona):
    publishing.send(publishing.claim(publication.pk))
    disconnect(publication, mona)
    order = publishing.take_down(publication.post, anna, Regret.WRONG)
    removal = order.removals.get()
    publishing.remove(publishing.claim_removal(removal.pk))
    removal.refresh_from_db()
    assert (removal.status, platform.removed) == (RemovalStatus.BY_HAND, [])
    publishing.confirm_removed(removal, anna)
    assert state(publication) == (S.REMOVED, "")


# --- whoever kept it --------------------------------------------------------------------------------------------


def test_a_keeper_of_what_is_gone_ends_where_they_may_be(asked, olle):
    client = signed_in(olle)
    there = reverse("accounts:notices")
    page = client.get(reverse("posts:decide", args=[asked.pk])).content.decode()
    assert page.count(f'href="{there}"') >= 2
    assert f"/kanaler/{asked.channel_id}/" not in page
    answer = client.post(reverse("posts:decide", args=[asked.pk]), {"url": LINK})
    assert (answer.status_code, answer.url) == (302, there)
    assert client.get(answer.url).status_code == 200


def test_whoever_may_see_the_channels_is_led_to_all_of_them(asked, mona, olle):
    Channel.objects.update(owner=mona)
    assert (
        reverse("channels:index")
        in signed_in(mona).get(reverse("posts:decide", args=[asked.pk])).content.decode()
    )


def test_no_call_is_begun_by_a_transaction_that_waited_for_the_disconnection(publication, mona):
    """`begin` reads the channel behind the gate, and not as it was when it was claimed."""
    claimed = publishing.claim(publication.pk)
    disconnect(publication, mona)
    with transaction.atomic(), pytest.raises(publishing.sending.StoppedError):
        publishing.begin(claimed, None, None, None)
    assert not Attempt.objects.exists()
