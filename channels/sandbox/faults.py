"""
The rules of misbehaviour: which call is hit, and how. The package's docstring lists them for people who write tests.

Each platform gives its own error answers in a table (`Answers`); what is common, waiting and breaking connections,
is here.
"""

import functools
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, current_app, g
from flask.typing import ResponseReturnValue

from channels.sandbox.context import RefusedError, store
from channels.sandbox.store import PLATFORMS, Store

ANYTHING = "*"
PROCESSING = {"slow_processing", "failed_processing"}
# What can only happen on some calls; a rule for any call waits for one of these.
ONLY_ON = {
    "lag": {
        "published_posts", "posts", "comments", "timeline", "videos_list", "videos_delete", "playlist_items", "statuses",
        "list_records",
    },
    "short_range": {"put_chunk"},
    "session_gone": {"put_chunk", "query_session"},
}  # fmt: skip
OUTAGES = {500, 502, 503, 504}
FACEBOOK_THROTTLES = {80001, 32, 4}
POOLS = {"": {*PLATFORMS, ANYTHING}, "user": {"x"}, "app": {"facebook", "x"}, "month": {"x"}}
"""Whose limit it is, and on which platforms there is such a one; the usual one if none is named."""
CALLS = {
    "facebook": {
        "feed", "photo", "video", "video_start", "video_transfer", "video_finish", "video_cancel", "video_status",
        "published_posts", "posts", "node", "edit", "delete", "comments", "comment", "comment_edit", "comment_delete",
        "me", "accounts", "businesses", "business_pages", "permissions", "debug_token", "dialog", "token", "revoke",
    },
    "x": {
        "post", "delete", "tweet", "timeline", "me", "media_upload", "media_initialize", "media_append",
        "media_finalize", "media_status", "media_metadata", "mentions", "search", "hide", "user", "dialog", "token",
        "revoke",
    },
    "youtube": {
        "open_session", "put_chunk", "query_session", "videos_list", "videos_update", "videos_delete",
        "channels_list", "playlist_items", "thumbnails_set", "captions_insert", "threads_list", "threads_insert",
        "comments_list", "comments_insert", "comments_update", "comments_moderate", "comments_delete", "dialog",
        "token", "revoke",
    },
    "mastodon": {
        "apps", "app", "dialog", "token", "revoke", "instance", "me", "media", "media_status", "media_update",
        "media_delete", "post", "status", "statuses", "context", "delete",
    },
    "bluesky": {
        "create_session", "token", "session", "revoke", "profile", "upload_blob", "get_blob", "put_record",
        "create_record", "get_record", "get_posts", "list_records", "delete_record",
    },
}  # fmt: skip


class BadRuleError(ValueError):
    """A rule that names something that does not exist; the message says what."""


@dataclass(frozen=True)
class Rule:
    platform: str
    call: str
    fault: str
    times: int = 1
    skip: int = 0
    seconds: float | None = None
    status: int = 500
    polls: int | None = None
    code: int | None = None
    pool: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Rule":
        """The rule in this JSON object, or BadRuleError."""
        try:
            rule = cls(**raw)
        except TypeError as exc:
            raise BadRuleError(f"not a rule: {exc}") from exc
        rule._check()
        return rule

    def _check(self) -> None:
        if self.platform not in {ANYTHING, *PLATFORMS}:
            raise BadRuleError(f"no such platform: {self.platform}")
        if self.fault not in {*BEHAVIOURS, *PROCESSING}:
            raise BadRuleError(f"no such fault: {self.fault}")
        calls = set().union(*CALLS.values()) if self.platform == ANYTHING else CALLS[self.platform]
        if self.fault not in PROCESSING and self.call not in {ANYTHING, *calls}:
            raise BadRuleError(f"no such call on {self.platform}: {self.call}")
        if self.call not in {ANYTHING, *ONLY_ON.get(self.fault, {self.call})}:
            raise BadRuleError(f"{self.fault} does not happen on {self.call}")
        self._check_pool()
        self._check_numbers()

    def _check_pool(self) -> None:
        if self.platform not in POOLS.get(self.pool, set()):
            raise BadRuleError(f"no such pool on {self.platform}: {self.pool}")
        if self.fault == "limit_reached" and (self.platform == "youtube" or self.pool == "month"):
            raise BadRuleError("only an answer that refuses tells of that limit")

    def _check_numbers(self) -> None:
        for name in ("times", "skip", "seconds", "polls"):
            given = getattr(self, name)
            if given is not None and not (isinstance(given, int | float) and given >= 0):
                raise BadRuleError(f"{name} must be a number, at least 0: {given}")
        if self.status not in OUTAGES:
            raise BadRuleError(f"status must be one of {sorted(OUTAGES)}: {self.status}")
        if self.code not in {None, *FACEBOOK_THROTTLES}:
            raise BadRuleError(f"code must be one of {sorted(FACEBOOK_THROTTLES)}: {self.code}")

    def concerns(self, platform: str, call: str) -> bool:
        here = self.platform in {ANYTHING, platform} and self.call in {ANYTHING, call}
        return here and call in ONLY_ON.get(self.fault, {call})


