//! The tick loop of one arithmetic.

use std::ops::{ControlFlow, Range};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use gennaker_network::{Network, Population, QuantisationReport, SpikeTrains};

use crate::arithmetic::{Arithmetic, Real};
use crate::build::build;
use crate::error::EngineError;
use crate::gang;
use crate::history::History;
use crate::options::Options;
use crate::recorder::{SpikeRecorder, StateRecorder};
use crate::recording::{PopulationRecording, Recordings, StateRecording};
use crate::shard::{Member, Shard};

/// Gets the spikes of every tick: by population the neurons that fired, ascending, as often as they did.
pub(crate) type Observer<'a> = dyn FnMut(u32, &[Vec<u32>]) + Send + 'a;

/// A network in host memory, ready to run.
pub(crate) struct Core<A: Arithmetic> {
    pub(crate) shards: Vec<Shard<A>>,
    pub(crate) history: History,
    pub(crate) spike_recorders: Vec<Option<SpikeRecorder>>,
    /// Spikes of each population, but those of feeds that have arrived or are under way.
    n_spikes: Vec<u64>,
    pub(crate) tick: u32,
    pub(crate) quantisation: Vec<QuantisationReport>,
    /// Most ticks between two exchanges.
    epoch: u32,
    /// Threads that can be kept busy.
    pub(crate) n_busy: usize,
    /// Time spent exchanging, as the clock tells it.
    pub(crate) exchanging: u64,
}

impl<A: Arithmetic> Core<A> {
    pub(crate) fn new(network: &Network, options: &Options, n_threads: usize) -> Result<Self, EngineError> {
        let built = build::<A>(network, options, n_threads)?;
        Ok(Self {
            n_busy: gang::n_busy(&built.shards, n_threads),
            shards: built.shards,
            history: History::new(network.populations.len(), built.max_delay, built.epoch),
            spike_recorders: network.populations.iter().map(SpikeRecorder::of).collect(),
            n_spikes: vec![0; network.populations.len()],
            tick: 0,
            quantisation: built.quantisation,
            epoch: built.epoch,
            exchanging: 0,
        })
    }

