"""
What the phone keeps, so that the site opens without coverage: the files of its pages, and some pages of one's own.

The worker (`static/js/phone/worker.js`) does the keeping. It knows a page that may be kept by a header of the answer, and
whose it is by another: what a page shows is decided here, and never guessed from its address.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext

PERSON, KEEP = "X-Person", "X-Keep"
"""Headers: whose page it is (0: nobody's), and how the phone may keep it."""
PAGE, POST = "page", "post"
"""One of a few pages that every start needs; one of one's own posts, of which the latest are kept."""
KEPT_PAGES = ("posts:home", "posts:new", "posts:mine", "posts:outbox")
WAY_OUT = "account_logout"

FILES = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/pocket.css",
    "css/desk.css",
    "css/screens.css",
    "css/control.css",
    "css/pictures.css",
    "css/writing.css",
    "fonts/seko-text-core-wght.woff2",
    "icons/sprite.svg",
    "img/marke.svg",
    "js/compose.js",
    "js/countdown.js",
    "js/home.js",
    "js/keys.js",
    "js/outbox.js",
    "js/stage.js",
    "js/touched.js",
    "vendor/htmx/htmx.min.js",
    "vendor/tus/tus.min.js",
)
"""What the phone's pages are made of, beside its own scripts."""
OWN_SCRIPTS = "js/phone"
PAPER, NIGHT = "#faf9f6", "#14171c"
"""The ground of every page (`--bg`), by day and by night."""


class NamesThePerson:
    """Says of every page whose it is, and whether the phone may keep it; and what a way out takes with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers[PERSON] = str(request.user.pk or 0)
            if is_kept(request, response):
                response.headers[KEEP] = PAGE
        if request.method == "POST" and request.path == reverse(WAY_OUT):
            # The outbox stays: what is in it was never sent, and its owner comes back for it.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def is_kept(request: HttpRequest, response: HttpResponse) -> bool:
    found = request.resolver_match
    is_one_of_them = found is not None and found.view_name in KEPT_PAGES
    return request.method == "GET" and response.status_code == 200 and is_one_of_them


@cache
def files() -> list[str]:
    """The names of the files, below the static folder: those that were there when this process began to serve them."""
    return [*FILES, *own_scripts()]


def own_scripts() -> Iterator[str]:
    folder = Path(str(finders.find(OWN_SCRIPTS)))
    for path in sorted(folder.glob("*.js")):
        yield f"{OWN_SCRIPTS}/{path.name}"


@cache
def version() -> str:
    """Another one whenever any of the files is another: the worker is new then, and fetches them all."""
    digest = hashlib.sha256()
    for name in files():
        digest.update(static(name).encode() + Path(str(finders.find(name))).read_bytes())
    return digest.hexdigest()[:16]


def worker() -> str:
    """The worker itself: it says what there is to keep, and leaves the work to a file that it loads."""
    known = {
        "version": version(),
        "files": [static(name) for name in files()],
        "pages": [reverse(name) for name in KEPT_PAGES],
        "statics": settings.STATIC_URL,
        "offline": reverse("shell:offline"),
        "share": reverse("shell:share"),
        "form": reverse("posts:new"),
    }
    return f'import {{ work }} from "{static(f"{OWN_SCRIPTS}/worker.js")}";\nwork({json.dumps(known)});\n'


def manifest() -> dict[str, Any]:
    """What makes the site an app on the home screen of a phone, and a place to share pictures with."""
    return {
        "id": "/",
        "name": "Seko Social",
        "short_name": "Seko Social",
        "description": gettext("Skicka in bilder och text till kommunikationsgruppen."),
        "lang": get_language(),
        "dir": "ltr",
        "start_url": reverse("posts:home") + "?app",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "categories": ["productivity"],
        "icons": [icon("192"), icon("512"), icon("512", "maskable")],
        "shortcuts": [
            shortcut(gettext("Nytt inlägg"), "posts:new"),
            shortcut(gettext("Mina inlägg"), "posts:mine"),
        ],
        "share_target": {
            "action": reverse("shell:share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "files", "accept": ["image/*", "video/*"]}],
            },
        },
    }


def icon(size: str, purpose: str = "any") -> dict[str, str]:
    name = f"img/app-{size}.png" if purpose == "any" else f"img/app-{size}-{purpose}.png"
    return {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


def shortcut(name: str, page: str) -> dict[str, Any]:
    return {"name": name, "url": reverse(page), "icons": [icon("192")]}
