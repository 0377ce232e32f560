"""
One server of the AT Protocol, as far as an account needs it: sessions, blobs, records in its repository, reading back.

Facts: atproto.com, HTTP API (XRPC) and Blob specifications; lexicons com.atproto.* and app.bsky.*; error names and
sentences as @atproto/pds 0.4.217 gives them. Read 2026-11-25.
"""

import base64
import hashlib
import io
import json
import re
import secrets
from datetime import UTC, datetime
from math import ceil
from typing import Any

import regex
from flask import Blueprint, Response, g, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, liking
from channels.sandbox.apps import BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD
from channels.sandbox.context import RefusedError, base, bearer, json_body, part_of, record, store
from channels.sandbox.history import shown
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Account, Store, Thing, Token

POST = "app.bsky.feed.post"
APP_PASSWORD, FULL_ACCESS = "com.atproto.appPass", "com.atproto.access"
ACCESS_SECONDS, REFRESH_SECONDS = 2 * 3600, 90 * 24 * 3600
GRAPHEMES, BYTES, PICTURES = 300, 3000, 4
PICTURE_BYTES, FILM_BYTES = 1_000_000, 100_000_000
LIMIT, WINDOW = 3000, 300  # Rate limits: calls by address and five minutes; writing has points of its own
KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
AT_URI = re.compile(rf"at://([^/]+)/{re.escape(POST)}/({KEY.pattern})")
ASKED_AT_ONCE = 25

bluesky = Blueprint("bluesky", __name__, url_prefix="/bluesky")

Answer = ResponseReturnValue


# -- refusals


def refusal(status: int, error: str, message: str) -> RefusedError:
    answer = jsonify({"error": error, "message": message})
    answer.status_code = status
    return RefusedError(answer)


def invalid(message: str, error: str = "InvalidRequest") -> RefusedError:
    return refusal(400, error, message)


def expired(_: object = None) -> RefusedError:
    return refusal(400, "ExpiredToken", "Token has expired")


def throttled(rule: faults.Rule) -> RefusedError:
    answer = refusal(429, "RateLimitExceeded", "Rate Limit Exceeded")
    set_limit(answer.response, 0, store().now() + (900 if rule.seconds is None else rule.seconds))
    return answer


ANSWERS: faults.Answers = {
    "error": lambda rule: refusal(rule.status, "InternalServerError", "Internal Server Error"),
    "rate_limited": throttled,
    "expired_token": expired,
    "forbidden": lambda rule: invalid("Bad token scope", "InvalidToken"),
    "out_of_credit": lambda rule: invalid("Invalid app.bsky.feed.post record: not acceptable"),
    "refuse": lambda rule: invalid("Invalid app.bsky.feed.post record: not acceptable"),
    "duplicate": lambda rule: invalid("Record was at bafyreiovning", "InvalidSwap"),
}
call = faults.calls("bluesky", ANSWERS)


# -- who calls, and how often


def caller() -> Token:
    if not bearer():
        raise refusal(401, "AuthMissing", "Authentication Required")
    token = store().token(bearer())
    if token is None or token.platform != "bluesky" or token.kind != "access":
        raise invalid("Token could not be verified", "InvalidToken")
    if consent.alive("bluesky", ["access"], token.value) is None:
        raise expired()
    return token


