"""What follows a post, the answers of a thread and the first comment: each a publication, sent when its turn comes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from audit.models import Entry
from channels.errors import Duplicate, NotConnected, Refused, Unconfirmed
from posts import blockers, chips, content, notices, previews, publishing, threads, whereabouts, workflow
from posts.models import (
    Attempt,
    Hold,
    Outcome,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    Status,
    StopReason,
    VersionChannel,
)
from posts.publishing import Resume, TooLateError, When, settling
from posts.templatetags import channel_waiting
from seko_social import situation
from tests import factories
from tests.scripted import Scripted, raising, receipt_of
from tests.triggers import without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
SECOND, THIRD = "De fick inga.", "Facket tar det vidare."


@pytest.fixture(autouse=True)
def _takes_threads(platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, thread=5))


@pytest.fixture
def thread(anna) -> list[Publication]:
    """A post and the two that follow it."""
    factories.approved(factories.submitted(), anna, factories.channel(), thread=(SECOND, THIRD))
    return all_of_it()


def all_of_it() -> list[Publication]:
    return list(Publication.objects.select_related("after", "channel", "post", "version").order_by("part"))


def statuses() -> list[str]:
    return [item.status for item in all_of_it()]


def run_once() -> None:
    """One worker tries whatever there is; what waits for a moment need not."""
    Publication.objects.update(not_before=timezone.now())
    for publication in Publication.objects.order_by("-part"):
        if claimed := publishing.claim(publication.pk):
            publishing.send(claimed)


def run_all() -> list[str]:
    for _ in range(6):
        run_once()
    return statuses()


def texts(platform: type[Scripted]) -> list[str]:
    return [made.text for _handle, made in platform.ledger]


def made_old() -> None:
    """Long enough that a look which finds nothing proves it."""
    then = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(started_at=then, finished_at=then)


# --- in their order -----------------------------------------------------------------------------------------------


def test_each_is_a_publication_behind_the_one_before(thread):
    head, second, third = thread
    assert [(item.part, item.after, item.status) for item in thread] == [
        (0, None, "queued"),
        (1, head, "queued"),
        (2, second, "queued"),
    ]
    assert list(Publication.objects.heads()) == [head]
    assert third.approval_id == head.approval_id


def test_nothing_is_due_before_what_it_follows_is_out(thread, platform):
    for number in range(3):
        assert [item.part for item in Publication.objects.due(timezone.now())] == [number]
        run_once()
    assert (statuses(), texts(platform)) == (["published"] * 3, [factories.TEXT, SECOND, THIRD])
    head, second, _third = all_of_it()
    assert [made.reply_to for _handle, made in platform.ledger] == ["", head.remote_id, second.remote_id]
    assert len({item.remote_id for item in all_of_it()}) == 3
    assert [made.media for _handle, made in platform.ledger][1:] == [(), ()]


def test_a_worker_that_was_told_of_one_too_early_gets_nothing(thread):
    assert publishing.claim(thread[1].pk) is None
    assert publishing.claim(thread[2].pk) is None
    assert statuses() == ["queued"] * 3


def test_while_it_is_unclear_whether_the_first_is_out_nothing_follows(thread, platform):
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    run_once()
    assert statuses() == ["unconfirmed", "queued", "queued"]
    assert [item.part for item in Publication.objects.due(timezone.now())] == [0]
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]
    assert platform.ledger[1][1].reply_to == "post-of-handle-1" == all_of_it()[0].remote_id


def test_while_it_is_unclear_whether_the_second_is_out_nothing_follows_it(thread, platform):
    run_once()
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    run_once()
    assert statuses() == ["published", "unconfirmed", "queued"]
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


def test_one_that_never_arrived_is_sent_again_and_the_next_follows_it(thread, platform):
    run_once()
    platform.script["commit"] = raising(Unconfirmed("no_answer"))
    run_once()
    made_old()
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


def test_where_a_person_found_the_first_the_others_answer_that(anna, thread, platform):
    platform.script["commit"] = raising(Duplicate("duplicate"))
    run_once()
    made_old()
    run_once()
    assert statuses() == ["needs_decision", "queued", "queued"]
    platform.ledger.append(("elsewhere", content.Content()))
    publishing.decide_out(all_of_it()[0], anna, "https://example.test/elsewhere")
    assert run_all() == ["published"] * 3
    assert platform.ledger[1][1].reply_to == "post-of-elsewhere"


def test_an_answer_goes_to_no_other_post_than_the_one_it_was_made_ready_for(thread, platform):
    """The race: the receipt of the first turns out to be somebody else's, while the second is being made ready."""
    run_once()
    head = Publication.objects.filter(part=0)
    platform.script["stage"] = lambda *_args: head.update(remote_id="another")
    run_once()
    assert (statuses(), texts(platform)) == (["published", "queued", "queued"], [factories.TEXT])
    platform.script.clear()
    assert run_all() == ["published"] * 3
    assert platform.ledger[1][1].reply_to == "another"


