//! What the chip makes of a trained network: answers in several arithmetics side by side, where they part, and what it takes.

use std::collections::BTreeSet;

use gennaker_deploy::{DeployError, LoweringOptions, Readout, RealWeights, Sample, lower};
use gennaker_energy::{AccountOptions, Traffic};
use gennaker_engine::{Numeric, Recordings};
use gennaker_network::SpikeRecording;
use gennaker_nir::Graph;
use serde::Serialize;

use crate::account::Accounted;
use crate::error::Error;
use crate::experiment::{Experiment, Mapped};
use crate::sweep::Figures;

use super::reference::reference_answers;
use super::{Deployment, SampleRun};

/// What is studied, and how.
#[derive(Debug, Clone)]
pub struct StudyOptions {
    /// How the graph is lowered; which weights stay fractions is the study's business.
    pub lowering: LoweringOptions,
    /// How answers are read off the graph's first output.
    pub readout: Readout,
    /// Threads to use; `None` takes all processors.
    pub threads: Option<usize>,
    /// Whether each layer's weights are also rounded alone.
    pub mixtures: bool,
    /// The account's assumptions and the machine's name; `None` for no account.
    pub account: Option<(AccountOptions, String)>,
    /// Real duration of a tick in ms, for the account.
    pub tick_ms: f64,
}

/// Answers side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Study {
    /// Samples that were run.
    pub n_samples: usize,
    /// Arithmetics, from the graph's own to the chip's.
    pub rows: Vec<StudyRow>,
    /// The layers, inputs left out.
    pub layers: Vec<LayerStudy>,
    /// What a sample takes on the hardware.
    pub hardware: Option<HardwarePerSample>,
    /// What else a user should know.
    pub notes: Vec<String>,
}

/// One arithmetic.
#[derive(Debug, Clone, Serialize)]
pub struct StudyRow {
    /// `reference`, `float`, `only NAME`, `chip`.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Share of samples whose answer is their label.
    pub accuracy: Option<f64>,
    /// Share of samples whose answer is the reference's.
    pub agreement: f64,
    /// Spikes of all neurons but the inputs, per sample.
    pub spikes_per_sample: f64,
    /// The answer to each sample.
    pub answers: Vec<Option<usize>>,
}

/// One layer in the chip's arithmetic, and where it parts from the float one.
#[derive(Debug, Clone, Serialize)]
pub struct LayerStudy {
    /// Its name.
    pub name: String,
    /// Its neurons.
    pub n_neurons: u32,
    /// Spikes per sample.
    pub spikes_per_sample: f64,
    /// Spikes per sample in the float arithmetic.
    pub float_spikes_per_sample: f64,
    /// Neurons that spiked in no sample; 0 where none can.
    pub n_silent: u32,
    /// Neurons that spiked in nine of ten ticks of some sample, or more.
    pub n_saturated: u32,
    /// Samples in which its spikes are not those of the float arithmetic.
    pub n_samples_that_differ: usize,
    /// The first difference of all: sample, tick, neuron.
    pub first_difference: Option<FirstDifference>,
}

/// Where two runs part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    /// The sample's name.
    pub sample: String,
    /// The tick.
    pub tick: u32,
    /// The first neuron that spikes in one run only.
    pub neuron: u32,
    /// Whether it spikes on the chip.
    pub spikes_on_chip: bool,
}

/// Means over samples, as the account models them.
#[derive(Debug, Clone, Serialize)]
pub struct HardwarePerSample {
    /// PEs in use.
    pub n_pes: u32,
    /// Real duration of a tick, s.
    pub tick_s: f64,
    /// Ticks of a sample.
    pub n_ticks: f64,
    /// Time of a sample, s.
    pub duration_s: f64,
    /// Energy of a sample, J.
    pub energy_j: f64,
    /// That of PEs in use, J.
    pub pe_energy_j: f64,
    /// The shortest tick that would have done for all samples, s.
    pub shortest_tick_s: f64,
    /// Whether every PE was done in time in every tick.
    pub in_time: bool,
    /// Synapses that spikes met in a sample.
    pub n_synaptic_events: f64,
}

/// Samples whose recordings are in memory at a time.
const AT_A_TIME: usize = 64;
/// Ticks of ten in which a saturated neuron spikes.
const SATURATED: u32 = 9;