Answers = Mapping[str, Callable[[Rule], RefusedError]]
Handler = Callable[[], ResponseReturnValue]


def take(kept: Store, platform: str, call: str) -> Rule | None:
    """The first rule that hits this call, counted down."""
    return _take(kept, lambda rule: rule.fault not in PROCESSING and rule.concerns(platform, call))


def take_processing(kept: Store, platform: str) -> Rule | None:
    """The rule, if any, for the film that now begins to be processed."""
    return _take(kept, lambda rule: rule.fault in PROCESSING and rule.platform in {ANYTHING, platform})


def _take(kept: Store, wanted: Callable[[Rule], bool]) -> Rule | None:
    with kept.transaction():
        for n, rule in _waiting(kept):
            if not wanted(rule):
                continue
            if rule.skip:
                kept.change_fault(n, asdict(rule) | {"skip": rule.skip - 1})
                continue
            _count_down(kept, n, rule)
            return rule
    return None


def _waiting(kept: Store) -> Iterator[tuple[int, Rule]]:
    for raw in kept.faults():
        n = raw.pop("n")
        yield n, Rule(**raw)


def _count_down(kept: Store, n: int, rule: Rule) -> None:
    if rule.times == 1:
        kept.forget_fault(n)
    elif rule.times:
        kept.change_fault(n, asdict(rule) | {"times": rule.times - 1})


def calls(platform: str, answers: Answers) -> Callable[[str], Callable[[Callable], Callable]]:
    """A decorator for this platform's handlers: `@call("feed")` makes one obey the rules for that call."""

    def named(name: str) -> Callable[[Callable], Callable]:
        def decorate(handler: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
            @functools.wraps(handler)
            def obey(*args: Any, **kwargs: Any) -> ResponseReturnValue:
                rule = take(store(), platform, name)
                act = functools.partial(handler, *args, **kwargs)
                return BEHAVIOURS[rule.fault](rule, answers, act) if rule else act()

            return obey

        return decorate

    return named


class Broken(Response):
    """Breaks the connection instead of answering: the peer sees a reset."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        # With a linger time of zero, closing sends RST (man 7 socket); the server then skips the polite shutdown.
        if "werkzeug.socket" in environ:
            linger = struct.pack("ii", 1, 0)
            environ["werkzeug.socket"].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise ConnectionAbortedError("broken on purpose")


class Truncated(Response):
    """Promises the whole answer, sends half of it, and breaks the connection."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        body = self.get_data()
        self.response = self._half(body)
        self.headers["Content-Length"] = str(len(body))
        return super().__call__(environ, start_response)

    @staticmethod
    def _half(body: bytes) -> Iterator[bytes]:
        yield body[: len(body) // 2]
        raise ConnectionAbortedError("cut on purpose")


def _delay_before(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    time.sleep(rule.seconds or 0)
    return act()


def _delay_after(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    answer = current_app.make_response(act())
    time.sleep(rule.seconds or 0)
    return answer


def _reset_before(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    return Broken()


def _reset_after(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    act()
    return Broken()


def _error_before(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    raise answers["error"](rule)


def _error_after(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    act()
    raise answers["error"](rule)


def _truncated(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    whole = current_app.make_response(act())
    if not whole.get_data():
        return Broken()  # an answer without a body breaks off before it begins
    return Truncated(whole.get_data(), whole.status_code, whole.headers)


def _lag(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    g.lag = rule.seconds or 0
    return act()


def _marked(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    """The handler itself looks in `g.fault` and does what only it can do."""
    g.fault = rule.fault
    return act()


def _limit_reached(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
    """The platform writes into the headers that this was the last one."""
    g.limit_reached = rule
    return act()


def _answer(name: str) -> Callable[[Rule, Answers, Handler], ResponseReturnValue]:
    def refuse(rule: Rule, answers: Answers, act: Handler) -> ResponseReturnValue:
        raise answers[name](rule)

    return refuse


BEHAVIOURS: dict[str, Callable[[Rule, Answers, Handler], ResponseReturnValue]] = {
    "delay_before": _delay_before,
    "delay_after": _delay_after,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "error_before": _error_before,
    "error_after": _error_after,
    "truncated": _truncated,
    "lag": _lag,
    "short_range": _marked,
    "session_gone": _marked,
    "limit_reached": _limit_reached,
    "rate_limited": _answer("rate_limited"),
    "expired_token": _answer("expired_token"),
    "forbidden": _answer("forbidden"),
    "out_of_credit": _answer("out_of_credit"),
    "refuse": _answer("refuse"),
    "duplicate": _answer("duplicate"),
}


def visible_until() -> float:
    """The moment up to which lists know what happened: now, or earlier when they are told to lag."""
    return store().now() - float(g.get("lag", 0))