def test_a_post_whose_receipt_was_anothers_takes_no_more_of_its_thread_there(anna, thread, platform):
    """The race: it found what another post had said in the same words, and its second part is out below that."""
    run_once()
    run_once()
    Attempt.objects.filter(publication=thread[0]).update(outcome="found")
    factories.approved(factories.submitted(), anna, thread[0].channel)
    other = Publication.objects.latest("pk")
    settling.settle(other, None, receipt_of({"handle": "handle-1"}), Outcome.RECEIPT)
    assert statuses() == ["unconfirmed", "published", "published", "held"]
    assert not Publication.objects.due(timezone.now()).filter(part__gt=0).exists()
    assert Notice.objects.filter(kind="part_failed", person=anna).count() == 1


def test_an_answer_waits_for_the_post_itself_too(thread, platform):
    run_once()
    run_once()
    third = thread[2]
    head = Publication.objects.filter(part=0)
    platform.script["stage"] = lambda *_args: head.update(status=PublicationStatus.UNCONFIRMED)
    publishing.send(publishing.claim(third.pk))
    assert (statuses(), texts(platform)) == (["unconfirmed", "published", "queued"], [factories.TEXT, SECOND])
    assert (publishing.claim(third.pk), all_of_it()[2].is_in_turn) == (None, False)


def test_without_the_number_of_what_it_answers_it_is_not_sent_as_a_post_of_its_own(thread, platform):
    run_once()
    Publication.objects.filter(part=0).update(remote_id="")
    run_once()
    assert (statuses(), texts(platform)) == (["published", "failed", "queued"], [factories.TEXT])
    assert all_of_it()[1].trouble == "place_unknown"


def test_the_attempt_tells_what_was_answered(thread):
    run_once()
    run_once()
    sent = Attempt.objects.get(publication=thread[1]).sent
    assert (sent["text"], sent["reply_to"]) == (SECOND, all_of_it()[0].remote_id)
    assert "reply_to" not in Attempt.objects.get(publication=thread[0]).sent


def test_it_is_looked_for_where_it_was_sent_to(thread, platform):
    """Meanwhile the receipt of the first has turned out to be another."""
    run_once()
    before = all_of_it()[0].remote_id
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    run_once()
    Publication.objects.filter(part=0).update(remote_id="another")
    looked: list[str] = []
    platform.script["find"] = lambda _adapter, made, _staged: looked.append(made.reply_to)
    run_once()
    assert (looked, statuses()[1]) == ([before], "published")


# --- the seal -----------------------------------------------------------------------------------------------------


def test_the_seal_covers_what_follows(thread, platform):
    run_once()
    with without_triggers("posts_versionchannel"):
        QuerySet(VersionChannel).update(thread=[SECOND, "Något annat."])
    assert run_all() == ["published", "failed", "queued"]
    assert (texts(platform), all_of_it()[1].trouble) == ([factories.TEXT], "seal_broken")


def test_another_thread_is_another_version(anna):
    post, channel = factories.submitted(), factories.channel()
    plain = factories.for_channels(post, anna, channel)
    one = factories.for_channels(post, anna, channel, thread=(SECOND,))
    other = factories.for_channels(post, anna, channel, thread=(SECOND, THIRD))
    comment = factories.for_channels(post, anna, channel, first_comment=SECOND)
    assert len({version.digest for version in (plain, one, other, comment)}) == 4
    assert one.manuscript().digest() == one.digest


