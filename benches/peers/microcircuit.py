"""The cortical microcircuit of Potjans and Diesmann in gennaker and in whatever of NEST and Brian2 is installed, in one run.

`gennaker bench microcircuit:SCALE`, ticks of 0.1 ms: Cereb. Cortex 24, 785, 2014; below full scale with fewer synapses per neuron,
stronger weights and a constant current in their place (van Albada et al., PLoS Comput. Biol. 11, e1004490, 2015).

    venv/bin/python benches/peers/microcircuit.py --scale 0.1 --drive poisson

Full scale takes NEST 12 GB and minutes per second; for Brian2 that is too large: `--only NEST`. ANNarchy has no rule that repeats pairs.
Exit code 1 if gennaker is not the fastest, or if a rate differs by more than the tolerance.
"""

import math
import sys

import numpy as np
from common import TICK_MS, Brian2, Nest, arguments, compare

NAMES = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
PROBABILITIES = np.array([  # target, source
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
])
BACKGROUND = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
BACKGROUND_HZ = 8.0
RATES_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
V_MEAN = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
V_SD = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
REST, THETA, C, TAU_M, TAU_SYN, REFRACTORY = -65.0, -50.0, 250.0, 10.0, 0.5, 2.0
PSP, G, L4E_TO_L23E, SPREAD = 0.15, -4.0, 2.0, 0.1
DELAYS = (1.5, 0.75)


class Circuit:
    """Sizes, synapse numbers, weights (pA), delays (ms) and inputs (pA, Hz) at a scale."""

    def __init__(self, scale, drive):
        self.sizes = np.rint(SIZES * scale).astype(int)
        pairs = np.outer(SIZES, SIZES).astype(float)
        full = np.rint(np.log1p(-PROBABILITIES) / np.log1p(-1.0 / pairs))
        self.synapses = np.rint(full * scale**2).astype(int)
        peak = (TAU_M / TAU_SYN) ** (-TAU_M / (TAU_M - TAU_SYN)) - (TAU_M / TAU_SYN) ** (-TAU_SYN / (TAU_M - TAU_SYN))
        psc = PSP / (TAU_M * TAU_SYN / (C * (TAU_SYN - TAU_M)) * peak)
        strengths = np.tile([1.0, G] * 4, (8, 1))
        strengths[0, 2] = L4E_TO_L23E
        self.weights = psc * strengths / math.sqrt(scale)
        self.weight = psc / math.sqrt(scale)
        self.delays = np.array(DELAYS * 4)
        charge = TAU_SYN / 1000
        recurrent = charge * psc * (strengths * full / SIZES[:, None] * RATES_HZ).sum(axis=1)
        background = charge * psc * BACKGROUND * BACKGROUND_HZ
        lost = 1 - math.sqrt(scale)
        is_poisson = drive == "poisson"
        self.current = lost * recurrent + (lost if is_poisson else 1.0) * background
        self.background_hz = BACKGROUND * scale * BACKGROUND_HZ if is_poisson else None

    def each(self):
        """Target, source and number of all projections."""
        return [(t, s, self.synapses[t, s]) for t in range(8) for s in range(8) if self.synapses[t, s]]

    def draw(self, random, target, source, n):
        """Random pairs with weights and delays, for simulators without this rule."""
        weight, delay = self.weights[target, source], self.delays[source]
        weights = random.normal(weight, SPREAD * abs(weight), n)
        delays = redrawn(random, delay, 0.5 * delay, n)
        return random.integers(0, self.sizes[source], n), random.integers(0, self.sizes[target], n), weights, delays


def redrawn(random, mean, sd, n):
    """Normal delays of at least half a tick, in whole ticks."""
    values = random.normal(mean, sd, n)
    while (low := values < 0.5 * TICK_MS).any():
        values[low] = random.normal(mean, sd, low.sum())
    return np.rint(values / TICK_MS) * TICK_MS


