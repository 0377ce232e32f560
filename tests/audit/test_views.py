"""The pages of the log: who reads what, choosing lines, what is never shown, and that reading leaves a line."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from approvals import discussion
from approvals.models import Answer
from audit import lines, log, reading, tasks
from audit.models import Entry, Proof
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
TEXT = "Natten på bangården. Vi var många."
HEADLINE = "Natten på bangården"


@pytest.fixture
def vera():
    return factories.reader()


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def karin():
    return factories.ombudsman(name="Karin Ek")


@pytest.fixture
def post(karin):
    return factories.submitted(karin, text=TEXT)


def shown(response) -> list[int]:
    """The numbers of the lines on a page."""
    return [line.entry.number for line in response.context["page"].lines]


def index(user, **chosen):
    return signed_in(user).get(reverse("audit:index"), chosen)


def verbs_of(response) -> list[str]:
    return [line.entry.verb for line in response.context["page"].lines]


# --- who reads what ---------------------------------------------------------------------------------------------


def test_whoever_may_not_read_the_log_is_told_so_and_nothing_is_noted(karin):
    response = index(karin)
    assert response.status_code == 403
    assert "Du har inte behörighet att läsa loggen" in text_of(response)
    assert not Entry.objects.filter(verb="log.read").exists()


def test_a_line_says_who_did_what_to_which_post_and_the_post_is_one_press_away(vera, post):
    response = index(vera, post=post.pk)
    words = text_of(response)
    assert "Skickade in inlägget" in words
    assert "Karin Ek" in words
    assert f"{HEADLINE} ({post.pk})" in words
    assert f'href="{reverse("posts:detail", args=[post.pk])}"' in response.content.decode()


def test_an_administrator_sees_a_number_where_others_see_the_words(mona, post):
    published = factories.approved(post, factories.reviewer(), factories.channel()).publications.get()
    log.record("publication.published", published, post=post.pk, url="https://example.test/natten")
    response = index(mona)
    page = response.content.decode()

    assert f"inlägg {post.pk}" in text_of(response)
    assert HEADLINE not in page
    assert reverse("posts:detail", args=[post.pk]) not in page
    assert "https://example.test/natten" not in page


def test_a_reader_of_posts_sees_the_address_of_what_is_out(vera, post):
    published = factories.approved(post, factories.reviewer(), factories.channel()).publications.get()
    log.record("publication.published", published, post=post.pk, url="https://example.test/natten")
    assert "adress: https://example.test/natten" in text_of(index(vera))


def test_a_draft_that_nobody_has_sent_in_keeps_its_words_to_itself(vera, karin):
    draft = factories.draft(karin, text=TEXT)
    log.record("post.withdrawn", draft, actor=karin)
    page = index(vera, post=draft.pk).content.decode()
    assert f"inlägg {draft.pk}" in page
    assert HEADLINE not in page


def test_everybody_reads_their_own_acts_and_nobody_elses(karin, post):
    anna = factories.reviewer()
    log.record("post.rejected", post, actor=anna, reason="too_old")
    response = signed_in(karin).get(reverse("audit:mine"))
    assert {line.who for line in response.context["page"].lines} == {"Karin Ek"}
    assert "Avslog" not in text_of(response)
    assert not Entry.objects.filter(verb="log.read").exists()


def test_ones_own_page_has_no_column_of_oneself_and_says_which_order_it_is_in(karin, post):
    log.record("event.added", "event:7", actor=karin)
    page = signed_in(karin)
    said = text_of(page.get(reverse("audit:mine")))
    assert "det senast uppskrivna först" in said
    assert (" Vem " in said, "Gäller När" in said) == (False, True)
    assert ("Lade till en händelse en händelse" in said, "event:7" in said) == (True, False)
    assert "Låste inlägget för granskning version: 1" in said
    about = signed_in(factories.reviewer()).get(reverse("audit:post", args=[post.pk]))
    assert " Vem " in text_of(about)


def test_the_communications_group_reads_what_has_happened_to_a_post_and_not_the_whole_log(post):
    anna = factories.reviewer()
    response = signed_in(anna).get(reverse("audit:post", args=[post.pk]))
    assert set(verbs_of(response)) == {"post.frozen", "post.submitted"}
    assert {line.entry.thing for line in response.context["page"].lines} == {f"post:{post.pk}"}
    assert index(anna).status_code == 403


def test_notes_on_ones_own_post_leave_no_line_for_a_sender_who_is_in_the_group():
    """Not even that a colleague was asked."""
    sender, anna, johan = (factories.reviewer(name=name) for name in ("Sara Vik", "Anna Berg", "Johan Alm"))
    post = factories.submitted(sender)
    discussion.take_back(discussion.note(post, anna, "Kan det stämma?"), anna)
    discussion.answer(discussion.ask_opinion(post, anna, johan), johan, Answer.YES, "Ja.")
    noted = {"post.noted", "post.note_taken_back", "post.opinion_asked", "post.opinion_given"}

    def told_to(reader):
        return set(verbs_of(signed_in(reader).get(reverse("audit:post", args=[post.pk]))))

    assert told_to(sender) == {"post.frozen", "post.submitted"}
    assert told_to(anna) == told_to(factories.reader()) == noted | {"post.frozen", "post.submitted"}
    sender.groups.add(Group.objects.get(name=roles.ADMINISTRATOR))
    assert told_to(sender) >= noted


def test_the_author_of_a_post_reads_its_way_and_not_its_log(karin, post):
    response = signed_in(karin).get(reverse("audit:post", args=[post.pk]))
    assert response.status_code == 403
    assert not Entry.objects.filter(verb="log.read").exists()


def test_a_post_that_a_reviewer_may_not_open_has_no_log_for_them(karin):
    draft = factories.draft(karin)
    assert signed_in(factories.reviewer()).get(reverse("audit:post", args=[draft.pk])).status_code == 404


def test_whoever_keeps_a_channel_reads_what_has_happened_on_it_and_on_no_other(karin, post):
    own, other = factories.channel(owner=karin), factories.channel("x")
    log.record("channel.paused", own, actor=factories.reviewer(), reason="Semester")
    response = signed_in(karin).get(reverse("audit:channel", args=[own.pk]))

    assert "channel.paused" in verbs_of(response)
    assert {line.entry.thing for line in response.context["page"].lines} == {f"channel:{own.pk}"}
    assert signed_in(karin).get(reverse("audit:channel", args=[other.pk])).status_code == 403
    assert signed_in(karin).get(reverse("audit:channel", args=[4711])).status_code == 403


@pytest.mark.parametrize(
    ("who", "is_there"), [("reader", True), ("administrator", True), ("reviewer", False)]
)
def test_the_way_to_the_log_stands_in_the_menu_of_those_who_may(who, is_there):
    page = signed_in(getattr(factories, who)()).get(reverse("accounts:me")).content.decode()
    assert ('href="/logg/"' in page) is is_there


# --- choosing ---------------------------------------------------------------------------------------------------


def test_lines_are_chosen_by_person_with_part_of_a_name_or_a_whole_address(vera, karin):
    anna = factories.reviewer(name="Anna Öberg", email="anna@example.test")
    log.record("post.approved", "post:1", actor=anna)
    log.record("post.submitted", "post:1", actor=karin)
    for typed in ("Öberg", "anna@example.test", "anna"):
        assert verbs_of(index(vera, person=typed)) == ["post.approved"]


def test_a_name_that_nobody_has_is_said_beside_the_field(vera):
    response = index(vera, person="Nils Holgersson")
    assert response.status_code == 422
    assert "Vi hittar ingen med det namnet." in text_of(response)
    assert not Entry.objects.filter(verb="log.read").exists()


def test_lines_are_chosen_by_one_verb_or_by_a_kind_of_act(vera):
    for verb in ("post.submitted", "removal.removed", "removal.confirmed"):
        log.record(verb, "post:1")
    assert verbs_of(index(vera, verb="post.submitted")) == ["post.submitted"]
    assert verbs_of(index(vera, verb="removal")) == ["removal.confirmed", "removal.removed"]


def test_what_became_of_a_post_on_the_channels_is_among_its_lines(vera, post):
    facebook, x = factories.channel(), factories.channel("x")
    published = factories.approved(post, factories.reviewer(), facebook).publications.get()
    log.record("publication.published", published)
    log.record("publication.published", "publication:4711", post=4711, channel=x.pk)
    log.record("channel.paused", facebook)

    of_post = index(vera, post=post.pk)
    assert verbs_of(of_post)[0] == "publication.published"
    assert {lines.post_of(line.entry) for line in of_post.context["page"].lines} == {post.pk}
    assert verbs_of(index(vera, channel=facebook.pk))[:2] == ["channel.paused", "publication.published"]
    assert verbs_of(index(vera, channel=x.pk))[0] == "publication.published"
    assert "facebook" in text_of(of_post).lower()


def write_at(moment: datetime, monkeypatch) -> int:
    monkeypatch.setattr(timezone, "now", lambda: moment)
    number = log.record("post.submitted", "post:1").number
    monkeypatch.undo()
    return number


def test_a_day_is_a_day_on_the_clock_on_the_wall_also_when_it_has_25_hours(vera, monkeypatch):
    before = write_at(datetime(2026, 10, 24, 21, 59, tzinfo=UTC), monkeypatch)
    first = write_at(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), monkeypatch)
    last = write_at(datetime(2026, 10, 25, 22, 59, tzinfo=UTC), monkeypatch)
    after = write_at(datetime(2026, 10, 25, 23, 0, tzinfo=UTC), monkeypatch)
    chosen = index(vera, first="2026-10-25", last="2026-10-25", verb="post.submitted")
    assert shown(chosen) == [last, first]
    assert before not in shown(index(vera, first="2026-10-25", verb="post.submitted"))
    assert after not in shown(index(vera, last="2026-10-25", verb="post.submitted"))


def test_a_line_by_a_machine_whose_clock_is_a_little_late_is_still_found(vera, monkeypatch):
    write_at(datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC), monkeypatch)
    late = write_at(datetime(2026, 10, 24, 21, 59, 57, tzinfo=UTC), monkeypatch)
    write_at(datetime(2026, 10, 24, 22, 0, 1, tzinfo=UTC), monkeypatch)
    assert shown(index(vera, last="2026-10-24", verb="post.submitted")) == [late, late - 1]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"first": "i går"}, "Det är ingen dag."),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "Den sista dagen ligger före den första."),
        ({"post": "tolv"}, "Skriv inläggets nummer"),
        ({"post": "9" * 40}, "999999999999999999"),
        ({"last": "9999-12-31"}, "Det är ingen dag."),
    ],
)
def test_nonsense_is_answered_beside_its_field_and_shows_no_lines(vera, chosen, sentence):
    response = index(vera, **chosen)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "page" not in response.context


@pytest.mark.parametrize("thing", ["importantdate:3", "feed:1"])
def test_what_belongs_to_the_calendar_is_called_that(vera, thing):
    log.record("date.added", thing, name="Kongress", day=date(2026, 9, 1))
    words = text_of(index(vera))
    assert "Lade till ett eget datum i kalendern vad: Kongress; dag: 2026-09-01 kalendern" in words
    assert thing not in words


def test_a_choice_without_lines_says_so(vera):
    assert "Inget i det här urvalet" in text_of(index(vera, verb="publishing.stopped"))


def test_pages_go_on_where_the_last_one_ended_and_keep_the_choice(vera):
    numbers = [log.record("post.submitted", "post:1").number for _ in range(lines.PAGE + 3)]
    first = index(vera, verb="post.submitted")
    older = first.context["page"].older
    assert f'href="?verb=post.submitted&amp;fore={older}"' in first.content.decode()
    second = index(vera, verb="post.submitted", fore=older)
    assert shown(first) + shown(second) == numbers[::-1]
    assert second.context["page"].older is None


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30, "²"])
def test_an_address_with_nonsense_in_it_begins_at_the_newest(vera, before):
    number = log.record("post.submitted", "post:1").number
    assert shown(index(vera, verb="post.submitted", fore=before)) == [number]


# --- reading leaves a line --------------------------------------------------------------------------------------


def readings() -> list[tuple[str, str]]:
    found = Entry.objects.filter(verb="log.read").order_by("number").select_related("actor")
    return [(str(entry.actor), entry.facts["chosen"]) for entry in found]


def test_each_choice_that_somebody_reads_is_noted_once_an_hour_whichever_page_they_open(
    vera, mona, monkeypatch
):
    index(vera)
    index(vera)
    index(vera, fore=1)
    index(vera, verb="post", fore=1)
    index(mona)
    assert readings() == [("Vera Ström", ""), ("Vera Ström", "verb=post"), ("Mona Berg", "")]

    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    reading.note(vera, "")
    assert readings()[3:] == [("Vera Ström", "")]


def test_the_log_of_a_post_and_of_a_channel_are_noted_too(vera, post):
    channel = factories.channel()
    signed_in(vera).get(reverse("audit:post", args=[post.pk]))
    signed_in(vera).get(reverse("audit:channel", args=[channel.pk]))
    assert readings() == [("Vera Ström", f"post={post.pk}"), ("Vera Ström", f"channel={channel.pk}")]


# --- on the page of a post --------------------------------------------------------------------------------------


def test_the_page_of_a_post_offers_its_log_to_those_who_may_and_asks_for_nothing_before_it_is_unfolded(
    post, karin
):
    anna = factories.reviewer()
    address = reverse("audit:post", args=[post.pk])
    for page in (reverse("approvals:review", args=[post.pk]), reverse("posts:detail", args=[post.pk])):
        assert f'<summary hx-get="{address}"' in signed_in(anna).get(page).content.decode()
    assert address not in signed_in(karin).get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert readings() == []


def test_unfolding_it_fetches_the_newest_lines_alone(post):
    for _ in range(20):
        log.record("post.edited", post)
    response = signed_in(factories.reviewer()).get(
        reverse("audit:post", args=[post.pk]), headers={"HX-Request": "true"}
    )
    assert [template.name for template in response.templates][:1] == ["audit/_on_post.html"]
    assert len(shown(response)) == 10
    assert "<html" not in response.content.decode()


# --- the proof --------------------------------------------------------------------------------------------------


def test_the_page_says_that_nobody_has_proved_the_chain_yet(vera):
    assert "har inte kontrollerats än" in text_of(index(vera))


def test_the_page_says_how_far_the_chain_held_when_it_was_last_proved(vera):
    log.record("post.submitted", "post:1")
    call_command("verify_audit")
    log.record("post.submitted", "post:2")
    assert "Kedjan håller till och med rad 1, kontrollerad i dag" in text_of(index(vera))


def test_the_page_says_loudly_that_the_chain_is_broken(vera, without_append_only_triggers):
    log.record("post.submitted", "post:1")
    with without_append_only_triggers("audit_entry"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET verb = 'other'")
    with pytest.raises(CommandError):
        call_command("verify_audit")
    words = text_of(index(vera))
    assert "Kedjan är bruten på 1 ställe" in words
    assert "Kedjan håller" not in words


def test_the_chain_is_proved_once_a_day(monkeypatch):
    tasks.prove_daily()
    tasks.prove_daily()
    assert Proof.objects.count() == 1
    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr(timezone, "now", lambda: later)
    tasks.prove_daily()
    assert Proof.objects.count() == 2


# --- the same cost, however long it is --------------------------------------------------------------------------


def much(post, people, channel, count: int) -> None:
    """Lines of many kinds, about things of which each has a name to find."""
    for number in range(count):
        log.record("post.edited", post, actor=people[0])
        log.record("publication.published", f"publication:{number}", post=post.pk, channel=channel.pk)
        log.record("person.changed", people[number % len(people)], actor=people[1])


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    ("chosen", "queries"),
    [
        ({}, 12),
        ({"verb": "person"}, 11),
        ({"channel": True}, 11),
        ({"post": True}, 11),
        ({"first": "2026-01-01", "last": "2999-12-31"}, 12),
        ({"person": "Karin"}, 12),
    ],
)
def test_the_log_costs_the_same_however_long_it_is(
    vera, karin, post, chosen, queries, count, django_assert_num_queries
):
    channel = factories.channel()
    much(post, [karin, vera, factories.reviewer()], channel, count)
    known = {"channel": channel.pk, "post": post.pk}
    chosen = {name: known.get(name, value) for name, value in chosen.items()}
    browser = signed_in(vera)
    browser.get(reverse("audit:index"), chosen)
    with django_assert_num_queries(queries):
        assert browser.get(reverse("audit:index"), chosen).status_code == 200