# --- taking back, holding, stopping -------------------------------------------------------------------------------


def test_an_undone_okay_takes_all_of_it_back(anna, thread, platform, settings):
    workflow.undo(thread[0].post, anna)
    assert (statuses(), run_all()) == (["cancelled"] * 3, ["cancelled"] * 3)
    assert platform.ledger == []


def test_a_post_whose_thread_has_begun_is_not_taken_back(anna, thread):
    run_once()
    with pytest.raises(workflow.NoLongerSoError):
        workflow.undo(Post.objects.get(), anna)
    assert statuses() == ["published", "queued", "queued"]


def test_the_same_post_is_approved_again_with_its_thread(anna, thread, platform):
    post = thread[0].post
    workflow.undo(post, anna)
    workflow.approve(post, anna, post.current_version)
    run_all()
    assert sorted(texts(platform)) == sorted([factories.TEXT, SECOND, THIRD])


def test_what_is_held_is_held_with_all_that_follows(anna, thread, platform):
    publishing.hold([thread[0]], anna)
    assert (run_all(), platform.ledger) == (["held", "queued", "queued"], [])
    publishing.release([Publication.objects.get(part=0)], anna)
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


def test_what_is_planned_is_planned_with_all_that_follows(anna, thread, platform):
    at = timezone.now() + timedelta(hours=3)
    publishing.move([thread[0]], anna, at)
    assert not Publication.objects.due(timezone.now() + timedelta(hours=2)).exists()
    assert [item.part for item in Publication.objects.due(at)] == [0]


def test_a_thread_in_the_reserve_waits_there(anna, platform):
    version = factories.for_channels(factories.submitted(), anna, factories.channel(), thread=(SECOND, THIRD))
    workflow.approve(version.post, anna, version, When(reserve=True))
    assert (run_all(), platform.ledger) == (["held", "queued", "queued"], [])


def test_a_thread_that_has_begun_is_stopped_and_seen_when_publishing_starts_again(anna, thread, platform):
    run_once()
    publishing.stop(anna, StopReason.EVENT)
    run_once()
    assert texts(platform) == [factories.TEXT]
    assert [item.part for item in publishing.waiting_for_resume()] == [1]
    publishing.resume(anna, Resume.NOW, [])
    left = all_of_it()[1]
    assert (statuses(), left.hold) == (["published", "held", "queued"], Hold.STOPPED)
    assert situation.needing_help() == [left]
    assert [row.publication for row in channel_waiting.help_on(left.channel, anna)] == [left]
    told = Notice.objects.get(person=anna, kind="part_failed")
    assert (told.facts["code"], told.facts["channel"]) == ("left_lying", "Facebook, del 2")
    run_once()
    assert texts(platform) == [factories.TEXT]
    publishing.try_again(left, anna)
    assert run_all() == ["published"] * 3


def test_a_thread_that_has_not_begun_is_one_line_when_publishing_starts_again(anna, thread):
    publishing.stop(anna, StopReason.EVENT)
    assert [item.part for item in publishing.waiting_for_resume()] == [0]
    publishing.resume(anna, Resume.NOW, [])
    assert statuses() == ["held", "queued", "queued"]
    assert not Notice.objects.filter(kind="part_failed").exists()


def test_a_thread_is_never_cut_off_by_the_latest_time_of_its_post(anna, platform):
    post = factories.submitted()
    Post.objects.update(latest=timezone.now() + timedelta(hours=1))
    post.refresh_from_db()
    factories.approved(post, anna, factories.channel(), thread=(SECOND,))
    run_once()
    Publication.objects.exclude(not_after=None).update(not_after=timezone.now())
    publishing.expire(timezone.now())
    run_once()
    assert texts(platform) == [factories.TEXT, SECOND]


# --- taking down --------------------------------------------------------------------------------------------------


def take_down(anna) -> None:
    publishing.take_down(Post.objects.get(), anna, Regret.CONSENT)


