//! `gennaker qubo`.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use gennaker::formats::check_result_path;
use gennaker::optimisation::{Ended, Optimisation, Optimum, Standing, rule_of};
use gennaker::qubo::read::Choice;
use gennaker::qubo::solver::{Schedule, TimeToTarget};
use gennaker::qubo::{Fraction, Kind, Problem, Sense};
use serde_json::Value;

use crate::args::{Qubo, SenseChoice};
use crate::error::CliError;
use crate::hardware;
use crate::interrupt;
use crate::output::{Columns, complain, counted, grouped, large, name, say, say_json, seconds, short};
use crate::progress::Progress;

/// Most rules that a summary lists one by one.
const SHOWN: usize = 5;

/// Solves a problem and says what came out.
pub(crate) fn qubo(command: &Qubo) -> Result<ExitCode, CliError> {
    if let Some(out) = &command.out {
        check_result_path(out)?;
    }
    let optimisation = optimisation(command)?;
    optimisation.check()?;
    if !command.json {
        say(&problem_text(&optimisation, command))?;
    }
    if let Some(folder) = &command.network {
        hardware::write_spiking(command, &optimisation, folder)?;
        // The network may be in the place of the results, which has to be told before they are there.
        command.out.as_deref().map_or(Ok(()), check_result_path)?;
    }
    interrupt::watch()?;
    let value_name = optimisation.problem().kind().value_name();
    let mut progress = Progress::of_search(command.json);
    let optimum = optimisation.run(&mut |standing: &Standing| {
        progress.at_found(standing.n_ticks, standing.n_ticks_in_all, || {
            format!("best {value_name} {}", exact(standing.best))
        });
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    progress.finish();
    if let Some(out) = &command.out {
        optimum.write(&optimisation, out)?;
    }
    if command.json {
        let mut document = optimum.document(&optimisation);
        let results = command.out.as_ref().map(|out| out.display().to_string());
        document.insert("results".to_owned(), results.map_or(Value::Null, Value::from));
        say_json(&document)?;
    } else {
        say(&text(&optimisation, &optimum, command))?;
    }
    if optimum.ended == Ended::Interrupted {
        complain("interrupted; this is the best so far");
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    Ok(ExitCode::SUCCESS)
}

/// The problem with what the command line says of it.
fn optimisation(command: &Qubo) -> Result<Optimisation, CliError> {
    // Options are looked at first: a large file takes its time.
    let discipline = command.discipline.as_deref().map(str::parse).transpose()?;
    let rule = command.rule.as_deref().map(rule_of).transpose()?;
    let time_limit = duration("--seconds", command.seconds)?;
    let core_time = duration("--core-time", command.core_time)?;
    let sense = command.sense.map(|sense| match sense {
        SenseChoice::Minimise => Sense::Minimise,
        SenseChoice::Maximise => Sense::Maximise,
    });
    let choice = Choice { kind: command.kind, n_colours: command.colors, sense, which: command.instance };
    let mut optimisation = Optimisation::open(&command.problem, &choice)?;
    let options = &mut optimisation.options;
    (options.n_ticks, options.n_anneals, options.n_replicas) =
        (command.steps, command.anneals, command.reads);
    (options.seed, options.discipline, options.rule) = (command.seed, discipline, rule);
    (options.time_limit, options.stops_all) = (time_limit, command.stop_all);
    if let Some(schedule) = &command.schedule {
        optimisation.set_schedule(schedule)?;
    }
    (optimisation.target, optimisation.threads) = (command.target, command.threads);
    optimisation.core_time = core_time;
    optimisation.hardware = hardware::options(command)?;
    Ok(optimisation)
}

fn duration(option: &'static str, given: Option<f64>) -> Result<Option<Duration>, CliError> {
    match given {
        Some(s) if !(s > 0.0 && s <= 1e9) => Err(CliError::Seconds { option, given: s }),
        given => Ok(given.map(Duration::from_secs_f64)),
    }
}

fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::MaxCut => "maximum cut",
        Kind::Qubo => "QUBO",
        Kind::Ising => "Ising problem",
        Kind::IndependentSet => "maximum independent set",
        Kind::Coloring => "colouring",
        Kind::Partition => "partition of numbers",
        Kind::Tour => "shortest tour",
        Kind::MaxSat => "maximum satisfiability",
        _ => "problem",
    }
}

fn problem_text(optimisation: &Optimisation, command: &Qubo) -> String {
    let (problem, ising) = (optimisation.problem(), optimisation.ising());
    let sizes = problem.sizes().into_iter().map(|(what, n)| sized(n as u64, what));
    let mut text = format!(
        "problem   {}: {}, {}",
        name(&optimisation.name),
        kind_text(problem.kind()),
        sizes.collect::<Vec<_>>().join(", ")
    );
    if problem.kind() == Kind::Qubo {
        let verb = if problem.sense() == Sense::Maximise { "maximised" } else { "minimised" };
        text += &format!(", {verb}");
    }
    if optimisation.is_guessed() && command.colors.is_none() {
        text += &format!("\n          taken for `{}`; say otherwise with --kind", problem.kind());
    }
    text += &format!(
        "\nspins     {}, {}, weights up to {}",
        counted(
            ising.n() as u64,
            if command.coding.as_deref() == Some("states") { "neuron" } else { "neuron pair" }
        ),
        counted(ising.n_couplings() as u64, "coupling"),
        grouped(ising.max_coupling().unsigned_abs())
    );
    text
}

/// A count with its noun, which is there as that of several.
fn sized(n: u64, nouns: &str) -> String {
    let noun = match nouns {
        "vertices" => "vertex",
        "cities" => "city",
        "colours" | "couplings" | "edges" | "bits" | "pairs" | "spins" | "numbers" | "variables"
        | "clauses" => nouns.trim_end_matches('s'),
        other => other,
    };
    if n == 1 { format!("1 {noun}") } else { format!("{} {nouns}", grouped(n)) }
}

fn text(optimisation: &Optimisation, optimum: &Optimum, command: &Qubo) -> String {
    let mut lines = vec![search_text(optimisation, optimum), best_text(optimisation, optimum)];
    lines.extend(target_text(optimisation, optimum));
    lines.push(took_text(optimum));
    if let Some(table) = reads_text(optimum) {
        lines.push(format!("\n{table}"));
    }
    if let Some(times) = optimum.time_to_target.filter(|t| t.n_runs > 1 && !optimum.options.stops_all) {
        lines.push(format!("\n{}", times_text(&times)));
    }
    lines.extend(optimum.hardware.iter().flat_map(hardware::text));
    lines.extend(notes(optimisation, optimum).into_iter().map(|note| format!("note: {note}")));
    if let Some(out) = &command.out {
        lines.push(format!("results   {}", out.display()));
    }
    lines.join("\n")
}

fn search_text(optimisation: &Optimisation, optimum: &Optimum) -> String {
    let (options, outcome) = (&optimum.options, &optimum.outcome);
    let anneals = match options.n_anneals {
        1 => String::new(),
        n => format!("{} of ", counted(n, "anneal")),
    };
    let classes = match outcome.n_classes {
        1 => String::new(),
        n => format!(" in {}", counted(n as u64, "class").replace("classs", "classes")),
    };
    format!(
        "search    {} of {anneals}{}, {}{classes}, {}, {}, seed {}",
        counted(options.n_replicas, "read"),
        counted(outcome.n_ticks, "tick"),
        outcome.discipline,
        outcome.rule.name(),
        schedule_words(&outcome.schedule, optimisation.ising().scale()),
        options.seed
    )
}

/// Temperatures in the unit of the problem's values.
fn schedule_words(schedule: &Schedule, scale: i64) -> String {
    let of = |temperature: &f64| short(temperature / scale as f64);
    match schedule {
        Schedule::Geometric { hot, cold } => format!("geometric from {} to {}", of(hot), of(cold)),
        Schedule::Linear { hot, cold } => format!("linear from {} to {}", of(hot), of(cold)),
        Schedule::FowlerNordheim { a, beta_end } => {
            format!("fowler_nordheim with A {} and beta {}", of(a), short(beta_end * scale as f64))
        }
        Schedule::Constant { temperature } => format!("constant at {}", of(temperature)),
        Schedule::Custom(list) => format!("custom of {}", counted(list.len() as u64, "temperature")),
        _ => "a schedule of its own".to_owned(),
    }
}

fn best_text(optimisation: &Optimisation, optimum: &Optimum) -> String {
    let read = optimum.best_read();
    let found = match read.tick_found {
        0 => "the state that it began with".to_owned(),
        tick => format!("found after {}", counted(tick, "tick")),
    };
    let place = format!("read {}, {found}", grouped(optimum.best as u64));
    if let Some(objective) = optimum.objective() {
        let value_name = optimisation.problem().kind().value_name();
        return format!("best      {value_name} {}: {place}", exact(objective));
    }
    let violations = &optimum.solution.violations;
    let mut text = format!(
        "best      no solution: the best state breaks {} (value {} with penalties): {place}",
        counted(violations.len() as u64, "rule"),
        exact(read.value)
    );
    for violation in violations.iter().take(SHOWN) {
        text += &format!("\n          {}", violation.counted_from(optimisation.first_index()));
    }
    if violations.len() > SHOWN {
        text += &format!("\n          ... and {} more", grouped((violations.len() - SHOWN) as u64));
    }
    text
}

fn target_text(optimisation: &Optimisation, optimum: &Optimum) -> Option<String> {
    let (target, times) = (optimum.target?, optimum.time_to_target?);
    let aim = match (optimisation.target, optimisation.problem().kind()) {
        (Some(asked), _) => exact(asked),
        (None, Kind::Coloring) => "no rule broken".to_owned(),
        (None, Kind::MaxSat) => format!("all {} clauses", exact(target.value)),
        (None, _) => format!("{}, than which nothing is better", exact(target.value)),
    };
    let met =
        format!("met by {} of {}", grouped(times.n_successes as u64), counted(times.n_runs as u64, "read"));
    let gap = match optimum.gap(optimisation.problem().sense()) {
        // Partitions aim at squares, of which gaps say little.
        _ if target.is_ideal || optimisation.problem().kind() == Kind::Partition => String::new(),
        Some(gap) if gap > 0.0 => format!("; the best is {} % worse", short(100.0 * gap)),
        Some(gap) if gap < 0.0 => format!("; the best is {} % better", short(-100.0 * gap)),
        _ => String::new(),
    };
    Some(format!("target    {aim}: {met}{gap}"))
}

fn took_text(optimum: &Optimum) -> String {
    let started = optimum.n_started() as u64;
    format!(
        "took      {}: {} proposals, {} per second; {} flips ({} per read)",
        seconds(optimum.seconds),
        amount(optimum.n_proposals()),
        large(optimum.proposals_per_second()),
        amount(optimum.n_flips()),
        amount(optimum.n_flips() / started.max(1))
    )
}

/// How the reads differ, if there are several.
fn reads_text(optimum: &Optimum) -> Option<String> {
    let ran: Vec<_> = optimum.reads.iter().filter(|read| read.is_started).collect();
    let mut values: Vec<Fraction> = ran.iter().filter_map(|read| read.objective).collect();
    if ran.len() < 2 || values.is_empty() {
        return None;
    }
    values.sort_unstable();
    let best = optimum.objective()?;
    let (first, last) = (values[0], values[values.len() - 1]);
    let worst = if best == first { last } else { first };
    let n_best = values.iter().filter(|value| **value == best).count();
    let mut columns = Columns::new(&["reads", "solutions", "best", "how often", "median", "worst"]);
    columns.row([
        grouped(ran.len() as u64),
        grouped(values.len() as u64),
        exact(best),
        grouped(n_best as u64),
        exact(values[(values.len() - 1) / 2]),
        exact(worst),
    ]);
    Some(columns.text())
}

fn times_text(times: &TimeToTarget) -> String {
    let mut columns = Columns::new(&["time to target", "reads", "met it", "median ticks", "ticks for 99 %"]);
    columns.row([
        String::new(),
        grouped(times.n_runs as u64),
        grouped(times.n_successes as u64),
        times.median_ticks.map_or_else(|| "-".to_owned(), grouped),
        times.ticks_99.map_or_else(|| "-".to_owned(), short),
    ]);
    columns.text()
}

fn notes(optimisation: &Optimisation, optimum: &Optimum) -> Vec<String> {
    let mut notes = Vec::new();
    let n_waiting = (optimum.reads.len() - optimum.n_started()) as u64;
    if optimum.ended == Ended::TimeLimit {
        notes.push(
            "the time was up before the schedule's end; the same seconds on another host give another result"
                .to_owned(),
        );
    }
    let n_swings: u64 = optimum.reads.iter().map(|read| u64::from(read.n_swings)).sum();
    let n_ticks: u64 = optimum.reads.iter().map(|read| u64::from(read.n_ticks)).sum();
    // A few are chance.
    if n_swings * 20 > n_ticks {
        let share = short(100.0 * n_swings as f64 / n_ticks as f64);
        notes.push(format!(
            "in {share} % of the ticks neighbours flipped together and back: {} guards too little",
            optimum.outcome.discipline
        ));
    }
    if n_waiting > 0 {
        notes.push(format!("{} did not get to run, which the tables leave out", counted(n_waiting, "read")));
    }
    let is_ideal = optimum.target.is_some_and(|t| t.is_ideal && optimum.best_read().value == t.value);
    if is_ideal && optimisation.problem().kind() != Kind::Coloring {
        notes.push("nothing can be better than the best found: it is proved optimal".to_owned());
    }
    notes
}

/// A count in full, large ones in words.
fn amount(n: u64) -> String {
    if n < 1_000_000 { grouped(n) } else { large(n as f64) }
}

/// The most decimal places of values; such as need more are fractions.
const MAX_PLACES: u32 = 6;

/// A value to its last digit, thousands apart: `-1,234`, `2.5`, `1/3`.
fn exact(value: Fraction) -> String {
    let sign = if value.numerator() < 0 { "-" } else { "" };
    let (above, below) = (value.numerator().unsigned_abs(), value.denominator().unsigned_abs());
    let (whole, rest) = (grouped(above / below), u128::from(above % below));
    let scaled = |places: u32| rest * 10u128.pow(places);
    match (0..=MAX_PLACES).find(|&places| scaled(places).is_multiple_of(below.into())) {
        Some(0) => format!("{sign}{whole}"),
        Some(places) => {
            format!("{sign}{whole}.{:0width$}", scaled(places) / u128::from(below), width = places as usize)
        }
        None => format!("{sign}{}/{}", grouped(above), grouped(below)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_to_their_last_digit() {
        let shown = |numerator, denominator| exact(Fraction::new(numerator, denominator));
        assert_eq!([shown(-12_345, 1), shown(0, 1)], ["-12,345", "0"]);
        assert_eq!([shown(-31, 8), shown(1, 1_000_000), shown(-1, 20)], ["-3.875", "0.000001", "-0.05"]);
        assert_eq!([shown(-1, 3), shown(1, 10_000_000)], ["-1/3", "1/10,000,000"]);
        assert_eq!(
            [sized(1, "vertices"), sized(1, "pairs"), sized(1200, "cities")],
            ["1 vertex", "1 pair", "1,200 cities"]
        );
    }
}
