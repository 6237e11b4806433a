"""Pictures on axes of matplotlib: what is drawn, where, and what is left alone."""

import sys

import numpy as np
import pytest
from conftest import ROOT

import gennaker
from gennaker import hardware, plot, snn

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

FORMULA = r"$\frac{a$ _b"


@pytest.fixture(autouse=True)
def no_figure_is_left():
    pyplot.close("all")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def result():
    net = gennaker.Network("pair", seed=2)
    net.add_population("in", 40, "poisson_process", {"p": 0.05}, ["spikes"])
    net.add_population("cell", 10, "lif", {"threshold": 12.0}, ["spikes", "v"])
    net.add_population("fast", 5, "izhikevich", {}, ["spikes", "v", "u"])
    net.add_population("quiet", 3, "lif", {}, [])
    net.add_projection(
        "first", 0, 1, {"type": "fixed_probability", "p": 0.5}, {"distribution": "uniform_int", "low": -3, "high": 9}, 1
    )
    net.add_projection("second", 0, 2, {"type": "all_to_all"}, 0.25, 0)
    return gennaker.run(net, 500, machine="chip")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run on a machine, which can be accounted for."""
    path = tmp_path_factory.mktemp("plot") / "run"
    net = gennaker.Network("counted")
    net.add_population("in", 300, "poisson_process", {"p": 0.02}, ["spikes"], max_atoms_per_core=100)
    net.add_population("cell", 90, "lif", {"threshold": 12.0}, ["spikes"], max_atoms_per_core=30)
    net.add_projection("p", 0, 1, {"type": "fixed_probability", "p": 0.2}, 3, 1)
    gennaker.run(net, 200, machine="chip", folder=path)
    return path


def given_axes():
    """Axes that pyplot knows nothing of."""
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def points(ax):
    """What was drawn with marks: x and y of every line without a stroke."""
    return [np.column_stack(line.get_data()) for line in ax.lines if line.get_linestyle() == "None"]


# The same for all.

PICTURES = {
    "raster": lambda r, ax: plot.raster(r, ax=ax),
    "rates": lambda r, ax: plot.rates(r, ax=ax),
    "isi": lambda r, ax: plot.isi(r, ax=ax),
    "isi log": lambda r, ax: plot.isi(r, ax=ax, log=True),
    "voltages": lambda r, ax: plot.voltages(r, ax=ax),
    "traces": lambda r, ax: plot.traces(r, "u", ax=ax),
    "weights": lambda r, ax: plot.weights(r, "first", ax),
    "histogram": lambda r, ax: plot.weights(r, "first", ax, kind="histogram"),
    "map": lambda r, ax: plot.machine_map(r, "spikes", ax),
}


@pytest.mark.parametrize("name", PICTURES)
def test_axes_in_axes_out(result, name):
    settings = dict(matplotlib.rcParams)
    ax = given_axes()
    before = [label.get_fontsize() for label in ax.get_xticklabels()]
    assert PICTURES[name](result, ax) is ax
    ax.figure.canvas.draw()
    assert pyplot.get_fignums() == [], "pyplot was not asked"
    assert dict(matplotlib.rcParams) == settings
    assert ax.spines["top"].get_visible() and ax.get_xlabel() and ax.get_ylabel()
    assert {label.get_fontsize() for label in ax.get_xticklabels()} <= set(before) | {matplotlib.rcParams["font.size"]}


@pytest.mark.parametrize("name", PICTURES)
def test_figures_of_our_own_fit_a_column(result, name):
    settings = dict(matplotlib.rcParams)
    ax = PICTURES[name](result, None)
    assert ax.figure.get_size_inches()[0] * 25.4 == pytest.approx(85)
    ax.figure.canvas.draw()
    sizes = {text.get_fontsize() for text in ax.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()}
    assert sizes <= {7.0, 8.0}
    box = ax.get_tightbbox()
    assert box.x0 >= -1 and box.x1 <= ax.figure.bbox.x1 + 1, "nothing is cut off"
    assert dict(matplotlib.rcParams) == settings


def test_units_are_in_the_labels(result):
    assert plot.raster(result).get_xlabel() == "time (ms)"
    assert (
        plot.rates(result, bin_ms=5).get_xlabel() == "time (ms), in bins of 5 ms"
        and plot.rates(result).get_ylabel() == "rate (Hz)"
    )
    assert plot.voltages(result, "fast").get_ylabel() == "membrane potential v (mV)"
    assert plot.voltages(result, "cell").get_ylabel() == "membrane potential v", "a number without a unit"
    assert plot.isi(result).get_xlabel() == "interval between spikes (ms)"


def test_colours_are_those_of_the_other_pictures():
    theme = (ROOT / "crates" / "report" / "src" / "theme.rs").read_text()
    from gennaker import _html
    from gennaker.plot import _panel

    assert all(f'"{colour}"' in theme for colour in _panel.COLOURS) and _panel.COLOURS == _html._COLOURS
    assert theme.index(_panel.COLOURS[0]) < theme.index(_panel.COLOURS[1]) < theme.index(_panel.COLOURS[6])


def test_a_population_has_one_colour_everywhere(result):
    from matplotlib.colors import to_hex

    raster, rates = plot.raster(result, "cell"), plot.rates(result, ["cell", "in"])
    (marks,) = [line for line in raster.lines if line.get_linestyle() == "None"]
    assert marks.get_color() == "#d55e00" and to_hex(rates.patches[0].get_edgecolor()) == "#d55e00"


# Rasters.


def test_a_raster_has_every_spike(result):
    ax = result.plot("cell")
    ticks, neurons = result.spikes("cell")
    (marks,) = points(ax)
    assert len(ticks) > 30
    np.testing.assert_allclose(marks, np.column_stack([ticks, (neurons + 0.5) / 10]))
    assert ax.get_xlim() == (0, 500) and ax.get_ylabel() == "cell neuron"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "2", "4", "6", "8"]


def test_a_raster_of_several(result):
    ax = plot.raster(result)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["in\n40", "cell\n10", "fast\n5"]
    marks = points(ax)
    assert [len(part) for part in marks] == [len(result.spikes(name)[0]) for name in ("in", "cell", "fast")]
    lows, highs = [part[:, 1].min() for part in marks], [part[:, 1].max() for part in marks]
    assert lows[0] > highs[1] > lows[1] > highs[2] >= 0 and highs[0] <= 1, "the first is on top, and none lies over another"


def test_a_raster_of_many_populations():
    net = gennaker.Network()
    for index in range(120):
        net.add_population(f"p{index}", 1 + index % 7, "poisson_process", {"p": 0.2}, ["spikes"])
    ax = gennaker.run(net, 50).plot()
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert len(boxes) > 10 and all(high.y0 > low.y1 - 1 for high, low in zip(boxes, boxes[1:])), "names do not overlap"
    marks = points(ax)
    assert len(marks) == 120 and all(a[:, 1].min() > b[:, 1].max() for a, b in zip(marks, marks[1:]) if len(a) and len(b))


def test_a_part_of_a_raster(result):
    ax = plot.raster(result, "in", neurons=4, start_ms=100, stop_ms=200)
    ticks, neurons = result.spikes("in")
    expected = [
        (t, [0, 13, 26, 39].index(n)) for t, n in zip(ticks.tolist(), neurons.tolist()) if 100 <= t < 200 and n in (0, 13, 26, 39)
    ]
    (marks,) = points(ax)
    assert [(t, round(row * 4 - 0.5)) for t, row in marks.tolist()] == expected and expected
    assert ax.get_xlim() == (100, 200)
    with pytest.raises(ValueError, match="neurons is 0; it must be at least 1"):
        plot.raster(result, neurons=0)


def test_ticks_are_milliseconds(result):
    slow = gennaker.Result(result.populations.values(), 500, tick_ms=0.1)
    (marks,) = points(plot.raster(slow, "cell"))
    np.testing.assert_allclose(marks[:, 0], result.spikes("cell")[0] * 0.1)
    assert plot.raster(slow).get_xlim() == (0, 50)


@pytest.mark.parametrize("ending", ["pdf", "svg"])
def test_many_spikes_make_a_small_file(tmp_path, ending):
    net = gennaker.Network()
    net.add_population("many", 3000, "poisson_process", {"p": 0.1, "Tref": 0}, ["spikes"])
    many = gennaker.run(net, 500)
    assert len(many.spikes("many")[0]) > 100_000
    ax = many.plot()
    assert [line.get_rasterized() for line in ax.lines] == [True]
    ax.figure.savefig(tmp_path / f"many.{ending}")
    assert (tmp_path / f"many.{ending}").stat().st_size < 1_000_000
    text = (tmp_path / f"many.{ending}").read_bytes()
    assert b"image" in text or b"/Image" in text
    few = plot.raster(many, neurons=20)
    assert not few.lines[0].get_rasterized(), "few marks stay lines"


def test_nothing_to_draw():
    net = gennaker.Network()
    net.add_population("silent", 4, "lif", {}, ["spikes", "v"])
    net.add_population("mute", 4, "lif", {}, [])
    for ticks in (0, 1, 10):
        silent = gennaker.run(net, ticks)
        for picture in (plot.raster, plot.rates, plot.isi, plot.voltages):
            picture(silent).figure.canvas.draw()
        plot.summary(silent)["raster"].figure.canvas.draw()
    with pytest.raises(ValueError, match="`mute` did not record `spikes`"):
        plot.raster(silent, "mute")
    with pytest.raises(ValueError, match="no population recorded `u`; recorded are: spikes, v"):
        plot.traces(silent, "u")
    with pytest.raises(KeyError, match="no population `mut`; there are: silent, mute"):
        plot.raster(silent, "mut")


def test_hostile_names():
    net = gennaker.Network("n")
    for index, name in enumerate((FORMULA, "_hidden", "", "a\nb\0", "\u03b1\u0436", "x" * 500)):
        net.add_population(name, 3, "poisson_process", {"p": 0.1 + 0.1 * index, "Tref": 0}, ["spikes"])
    odd = gennaker.run(net, 100)
    axes = plot.summary(odd)
    axes["raster"].figure.canvas.draw()
    labels = [label.get_text() for label in axes["raster"].get_yticklabels()]
    assert labels[0] == r"\$\frac{a\$ _b" + "\n3" and labels[2] == '""\n3' and labels[3] == r"a\nb\x00" + "\n3"
    assert len(labels[5]) == 30, "a long name is cut"
    entries = [text.get_text() for text in plot.rates(odd).get_legend().get_texts()]
    assert len(entries) == 6 and entries[1] == " _hidden"


def test_very_many_populations_have_no_legend():
    net = gennaker.Network("many")
    for index in range(60):
        net.add_population(f"p{index}", 2, "poisson_process", {"p": 0.2, "Tref": 0}, ["spikes"])
    many = gennaker.run(net, 50)
    for draw in (plot.rates, plot.isi):
        ax = draw(many)
        ax.figure.canvas.draw()
        assert ax.get_legend() is None and ax.bbox.height > 100, "the picture has the room"
    assert plot.rates(many, [f"p{index}" for index in range(21)]).get_legend() is not None


# Rates and intervals.


def test_rates_are_spikes_per_neuron_and_second(result):
    ax = plot.rates(result, "in", bin_ms=30)
    hertz, edges, _ = ax.patches[0].get_data()
    assert edges.tolist() == [*range(0, 500, 30), 500], "the last bin is shorter"
    counts = np.histogram(result.spikes("in")[0], edges)[0]
    np.testing.assert_allclose(hertz, counts / 40 / (np.diff(edges) * 1e-3))
    assert (hertz * np.diff(edges) * 1e-3 * 40).sum() == pytest.approx(len(result.spikes("in")[0]))


def test_intervals():
    net = gennaker.Network()
    net.add_population("clock", 2, "spike_list", {}, ["spikes"], spikes=(range(0, 100, 10), [0] * 10))
    net.add_population("two", 1, "spike_list", {}, ["spikes"], spikes=([5, 30, 35], [0, 0, 0]))
    run = gennaker.run(net, 100)
    ax = plot.isi(run, max_ms=40)
    (share, edges, _), (two, _, _) = (patch.get_data() for patch in ax.patches)
    assert edges[0] == 0.5 and share[9] == 100 and share.sum() == 100, "all intervals of the clock are 10 ms"
    assert (two[4], two[24], two.sum()) == (50, 50, 100)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["clock: CV 0.00", "two: CV 0.67"]


# States.


def test_traces(result):
    ax = plot.voltages(result, "cell", neurons=[7, 2])
    ticks, values = result.state("cell", "v")
    lines = [line for line in ax.lines if line.get_linestyle() == "-"]
    for line, neuron in zip(lines, (7, 2)):
        np.testing.assert_array_equal(line.get_ydata(), values[:, neuron])
        assert line.get_xdata().tolist() == ticks.tolist()
    spiking = [result.spike_trains("cell")[neuron] for neuron in (7, 2)]
    assert [part[:, 0].tolist() for part in points(ax)] == [train for train in spiking if train]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["neuron 7", "neuron 2"]
    assert not points(plot.voltages(result, "cell", spikes=False))
    with pytest.raises(ValueError, match="`cell` did not record `v` of neuron 10"):
        plot.voltages(result, neurons=[10])


def test_units_that_differ_are_in_the_legend(result):
    entries = [text.get_text() for text in plot.voltages(result).get_legend().get_texts()]
    assert entries == ["cell", "fast (mV)"] and plot.voltages(result).get_ylabel() == "membrane potential v"


# Weights.


def test_weights(result):
    ax = plot.weights(result, "first")
    rows = result._network.synapses(0)
    matrix = ax.images[0].get_array()
    assert matrix.shape == (40, 10) and matrix.count() == len(rows) == len({(a, b) for a, b in rows[:, :2].tolist()})
    np.testing.assert_array_equal(matrix[rows[:, 0].astype(int), rows[:, 1].astype(int)], rows[:, 2])
    histogram = plot.weights(result, 0, kind="histogram")
    assert sum(patch.get_height() for patch in histogram.patches) == len(rows)
    (bar,) = [patch for patch in plot.weights(result, "second", kind="histogram").patches if patch.get_height()]
    assert bar.get_height() == 200 and bar.get_x() <= 0.25 <= bar.get_x() + bar.get_width()
    with pytest.raises(ValueError, match="name one; there are: first, second"):
        plot.weights(result)
    with pytest.raises(ValueError, match="no projection 'third'; there are: first, second"):
        plot.weights(result, "third")
    with pytest.raises(ValueError, match="kind is 'pie'"):
        plot.weights(result, 0, kind="pie")


def test_synapses_of_one_pair_are_added_up():
    a, b = snn.Population(2, "spike_list", {}, name="a"), snn.Population(3, "lif", name="b")
    projection = snn.Projection(a, b, [[0, 1, 4, 0], [0, 1, 5, 2], [1, 2, -3, 0]], name="p")
    matrix = plot.weights(projection).images[0].get_array()
    assert matrix.filled(0).tolist() == [[0, 9, 0], [0, 0, -3]] and matrix.count() == 2
    empty = snn.Projection(a, b, np.zeros((0, 4)), name="none")
    for kind in ("matrix", "histogram"):
        plot.weights(empty, kind=kind).figure.canvas.draw()


def test_a_matrix_with_one_neuron_has_one_number():
    a, b = snn.Population(2, "spike_list", {}, name="a"), snn.Population(1, "lif", name="b")
    ax = plot.weights(snn.Projection(a, b, [[0, 0, 4, 0], [1, 0, -3, 0]], name="p"))
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    assert [tick for tick in ax.get_xticks() if low <= tick <= high] == [0]


def test_weights_of_a_folder(folder):
    ax = plot.weights(folder)
    assert ax.get_title(loc="left").startswith("p: ") and not ax.images, "300 neurons are too many for a matrix"
    with pytest.raises(ValueError, match="more than 4096 a side"):
        many = snn.Population(5000, "lif", name="many")
        plot.weights(snn.Projection(many, many, [[0, 0, 1, 0]]), kind="matrix")


# Machines and energy.


@pytest.mark.parametrize("metric", ["memory", "neurons", "spikes", "load", "energy"])
def test_a_map_of_a_chip(folder, metric):
    result = gennaker.open_results(folder)
    ax = plot.machine_map(folder, metric)
    values = ax.collections[0].get_array()
    assert len(values) == 152 and values.count() == 6, "one colour for each PE in use"
    mapping = gennaker.map(gennaker.load(folder / "network.toml").network, gennaker.Machine("chip"), {"timesteps": 200})
    slices = mapping.slices()
    shown = values[slices["core"].astype(int) - 1]
    if metric == "neurons":
        assert shown.tolist() == [100, 100, 100, 30, 30, 30]
    elif metric == "memory":
        assert shown.tolist() == (slices["sram_bytes"] / 1024).tolist()
    elif metric == "spikes":
        assert shown[:3].sum() == len(result.spikes("in")[0]) and shown[3:].sum() == len(result.spikes("cell")[0])
    else:
        pes = gennaker.account(folder).columns("pes")
        expected = 100 * pes["max_time_done"] if metric == "load" else pes["energy_j"]
        np.testing.assert_allclose(shown / shown.max(), expected / expected.max())


def test_more_is_darker(folder):
    ax = plot.machine_map(folder, "neurons")
    squares = ax.collections[0]
    light = [sum(squares.cmap(squares.norm(value))[:3]) for value in (0, 50, 100)]
    assert light == sorted(light, reverse=True)


def test_pes_lie_where_the_core_says():
    from gennaker import _floorplan

    net = gennaker.Network()
    net.add_population("all", 148 * 250, "lif")
    names = gennaker.map(net, gennaker.Machine("chip")).pe_names()
    assert len(names) == 148 and len(set(_floorplan.QUADS)) == 38 and not set(_floorplan.QUADS) & set(_floorplan.ROUTER)
    for core, name in enumerate(names, 1):
        x, y, p = map(int, name[3:-1].split(","))
        assert _floorplan.QUADS[(core - 1) // 4] == (x, y) and (core - 1) % 4 == p


def test_spikes_of_images_cut_into_blocks():
    source = snn.Population(32 * 32, "poisson_process", {"p": 0.05}, name="in")
    net = snn.Network("conv")
    cell = snn.Population(3 * 32 * 32, "lif_conv2d", {"threshold": 9.0}, name="cell")
    source.set_max_atoms_per_core(300)
    params = {"in_height": 32, "in_width": 32, "pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}
    weights = np.random.default_rng(3).integers(-3, 9, (1, 3, 3, 3))
    net.add(source, cell, snn.Conv2DProjection(source, cell, weights, params))
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 100, record_power=True)
    shown = plot.machine_map(hw, "spikes").collections[0].get_array()
    pes, cores = hw.account.columns("pes"), hw.mapping.slices()["core"].astype(int)
    spikes = shown[cores - 1]
    assert len(cores) > 10 and len(set(spikes.tolist())) > 5
    assert spikes[pes["slice"]].tolist() == pes["sent"].tolist()


def test_a_map_of_a_board():
    net = gennaker.Network()
    net.add_population("all", 90_000, "lif", {}, [])
    mapping = gennaker.map(net, gennaker.Machine("board"))
    chips, counts = np.unique(np.column_stack([mapping.slices()[f"chip_{axis}"] for axis in "xy"]), axis=0, return_counts=True)
    ax = plot.machine_map(mapping, "neurons")
    values = ax.collections[0].get_array()
    assert values.count() == len(chips) == 3 and values.sum() == 90_000
    assert ax.get_title(loc="left") == "3 chips in use, 360 PEs"
    one = plot.machine_map(mapping, chip=tuple(chips[0].tolist()))
    assert one.collections[0].get_array().count() == counts[0]
    with pytest.raises(ValueError, match=r"no PE of chip \(7, 7\) is in use"):
        plot.machine_map(mapping, chip=(7, 7))
    old = gennaker.map(net, gennaker.Machine("spinn5"))
    assert plot.machine_map(old).get_ylabel() == "chip y"
    with pytest.raises(ValueError, match="SpiNNaker1"):
        plot.machine_map(old, chip=(0, 0))


def test_what_a_map_needs(result, folder):
    with pytest.raises(ValueError, match="metric 'heat' is not known; there are: memory, neurons, spikes"):
        plot.machine_map(result, "heat")
    with pytest.raises(ValueError, match="the run was not counted"):
        plot.machine_map(result, "energy")
    with pytest.raises(ValueError, match="a mapping has no spikes"):
        plot.machine_map(result.mapping, "spikes")
    with pytest.raises(ValueError, match="a mapping has no account"):
        plot.energy(result.mapping)
    with pytest.raises(ValueError, match="not laid on a machine"):
        plot.machine_map(gennaker.run(result._network, 5))
    with pytest.raises(TypeError, match="int carries no results"):
        plot.raster(7)
    with pytest.raises(ValueError, match="is not a result folder"):
        plot.raster(folder.parent)


def test_energy(folder):
    account = gennaker.account(folder)
    ax = plot.energy(account)
    widths = [bar.get_width() for bar in ax.patches]
    parts = sorted((joules for joules in account.energy.values() if joules > 0), reverse=True)
    np.testing.assert_allclose(np.array(widths) / widths[0], np.array(parts) / parts[0])
    assert "modelled" in ax.get_xlabel() and "J)" in ax.get_xlabel()
    np.testing.assert_array_equal([bar.get_width() for bar in plot.energy(folder).patches], widths)


# Hardware objects, and several pictures at once.


@pytest.fixture
def run():
    source = snn.Population(12, "poisson_process", {"p": 0.1}, name=FORMULA)
    cell = snn.Population(6, "lif", {"threshold": 8.0}, name="cell", record=["spikes", "v"])
    net = snn.Network("net")
    net.add(source, cell, snn.Projection(source, cell, [[i, i % 6, 5, 0] for i in range(12)], name="p"))
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 100, sys_tick_in_s=1e-3, record_power=True)
    return net, hw, cell


def test_objects_after_a_run(run):
    net, hw, cell = run
    expected = sorted((t, i) for i, train in cell.get_spikes().items() for t in train)
    for source in (net, hw, cell, [cell], hw.result):
        (marks,) = points(plot.raster(source, "cell"))
        assert [(t, round(row * 6 - 0.5)) for t, row in marks.tolist()] == expected
    assert plot.weights(net).images and plot.weights(net, "p").images
    assert plot.machine_map(hw, "energy").collections[0].get_array().count() == 2
    with pytest.raises(RuntimeError, match="has run nothing yet"):
        plot.raster(hardware.SpiNNaker2Chip())
    with pytest.raises(RuntimeError, match="population `new` has no results yet"):
        plot.raster(snn.Population(1, "lif", name="new"))


def test_hardware_that_has_only_mapped(run):
    net, _, _ = run
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 10, mapping_only=True)
    assert plot.machine_map(hw).collections[0].get_array().count() == 2


def test_a_summary(run, result, folder):
    axes = plot.summary(run[1])
    assert list(axes) == ["raster", "voltages", "rates", "isi", "energy"]
    assert axes["rates"].get_xlim() == axes["raster"].get_xlim() == (0, 100)
    axes["raster"].figure.canvas.draw()
    assert list(plot.summary(folder)) == ["raster", "rates", "isi", "energy"]
    figure = Figure(figsize=(5, 8), layout="constrained")
    axes = plot.summary(result, ["cell", "in"], figure)
    assert list(axes) == ["raster", "voltages", "rates", "isi"] and axes["isi"].figure is figure
    FigureCanvasAgg(figure).draw()


def test_without_matplotlib(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    for picture in (result.plot, lambda: plot.summary(result), lambda: plot.machine_map(result)):
        with pytest.raises(ImportError, match="pip install matplotlib"):
            picture()


@pytest.mark.parametrize("bin_ms", [0, -1, float("nan"), float("inf")])
def test_bins_have_a_length(result, bin_ms):
    for draw in (plot.rates, plot.isi):
        with pytest.raises(ValueError, match="bin_ms is"):
            draw(result, bin_ms=bin_ms)
