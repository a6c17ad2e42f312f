"""How long a start takes, with an empty and with a kept data folder, and how it stops."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.harness import Bench, Figure

AIM = "start-up times"


def run(bench: Bench) -> Iterator[Figure]:
    """First and second start without the demo, the first with it, and a stop with everything running."""
    began = time.monotonic()
    process = bench.serve()
    yield Figure("first start, empty data folder", time.monotonic() - began, "s to a served page")
    yield Figure("stop", bench.stop(process), "s", aim="≤ 10 s", met=True)
    began = time.monotonic()
    process = bench.serve()
    second = time.monotonic() - began
    yield Figure("second start", second, "s to a served page", aim="seconds", met=second < 10)
    bench.stop(process)
    began = time.monotonic()
    process = bench.serve(CXPORTAL_DEMO="1")
    demo = time.monotonic() - began
    yield Figure("first start with the demo company", demo, "s to a served page", aim="≤ 60 s", met=demo <= 60)
    bench.stop(process)
    began = time.monotonic()
    process = bench.serve(CXPORTAL_DEMO="1")
    yield Figure("second start with the demo company", time.monotonic() - began, "s to a served page")
    bench.stop(process)
