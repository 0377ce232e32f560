from dataclasses import replace

import pytest

from approvals.templatetags.fixes import fix_of
from posts import renditions, workflow
from posts.blockers import blockers, has_luhn_digit, has_personal_number
from posts.models import Captions, MediaKind, Minors, People, Post, Site, Version
from posts.wording import BLOCKERS, blocker_sentence
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
    assert blocker_sentence(blocker) == "Facebook: bilden görs i ordning just nu"
    [rendition] = renditions.order(version)
    rendition.state = "failed"
    rendition.save()
    [blocker] = blockers(version)
    assert blocker_sentence(blocker) == "Facebook: det gick inte att göra bilden i ordning"


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("", []),
        (Site.ALLOWED, []),
        (Site.FORBIDDEN, ["site_forbidden"]),
        (Site.UNKNOWN, ["site_unknown"]),
    ],
)
def test_a_picture_from_where_one_may_not_take_any_blocks(site, expected):
    version, anna = version_with(), factories.reviewer()
    assert codes(workflow.edit(version.post, anna, version, version.manuscript(), site=site)) == expected


def test_a_place_blocks_no_text_without_a_picture():
    assert codes(version_with(site=Site.FORBIDDEN, media=[])) == []


def test_every_blocker_of_ours_has_words_and_a_place_on_the_page():
    karin = factories.ombudsman()
    film = factories.picture(karin, kind=MediaKind.FILM, has_sound=True)
    media = [factories.picture(karin), film]
    post = factories.submitted(karin, media=media, people=People.NOT_ASKED, text="811218-9876")
    seen, anna = post.version_in_force, factories.reviewer()
    found = blockers(workflow.edit(post, anna, seen, seen.manuscript(), site=Site.UNKNOWN))
    assert [(blocker.code, fix_of(blocker, Post.objects.get()).partition("#")[2]) for blocker in found] == [
        ("alt_text_missing", "alt-1"),
        ("captions_undecided", "undertexter"),
        ("site_unknown", "platsen"),
        ("consent_missing", "samtycke"),
        ("personal_number", "text"),
        ("no_channel", "kanaler"),
    ]
    assert [blocker.code for blocker in found if blocker.code not in BLOCKERS] == []


# --- personal identity numbers --------------------------------------------------------------------------------


def number(first: str, sign: str = "-") -> str:
    """Made up: a date and three digits, with the digit that makes it true."""
    [last] = [digit for digit in "0123456789" if has_luhn_digit(first[-9:] + digit)]
    return f"{first[:-3]}{sign}{first[-3:]}{last}"


# Made-up numbers of the tax agency's test series, and others built from them.
@pytest.mark.parametrize(
    "text",
    [
        "Ring Kalle, 19121212-1212.",
        "121212-1212",
        "1212121212",
        "121212+1212",
        "121212 1212",
        "nr 198112189876 i listan",
        "19811218 9876",
        "811218-9876",
        "701063-2391",
        "197010632391",
        "811218–9876",
        "811218 - 9876",
        "811218\u00a0\u2212\u00a09876",
        "81\u00ad12\u00ad18-98\u200b76",
        "1981-12-18-9876",
        "81-12-18-9876",
        "(811218-9876)",
        "pnr:811218-9876,",
        "811218-9875 eller 811218-9876",
        "８１１２１８-９８７６",
        # Leap days, the last day of a month, coordination numbers of both.
        number("000229123"),
        number("960229123"),
        number("20000229123", sign=""),
        number("810430123"),
        number("960289123"),
        number("810490123"),
        number("810461123", sign="+"),
    ],
)
def test_personal_numbers_are_found(text):
    assert has_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "811218-9875",
        "Ring 070-123 45 67",
        "Ring 08-121 212 12 eller 090-12 12 12",
        "+46 70 123 45 67",
        "Bankgiro 5050-1055",
        "Plusgiro 12 12 12-1",
        "Org.nr 802000-2114",
        "811318-9871",
        "Order 8112189876543",
        "2026-11-24",
        "2025-11-24 1830",
        "kl. 12.12 den 12 december",
        "811218 -- 9876",
        "18811218-9876",
        # A check digit that is right, and a day that never was: so are most payment references.
        number("810431123"),
        number("810229123"),
        number("19810229123", sign=""),
        number("19000229123"),
        number("810400123"),
        number("810460123"),
        number("810491123"),
        number("810492123"),
        number("811301123"),
        number("810001123"),
        number("345678123", sign=""),
        number("999999999", sign=""),
    ],
)
def test_other_numbers_are_left_alone(text):
    assert not has_personal_number(text)


def test_of_a_phone_number_and_a_payment_reference_few_are_taken_for_one():
    """
    Only those that are a day and have the right digit. Somebody born in 2007 has a number like a phone's, so those cannot
    all be told apart; written as phone numbers are, with a sign after the prefix, none is.
    """
    phones = [f"07{n:08d}" for n in range(0, 100_000_000, 9973)]
    taken = [phone for phone in phones if has_personal_number(phone)]
    assert len(taken) < len(phones) * 0.05
    assert [phone for phone in taken if has_personal_number(f"{phone[:3]}-{phone[3:]}")] == []


def test_a_personal_number_blocks_wherever_it_stands():
    assert codes(version_with(text="Ring Kalle, 811218-9876.")) == ["personal_number"]
    assert codes(version_with(alt_text="En lapp där det står 811218-9876")) == ["personal_number"]
    assert codes(version_with(credit="Kalle 811218-9876")) == ["personal_number"]
    assert codes(version_with(link="https://seko.se/?p=8112189876")) == ["personal_number"]


@pytest.mark.parametrize("field", ["text", "title", "description"])
def test_a_personal_number_in_a_channels_own_words_blocks(field):
    post = factories.submitted()
    words = {field: "Ring Kalle, 811218-9876."}
    version = factories.for_channels(post, factories.reviewer(), factories.channel(), **words)
    assert codes(version) == ["personal_number"]
