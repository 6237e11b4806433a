"""Our own surface: network files in, arrays out, result folders."""

import json

import numpy as np
import pytest

import gennaker

FILE = """\
name = "pair"
seed = 7
timesteps = 50
machine = "chip"
[[population]]
name = "stimulus"
size = 2
model = "spike_list"
spikes = { "0" = [1, 4, 9], "1" = [20] }
record = ["spikes"]
[[population]]
name = "cell"
size = 3
model = "lif"
record = ["spikes", "v"]
[[projection]]
pre = "stimulus"
post = "cell"
connector = "all_to_all"
weight = 6
"""


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "net.toml"
    path.write_text(FILE)
    return path


def test_run_a_file(network_file):
    result = gennaker.run(network_file)
    t, i = result.spikes("cell")
    assert t.tolist() == [5, 5, 5] and i.tolist() == [0, 1, 2]
    ticks, v = result.state("cell", "v")
    assert v.shape == (50, 3) and len(ticks) == 50 and result.timesteps == 50
    assert result.spike_trains("stimulus") == {0: [1, 4, 9], 1: [20]}
    assert result.mapping.n_pes == 2 and result.report["n_spikes"] == 7


def test_load_then_run_otherwise(network_file):
    file = gennaker.load(str(network_file))
    assert file.settings["timesteps"] == 50 and file.settings["numeric"] == "chip" and file.network.populations[1] == "cell"
    result = file.run(5, numeric="reference", threads=1)
    assert result.timesteps == 5 and result.state("cell", "v")[1].dtype == np.float64


def test_run_a_network():
    network = gennaker.Network()
    network.add_population("cell", 1, "lif", {"i_offset": 3}, ["spikes"])
    result = gennaker.run(network, 10, machine="board")
    assert result.spikes("cell")[0].tolist() == [3, 7] and result.mapping.machine == "board"
    assert gennaker.run(network, 10).mapping is None


def test_wrong_files(tmp_path, network_file):
    with pytest.raises(FileNotFoundError):
        gennaker.load(tmp_path / "none.toml")
    network_file.write_text(FILE.replace('pre = "stimulus"', 'pre = "stimulsu"'))
    with pytest.raises(ValueError, match="line 17, column 7"):
        gennaker.load(network_file)


def test_wrong_questions(network_file):
    result = gennaker.run(network_file)
    with pytest.raises(KeyError, match="no population `cel`; there are: stimulus, cell"):
        result.spikes("cel")
    with pytest.raises(ValueError, match="`cell` recorded v, not `u`"):
        result.state("cell", "u")


@pytest.mark.parametrize("kind", ["raster", "voltages", "rates"])
def test_pictures(network_file, tmp_path, kind):
    result = gennaker.run(network_file)
    result.picture(tmp_path / "p.svg", kind, ["cell"])
    result.picture(str(tmp_path / "p.png"), kind)
    assert (tmp_path / "p.svg").read_text().startswith("<svg") and (tmp_path / "p.png").read_bytes()[1:4] == b"PNG"
    assert result._repr_svg_().startswith("<svg"), "notebooks show a raster"


def test_pictures_have_the_networks_own_time(network_file, tmp_path):
    text = network_file.read_text()
    network_file.write_text("tick_ms = 0.1\n" + text)
    result = gennaker.run(network_file, folder=tmp_path / "run")
    memory = gennaker.run(network_file)
    memory.picture(tmp_path / "p.svg")
    assert "1 tick = 0.1 ms" in (tmp_path / "p.svg").read_text()
    memory.picture(tmp_path / "p.svg", tick_ms=2.0)
    assert "1 tick = 2 ms" in (tmp_path / "p.svg").read_text()
    for shown in (memory, result, gennaker.open_results(tmp_path / "run")):
        assert "1 tick = 0.1 ms" in shown._repr_svg_(), "notebooks show it, of a folder too"
    (tmp_path / "run" / "raster.svg").unlink()
    assert gennaker.open_results(tmp_path / "run")._repr_svg_() is None


def test_pictures_that_cannot_be(network_file, tmp_path):
    result = gennaker.run(network_file)
    for arguments, error, message in (
        (("p.pdf",), ValueError, "an .svg or a .png file"),
        (("p.svg", "film"), ValueError, "choose raster, voltages, states or rates"),
        (("p.svg", "raster", ["cel"]), KeyError, "no population `cel`"),
        (("p.svg", "states"), ValueError, "state"),
    ):
        with pytest.raises(error, match=message):
            result.picture(*arguments)
    assert not list(tmp_path.glob("p.*"))


@pytest.fixture
def folder(tmp_path):
    """A result folder as the command writes it."""
    entry = {"size": 3, "model": "lif", "n_spikes": 2, "mean_rate_hz": 1.0, "states": [{"variable": "v", "unit": "1"}]}
    run = {
        "format": 1,
        "version": "0.1.0",
        "network": "pair",
        "seed": 0,
        "timesteps": 4,
        "interrupted": False,
        "tick_ms": 1.0,
        "populations": [
            {"name": "cell", "spikes_file": "spikes-000.npz", "states_file": "states-000.npz", **entry},
            {"name": "quiet", "spikes_file": None, "states_file": None, **entry, "states": []},
        ],
        "report": {"n_spikes": 2},
    }
    (tmp_path / "run.json").write_text(json.dumps(run))
    np.savez(tmp_path / "spikes-000.npz", t=np.uint32([1, 3]), i=np.uint32([2, 0]))
    v = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.savez(tmp_path / "states-000.npz", v=v, v_t=np.arange(4, dtype=np.uint32), v_i=np.arange(3, dtype=np.uint32))
    return tmp_path


def test_open_results(folder):
    result = gennaker.open_results(folder)
    t, i = result.spikes("cell")
    assert (t.tolist(), i.tolist(), result.timesteps) == ([1, 3], [2, 0], 4)
    assert result.spike_trains("cell") == {0: [3], 1: [], 2: [1]}
    assert result.state("cell", "v")[1][3, 2] == 11 and result.report["n_spikes"] == 2
    with pytest.raises(ValueError, match="`quiet` did not record spikes"):
        result.spikes("quiet")
    with pytest.raises(ValueError, match="pictures are made from runs"):
        result.picture("p.svg")


def test_open_what_is_no_result_folder(folder, tmp_path_factory):
    with pytest.raises(ValueError, match="there is no run.json"):
        gennaker.open_results(tmp_path_factory.mktemp("empty"))
    with pytest.raises(FileNotFoundError):
        gennaker.open_results(folder / "none")
    run = json.loads((folder / "run.json").read_text())
    for text, message in (
        ("{", "not a complete result folder"),
        ("[]", "not a complete result folder"),
        (json.dumps({**run, "format": 2}), "format 2 is newer than 1"),
        (json.dumps({"format": 1}), "not a complete result folder"),
    ):
        (folder / "run.json").write_text(text)
        with pytest.raises(ValueError, match=message):
            gennaker.open_results(folder)
    run["populations"][0]["spikes_file"] = "../secret.npz"
    (folder / "run.json").write_text(json.dumps(run))
    with pytest.raises(ValueError, match="not a plain file name"):
        gennaker.open_results(folder).spikes("cell")
