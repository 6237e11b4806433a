"""NIR graphs in, answers out; networks back to graphs."""

import dataclasses
import signal
import threading
import time
import types

import numpy as np
import pytest
from nir_graphs import conv_graph, dense_graph, ones, spikes_of, spoiled

import gennaker
from gennaker import brian2_sim, hardware, nir, snn
from gennaker.nir import Graph, Node

# Graphs of all kinds.


def data_class(kind, **fields):
    """A node as the package ``nir`` has them: a dataclass, with derived fields beside the parameters."""
    shape = fields.pop("shape", None)
    extra = {"input_type": {"input": shape}, "output_type": {"output": shape}, "metadata": {}}
    made = dataclasses.make_dataclass(kind, [*fields, *extra])
    return made(**fields, **extra)


def reference(graph, spikes, **options):
    return nir.from_nir(graph, **options).run(spikes).outputs


def test_graphs_of_all_classes_are_the_same_network(tmp_path):
    spikes = spikes_of(np.random.default_rng(1), 50, 4)
    expected = reference(dense_graph(), spikes)
    assert expected.sum() > 5
    assert np.array_equal(reference(dense_graph(data_class), spikes), expected)
    lists = types.SimpleNamespace(nodes=dense_graph(data_class).nodes, edges=[["in", "fc"], ["fc", "cells"], ["cells", "out"]])
    assert np.array_equal(reference(lists, spikes), expected)
    nir.write(tmp_path / "graph.nir", dense_graph())
    for given in (tmp_path / "graph.nir", str(tmp_path / "graph.nir"), (tmp_path / "graph.nir").read_bytes()):
        assert np.array_equal(reference(given, spikes), expected)
    assert np.array_equal(reference(nir.read(tmp_path / "graph.nir"), spikes), expected)


def test_nested_graphs_are_laid_open():
    inner = Graph(
        {"i": Node("Input", shape=[4]), **{n: dense_graph().nodes[n] for n in ("fc", "cells")}, "o": Node("Output", shape=[3])},
        [("i", "fc"), ("fc", "cells"), ("cells", "o")],
    )
    outer = Graph(
        {"in": Node("Input", shape=[4]), "net": inner, "out": Node("Output", shape=[3])}, [("in", "net"), ("net", "out")]
    )
    spikes = spikes_of(np.random.default_rng(1), 50, 4)
    assert np.array_equal(reference(outer, spikes), reference(dense_graph(), spikes))
    assert [layer["name"] for layer in nir.from_nir(outer).layers] == ["in", "net|cells"]
    inner.nodes["again"] = inner
    with pytest.raises(ValueError, match="nested in itself"):
        nir.from_nir(outer)


def test_objects_of_the_reference_package(tmp_path):
    package = pytest.importorskip("nir")
    nir.write(tmp_path / "graph.nir", conv_graph(bias=(0.4, 0.0)))
    graph = nir.read(tmp_path / "graph.nir")
    assert isinstance(graph, package.NIRGraph)
    spikes = spikes_of(np.random.default_rng(2), 30, 48)
    expected = reference(conv_graph(), spikes)
    assert np.array_equal(reference(graph, spikes), expected)
    package.write(tmp_path / "theirs.nir", graph)
    assert np.array_equal(reference(tmp_path / "theirs.nir", spikes), expected)
    gridded = package.TimeGriddedData(spikes[None].astype(bool), 1e-4)
    events = gridded.to_event(int(spikes.sum()))
    for recorded in (gridded, events):
        recording = package.NIRGraphData({"in": package.NIRNodeData({"spikes": recorded})})
        assert np.array_equal(nir.from_nir(graph).run(recording).outputs, expected)
        assert np.array_equal(nir.from_nir(graph).run(recording.nodes["in"]).outputs, expected)


# Data of all kinds, and what comes out.


