"""From a version to what one channel is sent, with the real adapters' limits."""

import pytest

from channels.adapters.base import Privacy
from posts import content, previews, workflow
from posts.manuscript import ChannelText
from posts.models import Version
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "https://www.seko.se/"


def version_for(*platforms: str, **fields) -> Version:
    post = factories.submitted(**{"credit": "Karin Ek", "link": ADDRESS} | fields)
    channels = [factories.channel(platform) for platform in platforms]
    return factories.for_channels(post, factories.reviewer(), *channels)


def words_on(version: Version, platform: str) -> content.Content:
    return content.words_for(version, version.chosen_channels.get(channel__platform=platform).channel)


@pytest.mark.parametrize(
    ("platform", "credit"),
    [("facebook", "\n\nFoto: Karin Ek"), ("by_hand", "\n\nFoto: Karin Ek"), ("x", "")],
)
def test_the_photographer_is_named_where_there_is_room(platform, credit):
    words = words_on(version_for(platform), platform)
    assert (words.text, words.link) == (factories.TEXT + credit, ADDRESS)


def test_without_a_picture_there_is_no_photographer():
    assert words_on(version_for("facebook", media=[]), "facebook").text == factories.TEXT


def test_the_words_of_a_channel_are_its_own_and_no_others():
    version = version_for("facebook", "x")
    x = version.chosen_channels.get(channel__platform="x").channel
    manuscript = version.manuscript()
    own = ChannelText(x.pk, text="Kort.")
    others = [item for item in manuscript.channels if item.channel_id != x.pk]
    version = workflow.edit(
        version.post, factories.reviewer(), version, manuscript.replaced(channels=(*others, own))
    )
    assert words_on(version, "x").text == "Kort."
    assert words_on(version, "facebook").text == f"{factories.TEXT}\n\nFoto: Karin Ek"


def test_a_title_is_the_first_sentence_without_what_the_platform_forbids():
    youtube, facebook = factories.channel("youtube"), factories.channel()
    text = "Löner <nu> & tider. Mer text."
    assert content.first_words(text, youtube) == "Löner nu & tider"
    assert content.first_words(text, facebook) == ""


def test_a_title_that_nobody_wrote_follows_the_text():
    version = version_for("youtube")
    before = version.manuscript()
    after = workflow.edit(
        version.post, factories.reviewer(), version, before.replaced(text="Nya tider. Mer text.")
    )
    assert (words_on(version, "youtube").title, words_on(after, "youtube").title) == (
        "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet",
        "Nya tider",
    )


def test_a_channel_that_was_not_chosen_gets_the_posts_own_words():
    version = version_for("facebook")
    choice = content.chosen(version, factories.channel("x"))
    assert (choice.pk, choice.text, choice.privacy) == (None, "", Privacy.PUBLIC)


def test_the_preview_shows_what_is_sent():
    version = version_for("facebook", "x")
    for preview in previews.of_version(version):
        sent = content.for_channel(version, preview.channel)
        assert (preview.fits, preview.over, preview.link) == (sent.text, "", sent.link)
        assert [shown.media.sha256 for shown in preview.shown] == [item.sha256 for item in sent.media]
        assert preview.is_ready


def test_what_does_not_fit_is_cut_where_the_limit_is():
    [preview] = previews.of_version(version_for("x", text="å" * 300, link="", credit=""))
    assert (len(preview.fits), len(preview.over), preview.too_many) == (280, 20, 20)
    assert [blocker.code for blocker in preview.blockers] == ["text_too_long"]


@pytest.mark.parametrize(("platform", "seen_by"), [("youtube", "unlisted"), ("facebook", "public")])
def test_a_new_film_is_shown_to_whom_the_channel_shows_new_films(platform, seen_by):
    """Where nothing can be for some people only, it is for all."""
    factories.channel(platform, privacy="unlisted", is_preselected=True)
    version = factories.submitted().current_version
    assert [choice.privacy for choice in version.chosen_channels.all()] == [seen_by]


def test_what_was_chosen_for_one_film_stays_when_the_channel_is_changed():
    tube = factories.channel("youtube", privacy="unlisted")
    version = factories.for_channels(factories.submitted(), factories.reviewer(), tube, privacy="private")
    type(tube).objects.update(privacy="public")
    assert words_on(version, "youtube").privacy == Privacy.PRIVATE