@bluesky.after_request
def add_headers(response: Response) -> Response:
    if rule := g.get("limit_reached"):
        set_limit(response, 0, store().now() + (900 if rule.seconds is None else rule.seconds))
    if "RateLimit-Limit" not in response.headers:
        set_limit(response, LIMIT - 1, (store().now() // WINDOW + 1) * WINDOW)
    return response


def set_limit(response: Response, remaining: int, reset: float) -> None:
    for name, value in (("Limit", LIMIT), ("Remaining", remaining), ("Reset", ceil(reset))):
        response.headers[f"RateLimit-{name}"] = str(value)
    response.headers["RateLimit-Policy"] = f"{LIMIT};w={WINDOW}"


# -- sessions


@bluesky.post("/xrpc/com.atproto.server.createSession")
@call("create_session")
def create_session() -> Answer:
    """The two passwords are the same for all accounts, and stand on the sandbox's pages."""
    body = json_body()
    scope = {BLUESKY_APP_PASSWORD: APP_PASSWORD, BLUESKY_PASSWORD: FULL_ACCESS}.get(
        str(body.get("password", ""))
    )
    account = named(str(body.get("identifier", ""))) if scope else None
    if account is None or scope is None:
        raise refusal(401, "AuthenticationRequired", "Invalid identifier or password")
    return session(account, scope)


def named(name: str) -> Account | None:
    """By name or id. The first name that signs in to an empty sandbox gets an account."""
    name = name.strip().removeprefix("@")
    found = store().account_by_handle("bluesky", name) or store().account("bluesky", name)
    if found is None and not store().accounts("bluesky") and "." in name:
        return store().add_account("bluesky", *consent.FIRST["bluesky"][:2], name.lower())
    return found


def session(account: Account, scope: str) -> dict[str, Any]:
    return told_session(account) | pair(store(), account, scope)


def pair(kept: Store, account: Account, scope: str) -> dict[str, str]:
    access = kept.mint(
        "bluesky", "access", account.id, [scope], prefix=jwt_head(kept, account, scope, ACCESS_SECONDS),
        seconds=ACCESS_SECONDS,
    )  # fmt: skip
    refresh = kept.mint(
        "bluesky", "refresh", account.id, [scope], prefix=jwt_head(kept, account, "com.atproto.refresh", REFRESH_SECONDS),
        seconds=REFRESH_SECONDS,
    )  # fmt: skip
    return {"accessJwt": access, "refreshJwt": refresh}


def jwt_head(kept: Store, account: Account, scope: str, seconds: int) -> str:
    """All of a JWT but its signature, for which any secret will do here."""
    now = int(kept.now())
    claims = {
        "scope": scope,
        "sub": account.id,
        "iat": now,
        "exp": now + seconds,
        "aud": "did:web:ovning.test",
    }
    parts = ({"typ": "at+jwt", "alg": "HS256"}, claims | {"jti": secrets.token_hex(16)})
    return "".join(
        f"{base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip('=')}." for part in parts
    )


def told_session(account: Account) -> dict[str, Any]:
    return {"did": account.id, "handle": account.handle, "active": True, "didDoc": did_document(account)}


def did_document(account: Account) -> dict[str, Any]:
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": f"{base()}/bluesky",
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1"], "id": account.id, "alsoKnownAs": [f"at://{account.handle}"],
        "verificationMethod": [], "service": [service],
    }  # fmt: skip


@bluesky.post("/xrpc/com.atproto.server.refreshSession")
@call("token")
def refresh_session() -> Answer:
    """A refresh token works once."""
    known = store().token(bearer())
    if known is None or known.platform != "bluesky" or known.kind != "refresh":
        raise invalid("Token could not be verified", "InvalidToken")
    with store().transaction():
        old = consent.alive("bluesky", ["refresh"], bearer())
        if old is None or not store().use_up(old.value):
            raise expired()
        account = owner(old)
        return session(account, old.scopes[0])


@bluesky.get("/xrpc/com.atproto.server.getSession")
@call("session")
def get_session() -> Answer:
    return told_session(owner(caller()))


@bluesky.post("/xrpc/com.atproto.server.deleteSession")
@call("revoke")
def delete_session() -> Answer:
    """Access tokens are not kept by the server: they go on until they end by themselves."""
    found = store().token(bearer())
    if found is None or found.kind != "refresh":
        raise invalid("Token could not be verified", "InvalidToken")
    store().use_up(found.value)
    return "", 200


def owner(token: Token) -> Account:
    account = store().account("bluesky", token.account)
    if account is None:
        raise invalid(f"Could not find repo: {token.account}", "RepoNotFound")
    return account


def connect(kept: Store, host: str, did: str, handle: str, name: str) -> dict[str, Any]:
    """An account and a session of it, as if somebody had signed in with an app password."""
    account = kept.add_account("bluesky", did, name, handle)
    given = pair(kept, account, APP_PASSWORD)
    return {
        "host": host, "access_token": given["accessJwt"], "refresh_token": given["refreshJwt"],
        "expires_in": ACCESS_SECONDS,
    }  # fmt: skip


@bluesky.get("/xrpc/com.atproto.server.describeServer")
def describe_server() -> Answer:
    return {"did": "did:web:ovning.test", "availableUserDomains": [".test"], "inviteCodeRequired": True}


@bluesky.get("/xrpc/com.atproto.identity.resolveHandle")
def resolve_handle() -> Answer:
    account = store().account_by_handle("bluesky", request.args.get("handle", ""))
    if account is None:
        raise invalid("Unable to resolve handle")
    return {"did": account.id}


@bluesky.get("/xrpc/app.bsky.actor.getProfile")
@call("profile")
def get_profile() -> Answer:
    caller()
    account = named(request.args.get("actor", ""))
    if account is None:
        raise invalid("Profile not found")
    posts = store().published("bluesky", "post", account.id)
    return {
        "did": account.id, "handle": account.handle, "displayName": account.name, "followersCount": 0,
        "followsCount": 0, "postsCount": len(posts), "labels": [],
    }  # fmt: skip


# -- blobs


@bluesky.post("/xrpc/com.atproto.repo.uploadBlob")
@call("upload_blob")
def upload_blob() -> Answer:
    token = caller()
    try:
        kept = store().keep(request.stream)
    except NotMediaError as exc:
        raise invalid("The file is no picture and no film", "InvalidMimeType") from exc
    cid = raw_cid(bytes.fromhex(kept.sha256))
    with store().transaction():
        if store().get("bluesky", "blob", f"{token.account} {cid}") is None:
            about = {"item": shown(cid, kept, ""), "size": kept.size, "type": kept.content_type}
            store().put("bluesky", "blob", f"{token.account} {cid}", token.account, about)
        record("bluesky", "upload_blob", "staged", token.account, {"blob": cid}, media=[kept.sha256])
    return {
        "blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": kept.content_type, "size": kept.size}
    }


