//! Bad descriptions: each gets an error that names the thing, the limit and the remedy.

use gennaker_network::*;

fn cell() -> Population {
    Population::new("cell", 4, Model::LifCurrExp)
}

fn error(population: Population) -> String {
    let mut network = Network::new("bad");
    network.add_population(population);
    network.validate().unwrap_err().to_string()
}

fn projection_error(projection: Projection) -> String {
    let mut network = Network::new("bad");
    network.add_population(Population::new("in", 3, Model::SpikeList));
    network.add_population(cell());
    network.add_projection(projection);
    network.validate().unwrap_err().to_string()
}

fn onto_cell(connector: Connector) -> Projection {
    Projection::new("in_cell", 0, 1, connector)
}

#[test]
fn populations() {
    assert!(error(Population::new("none", 0, Model::Lif)).contains("`none`: size is 0"));
    assert!(error(cell().with("t_refract", 3.0)).contains("did you mean `t_refrac`?"));
    assert!(error(cell().with("threshold", f64::NAN)).contains("`threshold` is NaN"));
    assert!(error(cell().with("alpha_decay", 1.5)).contains("from 0 to 1"));
    assert!(error(cell().with("alpha_decay", vec![0.5, 0.5, 2.0, 0.5])).contains("2 for neuron 2"));
    assert!(error(cell().with("threshold", vec![1.0, 2.0])).contains("2 values for 4 neurons"));
    assert!(error(cell().with("t_refrac", 1.5)).contains("whole number"));
    assert!(
        error(cell().with("reset", "reset_to_zero"))
            .contains("one of reset_by_subtraction, reset_to_v_reset")
    );
    assert!(error(cell().with("threshold", "high")).contains("the text `high`"));
    assert!(
        error(cell().with("alpha_decay", Distribution::Normal { mean: 0.9, sd: 0.1 }))
            .contains("normal_clipped")
    );
    let far = |low, high| Distribution::UniformInt { low, high };
    for law in [far(i64::MIN, 5), far(5, i64::MAX), far(i64::MIN, i64::MAX)] {
        assert!(error(cell().with("threshold", law)).contains("within 2^30"));
    }
    assert!(error(cell().with_shape(&[3, 3])).contains("4 neurons"));
    assert!(error(cell().with_max_atoms_per_core(0)).contains("max_atoms_per_core"));
    assert!(error(Population::new("array", 2, Model::SpikesFromArray)).contains("`array` is missing"));
    let spikes = SpikeTrains::from_lists([(7, vec![1])]);
    let code = |x_min, x_max| {
        let array = Population::new("array", 2, Model::SpikesFromArray).with("array", vec![0.5, 1.0]);
        array.with("x_min", x_min).with("x_max", x_max)
    };
    assert!(error(code(0.0, 0.0)).contains("`x_max` is 0"));
    assert!(error(code(2.0, -1.0)).contains("above x_min, which is 2"));
    let source = Population::new("in", 3, Model::SpikeList).with_spikes(spikes.clone());
    assert!(error(source).contains("source index 7 is outside population `in`, which has neurons 0 to 2"));
    assert!(error(cell().with_spikes(spikes)).contains("`spike_list` only"));
    let input = |mean: f64| error(Population::new("input", 2, Model::PoissonInput).with("mean", mean));
    for mean in [-1.0, 64.5, f64::NAN, f64::INFINITY] {
        assert!(input(mean).contains("finite number from 0 to 64"), "{}", input(mean));
    }
    let conductance = || Population::new("cell", 2, Model::LifCondExp);
    assert!(error(conductance().with("alpha_decay", 0.9)).contains("no parameter `alpha_decay`"));
    assert!(error(conductance().with("g_scale", -1.0)).contains("from 0 to"));
    assert!(Model::parse("lif_cur_exp").unwrap_err().to_string().contains("did you mean `lif_curr_exp`?"));
}

#[test]
fn recordings() {
    assert!(error(cell().recording("volts")).contains("it can record: spikes, v, i_exc, i_inh, v_last"));
    let mut window = Recording::all("v");
    window.start = 10;
    window.stop = Some(10);
    let mut population = cell();
    population.record.push(window);
    assert!(error(population).contains("is empty"));
    let mut population = cell();
    population.record.push(Recording::of("v", vec![0, 4]));
    assert!(error(population).contains("recorded index 4"));
    assert!(error(cell().recording("v").recording("v")).contains("twice"));
}

