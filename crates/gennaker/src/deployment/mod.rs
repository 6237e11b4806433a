//! Lowered graphs at work: samples in, answers out, many side by side.

mod data;
mod recorded;
mod reference;
mod runner;
mod study;

use gennaker_deploy::{DeployError, Lowered, Output, Port, Readout, Sample};
use gennaker_engine::{Numeric, Recordings};
use gennaker_network::{Network, OutOfRange, Recording};

use crate::error::Error;

pub use data::{classes_of, read_samples};
pub use runner::Runner;
pub use study::{FirstDifference, HardwarePerSample, LayerStudy, Study, StudyOptions, StudyRow, study};

/// A lowered graph with everything that is chosen about its runs. Plain data: change what you like between runs.
///
/// ```
/// use gennaker::deploy::{LoweringOptions, Readout, Sample, lower};
/// use gennaker::nir::{Array, Graph, If, Primitive};
/// use gennaker::network::SpikeTrains;
/// use gennaker::Deployment;
///
/// let cells = If { r: Array::scalar(1.0), v_threshold: Array::vector(vec![2.0, 1.0]), v_reset: None };
/// let graph = Graph::new(
///     [
///         ("in", Primitive::Input { shape: vec![2] }),
///         ("cells", Primitive::IF(cells)),
///         ("out", Primitive::Output { shape: vec![2] }),
///     ],
///     [("in", "cells"), ("cells", "out")],
/// );
/// let deployment = Deployment::new(lower(&graph, &LoweringOptions::default())?);
/// let spikes = SpikeTrains::from_lists([(0, vec![0, 1, 2]), (1, vec![3])]);
/// let runs = deployment.run(&[Sample::new("a", spikes, 4)], Readout::SpikeCount)?;
/// assert_eq!(runs[0].outputs[0].values, [1.0, 1.0]);
/// # Ok::<(), gennaker::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The network, its ports and what was decided.
    pub lowered: Lowered,
    /// Which arithmetic computes the neurons; the chip's by default.
    pub numeric: Numeric,
    /// What happens to weights beyond the synapse word.
    pub out_of_range: OutOfRange,
    /// Threads to use; `None` takes all processors. Never changes a result.
    pub threads: Option<usize>,
    /// Ticks that a sample runs on after its last one, so that its last spikes can pass through all layers; `None` for
    /// [`Lowered::tail_ticks`].
    pub tail_ticks: Option<u32>,
    /// Whether all spikes of all populations are kept with the results.
    pub keeps_recordings: bool,
}

/// What became of one sample.
#[derive(Debug, Clone)]
pub struct SampleRun {
    /// The sample's name.
    pub name: String,
    /// Values of the output ports, in their order.
    pub outputs: Vec<Output>,
    /// Spikes of each population.
    pub n_spikes: Vec<u64>,
    /// Spikes of all populations but the input.
    pub n_neuron_spikes: u64,
    /// Ticks that were run.
    pub n_ticks: u32,
    /// Synapses that spikes met.
    pub n_synaptic_events: u64,
    /// Everything recorded, if it was to be kept.
    pub recordings: Option<Recordings>,
}

impl Deployment {
    /// With the chip's arithmetic, on all processors.
    #[must_use]
    pub fn new(lowered: Lowered) -> Self {
        Self {
            lowered,
            numeric: Numeric::Chip,
            out_of_range: OutOfRange::Error,
            threads: None,
            tail_ticks: None,
            keeps_recordings: false,
        }
    }

    /// Runs samples of the graph's only input, several at a time on as many threads. The order of results is that of the samples.
    ///
    /// # Errors
    /// [`DeployError`] for samples that do not fit, or a graph with several inputs or a read-out that its outputs do not have;
    /// [`Error::Engine`].
    pub fn run(&self, samples: &[Sample], readout: Readout) -> Result<Vec<SampleRun>, Error> {
        self.run_with(samples, readout, &|_| true)
    }

    /// [`Deployment::run`]; after each sample, `each` is told how many are done, and stops the run by `false`: results are then those of
    /// the first samples, without a gap.
    ///
    /// # Errors
    /// As [`Deployment::run`].
    pub fn run_with(
        &self,
        samples: &[Sample],
        readout: Readout,
        each: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Vec<SampleRun>, Error> {
        let n_workers = self.n_threads().min(samples.len());
        Runner::new(self, readout, n_workers)?.run_with(samples, each)
    }

    /// The network in memory, once for each thread, for samples that come bit by bit: building costs once.
    ///
    /// # Errors
    /// As [`Deployment::run`].
    pub fn runner(&self, readout: Readout) -> Result<Runner<'_>, Error> {
        Runner::new(self, readout, self.n_threads())
    }

    /// The only input.
    ///
    /// # Errors
    /// [`DeployError::Data`] if there are several.
    pub fn input(&self) -> Result<&Port, Error> {
        match self.lowered.inputs.as_slice() {
            [input] => Ok(input),
            inputs => {
                let names: Vec<&str> = inputs.iter().map(|input| input.node.as_str()).collect();
                let problem =
                    format!("the graph has {} inputs ({}); samples have one", names.len(), names.join(", "));
                Err(DeployError::Data(problem).into())
            }
        }
    }

    fn n_threads(&self) -> usize {
        self.threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
            .clamp(1, 1024)
    }

    /// The network with what has to be recorded for the read-out.
    pub(crate) fn network(&self, readout: Readout) -> Result<Network, Error> {
        let mut network = self.lowered.network.clone();
        for port in &self.lowered.outputs {
            if readout == Readout::SpikeCount && !port.spikes {
                let problem = format!(
                    "output `{}` has no spikes to count, only a potential: read out its last or its largest",
                    port.node
                );
                return Err(DeployError::Data(problem).into());
            }
            let population = &mut network.populations[port.population];
            let wanted = match readout {
                Readout::SpikeCount => "spikes",
                Readout::LastPotential | Readout::MaxPotential => "v",
            };
            if self.keeps_recordings {
                add_recording(&mut population.record, wanted);
            } else {
                population.record = vec![Recording::all(wanted)];
            }
        }
        if self.keeps_recordings {
            network.populations.iter_mut().for_each(|p| add_recording(&mut p.record, "spikes"));
        }
        Ok(network)
    }

    /// Ticks that a sample takes.
    #[must_use]
    pub fn n_ticks(&self, sample: &Sample) -> u32 {
        sample.n_ticks.saturating_add(self.tail_ticks.unwrap_or(self.lowered.tail_ticks))
    }
}

fn add_recording(record: &mut Vec<Recording>, variable: &str) {
    if !record.iter().any(|recording| recording.variable == variable) {
        record.push(Recording::all(variable));
    }
}
