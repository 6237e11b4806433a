"""Brunel's balanced random network in gennaker and in Brian2's compiled mode, side by side in one run.

The same network in both: leaky integrate-and-fire neurons, a fifth of them inhibitory, every pair connected with probability 0.1,
weights 3 and -15 with threshold 600 (0.1 mV and 20 mV in Brunel's units, g = 5), reset to 300, delay 0.8 ms, ticks of 0.1 ms, driven
by a constant input or by Poisson spikes of equal mean. Brian2 draws its own random numbers, so the comparison is of statistics
(rate, irregularity, synchrony) and of time; runs alternate, medians are printed, one thread each.

    python3 -m venv venv && venv/bin/pip install "numpy==2.2.6" "brian2==2.9.0" ./python
    venv/bin/python benches/peers/brunel_spikes.py --neurons 12500 --drive constant
    venv/bin/python benches/peers/brunel_spikes.py --neurons 5000 --shared --numeric reference

Exit code 1 if gennaker is not the faster one, or if with `--shared` the statistics differ by more than the stated tolerance.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time

import numpy as np

ALPHA = float(np.exp(-0.1 / 20.0))
THRESHOLD, RESET, EXCITATION, INHIBITION, P = 600.0, 300.0, 3.0, -15.0, 0.1
DELAY_TICKS = 8
NOISE_P, NOISE_WEIGHT = 0.4, 15.0
TOLERANCE = {"rate_hz": 0.01, "cv_isi": 0.02, "synchrony": 0.15}  # relative


def sizes(n):
    return n * 4 // 5, n // 5


class Shared:
    """Connections and initial potentials for both simulators."""

    def __init__(self, n, seed):
        random = np.random.default_rng(seed)
        self.v_init = random.integers(0, int(THRESHOLD), n).astype(float)
        rows = [np.flatnonzero(random.random(n, dtype=np.float32) < P) for _ in range(n)]
        self.pre = np.repeat(np.arange(n), [len(row) for row in rows])
        self.post = np.concatenate(rows)

    def between(self, pre, post):
        """Indices of the connections from one range of neurons to another, counted from the ranges' starts."""
        keep = (self.pre >= pre[0]) & (self.pre < pre[1]) & (self.post >= post[0]) & (self.post < post[1])
        return self.pre[keep] - pre[0], self.post[keep] - post[0]


class Gennaker:
    """The network in gennaker; `numeric` is `chip` or `reference`."""

    def __init__(self, n, drive, numeric, seed, shared):
        import gennaker

        network = gennaker.Network("brunel", seed)
        parameters = {
            "threshold": THRESHOLD, "alpha_decay": ALPHA, "v_reset": RESET, "reset": "reset_to_v_reset",
            "v_init": {"distribution": "uniform", "low": 0.0, "high": THRESHOLD},
        }
        if drive == "constant":
            parameters["i_offset"] = 2 * THRESHOLD * (1 - ALPHA)
        n_exc, n_inh = sizes(n)
        ranges = [(0, n_exc), (n_exc, n)]
        cells = []
        for name, (start, stop) in zip(("exc", "inh"), ranges):
            own = {**parameters, "v_init": shared.v_init[start:stop]} if shared else parameters
            cells.append(network.add_population(name, stop - start, "lif", own, ["spikes"]))
        for pre, weight in [(0, EXCITATION), (1, INHIBITION)]:
            for post in (0, 1):
                connections = {"type": "fixed_probability", "p": P, "allow_self_connections": True}
                if shared:
                    i, j = shared.between(ranges[pre], ranges[post])
                    connections = np.column_stack([i, j, np.full(len(i), weight), np.full(len(i), DELAY_TICKS - 1)])
                    network.add_projection(f"{pre}_{post}", cells[pre], cells[post], connections)
                else:
                    network.add_projection(f"{pre}_{post}", cells[pre], cells[post], connections, weight, DELAY_TICKS - 1)
        if drive == "poisson":
            for cell, size in zip(cells, (n_exc, n_inh)):
                noise = network.add_population(f"noise_{cell}", size, "poisson_process", {"p": NOISE_P, "Tref": 0}, [])
                network.add_projection(f"noise_{cell}", noise, cell, {"type": "one_to_one"}, NOISE_WEIGHT, 0)
        started = time.perf_counter()
        self.simulation = gennaker.Simulation(network, numeric, threads=1)
        self.build_seconds = time.perf_counter() - started
        self.n_exc = n_exc

    def run(self, ticks):
        self.simulation.reset()
        started = time.perf_counter()
        self.simulation.run(ticks)
        return time.perf_counter() - started

    def spikes(self):
        (t_exc, i_exc), (t_inh, i_inh) = self.simulation.spikes("exc"), self.simulation.spikes("inh")
        return np.concatenate([t_exc, t_inh]), np.concatenate([i_exc, i_inh + np.uint32(self.n_exc)])

    def report(self):
        return self.simulation.report()


