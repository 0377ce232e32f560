from dataclasses import replace

import pytest

from posts import renditions
from posts.blockers import blockers, has_personal_number
from posts.models import Captions, MediaKind, Minors, People, Version
from posts.wording import blocker_sentence
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


def version_with(alt_text: str = factories.ALT, **fields) -> Version:
    post = factories.submitted(**fields)
    return factories.for_channels(post, factories.reviewer(), factories.channel(), alt_text=alt_text)


def codes(version: Version) -> list[str]:
    return [blocker.code for blocker in blockers(version)]


def test_a_complete_version_has_no_blocker():
    assert codes(version_with()) == []


def test_a_picture_without_a_description_blocks():
    assert codes(version_with(alt_text=" ")) == ["alt_text_missing"]


@pytest.mark.parametrize(
    ("people", "minors", "expected"),
    [
        (People.NOBODY, "", []),
        (People.NOT_ASKED, "", ["consent_missing"]),
        (People.ALL_SAID_YES, Minors.NOBODY, []),
        (People.ALL_SAID_YES, Minors.GUARDIAN_SAID_YES, []),
        (People.ALL_SAID_YES, "", ["guardian_missing"]),
        (People.ALL_SAID_YES, Minors.NOT_ASKED, ["guardian_missing"]),
    ],
)
def test_nobody_recognisable_is_shown_without_a_yes(people, minors, expected):
    assert codes(version_with(people=people, minors=minors)) == expected


def test_no_channel_blocks():
    assert codes(factories.submitted(alt_text=factories.ALT).current_version) == ["no_channel"]


def test_a_film_with_sound_needs_a_decision_about_captions():
    karin = factories.ombudsman()
    film = factories.picture(karin, kind=MediaKind.FILM, has_sound=True)
    assert codes(version_with(author=karin, media=[film])) == ["captions_undecided"]
    assert codes(version_with(author=karin, media=[film], captions=Captions.NO_SPEECH)) == []


def test_a_channel_says_by_how_much_its_text_is_too_long():
    version = version_with(text="a" * 1012)
    [blocker] = blockers(version)
    assert (blocker.code, blocker.facts) == ("text_too_long", {"over": 12, "limit": 1000})
    assert blocker_sentence(blocker) == "Facebook: texten är 12 tecken för lång"


def test_a_film_of_the_picture_must_be_ready_first(platform, monkeypatch):
    monkeypatch.setattr(platform, "makes_film_of_pictures", True)
    version = version_with()
    assert codes(version) == ["film_in_the_making"]
    [rendition] = renditions.order(version)
    rendition.state = "failed"
    rendition.save()
    assert codes(version) == ["film_failed"]


def test_a_picture_with_more_bytes_than_the_channel_takes_must_be_made_smaller_first(platform, monkeypatch):
    monkeypatch.setattr(platform, "limits", replace(platform.limits, picture_bytes=1000))
    karin = factories.ombudsman()
    version = version_with(
        author=karin, media=[factories.picture(karin, size=1001), factories.picture(karin)]
    )
    [blocker] = blockers(version)
    assert blocker_sentence(blocker) == "Facebook: bilden görs mindre just nu"
    [rendition] = renditions.order(version)
    rendition.state = "failed"
    rendition.save()
    [blocker] = blockers(version)
    assert blocker_sentence(blocker) == "Facebook: det gick inte att göra bilden mindre"


# Made-up numbers of the tax agency's test series, and others built from them.
@pytest.mark.parametrize(
    "text",
    [
        "Ring Kalle, 19121212-1212.",
        "121212-1212",
        "1212121212",
        "121212+1212",
        "nr 198112189876 i listan",
        "811218-9876",
        "701063-2391",
        "811218–9876",
        "811218 - 9876",
        "811218\u00a0\u2212\u00a09876",
    ],
)
def test_personal_numbers_are_found(text):
    assert has_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "811218-9875",
        "Ring 070-123 45 67",
        "Bankgiro 5050-1055",
        "811318-9871",
        "Order 8112189876543",
        "2026-11-24",
        "kl. 12.12 den 12 december",
        "811218 -- 9876",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert not has_personal_number(text)


def test_a_personal_number_blocks_wherever_it_stands():
    assert codes(version_with(text="Ring Kalle, 811218-9876.")) == ["personal_number"]
    assert codes(version_with(alt_text="En lapp där det står 811218-9876")) == ["personal_number"]
    assert codes(version_with(credit="Kalle 811218-9876")) == ["personal_number"]
