"""How often one address may knock at a page that asks nobody to sign in: counted by its digest, and soon forgotten."""

import hashlib
import time
from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60
"""Seconds."""


def is_too_often(request: HttpRequest, door: str, most: int) -> bool:
    """Counts this time, too. A limit against guessing and noise: two at the same moment may count as one."""
    address = network_of(get_adapter().get_client_ip(request) or "")
    who = hashlib.sha256(address.encode()).hexdigest()[:16]
    key = f"knock:{door}:{who}:{window()}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, 2 * WINDOW)
    return count > most


def network_of(address: str) -> str:
    """Of IPv6 everybody has more addresses than anybody can count: those of one line are one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return found.ipv4_mapped.compressed if found.ipv4_mapped else str(ip_network((found, 64), strict=False))


def window() -> int:
    return int(time.time()) // WINDOW
