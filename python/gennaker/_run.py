"""Running a network of py-spinnaker2's classes."""

from gennaker import _gennaker, results
from gennaker._user import warn


def simulate(net, network, records, timesteps, numeric):
    """Runs and leaves the results in the populations, also those of a run that Ctrl-C cuts short. Returns the report."""
    net.reset()
    simulation = _gennaker.Simulation(network, numeric, "clip")
    try:
        simulation.run(timesteps)
    finally:
        for index, (population, record) in enumerate(zip(net.populations, records)):
            population._recorded = results.of_population(simulation, index, population.name, population.size, record)
    report = simulation.report()
    for note in _worth_telling(net, network, records, report["notes"]):
        warn(note)
    return report


def _worth_telling(net, network, records, notes):
    """The notes without what is likely on purpose: silence of a population of which more than spikes is recorded, or of a
    source, and single neurons that fire in every tick."""
    told = []
    for name, population, record in zip(network.populations, net.populations, records):
        if record == ["spikes"] and population.neuron_model != "spike_list":
            told.append(f"population `{name}` never spiked")
        if population.size > 1:
            told.append(f"population `{name}` spikes in")
    is_activity = ("never spiked", "it is saturated")
    return [note for note in notes if note.startswith(tuple(told)) or not any(text in note for text in is_activity)]
