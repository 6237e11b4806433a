//! Accounts of runs that are over: from recorded spikes, again and again, under any assumption.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use gennaker_energy::{
    AccountOptions, Accountant, Counting, EnergyError, Replay, Spikes, TraceRequest, Traffic, check_together,
};
use gennaker_engine::{Options, Recordings, Simulation};
use gennaker_formats::{PopulationInfo, ResultFolder, RunInfo};
use gennaker_mapping::Mapping;
use gennaker_network::{Model, Network, Population, SpikeRecording};

use crate::error::Error;
use crate::experiment::{Experiment, Mapped};

/// A run that is over, with everything that its account needs.
#[derive(Debug, Clone)]
pub struct Accounted {
    /// The network as it was run.
    pub experiment: Experiment,
    /// Where it lay.
    pub mapped: Mapped,
    /// The spikes of all populations.
    pub spikes: Spikes,
    /// Names of populations whose spikes are not known. They send no packets, but finding their spikes takes cycles that an account
    /// does not contain; it says so.
    pub unknown: Vec<String>,
}

impl Accounted {
    /// The spikes that a run has recorded; those of sources that were not recorded are drawn again.
    ///
    /// # Errors
    /// [`Error::Energy`] for a population of neurons that sends packets and was not recorded, or not in every tick.
    pub fn new(experiment: Experiment, mapped: Mapped, recordings: Recordings) -> Result<Self, Error> {
        let timesteps = recordings.timesteps;
        let network = &experiment.file.network;
        if recordings.populations.len() != network.populations.len() {
            let (n, of) = (network.populations.len(), recordings.populations.len());
            let problem = format!("the network has {n} populations, the results have {of}");
            return Err(EnergyError::Mismatch { what: "the network and the results", problem }.into());
        }
        let (mut missing, mut unknown) = (Vec::new(), Vec::new());
        let mut spikes: Vec<Option<SpikeRecording>> = Vec::new();
        for (index, recorded) in recordings.populations.into_iter().enumerate() {
            let population = &network.populations[index];
            let is_whole = is_recorded_whole(population, timesteps);
            match recorded.spikes {
                Some(own) if is_whole => spikes.push(Some(own)),
                _ => {
                    let sends = network.projections.iter().any(|projection| projection.pre == index);
                    if sends && !population.model.is_source() {
                        return Err(EnergyError::NotRecorded { population: population.name.clone() }.into());
                    }
                    if population.model.is_source() {
                        missing.push(index);
                    } else {
                        unknown.push(population.name.clone());
                    }
                    spikes.push(None);
                }
            }
        }
        for (index, redrawn) in redraw(network, &missing, timesteps)? {
            spikes[index] = Some(redrawn);
        }
        let spikes = Spikes::new(network, spikes, timesteps)?;
        Ok(Self { experiment, mapped, spikes, unknown })
    }

    /// The accounts of this run under several assumptions, from one count.
    ///
    /// # Errors
    /// [`Error::Energy`] if an assumption is impossible, or the parts do not belong together.
    pub fn accounts(&self, mapped: &Mapped, options: &[AccountOptions]) -> Result<Vec<Accountant>, Error> {
        let traffic = Traffic::new(&self.experiment.file.network, &mapped.mapping, &mapped.machine)?;
        self.counted(&traffic, mapped, options)
    }

    /// The account of this run under one set of assumptions, with what is to be kept of every tick.
    ///
    /// # Errors
    /// As [`Accounted::accounts`], and [`EnergyError::Memory`] for traces that are too long.
    pub fn traced(&self, options: &AccountOptions, trace: &TraceRequest) -> Result<Accountant, Error> {
        let mapped = &self.mapped;
        let traffic = Traffic::new(&self.experiment.file.network, &mapped.mapping, &mapped.machine)?;
        Ok(self.replayed(&traffic, mapped, std::slice::from_ref(options), trace)?.remove(0))
    }

    pub(crate) fn counted(
        &self,
        traffic: &Traffic,
        mapped: &Mapped,
        options: &[AccountOptions],
    ) -> Result<Vec<Accountant>, Error> {
        self.replayed(traffic, mapped, options, &TraceRequest::default())
    }

    fn replayed(
        &self,
        traffic: &Traffic,
        mapped: &Mapped,
        options: &[AccountOptions],
        trace: &TraceRequest,
    ) -> Result<Vec<Accountant>, Error> {
        let network = &self.experiment.file.network;
        let accountant = |options| {
            let tick_ns = self.experiment.tick_ns();
            let own = Accountant::new(network, &mapped.mapping, &mapped.machine, traffic, tick_ns, options)?;
            own.with_trace(trace, self.spikes.timesteps())
        };
        let mut accountants = options.iter().map(accountant).collect::<Result<Vec<_>, _>>()?;
        if !self.unknown.is_empty() {
            let note = unknown_spikes(&self.unknown);
            accountants.iter_mut().for_each(|accountant| accountant.add_note(note.clone()));
        }
        let mut replay = Replay::new(&self.spikes);
        let mut counting = Counting::new(traffic);
        for tick in 0..self.spikes.timesteps() {
            let counts = replay.tick(&mut counting, tick);
            counts
                .iter()
                .for_each(|counts| accountants.iter_mut().for_each(|accountant| accountant.tick(counts)));
        }
        Ok(accountants)
    }
}

fn unknown_spikes(names: &[String]) -> String {
    let (first, n) = (&names[0], names.len() - 1);
    let others = if n == 0 { String::new() } else { format!(" and {n} more") };
    format!(
        "spikes of population `{first}`{others} were not recorded: they go nowhere, but the cycles that they take are missing here; \
         record `spikes`, or have them counted during the run"
    )
}