/// Runs a graph over samples in the reference arithmetic of NIR, with the chip's ticks and unrounded weights, with the weights of one layer
/// rounded, and as the chip does. `labels` may be empty. `each` is told what is being run.
///
/// # Errors
/// [`Error::Deploy`] for a graph, samples or labels that do not fit; [`Error::Mapping`] if the account's machine has no room.
pub fn study(
    graph: &Graph,
    samples: &[Sample],
    labels: &[u32],
    options: &StudyOptions,
    each: &mut dyn FnMut(&str),
) -> Result<Study, Error> {
    if !labels.is_empty() && labels.len() != samples.len() {
        let problem = format!("{} labels for {} samples", labels.len(), samples.len());
        return Err(DeployError::Data(problem).into());
    }
    let deployment = |real_weights: RealWeights, numeric| -> Result<Deployment, Error> {
        let lowering = LoweringOptions { real_weights, ..options.lowering.clone() };
        let mut deployment = Deployment::new(lower(graph, &lowering)?);
        deployment.numeric = numeric;
        deployment.threads = options.threads;
        deployment.keeps_recordings = true;
        Ok(deployment)
    };
    let float = deployment(RealWeights::All, Numeric::Reference)?;
    let chip = deployment(RealWeights::None, Numeric::Chip)?;
    // What cannot be run or read off is refused before hours of running.
    chip.network(options.readout)?;
    let input = chip.input()?;
    let size = chip.lowered.network.populations[input.population].size;
    samples.iter().try_for_each(|sample| sample.check(&input.node, size))?;
    let mut hardware = Hardware::new(&chip, samples, options)?;
    let mut comparison = Comparison::new(&chip);
    let mut table = Table { labels, rows: Vec::new(), reference: Vec::new() };

    each("reference");
    let (answers, spikes) = reference_answers(graph, samples, &chip, options)?;
    table.reference.clone_from(&answers);
    table.add(
        "reference",
        "the graph itself in double precision, a spike passes all layers in one step",
        answers,
        spikes,
    );

    let (mut of_float, mut of_chip) = (Answers::default(), Answers::default());
    for samples in samples.chunks(AT_A_TIME) {
        each("float and chip");
        let (float, chip) = (float.run(samples, options.readout)?, chip.run(samples, options.readout)?);
        for (float, chip) in float.into_iter().zip(chip) {
            of_float.add(&float);
            of_chip.add(&chip);
            comparison.add(&float, &chip);
            if let Some(hardware) = &mut hardware {
                hardware.add(chip)?;
            }
        }
    }
    table.take("float", "one tick per edge between neurons, weights as trained, double precision", of_float);
    if options.mixtures {
        for layer in chip.lowered.layers.iter().filter(|layer| layer.weights.is_some()) {
            each(&layer.name);
            let only = RealWeights::AllBut(BTreeSet::from([layer.name.clone()]));
            let mut mixture = deployment(only, Numeric::Reference)?;
            mixture.keeps_recordings = false;
            let mut answers = Answers::default();
            mixture.run(samples, options.readout)?.iter().for_each(|run| answers.add(run));
            table.take(
                &format!("only {}", layer.name),
                "as float, but the weights onto this layer rounded",
                answers,
            );
        }
    }
    table.take("chip", "as the chip computes: whole weights, single precision", of_chip);
    Ok(Study {
        n_samples: samples.len(),
        rows: table.rows,
        layers: comparison.finish(samples.len()),
        hardware: hardware.map(|hardware| hardware.finish(samples.len())),
        notes: chip.lowered.notes.clone(),
    })
}

/// Answers of one arithmetic.
#[derive(Default)]
struct Answers {
    answers: Vec<Option<usize>>,
    n_spikes: u64,
}

impl Answers {
    fn add(&mut self, run: &SampleRun) {
        self.answers.push(run.outputs.first().and_then(gennaker_deploy::Output::answer));
        self.n_spikes += run.n_neuron_spikes;
    }
}

struct Table<'a> {
    labels: &'a [u32],
    rows: Vec<StudyRow>,
    reference: Vec<Option<usize>>,
}

