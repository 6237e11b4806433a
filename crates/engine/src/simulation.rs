//! The simulation: a network that runs in pieces, can be looked at, reset, saved and taken up again.

use std::ops::ControlFlow;

use gennaker_network::{Network, SpikeTrains};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::arithmetic::{Chip, Reference};
use crate::checkpoint;
use crate::core::{Core, Observer};
use crate::error::EngineError;
use crate::options::{Numeric, Options};
use crate::recording::Recordings;
use crate::report::RunReport;

/// A network in memory. Running it `100` and then `200` ticks gives what running it `300` ticks gives.
///
/// With one thread ([`Options::threads`]), or where there is work for one only, it runs on the thread that calls: several simulations can
/// run side by side, one on each thread of the caller's.
pub struct Simulation {
    network: Network,
    options: Options,
    core: AnyCore,
    /// Threads asked for.
    n_threads: usize,
    /// None where one thread is enough: the caller's.
    pool: Option<ThreadPool>,
}

/// The core in the arithmetic that the options choose.
enum AnyCore {
    Chip(Box<Core<Chip>>),
    Reference(Box<Core<Reference>>),
}

/// Runs the same expression on the core of either arithmetic.
macro_rules! with_core {
    ($any:expr, $core:ident => $body:expr) => {
        match $any {
            AnyCore::Chip($core) => $body,
            AnyCore::Reference($core) => $body,
        }
    };
}

impl Simulation {
    /// Draws the network and lays it out in memory. Cost: two draws of every synapse, shared between threads.
    ///
    /// # Errors
    /// A wrong network, a weight or delay beyond the synapse word (if `out_of_range` is `error`), or no threads.
    pub fn new(network: &Network, options: &Options) -> Result<Self, EngineError> {
        network.validate()?;
        let pool = pool(options.threads)?;
        let n_threads = pool.current_num_threads();
        let core = pool.install(|| match options.numeric {
            Numeric::Chip => Core::new(network, options, n_threads).map(|core| AnyCore::Chip(Box::new(core))),
            _ => Core::new(network, options, n_threads).map(|core| AnyCore::Reference(Box::new(core))),
        })?;
        let is_shared = with_core!(&core, core => core.n_busy) > 1;
        let pool = is_shared.then_some(pool);
        Ok(Self { network: network.clone(), options: options.clone(), core, n_threads, pool })
    }

    /// The network that is run.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The next tick to run: the number of ticks since the last reset.
    #[must_use]
    pub fn tick(&self) -> u32 {
        with_core!(&self.core, core => core.tick)
    }

    /// Runs `ticks` ticks.
    pub fn run(&mut self, ticks: u32) {
        self.run_with(ticks, &mut |_| ControlFlow::Continue(()));
    }

