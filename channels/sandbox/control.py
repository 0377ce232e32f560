"""The control API: for tests, benchmarks and the demo loader. JSON in, JSON out; see the package's docstring."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from channels.sandbox import bluesky, conversation, faults, mastodon, people, shown
from channels.sandbox.context import base, json_body, store
from channels.sandbox.conversation import STRANGER
from channels.sandbox.store import PERSON, PLATFORMS, Store, Thing

SETTINGS = {"google_testing", "facebook_data_access_seconds", "x_spelling"}
COMMENTED = {"facebook": ("post", "comment"), "youtube": ("video", "comment"), "x": ("post",)}
COMMENT: dict[str, Callable[[Store, Thing, str, str, str], Thing]] = {
    "facebook": conversation.say, "youtube": conversation.say_on_youtube, "x": conversation.say_on_x
}  # fmt: skip

CONNECT = {"mastodon": mastodon.connect, "bluesky": bluesky.connect}
"""Each account is on a server, whose address goes along."""

control = Blueprint("control", __name__, url_prefix="/ovning/api")


@control.get("/health")
def health() -> ResponseReturnValue:
    return {"ok": True}


@control.get("/faults")
def waiting_faults() -> ResponseReturnValue:
    return jsonify(store().faults())


@control.post("/faults")
def add_faults() -> ResponseReturnValue:
    raw = request.get_json()
    try:
        rules = [faults.Rule.read(rule) for rule in (raw if isinstance(raw, list) else [raw])]
    except faults.BadRuleError as exc:
        return {"error": str(exc)}, 400
    with store().transaction():
        for rule in rules:
            store().add_fault(asdict(rule))
    return jsonify(store().faults()), 201


@control.delete("/faults")
def forget_faults() -> ResponseReturnValue:
    store().forget_faults()
    return "", 204


@control.get("/ledger")
def ledger() -> ResponseReturnValue:
    return jsonify(store().ledger())


@control.get("/posts")
def posts() -> ResponseReturnValue:
    accounts = [a for a in store().accounts() if request.args.get("platform", a.platform) == a.platform]
    everything = [post for account in accounts for post in shown.posts(store(), account)]
    return jsonify([asdict(post) | {"url": base() + post.path} for post in everything])


@control.get("/media/<sha256>")
def media(sha256: str) -> ResponseReturnValue:
    kept = store().kept(sha256) or abort(404)
    return send_file(store().media_path(kept.sha256).resolve(), mimetype=kept.content_type, conditional=True)


@control.post("/tokens")
def tokens() -> ResponseReturnValue:
    body = json_body()
    platform, id, name = (str(body.get(field, "")) for field in ("platform", "id", "name"))
    if platform not in PLATFORMS or not id:
        return {"error": "say platform, id and name"}, 400
    return _connect(platform, id, name or id, str(body.get("handle") or id)), 201


def _connect(platform: str, id: str, name: str, handle: str) -> dict[str, Any]:
    if platform == "facebook":
        return store().connect_facebook(id, name)
    if platform == "x":
        return store().connect_x(id, handle, name)
    if platform == "youtube":
        return store().connect_youtube(id, name)
    return CONNECT[platform](store(), f"{base()}/{platform}", id, handle, name)


@control.post("/clock")
def clock() -> ResponseReturnValue:
    offset = json_body().get("offset", 0)
    if not isinstance(offset, int | float):
        return {"error": f"offset must be a number of seconds: {offset}"}, 400
    store().set("clock_offset", str(offset))
    return {"now": store().now()}


@control.post("/limits")
def limits() -> ResponseReturnValue:
    store().set("limits", "on" if json_body().get("enforced", True) else "off")
    return {"enforced": store().setting("limits", "on") == "on"}


@control.post("/demands")
def demands() -> ResponseReturnValue:
    """What the app's settings at the platform demand: Facebook's "Require App Secret"."""
    store().set("appsecret_proof", "on" if json_body().get("appsecret_proof") else "off")
    return {"appsecret_proof": store().setting("appsecret_proof", "off") == "on"}


@control.post("/accounts")
def account() -> ResponseReturnValue:
    """What is true of an account: {"platform", "id", ...} as in people.py."""
    body = json_body()
    platform, id = str(body.pop("platform", "")), str(body.pop("id", ""))
    found = store().account(platform, id)
    if found is None:
        return {"error": f"no such account on {platform}: {id}"}, 400
    try:
        people.describe(store(), platform, id, **body)
    except people.UnknownFactError as exc:
        return {"error": str(exc)}, 400
    return people.facts(store(), found)


@control.post("/people")
def person() -> ResponseReturnValue:
    """Somebody who can sign in to Facebook, and what has happened to them: {"id", ...} as in people.py."""
    body = json_body()
    id = str(body.pop("id", PERSON))
    try:
        people.describe_person(store(), id, **body)
    except people.UnknownFactError as exc:
        return {"error": str(exc)}, 400
    return {"id": id, **people.person_facts(store(), id)}


@control.post("/removals")
def removals() -> ResponseReturnValue:
    """Somebody throws the application out at the platform: {"platform", "id"}; on Facebook a person's id."""
    body = json_body()
    platform = str(body.get("platform", ""))
    return {"removed": people.remove_app(store(), platform, str(body.get("id", PERSON)))}


@control.post("/comments")
def comments() -> ResponseReturnValue:
    """The public says something: {"platform", "on", "text"} and, where wanted, "author" and "name"."""
    body = json_body()
    platform, on = str(body.get("platform", "")), str(body.get("on", ""))
    kinds = COMMENTED.get(platform, ())
    found = next((thing for kind in kinds if (thing := store().get(platform, kind, on))), None)
    if found is None:
        return {"error": f"nothing to comment on: {platform} {on}"}, 400
    author, name = str(body.get("author", STRANGER[0])), str(body.get("name", STRANGER[1]))
    return {"id": COMMENT[platform](store(), found, author, name, str(body.get("text", ""))).id}, 201


@control.post("/redirects")
def redirects() -> ResponseReturnValue:
    """The addresses that are registered to go back to; none at all: every address is good."""
    registered = json_body().get("registered", [])
    store().set("redirects", json.dumps(registered))
    return {"registered": registered}


@control.post("/settings")
def settings() -> ResponseReturnValue:
    """How the application is set up at the platforms, by name: see the package's docstring."""
    body = json_body()
    if unknown := sorted(set(body) - SETTINGS):
        return {"error": f"no such setting: {unknown[0]}"}, 400
    for name, value in body.items():
        store().set(name, str(value))
    return body


@control.post("/repeats")
def repeats() -> ResponseReturnValue:
    """Whether the same words are taken twice, so that nobody but the caller keeps a post from being doubled."""
    store().set("repeats", "taken" if json_body().get("taken") else "refused")
    return {"taken": store().takes_repeats}


@control.post("/reset")
def reset() -> ResponseReturnValue:
    store().reset()
    return "", 204
