//! Recorded spikes, counted tick by tick.

use gennaker_energy::{Counting, Replay, Traffic, replay};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, map};
use gennaker_network::{Connector, Model, Network, Population, Projection, SpikeRecording};

/// Two populations; only the first one sends.
fn network() -> Network {
    let mut network = Network::new("replay");
    let a = network.add_population(Population::new("a", 200, Model::LifWide));
    let b = network.add_population(Population::new("b", 7, Model::LifWide));
    network.add_projection(Projection::new(
        "ab",
        a,
        b,
        Connector::FixedProbability { p: 0.5, allow_self_connections: true },
    ));
    network
}

fn traffic(network: &Network) -> Traffic {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(network, &machine, &MappingOptions::default()).unwrap();
    Traffic::new(network, &mapping, &machine).unwrap()
}

/// Ticks with none, one, exactly 64 and far more spikes, at the beginning, in between and at the end.
#[test]
fn every_spike_is_counted_in_its_own_tick() {
    const N_SPIKES: [u32; 9] = [200, 0, 1, 64, 63, 0, 0, 129, 65];
    let network = network();
    let traffic = traffic(&network);
    let spikes = SpikeRecording {
        ticks: (0..).zip(N_SPIKES).flat_map(|(tick, n)| std::iter::repeat_n(tick, n as usize)).collect(),
        neurons: N_SPIKES.into_iter().flat_map(|n| 0..n).collect(),
    };
    let mut counting = Counting::new(&traffic);
    let mut seen = 0;
    let recorded = Replay::new(&network, &[Some(&spikes), None], N_SPIKES.len() as u32).unwrap();
    replay(recorded, &traffic, &mut |counts| {
        let fired: Vec<u32> = (0..N_SPIKES[seen]).collect();
        let expected = counting.tick(|population| if population == 0 { &fired } else { &[] });
        assert_eq!(
            (counts.tick, counts.sent, counts.packets),
            (expected.tick, expected.sent, expected.packets)
        );
        assert_eq!((counts.events, counts.flit_hops), (expected.events, expected.flit_hops));
        seen += 1;
    });
    assert_eq!(seen, N_SPIKES.len());
}

#[test]
fn spikes_that_are_not_the_networks_are_refused() {
    let network = network();
    let spikes =
        |ticks: &[u32], neurons: &[u32]| SpikeRecording { ticks: ticks.into(), neurons: neurons.into() };
    let refused =
        |given: &[Option<&SpikeRecording>]| Replay::new(&network, given, 5).unwrap_err().to_string();
    let none = spikes(&[], &[]);
    assert!(Replay::new(&network, &[Some(&none), None], 5).is_ok());
    assert!(refused(&[None, Some(&none)]).contains("population `a` were not recorded"));
    assert!(refused(&[Some(&none)]).contains("has 2 populations, spikes are given of 1"));
    for (given, said) in [
        (spikes(&[0, 1], &[3]), "2 ticks and 1 neurons"),
        (spikes(&[0], &[200]), "neuron 200 spikes, there are 200"),
        (spikes(&[5], &[0]), "a spike in tick 5, the run had 5 ticks"),
        (spikes(&[2, 1], &[0, 0]), "spikes 0 and 1 are not in order"),
        (spikes(&[1, 1], &[4, 3]), "spikes 0 and 1 are not in order"),
    ] {
        let message = refused(&[Some(&given), None]);
        assert!(message.contains(said) && message.contains("population `a`"), "{message}");
    }
}