def raw_cid(digest: bytes) -> str:
    """A CID of version 1 over raw bytes: their SHA-256 in base32."""
    return cid_of(0x55, digest)


def cid_of(codec: int, digest: bytes) -> str:
    return "b" + base64.b32encode(bytes([1, codec, 0x12, 32]) + digest).decode().lower().rstrip("=")


@bluesky.get("/xrpc/com.atproto.sync.getBlob")
@call("get_blob")
def get_blob() -> Answer:
    """Only what is in a record."""
    blob = store().get("bluesky", "blob", f"{request.args.get('did', '')} {request.args.get('cid', '')}")
    if blob is None or "post" not in blob.data:
        raise invalid("Blob not found", "BlobNotFound")
    path = store().media_path(blob.data["item"]["sha256"])
    return send_file(io.BytesIO(path.read_bytes()), mimetype=blob.data["type"])


# -- records


@bluesky.post("/xrpc/com.atproto.repo.putRecord")
@call("put_record")
def put_record() -> Answer:
    """Writing once more what is there already changes nothing."""
    token, body = caller(), json_body()
    key = str(body.get("rkey", ""))
    with store().transaction():
        found = store().get("bluesky", "post", f"{token.account} {key}")
        told = part_of(body, "record")
        if "swapRecord" in body and (found and cid(found.data["record"])) != body["swapRecord"]:
            raise invalid("Record was at another version", "InvalidSwap")
        if found and found.data["record"] == told:
            return told_record(found)
        return written(token, body, key, found)


@bluesky.post("/xrpc/com.atproto.repo.createRecord")
@call("create_record")
def create_record() -> Answer:
    token, body = caller(), json_body()
    key = str(body.get("rkey") or new_key())
    with store().transaction():
        if store().get("bluesky", "post", f"{token.account} {key}"):
            raise refusal(500, "InternalServerError", "Internal Server Error")
        return written(token, body, key, None)


