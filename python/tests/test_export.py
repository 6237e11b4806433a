"""Exports from result folders: the command, and what stands in its way."""

import os
import shutil
import threading
import warnings

import numpy as np
import pytest
from test_interchange import TICK_MS, network

import gennaker
from gennaker import interchange


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A result folder."""
    path = tmp_path_factory.mktemp("run") / "results"
    gennaker.Simulation(network()).run_into(400, path, TICK_MS)
    return path


def test_a_pipe_is_written_to_and_not_replaced(folder, tmp_path):
    result, pipe = gennaker.open_results(folder), tmp_path / "pipe"
    os.mkfifo(pipe)
    heard = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_text(encoding="utf-8")))
    listener.start()
    result.write_csv(pipe)
    listener.join(10)
    result.write_csv(tmp_path / "file.csv")
    assert pipe.is_fifo() and heard == [(tmp_path / "file.csv").read_text(encoding="utf-8")]
    assert sorted(os.listdir(tmp_path)) == ["file.csv", "pipe"]


def test_arrays_that_are_damaged_are_told(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    file = copy / "spikes-000.npz"
    whole = file.read_bytes()
    for content in (b"", whole[:100]):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="spikes-000.npz` is not a whole .npz file"):
            gennaker.open_results(copy).write_csv(tmp_path / "a.csv")
    np.savez(file, t=np.zeros(0, np.uint32))
    with pytest.raises(ValueError, match="spikes-000.npz` has no array `i`"):
        gennaker.open_results(copy).write_csv(tmp_path / "a.csv")


def test_export(run_python, folder, tmp_path):
    def export(*arguments):
        return run_python("-m", "gennaker", "export", *arguments, cwd=tmp_path)

    # A file of that name changes nothing.
    (tmp_path / "export").write_text("print('a script')")
    done = export(folder, "--to", "csv", "s.csv", "--population", "cell=Zelle")
    assert (done.returncode, done.stderr) == (0, "") and "not in it: v, u, v_last; --what chooses" in done.stdout
    assert (tmp_path / "s.csv").read_text(encoding="utf-8").splitlines()[1].startswith("Zelle,")
    again = export(folder, "--to", "csv", "s.csv")
    assert again.returncode == 1 and "is there already; --force replaces it" in again.stderr and "Traceback" not in again.stderr
    assert export(folder, "--to", "csv", "s.csv", "--what", "u", "--force").returncode == 0
    assert (tmp_path / "s.csv").read_text().startswith("population,neuron,tick,time_ms,u\n")
    for arguments, status, message in (
        ((tmp_path, "--to", "npz", "x.npz"), 1, "there is no run.json"),
        ((folder, "--to", "npz", "x.npz", "--population", "cel"), 1, "no population `cel`; there are: in, cell, last"),
        ((folder, "--to", "npz", "x.npz", "--population", "cell="), 1, "--population cell= gives no other name"),
        ((folder, "--to", "docx", "x"), 2, "invalid choice: 'docx'"),
        ((), 2, "usage: python -m gennaker export"),
    ):
        done = export(*arguments)
        assert done.returncode == status and message in done.stderr and "Traceback" not in done.stderr
    assert run_python("-m", "gennaker", "./export", cwd=tmp_path).stdout == "a script\n"
    assert sorted(os.listdir(tmp_path)) == ["export", "s.csv"]
    piped = export(folder, "--to", "csv", "/dev/stdout", "--population", "in")
    assert piped.returncode == 0 and piped.stdout.startswith("population,neuron,tick,time_ms\nin,")
    assert "csv of spikes" in piped.stderr and "csv of spikes" not in piped.stdout


def test_a_folder_of_sonata_is_replaced_when_that_is_said(run_python, folder, tmp_path):
    pytest.importorskip("h5py")
    command = ("-m", "gennaker", "export", folder, "--to", "sonata", tmp_path / "out")
    (tmp_path / "out").mkdir()
    assert run_python(*command).returncode == 0
    again = run_python(*command)
    assert again.returncode == 1 and "spikes.h5` is there already; --force replaces it" in again.stderr
    assert run_python(*command, "--force").returncode == 0


@pytest.mark.parametrize("to", interchange.FORMATS)
def test_every_format(folder, tmp_path, to):
    library = {"sonata": "h5py", "csv": "csv", "npz": "numpy", "parquet": "pyarrow", "feather": "pyarrow"}.get(to, to)
    pytest.importorskip("pynwb" if library == "nwb" else library)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        interchange.export(folder, to, tmp_path / "out", populations="cell")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    if to == "neo":
        import neo

        assert len(neo.PickleIO(str(tmp_path / "out")).read_block().segments[0].spiketrains) == 12
    with pytest.raises(ValueError, match="format 'xls' is not known; there are: sonata"):
        interchange.export(folder, "xls", tmp_path / "out")
