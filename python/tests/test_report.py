"""Reports: what they say is what the run did."""

import base64
import json
import re

import numpy as np
import pytest

import gennaker
from gennaker import hardware, snn

KINDS = {"u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "f32": np.float32}


def data(page):
    """The data of a page."""
    text = re.search(r'id="report-data">(.*?)</script>', page.html, re.DOTALL).group(1)
    return json.loads(text)


def array(packed):
    found = np.frombuffer(base64.b64decode(packed["base64"]), KINDS[packed["kind"]])
    assert len(found) == packed["n"]
    return found


def network():
    net = gennaker.Network("two <b>populations</b>", 7)
    noise = net.add_population("noise", 50, "poisson_process", {"p": 0.05}, [])
    record = ["spikes", {"variable": "v", "neurons": [3, 8]}]
    cells = net.add_population("cells & co", 300, "lif", {"threshold": 4.0, "alpha_decay": 0.9}, record)
    net.add_projection("drive", noise, cells, {"type": "fixed_probability", "p": 0.3}, weight=2, delay=1)
    return net


def test_a_run_in_memory():
    run = gennaker.run(network(), 200, machine="chip")
    page = gennaker.report(run)
    seen = data(page)
    assert seen["title"] == "two <b>populations</b>" and "<b>" not in page.html
    ticks, neurons = run.spikes("cells & co")
    shown = seen["activity"]["populations"][0]
    assert (array(shown["raster"]["ticks"]) == ticks).all() and (array(shown["raster"]["neurons"]) == neurons).all()
    assert shown["rates"]["mean"] == pytest.approx(len(ticks) / 300 / 0.2) and sum(shown["rates"]["counts"]) == 300
    trace = seen["activity"]["traces"][0]
    assert [line["neuron"] for line in trace["lines"]] == [3, 8] and trace["threshold"] == 4.0
    assert (array(trace["lines"][0]["values"]) == run.state("cells & co", "v")[1][:, 0]).all()
    assert seen["network"]["populations"][1]["n_pes"] == len(run.mapping.slices()["population"]) - 1
    assert seen["energy"]["total_j"] > 0 and array(seen["time"]["latest"]).max() < 1


def test_a_folder_says_the_same(tmp_path):
    run = gennaker.run(network(), 200, machine="chip", folder=tmp_path / "run")
    account = gennaker.account(tmp_path / "run")
    memory = run.mapping.slices()["sram_bytes"]
    for page in (gennaker.report(run), gennaker.report(tmp_path / "run"), gennaker.report(gennaker.open_results(tmp_path / "run"))):
        seen = data(page)
        assert seen["energy"]["total_j"] == account.total_j
        assert (array(seen["machine"]["pe_metrics"][0]["values"]) == memory).all()
    slow = data(gennaker.report(tmp_path / "run", level="low"))
    assert slow["energy"]["total_j"] < account.total_j
    cut = data(gennaker.report(tmp_path / "run", ticks=(50, 60)))
    assert cut["activity"]["ticks"] == {"start": 50, "end": 60}
    assert any("show ticks 50 to 60 of 200" in warning["text"] for warning in cut["warnings"])


def test_after_a_run_on_hardware():
    cells = snn.Population(3, "lif", {"threshold": 3.0, "i_offset": 1.0}, name="cells", record=["spikes"])
    net = snn.Network("hw")
    net.add(cells)
    machine = hardware.SpiNNaker2Chip()
    with pytest.raises(ValueError, match="nothing was run yet"):
        gennaker.report(machine)
    machine.run(net, 50, record_power=True, account={"level": "low"})
    assert data(gennaker.report(machine))["energy"]["total_j"] == pytest.approx(machine.energy, rel=1e-12)


def test_it_can_be_kept_and_shown(tmp_path):
    page = gennaker.report(gennaker.run(network(), 20))
    assert data(page)["machine"] is None and data(page)["energy"] is None
    path = page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html and path.endswith("page.html")
    assert [child.name for child in tmp_path.iterdir()] == ["page.html"]
    shown = page._repr_html_()
    assert shown.count("<") == 2 and 'sandbox="allow-scripts"' in shown
    with pytest.raises(FileNotFoundError):
        page.save(tmp_path / "nowhere" / "page.html")


def test_mistakes_are_named(tmp_path):
    run = gennaker.run(network(), 20)
    with pytest.raises(ValueError, match="a run in memory is shown whole"):
        gennaker.report(run, ticks=(0, 10))
    with pytest.raises(ValueError, match="tall"):
        gennaker.report(gennaker.run(network(), 20, machine="chip"), level="tall")
    with pytest.raises((ValueError, FileNotFoundError, OSError), match="nowhere"):
        gennaker.report(tmp_path / "nowhere")


@pytest.mark.parametrize("ticks", ["ab", (1, 2, 3), (1.5, 3), 7, (-1, 5), (9, 5), (5, 5), (250, 2**40)])
def test_ticks_that_cannot_be_are_named(tmp_path, ticks):
    gennaker.run(network(), 200, folder=tmp_path / "run")
    with pytest.raises((TypeError, ValueError), match="first, end|choose a range"):
        gennaker.report(tmp_path / "run", ticks=ticks)
    assert data(gennaker.report(tmp_path / "run", ticks=[190, 2**40]))["activity"]["ticks"] == {"start": 190, "end": 200}


def test_changed_arrays_are_refused():
    parts = gennaker.run(network(), 50)._report_parts()
    parts.pop("account", None)
    (ticks, neurons), states = parts["recordings"][1]
    parts["recordings"][1] = ((ticks[::-1].copy(), neurons), states)
    with pytest.raises(ValueError, match="not sorted by tick"):
        gennaker._gennaker.report_run(**parts, account={})
