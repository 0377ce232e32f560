"""
The seal: what is approved is changed by nobody, on no way, unless the approval is gone with it; and what was changed
below everything is not sent.

Three tables: all that the public sees (found by looking at a manuscript), every way in (found by looking at the
addresses), and everywhere that an approved post may be. A new field without a case fails, and a new address is tried
like the others.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from audit.append_only import AppendOnlyError, AppendOnlyModel
from channels import adapters, connections
from channels.models import Channel
from posts import publishing, workflow
from posts.manuscript import ChannelText, Manuscript, ShownMedia
from posts.models import (
    OVER,
    Approval,
    AuthorsYes,
    Media,
    Post,
    Publication,
    PublicationStatus,
    Status,
    Version,
    VersionChannel,
    VersionMedia,
)
from posts.publishing import When
from tests import factories
from tests.pages import signed_in
from tests.scripted import Scripted
from tests.triggers import without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

OTHER = "Något helt annat"

# --- all that the public sees -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """`typed` is what a form would send to change it, and `row` how it is changed below everything."""

    typed: Callable[["Scene"], dict[str, Any]]
    row: tuple[type[models.Model], Callable[["Scene"], dict[str, Any]]]
    way: str = ""
    """Where it can be changed while the post is in review (or, of `posts:edit`, with its author)."""


def of_version(name: str, value: str) -> tuple[type[models.Model], Callable[["Scene"], dict[str, Any]]]:
    return Version, lambda _scene: {name: value}


def of_channel(name: str, value: Any) -> tuple[type[models.Model], Callable[["Scene"], dict[str, Any]]]:
    return VersionChannel, lambda _scene: {name: value}


CASES = {
    "Manuscript.text": Case(lambda _: {"text": OTHER}, of_version("text", OTHER), "approvals:save"),
    "Manuscript.link": Case(
        lambda _: {"link": "https://annan.example/"},
        of_version("link", "https://annan.example/"),
        "posts:edit",
    ),
    "Manuscript.credit": Case(lambda _: {"credit": OTHER}, of_version("credit", OTHER), "posts:edit"),
    "Manuscript.media": Case(
        lambda scene: {"media": scene.pictures[::-1]},
        (VersionMedia, lambda _scene: {"position": models.F("position") + 7}),
        "posts:edit",
    ),
    "Manuscript.channels": Case(
        lambda scene: {"has_channels": "1", "channels": [scene.tube.pk]},
        (VersionChannel, lambda scene: {"channel": scene.extra.pk}),
        "approvals:save",
    ),
    "ShownMedia.media_id": Case(
        lambda scene: {"media": [scene.another]},
        (VersionMedia, lambda scene: {"media": scene.another}),
        "posts:edit",
    ),
    "ShownMedia.sha256": Case(
        lambda scene: {"media": [scene.another], "sha256": "0" * 64},
        (Media, lambda _scene: {"sha256": "0" * 64}),
        "posts:edit",
    ),
    "ShownMedia.alt_text": Case(
        lambda scene: {f"alt_{picture}": OTHER for picture in scene.pictures},
        (VersionMedia, lambda _scene: {"alt_text": OTHER}),
        "approvals:save",
    ),
    "ShownMedia.subtitles": Case(
        lambda _: {"subtitles": "1\n00:00:00,000 --> 00:00:02,000\nHej"},
        (VersionMedia, lambda _scene: {"subtitles": OTHER}),
    ),
    "ChannelText.channel_id": Case(
        lambda scene: {"has_channels": "1", "channels": [scene.facebook.pk]},
        (VersionChannel, lambda scene: {"channel": scene.extra.pk}),
        "approvals:save",
    ),
    "ChannelText.text": Case(lambda _: {"text": OTHER}, of_channel("text", OTHER), "approvals:channel_text"),
    "ChannelText.title": Case(
        lambda _: {"title": OTHER}, of_channel("title", OTHER), "approvals:channel_text"
    ),
    "ChannelText.description": Case(
        lambda _: {"description": OTHER}, of_channel("description", OTHER), "approvals:channel_text"
    ),
    "ChannelText.privacy": Case(
        lambda _: {"privacy": "unlisted"}, of_channel("privacy", "unlisted"), "approvals:channel_text"
    ),
    "ChannelText.thread": Case(lambda _: {"thread": [OTHER, OTHER]}, of_channel("thread", [OTHER])),
    "ChannelText.first_comment": Case(lambda _: {"first_comment": OTHER}, of_channel("first_comment", OTHER)),
    "ChannelText.tags": Case(
        lambda _: {"tags": "annat"}, of_channel("tags", ["annat"]), "approvals:channel_text"
    ),
    "ChannelText.thumbnail": Case(
        lambda scene: {"thumbnail": scene.digests[0]}, of_channel("thumbnail", "0" * 64)
    ),
    "ChannelText.credit": Case(
        lambda _: {"has_credit": "1"}, of_channel("credit", "none"), "approvals:channel_text"
    ),
    "ChannelText.crops": Case(
        lambda scene: (
            {"channel": scene.facebook.pk, "intent": "save", "turn": "0"}
            | {f"crop_{side}": "50" for side in ("left", "top", "width", "height")}
        ),
        (VersionChannel, lambda scene: {"crops": [a_part(scene.digests[0])]}),
        "approvals:picture",
    ),
}


def a_part(sha256: str) -> dict[str, Any]:
    return {"sha256": sha256, "box": {"left": 50.0, "top": 50.0, "width": 50.0, "height": 50.0}}


def test_every_field_that_the_public_sees_has_a_case():
    inside = {"Manuscript.media", "Manuscript.channels"}
    seen = {
        f"{part.__name__}.{each.name}"
        for part in (Manuscript, ShownMedia, ChannelText)
        for each in fields(part)
    }
    assert set(CASES) == seen | inside


# --- an approved post, everywhere that it may be ------------------------------------------------------------------


@dataclass
class Scene:
    """One post of two pictures for Facebook and YouTube, and somebody of each role."""

    facebook: Channel
    tube: Channel
    extra: Channel
    post: Post
    people: dict[str, Any]
    pictures: list[str]
    another: str
    digests: list[str]
    clients: dict[str, Client] = field(default_factory=dict)
    sealed: Any = None

    @property
    def version(self) -> Version:
        return Version.objects.whole().get(pk=self.post.current_version_id)


def scene() -> Scene:
    facebook, tube, extra = factories.channel(), factories.channel("youtube"), factories.channel()
    karin, keeper = factories.ombudsman(), factories.person()
    Channel.objects.update(owner=keeper)
    pictures = [factories.picture(karin, factories.jpeg(colour)) for colour in ("navy", "teal")]
    post = factories.submitted(karin, media=pictures, alt_text=factories.ALT)
    anna = factories.reviewer()
    made = Scene(
        facebook=facebook,
        tube=tube,
        extra=extra,
        post=post,
        people={
            "author": karin,
            "sender": factories.ombudsman(),
            "reviewer": factories.reviewer(),
            "administrator": factories.administrator(),
            "auditor": factories.reader(),
            "keeper": keeper,
        },
        pictures=[str(picture.pk) for picture in pictures],
        another=str(factories.picture(karin, factories.jpeg("olive")).pk),
        digests=[picture.sha256 for picture in pictures],
    )
    made.clients = {name: signed_in(person) for name, person in made.people.items()} | {"nobody": Client()}
    factories.for_channels(post, anna, facebook, tube)
    made.post = Post.objects.get(pk=post.pk)
    return made


def approved(when: When | None = None) -> Scene:
    made = scene()
    workflow.approve(made.post, factories.reviewer(), made.version, when)
    made.post = Post.objects.get(pk=made.post.pk)
    made.sealed = words_of(made)
    return made


def held() -> Scene:
    made = approved()
    publishing.hold(Publication.objects.all(), factories.reviewer())
    return made


def publishing_now() -> Scene:
    made = approved()
    publishing.claim(of_facebook(made).pk)
    return made


def partly_out() -> Scene:
    made = approved()
    publishing.send(publishing.claim(of_facebook(made).pk))
    return made


def out() -> Scene:
    made = approved()
    for publication in Publication.objects.all():
        publishing.send(publishing.claim(publication.pk))
    assert set(Publication.objects.values_list("status", flat=True)) == {PublicationStatus.PUBLISHED}
    return made


def of_facebook(made: Scene) -> Publication:
    return Publication.objects.get(channel=made.facebook)


STATES: dict[str, Callable[[], Scene]] = {
    "waiting": approved,
    "scheduled": lambda: approved(When(at=timezone.now() + timedelta(days=1))),
    "reserve": lambda: approved(When(reserve=True)),
    "held": held,
    "publishing": publishing_now,
    "partly out": partly_out,
    "published": out,
}
BEYOND_RECALL = {"publishing", "partly out", "published"}


@pytest.fixture(autouse=True)
def _every_platform_is_scripted(platform, monkeypatch, settings):
    """YouTube too, with a title and a choice of who may see it."""
    settings.UNDO_SECONDS = 0

    class ScriptedTube(Scripted):
        platform = "youtube"
        name = "YouTube"
        limits = adapters.ADAPTERS["youtube"].limits

    monkeypatch.setitem(adapters.ADAPTERS, "youtube", ScriptedTube)


# --- every way in -------------------------------------------------------------------------------------------------

WRITE = (
    "approvals:save",
    "approvals:approve",
    "approvals:reserve",
    "approvals:channel_text",
    "posts:edit",
    "posts:new",
)
"""Those that read what somebody typed."""


def ways() -> list[str]:
    """Every address that is about one post, or is where a new one is written."""
    rooms = get_resolver(None).namespace_dict
    found = ["posts:new"]
    for room in ("posts", "approvals"):
        for name in rooms[room][1].reverse_dict:
            if isinstance(name, str) and "post_id" in parameters_of(f"{room}:{name}"):
                found.append(f"{room}:{name}")
    return sorted(found)


def parameters_of(name: str) -> list[str]:
    room, _, own = name.partition(":")
    return get_resolver(None).namespace_dict[room][1].reverse_dict.getlist(own)[0][0][0][1]


def address(name: str, made: Scene) -> str:
    known = {
        "post_id": made.post.pk,
        "channel_id": made.tube.pk,
        "media_id": made.pictures[0],
    }
    return reverse(name, kwargs={each: known.get(each, 1) for each in parameters_of(name)})


def typed(made: Scene, *names: str) -> dict[str, Any]:
    """A form as it stands, with these fields changed."""
    as_it_is: dict[str, Any] = {
        "version": made.post.current_version_id,
        "client_id": made.post.client_id,
        "media": made.pictures,
        "people": "nobody",
        "category": made.post.category_id or "",
        "text": made.version.text,
        **{f"alt_{picture}": factories.ALT for picture in made.pictures},
    }
    for name in names:
        as_it_is |= CASES[name].typed(made)
    return as_it_is


def sends(made: Scene, role: str, way: str, form: dict[str, Any], *, is_part: bool = False) -> HttpResponse:
    headers = {"HX-Request": "true"} if is_part else {}
    client = made.clients[role]
    cookies = client.cookies.copy()
    response = client.post(address(way, made), form, headers=headers)
    client.cookies = cookies
    return response


@contextmanager
def undone() -> Iterator[None]:
    """The next one finds everything as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- what must hold afterwards --------------------------------------------------------------------------------------


