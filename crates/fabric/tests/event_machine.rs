//! The event level against the functional one: the same spikes and the same work, unless the report says otherwise.

#[path = "../../engine/tests/common/mod.rs"]
mod common;

use common::{Field, digest, field, mixed, wide};
use gennaker_energy::{LevelPolicy, Work};
use gennaker_engine::{Options, Simulation, SpikeRecording};
use gennaker_fabric::{EventMachine, EventOptions};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingOptions, Placer, map};
use gennaker_network::{Network, for_each_synapse};

/// Spikes of all populations at the functional level, whatever is recorded.
fn functional(network: &Network, ticks: u32) -> Vec<SpikeRecording> {
    let mut all = network.clone();
    for population in all.populations.iter_mut().filter(|p| p.record.iter().all(|r| r.variable != "spikes")) {
        *population = population.clone().recording("spikes");
    }
    let mut simulation = Simulation::new(&all, &Options { threads: Some(1), ..Options::default() }).unwrap();
    simulation.run(ticks);
    simulation.recordings().populations.into_iter().map(|p| p.spikes.unwrap_or_default()).collect()
}

/// What every slice has to do in every tick, from the spikes alone.
fn plain_work(network: &Network, mapping: &Mapping, spikes: &[SpikeRecording], ticks: u32) -> Vec<Vec<Work>> {
    let mut work = vec![vec![Work::default(); ticks as usize]; mapping.slices.len()];
    // Per slice and sender: synapses.
    let mut fan_in = vec![std::collections::BTreeMap::<(u32, u32), u32>::new(); mapping.slices.len()];
    for (index, projection) in network.projections.iter().enumerate() {
        let n_post = network.populations[projection.post].size;
        for_each_synapse(network, index, 0..n_post, |synapse| {
            let slice = mapping.slice_of(projection.post, synapse.post).unwrap();
            *fan_in[slice].entry((projection.pre as u32, synapse.pre)).or_default() += 1;
        });
    }
    for (population, spikes) in spikes.iter().enumerate() {
        for (&tick, &neuron) in spikes.ticks.iter().zip(&spikes.neurons) {
            let source = mapping.slice_of(population, neuron).unwrap();
            work[source][tick as usize].sent += 1;
            let Some(net) = mapping.net_of(source) else { continue };
            for &target in mapping.targets(net) {
                if let Some(work) = work[target as usize].get_mut(tick as usize + 1) {
                    work.packets += 1;
                    work.events +=
                        fan_in[target as usize].get(&(population as u32, neuron)).copied().unwrap_or(0);
                }
            }
        }
    }
    work
}

fn options() -> EventOptions {
    EventOptions { keep_work: true, ..EventOptions::default() }
}

/// Runs both levels; the event level must be clean and agree in spikes and work.
fn agree(network: &Network, machine: &Machine, mapping: &Mapping, options: &EventOptions, ticks: u32) {
    let expected = functional(network, ticks);
    let mut event = EventMachine::new(network, mapping, machine, options).unwrap();
    event.run(ticks / 3);
    event.run(ticks - ticks / 3);
    let report = event.report();
    assert!(report.is_clean(), "{}: {:?}", network.name, report.notes());
    for (population, expected) in expected.iter().enumerate() {
        let name = &network.populations[population].name;
        assert!(event.spikes(population) == expected, "{}: {name}", network.name);
    }
    let plain = plain_work(network, mapping, &expected, ticks);
    for (slice, plain) in plain.iter().enumerate() {
        let found: Vec<Work> = event.work(slice).iter().map(|tick| tick.work).collect();
        assert_eq!(&found, plain, "{}: slice {slice}", network.name);
    }
    assert!(report.fabric.totals.is_balanced(), "{:?}", report.fabric.totals);
    event.finish();
    let totals = event.report().fabric.totals;
    assert!(totals.is_balanced() && totals.under_way == 0, "{totals:?}");
}

#[test]
fn every_model_agrees_with_the_functional_level() {
    for (mut network, atoms, ticks) in [(mixed(9), [200, 64], 60), (wide(9), [200, 50], 110)] {
        for (atoms, (spec, placer)) in atoms.into_iter().zip([
            (MachineSpec::single_chip(), Placer::Radial),
            (MachineSpec::board(), Placer::ApplicationGrouped),
        ]) {
            network.populations.iter_mut().for_each(|p| p.max_atoms_per_core = Some(atoms));
            let machine = Machine::new(spec).unwrap();
            let mapping =
                map(&network, &machine, &MappingOptions { placer, timesteps: 100, ..Default::default() })
                    .unwrap();
            let auto = LevelPolicy::Auto { threshold: 20 };
            for levels in [LevelPolicy::High, auto] {
                agree(
                    &network,
                    &machine,
                    &mapping,
                    &EventOptions { levels, tick_ns: 4_000_000, ..options() },
                    ticks,
                );
            }
        }
    }
}

#[test]
fn the_chip_recordings_come_out_of_the_event_level() {
    let recordings = [
        (Field::A, 10_188, "d6d7bcd11519d27d567896fdf83bbf8c7e451009702ac75958f960869acc15c4"),
        (Field::C, 20_722, "343cc739b25d8219208ddedafc8ba81adaf43295b5c25c0b65cb706856b923cc"),
    ];
    let machine = Machine::new(MachineSpec::board()).unwrap();
    for (which, n_spikes, sha256) in recordings {
        let network = field(which, Some((7, 11)));
        let mapping =
            map(&network, &machine, &MappingOptions { timesteps: 400, ..Default::default() }).unwrap();
        let mut event = EventMachine::new(&network, &mapping, &machine, &options()).unwrap();
        event.run(400);
        let found = event.spikes(1);
        let listing = digest(found.ticks.iter().copied().zip(found.neurons.iter().copied()));
        assert!(event.report().is_clean(), "{which:?}: {:?}", event.report().notes());
        assert_eq!((found.ticks.len(), listing), (n_spikes, sha256.to_owned()), "{which:?}");
    }
}
