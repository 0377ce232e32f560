"""
Secrets are let out nowhere: every page, task and way that ends badly is walked with secrets that can be recognised, and
then all that came out is searched for them.
"""

import base64
import inspect
import logging
import os
import secrets as chance
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from celery import Task
from django.contrib import admin
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import invitations, notices, policy, roles
from accounts.models import Notice, User
from channels import connecting, connections, health, tasks, trial, urls
from channels.adapters import sandbox_addresses
from channels.adapters.connectors import CONNECTORS
from channels.errors import ChannelError
from channels.models import AppRest, Channel, ChannelPicture, Connecting, Credential, Sealed
from channels.sandbox.apps import BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD
from posts import cases, consent, publishing
from posts.models import EventFeed, MediaKind, OtherVersion, Post, Publication
from seko_social.celery import app
from tests import factories
from tests.channels.adapters.desk import connected, nobody_listens, short_film
from tests.channels.adapters.visitor import Heard, Script, run
from tests.channels.canaries import Browser, Hunt, all_logged, heard_by_broker
from tests.channels.walking import HOST, Walk, moved
from tests.posts.test_events_views import an_event

pytestmark = pytest.mark.django_db(transaction=True)
STATE, VERIFIER = 32, 48
"""Of how many bytes they are made."""


@pytest.fixture
def hunt(settings, monkeypatch, sandbox, capfd) -> Iterator[Hunt]:
    """Ends every test of this module with the search."""
    hunt = Hunt()
    settings.PLATFORM_ADDRESSES = sandbox.addresses
    key = hunt.plant("a key of the ring", base64.b64encode(os.urandom(32)).decode())
    settings.CREDENTIAL_KEYS = [f"canary:{key}"]
    plant_what_we_are(hunt, settings)
    monkeypatch.setattr(connecting, "chance", SimpleNamespace(token_urlsafe=made_for(hunt)))
    monkeypatch.setattr(Task, "apply_async", heard_by_broker(hunt))
    with all_logged(hunt):
        yield hunt
        hunt.work()
    hunt.look_around("in the end")
    hunt.hear("what is printed", "".join(capfd.readouterr()))
    hunt.plant_tokens(sandbox.data_dir)
    assert hunt.found() == []


def plant_what_we_are(hunt: Hunt, settings) -> None:
    hunt.plant("SECRET_KEY", settings.SECRET_KEY)
    for platform, (app_id, secret) in settings.APP_KEYS.items():
        hunt.plant(f"the app's secret at {platform}", secret)
        hunt.plant(
            f"the app's header at {platform}", base64.b64encode(f"{app_id}:{secret}".encode()).decode()
        )
    for password in (BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD):
        hunt.plant("a password of Bluesky", password)


def made_for(hunt: Hunt):
    def token_urlsafe(size: int) -> str:
        made = hunt.plant({STATE: "a state", VERIFIER: "a verifier"}[size], chance.token_urlsafe(size))
        if size == STATE:
            hunt.states.append(made)
        return made

    return token_urlsafe


def walk(hunt: Hunt, sandbox, platform: str, at: Callable[[str], None]) -> Walk:
    connected(sandbox, platform)
    return Walk(factories.administrator(), platform, sandbox, Browser(hunt, **HOST), at)


def channel_of(hunt: Hunt, sandbox, platform: str) -> Channel:
    return walk(hunt, sandbox, platform, lambda _place: None).all_the_way()


# --- all that goes well -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", CONNECTORS)
def test_the_life_of_a_channel(hunt, sandbox, platform):
    """Refused, connected, tried out, published on, looked at, renewed, connected again and disconnected."""
    person = walk(hunt, sandbox, platform, hunt.look_around)
    person.begin()
    if person.kind.has_dialog:
        person.sign_in("no")
    person.sign_in()
    person.choose()
    person.try_out(lambda _row: hunt.work())
    channel = person.finish()
    publish(channel)
    renew(channel)
    health.probe(Channel.objects.get(pk=channel.pk))
    hunt.look_around("in use")
    connect_again(person, channel)
    moved(person.client.post(f"/kanaler/{channel.pk}/koppla-fran/"))
    assert not Credential.objects.exists()