    /// Runs up to `ticks` ticks; after each epoch, `observe` gets the spikes of its ticks, and `each` is told the tick reached and can
    /// stop the run. Returns the number run.
    pub(crate) fn run(
        &mut self,
        ticks: u32,
        clock: fn() -> u64,
        observe: &mut Observer<'_>,
        each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send),
    ) -> u32 {
        let start = self.tick;
        let next = |tick: u32| tick..tick + (ticks - (tick - start)).min(self.epoch);
        let epoch = RwLock::new(next(start));
        let history = RwLock::new(&mut self.history);
        let shards: Vec<Mutex<&mut Shard<A>>> = self.shards.iter_mut().map(Mutex::new).collect();
        let (tick, exchanging) = (&mut self.tick, &mut self.exchanging);
        let exchange =
            Exchange { n_spikes: &mut self.n_spikes, recorders: &mut self.spike_recorders, observe };
        let work = |shard: &mut &mut Shard<A>| shard.run(read(&epoch).clone(), &read(&history), clock);
        gang::run(&shards, self.n_busy, work, |stage| {
            let mut exchange = exchange;
            while *tick - start < ticks {
                stage();
                let began = clock();
                let mut own = epoch.write().unwrap_or_else(PoisonError::into_inner);
                exchange.publish(
                    own.clone(),
                    &shards,
                    &mut history.write().unwrap_or_else(PoisonError::into_inner),
                );
                *tick = own.end;
                *own = next(*tick);
                drop(own);
                *exchanging += clock() - began;
                if each(*tick).is_break() {
                    break;
                }
            }
            *tick - start
        })
    }

    pub(crate) fn reset(&mut self) {
        self.history.reset();
        let history = &self.history;
        self.shards.iter_mut().for_each(|shard| shard.reset(history));
        self.n_spikes.fill(0);
        self.tick = 0;
        self.exchanging = 0;
        for recorder in self.spike_recorders.iter_mut().flatten() {
            recorder.spikes = Default::default();
        }
    }

    /// Replaces what a `spike_list` sends. For the first tick only.
    pub(crate) fn set_spikes(&mut self, population: usize, spikes: &SpikeTrains) {
        let members = self.shards.iter_mut().flat_map(|shard| &mut shard.members);
        for member in members.filter(|m| m.population == population) {
            member.kernel.set_spikes(spikes);
        }
    }

    pub(crate) fn recordings(&self, network: &Network) -> Recordings {
        let population = |(index, p): (usize, &Population)| PopulationRecording {
            name: p.name.clone(),
            size: p.size,
            model: p.model.name().to_owned(),
            spikes: self.spike_recorders[index].as_ref().map(|r| r.spikes.clone()),
            states: self.states(index, p),
        };
        Recordings {
            populations: network.populations.iter().enumerate().map(population).collect(),
            timesteps: self.tick,
        }
    }

    /// Everything recorded, which is forgotten then.
    pub(crate) fn take_recordings(&mut self, network: &Network) -> Recordings {
        // Spikes are moved out before the rest is gathered, so that they are never held twice.
        let take = |r: &mut Option<SpikeRecorder>| r.as_mut().map(|r| std::mem::take(&mut r.spikes));
        let spikes: Vec<_> = self.spike_recorders.iter_mut().map(take).collect();
        let mut recordings = self.recordings(network);
        for (population, spikes) in recordings.populations.iter_mut().zip(spikes) {
            population.spikes = spikes;
        }
        let members = self.shards.iter_mut().flat_map(|shard| &mut shard.members);
        members.flat_map(|m| &mut m.recorders).for_each(StateRecorder::clear);
        recordings
    }

    pub(crate) fn recorded_bytes(&self) -> u64 {
        let spikes: usize =
            self.spike_recorders.iter().flatten().map(|r| size_of_val(&r.spikes.neurons[..])).sum();
        let members = self.shards.iter().flat_map(|shard| &shard.members);
        let states: usize = members.flat_map(|m| &m.recorders).map(StateRecorder::bytes).sum();
        2 * spikes as u64 + states as u64
    }

    /// Spikes of each population.
    pub(crate) fn n_spikes(&self) -> Vec<u64> {
        let mut n_spikes = self.n_spikes.clone();
        for feed in self.shards.iter().flat_map(|shard| &shard.feeds) {
            n_spikes[feed.population] += feed.n_arrived + feed.n_under_way(self.tick);
        }
        n_spikes
    }

    /// Takes up counts of [`Self::n_spikes`] in the present tick.
    pub(crate) fn set_n_spikes(&mut self, n_spikes: Vec<u64>) {
        self.n_spikes = n_spikes;
        let tick = self.tick;
        for feed in self.shards.iter_mut().flat_map(|shard| &mut shard.feeds) {
            feed.n_arrived = 0;
            let n = &mut self.n_spikes[feed.population];
            *n = n.saturating_sub(feed.n_under_way(tick));
        }
    }

    /// The parts of a population, in the order of its neurons.
    pub(crate) fn members_of(&self, population: usize) -> impl Iterator<Item = &Member<A>> {
        let members = self.shards.iter().flat_map(|shard| &shard.members);
        members.filter(move |m| m.population == population)
    }

    fn states(&self, index: usize, population: &Population) -> Vec<StateRecording> {
        let asked = population.record.iter().filter(|r| r.variable != "spikes");
        let state = |(at, recording): (usize, &gennaker_network::Recording)| {
            let ticks =
                self.members_of(index).next().map_or(Vec::new(), |m| m.recorders[at].ticks().to_vec());
            let neurons = match &recording.neurons {
                gennaker_network::Selection::All => (0..population.size).collect(),
                gennaker_network::Selection::Only(list) => list.clone(),
            };
            let mut values = vec![A::Real::default(); ticks.len() * neurons.len()];
            self.members_of(index).for_each(|m| m.recorders[at].gather(&mut values, neurons.len()));
            let name = if recording.variable == "v_last" { "v" } else { &recording.variable };
            let unit =
                population.model.descriptor().states.iter().find(|s| s.name == name).map_or("1", |s| s.unit);
            StateRecording {
                variable: recording.variable.clone(),
                unit: unit.to_owned(),
                neurons,
                ticks,
                values: A::Real::values(values),
            }
        };
        asked.enumerate().map(state).collect()
    }
}

