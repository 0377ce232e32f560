"""
Secrets are let out nowhere: every page, task and way that ends badly is walked with secrets that can be recognised, and
then all that came out is searched for them.
"""

import base64
import logging
import os
import secrets as chance
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from celery import Task
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from channels import connecting, connections, health, tasks, trial
from channels.adapters import sandbox_addresses
from channels.adapters.connectors import CONNECTORS
from channels.errors import ChannelError
from channels.models import AppRest, Channel, Credential
from channels.sandbox.apps import BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD
from posts import publishing
from posts.models import MediaKind, Publication
from tests import factories
from tests.channels.adapters.desk import connected, nobody_listens, short_film
from tests.channels.adapters.visitor import Heard, Script, run
from tests.channels.canaries import Browser, Hunt, all_logged, heard_by_broker
from tests.channels.walking import HOST, Walk, moved

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

STATUSES = (200, 400, 401, 429, 500)


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


PARTS = (("form", "query", "head"), ("query", "head", "form"), ("head", "form", "query"))


@pytest.fixture
def script() -> Iterator[Script]:
    yield from run(Script())


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: parts[0])
@pytest.mark.parametrize("platform", CONNECTORS)
def test_a_platform_that_repeats_what_it_was_told(hunt, sandbox, script, settings, platform, parts):
    channel = channel_of(hunt, sandbox, platform)
    sealed = Credential.objects.get(channel=channel).sealed
    person = Walk(channel.owner, platform, sandbox, Browser(hunt, **HOST))
    settings.PLATFORM_ADDRESSES = sandbox_addresses(script.url)
    Channel.objects.update(host=channel.host.replace(sandbox.url, script.url))
    publications = [publication_for(channel) for _ in STATUSES]
    for status, publication in zip(STATUSES, publications, strict=True):
        script.answers.clear()
        script.on("* *", repeated(*parts), status=status, Location="http://127.0.0.1:9/?access_token=x")
        call_in_every_way(hunt, person, channel, publication)
        heal(channel, sealed)
    assert len(script.heard) >= len(STATUSES)


@pytest.mark.parametrize("platform", CONNECTORS)
def test_a_platform_that_nobody_reaches_or_that_breaks_off(hunt, sandbox, settings, platform):
    channel = channel_of(hunt, sandbox, platform)
    sealed = Credential.objects.get(channel=channel).sealed
    person = Walk(channel.owner, platform, sandbox, Browser(hunt, **HOST))
    for fault in ("reset_before", "reset_after", "truncated", "error_after"):
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
    Channel.objects.create(platform="by_hand", name="x", picture=b"\xff" + CANARY.encode())
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
