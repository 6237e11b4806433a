//! Networks in memory through which samples pass, several side by side.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gennaker_deploy::{Output, Port, Readout, Sample};
use gennaker_engine::{Options, Recordings, Simulation};
use gennaker_network::Network;

use crate::error::Error;

use super::{Deployment, SampleRun};

/// A deployment in memory, ready for any number of samples.
pub struct Runner<'a> {
    deployment: &'a Deployment,
    workers: Vec<Worker<'a>>,
}

impl<'a> Runner<'a> {
    /// At least one worker, so that a deployment that cannot run says so.
    pub(super) fn new(deployment: &'a Deployment, readout: Readout, n_workers: usize) -> Result<Self, Error> {
        let network = deployment.network(readout)?;
        let worker = |_| Worker::new(deployment, &network, readout);
        let workers = (0..n_workers.max(1)).map(worker).collect::<Result<_, _>>()?;
        Ok(Self { deployment, workers })
    }

    /// Runs samples; see [`Deployment::run`].
    ///
    /// # Errors
    /// As [`Deployment::run`].
    pub fn run(&mut self, samples: &[Sample]) -> Result<Vec<SampleRun>, Error> {
        self.run_with(samples, &|_| true)
    }

    /// Runs samples until `each` says no; see [`Deployment::run_with`].
    ///
    /// # Errors
    /// As [`Deployment::run`].
    pub fn run_with(
        &mut self,
        samples: &[Sample],
        each: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Vec<SampleRun>, Error> {
        self.run_watched(samples, each, &|| true)
    }

    /// [`Runner::run_with`] that also asks `goes_on` between ticks, on all threads: a sample that is stopped has no result. The calling
    /// thread runs samples, too.
    ///
    /// # Errors
    /// As [`Deployment::run`].
    pub fn run_watched(
        &mut self,
        samples: &[Sample],
        each: &(dyn Fn(usize) -> bool + Sync),
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<SampleRun>, Error> {
        let input = self.deployment.input()?;
        let size = self.deployment.lowered.network.populations[input.population].size;
        samples.iter().try_for_each(|sample| sample.check(&input.node, size))?;
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results: Vec<Mutex<Option<Result<SampleRun, Error>>>> =
            samples.iter().map(|_| Mutex::new(None)).collect();
        let work = |worker: &mut Worker<'_>| {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(sample) = samples.get(at) else { return };
                let result = worker.run(sample, goes_on).transpose();
                let is_over = result.is_some();
                *results[at].lock().expect("nobody panics while it is locked") = result;
                if !is_over {
                    next.store(samples.len(), Ordering::Relaxed);
                    return;
                }
                if !each(done.fetch_add(1, Ordering::Relaxed) + 1) {
                    next.store(samples.len(), Ordering::Relaxed);
                }
            }
        };
        let n_workers = self.workers.len().min(samples.len()).max(1);
        let Some((first, others)) = self.workers[..n_workers].split_first_mut() else {
            return Ok(Vec::new());
        };
        std::thread::scope(|scope| {
            for worker in others {
                scope.spawn(|| work(worker));
            }
            work(first);
        });
        let results = results.into_iter().map(|result| result.into_inner().expect("nobody panicked"));
        results.map_while(|result| result).collect()
    }
}

/// One thread's network, through which samples pass one after the other.
struct Worker<'a> {
    deployment: &'a Deployment,
    simulation: Simulation,
    input: usize,
    readout: Readout,
}

impl<'a> Worker<'a> {
    fn new(deployment: &'a Deployment, network: &Network, readout: Readout) -> Result<Self, Error> {
        let options = Options {
            numeric: deployment.numeric,
            out_of_range: deployment.out_of_range,
            threads: Some(1),
            ..Options::default()
        };
        let simulation = Simulation::new(network, &options)?;
        Ok(Self { deployment, simulation, input: deployment.input()?.population, readout })
    }

    /// `None` if the run was stopped.
    fn run(
        &mut self,
        sample: &Sample,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<SampleRun>, Error> {
        let n_ticks = self.deployment.n_ticks(sample);
        self.simulation.reset();
        self.simulation.set_spikes(self.input, sample.spikes.clone())?;
        let mut each = |_| if goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        if self.simulation.run_with(n_ticks, &mut each) < n_ticks {
            return Ok(None);
        }
        let recordings = self.simulation.take_recordings();
        let report = self.simulation.report();
        let ports = &self.deployment.lowered.outputs;
        Ok(Some(SampleRun {
            name: sample.name.clone(),
            outputs: ports.iter().map(|port| self.output(port, &recordings, n_ticks)).collect(),
            n_neuron_spikes: report.n_spikes - report.spikes_per_population[self.input],
            n_spikes: report.spikes_per_population,
            n_ticks,
            n_synaptic_events: report.n_synaptic_events,
            recordings: self.deployment.keeps_recordings.then_some(recordings),
        }))
    }

    fn output(&self, port: &Port, recordings: &Recordings, n_ticks: u32) -> Output {
        let recorded = &recordings.populations[port.population];
        let size = recorded.size as usize;
        if self.readout == Readout::SpikeCount {
            let mut values = vec![0.0; size];
            for &neuron in recorded.spikes.iter().flat_map(|spikes| &spikes.neurons) {
                values[neuron as usize] += 1.0;
            }
            return Output { values };
        }
        let Some(v) = recorded.state("v") else { return Output { values: Vec::new() } };
        let scale = |neuron: usize| self.deployment.lowered.v_scale_of(port.population, neuron);
        let latency = self.deployment.lowered.layers[port.population].latency_ticks;
        let n_resting = if latency < n_ticks { latency as usize } else { 0 };
        let value = |neuron: usize| {
            let column = v.column(neuron);
            let value = match self.readout {
                Readout::LastPotential => column.last(),
                // Before the first spike can arrive it is at rest, which would hide potentials below.
                _ => column.skip(n_resting).reduce(f64::max),
            };
            value.unwrap_or(0.0) / scale(neuron)
        };
        Output { values: (0..size).map(value).collect() }
    }
}