def test_data_of_all_kinds_give_the_same():
    deployment = nir.from_nir(conv_graph())
    frames = spikes_of(np.random.default_rng(2), 30, 48)
    expected = deployment.run(frames)
    assert expected.outputs.shape == (1, 4) and expected.outputs.sum() > 5
    tick, neuron = np.nonzero(frames)
    events = np.zeros(len(tick), dtype=[("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")])
    events["x"], events["y"], events["t"] = neuron % 6, neuron // 6, tick * 1000 + 7
    trains = {n: np.flatnonzero(frames[:, n]).tolist() for n in range(48)}
    for given in (
        frames.tolist(),
        frames.astype(bool),
        frames.astype(np.float32).reshape(30, 1, 8, 6),
        frames[None],
        frames.reshape(1, 30, 1, 8, 6),
        [frames],
        trains,
        [trains],
    ):
        found = deployment.run(given, n_ticks=30)
        assert np.array_equal(found.outputs, expected.outputs) and np.array_equal(found.n_spikes, expected.n_spikes)
    for given in (events, [events]):
        assert np.array_equal(deployment.run(given, keep_last=True).outputs, expected.outputs)


def test_files_and_folders(tmp_path):
    deployment = nir.from_nir(dense_graph())
    samples = [spikes_of(np.random.default_rng(seed), 20 + seed, 4) for seed in range(3)]
    for number, sample in enumerate(samples):
        np.save(tmp_path / f"{number}.npy", sample)
    expected = deployment.run(samples)
    found = deployment.run(tmp_path)
    assert found.names == ["0", "1", "2"] and np.array_equal(found.outputs, expected.outputs)
    assert np.array_equal(deployment.run([tmp_path / "2.npy", str(tmp_path / "0.npy")]).outputs, expected.outputs[[2, 0]])
    assert found.accuracy({"0": 9, "1": 9, "2": int(found.answers[2])}) == pytest.approx(1 / 3)


def test_many_are_as_one_by_one():
    deployment = nir.from_nir(conv_graph(), reset="subtract")
    batch = np.stack([spikes_of(np.random.default_rng(seed), 25, 48) for seed in range(7)])
    runs = deployment.run(batch, threads=3, recordings=True)
    assert len(runs) == 7 and runs.outputs.shape == (7, 4) and runs.n_spikes.shape == (7, 3)
    assert set(runs.n_ticks.tolist()) == {25 + 2}
    for at, sample in enumerate(batch):
        one = deployment.run(sample)
        assert np.array_equal(one.outputs[0], runs.outputs[at]) and one.answers[0] == runs.answers[at]
        ticks, neurons = runs.spikes(at, "b")
        assert np.array_equal(np.bincount(neurons, minlength=4), runs.outputs[at]) and len(ticks) == len(neurons)
    assert runs.accuracy(runs.answers) == 1.0 and runs.accuracy(runs.answers + 1) == 0.0
    with pytest.raises(ValueError, match="recordings=True"):
        deployment.run(batch).spikes(0, "b")
    assert np.array_equal(runs.spikes(-1, "b")[0], runs.spikes(6, "b")[0])
    with pytest.raises(IndexError, match="sample 7 does not exist; there are 7"):
        runs.spikes(7, "b")
    with pytest.raises(KeyError, match="no population `c`; there are: in, a, b"):
        runs.spikes(0, "c")


def test_potentials_are_in_units_of_the_graph():
    graph = dense_graph()
    graph.nodes["cells"] = Node("LI", tau=2e-3 * ones(3), r=ones(3), v_leak=0 * ones(3))
    spikes = spikes_of(np.random.default_rng(4), 40, 4)
    run = nir.from_nir(graph, real_weights=True).run(spikes, "last_potential", "reference", tail_ticks=1)
    v = np.zeros(3)
    for row in spikes:
        v = v + 0.05 * (graph.nodes["fc"].weight @ row - v)
    assert np.allclose(run.outputs[0], v, rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match="no spikes to count"):
        nir.from_nir(graph).run(spikes)


