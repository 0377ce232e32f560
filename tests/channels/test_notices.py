"""Who is warned about a channel, when, how often, and in which words."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from accounts import letters
from accounts.models import Notice, User
from channels import connections, keeping, notices
from channels.models import Channel, Credential
from channels.templatetags.channel_wording import kept_by
from posts import publishing
from posts.models import Publication
from posts.templatetags import channel_waiting
from posts.templatetags.channel_waiting import at_channel, waiting_by_channel, waiting_on
from tests import factories
from tests.channels.test_connections import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

NOON = "2027-03-10 11:00:00"


@pytest.fixture
def owner() -> User:
    return factories.ombudsman(name="Johan Alm")


@pytest.fixture
def mona() -> User:
    return factories.administrator()


@pytest.fixture
def channel(owner) -> Channel:
    return factories.channel(owner=owner)


def ends_in(channel: Channel, **length) -> datetime:
    ends_at = timezone.now() + timedelta(**length)
    Credential.objects.filter(channel=channel).update(connection_expires_at=ends_at)
    return ends_at


def warn() -> None:
    notices.warn(timezone.now())


def told(kind: str = "channel_ends") -> list[tuple[str, int]]:
    """Who was told, and how many days were left."""
    rows = Notice.objects.filter(kind=kind).order_by("created_at", "person__name")
    return [(notice.person.name, notice.facts.get("days")) for notice in rows]


# --- a connection that ends -------------------------------------------------------------------------------------


def test_its_keepers_and_the_administrators_are_warned_three_times(channel, owner, mona):
    deputy = factories.reviewer(name="Anna Lind")
    Channel.objects.update(deputy=deputy)
    factories.reviewer(name="Någon annan")
    with freeze_time(NOON) as clock:
        ends_in(channel, days=16)
        for _ in range(20 * 24):
            warn()
            clock.tick(timedelta(hours=1))
    names = ["Anna Lind", "Johan Alm", "Mona Berg"]
    assert told() == [(name, days) for days in (14, 3, 0) for name in names]


def test_nobody_is_warned_long_before(channel, mona):
    ends_in(channel, days=15, hours=12)
    warn()
    assert told() == []


def test_what_never_ends_is_no_warning(channel, mona):
    warn()
    assert told() == []


def test_who_hears_of_it_late_hears_it_once_and_as_it_is_now(channel, mona, owner):
    with freeze_time(NOON):
        ends_in(channel, days=2)
        warn()
        warn()
    assert told() == [("Johan Alm", 2), ("Mona Berg", 2)]


def test_another_end_is_another_warning(channel, mona):
    ends_in(channel, days=2)
    warn()
    ends_in(channel, days=10)
    warn()
    assert [days for name, days in told() if name == "Mona Berg"] == [2, 10]


def test_an_end_that_moves_by_a_second_is_the_same(channel, mona):
    with freeze_time(NOON):
        ends_in(channel, days=10)
        warn()
        ends_in(channel, days=10, seconds=1)
        warn()
    assert len(told()) == 2


def test_what_is_broken_already_is_not_warned_of(channel, mona):
    ends_in(channel, days=2)
    connections.mark_broken(channel, "token_expired")
    warn()
    assert told() == []


def test_what_was_disconnected_is_not_warned_of(channel, mona):
    ends_in(channel, days=2)
    Channel.objects.update(disconnected_at=timezone.now())
    warn()
    assert told() == []


def words_of(person: User) -> tuple[str, str, str]:
    said = letters.words(Notice.objects.filter(person=person).latest("pk"))
    return said.subject, " ".join(said.body), said.link


def test_the_warning_says_how_long_it_lasts_what_waits_and_what_to_do(channel, mona, owner):
    factories.approved(factories.submitted(), factories.reviewer(), channel)
    with freeze_time(NOON):
        ends_in(channel, days=5)
        warn()
        assert words_of(owner) == (
            "Facebook-anslutningen går ut om 5 dagar",
            "Det tar en minut att ansluta igen. Den fungerar till 15 mars 12.00, sedan publiceras inget där. "
            "1 inlägg väntar.",
            "Anslut igen",
        )


@pytest.mark.parametrize(
    ("length", "subject"),
    [
        ({"days": 1}, "Facebook-anslutningen går ut om 1 dag"),
        ({"hours": 2}, "Facebook-anslutningen går ut i dag"),
        ({"days": -1}, "Facebook-anslutningen har gått ut"),
    ],
)
def test_one_day_none_and_too_late_are_said_as_they_are(channel, mona, length, subject):
    with freeze_time(NOON):
        ends_in(channel, **length)
        warn()
        assert words_of(mona)[0] == subject


def test_each_is_led_to_the_page_of_the_channel(channel, mona, owner):
    ends_in(channel, days=2)
    warn()
    page = reverse("channels:channel", args=[channel.pk])
    assert {*Notice.objects.values_list("path", flat=True)} == {page}
    assert [*kept_by(owner)] == [channel]


# --- nobody answers for it --------------------------------------------------------------------------------------


def unkept() -> list[str]:
    return [name for name, _ in told("channel_unkept")]


def test_a_channel_that_nobody_answers_for_is_told_to_the_administrators_once(mona):
    factories.reviewer()
    factories.channel()
    warn()
    warn()
    assert unkept() == ["Mona Berg"]
    assert Channel.objects.get().unkept_at


def test_an_owner_who_may_not_sign_in_answers_for_nothing(channel, mona, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    warn()
    assert unkept() == ["Mona Berg"]
    assert words_of(mona)[1].startswith("Den som ansvarade för kanalen kan inte längre logga in")


def test_a_deputy_is_enough(channel, mona, owner):
    Channel.objects.update(deputy=factories.reviewer())
    User.objects.filter(pk=owner.pk).update(is_active=False)
    warn()
    assert unkept() == []


def test_the_next_time_that_it_comes_to_that_is_another_case(channel, mona, owner):
    for is_active in (False, True, False):
        User.objects.filter(pk=owner.pk).update(is_active=is_active)
        warn()
    assert unkept() == ["Mona Berg", "Mona Berg"]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_tell_it_once(mona):
    factories.channel()
    at_once(*[warn] * 4)
    assert unkept() == ["Mona Berg"]


# --- proposals --------------------------------------------------------------------------------------------------


def test_a_proposal_reaches_the_administrators_and_whoever_answers_for_it(channel, mona, owner):
    anna = factories.reviewer()
    keeping.propose(channel, anna, "Två om dagen räcker.")
    rows = Notice.objects.filter(kind="channel_proposal")
    assert {notice.person for notice in rows} == {mona, owner}
    assert words_of(mona) == (
        "Förslag om Facebook",
        "Anna Lind föreslår: Två om dagen räcker.",
        "Öppna kanalen",
    )


def test_a_word_is_as_it_was_typed(channel, mona):
    keeping.propose(channel, factories.reviewer(), "<b>Mål</b> & {{ channel }}")
    assert words_of(mona)[1] == "Anna Lind föreslår: <b>Mål</b> & {{ channel }}"


# --- what waits -------------------------------------------------------------------------------------------------


def test_what_waits_is_what_is_approved_and_not_out(channel):
    anna = factories.reviewer()
    for _ in range(2):
        factories.approved(factories.submitted(), anna, channel)
    factories.for_channels(factories.submitted(), anna, channel)
    out = factories.approved(factories.submitted(), anna, channel)
    publishing.send(publishing.claim(Publication.objects.get(post=out).pk))
    other = factories.channel("by_hand")
    factories.approved(factories.submitted(), anna, other)
    assert waiting_by_channel() == {channel.pk: 2, other.pk: 1}
    assert (waiting_on(channel.pk), waiting_on(other.pk)) == (2, 1)
    assert at_channel({}, channel.pk) == 0


def test_no_more_of_what_needs_somebody_is_read_than_is_shown_and_the_newest_first(channel, monkeypatch):
    anna = factories.reviewer()
    for _ in range(3):
        factories.approved(factories.submitted(), anna, channel)
    Publication.objects.update(status="failed")
    newest = [*Publication.objects.order_by("-pk").values_list("pk", flat=True)[:2]]
    monkeypatch.setattr(channel_waiting, "MOST", 2)
    assert [row.publication.pk for row in channel_waiting.help_on(channel, anna)] == newest
