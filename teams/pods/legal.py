"""What the law of a country allows a pod to agree: data in ``legal.toml``, tighter than the product's own limits."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

type Sides = tuple[float | None, float | None]

FILE = Path(__file__).with_name("legal.toml")


@functools.cache
def _by_country() -> dict[str, dict[str, Sides]]:
    found: dict[str, dict[str, Sides]] = {}
    for law in tomllib.loads(FILE.read_text())["law"]:
        sides = {key: (limit.get("least"), limit.get("most")) for key, limit in law["limits"].items()}
        for country in law["countries"]:
            found[country] = found.get(country, {}) | sides
    return found


def limits(country: str) -> Mapping[str, Sides]:
    """Least and most by bound key where the law of a country (two letters) says something; a later law replaces."""
    return _by_country().get(country, {})


def names(country: str) -> str:
    """The laws behind a country's limits in short, for the page; empty when none is known."""
    laws = tomllib.loads(FILE.read_text())["law"]
    return ", ".join(law["name"] for law in laws if country in law["countries"])
