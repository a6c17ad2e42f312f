"""The words of the demo, read once from names.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

_words = tomllib.loads(Path(__file__).with_name("names.toml").read_text())

RIVERS: list[str] = _words["rivers"]
FIRST: list[str] = _words["first"]
LAST: list[str] = _words["last"]
FIRMS: list[str] = _words["firms"]
PLACES: list[tuple[str, str, str]] = [(region, town, postal) for region, town, postal in _words["places"]]
REASONS: list[tuple[str, str, list[str]]] = [
    (item["group"], item["owner"], item["names"]) for item in _words["reasons"]
]
GOOD_WORDS: list[str] = _words["good"]
BAD_WORDS: list[str] = _words["bad"]