def words_of(made: Scene) -> tuple[Any, ...]:
    """Where the post stands, and all that is sealed, as it stands in the rows."""
    post = Post.objects.values_list("status", "current_version").get(pk=made.post.pk)
    sealed = (Version, VersionMedia, VersionChannel, Approval)
    return *post, *(list(model._base_manager.order_by("pk").values_list()) for model in sealed)


def live() -> list[tuple[Any, ...]]:
    return list(Publication.objects.exclude(status__in=OVER).values_list("version", "approval__digest"))


def check(made: Scene, state: str, what: str) -> bool:
    """Nothing is different; or the approval is gone with everything that waited for it. True: it stands."""
    now, left = words_of(made), set(live())
    approval = Approval.objects.get()
    assert left <= {(approval.version_id, approval.digest)}, what
    if now == made.sealed:
        return True
    status, _current, versions, *_rest, approvals = now
    assert state not in BEYOND_RECALL, f"{what} changed what is out"
    assert status in (Status.IN_REVIEW, Status.DRAFT), what
    assert approvals == made.sealed[-1], f"{what}: the okay is history"
    assert set(made.sealed[2]) <= set(versions), f"{what}: what was sealed is history"
    assert left == set(), f"{what} left something in the queue"
    return False


def is_refused(response: HttpResponse) -> bool:
    """With a sentence: on a page of its own, or on the next one."""
    if response.status_code in (403, 404, 409, 422):
        return bool(response.content.strip())
    is_at_the_door = response.status_code == 302 and "/konto/login/" in response.url
    return is_at_the_door or any(get_messages(response.wsgi_request))


