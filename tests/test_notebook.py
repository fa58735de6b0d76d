"""The example notebook runs as it is and shows what it says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from index.library import Library

NOTEBOOK = Path(__file__).parents[1] / "examples" / "ask_the_report.ipynb"


@pytest.fixture(scope="module")
def executed(library: Library) -> nbformat.NotebookNode:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEEL_LIBRARY", str(library.path))
        NotebookClient(notebook, timeout=300).execute()
    return notebook


def _outputs(notebook: nbformat.NotebookNode) -> list[str]:
    shown = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown.append(output.get("text") or data.get("text/html") or data.get("text/plain"))
    return shown


def test_it_runs_without_errors_or_noise(executed: nbformat.NotebookNode) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_it_shows_answers_richly(executed: nbformat.NotebookNode) -> None:
    first = _outputs(executed)[0]
    assert "feedback from victims of domestic abuse" in first
    assert first.lstrip().startswith("<")


def test_it_shows_that_a_quote_is_proven(executed: nbformat.NotebookNode) -> None:
    assert "[]" in _outputs(executed)


def test_the_committed_notebook_is_executed() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
