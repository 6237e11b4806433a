"""A synfire chain: a packet of spikes travels from group to group and becomes sharper.

Every group excites the next one, and its own inhibitory neurons, which end the group's activity a few ticks later.

    python -m gennaker examples/synfire.py [--groups 10] [--plot FILE.png]
"""

import argparse

import numpy as np
from spinnaker2 import hardware, helpers, snn

N_EXC, N_INH, TIMESTEPS = 80, 20, 100

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--groups", type=int, default=10, metavar="N", help="groups in the chain (default 10)")
arguments.add_argument("--jitter", type=float, default=2.0, metavar="TICKS", help="spread of the first packet (default 2)")
arguments.add_argument("--plot", metavar="FILE", help="save a raster as a picture (needs matplotlib)")
options = arguments.parse_args()

random = np.random.default_rng(1)
lif = {
    "threshold": 40.0,
    "alpha_decay": 0.9,
    "exc_decay": 0.6,
    "inh_decay": 0.7,
    "t_refrac": 2,
    "reset": "reset_to_v_reset",
}


def random_synapses(n_pre, n_post, probability, weight, delay):
    """A random choice of all pairs of neurons."""
    pre, post = np.nonzero(random.random((n_pre, n_post)) < probability)
    return np.column_stack([pre, post, np.full(len(pre), weight), np.full(len(pre), delay)])


packet = {i: [max(0, round(t))] for i, t in enumerate(random.normal(8, options.jitter, N_EXC))}
source = snn.Population(N_EXC, "spike_list", packet, name="packet")
net = snn.Network("synfire chain")
net.add(source)

groups = []
before = source
for g in range(options.groups):
    exc = snn.Population(N_EXC, "lif_curr_exp", lif, name=f"exc {g}")
    inh = snn.Population(N_INH, "lif_curr_exp", lif, name=f"inh {g}")
    net.add(
        exc,
        inh,
        snn.Projection(before, exc, random_synapses(N_EXC, N_EXC, 0.5, 1, 3)),
        snn.Projection(before, inh, random_synapses(N_EXC, N_INH, 0.5, 1, 3)),
        snn.Projection(inh, exc, random_synapses(N_INH, N_EXC, 0.5, -6, 4)),
    )
    groups.append(exc)
    before = exc

hw = hardware.SpiNNcloud48NodeBoard()
hw.run(net, TIMESTEPS)

for g, exc in enumerate(groups):
    _, ticks = helpers.spike_times_dict_to_arrays(exc.get_spikes())
    if len(ticks):
        print(f"group {g:2d}: {len(ticks):3d} spikes, tick {ticks.mean():5.1f} +- {ticks.std():.2f}")
    else:
        print(f"group {g:2d}: silent, the packet has died out")

if options.plot:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    for g, exc in enumerate(groups):
        neurons, ticks = helpers.spike_times_dict_to_arrays(exc.get_spikes())
        axes.scatter(ticks, neurons + g * N_EXC, s=3)
    axes.set(xlabel="tick", ylabel="neuron, group by group", xlim=(0, TIMESTEPS))
    figure.savefig(options.plot, dpi=120, bbox_inches="tight")
