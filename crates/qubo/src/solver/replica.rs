//! One replica: ticks, the best state so far, and when to stop.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use gennaker_network::SpikeRecording;

use crate::Ising;

use super::chance::{Chance, Law};
use super::discipline::{Discipline, Rule};
use super::error::SolverError;
use super::outcome::{Flips, Solution};
use super::plan::{Place, Plan, Potential};
use super::schedule::Schedule;
use super::tick::{Clock, State};
use super::{Options, Progress, first_spins};

/// Proposals between two looks at the clock.
const PROPOSALS_PER_LOOK: usize = 1 << 18;

/// What is called now and then during a run.
pub(crate) type Watch<'a> = dyn FnMut(&Progress<'_>) -> ControlFlow<()> + Send + 'a;

/// What all replicas share.
pub(crate) struct Job<'a> {
    pub(crate) ising: &'a Ising,
    pub(crate) options: &'a Options,
    pub(crate) discipline: Discipline,
    pub(crate) rule: Rule,
    pub(crate) schedule: Schedule,
    /// Called by every replica after every so many ticks.
    pub(crate) watch: Option<(u32, Mutex<&'a mut Watch<'a>>)>,
    pub(crate) is_stopped: AtomicBool,
    pub(crate) deadline: Option<Instant>,
}

/// Finds out which spins flipped by looking at all of them after every tick.
struct Watcher<V> {
    before: Vec<V>,
    found: Flips,
    max_kept: usize,
    /// Of the tick: scratch.
    flipped: Vec<u32>,
}

impl<V: Potential> Watcher<V> {
    /// None if nothing is to be kept.
    fn new(signs: &[V], max_kept: usize) -> Option<Self> {
        let watcher =
            || Self { before: signs.to_vec(), found: Flips::default(), max_kept, flipped: Vec::new() };
        (max_kept > 0).then(watcher)
    }

    /// Keeps the flips of a tick, unless they or those of a tick before are too many.
    fn look<P>(&mut self, plan: &Plan<V, P>, tick: u32, signs: &[V]) {
        if self.found.n_ticks < tick {
            return;
        }
        let pairs = self.before.iter().zip(signs).zip(&plan.seats.variables);
        let differing = pairs.filter(|((before, after), _)| before.wide() != after.wide());
        self.flipped.clear();
        self.flipped.extend(differing.map(|(_, &variable)| variable));
        let SpikeRecording { ticks, neurons } = &mut self.found.flips;
        if neurons.len() + self.flipped.len() > self.max_kept {
            return;
        }
        self.flipped.sort_unstable();
        neurons.extend_from_slice(&self.flipped);
        ticks.resize(neurons.len(), tick);
        self.found.n_ticks = tick + 1;
        self.before.copy_from_slice(signs);
    }
}

/// The best state so far.
struct Best<V> {
    energy: i64,
    tick: u32,
    signs: Vec<V>,
}

impl Job<'_> {
    /// Runs a replica from its first state to its end.
    pub(crate) fn run<V: Potential, P: Place>(
        &self,
        plan: &Plan<V, P>,
        replica: u32,
    ) -> Result<Solution, SolverError> {
        let chance = Chance::new(self.options.seed, replica);
        let spins = first_spins(self.ising, self.options, replica);
        let energy = self.ising.energy(&spins).map_err(SolverError::Initial)?;
        let mut state = State::new(self.ising, plan, &spins, energy);
        let mut best = Best { energy, tick: 0, signs: state.signs().to_vec() };
        let is_met = |energy: i64| self.options.target.is_some_and(|target| energy <= target);
        let (base, n_ticks) = (Law::new(self.rule, self.discipline.gate()), self.options.n_ticks);
        let (mut tick, mut n_proposals) = (0, 0);
        let mut flips = Watcher::new(state.signs(), self.options.max_kept_flips);
        while tick < self.options.n_ticks_in_all() && !is_met(best.energy) && !self.is_over(tick) {
            let temperature = self.schedule.temperature(tick % n_ticks, n_ticks);
            let law = base.at(temperature);
            state.step(plan, Clock { law: &law, chance, tick, discipline: self.discipline });
            n_proposals += plan.seats.n_proposals(self.discipline, tick);
            if let Some(flips) = &mut flips {
                flips.look(plan, tick, state.signs());
            }
            tick += 1;
            if state.energy < best.energy {
                (best.energy, best.tick) = (state.energy, tick);
                best.signs.copy_from_slice(state.signs());
            }
            self.show(&state, plan, replica, tick, temperature, best.energy);
        }
        Ok(Solution {
            spins: self.checked(plan, &best.signs, best.energy, replica)?,
            energy: best.energy,
            tick_found: best.tick,
            replica,
            last_spins: self.checked(plan, state.signs(), state.energy, replica)?,
            last_energy: state.energy,
            n_ticks: tick,
            ticks_to_target: is_met(best.energy).then_some(best.tick),
            n_proposals,
            n_flips: state.n_flips,
            flips: flips.map(|flips| flips.found),
        })
    }

    /// Whether somebody stopped the run or its time is up.
    fn is_over(&self, tick: u32) -> bool {
        let looks_at_clock = || {
            let ticks_per_look = (PROPOSALS_PER_LOOK / self.ising.n().max(1)).max(1) as u32;
            tick.is_multiple_of(ticks_per_look)
        };
        if self.deadline.is_some_and(|deadline| looks_at_clock() && Instant::now() >= deadline) {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn show<V: Potential, P: Place>(
        &self,
        state: &State<V>,
        plan: &Plan<V, P>,
        replica: u32,
        tick: u32,
        temperature: f64,
        best_energy: i64,
    ) {
        let Some((every, watch)) = &self.watch else { return };
        if !tick.is_multiple_of(*every) {
            return;
        }
        let spins = || spins_of(plan, state.signs());
        let progress =
            Progress { replica, tick, temperature, energy: state.energy, best_energy, spins: &spins };
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        if watch(&progress).is_break() {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
    }

    /// The spins, if their energy evaluated anew is the one that was kept.
    fn checked<V: Potential, P: Place>(
        &self,
        plan: &Plan<V, P>,
        signs: &[V],
        kept: i64,
        replica: u32,
    ) -> Result<Vec<i8>, SolverError> {
        let spins = spins_of(plan, signs);
        let exact = self.ising.energy(&spins).map_err(SolverError::Initial)?;
        if exact == kept { Ok(spins) } else { Err(SolverError::EnergyMismatch { replica, kept, exact }) }
    }
}

/// Spins by variable, from signs by place.
fn spins_of<V: Potential, P>(plan: &Plan<V, P>, signs: &[V]) -> Vec<i8> {
    let of_place = |&place: &u32| if signs[place as usize].wide() == 0 { -1 } else { 1 };
    plan.seats.places.iter().map(of_place).collect()
}