def publish(channel: Channel) -> None:
    publication = publication_for(channel)
    publishing.send(publishing.claim(publication.pk))
    publication.refresh_from_db()
    assert publication.attempts.exists() or publication.staged


def renew(channel: Channel) -> None:
    before = Credential.objects.get(channel=channel)
    if "refresh_token" not in before.open():
        return
    Credential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    connections.adapter_for(channel)
    assert Credential.objects.get(channel=channel).sealed != before.sealed


def connect_again(person: Walk, channel: Channel) -> None:
    moved(person.client.get(f"/kanaler/{channel.pk}/anslut-igen/"))
    person.sign_in()
    person.choose()
    person.client.get(person.address("settle"))
    assert person.finish() == channel


# --- what goes wrong at the platform ----------------------------------------------------------------------------


def repeated(*names: str) -> Callable[[Heard], dict[str, Any]]:
    """An answer that says what it was told, in every field that anybody reads a sentence from."""

    def answer(heard: Heard) -> dict[str, Any]:
        told = {
            "form": " ".join(heard.form.values()) or heard.body,
            "query": " ".join(heard.query.values()),
            "head": heard.headers.get("Authorization", ""),
        }
        words = " ".join(told[name] for name in names)
        said = {"message": words, "error_user_msg": words, "code": 190, "type": words, "reason": words}
        error = {**said, "errors": [said], "status": words}
        return {
            "error": error if names[0] != "head" else words,
            "error_description": words, "message": words, "detail": words, "title": words, "errors": [said], "id": words,
            "name": words, "access_token": words, "url": words, "data": {"id": words, "name": words},
        }  # fmt: skip

    return answer


ECHOES = (
    *((("form", "query", "head"), status) for status in (200, 400, 401, 429, 500)),
    *((("query", "head", "form"), status) for status in (400, 401)),
    *((("head", "form", "query"), status) for status in (400, 401)),
)
"""Only the beginning of what a platform says is kept: so each part comes first once."""


@pytest.fixture
def script() -> Iterator[Script]:
    yield from run(Script())


@pytest.mark.parametrize("platform", CONNECTORS)
def test_a_platform_that_repeats_what_it_was_told(hunt, sandbox, script, settings, platform):
    channel = channel_of(hunt, sandbox, platform)
    sealed = Credential.objects.get(channel=channel).sealed
    person = Walk(channel.owner, platform, sandbox, Browser(hunt, **HOST))
    settings.PLATFORM_ADDRESSES = sandbox_addresses(script.url)
    Channel.objects.update(host=channel.host.replace(sandbox.url, script.url))
    for parts, status in ECHOES:
        publication = publication_for(channel)
        script.answers.clear()
        script.on("* *", repeated(*parts), status=status)
        call_in_every_way(hunt, person, channel, publication)
        heal(channel, sealed)
    assert len(script.heard) >= len(ECHOES)


@pytest.mark.parametrize("platform", CONNECTORS)
def test_a_platform_that_nobody_reaches_or_that_breaks_off(hunt, sandbox, settings, platform):
    channel = channel_of(hunt, sandbox, platform)
    sealed = Credential.objects.get(channel=channel).sealed
    person = Walk(channel.owner, platform, sandbox, Browser(hunt, **HOST))
    for fault in ("reset_after", "truncated"):
        sandbox.faults({"platform": platform, "call": "*", "fault": fault, "times": 0})
        call_in_every_way(hunt, person, channel, publication_for(channel))
        heal(channel, sealed)
        sandbox.clear_faults()
    settings.PLATFORM_ADDRESSES = sandbox_addresses(nobody_listens())
    call_in_every_way(hunt, person, channel, publication_for(channel))