def test_options_change_what_they_say():
    graph = dense_graph(bias=0.01)
    assert [entry["name"] for entry in nir.from_nir(graph).layers] == ["in", "cells"]
    by_name = {entry["name"]: entry for entry in nir.from_nir(graph, integrator="exponential", dt=1e-3).layers}
    assert by_name["cells"]["alpha_decay"][0] == pytest.approx(np.exp(-0.5))
    assert nir.from_nir(graph, weight_bits=16).layers[1]["model"] == "lif_wide"
    assert nir.from_nir(graph, real_weights=["cells"]).layers[1]["weights"] is None
    assert nir.from_nir(graph, real_weights=[]).layers[1]["weights"]["n"] == 12
    assert "dt 0.0001 s" in nir.from_nir(graph).summary() and nir.from_nir(graph).notes == []
    assert nir.from_nir(graph, rounding="nearest", scaling="channel", threshold_fit="fitted").options["rounding"] == "nearest"
    assert nir.from_nir(graph, output_record=["spikes", "v"]).run(np.ones((3, 4)), recordings=True).state(0, "cells").shape == (
        4,
        3,
    )
    assert isinstance(nir.from_nir(graph).network, gennaker.Network)


# What is wrong is named.


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"dt": -1}, ValueError, "dt is -1; it must be a time in seconds above 0"),
        ({"dt": "1ms"}, ValueError, "dt is '1ms'"),
        ({"dt": 1.0}, ValueError, "`cells`.*forward Euler would overshoot"),
        ({"integrator": "euler"}, ValueError, "integrator is 'euler'; it must be one of 'forward', 'exponential'"),
        ({"weight_bits": 7}, ValueError, "weight_bits is 7; it must be one of 4, 8, 16"),
        ({"scale_weights": 1}, TypeError, "scale_weights is 1; it must be True or False"),
        ({"conn_delay": 0.5}, ValueError, "conn_delay is 0.5"),
        ({"output_record": "v"}, TypeError, "output_record is 'v'; it must be a list"),
        ({"output_record": ["w"]}, ValueError, "`w`"),
        ({"real_weights": ["cels"]}, ValueError, "real_weights names `cels`.*did you mean `cells`"),
        ({"integratr": "forward"}, TypeError, "integratr"),
    ],
)
def test_options_are_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        nir.from_nir(dense_graph(), **options)


@pytest.mark.parametrize(
    "graph, error, message",
    [
        (lambda: 7, TypeError, "graph is int; it must be a file's name"),
        (lambda: b"no file", ValueError, "no HDF5 file"),
        (lambda: "nowhere.nir", FileNotFoundError, "nowhere.nir"),
        (lambda: spoiled(fc__weight=np.full((3, 4), np.nan)), ValueError, "`fc`.*NaN"),
        (lambda: spoiled(fc__weight=ones(3, 5)), ValueError, "`fc`"),
        (lambda: spoiled(fc__weight="heavy"), ValueError, "`fc`.*`?weight`?.*numbers"),
        (lambda: spoiled(fc__weight=np.ones((3, 4), complex)), ValueError, "node `fc`: `weight` is of type complex128"),
        (lambda: spoiled(cells__tau=None), ValueError, "`cells`.*has no `tau`"),
        (lambda: spoiled(cells__taus=ones(3)), ValueError, "`cells`.*has a `taus`"),
        (lambda: spoiled(cells__kind="Neuron"), ValueError, "unknown type `Neuron`"),
        (lambda: Graph(dense_graph().nodes, [("in", "fc"), ("fc", "cels")]), ValueError, "`cels`"),
        (lambda: Graph(dense_graph().nodes, [("in",)]), TypeError, "edges are pairs of names"),
        (lambda: Graph({1: Node("Input", shape=[1])}, []), TypeError, "names are texts"),
        (lambda: Graph({"a": 3}, []), TypeError, "node `a` is 3"),
    ],
)
def test_graphs_are_refused_by_name(graph, error, message):
    with pytest.raises(error, match=message):
        nir.from_nir(graph())


