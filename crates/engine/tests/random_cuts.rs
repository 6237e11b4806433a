//! Random networks of cut and of tiny populations, run on any number of threads, in pieces of any length, through checkpoints and
//! resets: recordings and counts must be those of one thread and one piece. What they should be, others test.

mod common;

use common::Choices;
use gennaker_engine::{Numeric, Options, Recordings, RingWidth, RunReport, Simulation};
use gennaker_network::*;

const N_CASES: u32 = 16;
/// Neurons above which a tick is shared between threads, and what does not divide evenly.
const LARGE: [u32; 4] = [2049, 2500, 3011, 4160];
const SMALL: [u32; 9] = [1, 2, 63, 64, 65, 127, 128, 130, 700];

/// A network, how it is run, and for how long.
struct Case {
    network: Network,
    options: Options,
    ticks: u32,
    longest_delay: u32,
}

impl Case {
    /// Every fourth one has delays that only the reference knows.
    fn new(case: u32) -> Self {
        let c = &mut Choices::new(4242, 1, case);
        let is_long = case % 4 == 3;
        let numeric = match case % 4 {
            0 | 1 => Numeric::Chip,
            2 => Numeric::Reference,
            _ => c.one_of(&[Numeric::Reference, Numeric::ReferenceSingleParameters]),
        };
        let ring_width = if case % 8 == 1 { RingWidth::Bits16 } else { RingWidth::Bits32 };
        let options = Options {
            numeric,
            ring_width,
            out_of_range: OutOfRange::Clip,
            threads: Some(1),
            list_inputs: false,
        };
        let ticks = if is_long { 1050 } else { 90 };
        let longest_delay = if is_long { 1023 } else { c.one_of(&[3, 9, 60, 127]) };
        let mut case =
            Self { network: Network::new("cuts").with_seed(case.into()), options, ticks, longest_delay };
        case.add_populations(c);
        case.add_feeds(c);
        case.add_projections(c);
        case.add_flood();
        case
    }

    fn add_populations(&mut self, c: &mut Choices) {
        let rate = if self.longest_delay > 127 { 0.002 } else { 0.02 };
        let noise = Population::new("noise", c.one_of(&[65, 700, 2049]), Model::PoissonProcess);
        let noise = noise.with("p", rate).with("Tref", Distribution::UniformInt { low: 0, high: 5 });
        self.network.add_population(if c.yes() { noise.recording("spikes") } else { noise });
        let events = (0..500).map(|_| (c.below(2 * self.ticks), c.below(90))).collect::<Vec<_>>();
        let listed =
            Population::new("listed", 90, Model::SpikeList).with_spikes(SpikeTrains::from_events(events));
        self.network.add_population(listed);
        let size = c.one_of(&LARGE);
        self.add_cells(c, size);
        for _ in 0..1 + c.below(3) {
            let size = c.one_of(&SMALL);
            self.add_cells(c, size);
        }
        for _ in 0..c.one_of(&[0, 0, 40]) {
            let size = 1 + c.below(3);
            self.add_cells(c, size);
        }
    }

    fn add_cells(&mut self, c: &mut Choices, size: u32) {
        let takers: Vec<Model> =
            Model::ALL.into_iter().filter(|&m| !m.is_source() && m != Model::LifConv2d).collect();
        let model = c.one_of(&takers);
        let wide = model.descriptor().synapse_word.is_some_and(|word| word.max_weight > 127);
        let name = format!("cells{}", self.network.populations.len());
        let mut p = Population::new(&name, size, model).recording("spikes");
        for (name, low, high) in [("threshold", 4.0, 30.0), ("v_init", 0.0, 3.0), ("inh_decay", 0.1, 0.9)] {
            let is_known = model.descriptor().parameters.iter().any(|d| d.name == name);
            if is_known && model != Model::Izhikevich && c.yes() {
                let scale = if wide && name == "threshold" { 40.0 } else { 1.0 };
                p = p.with(name, Distribution::Uniform { low, high: scale * high });
            }
        }
        if model.descriptor().parameters.iter().any(|d| d.name == "t_refrac") && c.yes() {
            let law = Distribution::UniformInt { low: 0, high: 9 };
            p = p.with("t_refrac", if c.yes() { Parameter::Number(3.0) } else { law.into() });
        }
        if model.descriptor().parameter("random_word").is_some() {
            let numbers: Vec<f64> = (0..size).map(f64::from).collect();
            p = p.with("random_word", numbers).with("hot", 50.0).with("cold", 20.0);
            p = if c.yes() { p.with("gate", 0.3) } else { p };
            p = if c.yes() { p.with("rest_shift", 5.0) } else { p };
            let classes = Distribution::UniformInt { low: 0, high: 2 };
            p = if c.yes() { p.with("n_classes", 3.0).with("class", classes) } else { p };
        }
        if model == Model::LifCondExp {
            p = p.with("g_scale", 0.01).with("reset", "reset_to_v_reset");
        }
        for state in model.descriptor().states {
            let of = Recording::of(state.name, vec![size - 1, 0][..size.min(2) as usize].to_vec());
            p.record.push(Recording { start: c.below(5), every: 1 + c.below(7), ..of });
        }
        self.network.add_population(p);
    }