def written(token: Token, body: dict[str, Any], key: str, old: Thing | None) -> dict[str, Any]:
    account = own_repo(token, body)
    if body.get("collection") != POST:
        raise invalid("The sandbox keeps posts only")
    if not KEY.fullmatch(key):
        raise invalid("Invalid record key")
    told, now = part_of(body, "record"), store().now()
    items = checked(account.id, told)
    about = {"record": told, "text": told["text"], "said": told["text"], "media": items, "key": key}
    if old:
        store().remove(old)
    made = store().put(
        "bluesky", "post", f"{account.id} {key}", account.id, about, public_at=now, created=now
    )
    refer(account.id, items, made)
    ids = {"post": key, "media": ",".join(item["id"] for item in items)}
    pictures = [item["sha256"] for item in items]
    call_name = "put_record" if request.path.endswith("putRecord") else "create_record"
    effect = "changed" if old else "public"
    record("bluesky", call_name, effect, account.id, ids, text=told["text"], media=pictures)
    return told_record(made)


def refer(account: str, items: list[dict[str, Any]], made: Thing) -> None:
    for item in items:
        if blob := store().get("bluesky", "blob", f"{account} {item['id']}"):
            blob.data["post"] = made.id
            store().save(blob)


def own_repo(token: Token, body: dict[str, Any]) -> Account:
    account = owner(token)
    if body.get("repo") not in {account.id, account.handle}:
        raise refusal(401, "AuthenticationRequired", "Authentication Required")
    return account


def new_key() -> str:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    number = int(store().now() * 1_000_000) << 10 | secrets.randbelow(1024)
    return "".join(letters[number >> shift & 31] for shift in range(60, -1, -5))