@pytest.mark.parametrize(
    "given, error, message",
    [
        (np.ones((5, 3)), ValueError, r"data has the shape \(5, 3\); input `in` of shape \(4,\) needs \(ticks, 4\)"),
        ([np.ones((5, 4)), np.ones((5, 3))], ValueError, r"sample 1 has the shape \(5, 3\)"),
        (np.full((5, 4), np.nan), ValueError, "`sample 0`.*NaN"),
        (np.full((5, 4), 0.5), ValueError, "0.5 in tick 0"),
        (np.full((5, 4), -1), ValueError, "-1 in tick 0"),
        (3, TypeError, "data is int|sample 0 is int"),
        (None, TypeError, "NoneType"),
        ({5: [1]}, ValueError, "neuron 5"),
        ({0: [1.5]}, ValueError, "1.5"),
        ({0: [2**32 - 1]}, ValueError, "sample 0: a spike in tick 4294967295; a sample has at most 1000000000 ticks"),
        ({0: "x"}, TypeError, "neuron 0"),
        (np.zeros(3, dtype=[("x", int), ("q", int)]), ValueError, "no `t`"),
        ("nowhere.npy", FileNotFoundError, "nowhere.npy"),
    ],
)
def test_data_are_refused_by_name(given, error, message):
    with pytest.raises(error, match=message):
        nir.from_nir(dense_graph()).run(given)


def test_runs_are_refused_by_name():
    deployment = nir.from_nir(dense_graph())
    spikes = np.ones((3, 4))
    for options, message in [
        ({"readout": "spikes"}, "readout: .*spikes"),
        ({"numeric": "float"}, "numeric: .*float"),
        ({"threads": 0}, "threads is 0"),
        ({"window_us": -1}, None),
        ({"tail_ticks": -1}, "tail_ticks is -1"),
        ({"n_ticks": -2}, "n_ticks is -2"),
    ]:
        if message is not None:
            with pytest.raises(ValueError, match=message):
                deployment.run(spikes, **options)
    run = deployment.run(spikes)
    with pytest.raises(ValueError, match=r"labels have the shape \(2,\) for 1 samples"):
        run.accuracy([1, 2])
    with pytest.raises(ValueError, match="they must be numbers of output neurons"):
        run.accuracy(["a"])
    with pytest.raises(ValueError, match="sample `sample 0` has none"):
        run.accuracy({"b": 1})


# Networks back to graphs.


def recurrent_net():
    """Spikes through a recurrent layer with currents, biases and different thresholds."""
    rng = np.random.default_rng(11)
    inputs = snn.Population(6, "spike_list", {}, name="in")
    params = {"threshold": rng.uniform(80, 160, 5), "alpha_decay": 0.9, "exc_decay": 0.7, "inh_decay": 0.7, "i_offset": 1.3}
    hidden = snn.Population(5, "lif_curr_exp_no_delay", params, name="hidden")
    params = {"threshold": 500.0, "alpha_decay": 0.83, "i_offset": rng.uniform(0, 3, 4)}
    out = snn.Population(4, "lif_no_delay", params, name="out")
    net = snn.Network("recurrent")
    rows = [[i, j, w, 0] for (i, j), w in np.ndenumerate(rng.integers(-40, 90, (6, 5)))]
    loop = [[i, j, w, 0] for (i, j), w in np.ndenumerate(rng.integers(-30, 30, (5, 5)))]
    last = [[i, j, w, 0] for (i, j), w in np.ndenumerate(rng.integers(-20, 127, (5, 4)))]
    net.add(inputs, hidden, out, snn.Projection(inputs, hidden, rows, name="w_in"))
    net.add(snn.Projection(hidden, hidden, loop, name="loop"), snn.Projection(hidden, out, last, name="w_out"))
    return net, inputs, 6