def remove_all() -> list[str]:
    for _ in range(6):
        Removal.objects.filter(finished_at=None).update(not_before=timezone.now())
        for pk in Removal.objects.order_by("pk").values_list("pk", flat=True):
            if claimed := publishing.claim_removal(pk):
                publishing.remove(claimed)
    return statuses()


def test_all_of_it_is_taken_down_the_last_first(anna, thread, platform):
    run_all()
    ids = [item.remote_id for item in all_of_it()]
    take_down(anna)
    assert remove_all() == ["removed"] * 3
    assert platform.removed == ids[::-1]


def test_what_was_not_out_yet_never_comes_out(anna, thread, platform):
    run_once()
    take_down(anna)
    assert statuses() == ["published", "cancelled", "cancelled"]
    assert (run_all(), texts(platform)) == (["published", "cancelled", "cancelled"], [factories.TEXT])
    assert remove_all() == ["removed", "cancelled", "cancelled"]


def test_an_answer_that_is_made_ready_while_the_post_is_taken_down_is_not_sent(anna, thread, platform):
    run_once()
    platform.script["stage"] = lambda *_args: take_down(anna)
    run_once()
    assert texts(platform) == [factories.TEXT]
    platform.script.clear()
    assert remove_all() == ["removed", "cancelled", "cancelled"]


def test_an_answer_that_nobody_knows_about_does_not_keep_the_post_up(anna, thread, platform):
    run_once()
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    run_once()
    take_down(anna)
    assert remove_all() == ["removed", "unconfirmed", "cancelled"]
    run_once()
    assert remove_all() == ["removed", "removed", "cancelled"]
    assert len(platform.removed) == 2


def test_an_answer_that_cannot_be_taken_down_does_not_keep_the_post_up(anna, thread, platform):
    run_all()
    take_down(anna)
    platform.script["remove"] = raising(Refused("refused"))
    assert remove_all() == ["removed", "removed", "published"]
    assert Removal.objects.get(status=RemovalStatus.BY_HAND).publication.part == 2
    rows = whereabouts.of(Post.objects.get())
    assert [(row.publication.part, row.is_for_a_hand) for row in rows] == [(0, False), (2, True)]


def test_an_answer_whose_removal_is_lost_again_and_again_does_not_keep_the_post_up(anna, thread, platform):
    run_all()
    take_down(anna)
    now = timezone.now()
    assert [item.publication.part for item in Removal.objects.due(now)] == [2]
    assert [item.publication.part for item in Removal.objects.due(now + timedelta(minutes=3))] == [0, 1, 2]
    Removal.objects.filter(publication=thread[2]).update(tries=1)
    assert [item.publication.part for item in Removal.objects.due(now)] == [1, 2]


def test_an_answer_with_a_late_receipt_goes_away_as_well(anna, thread, platform):
    """Its worker was given up, its publication taken back, and then it brings a receipt."""
    run_once()
    claimed = publishing.claim(thread[1].pk)
    Publication.objects.filter(pk=claimed.pk).update(status="queued", claimed_until=None)
    take_down(anna)
    publishing.settle(claimed, None, receipt_of({"handle": "late"}), "receipt")
    assert statuses() == ["published", "published", "cancelled"]
    platform.ledger.append(("late", content.Content()))
    assert remove_all() == ["removed", "removed", "cancelled"]


# --- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(thread, platform) -> list[Publication]:
    """The second is refused."""
    run_once()
    platform.script["commit"] = raising(Refused("text_refused"))
    run_once()
    run_once()
    return all_of_it()


def test_a_thread_that_is_not_whole_is_a_post_that_is_out(broken):
    post = Post.objects.for_list().get()
    assert statuses() == ["published", "failed", "queued"]
    assert chips.of_post(post) == chips.PUBLISHED
    head, missing = whereabouts.of(post)
    assert (head.first_missing.part, head.number_missing, head.of_how_many) == (1, 2, 3)
    assert (missing.can_be_tried_again, missing.can_be_taken_by_hand, head.is_moving) == (True, True, False)


def test_the_page_says_which_part_is_missing_and_offers_to_try_again(desk, broken):
    page = desk.get(f"/inlagg/{broken[0].post_id}/").content.decode()
    assert "Tråden är inte hel: del 2 av 3 kom inte ut." in page
    assert reverse("posts:try_again", args=[broken[1].pk]) in page


