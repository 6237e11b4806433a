"""py-spinnaker2's NIR importer: its names, its formulas, its tutorial."""

import os
import pathlib

import numpy as np
import pytest
from conftest import ROOT
from nir_graphs import conv_graph, dense_graph, ones, spikes_of, spoiled

from gennaker import hardware, nir, s2_nir, snn
from gennaker.nir import Node


@pytest.fixture
def data():
    """The folder of NIR material; skips where it is not installed."""
    folder = pathlib.Path(os.environ.get("GENNAKER_DATA", ROOT / ".." / "shared" / "data")) / "nir"
    if not folder.is_dir():
        pytest.skip("skipped: no data")
    return folder


def config(**changes):
    chosen = s2_nir.ConversionConfig(dt=1e-4, conn_delay=0, scale_weights=True)
    chosen.integrator, chosen.reset = s2_nir.IntegratorMethod.FORWARD, s2_nir.ResetMethod.ZERO
    for name, value in changes.items():
        setattr(chosen, name, value)
    return chosen


def test_names_and_defaults_are_the_originals():
    default = s2_nir.ConversionConfig()
    assert (default.dt, default.output_record, default.conn_delay, default.scale_weights) == (1.0, ["spikes"], 1, False)
    assert (default.integrator.value, default.reset.value) == ("Exponential-Euler", "subtract")
    assert (s2_nir.IntegratorMethod("Forward-Euler").name, s2_nir.ResetMethod("zero").name) == ("FORWARD", "ZERO")


@pytest.mark.parametrize("stride, pool", [((1, 2), (2, 1)), ((2, 1), (1, 1)), ((1, 1), (2, 2))])
def test_the_importer_makes_the_same_network_with_uneven_axes(stride, pool):
    graph = conv_graph(stride, pool)
    frames = spikes_of(np.random.default_rng(2), 30, 48)
    expected = nir.from_nir(graph).run(frames)
    net, (source,), (out,) = s2_nir.from_nir(graph, config())
    assert {p.name: p.neuron_model for p in net.populations} == {"in": "spike_list", "a": "lif_conv2d", "b": "lif_no_delay"}
    kernel = next(p for p in net.projections if isinstance(p, snn.Conv2DProjection))
    assert (kernel.params["stride_x"], kernel.params["stride_y"]) == stride
    assert (kernel.params["pool_x"], kernel.params["pool_y"]) == pool
    assert kernel.weights.dtype == np.int8 and kernel.weights.shape == (1, 2, 3, 3) and not isinstance(kernel, snn.Projection)
    source.params = {n: np.flatnonzero(frames[:, n]).tolist() for n in range(48)}
    hardware.SpiNNaker2Chip().run(net, 33)
    assert [len(train) for train in out.get_spikes().values()] == expected.outputs[0].tolist()
    assert expected.outputs.sum() > 5


def test_scales_records_and_biases():
    net, inputs, outputs = s2_nir.from_nir(conv_graph(), config(output_record=["v", "spikes", "time_done", "n_packets"]))
    a = s2_nir.fetch_population_by_name("a", net.populations)
    weight = conv_graph().nodes["conv"].weight
    assert a.nir_w_scale == pytest.approx(127 / np.abs(weight).max()) and a.nir_v_scale == pytest.approx(a.nir_w_scale)
    assert (a.record, outputs[0].record, inputs[0].record) == ([], ["v", "spikes", "time_done", "n_packets"], ["spikes"])
    half = a.size // 2
    assert np.allclose(a.params["i_offset"], np.repeat([0.4, 0.0], half) * a.nir_w_scale), "a channel's bias is for its image"
    bias = s2_nir.get_accumulated_bias("a", conv_graph())
    assert (bias[0] == 0.4).all() and (bias[1] == 0).all()
    assert s2_nir.get_max_abs_weight("a", conv_graph()) == pytest.approx(np.abs(weight).max())
    with pytest.raises(s2_nir.NotFoundError, match="Population c could not be found!"):
        s2_nir.fetch_population_by_name("c", net.populations)


def test_helpers_on_graphs(capsys):
    graph = conv_graph()
    s2_nir.model_summary(graph)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "in Input (1, 8, 6) -> (1, 8, 6) -> ['pool']" and len(printed) == 8
    assert [name for name, _ in s2_nir.get_outgoing_nodes("in", graph)] == ["pool"]
    assert [name for name, _ in s2_nir.get_incoming_nodes("a", graph)] == ["conv"]
    s2_nir.add_output_to_node("a", graph, "a_out")
    net, _, outputs = s2_nir.from_nir(graph, config())
    assert [p.name for p in outputs] == ["a", "b"]
    graph = s2_nir.replace_sumpool2d_by_sumpool2d_if(graph)
    net, *_ = s2_nir.from_nir(graph, config())
    assert [p.name for p in net.populations] == ["in", "pool_if", "a", "b"]
    weights, params = s2_nir.get_conv2d_params(graph.nodes["conv"], s2_nir.fetch_population_by_name("a", net.populations))
    kernel = next(p for p in net.projections if isinstance(p, snn.Conv2DProjection))
    assert np.array_equal(weights, kernel.weights) and params == kernel.params


