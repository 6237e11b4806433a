"""A square millimetre of cortex, made smaller (Potjans and Diesmann, Cereb. Cortex 24, 785, 2014).

Four layers, each with excitatory and inhibitory neurons, wired as measured; every neuron fires rarely and irregularly, and each
population at a rate of its own. At full scale 77,169 neurons and 299 million synapses; here both are scaled down, synapses are made
stronger and a constant current replaces what is missing (van Albada et al., PLoS Comput. Biol. 11, e1004490, 2015).

    python -m gennaker examples/microcircuit.py [--scale 0.1] [--ticks 5000] [--plot FILE.svg]
"""

import argparse
import math

import gennaker
import numpy as np

NAMES = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
PROBABILITIES = np.array([  # row: target, column: source
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
])
BACKGROUND, BACKGROUND_HZ = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]), 8.0
RATES_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])  # of the full network
START_MV = [(-68.28, 5.36), (-63.16, 4.57), (-63.33, 4.74), (-63.45, 4.94), (-63.11, 4.94), (-61.66, 4.55), (-66.72, 5.46), (-61.43, 4.48)]
TICK, TAU_M, TAU_SYN, CAPACITANCE, REST, THRESHOLD = 0.1, 10.0, 0.5, 250.0, -65.0, -50.0  # ms, pF, mV
CURRENT, WEIGHT = 87.8, 42  # pA, and the integer that stands for it

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--scale", type=float, default=0.1, help="share of neurons, and of synapses per neuron (default 0.1)")
arguments.add_argument("--ticks", type=int, default=5000, help="ticks of 0.1 ms to run (default 5000)")
arguments.add_argument("--seed", type=int, default=1, help="seed of all random numbers (default 1)")
arguments.add_argument("--plot", metavar="FILE", help="save a raster as SVG or PNG")
options = arguments.parse_args()

keep_m, keep_s = math.exp(-TICK / TAU_M), math.exp(-TICK / TAU_SYN)
stronger = 1 / math.sqrt(options.scale)
propagator = TAU_SYN * TAU_M / (CAPACITANCE * (TAU_SYN - TAU_M)) * (keep_s - keep_m)  # mV for 1 pA in the next tick
per_mv = 1 / (propagator * CURRENT * stronger / WEIGHT)
sizes = np.rint(SIZES * options.scale).astype(int)
full = np.log1p(-PROBABILITIES) / np.log1p(-1 / np.outer(SIZES, SIZES))  # synapses at full scale
strength = np.tile([1.0, -4.0] * 4, (8, 1))
strength[0, 2] = 2.0
mean_pa = CURRENT * TAU_SYN / 1000 * ((strength * full / SIZES[:, None] * RATES_HZ).sum(axis=1) + BACKGROUND * BACKGROUND_HZ)
missing_mv = (1 - math.sqrt(options.scale)) * mean_pa * TAU_M / CAPACITANCE

network = gennaker.Network("microcircuit", options.seed)
for i, name in enumerate(NAMES):
    mean, sd = START_MV[i]
    network.add_population(name, int(sizes[i]), "lif_curr_exp_wide", {
        "threshold": (THRESHOLD - REST) * per_mv,
        "reset": "reset_to_v_reset",
        "v_init": {"distribution": "normal", "mean": (mean - REST) * per_mv, "sd": sd * per_mv},
        "i_offset": missing_mv[i] * (1 - keep_m) * per_mv,
        "alpha_decay": keep_m,
        "exc_decay": keep_s,
        "inh_decay": keep_s,
        "t_refrac": 20,
    }, ["spikes"])
for i, name in enumerate(NAMES):
    mean = BACKGROUND[i] * options.scale * BACKGROUND_HZ * TICK / 1000
    noise = network.add_population(f"background of {name}", int(sizes[i]), "poisson_input", {"mean": mean}, [])
    network.add_projection(f"background of {name}", noise, i, {"type": "one_to_one"}, WEIGHT)
for post in range(8):
    for pre in range(8):
        n = round(full[post, pre] * options.scale**2)
        weight, delay = WEIGHT * strength[post, pre], (1.5, 0.75)[pre % 2] / TICK
        low, high = (0, 255) if weight > 0 else (-255, 0)
        if n:
            network.add_projection(
                f"{NAMES[pre]} to {NAMES[post]}", pre, post,
                {"type": "fixed_total_number", "n": n, "allow_self_connections": True, "with_replacement": True},
                {"distribution": "normal_clipped", "mean": weight, "sd": abs(weight) / 10, "low": low, "high": high},
                {"distribution": "normal_clipped", "mean": delay, "sd": delay / 2, "low": 0.5, "high": 127},
            )

simulation = gennaker.Simulation(network)
simulation.run(options.ticks)

report = simulation.report()
seconds = options.ticks * TICK / 1000
print(f"{sizes.sum():,} neurons, {report['n_synapses']:,} synapses, {seconds:g} s")
print(f"{'':6}{'Hz':>7}  (published for full scale)")
for i, name in enumerate(NAMES):
    print(f"{name:6}{len(simulation.spikes(name)[0]) / sizes[i] / seconds:7.2f}  ({RATES_HZ[i]})")

if options.plot:
    picture = simulation.png if options.plot.endswith(".png") else simulation.svg
    drawn = picture("raster", TICK, NAMES)
    with open(options.plot, "wb") as file:
        file.write(drawn if isinstance(drawn, bytes) else drawn.encode())
