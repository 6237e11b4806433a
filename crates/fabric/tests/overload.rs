//! What happens when the work is too much: the event level differs from the functional one, and says where and why.

mod support;

use gennaker_energy::{Coefficients, LevelPolicy};
use gennaker_fabric::{EventMachine, EventOptions, EventReport, Mishap, Queue, What};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingOptions, map};
use gennaker_network::*;
use support::functional;

fn mapped(network: &Network, fifo_words: Option<u32>) -> (Machine, Mapping) {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let options =
        MappingOptions { timesteps: 100, event_fifo_words: fifo_words, ..MappingOptions::default() };
    let mapping = map(network, &machine, &options).unwrap();
    (machine, mapping)
}

fn run(
    network: &Network,
    fifo_words: Option<u32>,
    options: &EventOptions,
    ticks: u32,
) -> (EventMachine, EventReport) {
    let (machine, mapping) = mapped(network, fifo_words);
    let mut event = EventMachine::new(network, &mapping, &machine, options).unwrap();
    event.run(ticks);
    let report = event.report();
    (event, report)
}

/// 120 neurons that fire in every tick, each with 100 synapses onto one PE: 12,000 synaptic events per tick.
fn full_pe() -> Network {
    let mut network = Network::new("full");
    let spikes =
        SpikeTrains::from_events((0..50_u32).flat_map(|tick| (0..120).map(move |neuron| (tick, neuron))));
    let input = network.add_population(Population::new("input", 120, Model::SpikeList).with_spikes(spikes));
    let cells = network.add_population(Population::new("cells", 250, Model::Lif).with("threshold", 1e6));
    let rule = Connector::FixedOutDegree { n: 100, allow_self_connections: true, with_replacement: false };
    network.add_projection(Projection::new("events", input, cells, rule).with_weight(1.0));
    network
}

#[test]
fn twelve_thousand_events_in_a_millisecond_fit_at_300_mhz_and_not_at_150() {
    // The model allows 250 neurons per PE; more cycles for each stand for the 1,024 of the published measurement.
    let coefficients = Coefficients { cycles_per_neuron_lif: 205.0, ..Coefficients::default() };
    for (levels, fits) in [(LevelPolicy::High, true), (LevelPolicy::Low, false)] {
        let options = EventOptions {
            levels,
            coefficients: coefficients.clone(),
            keep_work: true,
            ..EventOptions::default()
        };
        let (event, report) = run(&full_pe(), None, &options, 50);
        assert_eq!(report.is_clean(), fits, "{:?}", report.notes());
        let slice = report.slices.iter().position(|place| place.population == "cells").unwrap();
        assert_eq!(event.work(slice)[1].work.events, 12_000);
        if !fits {
            // 296,550 cycles take 1.977 ms; then the packets of two intervals wait, then of four, and the PE never catches up.
            let What::Overrun { by_ps } = report.troubles[0].what else { panic!("{:?}", report.troubles) };
            assert_eq!((report.troubles[0].tick, by_ps / 1_000_000), (1, 977));
            assert!(report.max_lag_ticks > 15 && report.n_behind == 1);
            assert!(
                report.n_early > 0 && report.notes()[0].contains("population `cells`"),
                "{:?}",
                report.notes()
            );
        }
    }
}

/// 600 neurons that fire together every ten ticks, onto cells that answer a strong burst and drive each other.
fn bursting() -> Network {
    let mut network = Network::new("bursts").with_seed(5);
    let events = (0..10_u32).flat_map(|burst| (0..600).map(move |neuron| (10 * burst + 2, neuron)));
    let spikes = SpikeTrains::from_events(events);
    let input = network.add_population(Population::new("input", 600, Model::SpikeList).with_spikes(spikes));
    let cells = Population::new("cells", 100, Model::Lif).with("threshold", 300.0).with("alpha_decay", 0.9);
    let cells = network.add_population(cells.with("reset", "reset_to_v_reset"));
    let p = |p| Connector::FixedProbability { p, allow_self_connections: true };
    network.add_projection(Projection::new("drive", input, cells, p(0.2)).with_weight(3.0));
    network
        .add_projection(Projection::new("recurrent", cells, cells, p(0.1)).with_weight(6.0).with_delay(2.0));
    network
}

fn differs(event: &EventMachine, network: &Network, ticks: u32) -> bool {
    functional(network, ticks)
        .iter()
        .enumerate()
        .any(|(population, spikes)| event.spikes(population) != spikes)
}

