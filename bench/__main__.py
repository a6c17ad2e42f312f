"""``python -m bench [PART]``: every part in a process of its own, or one part in this one."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import parts
from bench.harness import as_json, portal, table


def names() -> list[str]:
    """The parts, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(parts.__path__))


def one(part: str, target: Path | None) -> int:
    """Measure one part, print its table, leave its JSON."""
    module = importlib.import_module(f"bench.parts.{part}")
    began = time.monotonic()
    with portal() as bench:
        figures = []
        for figure in module.run(bench):
            figures.append(figure)
            print(f"  {time.monotonic() - began:5.0f} s  {figure.name}: {figure.value:,.2f} {figure.unit}", flush=True)
    report = as_json(part, time.monotonic() - began, figures)
    print(table(f"{part}: {module.AIM}", figures), flush=True)
    if target:
        target.write_text(json.dumps(report))
    else:
        print(json.dumps(report))
    return 0


def every() -> int:
    """All parts one after the other; a part that fails does not keep the others away."""
    reports, failed = [], []
    with tempfile.TemporaryDirectory() as folder:
        for part in names():
            target = Path(folder) / f"{part}.json"
            done = subprocess.run([sys.executable, "-m", "bench", part, str(target)], check=False)
            if done.returncode or not target.exists():
                failed.append(part)
                continue
            reports.append(json.loads(target.read_text()))
    print("\n" + json.dumps({"parts": reports, "failed": failed}))
    return 1 if failed else 0


def main() -> int:
    """Read the command line."""
    if len(sys.argv) < 2:
        return every()
    if sys.argv[1] not in names():
        print(f"There is no part {sys.argv[1]}. Parts: {', '.join(names())}.")
        return 2
    return one(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    sys.exit(main())
