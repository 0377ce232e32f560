"""
One Mastodon server, as far as an account needs it: registering applications, OAuth, media, posts, reading back, deleting.

Facts: docs.joinmastodon.org, apps, oauth, accounts, media, statuses and instance API methods, and Rate limits; the
sentences of the refusals from the server's own words in English. Read 2026-11-25.
"""

import html
import json
import re
import secrets
from datetime import UTC, datetime
from math import ceil
from typing import Any

import regex
from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, liking, processing
from channels.sandbox.context import RefusedError, base, bearer, json_body, record, store
from channels.sandbox.history import shown, snowflake
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Account, Store, Thing, Token

SCOPES = ("read", "write:statuses", "write:media")
CODE_SECONDS = 600
KEY_SECONDS = 3600  # statuses: idempotency keys are stored for up to an hour
UNATTACHED_SECONDS = 24 * 3600
CHARACTERS, PICTURES, LINK = 500, 4, 23
DESCRIPTION = 1500
BYTES = {"picture": 16 * 1024 * 1024, "film": 99 * 1024 * 1024}
LIMITS = {"media": (30, 1800), "delete": (30, 1800)}  # Rate limits; all others 300 in five minutes
USUAL = (300, 300)
URL = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,:;!?…]", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w/=])@(\w+)@([\w-]+(?:\.[\w-]+)+)", re.ASCII)

mastodon = Blueprint("mastodon", __name__, url_prefix="/mastodon")

Answer = ResponseReturnValue


# -- refusals


def refusal(status: int, sentence: str, **more: str) -> RefusedError:
    answer = jsonify({"error": sentence, **more})
    answer.status_code = status
    return RefusedError(answer)


def invalid(sentence: str) -> RefusedError:
    return refusal(422, f"Validation failed: {sentence}")


def missing() -> RefusedError:
    return refusal(404, "Record not found")


def throttled(rule: faults.Rule) -> RefusedError:
    return too_many(ceil(store().now() + (900 if rule.seconds is None else rule.seconds)))


def too_many(reset: float) -> RefusedError:
    answer = refusal(429, "Too many requests")
    set_limit(answer.response, USUAL[0], 0, reset)
    return answer


ANSWERS: faults.Answers = {
    "error": lambda rule: refusal(rule.status, "We're sorry, but something went wrong on our end."),
    "rate_limited": throttled,
    "expired_token": lambda rule: refusal(401, "The access token is invalid"),
    "forbidden": lambda rule: refusal(403, "This action is outside the authorized scopes"),
    "out_of_credit": lambda rule: invalid("Text is not acceptable"),
    "refuse": lambda rule: invalid("Text is not acceptable"),
    "duplicate": lambda rule: invalid("Text is not acceptable"),
}
call = faults.calls("mastodon", ANSWERS)
at_dialog = faults.calls("mastodon", {**ANSWERS, "refuse": consent.failed})
at_token = faults.calls("mastodon", {**ANSWERS, "expired_token": lambda rule: dead_grant()})


# -- who calls, and how often


def caller(name: str, scope: str) -> Token:
    token = consent.alive("mastodon", ["access"], bearer())
    if token is None:
        known = store().token(bearer())
        raise refusal(401, f"The access token {'was revoked' if known and known.used else 'is invalid'}")
    count(token, name)
    if not {scope, scope.partition(":")[0]} & set(token.scopes):
        raise refusal(403, "This action is outside the authorized scopes")
    return token


