//! Counting while a network runs, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use gennaker_energy::{AccountOptions, Accountant, Counting, TraceRequest, Traffic};
use gennaker_network::Network;

use crate::error::Error;
use crate::experiment::Mapped;

/// Spikes are handed over when there are as many as this, or ticks.
const BATCH_SPIKES: usize = 1 << 16;
const BATCH_TICKS: usize = 256;
/// Batches that may wait before the run does.
const WAITING: usize = 8;

/// Counts what a run does to the machine that it is mapped on, and makes its account. The run hands over its spikes and goes on.
///
/// ```
/// use gennaker::energy::TraceRequest;
/// use gennaker::{AccountOptions, Counter, Experiment, Model, Network, Population};
/// use std::ops::ControlFlow;
///
/// let mut network = Network::new("cells");
/// network.add_population(Population::new("cells", 100, Model::Lif).with("i_offset", 2.0));
/// let mut experiment = Experiment::new(network);
/// experiment.counts = true;
/// let mapped = experiment.map()?;
/// let options = AccountOptions::default();
/// let tick_ns = experiment.tick_ns();
/// let mut counter = Counter::new(&experiment.file.network, &mapped, tick_ns, &options, &TraceRequest::default(), 100)?;
/// experiment.simulation()?.run_observed(100, &mut |tick, spikes| counter.observe(tick, spikes), &mut |_| ControlFlow::Continue(()));
/// let account = counter.finish().account();
/// assert!(account.in_time && account.n_neuron_updates == 10_000 && account.total_j > 0.0);
/// # Ok::<(), gennaker::Error>(())
/// ```
#[derive(Debug)]
pub struct Counter {
    batch: Batch,
    batches: Option<SyncSender<Batch>>,
    worker: Option<JoinHandle<Accountant>>,
}

/// The spikes of consecutive ticks.
#[derive(Debug, Default)]
struct Batch {
    n_ticks: usize,
    n_populations: usize,
    /// By tick, then population: one past its last spike in `neurons`.
    ends: Vec<usize>,
    neurons: Vec<u32>,
}

impl Counter {
    /// A counter for a run from tick 0 on. `tick_ns` is the network's own tick; `timesteps` bounds what a trace keeps.
    ///
    /// # Errors
    /// [`Error::Energy`].
    pub fn new(
        network: &Network,
        mapped: &Mapped,
        tick_ns: u64,
        options: &AccountOptions,
        trace: &TraceRequest,
        timesteps: u32,
    ) -> Result<Self, Error> {
        let traffic = Traffic::new(network, &mapped.mapping, &mapped.machine)?;
        let accountant =
            Accountant::new(network, &mapped.mapping, &mapped.machine, &traffic, tick_ns, options)?;
        Ok(Self::of(Arc::new(traffic), accountant.with_trace(trace, timesteps)?))
    }

    /// A counter for an accountant that has not counted anything yet.
    pub(crate) fn of(traffic: Arc<Traffic>, accountant: Accountant) -> Self {
        let n_populations = traffic.n_populations();
        let (batches, received) = sync_channel(WAITING);
        let worker = std::thread::spawn(move || count(&traffic, accountant, &received));
        let batch = Batch { n_populations, ..Batch::default() };
        Self { batch, batches: Some(batches), worker: Some(worker) }
    }

    /// Takes the spikes of the next tick, by population.
    pub fn observe(&mut self, _tick: u32, spikes: &[Vec<u32>]) {
        self.batch.n_ticks += 1;
        for fired in spikes {
            self.batch.neurons.extend_from_slice(fired);
            self.batch.ends.push(self.batch.neurons.len());
        }
        if self.batch.neurons.len() >= BATCH_SPIKES || self.batch.n_ticks >= BATCH_TICKS {
            self.hand_over();
        }
    }

    /// What was counted.
    ///
    /// # Panics
    /// If the counting thread did.
    #[must_use]
    pub fn finish(mut self) -> Accountant {
        self.hand_over();
        self.batches = None;
        let worker = self.worker.take().expect("a counter is finished once");
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn hand_over(&mut self) {
        let next = Batch { n_populations: self.batch.n_populations, ..Batch::default() };
        let batch = std::mem::replace(&mut self.batch, next);
        if let Some(batches) = &self.batches {
            // A worker that is gone has panicked; `finish` says so.
            let _ = batches.send(batch);
        }
    }
}

fn count(traffic: &Traffic, mut accountant: Accountant, batches: &Receiver<Batch>) -> Accountant {
    let mut counting = Counting::new(traffic);
    for batch in batches {
        let mut first = 0;
        for tick in 0..batch.n_ticks {
            let ends = &batch.ends[tick * batch.n_populations..][..batch.n_populations];
            let start = |population: usize| if population == 0 { first } else { ends[population - 1] };
            let counts = counting.tick(|population| &batch.neurons[start(population)..ends[population]]);
            accountant.tick(&counts);
            first = ends.last().copied().unwrap_or(first);
        }
    }
    accountant
}
