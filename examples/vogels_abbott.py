"""A network that keeps itself active (Vogels and Abbott, J. Neurosci. 25, 2005; benchmark 2 of Brette et al., 2007).

Excitatory and inhibitory neurons, four to one, with currents that decay exponentially; every fiftieth pair is connected. Nothing drives it
from outside but a resting potential above threshold, and yet every neuron fires at its own irregular times.

    python -m gennaker examples/vogels_abbott.py [--neurons 4000] [--ticks 5000] [--plot FILE.svg]
"""

import argparse
import math

import gennaker
import numpy as np

TICK, TAU_M, TAU_EXC, TAU_INH = 0.1, 20.0, 5.0, 10.0  # ms
REST, THRESHOLD, RESET = -49.0, -50.0, -60.0  # mV
EXCITATION, INHIBITION = 1.62, -9.0  # mV, in a network of 4,000

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--neurons", type=int, default=4000, help="neurons (default 4000)")
arguments.add_argument("--ticks", type=int, default=5000, help="ticks of 0.1 ms to run (default 5000)")
arguments.add_argument("--seed", type=int, default=1, help="seed of all random numbers (default 1)")
arguments.add_argument("--plot", metavar="FILE", help="save a raster of the excitatory neurons as SVG or PNG")
options = arguments.parse_args()


def decay(tau):
    """Factor that remains after one tick."""
    return math.exp(-TICK / tau)


def propagator(tau):
    """What a current of 1 mV with time constant tau adds to the potential in the next tick."""
    return tau / (tau - TAU_M) * (decay(tau) - decay(TAU_M))


# Weights are integers. The unit of the potential is chosen so that excitation weighs 162; fewer neurons need stronger synapses.
exc_weight = 162 * 4000 / options.neurons
per_mv = 162 / (EXCITATION * propagator(TAU_EXC))
inh_weight = exc_weight * INHIBITION * propagator(TAU_INH) / (EXCITATION * propagator(TAU_EXC))

parameters = {
    "threshold": (THRESHOLD - REST) * per_mv,
    "v_reset": (RESET - REST) * per_mv,
    "reset": "reset_to_v_reset",
    "v_init": {"distribution": "uniform", "low": (RESET - REST) * per_mv, "high": (THRESHOLD - REST) * per_mv},
    "alpha_decay": decay(TAU_M),
    "exc_decay": decay(TAU_EXC),
    "inh_decay": decay(TAU_INH),
    "t_refrac": 50,
}
network = gennaker.Network("vogels abbott", options.seed)
n_inh = options.neurons // 5
cells = [
    network.add_population("exc", options.neurons - n_inh, "lif_curr_exp_wide", parameters, ["spikes"]),
    network.add_population("inh", n_inh, "lif_curr_exp_wide", parameters, ["spikes"]),
]
for pre, weight in zip(cells, (round(exc_weight), round(inh_weight))):
    for post in cells:
        connections = {"type": "fixed_probability", "p": 0.02, "allow_self_connections": True}
        network.add_projection(f"{pre} to {post}", pre, post, connections, weight, 1)

simulation = gennaker.Simulation(network)
simulation.run(options.ticks)

report = simulation.report()
seconds = options.ticks * TICK / 1000
print(f"{options.neurons} neurons, {report['n_synapses']:,} synapses, {report['n_spikes']:,} spikes in {seconds:g} s")
for name, size in (("exc", options.neurons - n_inh), ("inh", n_inh)):
    ticks, neurons = simulation.spikes(name)
    order = np.lexsort((ticks, neurons))
    trains = np.split(ticks[order].astype(float), np.flatnonzero(np.diff(neurons[order])) + 1)
    intervals = [np.diff(train) for train in trains if len(train) >= 5]
    cv = np.mean([x.std() / x.mean() for x in intervals]) if intervals else float("nan")
    print(f"{name}: {len(ticks) / size / seconds:.2f} Hz, coefficient of variation of the intervals {cv:.2f}")
mapping = gennaker.map(network, gennaker.Machine("board"), {"timesteps": options.ticks})
print(f"on SpiNNaker2: {mapping.n_pes} PEs, {mapping.n_chips} chip(s)")

if options.plot:
    picture = simulation.png if options.plot.endswith(".png") else simulation.svg
    drawn = picture("raster", TICK, ["exc"])
    with open(options.plot, "wb") as file:
        file.write(drawn if isinstance(drawn, bytes) else drawn.encode())