    /// Poisson input one to one, which is listed only where somebody else looks at it.
    fn add_feeds(&mut self, c: &mut Choices) {
        for target in 2..self.network.populations.len().min(5) {
            for feed in 0..c.below(3) {
                let size = self.network.populations[target].size;
                let name = format!("feed{feed}_{target}");
                let mean: Parameter = match c.below(2) {
                    0 => 0.2.into(),
                    _ => Distribution::Uniform { low: 0.0, high: 0.3 }.into(),
                };
                let p = Population::new(&name, size, Model::PoissonInput).with("mean", mean);
                let p = if c.below(4) == 0 { p.recording("spikes") } else { p };
                let input = self.network.add_population(p);
                let projection = Projection::new(&name, input, target, Connector::OneToOne)
                    .with_weight(c.one_of(&[3.0, 7.4, -2.0]))
                    .with_delay(f64::from(c.below(self.longest_delay + 1)));
                self.network.add_projection(projection);
            }
        }
    }

    fn add_projections(&mut self, c: &mut Choices) {
        let n = self.network.populations.len() as u32;
        for index in 0..6 + c.below(4) + n / 2 {
            let pre = c.below(n) as usize;
            // Large ones are cut: most projections should end there.
            let post = if c.yes() { 2 } else { 2 + c.below(n - 2) as usize };
            let post = if self.network.populations[post].model.is_source() { 2 } else { post };
            let connector = self.connector(c, pre, post);
            let projection = Projection::new(&format!("q{index}"), pre, post, connector);
            let (weight, delay) = (self.weight(c), self.delay(c));
            self.network.add_projection(projection.with_weight(weight).with_delay(delay));
        }
    }

    /// Input that narrow accumulators cannot hold.
    fn add_flood(&mut self) {
        let flooded = Population::new("flooded", 130, Model::LifWide).with("threshold", 1e6);
        let flooded = self.network.add_population(flooded.recording("v"));
        let rule = Connector::FixedInDegree { n: 60, allow_self_connections: true, with_replacement: true };
        let law = Distribution::Uniform { low: -30_000.0, high: 65_535.0 };
        self.network.add_projection(Projection::new("flood", 0, flooded, rule).with_weight(law));
    }

    fn connector(&self, c: &mut Choices, pre: usize, post: usize) -> Connector {
        let (n_pre, n_post) = (self.network.populations[pre].size, self.network.populations[post].size);
        let allow_self_connections = c.yes() || n_pre == 1 || n_post == 1;
        let with_replacement = c.yes();
        let few = |n: u32| n.saturating_sub(1).min(15);
        let pairs = u64::from(n_pre) * u64::from(n_post);
        match c.below(8) {
            0 => {
                let row = |c: &mut Choices| {
                    let (weight, delay) =
                        (f64::from(c.below(60)) / 2.0 - 12.0, c.below(self.longest_delay + 1));
                    (c.below(n_pre), c.below(n_post), weight, delay)
                };
                let list = ConnectionList::from_rows((0..c.below(400)).map(|_| row(c)).collect::<Vec<_>>());
                let delay = if c.yes() { list.delay } else { vec![] };
                Connector::List(ConnectionList { delay, ..list })
            }
            1 if n_pre == n_post => Connector::OneToOne,
            2 if pairs < 600_000 => Connector::AllToAll { allow_self_connections },
            3 => Connector::FixedInDegree { n: few(n_pre), allow_self_connections, with_replacement },
            4 => Connector::FixedOutDegree { n: few(n_post), allow_self_connections, with_replacement },
            5 => Connector::FixedTotalNumber {
                n: (pairs / 3).min(9000),
                allow_self_connections,
                with_replacement,
            },
            6 => Connector::DistanceDependent {
                kernel: c.one_of(&[DistanceKernel::Gaussian, DistanceKernel::Disc]),
                p_max: 0.8,
                scale: 5.0,
                max_distance: Some(12.0),
                periodic: c.yes(),
                allow_self_connections,
            },
            _ => Connector::FixedProbability {
                p: c.one_of(&[0.0, 0.02, 0.4, 1.0]) * (5e5 / pairs as f64).min(1.0),
                allow_self_connections,
            },
        }
    }

