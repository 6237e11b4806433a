//! Whatever can go wrong on the way from a network file to pictures.

use std::path::PathBuf;

use gennaker_deploy::DeployError;
use gennaker_energy::EnergyError;
use gennaker_engine::EngineError;
use gennaker_fabric::FabricError;
use gennaker_formats::FormatError;
use gennaker_machine::MachineError;
use gennaker_mapping::MappingError;
use gennaker_nir::NirError;
use gennaker_qubo::QuboError;
use gennaker_qubo::read::ReadError;
use gennaker_qubo::solver::SolverError;
use gennaker_qubo::spiking::SpikingError;
use gennaker_report::ReportError;
use thiserror::Error;

use crate::benchmarks::BenchmarkError;

/// An error of any of the libraries, with its own message.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder.
    #[error(transparent)]
    Format(Box<FormatError>),
    /// A machine's description.
    #[error(transparent)]
    Machine(Box<MachineError>),
    /// A machine file that cannot be read.
    #[error("cannot read machine file `{}`: {source}", .path.display())]
    MachineFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A machine file that describes no machine.
    #[error("machine file `{}`: {source}", .path.display())]
    MachineFileContent {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: Box<MachineError>,
    },
    /// The mapping.
    #[error(transparent)]
    Mapping(Box<MappingError>),
    /// The run.
    #[error(transparent)]
    Engine(Box<EngineError>),
    /// A problem that no spiking network solves.
    #[error(transparent)]
    Spiking(Box<SpikingError>),
    /// An outcome of the solver without its flips.
    #[error("the account of a run of the solver needs its flips: set `max_kept_flips` before it is run")]
    FlipsNotKept,
    /// The account of time and energy.
    #[error(transparent)]
    Energy(Box<EnergyError>),
    /// A run at the event level.
    #[error(transparent)]
    Fabric(Box<FabricError>),
    /// A setting of the event level.
    #[error("event: {problem}")]
    EventOption {
        /// What is wrong with it.
        problem: String,
    },
    /// An assumption of an account in a network file.
    #[error("account: {source}")]
    AccountOption {
        /// What is wrong with it.
        source: Box<EnergyError>,
    },
    /// A result folder that cannot be accounted for.
    #[error("`{}`: {problem}", .path.display())]
    NotAccountable {
        /// The folder.
        path: PathBuf,
        /// What is missing and what to do.
        problem: String,
    },
    /// A dimension or value of a sweep that is not one.
    #[error("sweep `{given}`: {problem}")]
    Sweep {
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A graph that cannot be deployed, or data that do not fit it.
    #[error(transparent)]
    Deploy(Box<DeployError>),
    /// A NIR file.
    #[error(transparent)]
    Nir(Box<NirError>),
    /// An optimisation problem.
    #[error(transparent)]
    Qubo(Box<QuboError>),
    /// A problem that could not be fetched.
    #[error(transparent)]
    Problem(Box<ReadError>),
    /// A file that holds no problem, or not the one that it was said to hold.
    #[error("`{}`: {source}", .path.display())]
    ProblemFile {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: Box<ReadError>,
    },
    /// The search for a solution.
    #[error(transparent)]
    Solver(Box<SolverError>),
    /// An option of a search that is none.
    #[error("{what} `{given}`: {problem}")]
    Search {
        /// Which option.
        what: &'static str,
        /// What was given.
        given: String,
        /// What can be given.
        problem: &'static str,
    },
    /// Threads that the system does not give.
    #[error("cannot start {threads} threads: {problem}; ask for fewer")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system says.
        problem: String,
    },
    /// A picture.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The name of a benchmark.
    #[error(transparent)]
    Benchmark(Box<BenchmarkError>),
}

/// Boxed, so that results without an error stay small.
macro_rules! from_boxed {
    ($($variant:ident($error:ident)),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(Box::new(error))
            }
        })*
    };
}

from_boxed!(
    Format(FormatError),
    Machine(MachineError),
    Mapping(MappingError),
    Engine(EngineError),
    Energy(EnergyError),
    Fabric(FabricError),
    Deploy(DeployError),
    Nir(NirError),
    Qubo(QuboError),
    Solver(SolverError),
    Spiking(SpikingError),
    Benchmark(BenchmarkError)
);