def call_in_every_way(hunt: Hunt, person: Walk, channel: Channel, publication: Publication) -> None:
    """What comes of it is told in the log, in the rows and on the pages."""
    health.probe(Channel.objects.get(pk=channel.pk))
    mend(channel)
    publishing.send(publishing.claim(publication.pk))
    mend(channel)
    with heard(hunt):
        connections.adapter_for(channel).try_out(trial.media(channel.adapter_class.trial_kind))
    Credential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with heard(hunt):
        connections.adapter_for(channel)
    mend(channel)
    sign_in_somehow(hunt, person)
    with heard(hunt):
        give_up(person)


def sign_in_somehow(hunt: Hunt, person: Walk) -> None:
    """Come back with a code, as if the dialog had gone well."""
    person.begin()
    if person.kind.questions:
        person.client.post(person.address("sign_in"), person.answers())
    person.client.get(person.address("dialog"))
    code = hunt.plant("a code", f"code-{chance.token_hex(16)}")
    state = hunt.states[-1] if hunt.states else ""
    person.come_back(f"/kanaler/anslut/{person.platform}/tillbaka/?code={code}&state={state}")
    for name in ("connecting", "sign_in", "choose", "settle"):
        person.client.get(person.address(name))
    person.client.post(person.address("choose"), {"look": ""})


def give_up(person: Walk) -> None:
    person.client.post(person.address("leave"))
    connecting.sweep(timezone.now())


@contextmanager
def heard(hunt: Hunt) -> Iterator[None]:
    """What is raised, and how it looks in the log with all that led to it."""
    try:
        yield
    except ChannelError as error:
        hunt.hear("an error", f"{error} {error!r} {error.detail}")
        logging.getLogger("tests").exception("broken")


def publication_for(channel: Channel) -> Publication:
    author = factories.ombudsman()
    film = short_film()
    media = (
        factories.picture(author, film.open().read(), kind=MediaKind.FILM, seconds=film.seconds)
        if channel.platform == "youtube"
        else factories.picture(author)
    )
    post = factories.submitted(author, media=[media])
    factories.approved(post, factories.reviewer(), channel, title="Nattskiftet")
    return Publication.objects.get(post=post)


def mend(channel: Channel) -> None:
    """As if nothing had happened to it."""
    Channel.objects.filter(pk=channel.pk).update(fault="", fault_at=None, resting_until=None)
    AppRest.objects.all().delete()


def heal(channel: Channel, sealed: str) -> None:
    mend(channel)
    Credential.objects.filter(channel=channel).update(sealed=sealed, refreshing_until=None, expires_at=None)


# --- what goes wrong with us ------------------------------------------------------------------------------------

BUGS = (
    "channels.connecting.take",
    "channels.connecting.reached",
    "channels.connecting.keep",
    "channels.connecting.adapter_for",
    "channels.connecting.hand_over",
    "channels.connections.connect",
    "channels.keyring.KeyRing.open",
    "channels.adapters.http.told",
    "channels.pictures.fetch",
    "channels.appkeys.write",
    "channels.parting.end_access",
)
"""Each is given secrets, or has them all around it."""


@pytest.mark.parametrize(
    ("where", "debug"), [*[(where, True) for where in BUGS], ("channels.connecting.take", False)]
)
def test_a_bug(hunt, sandbox, settings, monkeypatch, where, debug):
    """The page that says so, also the one for developers, and the log."""
    channel = channel_of(hunt, sandbox, "x")
    settings.DEBUG, hunt.is_cut_short = debug, True
    person = Walk(channel.owner, "x", sandbox, Browser(hunt, **HOST))
    bugs: list[str] = []

    def broken(*_args: object, **_named: object) -> None:
        bugs.append(where)
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(where, broken)
    for act in (
        lambda: person.client.get(f"/kanaler/{channel.pk}/anslut-igen/"),
        person.sign_in,
        person.choose,
        lambda: person.try_out(lambda _row: hunt.work()),
        person.finish,
        lambda: write_app_keys(hunt, settings, person.client),
        lambda: health.probe(channel),
        lambda: moved(person.client.post(f"/kanaler/{channel.pk}/koppla-fran/")),
        hunt.work,
    ):
        go_on(act)
    assert bugs


