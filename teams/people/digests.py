"""Secrets that people carry: made here, stored only as keyed digests bound to one purpose.

The key is derived from the installation's secret key, so a copy of the database alone opens
nothing; a digest of one purpose never matches a secret presented for another.
"""

from __future__ import annotations

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac


def new_secret(size: int = 32) -> str:
    """A random text of ``size`` bytes, safe in an address."""
    return secrets.token_urlsafe(size)


def digest(purpose: str, secret: str) -> bytes:
    """The HMAC-SHA256 of a secret for one purpose: 32 bytes."""
    return salted_hmac(f"cxportal.{purpose}", secret, algorithm="sha256").digest()


def matches(purpose: str, secret: str, stored: bytes | memoryview) -> bool:
    """True when the secret belongs to the stored digest; takes the same time either way."""
    return constant_time_compare(digest(purpose, secret).hex(), bytes(stored).hex())
