from dataclasses import replace

import pytest

from posts.manuscript import ChannelText, Manuscript, ShownMedia

BASE = Manuscript(
    text="Text",
    link="https://seko.se/",
    credit="Karin Ek",
    media=(ShownMedia("1", "a" * 64, "Ett tåg"), ShownMedia("2", "b" * 64, "En färja")),
    channels=(ChannelText(1, "Kort", "Rubrik", "Mer", "public"), ChannelText(2)),
)
first, second = BASE.media


@pytest.mark.parametrize(
    "changed",
    [
        replace(BASE, text="Text."),
        replace(BASE, link="https://seko.se/nytt"),
        replace(BASE, credit="Ali Haddad"),
        replace(BASE, media=(second, first)),
        replace(BASE, media=(first,)),
        replace(BASE, media=(replace(first, alt_text="Två tåg"), second)),
        replace(BASE, media=(replace(first, sha256="c" * 64), second)),
        replace(BASE, channels=(replace(BASE.channels[0], text="Kortare"), BASE.channels[1])),
        replace(BASE, channels=(replace(BASE.channels[0], title="Annan"), BASE.channels[1])),
        replace(BASE, channels=(replace(BASE.channels[0], description=""), BASE.channels[1])),
        replace(BASE, channels=(replace(BASE.channels[0], privacy="unlisted"), BASE.channels[1])),
        replace(BASE, channels=BASE.channels[:1]),
        replace(BASE, media=(replace(first, subtitles="1"), second)),
        replace(BASE, channels=(replace(BASE.channels[0], tags=("avtal",)), BASE.channels[1])),
        replace(BASE, channels=(replace(BASE.channels[0], thumbnail="c" * 64), BASE.channels[1])),
        replace(BASE, channels=(replace(BASE.channels[0], credit="none"), BASE.channels[1])),
    ],
)
def test_the_digest_covers_everything_that_the_public_sees(changed):
    assert changed.digest() != BASE.digest()


def test_what_was_sealed_before_a_field_existed_keeps_its_digest():
    """As it was computed when a manuscript had neither threads nor subtitles, tags or thumbnails."""
    assert BASE.digest() == "98f38bafb8f80e8a25d2e95912f5bd7cd022702c3490eea655f5cacc7bd19ec6"


def test_the_digest_does_not_hang_on_rows_or_their_order():
    same = replace(
        BASE,
        media=(replace(first, media_id="77"), replace(second, media_id="78")),
        channels=tuple(reversed(BASE.channels)),
    )
    assert same.digest() == BASE.digest()


def test_the_digest_is_the_same_tomorrow():
    """Approvals in the database carry it: a change of the canonical form must raise DIGEST_FORMAT."""
    assert Manuscript(text="Å").digest() == "241601c9f3ac4c8a0a371d866f2fb7727d13b1cc8e2fbb022a38d8766db247c8"
