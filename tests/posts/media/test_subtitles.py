"""Subtitles that can be read: few lines, whole sentences, time enough, and nothing that the typeface cannot draw."""

import unicodedata

import pytest

from posts.media.subtitles import LEAST_SECONDS, PACE, captions_for, font, readable

SIZE, WIDTH, LINES = 58, 900, 4
LONG = (
    "I dag besökte vi banarbetarna på Hallsbergs rangerbangård. Sju av tio är nu med i Seko! Vi pratade om "
    "nattarbete, återhämtning och det nya schemaavtalet – och om varför det är så viktigt att vara många. "
    "Tack till alla som tog sig tid, och särskilt till Åsa och Örjan som ordnade fika åt oss allihop."
)


def captions(text, seconds=8.0):
    return captions_for(text, seconds, SIZE, WIDTH, LINES)


def said(text, seconds=8.0):
    return " ".join(" ".join(caption.lines) for caption in captions(text, seconds))


def test_a_short_text_stands_whole_for_the_whole_film():
    (caption,) = captions("Åtta av tio på färjan är med.")

    assert (" ".join(caption.lines), caption.start, caption.end) == (
        "Åtta av tio på färjan är med.",
        0.0,
        8.0,
    )


def test_no_text_is_no_caption():
    assert captions("") == captions(" \n ") == captions("🎉 https://seko.se") == []


def test_a_long_text_keeps_its_first_whole_sentences():
    assert said(LONG) == (
        "I dag besökte vi banarbetarna på Hallsbergs rangerbangård. Sju av tio är nu med i Seko! Vi pratade om "
        "nattarbete, återhämtning och det nya schemaavtalet…"
    )


def test_every_line_fits_and_no_caption_has_too_many():
    for caption in captions(LONG, 20.0):
        assert 1 <= len(caption.lines) <= LINES
        assert max(font(SIZE).getlength(line) for line in caption.lines) <= WIDTH


def test_captions_follow_each_other_and_each_has_its_time():
    shown = captions(LONG, 20.0)

    assert [one.end for one in shown[:-1]] == [after.start for after in shown[1:]]
    assert (shown[0].start, shown[-1].end) == (0.0, pytest.approx(20.0))
    assert min(one.end - one.start for one in shown) >= LEAST_SECONDS


@pytest.mark.parametrize("seconds", [2.0, 4.0, 8.0, 12.0])
def test_no_more_is_said_than_can_be_read(seconds):
    assert len(said(LONG * 3, seconds)) <= seconds * PACE + 1


def test_a_word_wider_than_the_screen_is_broken():
    shown = captions("Järnvägsunderhållsentreprenadsupphandlingsförfarandet " + "å" * 60)

    lines = [line for caption in shown for line in caption.lines]
    assert (
        "".join(lines).replace(" ", "") == "Järnvägsunderhållsentreprenadsupphandlingsförfarandet" + "å" * 60
    )
    assert max(font(SIZE).getlength(line) for line in lines) <= WIDTH


def test_links_are_not_read_out():
    assert readable("Läs mer på https://seko.se/nyheter?a=1 och www.seko.se, i dag") == "Läs mer på och i dag"


def test_emoji_leave_no_trace():
    assert readable("Hej 👷🏽‍♀️ på er 🎉! ❤️ 1️⃣") == "Hej på er! 1"


def test_letters_from_a_mac_are_put_together():
    assert readable(unicodedata.normalize("NFD", "Åsa på ön")) == "Åsa på ön"


def test_names_from_everywhere_keep_their_letters():
    assert (
        readable("Łukasz Šimić, Nguyễn, Đoko, Αλέξης, Олена, Áŋŋel")
        == "Łukasz Šimić, Nguyen, Đoko, Αλέξης, Олена, Áŋŋel"
    )


def test_what_cannot_be_drawn_falls_away():
    assert readable("Välkommen أهلا وسهلا hit") == "Välkommen hit"
