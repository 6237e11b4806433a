//! `gennaker account`, and what a counted run says about the hardware.

use std::fmt::Write;
use std::process::ExitCode;

use gennaker::formats::write_atomically;
use gennaker::network::Network;
use gennaker::{Account, AccountOptions, Accounted, Figures, Sweep, SweepRow, open_accountable, sweep};
use serde::Serialize;

use crate::args::{self, Assumptions};
use crate::error::CliError;
use crate::output::{Columns, counted, grouped, name, plain, say, say_json, seconds, short};

/// Accounts for a run that is over.
pub(crate) fn account(command: &args::Account) -> Result<ExitCode, CliError> {
    let run = open_accountable(&command.results)?;
    let mut options = run.experiment.account_options()?;
    given(&command.assumptions)?.iter().try_for_each(|(key, value)| options.set(key, value))?;
    if let Some(path) = &command.counters {
        run.write_counters(path)?;
    }
    if command.sweep.is_empty() {
        return one(command, &run, options);
    }
    let mut dimensions = Sweep::default();
    command.sweep.iter().try_for_each(|text| dimensions.add(text))?;
    let rows = sweep(&run, &options, &dimensions)?;
    let rows: Vec<Row> = rows.iter().map(|row| Row::new(&dimensions, row)).collect();
    if let Some(path) = &command.out {
        write_atomically(path, &json(&rows))?;
    }
    if command.json {
        say_json(&rows)?
    } else {
        say(&sweep_table(&dimensions, &rows))?
    }
    Ok(ExitCode::SUCCESS)
}

