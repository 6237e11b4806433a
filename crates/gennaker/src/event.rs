//! A network at the event level, and where its spikes differ from those of the functional one.

use std::ops::ControlFlow;

use gennaker_energy::AccountOptions;
use gennaker_engine::{Numeric, PopulationRecording, Recordings};
use gennaker_fabric::{EventMachine, EventOptions, EventReport};
use gennaker_network::{Network, Population, Selection, SpikeRecording};

use crate::error::Error;
use crate::experiment::{Experiment, Mapped};

/// What a run at the event level leaves behind.
#[derive(Debug)]
pub struct EventRun {
    /// The spikes of populations that record them; state variables are not kept at this level.
    pub recordings: Recordings,
    /// All spikes, by population.
    pub spikes: Vec<SpikeRecording>,
    /// What happened on the machine.
    pub report: EventReport,
    /// Where its spikes depart from those of the functional level, which is run for comparison.
    pub difference: Option<Difference>,
}

/// The first spike that one of two runs has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The tick.
    pub tick: u32,
    /// Index of the population.
    pub population: usize,
    /// The neuron.
    pub neuron: u32,
    /// Whether the event level has it.
    pub in_event: bool,
    /// Spikes that only one of the two has.
    pub n_differing: u64,
}

impl Experiment {
    /// Replaces one setting of the network file's `[event]` table by a TOML value, so that results say what they were run with.
    ///
    /// # Errors
    /// [`Error::EventOption`] for what is no setting; what it means is checked by [`Experiment::event_options`].
    pub fn set_event(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let mut table = self.event_table()?;
        // A word without quotes is meant as text.
        let parsed = format!("{key} = {value}").parse::<toml::Table>();
        let parsed = parsed.or_else(|_| format!("{key} = {value:?}").parse::<toml::Table>());
        table.extend(parsed.map_err(|error| refused(error.message()))?);
        self.file.settings.event = table.to_string();
        Ok(())
    }

    /// The options of a run at the event level: those of the network file's `[event]` table, with the account's tick, clock policies
    /// and costs.
    ///
    /// # Errors
    /// [`Error::EventOption`] for settings that are unknown or of the wrong kind.
    pub fn event_options(&self, account: &AccountOptions) -> Result<EventOptions, Error> {
        let fabric = self.event_table()?.try_into();
        Ok(EventOptions {
            fabric: fabric.map_err(|error: toml::de::Error| refused(error.to_string().trim()))?,
            tick_ns: account.tick_ns.unwrap_or(self.tick_ns()),
            levels: account.level,
            population_levels: account.population_levels.clone(),
            coefficients: account.coefficients.clone(),
            keep_work: false,
        })
    }

    fn event_table(&self) -> Result<toml::Table, Error> {
        self.file.settings.event.parse().map_err(|error: toml::de::Error| refused(error.message()))
    }

    /// Runs the network on the machine with clocks, queues and limits, from tick 0 on, and at the functional level for comparison.
    /// `each` is told how many ticks have been run and can stop the run.
    ///
    /// # Errors
    /// [`Error::EventOption`] for another arithmetic than the chip's, [`Error::Fabric`], or [`Error::Engine`].
    pub fn run_event(
        &self,
        mapped: &Mapped,
        options: &EventOptions,
        each: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<EventRun, Error> {
        let network = &self.file.network;
        let is_known = |name: &&String| network.population_index(name).is_some();
        if let Some(unknown) = options.population_levels.keys().find(|name| !is_known(name)) {
            let problem =
                format!("a level is given for population `{unknown}`, which the network does not have");
            return Err(Error::EventOption { problem });
        }
        if self.file.settings.numeric != Numeric::Chip {
            let problem = "its PEs compute as the chip does; leave out the other arithmetic".to_owned();
            return Err(Error::EventOption { problem });
        }
        // Built first, because it refuses what the network's settings do not allow.
        let mut functional = self.recording_all_spikes().simulation()?;
        let mut machine = EventMachine::new(network, &mapped.mapping, &mapped.machine, options)?;
        let timesteps = self.file.settings.timesteps;
        while machine.ticks() < timesteps {
            // Long enough that gathering spikes costs nothing, short enough to be stopped.
            machine.run((timesteps - machine.ticks()).min(timesteps / 50 + 20));
            if each(machine.ticks()).is_break() {
                break;
            }
        }
        let spikes: Vec<SpikeRecording> =
            (0..network.populations.len()).map(|p| machine.spikes(p).clone()).collect();
        functional.run(machine.ticks());
        Ok(EventRun {
            recordings: recordings(network, &spikes, machine.ticks()),
            report: machine.report(),
            difference: difference(&spikes, functional.take_recordings()),
            spikes,
        })
    }

    /// The same experiment with all spikes recorded and nothing else.
    fn recording_all_spikes(&self) -> Self {
        let mut whole = self.clone();
        for population in &mut whole.file.network.populations {
            population.record = vec![gennaker_network::Recording::all("spikes")];
        }
        whole
    }
}

fn refused(problem: &str) -> Error {
    Error::EventOption { problem: problem.to_owned() }
}

/// The first spike that only one of the two has.
fn difference(event: &[SpikeRecording], functional: Recordings) -> Option<Difference> {
    let mut first: Option<Difference> = None;
    let mut n_differing = 0;
    for (population, recorded) in functional.populations.into_iter().enumerate() {
        let functional = recorded.spikes.unwrap_or_default();
        for ((tick, neuron), in_event) in only_in_one(&event[population], &functional) {
            n_differing += 1;
            if first.as_ref().is_none_or(|first| (tick, population) < (first.tick, first.population)) {
                first = Some(Difference { tick, population, neuron, in_event, n_differing: 0 });
            }
        }
    }
    first.map(|first| Difference { n_differing, ..first })
}

/// The spikes that only one of two sorted recordings has, in order, and whether it is the first.
fn only_in_one(a: &SpikeRecording, b: &SpikeRecording) -> Vec<((u32, u32), bool)> {
    let spikes =
        |r: &SpikeRecording| r.ticks.iter().copied().zip(r.neurons.iter().copied()).collect::<Vec<_>>();
    let (a, b) = (spikes(a), spikes(b));
    let (mut i, mut j, mut only) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => (i, j) = (i + 1, j + 1),
            (Some(x), y) if y.is_none_or(|y| x < y) => {
                only.push((*x, true));
                i += 1;
            }
            (_, Some(y)) => {
                only.push((*y, false));
                j += 1;
            }
            (_, None) => break,
        }
    }
    only
}

fn recordings(network: &Network, spikes: &[SpikeRecording], timesteps: u32) -> Recordings {
    let population = |(population, spikes): (&Population, &SpikeRecording)| PopulationRecording {
        name: population.name.clone(),
        size: population.size,
        model: population.model.name().to_owned(),
        spikes: selected(population, spikes),
        states: Vec::new(),
    };
    Recordings { populations: network.populations.iter().zip(spikes).map(population).collect(), timesteps }
}

/// What a population records of its spikes.
fn selected(population: &Population, spikes: &SpikeRecording) -> Option<SpikeRecording> {
    let recording = population.record.iter().find(|recording| recording.variable == "spikes")?;
    let is_chosen = |neuron: u32| match &recording.neurons {
        Selection::All => true,
        Selection::Only(list) => list.contains(&neuron),
    };
    let all = spikes.ticks.iter().copied().zip(spikes.neurons.iter().copied());
    let (ticks, neurons) =
        all.filter(|&(tick, neuron)| recording.in_window(tick) && is_chosen(neuron)).unzip();
    Some(SpikeRecording { ticks, neurons })
}
