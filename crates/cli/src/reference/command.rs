//! Every command with its arguments and options, from the tree by which they are parsed.

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::markdown::{block, code, codes, page as whole, prose, section, table};
use crate::args::Arguments;

pub(super) fn page() -> String {
    let mut tree = Arguments::command();
    tree.build();
    let commands: String = tree.get_subcommands().filter(|c| c.get_name() != "help").map(command).collect();
    let purpose = "Every command, argument and option of `gennaker`. `gennaker COMMAND --help` shows the same in a terminal.";
    whole("The command", purpose, &commands)
}

fn command(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut body = format!("{}\n\n{}\n", prose(&sentence(&about)), block(&[usage]));
    let (positional, options): (Vec<_>, Vec<_>) = command
        .get_arguments()
        .filter(|a| a.get_id() != "help")
        .partition(|argument| argument.is_positional());
    if !positional.is_empty() {
        body += &table(&["argument", "meaning"], &positional.iter().map(|a| row(a)).collect::<Vec<_>>());
        body.push('\n');
    }
    body += &table(&["option", "meaning"], &options.iter().map(|a| row(a)).collect::<Vec<_>>());
    section(2, &format!("gennaker {}", command.get_name()), &body)
}

fn row(argument: &Arg) -> Vec<String> {
    let value = value_name(argument);
    let name = match argument.get_long() {
        Some(long) if value.is_empty() => format!("--{long}"),
        Some(long) => format!("--{long} {value}"),
        None => value,
    };
    vec![code(&name), meaning(argument)]
}

/// What stands for an argument's value; flags have none.
fn value_name(argument: &Arg) -> String {
    if !matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) {
        return String::new();
    }
    let names = argument.get_value_names().unwrap_or_default();
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut text = prose(&sentence(&help));
    let choices = argument.get_possible_values();
    let has_values = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    if has_values && !choices.is_empty() {
        let choice = |value: &clap::builder::PossibleValue| match value.get_help() {
            Some(help) => {
                format!("{} ({})", code(value.get_name()), prose(help.to_string().trim_end_matches('.')))
            }
            None => code(value.get_name()),
        };
        text += &format!(" One of {}.", choices.iter().map(choice).collect::<Vec<_>>().join(", "));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if has_values && !defaults.is_empty() {
        text += &format!(" Default {}.", codes(&defaults));
    }
    if argument.get_long().is_some() && matches!(argument.get_action(), ArgAction::Append) {
        text += " May be given several times.";
    }
    text
}

/// Clap takes a full stop at the end away.
fn sentence(help: &str) -> String {
    if help.ends_with('.') { help.to_owned() } else { format!("{help}.") }
}
