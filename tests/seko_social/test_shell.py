"""The site as an app: what the phone keeps and for whom, what the browser is told, and what another app shares."""

import json
import posixpath
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from bench.weight import read, weight, with_imports
from posts.models import Media, Post
from seko_social import shell
from seko_social.statics import NamedByContent, as_sent
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

FIRST_PAGES = ("/hem/", "/nytt/", "/mina/", "/utkorg/", "/utan-uppkoppling/")
LIGHT = 60_000
"""Bytes that somebody with two bars waits for once."""
LATE = re.compile(r'\bimport\("(\.[^"]+\.js)"\)')
ASKED_FOR = re.compile(r'(?:\bfrom |\bimport\()"(\.[^"]+\.js)"')


@pytest.fixture
def karin() -> Client:
    return signed_in(factories.ombudsman())


# --- what is kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FIRST_PAGES)
def test_every_file_of_a_page_that_opens_without_coverage_is_kept(karin: Client, path: str):
    needed = {name for name in weight(karin, path) if not name.startswith("/")}
    assert needed - set(shell.files()) == set()


def test_every_script_that_a_kept_one_asks_for_is_kept():
    """Also those that come when they are needed: without coverage is when."""
    kept = [name for name in shell.files() if name.endswith(".js")]
    asked = {beside(name, other) for name in kept for other in asked_for(name)}
    assert {"js/phone/blur.js", "js/phone/in-parts.js", "vendor/tus/tus.min.js"} <= asked
    assert asked - set(kept) == set()


def asked_for(name: str) -> list[str]:
    return ASKED_FOR.findall(read(name).decode())


def beside(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))


def test_the_worker_asks_for_nothing_late():
    """A browser forbids it there: whatever the worker's own scripts load late, the worker has loaded at its start."""
    at_once = set(with_imports({f"{shell.OWN_SCRIPTS}/worker.js": None}))
    late = {beside(name, other) for name in at_once for other in LATE.findall(read(name).decode())}
    assert late == {"js/phone/in-parts.js"}
    assert late - at_once == set()


def test_every_file_that_is_kept_is_there_and_named_once():
    """A browser keeps nothing at all otherwise."""
    assert [name for name in shell.files() if not finders.find(name)] == []
    assert sorted(set(shell.files())) == sorted(shell.files())


@pytest.mark.parametrize("path", ["/hem/", "/nytt/", "/mina/", "/utkorg/"])
def test_the_pages_of_every_start_are_kept_for_the_one_who_sees_them(path: str):
    someone = factories.ombudsman()
    answer = signed_in(someone).get(path)
    assert (answer.headers["X-Person"], answer.headers["X-Keep"]) == (str(someone.pk), "page")


def test_ones_own_post_is_kept_and_nobody_elses():
    karin, anna = factories.ombudsman(), factories.reviewer()
    post = factories.submitted(karin)
    own, others = (signed_in(person).get(f"/inlagg/{post.pk}/") for person in (karin, anna))
    assert (own.status_code, own.headers["X-Keep"]) == (200, "post")
    assert (others.status_code, "X-Keep" in others.headers) == (200, False)


def test_neither_the_desk_nor_a_picture_nor_a_form_with_something_wrong_is_kept():
    anna = factories.reviewer()
    client, media = signed_in(anna), factories.picture(anna)
    wrong = client.post("/nytt/", {"intent": "submit"})
    answers = [client.get("/granska/"), client.get("/mer/"), client.get(f"/media/{media.pk}/thumb/"), wrong]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    assert ["X-Keep" in answer.headers for answer in answers] == [False] * 4
    for answer in answers:
        answer.close()


@pytest.mark.parametrize(
    ("someone", "status"), [(None, 302), (factories.administrator, 403)], ids=["signed out", "may not"]
)
def test_an_address_that_is_kept_is_not_when_it_says_no(someone, status: int):
    client = signed_in(someone()) if someone else Client()
    answers = [client.get(path) for path in ("/nytt/", "/utkorg/")]
    assert [(answer.status_code, "X-Keep" in answer.headers) for answer in answers] == [(status, False)] * 2


def test_a_page_before_the_sign_in_is_nobodys():
    answer = Client().get("/konto/login/")
    assert (answer.headers["X-Person"], "X-Keep" in answer.headers) == ("0", False)


def test_signing_out_empties_the_browsers_store_and_leaves_the_outbox(karin: Client):
    assert "Clear-Site-Data" not in karin.get("/hem/").headers
    assert karin.post("/konto/logout/").headers["Clear-Site-Data"] == '"cache"'


# --- what the browser asks for ---------------------------------------------------------------------------------------


def test_the_worker_is_asked_for_each_time_and_names_what_there_is_to_keep():
    answer = Client().get("/sw.js")
    known = json.loads(re.findall(r"work\((.*)\);", answer.content.decode())[0])
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert known["files"] == [f"/static/{name}" for name in shell.files()]
    assert known["pages"] == ["/hem/", "/nytt/", "/mina/", "/utkorg/"]


def test_another_content_of_a_file_is_another_worker(monkeypatch):
    before = shell.version.__wrapped__()
    assert shell.version.__wrapped__() == before
    monkeypatch.setattr(shell, "FILES", shell.FILES[1:])
    shell.files.cache_clear()
    try:
        assert shell.version.__wrapped__() != before
    finally:
        monkeypatch.undo()
        shell.files.cache_clear()