/// What the spikes of an epoch are published to, besides the history.
struct Exchange<'a, 'o> {
    n_spikes: &'a mut [u64],
    recorders: &'a mut [Option<SpikeRecorder>],
    observe: &'a mut Observer<'o>,
}

impl Exchange<'_, '_> {
    /// Publishes who fired in the ticks of an epoch, in the order of neurons.
    fn publish<A: Arithmetic>(
        &mut self,
        epoch: Range<u32>,
        shards: &[Mutex<&mut Shard<A>>],
        history: &mut History,
    ) {
        for (at, tick) in epoch.enumerate() {
            let sent = history.open(tick);
            for shard in shards {
                for member in &shard.lock().unwrap_or_else(PoisonError::into_inner).members {
                    sent[member.population].extend_from_slice(member.fired(at));
                }
            }
            for (population, fired) in sent.iter().enumerate() {
                self.n_spikes[population] += fired.len() as u64;
                if let Some(recorder) = &mut self.recorders[population] {
                    recorder.take(tick, fired);
                }
            }
            (self.observe)(tick, sent);
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use gennaker_network::{ConnectionList, Connector, Distribution, Model, Projection};

    use super::*;
    use crate::arithmetic::Chip;

    const TICKS: u32 = 40;

    /// Spikes from tick `first` on, through every layout that looks back.
    fn core(first: u32, tick: u32) -> Core<Chip> {
        let mut network = Network::new("end of time");
        let trains = (0..9u32).map(|n| (n, (0..TICKS).step_by(n as usize + 1).map(|t| first + t).collect()));
        let source =
            Population::new("source", 9, Model::SpikeList).with_spikes(SpikeTrains::from_lists(trains));
        let source = network.add_population(source);
        let cells = Population::new("cells", 9, Model::LifWide).with("threshold", 40.0).recording("v");
        let cells = network.add_population(cells.recording("spikes"));
        let list = ConnectionList::from_rows((0..9).map(|n| (n, n, 5.0 + f64::from(n), 2 + 3 * n)));
        let all = Connector::AllToAll { allow_self_connections: true };
        let laws = [(1, 9), (2, 5)].map(|(low, high)| Distribution::UniformInt { low, high });
        for projection in [
            Projection::new("calendar", source, cells, Connector::List(list)),
            Projection::new("segments", cells, cells, all.clone()).with_weight(laws[0]).with_delay(laws[1]),
            Projection::new("rule", source, cells, all).with_weight(3.0).with_delay(4.0),
        ] {
            network.add_projection(projection);
        }
        network.validate().expect("valid");
        let mut core = Core::<Chip>::new(&network, &Options::default(), 1).expect("fits");
        for before in core.history.ticks_before(tick) {
            core.history.open(before);
        }
        core.tick = tick;
        core.run(TICKS, || 0, &mut |_, _| (), &mut |_| ControlFlow::Continue(()));
        core
    }

    #[test]
    fn the_last_ticks_are_like_the_first() {
        let last = u32::MAX - TICKS;
        let (early, late) = (core(0, 0), core(last, last));
        assert_eq!((late.tick, late.shards[0].stores.len()), (u32::MAX, 3));
        assert_eq!(early.n_spikes(), late.n_spikes());
        let v = |core: &Core<Chip>| {
            let mut v = vec![0.0; 9 * TICKS as usize];
            core.members_of(1).for_each(|m| m.recorders[0].gather(&mut v, 9));
            v
        };
        assert!(v(&early) == v(&late) && early.n_spikes()[1] > 20, "{:?}", early.n_spikes());
    }
}
