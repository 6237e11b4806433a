"""A balanced network in the asynchronous irregular state (after N. Brunel, J. Comput. Neurosci. 8, 2000).

5 * scale + 1 neurons in one population: 4 * scale excitatory, scale inhibitory, and one that only listens. Every neuron is
connected to a random tenth of the others and gets Poisson spikes of its own.

    python -m gennaker examples/brunel.py [--scale 200] [--ticks 1000] [--plot FILE.png]
"""

import argparse

import numpy as np
from spinnaker2 import hardware, helpers, snn

PROBABILITY = 0.1
W_EXC, W_INH, W_INPUT = 2, -15, 15
INPUT_PROBABILITY = 0.3

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--scale", type=int, default=200, help="a fifth of the number of neurons (default 200)")
arguments.add_argument("--ticks", type=int, default=1000, help="ticks to run (default 1000)")
arguments.add_argument("--seed", type=int, default=1, help="seed of the connections (default 1)")
arguments.add_argument("--plot", metavar="FILE", help="save raster, rate and a voltage as a picture (needs matplotlib)")
options = arguments.parse_args()

n_exc, n_inh = 4 * options.scale, options.scale
n = n_exc + n_inh + 1
random = np.random.default_rng(options.seed)


def connections():
    """Senders are all neurons but the last; delays lie between 2 and 8 ticks."""
    pre, post = np.nonzero(random.random((n - 1, n)) < PROBABILITY)
    weights = np.where(pre < n_exc, W_EXC, W_INH)
    return np.column_stack([pre, post, weights, random.integers(1, 8, len(pre))])


neurons = snn.Population(
    n,
    "lif_curr_exp",
    {
        "threshold": 100.0,
        "alpha_decay": 0.95,
        "exc_decay": 0.6,
        "inh_decay": 0.6,
        "v_init": random.uniform(0, 100, n),
        "v_reset": 50.0,
        "reset": "reset_to_v_reset",
        "t_refrac": 2,
    },
    name="neurons",
    record=["spikes", "v"],
)
source = snn.Population(n, "poisson_process", {"p": INPUT_PROBABILITY, "Tref": 0, "seed": 42}, name="input", record=[])
net = snn.Network("balanced network")
net.add(
    neurons,
    source,
    snn.Projection(source, neurons, [[i, i, W_INPUT, 0] for i in range(n)], name="input"),
    snn.Projection(neurons, neurons, connections(), name="recurrent"),
)

hw = hardware.SpiNNcloud48NodeBoard()
hw.run(net, options.ticks)

spikes = neurons.get_spikes()
i, t = helpers.spike_times_dict_to_arrays(spikes)
settled = t >= min(200, options.ticks // 2)
n_settled = options.ticks - min(200, options.ticks // 2)
intervals = [np.diff(times) for times in spikes.values() if len(times) > 5]
cv = np.mean([x.std() / x.mean() for x in intervals]) if intervals else float("nan")
activity = np.bincount(t[settled], minlength=options.ticks)[-n_settled:]
print(f"{n} neurons, {len(t):,} spikes in {options.ticks} ticks")
print(f"each neuron spikes every {n * n_settled / max(settled.sum(), 1):.1f} ticks")
print(f"coefficient of variation of the intervals: {cv:.2f} (0: regular, 1: as random as a Poisson process)")
print(f"variance of the population's activity over its mean: {activity.var() / max(activity.mean(), 1e-9):.1f} (1: independent)")

if options.plot:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (raster, rate, trace) = plt.subplots(3, sharex=True, height_ratios=[4, 1, 1], figsize=(8, 7))
    for mask, colour in ((i < n_exc, "C0"), (i >= n_exc, "C3")):
        raster.scatter(t[mask], i[mask], s=0.5, c=colour)
    raster.set_ylabel("neuron")
    rate.plot(np.bincount(t, minlength=options.ticks))
    rate.set_ylabel("spikes per tick")
    trace.plot(neurons.get_voltages()[n - 1])
    trace.set(xlabel="tick", ylabel="voltage", xlim=(0, options.ticks))
    figure.savefig(options.plot, dpi=120, bbox_inches="tight")