fn one(command: &args::Account, run: &Accounted, options: AccountOptions) -> Result<ExitCode, CliError> {
    let account = run.accounts(&run.mapped, &[options])?.remove(0).account();
    if let Some(path) = &command.out {
        write_atomically(path, &json(&account))?;
    }
    if command.json {
        say_json(&account)?
    } else {
        say(&text(&account, &run.experiment.file.network))?
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("plain data")
}

/// The assumptions of the command line, as names and values.
pub(crate) fn given(assumptions: &Assumptions) -> Result<Vec<(String, String)>, CliError> {
    let named = [("level", &assumptions.level), ("tick", &assumptions.tick)];
    let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let mut all: Vec<(String, String)> = named.collect();
    for text in &assumptions.set {
        let Some((key, value)) = text.split_once('=') else {
            return Err(CliError::Assumption { given: text.clone() });
        };
        all.push((key.to_owned(), value.to_owned()));
    }
    Ok(all)
}

/// What a person reads.
pub(crate) fn text(account: &Account, network: &Network) -> String {
    let mut text = String::new();
    let mut add = |line: String| writeln!(text, "{line}").expect("text takes every write");
    add(format!(
        "account   {}: {} and {} in use on {}, ticks of {}, level {}",
        name(&account.machine),
        counted(account.powered.n_used_pes, "PE"),
        counted(account.routers.len() as u64, "router"),
        powered(account),
        seconds(account.tick_ns as f64 / 1e9),
        account.options.level
    ));
    add(format!("time      {}", time(account, network)));
    add(format!("levels    {}", levels(account)));
    add(format!("traffic   {}", traffic(account)));
    add(format!(
        "energy    {} J in {}: {} W; per synaptic event {} pJ dynamic, {} pJ all-in",
        short(account.total_j),
        seconds(account.duration_s),
        short(account.power_w),
        short(account.dynamic_pj_per_event),
        short(account.all_in_pj_per_event)
    ));
    add(format!("\n{}\n", energy_table(account)));
    for note in notes(account) {
        add(format!("note: {}", plain(&note)));
    }
    text.trim_end().to_owned()
}

fn powered(account: &Account) -> String {
    let chips = counted(account.powered.n_chips, "chip");
    match account.powered.n_boards {
        0 => chips,
        n => format!("{} with {chips}", counted(n, "board")),
    }
}

fn time(account: &Account, network: &Network) -> String {
    let Some(pe) = account.slowest_pe() else { return "no PE is in use".to_owned() };
    let population =
        network.populations.get(pe.population as usize).map_or("", |population| &population.name);
    let verdict = if account.in_time { "in time".to_owned() } else { counted(account.n_overruns, "overrun") };
    format!(
        "{verdict}: the latest PE is done at {} of the tick (core {} of chip {}, tick {}, `{}`); ticks of {} would do",
        short(pe.max_time_done),
        pe.core,
        pe.chip,
        pe.max_time_done_tick,
        name(population),
        seconds(account.shortest_tick_ns / 1e9)
    )
}

fn levels(account: &Account) -> String {
    let named = account.levels.iter().zip(&account.level_fractions).enumerate();
    let used = named.filter(|(_, (_, fraction))| **fraction > 0.0);
    let parts = used
        .map(|(level, (meaning, fraction))| format!("pl{level} ({meaning}) {} %", short(100.0 * fraction)));
    let advice = match account.suggested_threshold {
        Some(0) => "low is never enough".to_owned(),
        Some(n) => format!("low is enough below {} packets a tick, by mean rows: auto:{n}", grouped(n)),
        None => "low is always enough".to_owned(),
    };
    format!("{} of all PE-ticks; {advice}", parts.collect::<Vec<_>>().join(", "))
}

fn traffic(account: &Account) -> String {
    let mut text = format!(
        "{}, {} to PEs, {}",
        counted(account.n_spikes, "spike"),
        counted(account.n_packets, "packet"),
        counted(account.n_synaptic_events, "synaptic event")
    );
    if let Some(pe) = account.fullest_fifo() {
        write!(text, "; fullest FIFO {} of {} words", grouped(pe.max_packets), grouped(pe.fifo_words))
            .expect("text");
    }
    if let Some(link) = account.busiest_link() {
        let load = short(100.0 * link.burst_load);
        write!(
            text,
            "; busiest link {} of chip {}: {} packets in a tick, {load} % while neurons send",
            link.link.link,
            link.link.chip,
            grouped(link.max_per_tick)
        )
        .expect("text");
    }
    text
}

fn energy_table(account: &Account) -> String {
    let mut columns = Columns::new(&["energy", "J", "%"]);
    for (part, joule) in account.energy.parts().into_iter().filter(|(_, joule)| *joule > 0.0) {
        columns.row([part.to_owned(), short(joule), short(100.0 * joule / account.total_j)]);
    }
    columns.row(["all".to_owned(), short(account.total_j), "100".to_owned()]);
    columns.text()
}

/// What does not hold, and how far the numbers go.
fn notes(account: &Account) -> Vec<String> {
    let mut notes = account.notes.clone();
    let unused = account.powered.n_unused_pes;
    if unused > 0 {
        let state = serde_json::to_value(account.options.unused_pes).expect("plain data");
        notes.push(format!("{} not in use: {}", counted(unused, "PE"), state.as_str().unwrap_or_default()));
    }
    for (key, value, default) in account.options.coefficients.overridden() {
        notes.push(format!("`{key}` is {value} instead of {default}"));
    }
    notes.push("modelled, not measured; `gennaker machine --facts` has the source and confidence of every coefficient".to_owned());
    notes
}

/// One line of a sweep.
#[derive(Debug, Serialize)]
struct Row {
    values: Vec<(String, String)>,
    n_pes: u32,
    /// Nothing where nothing fits.
    #[serde(flatten)]
    figures: Option<Figures>,
    error: Option<String>,
}

impl Row {
    fn new(sweep: &Sweep, row: &SweepRow) -> Self {
        Self {
            values: sweep.names().map(str::to_owned).zip(row.values.iter().cloned()).collect(),
            n_pes: row.n_pes,
            figures: row.figures.as_ref().ok().copied(),
            error: row.figures.as_ref().err().cloned(),
        }
    }
}

fn sweep_table(sweep: &Sweep, rows: &[Row]) -> String {
    let mut header: Vec<&str> = sweep.names().collect();
    header.extend([
        "PEs",
        "in time",
        "overruns",
        "shortest tick",
        "PEs in use (J)",
        "all (J)",
        "power (W)",
        "pJ per event",
        "all-in",
    ]);
    let mut columns = Columns::new(&header);
    let mut errors = String::new();
    for row in rows {
        let values = row.values.iter().map(|(_, value)| value.clone());
        let Some(figures) = &row.figures else {
            let error = row.error.as_deref().unwrap_or_default();
            columns.row(values.chain(["does not fit".to_owned()]));
            let line = format!(
                "\nnote: {}: {}",
                row.values.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(" "),
                plain(error)
            );
            errors.push_str(&line);
            continue;
        };
        columns.row(values.chain([
            grouped(row.n_pes),
            if figures.in_time { "yes" } else { "no" }.to_owned(),
            grouped(figures.n_overruns),
            seconds(figures.shortest_tick_ns / 1e9),
            short(figures.pe_j),
            short(figures.total_j),
            short(figures.power_w),
            short(figures.dynamic_pj_per_event),
            short(figures.all_in_pj_per_event),
        ]));
    }
    format!("{}{errors}", columns.text())
}