INSIDERS = ("author", "reviewer")
"""Who may change anything at all: of the others every way is tried once, and those that read a form everywhere."""


def tries(made: Scene, state: str) -> Iterator[tuple[str, str, bool]]:
    for way in ways():
        for role in made.clients:
            is_everywhere = way in WRITE or (state == "partly out" and role in INSIDERS)
            if is_everywhere or state == "scheduled":
                yield role, way, False
            if role in INSIDERS and way in WRITE:
                yield role, way, True


@pytest.mark.parametrize("state", STATES)
def test_nobody_changes_what_is_approved_without_breaking_its_seal(state, platform):
    made = STATES[state]()
    sent, everything = list(platform.ledger), typed(made, *CASES)
    for role, way, is_part in tries(made, state):
        what = f"{role} by {way}{' in part' if is_part else ''}, {state}"
        with undone():
            response = sends(made, role, way, everything, is_part=is_part)
            stands = check(made, state, what)
            is_ones_own = way == "posts:new" and role != "author"
            assert not (stands and way in WRITE) or is_ones_own or is_refused(response), what
    assert platform.ledger == sent


@pytest.mark.parametrize("state", STATES)
def test_no_field_of_what_is_approved_is_changed_alone(state, platform):
    """Each by each form in one of the states, and by the one door behind all forms in every state."""
    made = STATES[state]()
    sent, turn = list(platform.ledger), list(STATES).index(state)
    for number, name in enumerate(CASES):
        for other, way in enumerate(WRITE):
            if (number + other) % len(STATES) != turn:
                continue
            what = f"{name} by {way}, {state}"
            with undone():
                role = "reviewer" if way.startswith("approvals") else "author"
                response = sends(made, role, way, typed(made, name), is_part=bool(number % 2))
                assert check(made, state, what), what
                assert is_refused(response), what
    for name, changed in changed_by_one(made.version.manuscript()):
        for role in INSIDERS:
            with pytest.raises((workflow.NoLongerSoError, workflow.RefusedError)):
                workflow.edit(made.post, made.people[role], made.version, changed)
        assert check(made, state, name)
    assert platform.ledger == sent