#[test]
fn a_burst_at_a_short_tick_makes_the_pe_late_and_the_report_names_it() {
    let network = bursting();
    let (event, report) = run(&network, None, &EventOptions::default(), 100);
    assert!(report.is_clean() && !differs(&event, &network, 100));
    assert!(report.n_spikes > 6_500, "{}", report.n_spikes);

    let short = EventOptions { tick_ns: 200_000, levels: LevelPolicy::Low, ..EventOptions::default() };
    let (event, report) = run(&network, None, &short, 100);
    assert!(differs(&event, &network, 100));
    let first = report.troubles[0];
    // The first burst is sent in tick 2 and worked off in tick 3.
    assert!(first.tick == 3 && matches!(first.what, What::Overrun { .. }), "{first:?}");
    assert_eq!(report.slices[first.slice as usize].population, "cells");
    assert!(report.n_overruns >= 10 && report.n_late > 0, "{:?}", report.notes());
    assert!(report.explain(&first).contains("`cells`, neurons 0 to 99"), "{}", report.explain(&first));
}

#[test]
fn a_pe_that_is_late_keeps_its_clock_and_one_that_is_done_lowers_it() {
    let levels = LevelPolicy::Auto { threshold: 0 };
    let short = EventOptions { tick_ns: 500_000, levels, ..EventOptions::default() };
    let (_, report) = run(&bursting(), None, &short, 100);
    assert!(report.n_overruns > 5 && report.n_behind == 0, "{:?}", report.notes());
    let changes: u64 = report.fabric.pes.iter().map(|pe| pe.n_level_changes).sum();
    // Up at the beginning and down at the end of each tick, but for ticks that are done after the next is due.
    assert_eq!(changes, 2 * (100 * report.slices.len() as u64 - report.n_overruns));
}

#[test]
fn a_burst_into_a_short_fifo_is_dropped_there_and_the_report_names_it() {
    let network = bursting();
    let (event, report) = run(&network, Some(256), &EventOptions::default(), 100);
    assert!(differs(&event, &network, 100));
    // Each burst of 600 finds room for 256.
    let pe = &report.fabric.pes[report.slices.iter().position(|place| place.population == "cells").unwrap()];
    assert_eq!((pe.fifo_high_water_words, pe.fifo_dropped), (256, 10 * 344));
    assert_eq!(report.n_lost, 10 * 344);
    let first = report.fabric.incidents[0];
    assert_eq!((first.what, first.queue, first.note), (Mishap::FifoFull, Queue::Fifo(pe.core), 2));
    let sentence = report.explain_loss(&first);
    assert!(
        sentence.contains("`input`") && sentence.contains("`cells`") && sentence.contains("tick 2"),
        "{sentence}"
    );
}

#[test]
fn timers_with_phases_of_their_own_shift_spikes_by_a_tick() {
    let network = bursting();
    let mut options = EventOptions::default();
    options.fabric.tick_source = gennaker_fabric::TickSource::Timer;
    let (_, report) = run(&network, None, &options, 100);
    assert_eq!(report.n_overruns + report.n_lost, 0);
    assert!(report.n_early + report.n_late > 0, "{:?}", report.notes());
}

#[test]
fn a_burst_over_a_slow_link_is_dropped_there_and_the_report_names_it() {
    let network = bursting();
    let mut spec = MachineSpec::grid(2, 1, false);
    // Three PEs per chip: the input's are on one chip, the cells on the other; the link carries a packet per microsecond.
    spec.chip.application_pes = 3;
    spec.chip.links.short.packets_per_s = 1_000_000;
    let machine = Machine::new(spec).unwrap();
    let mapping = map(&network, &machine, &MappingOptions { timesteps: 100, ..Default::default() }).unwrap();
    let mut event = EventMachine::new(&network, &mapping, &machine, &EventOptions::default()).unwrap();
    event.run(100);
    let report = event.report();
    assert!(differs(&event, &network, 100));
    // 600 spikes are sent within 30 us, so more than 500 of each burst find the link blocked.
    let link = &report.fabric.links[0];
    assert!((5_000..5_900).contains(&link.timed_out), "{}", link.timed_out);
    assert_eq!(report.n_lost, report.fabric.totals.timed_out);
    let first = report.fabric.incidents[0];
    assert_eq!((first.what, first.queue, first.chip), (Mishap::TimedOut, Queue::Link(link.link), link.chip));
    let sentence = report.explain_loss(&first);
    assert!(
        sentence.contains("`input`") && sentence.contains("link") && sentence.contains("tick 2"),
        "{sentence}"
    );
    assert!(report.notes().iter().any(|note| note.contains("were lost")));
}
