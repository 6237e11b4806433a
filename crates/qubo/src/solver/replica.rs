//! One replica: ticks, the best state so far, and when to stop.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use gennaker_network::SpikeRecording;

use crate::Ising;

use super::chance::{Chance, Law};
use super::discipline::{Discipline, Rule};
use super::error::SolverError;
use super::outcome::{Flips, Solution};
use super::pace::Pace;
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
    /// Called by every replica now and then.
    pub(crate) watch: Option<(Pace, Mutex<&'a mut Watch<'a>>)>,
    /// The tick at which all replicas stop; it comes forward when one meets the target and stops all.
    pub(crate) last_tick: AtomicU32,
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

impl<V: Potential> Best<V> {
    /// Keeps the state after `tick` ticks, if it is better.
    fn take(&mut self, state: &State<V>, tick: u32) {
        if state.energy < self.energy {
            (self.energy, self.tick) = (state.energy, tick);
            self.signs.copy_from_slice(state.signs());
        }
    }
}

impl Job<'_> {
    /// Runs a replica from its first state to its end.
    pub(crate) fn run<V: Potential, P: Place>(
        &self,
        plan: &Plan<V, P>,
        replica: u32,
        is_watched: bool,
    ) -> Result<Solution, SolverError> {
        let chance = Chance::new(self.options.seed, replica);
        let spins = first_spins(self.ising, self.options, replica);
        let energy = self.ising.energy(&spins).map_err(SolverError::Initial)?;
        let mut state = State::new(self.ising, plan, &spins, energy);
        let mut best = Best { energy, tick: 0, signs: state.signs().to_vec() };
        let (base, n_ticks) = (Law::new(self.rule, self.discipline.gate()), self.options.n_ticks);
        let (mut tick, mut n_proposals, mut temperature, mut shown) = (0, 0, 0.0, 0);
        let mut flips = Watcher::new(state.signs(), self.options.max_kept_flips);
        let mut next_show = self.next_show(0);
        while !self.is_met(&best) && !self.is_over(tick) {
            temperature = self.schedule.temperature(tick % n_ticks, n_ticks);
            let law = base.at(temperature);
            state.step(plan, Clock { law: &law, chance, tick, discipline: self.discipline });
            n_proposals += plan.seats.n_proposals(self.discipline, tick);
            if let Some(flips) = &mut flips {
                flips.look(plan, tick, state.signs());
            }
            tick += 1;
            best.take(&state, tick);
            if is_watched && tick == next_show {
                self.show(&state, plan, replica, tick, temperature, best.energy);
                (shown, next_show) = (tick, self.next_show(tick));
            }
        }
        if self.options.stops_all && self.is_met(&best) {
            self.last_tick.fetch_min(tick, Ordering::Relaxed);
        }
        if is_watched && tick != shown && !self.is_stopped.load(Ordering::Relaxed) {
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
            ticks_to_target: self.is_met(&best).then_some(best.tick),
            n_proposals,
            n_flips: state.n_flips,
            n_swings: state.n_swings,
            flips: flips.map(|flips| flips.found),
        })
    }

    fn is_met<V>(&self, best: &Best<V>) -> bool {
        self.options.target.is_some_and(|target| best.energy <= target)
    }

    /// The next tick that the watcher sees.
    fn next_show(&self, tick: u32) -> u32 {
        self.watch.as_ref().map_or(u32::MAX, |(pace, _)| pace.next(tick))
    }

    /// Whether the last tick is done, somebody stopped the run, or its time is up.
    fn is_over(&self, tick: u32) -> bool {
        let looks_at_clock = || {
            let ticks_per_look = (PROPOSALS_PER_LOOK / self.ising.n().max(1)).max(1) as u32;
            tick.is_multiple_of(ticks_per_look)
        };
        if self.deadline.is_some_and(|deadline| looks_at_clock() && Instant::now() >= deadline) {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        tick >= self.last_tick.load(Ordering::Relaxed) || self.is_stopped.load(Ordering::Relaxed)
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
        let Some((_, watch)) = &self.watch else { return };
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