def changed_by_one(manuscript: Manuscript) -> Iterator[tuple[str, Manuscript]]:
    """For each field what it would be with that field changed, and nothing else."""
    for name in CASES:
        part, _, own = name.partition(".")
        if part == "Manuscript":
            yield name, replace(manuscript, **{own: another(getattr(manuscript, own))})
        else:
            held = "media" if part == "ShownMedia" else "channels"
            first, *rest = getattr(manuscript, held)
            changed = replace(first, **{own: another(getattr(first, own))})
            yield name, replace(manuscript, **{held: (changed, *rest)})


def another(value: Any) -> Any:
    if isinstance(value, tuple):
        return value[::-1] if len(value) > 1 else (*value, OTHER)
    return value + 1 if isinstance(value, int) else f"{value}{OTHER}"


# --- that the table would notice --------------------------------------------------------------------------------------


def test_the_same_form_changes_the_field_where_it_may():
    in_review, with_author = scene(), scene()
    reviewer = with_author.people["reviewer"]
    workflow.request_changes(with_author.post, reviewer, with_author.version, "Kortare")
    for name, case in CASES.items():
        if not case.way:
            continue
        made = with_author if case.way == "posts:edit" else in_review
        before = made.version.manuscript()
        with undone():
            if made is with_author:
                sends(made, "author", case.way, typed(made, name) | {"intent": "submit"})
            else:
                sends(made, "reviewer", case.way, typed(made, name))
            after = Post.objects.get(pk=made.post.pk).version_in_force.manuscript()
        assert value_of(name, after) != value_of(name, before), name
        assert after.digest() != before.digest(), name


