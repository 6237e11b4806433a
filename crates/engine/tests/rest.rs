//! Neurons without leak rest between inputs, and are left alone then; plainly computed ones are not.

use gennaker_engine::{Options, Simulation, Values};
use gennaker_network::*;

const N: u32 = 2_500;
const TICKS: u32 = 80;

#[test]
fn neurons_at_rest_are_what_they_would_be() {
    for (reset, is_reset_to_value) in [("reset_by_subtraction", false), ("reset_to_v_reset", true)] {
        // The first neurons begin with enough for several spikes, which must come without any input.
        let v_init: Vec<f64> = (0..N).map(|i| if i % 700 < 3 { 47.5 } else { -0.0 }).collect();
        let spikes = SpikeTrains::from_events((0..60).map(|i| (i * 17 % 50, i % 12 * 200)));
        let mut network = Network::new("rest");
        let source = Population::new("source", N, Model::SpikeList).with_spikes(spikes.clone());
        let source = network.add_population(source);
        let cells = Population::new("cells", N, Model::LifNoDelay)
            .with("threshold", 10.0)
            .with("alpha_decay", 1.0)
            .with("v_reset", -0.0)
            .with("reset", reset)
            .with("v_init", v_init.clone());
        let cells = network.add_population(cells.recording("v").recording("spikes"));
        let one_to_one = Projection::new("wires", source, cells, Connector::OneToOne);
        network.add_projection(one_to_one.with_weight(6.0));
        let mut simulation = Simulation::new(&network, &Options::default()).expect("valid");
        simulation.run(TICKS);
        let recordings = simulation.recordings();

        let mut v: Vec<f32> = v_init.iter().map(|&v| v as f32).collect();
        let (mut trace, mut fired) = (Vec::new(), Vec::new());
        for tick in 0..TICKS {
            let arriving = tick.checked_sub(1).map_or(&[][..], |sent| spikes.at(sent));
            for (i, v) in (0..N).zip(&mut v) {
                *v = *v * 1.0 + 0.0 + if arriving.contains(&i) { 6.0 } else { 0.0 };
                if *v >= 10.0 {
                    fired.push((tick, i));
                    *v = if is_reset_to_value { -0.0 } else { *v - 10.0 };
                }
            }
            trace.extend(v.iter().map(|v| v.to_bits()));
        }
        let own = recordings.populations[1].spikes.as_ref().expect("recorded");
        assert_eq!(own.ticks.iter().copied().zip(own.neurons.iter().copied()).collect::<Vec<_>>(), fired);
        assert!(fired.len() > 10 && fired.iter().any(|&(tick, _)| tick > 3));
        let Values::F32(values) = &recordings.populations[1].states[0].values else {
            panic!("single precision")
        };
        assert!(values.iter().map(|v| v.to_bits()).eq(trace));
    }
}
