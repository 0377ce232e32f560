import pytest

from posts import subtitles
from posts.subtitles import Caption, SubtitlesError
from posts.wording import SUBTITLES, subtitles_sentence

TWO = b"""1
00:00:00,500 --> 00:00:02,000
Klockan fem i morse

2
00:00:02,000 --> 00:00:04,000
stod vi p\xc3\xa5 bang\xc3\xa5rden
i Ume\xc3\xa5
"""
OURS = TWO.decode()


def refused(data: bytes, seconds: float = 60) -> tuple[str, int]:
    with pytest.raises(SubtitlesError) as raised:
        subtitles.read(data, seconds)
    assert subtitles_sentence(raised.value)
    return raised.value.code, raised.value.line


def block(times: str, *lines: str) -> bytes:
    return "\n".join(["1", times, *(lines or ("Hej",)), "", ""]).encode()


def test_what_is_right_is_written_as_it_was():
    assert subtitles.read(TWO, 60) == OURS
    assert subtitles.read(OURS.encode(), 60) == OURS


def test_what_we_wrote_is_read_for_the_page():
    assert [(c.start, c.end, c.lines) for c in subtitles.captions(OURS)] == [
        (500, 2000, ("Klockan fem i morse",)),
        (2000, 4000, ("stod vi på bangården", "i Umeå")),
    ]
    assert subtitles.captions("") == []


@pytest.mark.parametrize(
    "data",
    [
        TWO.replace(b"\n", b"\r\n"),
        TWO.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + TWO,
        OURS.encode("utf-16"),
        OURS.encode("cp1252"),
        TWO.replace(b"1\n", b"7\n", 1).replace(b"\n\n2\n", b"\n\n\n\n3\n"),
        TWO.replace(b"1\n", b"", 1).replace(b"2\n00", b"00"),
        TWO.replace(b",", b"."),
        TWO.replace(b"00:00:02,000 --> 00:00:04", b"0:00:02,000-->0:00:04").rstrip(),
        TWO.replace(b"04,000\n", b"04,000 X1:100 X2:200 Y1:1 Y2:2\n"),
        TWO.replace(b"i Ume", b'<i>i</i> <font color="red">Ume').replace(b"i <f", b"{\\an8}i <f"),
        b"\n\n" + TWO + b"\n\n3\n00:00:05,000 --> 00:00:06,000\n\n",
    ],
    ids=[
        "windows lines", "mac lines", "marked", "utf-16", "windows letters", "other numbers", "no numbers", "dots",
        "tight", "places", "markup", "an empty one",
    ],
)  # fmt: skip
def test_what_programs_write_otherwise_is_written_as_ours(data):
    assert subtitles.read(data, 60) == OURS


def test_half_a_second_may_be_one_figure():
    assert (
        subtitles.read(block("00:00:01,5 --> 00:00:02,25"), 60).splitlines()[1]
        == "00:00:01,500 --> 00:00:02,250"
    )


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty", 0),
        (b" \n\n ", "empty", 0),
        (b"x" * (subtitles.MOST_BYTES + 1), "too_large", 0),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not_text", 0),
        (b"\xff\xfe\x00", "not_text", 0),
        (b"1\n00:00:00,000 --> 00:00:01,000\nHej\x00\n", "not_text", 0),
        (b"1\n00:00:00,000 --> 00:00:01,000\nHej\x1b[31m\n", "not_text", 0),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHej", "other_format", 0),
        (b"1\n00:00:00,000 --> 00:00:01,000\n\n", "no_captions", 0),
        (b"Bara n\xc3\xa5got\n", "not_times", 1),
        (b"1\n00:00:00,000 -> 00:00:01,000\nHej\n", "not_times", 2),
        (b"1\n00:75:00,000 --> 00:76:01,000\nHej\n", "not_times", 2),
        ("1\n٠٠:٠٠:٠٠,٠٠٠ --> ٠٠:٠٠:٠١,٠٠٠\nHej\n".encode(), "not_times", 2),
        (block("00:00:02,000 --> 00:00:02,000"), "ends_too_soon", 2),
        (block("00:00:02,000 --> 00:00:01,000"), "ends_too_soon", 2),
        (TWO.replace(b"\n\n", b"\n"), "blank_missing", 5),
        *(
            (block("00:00:00,000 --> 00:00:01,000", "Hej", hidden), "blank_missing", 4)
            for hidden in (
                "00:00:05,000 <b></b>--> 00:00:06,000",
                "00:00:05,000 \u200e--> 00:00:06,000",
                "00:00:05,000 -<\u200eb>-> 00:00:06,000",
                "00:00:05,000 <<b>i>--> 00:00:06,000",
                f"00:00:05,000 {'<b' * 5}{'>' * 5}--> 00:00:06,000",
            )
        ),
        (block("00:00:00,000 --> 00:00:01,000", "a", "b", "c", "d"), "too_many_lines", 6),
        (block("00:00:00,000 --> 00:00:01,000", "a" * 121), "too_long", 3),
        (TWO + b"\n3\n00:00:01,000 --> 00:00:05,000\nF\xc3\xb6r sent\n", "out_of_order", 11),
        (TWO + b"\n3\n00:00:02,000 --> 00:00:05,000\nSamtidigt\n", "out_of_order", 11),
        (TWO + b"\n3\n00:02:00,000 --> 00:02:05,000\nEfter\n", "after_the_film", 11),
    ],
)  # fmt: skip
def test_what_cannot_be_used_says_why_and_where(data, code, line):
    assert refused(data) == (code, line)


