//! The `gennaker` command: run networks, lay them on machines, solve optimisation problems, look at machines, models and results.
//!
//! Each command is a module that composes the facade's functions and says what came out; nothing is calculated here.

use std::process::ExitCode;

use clap::Parser;

mod account;
mod args;
mod bench;
mod error;
mod event;
mod hardware;
mod interrupt;
mod live;
mod machine;
mod map;
mod models;
mod nir;
mod output;
mod plot;
mod progress;
mod qubo;
mod report;
mod run;
mod simulate;
mod summary;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    let result = match arguments.command {
        args::Command::Run(command) => run::run(&command),
        args::Command::Map(command) => map::map(&command),
        args::Command::Machine(command) => machine::machine(&command),
        args::Command::Plot(command) => plot::plot(&command),
        args::Command::Report(command) => report::report(&command),
        args::Command::Models(command) => models::models(&command),
        args::Command::Account(command) => account::account(&command),
        args::Command::Nir(command) => nir::nir(&command),
        args::Command::Qubo(command) => qubo::qubo(&command),
        args::Command::Bench(command) => bench::bench(&command),
    };
    result.unwrap_or_else(|error| {
        output::complain(&format!("error: {error}"));
        ExitCode::FAILURE
    })
}
