//! Ising problems as spiking networks: what [`solver`](crate::solver) computes, for engines and machines to run.
//!
//! Every replica is a population. With [`Coding::Changes`], a spin is a pair of neurons of the model `on_off`: 2 i is the ON neuron of spin
//! i, which spikes when the spin turns to +1, and 2 i + 1 the OFF neuron, which spikes when it turns to -1. Both hear of the neighbours'
//! changes and draw the same threshold, so they never disagree. With [`Coding::States`] it is one neuron of the model `gibbs`, which
//! spikes in every tick in which the spin is +1: a quarter of the synapses, and many more spikes.
//!
//! **The promise.** With the same options, replica r of the network goes through the same states, tick by tick, as replica r of
//! [`solve`](crate::solver::solve), as long as it has no target and no time limit. So whatever the hot loop finds is what the network
//! finds, and its flips are the network's spikes ([`SpikingProblem::spikes`]).
//!
//! What a machine cannot do in one tick is refused: disciplines that look at one spin after the other, or at all of them.
//!
//! ```
//! use gennaker_qubo::Ising;
//! use gennaker_qubo::solver::Options;
//! use gennaker_qubo::spiking::{Coding, SpikingProblem};
//! let ring = Ising::new(vec![0; 9], (0..9).map(|i| (i, (i + 1) % 9, 1)))?;
//! let options = Options { n_ticks: 200, n_replicas: 4, seed: 1, ..Options::default() };
//! let spiking = SpikingProblem::new(&ring, &options, Coding::Changes)?;
//! let network = spiking.network();
//! assert_eq!((network.populations.len(), network.populations[0].size), (4, 18));
//! network.validate()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod replay;
mod weights;

pub use error::SpikingError;
pub use replay::Replayed;

use std::fmt;
use std::str::FromStr;

use gennaker_network::annealing::Cooling;
use gennaker_network::{
    ConnectionList, Connector, Model, Network, Parameter, Population, Projection, SpikeRecording,
};

use crate::Ising;
use crate::solver::{Decided, Discipline, Options, Outcome, Schedule, first_spins};

use weights::Weights;

/// Up to this, single precision holds every whole number, and a neuron's potential is exact.
pub const MAX_POTENTIAL: i64 = 1 << 24;
/// Synapses and parameters of neurons of all replicas together, up to 16 bytes each: 2^28, 4 GiB.
const MAX_NUMBERS: u64 = 1 << 28;
/// Parameters that each neuron has a value of its own of.
const N_OWN: u64 = 5;
/// What a replica takes besides neurons and synapses, in numbers.
const N_REPLICA: u64 = 128;

/// What spikes tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// That a spin has turned, and which way: two neurons for each spin, and few spikes once it is cold.
    #[default]
    Changes,
    /// That a spin is +1, in every tick: one neuron for each spin.
    States,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changes => "changes",
            Self::States => "states",
        })
    }
}

impl FromStr for Coding {
    type Err = SpikingError;
    fn from_str(text: &str) -> Result<Self, SpikingError> {
        match text {
            "changes" => Ok(Self::Changes),
            "states" => Ok(Self::States),
            _ => Err(SpikingError::UnknownCoding { found: text.to_owned() }),
        }
    }
}

/// A problem as a spiking network.
#[derive(Clone, Debug)]
pub struct SpikingProblem<'a> {
    ising: &'a Ising,
    options: &'a Options,
    decided: Decided,
    coding: Coding,
    network: Network,
    n_parts: usize,
}

impl<'a> SpikingProblem<'a> {
    /// The network of all replicas of a run with these options, spikes recorded. Targets and time limits are not part of it.
    ///
    /// # Errors
    /// What [`solve`](crate::solver::solve) refuses, disciplines and schedules that no neuron can follow on its own, problems without
    /// variables or with local fields that single precision does not hold, and more synapses than memory is meant for.
    pub fn new(ising: &'a Ising, options: &'a Options, coding: Coding) -> Result<Self, SpikingError> {
        let decided = Decided::new(ising, options)?;
        let cooling = check(ising, &decided)?;
        let weights = Weights::of(ising);
        let mut network = Network::new("ising").with_seed(options.seed);
        let spin = Spin { decided: &decided, cooling, options, ising, coding };
        let n_parts = weights.rows.len();
        check_size(ising.n(), n_parts, coding, options.n_replicas)?;
        let all = spin.population(model(coding, weights.is_wide))?;
        let synapses = weights.connector(coding);
        for replica in 0..options.n_replicas {
            let population = network.add_population(spin.replica(&all, replica));
            let name = format!("couplings{replica}");
            let projection = Projection::new(&name, population, population, synapses.clone());
            network.add_projection(projection.with_delay(0));
        }
        Ok(Self { ising, options, decided, coding, network, n_parts })
    }

