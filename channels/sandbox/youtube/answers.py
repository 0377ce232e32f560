"""What every call to YouTube shares: who calls, the quota, its errors, and the parts that were asked for."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, people
from channels.sandbox.context import RefusedError, bearer, store
from channels.sandbox.store import GOOGLE, Thing, Token

QUOTA = {"insert": 100, "other": 10_000}  # Quota page: videos.insert has a bucket of its own
QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
PARTS = {
    "id", "snippet", "status", "contentDetails", "processingDetails", "fileDetails", "statistics", "player",
    "localizations", "recordingDetails", "paidProductPlacementDetails",
}  # fmt: skip
UPLOAD = {GOOGLE + "youtube.upload", GOOGLE + "youtube", GOOGLE + "youtube.force-ssl"}
MANAGE = {GOOGLE + "youtube", GOOGLE + "youtube.force-ssl"}
READ = MANAGE | {GOOGLE + "youtube.readonly"}
CAPTIONS = COMMENT = {GOOGLE + "youtube.force-ssl"}

youtube = Blueprint("youtube", __name__, url_prefix="/google")

Answer = ResponseReturnValue


def refused(
    status: int, reason: str, message: str, *, domain: str = "youtube.video", brief: str = "", **more: str
) -> RefusedError:
    """Google's error envelope; `more` joins the first error (location, locationType)."""
    names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
    error: dict[str, Any] = {
        "code": status, "message": message,
        "errors": [{"message": brief or message, "domain": domain, "reason": reason, **more}],
    }  # fmt: skip
    if status in names and domain == "global":
        error["status"] = names[status]
    answer = jsonify({"error": error})
    answer.status_code = status
    return RefusedError(answer)


def bad_credentials(_: object = None) -> RefusedError:
    return refused(
        401, "authError",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential.",
        domain="global", location="Authorization", locationType="header", brief="Invalid Credentials",
    )  # fmt: skip


def no_scope(_: object = None) -> RefusedError:
    refusal = refused(
        403, "insufficientPermissions", "Request had insufficient authentication scopes.", domain="global",
        brief="Insufficient Permission",
    )  # fmt: skip
    body = refusal.response.get_json()
    body["error"]["details"] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com", "metadata": {"service": "youtube.googleapis.com"},
        }
    ]  # fmt: skip
    refusal.response.set_data(json.dumps(body))
    refusal.response.headers["WWW-Authenticate"] = (
        'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
    )
    return refusal


def no_channel() -> RefusedError:
    return refused(
        401, "youtubeSignupRequired", "Unauthorized", domain="youtube.header", location="Authorization",
        locationType="header",
    )  # fmt: skip


def dead_grant(_: object = None) -> RefusedError:
    return consent.token_refused(400, "invalid_grant", "Token has been expired or revoked.")


def out_of_quota(_: object = None) -> RefusedError:
    message = (
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
        "quota</a>."
    )
    return refused(403, "quotaExceeded", message, domain="youtube.quota")


def unacceptable(_: object = None) -> RefusedError:
    return refused(
        400, "invalidVideoMetadata", "The request metadata is invalid.", location="body", locationType="other"
    )


def outage(rule: faults.Rule) -> RefusedError:
    return refused(rule.status, "backendError", "Backend Error", domain="global")


def not_found(id: str) -> RefusedError:
    return refused(
        404, "videoNotFound", f"The video that you are trying to reach cannot be found: {id}", location="id",
        locationType="parameter",
    )  # fmt: skip


def bad_field(reason: str, message: str) -> RefusedError:
    return refused(
        400,
        reason,
        message,
        location=f"body.snippet.{reason.removeprefix('invalid').lower()}",
        locationType="other",
    )


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": out_of_quota,
    "expired_token": bad_credentials,
    "forbidden": no_scope,
    "out_of_credit": unacceptable,
    "refuse": unacceptable,
    "duplicate": unacceptable,
}
call = faults.calls("youtube", ANSWERS)
# The token endpoint has bodies of its own (OAuth 2.0 for web servers).
at_token = faults.calls("youtube", {**ANSWERS, "expired_token": dead_grant, "refuse": dead_grant})


def caller(allowed: set[str], cost: int = 1, bucket: str = "other") -> Token:
    """Who calls, if the token is good, has one of the scopes and there is quota left."""
    token = consent.alive("youtube", ["access"], bearer() or request.args.get("access_token", ""))
    if token is None:
        raise bad_credentials()
    spend(cost, bucket)
    if not allowed & set(token.scopes):
        raise no_scope()
    check_state(token)
    return token


CLOSED = {
    "closed": ("channelClosed", "The channel specified in the request has been closed."),
    "suspended": ("channelSuspended", "The channel specified in the request has been suspended."),
    "locked": ("authenticatedUserAccountSuspended", "The authenticated user's YouTube account is suspended."),
}


def check_state(token: Token) -> None:
    """A closed or suspended channel does nothing; an account without a channel may only ask whether it has one."""
    if state := facts_of(token)["state"]:
        raise refused(403, *CLOSED[state], domain="youtube.channel")


def facts_of(token: Token) -> dict[str, Any]:
    account = store().account("youtube", token.account)
    return people.facts(store(), account) if account else people.USUAL


def channel_caller(allowed: set[str], cost: int = 1, bucket: str = "other") -> Token:
    """The same for calls that need a channel."""
    token = caller(allowed, cost, bucket)
    if not facts_of(token)["has_channel"]:
        raise no_channel()
    return token


def spend(cost: int, bucket: str) -> None:
    """The quota is the application's, and starts anew at midnight in California."""
    day = datetime.fromtimestamp(store().now(), QUOTA_ZONE).date()
    used = store().count(f"youtube {bucket} {day}", by=cost)
    if used > QUOTA[bucket] and store().setting("limits", "on") == "on":
        raise out_of_quota()


def parts(allowed: set[str] = PARTS) -> list[str]:
    asked = [part for value in request.args.getlist("part") for part in value.split(",") if part]
    if not asked:
        raise refused(400, "missingRequiredParameter", "No filter selected. Expected: part", domain="global",
                      location="part", locationType="parameter")  # fmt: skip
    if unknown := sorted(set(asked) - allowed):
        raise refused(400, "unknownPart", f"'{unknown[0]}'", domain="youtube.part", location="part",
                      locationType="parameter")  # fmt: skip
    return asked


def own_film(id: str, channel: str) -> Thing:
    film = store().get("youtube", "video", id)
    if film is None:
        raise not_found(id)
    if film.account != channel:
        raise refused(403, "forbidden", "The request might not be properly authorized.")
    return film


def whole(name: str, default: int) -> int:
    given = request.args.get(name) or str(default)
    if not given.isdigit():
        raise refused(400, "invalidParameter", f"Invalid value '{given}'.", domain="global", location=name,
                      locationType="parameter")  # fmt: skip
    return int(given)
