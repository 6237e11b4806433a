//! Synapse layouts are the host's business: whichever is chosen, the spikes are the same.

use gennaker_engine::{Options, RunReport, Simulation, SpikeRecording};
use gennaker_network::*;

const SIZE: u32 = 700;

/// A recurrent network whose excitatory and inhibitory synapses come from the same rule, onto both kinds of sums.
fn network(rule: &Connector) -> Network {
    let mut network = Network::new("stores").with_seed(5);
    let noise = Population::new("noise", SIZE, Model::PoissonProcess).with("p", 0.3).with("Tref", 0.0);
    let noise = network.add_population(noise);
    let cells = |name: &str, model| {
        Population::new(name, SIZE, model)
            .with("threshold", 20.0)
            .with("alpha_decay", 0.9)
            .recording("spikes")
    };
    let net = network.add_population(cells("net", Model::Lif));
    let split = network.add_population(cells("split", Model::LifCurrExp));
    for (name, post) in [("net", net), ("split", split)] {
        let from = |what: &str, pre, connector: &Connector| {
            Projection::new(&format!("{what}_{name}"), pre, post, connector.clone())
        };
        network.add_projection(from("noise", noise, &Connector::OneToOne).with_weight(15.0));
        network.add_projection(from("exc", net, rule).with_weight(1.0).with_delay(3.0));
        network.add_projection(from("inh", split, rule).with_weight(-1.0).with_delay(1.0));
    }
    network
}

fn run(network: &Network) -> (Vec<SpikeRecording>, RunReport) {
    let mut simulation =
        Simulation::new(network, &Options { threads: Some(2), ..Options::default() }).unwrap();
    simulation.run(150);
    let spikes = simulation.recordings().populations.into_iter().filter_map(|p| p.spikes).collect();
    (spikes, simulation.report())
}

/// The synapses of one projection as a list, with their weight and delay in every row. A last synapse of weight 0 keeps the
/// values from being all alike.
fn listed(network: &Network, name: &str, unlike: bool) -> Connector {
    let projection = network.projections.iter().position(|p| p.name == name).unwrap();
    let mut rows = Vec::new();
    for_each_synapse(network, projection, 0..SIZE, |s| rows.push((s.pre, s.post, s.weight, s.delay)));
    if unlike {
        rows.push((0, 0, 0.0, 0));
    }
    Connector::List(ConnectionList::from_rows(rows))
}

#[test]
fn rules_and_lists_of_any_density_give_the_same_spikes() {
    for p in [0.004, 0.1, 0.9] {
        let rule = |p| Connector::FixedProbability { p, allow_self_connections: true };
        // The rule's draws depend on the projection's place, so each gets its own list.
        let drawn = network(&rule(p));
        let (expected, report) = run(&drawn);
        assert!(expected.iter().all(|s| s.ticks.len() > 30), "p {p}");
        assert!(report.n_synaptic_events > 100_000, "p {p}");
        for unlike in [false, true] {
            let mut written = drawn.clone();
            for at in 0..written.projections.len() {
                let name = written.projections[at].name.clone();
                if !name.starts_with("noise") {
                    written.projections[at].connector = listed(&drawn, &name, unlike);
                }
            }
            let (spikes, written_report) = run(&written);
            assert!(spikes == expected, "p {p}, unlike {unlike}");
            if !unlike {
                assert_eq!(written_report.n_synaptic_events, report.n_synaptic_events);
                assert_eq!(written_report.n_synapses, report.n_synapses);
            }
        }
    }
}

#[test]
fn dense_and_alike_synapses_take_few_bytes() {
    let bytes = |p| {
        let rule = Connector::FixedProbability { p, allow_self_connections: true };
        let report = run(&network(&rule)).1;
        report
            .projections
            .iter()
            .find(|p| p.name == "exc_net")
            .map(|p| p.bytes as f64 / p.n_synapses as f64)
            .unwrap()
    };
    // Rows of 700 targets are cut in two blocks and padded to whole chunks of 512 bits; a row pointer takes 4 bytes.
    assert!(bytes(0.9) < 0.25, "{}", bytes(0.9));
    assert!(bytes(0.1) < 2.2, "{}", bytes(0.1));
    assert!(bytes(0.02) < 2.7, "{}", bytes(0.02));
}