/// The account of recorded spikes on the machine that they were mapped on.
///
/// # Errors
/// As [`Accounted::new`] and [`Accounted::accounts`].
pub fn account_recordings(
    experiment: &Experiment,
    mapped: &Mapped,
    recordings: Recordings,
    options: &AccountOptions,
) -> Result<Accountant, Error> {
    let run = Accounted::new(experiment.clone(), mapped.clone(), recordings)?;
    let mut accounts = run.accounts(&run.mapped, std::slice::from_ref(options))?;
    Ok(accounts.remove(0))
}

/// Opens a result folder for accounting: its network, its mapping and its spikes.
///
/// # Errors
/// [`Error::Format`] for what cannot be read, [`Error::NotAccountable`] for a run that was not mapped, [`Error::Mapping`] if a network
/// whose mapping was not kept cannot be mapped again, and what [`Accounted::new`] says.
pub fn open_accountable(path: &Path) -> Result<Accounted, Error> {
    let folder = ResultFolder::open(path)?;
    let info = folder.info();
    let (experiment, mapped) = open_mapped(path, info)?;
    let Some(mapped) = mapped else {
        let remedy = "run without --no-map; in Python, with a machine and a folder";
        let problem =
            format!("the run was not laid on a machine, so there is nothing to account for: {remedy}");
        return Err(Error::NotAccountable { path: path.to_owned(), problem });
    };
    let mut recordings = folder.recordings()?;
    recordings.timesteps = info.timesteps;
    Accounted::new(experiment, mapped, recordings)
}

/// The network of a result folder and where it lay, if it was laid on a machine.
pub(crate) fn open_mapped(path: &Path, info: &RunInfo) -> Result<(Experiment, Option<Mapped>), Error> {
    let mut experiment = open_experiment(path, info)?;
    if info.machine.is_empty() {
        return Ok((experiment, None));
    }
    // The folder says what was run; the mapping has room for as many ticks as were asked for.
    if experiment.file.settings.machine.is_none() {
        experiment.set_machine(&info.machine)?;
    }
    let mapped = match kept_mapping(path, &experiment)? {
        Some(mapped) => mapped,
        None => experiment.map()?,
    };
    Ok((experiment, Some(mapped)))
}

/// The network of a result folder.
pub(crate) fn open_experiment(path: &Path, info: &RunInfo) -> Result<Experiment, Error> {
    let experiment = Experiment::read(&path.join("network.toml"))?;
    let seed = experiment.file.network.seed;
    if seed != info.seed {
        let problem =
            format!("network.toml has seed {seed}, the run had {}: it was changed after the run", info.seed);
        return Err(Error::NotAccountable { path: path.to_owned(), problem });
    }
    let populations = &experiment.file.network.populations;
    let is_own = |(own, run): (&Population, &PopulationInfo)| own.name == run.name && own.size == run.size;
    if populations.len() != info.populations.len() || !populations.iter().zip(&info.populations).all(is_own) {
        let problem = "the populations of network.toml and run.json differ: one was changed after the run";
        return Err(Error::NotAccountable { path: path.to_owned(), problem: problem.to_owned() });
    }
    Ok(experiment)
}

/// The mapping that the run was made with, unless it was left out for its size.
fn kept_mapping(path: &Path, experiment: &Experiment) -> Result<Option<Mapped>, Error> {
    let path = path.join("mapping.json");
    let Ok(file) = File::open(&path) else { return Ok(None) };
    let refused = |problem: String| Error::NotAccountable { path: path.clone(), problem };
    let mapping: Mapping = serde_json::from_reader(BufReader::new(file))
        .map_err(|error| refused(format!("is no mapping: {error}")))?;
    let machine = experiment.machine()?.ok_or_else(|| refused("the machine is not known".to_owned()))?;
    let name = &machine.spec().name;
    if mapping.machine != *name {
        return Err(refused(format!(
            "is a mapping on machine `{}`, the run was on `{name}`",
            mapping.machine
        )));
    }
    check_together(&experiment.file.network, &mapping, &machine)
        .map_err(|error| refused(format!("{error}: one was changed after the run")))?;
    Ok(Some(Mapped { machine, mapping, times: gennaker_mapping::StageTimes::default() }))
}

/// Whether the spikes of all neurons in every tick were recorded.
pub(crate) fn is_recorded_whole(population: &Population, timesteps: u32) -> bool {
    population.record.iter().any(|recording| {
        recording.variable == "spikes"
            && recording.n_neurons(population.size) == population.size
            && recording.start == 0
            && recording.stop.is_none_or(|stop| stop >= timesteps)
    })
}

/// The spikes of sources, which depend on nothing but the network's description and seed. The other populations stay in their
/// places, since random numbers are drawn by place, but hold one neuron each.
fn redraw(
    network: &Network,
    sources: &[usize],
    timesteps: u32,
) -> Result<Vec<(usize, SpikeRecording)>, Error> {
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let mut alone = Network { projections: Vec::new(), ..network.clone() };
    for (index, population) in alone.populations.iter_mut().enumerate() {
        if sources.contains(&index) {
            population.record = vec![gennaker_network::Recording::all("spikes")];
        } else {
            *population = Population::new(&population.name, 1, Model::Lif);
        }
    }
    let mut simulation = Simulation::new(&alone, &Options::default())?;
    simulation.run(timesteps);
    let recordings = simulation.take_recordings();
    let of = |&index: &usize| (index, recordings.populations[index].spikes.clone().unwrap_or_default());
    Ok(sources.iter().map(of).collect())
}
