"""What notebooks show: tables and maps, in which every text of a user is text."""

from html.parser import HTMLParser

import numpy as np
import pytest

import gennaker
from gennaker import hardware, snn

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


class Page(HTMLParser):
    """Elements, attributes and text of a page; fails if an element is not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.texts, self.fills = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"{self.open} are not closed"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open.append(tag)
        self.fills += [value for name, value in attributes if name == "fill"]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


HARMLESS = {"table", "caption", "thead", "tbody", "tr", "th", "td", "b", "p", "div", "span", "svg", "rect", "text", "title"}


def page(shown):
    """The page that an object shows."""
    result = Page(shown._repr_html_())
    assert set(result.tags) <= HARMLESS
    return result


@pytest.fixture(scope="module")
def net():
    net = gennaker.Network(HOSTILE, seed=7)
    net.add_population(HOSTILE, 500, "lif", {}, ["spikes"])
    net.add_population("b", 20, "poisson_process", {"p": 0.1})
    net.add_projection(HOSTILE, 1, 0, {"type": "fixed_probability", "p": 0.1}, 3, 0)
    return net


def test_networks(net):
    texts = page(net).texts
    assert texts[0] == HOSTILE and texts.count(HOSTILE) == 4, "network, population, projection and its target"
    assert {"500", "lif", "spikes", "fixed_probability", ": 520 neurons, seed 7"} <= set(texts)


def test_a_long_network_is_cut():
    net = gennaker.Network()
    for index in range(100):
        net.add_population(f"p{index}", 1, "lif")
    shown = page(net)
    assert "p39" in shown.texts and "p40" not in shown.texts and "and 60 more" in shown.texts


def test_mappings(net):
    mapping = gennaker.map(net, gennaker.Machine("chip"))
    shown = page(mapping)
    assert shown.tags.count("rect") == 152 and mapping.n_pes == 3
    assert (shown.fills.count("#0072b2"), shown.fills.count("#d55e00")) == (2, 1), "500 neurons have two PEs"
    assert any(text.startswith(f"PE(7, 6, 0): 250 neurons of {HOSTILE}, ") for text in shown.texts)
    assert [text.strip() for text in shown.texts].count(HOSTILE) == 1, "the legend"
    big = gennaker.Network()
    big.add_population("all", 90_000, "lif")
    board = page(gennaker.map(big, gennaker.Machine("board")))
    assert board.tags.count("rect") == 3 and "chip (0, 0): 148 PEs in use" in board.texts, board.texts
    assert page(gennaker.map(net, gennaker.Machine("spinn5"))).tags.count("rect") == 1


def test_objects_of_snn_and_accounts():
    source = snn.Population(3, "spike_list", {0: [1], 2: [5, 6]}, name=HOSTILE)
    cell = snn.Population(4, "lif", {"threshold": np.arange(1.0, 5.0), "reset": "reset_to_v_reset"}, name="cell")
    net = snn.Network(HOSTILE)
    net.add(source, cell, snn.Projection(source, cell, [[0, 0, 3, 0]], name=HOSTILE))
    assert "spikes of the last run" not in page(source).texts
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 10, record_power=True)
    assert page(net).texts.count(HOSTILE) == 4
    assert {"spikes of the last run", "3", "1", "of 2 neurons"} <= set(page(source).texts)
    assert {"4 values from 1 to 4", "reset_to_v_reset"} <= set(page(cell).texts)
    texts = page(hw.account).texts
    assert {": modelled, not measured", "in time", "energy", f"{hw.account.total_j:.4g} J", "\u2013 PEs not in use"} <= set(texts)
    odd = gennaker.Account({**hw.account, "machine": HOSTILE, "notes": [HOSTILE]})
    assert page(odd).texts.count(HOSTILE) == 2


def test_nothing_is_printed_by_runs(net, capsys):
    result = gennaker.run(net, 200, machine="chip")
    cell = snn.Population(4, "lif", {"i_offset": 3.0})
    small = snn.Network()
    small.add(cell)
    hardware.SpiNNaker2Chip().run(small, 20, record_power=True)
    assert capsys.readouterr() == ("", "") and result._repr_svg_().startswith("<svg")
