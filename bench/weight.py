"""
What a page of the phone weighs when nothing of it is kept yet: the page itself and every style, script and font that it
links, and what those scripts import, each as production sends it, packed by gzip (fonts are packed already). Pictures are
not counted.
"""

import gzip
import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from seko_social.statics import as_sent

LINKED = re.compile(r'<(?:link|script)\b[^>]*?\b(?:href|src)="([^"]+)"[^>]*>')
ASKED_FOR_AT_ONCE = re.compile(r'rel="(?:stylesheet|preload)"|<script')
IMPORTED = re.compile(r'^(?:import|export)\b[^;]*?["\'](\.[^"\']+)["\']', re.MULTILINE)


def weight(client: Client, path: str) -> dict[str, int]:
    """Bytes by the name of what is sent; the page's own name is its path."""
    page = client.get(path).content
    linked = [link[1] for link in LINKED.finditer(page.decode()) if ASKED_FOR_AT_ONCE.search(link[0])]
    names = dict.fromkeys(urlsplit(address).path.removeprefix(settings.STATIC_URL) for address in linked)
    return {path: packed(page)} | {name: packed(read(name), name) for name in with_imports(names)}


def with_imports(names: dict[str, None]) -> list[str]:
    found = list(names)
    for name in found:
        if name.endswith(".js"):
            beside = [
                posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in imports(name)
            ]
            found += [each for each in dict.fromkeys(beside) if each not in found]
    return found


def imports(name: str) -> list[str]:
    return IMPORTED.findall(read(name).decode())


def read(name: str) -> bytes:
    return as_sent(name, Path(str(finders.find(name))).read_bytes())


def packed(content: bytes, name: str = "") -> int:
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 6))