def convolutional_net():
    """Two convolutions, the second with pooling, and a dense layer; reset to a value."""
    rng = np.random.default_rng(12)
    reset = {"reset": "reset_to_v_reset", "v_reset": -3.0}
    inputs = snn.Population(2 * 8 * 8, "spike_list", {}, name="in")
    offset = np.repeat([0.5, 0.0, 2.0], 64)
    first = snn.Population(
        3 * 64, "lif_conv2d", {"threshold": 600, "alpha_decay": 1.0, "i_offset": offset, **reset}, name="first"
    )
    second = snn.Population(2 * 16, "lif_conv2d", {"threshold": 900, "alpha_decay": 0.9, **reset}, name="second")
    out = snn.Population(3, "lif_no_delay", {"threshold": 400, **reset}, name="out")
    square = {"in_height": 8, "in_width": 8, "pad_top": 1, "pad_bottom": 1, "pad_left": 1, "pad_right": 1}
    net = snn.Network("convolutional")
    net.add(inputs, first, second, out)
    net.add(snn.Conv2DProjection(inputs, first, rng.integers(-50, 120, (2, 3, 3, 3)).astype(np.int8), square, name="c1"))
    pooled = {**square, "pool_x": 2, "pool_y": 2}
    net.add(snn.Conv2DProjection(first, second, rng.integers(-50, 120, (3, 2, 3, 3)).astype(np.int8), pooled, name="c2"))
    rows = [[i, j, w, 0] for (i, j), w in np.ndenumerate(rng.integers(-80, 127, (32, 3)))]
    net.add(snn.Projection(second, out, rows, name="fc"))
    return net, inputs, 128


@pytest.mark.parametrize("make", [recurrent_net, convolutional_net])
@pytest.mark.parametrize("integrator", ["forward", "exponential"])
def test_there_and_back_again(make, integrator, tmp_path):
    net, inputs, n = make()
    frames = spikes_of(np.random.default_rng(13), 60, n, 0.2)
    inputs.params = {i: np.flatnonzero(frames[:, i]).tolist() for i in range(n)}
    graph = nir.to_nir(net, dt=1e-3, integrator=integrator)
    nir.write(tmp_path / "net.nir", graph)
    for given in (graph, tmp_path / "net.nir"):
        back, (source,), outputs = nir.from_nir(given).to_snn()
        source.params = inputs.params
        for runner in (hardware.SpiNNaker2Chip, brian2_sim.Brian2Backend):
            runner().run(net, 60)
            runner().run(back, 60)
            expected, found = net.populations[-1].get_spikes(), outputs[0].get_spikes()
            rate = sum(map(len, expected.values())) / (60 * len(expected))
            assert found == expected and 0.05 < rate < 0.6
    package = pytest.importorskip("nir")
    assert isinstance(package.read(tmp_path / "net.nir"), package.NIRGraph)
    single = nir.to_nir(net, dt=1e-3, integrator=integrator, single_precision=True)
    assert {getattr(node, "weight", np.float32(0)).dtype for node in single.nodes.values()} == {np.dtype(np.float32)}


def test_drive_without_a_projection_becomes_a_leak():
    net = snn.Network()
    source, cell = (
        snn.Population(1, "spike_list", {}, name="in"),
        snn.Population(2, "lif_no_delay", {"i_offset": [2.0, 3.0]}, name="c"),
    )
    net.add(source, cell)
    graph = nir.to_nir(net)
    assert np.allclose(graph.nodes["c"].v_leak, [2.0, 3.0]), "a gain of 10 for the tenth that leaks"
    back, _, (out,) = nir.from_nir(graph).to_snn()
    hardware.SpiNNaker2Chip().run(net, 30)
    hardware.SpiNNaker2Chip().run(back, 30)
    assert out.get_spikes() == cell.get_spikes() and len(cell.get_spikes()[0]) > 2


@pytest.mark.parametrize(
    "model, params, message",
    [
        ("izhikevich", {}, "population `p`.*the model `izhikevich` has no counterpart in NIR"),
        ("lif_no_delay", {"v_init": 1.0}, "population `p`.*v_init = 1; in a graph all potentials begin at 0"),
        ("lif_no_delay", {"alpha_decay": [1.0, 0.5]}, "alpha_decay is 1, which no time constant gives"),
        ("lif_curr_exp_no_delay", {"t_refrac": 2}, "NIR has no refractory time"),
        ("lif_curr_exp_no_delay", {"exc_decay": 0.5, "inh_decay": 0.6}, "it must be exc_decay"),
        ("lif_no_delay", {"alpha_decay": 1.0, "i_offset": [1.0, 2.0]}, "needs a bias"),
        (
            "lif_no_delay",
            {"reset": "reset_to_v_reset"},
            "its reset is `reset_to_v_reset`, that of `q` is `reset_by_subtraction`|one reset",
        ),
    ],
)
def test_networks_that_nir_cannot_say(model, params, message):
    net = snn.Network()
    source, other = snn.Population(1, "spike_list", {}, name="in"), snn.Population(1, "lif_no_delay", {}, name="q")
    net.add(source, other, snn.Population(2, model, params, name="p"))
    with pytest.raises(ValueError, match=message):
        nir.to_nir(net)


