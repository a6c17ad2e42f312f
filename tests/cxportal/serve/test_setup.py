"""`deploy/setup.sh` on machines that lack something: one sentence that says what to do, and an exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cxportal.serve.portals import ROOT, as_ordinary_user

NOWHERE = "http://127.0.0.1:9/"  # a port that nobody listens on


@pytest.fixture
def machine() -> Iterator[Path]:
    """A checkout's lock files beside ``bin``, the only programs of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Path(folder) / "my machine"
        (machine / "bin").mkdir(parents=True)
        Path(folder).chmod(0o755)
        for name in ("mkdir", "rm", "id"):
            (machine / "bin" / name).symlink_to(str(shutil.which(name)))
        for name in ("requirements-boot.txt", "requirements-dev.txt"):
            shutil.copy(ROOT / name, machine)
        yield machine


def _program(machine: Path, name: str, *lines: str) -> None:
    path = machine / "bin" / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def _without_venv(machine: Path, name: str) -> None:
    """A Python that runs, but lacks the module, as Debian ships it."""
    _program(machine, name, 'case "$2" in *ensurepip*) exit 1 ;; esac', f'exec {sys.executable} "$@"')


def _of_another_version(machine: Path) -> None:
    """A Python that is not 3.13, to the eyes of those who ask its version and nothing else."""
    _program(machine, "python3", "exit 1")


def _with_uv(machine: Path) -> None:
    """What pip installed here before, so that no network is needed to come this far."""
    (machine / ".venv").mkdir()
    (machine / ".venv" / ".boot").symlink_to(ROOT / ".venv" / ".boot")


def _refusal(machine: Path, *before: str, **more: str) -> str:
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": NOWHERE, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1",
        "UV_NO_CONFIG": "1", "UV_DEFAULT_INDEX": NOWHERE, "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(machine / "cache"),
        "UV_PYTHON_INSTALL_MIRROR": NOWHERE, "UV_PYTHON_INSTALL_DIR": str(machine / "uv"),
    }  # fmt: skip
    done = subprocess.run(
        [*before, "/bin/sh", str(ROOT / "deploy" / "setup.sh"), ".venv"],
        cwd=machine,
        env={"PATH": str(machine / "bin"), **nowhere, **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("cxportal: ")


def test_no_python_at_all(machine: Path) -> None:
    assert _refusal(machine).startswith("no Python found. Install Python 3.13 with venv")


def test_a_python_without_venv_names_the_package(machine: Path) -> None:
    _without_venv(machine, "python3")
    assert "bin/python3 has no venv module. Install it (Debian, as root: apt install python3-venv)" in _refusal(machine)


def test_a_second_python_without_venv_names_its_own_package(machine: Path) -> None:
    _without_venv(machine, "python3.13")
    assert "bin/python3.13 has no venv module. Install it (Debian, as root: apt install python3.13-venv)" in _refusal(
        machine
    )


def test_another_python_lends_its_venv_and_without_a_network_the_log_and_the_mirrors_are_named(machine: Path) -> None:
    _without_venv(machine, "python3.13")
    _program(machine, "python3", f'exec {sys.executable} "$@"')
    told = _refusal(machine)
    assert told.startswith("uv could not be installed by pip: see .venv/setup.log. Without a network")
    assert "PIP_INDEX_URL and UV_DEFAULT_INDEX" in told
    assert "No matching distribution found for uv" in (machine / ".venv" / "setup.log").read_text()


@pytest.mark.parametrize("named", ["/nowhere/python3.13", "/bin/sh"])
def test_a_named_python_that_is_none(machine: Path, named: str) -> None:
    assert _refusal(machine, PYTHON=named).startswith(f"PYTHON={named} is not a Python 3.13 that runs: name another")


def test_a_folder_without_the_right_to_write_it(machine: Path) -> None:
    _of_another_version(machine)
    machine.chmod(0o555)
    try:
        told = _refusal(machine, *[str(shutil.which(part) or part) for part in as_ordinary_user()])
    finally:
        machine.chmod(0o755)
    assert (
        told
        == f"{machine}/.venv can't be written: give this account the right to it, or clone into a folder of your own."
    )


def test_no_python_313_and_none_to_download_names_the_ways_even_without_a_home(machine: Path) -> None:
    _of_another_version(machine)
    _with_uv(machine)
    told = _refusal(machine)
    assert told.startswith(
        "Python 3.13 is needed and uv could not download one (see .venv/setup.log). Install it (pyenv"
    )
    assert "make setup PYTHON=/path/to/python3.13" in told
    assert NOWHERE in (machine / ".venv" / "setup.log").read_text()


def test_a_version_managers_python_is_found_and_packages_out_of_reach_are_one_sentence(machine: Path) -> None:
    _of_another_version(machine)
    _with_uv(machine)
    found = machine / ".pyenv" / "versions" / "3.13.99" / "bin"
    found.mkdir(parents=True)
    (found / "python3.13").symlink_to(sys.executable)
    told = _refusal(machine, HOME=str(machine))
    assert told.startswith("the packages could not be installed: see .venv/setup.log.")
    assert (machine / ".venv" / "bin" / "python").exists()
