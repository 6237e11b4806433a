//! Random small networks, mappings and machines: the event level gives the spikes and the work of the functional level, and the
//! traffic of the counted one, whenever it reports nothing late, early, lost or lagging.

#[path = "../../mapping/tests/common/mod.rs"]
mod common;
#[path = "../../mapping/tests/common/images.rs"]
mod images;
mod support;

use common::{all_options, machine};
use gennaker_energy::LevelPolicy;
use gennaker_fabric::{
    EventMachine, EventOptions, FabricOptions, FifoPolicy, LinkOptions, LiteralMachine, TickSource,
};
use gennaker_machine::{ChipXy, Link, Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, SliceOrder, map, verify};
use gennaker_network::*;
use images::image_network;
use proptest::prelude::*;
use support::{agree, functional};

/// Takers of spikes, without the slow ones to get going.
const CELLS: [Model; 13] = [
    Model::Lif,
    Model::LifNoDelay,
    Model::LifWide,
    Model::LifCurrExp,
    Model::LifCurrExpWide,
    Model::LifCondExp,
    Model::Izhikevich,
    Model::Relay,
    Model::ChargeAndSpike,
    Model::QuboNeuron,
    Model::OnOff,
    Model::OnOffWide,
    Model::Gibbs,
];

fn source(index: usize, kind: u8, size: u32, events: &[(u32, u32)]) -> Population {
    let name = format!("source{index}");
    match kind % 3 {
        0 => Population::new(&name, size, Model::PoissonProcess).with("p", 0.08),
        1 => Population::new(&name, size, Model::PoissonInput).with("mean", 0.15),
        _ => {
            let events = events.iter().map(|&(tick, neuron)| (tick, neuron % size));
            Population::new(&name, size, Model::SpikeList).with_spikes(SpikeTrains::from_events(events))
        }
    }
}

fn cells(index: usize, model: Model, size: u32) -> Population {
    let population = Population::new(&format!("cells{index}"), size, model);
    match model {
        Model::Relay => population,
        Model::Izhikevich => population.with("i_offset", 3.0),
        Model::ChargeAndSpike => population.with("threshold", 20.0).with("t_silent", 5.0),
        Model::OnOff | Model::OnOffWide | Model::Gibbs => {
            let numbers: Vec<f64> = (0..size).map(f64::from).collect();
            let population = population.with("random_word", numbers).with("hot", 50.0).with("cold", 20.0);
            match index % 3 {
                0 => population.with("gate", 0.3),
                1 => population.with("rest_shift", 5.0),
                _ => population
                    .with("n_classes", 2.0)
                    .with("class", Distribution::UniformInt { low: 0, high: 1 }),
            }
        }
        Model::LifCondExp => population.with("g_scale", 0.02).with("reset", "reset_to_v_reset"),
        _ => population.with("threshold", Distribution::Uniform { low: 4.0, high: 12.0 }),
    }
}

fn connector(kind: u8, n_pre: u32, n_post: u32) -> Connector {
    let allow_self_connections = true;
    match kind % 4 {
        0 if n_pre == n_post => Connector::OneToOne,
        1 => Connector::AllToAll { allow_self_connections },
        2 => Connector::FixedInDegree { n: n_pre.min(5), allow_self_connections, with_replacement: true },
        _ => Connector::FixedProbability { p: 0.2, allow_self_connections },
    }
}

fn weight(kind: u8) -> Parameter {
    match kind % 4 {
        0 => 3.0.into(),
        1 => Distribution::UniformInt { low: -6, high: 9 }.into(),
        2 => Distribution::UniformInt { low: 0, high: 2 }.into(),
        _ => (-2.0).into(),
    }
}