def test_delays_and_names_that_nir_cannot_say():
    net = snn.Network()
    a, b = snn.Population(1, "spike_list", {}, name="a"), snn.Population(1, "lif", {}, name="b")
    net.add(a, b, snn.Projection(a, b, [[0, 0, 3, 2]], name="ab"))
    with pytest.raises(ValueError, match="projection `ab`.*delays of up to 2 ticks"):
        nir.to_nir(net)
    net.projections[0].connections = [[0, 0, 3, 0]]
    assert "ab" in nir.to_nir(net, outputs=["b"]).nodes
    with pytest.raises(ValueError, match="no neurons named `c`; there are: b"):
        nir.to_nir(net, outputs=["c"])
    with pytest.raises(ValueError, match="dt is 0"):
        nir.to_nir(net, dt=0)


def test_a_long_run_leaves_the_interpreter_free_and_ends_at_a_signal():
    deployment = nir.from_nir(dense_graph(n_in=200, n_out=200))
    sample = np.ones((2000, 200), dtype=bool)
    ticking, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.005):
            ticking.append(time.perf_counter())

    class Interrupted(Exception):
        pass

    def interrupt(*_):
        raise Interrupted

    other = threading.Thread(target=tick)
    before = signal.signal(signal.SIGALRM, interrupt)
    samples = [sample] * 20 + [{0: [10**8]}]
    other.start()
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        with pytest.raises(Interrupted):
            deployment.run(samples)
    finally:
        signal.signal(signal.SIGALRM, before)
        stop.set()
        other.join()
    assert time.perf_counter() - start < 10
    assert len(ticking) > 20


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nir.write(tmp_path / "nowhere" / "graph.nir", dense_graph())
    with pytest.raises(ValueError, match="`a/b` cannot be the name of a node"):
        nir.write(tmp_path / "graph.nir", Graph({"a/b": Node("Input", shape=[1])}, []))
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_run():
    deployment = nir.from_nir(dense_graph())
    for given in ([], np.empty((0, 5, 4))):
        runs = deployment.run(given)
        assert len(runs) == 0 and runs.outputs.shape == (0, 3) and runs.answers.shape == (0,) and np.isnan(runs.accuracy([]))
    assert deployment.run(np.empty((0, 4))).outputs.sum() == 0
    assert deployment.run({}).outputs.shape == (1, 3)


def test_two_inputs_and_two_outputs():
    graph = dense_graph()
    graph.nodes["seen"] = Node("Output", shape=[3])
    graph.edges.append(("cells", "seen"))
    graph.nodes["more"] = Node("LI", tau=2e-3 * ones(3), r=ones(3), v_leak=0 * ones(3))
    graph.nodes["w"], graph.nodes["v"] = Node("Linear", weight=np.eye(3)), Node("Output", shape=[3])
    graph.edges += [("cells", "w"), ("w", "more"), ("more", "v")]
    run = nir.from_nir(graph).run(np.ones((20, 4)), "max_potential")
    assert list(run.by_output) == ["cells", "more"] and run.by_output["more"].max() > 0
    with pytest.raises(ValueError, match=r"2 outputs \(cells, more\): use by_output"):
        run.outputs
    graph.nodes["in2"] = Node("Input", shape=[4])
    graph.edges.append(("in2", "fc"))
    with pytest.raises(ValueError, match=r"2 inputs \(in, in2\)"):
        nir.from_nir(graph).run(np.ones((20, 4)))
    net, inputs, outputs = nir.from_nir(graph).to_snn()
    assert [p.name for p in inputs] == ["in", "in2"] and [p.record for p in outputs] == [["spikes"], ["v"]]
    inputs[0].params = {neuron: list(range(8)) for neuron in range(4)}
    hardware.SpiNNaker2Chip().run(net, 9)
