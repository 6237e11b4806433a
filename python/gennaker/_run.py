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
    _tell(net, records, report)
    return report


def _tell(net, records, report):
    for note in report["quantisation_notes"]:
        warn(note)
    silent = [
        population.name
        for population, record, n_spikes in zip(net.populations, records, report["spikes_per_population"])
        if n_spikes == 0 and record == ["spikes"] and population.neuron_model != "spike_list"
    ]
    if silent and report["timesteps"]:
        warn(f"no spike in {report['timesteps']} ticks from: {', '.join(silent)}")