fn network() -> impl Strategy<Value = Network> {
    let sources = proptest::collection::vec((any::<u8>(), 1_u32..60), 1..3);
    let cells_of = proptest::collection::vec((0..CELLS.len(), 1_u32..80), 1..4);
    let projections = proptest::collection::vec((any::<[u8; 5]>(), any::<u8>()), 1..8);
    let events = proptest::collection::vec((0_u32..40, 0_u32..60), 0..200);
    (sources, cells_of, projections, events, any::<u64>()).prop_map(
        |(sources, models, projections, events, seed)| {
            let mut network = Network::new("random").with_seed(seed);
            for (index, &(kind, size)) in sources.iter().enumerate() {
                network.add_population(source(index, kind, size, &events));
            }
            for (index, &(model, size)) in models.iter().enumerate() {
                network.add_population(cells(index, CELLS[model], size));
            }
            for (index, &([pre, post, by, of, after], n)) in projections.iter().enumerate() {
                let pre = usize::from(pre) % network.populations.len();
                let post = sources.len() + usize::from(post) % models.len();
                let (n_pre, n_post) = (network.populations[pre].size, network.populations[post].size);
                let word = network.populations[post].model.descriptor().synapse_word.unwrap();
                let delay = f64::from(u32::from(after).min(word.max_delay()).min(20));
                let rule = connector(by, n_pre, n_post);
                let law = if n % 3 == 0 {
                    Distribution::UniformInt { low: 0, high: delay as i64 }.into()
                } else {
                    Parameter::Number(delay)
                };
                let projection = Projection::new(&format!("p{index}"), pre, post, rule);
                network.add_projection(projection.with_weight(weight(of)).with_delay(law));
            }
            network
        },
    )
}

fn levels() -> impl Strategy<Value = LevelPolicy> {
    prop_oneof![
        Just(LevelPolicy::High),
        Just(LevelPolicy::Low),
        Just(LevelPolicy::Auto { threshold: 3 }),
        Just(LevelPolicy::Predictive { margin: 0.1 }),
        Just(LevelPolicy::Fixed(0)),
    ]
}

/// From none to so much that neighbours' ticks slip by many.
fn drift() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.0..100.0, Just(100_000.0)]
}

fn policy() -> impl Strategy<Value = FifoPolicy> {
    prop_oneof![Just(FifoPolicy::Drop), Just(FifoPolicy::Overwrite), Just(FifoPolicy::Stall)]
}

fn loss() -> impl Strategy<Value = f64> {
    prop_oneof![3 => Just(0.0), 1 => 0.0..0.05, 1 => Just(1.0)]
}

