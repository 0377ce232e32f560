"""
Who may do what with a channel: every address of the room, for every role and every state of a channel, also asked for
directly, without a link to it, and as a fragment.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import Notice, User
from audit.models import Entry
from channels import connecting, connections, rules
from channels.adapters.connectors import CONNECTORS
from channels.models import Channel, ChannelPicture, Connecting, Credential
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

OK, MOVED, WRONG, NO, UNKNOWN = 200, 302, 422, 403, 404
STAFF = {"reviewer", "administrator", "reader"}
"""Those who see the channels."""
KEEPERS = {"owner", "deputy"}
DAILY = {"reviewer", "administrator"} | KEEPERS
"""Those who run them from day to day."""
CHANGE = {"administrator"} | KEEPERS
ADMINISTRATOR = {"administrator"}
EVERYBODY = ("ombudsman", "keeper of another", "owner", "deputy", "reviewer", "administrator", "reader")


# --- a channel in each of its states ----------------------------------------------------------------------------


def expire_soon(channel: Channel) -> None:
    soon = timezone.now() + timedelta(days=5)
    Credential.objects.filter(channel=channel).update(connection_expires_at=soon)


def disconnect(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(disconnected_at=timezone.now())


STATES: dict[str, Callable[[Channel], object]] = {
    "working": lambda channel: None,
    "expiring": expire_soon,
    "broken": lambda channel: connections.mark_broken(channel, "token_expired"),
    "unfunded": lambda channel: connections.mark_broken(channel, "credit"),
    "paused": lambda channel: connections.pause(channel, factories.reviewer()),
    "by_hand": lambda channel: None,
    "disconnected": disconnect,
}


@pytest.fixture
def people() -> dict[str, User]:
    return {
        "ombudsman": factories.ombudsman(),
        "keeper of another": factories.ombudsman(),
        "owner": factories.ombudsman(name="Omar Owner"),
        "deputy": factories.ombudsman(name="Disa Deputy"),
        "reviewer": factories.reviewer(),
        "administrator": factories.administrator(),
        "reader": factories.reader(),
    }


def channel_in(state: str, people: dict[str, User]) -> Channel:
    factories.channel("x", owner=people["keeper of another"])
    channel = factories.channel(
        "by_hand" if state == "by_hand" else "facebook", owner=people["owner"], deputy=people["deputy"]
    )
    ChannelPicture.objects.create(channel=channel, jpeg=b"\xff\xd8\xff")
    STATES[state](channel)
    return Channel.objects.get(pk=channel.pk)


# --- the table --------------------------------------------------------------------------------------------------

ONE = {
    # address of one channel: how it is asked, who may, and what they get
    "channels:channel": ("get", STAFF | KEEPERS, OK),
    "channels:card": ("get", STAFF | KEEPERS, OK),
    "channels:picture": ("get", STAFF | KEEPERS, OK),
    "channels:test": ("post", DAILY, MOVED),
    "channels:change": ("get", CHANGE, OK),
    "channels:change ": ("post", CHANGE, WRONG),
    "channels:propose": ("get", DAILY - ADMINISTRATOR, OK),
    "channels:propose ": ("post", DAILY - ADMINISTRATOR, WRONG),
    "channels:disconnect": ("get", ADMINISTRATOR, OK),
    "channels:disconnect ": ("post", ADMINISTRATOR, MOVED),
    "channels:reconnect": ("get", CHANGE, MOVED),
    "status:pause": ("get", DAILY, OK),
    "status:pause ": ("post", DAILY, MOVED),
    "status:unpause": ("get", DAILY, MOVED),
    "status:unpause ": ("post", DAILY, MOVED),
    "status:try_again": ("post", DAILY, MOVED),
}
"""A stroke behind the name tells a press from the page of the same address."""
ALL = {
    "channels:index": STAFF,
    "channels:connect": ADMINISTRATOR,
    "channels:app_keys": ADMINISTRATOR,
    "channels:app_keys_of": ADMINISTRATOR,
}
STEPS = ("connecting", "sign_in", "dialog", "choose", "settle", "leave")
"""Of the wizard: each person has a way of their own."""
WITHOUT_HANDS = {"channels:test", "channels:reconnect", "status:pause"}
"""What makes no sense where a person publishes: there is no such page."""
OTHERWISE = {
    # where another state is another answer for those who may
    ("status:unpause", "paused"): OK,
    ("status:unpause ", "paused"): WRONG,
}
GONE = {
    # a channel that was disconnected: those who may see channels are told that it is not there
    "channels:reconnect": dict.fromkeys(ADMINISTRATOR, UNKNOWN),
    "status:pause": dict.fromkeys(EVERYBODY, UNKNOWN),
    "status:unpause": dict.fromkeys(EVERYBODY, UNKNOWN),
    "status:try_again": dict.fromkeys(EVERYBODY, UNKNOWN),
}


def expected(name: str, state: str) -> dict[str, int]:
    _, may, answer = ONE[name]
    if state == "disconnected":
        given = GONE.get(name.strip(), dict.fromkeys(STAFF, UNKNOWN))
        return dict.fromkeys(EVERYBODY, NO) | given
    if state == "by_hand" and name.strip() in WITHOUT_HANDS:
        answer = UNKNOWN
    return dict.fromkeys(EVERYBODY, NO) | dict.fromkeys(may, OTHERWISE.get((name, state), answer))


def ask(client: Client, name: str, channel: Channel, **headers: str) -> int:
    method = ONE[name][0]
    return getattr(client, method)(reverse(name.strip(), args=[channel.pk]), headers=headers).status_code


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ONE)
def test_each_person_gets_what_the_table_says(people, name, state):
    found = {}
    for role in EVERYBODY:
        channel = channel_in(state, people)
        found[role] = ask(signed_in(people[role]), name, channel)
    assert found == expected(name, state)


@pytest.mark.parametrize("name", ONE)
def test_a_fragment_is_guarded_as_the_page_is(people, name):
    found = {}
    for role in EVERYBODY:
        found[role] = ask(
            signed_in(people[role]), name, channel_in("working", people), **{"HX-Request": "true"}
        )
    wanted = expected(name, "working")
    if name == "channels:test":
        wanted = {role: OK if answer == MOVED else answer for role, answer in wanted.items()}
    assert found == wanted


@pytest.mark.parametrize("name", ONE)
def test_a_press_by_somebody_who_may_not_changes_nothing(people, name):
    channel = channel_in("working", people)
    before = (Channel.objects.values().get(pk=channel.pk), Entry.objects.count(), Notice.objects.count())
    for role, answer in expected(name, "working").items():
        if answer == NO:
            where = reverse(name.strip(), args=[channel.pk])
            signed_in(people[role]).post(where, {"text": "x", "reason": "x", "audience": "x"})
    after = (Channel.objects.values().get(pk=channel.pk), Entry.objects.count(), Notice.objects.count())
    assert after == before


@pytest.mark.parametrize("name", ONE)
def test_who_is_not_signed_in_is_led_to_the_sign_in(people, name):
    channel = channel_in("working", people)
    answer = getattr(Client(), ONE[name][0])(reverse(name.strip(), args=[channel.pk]))
    assert (answer.status_code, answer.url.partition("?")[0]) == (MOVED, "/konto/login/")


@pytest.mark.parametrize("name", [name for name in ONE if ONE[name][0] == "post"])
def test_a_press_from_a_foreign_page_is_refused(people, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"])
    assert ask(client, name, channel_in("working", people)) == NO


@pytest.mark.parametrize("name", ["channels:test", "status:try_again"])
def test_a_press_is_no_link(people, name):
    channel = channel_in("working", people)
    answer = signed_in(people["administrator"]).get(reverse(name, args=[channel.pk]))
    assert answer.status_code == 405


@pytest.mark.parametrize("name", [name for name in ONE if name.startswith("channels:")])
def test_whether_there_is_such_a_channel_is_told_only_to_those_who_see_channels(people, name):
    nothing = Channel(pk=999_999)
    found = {role: ask(signed_in(people[role]), name, nothing) for role in ("ombudsman", "owner", "reader")}
    is_open = name == "channels:reconnect"
    assert found == {"ombudsman": NO, "owner": NO, "reader": NO if is_open else UNKNOWN}


# --- the pages of no channel, and the wizard --------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_the_pages_of_all_channels_are_for_those_who_may(people, name):
    where = reverse(name, args=["facebook"] if name == "channels:app_keys_of" else [])
    found = {role: signed_in(people[role]).get(where).status_code for role in EVERYBODY}
    assert found == {role: OK if role in ALL[name] else NO for role in EVERYBODY}
    assert Client().get(where).status_code == MOVED


@pytest.mark.parametrize(
    ("where", "answer"), [("/kanaler/anslut/", WRONG), ("/kanaler/appnycklar/facebook/", 409)]
)
def test_a_press_there_is_refused_alike(people, where, answer):
    """The keys of a site that has them in its environment cannot be written over."""
    found = {
        role: signed_in(people[role]).post(where, {"platform": "x-files"}).status_code for role in EVERYBODY
    }
    assert found == {role: answer if role in ADMINISTRATOR else NO for role in EVERYBODY}


def on_the_way(person: User, channel: Channel | None = None) -> tuple[Client, Connecting]:
    """Somebody in the middle of the wizard, whatever they may."""
    client = signed_in(person)
    session = connecting.digest(client.session.session_key or "")
    return client, connecting.begin(person, "facebook", channel, session=session)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_steps_of_a_new_channel_are_for_administrators(people, name, method):
    refused = set()
    for role in EVERYBODY:
        client, row = on_the_way(people[role])
        if getattr(client, method)(reverse(f"channels:{name}", args=[row.pk])).status_code == NO:
            refused.add(role)
    is_no_way = (name, method) in {("leave", "get"), ("dialog", "post"), ("connecting", "post")}
    assert refused == (set() if is_no_way else {*EVERYBODY} - ADMINISTRATOR)


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_a_channel_that_is_connected_again_are_also_for_its_keepers(people, name):
    channel = channel_in("broken", people)
    method = "post" if name == "leave" else "get"
    refused = set()
    for role in EVERYBODY:
        client, row = on_the_way(people[role], channel)
        if getattr(client, method)(reverse(f"channels:{name}", args=[row.pk])).status_code == NO:
            refused.add(role)
    assert refused == {*EVERYBODY} - CHANGE


@pytest.mark.parametrize("name", STEPS)
def test_nobody_walks_on_in_the_steps_of_another(people, name):
    _, row = on_the_way(people["administrator"])
    method = "post" if name == "leave" else "get"
    others = {**people, "administrator": factories.administrator()}
    where = reverse(f"channels:{name}", args=[row.pk])
    found = {getattr(signed_in(person), method)(where).status_code for person in others.values()}
    assert found == {UNKNOWN}
    assert getattr(Client(), method)(where).status_code == MOVED
    assert Connecting.objects.ongoing().filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_comes_back_from_a_platform_without_having_been_sent_gets_nowhere(people, role):
    answer = signed_in(people[role]).get(
        reverse("channels:callback", args=["facebook"]), {"state": "x", "code": "y"}
    )
    assert answer.status_code == MOVED
    assert not Connecting.objects.exists()
    assert not Credential.objects.exists()


# --- what is left out -------------------------------------------------------------------------------------------


def test_every_address_of_the_room_is_in_the_table():
    room = get_resolver(None).namespace_dict["channels"][1].reverse_dict
    names = {f"channels:{name}" for name in room if isinstance(name, str)}
    steps = {f"channels:{step}" for step in STEPS}
    assert names == {name.strip() for name in ONE if "channels" in name} | {*ALL} | steps | {
        "channels:callback"
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", sorted(STAFF | KEEPERS))
def test_a_page_shows_no_button_that_would_be_refused(people, role, state):
    channel = channel_in(state, people)
    page = signed_in(people[role]).get(reverse("channels:channel", args=[channel.pk]))
    shown = {
        name
        for name in {name.strip() for name in ONE} - {"channels:channel", "channels:card", "channels:picture"}
        if f'"{reverse(name, args=[channel.pk])}"' in page.content.decode()
    }
    refused = {name for name in shown if ask(signed_in(people[role]), name, channel) in (NO, UNKNOWN)}
    assert refused == set()


def test_a_refusal_says_who_can_help(people):
    channel = channel_in("working", people)
    page = signed_in(people["reviewer"]).get(reverse("channels:disconnect", args=[channel.pk]))
    assert "Du har inte behörighet att koppla från kanalen. Be en administratör." in text_of(page)


def test_whoever_has_no_role_may_nothing(people):
    nobody, channel = factories.person(), channel_in("working", people)
    one = {
        rules.why_not_see, rules.why_not_see_history, rules.why_not_test, rules.why_not_pause, rules.why_not_change,
        rules.why_not_change_all, rules.why_not_propose, rules.why_not_reconnect, rules.why_not_disconnect,
    }  # fmt: skip
    assert all(why_not(nobody, channel) for why_not in one)
    assert rules.why_not_see_channels(nobody)
    assert rules.why_not_connect(nobody)
    assert rules.why_not_keep_app_keys(nobody)
    assert "facebook" in CONNECTORS
