"""Answers for whoever is no person at a page: the phone's outbox asks for JSON, and never wants to be led to a page."""

from typing import Any

from django.http import HttpRequest, JsonResponse

HTML, JSON = "text/html", "application/json"


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type([HTML, JSON]) == JSON


def refused(sentence: Any, status: int, **more: Any) -> JsonResponse:
    """No, with the sentence that somebody reads on the phone."""
    return JsonResponse({"error": str(sentence), **more}, status=status)
