//! Every documented argument changes something that a user can see: parameters of every model, connector arguments,
//! distributions, recordings and options.

use gennaker_engine::{Numeric, Options, Recordings, RingWidth, Simulation};
use gennaker_network::*;

const TICKS: u32 = 60;

fn run(network: &Network, options: &Options) -> Recordings {
    let mut simulation = Simulation::new(network, options).unwrap();
    simulation.run(TICKS);
    simulation.recordings()
}

fn clipping() -> Options {
    Options { out_of_range: OutOfRange::Clip, ..Options::default() }
}

/// A population under steady random input of both signs, with everything recorded.
fn driven(population: Population) -> Network {
    let mut network = Network::new("driven").with_seed(3);
    let mut population = population.recording("spikes");
    for state in population.model.descriptor().states {
        population = population.recording(state.name);
    }
    let is_source = population.model.is_source();
    let noise = Population::new("noise", 100, Model::PoissonProcess).with("p", 0.1);
    let (target, noise) = (network.add_population(population), network.add_population(noise));
    if !is_source {
        let all = || Connector::AllToAll { allow_self_connections: true };
        let delay = Distribution::UniformInt { low: 0, high: 7 };
        let excitation = Projection::new("excitation", noise, target, all()).with_delay(delay);
        network.add_projection(excitation);
        let few = Connector::FixedInDegree { n: 30, allow_self_connections: true, with_replacement: false };
        network.add_projection(Projection::new("inhibition", noise, target, few).with_weight(-2.0));
    }
    network
}

/// A value of each parameter that differs from its default and from what other parameters would hide.
fn other_value(model: Model, name: &str) -> Parameter {
    match name {
        "threshold" => 6.5.into(),
        "alpha_decay" | "exc_decay" | "inh_decay" => 0.7.into(),
        "reset" => "reset_to_v_reset".into(),
        "array" => vec![0.2, 0.9, 0.4, 0.1].into(),
        "p" => 0.3.into(),
        "x_min" => 0.25.into(),
        "x_max" => 0.6.into(),
        "v_reset" | "v_init" if model == Model::Izhikevich => (-60.0).into(),
        "recovery_decay" => 0.1.into(),
        "recovery_sensitivity" => 0.25.into(),
        "reset_recovery_increment" => 4.0.into(),
        "i_offset" => 1.5.into(),
        "v_init" | "v_reset" => 2.5.into(),
        "noise" | "noise_decay" | "hot" | "cold" => 0.6.into(),
        "gate" => 0.2.into(),
        "rule" if matches!(model, Model::OnOff | Model::OnOffWide) => "heat_bath".into(),
        "rule" => "metropolis".into(),
        "schedule" => "constant".into(),
        "polarity" => (-1.0).into(),
        "spin_init" => 1.0.into(),
        "random_word" => vec![9.0, 8.0, 7.0, 6.0].into(),
        _ => 7.0.into(),
    }
}

#[test]
fn every_parameter_of_every_model() {
    // Neurons of convolutions take nothing else; they are `lif` in all other respects.
    for model in Model::ALL.into_iter().filter(|&m| m != Model::LifConv2d) {
        for parameter in model.descriptor().parameters {
            let mut base = Population::new("cells", 4, model);
            if model == Model::SpikesFromArray {
                base = base.with("array", vec![0.1, 0.5, 0.8, 0.3]).with("t_stop", 40.0);
            }
            if parameter.name == "v_reset" && model != Model::Izhikevich {
                base = base.with("reset", "reset_to_v_reset");
            }
            if model == Model::PoissonProcess {
                base = base.with("p", 0.5);
            }
            if model.descriptor().parameter("random_word").is_some() {
                base = base.with("random_word", vec![0.0, 1.0, 2.0, 3.0]).with("hot", 200.0);
                base = base.with("cold", 2.0).with("anneal_ticks", 30.0);
            }
            if model == Model::QuboNeuron {
                // So that what arrives drives it, and resets are not drowned by noise.
                base = base.with("gain", -0.5).with("noise", 0.1).with("threshold", 5.0);
            }
            if model == Model::ChargeAndSpike {
                base = base.with("threshold", 200.0).with("i_offset", 5.0);
            }
            let value = other_value(model, parameter.name);
            let changed = base.clone().with(parameter.name, value);
            let (before, after) = (run(&driven(base), &clipping()), run(&driven(changed), &clipping()));
            assert!(
                before.populations[0] != after.populations[0],
                "`{}` of `{}` changes nothing",
                parameter.name,
                model.name()
            );
        }
    }
}