def test_the_manifest_makes_it_an_app_with_icons_of_the_size_that_it_says():
    answer = Client().get("/manifest.webmanifest")
    said = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (said["start_url"], said["display"], said["lang"]) == ("/hem/?app", "standalone", "sv")
    assert [shortcut["name"] for shortcut in said["shortcuts"]] == ["Nytt inlägg", "Mina inlägg"]
    assert said["share_target"]["action"] == "/dela/"
    for icon in said["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as image:
            assert "{}x{}".format(*image.size) == icon["sizes"]
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}


def test_the_page_without_coverage_shows_nothing_of_anybodys(karin: Client):
    answer = karin.get("/utan-uppkoppling/")
    assert 'data-person=""' in answer.content.decode()
    assert "Karin" not in text_of(answer)


@pytest.mark.parametrize("path", ["/hem/", "/nytt/", "/mina/"])
def test_a_first_page_is_light(karin: Client, path: str):
    assert sum(weight(karin, path).values()) <= LIGHT


def test_the_sign_in_is_light():
    assert sum(weight(Client(), "/konto/login/").values()) <= LIGHT


def test_a_script_imports_what_was_collected_with_it(tmp_path, settings):
    """In production: otherwise a page of one version would run with a part of the next."""
    sources = FileSystemStorage(location=settings.BASE_DIR / "static")
    names = [name for name in shell.files() if name.endswith(".js")]
    collected = NamedByContent(location=tmp_path, base_url="/static/")
    for name in names:
        with sources.open(name) as file:
            collected.save(name, file)
    outcomes = list(collected.post_process({name: (sources, name) for name in names}))
    assert [outcome for outcome in outcomes if isinstance(outcome[2], Exception)] == []

    imported = re.findall(
        r'(?:from |import\()"([^"]+)"', collected_script(tmp_path, "js/compose.js", collected)
    )
    assert len(imported) >= 3
    assert [name for name in imported if not re.search(r"\.[0-9a-f]{12}\.js$", name)] == []
    assert [name for name in imported if not (tmp_path / "js" / name).exists()] == []


def test_a_script_is_sent_without_what_it_says_to_its_readers_and_does_the_same():
    written = b'// Why.\nconst url = "//host";  // stays\n  // And why.\nstart();\n'
    assert as_sent("js/home.js", written) == b'\nconst url = "//host";  // stays\n\nstart();\n'
    assert as_sent("vendor/x/x.js", written) == written
    assert as_sent("css/base.css", written) == written


def test_no_script_writes_a_text_over_several_lines():
    """One that looked like a comment would be lost on its way to production."""
    lines = {name: read(name).decode().splitlines() for name in shell.files() if name.startswith("js/")}
    assert [(name, line) for name, each in lines.items() for line in each if line.count("`") % 2] == []


def collected_script(folder: Path, name: str, collected: NamedByContent) -> str:
    return (folder / collected.stored_name(name)).read_text()


# --- what another app shares -------------------------------------------------------------------------------------------


def shared(client: Client, **words: str):
    files = [SimpleUploadedFile("IMG_1.jpg", factories.jpeg(), "image/jpeg")]
    return client.post("/dela/", words | {"files": files})


@pytest.fixture
def strict() -> Client:
    """As a browser: what another site sends has no token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.ombudsman())
    return client


def test_what_is_shared_without_a_worker_is_shown_and_nothing_of_it_is_kept(strict: Client, settings):
    answer = shared(strict, title="Kaffe", text="Fika med nattskiftet", url="https://www.seko.se/fika")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Kaffe\nFika med nattskiftet</textarea>" in page
    assert 'value="https://www.seko.se/fika"' in page
    assert "Bilderna kom inte med." in text_of(answer)
    assert (Post.objects.count(), Media.objects.count()) == (0, 0)
    assert not settings.MEDIA_ROOT.exists() or list(settings.MEDIA_ROOT.rglob("*.*")) == []


def test_the_button_under_it_leads_to_the_form_with_the_words(strict: Client):
    page = shared(strict, text="Fika med nattskiftet").content.decode()
    form = page[page.index('action="/nytt/"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = strict.post("/nytt/", fields | {"text": "Fika med nattskiftet"})
    post = Post.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/inlagg/{post.pk}/andra/")
    assert post.draft.text == "Fika med nattskiftet"


def test_the_words_wait_for_somebody_who_has_not_signed_in():
    answer = shared(Client(enforce_csrf_checks=True), text="Fika med nattskiftet")
    assert answer.status_code == 200
    assert "Fika med nattskiftet</textarea>" in answer.content.decode()
    assert "Du är inte inloggad här." in text_of(answer)
    again = Client().post("/dela/", {"text": "Fika med nattskiftet", "bilder": "1"})
    assert "Bilderna kom inte med." in text_of(again)
    assert Post.objects.count() == 0


def test_a_full_phone_says_so_and_keeps_the_words(karin: Client):
    answer = karin.get("/dela/", {"text": "Fika", "fullt": "1"})
    assert "Telefonen är full" in text_of(answer)
    assert "Fika</textarea>" in answer.content.decode()


def test_somebody_who_sends_nothing_in_may_not_share_either():
    assert shared(signed_in(factories.administrator()), text="Hej").status_code == 403
