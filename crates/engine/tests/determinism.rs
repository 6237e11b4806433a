//! What must never change a result: threads, the way a run is cut, a checkpoint in between, a reset before.

mod common;

use std::ops::ControlFlow;

use common::{mixed, wide};
use gennaker_engine::{Numeric, Options, Recordings, RingWidth, Simulation};
use gennaker_network::{Connector, Distribution, Model, Network, Parameter, Population, Projection};

const TICKS: u32 = 120;

fn options(threads: usize, numeric: Numeric) -> Options {
    Options { threads: Some(threads), numeric, ..Options::default() }
}

fn run(seed: u64, options: &Options) -> Recordings {
    recordings(&mixed(seed), options)
}

fn recordings(network: &Network, options: &Options) -> Recordings {
    let mut simulation = Simulation::new(network, options).unwrap();
    simulation.run(TICKS);
    simulation.recordings()
}

#[test]
fn every_population_of_the_test_network_is_alive() {
    for network in [mixed(1), wide(1)] {
        for p in &recordings(&network, &options(1, Numeric::Chip)).populations {
            let n = p.spikes.as_ref().unwrap().ticks.len();
            assert!(n > 20 && (n < 60 * p.size as usize || p.model == "poisson_input"), "{}: {n}", p.name);
        }
    }
    assert_ne!(
        run(1, &options(1, Numeric::Chip)),
        run(2, &options(1, Numeric::Chip)),
        "the seed must matter"
    );
}

#[test]
fn threads_change_nothing() {
    for numeric in [Numeric::Chip, Numeric::Reference] {
        for network in [mixed(1), wide(1)] {
            let alone = recordings(&network, &options(1, numeric));
            for threads in [2, 3, 8] {
                let shared = recordings(&network, &options(threads, numeric));
                assert!(alone == shared, "{}: {threads} threads, {numeric:?}", network.name);
            }
        }
    }
}

/// Input that nobody else sees is never listed; recording it, or a second projection, lists it.
#[test]
fn poisson_input_is_the_same_however_it_is_delivered() {
    let network = |size, mean: Parameter, is_recorded| {
        let mut network = Network::new("private").with_seed(2);
        let input = Population::new("input", size, Model::PoissonInput).with("mean", mean);
        let input = if is_recorded { input.recording("spikes") } else { input };
        let cells = Population::new("cells", size, Model::LifCondExp).with("g_scale", 0.05);
        let cells = cells.recording("spikes").recording("v").recording("g_exc");
        let (input, cells) = (network.add_population(input), network.add_population(cells));
        let projection = Projection::new("in", input, cells, Connector::OneToOne);
        network.add_projection(projection.with_weight(20.0).with_delay(4.0));
        network
    };
    let rates = Parameter::Random(Distribution::Uniform { low: 0.0, high: 3.0 });
    for (size, mean) in [(1, 2.0.into()), (130, 0.3.into()), (2100, 2.0.into()), (2100, rates)] {
        for threads in [1, 3] {
            let cells = |is_recorded| {
                let network = network(size, mean.clone(), is_recorded);
                recordings(&network, &options(threads, Numeric::Chip)).populations.remove(1)
            };
            let (private, listed) = (cells(false), cells(true));
            assert!(private == listed, "{size} sources, {threads} threads");
            assert!(private.spikes.unwrap().ticks.len() > size as usize / 2);
        }
    }
}