def test_who_can_mend_it_is_told_and_its_author_is_not(anna, broken):
    told = {(notice.kind, notice.person_id) for notice in Notice.objects.exclude(kind="approved")}
    author = broken[0].post.author_id
    assert ("part_failed", anna.pk) in told
    assert {kind for kind, person in told if person == author} <= {"published"}
    assert not [kind for kind, _person in told if kind == "failed"]


def test_tried_again_it_comes_out_with_all_that_follows(anna, broken, platform):
    publishing.try_again(broken[1], anna)
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


def test_what_follows_a_post_that_failed_waits_for_it(anna, thread, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    assert run_all() == ["failed", "queued", "queued"]
    assert chips.of_post(Post.objects.for_list().get()) == chips.FAILED
    publishing.try_again(all_of_it()[0], anna)
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


def test_a_post_that_failed_is_changed_by_its_author_and_leaves_no_part_behind(thread, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    run_all()
    post = Post.objects.get()
    workflow.revise(post, post.author)
    assert (post.status, statuses()) == (Status.DRAFT, ["failed", "cancelled", "cancelled"])


def test_a_channel_that_broke_in_the_middle_goes_on_where_it_was(thread, platform):
    run_once()
    platform.script["commit"] = raising(NotConnected("token_expired"))
    run_once()
    platform.script.clear()
    assert run_all() == ["published"] * 3
    assert texts(platform) == [factories.TEXT, SECOND, THIRD]


# --- by hand ------------------------------------------------------------------------------------------------------


def test_whoever_takes_over_the_post_takes_over_all_of_it(anna, thread, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    run_once()
    head = all_of_it()[0]
    publishing.take_by_hand(head, anna)
    assert (statuses(), run_all()) == (["by_hand"] * 3, ["by_hand"] * 3)
    publishing.published_by_hand(Publication.objects.get(part=0), anna, "https://example.test/mine")
    assert statuses() == ["published"] * 3
    assert [(item.remote_id, item.url) for item in all_of_it()] == [
        ("post-of-mine", "https://example.test/mine"),
        ("", "https://example.test/mine"),
        ("", "https://example.test/mine"),
    ]
    assert platform.ledger == []


def test_by_hand_the_texts_are_there_to_copy_in_their_order(anna, desk, thread, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    run_once()
    publishing.take_by_hand(all_of_it()[0], anna)
    page = desk.get(reverse("posts:by_hand", args=[thread[0].pk])).content.decode()
    assert page.index(factories.TEXT) < page.index(SECOND) < page.index(THIRD)


def test_whoever_takes_over_the_rest_of_a_thread_leaves_what_is_out(anna, desk, broken):
    publishing.take_by_hand(broken[1], anna)
    assert statuses() == ["published", "by_hand", "by_hand"]
    page = desk.get(reverse("posts:by_hand", args=[broken[1].pk])).content.decode()
    assert page.index(SECOND) < page.index(THIRD)
    publishing.published_by_hand(Publication.objects.get(part=1), anna, "https://example.test/mine")
    assert statuses() == ["published"] * 3


def test_an_answer_whose_turn_has_not_come_is_not_taken_over(anna, broken):
    with pytest.raises(TooLateError):
        publishing.take_by_hand(broken[2], anna)


def test_what_was_put_out_by_hand_is_taken_down_by_hand_where_no_number_is_known(anna, thread, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    run_once()
    publishing.take_by_hand(all_of_it()[0], anna)
    platform.ledger.append(("mine", content.Content()))
    publishing.published_by_hand(Publication.objects.get(part=0), anna, "https://example.test/mine")
    take_down(anna)
    assert remove_all() == ["removed", "published", "published"]
    assert {item.status for item in Removal.objects.unfinished()} == {RemovalStatus.BY_HAND}


# --- counting and listing -----------------------------------------------------------------------------------------


def test_a_thread_is_told_and_counted_as_one_post(anna, thread):
    run_all()
    author = thread[0].post.author_id
    assert Notice.objects.filter(kind="published", person=author).count() == 1
    assert len(whereabouts.of(Post.objects.get())) == 1
    assert notices.waiting_for(thread[0].channel).count() == 0
    assert Entry.objects.filter(verb="publication.published").count() == 3


def test_a_part_is_on_a_channel_once(thread):
    fields = ("post", "version", "channel", "approval", "after")
    copy = {name: getattr(thread[1], name) for name in fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(part=1, **copy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(part=7, **copy | {"after": None})


# --- the desk -----------------------------------------------------------------------------------------------------


def test_a_part_that_is_too_long_blocks_the_okay_and_says_which(anna):
    version = factories.for_channels(
        factories.submitted(), anna, factories.channel(), thread=(SECOND, "å" * 1007)
    )
    [found] = blockers.blockers(version)
    assert (found.code, found.facts) == ("text_too_long", {"over": 7, "limit": 1000, "part": 2})
    [preview] = previews.of_version(version)
    assert [(part.number, part.too_many) for part in preview.following] == [(2, 0), (3, 7)]


def test_a_channel_that_knows_no_threads_does_not_leave_the_rest_out(anna, platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, thread=1))
    version = factories.for_channels(
        factories.submitted(), anna, factories.channel(), thread=(SECOND, THIRD), first_comment="Hej."
    )
    assert [found.code for found in blockers.blockers(version)] == ["thread_too_long", "no_comments"]


def test_a_personal_number_in_a_thread_blocks_the_okay(anna):
    version = factories.for_channels(
        factories.submitted(), anna, factories.channel(), thread=("Ring 19811218-9876.",)
    )
    assert [found.code for found in blockers.blockers(version)] == ["personal_number"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hej.", ["Hej."]),
        ("Ett två. Tre fyra fem. Sex.", ["Ett två.", "Tre fyra fem. Sex."]),
        ("Vi ses kl. 5 på torget. Kom!", ["Vi ses kl. 5 på", "torget. Kom!"]),
        ("Bl.a. Lena kom. Sen gick hon.", ["Bl.a. Lena kom.", "Sen gick hon."]),
        ("Rad ett\nRad två som är längre\nTre", ["Rad ett", "Rad två som är", "längre\nTre"]),
        ("å" * 45, ["å" * 20, "å" * 20, "å" * 5]),
    ],
)
def test_a_text_is_parted_where_sentences_end(platform, monkeypatch, text, parts):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, text=20))
    assert threads.split(text, factories.channel()) == parts


def test_the_first_part_leaves_room_for_the_link(platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, text=20))
    assert threads.split("Ett två tre. Fyra.", factories.channel(), besides=8) == ["Ett två tre.", "Fyra."]


# --- the first comment ------------------------------------------------------------------------------------------------


def test_a_first_comment_comes_after_its_post(anna, platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, thread=0, first_comment=100))
    factories.approved(factories.submitted(), anna, factories.channel(), first_comment="Läs mer på seko.se.")
    assert run_all() == [PublicationStatus.PUBLISHED] * 2
    [(_handle, head), (_other, comment)] = platform.ledger
    assert (comment.text, comment.is_comment, head.is_comment) == ("Läs mer på seko.se.", True, False)
    assert comment.reply_to == Publication.objects.get(part=0).remote_id


def test_below_a_film_that_the_platform_is_still_at_work_on_a_comment_waits(anna, platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, thread=0, first_comment=100))
    factories.approved(factories.submitted(), anna, factories.channel(), first_comment="Läs mer på seko.se.")
    run_once()
    Publication.objects.filter(part=0).update(has_film=True)
    gone = Refused("place_gone")
    platform.script["commit"] = raising(gone, gone)
    run_once()
    comment = all_of_it()[1]
    assert (comment.status, comment.trouble, comment.tries) == ("queued", "processing", 0)
    assert timedelta(seconds=50) < comment.not_before - timezone.now() <= timedelta(seconds=60)
    Publication.objects.filter(part=0).update(published_at=timezone.now() - timedelta(minutes=11))
    run_once()
    assert (statuses(), all_of_it()[1].trouble) == (["published", "failed"], "place_gone")
