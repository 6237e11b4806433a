"""Whatever carries results, as a result."""

from __future__ import annotations

import copy
import operator
import os

from gennaker import _gennaker
from gennaker.results import PopulationResult, Result, open_results


def result_of(source) -> Result:
    """The result that ``source`` is, holds, or is the folder of."""
    if isinstance(source, Result):
        return source
    if isinstance(source, (str, os.PathLike)):
        return open_results(source)
    # Only a script that has imported these has objects of theirs.
    from gennaker.hardware import _Hardware
    from gennaker.snn import Network, Population

    if isinstance(source, _Hardware):
        return of_hardware(source)
    if isinstance(source, Network):
        return of_network(source)
    populations = [source] if isinstance(source, Population) else source
    if isinstance(populations, (list, tuple)) and populations and all(isinstance(member, Population) for member in populations):
        return of_populations(populations)
    raise TypeError(
        f"{type(source).__name__} carries no results: give a Result, a result folder, or a network, populations or hardware of "
        "gennaker.snn and gennaker.hardware after a run"
    )


def of_hardware(hardware) -> Result:
    """What the last run on hardware recorded."""
    if hardware._last is None:
        raise RuntimeError(f"{type(hardware).__name__} has run nothing yet: run a network first")
    network, net, tick_s, account = hardware._last
    result = of_network(net)
    result.tick_ms, result.mapping, result.report = tick_s * 1e3, hardware.mapping, hardware.report or {}
    result._origin = {"network": network, "tick_ms": result.tick_ms, "numeric": "chip", "account": account}
    result._account = hardware._counting and hardware._counting.account
    return result


def of_network(net) -> Result:
    """What the last run of a network recorded."""
    if net._ticks_run is None:
        raise RuntimeError(f"network `{net.name}` has no results yet: run it first")
    about = {"network": net.name, "seed": _seed(net.seed), "version": _gennaker.__version__}
    populations = _named(population for population in net.populations if population._recorded is not None)
    return Result(populations, net._ticks_run, tick_ms=net._tick_ms, about=about, network=net)


def of_populations(populations) -> Result:
    """What populations recorded in their last run."""
    for population in populations:
        if population._recorded is None:
            raise RuntimeError(f"population `{population.name}` has no results yet: run the network first")
    ends = [population._recorded.ran for population in populations]
    ticks, tick_ms = max(ends)
    return Result(_named(populations), ticks, tick_ms=tick_ms, about={"version": _gennaker.__version__})


def _named(populations) -> list[PopulationResult]:
    """Recordings under names of their own: scripts may use a name twice."""
    from gennaker.snn.network import _unique

    taken: set[str] = set()
    named = []
    for population in populations:
        recorded = copy.copy(population._recorded)
        recorded.name = _unique(population.name, taken)
        named.append(recorded)
    return named


def _seed(seed):
    try:
        return operator.index(seed)
    except TypeError:
        return None
