//! `gennaker models`: the model tables as text or JSON.

use std::fmt::Write;
use std::process::ExitCode;

use gennaker::Model;
use gennaker::network::{ModelDescriptor, ParameterDefault, ParameterDescriptor};
use serde_json::{Value, json};

use crate::args::Models;
use crate::error::CliError;
use crate::output::{say, say_json};

/// Shows models.
pub(crate) fn models(command: &Models) -> Result<ExitCode, CliError> {
    let models: Vec<Model> = if command.names.is_empty() {
        Model::ALL.to_vec()
    } else {
        command.names.iter().map(|name| Model::parse(name)).collect::<Result<_, _>>()?
    };
    let tables = models.iter().map(|model| model.descriptor());
    if command.json {
        say_json(&tables.map(as_json).collect::<Vec<_>>())?;
    } else {
        say(&tables.map(as_text).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_text(table: &ModelDescriptor) -> String {
    let mut text = format!("{}\n  {}\n", table.name, table.summary);
    let mut line =
        |indent: &str, content: &str| writeln!(text, "{indent}{content}").expect("text takes every write");
    line("  ", "each tick:");
    table.equations.iter().for_each(|equation| line("    ", equation));
    if !table.parameters.is_empty() {
        line("  ", "parameters:");
    }
    let width = table.parameters.iter().map(|p| p.name.len()).max().unwrap_or(0);
    for p in table.parameters {
        line("    ", &format!("{:width$}  default {}, {}; {}", p.name, default(p), range(p), p.doc));
    }
    let states = table.states.iter().map(|state| state.name);
    line(
        "  ",
        &format!("records: {}", std::iter::once("spikes").chain(states).collect::<Vec<_>>().join(", ")),
    );
    if let Some(word) = table.synapse_word {
        let delays = match word.max_delay() {
            0 => "no delay field".to_owned(),
            max => format!("delays 0 to {max}"),
        };
        line("  ", &format!("synapses: integer weights -{0} to {0}, {delays}", word.max_weight));
    }
    line("  ", &format!("at most {} neurons per core", table.max_atoms));
    line("  ", &format!("source: {}", table.source));
    text
}

/// A parameter's default as text.
pub(crate) fn default(p: &ParameterDescriptor) -> String {
    match p.default {
        ParameterDefault::Number(x) => x.to_string(),
        ParameterDefault::Choice(names) => names[0].to_owned(),
        ParameterDefault::Required => "none: must be given".to_owned(),
    }
}

/// Which values a parameter takes.
pub(crate) fn range(p: &ParameterDescriptor) -> String {
    if let ParameterDefault::Choice(names) = p.default {
        return format!("one of {}", names.join(", "));
    }
    let kind = if p.integer { "whole" } else { "any" };
    let unit = if matches!(p.unit, "" | "1") { String::new() } else { format!(" {}", p.unit) };
    let sharing = if p.per_neuron { "" } else { ", the same for all neurons" };
    // The tables write 1e30 where there is no limit.
    match (p.min > -1e30, p.max < 1e30) {
        (true, true) => format!("{kind} from {} to {}{unit}{sharing}", p.min, p.max),
        (true, false) => format!("{kind} from {}{unit}{sharing}", p.min),
        _ => format!("{kind} number{unit}{sharing}"),
    }
}

fn as_json(table: &ModelDescriptor) -> Value {
    let parameter = |p: &ParameterDescriptor| {
        let choices = match p.default {
            ParameterDefault::Choice(names) => json!(names),
            _ => Value::Null,
        };
        let value = match p.default {
            ParameterDefault::Number(x) => json!(x),
            ParameterDefault::Choice(names) => json!(names[0]),
            ParameterDefault::Required => Value::Null,
        };
        json!({
            "name": p.name, "default": value, "choices": choices, "unit": p.unit, "min": p.min, "max": p.max,
            "integer": p.integer, "per_neuron": p.per_neuron, "doc": p.doc,
        })
    };
    let state =
        |s: &gennaker::network::StateDescriptor| json!({ "name": s.name, "unit": s.unit, "doc": s.doc });
    json!({
        "name": table.name,
        "summary": table.summary,
        "equations": table.equations,
        "source": table.source,
        "parameters": table.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "states": table.states.iter().map(state).collect::<Vec<_>>(),
        "synapse_word": table.synapse_word,
        "max_atoms_per_core": table.max_atoms,
    })
}