def go_on(act: Callable[[], object]) -> None:
    """As the page that was asked for did, or did not."""
    try:
        act()
    except (AssertionError, Connecting.DoesNotExist, Channel.DoesNotExist):
        pass
    except RuntimeError:
        logging.getLogger("celery.app.trace").exception("Task raised unexpected")


# --- every page -------------------------------------------------------------------------------------------------

ROOMS = ("posts", "approvals", "channels", "accounts", "status", "shell")
EVERYBODY = (factories.person, factories.reviewer, factories.administrator, factories.reader)
ON_THE_WAY = {"channels:dialog", "channels:callback", "channels:leave", "channels:reconnect"}
"""Opening them changes where the person is: the walk itself does."""
NOBODYS = {
    "approvals:feed",
    "accounts:accept_invitation",
    "posts:public",
    "posts:public_guardian",
    "posts:public_picture",
    "posts:upload_part",
}
"""Whoever has their address, has it from us, and this one is nobody's."""


def addresses_of(things: Mapping[str, Any]) -> dict[str, str]:
    """Every address of ours, for these things. One that wants something else is not left out in silence."""
    found = {}
    for room in ROOMS:
        names = get_resolver(None).namespace_dict[room][1].reverse_dict
        for name in filter(lambda name: isinstance(name, str), names):
            parameters = names.getlist(name)[0][0][0][1]
            full = f"{room}:{name}"
            found[full] = reverse(full, kwargs={each: things[each] for each in parameters})
    return found


def test_every_page_for_everybody(hunt, sandbox, settings):
    """While a channel is being connected, when it is, and when it is broken: looked at, and pressed."""
    visited: dict[str, set[int]] = {}
    channel = channel_of(hunt, sandbox, "facebook")
    sandbox.connect_facebook("1000009", "En till")
    things = {**things_for(channel), "platform": "facebook"}
    person = Walk(channel.owner, "facebook", sandbox, Browser(hunt, **HOST))

    def look(_place: str) -> None:
        here = addresses_of({**things, "connecting_id": person.row.pk})
        for name in (name for name in here.keys() - ON_THE_WAY if name.startswith("channels:")):
            visited.setdefault(name, set()).add(person.client.get(here[name]).status_code)

    person.at = look
    person.begin()
    person.sign_in("no")
    person.sign_in()
    person.client.post(person.address("choose"), {"account": "1000009"})
    look("at the end")
    moved(person.client.get(f"/kanaler/{channel.pk}/anslut-igen/"))
    connections.mark_broken(channel, "token_expired")
    here = addresses_of({**things, "connecting_id": person.row.pk})
    author = Post.objects.get(pk=things["post_id"]).author
    others = [browser_of(hunt, each) for each in (author, *(make() for make in EVERYBODY))]
    for name, address in here.items():
        for browser in (person.client, *others, Browser(hunt, **HOST)):
            visited.setdefault(name, set()).add(browser.get(address).status_code)
    for name, address in here.items():
        for browser in (*others, person.client):
            visited[name].add(browser.post(address).status_code)
    hunt.work()
    never = {name for name, codes in visited.items() if codes <= {404, 405}}
    never -= NOBODYS
    assert (never, [name for name, codes in visited.items() if 500 in codes]) == (set(), [])
    assert visited.keys() >= {f"channels:{pattern.name}" for pattern in urls.urlpatterns}


def browser_of(hunt: Hunt, person: User) -> Browser:
    browser = Browser(hunt, **HOST)
    browser.force_login(person)
    return browser


