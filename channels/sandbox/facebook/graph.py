"""What every call to Graph shares: parameters in any form, who calls, errors, and what the headers tell of use."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import quote

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import faults, people
from channels.sandbox.context import RefusedError, bearer, json_body, store
from channels.sandbox.graph_fields import choose
from channels.sandbox.store import APPS, Thing, Token

VERSION = "v26.0"
APP_TOKEN = "|".join(APPS["facebook"])
"""With it the application calls in its own name."""
PAGE_OF_LIST, MOST_OF_LIST = 25, 100  # Page posts reference

facebook = Blueprint("facebook", __name__, url_prefix="/facebook")

Answer = ResponseReturnValue


def refused(
    code: int, message: str, *, status: int = 400, subcode: int | None = None, kind: str = "OAuthException", **more: Any
) -> RefusedError:  # fmt: skip
    """Graph's error envelope."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    answer = jsonify({"error": error | more | {"fbtrace_id": "A" + secrets.token_urlsafe(16)}})
    answer.status_code = status
    return RefusedError(answer)


def missing(id: str, verb: str = "get") -> RefusedError:
    return refused(
        100,
        f"Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def expired(_: object = None) -> RefusedError:
    ended = datetime.fromtimestamp(store().now(), UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
    return refused(190, f"Error validating access token: Session has expired on {ended}.", subcode=463)


def outage(rule: faults.Rule) -> RefusedError:
    if rule.status == 500:
        return refused(1, "An unknown error occurred", status=500, is_transient=False)
    return refused(2, "(#2) Service temporarily unavailable", status=rule.status, is_transient=True)


def throttled(rule: faults.Rule) -> RefusedError:
    if rule.code == 4 or rule.pool == "app":
        refusal = refused(4, "(#4) Application request limit reached")
        refusal.response.headers["X-App-Usage"] = usage(100)
        return refusal
    if rule.code == 32:
        refusal = refused(32, "(#32) Page request limit reached")
        refusal.response.headers["X-App-Usage"] = usage(100)
        return refusal
    refusal = refused(
        rule.code or 80001,
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
        subcode=2446079,
    )
    refusal.response.headers["X-Business-Use-Case-Usage"] = page_usage(100, minutes_of(rule))
    return refusal


def forbidden(_: object = None) -> RefusedError:
    return refused(
        200,
        "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin "
        "with sufficient administrative permission",
        status=403,
    )


def unacceptable(_: object = None) -> RefusedError:
    return refused(
        368,
        "The action attempted has been deemed abusive or is otherwise disallowed",
        subcode=1346003,
        error_user_title="Content not allowed",
        error_user_msg="Your post goes against our community standards.",
    )


def duplicate(_: object = None) -> RefusedError:
    return refused(
        506,
        "(#506) Duplicate status message",
        subcode=1455006,
        error_user_title="Duplicate Status Update",
        error_user_msg="This status update is identical to the last one you posted. "
        "Try posting something different, or delete your previous update.",
    )


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": throttled,
    "expired_token": expired,
    "forbidden": forbidden,
    "out_of_credit": unacceptable,
    "refuse": unacceptable,
    "duplicate": duplicate,
}
call = faults.calls("facebook", ANSWERS)


def params() -> dict[str, Any]:
    """Query, form and JSON body are all the same to Graph."""
    return {**request.args.to_dict(), **request.form.to_dict(), **json_body()}


def param(name: str) -> str:
    return str(params().get(name, ""))


def number(name: str, default: float) -> float:
    try:
        return float(param(name) or default)
    except ValueError as exc:
        raise refused(100, f"(#100) Param {name} must be an integer.") from exc


def truth(name: str, *, default: bool) -> bool:
    given = params().get(name)
    return default if given is None else str(given).lower() in {"true", "1"}


def nested(value: Any) -> Any:
    """Nested values travel as JSON strings in forms."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as exc:
        raise refused(100, "(#100) Invalid parameter") from exc


def caller() -> Token:
    """Who calls, by the token, or the platform's refusal."""
    value = param("access_token") or bearer()
    if not value:
        raise refused(104, "An access token is required to request this resource.")
    check_proof(value)
    if value == APP_TOKEN:
        raise refused(
            2500, "An active access token must be used to query information about the current user."
        )
    if value.startswith(f"{APPS['facebook'][0]}|"):
        raise refused(190, "Invalid OAuth access token signature.")
    token = store().token(value)
    if token is None or token.platform != "facebook" or token.kind not in {"page", "user"}:
        raise refused(190, "Invalid OAuth access token - Cannot parse access token")
    if subcode := end_of(token):
        raise dead(subcode)
    return token


def end_of(token: Token) -> int | None:
    """Why the token is no longer good, as Graph's subcode; None while it is."""
    about = people.person_facts(store(), people.giver(token))
    if token.used is not None:
        return 458
    if about.get("checkpoint"):
        return 459
    if token.issued < about.get("password_changed", 0):
        return 460
    if token.expires is not None and token.expires <= store().now():
        return 463
    if about.get("unconfirmed"):
        return 464
    return 492 if token.kind == "page" and not tasks_of(token) else None


def tasks_of(token: Token) -> list[str]:
    """What the person behind a page token may do on the page."""
    page = store().account("facebook", token.account)
    return people.tasks(store(), page, people.giver(token)) if page else list(people.TASKS)


WHY_DEAD = {
    458: "Error validating access token: The user has not authorized application.",
    459: "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the "
    "instructions given.",
    460: "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons.",
    464: "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
    492: "Invalid Page access token: the user must be an administrator, editor, or moderator of the page in order to "
    "impersonate it.",
}


def dead(subcode: int) -> RefusedError:
    return expired() if subcode == 463 else refused(190, WHY_DEAD[subcode], subcode=subcode)


def check_proof(value: str) -> None:
    """appsecret_proof: checked when sent, demanded when the app is set so."""
    given = param("appsecret_proof")
    if not given and store().setting("appsecret_proof", "off") == "off":
        return
    if not given:
        raise refused(
            100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException"
        )
    right = hmac.new(APPS["facebook"][1].encode(), value.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise refused(
            100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException"
        )


@dataclass(frozen=True)
class Need:
    """What a call takes: permissions of the application, and a task of the person behind the token."""

    scopes: frozenset[str]
    task: str = ""


# Page posts, Page videos and Comment references, Permissions
PUBLISH = Need(frozenset({"pages_manage_posts", "pages_read_engagement"}), "CREATE_CONTENT")
READ = Need(frozenset({"pages_read_engagement"}))
READ_COMMENTS = Need(frozenset({"pages_read_engagement", "pages_read_user_content"}))
ANSWER = Need(frozenset({"pages_manage_engagement"}), "MODERATE")


def page_caller(page: str, need: Need = PUBLISH) -> str:
    """The page's id, if the caller may act as it."""
    token = caller()
    if page == "me" and token.kind == "page":
        page = token.account
    if store().account("facebook", page) is None:
        raise missing(page, "post" if request.method == "POST" else "get")
    if token.kind != "page" or token.account != page:
        raise forbidden()
    check_need(token, need)
    return page


def check_need(token: Token, need: Need) -> None:
    lacking = sorted(need.scopes - set(token.scopes))
    if lacking and need == PUBLISH:
        raise forbidden()
    if lacking:
        raise lacks(lacking[0])
    if need.task and need.task not in tasks_of(token):
        raise forbidden()


def lacks(scope: str) -> RefusedError:
    return refused(10, f"(#10) This endpoint requires the '{scope}' permission to be granted.", status=403)


def owned(kind: str, id: str, page: str) -> Thing | None:
    thing = store().get("facebook", kind, id)
    return thing if thing and thing.account == page else None


def usages() -> dict[str, str]:
    """What is used up, in percent: one, unless a rule wants this call to have been the last."""
    rule = g.get("limit_reached")
    app, page, minutes = 1, 1, 0
    if rule and rule.pool == "app":
        app = 100
    elif rule:
        page, minutes = 100, minutes_of(rule)
    return {"X-App-Usage": usage(app), "X-Business-Use-Case-Usage": page_usage(page, minutes)}


def minutes_of(rule: faults.Rule) -> int:
    return ceil((900 if rule.seconds is None else rule.seconds) / 60)


def usage(percent: int) -> str:
    return json.dumps({"call_count": percent, "total_time": percent, "total_cputime": percent})


def page_usage(percent: int, minutes: int) -> str:
    use = {
        "type": "pages", "call_count": percent, "total_cputime": percent, "total_time": percent,
        "estimated_time_to_regain_access": minutes,
    }  # fmt: skip
    token = store().token(param("access_token") or bearer())
    return json.dumps({token.account if token else "0": [use]})


def reply(node: dict[str, Any], short: dict[str, Any]) -> Answer:
    """The short reply of a write, or the fields that were asked for with it (read-after-write)."""
    return choose(node, param("fields")) if param("fields") else short


def paged(found: Sequence[Any], node_of: Callable[[Any], dict[str, Any]], usual: str) -> Answer:
    """One page of a list, with a cursor while there is more; the usual fields if none are asked for."""
    limit = min(int(number("limit", PAGE_OF_LIST)), MOST_OF_LIST)
    start = int(number("after", 0))
    page = [choose(node_of(one), param("fields") or usual) for one in found[start : start + limit]]
    if not page:
        return {"data": []}
    cursors = {"before": str(start), "after": str(start + len(page))}
    paging: dict[str, Any] = {"cursors": cursors}
    if start + len(page) < len(found):
        paging["next"] = (
            f"{request.base_url}?limit={limit}&after={cursors['after']}&fields={quote(param('fields'))}"
        )
    return {"data": page, "paging": paging}
