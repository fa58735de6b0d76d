"""The house's order: imports go one way, nothing heavy loads unasked, nothing prints."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("index", "rag", "eval", "ui")
MODULES = sorted(path for name in ORDER for path in (ROOT / name).rglob("*.py"))
COMMANDS = (
    "ui/cli.py",
    "rag/models/",
    "eval/bench",
    "eval/facts.py",
    "eval/places.py",
    "eval/reading.py",
)


def imported(path: Path) -> Iterator[str]:
    """The packages of ours that a module imports, wherever in it it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_modules_to_look_at() -> None:
    assert {name(path).split("/")[0] for path in MODULES} == set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_go_one_way(path: Path) -> None:
    place = ORDER.index(name(path).split("/")[0])
    wrong = [module for module in imported(path) if module.split(".")[0] in ORDER[place + 1 :]]
    assert wrong == []


@pytest.mark.parametrize("path", [*MODULES, *sorted((ROOT / "tests").glob("*.py"))], ids=name)
def test_eval_never_hides_the_builtin(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert "eval" not in names


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_commands_print(path: Path) -> None:
    if name(path).startswith(COMMANDS):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    printed = [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert printed == []


@pytest.mark.parametrize(
    "code",
    [
        "import index, rag, ui, importlib; importlib.import_module('eval')",
        "import runpy; sys.argv = ['peel', '--help']\n"
        "try:\n    runpy.run_module('ui.cli', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code",
    ],
    ids=["the packages", "peel --help"],
)
def test_nothing_heavy_is_imported_unasked(code: str) -> None:
    check = "import sys\n" + code + "\nprint(sorted({'torch', 'gradio'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