def things_for(channel: Channel) -> dict[str, Any]:
    """Something of each kind that an address can name."""
    publication = publication_for(channel)
    publishing.send(publishing.claim(publication.pk))
    post = publication.post
    notices.tell([channel.owner], "published", "version:1", "/mina/", out=["Facebook"])
    return {
        "channel_id": channel.pk,
        "publication_id": publication.pk,
        "post_id": post.pk,
        "media_id": post.current_version.shown_media.get().media_id,
        "size": "thumb",
        "recipe": "0" * 64,
        "rendition_id": 1,
        "part": "film",
        "notice_id": Notice.objects.filter(person=channel.owner).first().pk,
        "digest": "0" * 64,
        "card_id": 1,
        "token": "nobodys",
        "upload_id": uuid4(),
        "person_id": post.author.pk,
        "client_id": post.client_id,
        "event_id": an_event(post.author).pk,
        "feed_id": EventFeed.objects.create(owner=post.author, look_at=timezone.now()).pk,
        "case_id": cases.ask(post, post.author, "Fel ort").pk,
        "consent_id": consent.ask(post, post.author)[0][0].pk,
        "other_id": OtherVersion.objects.create(post=post, text="Hej", written_at=timezone.now()).pk,
        "invitation_id": invitations.invite(
            channel.owner, "sara@example.test", "Sara Ny", roles.OMBUDSMAN
        ).pk,
        "number": policy.publish(channel.owner, 1, 0, dict.fromkeys(policy.WORDS, "Text")).number,
        **dict.fromkeys(("filling_id", "date_id", "note_id", "duty_id"), 1),
    }


def test_the_address_that_the_platform_sends_people_to_stays_in_no_history(hunt, sandbox):
    """Whatever comes back, the browser is sent on, and tells nobody where it has been."""
    person = walk(hunt, sandbox, "x", hunt.look_around)
    person.begin()
    back = person.dialog()
    good, again = person.come_back(back), person.come_back(back)
    nonsense = person.come_back("/kanaler/anslut/x/tillbaka/?code=code-of-nobody&state=state-of-nobody")
    stranger = browser_of(hunt, factories.ombudsman()).get(back.replace("http://127.0.0.1:8000", ""))
    nobody = Browser(hunt, **HOST).get(back.replace("http://127.0.0.1:8000", ""))
    for response in (good, again, nonsense, stranger, nobody):
        assert (response.status_code, "code" in response.url, "state" in response.url) == (302, False, False)
        assert response.headers["Referrer-Policy"] == "same-origin"


# --- the app keys -----------------------------------------------------------------------------------------------


def write_app_keys(hunt: Hunt, settings, client: Browser) -> None:
    """By a person, as the environment says nothing."""
    known, settings.APP_KEYS = settings.APP_KEYS, {}
    client.get("/kanaler/appnycklar/")
    for platform, (app_id, secret) in known.items():
        address = f"/kanaler/appnycklar/{platform}/"
        client.post(
            address, {"app_id": "", "secret": hunt.plant("another secret", f"secret-{chance.token_hex(20)}")}
        )
        client.post(address, {"app_id": app_id, "secret": secret})
        client.get(address)
    client.get("/kanaler/appnycklar/")


@pytest.mark.parametrize("platform", ["facebook", "x", "youtube"])
def test_app_keys_that_a_person_has_written(hunt, sandbox, settings, platform):
    person = walk(hunt, sandbox, platform, hunt.look_around)
    write_app_keys(hunt, settings, person.client)
    channel = person.all_the_way()
    renew(channel)
    health.probe(channel)
    assert Channel.objects.get().fault == ""


# --- behind the pages -------------------------------------------------------------------------------------------


def test_the_admin(hunt, sandbox):
    """Neither a list nor a form of what is secret; what else there is, shows nothing of it."""
    channel = channel_of(hunt, sandbox, "x")
    things_for(channel)
    assert not {model for model in admin.site._registry if issubclass(model, Sealed)}
    browser = browser_of(
        hunt, User.objects.create_superuser("root@example.test", "okej-okej-okej", name="Rut")
    )
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert browser.get(reverse(f"{name}_changelist")).status_code == 200
        for thing in model._default_manager.all()[:3]:
            for page in ("change", "history", "delete"):
                assert browser.get(reverse(f"{name}_{page}", args=[thing.pk])).status_code in (200, 403)


ARGUMENTS = {"queue": "default"}


