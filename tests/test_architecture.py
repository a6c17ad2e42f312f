"""The house stands as planned: floors, downward keys, budgets, and templates without inline code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"core": 0, "teams": 1, "customers": 2, "rituals": 3}
SOURCES = ("cxportal", "teams", "customers", "rituals")
FILE_LINES, SETTINGS_LINES, VIEW_LINES, SERVICE_LINES, TEMPLATE_LINES = 400, 300, 25, 40, 150
# Data classes in, answers out. Of Django they may use its translated texts only.
PURE = {
    "rules",
    "bounds",
    "waived",
    "coverage",
    "expansion",
    "decision",
    "eligibility",
    "overflow",
    "spans",
    "statistics",
    "charts",
}
FORBIDDEN_NAMES = {"utils", "helpers", "mixins", "common", "misc"}


def python_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def template_files() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_run_downward_only() -> None:
    """The contracts of pyproject.toml, by import-linter."""
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_foreign_keys_point_downward_only() -> None:
    """Import-linter does not see keys that are written as text."""
    upward = []
    for model in apps.get_models(include_auto_created=True):
        floor = FLOORS.get(model._meta.app_label)
        if floor is None:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not isinstance(field, models.ForeignKey | models.ManyToManyField) or not isinstance(target, type):
                continue
            assert issubclass(target, models.Model)
            if FLOORS.get(target._meta.app_label, 0) > floor:
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert upward == []


def test_every_model_of_ours_lives_in_a_room() -> None:
    """``<app>/models.py`` only re-exports."""
    for app in SOURCES[1:]:
        tree = ast.parse((ROOT / app / "models.py").read_text())
        assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == [], app


@pytest.mark.parametrize("path", python_files(*SOURCES, "tests", "bench"), ids=named)
def test_a_file_keeps_its_budget(path: Path) -> None:
    limit = SETTINGS_LINES if path.name == "settings.py" else FILE_LINES
    lines = len(path.read_text().splitlines())
    assert lines <= limit, f"{lines} lines, the budget is {limit}: split it by behaviour"


@pytest.mark.parametrize("path", python_files(*SOURCES), ids=named)
def test_a_file_is_named_for_what_it_does(path: Path) -> None:
    assert not FORBIDDEN_NAMES & {path.stem, *path.relative_to(ROOT).parts[:-1]}


@pytest.mark.parametrize("path", [p for p in python_files(*SOURCES) if p.stem in PURE], ids=named)
def test_rules_are_pure(path: Path) -> None:
    """A rule asks no database and knows no request."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    django = {name for name in imported if name.partition(".")[0] == "django"}
    assert django <= {"django.utils.translation", "django.utils.functional"}
    ours = {name.rpartition(".")[2] for name in imported if name.partition(".")[0] in SOURCES}
    assert not ours & {"models", "queries", "services", "views", "database"}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its signature and docstring."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_view(function: ast.FunctionDef) -> bool:
    marks = {"guarded", "signed_in", "public"}
    calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return bool(marks & {call.id for call in calls if isinstance(call, ast.Name)})


def test_a_view_is_short() -> None:
    long = [
        f"{named(path)}: {function.name} has {body_lines(function)} lines"
        for path in python_files(*SOURCES)
        for function in functions(path)
        if is_view(function) and body_lines(function) > VIEW_LINES
    ]
    assert long == []


def is_service(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "by" for argument in function.args.kwonlyargs)


def test_a_service_is_short() -> None:
    long = [
        f"{named(path)}: {function.name} has {body_lines(function)} lines"
        for path in python_files(*SOURCES)
        for function in functions(path)
        if is_service(function) and body_lines(function) > SERVICE_LINES
    ]
    assert long == []


def is_atomic(function: ast.FunctionDef) -> bool:
    names = {getattr(d, "attr", getattr(d, "id", "")) for d in function.decorator_list}
    return bool(names & {"recorded", "atomic"})


def test_a_service_takes_no_positional_arguments() -> None:
    """A state change is called by names, so that a reader sees who acts on what."""
    found = [
        f"{named(path)}: {function.name}"
        for path in python_files(*SOURCES)
        for function in functions(path)
        if is_service(function) and is_atomic(function) and (function.args.args or function.args.posonlyargs)
    ]
    assert found == []


@pytest.mark.parametrize("path", template_files(), ids=named)
def test_a_template_keeps_its_budget_and_carries_no_inline_code(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= TEMPLATE_LINES
    if path.suffix != ".html":
        return
    bare = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", bare), "a style attribute does not pass the content security policy"
    assert not re.search(r"<style[\s>]", bare), "a style element does not pass the content security policy"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", bare), "inline handlers do not pass the content security policy"
    for script in re.findall(r"<script([^>]*)>", bare):
        assert "src=" in script or "application/json" in script, "inline scripts do not pass"


@pytest.mark.parametrize("path", [path for path in template_files() if path.suffix == ".html"], ids=named)
def test_words_of_a_template_are_translatable(path: Path) -> None:
    """What stands between tags goes through translate; numbers, signs and names of programs don't."""
    text = path.read_text()
    text = re.sub(r"{% block page_class %}.*?{% endblock %}", " ", text)
    text = re.sub(r"{% (blocktranslate|comment|verbatim)\b.*?{% end\1 %}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(code|svg|kbd|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", text, flags=re.DOTALL)
    words = [w for part in re.findall(r">([^<>]*)<", text) for w in re.findall(r"[A-Za-z]{3,}", part)]
    assert set(words) <= UNTRANSLATED, sorted(set(words) - UNTRANSLATED)


# Names, units and commands that are the same in every language.
UNTRANSLATED = {"cxportal", "cxp", "CSV", "UTC", "API", "CSAT", "Wilson", "Ctrl", "nbsp", "rarr", "middot"}


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").rglob("*.css")), ids=named)
def test_a_style_sheet_keeps_its_budget(path: Path) -> None:
    text = path.read_text()
    if path.parent.name != "steps":
        assert len(text.splitlines()) <= FILE_LINES
    assert "!important" not in text or path.name == "reset.css"


def test_nothing_is_left_for_later() -> None:
    """No half-done work hides in comments."""
    waiting = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        named(path)
        for path in [*python_files(*SOURCES, "tests", "bench"), *template_files()]
        if path.name != "test_architecture.py" and waiting.search(path.read_text())
    ]
    assert found == []
