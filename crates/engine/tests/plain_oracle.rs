//! Random networks against the equations written down plainly, neuron by neuron and synapse by synapse, in both arithmetics,
//! with populations that are cut into several blocks. Random spikes are taken as given: their layout is the engine's own.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Choices;
use gennaker_engine::{Numeric, Options, Recordings, Simulation, SpikeRecording};
use gennaker_network::*;

const TICKS: u32 = 30;
const N_CASES: u32 = 32;
/// At least the longest delay that is drawn.
const MAX_DELAY: u32 = 12;
/// Around the sizes at which words, rows of random numbers and blocks end.
const SIZES: [u32; 11] = [1, 2, 7, 63, 64, 65, 129, 1023, 1025, 2100, 16_450];

/// Convolutions have an oracle of their own (convolution.rs), and their neurons take nothing else. Neurons that draw random numbers have
/// theirs on the other side of the house: the literal machine, and for spins the solver.
fn has_oracle_here(model: Model) -> bool {
    let is_spin = model.descriptor().parameter("random_word").is_some();
    !is_spin && !matches!(model, Model::LifConv2d | Model::QuboNeuron)
}

/// A network of a few populations of any model and size, with connectors of every kind between them.
fn random_network(case: u32) -> Network {
    let c = &mut Choices::new(77, 0, case);
    let sizes = if case.is_multiple_of(4) { &SIZES } else { &SIZES[..8] };
    let mut network = Network::new("random").with_seed(u64::from(case));
    let models: Vec<Model> = Model::ALL.into_iter().filter(|&m| has_oracle_here(m)).collect();
    for index in 0..2 + c.below(3) {
        let model = c.one_of(&models);
        let size = c.one_of(sizes);
        network.add_population(population(c, &format!("p{index}"), size, model));
    }
    // One population at least takes input.
    let takers: Vec<Model> = models.into_iter().filter(|m| !m.is_source()).collect();
    let size = c.one_of(sizes);
    network.add_population(population(c, "last", size, takers[case as usize % takers.len()]));
    let n = network.populations.len() as u32;
    for index in 0..3 + c.below(5) {
        let pre = c.below(n) as usize;
        let post = c.below(n) as usize;
        let post = if network.populations[post].model.is_source() { n as usize - 1 } else { post };
        let projection = projection(c, &network, &format!("q{index}"), pre, post);
        network.add_projection(projection);
    }
    network
}

fn population(c: &mut Choices, name: &str, size: u32, model: Model) -> Population {
    let mut p = Population::new(name, size, model).recording("spikes");
    let events = (0..2 * size.min(500)).map(|_| (c.below(TICKS + 5), c.below(size))).collect::<Vec<_>>();
    if model == Model::SpikeList {
        p = p.with_spikes(SpikeTrains::from_events(events));
    }
    for descriptor in model.descriptor().parameters {
        let range = match descriptor.name {
            "threshold" => (2.0, 12.0),
            "mean" => (0.0, 4.0),
            "dt_over_tau" => (0.0, 0.5),
            "v_rest" => (-2.0, 3.0),
            "e_exc" => (10.0, 40.0),
            "e_inh" => (-20.0, 0.0),
            "g_scale" => (0.0, 0.1),
            "alpha_decay" | "exc_decay" | "inh_decay" | "p" => (0.0, 1.0),
            "v_init" | "v_reset" | "i_offset" if model != Model::Izhikevich => (-3.0, 4.0),
            "v_init" | "v_reset" => (-75.0, -50.0),
            "i_offset" => (0.0, 20.0),
            "array" => (-0.5, 1.5),
            "t_stop" | "t_silent" | "Tref" | "t_refrac" => {
                p = p.with(descriptor.name, f64::from(c.below(8)));
                continue;
            }
            "reset" => {
                p = p.with("reset", c.one_of(&["reset_by_subtraction", "reset_to_v_reset"]));
                continue;
            }
            _ => continue,
        };
        let value = c.parameter(size, range.0, range.1);
        p = p.with(descriptor.name, value);
    }
    for state in model.descriptor().states {
        let mut recording = Recording::all(state.name);
        if c.yes() {
            let picked: BTreeSet<u32> = (0..c.below(5)).map(|_| c.below(size)).collect();
            recording.neurons = Selection::Only(picked.into_iter().rev().collect());
        }
        recording.start = c.below(6);
        recording.stop = c.yes().then_some(recording.start + 1 + c.below(40));
        recording.every = 1 + c.below(4);
        p.record.push(recording);
    }
    p
}

