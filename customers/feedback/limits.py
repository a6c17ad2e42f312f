"""How often one address may try: a brake on guessing links and on flooding, shared by all workers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most ``most`` times in ``seconds`` from one address."""

    name: str
    most: int
    seconds: int


FORGED = Limit("survey-forged", 30, 600)
POSTED = Limit("survey-posted", 60, 600)


def wait(limit: Limit, request: HttpRequest) -> int:
    """Seconds until this address may try again; 0 when it may now. Does not count."""
    return _left(limit) if (cache.get(_key(limit, request)) or 0) >= limit.most else 0


def count(limit: Limit, request: HttpRequest) -> None:
    """Count one try of this address. Two at the same instant may count as one: a brake, no ledger."""
    key = _key(limit, request)
    if not cache.add(key, 1, limit.seconds):
        cache.set(key, (cache.get(key) or 0) + 1, _left(limit))


def _left(limit: Limit) -> int:
    return max(1, limit.seconds - int(time.time()) % limit.seconds)


def _key(limit: Limit, request: HttpRequest) -> str:
    """One key for each window of time; the address itself is not stored."""
    address = hashlib.sha256(get_adapter().get_client_ip(request).encode()).hexdigest()[:24]
    return f"{limit.name}:{int(time.time()) // limit.seconds}:{address}"