def test_converted_nodes_are_the_formulas():
    n, chosen = 3, config(integrator=s2_nir.IntegratorMethod.EXPONENTIAL)
    node = Node("LIF", tau=1e-3 * ones(n), r=2 * ones(n), v_leak=0.5 * ones(n), v_threshold=np.array([1.0, 2.0, 3.0]))
    params, v_scale = s2_nir.convert_LIF(node, 0.25 * ones(n), chosen, 10.0)
    k = 1 - np.exp(-0.1)
    assert np.allclose(v_scale, 10 / (2 * k)) and np.allclose(params["threshold"], node.v_threshold * v_scale)
    assert np.allclose(params["alpha_decay"], 1 - k) and np.allclose(params["i_offset"], k * 0.5 * v_scale + 2.5)
    params, v_scale = s2_nir.convert_IF(Node("IF", r=2 * ones(n), v_threshold=ones(n)), 0.25 * ones(n), chosen, 10.0)
    assert np.allclose(params["threshold"], 5) and np.allclose(v_scale, 5) and np.allclose(params["i_offset"], 2.5)


def test_the_importer_refuses_by_name():
    with pytest.raises(s2_nir.HardwareConstraintError, match="`cells`.*overshoot"):
        s2_nir.from_nir(dense_graph(), config(dt=1.0))
    with pytest.raises(TypeError, match="it must be a ConversionConfig"):
        s2_nir.from_nir(dense_graph(), {"dt": 1e-4})
    with pytest.raises(TypeError, match="output_record is 'spikes'"):
        s2_nir.from_nir(dense_graph(), config(output_record="spikes"))
    with pytest.raises(TypeError, match="reset is 'zero'; it must be ResetMethod.SUBTRACT"):
        s2_nir.from_nir(dense_graph(), config(reset="zero"))
    with pytest.raises(ValueError, match="has no option `integratr`"):
        s2_nir.from_nir(dense_graph(), config(integratr=1))
    with pytest.warns(UserWarning, match="of 12 weights became 0: set scale_weights=True"):
        s2_nir.from_nir(spoiled(fc__weight=0.1 * ones(3, 4)), config(scale_weights=False))


def test_the_tutorial_on_its_own_data(data):
    graph = nir.read(data / "scnn" / "cnn_sinabs.nir")
    chosen = config(output_record=["v", "spikes"])
    net, inp, outp = s2_nir.from_nir(graph, chosen)
    sizes = {pop.name: pop.size for pop in net.populations}
    assert sizes == {"input": 2312, "1": 4096, "3": 4096, "6": 512, "10": 256, "12": 10} or sorted(sizes.values()) == [
        10,
        256,
        512,
        2312,
        4096,
        4096,
    ]
    for pop in net.populations:
        if pop.name in ("3", "6", "10"):
            pop.set_max_atoms_per_core({"3": 256, "6": 128, "10": 16}[pop.name])
    labels = dict(line.split(",") for line in (data / "nmnist" / "labels_test.csv").read_text().split()[1:])
    files = sorted((data / "nmnist" / "test").glob("*.bs2"))[:6]
    deployment = nir.from_nir(data / "scnn" / "cnn_sinabs.nir")
    runs = deployment.run(files, recordings=True)
    classes = [int(labels[name]) for name in runs.names]
    assert runs.answers.tolist() == classes and runs.accuracy(classes) == 1.0
    expected = np.load(data / "scnn" / "reference_counts.npz")["int8_zero"]
    assert np.array_equal(runs.outputs, expected[:6])
    # One of them the long way round: as the tutorial's own lines do it.
    ticks, neurons = runs.spikes(0, inp[0].name)
    inp[0].params = {int(n): ticks[neurons == n].tolist() for n in np.unique(neurons)}
    net.reset()
    hardware.SpiNNaker2Chip().run(net, int(runs.n_ticks[0]), sys_tick_in_s=2.5e-3, debug=False)
    counts = [len(train) for train in outp[0].get_spikes().values()]
    assert counts == runs.outputs[0].tolist() and int(np.argmax(counts)) == classes[0]
