//! The functional level and plain counts, to hold the event level against.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::collections::BTreeMap;

use gennaker_energy::Work;
use gennaker_engine::{Options, Simulation, SpikeRecording};
use gennaker_fabric::{EventMachine, EventOptions};
use gennaker_machine::Machine;
use gennaker_mapping::Mapping;
use gennaker_network::{Network, OutOfRange, for_each_synapse};

/// Spikes of all populations at the functional level, whatever is recorded.
pub(crate) fn functional(network: &Network, ticks: u32) -> Vec<SpikeRecording> {
    let mut all = network.clone();
    for population in &mut all.populations {
        population.record.clear();
        *population = population.clone().recording("spikes");
    }
    let options = Options { threads: Some(1), out_of_range: OutOfRange::Clip, ..Options::default() };
    let mut simulation = Simulation::new(&all, &options).unwrap();
    simulation.run(ticks);
    simulation.recordings().populations.into_iter().map(|p| p.spikes.unwrap_or_default()).collect()
}

/// What every slice has to do in every tick, from the spikes alone.
pub(crate) fn plain_work(
    network: &Network,
    mapping: &Mapping,
    spikes: &[SpikeRecording],
    ticks: u32,
) -> Vec<Vec<Work>> {
    let mut work = vec![vec![Work::default(); ticks as usize]; mapping.slices.len()];
    // Per slice, synapses by sender.
    let mut fan_in = vec![BTreeMap::<(u32, u32), u32>::new(); mapping.slices.len()];
    for (index, projection) in network.projections.iter().enumerate() {
        let n_post = network.populations[projection.post].size;
        for_each_synapse(network, index, 0..n_post, |synapse| {
            let slice = mapping.slice_of(projection.post, synapse.post).unwrap();
            *fan_in[slice].entry((projection.pre as u32, synapse.pre)).or_default() += 1;
        });
    }
    for (population, spikes) in (0_u32..).zip(spikes) {
        for (&tick, &neuron) in spikes.ticks.iter().zip(&spikes.neurons) {
            let source = mapping.slice_of(population as usize, neuron).unwrap();
            work[source][tick as usize].sent += 1;
            let Some(net) = mapping.net_of(source) else { continue };
            for &target in mapping.targets(net) {
                if let Some(work) = work[target as usize].get_mut(tick as usize + 1) {
                    work.packets += 1;
                    work.events += fan_in[target as usize].get(&(population, neuron)).copied().unwrap_or(0);
                }
            }
        }
    }
    work
}

/// Runs both levels, the event level in two pieces. It must be clean and agree in spikes and work, and with the count of packets on
/// every link and in every router. Returns the number of spikes.
pub(crate) fn agree(
    network: &Network,
    machine: &Machine,
    mapping: &Mapping,
    options: &EventOptions,
    ticks: u32,
) -> u64 {
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
    if options.keep_work {
        for (slice, plain) in plain_work(network, mapping, &expected, ticks).iter().enumerate() {
            let found: Vec<Work> = event.work(slice).iter().map(|tick| tick.work).collect();
            assert_eq!(&found, plain, "{}: slice {slice}", network.name);
        }
    }
    assert!(report.fabric.totals.is_balanced(), "{:?}", report.fabric.totals);
    event.finish();
    assert!(event.spikes(0) == &expected[0]);
    let report = event.report();
    let totals = report.fabric.totals;
    assert!(totals.is_balanced() && totals.under_way == 0 && totals.lost() == 0, "{totals:?}");
    same_traffic(network, mapping, machine, &expected, ticks, &report.fabric);
    report.n_spikes
}

/// Packets of every link and router, as the counted level finds them.
fn same_traffic(
    network: &Network,
    mapping: &Mapping,
    machine: &Machine,
    spikes: &[SpikeRecording],
    ticks: u32,
    report: &gennaker_fabric::FabricReport,
) {
    let traffic = gennaker_energy::Traffic::new(network, mapping, machine).unwrap();
    let recorded = spikes.iter().cloned().map(Some).collect();
    let spikes = gennaker_energy::Spikes::new(network, recorded, ticks).unwrap();
    let replay = gennaker_energy::Replay::new(&spikes);
    let (mut links, mut routers) = (vec![0_u64; traffic.links.len()], vec![0_u64; traffic.routers.len()]);
    gennaker_energy::replay(replay, &traffic, &mut |counts| {
        links.iter_mut().zip(counts.links).for_each(|(sum, &n)| *sum += u64::from(n));
        routers.iter_mut().zip(counts.routers).for_each(|(sum, &n)| *sum += u64::from(n));
    });
    let mut counted: Vec<_> = traffic.links.iter().zip(links).filter(|(_, n)| *n > 0).collect();
    counted.sort_by_key(|(link, _)| (link.chip, link.link));
    let counted: Vec<_> = counted.into_iter().map(|(link, n)| (link.chip, link.link, n)).collect();
    let found: Vec<_> = report.links.iter().map(|link| (link.chip, link.link, link.packets)).collect();
    assert_eq!(found, counted);
    let mut counted: Vec<_> = traffic.routers.iter().copied().zip(routers).filter(|(_, n)| *n > 0).collect();
    counted.sort_unstable();
    let found: Vec<_> = report.routers.iter().map(|router| (router.chip, router.packets)).collect();
    assert_eq!(found, counted);
}