    /// The network: one population for each replica, in their order, and its couplings.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network; an empty one stays behind, but states and spikes can be asked for as before.
    #[must_use]
    pub fn take_network(&mut self) -> Network {
        let seed = self.options.seed;
        std::mem::replace(&mut self.network, Network::new("ising").with_seed(seed))
    }

    /// What spikes tell.
    #[must_use]
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// Discipline, rule and schedule, as given or chosen.
    #[must_use]
    pub fn decided(&self) -> &Decided {
        &self.decided
    }

    /// Synapses that hold one direction of one coupling, in all: more than twice the couplings where weights are wider than a synapse word
    /// and had to be split.
    #[must_use]
    pub fn n_weight_parts(&self) -> usize {
        self.n_parts
    }

    /// Refuses the outcome of another problem or of other options, as far as it tells.
    ///
    /// # Errors
    /// [`SpikingError::Foreign`].
    pub fn check(&self, outcome: &Outcome) -> Result<(), SpikingError> {
        let Self { decided, options, .. } = self;
        let (n, n_replicas) = (self.ising.n(), options.n_replicas as usize);
        let of_it = [
            ("problem", outcome.solutions.iter().all(|s| s.spins.len() == n)),
            ("number of replicas", outcome.solutions.len() == n_replicas),
            ("discipline", outcome.discipline == decided.discipline),
            ("rule", outcome.rule == decided.rule),
            ("schedule", outcome.schedule == decided.schedule),
            ("number of ticks", (outcome.n_ticks, outcome.n_anneals) == (options.n_ticks, options.n_anneals)),
        ];
        match of_it.into_iter().find(|(_, is_equal)| !is_equal) {
            Some((what, _)) => Err(SpikingError::Foreign { problem: format!("the run had another {what}") }),
            None => Ok(()),
        }
    }

    /// The spikes that a replica's population sends, from the flips of the replica in the hot loop, over `n_ticks` ticks.
    ///
    /// # Panics
    /// If there is no such replica, or the flips are not of this problem.
    #[must_use]
    pub fn spikes(&self, replica: u32, flips: &SpikeRecording, n_ticks: u32) -> SpikeRecording {
        replay::spikes(self.coding, &first_spins(self.ising, self.options, replica), flips, n_ticks)
    }

    /// The states that a replica went through, from the spikes of its population over `n_ticks` ticks.
    ///
    /// # Errors
    /// Spikes that this network cannot have sent.
    pub fn replay(
        &self,
        replica: u32,
        spikes: &SpikeRecording,
        n_ticks: u32,
    ) -> Result<Replayed, SpikingError> {
        let first = first_spins(self.ising, self.options, replica);
        replay::replay(self.ising, self.coding, first, spikes, n_ticks)
    }
}

/// Refuses what [`SpikingProblem::new`] would, before anything large is made.
///
/// # Errors
/// As [`SpikingProblem::new`].
pub fn check_problem(ising: &Ising, options: &Options, coding: Coding) -> Result<(), SpikingError> {
    check(ising, &Decided::new(ising, options)?)?;
    check_size(ising.n(), Weights::of(ising).rows.len(), coding, options.n_replicas)
}

/// What neurons on their own can do.
fn check(ising: &Ising, decided: &Decided) -> Result<Cooling, SpikingError> {
    if ising.n() == 0 {
        return Err(SpikingError::Empty);
    }
    if let Discipline::Sequential | Discipline::Random | Discipline::One = decided.discipline {
        return Err(SpikingError::Discipline { found: decided.discipline });
    }
    let largest = ising.max_local_field();
    if largest > MAX_POTENTIAL {
        // The largest must fit, so it is one less that has to have so many bits.
        let missing = (i64::BITS - (largest - 1).leading_zeros()) - MAX_POTENTIAL.trailing_zeros();
        return Err(SpikingError::Potential { largest, limit: MAX_POTENTIAL, missing });
    }
    match &decided.schedule {
        Schedule::Geometric { .. } => Ok(Cooling::Geometric),
        Schedule::Linear { .. } => Ok(Cooling::Linear),
        Schedule::FowlerNordheim { .. } => Ok(Cooling::FowlerNordheim),
        Schedule::Constant { .. } => Ok(Cooling::Constant),
        Schedule::Custom(_) => Err(SpikingError::Schedule),
    }
}

