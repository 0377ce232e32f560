"""Swedish is written in the code and English is complete; the libraries speak our words on our pages."""

import ast
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import allauth
import django
import polib
import pytest
from django.template.base import Lexer, TokenType
from django.template.loader import render_to_string
from django.utils import translation

from accounts import roles
from channels.models import Channel
from seko_social.processes import ROOT
from seko_social.templatetags import moments
from tests.pages import text_of

ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
SWEDISH = ROOT / "locale" / "sv" / "LC_MESSAGES" / "django.po"
NAMES = ("Seko Social", "Facebook", "English", "Svenska", "Enter", "Android", "iPhone", "iPad")
"""What is called the same in every language, or in its own; and a key on the keyboard."""
NOT_SAID = ("_class", "_attributes")
"""Blocks of a template that go into a tag."""
PLACEHOLDERS = re.compile(r"%\(\w+\)\d*[sd]|%%|%d|</?\w+>")
OFF_THE_GLOSSARY = re.compile(
    r"tvåfaktor|autentiser|\bepost|\bmail|vänligen|är du säker|\btoken",
    re.IGNORECASE,
)
OFF_THE_TONE = re.compile(
    r"are you sure|(?<!Facebook )\blog ?in\b|two-factor|e-mail|\bcanceled\b|\b(organi|recogni)z|\breject",
    re.IGNORECASE,
)
"""Facebook Login is the name of a product."""
NOT_COPIED = (".*", "var", "tests", "bench", "staticfiles", "node_modules", "__pycache__")


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(ENGLISH))


@pytest.fixture(scope="module")
def swedish() -> polib.POFile:
    return polib.pofile(str(SWEDISH))


def key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def said(entry: polib.POEntry) -> list[str]:
    """Its translation, in every number."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def pairs(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each number with the text that it translates: one thing may be told without counting it."""
    first, *more = said(entry)
    return [(entry.msgid, first), *((entry.msgid_plural, text) for text in more)]


# --- English ----------------------------------------------------------------------------------------------


def test_every_text_has_an_english_translation_that_somebody_has_read(english):
    assert [key(entry) for entry in english if entry.fuzzy or not all(said(entry))] == []
    assert [key(entry) for entry in english.obsolete_entries()] == []
    assert not english.metadata_is_fuzzy


@pytest.fixture
def copy(tmp_path) -> Path:
    """The code as it is, to collect its texts in."""
    return Path(shutil.copytree(ROOT, tmp_path / "site", ignore=shutil.ignore_patterns(*NOT_COPIED)))


