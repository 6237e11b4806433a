//! What the command itself can find wrong, besides what the libraries say.

use std::path::PathBuf;

use thiserror::Error;

/// Why a command ends early. The message is what the user reads after `error:`.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Gennaker(#[from] gennaker::Error),
    #[error("cannot read `{}`: {source}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}`: {source}", .path.display())]
    Graph { path: PathBuf, source: Box<gennaker::nir::NirError> },
    #[error("cannot write `{}`: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
    #[error("cannot watch for Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("cannot serve the page of this run: {0}; leave out --watch")]
    Live(String),
    #[error("--fidelity event has no page to watch: leave out --watch, and look at the report afterwards")]
    LiveEvent,
    #[error("the saved state is at tick {tick}, and the run ends at tick {end}; give a larger --time")]
    AlreadyThere { tick: u32, end: u32 },
    #[error("there is no population `{name}` in these results; they have: {known}")]
    UnknownPopulation { name: String, known: String },
    #[error(
        "a picture's file name ends in .svg or .png, and shows one kind; add --kind raster, voltage, states, rates, machine, energy or weights"
    )]
    OneFile,
    #[error("`--metric {given}` is about a picture of the machine; add --kind machine")]
    MetricOfMachine { given: String },
    #[error("`{}` is no kind of picture that is drawn: use a file name ending in .svg or .png, or a folder", .path.display())]
    OtherFormat { path: PathBuf },
    #[error("`{}` holds no network: it has no population; describe one under [[population]]", .path.display())]
    NoPopulation { path: PathBuf },
    #[error("`--event {given}`: write it as name=value, such as --event fifo_policy=stall")]
    EventSetting { given: String },
    #[error("`--set {given}`: write it as name=value, such as --set unused_pes=off")]
    Assumption { given: String },
    #[error("--fidelity {fidelity} follows the network on a machine: {problem}")]
    Fidelity { fidelity: &'static str, problem: &'static str },
    #[error("`--lower {given}`: write it as name=value, such as --lower reset=subtract")]
    Lowering { given: String },
    #[error("`{}` is a network file with its own sources; --input is for NIR networks", .path.display())]
    InputOfNetwork { path: PathBuf },
    #[error("`{}` is a network file and not lowered; --lower and --keep-last are for NIR networks", .path.display())]
    LoweringOfNetwork { path: PathBuf },
    #[error("`{}` is there already and not empty; choose a new folder", .path.display())]
    NotNew { path: PathBuf },
    #[error("`{}` holds no sample", .path.display())]
    NoSample { path: PathBuf },
    #[error("{option} {given}: give a number above 0 and up to 1e9")]
    Seconds { option: &'static str, given: f64 },
    #[error(
        "an assumption about `{option}` changes nothing without a machine; add --machine, such as --machine auto"
    )]
    NeedsMachine { option: String },
    #[error("these results hold nothing to draw: neither spikes nor state variables were recorded")]
    NothingRecorded,
}

/// Errors of the libraries, on their way through the facade's.
macro_rules! through_facade {
    ($($error:ty),*) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::Gennaker(error.into())
            }
        })*
    };
}

through_facade!(
    gennaker::formats::FormatError,
    gennaker::machine::MachineError,
    gennaker::mapping::MappingError,
    gennaker::engine::EngineError,
    gennaker::energy::EnergyError,
    gennaker::deploy::DeployError,
    gennaker::nir::NirError,
    gennaker::qubo::QuboError,
    gennaker::qubo::solver::SolverError,
    gennaker::qubo::spiking::SpikingError,
    gennaker::report::ReportError
);

impl From<gennaker::network::NetworkError> for CliError {
    fn from(error: gennaker::network::NetworkError) -> Self {
        gennaker::engine::EngineError::from(error).into()
    }
}