    fn weight(&self, c: &mut Choices) -> Parameter {
        match c.below(6) {
            0 => f64::from(1 + c.below(6)).into(),
            1 => (-f64::from(c.below(13)) / 2.0).into(),
            2 => Distribution::UniformInt { low: -127, high: 127 }.into(),
            3 => Distribution::UniformInt { low: -2, high: 3 }.into(),
            4 => Distribution::Uniform { low: 0.0, high: 300.0 }.into(),
            _ => Distribution::Normal { mean: -1.0, sd: 6.0 }.into(),
        }
    }

    fn delay(&self, c: &mut Choices) -> Parameter {
        let high = i64::from(self.longest_delay);
        match c.below(5) {
            0 => 0.0.into(),
            1 | 2 => f64::from(c.below(self.longest_delay + 1)).into(),
            3 => Distribution::UniformInt { low: i64::from(c.below(3)), high }.into(),
            _ => Distribution::NormalClipped { mean: 4.0, sd: 3.0, low: 0.0, high: 6.5_f64.min(high as f64) }
                .into(),
        }
    }

    fn simulation(&self, threads: u32) -> Simulation {
        let options = Options { threads: Some(threads as usize), ..self.options.clone() };
        Simulation::new(&self.network, &options).unwrap()
    }
}

/// What must not depend on cuts: everything but memory, layouts and threads.
fn outcome(simulation: &Simulation) -> (Recordings, RunReport) {
    let mut report = simulation.report();
    report.n_threads = 0;
    report.synapse_bytes = 0;
    for projection in &mut report.projections {
        projection.bytes = 0;
        projection.layout.clear();
    }
    (simulation.recordings(), report)
}

/// Runs up to `end` in pieces of which some are very short.
fn run_to(simulation: &mut Simulation, end: u32, c: &mut Choices) {
    while simulation.tick() < end {
        let most = c.one_of(&[1, 2, 3, 40, 400]);
        simulation.run(c.below(most + 1).min(end - simulation.tick()));
    }
}

fn same(found: &Simulation, expected: &(Recordings, RunReport), what: &str) {
    let found = outcome(found);
    for (found, expected) in found.0.populations.iter().zip(&expected.0.populations) {
        assert!(
            found == expected || format!("{found:?}") == format!("{expected:?}"),
            "{what}: {}",
            found.name
        );
    }
    assert_eq!(found.1, expected.1, "{what}");
}

#[test]
fn no_cut_changes_anything() {
    let (mut n_spikes, mut n_events, mut n_saturations) = (0, 0, 0);
    for number in 0..N_CASES {
        let (case, c) = (Case::new(number), &mut Choices::new(4242, 1, 1000 + number));
        let mut whole = case.simulation(1);
        let half = c.below(case.ticks);
        whole.run(half);
        let at_half = whole.checkpoint();
        whole.reset();
        whole.run(case.ticks);
        let expected = outcome(&whole);
        n_spikes += expected.1.n_spikes;
        n_events += expected.1.n_synaptic_events;
        n_saturations += expected.1.n_saturations;
        let mut sender = at_half.clone();
        for threads in [2, 3, 8] {
            let what = format!("case {number}, {threads} threads, half at {half}");
            let mut simulation = case.simulation(threads);
            run_to(&mut simulation, half, c);
            assert!(simulation.checkpoint() == at_half, "{what}: checkpoints");
            run_to(&mut simulation, case.ticks, c);
            same(&simulation, &expected, &what);
            // Onto a simulation that is anywhere else, from another number of threads.
            if c.yes() {
                simulation.reset();
            }
            simulation.run(c.below(20));
            simulation.restore(&sender).unwrap();
            sender = simulation.checkpoint();
            assert!(sender == at_half, "{what}: a checkpoint taken up");
            run_to(&mut simulation, case.ticks, c);
            same(&simulation, &expected, &format!("{what}, from a checkpoint"));
        }
        whole.restore(&sender).unwrap();
        run_to(&mut whole, case.ticks, c);
        same(&whole, &expected, &format!("case {number}, back on one thread"));
    }
    assert!(n_spikes > 100_000 && n_events > 10_000_000, "{n_spikes} spikes, {n_events} events");
    assert!(n_saturations > 0, "16 bits must overflow somewhere");
}
