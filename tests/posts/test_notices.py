"""Who is told what about a post: each thing once, to those whom it concerns, in the transaction of the act itself."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import letters
from accounts.models import Mail, Notice
from channels.errors import Duplicate, NotConnected, NotSent, OutOfCredit, RateLimited, Refused, Unconfirmed
from channels.models import Channel
from posts import notices, publishing, workflow
from posts.models import (
    Attempt,
    Hold,
    Media,
    People,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    StopReason,
)
from tests import factories
from tests.pages import signed_in
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture
def cast():
    """Somebody of each part: whoever wrote it, whoever approved it, a colleague, who answers for the channel."""
    return {
        "author": factories.ombudsman(),
        "approver": factories.reviewer(),
        "colleague": factories.reviewer(name="Johan Rask"),
        "owner": factories.administrator(name="Olle Ahl"),
        "deputy": factories.person(name="Disa Ek"),
        "administrator": factories.administrator(),
        "reader": factories.reader(),
    }


@pytest.fixture
def page(cast):
    return factories.channel(owner=cast["owner"], deputy=cast["deputy"], name="Seko")


@pytest.fixture
def other():
    """A second channel, which nobody answers for."""
    return factories.channel(name="Sekos andra")


def approved(cast, *channels) -> list[Publication]:
    post = factories.submitted(cast["author"])
    factories.approved(post, cast["approver"], *channels)
    return list(Publication.objects.filter(post=post).order_by("channel__position"))


def run(publication: Publication) -> Publication:
    Publication.objects.filter(pk=publication.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


def told(cast, kind: str) -> set[str]:
    """The parts of those who were told this."""
    people = set(Notice.objects.filter(kind=kind).values_list("person", flat=True))
    return {part for part, person in cast.items() if person.pk in people}


def said_to(person, kind: str) -> str:
    [notice] = Notice.objects.filter(person=person, kind=kind)
    words = letters.words(notice)
    return f"{words.subject}. {' '.join(words.body)}"


# --- it is out ------------------------------------------------------------------------------------------------


def test_a_post_that_is_out_is_told_to_its_author_and_those_who_had_a_part_in_it(cast, page):
    run(*approved(cast, page))
    assert told(cast, "published") == {"author"}
    assert told(cast, "published_others") == {"approver", "owner", "deputy"}
    assert said_to(cast["author"], "published") == "Ditt inlägg är ute. Det finns nu på Facebook. Tack!"


def test_it_is_told_once_when_all_of_it_is_out(cast, page, other):
    first, second = approved(cast, page, other)
    run(first)
    assert told(cast, "published") == set()
    run(second)
    publishing.announce(second)
    assert Notice.objects.filter(kind="published").count() == 1
    assert Notice.objects.get(kind="published").facts["out"] == ["Facebook"]


def test_one_channel_that_fails_does_not_keep_its_author_waiting(cast, page, other, platform):
    first, second = approved(cast, page, other)
    run(first)
    platform.script["commit"] = raising(Refused("text_refused"))
    assert run(second).status == PublicationStatus.FAILED
    said = said_to(cast["author"], "published")
    assert "På Facebook gick det inte. Kommunikationsgruppen tar hand om det." in said


def test_what_nobody_knows_of_is_told_as_such(cast, page, other):
    first, second = approved(cast, page, other)
    Publication.objects.filter(pk=second.pk).update(status=PublicationStatus.NEEDS_DECISION)
    run(first)
    assert said_to(cast["author"], "published").endswith("Tack! Vi vet inte än om det kom ut på Facebook.")


def test_what_was_not_out_in_time_is_told_as_missing(cast, page, other):
    first, second = approved(cast, page, other)
    run(first)
    Publication.objects.filter(pk=second.pk).update(not_after=timezone.now() - timedelta(minutes=1))
    publishing.expire(timezone.now())
    assert "På Facebook gick det inte." in said_to(cast["author"], "published")


@pytest.mark.parametrize("error", [NotConnected("token_expired"), OutOfCredit("credit")])
def test_one_channel_that_waits_for_a_person_does_not_keep_its_author_waiting(
    cast, page, other, platform, error
):
    first, second = approved(cast, page, other)
    run(first)
    platform.script["commit"] = raising(error, error)
    for _ in range(2):
        run(second)
    assert Publication.objects.get(pk=second.pk).status == PublicationStatus.QUEUED
    assert "På Facebook kommer det senare." in said_to(cast["author"], "published")


def test_one_channel_that_was_asked_to_wait_long_does_not_keep_its_author_waiting(
    cast, page, other, platform
):
    first, second = approved(cast, page, other)
    run(first)
    platform.script["commit"] = raising(RateLimited("quota", until=timezone.now() + timedelta(hours=5)))
    run(second)
    assert "På Facebook kommer det senare." in said_to(cast["author"], "published")
    Channel.objects.update(resting_until=None)
    run(second)
    assert Notice.objects.filter(kind="published").count() == 1


def test_a_channel_that_was_asked_to_wait_a_moment_is_waited_for(cast, page, other, platform):
    first, second = approved(cast, page, other)
    run(first)
    platform.script["commit"] = raising(
        RateLimited("too_many_calls", until=timezone.now() + timedelta(minutes=1))
    )
    run(second)
    assert told(cast, "published") == set()


def test_what_a_person_published_is_told_like_all_else(cast, page, platform, monkeypatch):
    monkeypatch.setattr(platform, "publishes", False)
    [publication] = approved(cast, page)
    publishing.published_by_hand(publication, cast["approver"], "https://example.test/groups/1")
    assert said_to(cast["author"], "published") == "Ditt inlägg är ute. Det finns nu på Seko. Tack!"


# --- it is not ------------------------------------------------------------------------------------------------


def test_a_refusal_is_told_with_its_cause_and_to_its_author_gently(cast, page, platform):
    platform.script["commit"] = raising(Refused("link_refused"))
    run(*approved(cast, page))
    assert told(cast, "failed") == {"author", "approver", "owner", "deputy"}
    assert told(cast, "published") == set()
    assert said_to(cast["author"], "failed") == (
        "Ditt inlägg kom inte ut på Facebook. Plattformen kan inte läsa länken. Ändra den och skicka igen. "
        "Kommunikationsgruppen tar hand om det. Du behöver inte göra något."
    )
    assert said_to(cast["owner"], "failed").startswith("Publiceringen på Facebook misslyckades.")


def test_what_nobody_answers_for_concerns_the_group_and_the_administrators(cast, other, platform):
    platform.script["commit"] = raising(Refused("link_refused"))
    run(*approved(cast, other))
    assert told(cast, "failed") == {"author", "approver", "colleague", "owner", "administrator"}


def test_who_answers_for_a_channel_and_may_no_longer_sign_in_answers_for_it_no_more(cast, page, platform):
    for part in ("owner", "deputy"):
        cast[part].is_active = False
        cast[part].save()
    platform.script["commit"] = raising(Refused("link_refused"))
    run(*approved(cast, page))
    assert told(cast, "failed") == {"author", "approver", "colleague", "administrator"}


def test_whoever_wrote_it_and_answers_for_the_channel_is_told_once(cast, other, platform):
    Channel.objects.filter(pk=other.pk).update(owner=cast["author"])
    platform.script["commit"] = raising(Refused("link_refused"))
    run(*approved(cast, other))
    assert told(cast, "failed") == {"author", "approver"}
    assert Notice.objects.filter(person=cast["author"], kind="failed").count() == 1


def test_a_platform_that_is_away_is_told_once_to_those_who_can_do_something(cast, page, platform):
    [publication] = approved(cast, page)
    platform.script["stage"] = raising(*[NotSent("connect")] * 7)
    for _ in range(3):
        run(publication)
    assert told(cast, "delayed") == set()
    for _ in range(4):
        run(publication)
    assert told(cast, "delayed") == {"approver", "owner", "deputy"}
    assert Notice.objects.filter(kind="delayed").count() == 3
    said = said_to(cast["owner"], "delayed")
    assert said.startswith("Publiceringen på Facebook dröjer. Plattformen svarar inte.")
    assert said.endswith("Gör inget, eller publicera för hand.")


def test_a_question_is_put_to_those_who_can_answer_it(cast, page, platform):
    [publication] = approved(cast, page)
    platform.script["commit"] = raising(Duplicate("duplicate"))
    run(publication)
    long_ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(started_at=long_ago, finished_at=long_ago)
    assert run(publication).status == PublicationStatus.NEEDS_DECISION
    assert told(cast, "needs_decision") == {"author", "approver", "owner", "deputy"}
    paths = dict(Notice.objects.filter(kind="needs_decision").values_list("person__name", "path"))
    assert (paths["Karin Ek"], paths["Anna Lind"]) == (
        f"/inlagg/{publication.post_id}/",
        f"/publicering/{publication.pk}/avgor/",
    )


def test_a_question_that_whoever_approved_it_can_no_longer_answer_is_put_to_the_group(cast, page):
    [publication] = approved(cast, page)
    cast["approver"].groups.clear()
    notices.needs_decision(publication)
    assert "colleague" in told(cast, "needs_decision")


def test_doubt_alone_is_told_to_nobody(cast, page, platform):
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    assert run(*approved(cast, page)).status == PublicationStatus.UNCONFIRMED
    assert not Notice.objects.exclude(kind="approved").exists()


def test_what_was_not_out_in_time_is_told(cast, page):
    approved(cast, page)
    Publication.objects.update(not_after=timezone.now() - timedelta(minutes=1))
    assert publishing.expire(timezone.now()) == 1
    assert publishing.expire(timezone.now()) == 0
    assert Publication.objects.get().hold == Hold.EXPIRED
    assert told(cast, "expired") == {"author", "approver", "owner", "deputy"}
    assert said_to(cast["author"], "expired").startswith(
        "Inlägget hann inte ut på Facebook. Det skulle ut senast i dag"
    )


def test_what_did_not_happen_is_told_to_nobody(cast, page, platform):
    """The worker's lease is somebody else's by then: nothing is written, and nothing told."""
    [publication] = approved(cast, page)

    def lose_it(*_):
        Publication.objects.filter(pk=publication.pk).update(fence=99)
        raise Refused("link_refused")

    platform.script["commit"] = lose_it
    run(publication)
    assert told(cast, "failed") == set()


# --- channels and stops ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind", "begins"),
    [
        (NotConnected("access_revoked"), "channel_stopped", "Anslutningen till Facebook är trasig."),
        (OutOfCredit("credit"), "out_of_credit", "Kontot hos Facebook saknar medel."),
    ],
)
def test_a_channel_that_stops_is_told_once_each_time_to_who_answers_for_it(
    cast, page, platform, error, kind, begins
):
    [publication] = approved(cast, page)
    platform.script["stage"] = raising(*[error] * 4)
    for _ in range(3):
        run(publication)
    assert told(cast, kind) == {"owner", "deputy"}
    assert Notice.objects.filter(kind=kind).count() == 2
    assert said_to(cast["owner"], kind).startswith(begins)
    later = timezone.now() + timedelta(hours=1)
    Channel.objects.update(fault_at=later)
    notices.channel_stopped(Channel.objects.get(pk=page.pk), error.code)
    assert Notice.objects.filter(kind=kind).count() == 4


def test_a_stop_and_a_start_are_told_to_the_group_and_not_to_who_did_it(cast):
    anna = cast["approver"]
    publishing.stop(anna, StopReason.INTRUSION, "Någon är inne på kontot.")
    publishing.stop(cast["colleague"], StopReason.OTHER, "")
    publishing.resume(cast["colleague"], publishing.Resume.NOW, [])
    assert told(cast, "stopped") == {"colleague", "owner", "administrator"}
    assert told(cast, "resumed") == {"approver", "owner", "administrator"}
    assert "Skäl: Misstänkt intrång." in said_to(cast["colleague"], "stopped")
    assert "Någon är inne på kontot." in said_to(cast["colleague"], "stopped")


def test_a_pause_is_told_to_who_answers_for_the_channel_and_to_authors_who_are_half_out(cast, page, other):
    here, elsewhere = approved(cast, page, other)
    run(elsewhere)
    assert told(cast, "published") == set()
    publishing.pause(page, cast["owner"], "Vi byter bild på sidan.")
    publishing.pause(page, cast["approver"], "")
    assert told(cast, "paused") == {"deputy"}
    assert said_to(cast["deputy"], "paused").endswith("1 inlägg väntar. Vi byter bild på sidan.")
    assert "På Facebook kommer det senare." in said_to(cast["author"], "published")
    publishing.unpause(page, cast["approver"], publishing.Resume.NOW, [here.pk])
    assert told(cast, "unpaused") == {"owner", "deputy"}


# --- taking down ----------------------------------------------------------------------------------------------


def remove(order) -> None:
    for removal in order.removals.all():
        if claimed := publishing.claim_removal(removal.pk):
            publishing.remove(claimed)


def test_a_take_down_is_told_when_it_is_asked_for_and_when_it_is_done(cast, page, other):
    first, second = approved(cast, page, other)
    run(first)
    run(second)
    order = publishing.take_down(first.post, cast["colleague"], Regret.CONSENT)
    assert told(cast, "takedown_asked") == {"approver", "owner", "administrator"}
    assert told(cast, "taken_down") == set()
    assert "Klockan går." in said_to(cast["approver"], "takedown_asked")
    remove(order)
    assert told(cast, "taken_down") == {"author", "approver", "colleague"}
    assert Notice.objects.filter(kind="taken_down").count() == 3


def test_what_was_never_out_is_taken_down_at_once(cast, page):
    [publication] = approved(cast, page)
    publishing.take_down(publication.post, cast["colleague"], Regret.WRONG)
    assert told(cast, "taken_down") == {"author", "approver", "colleague"}


def test_what_a_person_must_remove_is_told_to_who_asked_and_who_answers_for_the_channel(cast, page, platform):
    [publication] = approved(cast, page)
    run(publication)
    platform.script["remove"] = raising(Refused("refused"))
    remove(publishing.take_down(publication.post, cast["colleague"], Regret.HARM))
    assert told(cast, "remove_by_hand") == {"colleague", "owner"}
    assert told(cast, "taken_down") == set()


def test_what_a_person_must_remove_is_for_the_others_when_whoever_asked_no_longer_may(cast, page, platform):
    Channel.objects.filter(pk=page.pk).update(owner=cast["deputy"])
    [publication] = approved(cast, page)
    run(publication)
    order = publishing.take_down(publication.post, cast["colleague"], Regret.HARM)
    cast["colleague"].groups.clear()
    platform.script["remove"] = raising(Refused("refused"))
    remove(order)
    assert told(cast, "remove_by_hand") == {"approver", "owner", "administrator"}


# --- where they are led -----------------------------------------------------------------------------------------


def everything_about(publications: list[Publication], cast, platform) -> None:
    """Each kind of notice about a publication that its keepers and the administrators are told."""
    out, refused, asked, late = publications
    run(out)
    platform.script["commit"] = raising(Refused("text_refused"))
    run(refused)
    notices.needs_decision(asked)
    notices.delayed(late, timezone.now())
    notices.expired(late)
    platform.script["remove"] = raising(Refused("refused"))
    remove(publishing.take_down(out.post, cast["colleague"], Regret.HARM))
    notices.when_gone(out.post.takedowns.get())
    notices.channel_stopped(out.channel, "token_expired")
    publishing.pause(out.channel, cast["approver"])


def test_every_notice_leads_to_a_page_that_its_reader_may_open(cast, page, other, platform):
    """The second channel is kept by nobody, so that the group and the administrators are told of it."""
    for channel in (page, other):
        everything_about([approved(cast, channel)[0] for _ in range(4)], cast, platform)
    kinds = {"failed", "needs_decision", "delayed", "expired", "takedown_asked", "remove_by_hand"}
    kinds |= {"channel_stopped", "paused", "published", "published_others"}
    assert set(Notice.objects.values_list("kind", flat=True)) == kinds
    told_of = [
        (notice.person.name, notice.kind, notice.path, signed_in(notice.person).get(notice.path).status_code)
        for notice in Notice.objects.select_related("person")
    ]
    assert [each for each in told_of if each[-1] != 200] == []


def test_who_reads_posts_comes_to_the_post_and_who_takes_down_to_its_removal(cast, other, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    [publication] = approved(cast, other)
    run(publication)
    paths = dict(Notice.objects.filter(kind="failed").values_list("person__email", "path"))
    post = f"/inlagg/{publication.post_id}/"
    assert [paths[cast[part].email] for part in ("author", "approver", "administrator")] == [
        post,
        post,
        f"{post}ta-ned/",
    ]


def test_a_channel_that_was_disconnected_has_no_page_to_lead_to(cast, page):
    people = ("deputy", "administrator", "author")
    found = [notices.page_of_channel(page, cast[part]) for part in people]
    assert found == [f"/kanaler/{page.pk}/", f"/kanaler/{page.pk}/", "/aviseringar/"]
    page.disconnected_at = timezone.now()
    found = [notices.page_of_channel(page, cast[part]) for part in people]
    assert found == ["/aviseringar/", "/kanaler/", "/aviseringar/"]


# --- what the desk decided ------------------------------------------------------------------------------------


def test_an_author_is_asked_for_a_change_in_the_words_that_were_written(cast):
    post = factories.submitted(cast["author"])
    workflow.request_changes(post, cast["approver"], post.current_version, "Vem är det till vänster?")
    assert told(cast, "changes_asked") == {"author"}
    assert said_to(cast["author"], "changes_asked") == (
        "Kan du ändra en sak i ditt inlägg?. Anna skriver: ”Vem är det till vänster?”. Det mesta är klart."
    )


def test_what_may_be_about_somebody_who_has_not_said_yes_is_not_quoted_in_a_mail(cast):
    post = factories.submitted(cast["author"], people=People.NOT_ASKED)
    workflow.request_changes(post, cast["approver"], post.current_version, "Fråga Lisa Berg.")
    assert "Lisa" not in said_to(cast["author"], "changes_asked")
    assert "Lisa" not in str(Notice.objects.get().facts)


def test_a_file_that_cannot_be_used_is_told_without_anybody_having_asked(cast):
    post = factories.draft(cast["author"], media=[factories.unprepared(cast["author"])])
    workflow.submit(post, cast["author"])
    Media.objects.update(state="refused", refusal="damaged")
    workflow.media_refused(Media.objects.get())
    assert "En av filerna går inte att använda." in said_to(cast["author"], "changes_asked")


def test_a_rejection_says_why_and_what_would_have_worked(cast):
    post = factories.submitted(cast["author"])
    workflow.reject(
        post, cast["approver"], post.current_version, "too_old", "Samma dag, så hade vi tagit det."
    )
    assert said_to(cast["author"], "rejected") == (
        "Vi publicerar inte den här gången. Skäl: För gammalt. "
        "Så hade det fungerat: Samma dag, så hade vi tagit det."
    )


def test_an_okay_on_the_authors_own_words_is_news_only_when_it_is_out(cast, page):
    approved(cast, page)
    assert told(cast, "approved") == set()


def test_an_okay_on_other_words_is_told_and_mailed_when_it_can_no_longer_be_undone(cast, page, settings):
    settings.UNDO_SECONDS = 60
    post = factories.submitted(cast["author"])
    factories.for_channels(post, cast["approver"], page)
    seen = post.current_version
    shorter = workflow.edit(post, cast["approver"], seen, seen.manuscript().replaced(text="Kortare."))
    workflow.approve(post, cast["approver"], shorter)
    assert said_to(cast["author"], "approved").startswith("Ditt inlägg är godkänt. Vi kortade texten lite.")
    notice = Notice.objects.get(kind="approved")
    assert (notice.mail, notice.not_before > timezone.now() + timedelta(seconds=50)) == (Mail.WAITING, True)
    workflow.undo(Post.objects.get(), cast["approver"])
    assert not Notice.objects.exists()


def test_an_okay_for_another_day_says_which(cast, page):
    post = factories.submitted(cast["author"])
    version = factories.for_channels(post, cast["approver"], page)
    tomorrow = timezone.now() + timedelta(days=1)
    workflow.approve(post, cast["approver"], version, publishing.When(at=tomorrow))
    assert "Det publiceras i morgon" in said_to(cast["author"], "approved")


def test_nobody_is_told_of_their_own_act(cast, page, settings):
    settings.FOUR_EYES = False
    anna = cast["approver"]
    post = factories.submitted(anna)
    workflow.request_changes(post, anna, post.current_version, "Glömde något.")
    assert not Notice.objects.exists()


# --- every kind -----------------------------------------------------------------------------------------------

FACTS = {
    "out": ["Facebook", "X"],
    "later": ["YouTube"],
    "unsure": ["Gruppen"],
    "missing": ["Sidan"],
    "channels": ["Facebook"],
    "channel": "Facebook",
    "channel_id": 1,
    "text": "Byt namn.",
    "code": "connect",
    "by": "Anna Lind",
    "message": "Hej.",
    "waiting": 3,
    "was_edited": True,
    "answer": "yes",
    "category": "Arbetsplatsbesök",
    "title": "Besök hos Citymail",
    "days": 1,
    "region": "Umeå",
    "pictures": 2,
    "films": 1,
    "files": 3,
    "count": 2,
    "hours": 4,
    "reserve": 6,
    "picks": [{"category": "Debatt", "post": 7, "url": "https://seko.test/granska/kalender/i-dag/1/7/"}],
    **dict.fromkeys(
        (
            "again_at",
            "latest_at",
            "stopped_at",
            "resumed_at",
            "done_at",
            "publishes_at",
            "ends_at",
            "answer_by_at",
            "now_at",
            "approved_at",
            "due_at",
        ),
        "2026-04-29T08:30:00+00:00",
    ),
}
REASONS = {"stopped": StopReason.EVENT, "takedown_asked": Regret.CONSENT, "rejected": "too_old"}
KINDS = sorted(file.stem for file in (settings.BASE_DIR / "templates" / "notices").iterdir())


@pytest.mark.parametrize("is_yours", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_subject_something_to_say_and_one_link(kind, is_yours):
    facts = {**FACTS, "reason": REASONS.get(kind, "Skäl"), "is_yours": is_yours}
    words = letters.words(Notice(kind=kind, facts=facts))
    assert (len(words.subject) < 60, len(words.link) < 30, "{" in str(words)) == (True, True, False)
    assert all(words.body)


def test_a_subject_names_nobody_and_a_mail_has_one_link_and_one_more_to_share_by(cast, page, platform):
    run(*approved(cast, page))
    publishing.stop(cast["approver"], StopReason.OTHER, "")
    for notice in Notice.objects.all():
        mail = letters.to(notice)
        assert not any(person.name.split()[0] in mail.subject for person in cast.values())
        assert mail.body.count("http") == (2 if notice.kind == "published" else 1)