def collected(folder: Path) -> set[tuple[str, str]]:
    """The texts that `make messages` would put into the catalogue."""
    command = [sys.executable, "manage.py", "makemessages", "--locale", "en", "--no-obsolete"]
    environment = os.environ | {"VAR_DIR": str(folder / "var")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {key(entry) for entry in polib.pofile(str(folder / ENGLISH.relative_to(ROOT)))}


def test_the_catalogue_holds_exactly_the_texts_of_the_code(english, copy):
    now, known = collected(copy), {key(entry) for entry in english}
    assert {"new": now - known, "gone": known - now} == {"new": set(), "gone": set()}


def test_texts_that_come_and_go_are_noticed(english, copy):
    page = copy / "templates" / "404.html"
    page.write_text(page.read_text().replace("Sidan finns inte längre", "En alldeles ny mening"))
    now, known = collected(copy), {key(entry) for entry in english}
    assert (now - known, known - now) == ({("", "En alldeles ny mening")}, {("", "Sidan finns inte längre")})


def test_translations_keep_the_facts_and_the_emphasis_of_their_texts(english, swedish):
    torn = [
        key(entry)
        for entry in [*english, *swedish]
        for ours, text in pairs(entry)
        if sorted(PLACEHOLDERS.findall(text)) != sorted(PLACEHOLDERS.findall(ours))
    ]
    assert torn == []


def test_one_and_many_differ_in_english(english):
    assert [key(entry) for entry in english if entry.msgid_plural and len(set(said(entry))) == 1] == []


def test_nothing_is_shouted_except_that_it_is_done_and_thanks(english):
    shouted = {entry.msgid: entry.msgstr for entry in english if "!" in entry.msgid + "".join(said(entry))}
    assert shouted == {
        "Klart!": "Done!",
        "Klart! Vi skickade ett test som bara du ser.": "Done! We sent a test that only you can see.",
        "Klart! %(name)s är ansluten.": "Done! %(name)s is connected.",
        "Det finns nu på %(channels)s. Tack!": "It is now on %(channels)s. Thank you!",
    }


def test_no_words_off_the_glossary_are_used(english, swedish):
    ours = [entry.msgid for entry in english] + [text for entry in swedish for text in said(entry)]
    theirs = [text for entry in english for text in said(entry)]
    assert [text for text in ours if OFF_THE_GLOSSARY.search(text)] == []
    assert [text for text in theirs if OFF_THE_TONE.search(text)] == []


# --- Swedish ----------------------------------------------------------------------------------------------


def of_the_libraries() -> dict[tuple[str, str], polib.POEntry]:
    """What Django and django-allauth say in Swedish by themselves."""
    return {
        key(entry): entry
        for library in (django, allauth)
        for path in sorted(Path(library.__file__).parent.glob("**/locale/sv/LC_MESSAGES/django.po"))
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }


def test_we_say_otherwise_only_what_the_libraries_still_say(swedish):
    theirs = of_the_libraries()
    assert [key(entry) for entry in swedish if key(entry) not in theirs] == []
    assert [key(entry) for entry in swedish if said(entry) == said(theirs[key(entry)])] == []
    assert [key(entry) for entry in swedish if entry.fuzzy or not all(said(entry))] == []


def test_our_own_texts_are_never_overruled(english, swedish):
    """A library may have a translation for a word that we use as it stands."""
    assert {key(entry) for entry in english} & {key(entry) for entry in swedish} == set()
    with translation.override("sv"):
        changed = {
            entry.msgid: found
            for entry in english
            if (
                found := translation.pgettext(*key(entry))
                if entry.msgctxt
                else translation.gettext(entry.msgid)
            )
            != entry.msgid
        }
    assert changed == {}


def test_without_compiled_catalogues_the_pages_are_swedish(client, settings):
    settings.LOCALE_PATHS = []
    answer = client.get("/konto/login/")
    assert '<html lang="sv">' in answer.content.decode()
    assert "Du behöver en inbjudan för att komma in." in text_of(answer)


def test_the_catalogues_are_compiled_as_make_does_it(tmp_path):
    folder = tmp_path / "locale"
    shutil.copytree(ROOT / "locale", folder, ignore=shutil.ignore_patterns("*.mo"))
    [recipe] = re.findall(r"^words:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = recipe.replace("$(BIN)", str(Path(sys.executable).parent))
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True)  # noqa: S602  (our own recipe)
    made = {
        path: polib.mofile(str(path)).find("Skicka in") for path in sorted(folder.glob("*/LC_MESSAGES/*.mo"))
    }
    assert [path.parts[-3] for path in made] == ["en", "sv"]
    assert made[folder / "en" / "LC_MESSAGES" / "django.mo"].msgstr == "Send in"


# --- templates --------------------------------------------------------------------------------------------


class Spoken(HTMLParser):
    """What a page says by itself: its texts, what is read aloud, and what scripts put into it."""

    READ_ALOUD = frozenset({"alt", "aria-label", "placeholder", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.READ_ALOUD or (name.startswith("data-") and reads_like_words(value or "")):
                self.words.append(value or "")


def reads_like_words(text: str) -> bool:
    """Not the name of a file, a field or a format."""
    return bool(re.search(r"^[A-ZÅÄÖ]|[åäöÅÄÖ]|[a-z] [a-z]", text))


def unmarked(source: str) -> list[str]:
    """The texts of a template for people that are not marked for translation."""
    html, constants, until = "", [], ""
    for token in Lexer(source).tokenize():
        name, *rest = token.contents.split() if token.token_type == TokenType.BLOCK else [""]
        if until:
            until = "" if name == until else until
        elif name in {"blocktranslate", "comment"} or (name == "block" and rest[0].endswith(NOT_SAID)):
            until = f"end{name}"
        elif token.token_type == TokenType.TEXT:
            html += token.contents
        elif token.token_type == TokenType.VAR or name not in {"", "translate"}:
            constants += constants_of(token.contents)
    spoken = Spoken()
    spoken.feed(html)
    return [text for text in map(bare, [*spoken.words, *constants]) if says_something(text)]


def says_something(text: str) -> bool:
    """Not a key of the keyboard, a format of a time or of a file, or a method of HTTP: the same in every language."""
    return bool(re.search("[a-zåäö]{2}", text, re.IGNORECASE)) and not text.isupper()


def constants_of(tag: str) -> list[str]:
    """What is written out in a tag or a filter, without `_( )` around it."""
    found = re.findall(r"""(_\()?(?:"([^"]*)"|'([^']*)')""", tag)
    return [
        double or single
        for marked, double, single in found
        if not marked and reads_like_words(double or single)
    ]


def bare(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return " ".join(text.split())


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_template_says_nothing_that_is_not_marked(path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hej {{ name }}</p>", ["Hej"]),
        ("<p>{% translate 'Hej' %} – {{ name }}, 12 %</p>", []),
        ("{% blocktranslate %}Hej <b>{{ name }}</b>{% plural %}Hej{% endblocktranslate %}", []),
        ("{% comment %}Why.{% endcomment %}{# Why. #}", []),
        ('<img alt="En bild" class="photo photo--tall">', ["En bild"]),
        ('<button data-done="Kopierat" data-list="shots">', ["Kopierat"]),
        ('{{ text|default:"Utan text" }}', ["Utan text"]),
        ('{{ text|default:_("Utan text") }}{{ at|date:"c" }}', []),
        ('{% include "_fel.html" with heading="Det gick inte" %}', ["Det gick inte"]),
        ('{% if kind == "live" %}<title>Hem – Seko Social</title>{% endif %}', ["Hem –"]),
    ],
)
def test_what_is_not_marked_is_found(source, found):
    assert unmarked(source) == found


# --- code ---------------------------------------------------------------------------------------------------

ROOMS = ("accounts", "approvals", "audit", "channels", "posts", "seko_social")
NOT_FOR_READERS = ("migrations", "adapters", "sandbox", "demo")
"""What is history, what gives codes and no sentences, and what is Swedish by intent: make-believe platforms and posts."""
LOOKED_FOR = {
    ROOT / "approvals" / "hints.py",
    ROOT / "posts" / "tone.py",
    ROOT / "posts" / "names.py",
    ROOT / "posts" / "threads.py",
}
"""Swedish by intent, too: what is looked for in a text. What is said of it stands elsewhere."""
IN_THE_DATABASE = {
    ("posts/events.py", "Arbetsplatsbesök"),
    ("posts/events.py", "Genomförd aktivitet"),
    ("posts/forms.py", "Arbetsplatsbesök"),
}
IN_ITS_OWN_LANGUAGE = {("posts/consent_words.py", "Lätt svenska")}
IN_EASY_SWEDISH = "PLAIN"
"""Words that are there beside the ordinary ones, which are translated."""


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not set(path.parts) & set(NOT_FOR_READERS) and path not in LOOKED_FOR]


def swedish_constants(tree: ast.AST) -> list[str]:
    """Strings with a Swedish letter that are no docstrings and not handed to gettext."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_gettext(node.func):
            skipped |= {part for argument in node.args for part in ast.walk(argument)}
        elif isinstance(node, ast.Expr):
            skipped.add(node.value)
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == IN_EASY_SWEDISH:
            skipped |= set(ast.walk(node))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped
        if re.search("[åäöÅÄÖ]", node.value)
    ]


def is_gettext(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "_" or "gettext" in name


def test_code_says_nothing_in_swedish_that_is_not_marked():
    found = {
        (str(path.relative_to(ROOT)), text)
        for path in modules()
        for text in swedish_constants(ast.parse(path.read_text()))
    }
    assert found == IN_THE_DATABASE | IN_ITS_OWN_LANGUAGE


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Så här."""', []),
        ('a = _("Så här")', []),
        ('a = translation.pgettext_lazy("chip", "Så här") % {"å": 1}', ["å"]),
        ('a = ngettext("en sår", "två sår", n)', []),
        ('a = "Så här"', ["Så här"]),
    ],
)
def test_swedish_in_code_is_found(source, found):
    assert swedish_constants(ast.parse(source)) == found


