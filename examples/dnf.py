"""A dynamic neural field that follows a moving stimulus.

400 neurons with local excitation and global inhibition. A band of input wanders over the field and widens; a bump of
activity follows it, and a second one forms when the band is wide enough. The network is that of
ngr-francesco/dynamic-neural-field-spinnaker2 (Apache-2.0), whose recording from a chip has 10,188 spikes, the same ones.

    python -m gennaker examples/dnf.py [--plot FILE.png]
"""

import argparse

import numpy as np
from spinnaker2 import hardware, helpers, snn

N, WIDTH, TIMESTEPS = 400, 20, 400

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--plot", metavar="FILE", help="save a raster of stimulus and field as a picture (needs matplotlib)")
options = arguments.parse_args()


def kernel(radius=3, height=6, sigma=1.0, offset=0.4):
    """Weight by distance: a peak on negative ground, in whole numbers."""
    for j in range(-radius, radius + 1):
        for k in range(-radius, radius + 1):
            weight = round(height * (np.exp(-(j * j + k * k) / (2 * sigma**2)) - offset))
            if weight != 0:
                yield j + WIDTH * k, weight


field = snn.Population(
    N,
    "lif_curr_exp",
    {
        "threshold": 10.0,
        "alpha_decay": 0.8,
        "exc_decay": 0.5,
        "inh_decay": 0.2,
        "i_offset": 0.0,
        "v_init": 0.0,
        "t_refrac": 0,
        "reset": "reset_by_subtraction",
    },
    name="field",
)
field.set_max_atoms_per_core(30)
inhibition = snn.Population(
    1, "lif", {"threshold": 5, "alpha_decay": 1.0, "i_offset": 3, "reset": "reset_to_v_reset"}, name="inhibition"
)
stimulus = snn.Population(N, "spike_list", {k: list(range(k, min(2 * k, TIMESTEPS))) for k in range(1, N - 1)}, name="stimulus")
net = snn.Network("dynamic neural field")
net.add(field, inhibition, stimulus)
net.add(
    snn.Projection(stimulus, field, [[i, i, 5, 0] for i in range(N)], name="stimulus to field"),
    snn.Projection(field, field, [[i, (i + d) % N, w, 0] for i in range(N) for d, w in kernel()], name="within the field"),
    snn.Projection(inhibition, field, [[0, i, -4, 0] for i in range(N)], name="inhibition to field"),
)

hw = hardware.SpiNNaker2Chip()
hw.run(net, TIMESTEPS)

neurons, ticks = helpers.spike_times_dict_to_arrays(field.get_spikes())
print(f"{len(ticks):,} spikes in {TIMESTEPS} ticks")
for tick in range(50, TIMESTEPS, 50):
    active = np.unique(neurons[(ticks >= tick - 5) & (ticks < tick)])
    bumps = np.split(active, np.flatnonzero(np.diff(active) > WIDTH) + 1)
    print(f"tick {tick:3d}: active neurons " + " and ".join(f"{bump[0]} to {bump[-1]}" for bump in bumps))

if options.plot:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    i, t = helpers.spike_times_dict_to_arrays(stimulus.params)
    axes.scatter(t, i, s=1, c="0.85", label="stimulus")
    axes.scatter(ticks, neurons, s=2, label="field")
    axes.set(xlabel="tick", ylabel="neuron", xlim=(0, TIMESTEPS), ylim=(0, N))
    axes.legend(loc="upper left")
    figure.savefig(options.plot, dpi=120, bbox_inches="tight")
