"""The first pages of the phone are light: they load some of the styles only, and wear nothing that is in the others."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from bench.weight import read, with_imports

TEMPLATES, STATIC = settings.BASE_DIR / "templates", settings.BASE_DIR / "static"
ALWAYS = ("tokens", "base", "layout", "components", "pocket")
LEFT_OUT = ("desk", "screens", "control")
LIGHT = "{% block more_styles %}{% endblock %}"
FEW_SCRIPTS = "{% block more_scripts %}{% endblock %}"
ASKS_FOR_A_SCRIPT = re.compile(r"\s(hx-(?:get|post)|data-key|data-seconds)=")


def light_pages() -> list[str]:
    found = (str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html")))
    return [name for name in found if LIGHT in extended(name)]


def extended(name: str) -> str:
    """The template, after those that it extends."""
    parents = re.findall(r'{% extends "([^"]+)"', source(name))
    return "".join(map(extended, parents)) + source(name)


def source(name: str) -> str:
    path = TEMPLATES / name
    return path.read_text() if path.exists() else ""


def with_parts(name: str) -> str:
    """The template with all that it includes and extends, without what it leaves out of it."""
    known = [name]
    for each in known:
        known += [
            part
            for part in re.findall(r'{% (?:include|extends) "([^"]+)"', source(each))
            if part not in known
        ]
    html = "".join(source(each) for each in known)
    return re.sub(r"{% block (more_\w+) %}.*?{% endblock \1 %}", "", html, flags=re.DOTALL)


def worn(html: str) -> set[str]:
    attributes = re.findall(r'class="((?:{%.*?%}|{{.*?}}|[^"])*)"', html)
    return {word for each in attributes for word in re.sub(r"{%.*?%}|{{.*?}}", " ", each).split()}


def put_on(html: str) -> set[str]:
    """By the page's scripts."""
    linked = dict.fromkeys(re.findall(r"{% static '(js/[^']+)' %}", html))
    scripts = "".join(read(name).decode() for name in with_imports(linked))
    places = re.findall(r"(?:className\s*[:=]|classList\.\w+\()([^;)]*)", scripts)
    return {word for place in places for word in re.findall(r"[a-z][\w-]*", place)}


def styled_in(*names: str) -> set[str]:
    return {
        word
        for name in names
        for word in classes_of(re.sub(r"/\*.*?\*/", "", (STATIC / "css" / f"{name}.css").read_text()))
    }


def classes_of(css: str) -> Iterator[str]:
    for selectors in re.findall(r"([^{}]+){", css):
        yield from re.findall(r"\.([a-z][\w-]*)", selectors)


def test_the_first_pages_are_light():
    assert {"posts/home.html", "posts/compose.html", "posts/mine.html", "gate.html"} <= set(light_pages())


@pytest.mark.parametrize("name", light_pages())
def test_a_light_page_wears_nothing_whose_style_it_does_not_load(name: str):
    html = with_parts(name)
    linked = re.findall(r"{% static 'css/(\w+)\.css' %}", html)
    loaded = styled_in(*ALWAYS, *(style for style in linked if style not in LEFT_OUT))
    assert (worn(html) | put_on(html)) & (styled_in(*LEFT_OUT) - loaded) == set()


@pytest.mark.parametrize("name", light_pages())
def test_a_light_page_asks_for_no_script_that_it_does_not_load(name: str):
    html = with_parts(name)
    fetches_htmx = "data-htmx=" in html and "js/compose.js" in html
    asked = {
        attribute
        for attribute in ASKS_FOR_A_SCRIPT.findall(html)
        if not (fetches_htmx and "hx-" in attribute)
    }
    assert FEW_SCRIPTS in extended(name)
    assert asked == set()
