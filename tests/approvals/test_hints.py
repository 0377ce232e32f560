"""Hints: each rule by a table of its own, then how they meet a version and a page. None of them stops anything."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone, translation

from approvals import hint_words, hints
from posts import blockers, names, vocabulary, workflow
from posts.likeness import print_of_text
from posts.models import Approval, Media, MediaKind, Post, Publication
from posts.tone import Hint
from tests import factories
from tests.pages import text_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
A_GOOD_POST = (
    "I dag besökte vi brevbärarna på terminalen i Umeå. De berättade om tunga väskor och långa dagar.\n"
    "– Vi vill hinna med hela rundan, säger Karin Ek, skyddsombud.\n\n"
    "Läs mer på https://www.seko.se/post #SekoFacket"
)


def quote(hint: Hint | None) -> str | None:
    return str(hint.facts["quote"]) if hint else None


# --- the words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [*hints.TEXT_RULES, hints.link_shortener])
@pytest.mark.parametrize("text", ["", " \n", A_GOOD_POST, factories.TEXT])
def test_a_good_post_gets_no_advice(rule, text):
    assert rule(text) is None


@pytest.mark.parametrize(
    ("text", "link", "found"),
    [
        ("Läs mer på vår hemsida!", "https://www.seko.se/nyhet", True),
        ("Läs mer: https://www.seko.se/nyhet", "", True),
        ("www.seko.se/nyhet", "", True),
        ("", "https://www.seko.se", True),
        ("x" * 79, "https://www.seko.se", True),
        ("x" * 80, "https://www.seko.se", False),
        (f"{'x' * 79}\n\n   https://www.seko.se/{'lång' * 30}", "", True),
        (A_GOOD_POST, "", False),
        ("Kom på torsdag!", "", False),
        ("", "", False),
    ],
)
def test_a_post_that_is_only_a_link(text, link, found):
    assert (hints.only_a_link(text, link) is not None) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NU RÄCKER DET! Vi kräver svar.", None),  # Eleven letters: an exclamation, not a text.
        ("NU RÄCKER DET FÖR OSS! Vi kräver svar.", "NU RÄCKER DET FÖR OSS"),
        ("Vi säger: HÖJ LÖNERNA FÖR ALLA nu", "HÖJ LÖNERNA FÖR ALLA"),
        ("ALLA MEDLEMMAR I UMEÅ HÄLSAS VÄLKOMNA TILL ÅRETS MÖTE", "ALLA MEDLEMMAR I UMEÅ HÄLSAS VÄLKOMNA …"),
        ("SEKO, LO, TCO och SACO är överens", None),
        ("SEKO LO TCO SACO HRF", None),
        ("STREJK i dag", None),
        ("#ALLASKAMEDPÅTÅGET https://SEKO.SE/ALLA/SKA/MED", None),
        ("Å, I DAG är det vår", None),
        ("123 456 789", None),
    ],
)
def test_words_in_capitals_shout(text, said):
    assert quote(hints.all_capitals(text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bra tänkt, chefen ;)", ";)"),
        ("Bra tänkt, chefen ;-)", ";-)"),
        ("Vilken lyckad omorganisation 🙃", "🙃"),
        ("Haha, ännu en omorganisation", "Haha"),
        ("Ännu en omorganisation, hehehe.", "hehehe"),
        ("Såklart… det fanns inga pengar i år heller", "Såklart…"),
        ("Visst... det går säkert bra", "Visst..."),
        ("Tack för ingenting, Citymail", "Tack för ingenting"),
        ("Det var rolig läsning. NOT!", "NOT"),
        ("De kallar det ”förbättringar” i schemat", "förbättringar"),
        ('Den så kallade "dialogen" tog fem minuter', "dialogen"),
        ("Vi är nöjda /s", "/s"),
        ("Bra jobbat #ironi", "#ironi"),
        # Quoted for real, names of things, and what only looks like it.
        ("Karin säger ”nej” till erbjudandet", None),
        ("Ordet ”bemanning” kommer igen", None),
        ("Vi läste ”Välfärden som försvann”", None),
        ("Boken heter ”ensam”", None),
        ("De sa ”vi har inte råd med det”", None),
        ("Handboken finns här; (se bilden)", None),
        ("Vi åkte till Haha i Norge; där", "Haha"),
        ("Läs notisen: notera NOT i marginalen", None),
        ("Såklart kommer vi", None),
        ("Alla är glada :)", None),
        ("Gå in på https://seko.se/s", None),
    ],
)
def test_what_may_be_read_as_irony(text, said):
    assert quote(hints.irony(text)) == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Karin Ek ljuger om våra tider.", "Karin Ek"),
        ("Det är skamligt. Anders Berg borde veta bättre.", "Anders Berg"),
        ("Anders Berg borde veta bättre. Det är skamligt.", "Anders Berg"),
        ("Nu får generaldirektör Bergsten skämmas, så jävla fegt.", "Bergsten"),
        ("Vilken idiot, @chefen.berg", "@chefen.berg"),
        ("Nu får Zlatko Petrovski ge sig!!", "Zlatko Petrovski"),
        ("vår chef Lisbet är oduglig", "Lisbet"),
        # Anger without a person, a person without anger, and both far apart.
        ("Det är skamligt att Region Stockholm säger upp avtalet.", ""),
        ("Citymail Sverige ljuger om våra tider.", ""),
        ("Skandal! Trafikverket skjuter upp underhållet.", ""),
        ("Karin Ek valdes till ordförande.", ""),
        ("Vi är förbannade. Vi har rätt till raster. I går valdes Karin Ek till ordförande.", ""),
        ("– Det är skamligt, säger Karin Ek.", ""),
        ("– Det är skamligt, säger vår ordförande Karin Ek.", ""),
        ("Chefen som bestämde det är feg.", ""),
        ("Vi fick en skål dumlekola av Posten", ""),
    ],
)
def test_anger_with_somebodys_name(text, name):
    hint = hints.anger_at_a_person(text)
    assert (hint.facts["name"] if hint else "") == name


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("ord " * 30, None),
        ("ord " * 31, {"n": 1, "words": 31}),
        (f"{'ord ' * 40}. Kort mening. {'ord ' * 35}!", {"n": 2, "words": 40}),
        (f"{'ord ' * 20}. {'ord ' * 20}", None),
        (f"{'ord ' * 20}\n{'ord ' * 20}", None),
        (f"{'#Tagg ' * 40}{'https://seko.se ' * 40}", None),
        ("2026 " * 40, None),
    ],
)
def test_long_sentences(text, facts):
    hint = hints.long_sentences(text)
    assert (hint.facts if hint else None) == facts


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("#Seko #Post", None),
        ("#Seko #Post #Umeå", 3),
        ("#Seko#Post #Umeå #Järnväg", 3),
        ("Nr #1, #2 och https://seko.se/#a https://seko.se/#b https://seko.se/#c", None),
        ("Ett # tecken # och # flera", None),
    ],
)
def test_more_than_two_hashtags(text, n):
    hint = hints.many_hashtags(text)
    assert (hint.facts["n"] if hint else None) == n


@pytest.mark.parametrize(
    ("tag", "better"),
    [
        ("viärseko", "ViÄrSeko"),
        ("allaskamed", "AllaSkaMed"),
        ("schysstavillkornu", "SchysstaVillkorNu"),
        ("tryggajobbförallavillkor", "TryggaJobbFörAllaVillkor"),
        ("enlånghashtagsomingenförstår", ""),
        ("ViÄrSeko", None),
        ("Viärseko", None),  # One capital already: somebody has thought of it.
        ("sekofacket", None),
        ("seko", None),
        ("arbetsmiljö", None),
        ("kollektivavtal", None),
        ("kollektivavtalet", None),
        ("tågjobb", None),  # A compound of two known words: one word in Swedish.
        ("arbetsplatsbesök", None),
        ("järnvägsunderhåll", None),
        ("1maj", None),
        ("strejk2026", None),
        ("med" * 3000, ""),
    ],
)
def test_a_hashtag_of_several_words_has_a_capital_for_each(tag, better):
    hint = hints.hashtag_without_capitals(f"Vi ses! #{tag} https://seko.se/#viärseko")
    assert (hint.facts["better"] if hint else None) == better


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Läs mer https://bit.ly/3xYz", "bit.ly"),
        ("Läs mer bit.ly/3xYz", "bit.ly"),
        ("Läs mer HTTP://WWW.TinyURL.com/abc.", "tinyurl.com"),
        ("https://t.co/abc", "t.co"),
        ("https://www.seko.se/bit.ly/abc", None),
        ("https://rabbit.ly/abc", None),
        ("https://youtu.be/abc", None),
        ("anna@bit.ly/x", None),
        ("bit.ly är ett företag", None),
        ("https://[x/abc", None),
    ],
)
def test_shortened_links(text, host):
    hint = hints.link_shortener(text)
    assert (hint.facts["host"] if hint else None) == host


@pytest.mark.parametrize(
    "text",
    ["." * 10_000, "\n" * 10_000, " " * 10_000, "#" + "a" * 9_999, "ha" * 5_000, "”a" * 5_000, "Aa " * 3_300,
     "AAAAA " * 1_600, "Anna ljuger. " * 770, "- " * 5_000, "www." * 2_500, "@a." * 3_300, "#vi" * 3_300],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_no_text_keeps_a_reviewer_waiting(text):
    """A rule that looked back again and again would take minutes for some of these."""
    for rule in (*hints.TEXT_RULES, hints.link_shortener, partial(hints.only_a_link, link="")):
        hint = rule(text)
        assert hint is None or hint.code in hint_words.ADVICE


def test_the_lists_hold_words_alone():
    for name in ("angry", "common", "linking"):
        assert [word for word in vocabulary.words(name) if not word.isalpha() or not word.islower()] == []
    assert vocabulary.LINKING <= vocabulary.COMMON
    assert [name for name in names.FIRST_NAMES if not names.NAME.fullmatch(name)] == []


# --- the pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "found"), [(0, False), (13, False), (14, False), (14.1, True), (400, True), (-1, False)]
)
def test_an_old_picture(days, found):
    taken = NOW - timedelta(days=days)
    assert hints.old_picture(Media(captured_at=taken), NOW) == (
        Hint("old_picture", {"taken": taken}) if found else None
    )


def test_a_picture_whose_age_is_unknown_is_not_called_old():
    assert hints.old_picture(Media(), NOW) is None


def test_a_picture_from_the_air():
    assert hints.drone(Media(is_drone=True)) == Hint("drone")
    assert hints.drone(Media()) is None


def test_a_picture_of_text():
    assert hints.only_text(Media(kind=MediaKind.PICTURE, looks_like_text=True)) == Hint("only_text")
    assert hints.only_text(Media(kind=MediaKind.PICTURE)) is None
    # A film may well begin with its title.
    assert hints.only_text(Media(kind=MediaKind.FILM, looks_like_text=True)) is None


def test_ten_old_pictures_get_one_hint():
    old = [Media(captured_at=NOW - timedelta(days=days)) for days in (1, 30, 40)]
    assert [hint.facts["taken"] for hint in hints.of_pictures(old, NOW)] == [old[1].captured_at]


@pytest.mark.parametrize(("credit", "is_asked"), [("", True), ("Karin Ek", True), ("Ali Haddad", False)])
def test_whoever_took_somebody_elses_picture_is_to_be_asked(credit, is_asked):
    hint = hints.unasked_photographer(credit, "Karin Ek")
    assert hint == (None if is_asked else Hint("unasked_photographer", {"name": "Ali Haddad"}))


@pytest.mark.django_db
@pytest.mark.parametrize(("said_yes", "with_picture", "codes"), [
    (False, True, ["unasked_photographer"]), (True, True, []), (False, False, []),
])  # fmt: skip
def test_a_photographer_who_said_yes_is_not_asked_again(said_yes, with_picture, codes):
    fields = {} if with_picture else {"media": []}
    post = factories.submitted(credit="Ali Haddad", photographer_said_yes=said_yes, **fields)
    found = hints.of_their_photographer(post.current_version)
    assert [hint.code for hint in found] == codes


# --- what was published lately --------------------------------------------------------------------------------


def test_what_is_like_nothing_gets_no_hint():
    assert (hints.same_picture(None), hints.same_text(None)) == (None, None)


def test_what_was_published_lately_is_named():
    published = Publication()
    assert hints.same_picture(published) == Hint("same_picture", publication=published)
    assert hints.same_text(published) == Hint("same_text", publication=published)


# --- words ----------------------------------------------------------------------------------------------------


EVERY_HINT = {
    "old_picture": {"taken": NOW - timedelta(days=300)},
    "drone": {},
    "unasked_photographer": {"name": "Ali Haddad"},
    "only_text": {},
    "only_a_link": {},
    "link_shortener": {"host": "bit.ly"},
    "all_capitals": {"quote": "HÖJ LÖNERNA NU"},
    "irony": {"quote": ";)"},
    "anger_at_a_person": {"name": "Karin Ek"},
    "long_sentences": {"n": 1, "words": 41},
    "many_hashtags": {"n": 3},
    "hashtag_without_capitals": {"tag": "viärseko", "better": "ViÄrSeko"},
    "same_picture": {},
    "same_text": {},
}


def test_every_hint_says_what_and_what_to_do():
    assert set(hint_words.ADVICE) == set(EVERY_HINT)
    published = Publication(post_id=7, published_at=datetime(2026, 4, 27, 10, tzinfo=UTC))
    for code, facts in EVERY_HINT.items():
        said = hint_words.said(Hint(code, facts, publication=published if code.startswith("same") else None))
        assert said.sentence
        assert said.advice
        assert "%" not in said.sentence + said.advice


@pytest.mark.parametrize(
    ("hint", "sentence"),
    [
        (Hint("long_sentences", {"n": 1, "words": 41}), "En mening är lång: 41 ord."),
        (Hint("long_sentences", {"n": 2, "words": 41}), "2 meningar är långa, den längsta 41 ord."),
        (Hint("irony", {"quote": "100 % ”bra”"}), "Kan det här läsas som ironi? ”100 % ”bra””"),
        (Hint("many_hashtags", {"n": 5}), "Inlägget har 5 hashtaggar."),
    ],
)
def test_a_hint_in_words(hint, sentence):
    assert hint_words.said(hint).sentence == sentence


def test_the_age_of_a_picture_in_words(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    taken = {
        datetime(2026, 11, 3, 12, tzinfo=UTC): "3 november",
        datetime(2026, 3, 3, 12, tzinfo=UTC): "mars",
        datetime(2024, 3, 3, 12, tzinfo=UTC): "mars 2024",
    }
    assert {at: hint_words.taken_in(at) for at in taken} == taken


# --- on the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def facebook(platform, put_in_broker, db):
    return factories.channel(is_preselected=True)


def hinted(post: Post) -> list[str]:
    return [hint.code for hint in hints.of(post.version_in_force, timezone.now())]


def test_a_version_has_the_hints_of_all_its_parts(facebook):
    karin = factories.ombudsman()
    old = factories.picture(karin, captured_at=timezone.now() - timedelta(days=90), is_drone=True)
    post = factories.submitted(karin, media=[old], text="Läs mer ;)", link="https://bit.ly/abc")
    assert hinted(post) == ["old_picture", "drone", "only_a_link", "link_shortener", "irony"]


def test_a_channels_own_words_have_hints_of_their_own(facebook):
    post = factories.submitted(text=f"{factories.TEXT} ;)")
    factories.for_channels(post, factories.reviewer(), facebook, text="Haha! #Seko #Post #Umeå")
    found = hints.of(post.version_in_force, timezone.now())
    # The irony is known of the post's words already.
    assert [(hint.code, hint.channel) for hint in found] == [("irony", None), ("many_hashtags", facebook)]
    assert hint_words.said(found[1]).sentence == "Facebook: Inlägget har 3 hashtaggar."


@pytest.mark.parametrize(
    "own",
    [
        {"title": "Haha! Avtalet"},
        {"description": "Haha! Avtalet"},
        {"thread": ("Hej.", "Haha! Avtalet")},
        {"first_comment": "Haha! Avtalet"},
    ],
    ids=lambda own: next(iter(own)),
)
def test_everything_that_a_channel_says_has_hints(facebook, own):
    post = factories.submitted()
    factories.for_channels(post, factories.reviewer(), facebook, **own)
    found = hints.of(post.version_in_force, timezone.now())
    assert [(hint.code, hint.channel, hint.facts) for hint in found] == [
        ("irony", facebook, {"quote": "Haha"})
    ]


def test_what_a_channel_says_twice_is_one_hint(facebook):
    post = factories.submitted()
    own = {"text": "Hoho! Avtalet", "first_comment": "Haha! Avtalet"}
    factories.for_channels(post, factories.reviewer(), facebook, **own)
    assert [hint.facts for hint in hints.of(post.version_in_force, timezone.now())] == [{"quote": "Hoho"}]


SERVES = re.compile(r"\bS\d\d\b|Lag \(|Skyddslagen|GDPR|WCAG|Guidance")
RULES = [
    hints.only_a_link,
    hints.link_shortener,
    *hints.TEXT_RULES,
    hints.old_picture,
    hints.drone,
    hints.only_text,
    hints.same_picture,
    hints.same_text,
    blockers.of_media,
    blockers.of_the_site,
    blockers.of_people,
    blockers.of_words,
    blockers.of_its_author,
    blockers.of_channels,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_names_the_sentence_that_it_serves(rule):
    assert SERVES.search(rule.__doc__ or "")


def test_a_post_with_every_hint_is_approved_all_the_same(facebook):
    karin, anna = factories.ombudsman(), factories.reviewer()
    media = [
        factories.picture(karin, captured_at=NOW - timedelta(days=900), is_drone=True, looks_like_text=True)
    ]
    text = "HÖJ LÖNERNA NU ALLIHOP! Karin Ek ljuger, haha. #viärseko #post #umeå bit.ly/abc"
    post = factories.submitted(karin, media=media, text=text)
    version = factories.for_channels(post, anna, facebook)
    assert len(hinted(post)) >= 8
    workflow.approve(post, anna, version)
    assert Approval.objects.get().version == version


def test_a_hint_is_shown_with_what_to_do(facebook, desk):
    post = factories.submitted(text=f"{factories.TEXT} Bra tänkt ;)")
    said = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Att tänka på" in said
    assert (
        "Kan det här läsas som ironi? ”;)” Skämt är svåra att höra i text. Skriv rakt ut vad ni menar."
        in said
    )


def test_there_is_nothing_to_see_where_there_are_no_hints(facebook, desk):
    post = factories.submitted()
    answer = desk.get(f"/granska/{post.pk}/")
    assert 'id="rad"' in answer.content.decode()
    assert "Att tänka på" not in text_of(answer)


def test_hints_are_escaped(facebook, desk):
    post = factories.submitted(text=f"{factories.TEXT} Kalla det ”<b>” ;) HÖJ <B> LÖNERNA <I> FÖR ALLA")
    page = desk.get(f"/granska/{post.pk}/").content.decode()
    assert "<B>" not in page


def test_an_edit_swaps_the_hints(facebook, desk):
    post = factories.submitted()
    version = post.version_in_force
    shown = version.shown_media.get()
    form = {"version": version.pk, "text": "Läs mer ;) https://seko.se", f"alt_{shown.media_id}": "Kollegor"}
    answer = desk.post(f"/granska/{post.pk}/spara/", form, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert 'id="rad" hx-swap-oob="true"' in html
    assert 'id="rad-antal" hx-swap-oob="innerHTML"' in html
    assert "Inlägget är nästan bara en länk." in html


def test_what_was_folded_away_stays_so_while_the_hint_says_the_same(facebook, desk):
    post = factories.submitted(text=f"{factories.TEXT} ;)")
    [hint] = [hint for hint in hints.of(post.version_in_force, timezone.now()) if hint.code == "irony"]
    html = desk.get(f"/granska/{post.pk}/").content.decode()
    assert f'id="rad-{hint_words.said(hint).key}-{post.pk}" hx-preserve' in html


def test_a_hint_that_says_something_else_is_another(facebook):
    said = [
        hint_words.said(hint).key
        for hint in (
            Hint("irony", {"quote": ";)"}),
            Hint("irony", {"quote": "haha"}),
            Hint("irony", {"quote": ";)"}, channel=facebook),
            Hint("many_hashtags", {"n": 3}),
            Hint("many_hashtags", {"n": 4}),
        )
    ]
    assert len(set(said)) == 5
    assert hint_words.said(Hint("irony", {"quote": ";)"})).key == said[0]


def test_the_same_text_leads_to_the_post_that_was_published(facebook, desk):
    anna = factories.reviewer()
    out = factories.approved(factories.submitted(), anna, facebook)
    Publication.objects.update(
        status="published", published_at=timezone.now() - timedelta(days=3), url="https://example.test/1"
    )
    post = factories.submitted(text=factories.TEXT.replace("Umeå", "Luleå"))
    assert print_of_text(post.version_in_force.text) == post.version_in_force.text_print
    with translation.override("sv"):
        page = desk.get(f"/granska/{post.pk}/").content.decode()
    assert "Nästan samma text publicerades" in page
    assert f'href="/inlagg/{out.pk}/"' in page