def test_every_task(hunt, sandbox):
    """With what there is, and with what there is not."""
    channel = channel_of(hunt, sandbox, "x")
    person = Walk(channel.owner, "x", sandbox, Browser(hunt, **HOST))
    person.begin()
    person.sign_in()
    things = {**things_for(channel), "connecting_id": str(person.row.pk), "removal_id": 1, **ARGUMENTS}
    Credential.objects.update(expires_at=timezone.now())
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    for task in ours.values():
        parameters = inspect.signature(task.run).parameters
        task.run(*[things[name] for name in parameters])
    assert len(ours) > 10


def test_every_command(hunt, sandbox, settings, capfd):
    """Those of our own, and those that write out what is in the database and the settings' faults."""
    channel = channel_of(hunt, sandbox, "x")
    newer = hunt.plant("a newer key", base64.b64encode(os.urandom(32)).decode())
    older = settings.CREDENTIAL_KEYS
    for keys in ([f"newer:{newer}"], [f"newer:{newer}", *older]):
        settings.CREDENTIAL_KEYS = keys
        for command in (["rotate_credentials"], ["verify_audit"], ["heard", "clock"], ["check", "--deploy"]):
            with suppress(CommandError):
                call_command(*command)
    call_command("dumpdata", "channels", "audit", "accounts", "sessions", "admin")
    hunt.hear("what the commands print", "".join(capfd.readouterr()))
    assert Channel.objects.get() == channel


# --- the hunt itself --------------------------------------------------------------------------------------------

CANARY = "canary/åäö-1234567890+="


def in_the_log(hunt: Hunt) -> None:
    with all_logged(hunt):
        logging.getLogger("urllib3.connectionpool").debug("It was %s", CANARY)


def in_a_traceback(hunt: Hunt) -> None:
    with all_logged(hunt):
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("django.request").exception("broken")


def in_the_broker(hunt: Hunt) -> None:
    heard_by_broker(hunt)(tasks.probe, [CANARY])


def in_a_row(hunt: Hunt) -> None:
    Channel.objects.create(platform="by_hand", name="x", facts=f"…{CANARY}…")
    hunt.look_at_database("here")


def in_bytes(hunt: Hunt) -> None:
    channel = Channel.objects.create(platform="by_hand", name="x")
    ChannelPicture.objects.create(channel=channel, jpeg=b"\xff" + CANARY.encode())
    hunt.look_at_database("here")


def in_an_address(hunt: Hunt) -> None:
    hunt.hear("an address", urlencode({"token": CANARY}))


def in_a_header(hunt: Hunt) -> None:
    hunt.hear("a header", base64.b64encode(CANARY.encode()))


def in_the_cache(hunt: Hunt) -> None:
    cache.set("anything", CANARY)
    hunt.look_at_database("here")


def in_a_session(hunt: Hunt) -> None:
    session = SessionStore()
    session["anything"] = CANARY
    session.save()
    hunt.look_at_sessions("here")


def in_how_it_describes_itself(hunt: Hunt) -> None:
    Channel.objects.create(platform="by_hand", name=CANARY)
    hunt.look_around("here")


def in_a_mail(hunt: Hunt) -> None:
    mail.send_mail("Hej", f"Här är {CANARY}", None, ["mona@example.test"])
    hunt.look_around("here")


def in_a_page(hunt: Hunt) -> None:
    Channel.objects.create(platform="by_hand", name=CANARY)
    browser = Browser(hunt)
    browser.force_login(factories.administrator())
    assert browser.get("/kanaler/").status_code == 200


LEAKS = (
    in_the_log, in_a_traceback, in_the_broker, in_a_row, in_bytes, in_an_address, in_a_header, in_the_cache, in_a_session,
    in_how_it_describes_itself, in_a_mail, in_a_page,
)  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_what_is_let_out_is_found(leak):
    cache.clear()
    hunt = Hunt()
    hunt.look_around("before")
    hunt.plant("it", CANARY)
    assert hunt.found() == []
    leak(hunt)
    assert hunt.found() != []