/// The synapses of a rule between two different populations, or of one onto itself.
fn synapses(connector: &Connector, shape: &[u32], is_recurrent: bool) -> Vec<(u32, u32)> {
    let mut network = Network::new("rule").with_seed(8);
    let pre = network.add_population(Population::new("pre", 36, Model::Lif).with_shape(shape));
    let post = network.add_population(Population::new("post", 36, Model::Lif).with_shape(shape));
    let post = if is_recurrent { pre } else { post };
    network.add_projection(Projection::new("p", pre, post, connector.clone()));
    network.validate().unwrap();
    let mut found = Vec::new();
    for_each_synapse(&network, 0, 0..36, |s| found.push((s.pre, s.post)));
    found
}

fn differ(a: &Connector, b: &Connector) {
    assert_ne!(synapses(a, &[6, 6], true), synapses(b, &[6, 6], true), "{a:?}");
}

#[test]
fn every_argument_of_every_connector() {
    use Connector::*;
    let all = |allow_self_connections| AllToAll { allow_self_connections };
    differ(&all(true), &all(false));
    let p = |p, allow_self_connections| FixedProbability { p, allow_self_connections };
    differ(&p(0.5, true), &p(0.5, false));
    differ(&p(0.5, true), &p(0.6, true));
    for is_in in [true, false] {
        let degree = |n, allow_self_connections, with_replacement| match is_in {
            true => FixedInDegree { n, allow_self_connections, with_replacement },
            false => FixedOutDegree { n, allow_self_connections, with_replacement },
        };
        differ(&degree(20, true, true), &degree(21, true, true));
        differ(&degree(20, true, true), &degree(20, false, true));
        differ(&degree(20, true, true), &degree(20, true, false));
    }
    let total = |n, allow_self_connections, with_replacement| FixedTotalNumber {
        n,
        allow_self_connections,
        with_replacement,
    };
    differ(&total(300, true, true), &total(301, true, true));
    differ(&total(300, true, true), &total(300, false, true));
    differ(&total(300, true, true), &total(300, true, false));
    let near = |kernel, p_max, scale, max_distance, periodic, allow_self_connections| DistanceDependent {
        kernel,
        p_max,
        scale,
        max_distance,
        periodic,
        allow_self_connections,
    };
    let kernel = DistanceKernel::Gaussian;
    let base = near(kernel, 0.8, 2.0, None, false, true);
    for other in [
        near(DistanceKernel::Exponential, 0.8, 2.0, None, false, true),
        near(DistanceKernel::Disc, 0.8, 2.0, None, false, true),
        near(kernel, 0.9, 2.0, None, false, true),
        near(kernel, 0.8, 2.5, None, false, true),
        near(kernel, 0.8, 2.0, Some(1.5), false, true),
        near(kernel, 0.8, 2.0, None, true, true),
        near(kernel, 0.8, 2.0, None, false, false),
    ] {
        differ(&base, &other);
    }
    assert_ne!(synapses(&base, &[6, 6], true), synapses(&base, &[4, 9], true), "the shape");
}

#[test]
fn every_argument_of_every_distribution() {
    use Distribution::*;
    let of = |law: Distribution| {
        Population::new("p", 50, Model::Lif).with("threshold", law).resolve("threshold", 1, 0)
    };
    let clipped = |mean, sd, low, high| NormalClipped { mean, sd, low, high };
    let base = clipped(0.0, 2.0, -1.0, 1.0);
    for (a, b) in [
        (Uniform { low: 0.0, high: 1.0 }, Uniform { low: 0.1, high: 1.0 }),
        (Uniform { low: 0.0, high: 1.0 }, Uniform { low: 0.0, high: 1.1 }),
        (UniformInt { low: 0, high: 9 }, UniformInt { low: 1, high: 9 }),
        (UniformInt { low: 0, high: 9 }, UniformInt { low: 0, high: 10 }),
        (Normal { mean: 0.0, sd: 1.0 }, Normal { mean: 0.1, sd: 1.0 }),
        (Normal { mean: 0.0, sd: 1.0 }, Normal { mean: 0.0, sd: 1.1 }),
        (base, clipped(0.1, 2.0, -1.0, 1.0)),
        (base, clipped(0.0, 2.1, -1.0, 1.0)),
        (base, clipped(0.0, 2.0, -0.5, 1.0)),
        (base, clipped(0.0, 2.0, -1.0, 0.5)),
    ] {
        assert_ne!(of(a), of(b), "{a:?} and {b:?}");
    }
    let whole = of(UniformInt { low: -2, high: 3 });
    let ends: Vec<f64> = (0..50).map(|i| whole.get(i)).collect();
    assert!([-2.0, 3.0].iter().all(|end| ends.contains(end)), "both ends belong to uniform_int: {ends:?}");
    assert!(ends.iter().all(|x| (-2.0..=3.0).contains(x) && x.fract() == 0.0));
}

