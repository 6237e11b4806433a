//! `gennaker machine`.

use std::process::ExitCode;

use gennaker::machine::{MachineSummary, facts};
use gennaker::{Experiment, Network};

use crate::args::Machine;
use crate::error::CliError;
use crate::output::{Columns, bytes, grouped, say, say_json, short};

/// Shows a machine, or all hardware numbers.
pub(crate) fn machine(command: &Machine) -> Result<ExitCode, CliError> {
    if command.facts {
        return show_facts(command.json);
    }
    let mut experiment = Experiment::new(Network::new(""));
    experiment.set_machine(&command.machine)?;
    let machine = experiment.machine()?.expect("just set");
    let summary = machine.summary();
    if command.json {
        say_json(&serde_json::json!({ "summary": summary, "description": machine.spec() }))?;
    } else {
        say(&text(&summary))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(s: &MachineSummary) -> String {
    let mut columns = Columns::default();
    let mut row = |what: &str, value: String| columns.row([what.to_owned(), value]);
    let shape = if s.wraps { "torus" } else { "open edges" };
    row("size in chips", format!("{} x {}, {shape}", s.width, s.height));
    row("boards", grouped(s.n_boards as u64));
    row("chips", grouped(s.n_chips as u64));
    row("PEs", grouped(s.n_pes as u64));
    row("PEs for applications", grouped(s.n_application_pes as u64));
    row("SRAM of all PEs", bytes(s.sram_bytes));
    row("DRAM", bytes(s.dram_bytes));
    row("routing entries", grouped(s.router_entries));
    row("links within boards", grouped(s.n_short_links as u64));
    row("links between boards", grouped(s.n_long_links as u64));
    row("mean distance", format!("{} hops", short(s.mean_hops)));
    row("largest distance", format!("{} hops", s.max_hops));
    if s.n_dead_chips + s.n_dead_links + s.n_dead_pes > 0 {
        row("dead chips", grouped(s.n_dead_chips as u64));
        row("dead links", grouped(s.n_dead_links as u64));
        row("dead PEs", grouped(s.n_dead_pes as u64));
    }
    format!("machine `{}` ({})\n{}", s.name, s.generation.name(), columns.text())
}

fn show_facts(json: bool) -> Result<ExitCode, CliError> {
    let facts = facts();
    if json {
        say_json(&facts)?;
        return Ok(ExitCode::SUCCESS);
    }
    let paragraph = |fact: &gennaker::machine::FactRow| {
        format!(
            "{} = {}{}{}  [{}, {}]\n    {}\n    source: {}",
            fact.key,
            fact.value,
            if fact.unit.is_empty() { "" } else { " " },
            fact.unit,
            fact.generation.name(),
            fact.confidence,
            fact.meaning,
            fact.source
        )
    };
    say(&facts.iter().map(paragraph).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}
