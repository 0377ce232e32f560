"""The Flask application: every platform, the pages for people and the control API over one store."""

import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from channels.sandbox.access import access
from channels.sandbox.bluesky import bluesky
from channels.sandbox.context import RefusedError
from channels.sandbox.control import control
from channels.sandbox.facebook import facebook
from channels.sandbox.mastodon import mastodon
from channels.sandbox.pages import pages
from channels.sandbox.server import LOOPBACK
from channels.sandbox.store import Store
from channels.sandbox.x import x
from channels.sandbox.youtube import youtube

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def create_app(
    data_dir: Path | str, clock: Callable[[], float] = time.time, mail_dir: Path | None = None
) -> Flask:
    """The sandbox over this data directory, by this clock; it shows the mails in the other one."""
    app = Flask(__name__)
    app.url_map.strict_slashes = False  # facebook-business deletes with a trailing slash
    app.extensions["sandbox"] = Store(data_dir, clock)
    app.extensions["sandbox_mail"] = mail_dir
    for part in (facebook, x, youtube, mastodon, bluesky, pages, access, control):
        app.register_blueprint(part)
    app.before_request(note_arrival)
    app.before_request(refuse_strangers)
    app.after_request(add_headers)
    app.register_error_handler(RefusedError, lambda refused: refused.response)
    return app


def note_arrival() -> None:
    g.received_at = time.time()


def refuse_strangers() -> None:
    """Only this machine, by a loopback name; and no form on a foreign page may steer the sandbox."""
    if request.host.rpartition(":")[0].strip("[]") not in LOOPBACK and request.host not in LOOPBACK:
        abort(403)
    origin = request.headers.get("Origin")
    if origin and request.method != "GET" and urlsplit(origin).netloc != request.host:
        abort(403)


def add_headers(response: Response) -> Response:
    sandbox: Store = current_app.extensions["sandbox"]
    # The platforms' clock, also when it has been moved.
    response.headers["Date"] = formatdate(sandbox.now(), usegmt=True)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Content-Security-Policy", f"{POLICY}; form-action 'self'")
    return response
