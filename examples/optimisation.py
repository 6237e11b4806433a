"""Optimisation on spiking neurons: a maximum cut, an independent set, a partition, the chip's needs, a sampler for dimod.

Every variable is a pair of ON/OFF neurons. In a tick, those whose turn it is draw a threshold and flip if that costs no more
energy; the temperature falls from tick to tick.

    python examples/optimisation.py [--ticks 1000] [--reads 20]
"""

import argparse

import numpy as np

from gennaker import hardware, qubo

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--ticks", type=int, default=1000, metavar="N", help="ticks of an anneal (default 1000)")
arguments.add_argument("--reads", type=int, default=20, metavar="N", help="independent anneals (default 20)")
options = arguments.parse_args()

random = np.random.default_rng(1)


def told(name, result):
    """One line for a result."""
    met = f"met in {result.time_to_target.num_successes} of {len(result)} reads, " if result.time_to_target else ""
    print(f"{name:16} {result.value:>6}  {met}after {result.tick_found[result.best_read]} ticks, {result.discipline}")


# Five vertices with six edges (Glover et al., 2019): the triangle 3-4-5 cannot be cut whole, so five is the best there is.
tutorial = qubo.max_cut([(1, 2), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)])
result = tutorial.solve(options.ticks, options.reads, target=5)
told("maximum cut", result)
print(f"    one side: {[vertex for vertex, side in result.solution.items() if side]}")

# The largest set of vertices of a random graph without an edge between any two.
pairs = np.argwhere(np.triu(random.random((60, 60)) < 0.1, 1))
result = qubo.independent_set(pairs, nodes=range(60)).solve(options.ticks, options.reads)
told("independent set", result)
print(f"    vertices: {result.solution}")

# Two parts of equal sums: dense, and the couplings span four orders of magnitude.
numbers = random.integers(1, 1000, 24)
best = int(numbers.sum() % 2)
result = qubo.partition(numbers).solve(options.ticks, options.reads, target=best)
told("partition", result)
print(f"    sums: {numbers[result.solution == 0].sum()} and {numbers[result.solution == 1].sum()}")

# The disciplines: who may flip in the same tick. Without a guard, neighbours flip together, and half of all spins for ever.
pairs = np.argwhere(np.triu(random.random((200, 200)) < 0.3, 1))
dense = qubo.max_cut(pairs)
print(f"\n{'discipline':20} {'cut':>6} {'flips':>8}   of {len(pairs)} edges between 200 vertices")
for discipline in ("sequential", "colour", "refractory(3)", "gate(0.1)", "one", "unguarded-parallel"):
    result = dense.solve(options.ticks, options.reads, discipline=discipline)
    print(f"{discipline:20} {result.value:>6} {int(result.num_flips.mean()):>8}")

# What the chip would need for the same states, and the network that goes through them there, spike by spike.
run = {"num_steps": options.ticks, "num_reads": options.reads, "discipline": "colour"}
needs = dense.solve(**run, machine="auto").hardware
print(f"\n{needs.machine}: {needs.n_replicas} reads on {needs.n_pes} PEs, {needs.duration_s:.3g} s, ", end="")
print(f"{needs.energy_per_replica_j:.3g} J for each (modelled); ticks of {needs.shortest_tick_s * 1e6:.3g} us would do")
net = dense.network(**run)
hardware.SpiNNaker2Chip().run(net, options.ticks)
replay = dense.replay(net)
print(f"its network: cut {replay.value}, met after {replay.tick_found[replay.best_read]} ticks")

try:
    import dimod
except ImportError:
    print("\ndimod is not installed; with it, SpikingSampler takes models of Ocean and pyqubo")
else:
    model = dimod.BinaryQuadraticModel({"a": 0.5, "b": -0.2}, {("a", "b"): 1.0, ("b", "c"): -0.7}, 0.0, "BINARY")
    samples = qubo.SpikingSampler().sample(model, num_reads=options.reads, num_sweeps=options.ticks, seed=1)
    found = {label: int(bit) for label, bit in samples.first.sample.items()}
    print(f"\ndimod: energy {samples.first.energy:.1f} at {found}")