/// A link in the middle of the machine that dies.
fn dying(dies_at_ns: u64) -> LinkOptions {
    let (chip, link) = (ChipXy::new(0, 0), Link::East);
    LinkOptions { chip, link, loss_probability: None, bit_error_rate: None, dies_at_ns: Some(dies_at_ns) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn event_is_functional_where_nothing_goes_wrong(
        (mut network, machine, levels) in (network(), machine(), levels()),
        (atoms, way, seed) in (1_u32..40, any::<prop::sample::Index>(), any::<u64>()),
    ) {
        network.populations.iter_mut().for_each(|population| population.max_atoms_per_core = Some(atoms));
        let mut ways = all_options();
        let way = MappingOptions { timesteps: 60, ..ways.swap_remove(way.index(ways.len())) };
        let Ok(mapping) = map(&network, &machine, &way) else { return Ok(()) };
        let fabric = FabricOptions { seed, ..FabricOptions::default() };
        // So long that no PE is late at the lowest clock, whatever was drawn.
        let options = EventOptions { levels, fabric, keep_work: true, tick_ns: 20_000_000, ..EventOptions::default() };
        agree(&network, &machine, &mapping, &options, 40);
    }

    /// Convolutions, with kernels in the PEs and images in blocks: the engine, the machine taken literally and the event level.
    #[test]
    fn images_agree_on_all_levels(
        (network, machine, levels) in (image_network(), machine(), levels()),
        (way, blocks, seed) in (any::<prop::sample::Index>(), any::<bool>(), any::<u64>()),
    ) {
        let mut ways = all_options();
        let order = if blocks { SliceOrder::Blocks } else { SliceOrder::Contiguous };
        let way = MappingOptions { timesteps: 60, order, ..ways.swap_remove(way.index(ways.len())) };
        let Ok(mapping) = map(&network, &machine, &way) else { return Ok(()) };
        verify(&mapping, &machine).unwrap();
        let expected = functional(&network, 40);
        let mut literal = LiteralMachine::new(&network, &mapping, &machine).unwrap();
        literal.run(40).unwrap();
        for (population, expected) in expected.iter().enumerate() {
            prop_assert!(literal.spikes(population) == expected, "{}", network.populations[population].name);
        }
        let fabric = FabricOptions { seed, ..FabricOptions::default() };
        let options = EventOptions { levels, fabric, keep_work: true, tick_ns: 20_000_000, ..EventOptions::default() };
        agree(&network, &machine, &mapping, &options, 40);
    }

    /// Whatever goes wrong, a difference in spikes is never without a report, and packets are never without a fate.
    #[test]
    fn what_differs_is_reported(
        (mut network, levels) in (network(), levels()),
        (atoms, tick_ns, fifo_words) in (1_u32..40, 5_000_u64..60_000, 4_u32..60),
        (own_timers, drift_ppm, fifo_policy) in (any::<bool>(), drift(), policy()),
        (loss_probability, dies_at_ns) in (loss(), proptest::option::of(0_u64..2_000_000)),
        cut in 0_u32..=40,
    ) {
        network.populations.iter_mut().for_each(|population| population.max_atoms_per_core = Some(atoms));
        let mut spec = MachineSpec::grid(3, 3, true);
        spec.chip.application_pes = 12;
        let machine = Machine::new(spec).unwrap();
        let way = MappingOptions { timesteps: 60, event_fifo_words: Some(fifo_words), ..MappingOptions::default() };
        let Ok(mapping) = map(&network, &machine, &way) else { return Ok(()) };
        let fabric = FabricOptions {
            tick_source: if own_timers { TickSource::Timer } else { TickSource::ChipGlobal },
            drift_ppm,
            fifo_policy,
            link_loss_probability: loss_probability,
            links: dies_at_ns.map(dying).into_iter().collect(),
            ..FabricOptions::default()
        };
        let options = EventOptions { levels, fabric, tick_ns, ..EventOptions::default() };
        let mut event = EventMachine::new(&network, &mapping, &machine, &options).unwrap();
        event.run(40);
        let mut pieces = EventMachine::new(&network, &mapping, &machine, &options).unwrap();
        pieces.run(cut);
        pieces.run(40 - cut);
        prop_assert_eq!(event.report(), pieces.report());
        let expected = functional(&network, 40);
        let differs = (0..expected.len()).any(|population| event.spikes(population) != &expected[population]);
        let report = event.report();
        prop_assert!(!differs || !report.is_clean());
        prop_assert_eq!(report.is_clean(), report.notes().is_empty(), "{:?}", report.notes());
        event.finish();
        let totals = event.report().fabric.totals;
        prop_assert!(totals.is_balanced(), "{:?}", totals);
        prop_assert!(fifo_policy == FifoPolicy::Stall || totals.under_way == 0, "{:?}", totals);
        // A machine that has ended does nothing more, and says so.
        let spikes: Vec<_> = (0..expected.len()).map(|population| event.spikes(population).clone()).collect();
        event.run(0);
        prop_assert_eq!(event.report().n_spikes, report.n_spikes);
        event.run(1_000_000);
        let after = event.report();
        prop_assert_eq!((after.n_behind, after.fabric.totals), (mapping.slices.len() as u64, totals));
        let are_kept = spikes.iter().enumerate().all(|(population, spikes)| {
            let now = event.spikes(population);
            now.ticks.len() >= spikes.ticks.len() && now.ticks[..spikes.ticks.len()] == spikes.ticks[..]
        });
        prop_assert!(are_kept);
    }
}