def test_every_role_is_said_in_the_readers_language(english):
    known = {entry.msgid for entry in english}
    assert [role for role in roles.PERMISSIONS if role not in known] == []


def test_what_is_done_by_hand_is_said_in_the_readers_language():
    channel = Channel(platform="by_hand")
    with translation.override("sv"):
        assert channel.platform_name == "För hand"
    with translation.override("en"):
        assert channel.platform_name == "Manual"


@pytest.mark.parametrize(
    ("language", "length", "clock"), [("sv", "1.05", "14.20"), ("en", "1:05", "14:20")], ids=["sv", "en"]
)
def test_lengths_and_times_are_written_as_the_language_writes_them(language, length, clock):
    at = datetime(2026, 4, 27, 14, 20, tzinfo=ZoneInfo("Europe/Stockholm"))
    with translation.override(language):
        assert (moments.seconds(65.2), moments.clock(at)) == (length, clock)


@pytest.mark.parametrize(
    ("language", "heading"), [("sv", "Något gick fel hos oss"), ("en", "Something went wrong")]
)
def test_the_page_for_our_own_mistakes_says_which_language_it_speaks(language, heading):
    with translation.override(language):
        html = render_to_string("500.html")
    assert f'<html lang="{language}">' in html
    assert f"<h1>{heading}" in html
