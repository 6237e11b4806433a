"""Networks of other frameworks beside ours, spike for spike; skipped where the frameworks are not installed."""

import numpy as np
import pytest

from gennaker import nir, snn

torch = pytest.importorskip("torch")
package = pytest.importorskip("nir")

TICKS = 60


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(1)


def random_spikes(*shape, p=0.3):
    return (torch.rand(TICKS, *shape) < p).float()


def assert_same_spikes(graph, expected, spikes, **options):
    """Unrounded weights in double precision: every spike of the framework's, one tick later for each layer."""
    deployment = nir.from_nir(graph, real_weights=True, **options)
    run = deployment.run(spikes.numpy(), numeric="reference", recordings=True)
    late = len(deployment.layers) - 1
    found = np.zeros((TICKS + late, expected.shape[1]), dtype=int)
    found[run.spikes(0, late)] = 1
    assert expected.sum() > 20
    assert np.array_equal(found[late : late + TICKS], expected)


def stepped(model, spikes):
    state, steps = None, []
    for tick in range(TICKS):
        out, state = model(spikes[tick : tick + 1], state)
        steps.append(out[0].detach().numpy().ravel())
    return np.array(steps).astype(int)


def norse_network(cells):
    norse = pytest.importorskip("norse.torch")
    linear = torch.nn.Linear
    return norse.SequentialState(linear(20, 30, bias=False), cells(norse, 30), linear(30, 10, bias=False), cells(norse, 10))


def lif_cells(norse, n):
    rates = {"tau_mem_inv": torch.full((n,), 100.0), "v_th": torch.full((n,), 0.02)}
    zeros = {"v_leak": torch.zeros(n), "v_reset": torch.zeros(n)}
    return norse.LIFBoxCell(norse.LIFBoxParameters(**rates, **zeros), dt=1e-3)


def current_cells(norse, n):
    rates = {"tau_mem_inv": torch.full((n,), 100.0), "tau_syn_inv": torch.full((n,), 200.0), "v_th": torch.full((n,), 0.02)}
    zeros = {"v_leak": torch.zeros(n), "v_reset": torch.zeros(n)}
    return norse.LIFCell(norse.LIFParameters(**rates, **zeros), dt=1e-3)


def test_norse_exports_time_constants_times_its_step():
    model, spikes = norse_network(lif_cells), random_spikes(20)
    export = pytest.importorskip("norse.torch.utils.export_nir")
    graph = export.to_nir(model, spikes[0])
    with pytest.raises(ValueError, match="dt of at most that"):
        nir.from_nir(graph, dt=1e-3)
    assert_same_spikes(graph, stepped(model, spikes), spikes, dt=1e-6)


def test_norse_forgets_how_large_an_input_current_is():
    model, spikes = norse_network(current_cells), random_spikes(20)
    export = pytest.importorskip("norse.torch.utils.export_nir")
    graph = export.to_nir(model, spikes[0])
    for node in graph.nodes.values():
        if type(node).__name__ == "CubaLIF":
            node.w_in = 1 / (1e-3 * np.full(node.tau_syn.shape, 200.0))
    assert_same_spikes(graph, stepped(model, spikes), spikes, dt=1e-6)


@pytest.mark.parametrize("model, extra", [("lif_no_delay", {}), ("lif_curr_exp_no_delay", {"exc_decay": 0.8, "inh_decay": 0.8})])
def test_norse_reads_our_graphs(model, extra):
    norse = pytest.importorskip("norse.torch.utils.import_nir")
    if "v_reset" in package.LIF.__dataclass_fields__:
        pytest.skip("norse 1.1.0 reads with `nir` 1.0.4, not with 1.0.8")
    rng = np.random.default_rng(0)
    params = {"threshold": 300.0, "alpha_decay": 0.9, "reset": "reset_to_v_reset", "v_reset": 0.0, **extra}
    source = snn.Population(20, "spike_list", {}, name="source")
    first, second = snn.Population(30, model, params, name="first"), snn.Population(10, model, params, name="second")
    net = snn.Network()
    net.add(source, first, second)
    for pre, post in ((source, first), (first, second)):
        rows = [[i, j, w, 0] for (i, j), w in np.ndenumerate(rng.integers(-100, 127, (pre.size, post.size)))]
        net.add(snn.Projection(pre, post, rows))
    graph = nir.to_nir(net, single_precision=True)
    assert isinstance(graph, package.NIRGraph), "a version without v_reset takes it"
    spikes = random_spikes(20)
    assert_same_spikes(graph, stepped(norse.from_nir(graph, dt=1e-4), spikes), spikes)


@pytest.fixture(params=["zero", "subtract"])
def sinabs_cells(request):
    """The reset, and a maker of layers without what the chip has not: several spikes in a step, a floor under potentials."""
    pytest.importorskip("sinabs.nir")
    from sinabs import activation, layers

    resets = {"zero": activation.MembraneReset(), "subtract": activation.MembraneSubtract()}
    options = {"spike_fn": activation.SingleSpike, "min_v_mem": None, "batch_size": 1, "reset_fn": resets[request.param]}
    return request.param, lambda kind, **more: getattr(layers, kind)(**options, **more)


def sinabs_spikes(model, spikes):
    """The graph of a model, and the spikes that it sends."""
    import sinabs.nir

    graph = sinabs.nir.to_nir(model, spikes[:1])
    sinabs.reset_states(model)
    return graph, model(spikes).detach().numpy().astype(int)


def test_sinabs_convolutions_with_one_spike_a_step(sinabs_cells):
    reset, cells = sinabs_cells
    from sinabs import layers

    a, b, c = (cells("IAFSqueeze", spike_threshold=torch.tensor(0.5)) for _ in range(3))
    first, second = (torch.nn.Conv2d(*sizes, bias=False) for sizes in ((2, 4, 3), (4, 4, 2)))
    last = torch.nn.Linear(64, 10, bias=False)
    model = torch.nn.Sequential(first, a, layers.SumPool2d(2), second, b, torch.nn.Flatten(), last, c)
    spikes = random_spikes(2, 12, 12, p=0.15)
    assert_same_spikes(*sinabs_spikes(model, spikes), spikes, reset=reset)


def test_sinabs_time_constants_are_in_steps(sinabs_cells):
    reset, cells = sinabs_cells
    sizes = ((20, 30), (30, 10))
    first, second = (torch.nn.Linear(*size, bias=False) for size in sizes)
    leaky = (cells("LIFSqueeze", tau_mem=torch.full((n,), 20.0), spike_threshold=torch.full((n,), 0.01)) for _, n in sizes)
    model = torch.nn.Sequential(first, next(leaky), second, next(leaky))
    spikes = random_spikes(20)
    assert_same_spikes(*sinabs_spikes(model, spikes), spikes, reset=reset, dt=1, integrator="exponential")