impl Table<'_> {
    fn take(&mut self, name: &str, what: &str, answers: Answers) {
        self.add(name, what, answers.answers, answers.n_spikes);
    }

    fn add(&mut self, name: &str, what: &str, answers: Vec<Option<usize>>, n_spikes: u64) {
        let n = answers.len().max(1);
        let share = |n_hits: usize| fraction(n_hits as u64, n);
        let is_right = |(answer, label): &(&Option<usize>, &u32)| **answer == Some(**label as usize);
        let accuracy = (!self.labels.is_empty())
            .then(|| share(answers.iter().zip(self.labels).filter(is_right).count()));
        let agreement = share(answers.iter().zip(&self.reference).filter(|(a, b)| a == b).count());
        self.rows.push(StudyRow {
            name: name.to_owned(),
            what: what.to_owned(),
            accuracy,
            agreement,
            spikes_per_sample: fraction(n_spikes, n),
            answers,
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of spikes and samples")]
fn fraction(n: u64, of: usize) -> f64 {
    n as f64 / of.max(1) as f64
}

/// Layers of two runs, sample by sample.
struct Comparison {
    /// Populations with neurons.
    populations: Vec<usize>,
    layers: Vec<LayerStudy>,
    /// Whether a layer has neurons that spike, and not only potentials.
    can_spike: Vec<bool>,
    /// Whether each neuron of each layer has spiked on the chip.
    has_spiked: Vec<Vec<bool>>,
    is_saturated: Vec<Vec<bool>>,
    n_spikes: Vec<[u64; 2]>,
}

impl Comparison {
    fn new(chip: &Deployment) -> Self {
        let network = &chip.lowered.network;
        let mut populations: Vec<usize> = (0..network.populations.len()).collect();
        populations.retain(|&p| !network.populations[p].model.is_source());
        let layer = |&p: &usize| LayerStudy {
            name: network.populations[p].name.clone(),
            n_neurons: network.populations[p].size,
            spikes_per_sample: 0.0,
            float_spikes_per_sample: 0.0,
            n_silent: 0,
            n_saturated: 0,
            n_samples_that_differ: 0,
            first_difference: None,
        };
        let flags = |&p: &usize| vec![false; network.populations[p].size as usize];
        Self {
            layers: populations.iter().map(layer).collect(),
            can_spike: populations.iter().map(|&p| chip.lowered.layers[p].spikes()).collect(),
            has_spiked: populations.iter().map(flags).collect(),
            is_saturated: populations.iter().map(flags).collect(),
            n_spikes: vec![[0; 2]; populations.len()],
            populations,
        }
    }

    fn add(&mut self, float: &SampleRun, chip: &SampleRun) {
        let (Some(of_float), Some(of_chip)) = (&float.recordings, &chip.recordings) else { return };
        for (at, &population) in self.populations.iter().enumerate() {
            let spikes = |recordings: &Recordings| {
                recordings.populations[population].spikes.clone().unwrap_or_default()
            };
            let (of_float, of_chip) = (spikes(of_float), spikes(of_chip));
            self.n_spikes[at][0] += of_float.ticks.len() as u64;
            self.n_spikes[at][1] += of_chip.ticks.len() as u64;
            let mut counts = vec![0u32; self.has_spiked[at].len()];
            of_chip.neurons.iter().for_each(|&neuron| counts[neuron as usize] += 1);
            let limit = (u64::from(chip.n_ticks) * u64::from(SATURATED)).div_ceil(10).max(1);
            for (neuron, &n) in counts.iter().enumerate() {
                self.has_spiked[at][neuron] |= n > 0;
                self.is_saturated[at][neuron] |= u64::from(n) >= limit;
            }
            let layer = &mut self.layers[at];
            if let Some((tick, neuron, spikes_on_chip)) = first_difference(&of_float, &of_chip) {
                layer.n_samples_that_differ += 1;
                if layer.first_difference.as_ref().is_none_or(|first| tick < first.tick) {
                    let sample = chip.name.clone();
                    layer.first_difference = Some(FirstDifference { sample, tick, neuron, spikes_on_chip });
                }
            }
        }
    }

    fn finish(mut self, n_samples: usize) -> Vec<LayerStudy> {
        let count = |flags: &[bool], which: bool| flags.iter().filter(|&&flag| flag == which).count() as u32;
        for (at, layer) in self.layers.iter_mut().enumerate() {
            let [float, chip] = self.n_spikes[at];
            layer.float_spikes_per_sample = fraction(float, n_samples);
            layer.spikes_per_sample = fraction(chip, n_samples);
            layer.n_silent = if self.can_spike[at] { count(&self.has_spiked[at], false) } else { 0 };
            layer.n_saturated = count(&self.is_saturated[at], true);
        }
        self.layers
    }
}

/// The first spike that is in one recording only: tick, neuron, whether it is in the second.
fn first_difference(a: &SpikeRecording, b: &SpikeRecording) -> Option<(u32, u32, bool)> {
    let pairs =
        |r: &SpikeRecording| r.ticks.iter().copied().zip(r.neurons.iter().copied()).collect::<Vec<_>>();
    let (a, b) = (pairs(a), pairs(b));
    let at = a.iter().zip(&b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    match (a.get(at), b.get(at)) {
        (Some(x), Some(y)) if y < x => Some((y.0, y.1, true)),
        (Some(x), _) => Some((x.0, x.1, false)),
        (None, Some(y)) => Some((y.0, y.1, true)),
        (None, None) => None,
    }
}

/// The account of every sample, on the mapping that the largest of them needs.
struct Hardware<'a> {
    options: &'a AccountOptions,
    experiment: Experiment,
    mapped: Mapped,
    traffic: Traffic,
    sums: HardwarePerSample,
}

impl<'a> Hardware<'a> {
    fn new(chip: &Deployment, samples: &[Sample], options: &'a StudyOptions) -> Result<Option<Self>, Error> {
        let Some((account, machine)) = &options.account else { return Ok(None) };
        let largest = samples.iter().max_by_key(|sample| sample.spikes.len());
        let mut experiment = Experiment::deployed(chip, largest)?;
        let settings = &mut experiment.file.settings;
        settings.tick_ms = options.tick_ms;
        settings.timesteps = samples.iter().map(|sample| chip.n_ticks(sample)).max().unwrap_or(0);
        if !machine.is_empty() {
            experiment.set_machine(machine)?;
        }
        let mapped = experiment.map()?;
        let traffic = Traffic::new(&experiment.file.network, &mapped.mapping, &mapped.machine)?;
        let sums = HardwarePerSample {
            n_pes: mapped.mapping.stats.n_pes,
            tick_s: 0.0,
            n_ticks: 0.0,
            duration_s: 0.0,
            energy_j: 0.0,
            pe_energy_j: 0.0,
            shortest_tick_s: 0.0,
            in_time: true,
            n_synaptic_events: 0.0,
        };
        Ok(Some(Self { options: account, experiment, mapped, traffic, sums }))
    }

    fn add(&mut self, run: SampleRun) -> Result<(), Error> {
        let Some(recordings) = run.recordings else { return Ok(()) };
        let run_of = Accounted::new(self.experiment.clone(), self.mapped.clone(), recordings)?;
        let options = std::slice::from_ref(self.options);
        let account = run_of.counted(&self.traffic, &self.mapped, options)?.remove(0).account();
        let (figures, sums) = (Figures::of(&account), &mut self.sums);
        #[expect(clippy::cast_precision_loss, reason = "a duration in ns and a number of synapses")]
        {
            sums.tick_s = account.tick_ns as f64 / 1e9;
            sums.n_synaptic_events += run.n_synaptic_events as f64;
        }
        sums.n_ticks += f64::from(run.n_ticks);
        sums.duration_s += figures.duration_s;
        sums.energy_j += figures.total_j;
        sums.pe_energy_j += figures.pe_j;
        sums.shortest_tick_s = sums.shortest_tick_s.max(figures.shortest_tick_ns / 1e9);
        sums.in_time &= figures.in_time;
        Ok(())
    }

    fn finish(mut self, n_samples: usize) -> HardwarePerSample {
        #[expect(clippy::cast_precision_loss, reason = "a number of samples")]
        let n = n_samples.max(1) as f64;
        let sums = &mut self.sums;
        for sum in [
            &mut sums.n_ticks,
            &mut sums.duration_s,
            &mut sums.energy_j,
            &mut sums.pe_energy_j,
            &mut sums.n_synaptic_events,
        ] {
            *sum /= n;
        }
        self.sums
    }
}
