"""How often one address may knock at a page that asks nobody to sign in: counted by its digest, and soon forgotten."""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60
"""Seconds."""


def is_too_often(request: HttpRequest, door: str, most: int) -> bool:
    """Counts this time, too. A limit against guessing and noise: two at the same moment may count as one."""
    address = get_adapter().get_client_ip(request) or ""
    who = hashlib.sha256(address.encode()).hexdigest()[:16]
    key = f"knock:{door}:{who}:{window()}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, 2 * WINDOW)
    return count > most


def window() -> int:
    return int(time.time()) // WINDOW
