"""
Is it well? `/healthz`: this process answers, whatever else is broken. `/readyz`: the database and the broker answer,
and the clock and the workers were heard lately; 503 with the reasons if not.

They are answered before anything else looks at the request: who asks comes by an address of its own, without https and
without a session. The reasons are fixed sentences: what a server said when it refused may hold its address and password.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from seko_social.models import Heartbeat
from seko_social.tasks import CLOCK

LATE = timedelta(seconds=45)
"""Four heartbeats: one may be lost, and a machine may be busy."""


class Probes:
    """The first of the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = {"/healthz": healthz, "/readyz": readyz}.get(request.path_info, self.get_response)
        return answer(request)


@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    ages = ages_of_heartbeats()
    reasons = why_not_ready(ages)
    return JsonResponse(
        {"ready": not reasons, "reasons": reasons, "seconds_since_heartbeat": ages},
        status=503 if reasons else 200,
    )


def why_not_ready(ages: dict[str, float | None] | None) -> list[str]:
    return [*database_reasons(ages), *broker_reasons(), *heartbeat_reasons(ages or {})]


def ages_of_heartbeats() -> dict[str, float | None] | None:
    """Seconds since each was heard, None for never; None for all of it when the database does not answer."""
    now = timezone.now()
    try:
        heard = dict(Heartbeat.objects.values_list("name", "at"))
    except DatabaseError:
        return None
    return {name: age(heard.get(name), now) for name in (CLOCK, *settings.QUEUES)}


def age(at: datetime | None, now: datetime) -> float | None:
    return round((now - at).total_seconds(), 1) if at else None


def database_reasons(ages: dict[str, float | None] | None) -> Iterator[str]:
    if ages is None:
        yield "The database does not answer."


def broker_reasons() -> Iterator[str]:
    try:
        with current_app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except (BrokerError, KombuError, OSError):
        yield "The broker does not answer."


def heartbeat_reasons(ages: dict[str, float | None]) -> Iterator[str]:
    for name, seconds in ages.items():
        who = "The clock" if name == CLOCK else f"The worker for {name}"
        if seconds is None:
            yield f"{who} has never been heard."
        elif seconds > LATE.total_seconds():
            yield f"{who} has not been heard for {seconds:.0f} seconds."