fn projection(c: &mut Choices, network: &Network, name: &str, pre: usize, post: usize) -> Projection {
    let (n_pre, n_post) = (network.populations[pre].size, network.populations[post].size);
    let (own, with_replacement) = (c.yes() || n_pre == 1 || n_post == 1, c.yes());
    let few = |n: u32| n.saturating_sub(1).min(20);
    let rows = (0..c.below(200))
        .map(|_| (c.below(n_pre), c.below(n_post), f64::from(c.below(40)) / 2.0 - 10.0, c.below(9)));
    let list = ConnectionList::from_rows(rows.collect::<Vec<_>>());
    let max_total = u64::from(n_pre) * u64::from(n_post) / 2;
    let connector = match c.below(9) {
        0 => Connector::List(list),
        1 => Connector::List(ConnectionList { weight: vec![], delay: vec![], ..list }),
        2 if n_pre == n_post => Connector::OneToOne,
        3 if n_pre * n_post < 200_000 => Connector::AllToAll { allow_self_connections: own },
        4 => Connector::FixedInDegree { n: few(n_pre), allow_self_connections: own, with_replacement },
        5 => Connector::FixedOutDegree { n: few(n_post), allow_self_connections: own, with_replacement },
        6 => Connector::FixedTotalNumber {
            n: max_total.min(3000),
            allow_self_connections: own,
            with_replacement,
        },
        7 if network.populations[pre].shape.len() == network.populations[post].shape.len()
            && n_pre < 3000 =>
        {
            Connector::DistanceDependent {
                kernel: c.one_of(&[
                    DistanceKernel::Gaussian,
                    DistanceKernel::Exponential,
                    DistanceKernel::Disc,
                ]),
                p_max: 0.9,
                scale: 4.0,
                max_distance: Some(9.0),
                periodic: c.yes(),
                allow_self_connections: own,
            }
        }
        _ => Connector::FixedProbability {
            p: c.one_of(&[0.0, 0.01, 0.3, 1.0]) * (2e5 / f64::from(n_pre) / f64::from(n_post)).min(1.0),
            allow_self_connections: own,
        },
    };
    let weight: Parameter = match c.below(4) {
        0 => f64::from(c.below(8)).into(),
        1 => (-f64::from(c.below(17)) / 2.0).into(),
        2 => Distribution::Normal { mean: 1.5, sd: 4.0 }.into(),
        _ => Distribution::UniformInt { low: -9, high: 20 }.into(),
    };
    let delay: Parameter = match c.below(3) {
        0 => f64::from(c.below(12)).into(),
        1 => Distribution::UniformInt { low: 0, high: 9 }.into(),
        _ => Distribution::NormalClipped { mean: 3.0, sd: 2.0, low: 0.0, high: 7.4 }.into(),
    };
    Projection::new(name, pre, post, connector).with_weight(weight).with_delay(delay)
}

/// The numeric parameters of a population.
type Values = BTreeMap<&'static str, Resolved>;

/// All spikes and all state, computed plainly: `spikes[population][tick]`, `state[population][tick][neuron] = [v, u, e, i]`.
struct Plain {
    spikes: Vec<Vec<Vec<u32>>>,
    state: Vec<Vec<Vec<[f64; 4]>>>,
}

fn plain(network: &Network, numeric: Numeric, given: &Recordings) -> Plain {
    let indices = 0..network.populations.len();
    let rows: Vec<_> = (0..network.projections.len()).map(|q| rows(network, q, numeric)).collect();
    let mut groups: Vec<Group<'_>> =
        indices.clone().map(|index| Group::new(network, index, numeric, given)).collect();
    let mut out = Plain { spikes: vec![vec![]; groups.len()], state: vec![vec![]; groups.len()] };
    for tick in 0..TICKS {
        for (q, projection) in network.projections.iter().enumerate() {
            for sent in tick.saturating_sub(MAX_DELAY + 1)..tick {
                for &pre in &out.spikes[projection.pre][sent as usize] {
                    for &(post, weight, _) in rows[q][pre as usize].iter().filter(|s| sent + 1 + s.2 == tick)
                    {
                        groups[projection.post].due[post as usize][usize::from(weight < 0.0)] += weight.abs();
                    }
                }
            }
        }
        for (index, group) in groups.iter_mut().enumerate() {
            out.spikes[index].push(group.step(tick));
            out.state[index].push(group.cells.iter().map(|c| [c.v, c.u, c.e, c.h]).collect());
        }
    }
    out
}