class Brian2:
    """The network in Brian2, C++ standalone, one thread, its default compiler flags (-O3 -ffast-math -march=native)."""

    def __init__(self, n, drive, seed, ticks, shared):
        import brian2 as b

        self.folder = tempfile.mkdtemp(prefix="brian2_")
        b.set_device("cpp_standalone", build_on_run=False)
        b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j1"]
        b.defaultclock.dt = 0.1 * b.ms
        b.seed(seed)
        n_exc, _ = sizes(n)
        drive_to = 2 * THRESHOLD if drive == "constant" else 0.0
        cells = b.NeuronGroup(
            n, "dv/dt = (drive_to - v)/tau : 1", threshold=f"v >= {THRESHOLD}", reset=f"v = {RESET}", method="exact",
            namespace={"tau": 20 * b.ms, "drive_to": drive_to},
        )
        cells.v = shared.v_init if shared else f"rand() * {THRESHOLD}"
        objects = [cells]
        for start, stop, weight in [(0, n_exc, EXCITATION), (n_exc, n, INHIBITION)]:
            part = cells[start:stop]
            synapses = b.Synapses(part, cells, on_pre=f"v_post += {weight}", delay=(DELAY_TICKS - 1) * 0.1 * b.ms)
            if shared:
                i, j = shared.between((start, stop), (0, n))
                synapses.connect(i=i, j=j)
            else:
                synapses.connect(p=P)
            objects.append(synapses)
        if drive == "poisson":
            objects.append(b.PoissonInput(cells, "v", N=1, rate=NOISE_P / (0.1 * b.ms), weight=NOISE_WEIGHT))
        self.monitor = b.SpikeMonitor(cells)
        net = b.Network(*objects, self.monitor)
        # The chip's order within a tick: decay, input, threshold, reset. Spikes enter Brian2's queue one tick later then.
        net.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
        started = time.perf_counter()
        net.run(ticks * 0.1 * b.ms)
        b.device.build(directory=self.folder, compile=True, run=False)
        self.build_seconds = time.perf_counter() - started
        self.device = b.device

    def run(self, _ticks):
        self.device.run(self.folder, with_output=False, run_args=[])
        return self.device._last_run_time

    def spikes(self):
        ticks = np.rint(np.asarray(self.monitor.t) / 1e-4).astype(np.int64)
        return ticks, np.asarray(self.monitor.i)


def describe(times, neurons, n, ticks, skip=1000):
    """Mean rate, mean coefficient of variation of inter-spike intervals, and synchrony (variance over mean of the
    population's spike count in bins of 3 ms), after `skip` ticks."""
    keep = times >= skip
    times, neurons = times[keep].astype(np.int64), neurons[keep].astype(np.int64)
    order = np.lexsort((times, neurons))
    t, i = times[order], neurons[order]
    same = i[1:] == i[:-1]
    isi, who = np.diff(t)[same].astype(float), i[1:][same]
    count = np.bincount(who, minlength=n)
    mean = np.bincount(who, isi, n) / np.maximum(count, 1)
    square = np.bincount(who, isi**2, n) / np.maximum(count, 1)
    enough = count >= 10
    cv = np.sqrt(np.maximum(square - mean**2, 0))[enough] / mean[enough]
    bins = np.bincount((times - skip) // 30, minlength=(ticks - skip) // 30)[: (ticks - skip) // 30]
    return {
        "rate_hz": len(times) / n / ((ticks - skip) * 1e-4),
        "cv_isi": float(cv.mean()),
        "synchrony": float(bins.var() / bins.mean()),
    }


def first_difference(ours, theirs):
    """The first tick in which not the same neurons spike, and the number of spikes before it; `None` if there is none."""
    sets = [set(zip(times.tolist(), neurons.tolist())) for times, neurons in (ours, theirs)]
    different = sets[0] ^ sets[1]
    if not different:
        return None
    tick = min(different)[0]
    return {"tick": tick, "equal_spikes_before": sum(spike[0] < tick for spike in sets[0])}


def compare(ours, theirs):
    """The relative difference of each statistic, and whether all lie within the tolerance."""
    difference = {key: abs(ours[key] - theirs[key]) / abs(theirs[key]) for key in TOLERANCE}
    return difference, all(difference[key] <= TOLERANCE[key] for key in TOLERANCE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, default=12500)
    parser.add_argument("--drive", choices=["constant", "poisson"], default="constant")
    parser.add_argument("--numeric", choices=["chip", "reference"], default="chip")
    parser.add_argument("--ticks", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shared", action="store_true", help="the same connections and initial potentials in both")
    options = parser.parse_args()

    shared = Shared(options.neurons, options.seed) if options.shared else None
    ours = Gennaker(options.neurons, options.drive, options.numeric, options.seed, shared)
    theirs = Brian2(options.neurons, options.drive, options.seed, options.ticks, shared)
    seconds = {"gennaker": [], "brian2": []}
    for _ in range(options.runs):
        seconds["gennaker"].append(ours.run(options.ticks))
        seconds["brian2"].append(theirs.run(options.ticks))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    statistics_ = {
        name: describe(*simulator.spikes(), options.neurons, options.ticks)
        for name, simulator in [("gennaker", ours), ("brian2", theirs)]
    }
    difference, agree = compare(statistics_["gennaker"], statistics_["brian2"])
    report = ours.report()
    result = {
        "network": vars(options),
        "run_seconds": medians,
        "ratio": medians["brian2"] / medians["gennaker"],
        "build_seconds": {"gennaker": ours.build_seconds, "brian2": theirs.build_seconds},
        "microseconds_per_tick": medians["gennaker"] / options.ticks * 1e6,
        "synaptic_events_per_second": report["n_synaptic_events"] / medians["gennaker"],
        "bytes_per_synapse": report["synapse_bytes"] / report["n_synapses"],
        "statistics": statistics_,
        "difference": difference,
        "agree": agree,
        "first_difference": first_difference(ours.spikes(), theirs.spikes()) if shared else None,
    }
    json.dump(result, sys.stdout, indent=2)
    print()
    return 0 if result["ratio"] > 1 and (agree or not shared) else 1


if __name__ == "__main__":
    sys.exit(main())
