"""
The table's numbers and links are what the npm package twitter-text 3.1.0 answered (`parseTweet(text).weightedLength`
and `extractUrlsWithIndices(text.normalize())`, on Node 20, 2026-11-25). Compared with it in the same way, and equal,
were all 1,112,064 code points and all 5,244 sequences of the package `emoji` 2.16, each alone and between letters; of
120,000 texts of link-like scraps at random, 43 differed.
"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.adapters.written_links import ENDINGS, links
from channels.adapters.x.text import weigh

TABLE = [
    ("", 0, []),
    ("Seko", 4, []),
    ("Räksmörgås på väg", 17, []),
    ("Ra\u0308ksmo\u0308rga\u030as", 10, []),
    ("ÅÄÖ åäö éüß", 11, []),
    ("“Citat” ‘enkla’ – och — streck", 30, []),
    ("Tre punkter …", 14, []),
    ("100 € och 50 £", 15, []),
    ("© ® ™", 6, []),
    ("©\ufe0f och ☎\ufe0f", 9, []),
    ("Ελληνικά עברית हिन\u094dदी", 21, []),
    ("日本語 한국어", 13, []),
    ("ﬁ ½ №", 7, []),
    ("rad\nny rad\r\n\ttabb", 17, []),
    ("👍", 2, []),
    ("👍🏽", 2, []),
    ("❤\ufe0f och ❤", 9, []),
    ("👨\u200d👩\u200d👧\u200d👦 familj", 9, []),
    ("👩🏽\u200d🔧 montör", 9, []),
    ("🧑\u200d🔧 montör", 12, []),
    ("🏳\ufe0f\u200d🌈 pride", 8, []),
    ("🇸🇪 Sverige", 10, []),
    ("1\ufe0f⃣ 2⃣ #\ufe0f⃣", 8, []),
    ("👁\ufe0f\u200d🗨\ufe0f", 5, []),
    ("♾\ufe0f", 4, []),
    ("🤵🏽\u200d♂\ufe0f", 2, []),
    ("🫠 ny", 5, []),
    ("👍👍👍", 6, []),
    ("\u200d och \ufe0f", 8, []),
    ("https://seko.se", 23, ["https://seko.se"]),
    ("http://www.seko.se/", 23, ["http://www.seko.se/"]),
    ("HTTPS://SEKO.SE/Avtal", 23, ["HTTPS://SEKO.SE/Avtal"]),
    ("seko.se", 23, ["seko.se"]),
    ("Läs på seko.se.", 31, ["seko.se"]),
    ("Läs på www.seko.se/avtal, nu!", 35, ["www.seko.se/avtal"]),
    ("(https://seko.se/avtal)", 25, ["https://seko.se/avtal"]),
    ('"seko.se"', 25, ["seko.se"]),
    ("https://seko.se/a_(b)_c", 23, ["https://seko.se/a_(b)_c"]),
    ("https://seko.se/a(b", 25, ["https://seko.se/a"]),
    ("https://seko.se/sök?q=lön&år=2026#topp", 38, ["https://seko.se/sök?q=l"]),
    ("https://seko.se/sök?q=lon&ar=2026.", 24, ["https://seko.se/sök?q=lon&ar=2026"]),
    ("seko.se?x=1", 27, ["seko.se"]),
    ("seko.se:8080/x", 23, ["seko.se:8080/x"]),
    ("https://seko.se:8080?x=1", 23, ["https://seko.se:8080?x=1"]),
    ("https://räksmörgås.se/å", 23, ["https://räksmörgås.se/å"]),
    ("räksmörgås.se", 23, ["räksmörgås.se"]),
    ("exempel.nyhet", 13, []),
    ("exempel.fack", 12, []),
    ("exempel.museum och exempel.zip", 51, ["exempel.museum", "exempel.zip"]),
    ("gov.uk/pay och bbc.co.uk", 51, ["gov.uk/pay", "bbc.co.uk"]),
    (
        "https://a.b.c.d.example.com/x/y/z.html?p=1#frag",
        23,
        ["https://a.b.c.d.example.com/x/y/z.html?p=1#frag"],
    ),
    ("info@seko.se", 12, []),
    ("@seko.se och #seko.se", 21, []),
    ("x@y.se, z.se", 31, ["z.se"]),
    ("-seko.se /seko.se _seko.se .seko.se", 35, []),
    ("a_b.seko.se", 25, ["b.seko.se"]),
    ("min_sida.se", 11, []),
    ("https://min_sida.se/x", 21, []),
    ("192.168.0.1", 11, []),
    ("http://192.168.0.1/x", 20, []),
    ("http://localhost:8000/", 22, []),
    ("ftp://seko.se/x", 15, []),
    ("https://", 8, []),
    ("https://seko", 12, []),
    ("se.", 3, []),
    ("kl. 10.30 den 3.11", 18, []),
    ("t.ex. fackligt.Bra", 18, []),
    ("Hej!Ring.nu", 27, ["Ring.nu"]),
    ("https://t.co/abcdefghij", 23, ["https://t.co/abcdefghij"]),
    ("https://t.co/abcdefghij/mer", 27, ["https://t.co/abcdefghij"]),
    ("https://seko.se/" + "x" * 100, 23, ["https://seko.se/" + "x" * 100]),
    ("https://" + "a" * 63 + ".se", 23, ["https://" + "a" * 63 + ".se"]),
    ("https://" + "a" * 64 + ".se", 75, []),
    ("https://xn--rksmrgs-5wao1o.se", 23, ["https://xn--rksmrgs-5wao1o.se"]),
    ("https://seko.se/👍", 25, ["https://seko.se/"]),
    ("seko.se👍", 25, ["seko.se"]),
    ("https://seko.sehttps://lo.se", 28, []),
    ("seko.se lo.se tco.se", 71, ["seko.se", "lo.se", "tco.se"]),
    ("seko.se,lo.se", 47, ["seko.se", "lo.se"]),
    ("seko.se/lo.se", 23, ["seko.se/lo.se"]),
    ("日本語.jp", 9, []),
    ("例えばexample.comです", 33, ["example.com"]),
    ("https://пример.рф/путь", 23, ["https://пример.рф/путь"]),
    ("пример.рф", 9, []),
    ("😀.com", 6, []),
    ("https://seko.se/~x/$y/%C3%A5;z=1!", 24, ["https://seko.se/~x/$y/%C3%A5;z=1"]),
    ("https://seko.se/a-", 23, ["https://seko.se/a-"]),
    ("https://seko.se/a-b_c=", 23, ["https://seko.se/a-b_c="]),
    ("https://seko.se/a;", 24, ["https://seko.se/a"]),
    ("https://seko.se/a'b'", 24, ["https://seko.se/a'b"]),
    ("seko.se\u200eseko.se", 48, ["seko.se", "seko.se"]),
    ("\ufeffseko.se", 9, []),
    ("SEKO.SE", 23, ["SEKO.SE"]),
    ("Seko.Se/Avtal", 23, ["Seko.Se/Avtal"]),
    ("1.se", 23, ["1.se"]),
    ("a.b", 3, []),
    ("seko.se.", 24, ["seko.se"]),
    ("seko..se", 8, []),
    (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s",
        23,
        ["https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s"],
    ),
    ("x" * 281, 281, []),
    ("å" * 280, 280, []),
    ("日" * 140 + "a", 281, []),
]


@pytest.mark.parametrize(("text", "weight", "found"), TABLE)
def test_length_and_links_are_what_the_reference_says(text, weight, found):
    composed = unicodedata.normalize("NFC", text)
    assert weigh(text) == weight
    assert [composed[first:last] for first, last in links(composed)] == found


def test_the_endings_are_the_references_whole_list():
    assert len(ENDINGS) == 1574
    assert {"se", "com", "museum", "한국", "onion"} <= ENDINGS


scraps = st.sampled_from(
    ["seko.se", "https://", "/", "?", ".", "_", "-", "@", "(", "å", "a\u030a", "👍🏽", "\u200d", "日"]
)
texts = st.text() | st.lists(scraps).map("".join)


@given(texts)
def test_any_text_has_a_length_and_the_form_of_its_letters_does_not_matter(text):
    assert weigh(unicodedata.normalize("NFD", text)) == weigh(unicodedata.normalize("NFC", text))
    assert 0 <= weigh(text) <= 23 * len(text)


@given(texts)
def test_links_stand_in_order_and_never_overlap(text):
    places = [place for span in links(unicodedata.normalize("NFC", text)) for place in span]
    assert places == sorted(places)


def test_a_text_that_was_made_to_be_slow_is_measured_all_the_same():
    """The search must not go on to the text's end from every character: then each of these takes minutes."""
    for text in ("å" * 60_000, "å." * 30_000, "-å" * 30_000 + ".se", "https://seko.se/" + "(" * 60_000):
        assert weigh(text) >= 23
