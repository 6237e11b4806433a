"""The notebooks of `examples/notebooks` run from start to end, and are kept without what they print."""

import json
import pathlib
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# Longest that one may take, in seconds.
LIMIT = 30


def run(path):
    """Runs a notebook; returns its cells as they came out."""
    nbformat = pytest.importorskip("nbformat", reason="skipped: no nbformat")
    nbclient = pytest.importorskip("nbclient", reason="skipped: no nbclient")
    pytest.importorskip("ipykernel", reason="skipped: no ipykernel")
    pytest.importorskip("matplotlib", reason="skipped: no matplotlib")
    notebook = nbformat.read(path, as_version=4)
    began = time.perf_counter()
    nbclient.NotebookClient(notebook, timeout=LIMIT, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert time.perf_counter() - began < LIMIT
    return notebook.cells


def outputs(cells, kind):
    """What the cells gave out: `text` or `image/png`."""
    every = [output for cell in cells for output in cell.get("outputs", [])]
    if kind == "text":
        return "".join(output.get("text", "") for output in every)
    return [output["data"][kind] for output in every if kind in output.get("data", {})]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path):
    cells = run(path)
    assert len(outputs(cells, "image/png")) >= 1
    assert "Warning" not in outputs(cells, "text")


def test_the_one_with_recordings_makes_its_own_where_they_are_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("GENNAKER_DATA", str(tmp_path))
    text = outputs(run(FOLDER / "04_nir.ipynb"), "text")
    assert "skipped: no data" in text and "accuracy 100.0%" in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    notebook = json.loads(path.read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert notebook["metadata"] == {"kernelspec": notebook["metadata"]["kernelspec"], "language_info": {"name": "python"}}
