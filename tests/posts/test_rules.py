import pytest

from posts import rules, workflow
from posts.models import Post
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_draft_is_its_authors_alone():
    post = factories.draft(factories.ombudsman())
    others = [factories.ombudsman(), factories.reviewer(), factories.reader(), factories.administrator()]
    assert list(Post.objects.visible_to(post.author)) == [post]
    assert [list(Post.objects.visible_to(user)) for user in others] == [[]] * 4


def test_what_was_sent_in_is_seen_by_those_who_see_all():
    post = factories.submitted()
    assert list(Post.objects.visible_to(factories.reviewer())) == [post]
    assert list(Post.objects.visible_to(factories.reader())) == [post]
    assert list(Post.objects.visible_to(factories.ombudsman())) == []
    assert list(Post.objects.visible_to(factories.administrator())) == []


def test_pictures_are_seen_with_the_post_they_are_in():
    post = factories.submitted()
    media = post.current_version.shown_media.get().media
    assert rules.may_see_media(post.author, media)
    assert rules.may_see_media(factories.reviewer(), media)
    assert not rules.may_see_media(factories.ombudsman(), media)


def test_a_picture_that_nobody_has_sent_in_is_its_owners_alone():
    karin = factories.ombudsman()
    media = factories.draft(karin).draft.shown_media.get().media
    assert rules.may_see_media(karin, media)
    assert not rules.may_see_media(factories.reviewer(), media)


def test_a_picture_that_the_author_adds_meanwhile_is_not_yet_the_reviewers():
    anna, post = factories.reviewer(), factories.submitted()
    workflow.request_changes(post, anna, post.current_version, "En annan bild?")
    added = factories.picture(post.author)
    Post.objects.get().draft.shown_media.create(media=added, position=1)
    assert not rules.may_see_media(anna, added)


def test_the_authors_unfinished_changes_are_not_shown_to_others():
    anna, post = factories.reviewer(), factories.submitted()
    workflow.request_changes(post, anna, post.current_version, "Skriv mer")
    post = Post.objects.get()
    post.draft.text = "Halvfärdigt"
    post.draft.save()
    assert post.wording_for(post.author).text == "Halvfärdigt"
    assert post.wording_for(anna) == post.current_version