    /// Runs up to `ticks` ticks; after every few (as many as the shortest delay lets run at a time), `each` is told how many ticks
    /// have been run since the reset, and can stop the run. Returns the number of ticks run.
    pub fn run_with(&mut self, ticks: u32, each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send)) -> u32 {
        self.run_timed(ticks, || 0, each)
    }

    /// [`Simulation::run_with`] with a clock, which tells time in any unit; [`RunReport::phases`] then says how much of it went
    /// where. The engine has no clock of its own.
    pub fn run_timed(
        &mut self,
        ticks: u32,
        clock: fn() -> u64,
        each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send),
    ) -> u32 {
        self.enter(ticks, clock, &mut |_, _| (), each)
    }

    /// [`Simulation::run_with`], and `observe` gets the spikes of every tick in order, recorded or not: by population the neurons
    /// that fired, ascending, as often as they did. It is called while the engine waits, so it had better be quick. Poisson input
    /// that is wired one to one shows no spikes unless [`Options::list_inputs`] says so.
    pub fn run_observed(
        &mut self,
        ticks: u32,
        observe: &mut (dyn FnMut(u32, &[Vec<u32>]) + Send),
        each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send),
    ) -> u32 {
        self.enter(ticks, || 0, observe, each)
    }

    fn enter(
        &mut self,
        ticks: u32,
        clock: fn() -> u64,
        observe: &mut Observer<'_>,
        each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send),
    ) -> u32 {
        let ticks = ticks.min(u32::MAX - self.tick());
        let core = &mut self.core;
        let mut run = || with_core!(core, core => core.run(ticks, clock, observe, each));
        // One entry into the pool for the whole run: entering costs more than a short tick.
        match &self.pool {
            Some(pool) => pool.install(run),
            None => run(),
        }
    }

    /// Back to tick 0 with empty recordings; the drawn synapses stay.
    pub fn reset(&mut self) {
        with_core!(&mut self.core, core => core.reset());
    }

    /// Replaces what a `spike_list` population (by its position) sends, so that one network, drawn once, runs many samples.
    /// The cost is proportional to the spikes. To be called before the first tick, as after [`Simulation::reset`].
    ///
    /// # Errors
    /// If ticks have been run, or the population does not exist, is no `spike_list` or lacks a neuron. Nothing is changed then.
    pub fn set_spikes(&mut self, population: usize, spikes: SpikeTrains) -> Result<(), EngineError> {
        if self.tick() > 0 {
            return Err(EngineError::Running { tick: self.tick() });
        }
        let n_populations = self.network.populations.len();
        let own = self.network.populations.get_mut(population);
        let own = own.ok_or(EngineError::NoPopulation { population, n_populations })?;
        own.check_spikes(&spikes)?;
        with_core!(&mut self.core, core => core.set_spikes(population, &spikes));
        own.spikes = spikes;
        Ok(())
    }

    /// Everything recorded since the last reset, less what was taken out.
    #[must_use]
    pub fn recordings(&self) -> Recordings {
        with_core!(&self.core, core => core.recordings(&self.network))
    }

    /// Takes out everything recorded since the last reset or the last call, so that its memory is free for more. Parts that
    /// are put together in order give what [`Simulation::recordings`] would have given at the end, but for `v_last`, of which
    /// only the latest sample counts. What was taken is in no later checkpoint.
    #[must_use]
    pub fn take_recordings(&mut self) -> Recordings {
        with_core!(&mut self.core, core => core.take_recordings(&self.network))
    }

    /// Bytes that [`Simulation::take_recordings`] would free: 8 per spike, 4 or 8 per sample of a state variable and
    /// 4 per sampled tick.
    #[must_use]
    pub fn recorded_bytes(&self) -> u64 {
        with_core!(&self.core, core => core.recorded_bytes())
    }

    /// The account of the run so far.
    #[must_use]
    pub fn report(&self) -> RunReport {
        with_core!(&self.core, core => RunReport::new(core, &self.network, &self.options, self.n_threads))
    }

    /// Everything that evolves, as bytes: state, spikes under way, counters and recordings. Independent of threads.
    #[must_use]
    pub fn checkpoint(&mut self) -> Vec<u8> {
        with_core!(&mut self.core, core => checkpoint::save(core, &self.network, &self.options))
    }

    /// Takes up a run where [`Simulation::checkpoint`] left it, on any number of threads.
    ///
    /// # Errors
    /// If the bytes are damaged or come from another network, seed, arithmetic, ring width or version. Nothing is changed then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        with_core!(&mut self.core, core => checkpoint::restore(core, &self.network, &self.options, bytes))
    }
}

fn pool(threads: Option<usize>) -> Result<ThreadPool, EngineError> {
    let mut builder = ThreadPoolBuilder::new();
    if let Some(threads) = threads {
        builder = builder.num_threads(threads.clamp(1, 1024));
    }
    builder
        .build()
        .map_err(|error| EngineError::Threads { threads: threads.unwrap_or(0), reason: error.to_string() })
}
