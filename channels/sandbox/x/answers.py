"""What every call to X shares: who calls and how often, its errors, and what its headers tell of limits."""

from math import ceil
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, people
from channels.sandbox.context import RefusedError, bearer, store
from channels.sandbox.store import Account, Token

PROBLEMS = "https://api.x.com/2/problems/"
WINDOW = 900
LIMITS = {
    "post": 100,
    "delete": 50,
    "me": 75,
    "timeline": 900,
    "tweet": 900,
    "mentions": 300,
    "search": 300,
    "hide": 50,
    "user": 900,
    "media_upload": 1875,
    "media_initialize": 1875,
    "media_append": 1875,
    "media_finalize": 1875,
    "media_status": 1000,
    "media_metadata": 500,
}  # fmt: skip - X, Rate limits: per user and 15 minutes
DAY = 24 * 3600
DAILY = {"user": 9600, "app": 10_000}
"""Posts a day: 10,000 for the app (Rate limits). X gives no figure for the user's: as many as the windows let through."""

WINDOWS = "x-rate-limit"
POOLS = {"": WINDOWS, "user": "x-user-limit-24hour", "app": "x-app-limit-24hour"}

x = Blueprint("x", __name__, url_prefix="/x")

Answer = ResponseReturnValue


def problem(status: int, title: str, detail: str, *, type: str = "about:blank", **more: Any) -> RefusedError:
    answer = jsonify({"title": title, "detail": detail, "type": type, "status": status, **more})
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return RefusedError(answer)


def invalid(message: str, **parameters: Any) -> RefusedError:
    told = {name: [str(value)] for name, value in parameters.items()}
    answer = jsonify({
        "errors": [{"parameters": told, "message": message}], "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.", "type": f"{PROBLEMS}invalid-request",
    })  # fmt: skip
    answer.status_code = 400
    return RefusedError(answer)


def unauthorized(_: object = None) -> RefusedError:
    return problem(401, "Unauthorized", "Unauthorized")


def not_permitted(detail: str = "You are not permitted to perform this action.") -> RefusedError:
    return problem(403, "Forbidden", detail)


def duplicate(_: object = None) -> RefusedError:
    return not_permitted("You are not allowed to create a Tweet with duplicate content.")


def no_permission(_: object = None) -> RefusedError:
    return problem(
        403,
        "Forbidden",
        "Your account is not permitted to access this feature.",
        type=f"{PROBLEMS}client-forbidden",
    )


def out_of_credit(_: object = None) -> RefusedError:
    return problem(402, "Payment Required", "credits depleted", type=f"{PROBLEMS}credits-depleted")


def dead_grant(_: object = None) -> RefusedError:
    return consent.token_refused(400, "invalid_request", "Value passed for the token was invalid.")


def throttled(rule: faults.Rule) -> RefusedError:
    if rule.pool == "month":
        return capped()
    if rule.pool:
        return too_many(DAILY[rule.pool], end_of(rule), pool=POOLS[rule.pool])
    return too_many(LIMITS.get(rule.call, 100), end_of(rule))


def end_of(rule: faults.Rule) -> int:
    return ceil(store().now() + (900 if rule.seconds is None else rule.seconds))


def capped() -> RefusedError:
    return problem(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap",
                   type=f"{PROBLEMS}usage-capped", period="Monthly", scope="Product")  # fmt: skip


def too_many(limit: int, reset: int, pool: str = WINDOWS) -> RefusedError:
    refusal = problem(429, "Too Many Requests", "Too Many Requests")
    set_limit(refusal.response, limit, 0, reset, pool)
    return refusal


def outage(rule: faults.Rule) -> RefusedError:
    titles = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }
    title = titles.get(rule.status, "Service Unavailable")
    return problem(rule.status, title, title)


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": throttled,
    "expired_token": unauthorized,
    "forbidden": no_permission,
    "out_of_credit": out_of_credit,
    "refuse": lambda rule: not_permitted(),
    "duplicate": duplicate,
}
call = faults.calls("x", ANSWERS)
# The token endpoint has bodies of its own, and says "too many" without telling until when.
at_token = faults.calls("x", {
    **ANSWERS, "expired_token": dead_grant, "refuse": dead_grant,
    "rate_limited": lambda rule: problem(429, "Too Many Requests", "Too Many Requests"),
})  # fmt: skip


def caller(name: str, *scopes: str) -> Token:
    """Who calls, if the token is good, has the scopes and calls not too often."""
    token = consent.alive("x", ["access"], bearer())
    if token is None:
        raise unauthorized()
    count_call(token, name)
    if not set(scopes) <= set(token.scopes):
        raise problem(
            403, "Forbidden", "The token lacks the scope for this endpoint.", resource_type="tweet",
            type=f"{PROBLEMS}not-authorized-for-resource",
        )  # fmt: skip
    check_state(profile(token))
    return token


def check_state(account: Account) -> None:
    state = people.facts(store(), account)["state"]
    if state == "locked":
        raise not_permitted(
            "To protect our users from spam and other malicious activity, this account is temporarily locked. Please log "
            "in to https://twitter.com to unlock your account."
        )
    if state:
        raise problem(
            403, "Forbidden", "Your account is suspended and is not permitted to access this feature.",
            type=f"{PROBLEMS}user-suspended",
        )  # fmt: skip


def count_call(token: Token, name: str) -> None:
    limit, window = LIMITS[name], int(store().now() // WINDOW)
    used = store().count(f"x {token.account} {name} {window}")
    reset = (window + 1) * WINDOW
    g.rate_limit = (limit, left(limit, used), reset)
    if used > limit and is_enforced():
        raise too_many(limit, reset)


def count_day(token: Token) -> None:
    """The account's posts of the day, and the app's."""
    day = int(store().now() // DAY)
    for pool, whose in (("user", token.account), ("app", "")):
        used = store().count(f"x {pool} {whose} {day}")
        reset = (day + 1) * DAY
        g.setdefault("days", {})[POOLS[pool]] = (DAILY[pool], left(DAILY[pool], used), reset)
        if used > DAILY[pool] and is_enforced():
            raise too_many(DAILY[pool], reset, pool=POOLS[pool])


def left(limit: int, used: int) -> int:
    """Where limits are not enforced, the last call is never used up: whoever is told so stops calling."""
    return max(limit - used, 0 if is_enforced() else 1)


def is_enforced() -> bool:
    return store().setting("limits", "on") == "on"


@x.after_request
def add_headers(response: Response) -> Response:
    if "oauth2" in request.path:
        return response
    now = store().now()
    told = {WINDOWS: g.get("rate_limit", (900, 899, int(now - now % WINDOW) + WINDOW)), **g.get("days", {})}
    for pool, (limit, remaining, reset) in told.items():
        if f"{pool}-limit" not in response.headers:
            set_limit(response, limit, remaining, reset, pool)
    if rule := g.get("limit_reached"):
        set_limit(response, DAILY.get(rule.pool, 100), 0, end_of(rule), POOLS[rule.pool])
    return response


def set_limit(response: Response, limit: int, remaining: int, reset: int, pool: str) -> None:
    for name, value in (("limit", limit), ("remaining", remaining), ("reset", reset)):
        response.headers[f"{pool}-{name}"] = str(value)


def profile(token: Token) -> Account:
    found = store().account("x", token.account)
    if found is None:
        raise unauthorized()
    return found