/// A projection's synapses by sender, with the weights and delays that count.
fn rows(network: &Network, q: usize, numeric: Numeric) -> Vec<Vec<(u32, f64, u32)>> {
    let projection = &network.projections[q];
    let word = network.populations[projection.post].model.descriptor().synapse_word.unwrap();
    let limit = f64::from(word.max_weight);
    let mut rows = vec![vec![]; network.populations[projection.pre].size as usize];
    for_each_synapse(network, q, 0..u32::MAX, |s| {
        let quantised = (s.weight.round().clamp(-limit, limit), s.delay.min(word.max_delay()));
        let (weight, delay) = if numeric == Numeric::Chip { quantised } else { (s.weight, s.delay) };
        rows[s.pre as usize].push((s.post, weight, if word.delay_bits == 0 { 0 } else { delay }));
    });
    rows
}

/// A population that is being run.
struct Group<'a> {
    p: &'a Population,
    values: Values,
    cells: Vec<Cell>,
    /// Excitatory and inhibitory input of the tick.
    due: Vec<[f64; 2]>,
    /// Poisson spikes, as found.
    given: &'a SpikeRecording,
    is_chip: bool,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    v: f64,
    u: f64,
    /// Excitatory and inhibitory current or conductance.
    e: f64,
    h: f64,
    /// Ticks to wait, or whether a charge-and-spike neuron has fired.
    waiting: u32,
}

impl<'a> Group<'a> {
    fn new(network: &'a Network, index: usize, numeric: Numeric, given: &'a Recordings) -> Self {
        let p = &network.populations[index];
        let numbers = p.model.descriptor().parameters.iter().filter(|d| !d.unit.is_empty());
        let mut group = Self {
            p,
            values: numbers.map(|d| (d.name, p.resolve(d.name, network.seed, index))).collect(),
            cells: vec![Cell::default(); p.size as usize],
            due: vec![[0.0; 2]; p.size as usize],
            given: given.populations[index].spikes.as_ref().unwrap(),
            is_chip: numeric == Numeric::Chip,
        };
        for i in (0..p.size as usize).filter(|_| group.values.contains_key("v_init")) {
            group.cells[i].v = group.at("v_init", i);
            if p.model == Model::Izhikevich {
                group.cells[i].u = group.r(group.at("recovery_sensitivity", i) * group.cells[i].v);
            }
        }
        group
    }

    /// One operation in double precision, then rounding, is the operation in single precision.
    fn r(&self, x: f64) -> f64 {
        if self.is_chip { f64::from(x as f32) } else { x }
    }

    fn exact(&self, name: &str, i: usize) -> f64 {
        self.values[name].get(i as u32)
    }

    fn at(&self, name: &str, i: usize) -> f64 {
        self.r(self.exact(name, i))
    }

    fn step(&mut self, tick: u32) -> Vec<u32> {
        let mut fired = Vec::new();
        for i in 0..self.cells.len() {
            let due = std::mem::take(&mut self.due[i]);
            let mut cell = self.cells[i];
            if self.advance(tick, i, due, &mut cell) {
                fired.push(i as u32);
            }
            self.cells[i] = cell;
        }
        if self.p.model == Model::PoissonInput { self.given_at(tick).to_vec() } else { fired }
    }

    /// Who spiked in a tick, as found.
    fn given_at(&self, tick: u32) -> &[u32] {
        let from = self.given.ticks.partition_point(|&t| t < tick);
        let to = self.given.ticks.partition_point(|&t| t <= tick);
        &self.given.neurons[from..to]
    }

    fn advance(&self, tick: u32, i: usize, due: [f64; 2], cell: &mut Cell) -> bool {
        let [exc, inh] = due.map(|sum| self.r(sum));
        match self.p.model {
            Model::SpikeList => self.p.spikes.at(tick).contains(&(i as u32)),
            Model::SpikesFromArray => self.latency(i) == Some(tick),
            Model::PoissonProcess => {
                let fires = self.given_at(tick).contains(&(i as u32));
                assert!(!fires || cell.waiting == 0, "a spike within Tref ticks of another");
                cell.waiting = cell.waiting.saturating_sub(1);
                if fires {
                    cell.waiting = self.exact("Tref", i) as u32;
                }
                fires
            }
            Model::PoissonInput => false,
            Model::Relay => exc > 0.0,
            Model::Lif | Model::LifNoDelay | Model::LifConv2d | Model::LifWide => {
                self.membrane(i, exc - inh, cell)
            }
            Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => {
                self.decay(i, exc, inh, cell);
                self.unless_waiting(i, cell, |cell| self.membrane(i, cell.e - cell.h, cell))
            }
            Model::LifCondExp => {
                let scale = self.at("g_scale", i);
                self.decay(i, self.r(exc * scale), self.r(inh * scale), cell);
                self.unless_waiting(i, cell, |cell| self.conductances(i, cell))
            }
            Model::ChargeAndSpike => self.charge(tick, i, exc - inh, cell),
            Model::Izhikevich => self.izhikevich(i, exc - inh, cell),
            Model::QuboNeuron | Model::OnOff | Model::OnOffWide | Model::Gibbs | Model::GibbsWide => {
                unreachable!("not drawn here")
            }
        }
    }