#[test]
fn pieces_equal_the_whole() {
    let whole = run(3, &options(2, Numeric::Chip));
    let mut simulation = Simulation::new(&mixed(3), &options(2, Numeric::Chip)).unwrap();
    simulation.run(50);
    let done = simulation.run_with(1000, &mut |tick| {
        if tick == 75 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((done, simulation.tick()), (25, 75));
    simulation.run(TICKS - 75);
    assert!(simulation.recordings() == whole);
    simulation.reset();
    assert_eq!(simulation.recordings().populations[0].spikes.as_ref().unwrap().ticks.len(), 0);
    simulation.run(TICKS);
    assert!(simulation.recordings() == whole);
}

#[test]
fn checkpoints_continue_on_any_number_of_threads() {
    for numeric in [Numeric::Chip, Numeric::Reference] {
        for network in [mixed(4), wide(4)] {
            let whole = recordings(&network, &options(1, numeric));
            let mut first = Simulation::new(&network, &options(3, numeric)).unwrap();
            first.run(61);
            let bytes = first.checkpoint();
            let mut second = Simulation::new(&network, &options(2, numeric)).unwrap();
            second.run(5);
            second.restore(&bytes).unwrap();
            assert_eq!(second.tick(), 61);
            assert_eq!(second.checkpoint(), bytes);
            second.run(TICKS - 61);
            assert!(second.recordings() == whole, "{} {numeric:?}", network.name);
            let mut uninterrupted = Simulation::new(&network, &options(3, numeric)).unwrap();
            uninterrupted.run(TICKS);
            let (second, uninterrupted) = (second.report(), uninterrupted.report());
            assert_eq!(second.n_synaptic_events, uninterrupted.n_synaptic_events);
            assert_eq!(second.spikes_per_population, uninterrupted.spikes_per_population);
        }
    }
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused_and_change_nothing() {
    let mut simulation = Simulation::new(&mixed(4), &options(1, Numeric::Chip)).unwrap();
    simulation.run(10);
    let bytes = simulation.checkpoint();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    let mut future = bytes.clone();
    future[8] = 99;
    let foreign = Simulation::new(&mixed(5), &options(1, Numeric::Chip)).unwrap().checkpoint();
    let other = Simulation::new(&mixed(4), &options(1, Numeric::Reference)).unwrap().checkpoint();
    let cases = [
        &bytes[..0],
        &bytes[..20],
        &bytes[..bytes.len() - 1],
        &damaged,
        &future,
        &foreign,
        &other,
        b"GENNAKERxxxx",
    ];
    for bad in cases {
        assert!(simulation.restore(bad).is_err());
        assert!(simulation.checkpoint() == bytes);
    }
}

#[test]
fn narrow_accumulators_saturate_and_say_so() {
    use gennaker_network::*;
    let mut network = Network::new("crowd");
    let own = true;
    let all = SpikeTrains::from_lists((0..6000).map(|n| (n, vec![0])));
    let source = network.add_population(Population::new("in", 6000, Model::SpikeList).with_spikes(all));
    let cell =
        network.add_population(Population::new("cell", 2, Model::Lif).with("threshold", 1e9).recording("v"));
    let onto = Connector::AllToAll { allow_self_connections: own };
    network.add_projection(Projection::new("p", source, cell, onto).with_weight(15.0));
    let v_after = |ring_width| {
        let mut simulation =
            Simulation::new(&network, &Options { ring_width, ..Options::default() }).unwrap();
        simulation.run(2);
        let v = simulation.recordings().populations[1].state("v").unwrap().values.get(2);
        (v, simulation.report().n_saturations)
    };
    assert_eq!(v_after(RingWidth::Bits32), (90_000.0, 0));
    assert_eq!(v_after(RingWidth::Bits16), (65_535.0, 2));
}

/// Seventeen million synapses of the largest weight on one neuron pass 2^31.
#[test]
fn wide_accumulators_saturate_too() {
    use gennaker_network::*;
    let mut network = Network::new("flood");
    let trains = SpikeTrains::from_lists([(0, vec![0])]);
    let source = network.add_population(Population::new("in", 1, Model::SpikeList).with_spikes(trains));
    let cell = Population::new("cell", 1, Model::LifNoDelay).with("threshold", 1e30).recording("v");
    let cell = network.add_population(cell);
    let rule =
        Connector::FixedInDegree { n: 17_000_000, allow_self_connections: true, with_replacement: true };
    for weight in [127.0, -127.0] {
        network.projections = vec![Projection::new("p", source, cell, rule.clone()).with_weight(weight)];
        let mut simulation = Simulation::new(&network, &options(1, Numeric::Chip)).unwrap();
        simulation.run(2);
        let v = simulation.recordings().populations[1].state("v").unwrap().values.get(1);
        assert_eq!((v, simulation.report().n_saturations), (2_147_483_648f64.copysign(weight), 1));
    }
}

/// Rules that ask for more than rows can number are refused at once, not after minutes of drawing.
#[test]
fn too_many_synapses_are_refused_before_they_are_drawn() {
    use gennaker_network::*;
    let (own, with_replacement) = (true, true);
    for rule in [
        Connector::FixedInDegree { n: u32::MAX, allow_self_connections: own, with_replacement },
        Connector::FixedOutDegree { n: u32::MAX, allow_self_connections: own, with_replacement },
        Connector::FixedTotalNumber { n: u64::MAX, allow_self_connections: own, with_replacement },
    ] {
        let mut network = Network::new("flood");
        let cells = network.add_population(Population::new("cells", 2, Model::Lif));
        network.add_projection(Projection::new("p", cells, cells, rule));
        let error = Simulation::new(&network, &options(1, Numeric::Chip)).err().unwrap().to_string();
        assert!(error.contains("`p`") && error.contains("at most 429496729"), "{error}");
    }
    let mut network = Network::new("flood");
    let noise = network.add_population(Population::new("noise", 1 << 30, Model::PoissonProcess));
    let cells = network.add_population(Population::new("cells", 10, Model::Lif));
    let rule = Connector::FixedProbability { p: 0.5, allow_self_connections: own };
    let delays = Distribution::UniformInt { low: 0, high: 1 };
    network.add_projection(Projection::new("p", noise, cells, rule).with_delay(delays));
    let error = Simulation::new(&network, &options(1, Numeric::Chip)).err().unwrap().to_string();
    assert!(error.contains("`p`") && error.contains("at most 429496729"), "{error}");
}

#[test]
fn checkpoints_belong_to_one_network_and_one_ring_width() {
    use gennaker_network::*;
    let (own, with_replacement) = (true, false);
    for rule in [
        Connector::List(ConnectionList::from_rows([(0, 1, 2.0, 3)])),
        Connector::OneToOne,
        Connector::AllToAll { allow_self_connections: own },
        Connector::FixedProbability { p: 0.5, allow_self_connections: own },
        Connector::FixedInDegree { n: 2, allow_self_connections: own, with_replacement },
        Connector::FixedOutDegree { n: 2, allow_self_connections: own, with_replacement },
        Connector::FixedTotalNumber { n: 2, allow_self_connections: own, with_replacement },
        Connector::DistanceDependent {
            kernel: DistanceKernel::Disc,
            p_max: 0.5,
            scale: 2.0,
            max_distance: Some(1.0),
            periodic: true,
            allow_self_connections: own,
        },
    ] {
        let with_weight = |weight: Parameter| {
            let mut network = Network::new("n");
            let cells = network.add_population(Population::new("cells", 5, Model::LifCurrExp).recording("v"));
            network.add_projection(Projection::new("p", cells, cells, rule.clone()).with_weight(weight));
            network
        };
        let new = |weight: Parameter, ring_width| {
            let options = Options { ring_width, ..options(1, Numeric::Chip) };
            Simulation::new(&with_weight(weight), &options).unwrap()
        };
        let bytes = new(3.0.into(), RingWidth::Bits32).checkpoint();
        new(3.0.into(), RingWidth::Bits32).restore(&bytes).unwrap();
        let refusal = |mut other: Simulation| other.restore(&bytes).unwrap_err().to_string();
        assert!(refusal(new(4.0.into(), RingWidth::Bits32)).contains("another network"), "{rule:?}");
        let law = Distribution::Uniform { low: 1.0, high: 2.0 };
        assert!(refusal(new(law.into(), RingWidth::Bits32)).contains("another network"), "{rule:?}");
        assert!(refusal(new(3.0.into(), RingWidth::Bits16)).contains("Bits32"), "{rule:?}");
    }
}

/// A state that has left the range of numbers is reported, never silent.
#[test]
fn runaway_state_is_noted() {
    use gennaker_network::*;
    let mut network = Network::new("runaway");
    network.add_population(
        Population::new("wild", 3, Model::Izhikevich).with("i_offset", vec![4.0, 1e20, 1e20]),
    );
    let mut simulation = Simulation::new(&network, &options(1, Numeric::Chip)).unwrap();
    simulation.run(10);
    let notes = simulation.report().notes;
    assert!(
        notes.iter().any(|n| n.contains("`wild`: the state of 2 of 3 neurons is no finite number")),
        "{notes:?}"
    );
}