#[test]
fn every_argument_of_a_recording() {
    let recorded = |recording: Recording| {
        let mut population = Population::new("cells", 8, Model::LifCurrExp).with("i_offset", 2.0);
        population.record = vec![Recording { variable: "spikes".into(), ..recording.clone() }, recording];
        let mut network = driven(population);
        network.populations[0].record.truncate(2);
        run(&network, &clipping()).populations[0].clone()
    };
    let whole = recorded(Recording::all("v"));
    let v = |p: &gennaker_engine::PopulationRecording, row: usize, column: usize| {
        p.states[0].values.get(row * p.states[0].neurons.len() + column)
    };
    let part = recorded(Recording { start: 7, stop: Some(31), every: 5, ..Recording::of("v", vec![6, 2]) });
    let (state, spikes) = (&part.states[0], part.spikes.as_ref().unwrap());
    assert_eq!((&state.ticks[..], &state.neurons[..]), (&[7, 12, 17, 22, 27][..], &[6, 2][..]));
    for (row, tick) in state.ticks.iter().enumerate() {
        assert_eq!([v(&part, row, 0), v(&part, row, 1)], [6, 2].map(|i| v(&whole, *tick as usize, i)));
    }
    let all = whole.spikes.as_ref().unwrap();
    let inside = |t: u32, n: u32| (7..31).contains(&t) && [2, 6].contains(&n);
    let expected: Vec<_> = all.ticks.iter().zip(&all.neurons).filter(|(t, n)| inside(**t, **n)).collect();
    assert!(!expected.is_empty());
    assert_eq!(spikes.ticks.iter().zip(&spikes.neurons).collect::<Vec<_>>(), expected);

    let last = recorded(Recording { stop: Some(31), every: 4, ..Recording::of("v_last", vec![3]) });
    assert_eq!(last.states[0].ticks, [28]);
    assert_eq!(v(&last, 0, 0), v(&whole, 28, 3));
    let empty = recorded(Recording { start: TICKS, ..Recording::all("v") });
    assert!(empty.states[0].ticks.is_empty() && empty.states[0].values.is_empty());
    let nobody = recorded(Recording::of("v", vec![]));
    assert_eq!((nobody.states[0].ticks.len(), nobody.states[0].values.len()), (TICKS as usize, 0));
}

#[test]
fn every_option() {
    let mut network = driven(Population::new("cells", 6, Model::LifCurrExp).with("threshold", 10.1));
    let law = Distribution::Uniform { low: 1.0, high: 18.0 };
    network.projections[0].weight = law.into();
    network.projections[0].delay = Distribution::UniformInt { low: 0, high: 12 }.into();
    assert!(Simulation::new(&network, &Options::default()).is_err(), "out_of_range");
    let numerics = [
        Numeric::Chip,
        Numeric::Reference,
        Numeric::ReferenceIntegerWeights,
        Numeric::ReferenceSingleParameters,
    ];
    let runs = numerics.map(|numeric| run(&network, &Options { numeric, ..clipping() }));
    for i in 0..runs.len() {
        for j in 0..i {
            assert!(runs[i] != runs[j], "{:?} and {:?}", numerics[i], numerics[j]);
        }
    }
    let many = Connector::FixedInDegree { n: 200_000, allow_self_connections: true, with_replacement: true };
    network.projections[0].connector = many;
    let narrow = run(&network, &Options { ring_width: RingWidth::Bits16, ..clipping() });
    assert!(narrow != run(&network, &clipping()), "ring_width");
}