def value_of(name: str, manuscript: Manuscript) -> Any:
    part, _, own = name.partition(".")
    if part == "Manuscript":
        return getattr(manuscript, own)
    items = manuscript.media if part == "ShownMedia" else manuscript.channels
    return [getattr(item, own) for item in items]


@pytest.mark.parametrize("state", sorted(set(STATES) - BEYOND_RECALL))
@pytest.mark.parametrize(("role", "way"), [("reviewer", "approvals:reopen"), ("author", "posts:revise")])
def test_taking_it_back_breaks_the_seal(state, role, way, platform):
    made = STATES[state]()
    sends(made, role, way, {})
    assert not check(made, state, way)
    assert platform.calls == []


# --- below the pages ---------------------------------------------------------------------------------

SEALED = (Version, VersionMedia, VersionChannel, Approval, AuthorsYes)


@pytest.mark.parametrize("model", SEALED)
def test_rows_of_what_is_sealed_are_neither_changed_nor_deleted(model):
    made = approved()
    AuthorsYes.objects.create(version=made.version, digest="0" * 64, by=made.people["author"])
    assert issubclass(model, AppendOnlyModel)
    row = model.objects.first()
    for refused in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=row.pk),
        lambda: model.objects.bulk_update([row], [model._meta.fields[-1].name]),
    ):
        with pytest.raises(AppendOnlyError), transaction.atomic():
            refused()
    assert check(made, "waiting", model.__name__)


def test_the_database_itself_refuses_to_change_a_field():
    made = approved()
    for name, case in CASES.items():
        model, change = case.row
        if model is not Media:
            with pytest.raises(DatabaseError), transaction.atomic():
                below(model).update(**change(made))
            assert check(made, "waiting", name)


def test_a_worker_sends_nothing_of_what_was_changed_below_everything(platform):
    made = approved()
    publication = publishing.claim(of_facebook(made).pk)
    adapter = connections.adapter_for(publication.channel)
    content, staged = publishing.sending.stage(publication, adapter)
    for case in CASES.values():
        with undone():
            tamper(*case.row, made)
            with pytest.raises(publishing.sending.SealBrokenError, match="is not what was approved"):
                publishing.begin(publication, content, adapter, staged)
    assert "commit" not in platform.calls
    assert platform.ledger == []
    publishing.begin(publication, content, adapter, staged)


def test_what_was_changed_below_everything_while_it_waited_fails(platform):
    made = approved()
    publication = of_facebook(made)
    for name, case in CASES.items():
        with undone():
            tamper(*case.row, made)
            publishing.send(publishing.claim(publication.pk))
            publication.refresh_from_db()
            found = (publication.status, publication.trouble)
        assert found == (PublicationStatus.FAILED, "seal_broken"), name
    assert platform.ledger == []


def below(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows, past the guards of their own manager."""
    return models.QuerySet(model)


def tamper(model: type[models.Model], change: Callable[[Scene], dict[str, Any]], made: Scene) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    of_it = {"pk": made.pictures[0]} if model is Media else {"version": made.version}
    of_it = {"pk": made.version.pk} if model is Version else of_it
    first = below(model).filter(**of_it).order_by("pk").first()
    with without_triggers(model._meta.db_table) if model is not Media else transaction.atomic():
        below(model).filter(pk=first.pk).update(**change(made))


# --- the administration --------------------------------------------------------------------------------


def test_the_administration_changes_nothing_of_a_post(platform):
    made = approved()
    mona = factories.administrator(is_staff=True, is_superuser=True)
    made.clients["superuser"] = signed_in(mona)
    for model in admin.site._registry:
        if model._meta.app_label == "posts" and model.__name__ != "Category":
            for row in model._default_manager.all():
                for act in ("change", "delete"):
                    where = reverse(f"admin:posts_{model._meta.model_name}_{act}", args=[row.pk])
                    response = made.clients["superuser"].post(where, typed(made, *CASES) | {"post": "yes"})
                    assert response.status_code == 403, where
            assert (
                made.clients["superuser"]
                .post(reverse(f"admin:posts_{model._meta.model_name}_add"))
                .status_code
                == 403
            )
    assert check(made, "waiting", "the administration")
    assert platform.calls == []