def test_the_line_is_told_as_an_editor_counts_it():
    error = SubtitlesError("too_many_lines", 6, limit=3)
    assert subtitles_sentence(error) == "Rad 6: Högst 3 rader åt gången."


def test_every_reason_has_its_words():
    raised = {"empty", "too_large", "not_text", "other_format", "too_many", "not_times", "ends_too_soon"}
    raised |= {"blank_missing", "too_many_lines", "too_long", "no_captions", "out_of_order", "after_the_film"}
    assert set(SUBTITLES) == raised


def test_a_caption_that_is_still_there_when_the_next_comes_ends_then():
    data = TWO.replace(b"--> 00:00:02,000", b"--> 00:00:03,000")
    assert subtitles.read(data, 60) == OURS


def test_the_last_one_ends_with_the_film():
    data = block("00:00:01,000 --> 00:10:00,000")
    assert subtitles.captions(subtitles.read(data, 10.0))[0].end == 12_000
    assert subtitles.captions(subtitles.read(data, 0))[0].end == 600_000


def test_too_many_are_refused_where_they_begin_to_be():
    one = "{n}\n{at} --> {end}\nHej\n\n"
    data = "".join(
        one.format(n=n, at=subtitles.clock(n * 1000), end=subtitles.clock(n * 1000 + 900))
        for n in range(2001)
    )
    assert refused(data.encode(), 0) == ("too_many", 8001)
    srt = subtitles.read(data.encode()[: data.rindex("2000\n")], 0)
    assert subtitles.count(srt) == len(subtitles.captions(srt)) == 2000


def test_nothing_of_a_hostile_line_gets_through():
    """What turns the direction of writing, markup, and letters that do not show."""
    lines = "Hej \u202edå\u202c", "<b>a</b>{\\pos(1,2)} <script>alert(1)</script>", "\ufeffö"
    srt = subtitles.read(block("00:00:00,000 --> 00:00:01,000", *lines), 60)
    assert subtitles.captions(srt) == [Caption(0, 1000, ("Hej då", "a <script>alert(1)</script>", "ö"), 2)]


@pytest.mark.parametrize(
    "evil",
    [
        *(
            piece * (subtitles.MOST_BYTES // len(piece))
            for piece in (b"1\n", b"00:00:00,000 --> ", b"<", b"<font ", b"{\\", b"9", b" --> ", b"\n", b"\n\n-")
        ),
        b"00:00:00,000 --> 00:00:01,000\n" * 4000,
        b"00:00:00,000 --> 00:00:01,000\n" + b"<b" * 40_000 + b">" * 40_000,
    ],
)  # fmt: skip
@pytest.mark.timeout(10)
def test_a_file_that_was_made_to_keep_us_busy_is_refused_at_once(evil):
    assert refused(evil)[0] in SUBTITLES


def test_what_was_written_is_always_read_again():
    """The seal is over what we wrote: read once more, it is the same to the letter."""
    for data in (TWO, block("00:00:01,000 --> 99:59:59,999", "å" * 120), block("00:00:01,5 --> 00:00:02,25")):
        srt = subtitles.read(data, 0)
        assert subtitles.read(srt.encode(), 0) == srt
