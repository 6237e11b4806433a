"""Optimisation problems on spiking networks: QUBO, Ising, maximum cut and others, annealed as the chip's neurons could do it.

``SpikingSampler()`` is a sampler for dimod (Ocean, pyqubo). ``max_cut``, ``independent_set``, ``partition``, ``coloring``,
``tour``, ``max_sat``, ``qubo``, ``ising``, ``from_bqm`` and ``read`` make a :class:`Problem`, and ``problem.solve()`` gives a
:class:`Result`.

dimod and networkx are needed only where their objects are given or asked for.
"""

from gennaker.qubo._problem import (
    Problem,
    coloring,
    from_bqm,
    independent_set,
    ising,
    max_cut,
    max_sat,
    partition,
    qubo,
    read,
    tour,
)
from gennaker.qubo._result import Hardware, Result, TimeToTarget
from gennaker.qubo._spiking import Replay

__all__ = [
    "Hardware",
    "Problem",
    "Replay",
    "Result",
    "TimeToTarget",
    "coloring",
    "from_bqm",
    "independent_set",
    "ising",
    "max_cut",
    "max_sat",
    "partition",
    "qubo",
    "read",
    "tour",
]


def __getattr__(name):
    # Its base class is dimod's, which is imported only for who wants it.
    if name != "SpikingSampler":
        raise AttributeError(f"module 'gennaker.qubo' has no attribute {name!r}")
    from gennaker.qubo._sampler import SpikingSampler

    globals()[name] = SpikingSampler
    return SpikingSampler


def __dir__():
    return sorted([*__all__, "SpikingSampler"])