/// Refuses more than memory is meant for, before any is taken.
fn check_size(n: usize, n_parts: usize, coding: Coding, n_replicas: u32) -> Result<(), SpikingError> {
    let (neurons_of_spin, synapses_of_part) = if coding == Coding::Changes { (2, 4) } else { (1, 1) };
    let n_neurons = neurons_of_spin * n as u64;
    let n_synapses = (n_parts as u64).saturating_mul(synapses_of_part);
    let most = MAX_NUMBERS / n_synapses.saturating_add(N_OWN * n_neurons + N_REPLICA);
    if u64::from(n_replicas) > most {
        return Err(SpikingError::TooLarge { n_replicas, n_neurons, n_synapses, most });
    }
    Ok(())
}

fn model(coding: Coding, is_wide: bool) -> Model {
    match (coding, is_wide) {
        (Coding::Changes, false) => Model::OnOff,
        (Coding::Changes, true) => Model::OnOffWide,
        (Coding::States, false) => Model::Gibbs,
        (Coding::States, true) => Model::GibbsWide,
    }
}

/// Makes the populations of all replicas.
struct Spin<'a> {
    ising: &'a Ising,
    options: &'a Options,
    decided: &'a Decided,
    cooling: Cooling,
    coding: Coding,
}

impl Spin<'_> {
    /// What all replicas have in common.
    fn population(&self, model: Model) -> Result<Population, SpikingError> {
        let n = self.ising.n() as u32;
        let size = match self.coding {
            Coding::Changes => n.checked_mul(2).ok_or(SpikingError::TooManySpins { found: n })?,
            Coding::States => n,
        };
        let population = Population::new("replica", size, model)
            .with("random_word", self.each(&|i| self.decided.word_number(i).into()))
            .recording("spikes");
        let population = match self.coding {
            Coding::Changes => {
                let polarity = |i| if i % 2 == 0 { 1.0 } else { -1.0 };
                population.with("polarity", (0..size).map(polarity).collect::<Vec<f64>>())
            }
            Coding::States => {
                let down = vec![-1; n as usize];
                population.with("bias", self.each(&|i| self.ising.local_field(&down, i) as f64))
            }
        };
        Ok(self.with_turns(self.with_temperatures(population)))
    }

    /// One of them, from what all have in common.
    fn replica(&self, all: &Population, replica: u32) -> Population {
        let spins = first_spins(self.ising, self.options, replica);
        let field = |i: usize| self.ising.local_field(&spins, i) as f64;
        Population { name: format!("replica{replica}"), ..all.clone() }
            .with("v_init", self.each(&field))
            .with("spin_init", self.each(&|i| spins[i].into()))
            .with("replica", f64::from(replica))
    }

    fn with_temperatures(&self, population: Population) -> Population {
        let (hot, cold) = match self.decided.schedule {
            Schedule::Geometric { hot, cold } | Schedule::Linear { hot, cold } => (hot, cold),
            Schedule::FowlerNordheim { a, beta_end } => (a, beta_end),
            Schedule::Constant { temperature } => (temperature, temperature),
            Schedule::Custom(_) => (1.0, 1.0),
        };
        // Thresholds cannot tell the least positive temperature that neurons take from none.
        population
            .with("schedule", self.cooling.name())
            .with("hot", hot.max(1e-30))
            .with("cold", cold.max(1e-30))
            .with("anneal_ticks", f64::from(self.options.n_ticks))
    }

    fn with_turns(&self, population: Population) -> Population {
        let population = population.with("rule", self.decided.rule.name());
        match self.decided.discipline {
            Discipline::Gate(p) => population.with("gate", p),
            Discipline::Refractory(shift) => population.with("rest_shift", f64::from(shift)),
            Discipline::Colour => population
                .with("n_classes", self.decided.n_classes() as f64)
                .with("class", self.each(&|i| self.decided.class(i).into())),
            _ => population,
        }
    }

    /// A parameter of all neurons from its value for each spin.
    fn each(&self, value: &dyn Fn(usize) -> f64) -> Parameter {
        let values = (0..self.ising.n()).map(value);
        Parameter::Array(match self.coding {
            Coding::Changes => values.flat_map(|x| [x, x]).collect(),
            Coding::States => values.collect(),
        })
    }
}

impl Weights {
    /// All synapses: each part of a coupling from every neuron of one spin to every neuron of the other.
    fn connector(&self, coding: Coding) -> Connector {
        let mut list = ConnectionList::default();
        for &(i, j, w) in &self.rows {
            let mut add = |pre, post, weight: i32| {
                list.pre.push(pre);
                list.post.push(post);
                list.weight.push(weight.into());
            };
            match coding {
                Coding::States => add(i, j, w),
                Coding::Changes => {
                    add(2 * i, 2 * j, w);
                    add(2 * i, 2 * j + 1, w);
                    add(2 * i + 1, 2 * j, -w);
                    add(2 * i + 1, 2 * j + 1, -w);
                }
            }
        }
        Connector::List(list)
    }
}