def count(token: Token, name: str) -> None:
    most, seconds = LIMITS.get(name, USUAL)
    window = int(store().now() // seconds)
    used = store().count(f"mastodon {token.account} {name if name in LIMITS else ''} {window}")
    is_enforced = store().setting("limits", "on") == "on"
    g.rate_limit = (most, max(most - used, 0 if is_enforced else 1), (window + 1) * seconds)
    if used > most and is_enforced:
        raise too_many((window + 1) * seconds)


@mastodon.after_request
def add_headers(response: Response) -> Response:
    if rule := g.get("limit_reached"):
        g.rate_limit = (USUAL[0], 0, store().now() + (900 if rule.seconds is None else rule.seconds))
    if "rate_limit" in g and "X-RateLimit-Limit" not in response.headers:
        set_limit(response, *g.rate_limit)
    return response


def set_limit(response: Response, limit: int, remaining: int, reset: float) -> None:
    response.headers["X-RateLimit-Limit"] = str(limit)
    response.headers["X-RateLimit-Remaining"] = str(remaining)
    response.headers["X-RateLimit-Reset"] = as_time(reset)


def as_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def fields() -> dict[str, Any]:
    """What was sent, as a form or as JSON. A list in a form has [] behind its name."""
    sent: dict[str, Any] = dict(json_body())
    for name in request.form:
        values = request.form.getlist(name)
        sent[name.removesuffix("[]")] = values if name.endswith("[]") else values[0]
    return sent


# -- applications and signing in


@mastodon.post("/api/v1/apps")
@call("apps")
def apps() -> Answer:
    sent = fields()
    name, redirects = str(sent.get("client_name") or ""), sent.get("redirect_uris") or ""
    if not name or not redirects:
        raise invalid("Name can't be blank")
    uris = redirects if isinstance(redirects, list) else str(redirects).split()
    made = register(store(), name, uris, str(sent.get("scopes") or "read").split())
    return told_app(made) | {
        "client_id": made.id,
        "client_secret": made.data["secret"],
        "client_secret_expires_at": 0,
    }


def register(kept: Store, name: str, uris: list[str], scopes: list[str]) -> Thing:
    about = {"secret": secrets.token_urlsafe(32), "name": name, "redirect_uris": uris, "scopes": scopes}
    return kept.put("mastodon", "app", secrets.token_urlsafe(32), "", about)


def told_app(app: Thing) -> dict[str, Any]:
    uris = app.data["redirect_uris"]
    return {
        "id": "1", "name": app.data["name"], "website": None, "scopes": app.data["scopes"],
        "redirect_uri": "\n".join(uris), "redirect_uris": uris, "vapid_key": "",
    }  # fmt: skip


class Wish(consent.Wish):
    """The application is one that registered itself here, and may ask only for what it said then."""

    def problem(self) -> str:
        app = store().get("mastodon", "app", self.client_id)
        if app is None:
            return "Appen är inte känd på den här servern (client_id)."
        if self.redirect_uri not in app.data["redirect_uris"]:
            return "Adressen att gå tillbaka till är inte den som appen angav (redirect_uri)."
        if not set(self.scopes) <= set(app.data["scopes"]):
            return "Appen ber om mer än den angav (scope)."
        return "" if self.response_type == "code" else "Appen ber om något annat än en kod (response_type)."


@mastodon.route("/oauth/authorize", methods=["GET", "POST"])
@at_dialog("dialog")
def authorize() -> Answer:
    wish = Wish.read("mastodon")
    return consent.ask(wish, seconds=CODE_SECONDS, client=wish.client_id)


def client() -> Thing:
    id, secret = consent.client()
    app = store().get("mastodon", "app", id)
    if app is None or not secrets.compare_digest(app.data["secret"], secret):
        raise consent.token_refused(
            401,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported "
            "authentication method.",
        )
    return app


def dead_grant() -> RefusedError:
    return consent.token_refused(
        400,
        "invalid_grant",
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
        "the authorization request, or was issued to another client.",
    )


@mastodon.post("/oauth/token")
@at_token("token")
def token() -> Answer:
    app = client()
    code = consent.alive("mastodon", ["code"], request.form.get("code", ""))
    if request.form.get("grant_type") != "authorization_code" or code is None:
        raise dead_grant()
    is_good = code.data["redirect_uri"] == request.form.get("redirect_uri") and code.data["client"] == app.id
    if (
        not is_good
        or not consent.proves(code, request.form.get("code_verifier", ""))
        or not store().use_up(code.value)
    ):
        raise dead_grant()
    access = store().mint("mastodon", "access", code.account, code.scopes, client=app.id)
    return {
        "access_token": access, "token_type": "Bearer", "scope": " ".join(code.scopes),
        "created_at": int(store().now()),
    }  # fmt: skip


@mastodon.post("/oauth/revoke")
@call("revoke")
def revoke() -> Answer:
    """What is unknown or ended already is ended (RFC 7009); what another application was given is not ours to end."""
    app = client()
    found = store().token(request.form.get("token", ""))
    if found and found.data.get("client") != app.id:
        raise consent.token_refused(403, "unauthorized_client", "You are not authorized to revoke this token")
    if found:
        store().use_up(found.value)
    return {}


def connect(kept: Store, host: str, id: str, handle: str, name: str) -> dict[str, Any]:
    """An account, an application and a token for it, as if somebody had walked through the dialog."""
    kept.add_account("mastodon", id, name, handle)
    app = register(kept, "Seko Social", [f"{host}/"], list(SCOPES))
    access = kept.mint("mastodon", "access", id, SCOPES, client=app.id)
    return {"host": host, "client_id": app.id, "client_secret": app.data["secret"], "access_token": access}


# -- the server and its accounts


@mastodon.get("/.well-known/oauth-authorization-server")
def metadata() -> Answer:
    host = f"{base()}/mastodon"
    return {
        "issuer": host, "authorization_endpoint": f"{host}/oauth/authorize", "token_endpoint": f"{host}/oauth/token",
        "revocation_endpoint": f"{host}/oauth/revoke", "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["read", "write", *SCOPES], "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"], "app_registration_endpoint": f"{host}/api/v1/apps",
    }  # fmt: skip


@mastodon.get("/api/v2/instance")
@call("instance")
def instance() -> Answer:
    """A server's administrator may choose other limits: the setting `mastodon_limits`."""
    chosen = json.loads(store().setting("mastodon_limits", "{}"))
    return {
        "domain": request.host, "title": "Övningsservern", "version": "4.4.0", "api_versions": {"mastodon": 6},
        "source_url": "", "description": "", "usage": {"users": {"active_month": 1}}, "languages": ["sv"],
        "configuration": {
            "statuses": {
                "max_characters": chosen.get("characters", CHARACTERS), "characters_reserved_per_url": LINK,
                "max_media_attachments": chosen.get("pictures", PICTURES),
            },
            "media_attachments": {
                "description_limit": DESCRIPTION, "image_size_limit": BYTES["picture"],
                "video_size_limit": BYTES["film"], "supported_mime_types": ["image/jpeg", "image/png", "video/mp4"],
            },
        },
        "rules": [],
    }  # fmt: skip


@mastodon.get("/api/v1/apps/verify_credentials")
@call("app")
def app_credentials() -> Answer:
    token = caller("app", "read")
    found = store().get("mastodon", "app", token.data["client"])
    return told_app(found) if found else {}


@mastodon.get("/api/v1/accounts/verify_credentials")
@call("me")
def me() -> Answer:
    token = caller("me", "read:accounts")
    return told_account(owner(token)) | {
        "source": {"privacy": "public", "language": "sv", "note": "", "fields": []}
    }


def owner(token: Token) -> Account:
    return store().account("mastodon", token.account) or gone()


def gone() -> Account:
    raise missing()


def told_account(account: Account) -> dict[str, Any]:
    host = f"{base()}/mastodon"
    posts = store().published("mastodon", "post", account.id, limit=1)
    return {
        "id": account.id, "username": account.handle, "acct": account.handle, "display_name": account.name,
        "locked": False, "bot": False, "created_at": as_time(0), "note": "", "url": f"{host}/@{account.handle}",
        "uri": f"{host}/users/{account.handle}", "avatar": "", "avatar_static": "", "header": "", "header_static": "",
        "followers_count": 0, "following_count": 0, "statuses_count": len(posts), "emojis": [], "fields": [],
    }  # fmt: skip


@mastodon.get("/api/v1/accounts/<id>/statuses")
@call("statuses")
def statuses(id: str) -> Answer:
    caller("statuses", "read:statuses")
    account = store().account("mastodon", id) or gone()
    found = store().published("mastodon", "post", id, until=faults.visible_until())
    most = int(request.args.get("max_id", 1 << 63))
    least = int(request.args.get("since_id") or request.args.get("min_id") or 0)
    page = [post for post in found if least < int(post.id) < most]
    if request.args.get("only_media") == "true":
        page = [post for post in page if post.data["media"]]
    limit = min(int(request.args.get("limit", 20)), 40)
    return jsonify([told_post(post, account) for post in page[:limit]])


# -- media


@mastodon.post("/api/v1/media")
@call("media")
def old_media() -> Answer:
    """The older way, that answers when all is processed."""
    return told_media(upload(is_waited_for=True))


@mastodon.post("/api/v2/media")
@call("media")
def media() -> Answer:
    made = upload()
    return told_media(made), 202 if "processing" in made.data else 200


def upload(*, is_waited_for: bool = False) -> Thing:
    token = caller("media", "write:media")
    file, alt = request.files.get("file"), str(fields().get("description") or "")
    if file is None:
        raise invalid("File can't be blank")
    check_description(alt)
    try:
        kept = store().keep(file.stream)
    except NotMediaError as exc:
        raise invalid("File content type is invalid, File is invalid") from exc
    if kept.size > BYTES[kept.kind]:
        raise invalid(f"File file size must be less than {BYTES[kept.kind] // 1024**2} MB")
    with store().transaction():
        id = snowflake(store(), store().now())
        about: dict[str, Any] = {"item": shown(id, kept, alt), "size": [kept.width, kept.height]}
        if kept.kind == "film" and not is_waited_for:
            about["processing"] = processing.begin(store(), "mastodon")
        made = store().put("mastodon", "media", id, token.account, about)
        record("mastodon", "media", "staged", token.account, {"media": id}, media=[kept.sha256])
    return made


def check_description(alt: str) -> None:
    if len(alt) > DESCRIPTION:
        raise invalid(f"Description is too long (maximum is {DESCRIPTION} characters)")


def own_media(token: Token, id: str) -> Thing:
    found = store().get("mastodon", "media", id)
    is_kept = found and ("post" in found.data or found.created > store().now() - UNATTACHED_SECONDS)
    if found is None or found.account != token.account or not is_kept:
        raise missing()
    return found


@mastodon.get("/api/v1/media/<id>")
@call("media_status")
def media_status(id: str) -> Answer:
    found = own_media(caller("media_status", "write:media"), id)
    state = "ready"
    if film := found.data.get("processing"):
        state = processing.look(film, store().now())
        store().save(found)
    if state == "failed":
        raise refusal(422, "Error processing thumbnail for uploaded media")
    return told_media(found), 206 if state == "processing" else 200


@mastodon.put("/api/v1/media/<id>")
@call("media_update")
def media_update(id: str) -> Answer:
    token = caller("media_update", "write:media")
    alt = str(fields().get("description") or "")
    check_description(alt)
    with store().transaction():
        found = own_media(token, id)
        found.data["item"]["alt"] = alt
        store().save(found)
    return told_media(found)


@mastodon.delete("/api/v1/media/<id>")
@call("media_delete")
def media_delete(id: str) -> Answer:
    found = own_media(caller("media_delete", "write:media"), id)
    if "post" in found.data:
        raise refusal(422, "Media attachment is currently used by a status")
    store().remove(found)
    return {}


def told_media(found: Thing) -> dict[str, Any]:
    item = found.data["item"]
    is_ready = processing.state(found.data.get("processing"), store().now()) == "ready"
    url = f"{base()}/media/{item['sha256']}"
    width, height = found.data.get("size", [0, 0])
    return {
        "id": found.id, "type": "image" if item["kind"] == "picture" else "video", "url": url if is_ready else None,
        "preview_url": url, "remote_url": None, "text_url": None, "description": item["alt"] or None, "blurhash": None,
        "meta": {"original": {"width": width, "height": height}},
    }  # fmt: skip


# -- posts


@mastodon.post("/api/v1/statuses")
@call("post")
def post() -> Answer:
    token, sent = caller("post", "write:statuses"), fields()
    key = request.headers.get("Idempotency-Key", "")
    with store().transaction():
        made = said_before(token.account, key) or publish(token, sent, key)
    return told_post(made, owner(token))


def said_before(account: str, key: str) -> Thing | None:
    """The post that the same key made within the hour."""
    kept = store().get("mastodon", "key", f"{account} {key}") if key else None
    if kept is None or kept.created < store().now() - KEY_SECONDS:
        return None
    return store().get("mastodon", "post", kept.data["post"]) or gone_post()


def gone_post() -> Thing:
    raise missing()


def publish(token: Token, sent: dict[str, Any], key: str) -> Thing:
    text, ids = str(sent.get("status") or ""), sent.get("media_ids") or []
    if not text.strip() and not ids:
        raise invalid("Text can't be blank")
    if weigh(text) > CHARACTERS:
        raise invalid(f"Text character limit of {CHARACTERS} exceeded")
    answered = str(sent.get("in_reply_to_id") or "")
    parent = store().get("mastodon", "post", answered) if answered else None
    if answered and parent is None:
        raise refusal(404, "The status you are trying to reply to does not appear to exist")
    items = attachable(token.account, [str(id) for id in ids])
    now = store().now()
    visibility = str(sent.get("visibility") or "public")
    data = {
        "text": text, "said": text, "media": [item.data["item"] for item in items], "visibility": visibility,
        "language": str(sent.get("language") or "sv"), "reply_to": answered,
        "reply_to_account": parent.account if parent else "",
    }  # fmt: skip
    is_public = visibility in {"public", "unlisted"}
    made = store().put(
        "mastodon", "post", snowflake(store(), now), token.account, data,
        public_at=now if is_public else None, created=now,
    )  # fmt: skip
    attach(made, items, key)
    return made


def attach(made: Thing, items: list[Thing], key: str) -> None:
    for item in items:
        item.data["post"] = made.id
        store().save(item)
    if key:
        id = f"{made.account} {key}"
        if old := store().get("mastodon", "key", id):
            store().remove(old)
        store().put("mastodon", "key", id, made.account, {"post": made.id})
    ids = {"post": made.id, "media": ",".join(item.id for item in items)}
    pictures = [item.data["item"]["sha256"] for item in items]
    effect = "public" if made.public_at else "staged"
    record("mastodon", "post", effect, made.account, ids, text=made.data["text"], media=pictures)


def attachable(account: str, ids: list[str]) -> list[Thing]:
    if len(ids) > PICTURES:
        raise invalid("Cannot attach more than 4 files")
    found = [store().get("mastodon", "media", id) for id in ids]
    items = [item for item in found if item and item.account == account and "post" not in item.data]
    if len(items) < len(ids):
        raise invalid("Media not found or already attached to another post")
    if any(item.data["item"]["kind"] == "film" for item in items) and len(items) > 1:
        raise invalid("Cannot attach a video to a post that already contains images")
    states = [processing.state(item.data.get("processing"), store().now()) for item in items]
    if "failed" in states or "processing" in states:
        raise refusal(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    return items


def weigh(text: str) -> int:
    short = MENTION.sub(r"@\1", URL.sub("." * LINK, text))
    return len(regex.findall(r"\X", short))


@mastodon.get("/api/v1/statuses/<id>")
@call("status")
def status(id: str) -> Answer:
    token = caller("status", "read:statuses")
    found = visible(token, id)
    return told_post(found, store().account("mastodon", found.account) or gone())


@mastodon.get("/api/v1/statuses/<id>/context")
@call("context")
def context(id: str) -> Answer:
    """What was answered to it, oldest first."""
    token = caller("context", "read:statuses")
    visible(token, id)
    answers = [
        told_post(found, account)
        for account in store().accounts("mastodon")
        for found in reversed(store().published("mastodon", "post", account.id))
        if found.data.get("reply_to") == id
    ]
    return {"ancestors": [], "descendants": answers}


def visible(token: Token, id: str) -> Thing:
    found = store().get("mastodon", "post", id)
    if found is None or (found.public_at is None and found.account != token.account):
        raise missing()
    return found


@mastodon.delete("/api/v1/statuses/<id>")
@call("delete")
def delete(id: str) -> Answer:
    token = caller("delete", "write:statuses")
    with store().transaction():
        found = store().get("mastodon", "post", id)
        if found is None or found.account != token.account:
            raise missing()
        store().remove(found)
        let_go_of_answers(id)
        record("mastodon", "delete", "removed", token.account, {"post": id})
    return told_post(found, owner(token)) | {"text": found.data["text"]}


def let_go_of_answers(id: str) -> None:
    """They stay, and only know whose post they answered."""
    for account in store().accounts("mastodon"):
        for answer in store().things("mastodon", "post", account.id):
            if answer.data.get("reply_to") == id:
                answer.data["reply_to"] = ""
                store().save(answer)


def told_post(found: Thing, account: Account) -> dict[str, Any]:
    host, media = (
        f"{base()}/mastodon",
        [store().get("mastodon", "media", item["id"]) for item in found.data["media"]],
    )
    return {
        "id": found.id, "created_at": as_time(found.created), "in_reply_to_id": found.data.get("reply_to") or None,
        "in_reply_to_account_id": found.data.get("reply_to_account") or None, "sensitive": False, "spoiler_text": "",
        "visibility": found.data.get("visibility", "public"), "language": found.data.get("language", "sv"),
        "uri": f"{host}/users/{account.handle}/statuses/{found.id}", "url": f"{host}/@{account.handle}/{found.id}",
        "replies_count": liking.comments(found), "reblogs_count": 0, "favourites_count": liking.likes(found),
        "edited_at": None, "reblog": None,
        "content": as_html(found.data["text"]), "application": {"name": "Seko Social", "website": None},
        "account": told_account(account), "media_attachments": [told_media(item) for item in media if item],
        "mentions": [], "tags": [], "emojis": [], "card": None, "poll": None,
    }  # fmt: skip


def as_html(text: str) -> str:
    """As Mastodon writes it: links shortened for the eye only, mentions without their server."""
    paragraphs = re.split(r"\n{2,}", text.strip().replace("\r\n", "\n"))
    return "".join(f"<p>{marked(paragraph)}</p>" for paragraph in paragraphs)


def marked(paragraph: str) -> str:
    told, at = "", 0
    for found in URL.finditer(paragraph):
        told += with_mentions(paragraph[at : found.start()]) + link(found[0])
        at = found.end()
    return (told + with_mentions(paragraph[at:])).replace("\n", "<br />")


def with_mentions(words: str) -> str:
    return MENTION.sub(
        r'<span class="h-card" translate="no"><a href="https://\2/@\1" class="u-url mention">@<span>\1</span></a></span>',
        html.escape(words, quote=False),
    )


def link(url: str) -> str:
    scheme, rest = re.match(r"(https?://(?:www\.)?)(.*)", url, re.IGNORECASE).groups()  # type: ignore[union-attr]
    seen, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}</span><span class="{"ellipsis" if hidden else ""}">{seen}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )
