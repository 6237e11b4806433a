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
    for note in report["quantisation_notes"] + _silence(net, network, records, report):
        warn(note)
    return report


def _silence(net, network, records, report):
    """The notes on populations whose spikes were awaited and did not come."""
    awaited = [
        f"population `{name}` never spiked"
        for name, population, record in zip(network.populations, net.populations, records)
        if record == ["spikes"] and population.neuron_model != "spike_list"
    ]
    return [note for note in report["notes"] if note.startswith(tuple(awaited))]