class NestMicrocircuit(Nest):
    def build(self, nest, options):
        circuit = Circuit(options.scale, options.drive)
        cells = []
        for i, name in enumerate(NAMES):
            # A synapse model holds at most 134 million connections on a thread.
            nest.CopyModel("static_synapse", name)
            part = nest.Create("iaf_psc_exp", int(circuit.sizes[i]), {
                "E_L": REST, "V_th": THETA, "V_reset": REST, "C_m": C, "tau_m": TAU_M, "tau_syn_ex": TAU_SYN,
                "tau_syn_in": TAU_SYN, "t_ref": REFRACTORY, "I_e": float(circuit.current[i]),
            })
            part.V_m = nest.random.normal(V_MEAN[i], V_SD[i])
            if circuit.background_hz is not None:
                noise = nest.Create("poisson_generator", params={"rate": float(circuit.background_hz[i])})
                nest.Connect(noise, part, syn_spec={"weight": circuit.weight, "delay": 1.5})
            cells.append(part)
        for target, source, n in circuit.each():
            weight, delay = float(circuit.weights[target, source]), float(circuit.delays[source])
            limits = {"min": 0.0} if weight > 0 else {"max": 0.0}
            nest.Connect(cells[source], cells[target], {"rule": "fixed_total_number", "N": int(n)}, {
                "synapse_model": NAMES[source],
                "weight": nest.math.redraw(nest.random.normal(weight, SPREAD * abs(weight)), **{"min": -1e9, "max": 1e9, **limits}),
                "delay": nest.math.redraw(nest.random.normal(delay, 0.5 * delay), min=0.5 * TICK_MS, max=1e9),
            })
        return cells


class Brian2Microcircuit(Brian2):
    """One group and one set of synapses: 64 of them would be compiled one by one."""

    def build(self, b, options):
        circuit = Circuit(options.scale, options.drive)
        random = np.random.default_rng(options.seed)
        ends = np.concatenate([[0], np.cumsum(circuit.sizes)])
        cells = b.NeuronGroup(
            int(ends[-1]), "dv/dt = (r*(current + x) - v)/tau_m : 1 (unless refractory)\ndx/dt = -x/tau_s : 1\ncurrent : 1 (constant)",
            threshold=f"v >= {THETA - REST}", reset="v = 0", refractory=REFRACTORY * b.ms, method="exact",
            namespace={"tau_m": TAU_M * b.ms, "tau_s": TAU_SYN * b.ms, "r": TAU_M / C},
        )
        cells.current = np.repeat(circuit.current, circuit.sizes)
        cells.v = np.repeat(np.array(V_MEAN) - REST, circuit.sizes) + random.normal(size=ends[-1]) * np.repeat(V_SD, circuit.sizes)
        drawn = [circuit.draw(random, t, s, n) for t, s, n in circuit.each()]
        pre = np.concatenate([i + ends[s] for (_, s, _), (i, *_) in zip(circuit.each(), drawn)])
        post = np.concatenate([j + ends[t] for (t, _, _), (_, j, *_) in zip(circuit.each(), drawn)])
        synapses = b.Synapses(cells, cells, "w : 1", on_pre="x_post += w")
        synapses.connect(i=pre, j=post)
        synapses.w = np.concatenate([weights for *_, weights, _ in drawn])
        synapses.delay = np.concatenate([delays for *_, delays in drawn]) * b.ms
        others = [synapses]
        if circuit.background_hz is not None:
            for start, end, n in zip(ends, ends[1:], np.rint(BACKGROUND * options.scale)):
                others.append(b.PoissonInput(cells[int(start):int(end)], "x", N=int(n), rate=BACKGROUND_HZ * b.Hz, weight=circuit.weight))
        return [cells], others


PEERS = (NestMicrocircuit, Brian2Microcircuit)


def main():
    parser = arguments(__doc__.splitlines()[0], PEERS, 10000)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--drive", choices=["constant", "poisson"], default="poisson")
    options = parser.parse_args()
    options.benchmark = f"microcircuit:{options.scale}:{options.drive}"
    return compare(options, PEERS)


if __name__ == "__main__":
    sys.exit(main())
