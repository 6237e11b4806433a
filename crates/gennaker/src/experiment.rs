//! The usual path: a network file, a machine, a mapping, a simulation.

use std::fs;
use std::path::{Path, PathBuf};

use gennaker_deploy::Sample;
use gennaker_energy::AccountOptions;
use gennaker_engine::{Options, Simulation};
use gennaker_formats::{MachineChoice, NetworkFile};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingError, MappingOptions, StageTimes, map_timed};
use gennaker_network::{Network, Recording};

use crate::deployment::Deployment;
use crate::error::Error;

/// A network with everything that is chosen about its run. Plain data: change what you like between steps.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The network and its settings.
    pub file: NetworkFile,
    /// Choices of the mapping. Its `timesteps` are taken from the settings.
    pub mapping: MappingOptions,
    /// Threads to use; `None` takes all processors. Never changes a result.
    pub threads: Option<usize>,
    /// Whether every spike has to be seen while the network runs, because it is to be counted. Never changes a result.
    pub counts: bool,
    /// Folder to which the name of a machine file is relative.
    pub folder: PathBuf,
}

/// A network on a machine.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The machine.
    pub machine: Machine,
    /// The mapping.
    pub mapping: Mapping,
    /// How long each stage took.
    pub times: StageTimes,
}

impl Experiment {
    /// A network with default settings.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self::of(NetworkFile::new(network), PathBuf::new())
    }

    /// Reads a network file.
    ///
    /// # Errors
    /// [`Error::Format`] with the place in the file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self::of(NetworkFile::read(path)?, folder))
    }

    /// A lowered graph with a sample in its input, if there is one, for as many ticks as the sample takes to pass through all layers. The
    /// spikes of all populations are recorded.
    ///
    /// # Errors
    /// [`Error::Deploy`] for a sample that does not fit, or a graph with several inputs.
    pub fn deployed(deployment: &Deployment, sample: Option<&Sample>) -> Result<Self, Error> {
        let mut network = deployment.lowered.network.clone();
        for population in &mut network.populations {
            if !population.records("spikes") {
                population.record.push(Recording::all("spikes"));
            }
        }
        let mut timesteps = None;
        if let Some(sample) = sample {
            let input = deployment.input()?;
            sample.check(&input.node, network.populations[input.population].size)?;
            network.populations[input.population].spikes = sample.spikes.clone();
            timesteps = Some(deployment.n_ticks(sample));
        }
        let mut experiment = Self::new(network);
        experiment.file.settings.numeric = deployment.numeric;
        experiment.file.settings.out_of_range = deployment.out_of_range;
        experiment.threads = deployment.threads;
        if let Some(timesteps) = timesteps {
            experiment.file.settings.timesteps = timesteps;
        }
        Ok(experiment)
    }

    fn of(file: NetworkFile, folder: PathBuf) -> Self {
        Self { file, mapping: MappingOptions::default(), threads: None, counts: false, folder }
    }

    /// Chooses the machine: a preset, or the name of a machine file ending in `.toml`, relative to the current folder.
    ///
    /// # Errors
    /// [`Error::Machine`], [`Error::MachineFile`] or [`Error::MachineFileContent`], before anything is run.
    pub fn set_machine(&mut self, name: &str) -> Result<(), Error> {
        let choice = match machine_text(name, Path::new(""))? {
            Some(text) => MachineChoice::Described(text),
            None => MachineChoice::Named(name.to_owned()),
        };
        let is_file = matches!(choice, MachineChoice::Described(_));
        self.file.settings.machine = Some(choice);
        match self.machine() {
            Err(Error::Machine(source)) if is_file => {
                Err(Error::MachineFileContent { path: PathBuf::from(name), source })
            }
            other => other.map(|_| ()),
        }
    }

    /// The machine that was chosen, if one was.
    ///
    /// # Errors
    /// As [`Experiment::set_machine`].
    pub fn machine(&self) -> Result<Option<Machine>, Error> {
        let Some(choice) = &self.file.settings.machine else { return Ok(None) };
        let spec = match choice {
            MachineChoice::Described(text) => MachineSpec::from_toml(text)?,
            MachineChoice::Named(name) => match machine_text(name, &self.folder)? {
                Some(text) => {
                    let machine = MachineSpec::from_toml(&text).and_then(Machine::new);
                    let path = self.folder.join(name);
                    return machine
                        .map(Some)
                        .map_err(|source| Error::MachineFileContent { path, source: Box::new(source) });
                }
                None => MachineSpec::parse(name)?,
            },
        };
        Ok(Some(Machine::new(spec)?))
    }

    /// Lays the network on its machine; without a chosen one, on one chip or the smallest machine that has room.
    ///
    /// # Errors
    /// [`Error::Machine`] or [`Error::Mapping`].
    pub fn map(&self) -> Result<Mapped, Error> {
        if let Some(machine) = self.machine()? {
            return Ok(self.map_on(machine)?);
        }
        let chip = Machine::new(MachineSpec::single_chip())?;
        let result = self.map_on(chip);
        if let Err(MappingError::MachineFull { suggestion, .. }) = &result
            && let Ok(larger) = MachineSpec::parse(suggestion)
        {
            return Ok(self.map_on(Machine::new(larger)?)?);
        }
        Ok(result?)
    }

    fn map_on(&self, machine: Machine) -> Result<Mapped, MappingError> {
        let options = MappingOptions { timesteps: self.file.settings.timesteps, ..self.mapping.clone() };
        let (mapping, times) = map_timed(&self.file.network, &machine, &options)?;
        Ok(Mapped { machine, mapping, times })
    }

    /// The assumptions of the account that the network file states, others by default.
    ///
    /// # Errors
    /// [`Error::AccountOption`] for the first that is unknown or absurd.
    pub fn account_options(&self) -> Result<AccountOptions, Error> {
        let mut options = AccountOptions::default();
        for (key, value) in &self.file.settings.account {
            options.set(key, value).map_err(|source| Error::AccountOption { source: Box::new(source) })?;
        }
        Ok(options)
    }

    /// Duration of a tick of the network in ns: what it takes in real time.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "above 0 and at most an hour"
    )]
    pub fn tick_ns(&self) -> u64 {
        (self.file.settings.tick_ms * 1e6).round().max(1.0) as u64
    }

    /// The network in memory, at tick 0.
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub fn simulation(&self) -> Result<Simulation, Error> {
        let options = Options {
            numeric: self.file.settings.numeric,
            out_of_range: self.file.settings.out_of_range,
            threads: self.threads,
            list_inputs: self.counts,
            ..Options::default()
        };
        Ok(Simulation::new(&self.file.network, &options)?)
    }
}