def checked(account: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """The media in the record, if the record is one that the lexicon lets through."""
    text = told.get("text")
    if told.get("$type") != POST or not isinstance(text, str):
        raise broken('Missing required key "text" at $.record')
    if len(text.encode()) > BYTES:
        raise broken(f"string too big (maximum {BYTES}, got {len(text.encode())}) at $.record.text")
    if (letters := len(regex.findall(r"\X", text))) > GRAPHEMES:
        raise broken(f"grapheme too big (maximum {GRAPHEMES}, got {letters}) at $.record.text")
    try:
        datetime.fromisoformat(str(told.get("createdAt"))).astimezone(UTC)
    except ValueError as exc:
        raise broken("Invalid datetime at $.record.createdAt") from exc
    check_facets(text.encode(), told)
    return embedded(account, part_of(told, "embed"))


def broken(why: str) -> RefusedError:
    return invalid(f"Invalid {POST} record: {why}")


def check_facets(text: bytes, told: dict[str, Any]) -> None:
    """Places are counted in bytes of UTF-8, and lie between letters."""
    for facet in told.get("facets", []):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not 0 <= start < end <= len(text):
            raise broken("a facet is not within the text at $.record.facets")
        try:
            text[start:end].decode()
        except UnicodeDecodeError as exc:
            raise broken("a facet cuts a letter in two at $.record.facets") from exc


def embedded(account: str, embed: dict[str, Any]) -> list[dict[str, Any]]:
    kind = embed.get("$type", "")
    if kind == "app.bsky.embed.video":
        return [medium(account, embed.get("video"), embed.get("alt", ""), "film", FILM_BYTES)]
    if kind != "app.bsky.embed.images":
        return []
    images = embed.get("images", [])
    if len(images) > PICTURES:
        raise broken(f"array too big (maximum {PICTURES}, got {len(images)}) at $.record.embed.images")
    if not all("alt" in image for image in images):
        raise broken('Missing required key "alt" at $.record.embed.images[0]')
    return [medium(account, image.get("image"), image["alt"], "picture", PICTURE_BYTES) for image in images]


def medium(account: str, ref: Any, alt: str, kind: str, most: int) -> dict[str, Any]:
    if not isinstance(ref, dict) or ref.get("$type") != "blob":
        raise broken("no blob at $.record.embed")
    link = part_of(ref, "ref").get("$link", "")
    blob = store().get("bluesky", "blob", f"{account} {link}")
    if blob is None:
        raise invalid(f"Could not find blob: {link}", "BlobNotFound")
    if blob.data["size"] > most:
        raise broken(
            f"blob too big (maximum {most}, got {blob.data['size']}) at $.record.embed.images[0].image"
        )
    item: dict[str, Any] = blob.data["item"]
    if item["kind"] != kind or ref.get("mimeType") != blob.data["type"]:
        raise invalid("Referenced Mimetype does not match stored blob.", "InvalidMimeType")
    return item | {"alt": alt}


def told_record(found: Thing) -> dict[str, Any]:
    return {"uri": uri(found), "cid": cid(found.data["record"]), "validationStatus": "valid"}


def uri(found: Thing) -> str:
    return f"at://{found.account}/{POST}/{found.data['key']}"


def cid(told: dict[str, Any]) -> str:
    """Its own for each content, though made of JSON and not of CBOR."""
    return cid_of(0x71, hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest())


@bluesky.get("/xrpc/com.atproto.repo.getRecord")
@call("get_record")
def get_record() -> Answer:
    """Open to everybody, as all of a repository is."""
    account = named_repo(request.args.get("repo", ""))
    collection, key = request.args.get("collection", ""), request.args.get("rkey", "")
    if (collection, key) == ("app.bsky.actor.profile", "self"):
        profile = {"$type": collection, "displayName": account.name}
        return {"uri": f"at://{account.id}/{collection}/{key}", "cid": cid(profile), "value": profile}
    found = store().get("bluesky", "post", f"{account.id} {key}") if collection == POST else None
    if found is None:
        raise invalid(f"Could not locate record: at://{account.id}/{collection}/{key}", "RecordNotFound")
    return {"uri": uri(found), "cid": cid(found.data["record"]), "value": found.data["record"]}


def named_repo(name: str) -> Account:
    found = store().account_by_handle("bluesky", name) or store().account("bluesky", name)
    if found is None:
        raise invalid(f"Could not find repo: {name}", "RepoNotFound")
    return found


@bluesky.get("/xrpc/com.atproto.repo.listRecords")
@call("list_records")
def list_records() -> Answer:
    """Newest key first."""
    account = named_repo(request.args.get("repo", ""))
    found = store().published("bluesky", "post", account.id, until=faults.visible_until())
    before = request.args.get("cursor") or "~"
    page = sorted(
        (post for post in found if post.data["key"] < before), key=lambda post: post.data["key"], reverse=True
    )
    page = page[: min(request.args.get("limit", 50, type=int), 100)]
    records = [
        {"uri": uri(post), "cid": cid(post.data["record"]), "value": post.data["record"]} for post in page
    ]
    return {"records": records} | ({"cursor": page[-1].data["key"]} if page else {})


@bluesky.get("/xrpc/app.bsky.feed.getPosts")
@call("get_posts")
def get_posts() -> Answer:
    """What the network's view knows of posts, of any account; without those that are gone."""
    caller()
    uris = request.args.getlist("uris")
    if not 0 < len(uris) <= ASKED_AT_ONCE:
        raise invalid(f"Error: Params must have the property uris with 1 to {ASKED_AT_ONCE} of them")
    places = [AT_URI.fullmatch(uri) or not_an_address(uri) for uri in uris]
    found = [store().get("bluesky", "post", f"{place[1]} {place[2]}") for place in places]
    return {"posts": [viewed(post) for post in found if post]}


def not_an_address(uri: str) -> re.Match[str]:
    raise invalid(f"Error: uris must be a valid at-uri: {uri}")


def viewed(post: Thing) -> dict[str, Any]:
    account = store().account("bluesky", post.account)
    return {
        "uri": uri(post), "cid": cid(post.data["record"]), "record": post.data["record"], "labels": [],
        "author": {"did": post.account, "handle": account.handle if account else ""},
        "indexedAt": datetime.fromtimestamp(post.created, UTC).isoformat(timespec="milliseconds"),
        "likeCount": liking.likes(post), "replyCount": liking.comments(post, uri(post)), "repostCount": 0,
        "quoteCount": 0,
    }  # fmt: skip


@bluesky.post("/xrpc/com.atproto.repo.deleteRecord")
@call("delete_record")
def delete_record() -> Answer:
    """What is not there is deleted already."""
    token, body = caller(), json_body()
    account, key = own_repo(token, body), str(body.get("rkey", ""))
    with store().transaction():
        if found := store().get("bluesky", "post", f"{account.id} {key}"):
            store().remove(found)
            record("bluesky", "delete_record", "removed", account.id, {"post": key})
    return {}
