"""Running a network of py-spinnaker2's classes."""

import os
import shutil
import tempfile
import weakref

from gennaker import _gennaker, results
from gennaker._user import warn

#: Recordings of more MiB than this lie on disk.
RECORDING_MEMORY_MIB = 256


def simulate(net, network, records, timesteps, numeric, counting=None, tick_ms=1.0):
    """Runs and leaves the results in the populations, also those of a run that Ctrl-C cuts short. Returns the report.

    With a ``counting`` (:class:`gennaker._counting.Counting`) the run is counted, and its account is left there.
    """
    net.reset()
    simulation = _gennaker.Simulation(network, numeric, "clip", counts=counting is not None)
    if counting is not None:
        counting.begin(simulation, timesteps)
    spill = _Spill()
    try:
        if spill.folder is None:
            simulation.run(timesteps)
        else:
            simulation.run_or_spill(timesteps, spill.folder, recording_memory=RECORDING_MEMORY_MIB)
    finally:
        net._ticks_run, net._tick_ms = simulation.tick, tick_ms
        for index, (population, record) in enumerate(zip(net.populations, records)):
            population._recorded = spill.population(simulation, index, population.name, population.size, record)
            population._recorded.model = population.neuron_model
            population._recorded.ran = simulation.tick, tick_ms
        if counting is not None:
            counting.end(simulation)
    report = simulation.report()
    for note in _worth_telling(net, network, report["notes"]):
        warn(note)
    for note in counting.account["notes"] if counting is not None else ():
        warn(note)
    return report


class _Spill:
    """A place for recordings that do not fit in memory, which is there for as long as anybody has them."""

    def __init__(self):
        self._stored = None
        #: None where nothing can be written: then everything stays in memory.
        self.folder = None
        try:
            parent = tempfile.mkdtemp(prefix="gennaker-")
        except OSError:
            return
        weakref.finalize(self, shutil.rmtree, parent, ignore_errors=True)
        self.folder = os.path.join(parent, "results")

    def population(self, simulation, index, name, size, record):
        """What was recorded of a population, wherever it is."""
        if self._stored is None and self.folder is not None and os.path.isdir(self.folder):
            self._stored = list(results.open_results(self.folder).populations.values())
        if self._stored is None:
            return results.of_population(simulation, index, name, size, record)
        stored = self._stored[index]
        stored.place = self
        return stored


def _worth_telling(net, network, notes):
    """The notes without what is likely on purpose: silence of a population of which more than spikes is recorded, or of a
    source, and single neurons that fire in every tick."""
    told = []
    for name, population in zip(network.populations, net.populations):
        if population.record == ["spikes"] and population.neuron_model != "spike_list":
            told.append(f"population `{name}` never spiked")
        if population.size > 1:
            told.append(f"population `{name}` spikes in")
    is_activity = ("never spiked", "it is saturated")
    return [note for note in notes if note.startswith(tuple(told)) or not any(text in note for text in is_activity)]