#[test]
fn projections() {
    assert!(projection_error(onto_cell(Connector::OneToOne)).contains("have 3 and 4 neurons"));
    assert!(projection_error(Projection::new("back", 1, 0, Connector::OneToOne)).contains("takes no input"));
    assert!(
        projection_error(Projection::new("nowhere", 0, 9, Connector::OneToOne))
            .contains("post population is not part")
    );
    let list = |row| onto_cell(Connector::List(ConnectionList::from_rows([row])));
    assert!(projection_error(list((3, 0, 1.0, 0))).contains("pre index 3 is outside population `in`"));
    assert!(projection_error(list((0, 4, 1.0, 0))).contains("post index 4 is outside population `cell`"));
    assert!(projection_error(list((0, 0, f64::INFINITY, 0))).contains("weight of connection 0 is inf"));
    assert!(projection_error(list((0, 0, 1.0, 5000))).contains("delay of connection 0 is 5000"));
    let own = true;
    let p = |p| onto_cell(Connector::FixedProbability { p, allow_self_connections: own });
    assert!(projection_error(p(1.01)).contains("p is 1.01"));
    assert!(projection_error(p(f64::NAN)).contains("p is NaN"));
    assert!(projection_error(p(0.5).with_weight(f64::NAN)).contains("weight is NaN"));
    assert!(projection_error(p(0.5).with_delay(-1.0)).contains("delay is -1"));
    let endless = Distribution::Uniform { low: -f64::MAX, high: f64::MAX };
    assert!(projection_error(p(0.5).with_weight(endless)).contains("within 1e30"));
    let endless = Distribution::Normal { mean: 0.0, sd: f64::MAX };
    assert!(projection_error(p(0.5).with_weight(endless)).contains("within 1e30"));
    assert!(projection_error(p(0.5).with_delay(0.5)).contains("whole number of ticks"));
    let total =
        Connector::FixedTotalNumber { n: u64::MAX, allow_self_connections: own, with_replacement: true };
    assert!(projection_error(onto_cell(total)).contains("draws at most 4294967295"));
    let out = Connector::FixedOutDegree { n: u32::MAX, allow_self_connections: own, with_replacement: true };
    assert!(projection_error(onto_cell(out)).contains("draws at most 4294967295"));
    let degree = Connector::FixedInDegree { n: 4, allow_self_connections: own, with_replacement: false };
    assert!(projection_error(onto_cell(degree)).contains("only 3"));
}

#[test]
fn weights_beyond_the_synapse_word() {
    let mut quantiser = Quantiser::new(Model::Lif).unwrap();
    assert_eq!(quantiser.quantise(15.4, 7), (15, 7));
    assert_eq!(quantiser.quantise(-2.5, 0), (-3, 0));
    assert_eq!(quantiser.quantise(0.2, 0), (0, 0));
    assert_eq!(quantiser.quantise(-16.0, 9), (-15, 7));
    let report = *quantiser.report();
    assert_eq!(
        (report.n_rounded, report.n_vanished, report.n_clipped_weights, report.n_clipped_delays),
        (3, 1, 1, 1)
    );
    let error = report.check(OutOfRange::Error, "p", Model::Lif).unwrap_err().to_string();
    assert!(
        error.contains("weight -16 is beyond the synapse word of `lif`, which holds integers from -15 to 15"),
        "{error}"
    );
    assert!(report.check(OutOfRange::Clip, "p", Model::Lif).is_ok());
    assert_eq!(report.notes("p", Model::Lif).len(), 4);

    let mut quantiser = Quantiser::new(Model::LifCurrExpWide).unwrap();
    assert_eq!(quantiser.quantise(-65_535.2, 127), (-65_535, 127));
    assert_eq!(quantiser.quantise(65_536.0, 128), (65_535, 127));
    let error =
        quantiser.report().check(OutOfRange::Error, "p", Model::LifCurrExpWide).unwrap_err().to_string();
    assert!(error.contains("integers from -65535 to 65535"), "{error}");

    let mut quantiser = Quantiser::new(Model::LifNoDelay).unwrap();
    assert_eq!(quantiser.quantise(102.02, 1), (102, 0));
    assert!(quantiser.report().check(OutOfRange::Error, "p", Model::LifNoDelay).is_ok());
    assert!(quantiser.report().notes("p", Model::LifNoDelay)[1].contains("no delay field"));
}