/// The content of a machine file, if the name is one's.
fn machine_text(name: &str, folder: &Path) -> Result<Option<String>, Error> {
    if !name.ends_with(".toml") {
        return Ok(None);
    }
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(source) => Err(Error::MachineFile { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use gennaker_network::{Model, Population};

    use super::*;

    fn experiment(size: u32) -> Experiment {
        let mut network = Network::new("cells");
        network.add_population(Population::new("cells", size, Model::Lif));
        Experiment::new(network)
    }

    #[test]
    fn without_a_choice_the_smallest_machine_is_taken() {
        let machine = |size| experiment(size).map().unwrap().mapping.machine;
        assert_eq!(machine(100), "chip");
        assert_eq!(machine(250 * 149), "board");
    }

    #[test]
    fn a_chosen_machine_is_kept_even_if_it_is_too_small() {
        let mut experiment = experiment(250 * 149);
        experiment.set_machine("chip").unwrap();
        let message = experiment.map().unwrap_err().to_string();
        assert!(message.contains("use machine `board`"), "{message}");
    }

    #[test]
    fn machine_files_are_read_and_errors_name_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lab.toml");
        fs::write(&path, "preset = \"chip\"\nname = \"lab\"\n").unwrap();
        let mut experiment = experiment(10);
        experiment.set_machine(path.to_str().unwrap()).unwrap();
        fs::remove_file(&path).unwrap();
        // The content was taken in, so that results stay complete without the file.
        assert_eq!(experiment.map().unwrap().mapping.machine, "lab");
        assert!(experiment.set_machine(path.to_str().unwrap()).unwrap_err().to_string().contains("lab.toml"));
        fs::write(&path, "preset = \"chip\"\ndead = 3\n").unwrap();
        let message = experiment.set_machine(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(message.contains("lab.toml") && message.contains("unknown key `dead`"), "{message}");
        experiment.file.settings.machine = Some(MachineChoice::Named("lab.toml".to_owned()));
        experiment.folder = folder.path().to_owned();
        assert_eq!(experiment.machine().unwrap_err().to_string(), message);
        assert!(experiment.set_machine("bord").unwrap_err().to_string().contains("board"));
    }
}