    fn latency(&self, i: usize) -> Option<u32> {
        let value = |name: &str| self.exact(name, i);
        let x = (value("array") - value("x_min")) / (value("x_max") - value("x_min"));
        let ticks = (1.0 - x.min(1.0)) * (value("t_stop") - value("t_start"));
        (x >= 0.0).then(|| (value("t_start") + ticks).round() as u32)
    }

    fn decay(&self, i: usize, exc: f64, inh: f64, cell: &mut Cell) {
        cell.e = self.settled(self.r(self.r(cell.e * self.at("exc_decay", i)) + exc));
        cell.h = self.settled(self.r(self.r(cell.h * self.at("inh_decay", i)) + inh));
    }

    /// Numbers below the smallest normal one count as 0.
    fn settled(&self, x: f64) -> f64 {
        let smallest = if self.is_chip { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
        if x.abs() < smallest { 0.0 } else { x }
    }

    fn unless_waiting(&self, i: usize, cell: &mut Cell, step: impl FnOnce(&mut Cell) -> bool) -> bool {
        if cell.waiting > 0 {
            cell.waiting -= 1;
            return false;
        }
        let fires = step(cell);
        if fires {
            cell.waiting = self.exact("t_refrac", i) as u32;
        }
        fires
    }

    fn conductances(&self, i: usize, cell: &mut Cell) -> bool {
        let (r, at) = (|x| self.r(x), |name| self.at(name, i));
        let g = r(r(1.0 + cell.e) + cell.h);
        let rest = r(at("v_rest") + at("i_offset"));
        let pulled = r(r(rest + r(cell.e * at("e_exc"))) + r(cell.h * at("e_inh")));
        let v_inf = r(pulled / g);
        let left = self.exp(-r(at("dt_over_tau") * g));
        cell.v = r(v_inf + r(r(cell.v - v_inf) * left));
        self.spike(i, cell)
    }

    /// `exp(x)` for moderate `x`, by reduction to `|r| <= ln 2 / 2` and a Taylor polynomial.
    fn exp(&self, x: f64) -> f64 {
        let r = |x| self.r(x);
        let (degree, high) =
            if self.is_chip { (7, 355.0 / 512.0) } else { (13, 762_123_384_786.0 / 2f64.powi(40)) };
        // ln 2 has 53 bits only; what the higher part leaves of it begins far below those.
        let low = if self.is_chip { r(std::f64::consts::LN_2 - high) } else { -1.723_944_452_561_483_5e-13 };
        let k = r(x * r(std::f64::consts::LOG2_E)).round_ties_even();
        let rest = r(r(x - r(k * high)) - r(k * low));
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let polynomial = (0..=degree).rev().fold(0.0, |p, n| r(r(p * rest) + r(1.0 / factorial(n))));
        polynomial * 2f64.powi(k as i32)
    }

    fn membrane(&self, i: usize, drive: f64, cell: &mut Cell) -> bool {
        let decayed = self.r(cell.v * self.at("alpha_decay", i));
        cell.v = self.settled(self.r(self.r(decayed + self.at("i_offset", i)) + self.r(drive)));
        self.spike(i, cell)
    }

    fn spike(&self, i: usize, cell: &mut Cell) -> bool {
        let threshold = self.at("threshold", i);
        if cell.v < threshold {
            return false;
        }
        let subtracts = self.p.choice("reset") == "reset_by_subtraction";
        cell.v = if subtracts { self.r(cell.v - threshold) } else { self.at("v_reset", i) };
        true
    }

    fn charge(&self, tick: u32, i: usize, drive: f64, cell: &mut Cell) -> bool {
        if cell.waiting > 0 {
            return false;
        }
        cell.v = self.r(cell.v + self.r(drive));
        if f64::from(tick) < self.exact("t_silent", i) {
            return false;
        }
        cell.v = self.r(cell.v + self.at("i_offset", i));
        if cell.v < self.at("threshold", i) {
            return false;
        }
        (cell.v, cell.waiting) = (0.0, 1);
        true
    }

    fn izhikevich(&self, i: usize, drive: f64, cell: &mut Cell) -> bool {
        let r = |x| self.r(x);
        let input = r(self.at("i_offset", i) + r(drive));
        for _ in 0..2 {
            let polynomial = r(r(r(r(r(0.04) * cell.v) * cell.v) + r(5.0 * cell.v)) + 140.0);
            cell.v = r(cell.v + r(0.5 * r(r(polynomial - cell.u) + input)));
        }
        let gap = r(r(self.at("recovery_sensitivity", i) * cell.v) - cell.u);
        cell.u = r(cell.u + r(self.at("recovery_decay", i) * gap));
        let fires = cell.v >= 30.0;
        if fires {
            cell.u = r(cell.u + self.at("reset_recovery_increment", i));
            cell.v = self.at("v_reset", i);
        }
        fires
    }
}

fn check(network: &Network, found: &Recordings, plain: &Plain, case: &str) {
    for (index, p) in network.populations.iter().enumerate() {
        let recording = &found.populations[index];
        let mut expected = SpikeRecording::default();
        for (tick, fired) in (0..).zip(&plain.spikes[index]) {
            expected.ticks.resize(expected.ticks.len() + fired.len(), tick);
            expected.neurons.extend(fired);
        }
        assert!(
            recording.spikes.as_ref().unwrap() == &expected,
            "{case}: spikes of {} ({:?})",
            p.name,
            p.model
        );
        for asked in p.record.iter().filter(|asked| asked.variable != "spikes") {
            let state = recording.state(&asked.variable).unwrap();
            let ticks: Vec<u32> = (0..TICKS).filter(|&t| asked.samples(t)).collect();
            let conductance_or_current = asked.variable.replace("g_", "i_");
            let names = ["v", "u", "i_exc", "i_inh"];
            let at = names.iter().position(|name| *name == conductance_or_current).unwrap();
            let value = |t: u32, i: u32| plain.state[index][t as usize][i as usize][at];
            let neurons = match &asked.neurons {
                Selection::All => (0..p.size).collect(),
                Selection::Only(list) => list.clone(),
            };
            let expected: Vec<f64> =
                ticks.iter().flat_map(|&t| neurons.iter().map(move |&i| value(t, i))).collect();
            let values: Vec<f64> = match &state.values {
                gennaker_engine::Values::F32(values) => values.iter().map(|&x| f64::from(x)).collect(),
                gennaker_engine::Values::F64(values) => values.clone(),
            };
            assert_eq!((&state.ticks, &state.neurons), (&ticks, &neurons));
            // An Izhikevich neuron with too much input leaves the numbers behind in both.
            let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
            assert!(
                values.len() == expected.len() && values.iter().zip(&expected).all(same),
                "{case}: {} of {} ({:?})",
                asked.variable,
                p.name,
                p.model
            );
        }
    }
}

#[test]
fn random_networks_do_what_the_equations_say() {
    let mut n_spikes = [0u64; Model::ALL.len()];
    for case in 0..N_CASES {
        let network = random_network(case);
        for numeric in [Numeric::Chip, Numeric::Reference] {
            let options = |threads| Options {
                numeric,
                threads: Some(threads),
                out_of_range: OutOfRange::Clip,
                ..Options::default()
            };
            let mut simulation = Simulation::new(&network, &options(1 + case as usize % 3)).unwrap();
            simulation.run(TICKS);
            let found = simulation.recordings();
            let what = format!("case {case} {numeric:?}");
            let expected = plain(&network, numeric, &found);
            check(&network, &found, &expected, &what);
            for (p, n) in network.populations.iter().zip(simulation.report().spikes_per_population) {
                n_spikes[Model::ALL.iter().position(|m| *m == p.model).unwrap()] += n;
            }
            // The same through a checkpoint, another number of threads and a reset.
            simulation.reset();
            simulation.run(case % TICKS);
            let mut other = Simulation::new(&network, &options(1 + (case as usize + 1) % 4)).unwrap();
            other.run(3);
            other.restore(&simulation.checkpoint()).unwrap();
            other.run(TICKS - case % TICKS);
            check(&network, &other.recordings(), &expected, &format!("{what} through a checkpoint"));
        }
    }
    let is_tried = |(model, &n): (&Model, &u64)| n > 500 || !has_oracle_here(*model);
    assert!(
        Model::ALL.iter().zip(&n_spikes).all(is_tried),
        "every model must be tried in earnest: {n_spikes:?}"
    );
}
