"""How often somebody may try: a brake on guessing links and on flooding, shared by all workers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most ``most`` times in ``seconds`` from one address, or of one thing."""

    name: str
    most: int
    seconds: int


def wait(limit: Limit, who: HttpRequest | str) -> int:
    """Seconds until this address (or thing) may try again; 0 when it may now. Does not count."""
    return _left(limit) if (cache.get(_key(limit, who)) or 0) >= limit.most else 0


def count(limit: Limit, who: HttpRequest | str) -> None:
    """Count one try. Two at the same instant may count as one: a brake, no ledger."""
    key = _key(limit, who)
    if not cache.add(key, 1, limit.seconds):
        cache.set(key, (cache.get(key) or 0) + 1, _left(limit))


def _left(limit: Limit) -> int:
    return max(1, limit.seconds - int(time.time()) % limit.seconds)


def _key(limit: Limit, who: HttpRequest | str) -> str:
    """One key for each window of time; the address itself is not stored."""
    said = who if isinstance(who, str) else get_adapter().get_client_ip(who)
    return f"{limit.name}:{int(time.time()) // limit.seconds}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"
